package gen

import (
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// TestSwarm: a run uses a third of the kinds at most, all runs together use
// them all, and the same seed draws the same.
func TestSwarm(t *testing.T) {
	s, ok := scenarios.ByName("mmu.all")
	if !ok || MixFor(s).Name != Swarm.Name {
		t.Fatal("there is no scenario for the mix")
	}
	all := map[model.Kind]bool{}
	for _, f := range s.Ops(&s.Config) {
		all[f[0].Kind] = true
	}
	seen := map[model.Kind]bool{}
	src, again := NewSource(s, s.Config, Swarm), NewSource(s, s.Config, Swarm)
	for i := range uint64(200) {
		story, kinds := src.Trace(spread(i)), map[model.Kind]bool{}
		for _, op := range story.Ops {
			kinds[op.Kind], seen[op.Kind] = true, true
		}
		if len(kinds) > len(all)/Swarm.share {
			t.Errorf("seed %d: %d of %d kinds", i, len(kinds), len(all))
		}
		if other := again.Trace(spread(i)); len(other.Ops) != len(story.Ops) || other.Start != story.Start {
			t.Errorf("seed %d draws another story", i)
		}
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d kinds come", len(seen), len(all))
	}
}
