package cli

import (
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// The tests have a scenario with promises of its own: the toolstack pins, sets
// a context and resets. Nobody has to set a context (TEST-L1), who sets one may
// reset it and set it again for ever (TEST-L2), a reset cannot be put off
// (TEST-L3), and the domain never dies (TEST-L4). The scripts run the tests' own program, which has them too.
func init() {
	initialised := func(_ *model.Config, w *model.World) bool { return mmops.Of(w).CPU[0].Init }
	resets := []invariants.Fair{{ID: "resets", Doc: "the toolstack resets the vCPU", Of: func(op model.Op) bool { return op.Kind == mmops.VCPUReset.Kind() }}}
	promise := func(id, title string, fair []invariants.Fair, from, to func(*model.Config, *model.World) bool) {
		invariants.Promises = append(invariants.Promises, invariants.Response{
			ID: id, Title: title, Doc: "A promise of the tests.", Area: mmops.Area, Refs: []string{"nobody"}, From: from, To: to, Fair: fair,
		})
	}
	promise("TEST-L1", "who pins a table sets a context", nil,
		func(_ *model.Config, w *model.World) bool { return mmops.Of(w).NrL4 != 0 }, initialised)
	promise("TEST-L2", "a vCPU with a context comes to its end", resets,
		initialised, func(_ *model.Config, w *model.World) bool { return mmops.Of(w).Dying })
	promise("TEST-L3", "a context is reset", resets,
		initialised, func(_ *model.Config, w *model.World) bool { return !mmops.Of(w).CPU[0].Init })
	promise("TEST-L4", "a domain that dies comes to its end", nil,
		func(_ *model.Config, w *model.World) bool { return mmops.Of(w).Dying }, initialised)
	scenarios.All = append(scenarios.All, scenarios.Scenario{
		Name: "test.promises", Title: "promises of the tests", Doc: "Pin, set a context, reset.", Hidden: true,
		Config:   mmops.Scope{Frames: 2, Slots: 2, Guests: 1, Tools: 1}.Config(),
		Promises: []string{"TEST-L3"}, Invariants: []string{"MM-I1"},
		Alphabet: func(*model.Config) []scenarios.Pattern {
			cpus, none := []uint8{pvmmu.Tool(0)}, []uint8{0}
			return []scenarios.Pattern{
				scenarios.Each(mmops.Pin, cpus, []uint8{0, 1}, []uint8{3, 4}, none),
				scenarios.Each(mmops.SetContext, cpus, none, []uint8{0, 1}, none, none, none, none),
				scenarios.Each(mmops.VCPUReset, cpus, none, none),
			}
		},
	})
}

// withAsIs calls f while a mutant counts as a rule of today's code.
func withAsIs(id string, f func()) {
	for i := range model.Switches {
		if sw := &model.Switches[i]; sw.ID == id {
			kind := sw.Kind
			sw.Kind = design.AsIs
			defer func() { sw.Kind = kind }()
		}
	}
	f()
}
