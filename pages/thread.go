package pages

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/phrase"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// thread is the page of a discussion: what came of it, who said what, and
// whether it is so under each design.
func (w *Writer) thread(ctx context.Context, t *scenarios.Thread) (string, error) {
	v, err := w.found(ctx, t, threadPage(t.ID))
	if err != nil {
		return "", err
	}
	if v.tables, err = w.tablesOf(ctx, t.ID); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(heading(t.Title, cited(t)))
	b.WriteString(v.conclusion())
	b.WriteString("## Claim by claim\n\n" + verdictLegend + "\n\n" + v.grid())
	b.WriteString(v.tableList())
	b.WriteString("## Each claim\n\n")
	for _, c := range v.claims {
		b.WriteString(v.claim(c))
	}
	return b.String(), nil
}

// verdictLegend says what the words of verdicts mean.
const verdictLegend = "*holds* and *never* are meant for every state within the scenario's bounds; *fails 2* has a shortest story of two operations; " +
	"*seen 2* is a witness of something that can happen; - does not apply. Each number of operations links its story."

// cited is where a thread can be read, and who speaks in it.
func cited(t *scenarios.Thread) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: \"%s\"", t.List, t.Subject)
	if t.Date != "" {
		b.WriteString(", " + t.Days())
	}
	if t.Message != "" {
		fmt.Fprintf(&b, ", beginning with Message-ID `<%s>`", t.Message)
	}
	b.WriteString(".")
	if len(t.Authors) > 0 {
		b.WriteString(" Who speaks: " + speakers(t) + ".")
	}
	return b.String()
}

// speakers are the authors with what they are in the discussion.
func speakers(t *scenarios.Thread) string {
	var who []string
	for _, a := range t.Authors {
		who = append(who, fmt.Sprintf("%s (%s)", a.Name, a.Role))
	}
	return strings.Join(who, "; ")
}

// view is what was found of a thread, and the page that tells it.
type view struct {
	linksFrom
	thread *scenarios.Thread
	*decisions
	tables []*judge.FilledIn
}

func (w *Writer) found(ctx context.Context, t *scenarios.Thread, page string) (*view, error) {
	d, err := w.decided(ctx, t.ID)
	return &view{linksFrom: linksFrom(page), thread: t, decisions: d}, err
}

// story is the place of the story that shows a verdict.
func (v *view) story(d *judge.Decided) place {
	for _, t := range v.stories {
		if slices.Contains(t.shows, d) {
			return place{threadStoriesPage(v.thread.ID), topic.Anchor(t.ID())}
		}
	}
	return place{page: threadStoriesPage(v.thread.ID)}
}

// word is a verdict, which links its story.
func (v *view) word(d *judge.Decided) string {
	if d.Report.Fault == nil {
		return d.Word()
	}
	return v.link(d.Word(), v.story(d))
}

// wordWithStates is the verdict with what it rests on.
func (v *view) wordWithStates(d *judge.Decided) string {
	if d.Search == nil || d.Report.Fault != nil {
		return v.word(d)
	}
	return fmt.Sprintf("%s: %s", d.Word(), phrase.Plural(int(d.Report.States), "state"))
}

// grid is the table of claims and designs.
func (v *view) grid() string {
	var b strings.Builder
	variants := report.VariantsOf(v.verdicts)
	var rows [][]string
	for _, c := range v.claims {
		for _, row := range report.RowsOf(report.VerdictsOf(c, v.verdicts)) {
			rows = append(rows, append([]string{c.ID, c.Text + report.OwnQuestion(row)}, cells(row, variants, v.word)...))
		}
	}
	v.writeGrid(&b, []string{"claim", "what is claimed"}, variants, rows)
	return b.String()
}

// writeGrid is a table whose later columns are designs.
func (v *view) writeGrid(b *strings.Builder, head, designs []string, rows [][]string) {
	for _, name := range designs {
		head = append(head, v.to(name))
	}
	topic.WriteGrid(b, head, rows, v.to)
	b.WriteString("\n")
}

// cells has a cell for each variant.
func cells(row []*judge.Decided, variants []string, cell func(*judge.Decided) string) []string {
	list := make([]string, len(variants))
	for _, d := range row {
		list[slices.Index(variants, d.Want.Variant)] = cell(d)
	}
	return list
}

// tableList names the thread's tables.
func (v *view) tableList() string {
	if len(v.tables) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("## Tables\n\nDesigns against scenarios, cell by cell:\n\n")
	for _, f := range v.tables {
		fmt.Fprintf(&b, "- %s: %s\n", v.to(f.Name), f.Title)
	}
	return b.String() + "\n"
}

// claim tells a claim: who said what, the verdicts, and the notes on them.
func (v *view) claim(c *scenarios.Claim) string {
	found := report.VerdictsOf(c, v.verdicts)
	var b strings.Builder
	fmt.Fprintf(&b, "### <a id=%q></a>%s: %s\n\n%s\n\n", topic.Anchor(c.ID), c.ID, c.Text, topic.LinkProse(c.Doc, v.except(c.ID)))
	variants := report.VariantsOf(found)
	var rows [][]string
	for _, group := range report.ByQuestion(found) {
		by := []string{strings.Join(group[0].Properties(), ", "), group[0].Want.Scenario}
		rows = append(rows, append(by, cells(group, variants, v.wordWithStates)...))
	}
	v.writeGrid(&b, []string{"by", "in"}, variants, rows)
	fmt.Fprintf(&b, "Decided in %s.\n\n", v.all(report.ScenariosOf(found)))
	for _, d := range found {
		if d.Want.Note != "" {
			fmt.Fprintf(&b, "%s: %s%s.\n\n", v.to(d.Want.Variant), counted(d), topic.LinkProse(d.Want.Note, v.to))
		}
	}
	return b.String()
}

// except links every id but one: a section does not link itself.
func (from linksFrom) except(id string) func(string) string {
	return func(other string) string {
		if other == id {
			return id
		}
		return from.to(other)
	}
}

// counted compares the states with those of the prototype.
func counted(d *judge.Decided) string {
	if d.Want.States == 0 {
		return ""
	}
	return fmt.Sprintf("%d states, where an earlier prototype counted %d: ", d.Report.States, d.Want.States)
}
