package pages

import (
	"context"
	"fmt"
	"strings"

	"hvcheck/scenarios"
	"hvcheck/topic"
)

// index is the page that one begins with: what there is, and how it is cited.
func (w *Writer) index(ctx context.Context) (string, error) {
	from := linksFrom(indexPage)
	threads, err := w.threadList(ctx, from)
	if err != nil {
		return "", err
	}
	return heading("What hvcheck finds", "These pages are written by `hvcheck doc` from the models and from searches made anew; `hvcheck doc --check` tells whether they still are what would be written. "+
		"The same is told by `hvcheck explain ID` on the command line.") +
		"## Discussions\n\nWhat was claimed, and whether it is so under each design that was proposed.\n\n" + threads +
		"## Areas\n\n" + areaList(from) + "## Tables\n\n" + tableList(from) +
		"## For all of them\n\n" +
		"- " + from.page("Designs", designsPage) + ": what each name behind --design means\n" +
		"- " + from.page("Results", resultsPage) + ": what operations answer, and what is asked of every one\n" +
		"- " + from.page("Stories", storiesPage) + ": how they are written down, as JSON and as text\n\n" +
		howToReadVerdicts + citations(from), nil
}

// howToReadVerdicts is about all pages.
const howToReadVerdicts = "## How to read a verdict\n\n" + verdictLegend + " " +
	"Verdicts and numbers of states are what is found now. Some values name what was *expected at first*, by reading the code or by an earlier prototype of the model: " +
	"where something else is found, a note says why.\n\n"

// threadList has a line for each thread, with what came of it.
func (w *Writer) threadList(ctx context.Context, from linksFrom) (string, error) {
	var b strings.Builder
	var rows [][]string
	for i := range scenarios.Threads {
		t := &scenarios.Threads[i]
		v, err := w.found(ctx, t, string(from))
		if err != nil {
			return "", err
		}
		rows = append(rows, []string{from.page(t.Title, threadPage(t.ID)), fmt.Sprint(len(v.claims)), v.fewest(answersOf(v.verdicts)),
			from.page("stories", threadStoriesPage(t.ID))})
	}
	topic.WriteGrid(&b, []string{"about", "claims", "what came of it", "stories"}, rows, from.to)
	return b.String() + "\n", nil
}

func areaList(from linksFrom) string {
	var b strings.Builder
	var rows [][]string
	for i := range scenarios.Areas {
		a := &scenarios.Areas[i]
		rows = append(rows, []string{from.page(a.Model.Name, areaPage(a.Model)), a.Model.Title,
			from.page("scenarios", scenariosPage(a.Model)), from.page("operations", operationsPage(a.Model)), topic.LinkProse(a.Baseline, from.to)})
	}
	topic.WriteGrid(&b, []string{"area", "is", "what is explored", "what can happen", "its baseline"}, rows, from.to)
	return b.String() + "\n"
}

func tableList(from linksFrom) string {
	var b strings.Builder
	for i := range scenarios.Matrices {
		fmt.Fprintf(&b, "- %s: %s\n", from.to(scenarios.Matrices[i].Name), scenarios.Matrices[i].Title)
	}
	return b.String() + "\n"
}

// citations says what the short citations stand for.
func citations(from linksFrom) string {
	var b strings.Builder
	b.WriteString("## How this is cited\n\nA message is cited by its author, day and list; a surname alone means the same author in the same thread. " +
		"XSA-299 is a Xen Security Advisory, be05b5385f a commit of Xen (of Linux where it says so), and xen/arch/x86/mm.c f() a function of its source.\n\n")
	var rows [][]string
	for i := range scenarios.Threads {
		t := &scenarios.Threads[i]
		message := ""
		if t.Message != "" {
			message = "`<" + t.Message + ">`"
		}
		rows = append(rows, []string{from.page(t.ID, threadPage(t.ID)), example(t), t.List, t.Days(), t.Subject, speakers(t), message})
	}
	topic.WriteGrid(&b, []string{"thread", "cited as", "list", "written", "subject", "authors", "Message-ID of its first message"}, rows, from.to)
	b.WriteString("\n")
	for i := range scenarios.Areas {
		if a := scenarios.Areas[i].Model; a.Sources != "" {
			fmt.Fprintf(&b, "Texts about %s speak of %s.\n\n", a.Title, a.Sources)
		}
	}
	return b.String()
}

// example is a citation of the thread's first message.
func example(t *scenarios.Thread) string {
	if len(t.Authors) == 0 {
		return t.Subject
	}
	return fmt.Sprintf("%s, %s, %s", t.Authors[0].Surname(), t.Date, t.List)
}
