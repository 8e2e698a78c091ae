package report

import (
	"fmt"
	"strings"

	"hvcheck/judge"
	"hvcheck/phrase"
)

// ShowExploration writes what one search found.
func (p *Printer) ShowExploration(s *judge.Summary) error {
	c := s.Done[0]
	if p.AsJSON() {
		return p.exploreJSON(s)
	}
	t := p.Table(Column{Name: "WHAT"}, Column{Name: "FOUND"})
	t.Rows(p.exploreRows(c))
	p.Printf("\n%s", p.gaps(s))
	if c.Violation != nil {
		p.show(c.Violation)
	}
	p.Printf("%s", conclusion(s, ""))
	return nil
}

func (p *Printer) exploreJSON(s *judge.Summary) error {
	c := s.Done[0]
	j := struct {
		scenarioJSON
		designJSON
		Conclusion string         `json:"conclusion"`
		Violation  *violationJSON `json:"violation,omitempty"`
		Version    string         `json:"version"`
	}{scenarioJSON: asScenarioJSON(c), designJSON: designAsJSON(s), Conclusion: verdictWord(s), Version: judge.Version()}
	if c.Violation != nil {
		v := asJSON(c.Violation)
		j.Violation = &v
	}
	return p.WriteJSON(j)
}

func (p *Printer) exploreRows(c *judge.Checked) [][]string {
	r := &c.Explored
	searched := searchedWord(r)
	if r.Stopped != "" {
		searched += ", open: " + r.Stopped
	}
	words := append([]string{c.Search.Scenario.Name}, BoundList(c.Search.Config)...)
	rows := append(p.rowsOf("scenario", words), p.askedRows(c.Search)...)
	rows = append(rows, [][]string{
		{"verdict", c.Verdict()},
		{"searched", searched},
		{"states", fmt.Sprint(r.States)},
		{"depth", fmt.Sprint(r.Depth)},
		{"transitions", fmt.Sprintf("%d that changed the state, %d that did not", r.Transitions, r.Refused)},
		{"time", fmt.Sprintf("%s, %s transitions a second", phrase.Seconds(r.Elapsed), phrase.Human(uint64(float64(r.Transitions)/max(r.Elapsed.Seconds(), 1e-9))))},
		{"memory", fmt.Sprintf("%d bytes a state", r.Bytes/max(r.States, 1))},
	}...)
	for i := range r.Responses {
		rows = append(rows, []string{"promise " + r.Responses[i].ID, promiseWord(&r.Responses[i])})
	}
	for _, g := range r.Goals {
		met := "missed"
		if g.Met {
			met = fmt.Sprintf("met at depth %d", g.Depth)
		}
		rows = append(rows, []string{"goal " + g.ID, met})
	}
	return rows
}

// askedRows name what is asked.
func (p *Printer) askedRows(s *judge.Search) (rows [][]string) {
	invariants, promises, always := s.Asked()
	for _, asked := range []struct {
		name string
		ids  []string
	}{{"invariants", invariants}, {"promises", promises}, {"asked always", always}} {
		if len(asked.ids) > 0 {
			rows = append(rows, p.rowsOf(asked.name, asked.ids)...)
		}
	}
	return rows
}

// rowsOf is a row whose words need as many lines as they do, of which each is a
// row in a text.
func (p *Printer) rowsOf(name string, words []string) (rows [][]string) {
	for i, line := range p.cellLines(strings.Join(words, ", "), scopeWidth) {
		if i > 0 {
			name = ""
		}
		rows = append(rows, []string{name, line})
	}
	return rows
}

// scopeWidth leaves room for the longest names of goals.
const scopeWidth = 70
