package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"hvcheck/counterexamples"
	"hvcheck/model"
)

// violation is a fault that was found, as the story that is shown and kept.
type violation struct {
	story    *counterexamples.Story
	states   uint64 // seen by the search that found it, 0 if sampling did
	drawn    int    // length of the trace that sampling found it with
	file     string // where it was written
	replayed counterexamples.Replayed
}

// found makes a violation of a fault. It writes nothing yet.
func (a *app) found(s *search, f *fault, by string, seed uint64) (*violation, error) {
	story, err := s.story(f, counterexamples.Found{By: by, Seed: seed})
	if err != nil {
		return nil, err
	}
	return &violation{story: story, replayed: counterexamples.Replay(story)}, nil
}

// keep writes the story to the folder of --out.
func (a *app) keep(v *violation) error {
	path, err := counterexamples.Write(a.outDir, v.story)
	if err != nil {
		return err
	}
	v.file = path
	return nil
}

// tryKeep is keep for a story that is shown in any case.
func (a *app) tryKeep(v *violation) {
	if err := a.keep(v); err != nil {
		a.unsaved = fmt.Errorf("%w; the story is shown but not kept, give another folder with --out", err)
	}
}

// exit ends a command that has shown all it found. A story that could not be
// written is an error, whatever was found.
func (a *app) exit(code int) error {
	if a.unsaved != nil {
		return a.unsaved
	}
	return exitWith(code)
}

// show prints a violation: the story first, then what its last step did, then
// what to type next.
func (a *app) show(v *violation) {
	id := v.story.Fault.Invariant
	a.printf("%s %s\n\n", a.paint.bad(id+" violated:"), titleOf(id))
	t := a.telling()
	t.printf("%s", setting(v.story))
	t.design(v.story)
	t.printf("%s", v.length())
	t.start(v.story, v.replayed.Steps)
	a.printf("\n")
	t.steps(v.story, v.replayed.Steps)
	a.printf("\n")
	if s := violating(v.replayed.Steps); s != nil {
		if s.N > 0 && !v.story.Fault.Forever {
			t.changes("what "+stepName(s)+" changed", s.Changes)
		}
		t.reason(s)
	}
	if rule := askedAbout(v.story); rule != "" {
		t.printf("%s does as today's code: this is an open question about it, not a proven bug", rule)
	}
	a.printf("\n")
	t.printf("The rule, and why it matters:  hvcheck explain %s", id)
	if v.file != "" {
		t.printf("Again, step by step:           hvcheck replay %s", v.file)
	}
}

// askedAbout is the rule of today's code that makes a story possible, if one
// of the design's may.
func askedAbout(s *counterexamples.Story) string {
	for _, sw := range openToAsk.of(bugSwitches()) {
		on := slices.Contains(s.Config.Design(), model.Choice{Name: sw.ID, Value: "on"})
		if on && slices.Contains(sw.Breaks, s.Fault.Invariant) {
			return sw.ID
		}
	}
	return ""
}

// length says how long the story is and how sure that is.
func (v *violation) length() string {
	n := len(v.story.Ops)
	if v.story.Fault.Forever {
		return v.lassoLength()
	}
	if v.story.Found.By == bySample && v.states > 0 {
		return fmt.Sprintf("%s, found by sampling with seed %d and minimised from %d", plural(n, "step"), v.story.Found.Seed, v.drawn)
	}
	if v.states == 0 {
		return fmt.Sprintf("%s, minimised from %d", plural(n, "step"), v.drawn)
	}
	if n == 0 {
		return "shortest story: the start state itself"
	}
	clean := fmt.Sprintf("every state within %s is clean", plural(n-1, "step"))
	if n == 1 {
		clean = "the start states are clean"
	}
	return fmt.Sprintf("shortest story: %s (%s; %s seen)", plural(n, "step"), clean, plural(v.states, "state"))
}

// lassoLength says how long the way into the loop is, and the loop.
func (v *violation) lassoLength() string {
	goesOn := "nothing more"
	if n := len(v.story.Loop); n > 0 {
		goesOn = plural(n, "step") + " for ever"
	}
	seen := fmt.Sprintf("minimised from %d", v.drawn)
	if v.states > 0 {
		seen = fmt.Sprintf("found among all %s", plural(v.states, "state"))
	}
	return fmt.Sprintf("story: %s and then %s (%s)", plural(len(v.story.Ops), "step"), goesOn, seen)
}

// showAll prints the shortest violation of each invariant and names the rest.
func (a *app) showAll(list []*violation) {
	slices.SortStableFunc(list, func(a, b *violation) int {
		return cmp.Or(cmp.Compare(a.story.Fault.Invariant, b.story.Fault.Invariant),
			cmp.Compare(a.story.Length(), b.story.Length()))
	})
	last := ""
	for _, v := range list {
		if id := v.story.Fault.Invariant; id != last {
			last = id
			a.printf("\n")
			a.show(v)
			continue
		}
		a.printf("  The same rule in %s, %s:  hvcheck replay %s\n", v.story.Scenario.Name, plural(v.story.Length(), "step"), v.file)
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

func (v *violation) json() violationJSON {
	j := violationJSON{
		Invariant: v.story.Fault.Invariant, Scenario: v.story.Scenario.Name, Steps: v.story.Length(),
		Forever: v.story.Fault.Forever, Loop: len(v.story.Loop),
		File: v.file, Story: counterexamples.EncodeJSON(v.story),
	}
	if s := violating(v.replayed.Steps); s != nil {
		j.Detail = s.Detail
	}
	return j
}
