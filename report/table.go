package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"hvcheck/phrase"
)

// MaxWidth is how wide our output is at most, in characters: as wide as the
// terminal, within limits, and 100 where that is not known.
var MaxWidth = usualWidth

const (
	leastWidth = 60
	usualWidth = 100
	mostWidth  = 120
)

// SetWidth has output be as wide as a terminal; 0 is not known.
func SetWidth(columns int) {
	MaxWidth = usualWidth
	if columns > 0 {
		MaxWidth = min(max(columns, leastWidth), mostWidth)
	}
}

// Column is a column of a table.
type Column struct {
	Name  string
	width int  // at least; rows that are known before the first is printed widen it
	right bool // numbers
}

// Table writes rows as aligned text or as Markdown, each as it comes.
type Table struct {
	Out      io.Writer
	Markdown bool
	Columns  []Column
	above    string // its heading, if it has one
	apart    bool   // something stands before it
	begun    bool
}

// Table is a table in the printer's format; with JSON it is written nowhere.
func (p *Printer) Table(columns ...Column) *Table {
	t := &Table{Out: p.Out, Markdown: p.Format == "md", Columns: columns}
	if p.AsJSON() {
		t.Out = io.Discard
	}
	for i := range t.Columns {
		t.fit(i, t.Columns[i].Name)
	}
	return t
}

// fit widens a column for a cell that is still to come.
func (t *Table) fit(i int, cell string) {
	t.Columns[i].width = max(t.Columns[i].width, utf8.RuneCountInString(cell))
}

// fitAll widens every column for rows that are still to come.
func (t *Table) fitAll(rows [][]string) {
	for _, row := range rows {
		for i, cell := range row {
			t.fit(i, cell)
		}
	}
}

// Rows writes a table of which all rows are known.
func (t *Table) Rows(rows [][]string) {
	t.fitAll(rows)
	for _, row := range rows {
		t.Row(row...)
	}
}

// Row writes one row, and the heading before the first.
func (t *Table) Row(cells ...string) {
	t.Head()
	t.line(cells)
}

// Head writes the heading, once.
func (t *Table) Head() {
	if t.begun {
		return
	}
	t.begun = true
	t.heading()
	names, rules := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], rules[i] = c.Name, "---"
		if c.right {
			rules[i] = "--:"
		}
	}
	t.line(names)
	if t.Markdown {
		t.line(rules)
	}
}

// heading stands above a table of several.
func (t *Table) heading() {
	if t.apart {
		fmt.Fprintln(t.Out)
	}
	if t.above == "" {
		return
	}
	if t.Markdown {
		fmt.Fprint(t.Out, "## ")
	}
	fmt.Fprintf(t.Out, "%s\n\n", t.above)
}

func (t *Table) line(cells []string) {
	if t.Markdown {
		escaped := make([]string, len(cells))
		for i, cell := range cells {
			escaped[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(t.Out, "| %s |\n", strings.Join(escaped, " | "))
		return
	}
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(t.Columns[i].pad(cell))
	}
	fmt.Fprintln(t.Out, strings.TrimRight(b.String(), " "))
}

func (c *Column) pad(cell string) string {
	blanks := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(cell)))
	if c.right {
		return blanks + cell
	}
	return cell + blanks
}

// Paragraphs wraps each paragraph of a text and indents it.
func Paragraphs(text, indent string) string {
	var b strings.Builder
	for i, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, line := range phrase.Wrap(p, MaxWidth-len(indent)) {
			b.WriteString(indent + line + "\n")
		}
	}
	return b.String()
}
