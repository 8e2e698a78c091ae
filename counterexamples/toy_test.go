package counterexamples

import (
	"context"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// The scenario is one of the tests' own, so that the real ones may change:
// the toolstack pins and sets the context, in either order.
func init() {
	scenarios.All = append(scenarios.All, scenarios.Scenario{
		Name:   "test.pin-first",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 2, Preempt: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "plain"},
			{Name: "a table already", Ent: map[uint8][]page.Entry{1: {page.To(0, page.RW)}}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			cpus, preempt := []uint8{pvmmu.Tool(0), pvmmu.Tool(1)}, upTo(c.Preempt)
			frames := upTo(pool.Conf(c).Frames - 1)
			return []scenarios.Pattern{
				scenarios.Each(mmops.Pin, cpus, frames, []uint8{1, 3, 4}, preempt),
				scenarios.Each(mmops.SetContext, cpus, []uint8{0, 1}, frames, []uint8{0, 1, 2}, []uint8{0, 1}, []uint8{0}, preempt),
				scenarios.Each(mmops.VCPUReset, cpus, []uint8{0}, preempt),
				scenarios.Each(mmops.Continue, cpus, preempt),
			}
		},
	})
}

// The promises are the tests' own too, and neither is kept: nobody has to set a
// context, and who sets one may reset it for ever.
func init() {
	invariants.Promises = append(invariants.Promises,
		invariants.Response{
			ID: "TEST-L1", Title: "who pins a table sets a context", Area: mmops.Area,
			From: func(_ *model.Config, w *model.World) bool { return mmops.Of(w).NrL4 != 0 },
			To:   func(_ *model.Config, w *model.World) bool { return mmops.Of(w).CPU[0].Init },
		},
		invariants.Response{
			ID: "TEST-L2", Title: "a vCPU with a context comes to its end", Area: mmops.Area,
			From: func(_ *model.Config, w *model.World) bool { return mmops.Of(w).CPU[0].Init },
			To:   func(_ *model.Config, w *model.World) bool { return mmops.Of(w).Dying },
			Fair: []invariants.Fair{{ID: "resets", Of: func(op model.Op) bool { return op.Kind == mmops.VCPUReset.Kind() }}},
		})
}

func pinFirst(t testing.TB) *scenarios.Scenario {
	sc, ok := scenarios.ByName("test.pin-first")
	if !ok {
		t.Fatal("the scenario of the tests is gone")
	}
	return sc
}

// upTo lists 0 to n.
func upTo(n uint8) (list []uint8) {
	for v := range n + 1 {
		list = append(list, v)
	}
	return list
}

// with is the scenario's configuration with some design choices, name and
// value in turn.
func with(t testing.TB, sc *scenarios.Scenario, choices ...string) model.Config {
	c := sc.Config
	for i := 0; i < len(choices); i += 2 {
		if err := c.Set(model.Choice{Name: choices[i], Value: choices[i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// explored is the shortest story that violates the invariant.
func explored(t testing.TB, sc *scenarios.Scenario, c model.Config, id string) Story {
	t.Helper()
	system := func() checker.System[model.World, model.Op] { return sc.System(c, []string{id}) }
	r, err := checker.Explore(context.Background(), system, checker.Options{Bounds: checker.Bounds{Depth: 3}})
	if err != nil || r.Fault == nil {
		t.Fatalf("no fault (%v)", err)
	}
	least := checker.Minimize(system, NewSimplifier(sc, c), *r.Fault, checker.MinimizeOptions{})
	s, err := FromFault(sc, c, &least, Found{By: "explore", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lasso is a story that breaks a promise.
func lasso(t testing.TB, id string) Story {
	t.Helper()
	sc := pinFirst(t)
	c := sc.Config
	pool.Conf(&c).Frames, mmops.Conf(&c).Tools, c.Preempt = 2, 1, 0
	system := func() checker.System[model.World, model.Op] { return sc.System(c, []string{id}) }
	r, err := checker.Explore(context.Background(), system, checker.Options{})
	if err != nil || r.Fault == nil {
		t.Fatalf("no fault (%v)", err)
	}
	least := checker.Minimize(system, NewSimplifier(sc, c), *r.Fault, checker.MinimizeOptions{})
	s, err := FromFault(sc, c, &least, Found{By: "explore"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// twoSteps is the story of the scenario: pin, then strict mode.
func twoSteps(t testing.TB) Story {
	sc := pinFirst(t)
	return explored(t, sc, with(t, sc, "fixup", "MM-V0"), "MM-I10")
}
