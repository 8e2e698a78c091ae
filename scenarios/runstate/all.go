package runstate

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios"
)

// Everything at once.
var allScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.all",
		Title:    "everything at once, in KVM",
		Doc:      "Every operation of KVM's, on an area within a page, across two, and in none yet. There are too many states for a search to the end; sampling goes further, with some of the operations and of the options at a time.",
		Config:   scope(endless(), runstate.Config{Slots: 4}),
		Depth:    3,
		Starts:   []model.Start{rsops.Begin("64-bit, across the pages", at(0xff0, runstate.Layout64)), rsops.Begin("32-bit, at the page's end", at(0xfd4, runstate.Layout32)), rsops.Begin("none", rsops.Start{Fresh: true})},
		Options:  []scenarios.Option{storeSteps, cacheSteps, clockSteps},
		Alphabet: allOps,
		Goals: []scenarios.Goal{
			after("runstate.all/moved", "an area has moved", func(w *model.World) bool { b := rsops.Book(w); return b.On && b.At == rsops.At(0x1000)-1 }),
		},
	},
	{
		Name:     "runstate.reads",
		Title:    "everything at once, in KVM, with a guest that reads",
		Doc:      "As runstate.all, with the vCPU's own CPU that reads, and without a VMM that sets and adjusts the record meanwhile: it does so while the guest does not run.",
		Config:   scope(endless(), runstate.Config{Slots: 4}),
		Depth:    3,
		Starts:   []model.Start{rsops.Begin("64-bit, across the pages", at(0xff0, runstate.Layout64)), rsops.Begin("32-bit, at the page's end", at(0xfd4, runstate.Layout32))},
		Options:  []scenarios.Option{storeSteps, cacheSteps, clockSteps},
		Alphabet: allReads,
		Goals: []scenarios.Goal{
			after("runstate.reads/width", "a guest of the other width reads", func(w *model.World) bool {
				s, b := rsops.Of(w), rsops.Book(w)
				return s.Read.Step != 0 && b.Known() && s.Layout != b.Layout()
			}),
		},
	},
	{
		Name:     "runstate.xen-all",
		Title:    "everything at once, in Xen",
		Doc:      "Every operation of Xen's on an area of an HVM guest's by address.",
		Config:   scope(endless(), runstate.Config{Access: runstate.VX, Slots: 4}),
		Depth:    4,
		Starts:   []model.Start{rsops.Begin("64-bit", at(0xfd0, runstate.Layout64)), rsops.Begin("none", rsops.Start{})},
		Options:  []scenarios.Option{storeStepsXen},
		Alphabet: allXenOps,
		Goals: []scenarios.Goal{
			after("runstate.xen-all/moved", "an area has moved", func(w *model.World) bool { b := rsops.Book(w); return b.On && b.At == rsops.At(0x1000)-1 }),
		},
	},
	{
		Name:     "runstate.pv-all",
		Title:    "everything at once, in Xen, for a PV guest",
		Doc:      "Every operation of Xen's on an area of a PV guest's by address.",
		Config:   scope(endless(), runstate.Config{Access: runstate.VX, Slots: 4, PV: true}),
		Depth:    4,
		Starts:   []model.Start{rsops.Begin("64-bit", at(0xfd0, runstate.Layout64)), rsops.Begin("32-bit", at(0xfd0, runstate.Layout32))},
		Options:  []scenarios.Option{storeStepsXen},
		Alphabet: allPVOps,
		Goals: []scenarios.Goal{
			after("runstate.pv-all/pending", "an update is to be repeated", func(w *model.World) bool { return rsops.Of(w).Pending }),
		},
	},
	pageEndless,
}

// pageEndless is everything at once in a page that Xen holds.
var pageEndless = scenarios.Scenario{
	Name:     "runstate.xen-page-all",
	Title:    "everything at once, in a page that Xen holds",
	Doc:      "Every operation of Xen's on an area by guest-physical address.",
	Config:   scope(endless(), runstate.Config{Access: runstate.VP, Slots: 4}),
	Depth:    4,
	Starts:   []model.Start{rsops.Begin("64-bit", at(0xfd0, runstate.Layout64)), rsops.Begin("32-bit", at(0xfd4, runstate.Layout32)), rsops.Begin("none", rsops.Start{})},
	Options:  []scenarios.Option{storeSteps},
	Alphabet: allPageOps,
	Goals: []scenarios.Goal{
		after("runstate.xen-page-all/other", "the guest has the other width than when it registered its area", func(w *model.World) bool {
			s := rsops.Of(w)
			return s.Phys && s.Narrow != (s.Layout == runstate.Layout32)
		}),
	},
}

func allPageOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), below(runstate.NumStates), only(ahead)),
		each(rsops.HostWait),
		each(rsops.Get),
		each(rsops.SetWidth, below(2)),
		each(rsops.SetFlag, below(2)),
		each(rsops.GuestRead, only(own)),
		each(rsops.SetSlot, only(pageA), below(3)),
		each(rsops.RegisterPhys, only(rsops.Unregister, rsops.At(0xfd0), rsops.At(0x1000))),
		each(rsops.SoftReset),
	}
}

// endless has no bounds of numbers of operations.
func endless() (b budgets) {
	for i := range b {
		b[i] = unlimited
	}
	return b
}

// stepwise is an option that has work of a kind go step by step.
func stepwise(name, doc string, k runstate.Steps, more ...scenarios.Pattern) scenarios.Option {
	return scenarios.Option{
		Name: name, Doc: doc, Set: func(c *model.Config) { rsops.Conf(c).Steps |= k },
		More: func(*model.Config) []scenarios.Pattern { return more },
	}
}

var (
	storeSteps    = stepwise("rs-stores", "updates go store by store", runstate.StepStores, each(rsops.HostStep, only(h0)))
	cacheSteps    = stepwise("rs-cache", "locks, refreshes and invalidations go step by step", runstate.StepLocks|runstate.StepCache, each(rsops.HostStep, only(h0, notifier)))
	clockSteps    = stepwise("rs-clock", "the clock and run_delay are read one after the other", runstate.StepClock, each(rsops.HostStep, only(h0)))
	storeStepsXen = func() scenarios.Option {
		o := storeSteps
		o.Less = []*model.Spec{rsops.GuestMap} // an update that is cut off is the guest's own doing
		return o
	}()
)

func allOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), below(runstate.NumStates), only(ahead)),
		each(rsops.HostWait),
		each(rsops.Move),
		each(rsops.Get),
		each(rsops.SetData, only(running, blocked), below(2)),
		each(rsops.Adjust, only(running, runstate.Keep), only(uint8(runstate.Sound), uint8(runstate.Future))),
		each(rsops.SetAddress, only(rsops.Unregister, rsops.At(0xfd0), rsops.At(0xff1), rsops.At(0x1000))),
		each(rsops.SetWidth, below(2)),
		each(rsops.SetFlag, below(2)),
		each(rsops.SetSlot, only(pageA, pageB), below(3)),
		each(rsops.SetSlot, only(other), only(uint8(runstate.SlotWritable))),
		each(rsops.Invalidate, only(pageA, pageB)),
	}
}

func allReads(c *model.Config) []scenarios.Pattern {
	list := slices.DeleteFunc(allOps(c), func(p scenarios.Pattern) bool { return p.Spec == rsops.SetData || p.Spec == rsops.Adjust })
	return append(list, each(rsops.GuestRead, only(own)))
}

func allXenOps(*model.Config) []scenarios.Pattern {
	return append(xenCommon(), each(rsops.SetWidth, below(2)))
}

func allPVOps(*model.Config) []scenarios.Pattern {
	return append(xenCommon(), each(rsops.SetMode, below(2)))
}

// xenCommon lists what guests of both kinds have.
func xenCommon() []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), below(runstate.NumStates), only(ahead)),
		each(rsops.HostWait),
		each(rsops.Get),
		each(rsops.SetFlag, below(2)),
		each(rsops.GuestRead, only(own)),
		each(rsops.RegisterHandle, only(rsops.Unregister, rsops.At(0xfd0), rsops.At(0x1000)), below(2)),
		each(rsops.SoftReset),
		each(rsops.GuestMap, only(pageA, pageB), below(2)),
	}
}

// Operations by who has them, as patterns of names.
const (
	kvmNames = "kvm.*,mm.*"
	xenNames = "vcpuop.register_runstate_*,domain.soft_reset,guest.mode,guest.map"
	pageName = "vcpuop.register_runstate_phys_area"
	pvNames  = "vcpuop.register_runstate_memory_area,guest.mode,guest.map"
)

// unmet says why operations do not meet.
var unmet = slices.Concat([]scenarios.Unmet{
	{First: kvmNames, Then: xenNames, Why: "KVM's emulation has the one, and Xen the other"},
	{First: xenNames, Then: kvmNames, Why: "KVM's emulation has the one, and Xen the other"},
	{First: pageName, Then: pvNames, Why: "an area is registered in one of the two ways in a scenario"},
	{First: pvNames, Then: pageName, Why: "an area is registered in one of the two ways in a scenario"},
	{First: "guest.read", Then: "kvm.runstate_data,kvm.runstate_adjust", Why: "the VMM sets the record while the guest does not run"},
	{First: "kvm.runstate_data,kvm.runstate_adjust", Then: "guest.read", Why: "the VMM sets the record while the guest does not run; what it writes is read after the next change"},
	{First: "guest.width", Then: "guest.mode", Why: "a PV guest keeps its width"},
	{First: "guest.mode", Then: "guest.width", Why: "a PV guest keeps its width"},
	{First: "host.step", Then: "guest.map", Why: cutOff},
	{First: "guest.map", Then: "host.step", Why: cutOff},
	{First: "guest.mode", Trait: "split", Why: "the areas of PV guests here lie within a page; where one is cut off, runstate.xen-cut and claim RS-C1 tell"},
	{First: "guest.map", Trait: "updating", Why: cutOff},
	{First: "guest.mode", Trait: "rs-32-bit", Why: "a 32-bit guest has no user mode of its own page tables"},
	{First: "guest.mode", Trait: "updating", Why: "the vCPU does not run while Xen updates its area"},
	{First: "kvm.runstate_addr", Trait: "updating", Why: "whoever updates holds the vCPU's mutex"},
	{First: "vcpuop.*,domain.soft_reset", Trait: "updating", Why: "the vCPU is paused, or makes the call itself"},
})

// cutOff: an area of which a part is unmapped is updated in part.
const cutOff = "an update of an area that the guest itself has unmapped in part is cut off; runstate.xen-cut has whole updates, and claim RS-C1 asks about steps in runstate.xen-map"
