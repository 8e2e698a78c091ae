package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// show prints a violation: the story first, then what its last step did, then
// what to type next.
func (p *Printer) show(v *judge.Violation) {
	id := v.Story.Fault.Invariant
	p.Printf("%s\n", strings.Replace(Prose(id+" violated: "+scenarios.Demand(id)+"\n"), id+" violated:", p.paint.bad(id+" violated:"), 1))
	p.fenced(func() { p.showStory(v, id) })
}

func (p *Printer) showStory(v *judge.Violation, id string) {
	t := p.telling()
	t.prose("%s", Setting(v.Story))
	t.Design(v.Story)
	t.prose("%s", lengthLine(v))
	t.Start(v.Story, v.Replayed.Steps)
	p.Printf("\n")
	t.steps(v.Story, v.Replayed.Steps)
	p.Printf("\n")
	if s := judge.Violating(v.Replayed.Steps); s != nil {
		if s.N > 0 && !v.Story.Fault.Forever {
			t.changes("what "+stepName(s)+" changed", s.Changes)
		}
		t.reason(s)
	}
	if rule := judge.AskedAbout(v.Story); rule != "" {
		t.prose("as today's code does with %s: this is an open question about it, not a proven bug", rule)
	}
	p.Printf("\n")
	t.prose("The rule, and why it matters:  hvcheck explain %s", id)
	if v.File != "" {
		t.prose("Again, step by step:           hvcheck replay %s", v.File)
	}
}

// lengthLine says how long the story is and how sure that is.
func lengthLine(v *judge.Violation) string {
	n := len(v.Story.Ops)
	if v.Story.Fault.Forever {
		return lassoLength(v)
	}
	if v.Story.Found.By == judge.BySample && v.States > 0 {
		return fmt.Sprintf("%s, found by sampling with seed %d and minimised from %d", phrase.Plural(n, "step"), v.Story.Found.Seed, v.Drawn)
	}
	if v.States == 0 {
		return fmt.Sprintf("%s, minimised from %d", phrase.Plural(n, "step"), v.Drawn)
	}
	if n == 0 {
		return "shortest story: the start state itself"
	}
	clean := fmt.Sprintf("every state within %s is clean", phrase.Plural(n-1, "step"))
	if n == 1 {
		clean = "the start states are clean"
	}
	return fmt.Sprintf("shortest story: %s (%s; %s seen)", phrase.Plural(n, "step"), clean, phrase.Plural(v.States, "state"))
}

// lassoLength says how long the way into the loop is, and the loop.
func lassoLength(v *judge.Violation) string {
	goesOn := "nothing more"
	if n := len(v.Story.Loop); n > 0 {
		goesOn = phrase.Plural(n, "step") + " for ever"
	}
	seen := fmt.Sprintf("minimised from %d", v.Drawn)
	if v.States > 0 {
		seen = fmt.Sprintf("found among all %s", phrase.Plural(v.States, "state"))
	}
	return fmt.Sprintf("story: %s and then %s (%s)", phrase.Plural(len(v.Story.Ops), "step"), goesOn, seen)
}

// showAll prints the shortest violation of each invariant and names the rest.
func (p *Printer) showAll(list []*judge.Violation) {
	slices.SortStableFunc(list, func(a, b *judge.Violation) int {
		return cmp.Or(cmp.Compare(a.Story.Fault.Invariant, b.Story.Fault.Invariant),
			cmp.Compare(a.Story.Length(), b.Story.Length()))
	})
	last := ""
	for _, v := range list {
		if id := v.Story.Fault.Invariant; id != last {
			last = id
			p.Printf("\n")
			p.show(v)
			continue
		}
		p.Printf("%sThe same rule in %s, %s", p.item(), v.Story.Scenario.Name, phrase.Plural(v.Story.Length(), "step"))
		if v.File != "" {
			p.Printf(":  hvcheck replay %s", v.File)
		}
		p.Printf("\n")
	}
}

// violationJSON is a violation in --json.
type violationJSON struct {
	Invariant string          `json:"invariant"`
	Scenario  string          `json:"scenario"`
	Steps     int             `json:"steps"`
	Forever   bool            `json:"forever,omitempty"`
	Loop      int             `json:"loop,omitempty"` // of the steps
	Detail    string          `json:"detail"`
	File      string          `json:"file,omitempty"`
	Story     json.RawMessage `json:"story"`
}

func asJSON(v *judge.Violation) violationJSON {
	j := violationJSON{
		Invariant: v.Story.Fault.Invariant, Scenario: v.Story.Scenario.Name, Steps: v.Story.Length(),
		Forever: v.Story.Fault.Forever, Loop: len(v.Story.Loop),
		File: v.File, Story: counterexamples.EncodeJSON(v.Story),
	}
	if s := judge.Violating(v.Replayed.Steps); s != nil {
		j.Detail = s.Detail
	}
	return j
}

// ShowMinimized writes a story that was made shorter.
func (p *Printer) ShowMinimized(v *judge.Violation) error {
	if p.AsJSON() {
		return p.WriteJSON(asJSON(v))
	}
	p.Printf("%s before, %d now.\n\n", phrase.Plural(v.Drawn, "operation"), v.Story.Length())
	p.show(v)
	return nil
}
