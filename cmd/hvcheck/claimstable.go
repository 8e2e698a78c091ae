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
		a.claimsTable(list, found)
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

// claimsTable has a row for each claim and a column for each variant. A claim
// with several properties has a row for each.
func (a *app) claimsTable(list []*scenarios.Claim, found []*decided) {
	variants := variantsOf(found)
	columns := []column{{name: "CLAIM"}, {name: "WHAT IS CLAIMED"}}
	for _, v := range variants {
		columns = append(columns, column{name: shortID(v), width: 7})
	}
	t := a.table(columns...)
	width := max(maxWidth-7-2-9*len(variants), len(columns[1].name))
	if a.format == "md" {
		width = 1 << 20
	}
	var rows [][]string
	for _, c := range list {
		for _, row := range byProperties(of(c, found)) {
			rows = append(rows, claimRows(c, row, variants, width)...)
		}
	}
	t.rows(rows)
}

// byProperties groups verdicts that were asked the same.
func byProperties(list []*decided) (groups [][]*decided) {
	for _, d := range list {
		i := slices.IndexFunc(groups, func(g []*decided) bool {
			return slices.Equal(g[0].properties(), d.properties())
		})
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}

// claimRows is one row; a long text goes on below.
func claimRows(c *scenarios.Claim, list []*decided, variants []string, width int) (rows [][]string) {
	text := c.Text
	if len(list[0].want.Properties) > 0 {
		text += " (" + strings.Join(list[0].want.Properties, ", ") + ")"
	}
	for i, line := range wrap(text, width) {
		row := make([]string, 2+len(variants))
		row[1] = line
		if i == 0 {
			row[0] = c.ID
			for _, d := range list {
				row[2+slices.Index(variants, d.want.Variant)] = d.word()
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
		a.printf("\n%s  %s\n", c.ID, scopeOf(of(c, found)))
		a.verdictTable(of(c, found))
	}
}

// scopeOf names the scenario and its bounds.
func scopeOf(list []*decided) string {
	s, err := scenarioNamed(list[0].claim.Scenario)
	if err != nil {
		return err.Error()
	}
	return s.Name + ", " + strings.Join(boundList(s.Config), ", ")
}

func (a *app) verdictTable(list []*decided) {
	t := a.table(column{name: "VARIANT"}, column{name: "ASKED"}, column{name: "EXPECTED"}, column{name: "FOUND"},
		column{name: "SEARCHED"}, column{name: "STATES", right: true}, column{name: "SPECIFIED", right: true})
	var rows [][]string
	for _, d := range list {
		rows = append(rows, verdictRow(d))
	}
	t.rows(rows)
	for _, d := range list {
		if d.want.Note != "" {
			a.printf("%s", paragraphs(d.want.Variant+": "+d.want.Note, "  "))
		}
	}
}

func verdictRow(d *decided) []string {
	row := []string{d.want.Variant, strings.Join(d.properties(), " "), d.wanted(), d.word(), "-", "-", "-"}
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
		a.printf("%s\n", scopeOf(of(c, found)))
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
			return f.Property == d.report.Fault.Property && f.Start == d.report.Fault.Start && slices.Equal(f.Ops, d.report.Fault.Ops)
		})
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
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
			Scenario: d.claim.Scenario, Properties: d.properties(), Expected: d.wanted(), Found: d.found(),
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
