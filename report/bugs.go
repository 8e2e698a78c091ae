package report

import (
	"fmt"

	"hvcheck/judge"
	"hvcheck/model/design"
	"hvcheck/phrase"
)

// BugsTable is the table of a group of switches. All but the first have a
// heading.
func (p *Printer) BugsTable(g judge.Group, list []design.Switch) *Table {
	if g == judge.ToBeNothing {
		return p.harmlessTable(list)
	}
	t := p.Table(Column{Name: "BUG"}, Column{Name: "ORIGIN", width: 12, spare: 1}, Column{Name: "INVARIANT"},
		Column{Name: "SEARCH", width: 13, right: true, spare: 2}, Column{Name: "SAMPLING", width: 17, right: true},
		Column{Name: "MINIMISED", right: true}, Column{Name: "SHORTEST", right: true})
	for _, bug := range list {
		t.fit(0, bug.ID)
		t.fit(1, phrase.Clip(bug.Origin, originWidth))
	}
	if g == judge.OpenToAsk {
		t.Columns[0].Name = "RULE"
		t.above = OpenQuestions + ": its rules that differ from what the invariants ask"
		t.apart = len(judge.ToBeFound.Of(list)) > 0
	}
	return t
}

// harmlessTable is the table of the switches that should break nothing.
func (p *Printer) harmlessTable(list []design.Switch) *Table {
	some := judge.ToBeNothing.Of(list)
	t := p.Table(Column{Name: "RULE"}, Column{Name: "ORIGIN", spare: 1}, Column{Name: "SCENARIO", spare: 2}, Column{Name: "FOUND"})
	for _, sw := range some {
		t.fit(0, sw.ID)
		t.fit(1, phrase.Clip(sw.Origin, originWidth))
		t.fit(2, sw.Scenario)
	}
	t.above = "Changed rules that break nothing within the bounds of their scenarios"
	t.apart = len(some) < len(list)
	return t
}

// OpenQuestions is what is asked about rules that are as in today's code.
const OpenQuestions = "Open questions about today's code"

// originWidth is how much of an origin fits into the table.
const originWidth = 27

// BugRow is the row of a bug in its group's table.
func BugRow(h *judge.Hunted) []string {
	if h.Bug.Harmless() {
		return harmlessRow(h)
	}
	row := []string{h.Bug.ID, phrase.Clip(h.Bug.Origin, originWidth), "-", phrase.Human(h.Report.States) + " states", "-", "-", "-"}
	if h.By != "" {
		row[2], row[6] = h.By, fmt.Sprint(h.Shortest[h.By])
	}
	if h.Tried > 0 {
		row[4] = fmt.Sprintf("%s (%d of %d)", phrase.Seconds(h.Slowest), h.Hits, h.Tried)
	}
	if n := h.Minimised[h.By]; n > 0 {
		row[5] = fmt.Sprint(n)
	}
	return row
}

// ShowBugs writes what there is to say about all of them.
func (p *Printer) ShowBugs(list []design.Switch, found []*judge.Hunted, f *judge.BugOptions) error {
	if p.AsJSON() {
		return p.bugsJSON(found, f)
	}
	p.Printf("\n%s", bugsSummary(list, found, f))
	return nil
}

func bugsSummary(list []design.Switch, found []*judge.Hunted, f *judge.BugOptions) string {
	var good [judge.Groups]int
	problems := ""
	for _, h := range found {
		problems += otherLengths(h)
		if h.Differs() && h.Bug.Differs != "" {
			problems += fmt.Sprintf("%s: %s, expected %d: %s\n", h.Bug.ID, phrase.Plural(h.Shortest[h.By], "operation"), h.Bug.Length, h.Bug.Differs)
		}
		if p := h.Problem(f); p != "" {
			problems += h.Bug.ID + ": " + p + "\n"
		}
		if h.Missed(f) == "" {
			good[judge.GroupOf(&h.Bug)]++
		}
	}
	lines := ""
	for g := range judge.Groups {
		if some := g.Of(list); len(some) > 0 {
			lines += groupSummary(g, some, good[g], f)
		}
	}
	return Prose(lines + problems)
}

// otherLengths are those of what sampling found beside the invariant of the
// table.
func otherLengths(h *judge.Hunted) (lines string) {
	for _, id := range h.Others() {
		shortest := "unknown"
		if n, known := h.Shortest[id]; known {
			shortest = fmt.Sprint(n)
		}
		lines += fmt.Sprintf("%s: sampling finds %s: minimised %d, shortest %s\n", h.Bug.ID, id, h.Minimised[id], shortest)
	}
	return lines
}

// groupSummary says how many switches of a group went as they should.
func groupSummary(g judge.Group, list []design.Switch, good int, f *judge.BugOptions) string {
	all, example := len(list), list[0].ID
	switch {
	case g == judge.ToBeNothing:
		return fmt.Sprintf("%d of %d shown harmless within the bounds, by a complete search.  One of them: hvcheck explain %s\n", good, all, example)
	case g == judge.OpenToAsk:
		return fmt.Sprintf("%s, %d of %d with a story; none is a bug until a real system shows it.\nOne of them: hvcheck explain %s\n",
			OpenQuestions, good, all, example)
	case !f.Sampling:
		return fmt.Sprintf("%d of %d found by search.  One of them: hvcheck explain %s\n", good, all, example)
	}
	return fmt.Sprintf("%d of %d found, by search and with each of %s.  The times are the slowest seed's.\nOne of them: hvcheck explain %s\n",
		good, all, phrase.Plural(f.Seeds, "seed"), example)
}

// bugJSON is what bugs writes with --json.
type bugJSON struct {
	Bug       string       `json:"bug"`
	Kind      string       `json:"kind"`
	Origin    string       `json:"origin"`
	Scenario  string       `json:"scenario"`
	Breaks    []string     `json:"breaks"`
	FoundBy   string       `json:"found_by,omitempty"`
	States    uint64       `json:"states"`
	Shortest  int          `json:"shortest,omitempty"`
	Mix       string       `json:"mix,omitempty"`
	Seeds     int          `json:"seeds"`
	Hits      int          `json:"hits"`
	Slowest   float64      `json:"slowest_seconds"`
	Minimised int          `json:"minimised,omitempty"` // to found_by, as shortest is
	Others    []lengthJSON `json:"others,omitempty"`    // that sampling found
	Harmless  bool         `json:"harmless,omitempty"`  // nothing should be found
	Problem   string       `json:"problem,omitempty"`
}

// lengthJSON is how long the stories to an invariant are.
type lengthJSON struct {
	Invariant string `json:"invariant"`
	Shortest  int    `json:"shortest,omitempty"`
	Minimised int    `json:"minimised"`
}

func (p *Printer) bugsJSON(found []*judge.Hunted, f *judge.BugOptions) error {
	list := make([]bugJSON, len(found))
	for i, h := range found {
		list[i] = bugJSON{
			Bug: h.Bug.ID, Kind: h.Bug.Kind.String(), Origin: h.Bug.Origin, Scenario: h.Bug.Scenario,
			Breaks: phrase.Filled(h.Bug.Breaks), FoundBy: h.By, States: h.Report.States, Shortest: h.Shortest[h.By],
			Mix: h.Search.Mix.Name, Seeds: h.Tried, Hits: h.Hits, Slowest: h.Slowest.Seconds(),
			Minimised: h.Minimised[h.By], Harmless: h.Bug.Harmless(), Problem: h.Problem(f),
		}
		for _, id := range h.Others() {
			list[i].Others = append(list[i].Others, lengthJSON{id, h.Shortest[id], h.Minimised[id]})
		}
	}
	return p.WriteJSON(list)
}

// harmlessRow is the row of a switch that is harmless.
func harmlessRow(h *judge.Hunted) []string {
	r := &h.Report
	found := fmt.Sprintf("no fault in %s (complete)", phrase.Plural(r.States, "state"))
	switch {
	case r.Fault != nil:
		found = fmt.Sprintf("%s after %s", r.Fault.Property, phrase.Plural(judge.LengthOf(r.Fault), "operation"))
	case h.Stopped:
		found = fmt.Sprintf("open: no fault in %s (to depth %d)", phrase.Plural(r.States, "state"), r.Depth)
	}
	return []string{h.Bug.ID, phrase.Clip(h.Bug.Origin, originWidth), h.Bug.Scenario, found}
}
