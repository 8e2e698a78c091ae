package pages

import (
	"fmt"
	"strings"

	"hvcheck/invariants"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// designs is the page of what can be said behind --design.
func designs(page string) string {
	from := linksFrom(page)
	var b strings.Builder
	b.WriteString(heading("Designs", "A design is a choice of rules: a variant that was discussed, today's code, a bug brought back. "+
		"A name means the same design wherever it stands: behind --design, at the head of a column, in these pages. "+
		"Choices that it does not name are the baseline's."))
	var rows [][]string
	for i := range scenarios.Columns {
		col := &scenarios.Columns[i]
		rows = append(rows, []string{col.Name, titleOf(col.Name), strings.Join(report.ChoicesOf(col), ", ")})
	}
	topic.WriteGrid(&b, []string{"name", "what it is", "choices"}, rows, from.to)
	b.WriteString("\n" + sections(page, "design"))
	for i := range scenarios.Areas {
		b.WriteString(designsOf(page, &scenarios.Areas[i]))
	}
	return b.String()
}

// designsOf are the choices that an area has.
func designsOf(page string, a *scenarios.Area) string {
	from := linksFrom(page)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\nThe baseline is %s.\n\n", capital(a.Model.Title), topic.LinkProse(a.Baseline, from.to))
	if a.Designs != "" {
		b.WriteString(topic.LinkProse(a.Designs, from.to) + "\n\n")
	}
	fmt.Fprintf(&b, "Rules that can be switched one by one, such as bugs, are told with %s.\n\n", from.page("the area", areaPage(a.Model)))
	for _, t := range topic.Topics() {
		if t.Kind == "setting" && hasSetting(a, t.ID) || t.Kind == "variant" && hasSwitch(a, t.ID) {
			b.WriteString(t.Markdown(from.to))
		}
	}
	return b.String()
}

func hasSetting(a *scenarios.Area, name string) bool {
	for _, s := range a.Model.Settings {
		if s.Name == name {
			return true
		}
	}
	return false
}

func hasSwitch(a *scenarios.Area, id string) bool {
	for _, s := range a.Model.Switches {
		if s.ID == id {
			return true
		}
	}
	return false
}

// results is the page of results, and of what is asked of every operation.
func results(page string) string {
	return heading("Results", "What an operation answers. Negative results are Xen's error numbers, by name.") +
		contents(page, "result", "what it means") + askedAlways(linksFrom(page)) + "## Each result\n\n" + sections(page, "result")
}

// askedAlways tells what is asked of everything.
func askedAlways(from linksFrom) string {
	var b strings.Builder
	b.WriteString("## Asked of everything\n\nWhat is asked in every scenario, under every design, beside the invariants of " + areaLinks(from) + ".\n\n")
	var rows [][]string
	for _, id := range scenarios.AlwaysAsked() {
		rows = append(rows, []string{"*" + id + "*", scenarios.Demand(id)})
	}
	topic.WriteGrid(&b, []string{"asked as", "what must be true"}, rows, from.to)
	return b.String() + "\n"
}

// areaLinks are the areas that have invariants.
func areaLinks(from linksFrom) string {
	var names []string
	for i := range scenarios.Areas {
		a := scenarios.Areas[i].Model
		for _, inv := range invariants.All {
			if inv.Area == a {
				names = append(names, from.page(a.Title, areaPage(a)))
				break
			}
		}
	}
	return strings.Join(names, ", ")
}
