package judge

import (
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/model"
)

// Violation is a fault that was found, as the story that is shown and kept.
type Violation struct {
	Story    *counterexamples.Story
	States   uint64 // seen by the search that found it, 0 if sampling did
	Drawn    int    // length of the trace that sampling found it with
	File     string // where it was written
	Replayed counterexamples.Replayed
}

// Found makes a violation of a fault. It writes nothing yet.
func (s *Search) Found(f *Fault, by string, seed uint64) (*Violation, error) {
	story, err := s.story(f, counterexamples.Found{By: by, Seed: seed})
	if err != nil {
		return nil, err
	}
	return &Violation{Story: story, Replayed: counterexamples.Replay(story)}, nil
}

// Keep writes the story to a folder.
func (v *Violation) Keep(dir string) error {
	path, err := counterexamples.Write(dir, v.Story)
	if err != nil {
		return err
	}
	v.File = path
	return nil
}

// AskedAbout is the rule of today's code that makes a story possible, if one
// of the design's does: without it, or without all such rules, the same steps
// violate nothing.
func AskedAbout(s *counterexamples.Story) string {
	var on []string
	for _, sw := range OpenToAsk.Of(BugSwitches()) {
		if slices.Contains(s.Config.Design(), model.Choice{Name: sw.ID, Value: "on"}) {
			on = append(on, sw.ID)
		}
	}
	for _, id := range on {
		if !violatesWithout(s, id) {
			return id
		}
	}
	if len(on) > 0 && !violatesWithout(s, on...) {
		return strings.Join(on, ", ")
	}
	return ""
}

// violatesWithout tells whether a story violates the same with some switches off.
func violatesWithout(s *counterexamples.Story, switches ...string) bool {
	other := *s
	for _, id := range switches {
		if other.Config.Set(model.Choice{Name: id, Value: "off"}) != nil {
			return true
		}
	}
	if s.Scenario.Check(&other.Config) != nil {
		return true
	}
	at := Violating(counterexamples.Replay(&other).Steps)
	return at != nil && at.Violated == s.Fault.Invariant
}
