package judge

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// ReplayCode is the exit code for a replay: whether it went as recorded, or, with
// nothing recorded, whether nothing is violated.
func ReplayCode(s *counterexamples.Story, run *counterexamples.Replayed) int {
	if len(run.Problems) > 0 || s.Fault.Invariant == "" && Violating(run.Steps) != nil {
		return ExitViolated
	}
	return ExitHolds
}

// Redesigned carries a story out under the judge's design instead of its own, in
// the scenario and with the bounds that it has. As in a search, choices that the
// design does not make are the scenario's.
func (j *Judge) Redesigned(s *counterexamples.Story) (*counterexamples.Compared, error) {
	if err := j.CheckDesign(); err != nil {
		return nil, err
	}
	c := s.Scenario.Config
	c.TakeBounds(&s.Config)
	for _, name := range j.Design {
		if err := chooseAbout(&c, name); err != nil {
			return nil, err
		}
	}
	if err := s.Scenario.Check(&c); err != nil {
		return nil, err
	}
	return counterexamples.Compare(s, c), nil
}

// chooseAbout makes those choices of a design that are about the areas of a
// configuration. A design without any is refused: nothing could come of it.
func chooseAbout(c *model.Config, name string) error {
	choices, err := scenarios.Choices(name)
	if err != nil {
		return err
	}
	made := 0
	for _, ch := range choices {
		if !slices.ContainsFunc(c.Areas(), func(a *model.Area) bool { return hasSetting(a, ch.Name) }) {
			continue
		}
		if err := c.Set(ch); err != nil {
			return fmt.Errorf("--design %s: %w", name, err)
		}
		made++
	}
	if made == 0 && len(choices) > 0 {
		return fmt.Errorf("--design %s: has nothing to do with %s, which the story is about", name, model.AreaNames(c.Areas()))
	}
	return nil
}

// RedesignedCode is the exit code for a story under another design: whether
// something is violated there.
func RedesignedCode(c *counterexamples.Compared) int {
	if len(c.Problems) > 0 || c.Fault != nil || c.Instead != nil {
		return ExitViolated
	}
	return ExitHolds
}

// Violating is the step that violates, or nil.
func Violating(steps []counterexamples.Step) *counterexamples.Step {
	for i := range steps {
		if steps[i].Violated != "" {
			return &steps[i]
		}
	}
	return nil
}

// MinimizedStory is a shorter and simpler story that violates the same. The
// error says that nothing is violated.
func MinimizedStory(s *counterexamples.Story) (v *Violation, err error) {
	id := s.Fault.Invariant
	run := counterexamples.Replay(s)
	at := Violating(run.Steps)
	if at == nil || id != "" && at.Violated != id {
		return nil, errors.New(unviolated(id))
	}
	found := s.Found
	if found.By == "" {
		found.By = "hand"
	}
	f := Fault{Story: s.Run(), Loop: s.Round(), Forever: s.Fault.Forever, Property: at.Violated}
	search := NewSearch(s.Scenario, s.Config).asking(at.Violated)
	v = &Violation{Drawn: s.Length()}
	if v.Story, err = search.story(&f, found); err != nil {
		return nil, err
	}
	v.Replayed = counterexamples.Replay(v.Story)
	return v, nil
}

// unviolated says what is not violated: an invariant, or any of them.
func unviolated(id string) string {
	if id == "" {
		return "nothing is violated"
	}
	return id + " is not violated"
}
