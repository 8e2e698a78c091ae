package counterexamples

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/exp/ebnf"
)

func parsedGrammar(t *testing.T) ebnf.Grammar {
	t.Helper()
	g, err := ebnf.Parse("grammar", strings.NewReader(Grammar))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGrammarIsWhole(t *testing.T) {
	if err := ebnf.Verify(parsedGrammar(t), "Story"); err != nil {
		t.Error(err)
	}
}

// TestGrammar: what the grammar describes is what is written and read.
func TestGrammar(t *testing.T) {
	m := matcher{grammar: parsedGrammar(t)}
	written := twoSteps(t)
	for _, text := range []string{goodText, EncodeText(&written), "", "\n# nothing\n"} {
		if !m.matches(text) {
			t.Errorf("the grammar does not describe\n%s", text)
		}
	}
	for _, b := range textBreakages {
		switch b.name {
		case "no equals sign", "field", "drain", "two scenarios", "header":
			if text := strings.Replace(goodText, b.old, b.new, 1); m.matches(text) {
				t.Errorf("%s: the grammar allows\n%s", b.name, text)
			}
		}
	}
}

// matcher follows a grammar through a text by sets of places. Between the
// parts of a production with a capital letter there may be blanks.
type matcher struct {
	grammar ebnf.Grammar
	text    string
}

func (m *matcher) matches(text string) bool {
	m.text = text
	return slices.Contains(m.ends(m.grammar["Story"].Expr, 0, false), len(text))
}

// ends lists where a match that begins at i can end.
func (m *matcher) ends(e ebnf.Expression, i int, lexical bool) []int {
	if e == nil {
		return []int{i}
	}
	switch e := e.(type) {
	case ebnf.Alternative:
		return m.either(e, i, lexical)
	case ebnf.Sequence:
		return m.all(e, i, lexical)
	case *ebnf.Name:
		p := m.grammar[e.String]
		return m.ends(p.Expr, m.skip(i, lexical), lexical || isLexical(e.String))
	case *ebnf.Token:
		return m.token(e.String, m.skip(i, lexical))
	case *ebnf.Range:
		return m.between(e.Begin.String, e.End.String, i)
	case *ebnf.Group:
		return m.ends(e.Body, i, lexical)
	case *ebnf.Option:
		return append(m.ends(e.Body, i, lexical), i)
	case *ebnf.Repetition:
		return m.repeated(e.Body, i, lexical)
	}
	panic("an unknown kind of expression")
}

// isLexical tells a production in which blanks count.
func isLexical(name string) bool { return 'a' <= name[0] && name[0] <= 'z' }

func (m *matcher) skip(i int, lexical bool) int {
	for !lexical && i < len(m.text) && m.text[i] == ' ' {
		i++
	}
	return i
}

func (m *matcher) token(s string, i int) []int {
	if strings.HasPrefix(m.text[i:], s) {
		return []int{i + len(s)}
	}
	return nil
}

func (m *matcher) between(low, high string, i int) []int {
	r, n := utf8.DecodeRuneInString(m.text[i:])
	first, _ := utf8.DecodeRuneInString(low)
	last, _ := utf8.DecodeRuneInString(high)
	if n == 0 || r < first || r > last {
		return nil
	}
	return []int{i + n}
}

func (m *matcher) either(list ebnf.Alternative, i int, lexical bool) (ends []int) {
	for _, e := range list {
		ends = append(ends, m.ends(e, i, lexical)...)
	}
	return ends
}

func (m *matcher) all(list ebnf.Sequence, i int, lexical bool) []int {
	at := map[int]bool{i: true}
	for _, e := range list {
		next := map[int]bool{}
		for i := range at {
			for _, end := range m.ends(e, i, lexical) {
				next[end] = true
			}
		}
		at = next
	}
	return slices.Sorted(maps.Keys(at))
}

func (m *matcher) repeated(e ebnf.Expression, i int, lexical bool) []int {
	seen := map[int]bool{i: true}
	for todo := []int{i}; len(todo) > 0; todo = todo[1:] {
		for _, end := range m.ends(e, todo[0], lexical) {
			if !seen[end] {
				seen[end] = true
				todo = append(todo, end)
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
