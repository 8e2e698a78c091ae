package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
)

// claimsPage tells every claim with the verdicts that are found now.
func (a *app) claimsPage(ctx context.Context) (string, error) {
	var list []*scenarios.Claim
	for i := range scenarios.Claims {
		list = append(list, &scenarios.Claims[i])
	}
	found, err := a.decideAll(ctx, list)
	if err != nil {
		return "", err
	}
	searched, err := a.scenarioTable(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(heading("Claims", "What was claimed in the threads, and whether it is so under each design. "+
		"The verdicts were found by complete searches; `hvcheck claims` finds them again.\n\n"+
		"*holds* and *never* are meant for every state within the scenario's bounds; *fails 2* has a shortest story of two operations; "+
		"*seen 2* is a witness of something that can happen; - does not apply."))
	b.WriteString(verdictGrid(found))
	b.WriteString("## Designs\n\n" + designs())
	b.WriteString(howToRead)
	b.WriteString("## Each claim\n\n")
	for _, c := range list {
		b.WriteString(claimSection(c, of(c, found)))
	}
	b.WriteString("## Scenarios\n\nWhat is explored, and how many states that is at the bounds of the default run.\n\n" + searched + sections("scenario"))
	return b.String(), nil
}

// howToRead explains the stories on the page.
const howToRead = `## How to read a story

A story begins with the scenario and the design. At the start the domain owns all frames, each with one reference and
nothing in it, and no vCPU is initialised, unless the story says otherwise.

Each step is an operation with its operands and, behind #, its result; below it stands what it changed, before and
after. cpu is the vCPU that makes the call: v0, v1, v2 are the guest's, t0, t1, t2 belong to the toolstack's domain.
preempt=k means that the k-th preemption check that the call reaches, and every later one, says yes; the call then
returns -ERESTART, and to continue it is to make it again. Frames, levels and slots are numbers; an entry 2rw names
frame 2, writable. The arrow marks the step at which the rule is broken. What follows "drain:" is everything being
continued to its end and torn down. [operations.md](operations.md) explains each operation.

`

// verdictGrid is the table of all claims and variants.
func verdictGrid(found []*decided) string {
	var b strings.Builder
	variants := variantsOf(found)
	var rows [][]string
	for i := range scenarios.Claims {
		c := &scenarios.Claims[i]
		for _, group := range byProperties(of(c, found)) {
			rows = append(rows, append([]string{c.ID, c.Text}, verdictCells(group, variants, (*decided).word)...))
		}
	}
	writeGrid(&b, append([]string{"claim", "what is claimed"}, variants...), rows, linked)
	return b.String() + "\n"
}

// verdictCells has a cell for each variant.
func verdictCells(group []*decided, variants []string, cell func(*decided) string) []string {
	cells := make([]string, len(variants))
	for _, d := range group {
		cells[slices.Index(variants, d.want.Variant)] = cell(d)
	}
	return cells
}

// designs tells what each variant does.
func designs() string {
	var b strings.Builder
	for _, sw := range model.Switches {
		if sw.Kind == design.Variant {
			fmt.Fprintf(&b, "- <a id=%q></a>**%s**, %s. %s (%s)\n", anchor(sw.ID), sw.ID, sw.Title, sw.Doc, sw.Origin)
		}
	}
	return b.String() + "\n"
}

// claimSection tells a claim: who said what, the verdicts, and the stories.
func claimSection(c *scenarios.Claim, found []*decided) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### <a id=%q></a>%s: %s\n\n%s\n\n", anchor(c.ID), c.ID, c.Text, c.Doc)
	variants := variantsOf(found)
	var rows [][]string
	for _, group := range byProperties(found) {
		by := strings.Join(group[0].properties(), ", ")
		rows = append(rows, append([]string{by}, verdictCells(group, variants, wordWithStates)...))
	}
	writeGrid(&b, append([]string{"by"}, variants...), rows, linked)
	fmt.Fprintf(&b, "\nThread %s, decided in %s.\n\n", c.Seed, linked(c.Scenario))
	for _, d := range found {
		if d.want.Note == "" {
			continue
		}
		states := ""
		if d.want.States > 0 {
			states = fmt.Sprintf("%d states, specified %d: ", d.report.States, d.want.States)
		}
		fmt.Fprintf(&b, "%s: %s%s.\n\n", d.want.Variant, states, d.want.Note)
	}
	return b.String() + storiesOf(c)
}

// wordWithStates is the verdict with what it rests on.
func wordWithStates(d *decided) string {
	if d.search == nil || d.report.Fault != nil {
		return d.word()
	}
	return fmt.Sprintf("%s: %d states", d.word(), d.report.States)
}

// scenarioTable explores every scenario that run lists.
func (a *app) scenarioTable(ctx context.Context) (string, error) {
	var b strings.Builder
	var rows [][]string
	for i := range scenarios.All {
		s := &scenarios.All[i]
		if s.Hidden {
			continue
		}
		r, err := a.explore(ctx, newSearch(s, s.Config), checker.Bounds{})
		if err != nil {
			return "", err
		}
		row := []string{s.Name, strings.Join(boundList(s.Config), " "), fmt.Sprint(r.States), fmt.Sprint(r.Depth), "", s.Differs}
		if s.Spec > 0 {
			row[4] = fmt.Sprint(s.Spec)
		}
		rows = append(rows, row)
	}
	writeGrid(&b, []string{"scenario", "bounds", "states", "depth", "specified", "why they differ"}, rows, linked)
	return b.String() + "\n", nil
}

// storiesOf tells the claim's stories from the corpus, each once.
func storiesOf(c *scenarios.Claim) string {
	var b strings.Builder
	var told []*counterexamples.Story
	under := map[*counterexamples.Story][]string{}
	for _, v := range c.Verdicts {
		s := storyOf(c, v)
		if s == nil {
			continue
		}
		alike := func(t *counterexamples.Story) bool { return sameOps(s, t) }
		if i := slices.IndexFunc(told, alike); i >= 0 {
			s = told[i]
		} else {
			told = append(told, s)
		}
		under[s] = append(under[s], v.Variant)
	}
	for _, s := range told {
		fmt.Fprintf(&b, "Under %s, %s:\n\n```\n%s```\n\nStep by step: `hvcheck replay %s`\n\n",
			linkAll(under[s], linked), plural(len(s.Ops), "step"), storyText(s), s.ID())
	}
	return b.String()
}

// sameOps tells stories that differ in the design only.
func sameOps(a, b *counterexamples.Story) bool {
	return a.Start == b.Start && a.Fault == b.Fault && slices.Equal(a.Ops, b.Ops) && slices.Equal(a.Drain, b.Drain)
}

// storyOf finds the corpus' story of a verdict.
func storyOf(c *scenarios.Claim, v scenarios.Verdict) *counterexamples.Story {
	s, err := scenarioNamed(c.Scenario)
	if err != nil || !v.Want.Violates() {
		return nil
	}
	config := s.Config
	if config.Set(choice(v.Variant)) != nil {
		return nil
	}
	asked := (&decided{claim: c, want: v}).properties()
	stories, _ := counterexamples.Corpus()
	for i := range stories {
		k := &stories[i]
		if k.Scenario == s && k.Config == config && slices.Contains(asked, k.Fault.Invariant) {
			return k
		}
	}
	return nil
}

// storyText is a story as replay tells it.
func storyText(s *counterexamples.Story) string {
	var b strings.Builder
	run := counterexamples.Replay(s)
	t := &telling{out: &b}
	t.printf("%s", setting(s))
	t.design(s)
	t.start(s, run.Steps)
	t.printf("")
	w := widthsOf(run.Steps)
	for i := range run.Steps {
		t.replayed(s, run.Steps, i, w, false)
	}
	return b.String()
}
