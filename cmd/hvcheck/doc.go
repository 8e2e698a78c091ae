package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/scenarios"
)

func (a *app) docCommand() *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "doc",
		Short: "write the pages about invariants, operations and claims",
		Long: `Doc writes what explain tells as pages that link to each other: invariants.md,
operations.md and claims.md. With --check it writes nothing, and exits with 1 if
a page is not what it would write.`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error { return a.doc(dir, check) },
	}
	c.Flags().StringVar(&dir, "dir", "docs", "folder of the pages")
	c.Flags().BoolVar(&check, "check", false, "only compare")
	return c
}

// A page of the documents.
type page struct {
	name string
	text func() string
}

var pages = []page{
	{"invariants.md", invariantsPage},
	{"operations.md", operationsPage},
	{"claims.md", claimsPage},
}

func (a *app) doc(dir string, check bool) error {
	if !check {
		if err := writable("--dir", dir); err != nil {
			return err
		}
	}
	if _, err := counterexamples.Corpus(); err != nil {
		return err
	}
	stale := 0
	for _, p := range pages {
		path := filepath.Join(dir, p.name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, []byte(p.text())) {
			continue
		}
		stale++
		if check {
			a.printf("%s is stale; write it again: hvcheck doc\n", path)
			continue
		}
		if err := os.WriteFile(path, []byte(p.text()), 0o644); err != nil {
			return fileError(path, err)
		}
		a.printf("wrote %s\n", path)
	}
	switch {
	case stale == 0:
		a.printf("The pages in %s are up to date.\n", dir)
	case check:
		return exitWith(exitViolated)
	}
	return nil
}

// heading begins a page.
func heading(title, text string) string {
	return fmt.Sprintf("<!-- Written by: hvcheck doc. Change the values, not this page. -->\n\n# %s\n\n%s\n\n", title, text)
}

// sections writes all topics of some kinds.
func sections(kinds ...string) string {
	var b strings.Builder
	for _, kind := range kinds {
		for _, t := range topics() {
			if t.kind == kind {
				b.WriteString(t.markdown(linked))
			}
		}
	}
	return b.String()
}

// contentsOf is a table of the topics of a kind.
func contentsOf(kind, what string) string {
	var b strings.Builder
	var rows [][]string
	for _, t := range topics() {
		if t.kind == kind {
			rows = append(rows, []string{t.id, t.title})
		}
	}
	writeGrid(&b, []string{kind, what}, rows, linked)
	return b.String() + "\n"
}

func invariantsPage() string {
	return heading("Invariants", "What must be true of the models, and the bugs that show that somebody notices when it is not.") +
		contentsOf("invariant", "what must be true") +
		"## Each invariant\n\n" + sections("invariant") +
		"## Bugs\n\nRules changed back to historical bugs, one at a time. `hvcheck bugs` finds each again.\n\n" +
		contentsOf("bug", "what the switch does") + sections("bug") +
		"## Mutants\n\nRules broken on purpose.\n\n" + contentsOf("mutant", "what the switch does") + sections("mutant")
}

func operationsPage() string {
	return heading("Operations", "What can happen in the models: hypercalls, what the toolstack and the hardware do, and their results. "+
		"Every operation may come in every state. A refused one changes nothing.") +
		contentsOf("operation", "what it does") +
		"## Each operation\n\n" + sections("operation") +
		"## Results\n\nNegative results are Xen's error numbers, by name.\n\n" + contentsOf("result", "what it means") + sections("result") +
		filesSection()
}

// filesSection tells how stories are written down.
func filesSection() string {
	var b strings.Builder
	b.WriteString("## Stories\n\nA story is a run, operation by operation, each with the result that it had. " +
		"It is kept as JSON; the same as text can be pasted into a mail and back: `hvcheck replay --story FILE` prints it, `hvcheck replay -` reads it.\n\n")
	if stories, _ := counterexamples.Corpus(); len(stories) > 0 {
		s := &stories[0]
		fmt.Fprintf(&b, "As text:\n\n```\n%s```\n\nAs JSON:\n\n```json\n%s```\n\n", counterexamples.EncodeText(s), counterexamples.EncodeJSON(s))
	}
	fmt.Fprintf(&b, "The text form, in the notation of Go's specification:\n\n```\n%s\n```\n", strings.TrimSpace(counterexamples.Grammar))
	return b.String()
}

func claimsPage() string {
	var b strings.Builder
	b.WriteString(heading("Claims", "What was claimed in the threads, and whether it is so under each design. "+
		"`hvcheck claims` decides all of it again; `hvcheck claims MM-C1` tells one claim with the numbers of the search.\n\n"+
		"*holds* and *never* are meant for every state within the scenario's bounds; *fails 2* has a shortest story of two operations; *seen 2* is a witness of something that can happen; - does not apply."))
	b.WriteString(verdictGrid())
	b.WriteString(howToRead)
	b.WriteString("## Designs\n\n" + sections("variant"))
	b.WriteString("## Each claim\n\n")
	for i := range scenarios.Claims {
		c := &scenarios.Claims[i]
		b.WriteString(claimTopicOf(c).markdown(linked))
		b.WriteString(storiesOf(c))
	}
	b.WriteString("## Scenarios\n\n" + contentsOf("scenario", "what it explores") + sections("scenario"))
	return b.String()
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

func claimTopicOf(c *scenarios.Claim) *topic {
	t := claimTopic(c)
	t.kind = "claim"
	return t
}

// verdictGrid is the table of all claims and variants.
func verdictGrid() string {
	var b strings.Builder
	var found []*decided
	for i := range scenarios.Claims {
		for _, v := range scenarios.Claims[i].Verdicts {
			found = append(found, &decided{claim: &scenarios.Claims[i], want: v})
		}
	}
	variants := variantsOf(found)
	head := append([]string{"claim", "what is claimed"}, variants...)
	var rows [][]string
	for i := range scenarios.Claims {
		for _, group := range byProperties(of(&scenarios.Claims[i], found)) {
			rows = append(rows, expectedRow(group, variants))
		}
	}
	writeGrid(&b, head, rows, linked)
	return b.String() + "\n"
}

func expectedRow(group []*decided, variants []string) []string {
	c := group[0].claim
	row := append([]string{c.ID, c.Text}, make([]string, len(variants))...)
	for _, d := range group {
		for i, v := range variants {
			if v == d.want.Variant {
				row[2+i] = d.wanted()
			}
		}
	}
	return row
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
	t.start(s, run.Steps)
	t.printf("")
	w := widthsOf(run.Steps)
	for i := range run.Steps {
		t.replayed(s, run.Steps, i, w, false)
	}
	return b.String()
}
