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
	// spare columns are left out of a text that is too narrow for all, the one
	// with the least number above 0 first.
	spare int
}

// Table writes rows as aligned text or as Markdown, each as it comes.
type Table struct {
	Out      io.Writer
	Markdown bool
	Columns  []Column
	above    string // its heading, if it has one
	apart    bool   // something stands before it
	begun    bool
	out      map[int]bool // the columns that are left out
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
	t.narrow()
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

// narrow leaves spare columns out until the table fits, or none is left.
func (t *Table) narrow() {
	if t.Markdown {
		return
	}
	width := -2
	for _, c := range t.Columns {
		width += 2 + c.width
	}
	for width > MaxWidth {
		least := -1
		for i, c := range t.Columns {
			if c.spare > 0 && !t.out[i] && (least < 0 || c.spare < t.Columns[least].spare) {
				least = i
			}
		}
		if least < 0 {
			return
		}
		if t.out == nil {
			t.out = map[int]bool{}
		}
		t.out[least] = true
		width -= 2 + t.Columns[least].width
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
	var padded []string
	for i, cell := range cells {
		if !t.out[i] {
			padded = append(padded, t.Columns[i].pad(cell))
		}
	}
	fmt.Fprintln(t.Out, strings.TrimRight(strings.Join(padded, "  "), " "))
}

func (c *Column) pad(cell string) string {
	blanks := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(cell)))
	if c.right {
		return blanks + cell
	}
	return cell + blanks
}

// Prose breaks the lines of a text that are too long. The others stay as they
// are.
func Prose(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		bare := strings.TrimLeft(line, " ")
		indent := strings.Repeat(" ", len(line)-len(bare))
		if utf8.RuneCountInString(line)-1 <= MaxWidth {
			b.WriteString(line)
			continue
		}
		for i, part := range phrase.Wrap(bare, MaxWidth-len(indent)-2) {
			b.WriteString(indent + strings.Repeat("  ", min(i, 1)) + part + "\n")
		}
	}
	return b.String()
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
