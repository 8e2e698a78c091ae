package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
)

func (a *app) reportTables(found []*filledIn) error {
	if a.asJSON() {
		if err := a.tablesJSON(found); err != nil {
			return err
		}
		return exitWith(tablesCode(found))
	}
	if len(found) == 0 {
		a.printf("There are no tables.  What there is: hvcheck list\n")
	}
	for i, f := range found {
		if i > 0 {
			a.printf("\n")
		}
		a.tellTable(f)
	}
	return exitWith(tablesCode(found))
}

func (a *app) tellTable(f *filledIn) {
	heads, rows := []string{"DESIGN"}, f.words(a.format == "md")
	for _, h := range f.Heads {
		heads = append(heads, a.plain(h.Name))
	}
	heads, rows = a.fold(heads, rows)
	columns := make([]column, len(heads))
	for i, name := range heads {
		columns[i] = column{name: name}
	}
	t := a.table(columns...)
	t.above = f.Name + ": " + f.Title
	t.rows(rows)
	a.printf("\n%s", paragraphs(f.legend(a.format == "md"), ""))
	for i, n := range f.remarks() {
		a.printf("%s", hanging(fmt.Sprintf("[%d] ", i+1), []string{a.plain(n)}))
	}
	a.printf("\n%s%s", f.summary(), a.plain(f.differences()))
}

// plain leaves the arrows of names to pages.
func (a *app) plain(s string) string {
	if a.format == "md" {
		return s
	}
	return ascii(s)
}

func ascii(s string) string { return strings.ReplaceAll(s, "→", "-") }

// fold breaks the heads at their first blank if the table is too wide.
func (a *app) fold(heads []string, rows [][]string) ([]string, [][]string) {
	t := &table{columns: make([]column, len(heads))}
	t.fitAll(append(rows, heads))
	width := -2
	for _, c := range t.columns {
		width += 2 + c.width
	}
	if width <= maxWidth || a.format == "md" {
		return heads, rows
	}
	first, second := make([]string, len(heads)), make([]string, len(heads))
	for i, h := range heads {
		first[i], second[i], _ = strings.Cut(h, " ")
	}
	return first, append([][]string{second}, rows...)
}

// words has the cells row by row, behind the name of the design, with the
// numbers of the notes. On pages, cells that fail say so.
func (f *filledIn) words(onPage bool) (rows [][]string) {
	notes := f.notes()
	for i, cells := range f.cells {
		row := []string{f.Rows[i].Name}
		for k, c := range cells {
			word := c.found()
			if !onPage {
				word = strings.TrimPrefix(word, "F ")
			}
			if c.differs() {
				word += "!"
			}
			if n := f.Note(i, k); n != nil {
				word += fmt.Sprintf(" [%d]", slices.Index(notes, n.Text)+1)
			}
			row = append(row, word)
		}
		rows = append(rows, row)
	}
	return rows
}

// notes lists the texts of the notes in the order of their cells, each once.
func (f *filledIn) notes() (texts []string) {
	for row := range f.Rows {
		for head := range f.Heads {
			if n := f.Note(row, head); n != nil && !slices.Contains(texts, n.Text) {
				texts = append(texts, n.Text)
			}
		}
	}
	return texts
}

// remarks are the notes with what was specified of their cells.
func (f *filledIn) remarks() []string {
	list := f.notes()
	for i, text := range list {
		var was []string
		for row := range f.Rows {
			for head := range f.Heads {
				if n := f.Note(row, head); n != nil && n.Text == text && n.Found != "" {
					was = append(was, fmt.Sprintf("%s in %s, %s", f.Want[row][head], f.Heads[head].Name, f.Rows[row].Name))
				}
			}
		}
		if len(was) > 0 {
			list[i] += " (specified: " + strings.Join(was, "; ") + ")"
		}
	}
	return list
}

// legend says what the parts of a cell are about.
func (f *filledIn) legend(onPage bool) string {
	var groups []string
	for _, p := range f.Properties {
		groups = append(groups, fmt.Sprintf("%s (%s)", p.What, strings.Join(p.IDs, ", ")))
	}
	fails := "numbers are failures, the number of operations of the shortest story"
	if onPage {
		fails = "F fails, with the number of operations of the shortest story"
	}
	return "H holds; " + fails + " to each of: " + strings.Join(groups, "; ") + ". A - is none of that; alone it does not apply."
}

// count counts the cells by their words.
func (f *filledIn) count() map[string]int {
	count := map[string]int{}
	for _, c := range slices.Concat(f.cells...) {
		word, _, _ := strings.Cut(c.found(), " ")
		count[word]++
	}
	return count
}

// states are the least and the largest complete search.
func (f *filledIn) states() (least, most uint64) {
	for _, c := range slices.Concat(f.cells...) {
		for i := range c.reports {
			if r := &c.reports[i]; r.Exhaustive {
				if least == 0 || r.States < least {
					least = r.States
				}
				most = max(most, r.States)
			}
		}
	}
	return least, most
}

func (f *filledIn) summary() string {
	n := f.count()
	searched := ""
	if least, most := f.states(); most > 0 {
		searched = fmt.Sprintf(" (complete searches of %d to %d states)", least, most)
	}
	return fmt.Sprintf("%s, %s: %d cells hold%s,\n%d fail, %d open, %d do not apply.\n",
		plural(len(f.Rows), "design"), plural(len(f.Heads), "scenario"), n["H"], searched, n["F"], n["open"], n["-"])
}

// differences tells which cells were not expected, and what to type next.
func (f *filledIn) differences() string {
	var b strings.Builder
	for row, cells := range f.cells {
		for head, c := range cells {
			if c.differs() {
				fmt.Fprintf(&b, "%s, %s: found %s, expected %s.\n%s\n",
					f.Rows[row].Name, f.Heads[head].Name, c.found(), f.expectedWord(row, head), f.command(row, head))
			}
		}
	}
	switch {
	case b.Len() > 0:
		return b.String()
	case f.count()["open"] > 0 || tablesCode([]*filledIn{f}) == exitInconclusive:
		return "The cells so far are as expected, but some are open.\n"
	}
	return "All as expected." + f.example() + "\n"
}

// expectedWord is the cell that is expected, as it was written.
func (f *filledIn) expectedWord(row, head int) string {
	if n := f.Note(row, head); n != nil && n.Found != "" {
		return n.Found
	}
	return f.Want[row][head]
}

// example is how to see the story of the first cell that has one.
func (f *filledIn) example() string {
	for row, cells := range f.cells {
		for head, c := range cells {
			if c.fails() {
				return "  The story of a cell, such as the first that fails:\n" + f.command(row, head)
			}
		}
	}
	return ""
}

// command explores one cell, for the first group that has a story. A line that
// is too long goes on as a shell wants it.
func (f *filledIn) command(row, head int) string {
	group := max(0, slices.IndexFunc(f.cells[row][head].reports, func(r report) bool { return r.Fault != nil }))
	parts := []string{"hvcheck explore " + f.Heads[head].Scenario}
	for _, ch := range choicesOf(&f.Rows[row]) {
		parts = append(parts, "--design "+ch)
	}
	parts = append(parts, "--invariant "+strings.Join(f.Properties[group].IDs, ","))
	lines := []string{" "}
	for _, part := range parts {
		if len(lines[len(lines)-1])+1+len(part) > maxWidth-2 {
			lines = append(lines, "   ")
		}
		lines[len(lines)-1] += " " + part
	}
	return strings.Join(lines, " \\\n")
}

// What table writes with --json.
type (
	cellJSON struct {
		Table      string      `json:"table"`
		Row        string      `json:"row"`
		Design     []string    `json:"design"`
		Head       string      `json:"head"`
		Scenario   string      `json:"scenario"`
		Specified  string      `json:"specified"`
		Expected   string      `json:"expected"`
		Found      string      `json:"found"`
		AsExpected bool        `json:"as_expected"`
		Note       string      `json:"note,omitempty"`
		Groups     []groupJSON `json:"groups"`
	}
	groupJSON struct {
		What       string          `json:"what"`
		Properties []string        `json:"properties"`
		Found      string          `json:"found"`
		Exhaustive bool            `json:"exhaustive"`
		States     uint64          `json:"states"`
		Story      json.RawMessage `json:"story,omitempty"`
	}
)

func (a *app) tablesJSON(found []*filledIn) error {
	list := []cellJSON{}
	for _, f := range found {
		for row, cells := range f.cells {
			for head := range cells {
				j, err := a.cellJSON(f, row, head)
				if err != nil {
					return err
				}
				list = append(list, j)
			}
		}
	}
	return a.writeJSON(list)
}

func (a *app) cellJSON(f *filledIn, row, head int) (cellJSON, error) {
	c := f.cells[row][head]
	j := cellJSON{
		Table: f.Name, Row: f.Rows[row].Name, Design: choicesOf(&f.Rows[row]),
		Head: f.Heads[head].Name, Scenario: f.Heads[head].Scenario, Specified: f.Want[row][head],
		Expected: f.expectedWord(row, head), Found: c.found(), AsExpected: !c.open() && !c.differs(), Groups: []groupJSON{},
	}
	if c.note != nil {
		j.Note = c.note.Text
	}
	for i, p := range f.Properties[:len(c.reports)] {
		r := &c.reports[i]
		g := groupJSON{What: p.What, Properties: p.IDs, Found: groupWord(r), Exhaustive: r.Exhaustive, States: r.States}
		s, err := a.cellStory(c, f.Matrix, i)
		if err != nil {
			return j, err
		}
		if s != nil {
			g.Story = counterexamples.EncodeJSON(s)
		}
		j.Groups = append(j.Groups, g)
	}
	return j, nil
}
