package gen

import (
	"context"
	"testing"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// The same seed gives the same file, byte by byte, for any number of workers
// and however often it is asked.
func TestSameFile(t *testing.T) {
	for _, sw := range []struct{ id, scenario string }{
		{"MM-B6", "mmu.linear-destroy"}, {"MM-B12", "mmu.tlb"}, {"MM-B19", "mmu.linear"}, {"MM-M6", "mmu.assist-vcpu1"},
	} {
		want := sampledFile(t, sw.id, sw.scenario, 1)
		for _, workers := range []int{2, 1, 2} {
			if got := sampledFile(t, sw.id, sw.scenario, workers); got != want {
				t.Errorf("%s, %d workers:\n%s\nat first:\n%s", sw.id, workers, got, want)
			}
		}
	}
}

// sampledFile finds a bug by sampling, minimises the story, and writes it down.
func sampledFile(t *testing.T, id, scenario string, workers int) string {
	t.Helper()
	s, ok := scenarios.ByName(scenario)
	if !ok {
		t.Fatalf("scenario %s is gone", scenario)
	}
	c := s.Config
	if err := c.Set(model.Choice{Name: id, Value: "on"}); err != nil {
		t.Fatal(err)
	}
	const seed = 11
	system := func() checker.System[model.World, model.Op] { return s.System(c, nil) }
	source := func() checker.Source[model.Op] { return NewSource(s, c, All) }
	r, err := checker.Sample(context.Background(), system, source,
		checker.SampleOptions{Seed: seed, Traces: 20_000, Workers: workers})
	if err != nil || r.Fault == nil {
		t.Fatalf("%s is not found: %v", id, err)
	}
	short := checker.Minimize(system, counterexamples.NewSimplifier(s, c), *r.Fault, checker.MinimizeOptions{})
	story, err := counterexamples.FromFault(s, c, &short, counterexamples.Found{By: "sample", Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return string(counterexamples.EncodeJSON(&story))
}
