package scenarios_test

import (
	"slices"
	"testing"

	"hvcheck/invariants"
	"hvcheck/scenarios"
)

func TestReadCell(t *testing.T) {
	for _, tc := range []struct {
		text    string
		want    scenarios.Cell
		problem string
	}{
		{"H", scenarios.Cell{Lengths: []int{scenarios.NoStory, scenarios.NoStory, scenarios.NoStory}}, ""},
		{"-", scenarios.Cell{NotApplicable: true, Lengths: []int{scenarios.NoStory, scenarios.NoStory, scenarios.NoStory}}, ""},
		{"F", scenarios.Cell{Fails: true, Lengths: []int{scenarios.AnyLength, scenarios.AnyLength, scenarios.AnyLength}}, ""},
		{"F 2/3/4", scenarios.Cell{Fails: true, Lengths: []int{2, 3, 4}}, ""},
		{"F 2 / 3", scenarios.Cell{Fails: true, Lengths: []int{2, 3, scenarios.NoStory}}, ""},
		{"F -/7/?", scenarios.Cell{Fails: true, Lengths: []int{scenarios.NoStory, 7, scenarios.AnyLength}}, ""},
		{"F 1/2/3/4", scenarios.Cell{}, `cell "F 1/2/3/4" has 4 parts, the table has 3 groups of properties`},
		{"F soon", scenarios.Cell{}, `cell "F soon": "soon"; want a length, - or ?`},
		{"F 2/-1", scenarios.Cell{}, `cell "F 2/-1": "-1"; want a length, - or ?`},
		{"holds", scenarios.Cell{}, `cell "holds": want -, H, F or F 2/3/-`},
		{"", scenarios.Cell{}, `cell "": want -, H, F or F 2/3/-`},
	} {
		got, err := scenarios.ReadCell(tc.text, 3)
		if problem := ""; err != nil {
			if problem = err.Error(); problem != tc.problem {
				t.Errorf("%q: %s, want %s", tc.text, problem, tc.problem)
			}
			continue
		}
		if tc.problem != "" || got.NotApplicable != tc.want.NotApplicable || got.Fails != tc.want.Fails || !slices.Equal(got.Lengths, tc.want.Lengths) {
			t.Errorf("%q: %+v, want %+v %s", tc.text, got, tc.want, tc.problem)
		}
	}
}

func TestNote(t *testing.T) {
	m := scenarios.Matrix{
		Rows: []scenarios.Column{{Name: "A"}, {Name: "B"}}, Heads: []scenarios.Head{{Name: "x"}, {Name: "y"}},
		Properties: []scenarios.MatrixProperty{{}, {}}, Want: [][]string{{"H", "H"}, {"F 2", "-"}},
		Notes: []scenarios.CellNote{{Row: "A", Head: "y", Found: "F 3", Text: "one"}, {Row: "B", Text: "all"}},
	}
	if m.Note(0, 0) != nil || m.Note(0, 1).Text != "one" || m.Note(1, 0).Text != "all" || m.Note(1, 1).Text != "all" {
		t.Error("the notes are not where they belong")
	}
	if c, err := m.Expected(0, 1); err != nil || !slices.Equal(c.Lengths, []int{3, scenarios.NoStory}) {
		t.Error(c, err)
	}
	if c, err := m.Expected(1, 0); err != nil || !slices.Equal(c.Lengths, []int{2, scenarios.NoStory}) {
		t.Error(c, err)
	}
}

// Every table is whole: what it names exists, and all cells can be read.
func TestMatricesWellFormed(t *testing.T) {
	for i := range scenarios.Matrices {
		m := &scenarios.Matrices[i]
		if m.Name == "" || m.Title == "" || m.Doc == "" || m.Seed == "" || len(m.Want) != len(m.Rows) {
			t.Errorf("%q: name, title, text, thread or rows are missing", m.Name)
		}
		asked := m.Properties
		for _, h := range m.Heads {
			asked = slices.Concat(asked, h.Asked)
		}
		for _, p := range asked {
			for _, id := range p.IDs {
				_, isInvariant := invariants.ByID(id)
				if _, isPromise := invariants.PromiseByID(id); !isInvariant && !isPromise {
					t.Errorf("%s: %q is no invariant and no promise", m.Name, id)
				}
			}
		}
		for _, n := range m.Notes {
			if !slices.ContainsFunc(m.Rows, func(c scenarios.Column) bool { return c.Name == n.Row }) ||
				n.Head != "" && !slices.ContainsFunc(m.Heads, func(h scenarios.Head) bool { return h.Name == n.Head }) || n.Text == "" {
				t.Errorf("%s: note on a cell that is not there, or without text: %+v", m.Name, n)
			}
		}
	}
}

// Every cell is found as it is expected, by complete searches.
func TestMatrices(t *testing.T) {
	for i := range scenarios.Matrices {
		m := &scenarios.Matrices[i]
		for row := range m.Rows {
			for head := range m.Heads {
				t.Run(m.Name+"/"+m.Rows[row].Name+"/"+m.Heads[head].Name, func(t *testing.T) { fill(t, m, row, head) })
			}
		}
	}
}

func fill(t *testing.T, m *scenarios.Matrix, row, head int) {
	want, err := m.Expected(row, head)
	if err != nil {
		t.Fatal(err)
	}
	if want.NotApplicable {
		return
	}
	asked := m.AskedIn(head)
	got := make([]int, len(asked))
	for i, p := range asked {
		r := explore(t, must(t, m.Heads[head].Scenario), p.IDs, m.Rows[row].Design...)
		if got[i] = scenarios.NoStory; r.Fault != nil {
			got[i] = storyLength(r)
		} else if !r.Exhaustive {
			t.Fatal("the search was not complete")
		}
		if want.Lengths[i] == scenarios.AnyLength {
			got[i] = scenarios.AnyLength
		}
	}
	if !slices.Equal(got, want.Lengths) {
		t.Errorf("lengths %v, want %v", got, want.Lengths)
	}
}
