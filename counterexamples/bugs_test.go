package counterexamples_test

import (
	"bytes"
	"context"
	"testing"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// TestBugsBecomeStories takes every bug the whole way: sampled, minimised,
// written in both forms, read again and replayed.
func TestBugsBecomeStories(t *testing.T) {
	for _, sw := range model.Switches {
		sc, ok := scenarios.ByName(sw.Scenario)
		if !ok {
			continue
		}
		c := sc.Config
		if c.Set(model.Choice{Name: sw.ID, Value: "on"}) != nil {
			continue // one of several designs
		}
		t.Run(sw.ID, func(t *testing.T) {
			if f := sampled(t, sc, c, sw.Breaks); f != nil {
				s, err := counterexamples.FromFault(sc, c, f, counterexamples.Found{By: "sample", Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				again := thereAndBack(t, &s)
				for _, p := range counterexamples.Replay(again).Problems {
					t.Error(p)
				}
			}
		})
	}
}

// sampled is a minimised fault, or nil if a few traces show none.
func sampled(t *testing.T, sc *scenarios.Scenario, c model.Config, ids []string) *checker.Fault[model.Op] {
	system := func() checker.System[model.World, model.Op] { return sc.System(c, ids) }
	source := func() checker.Source[model.Op] { return gen.NewSource(sc, c, gen.All) }
	r, err := checker.Sample(context.Background(), system, source, checker.SampleOptions{Seed: 1, Traces: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if r.Fault == nil {
		return nil
	}
	least := checker.Minimize(system, counterexamples.NewSimplifier(sc, c), *r.Fault, checker.MinimizeOptions{})
	return &least
}

// thereAndBack writes a story in both forms and reads it.
func thereAndBack(t *testing.T, s *counterexamples.Story) (again *counterexamples.Story) {
	t.Helper()
	asJSON, asText := counterexamples.EncodeJSON(s), counterexamples.EncodeText(s)
	for _, data := range [][]byte{asJSON, []byte(asText)} {
		read, err := counterexamples.Decode("story", data)
		if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
		if !bytes.Equal(counterexamples.EncodeJSON(&read), asJSON) || counterexamples.EncodeText(&read) != asText {
			t.Errorf("the story came back as\n%s", counterexamples.EncodeText(&read))
		}
		again = &read
	}
	return again
}

// TestRoundTrip: any story of any scenario comes back as it was.
func TestRoundTrip(t *testing.T) {
	for _, sc := range scenarios.All {
		t.Run(sc.Name, func(t *testing.T) {
			gen.ForAll(t, &sc, func(story gen.Story) error {
				thereAndBack(t, recorded(&sc, story))
				return nil
			})
		})
	}
}

// recorded is a story without a fault, with its results.
func recorded(sc *scenarios.Scenario, story gen.Story) *counterexamples.Story {
	s := counterexamples.Story{Scenario: sc, Config: sc.Config, Start: story.Start}
	for _, op := range story.Ops {
		s.Ops = append(s.Ops, counterexamples.Call{Op: op})
	}
	for _, step := range counterexamples.Replay(&s).Steps[1:] {
		s.Ops[step.N-1].Result, s.Ops[step.N-1].Recorded = step.Result, true
	}
	return &s
}
