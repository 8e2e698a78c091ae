package evtchn_test

import (
	"context"
	"slices"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios/scenariostest"
)

// What the search decides about promises, by strongly connected components, is
// what a fixpoint on an explicit graph says.
func TestPromisesBySecondMethod(t *testing.T) {
	for _, tc := range []struct {
		scenario, design, promise string
		broken                    bool
	}{
		{"evtchn.flood-2l", "", "EV-L1", false},
		{"evtchn.flood-2l", "EV-M3", "EV-L1", true}, // nobody has to send again
		{"evtchn.vector", "", "EV-L1", false},
		{"evtchn.vector", "EV-B20", "EV-L1", true},
		{"evtchn.starve", "", "EV-L1", true},
		{"evtchn.starve", "", "EV-L3", true},
		{"evtchn.reset-ends", "", "EV-L2", false},
		{"evtchn.reset-ends", "EV-M9", "EV-L2", true},
		{"evtchn.linktail", "EV-B4", "EV-L4", true},
		{"evtchn.poll", "", "EV-L6", false},
		{"evtchn.poll", "EV-M11", "EV-L6", true},
		{"evtchn.soft-reset", "", "EV-L7", false},
		{"evtchn.soft-reset", "EV-M12", "EV-L7", true},
		{"evtchn.soft-reset-pv", "", "EV-L7", true}, // the domain is destroyed
	} {
		t.Run(tc.scenario+" "+tc.design+" "+tc.promise, func(t *testing.T) {
			s := must(t, tc.scenario)
			var choices []model.Choice
			if tc.design != "" {
				choices = append(choices, model.Choice{Name: tc.design, Value: "on"})
			}
			scenariostest.Broken(t, s, tc.promise, tc.broken, choices...)
		})
	}
}

// A lasso is the same for any number of workers.
func TestLassoIsDeterministic(t *testing.T) {
	s := must(t, "evtchn.starve")
	var first checker.Report[model.Op]
	for _, workers := range []int{1, 2, 4} {
		newSystem := func() checker.System[model.World, model.Op] { return s.System(s.Config, []string{"EV-L3"}) }
		r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: workers})
		if err != nil || r.Fault == nil {
			t.Fatal(err, r.Fault)
		}
		if workers == 1 {
			first = r
		} else if !slices.Equal(first.Fault.Ops, r.Fault.Ops) || !slices.Equal(first.Fault.Loop, r.Fault.Loop) {
			t.Errorf("%d workers find another lasso", workers)
		}
	}
}
