// Package places finds what can be changed in the rules of a model, and rewrites
// their source so that one build has all of the changes: each place asks package
// mutate whether it is the one that is changed now.
//
//	Load -> Source -> Find -> Found: Mutants, and files to build instead
//
// Only what type-checks is rewritten, and a mutant's id stays the same when
// lines and functions move.
package places

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutatePath is what rewritten source imports.
const mutatePath = "hvcheck/teeth/mutate"

// listed is what the Go command says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard                bool
	Module                  struct{ Dir string }
}

// Source is the source of a program.
type Source struct {
	Dir      string // where the Go command is run
	Main     string // the package that is built
	Root     string // of its module
	Hash     string // of everything it is made of, but for Go's own packages
	packages map[string]*listed
	set      *token.FileSet
	importer types.Importer
}

// Load finds the source of a main package, by its path, from a folder of its
// module.
func Load(dir, main string) (*Source, error) {
	list, err := golist(dir, main, mutatePath)
	if err != nil {
		return nil, err
	}
	s := &Source{Dir: dir, Main: main, packages: map[string]*listed{}, set: token.NewFileSet()}
	for _, p := range list {
		s.packages[p.ImportPath] = p
	}
	if p := s.packages[main]; p != nil {
		s.Root = p.Module.Dir
	}
	s.importer = importer.ForCompiler(s.set, "gc", s.exported)
	s.Hash, err = hashOf(list)
	return s, err
}

// golist asks the Go command for packages and all that they import.
func golist(dir string, paths ...string) (list []*listed, err error) {
	args := append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Standard,Module"}, paths...)
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, goError("go list", err, stderr.String())
	}
	for d := json.NewDecoder(&stdout); ; {
		p := &listed{}
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		list = append(list, p)
	}
}

// goError says what the Go command could not do: the first line of what it says
// is enough.
func goError(what string, err error, said string) error {
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("the go command is not there: the rules are changed in their source, and built again")
	}
	first := err.Error()
	for line := range strings.Lines(said) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
			first = line
			break
		}
	}
	return fmt.Errorf("%s: %s; teeth is run in the source of the module", what, first)
}

func hashOf(list []*listed) (string, error) {
	h := sha256.New()
	for _, p := range list {
		if p.Standard {
			continue
		}
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "%s/%s %d\n", p.ImportPath, name, len(text))
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// exported opens what the compiler has written of a package.
func (s *Source) exported(path string) (io.ReadCloser, error) {
	p, ok := s.packages[path]
	if !ok || p.Export == "" {
		return nil, fmt.Errorf("no package %s", path)
	}
	return os.Open(p.Export)
}

// A file is one of a package of rules.
type file struct {
	path string
	text []byte
	ast  *ast.File
}

// A pack is a package of rules, parsed and type-checked.
type pack struct {
	path  string
	files []*file
	info  *types.Info
	types *types.Package
}

// pack parses and checks a package.
func (s *Source) pack(path string) (*pack, error) {
	listed, ok := s.packages[path]
	if !ok {
		return nil, fmt.Errorf("%s does not import %s: nothing would come of changing it", s.Main, path)
	}
	p := &pack{path: path}
	for _, name := range listed.GoFiles {
		at := filepath.Join(listed.Dir, name)
		text, err := os.ReadFile(at)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(s.set, at, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, &file{at, text, parsed})
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}
	var err error
	p.types, err = s.check(path, p.files, p.info, nil)
	return p, err
}

// check type-checks files. Errors are also given to each, if there is one.
func (s *Source) check(path string, files []*file, info *types.Info, each func(error)) (*types.Package, error) {
	list := make([]*ast.File, len(files))
	for i, f := range files {
		list[i] = f.ast
	}
	conf := types.Config{Importer: s.importer, Error: each}
	return conf.Check(path, s.set, list, info)
}

// named tells the local name by which a file imports each package.
func named(f *ast.File, from *types.Package) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		i := slices.IndexFunc(from.Imports(), func(p *types.Package) bool { return p.Path() == path })
		switch {
		case spec.Name != nil:
			names[path] = spec.Name.Name
		case i >= 0:
			names[path] = from.Imports()[i].Name()
		}
	}
	return names
}

// Build builds the program with files in the place of its own, as an overlay
// says.
func (s *Source) Build(ctx context.Context, overlay, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-overlay", overlay, "-o", out, s.Main)
	cmd.Dir = s.Dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return goError("go build", err, stderr.String())
	}
	return nil
}
