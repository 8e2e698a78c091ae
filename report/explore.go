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
	t.Rows(p.divided(exploreRows(c)))
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

func exploreRows(c *judge.Checked) [][]string {
	r := &c.Explored
	searched := searchedWord(r)
	if r.Stopped != "" {
		searched += ", open: " + r.Stopped
	}
	words := append([]string{c.Search.Scenario.Name}, BoundList(c.Search.Config)...)
	rows := append([][]string{{"scenario", strings.Join(words, ", ")}}, askedRows(c.Search)...)
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
func askedRows(s *judge.Search) (rows [][]string) {
	invariants, promises, always := s.Asked()
	for _, asked := range []struct {
		name string
		ids  []string
	}{{"invariants", invariants}, {"promises", promises}, {"asked always", always}} {
		if len(asked.ids) > 0 {
			rows = append(rows, []string{asked.name, strings.Join(asked.ids, ", ")})
		}
	}
	return rows
}

// divided is rows of a name and words, each on as many lines as it needs.
func (p *Printer) divided(rows [][]string) (lines [][]string) {
	names := 0
	for _, r := range rows {
		names = max(names, len(r[0]))
	}
	for _, r := range rows {
		name := r[0]
		for _, line := range p.cellLines(r[1], min(mostScope, MaxWidth-names-2)) {
			lines = append(lines, []string{name, line})
			name = ""
		}
	}
	return lines
}

// mostScope is how wide the words are at most, so that they can be read.
const mostScope = 70
