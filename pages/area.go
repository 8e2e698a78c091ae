package pages

import (
	"context"
	"fmt"
	"strings"

	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// area is the page of an area: what it is about, what must hold, what is known
// to break it, and what is explored.
func (w *Writer) area(ctx context.Context, a *scenarios.Area) (string, error) {
	page := areaPage(a.Model)
	searched, err := w.searched(ctx, a)
	if err != nil {
		return "", err
	}
	return heading(a.Model.Title, a.Model.Doc) + areaFacts(a) +
		chapter(page, "Invariants", "What must be true of every state, at every step, or when everything has been torn down.", "invariant", "what must be true") +
		chapter(page, "Promises", "What must come in the end, in runs that go on for ever. A promise is decided under its fairness: "+
			"operations that cannot be put off for ever once they could always change something.", "promise", "what is promised") +
		chapter(page, "Bugs", "Rules changed back to historical bugs, one at a time. `hvcheck bugs` finds each again.", "bug", "what the switch does") +
		chapter(page, report.OpenQuestions, "Rules that are as in today's code and differ from what the invariants ask. "+
			"They are off unless a design turns them on. None is a bug until a real system shows it.", "as-is", "what the rule does") +
		chapter(page, "Mutants", "Rules broken on purpose, to show that somebody notices, or that nothing depends on them within the bounds.", "mutant", "what the switch does") +
		"## Scenarios\n\nWhat is explored, and how many states that is at the bounds of the default run. " + prototypeLegend +
		" Each scenario is told on " + linksFrom(page).page("a page of its own", scenariosPage(a.Model)) + ".\n\n" + searched, nil
}

// prototypeLegend says where other numbers of states come from.
const prototypeLegend = "*Prototype* is what an earlier prototype of the model counted; where it counted another number, the last column says why."

// areaFacts is what there is beside the page.
func areaFacts(a *scenarios.Area) string {
	from := linksFrom(areaPage(a.Model))
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, text)
		}
	}
	line("what can happen", from.page("operations", operationsPage(a.Model)))
	line("what is explored", from.page("scenarios", scenariosPage(a.Model)))
	var threads []string
	for i := range a.Threads {
		threads = append(threads, from.page(a.Threads[i].Title, threadPage(a.Threads[i].ID)))
	}
	line("discussions that are decided", strings.Join(threads, "; "))
	var tables []string
	for i := range a.Matrices {
		tables = append(tables, from.to(a.Matrices[i].Name))
	}
	line("tables", strings.Join(tables, ", "))
	line("baseline", topic.LinkProse(a.Baseline, from.to)+"; see "+from.page("designs", designsPage))
	line("sources", a.Model.Sources)
	return b.String() + "\n"
}

// searched explores every scenario of an area that run lists.
func (w *Writer) searched(ctx context.Context, a *scenarios.Area) (string, error) {
	var b strings.Builder
	var rows [][]string
	for i := range scenarios.All {
		s := &scenarios.All[i]
		if s.Hidden || s.Config.Areas()[0] != a.Model {
			continue
		}
		r, err := w.explored(ctx, s)
		if err != nil {
			return "", err
		}
		row := []string{s.Name, strings.Join(report.BoundList(s.Config), " "), fmt.Sprint(r.States), fmt.Sprint(r.Depth), "", s.Differs}
		if s.Spec > 0 {
			row[4] = fmt.Sprint(s.Spec)
		}
		rows = append(rows, row)
	}
	topic.WriteGrid(&b, []string{"scenario", "bounds", "states", "depth", "prototype", "why they differ"}, rows, linksFrom(areaPage(a.Model)).to)
	return b.String(), nil
}

// areaScenarios is the page of an area's scenarios.
func areaScenarios(page string, a *scenarios.Area) string {
	return heading("Scenarios: "+a.Model.Title, "What is explored: bounds, operations, start states, what is asked, and what must be possible. "+
		"How many states each has is told with "+linksFrom(page).page("the area", areaPage(a.Model))+".") +
		contents(page, "scenario", "what is explored") + "## Each scenario\n\n" + sections(page, "scenario")
}

// areaOperations is the page of an area's operations.
func areaOperations(page string, a *scenarios.Area) string {
	return heading("Operations: "+a.Model.Title, "What can happen: hypercalls, what the toolstack and the hardware do, and their "+
		linksFrom(page).page("results", resultsPage)+". Every operation may come in every state. A refused one changes nothing.") +
		contents(page, "operation", "what it does") + "## Each operation\n\n" + sections(page, "operation")
}
