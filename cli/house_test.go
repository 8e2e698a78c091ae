package cli

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// A source is a file of the module, parsed.
type source struct {
	path  string // from the root of the module, with slashes
	lines int
	set   *token.FileSet
	file  *ast.File
}

// sources are the files of the module, tests aside, in the order of their paths.
func sources(t *testing.T) (list []source) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		list = append(list, source{name, bytes.Count(text, []byte("\n")), set, file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d files", len(list))
	}
	return list
}

// Who opens a package or a function can read it in one go.
func TestSizes(t *testing.T) {
	const ofPackage, ofFunction = 4000, 60
	packages := map[string]int{}
	for _, s := range sources(t) {
		packages[path.Dir(s.path)] += s.lines
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first, last := s.set.Position(f.Pos()), s.set.Position(f.End())
			if n := last.Line - first.Line + 1; n > ofFunction {
				t.Errorf("%v: %s has %d lines, at most %d: split it", first, f.Name.Name, n, ofFunction)
			}
		}
	}
	for name, n := range packages {
		if n > ofPackage {
			t.Errorf("package %s has %d lines, at most %d: split it", name, n, ofPackage)
		}
	}
}

// Everything that a package offers says what it is, in a comment that begins
// with its name.
func TestDocumented(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && offered(d) && !begins(d.Doc, d.Name.Name) {
					undocumented(t, &s, d.Name)
				}
			case *ast.GenDecl:
				for _, name := range undocumentedSpecs(d) {
					undocumented(t, &s, name)
				}
			}
		}
	}
}

func undocumented(t *testing.T, s *source, name *ast.Ident) {
	t.Helper()
	t.Errorf("%v: the comment of %s has to begin with its name", s.set.Position(name.Pos()), name.Name)
}

// begins tells a comment that begins with a name, or with an article and it.
func begins(doc *ast.CommentGroup, name string) bool {
	words := strings.Fields(doc.Text())
	if len(words) > 1 && slices.Contains([]string{"A", "An", "The"}, words[0]) {
		words = words[1:]
	}
	return len(words) > 1 && strings.TrimRight(words[0], ".,:") == name
}

// offered tells a function, or a method of an exported type that is not one of
// those whose meaning is the same everywhere.
func offered(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	known := []string{"String", "Error", "Unwrap"}
	return ast.IsExported(receiver(f.Recv.List[0].Type)) && !slices.Contains(known, f.Name.Name)
}

// receiver is the name of a receiver's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// undocumentedSpecs are the names of a declaration without a comment. A group of
// values has one for all of them, or each has one, before or behind it.
func undocumentedSpecs(d *ast.GenDecl) (names []*ast.Ident) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc
			if !d.Lparen.IsValid() {
				doc = d.Doc
			}
			if spec.Name.IsExported() && !begins(doc, spec.Name.Name) {
				names = append(names, spec.Name)
			}
		case *ast.ValueSpec:
			some := d.Doc != nil || spec.Doc != nil || spec.Comment != nil
			alone := !d.Lparen.IsValid()
			for _, name := range spec.Names {
				if name.IsExported() && (!some || alone && len(spec.Names) == 1 && !begins(d.Doc, name.Name)) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
