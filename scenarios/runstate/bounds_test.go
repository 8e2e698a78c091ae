package runstate_test

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios/runstate"
	"hvcheck/scenarios/scenariostest"
)

// A bound that a user gives is refused when the operations do not fit.
func TestCheckBounds(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		change   func(c *model.Config)
		want     string
	}{
		{"runstate.cache", func(c *model.Config) { rsops.Conf(c).Threads = 1 }, "--updaters 1: scenario runstate.cache needs at least 2"},
		{"runstate.locks", func(c *model.Config) { rsops.Conf(c).Threads = 4 }, "--updaters 4: at most 3 updaters fit into this model"},
		{"runstate.fields", func(c *model.Config) { rsops.Conf(c).Budget[0] = 3 }, ""},
	} {
		if got := scenariostest.Refusal(t, tc.scenario, tc.change); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.scenario, got, tc.want)
		}
	}
}

// A scenario can be made with every design.
func TestDesigns(t *testing.T) {
	if refused := scenariostest.RefusedDesigns(t, runstate.Area.Scenarios); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
}
