package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/scenarios"
)

func (a *app) tableCommand() *cobra.Command {
	var write string
	c := &cobra.Command{
		Use:   "table [NAME...]",
		Short: "find the tables of designs against scenarios again",
		Long: `Table searches each scenario of a table under each of its designs, once for each
group of properties, and compares the cells with those that are expected.

In a cell, H holds throughout, by complete searches; 2/3/- says of each group how
many operations the shortest story has, or - where there is none; a cell that is
- alone does not apply. An exclamation mark is a cell that was not expected:
exit code 1. One that stays open makes it 3.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.tables(cmd.Context(), names, write) },
	}
	c.Flags().StringVar(&write, "write", "", "folder to write the stories to")
	return c
}

// A cell is what was found of one design in one scenario.
type cell struct {
	search  *search // nil if it does not apply
	want    scenarios.Cell
	note    *scenarios.CellNote
	reports []report // of each group of properties
}

// filledIn is a table with the cells that were found, row by row.
type filledIn struct {
	*scenarios.Matrix
	cells [][]*cell
}

func (a *app) tables(ctx context.Context, names []string, write string) error {
	list, err := matricesNamed(names)
	if err != nil {
		return err
	}
	if write != "" {
		if err := writable("--write", write); err != nil {
			return err
		}
	}
	ctx, cancel := a.limited(ctx)
	defer cancel()
	var found []*filledIn
	for _, m := range list {
		f, err := a.fillIn(ctx, m)
		if err != nil {
			return err
		}
		found = append(found, f)
		if err := a.writeCells(write, f); err != nil {
			return err
		}
	}
	return a.reportTables(found)
}

// matricesNamed finds tables by name, or all.
func matricesNamed(names []string) (list []*scenarios.Matrix, err error) {
	for _, name := range names {
		m, ok := scenarios.MatrixByName(name)
		if !ok {
			return nil, unknown("table", name, matrixNames())
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

// fillIn finds every cell. After an interrupt, what is left stays open.
func (a *app) fillIn(ctx context.Context, m *scenarios.Matrix) (*filledIn, error) {
	f := &filledIn{Matrix: m, cells: make([][]*cell, len(m.Rows))}
	for row := range m.Rows {
		for head := range m.Heads {
			c, err := a.fillCell(ctx, m, row, head)
			if err != nil {
				return nil, fmt.Errorf("%s, %s in %s: %w", m.Name, m.Rows[row].Name, m.Heads[head].Name, err)
			}
			f.cells[row] = append(f.cells[row], c)
		}
	}
	return f, nil
}

func (a *app) fillCell(ctx context.Context, m *scenarios.Matrix, row, head int) (*cell, error) {
	want, err := m.Expected(row, head)
	c := &cell{want: want, note: m.Note(row, head)}
	if err != nil || want.NotApplicable {
		return c, err
	}
	s, config, err := a.under(m.Heads[head].Scenario, &m.Rows[row])
	if err != nil {
		return nil, err
	}
	c.search = newSearch(s, config)
	for _, p := range m.Properties {
		r, err := a.explore(ctx, c.search.asking(p.IDs...), checker.Bounds{})
		if err != nil {
			return nil, err
		}
		c.reports = append(c.reports, r)
	}
	return c, nil
}

// fails tells whether a story was found for some group.
func (c *cell) fails() bool {
	return slices.ContainsFunc(c.reports, func(r report) bool { return r.Fault != nil })
}

// open tells whether a group was not decided.
func (c *cell) open() bool {
	return slices.ContainsFunc(c.reports, func(r report) bool { return r.Fault == nil && !r.Exhaustive })
}

// found is the cell in a table.
func (c *cell) found() string {
	switch {
	case c.search == nil:
		return "-"
	case !c.fails() && c.open():
		return "open"
	case !c.fails():
		return "H"
	}
	words := make([]string, len(c.reports))
	for i := range c.reports {
		words[i] = groupWord(&c.reports[i])
	}
	return "F " + strings.Join(words, "/")
}

func groupWord(r *report) string {
	switch {
	case r.Fault != nil:
		return fmt.Sprint(lengthOf(r.Fault))
	case !r.Exhaustive:
		return "open"
	}
	return "-"
}

// differs tells whether something was found that is not expected. What is open
// differs from nothing yet.
func (c *cell) differs() bool {
	if c.search != nil && !c.open() && c.fails() != c.want.Fails {
		return true
	}
	for i := range c.reports {
		if r := &c.reports[i]; r.Fault != nil || r.Exhaustive {
			if want := c.want.Lengths[i]; want != scenarios.AnyLength && want != storyLength(r) {
				return true
			}
		}
	}
	return false
}

func storyLength(r *report) int {
	if r.Fault == nil {
		return scenarios.NoStory
	}
	return lengthOf(r.Fault)
}

func tablesCode(found []*filledIn) int {
	code := exitHolds
	for _, f := range found {
		for _, c := range slices.Concat(f.cells...) {
			switch {
			case c.differs():
				return exitViolated
			case c.open():
				code = exitInconclusive
			}
		}
	}
	return code
}

// cellStory is the story of a cell's group, or nil.
func (a *app) cellStory(c *cell, m *scenarios.Matrix, group int) (*counterexamples.Story, error) {
	r := &c.reports[group]
	if r.Fault == nil {
		return nil, nil
	}
	return c.search.asking(m.Properties[group].IDs...).story(r.Fault, counterexamples.Found{By: byExplore})
}

// writeCells writes the stories of all cells to a folder.
func (a *app) writeCells(dir string, f *filledIn) error {
	if dir == "" {
		return nil
	}
	for _, c := range slices.Concat(f.cells...) {
		for group := range c.reports {
			s, err := a.cellStory(c, f.Matrix, group)
			if err != nil {
				return err
			}
			if s == nil {
				continue
			}
			if _, err := counterexamples.Write(dir, s); err != nil {
				return err
			}
		}
	}
	return nil
}
