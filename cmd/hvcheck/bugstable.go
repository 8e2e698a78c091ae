package main

import (
	"fmt"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/model/design"
)

// groupTable is the table of a group of switches. All but the first have a
// heading.
func (a *app) groupTable(g group, list []design.Switch) *table {
	if g == toBeNothing {
		return a.harmlessTable(list)
	}
	t := a.table(column{name: "BUG"}, column{name: "ORIGIN", width: 12}, column{name: "INVARIANT"},
		column{name: "SEARCH", width: 13, right: true}, column{name: "SAMPLING", width: 17, right: true},
		column{name: "MINIMISED", right: true}, column{name: "SHORTEST", right: true})
	for _, bug := range list {
		t.fit(0, bug.ID)
		t.fit(1, clip(bug.Origin, originWidth))
	}
	if g == openToAsk {
		t.columns[0].name = "RULE"
		t.above = openQuestions + ": its rules that differ from what the invariants ask"
		t.apart = len(toBeFound.of(list)) > 0
	}
	return t
}

// harmlessTable is the table of the switches that should break nothing.
func (a *app) harmlessTable(list []design.Switch) *table {
	some := toBeNothing.of(list)
	t := a.table(column{name: "RULE"}, column{name: "ORIGIN"}, column{name: "SCENARIO"}, column{name: "FOUND"})
	for _, sw := range some {
		t.fit(0, sw.ID)
		t.fit(1, clip(sw.Origin, originWidth))
		t.fit(2, sw.Scenario)
	}
	t.above = "Changed rules that break nothing within the bounds of their scenarios"
	t.apart = len(some) < len(list)
	return t
}

// openQuestions is what is asked about rules that are as in today's code.
const openQuestions = "Open questions about today's code"

// originWidth is how much of an origin fits into the table.
const originWidth = 27

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-3] + "..."
}

func (h *hunted) cells() []string {
	if h.bug.Harmless() {
		return h.harmlessCells()
	}
	row := []string{h.bug.ID, clip(h.bug.Origin, originWidth), "-", human(h.report.States) + " states", "-", "-", "-"}
	if h.by != "" {
		row[2], row[6] = h.by, fmt.Sprint(h.shortest[h.by])
	}
	if h.tried > 0 {
		row[4] = fmt.Sprintf("%s (%d of %d)", seconds(h.slowest), h.hits, h.tried)
	}
	if h.hits > 0 {
		row[5] = fmt.Sprint(h.longest)
	}
	return row
}

func (a *app) finishBugs(list []design.Switch, found []*hunted, f *bugsFlags) error {
	code := exitHolds
	for _, h := range found {
		if c := h.code(f); c == exitViolated || code == exitHolds {
			code = c
		}
		if err := a.writeBug(h, f.write); err != nil {
			return err
		}
	}
	if len(found) < len(list) && code == exitHolds {
		code = exitInconclusive
	}
	if a.asJSON() {
		if err := a.bugsJSON(found, f); err != nil {
			return err
		}
		return exitWith(code)
	}
	a.printf("\n%s", bugsSummary(list, found, f))
	return exitWith(code)
}

func bugsSummary(list []design.Switch, found []*hunted, f *bugsFlags) string {
	var good [groups]int
	problems := ""
	for _, h := range found {
		if h.differs() && h.bug.Differs != "" {
			problems += fmt.Sprintf("%s: %s, specified %d: %s\n", h.bug.ID, plural(h.shortest[h.by], "operation"), h.bug.Length, h.bug.Differs)
		}
		if p := h.problem(f); p != "" {
			problems += h.bug.ID + ": " + p + "\n"
			continue
		}
		good[groupOf(&h.bug)]++
	}
	lines := ""
	for g := range groups {
		if some := g.of(list); len(some) > 0 {
			lines += g.counted(some, good[g], f)
		}
	}
	return lines + wrapped(problems)
}

// counted says how many switches of a group went as they should.
func (g group) counted(list []design.Switch, good int, f *bugsFlags) string {
	all, example := len(list), list[0].ID
	switch {
	case g == toBeNothing:
		return fmt.Sprintf("%d of %d shown harmless within the bounds, by a complete search.  One of them: hvcheck explain %s\n", good, all, example)
	case g == openToAsk:
		return fmt.Sprintf("%s, %d of %d with a story; none is a bug until a real system shows it.\nOne of them: hvcheck explain %s\n",
			openQuestions, good, all, example)
	case !f.sampling:
		return fmt.Sprintf("%d of %d found by search.  One of them: hvcheck explain %s\n", good, all, example)
	}
	return fmt.Sprintf("%d of %d found, by search and with each of %s.  The times are the slowest seed's.\nOne of them: hvcheck explain %s\n",
		good, all, plural(f.seeds, "seed"), example)
}

// wrapped breaks lines that are too long.
func wrapped(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for i, part := range wrap(line, maxWidth-2) {
			b.WriteString(strings.Repeat("  ", min(i, 1)) + part + "\n")
		}
	}
	return b.String()
}

// writeBug writes the shortest story.
func (a *app) writeBug(h *hunted, dir string) error {
	if dir == "" || h.by == "" {
		return nil
	}
	story, err := h.search.asking(h.by).story(h.report.Fault, counterexamples.Found{By: byExplore})
	if err != nil {
		return err
	}
	_, err = counterexamples.Write(dir, story)
	return err
}

// bugJSON is what bugs writes with --json.
type bugJSON struct {
	Bug       string   `json:"bug"`
	Kind      string   `json:"kind"`
	Origin    string   `json:"origin"`
	Scenario  string   `json:"scenario"`
	Breaks    []string `json:"breaks"`
	FoundBy   string   `json:"found_by,omitempty"`
	States    uint64   `json:"states"`
	Shortest  int      `json:"shortest,omitempty"`
	Mix       string   `json:"mix,omitempty"`
	Seeds     int      `json:"seeds"`
	Hits      int      `json:"hits"`
	Slowest   float64  `json:"slowest_seconds"`
	Minimised int      `json:"minimised,omitempty"`
	Harmless  bool     `json:"harmless,omitempty"` // nothing should be found
	Problem   string   `json:"problem,omitempty"`
}

func (a *app) bugsJSON(found []*hunted, f *bugsFlags) error {
	list := make([]bugJSON, len(found))
	for i, h := range found {
		list[i] = bugJSON{
			Bug: h.bug.ID, Kind: h.bug.Kind.String(), Origin: h.bug.Origin, Scenario: h.bug.Scenario,
			Breaks: h.bug.Breaks, FoundBy: h.by, States: h.report.States, Shortest: h.shortest[h.by],
			Mix: h.search.mix.Name, Seeds: h.tried, Hits: h.hits, Slowest: h.slowest.Seconds(),
			Minimised: h.longest, Harmless: h.bug.Harmless(), Problem: h.problem(f),
		}
	}
	return a.writeJSON(list)
}
