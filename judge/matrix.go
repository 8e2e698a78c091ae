package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Cell is what was found of one design in one scenario.
type Cell struct {
	Search  *Search // nil if it does not apply
	want    scenarios.Cell
	asked   []scenarios.MatrixProperty
	Note    *scenarios.CellNote
	Reports []Report // of each group of properties
}

// FilledIn is a table with the cells that were found, row by row.
type FilledIn struct {
	*scenarios.Matrix
	Cells [][]*Cell
}

// MatricesNamed finds tables by name, or all.
func MatricesNamed(names []string) (list []*scenarios.Matrix, err error) {
	for _, name := range names {
		m, ok := scenarios.MatrixByName(model.Fold(name, matrixNames()))
		if !ok {
			return nil, Unknown("table", name, matrixNames())
		}
		list = append(list, m)
	}
	for i := range scenarios.Matrices {
		if len(names) == 0 {
			list = append(list, &scenarios.Matrices[i])
		}
	}
	return list, nil
}

func matrixNames() []string {
	names := make([]string, len(scenarios.Matrices))
	for i := range scenarios.Matrices {
		names[i] = scenarios.Matrices[i].Name
	}
	return names
}

// FillIn finds every cell. After an interrupt, what is left stays open.
func (j *Judge) FillIn(ctx context.Context, m *scenarios.Matrix) (*FilledIn, error) {
	f := &FilledIn{Matrix: m, Cells: make([][]*Cell, len(m.Rows))}
	for row := range m.Rows {
		for head := range m.Heads {
			c, err := j.fillCell(ctx, m, row, head)
			if err != nil {
				return nil, fmt.Errorf("%s, %s in %s: %w", m.Name, m.Rows[row].Name, m.Heads[head].Name, err)
			}
			f.Cells[row] = append(f.Cells[row], c)
		}
	}
	return f, nil
}

func (j *Judge) fillCell(ctx context.Context, m *scenarios.Matrix, row, head int) (*Cell, error) {
	want, err := m.Expected(row, head)
	c := &Cell{want: want, asked: m.AskedIn(head), Note: m.Note(row, head)}
	if err != nil || want.NotApplicable {
		return c, err
	}
	s, config, err := j.under(m.Heads[head].Scenario, &m.Rows[row])
	if err != nil {
		return nil, err
	}
	c.Search = NewSearch(s, config)
	for _, p := range c.asked {
		r, err := j.Explore(ctx, c.Search.asking(p.IDs...), checker.Bounds{})
		if err != nil {
			return nil, err
		}
		c.Reports = append(c.Reports, r)
	}
	return c, nil
}

// Fails tells whether a story was found for some group.
func (c *Cell) Fails() bool {
	return slices.ContainsFunc(c.Reports, func(r Report) bool { return r.Fault != nil })
}

// Open tells whether a group was not decided.
func (c *Cell) Open() bool {
	return slices.ContainsFunc(c.Reports, func(r Report) bool { return r.Fault == nil && !r.Exhaustive })
}

// Found is the cell in a table.
func (c *Cell) Found() string {
	switch {
	case c.Search == nil:
		return "-"
	case !c.Fails() && c.Open():
		return "open"
	case !c.Fails():
		return "H"
	}
	words := make([]string, len(c.Reports))
	for i := range c.Reports {
		words[i] = GroupWord(&c.Reports[i])
	}
	return "F " + strings.Join(words, "/")
}

// GroupWord is a group's part of a cell: the length of its shortest story, - if
// there is none, or open.
func GroupWord(r *Report) string {
	switch {
	case r.Fault != nil:
		return fmt.Sprint(LengthOf(r.Fault))
	case !r.Exhaustive:
		return "open"
	}
	return "-"
}

// Differs tells whether something was found that is not expected. What is open
// differs from nothing yet.
func (c *Cell) Differs() bool {
	if c.Search != nil && !c.Open() && c.Fails() != c.want.Fails {
		return true
	}
	for i := range c.Reports {
		if r := &c.Reports[i]; r.Fault != nil || r.Exhaustive {
			if want := c.want.Lengths[i]; want != scenarios.AnyLength && want != storyLength(r) {
				return true
			}
		}
	}
	return false
}

func storyLength(r *Report) int {
	if r.Fault == nil {
		return scenarios.NoStory
	}
	return LengthOf(r.Fault)
}

// TablesCode is the exit code for tables: whether all cells are as expected.
func TablesCode(found []*FilledIn) int {
	code := ExitHolds
	for _, f := range found {
		for _, c := range slices.Concat(f.Cells...) {
			switch {
			case c.Differs():
				return ExitViolated
			case c.Open():
				code = ExitInconclusive
			}
		}
	}
	return code
}

// Asked lists what was asked, group by group.
func (c *Cell) Asked() []scenarios.MatrixProperty { return c.asked }

// Story is the story of a cell's group, or nil.
func (c *Cell) Story(group int) (*counterexamples.Story, error) {
	r := &c.Reports[group]
	if r.Fault == nil {
		return nil, nil
	}
	return c.Search.asking(c.asked[group].IDs...).story(r.Fault, counterexamples.Found{By: ByExplore})
}

// StoriesInTables are the stories of all cells.
func StoriesInTables(found []*FilledIn) (list []*counterexamples.Story, err error) {
	for _, f := range found {
		for _, c := range slices.Concat(f.Cells...) {
			for group := range c.Reports {
				s, err := c.Story(group)
				if err != nil {
					return nil, err
				}
				if s != nil {
					list = append(list, s)
				}
			}
		}
	}
	return list, nil
}
