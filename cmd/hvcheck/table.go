package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxWidth is how wide our output is at most.
const maxWidth = 100

// A column of a table.
type column struct {
	name  string
	width int  // at least; rows that are known before the first is printed widen it
	right bool // numbers
}

// table writes rows as aligned text or as Markdown, each as it comes.
type table struct {
	out      io.Writer
	markdown bool
	columns  []column
	above    string // its heading, if it has one
	apart    bool   // something stands before it
	begun    bool
}

func (a *app) table(columns ...column) *table {
	t := &table{out: a.out, markdown: a.format == "md", columns: columns}
	if a.asJSON() {
		t.out = io.Discard
	}
	for i := range t.columns {
		t.fit(i, t.columns[i].name)
	}
	return t
}

// fit widens a column for a cell that is still to come.
func (t *table) fit(i int, cell string) {
	t.columns[i].width = max(t.columns[i].width, utf8.RuneCountInString(cell))
}

// fitAll widens every column for rows that are still to come.
func (t *table) fitAll(rows [][]string) {
	for _, row := range rows {
		for i, cell := range row {
			t.fit(i, cell)
		}
	}
}

// rows writes a table of which all rows are known.
func (t *table) rows(rows [][]string) {
	t.fitAll(rows)
	for _, row := range rows {
		t.row(row...)
	}
}

func (t *table) row(cells ...string) {
	t.head()
	t.line(cells)
}

// head writes the heading, once.
func (t *table) head() {
	if t.begun {
		return
	}
	t.begun = true
	t.heading()
	names, rules := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i], rules[i] = c.name, "---"
		if c.right {
			rules[i] = "--:"
		}
	}
	t.line(names)
	if t.markdown {
		t.line(rules)
	}
}

// heading stands above a table of several.
func (t *table) heading() {
	if t.apart {
		fmt.Fprintln(t.out)
	}
	if t.above == "" {
		return
	}
	if t.markdown {
		fmt.Fprint(t.out, "## ")
	}
	fmt.Fprintf(t.out, "%s\n\n", t.above)
}

func (t *table) line(cells []string) {
	if t.markdown {
		escaped := make([]string, len(cells))
		for i, cell := range cells {
			escaped[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(t.out, "| %s |\n", strings.Join(escaped, " | "))
		return
	}
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(t.columns[i].pad(cell))
	}
	fmt.Fprintln(t.out, strings.TrimRight(b.String(), " "))
}

func (c *column) pad(cell string) string {
	blanks := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(cell)))
	if c.right {
		return blanks + cell
	}
	return cell + blanks
}

// wrap breaks text into lines of at most width.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// paragraphs wraps each paragraph of a text and indents it.
func paragraphs(text, indent string) string {
	var b strings.Builder
	for i, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, line := range wrap(p, maxWidth-len(indent)) {
			b.WriteString(indent + line + "\n")
		}
	}
	return b.String()
}
