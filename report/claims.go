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

// ShowClaims writes verdicts: a table for each thread, and the details of each
// with verbose; single claims are told with their stories.
func (p *Printer) ShowClaims(list []*scenarios.Claim, found []*judge.Decided, single, verbose bool) error {
	switch {
	case p.AsJSON():
		return p.claimsJSON(found)
	case single:
		return p.tellClaims(list, found)
	default:
		p.claimsTables(list, found)
		if verbose {
			p.verdictTables(list, found)
		}
		p.Printf("\n%s", Prose(claimsSummary(list, found)))
	}
	return nil
}

// VerdictsOf selects the verdicts of one claim.
func VerdictsOf(c *scenarios.Claim, found []*judge.Decided) (list []*judge.Decided) {
	for _, d := range found {
		if d.Claim == c {
			list = append(list, d)
		}
	}
	return list
}

// VariantsOf lists the variants in the order in which they come.
func VariantsOf(found []*judge.Decided) (list []string) {
	for _, d := range found {
		if !slices.Contains(list, d.Want.Variant) {
			list = append(list, d.Want.Variant)
		}
	}
	return list
}

// InThread selects the claims of one thread and their verdicts.
func InThread(thread string, list []*scenarios.Claim, found []*judge.Decided) (claims []*scenarios.Claim, verdicts []*judge.Decided) {
	for _, c := range list {
		if c.Seed == thread {
			claims, verdicts = append(claims, c), append(verdicts, VerdictsOf(c, found)...)
		}
	}
	return claims, verdicts
}

// ThreadsOf lists the threads of some claims in the order in which they come.
func ThreadsOf(list []*scenarios.Claim) (threads []string) {
	for _, c := range list {
		if !slices.Contains(threads, c.Seed) {
			threads = append(threads, c.Seed)
		}
	}
	return threads
}

// claimsTables has a table for each thread, since each has designs of its own.
func (p *Printer) claimsTables(list []*scenarios.Claim, found []*judge.Decided) {
	threads := ThreadsOf(list)
	for i, thread := range threads {
		claims, verdicts := InThread(thread, list, found)
		cells := p.cellsFor(len(VariantsOf(verdicts)))
		t, rows := p.claimsTable(claims, verdicts, cells)
		if len(threads) > 1 {
			t.above, t.apart = "Thread "+thread, i > 0
		}
		t.Rows(rows)
		p.Printf("%s", Prose(cells.legend))
	}
}

// cellStyle is how verdicts are written in a table of claims.
type cellStyle struct {
	width  int // of a cell
	text   int // of what is claimed
	word   func(d *judge.Decided) string
	legend string
}

// leastText is how narrow a claim's text may be.
const leastText = 15

// cellsFor chooses letters instead of words if the designs are so many that
// words would not fit.
func (p *Printer) cellsFor(designs int) cellStyle {
	left := func(cell int) int { return MaxWidth - 7 - 2 - (cell+2)*designs }
	switch {
	case p.Format == "md":
		return cellStyle{width: 7, text: 1 << 20, word: (*judge.Decided).Word}
	case left(7) >= leastText:
		return cellStyle{width: 7, text: left(7), word: (*judge.Decided).Word}
	}
	return cellStyle{width: 3, text: max(left(3), leastText), word: (*judge.Decided).Letters, legend: lettersLegend}
}

const lettersLegend = `
H holds, F2 fails with a story of 2 operations; N never happens, W2 is seen in a story of 2;
? is open, - does not apply.
`

// claimsTable has a row for each claim and a column for each design. A claim
// with several verdicts under a design has several rows; what is asked in the
// later ones stands for the text.
func (p *Printer) claimsTable(list []*scenarios.Claim, found []*judge.Decided, cells cellStyle) (t *Table, rows [][]string) {
	variants := VariantsOf(found)
	columns := []Column{{Name: "CLAIM"}, {Name: "WHAT IS CLAIMED"}}
	for _, v := range variants {
		columns = append(columns, Column{Name: shortID(v), width: cells.width})
	}
	t = p.Table(columns...)
	for _, c := range list {
		for i, row := range RowsOf(VerdictsOf(c, found)) {
			text := c.Text + OwnQuestion(row)
			if i > 0 && OwnQuestion(row) != "" {
				text = strings.TrimSpace(OwnQuestion(row))
			}
			rows = append(rows, claimRows(c.ID, text, row, variants, cells)...)
		}
	}
	return t, rows
}

// grouped puts each verdict into the first group that it fits into.
func grouped(list []*judge.Decided, fits func(group []*judge.Decided, d *judge.Decided) bool) (groups [][]*judge.Decided) {
	for _, d := range list {
		i := slices.IndexFunc(groups, func(g []*judge.Decided) bool { return fits(g, d) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}

// RowsOf makes the rows of a table: one verdict for each design.
func RowsOf(list []*judge.Decided) [][]*judge.Decided {
	return grouped(list, func(row []*judge.Decided, d *judge.Decided) bool {
		return !slices.ContainsFunc(row, func(other *judge.Decided) bool { return other.Want.Variant == d.Want.Variant })
	})
}

// ByQuestion groups verdicts that were asked the same in the same place.
func ByQuestion(list []*judge.Decided) [][]*judge.Decided {
	return grouped(list, func(g []*judge.Decided, d *judge.Decided) bool {
		return g[0].Scenario() == d.Scenario() && slices.Equal(g[0].Properties(), d.Properties())
	})
}

// OwnQuestion is what a row of verdicts asks that the claim by itself does not, if all
// of the row ask it.
func OwnQuestion(row []*judge.Decided) string {
	words := slices.Clone(row[0].Want.Properties)
	if row[0].Want.Scenario != "" {
		words = append(words, "in "+withoutArea(row[0].Want.Scenario))
	}
	if len(words) == 0 || len(ByQuestion(row)) > 1 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// withoutArea is a scenario's name without that of its area: resume for
// area.name.
func withoutArea(scenario string) string {
	_, name, _ := strings.Cut(scenario, ".")
	return name
}

// claimRows is one row; a long text goes on below.
func claimRows(id, text string, list []*judge.Decided, variants []string, cells cellStyle) (rows [][]string) {
	for i, line := range phrase.Wrap(text, cells.text) {
		row := make([]string, 2+len(variants))
		row[1] = line
		if i == 0 {
			row[0] = id
			for _, d := range list {
				row[2+slices.Index(variants, d.Want.Variant)] = cells.word(d)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// shortID leaves the area's prefix out: V0.
func shortID(id string) string {
	_, short, _ := strings.Cut(id, "-")
	return short
}

func claimsSummary(list []*scenarios.Claim, found []*judge.Decided) string {
	count := map[string]int{}
	var b strings.Builder
	for _, d := range found {
		word, _, _ := strings.Cut(d.Found(), " ")
		count[word]++
	}
	fmt.Fprintf(&b, "%s, %s: %d hold or never happen (complete searches; bounds: --verbose),\n%d fail or are seen (stories: hvcheck claims ID), %d open, %d do not apply.\n",
		phrase.Plural(len(list), "claim"), phrase.Plural(len(found), "verdict"), count["holds"]+count["never"],
		count["fails"]+count["seen"], count["open"], count["-"])
	b.WriteString(differences(found))
	return b.String()
}

// differences tells which verdicts were not expected.
func differences(found []*judge.Decided) string {
	var b strings.Builder
	for _, d := range found {
		if d.Search != nil && !d.Open() && !d.Expected() {
			fmt.Fprintf(&b, "%s under %s: found %s, expected %s.  Story: hvcheck claims %s\n",
				d.Claim.ID, d.Want.Variant, d.Found(), d.Wanted(), d.Claim.ID)
		}
	}
	switch {
	case b.Len() > 0:
	case judge.ClaimsCode(found) == judge.ExitInconclusive:
		b.WriteString("The verdicts so far are as expected, but some are open.\n")
	default:
		b.WriteString("All as expected.\n")
	}
	return b.String()
}

// verdictTables has the details of each claim's verdicts.
func (p *Printer) verdictTables(list []*scenarios.Claim, found []*judge.Decided) {
	for _, c := range list {
		p.Printf("\n%s", hanging(c.ID+"  ", scopesOf(VerdictsOf(c, found))))
		p.apart()
		p.verdictTable(VerdictsOf(c, found))
	}
}

// scopesOf names the scenarios of some verdicts, each with its bounds.
func scopesOf(list []*judge.Decided) (scopes []string) {
	for _, name := range ScenariosOf(list) {
		s, err := judge.ScenarioNamed(name)
		if err != nil {
			return append(scopes, err.Error())
		}
		scopes = append(scopes, s.Name+", "+strings.Join(BoundList(s.Config), ", "))
	}
	return scopes
}

// hanging writes texts below each other behind a word; what does not fit into
// a line goes on below.
func hanging(word string, texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		for i, line := range phrase.Wrap(text, MaxWidth-len(word)-2) {
			b.WriteString(word + strings.Repeat("  ", min(i, 1)) + line + "\n")
			word = strings.Repeat(" ", len(word))
		}
	}
	return b.String()
}

// ScenariosOf lists where a claim's verdicts are decided. One that does not
// apply is decided nowhere.
func ScenariosOf(list []*judge.Decided) (names []string) {
	for _, d := range list {
		if d.Want.Want != scenarios.NotApplicable && !slices.Contains(names, d.Scenario()) {
			names = append(names, d.Scenario())
		}
	}
	if len(names) == 0 {
		return []string{list[0].Claim.Scenario}
	}
	return names
}

// verdictTable says where each verdict was decided if that is not always the
// same place.
func (p *Printer) verdictTable(list []*judge.Decided) {
	columns := []Column{{Name: "VARIANT"}, {Name: "ASKED"}, {Name: "EXPECTED"}, {Name: "FOUND"},
		{Name: "SEARCHED"}, {Name: "STATES", right: true, spare: 2}, {Name: "PROTOTYPE", right: true, spare: 1}}
	several := len(ScenariosOf(list)) > 1
	if several {
		columns = slices.Insert(columns, 2, Column{Name: "IN"})
	}
	var rows [][]string
	for _, d := range list {
		for i, asked := range p.cellLines(strings.Join(d.Properties(), " "), askedWidth) {
			row := make([]string, 7)
			if i == 0 {
				row = verdictRow(d)
			}
			row[1] = asked
			if several {
				row = slices.Insert(row, 2, map[bool]string{true: withoutArea(d.Scenario())}[i == 0])
			}
			rows = append(rows, row)
		}
	}
	p.Table(columns...).Rows(rows)
	for _, d := range list {
		if d.Want.Note != "" {
			p.apart()
			p.Printf("%s", Paragraphs(d.Want.Variant+": "+d.Want.Note, "  "))
		}
	}
}

// askedWidth is how much of what was asked stands in a line: three ids.
const askedWidth = 17

// verdictRow leaves what was asked out.
func verdictRow(d *judge.Decided) []string {
	row := []string{d.Want.Variant, "", d.Wanted(), d.Word(), "-", "-", "-"}
	if d.Search != nil {
		row[4], row[5] = searchedWord(&d.Report), fmt.Sprint(d.Report.States)
	}
	if d.Want.States > 0 {
		row[6] = fmt.Sprint(d.Want.States)
	}
	return row
}

// tellClaims tells everything about claims: one claim fits in one mail.
func (p *Printer) tellClaims(list []*scenarios.Claim, found []*judge.Decided) error {
	for i, c := range list {
		if i > 0 {
			p.Printf("\n")
		}
		p.Printf("%s\n%s\n", Prose(c.ID+": "+c.Text+"\n"), Paragraphs(c.Doc, "  "))
		p.Printf("%s", hanging("", scopesOf(VerdictsOf(c, found))))
		p.apart()
		p.verdictTable(VerdictsOf(c, found))
		for _, group := range sameStory(VerdictsOf(c, found)) {
			if err := p.tellVerdict(group); err != nil {
				return err
			}
		}
	}
	p.Printf("\n%s", Prose(differences(found)))
	return nil
}

// sameStory groups the failures whose shortest stories are alike.
func sameStory(list []*judge.Decided) (groups [][]*judge.Decided) {
	for _, d := range list {
		if d.Report.Fault == nil {
			continue
		}
		i := slices.IndexFunc(groups, func(g []*judge.Decided) bool {
			f := g[0].Report.Fault
			return d.Scenario() == g[0].Scenario() && sameFault(f, d.Report.Fault)
		})
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}

// sameFault tells whether two faults come by the same story.
func sameFault(a, b *judge.Fault) bool {
	return a.Property == b.Property && a.Start == b.Start && slices.Equal(a.Ops, b.Ops) && slices.Equal(a.Loop, b.Loop)
}

// DesignOf lists the choices that make the column of that name.
func DesignOf(column string) []string {
	if col, ok := scenarios.ColumnByName(column); ok {
		return ChoicesOf(col)
	}
	return []string{}
}

// ChoicesOf lists the choices of a design as name=value.
func ChoicesOf(col *scenarios.Column) []string {
	choices := make([]string, len(col.Design))
	for i, ch := range col.Design {
		choices[i] = ch.String()
	}
	return choices
}

// tellVerdict shows the story of some variants that have it in common.
func (p *Printer) tellVerdict(group []*judge.Decided) error {
	v, err := group[0].Violation()
	if err != nil {
		return err
	}
	var names []string
	for _, d := range group {
		names = append(names, d.Want.Variant)
	}
	p.Printf("\n%s\n", Prose("Under "+strings.Join(names, ", ")+":\n"))
	if id := v.Story.ID(); slices.Contains(counterexamples.CorpusIDs(), id) {
		v.File = id
	}
	p.show(v)
	return nil
}

// verdictJSON is what claims writes with --json.
type verdictJSON struct {
	Claim      string          `json:"claim"`
	Thread     string          `json:"thread"`
	Text       string          `json:"text"`
	Variant    string          `json:"variant"`
	Design     choicesJSON     `json:"design"`
	Scenario   string          `json:"scenario"`
	Properties []string        `json:"properties"`
	Expected   string          `json:"expected"`
	Found      string          `json:"found"`
	AsExpected bool            `json:"as_expected"`
	Exhaustive bool            `json:"exhaustive"`
	States     uint64          `json:"states"`
	Specified  uint64          `json:"specified_states,omitempty"`
	Note       string          `json:"note,omitempty"`
	Story      json.RawMessage `json:"story,omitempty"`
}

// designOf has the choices that make the column of that name.
func designOf(column string) choicesJSON {
	if col, ok := scenarios.ColumnByName(column); ok {
		return asChoices(col.Design)
	}
	return choicesJSON{}
}

func (p *Printer) claimsJSON(found []*judge.Decided) error {
	list := make([]verdictJSON, len(found))
	for i, d := range found {
		list[i] = verdictJSON{
			Claim: d.Claim.ID, Thread: d.Claim.Seed, Text: d.Claim.Text, Variant: d.Want.Variant,
			Design: designOf(d.Want.Variant), Scenario: d.Scenario(), Properties: d.Properties(), Expected: d.Wanted(), Found: d.Found(),
			AsExpected: d.Expected(), Exhaustive: d.Report.Exhaustive, States: d.Report.States,
			Specified: d.Want.States, Note: d.Want.Note,
		}
		v, err := d.Violation()
		if err != nil {
			return err
		}
		if v != nil {
			list[i].Story = counterexamples.EncodeJSON(v.Story)
		}
	}
	return p.WriteJSON(list)
}
