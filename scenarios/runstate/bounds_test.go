package runstate_test

import (
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	rules "hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios"
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

// Without an order of the locks, three users come to wait for one another, and
// where the first one never goes on, everybody does for it.
func TestDeadlock(t *testing.T) {
	s := *scenariostest.Must(t, "runstate.locks")
	if r := scenariostest.Explore(t, &s, []string{"RS-I10"}); r.Fault != nil || !r.Exhaustive {
		t.Errorf("in order: %+v", r.Fault)
	}
	r := scenariostest.Explore(t, &s, []string{"RS-I10"}, model.Choice{Name: "reach", Value: "RS-V6"})
	if r.Fault == nil || r.Fault.Property != scenarios.DeadlockProperty || !strings.HasPrefix(r.Fault.Detail, "they wait for one another: h") || len(r.Fault.Ops) != 12 {
		t.Errorf("without one: %+v", r.Fault)
	}
	alphabet := s.Alphabet
	s.Alphabet = func(c *model.Config) []scenarios.Pattern {
		list := alphabet(c)
		list[1] = scenarios.Each(rsops.HostStep, scenarios.Only(rules.H1, rules.Notifier))
		return list
	}
	s.Config = scenariostest.With(t, &s)
	if r = scenariostest.Explore(t, &s, []string{"RS-I10"}); r.Fault == nil || r.Fault.Property != scenarios.DeadlockProperty || !strings.HasPrefix(r.Fault.Detail, "nothing can go on, and ") {
		t.Errorf("without steps: %+v", r.Fault)
	}
}
