package pvmmu_test

import (
	"context"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// TestNoVerdictBeyondTheScope: with option race, calls that end early make
// nr_l4_pages drift as far as the model counts. A run that goes further ends
// there, and nothing is said of it.
func TestNoVerdictBeyondTheScope(t *testing.T) {
	s, _ := scenarios.ByName("mmu.context")
	c := s.Config
	mmops.Conf(&c).Race = true
	beyond := scenarios.After("beyond", "a run leaves the scope", func(w *model.World) bool { return mmops.Of(w).Stop == pvmmu.Beyond })
	raced := *s
	raced.Goals = []scenarios.Goal{beyond}
	r, err := checker.Explore(context.Background(), func() checker.System[model.World, model.Op] {
		return raced.System(c, []string{"MM-I14", "MM-I7"})
	}, checker.Options{Workers: 2, Bounds: checker.Bounds{Depth: 9}})
	if err != nil || r.Fault != nil {
		t.Fatalf("%+v (%v)", r.Fault, err)
	}
	if !r.Goals[0].Met {
		t.Errorf("no run leaves the scope within %d states, so nothing was tested", r.States)
	}
}
