package runstate

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
	"hvcheck/scenarios"
)

type budgets = rsops.Budget

const unlimited = runstate.Unlimited

// scope is a configuration.
func scope(b budgets, own runstate.Config) model.Config {
	return rsops.Scope{Threads: 1, Budget: b}.Config(own)
}

// threads is one with several updaters.
func threads(n uint8, b budgets, own runstate.Config) model.Config {
	return rsops.Scope{Threads: n, Budget: b}.Config(own)
}

// fullBounds are the bounds of --full, for so many updaters.
func fullBounds(n uint8, b budgets) *model.Config {
	c := threads(n, b, runstate.Config{})
	return &c
}

// gaps are areas in the 64-bit layout, each with its page's end between two other
// fields: behind the state, within the entry time, behind it, behind the first
// time; and one that ends with its page.
func gaps(s rsops.Start) (list []model.Start) {
	for _, g := range []struct {
		name  string
		first int
	}{
		{"the page ends behind the state", 8}, {"the page ends before the flag's byte", 15}, {"the page ends behind the entry time", 16},
		{"the page ends behind time[0]", 24}, {"the area ends with the page", 48},
	} {
		s.At = runstate.PageSize - g.first
		list = append(list, rsops.Begin(g.name, s))
	}
	return list
}

const (
	h0       = runstate.H0
	h1       = runstate.H1
	h2       = runstate.H2
	notifier = runstate.Notifier
	running  = runstate.Running
	runnable = runstate.Runnable
	blocked  = runstate.Blocked
	offline  = runstate.Offline
	ahead    = uint8(runstate.Ahead)
	same     = uint8(runstate.Same)
	back     = uint8(runstate.Back)
	pageA    = runstate.PageA
	pageB    = runstate.PageB
	other    = runstate.NumPages
	remote   = uint8(0)
	own      = uint8(1)
)

// fields lists an update by one thread, a reader, and pages that go.
func fields(clock []uint8, by ...uint8) func(*model.Config) []scenarios.Pattern {
	return func(*model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(rsops.Change, only(h0), only(running, runnable), clock),
			each(rsops.HostStep, only(h0)),
			each(rsops.GuestRead, by),
			each(rsops.Invalidate, only(pageA, pageB)),
		}
	}
}

var fieldBudgets = budgets{runstate.Changes: 2, runstate.Evictions: 2, runstate.Reads: unlimited}

// Updates and readers, store by store.
var fieldScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.fields",
		Title:    "an update and a reader on another CPU, store by store",
		Doc:      "The vCPU changes its state twice; each store of the area's update is a step, and so is each access of a reader on another CPU and of one on the vCPU's own. Pages go at any time. The page ends at each gap between fields, or with the area. The guest has asked for XEN_RUNSTATE_UPDATE, and the clock goes on.",
		Config:   scope(fieldBudgets, runstate.Config{Steps: runstate.StepStores}),
		Full:     larger(budgets{runstate.Changes: 3, runstate.Evictions: 2, runstate.Reads: unlimited}),
		Starts:   gaps(rsops.Start{Flag: true}),
		Alphabet: fields(only(ahead), remote, own),
		Promises: []string{"RS-L1"},
		Goals: []scenarios.Goal{
			accepts("runstate.fields/accepted", "a reader on another CPU accepts a copy", remote),
			accepts("runstate.fields/own", "the vCPU's own CPU accepts a copy", own),
			step("runstate.fields/retry", "a reader finds the flag set and begins anew", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				r := rsops.Of(before).Read
				return op.Spec() == rsops.GuestRead && r.Step != 0 && rsops.Of(after).Read.Step == 0 && r.First&runstate.Update != 0
			}),
			after("runstate.fields/skipped", "a schedule-out gives up because a page is gone", func(w *model.World) bool { return rsops.Of(w).Skipped }),
		},
	},
	{
		Name:     "runstate.fields-32",
		Title:    "the same in the 32-bit layout, with all times",
		Doc:      "As runstate.fields, without pages that go: the layout has no padding, and each time is a store and a step of the reader by itself.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Reads: unlimited}, runstate.Config{Steps: runstate.StepStores, Slots: 4}),
		Starts:   []model.Start{rsops.Begin("the page ends within the entry time", rsops.Start{At: 0xff5, Flag: true, Layout: runstate.Layout32})},
		Alphabet: fields(only(ahead), remote),
		Goals:    []scenarios.Goal{accepts("runstate.fields-32/accepted", "a reader accepts a copy", remote)},
	},
	{
		Name:     "runstate.fine",
		Title:    "stores, locks, refreshes, an invalidation and a reader, step by step",
		Doc:      "Everything between which another CPU can come is a step: two changes of the vCPU's state, a page that goes, and a reader on another CPU, for an area with the flag alone in the second page.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Evictions: 1, runstate.Reads: unlimited}, runstate.Config{Steps: runstate.StepStores | runstate.StepLocks | runstate.StepCache}),
		Starts:   []model.Start{rsops.Begin("the page ends before the flag's byte", rsops.Start{At: 0xff1, Flag: true})},
		Alphabet: fineOps,
		Promises: []string{"RS-L1"},
		Goals: []scenarios.Goal{
			accepts("runstate.fine/accepted", "a reader accepts a copy", remote),
			after("runstate.fine/skipped", "a schedule-out gives up", func(w *model.World) bool { return rsops.Of(w).Skipped }),
			after("runstate.fine/waits", "an invalidation waits for an update", func(w *model.World) bool { return rsops.Of(w).Task[notifier].Waits != runstate.NoLock }),
		},
	},
	{
		Name:     "runstate.unasked",
		Title:    "a guest that has not asked for the flag",
		Doc:      "Only the vCPU's own CPU reads, which nobody can disturb.",
		Config:   scope(fieldBudgets, runstate.Config{Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{}),
		Alphabet: fields(only(ahead), own),
		Goals:    []scenarios.Goal{accepts("runstate.unasked/own", "the vCPU's own CPU accepts a copy", own)},
	},
	{
		Name:     "runstate.fields-apart",
		Title:    "an area in two memslots",
		Doc:      "As runstate.fields, with the two pages in memslots whose addresses in the VMM are apart.",
		Config:   scope(fieldBudgets, runstate.Config{Steps: runstate.StepStores, Apart: true}),
		Starts:   gaps(rsops.Start{Flag: true})[:4],
		Alphabet: fields(only(ahead), remote),
		Promises: []string{"RS-L1"},
		Hidden:   true,
	},
	{
		Name:     "runstate.fields-still",
		Title:    "the clock stands still between two changes",
		Doc:      "As runstate.fields, with a clock that need not go on, and no pages that go.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Backs: unlimited, runstate.Reads: unlimited}, runstate.Config{Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{Flag: true}),
		Alphabet: fields(only(ahead, same), remote),
		Hidden:   true,
	},
	{
		Name:     "runstate.same-entry",
		Title:    "two contents with the same entry time",
		Doc:      "The VMM adjusts the record so that a tick goes from running to runnable, and the entry time stays: KVM takes that. The area has the entry time already, or gets it by a change first.",
		Config:   scope(budgets{runstate.Changes: 1, runstate.Sets: 1, runstate.Reads: unlimited}, runstate.Config{Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{Flag: true}),
		Alphabet: shiftOps,
		Hidden:   true,
	},
	{
		Name:     "runstate.fields-flag-second",
		Title:    "an area with the flag in the second page",
		Doc:      "As runstate.fields, for the areas whose flag lies in the second page, so that an update begins there, goes back, and ends there.",
		Config:   scope(fieldBudgets, runstate.Config{Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{Flag: true})[:2],
		Alphabet: fields(only(ahead), remote),
		Hidden:   true,
	},
	{
		Name:     "runstate.fields-one",
		Title:    "an area within a page",
		Doc:      "As runstate.fields, for an area that ends with its page.",
		Config:   scope(fieldBudgets, runstate.Config{Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{Flag: true})[4:],
		Alphabet: fields(only(ahead), remote),
		Promises: []string{"RS-L1"},
		Hidden:   true,
	},
}

func fineOps(c *model.Config) []scenarios.Pattern {
	return append(fields(only(ahead), remote)(c), each(rsops.HostStep, only(notifier)))
}

func shiftOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.Adjust, only(runstate.Keep), only(uint8(runstate.Shifted))),
		each(rsops.HostStep, only(h0)),
		each(rsops.GuestRead, only(remote)),
	}
}

// accepts is a goal about a reader that has what it wants.
func accepts(id, doc string, by uint8) scenarios.Goal {
	return step(id, doc, func(before *model.World, op model.Op, _ model.Answer, _ *model.World) bool {
		s, b := rsops.Of(before), rsops.Book(before)
		cfg := runstate.Config{Slots: 2}
		if s.Read.Step+1 > rsview.Steps(&cfg) {
			cfg.Slots = runstate.NumStates
		}
		return op.Spec() == rsops.GuestRead && op.Arg[0] == by && uint8(s.Read.Own) == by && rsview.Accepts(&cfg, &s.Read, s, b.At)
	})
}

// sweepScenarios try every place of an area.
var sweepScenarios = []scenarios.Scenario{{
	Name:     "runstate.sweep",
	Title:    "every offset in both layouts, byte by byte",
	Doc:      "An area is registered at each offset from 0xfd0, where the longer layout ends with its page, to 0x1000, where it is all in the next page, in each layout. There it is updated, the guest goes to the other width, and it is updated again. All bytes of a time differ. One goal for each place and layout tells that an update was made there, and one that it was made after a change of the width.",
	Config:   scope(budgets{runstate.Registrations: 1, runstate.Changes: 2, runstate.Switches: 1}, runstate.Config{Unit: 0x0102030405060708, Apart: true}),
	Starts:   []model.Start{rsops.Begin("64-bit", rsops.Start{Flag: true}), rsops.Begin("32-bit", rsops.Start{Flag: true, Layout: runstate.Layout32})},
	Alphabet: sweepOps(each(rsops.SetAddress, sweepPlaces())),
	Goals:    sweepGoals("runstate.sweep/"),
}, {
	Name:     "runstate.xen-sweep",
	Title:    "every offset in both layouts, byte by byte, in Xen",
	Doc:      "As runstate.sweep, for an area that Xen has by the guest's address, of the caller's vCPU.",
	Config:   scope(budgets{runstate.Registrations: 1, runstate.Changes: 2, runstate.Switches: 1}, runstate.Config{Access: runstate.VX, Unit: 0x0102030405060708}),
	Starts:   []model.Start{rsops.Begin("64-bit", rsops.Start{Flag: true}), rsops.Begin("32-bit", rsops.Start{Flag: true, Layout: runstate.Layout32})},
	Alphabet: sweepOps(each(rsops.RegisterHandle, sweepPlaces(), only(0))),
	Goals:    sweepGoals("runstate.xen-sweep/"),
}}

// sweepOps lists a registration, changes of the width, and updates.
func sweepOps(register scenarios.Pattern) func(*model.Config) []scenarios.Pattern {
	return func(*model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			register,
			each(rsops.SetWidth, below(2)),
			each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		}
	}
}

func sweepPlaces() (list []uint8) {
	for o := runstate.PageSize - runstate.MaxLen; o <= runstate.PageSize; o++ {
		list = append(list, rsops.At(o))
	}
	return list
}

// sweepGoals want an update at every place in both layouts, and one that follows
// a change of the width.
func sweepGoals(prefix string) (list []scenarios.Goal) {
	for _, at := range sweepPlaces() {
		for l := range runstate.NumLayouts {
			place := fmt.Sprintf("%s-%s", rsops.Address.Format(at), rsops.Width.Format(uint8(l)))
			for _, switched := range []bool{false, true} {
				id, doc := prefix+place, "an update at "+rsops.Address.Format(at)+", "+rsops.Width.Format(uint8(l))+"-bit"
				if switched {
					id, doc = id+"-again", doc+", after a change of the width"
				}
				list = append(list, step(id, doc, func(_ *model.World, op model.Op, _ model.Answer, w *model.World) bool {
					s, b := rsops.Of(w), rsops.Book(w)
					return op.Spec() == rsops.Change && b.On && b.At == at-1 && s.Layout == l &&
						b.Old[0] == b.New && runstate.Layout(b.New.Layout-1) == l && (s.Left[runstate.Switches] == 0) == switched
				}))
			}
		}
	}
	return list
}
