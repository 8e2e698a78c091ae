package main

import (
	"fmt"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/model/design"
)

func (a *app) bugsTable(list []design.Switch) *table {
	t := a.table(column{name: "BUG"}, column{name: "ORIGIN", width: 12}, column{name: "INVARIANT"},
		column{name: "SEARCH", width: 13, right: true}, column{name: "SAMPLING", width: 17, right: true},
		column{name: "MINIMISED", right: true}, column{name: "SHORTEST", right: true})
	for _, bug := range list {
		t.fit(0, bug.ID)
		t.fit(1, clip(bug.Origin, originWidth))
	}
	return t
}

// originWidth is how much of an origin fits into the table.
const originWidth = 27

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-3] + "..."
}

func (h *hunted) cells() []string {
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
	good, problems := 0, ""
	for _, h := range found {
		if h.differs() && h.bug.Differs != "" {
			problems += fmt.Sprintf("%s: %s, specified %d: %s\n", h.bug.ID, plural(h.shortest[h.by], "operation"), h.bug.Length, h.bug.Differs)
		}
		if p := h.problem(f); p != "" {
			problems += h.bug.ID + ": " + p + "\n"
		} else {
			good++
		}
	}
	s := fmt.Sprintf("%d of %d found", good, len(list))
	if f.sampling {
		s += fmt.Sprintf(", by search and with each of %s", plural(f.seeds, "seed"))
	}
	return s + ".  The times are the slowest seed's.  One of them: hvcheck explain " + list[0].ID + "\n" + wrapped(problems)
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
	Problem   string   `json:"problem,omitempty"`
}

func (a *app) bugsJSON(found []*hunted, f *bugsFlags) error {
	list := make([]bugJSON, len(found))
	for i, h := range found {
		list[i] = bugJSON{
			Bug: h.bug.ID, Kind: h.bug.Kind.String(), Origin: h.bug.Origin, Scenario: h.bug.Scenario,
			Breaks: h.bug.Breaks, FoundBy: h.by, States: h.report.States, Shortest: h.shortest[h.by],
			Mix: h.search.mix.Name, Seeds: h.tried, Hits: h.hits, Slowest: h.slowest.Seconds(),
			Minimised: h.longest, Problem: h.problem(f),
		}
	}
	return a.writeJSON(list)
}
