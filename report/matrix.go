package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// ShowTables writes each table with its legend, its notes, and what was not
// expected.
func (p *Printer) ShowTables(found []*judge.FilledIn) error {
	if p.AsJSON() {
		return p.tablesJSON(found)
	}
	if len(found) == 0 {
		p.Printf("There are no tables.  What there is: hvcheck list\n")
	}
	for i, f := range found {
		if i > 0 {
			p.Printf("\n")
		}
		p.tellTable(f)
	}
	return nil
}

func (p *Printer) tellTable(f *judge.FilledIn) {
	heads, rows := []string{"DESIGN"}, TableRows(f, p.Format == "md")
	for _, h := range f.Heads {
		heads = append(heads, p.plain(h.Name))
	}
	heads, rows = p.fold(heads, rows)
	columns := make([]Column, len(heads))
	for i, name := range heads {
		columns[i] = Column{Name: name}
	}
	t := p.Table(columns...)
	t.above = f.Name + ": " + f.Title
	t.Rows(rows)
	p.Printf("\n%s", Paragraphs(TableLegend(f, p.Format == "md"), ""))
	for i, n := range TableNotes(f) {
		p.apart()
		p.Printf("%s", hanging(fmt.Sprintf("[%d] ", i+1), []string{p.plain(n)}))
	}
	p.Printf("\n%s", Prose(tableSummary(f)))
	p.tableDifferences(f)
}

// plain leaves the arrows of names to pages.
func (p *Printer) plain(s string) string {
	if p.Format == "md" {
		return s
	}
	return phrase.ASCII(s)
}

// fold breaks the heads at their first blank if the table is too wide.
func (p *Printer) fold(heads []string, rows [][]string) ([]string, [][]string) {
	t := &Table{Columns: make([]Column, len(heads))}
	t.fitAll(append(rows, heads))
	width := -2
	for _, c := range t.Columns {
		width += 2 + c.width
	}
	if width <= MaxWidth || p.Format == "md" {
		return heads, rows
	}
	first, second := make([]string, len(heads)), make([]string, len(heads))
	for i, h := range heads {
		first[i], second[i], _ = strings.Cut(h, " ")
	}
	return first, append([][]string{second}, rows...)
}

// TableRows has the cells row by row, behind the name of the design, with the
// numbers of the notes. On pages, cells that fail say so.
func TableRows(f *judge.FilledIn, onPage bool) (rows [][]string) {
	notes := noteTexts(f)
	for i, cells := range f.Cells {
		row := []string{f.Rows[i].Name}
		for k, c := range cells {
			word := c.Found()
			if !onPage {
				word = strings.TrimPrefix(word, "F ")
			}
			if c.Differs() {
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

// noteTexts lists the texts of the notes in the order of their cells, each once.
func noteTexts(f *judge.FilledIn) (texts []string) {
	for row := range f.Rows {
		for head := range f.Heads {
			if n := f.Note(row, head); n != nil && !slices.Contains(texts, n.Text) {
				texts = append(texts, n.Text)
			}
		}
	}
	return texts
}

// TableNotes are the notes with what was expected of their cells at first.
func TableNotes(f *judge.FilledIn) []string {
	list := noteTexts(f)
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
			list[i] += " (expected at first: " + strings.Join(was, "; ") + ")"
		}
	}
	return list
}

// TableLegend says what the parts of a cell are about.
func TableLegend(f *judge.FilledIn, onPage bool) string {
	groups := groupsOf(f.Properties)
	for _, h := range f.Heads {
		if len(h.Asked) > 0 {
			groups = append(groups, h.Name+" - "+strings.Join(groupsOf(h.Asked), ", "))
		}
	}
	fails := "numbers are failures, the number of operations of the shortest story"
	if onPage {
		fails = "F fails, with the number of operations of the shortest story"
	}
	return "H holds; " + fails + " to each of: " + strings.Join(groups, "; ") + ". A - is none of that; alone it does not apply."
}

// groupsOf says what is asked.
func groupsOf(list []scenarios.MatrixProperty) (groups []string) {
	for _, p := range list {
		groups = append(groups, fmt.Sprintf("%s (%s)", p.What, strings.Join(p.IDs, ", ")))
	}
	return groups
}

// countCells counts the cells by their words.
func countCells(f *judge.FilledIn) map[string]int {
	count := map[string]int{}
	for _, c := range slices.Concat(f.Cells...) {
		word, _, _ := strings.Cut(c.Found(), " ")
		count[word]++
	}
	return count
}

// searchSizes are the states of the least and the largest complete search.
func searchSizes(f *judge.FilledIn) (least, most uint64) {
	for _, c := range slices.Concat(f.Cells...) {
		for i := range c.Reports {
			if r := &c.Reports[i]; r.Exhaustive {
				if least == 0 || r.States < least {
					least = r.States
				}
				most = max(most, r.States)
			}
		}
	}
	return least, most
}

func tableSummary(f *judge.FilledIn) string {
	n := countCells(f)
	searched := ""
	if least, most := searchSizes(f); most > 0 {
		searched = fmt.Sprintf(" (complete searches of %d to %d states)", least, most)
	}
	return fmt.Sprintf("%s, %s: %d cells hold%s,\n%d fail, %d open, %d do not apply.\n",
		phrase.Plural(len(f.Rows), "design"), phrase.Plural(len(f.Heads), "scenario"), n["H"], searched, n["F"], n["open"], n["-"])
}

// tableDifferences tells which cells were not expected, and what to type next.
func (p *Printer) tableDifferences(f *judge.FilledIn) {
	differs := false
	for row, cells := range f.Cells {
		for head, c := range cells {
			if c.Differs() {
				differs = true
				p.Printf("%s", Prose(p.plain(fmt.Sprintf("%s, %s: found %s, expected %s.\n",
					f.Rows[row].Name, f.Heads[head].Name, c.Found(), expectedCell(f, row, head)))))
				p.cellCommand(f, row, head)
			}
		}
	}
	switch {
	case differs:
	case countCells(f)["open"] > 0 || judge.TablesCode([]*judge.FilledIn{f}) == judge.ExitInconclusive:
		p.Printf("The cells so far are as expected, but some are open.\n")
	default:
		p.Printf("All as expected.")
		p.exampleCell(f)
	}
}

// expectedCell is the cell that is expected, as it was written.
func expectedCell(f *judge.FilledIn, row, head int) string {
	if n := f.Note(row, head); n != nil && n.Found != "" {
		return n.Found
	}
	return f.Want[row][head]
}

// exampleCell is how to see the story of the first cell that has one.
func (p *Printer) exampleCell(f *judge.FilledIn) {
	for row, cells := range f.Cells {
		for head, c := range cells {
			if c.Fails() {
				p.Printf("  The story of a cell, such as the first that fails:\n")
				p.cellCommand(f, row, head)
				return
			}
		}
	}
	p.Printf("\n")
}

func (p *Printer) cellCommand(f *judge.FilledIn, row, head int) {
	p.apart()
	p.fenced(func() { p.Printf("%s\n", cellCommand(f, row, head)) })
	p.apart()
}

// cellCommand explores one cell, for the first group that has a story. A line that
// is too long goes on as a shell wants it.
func cellCommand(f *judge.FilledIn, row, head int) string {
	group := max(0, slices.IndexFunc(f.Cells[row][head].Reports, func(r judge.Report) bool { return r.Fault != nil }))
	parts := []string{"hvcheck explore " + f.Heads[head].Scenario}
	for _, ch := range ChoicesOf(&f.Rows[row]) {
		parts = append(parts, "--design "+ch)
	}
	parts = append(parts, "--invariant "+strings.Join(f.Cells[row][head].Asked()[group].IDs, ","))
	lines := []string{" "}
	for _, part := range parts {
		if len(lines[len(lines)-1])+1+len(part) > MaxWidth-2 {
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
		Design     choicesJSON `json:"design"`
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

func (p *Printer) tablesJSON(found []*judge.FilledIn) error {
	list := []cellJSON{}
	for _, f := range found {
		for row, cells := range f.Cells {
			for head := range cells {
				j, err := p.cellJSON(f, row, head)
				if err != nil {
					return err
				}
				list = append(list, j)
			}
		}
	}
	return p.WriteJSON(list)
}

func (p *Printer) cellJSON(f *judge.FilledIn, row, head int) (cellJSON, error) {
	c := f.Cells[row][head]
	j := cellJSON{
		Table: f.Name, Row: f.Rows[row].Name, Design: asChoices(f.Rows[row].Design),
		Head: f.Heads[head].Name, Scenario: f.Heads[head].Scenario, Specified: f.Want[row][head],
		Expected: expectedCell(f, row, head), Found: c.Found(), AsExpected: !c.Open() && !c.Differs(), Groups: []groupJSON{},
	}
	if c.Note != nil {
		j.Note = c.Note.Text
	}
	for i, asked := range c.Asked()[:len(c.Reports)] {
		r := &c.Reports[i]
		g := groupJSON{What: asked.What, Properties: asked.IDs, Found: judge.GroupWord(r), Exhaustive: r.Exhaustive, States: r.States}
		s, err := c.Story(i)
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
