package evtchn_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios/evtchn"
	"hvcheck/scenarios/scenariostest"
)

var must = scenariostest.Must

// A bound that a user gives is refused when the start states or the operations
// do not fit.
func TestCheckBounds(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		change   func(c *model.Config)
		want     string
	}{
		{"evtchn.control", func(c *model.Config) { evops.Conf(c).VCPUs = 1 }, "--vcpus 1: scenario evtchn.control needs at least 2"},
		{"evtchn.control", func(c *model.Config) { evops.Conf(c).Ports = 1 }, "--ports 1: scenario evtchn.control needs at least 2"},
		{"evtchn.reset-two", func(c *model.Config) { evops.Conf(c).VCPUs = 1 }, "--vcpus 1: scenario evtchn.reset-two needs at least 2"},
		{"evtchn.moved", func(c *model.Config) { evops.Conf(c).Ports = 5 }, ""},
	} {
		if got := scenariostest.Refusal(t, tc.scenario, tc.change); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.scenario, got, tc.want)
		}
	}
}

// A scenario can be made with every design, unless it begins with an operation
// that the FIFO ABI alone has.
func TestDesigns(t *testing.T) {
	want := []string{"evtchn.starve EV-V5", "evtchn.starve EV-V6", "evtchn.starve EV-V7", "evtchn.starve EV-V9"}
	if refused := scenariostest.RefusedDesigns(t, evtchn.Area.Scenarios); !slices.Equal(refused, want) {
		t.Errorf("refused: %v, want %v", refused, want)
	}
}
