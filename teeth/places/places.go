package places

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Mutant is one change of the rules.
type Mutant struct {
	// ID is file, function, place and change: raise.go/Call.begin/if 2/negated.
	ID                            string
	File, Function, Place, Change string
	Line                          int
	Text                          string // what is changed, in one line
	Before, After                 string // the source line, or lines
	// Where and Way choose it at run time.
	Where uint32
	Way   uint8
	// Unbuilt says why it does not build; empty if it does.
	Unbuilt string
}

// Found is what can be changed.
type Found struct {
	Mutants []*Mutant
	Places  int
	// Files are the rewritten files, by the names of those that they replace.
	Files map[string][]byte
}

// Find finds what can be changed in packages, by their paths, and rewrites them.
// Places are numbered from a number on.
func (s *Source) Find(paths []string, from int) (*Found, error) {
	found := &Found{Files: map[string][]byte{}}
	for _, p := range paths {
		pack, err := s.pack(p)
		if err != nil {
			return nil, err
		}
		prefix := ""
		if len(paths) > 1 {
			prefix = path.Base(p) + "/"
		}
		list := newFinder(s, pack, prefix, from+found.Places).all()
		found.Places += len(list)
		if err := s.rewrite(pack, list, found.Files); err != nil {
			return nil, err
		}
		for _, pl := range list {
			found.Mutants = append(found.Mutants, pl.mutants(s.set)...)
		}
	}
	return found, nil
}

// A place is a piece of source that can be changed.
type place struct {
	number   uint32
	file     *file
	fileName string
	function string
	kind     string // with its number in the function: if 2
	node     ast.Node
	shown    ast.Node // what the ways replace, if it is not the node
	ways     []way
	edits    []edit
	unbuilt  string
}

// A way is how a place is changed, and what it reads then.
type way struct{ change, after string }

// An edit inserts a text, or replaces some.
type edit struct {
	from, to token.Pos
	text     string
	behind   bool // belongs behind what ends here
}

// around inserts a text before a node and another one behind it.
func around(n ast.Node, front, back string) []edit {
	return []edit{{n.Pos(), n.Pos(), front, false}, {n.End(), n.End(), back, true}}
}

// source is a node's text.
func (f *file) source(set *token.FileSet, n ast.Node) string {
	return string(f.text[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
}

func (pl *place) mutants(set *token.FileSet) (list []*Mutant) {
	old := pl.file.source(set, pl.node)
	if pl.shown == nil {
		pl.shown = pl.node
	}
	for i, w := range pl.ways {
		m := &Mutant{
			File: pl.fileName, Function: pl.function, Place: pl.kind, Change: w.change,
			Line: set.Position(pl.node.Pos()).Line, Text: short(old),
			Where: pl.number, Way: uint8(i), Unbuilt: pl.unbuilt,
		}
		m.ID = strings.Join([]string{m.File, m.Function, m.Place, m.Change}, "/")
		m.Before, m.After = pl.lines(set, w.after)
		list = append(list, m)
	}
	return list
}

// lines are the source lines of the place as they are and as they would be.
func (pl *place) lines(set *token.FileSet, after string) (was, would string) {
	text := string(pl.file.text)
	from, to := set.Position(pl.shown.Pos()).Offset, set.Position(pl.shown.End()).Offset
	first := strings.LastIndexByte(text[:from], '\n') + 1
	last := len(text)
	if i := strings.IndexByte(text[to:], '\n'); i >= 0 {
		last = to + i
	}
	return strings.TrimSpace(text[first:last]), strings.TrimSpace(text[first:from] + after + text[to:last])
}

// short is source in one line.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}

// rewrite makes the files of a package that have places ask for them. A place
// whose file would not type-check is left out, and its mutants say why.
func (s *Source) rewrite(p *pack, list []*place, out map[string][]byte) error {
	for range len(list) + 1 {
		files := map[string][]byte{}
		for _, f := range p.files {
			if text := f.rewritten(s.set, list); text != nil {
				files[f.path] = text
			}
		}
		broken, err := s.broken(p, list, files)
		if err != nil {
			return err
		}
		if !broken {
			for name, text := range files {
				out[name] = text
			}
			return nil
		}
	}
	return fmt.Errorf("%s: cannot be rewritten", p.path)
}

// rewritten is the file's text with the places in it, or nil if it has none.
func (f *file) rewritten(set *token.FileSet, list []*place) []byte {
	var edits []edit
	for _, pl := range list {
		if pl.file == f && pl.unbuilt == "" {
			edits = append(edits, pl.edits...)
		}
	}
	if len(edits) == 0 {
		return nil
	}
	name := f.ast.Name
	edits = append(edits, edit{name.End(), name.End(), "; import " + mutateName + ` "` + mutatePath + `"`, true})
	edits = arranged(edits)
	var text []byte
	at := 0
	for _, e := range edits {
		from, to := set.Position(e.from).Offset, set.Position(e.to).Offset
		text = append(append(text, f.text[at:from]...), e.text...)
		at = to
	}
	return append(text, f.text[at:]...)
}

// arranged puts edits in the order of the text. Where several come to one spot,
// what goes behind comes before what goes in front, the outer in front of the
// inner, and the inner behind before the outer; places are listed from outside in.
func arranged(edits []edit) []edit {
	type numbered struct {
		edit
		n int
	}
	list := make([]numbered, len(edits))
	for i, e := range edits {
		list[i] = numbered{e, i}
	}
	slices.SortFunc(list, func(a, b numbered) int {
		switch c := cmp.Compare(a.from, b.from); {
		case c != 0:
			return c
		case a.behind != b.behind:
			if a.behind {
				return -1
			}
			return 1
		case a.behind:
			return cmp.Compare(b.n, a.n)
		}
		return cmp.Compare(a.n, b.n)
	})
	for i, e := range list {
		edits[i] = e.edit
	}
	return edits
}

// broken type-checks rewritten files and marks the places to which an error
// belongs. It reports whether there was one.
func (s *Source) broken(p *pack, list []*place, files map[string][]byte) (bool, error) {
	var parsed []*file
	for _, f := range p.files {
		text, ok := files[f.path]
		if !ok {
			text = f.text
		}
		file1, err := parser.ParseFile(s.set, f.path, text, parser.SkipObjectResolution)
		if err != nil {
			return false, fmt.Errorf("rewriting %s: %w", f.path, err)
		}
		parsed = append(parsed, &file{f.path, text, file1})
	}
	var errs []types.Error
	_, err := s.check(p.path, parsed, nil, func(err error) {
		if e, ok := err.(types.Error); ok {
			errs = append(errs, e)
		}
	})
	if len(errs) == 0 {
		return false, err
	}
	for _, e := range errs {
		if !s.blame(list, e) {
			return false, fmt.Errorf("rewriting %s: %w", p.path, e)
		}
	}
	return true, nil
}

// blame marks the innermost place on the error's line that is not marked yet.
// Lines stay as they are when a file is rewritten.
func (s *Source) blame(list []*place, e types.Error) bool {
	at := s.set.Position(e.Pos)
	var worst *place
	for _, pl := range list {
		from, to := s.set.Position(pl.node.Pos()), s.set.Position(pl.node.End())
		if pl.unbuilt == "" && from.Filename == at.Filename && from.Line <= at.Line && at.Line <= to.Line {
			worst = pl
		}
	}
	if worst == nil {
		return false
	}
	worst.unbuilt = e.Msg
	return true
}

// mutateName is the name of the package in rewritten source.
const mutateName = "mutate__"

func baseName(f *file) string { return filepath.Base(f.path) }
