package pages

import (
	"context"
	"fmt"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/invariants"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// threadStories is the page of a thread's stories, each told once.
func (w *Writer) threadStories(ctx context.Context, t *scenarios.Thread) (string, error) {
	v, err := w.found(ctx, t, threadStoriesPage(t.ID))
	if err != nil {
		return "", err
	}
	from := v.linksFrom
	var b strings.Builder
	b.WriteString(heading("Stories: "+t.Title, "The shortest story of each failure and of each thing that can happen, from "+
		from.page("the claims of this thread", threadPage(t.ID))+"."))
	b.WriteString(howToRead(from, v.stories))
	b.WriteString("## The stories\n\n")
	for _, s := range v.stories {
		b.WriteString(s.section(from))
	}
	return b.String(), nil
}

// howToRead explains the stories on a page.
func howToRead(from linksFrom, list []*told) string {
	var b strings.Builder
	b.WriteString("## How to read a story\n\nA story begins with the scenario, the design, and what the start differs in from a plain one.\n\n" +
		"Each step is an operation with its operands and, behind #, its result; below it stands what it changed, before and " +
		"after. preempt=k means that the k-th preemption check that the call reaches, and every later one, says yes; the call then " +
		"returns -ERESTART, and is continued by making it again. The arrow marks the step at which the rule is broken. What follows " +
		"\"drain:\" is everything being continued to its end and torn down.")
	if len(invariants.Promises) > 0 {
		b.WriteString(" What follows \"loop:\" comes again and again, for ever, and the promise is never kept. " +
			"Where nothing that must happen can happen any more, the run rests for ever.")
	}
	b.WriteString("\n\n")
	for _, a := range areasOf(list) {
		fmt.Fprintf(&b, "*%s.* %s\n\n", capital(a.Title),
			strings.TrimSpace(a.Stories+" "+from.page("Operations", operationsPage(a))+" are told one by one."))
	}
	return b.String()
}

// areasOf are the areas that some stories are about.
func areasOf(list []*told) (areas []*model.Area) {
	for _, a := range model.Areas {
		for _, s := range list {
			if s.Config.About(a) {
				areas = append(areas, a)
				break
			}
		}
	}
	return areas
}

// section tells the story, and which verdicts it shows.
func (t *told) section(from linksFrom) string {
	var b strings.Builder
	b.WriteString("### ")
	for _, id := range t.ids {
		fmt.Fprintf(&b, "<a id=%q></a>", topic.Anchor(id))
	}
	fmt.Fprintf(&b, "%s: %s\n\nShows %s.\n\n```\n%s```\n\n", t.ID(), report.StepsOf(t.Story), t.whatFor(from), storyText(t.Story))
	if _, kept := counterexamples.Find(t.ID()); kept {
		fmt.Fprintf(&b, "Step by step: `hvcheck replay %s`\n\n", t.ID())
	}
	return b.String()
}

// whatFor names the verdicts that the story shows, claim by claim.
func (t *told) whatFor(from linksFrom) string {
	var words []string
	var last *scenarios.Claim
	for _, d := range t.shows {
		if d.Claim != last {
			words = append(words, fmt.Sprintf("%s (%s) under %s", from.to(d.Claim.ID), d.Claim.Text, from.to(d.Want.Variant)))
		} else {
			words[len(words)-1] += ", " + from.to(d.Want.Variant)
		}
		last = d.Claim
	}
	return strings.Join(words, "; ")
}

// storyText is a story as replay tells it.
func storyText(s *counterexamples.Story) string {
	var b strings.Builder
	run := counterexamples.Replay(s)
	t := &report.Telling{Out: &b}
	t.Printf("%s", report.Setting(s))
	t.Design(s)
	t.Start(s, run.Steps)
	t.Printf("")
	w := report.WidthsOf(run.Steps)
	for i := range run.Steps {
		t.Replayed(s, run.Steps, i, w, false)
	}
	return b.String()
}

// writtenStories is the page that tells how stories are written down.
func writtenStories(name string) string {
	var b strings.Builder
	b.WriteString(heading("Stories", "A story is a run, operation by operation, each with the result that it had. "+
		"It is kept as JSON; the same as text can be pasted into a mail and back: `hvcheck replay --story FILE` prints it, `hvcheck replay -` reads it."))
	b.WriteString("The stories of each thread, told step by step: " + threadsWithStories(linksFrom(name)) + ".\n\n")
	if s := exampleStory(); s != nil {
		fmt.Fprintf(&b, "## As text\n\n```\n%s```\n\n## As JSON\n\n```json\n%s```\n\n", counterexamples.EncodeText(s), counterexamples.EncodeJSON(s))
	}
	fmt.Fprintf(&b, "## The text form\n\nIn the notation of Go's specification:\n\n```\n%s\n```\n", strings.TrimSpace(counterexamples.Grammar))
	return b.String()
}

func threadsWithStories(from linksFrom) string {
	var words []string
	for i := range scenarios.Threads {
		t := &scenarios.Threads[i]
		words = append(words, from.page(t.Title, threadStoriesPage(t.ID)))
	}
	return strings.Join(words, "; ")
}

// exampleStory is the corpus' first story of a verdict, or nil.
func exampleStory() *counterexamples.Story {
	for i := range scenarios.Claims {
		c := &scenarios.Claims[i]
		for _, v := range c.Verdicts {
			if s := kept(&judge.Decided{Claim: c, Want: v}); s != nil {
				return s
			}
		}
	}
	return nil
}

// kept finds the corpus' story of a verdict, or nil.
func kept(d *judge.Decided) *counterexamples.Story {
	s, err := judge.ScenarioNamed(d.Scenario())
	col, ok := scenarios.ColumnByName(d.Want.Variant)
	if err != nil || !ok || !d.Want.Want.Violates() {
		return nil
	}
	config := s.Config
	if col.Set(&config) != nil {
		return nil
	}
	stories, _ := counterexamples.Corpus()
	for i := range stories {
		k := &stories[i]
		for _, id := range d.Properties() {
			if k.Scenario == s && k.Config == config && k.Fault.Invariant == id {
				return k
			}
		}
	}
	return nil
}
