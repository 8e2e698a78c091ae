// Package scenariostest has what the tests of scenarios share, those of every
// area and those of all.
package scenariostest

import (
	"context"
	"testing"

	"hvcheck/checker"
	"hvcheck/checker/checkertest"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Must finds a scenario by its name.
func Must(t testing.TB, name string) *scenarios.Scenario {
	t.Helper()
	s, ok := scenarios.ByName(name)
	if !ok {
		t.Fatalf("scenario %q does not exist", name)
	}
	return s
}

// With is the scenario's configuration with some design choices.
func With(t testing.TB, s *scenarios.Scenario, choices ...model.Choice) model.Config {
	t.Helper()
	c := s.Config
	for _, ch := range choices {
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Explore searches a scenario completely, or to its own depth, with choices made by the design, for
// violations of the invariants and promises ids (nil: the scenario's own).
func Explore(t testing.TB, s *scenarios.Scenario, ids []string, choices ...model.Choice) checker.Report[model.Op] {
	t.Helper()
	return ExploreConfig(t, s, ids, With(t, s, choices...))
}

// ExploreConfig is Explore with a whole configuration.
func ExploreConfig(t testing.TB, s *scenarios.Scenario, ids []string, c model.Config) checker.Report[model.Op] {
	t.Helper()
	newSystem := func() checker.System[model.World, model.Op] { return s.System(c, ids) }
	r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: 2, Bounds: checker.Bounds{Depth: s.Depth}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Broken asks whether a promise is broken, in two ways that have to agree with what is
// expected: the search, whose lasso has to be one, and checkertest.Broken.
func Broken(t *testing.T, s *scenarios.Scenario, promise string, broken bool, choices ...model.Choice) {
	t.Helper()
	r := Explore(t, s, []string{promise}, choices...)
	if got := r.Fault != nil; got != broken {
		t.Errorf("the search says broken: %v", got)
	}
	sys := s.System(With(t, s, choices...), []string{promise})
	if r.Fault != nil {
		if err := checker.Lasso(sys, r.Fault.Story, r.Fault.Loop, promise); err != nil {
			t.Errorf("its lasso is none: %v", err)
		}
	}
	if got, err := checkertest.Broken(sys, promise, 500_000); err != nil || got != broken {
		t.Errorf("the second method says broken: %v, %v", got, err)
	}
}

// StoryLength counts the operations of the fault's story, those of its loop once.
func StoryLength(r checker.Report[model.Op]) int {
	if r.Fault == nil {
		return 0
	}
	return len(r.Fault.Ops) + len(r.Fault.Loop)
}

// Refusal is what Check says to the scenario's configuration after a change;
// empty if it accepts it.
func Refusal(t testing.TB, scenario string, change func(c *model.Config)) string {
	t.Helper()
	s := Must(t, scenario)
	c := s.Config
	change(&c)
	if err := s.Check(&c); err != nil {
		return err.Error()
	}
	return ""
}

// RefusedDesigns lists the pairs of a scenario and a value of a setting, of any
// area, that Check refuses. What it accepts is built.
func RefusedDesigns(t *testing.T, list []scenarios.Scenario) (refused []string) {
	t.Helper()
	for i := range list {
		s := &list[i]
		for _, set := range model.Settings {
			for _, v := range set.Values {
				c := With(t, s, model.Choice{Name: set.Name, Value: v})
				if s.Check(&c) != nil {
					refused = append(refused, s.Name+" "+v)
					continue
				}
				s.System(c, nil)
			}
		}
	}
	return refused
}
