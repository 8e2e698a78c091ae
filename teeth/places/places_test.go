package places

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parsed is a package of one file that imports nothing.
func parsed(t *testing.T, text string) (*Source, *pack) {
	t.Helper()
	s := &Source{set: token.NewFileSet()}
	f, err := parser.ParseFile(s.set, "f.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p := &pack{path: "p", files: []*file{{"f.go", []byte(text), f}}, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	if p.types, err = s.check(p.path, p.files, p.info, nil); err != nil {
		t.Fatal(err)
	}
	return s, p
}

// found is what there is to change in it.
func found(t *testing.T, text string) (*Source, []*place) {
	t.Helper()
	s, p := parsed(t, text)
	return s, newFinder(s, p, "", 0).all()
}

// mutants are told by their ids and what their lines read.
func mutants(s *Source, list []*place) (all []string) {
	for _, pl := range list {
		for _, m := range pl.mutants(s.set) {
			all = append(all, m.ID+": "+strings.Join(strings.Fields(m.After), " "))
		}
	}
	return all
}

// What can be changed, statement by statement of a function.
func TestMutants(t *testing.T) {
	const head = `package p

type Code int8

const (
	OK Code = 0
	Bad Code = -1
	Busy Code = -2
)

const three = 3

type T struct{ n uint8; on bool; m [4]uint8 }

func call(n int) bool { panic(n) }

func f(t *T, a, b, c bool, n, k uint8) (code Code, yes bool, v uint8) {
`
	for statement, want := range map[string][]string{
		"if a { t.n = n }": {
			"if 1/negated: if !a { t.n = n }", "if 1/always: if true { t.n = n }", "if 1/never: if false { t.n = n }", "assign 1/dropped: if a { }",
		},
		"t.on = n != k || !call(1)": {
			"assign 1/dropped:", "logic 1/or to and: t.on = n != k && !call(1)",
			"operand 1/dropped: t.on = !call(1)", "operand 1/negated: t.on = !(n != k) || !call(1)",
			"operand 2/dropped: t.on = n != k", "operand 2/negated: t.on = n != k || call(1)",
			"constant 1/1 to 2: t.on = n != k || !call(2)",
		},
		"a = n == k":        {"assign 1/dropped:", "compare 1/== to !=: a = n != k"},
		"a = n < three":     {"assign 1/dropped:", "compare 1/< to <=: a = n <= three"},
		"n += three":        {"assign 1/dropped:", "swap 1/+= to -=: n -= three", "constant 1/three to three + 1: n += (three + 1)"},
		"n = k&1 | n<<2":    {"assign 1/dropped:", "arithmetic 1/bits or to bits and: n = k&1 & n<<2", "arithmetic 2/bits and to bits or: n = k | 1 | n<<2", "constant 1/1 to 2: n = k&2 | n<<2", "arithmetic 3/<< to >>: n = k&1 | n >> 2", "constant 2/2 to 3: n = k&1 | n<<3"},
		"t.m[n+1]++":        {"count 1/dropped:", "arithmetic 1/+ to -: t.m[n - 1]++", "constant 1/1 to 2: t.m[n+2]++"},
		"call(0)":           {"call 1/dropped:", "constant 1/0 to 1: call(1)"},
		"return Busy, a, 7": {"constant 1/Busy to OK: return OK, a, 7", "return 1/negated: return Busy, !a, 7", "constant 2/7 to 8: return Busy, a, 8"},
		"return Bad, true, 0": {
			"constant 1/Bad to Busy: return Busy, true, 0", "constant 1/Bad to OK: return OK, true, 0",
			"constant 2/true to false: return Bad, false, 0", "constant 3/0 to 1: return Bad, true, 1",
		},
		"for i := uint8(0); i < n; i++ { k-- }": {
			"constant 1/uint8(0) to uint8(0) + 1: for i := (uint8(0) + 1); i < n; i++ { k-- }",
			"for 1/never: for i := uint8(0); false; i++ { k-- }", "compare 1/< to <=: for i := uint8(0); i <= n; i++ { k-- }",
			"count 1/dropped: for i := uint8(0); i < n; i++ { }",
		},
		"switch n { case 1: k = n }": {"assign 1/dropped: switch n { case 1: }"},
		"switch { case b: k = n }": {
			"case 1/negated: switch { case !b: k = n }", "case 1/always: switch { case true: k = n }", "case 1/never: switch { case false: k = n }",
			"assign 1/dropped: switch { case b: }",
		},
		"panic(1)": nil,
	} {
		s, list := found(t, head+statement+"\nreturn\n}\n")
		var got []string
		for _, m := range mutants(s, list) {
			got = append(got, strings.TrimPrefix(m, "f.go/f/"))
		}
		for i := range got {
			got[i] = strings.TrimSpace(got[i])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", statement, diff)
		}
	}
}

// A mutant keeps its id when lines, and other functions, are added in front.
func TestIDsStay(t *testing.T) {
	const function = "func (t *T) f(n uint8) bool {\n\tif n > 1 {\n\t\tt.n = n\n\t}\n\treturn n == 2 && t.n != 0\n}\n"
	_, before := found(t, "package p\n\ntype T struct{ n uint8 }\n\n"+function)
	_, after := found(t, "package p\n\n// Other is new.\nfunc Other(n int) int {\n\tif n == 0 {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\ntype T struct{ n uint8 }\n\n"+function)
	ids := func(list []*place) (all []string) {
		for _, pl := range list {
			if pl.function == "T.f" {
				all = append(all, pl.kind)
			}
		}
		return all
	}
	if diff := cmp.Diff(ids(before), ids(after)); diff != "" || len(ids(before)) == 0 {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

// What is rewritten asks for its place, and keeps its lines.
func TestRewritten(t *testing.T) {
	text := "package p\n\nfunc f(n uint8, a, b bool) uint8 {\n\tif a && !b {\n\t\tn += 1 // more\n\t}\n\treturn n\n}\n"
	s, list := found(t, text)
	want := `package p; import mutate__ "hvcheck/teeth/mutate"

func f(n uint8, a, b bool) uint8 {
	if mutate__.Cond(0, mutate__.Whole(1, true, mutate__.Flip(1, mutate__.Term(2, true, a)) && mutate__.Flip(1, mutate__.Term(3, true, !b)))) {
		if !mutate__.Is(4, 0) { n += mutate__.Neg[uint8](5, mutate__.Plus[uint8](6, 1)) } // more
	}
	return n
}
`
	got := string(list[0].file.rewritten(s.set, list))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A rule that can be switched is a mutant already.
func TestRulesAreLeftAlone(t *testing.T) {
	const text = `package p

type Rule uint8

const (
	B1 Rule = iota
	B2
)

type call struct{ on [2]bool }

func (c *call) is(r Rule) bool { return c.on[r] }

func f(c *call, n int) {
	if c.is(B1) {
		n++
	}
	if n == 0 || c.is(B2) {
		return
	}
}
`
	s, p := parsed(t, text)
	f := newFinder(s, p, "", 0)
	for _, name := range []string{"B1", "B2"} {
		f.rules[p.types.Scope().Lookup(name)] = true
	}
	var got []string
	for _, pl := range f.all() {
		if pl.function == "f" {
			got = append(got, pl.kind)
		}
	}
	if diff := cmp.Diff([]string{"count 1", "if 1", "operand 1"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
