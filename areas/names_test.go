package areas_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
)

// TestAreaNamesStayAtHome: outside of an area's own packages, of the lists, and of
// what drives a real system, whose interfaces have the same names, no code names
// an area, whether by its name or by one of its packages.
func TestAreaNamesStayAtHome(t *testing.T) {
	homes := homesOf(t)
	var words []string
	for _, a := range model.Areas {
		words = append(words, regexp.QuoteMeta(a.Name))
	}
	for home := range homes {
		words = append(words, regexp.QuoteMeta(filepath.Base(home)))
	}
	name := regexp.MustCompile(`(?i)\b(` + strings.Join(words, "|") + `)`)
	eachFile(t, func(path string, text []byte) {
		if lists[path] || homes[filepath.Dir(path)] || strings.HasPrefix(path, "conform/xen/") || strings.HasPrefix(path, "conform/kvm/") {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if found := name.FindString(line); found != "" {
				t.Errorf("%s:%d names %q; ask the descriptions of model.Areas", path, i+1, found)
			}
		}
	})
}

// lists are the files that say which areas there are.
var lists = map[string]bool{"areas/areas.go": true, "conform/views/views.go": true}

// homesOf lists the folders of areas: those called so, and all below them.
func homesOf(t *testing.T) map[string]bool {
	homes := map[string]bool{}
	eachFile(t, func(path string, _ []byte) {
		for _, a := range model.Areas {
			if strings.Contains("/"+filepath.ToSlash(filepath.Dir(path))+"/", "/"+a.Name+"/") {
				homes[filepath.Dir(path)] = true
			}
		}
	})
	if len(homes) < 4*len(model.Areas) {
		t.Fatalf("the areas' packages have moved: %v", homes)
	}
	return homes
}

// eachFile visits the code of the module, tests aside. The examples are modules
// of their own.
func eachFile(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path == "examples" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, path)
		visit(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
