package pvmmu_test

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios/pvmmu"
	"hvcheck/scenarios/scenariostest"
)

// A bound that a user gives is refused when the start states or the operations
// do not fit.
func TestCheckBounds(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		change   func(c *model.Config)
		want     string
	}{
		{"mmu.preempt", func(c *model.Config) { pool.Conf(c).Frames = 2 }, "--frames 2: scenario mmu.preempt needs at least 3"},
		{"mmu.preempt", func(c *model.Config) { pool.Conf(c).Slots = 1 }, "--slots 1: scenario mmu.preempt needs at least 2"},
		{"mmu.preempt", func(c *model.Config) { pool.Conf(c).Frames = 9 }, "--frames 9: at most 8 frames fit into this model"},
	} {
		if got := scenariostest.Refusal(t, tc.scenario, tc.change); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.scenario, got, tc.want)
		}
	}
}

// Every scenario can be made with every design.
func TestDesigns(t *testing.T) {
	if refused := scenariostest.RefusedDesigns(t, pvmmu.Area.Scenarios); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
}
