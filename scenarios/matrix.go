package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Matrix is a table of designs against scenarios. Each cell tells, for each of
// a few groups of properties, how long the shortest story is that violates one
// of the group.
type Matrix struct {
	Name  string // one word; its page is called so
	Title string
	Doc   string
	Seed  string // the thread
	Rows  []Column
	Heads []Head
	// Properties are asked group by group.
	Properties []MatrixProperty
	// Want has the cells that were expected at first, row by row, as ReadCell
	// reads them.
	Want  [][]string
	Notes []CellNote
}

// Head is a scenario as the head of a column. Where it says what is asked there,
// that takes the place of what the table asks.
type Head struct {
	Name, Scenario string
	Asked          []MatrixProperty
}

// MatrixProperty is a group of invariants or promises.
type MatrixProperty struct {
	IDs  []string
	What string // what a violation means: lost event
}

// CellNote says why cells are not as expected at first.
type CellNote struct {
	Row, Head string // names; an empty Head is every column
	Found     string // what is found instead, as in Want; empty if it is as expected at first
	Text      string
}

// Matrices lists the tables.
var Matrices []Matrix

// MatrixByName finds a table.
func MatrixByName(name string) (*Matrix, bool) {
	i := slices.IndexFunc(Matrices, func(m Matrix) bool { return m.Name == name })
	if i < 0 {
		return nil, false
	}
	return &Matrices[i], true
}

// AskedIn lists what is asked in a column, group by group.
func (m *Matrix) AskedIn(head int) []MatrixProperty {
	if own := m.Heads[head].Asked; len(own) > 0 {
		return own
	}
	return m.Properties
}

// Note is the note on a cell, or nil.
func (m *Matrix) Note(row, head int) *CellNote {
	i := slices.IndexFunc(m.Notes, func(n CellNote) bool {
		return n.Row == m.Rows[row].Name && (n.Head == "" || n.Head == m.Heads[head].Name)
	})
	if i < 0 {
		return nil
	}
	return &m.Notes[i]
}

// Expected is what a cell should be: what its note says, or else what was
// expected at first.
func (m *Matrix) Expected(row, head int) (Cell, error) {
	if n := m.Note(row, head); n != nil && n.Found != "" {
		return ReadCell(n.Found, len(m.AskedIn(head)))
	}
	return ReadCell(m.Want[row][head], len(m.AskedIn(head)))
}

// Cell is what is expected of a design in a scenario.
type Cell struct {
	NotApplicable bool
	Fails         bool  // in one of the groups at least
	Lengths       []int // of each group: operations of the shortest story, or one of those below
}

// What stands in place of a length.
const (
	AnyLength = -1 // not stated
	NoStory   = -2 // it holds
)

// ReadCell reads a cell of a matrix with so many groups: "-" does not apply, "H"
// holds throughout, "F" fails, and "F 2/3/-" says of each group how long its
// shortest story is: "-" holds, "?" is not stated. Groups left out at the end
// hold.
func ReadCell(text string, groups int) (Cell, error) {
	verdict, lengths, stated := strings.Cut(text, " ")
	c := Cell{Lengths: slices.Repeat([]int{NoStory}, groups)}
	switch {
	case text == "-":
		c.NotApplicable = true
	case text == "F":
		c.Fails, c.Lengths = true, slices.Repeat([]int{AnyLength}, groups)
	case verdict == "F" && stated:
		c.Fails = true
		return c, c.read(strings.Split(lengths, "/"), text)
	case text != "H":
		return c, fmt.Errorf("cell %q: want -, H, F or F 2/3/-", text)
	}
	return c, nil
}

func (c *Cell) read(words []string, text string) (err error) {
	if len(words) > len(c.Lengths) {
		return fmt.Errorf("cell %q has %d parts, the table has %d groups of properties", text, len(words), len(c.Lengths))
	}
	for i, word := range words {
		switch word = strings.TrimSpace(word); word {
		case "-":
		case "?":
			c.Lengths[i] = AnyLength
		default:
			if c.Lengths[i], err = strconv.Atoi(word); err != nil || c.Lengths[i] < 0 {
				return fmt.Errorf("cell %q: %q; want a length, - or ?", text, word)
			}
		}
	}
	return nil
}
