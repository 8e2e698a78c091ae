package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/scenarios"
)

func (a *app) reportClaims(list []*scenarios.Claim, found []*decided, single bool, f *claimsFlags) error {
	var err error
	switch {
	case a.asJSON():
		err = a.claimsJSON(found)
	case single:
		err = a.tellClaims(list, found)
	default:
		a.claimsTables(list, found)
		if f.verbose {
			a.verdictTables(list, found)
		}
		a.printf("\n%s", claimsSummary(list, found))
	}
	if err != nil {
		return err
	}
	return exitWith(claimsCode(found))
}

// of selects the verdicts of one claim.
func of(c *scenarios.Claim, found []*decided) (list []*decided) {
	for _, d := range found {
		if d.claim == c {
			list = append(list, d)
		}
	}
	return list
}

// variantsOf lists the variants in the order in which they come.
func variantsOf(found []*decided) (list []string) {
	for _, d := range found {
		if !slices.Contains(list, d.want.Variant) {
			list = append(list, d.want.Variant)
		}
	}
	return list
}

// inThread selects the claims of one thread and their verdicts.
func inThread(thread string, list []*scenarios.Claim, found []*decided) (claims []*scenarios.Claim, verdicts []*decided) {
	for _, c := range list {
		if c.Seed == thread {
			claims, verdicts = append(claims, c), append(verdicts, of(c, found)...)
		}
	}
	return claims, verdicts
}

// threadsOf lists the threads of some claims in the order in which they come.
func threadsOf(list []*scenarios.Claim) (threads []string) {
	for _, c := range list {
		if !slices.Contains(threads, c.Seed) {
			threads = append(threads, c.Seed)
		}
	}
	return threads
}

// claimsTables has a table for each thread, since each has designs of its own.
func (a *app) claimsTables(list []*scenarios.Claim, found []*decided) {
	threads := threadsOf(list)
	for i, thread := range threads {
		claims, verdicts := inThread(thread, list, found)
		cells := a.cellsFor(len(variantsOf(verdicts)))
		t, rows := a.claimsTable(claims, verdicts, cells)
		if len(threads) > 1 {
			t.above, t.apart = "Thread "+thread, i > 0
		}
		t.rows(rows)
		a.printf("%s", cells.legend)
	}
}

// cellStyle is how verdicts are written in a table of claims.
type cellStyle struct {
	width  int // of a cell
	text   int // of what is claimed
	word   func(d *decided) string
	legend string
}

// leastText is how narrow a claim's text may be.
const leastText = 15

// cellsFor chooses letters instead of words if the designs are so many that
// words would not fit.
func (a *app) cellsFor(designs int) cellStyle {
	left := func(cell int) int { return maxWidth - 7 - 2 - (cell+2)*designs }
	switch {
	case a.format == "md":
		return cellStyle{width: 7, text: 1 << 20, word: (*decided).word}
	case left(7) >= leastText:
		return cellStyle{width: 7, text: left(7), word: (*decided).word}
	}
	return cellStyle{width: 3, text: max(left(3), leastText), word: (*decided).letters, legend: lettersLegend}
}

const lettersLegend = `
H holds, F2 fails with a story of 2 operations; N never happens, W2 is seen in a story of 2;
? is open, - does not apply.
`

// letters is the verdict in a narrow cell: F2 for "fails 2".
func (d *decided) letters() string {
	return strings.NewReplacer("holds", "H", "never", "N", "fails ", "F", "seen ", "W", "open", "?").Replace(d.word())
}

// claimsTable has a row for each claim and a column for each design. A claim
// with several verdicts under a design has several rows; what is asked in the
// later ones stands for the text.
func (a *app) claimsTable(list []*scenarios.Claim, found []*decided, cells cellStyle) (t *table, rows [][]string) {
	variants := variantsOf(found)
	columns := []column{{name: "CLAIM"}, {name: "WHAT IS CLAIMED"}}
	for _, v := range variants {
		columns = append(columns, column{name: shortID(v), width: cells.width})
	}
	t = a.table(columns...)
	for _, c := range list {
		for i, row := range rowsOf(of(c, found)) {
			text := c.Text + own(row)
			if i > 0 && own(row) != "" {
				text = strings.TrimSpace(own(row))
			}
			rows = append(rows, claimRows(c.ID, text, row, variants, cells)...)
		}
	}
	return t, rows
}

// grouped puts each verdict into the first group that it fits into.
func grouped(list []*decided, fits func(group []*decided, d *decided) bool) (groups [][]*decided) {
	for _, d := range list {
		i := slices.IndexFunc(groups, func(g []*decided) bool { return fits(g, d) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}

// rowsOf makes the rows of a table: one verdict for each design.
func rowsOf(list []*decided) [][]*decided {
	return grouped(list, func(row []*decided, d *decided) bool {
		return !slices.ContainsFunc(row, func(other *decided) bool { return other.want.Variant == d.want.Variant })
	})
}

// byQuestion groups verdicts that were asked the same in the same place.
func byQuestion(list []*decided) [][]*decided {
	return grouped(list, func(g []*decided, d *decided) bool {
		return g[0].scenario() == d.scenario() && slices.Equal(g[0].properties(), d.properties())
	})
}

// own is what a row of verdicts asks that the claim by itself does not, if all
// of the row ask it.
func own(row []*decided) string {
	words := slices.Clone(row[0].want.Properties)
	if row[0].want.Scenario != "" {
		words = append(words, "in "+withoutArea(row[0].want.Scenario))
	}
	if len(words) == 0 || len(byQuestion(row)) > 1 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// withoutArea is a scenario's name without that of its area: resume for
// evtchn.resume.
func withoutArea(scenario string) string {
	_, name, _ := strings.Cut(scenario, ".")
	return name
}

// claimRows is one row; a long text goes on below.
func claimRows(id, text string, list []*decided, variants []string, cells cellStyle) (rows [][]string) {
	for i, line := range wrap(text, cells.text) {
		row := make([]string, 2+len(variants))
		row[1] = line
		if i == 0 {
			row[0] = id
			for _, d := range list {
				row[2+slices.Index(variants, d.want.Variant)] = cells.word(d)
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

func claimsSummary(list []*scenarios.Claim, found []*decided) string {
	count := map[string]int{}
	var b strings.Builder
	for _, d := range found {
		word, _, _ := strings.Cut(d.found(), " ")
		count[word]++
	}
	fmt.Fprintf(&b, "%s, %s: %d hold or never happen (complete searches; bounds: --verbose),\n%d fail or are seen (stories: hvcheck claims ID), %d open, %d do not apply.\n",
		plural(len(list), "claim"), plural(len(found), "verdict"), count["holds"]+count["never"],
		count["fails"]+count["seen"], count["open"], count["-"])
	b.WriteString(differences(found))
	return b.String()
}

// differences tells which verdicts were not expected.
func differences(found []*decided) string {
	var b strings.Builder
	for _, d := range found {
		if d.search != nil && !d.open() && !d.expected() {
			fmt.Fprintf(&b, "%s under %s: found %s, expected %s.  Story: hvcheck claims %s\n",
				d.claim.ID, d.want.Variant, d.found(), d.wanted(), d.claim.ID)
		}
	}
	switch {
	case b.Len() > 0:
	case claimsCode(found) == exitInconclusive:
		b.WriteString("The verdicts so far are as expected, but some are open.\n")
	default:
		b.WriteString("All as expected.\n")
	}
	return b.String()
}

// verdictTables has the details of each claim's verdicts.
func (a *app) verdictTables(list []*scenarios.Claim, found []*decided) {
	for _, c := range list {
		a.printf("\n%s", hanging(c.ID+"  ", scopesOf(of(c, found))))
		a.verdictTable(of(c, found))
	}
}

// scopesOf names the scenarios of some verdicts, each with its bounds.
func scopesOf(list []*decided) (scopes []string) {
	for _, name := range scenariosOf(list) {
		s, err := scenarioNamed(name)
		if err != nil {
			return append(scopes, err.Error())
		}
		scopes = append(scopes, s.Name+", "+strings.Join(boundList(s.Config), ", "))
	}
	return scopes
}

// hanging writes texts below each other behind a word; what does not fit into
// a line goes on below.
func hanging(word string, texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		for i, line := range wrap(text, maxWidth-len(word)-2) {
			b.WriteString(word + strings.Repeat("  ", min(i, 1)) + line + "\n")
			word = strings.Repeat(" ", len(word))
		}
	}
	return b.String()
}

// scenariosOf lists where a claim's verdicts are decided. One that does not
// apply is decided nowhere.
func scenariosOf(list []*decided) (names []string) {
	for _, d := range list {
		if d.want.Want != scenarios.NotApplicable && !slices.Contains(names, d.scenario()) {
			names = append(names, d.scenario())
		}
	}
	if len(names) == 0 {
		return []string{list[0].claim.Scenario}
	}
	return names
}

// verdictTable says where each verdict was decided if that is not always the
// same place.
func (a *app) verdictTable(list []*decided) {
	columns := []column{{name: "VARIANT"}, {name: "ASKED"}, {name: "EXPECTED"}, {name: "FOUND"},
		{name: "SEARCHED"}, {name: "STATES", right: true}, {name: "SPECIFIED", right: true}}
	several := len(scenariosOf(list)) > 1
	if several {
		columns = slices.Insert(columns, 2, column{name: "IN"})
	}
	var rows [][]string
	for _, d := range list {
		for i, asked := range wrap(strings.Join(d.properties(), " "), askedWidth) {
			row := make([]string, 7)
			if i == 0 {
				row = verdictRow(d)
			}
			row[1] = asked
			if several {
				row = slices.Insert(row, 2, map[bool]string{true: withoutArea(d.scenario())}[i == 0])
			}
			rows = append(rows, row)
		}
	}
	a.table(columns...).rows(rows)
	for _, d := range list {
		if d.want.Note != "" {
			a.printf("%s", paragraphs(d.want.Variant+": "+d.want.Note, "  "))
		}
	}
}

// askedWidth is how much of what was asked stands in a line: three ids.
const askedWidth = 17

// verdictRow leaves what was asked out.
func verdictRow(d *decided) []string {
	row := []string{d.want.Variant, "", d.wanted(), d.word(), "-", "-", "-"}
	if d.search != nil {
		row[4], row[5] = searchedWord(&d.report), fmt.Sprint(d.report.States)
	}
	if d.want.States > 0 {
		row[6] = fmt.Sprint(d.want.States)
	}
	return row
}

// tellClaims tells everything about claims: one claim fits in one mail.
func (a *app) tellClaims(list []*scenarios.Claim, found []*decided) error {
	for i, c := range list {
		if i > 0 {
			a.printf("\n")
		}
		a.printf("%s: %s\n\n%s\n", c.ID, c.Text, paragraphs(c.Doc, "  "))
		a.printf("%s", hanging("", scopesOf(of(c, found))))
		a.verdictTable(of(c, found))
		for _, group := range sameStory(of(c, found)) {
			if err := a.tellVerdict(group); err != nil {
				return err
			}
		}
	}
	a.printf("\n%s", differences(found))
	return nil
}

// sameStory groups the failures whose shortest stories are alike.
func sameStory(list []*decided) (groups [][]*decided) {
	for _, d := range list {
		if d.report.Fault == nil {
			continue
		}
		i := slices.IndexFunc(groups, func(g []*decided) bool {
			f := g[0].report.Fault
			return d.scenario() == g[0].scenario() && sameFault(f, d.report.Fault)
		})
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}

// sameFault tells whether two faults come by the same story.
func sameFault(a, b *fault) bool {
	return a.Property == b.Property && a.Start == b.Start && slices.Equal(a.Ops, b.Ops) && slices.Equal(a.Loop, b.Loop)
}

// designOf lists the choices that make the column of that name.
func designOf(column string) []string {
	if col, ok := scenarios.ColumnByName(column); ok {
		return choicesOf(col)
	}
	return []string{}
}

func choicesOf(col *scenarios.Column) []string {
	choices := make([]string, len(col.Design))
	for i, ch := range col.Design {
		choices[i] = ch.String()
	}
	return choices
}

// tellVerdict shows the story of some variants that have it in common.
func (a *app) tellVerdict(group []*decided) error {
	v, err := a.violationOf(group[0])
	if err != nil {
		return err
	}
	var names []string
	for _, d := range group {
		names = append(names, d.want.Variant)
	}
	a.printf("\nUnder %s:\n\n", strings.Join(names, ", "))
	if id := v.story.ID(); slices.Contains(counterexamples.CorpusIDs(), id) {
		v.file = id
	}
	a.show(v)
	return nil
}

// verdictJSON is what claims writes with --json.
type verdictJSON struct {
	Claim      string          `json:"claim"`
	Thread     string          `json:"thread"`
	Text       string          `json:"text"`
	Variant    string          `json:"variant"`
	Design     []string        `json:"design"`
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

func (a *app) claimsJSON(found []*decided) error {
	list := make([]verdictJSON, len(found))
	for i, d := range found {
		list[i] = verdictJSON{
			Claim: d.claim.ID, Thread: d.claim.Seed, Text: d.claim.Text, Variant: d.want.Variant,
			Design: designOf(d.want.Variant), Scenario: d.scenario(), Properties: d.properties(), Expected: d.wanted(), Found: d.found(),
			AsExpected: d.expected(), Exhaustive: d.report.Exhaustive, States: d.report.States,
			Specified: d.want.States, Note: d.want.Note,
		}
		v, err := a.violationOf(d)
		if err != nil {
			return err
		}
		if v != nil {
			list[i].Story = counterexamples.EncodeJSON(v.story)
		}
	}
	return a.writeJSON(list)
}
