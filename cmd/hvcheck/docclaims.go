package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/invariants"
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
	b.WriteString(verdictGrids(list, found))
	b.WriteString("## Designs\n\n" + designs())
	b.WriteString(howToRead + howToReadLoops())
	b.WriteString("## Each claim\n\n")
	for _, c := range list {
		b.WriteString(claimSection(c, of(c, found)))
	}
	b.WriteString("## Scenarios\n\nWhat is explored, and how many states that is at the bounds of the default run.\n\n" + searched + sections("scenario"))
	return b.String(), nil
}

// howToRead explains the stories on the page.
const howToRead = `## How to read a story

A story begins with the scenario, the design, and what the start differs in from a plain one.

Each step is an operation with its operands and, behind #, its result; below it stands what it changed, before and
after. preempt=k means that the k-th preemption check that the call reaches, and every later one, says yes; the call then
returns -ERESTART, and is continued by making it again. The arrow marks the step at which the rule is broken. What follows
"drain:" is everything being continued to its end and torn down. [operations.md](operations.md) explains each operation.

In stories about page tables, the domain owns all frames at the start, each with one reference and nothing in it, and no
vCPU is initialised. cpu is the vCPU that makes the call: v0, v1, v2 are the guest's, t0, t1, t2 belong to the toolstack's
domain. Frames, levels and slots are numbers; an entry 2rw names frame 2, writable.

In stories about event channels, cpu is who acts: v0 and v1 are the guest's vCPUs, b0 and b1 belong to the backend's domain
or stand for a device, t0 is the toolstack. At the start the guest uses the 2-level ABI and has no port. "step" goes on with
what a CPU is in the middle of, up to its next access to shared memory, lock or look at a flag; "guest.handler" does the
same for a vCPU's handler. A kernel is told apart from the one before it by its number. The kernel that runs starts with
kernel.init, binds its ports for xenstore and the timer with kernel.bind, and hands over with kernel.jump or, for a soft
reset, kernel.shutdown.

Two choices make up a design for event channels. The hand-over (EV-V0 to EV-V4c, EV-V8) is what is done when a kernel follows
another one: by the kernel that leaves, the one that arrives, or the toolstack. The offer (EV-V5 to EV-V7, EV-V9, EV-V10) is
how a domain's configuration says which ABIs its kernels may use; nobody cooperates in the hand-over there. Rules EV-A1 to
EV-A3 are as in today's code, and are on under all of these but EV-V4c, which is a repaired design to compare with. What
they violate is a question about that code, not a proven bug: see [invariants.md](invariants.md).

`

// howToReadLoops is there if a model has promises.
func howToReadLoops() string {
	if len(invariants.Promises) == 0 {
		return ""
	}
	return "What follows \"loop:\" comes again and again, for ever, and the promise is never kept. " +
		"Where nothing that must happen can happen any more, the run rests for ever.\n\n"
}

// verdictGrids has a table for each thread.
func verdictGrids(list []*scenarios.Claim, found []*decided) string {
	var b strings.Builder
	threads := threadsOf(list)
	for _, thread := range threads {
		if len(threads) > 1 {
			b.WriteString("## Thread " + thread + "\n\n")
		}
		b.WriteString(verdictGrid(inThread(thread, list, found)))
	}
	return b.String()
}

// verdictGrid is the table of a thread's claims and designs.
func verdictGrid(list []*scenarios.Claim, found []*decided) string {
	var b strings.Builder
	variants := variantsOf(found)
	var rows [][]string
	for _, c := range list {
		for _, row := range rowsOf(of(c, found)) {
			rows = append(rows, append([]string{c.ID, c.Text + own(row)}, verdictCells(row, variants, (*decided).word)...))
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
	for i := range scenarios.Columns {
		if col := &scenarios.Columns[i]; !isVariant(col) {
			place := ""
			if isPlain(col.Name) {
				place = fmt.Sprintf("<a id=%q></a>", anchor(col.Name))
			}
			fmt.Fprintf(&b, "- %s**%s** in the tables is %s.\n", place, col.Name, strings.Join(designOf(col.Name), ", "))
		}
	}
	return b.String() + "\n"
}

// isVariant tells a column that is the variant of its name and nothing else.
func isVariant(col *scenarios.Column) bool {
	return len(col.Design) == 1 && col.Design[0] == choice(col.Name)
}

// claimSection tells a claim: who said what, the verdicts, and the stories.
func claimSection(c *scenarios.Claim, found []*decided) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### <a id=%q></a>%s: %s\n\n%s\n\n", anchor(c.ID), c.ID, c.Text, c.Doc)
	variants := variantsOf(found)
	var rows [][]string
	for _, group := range byQuestion(found) {
		by := []string{strings.Join(group[0].properties(), ", "), group[0].want.Scenario}
		rows = append(rows, append(by, verdictCells(group, variants, wordWithStates)...))
	}
	writeGrid(&b, append([]string{"by", "in"}, variants...), rows, linked)
	fmt.Fprintf(&b, "\nThread %s, decided in %s.\n\n", c.Seed, linkAll(scenariosOf(found), linked))
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
			linkAll(under[s], linked), stepsOf(s), storyText(s), s.ID())
	}
	return b.String()
}

// sameOps tells stories that differ in the design only.
func sameOps(a, b *counterexamples.Story) bool {
	return a.Scenario == b.Scenario && a.Start == b.Start && a.Fault == b.Fault &&
		slices.Equal(a.Ops, b.Ops) && slices.Equal(a.Drain, b.Drain) && slices.Equal(a.Loop, b.Loop)
}

// stepsOf says how long a story is.
func stepsOf(s *counterexamples.Story) string {
	words := plural(len(s.Ops), "step")
	switch n := len(s.Loop); {
	case n > 0:
		words += fmt.Sprintf(" and a loop of %d", n)
	case s.Fault.Forever:
		words += " and rest for ever"
	}
	return words
}

// storyOf finds the corpus' story of a verdict.
func storyOf(c *scenarios.Claim, v scenarios.Verdict) *counterexamples.Story {
	s, err := scenarioNamed(c.ScenarioOf(&v))
	col, ok := scenarios.ColumnByName(v.Variant)
	if err != nil || !ok || !v.Want.Violates() {
		return nil
	}
	config := s.Config
	if col.Set(&config) != nil {
		return nil
	}
	asked := c.PropertiesOf(&v)
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
