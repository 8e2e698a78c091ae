package rsops

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// What operations have done when they have succeeded. Where an update goes step
// by step, its end is nothing that the operation itself has done.

// effect looks at the states before and after an operation.
type effect func(c *Config, was *runstate.State, a *args, is *runstate.State) error

// ensure gives operations their effect.
func ensure(e effect, specs ...*model.Spec) {
	for _, s := range specs {
		s.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
			return e(Conf(c), Of(before), a, Of(after))
		})
	}
}

var want = model.Require

func init() {
	ensure(registeredAt, SetAddress, RegisterPhys, RegisterHandle)
	ensure(mappedAll, SetAddress)
	ensure(func(_ *Config, _ *runstate.State, _ *args, is *runstate.State) error {
		return want(!is.Handle && !is.Phys, "an area is still registered")
	}, SoftReset)
	ensure(changedTo, Change)
	ensure(func(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
		return want(*is != *was, "nothing has happened")
	}, HostStep)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return want(is.Rec.State == uint64(a[0]), "the record has another state")
	}, SetData)
	ensure(adjusted, Adjust)
	ensure(func(_ *Config, was *runstate.State, _ *args, is *runstate.State) error {
		return want(is.RunDelay == was.Other && is.Other == was.RunDelay, "the threads are otherwise")
	}, Move)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return want(is.Layout == runstate.Layout(a[0]), "the guest has the other width")
	}, SetWidth)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return want(is.FlagOn == (a[0] == 1), "the guest is told otherwise")
	}, SetFlag)
	ensure(slotted, SetSlot)
	ensure(leaves, Invalidate)
	ensure(toggled, SetMode)
	ensure(func(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
		pages := was.Unmapped
		pages[a[0]] = a[1] == 0
		return want(is.Unmapped == pages, "the guest's page tables are otherwise")
	}, GuestMap)
	ensure(func(c *Config, was *runstate.State, a *args, is *runstate.State) error {
		at, _ := areaOf(c, was)
		return want(is.Read == rsview.NextRead(&c.Config, was, at, uint32(a[0])), "the reader has something else than memory had")
	}, GuestRead)
}

// registeredAt: the area is where it was to be, in the guest's layout, or nowhere.
func registeredAt(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	at, ok := areaOf(c, is)
	switch {
	case a[0] == Unregister:
		return want(!ok, "an area is still registered")
	case !ok || at != where(a[0]):
		return want(false, "the area is not registered")
	}
	return want(!is.Phys || is.Narrow == (was.Layout == runstate.Layout32), "the area is not in the guest's layout")
}

// mappedAll: KVM has mappings of as many pages as the area has, if any.
func mappedAll(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	if a[0] == Unregister {
		return want(!is.C[1].Active, "the second page is still in use")
	}
	if c.Access == runstate.V1 {
		return nil
	}
	return want(is.C[1].Active == rsview.Crosses(was.Layout, where(a[0])), "the second page is in use, and the area is in one, or the other way round")
}

// changedTo: the vCPU is in the state, unless KVM has still to read run_delay.
func changedTo(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	if c.Steps&runstate.StepClock != 0 && !xen(c) {
		return want(is.Rec == was.Rec && is.Mem == was.Mem && is.Task[a[0]].PC == runstate.ReadDelay, "the change is made before all is read")
	}
	return want(is.Rec.State == uint64(a[1]), "the vCPU is in another state")
}

func adjusted(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	state := uint64(a[0])
	if a[0] == runstate.Keep {
		state = was.Rec.State
	}
	return want(is.Rec.State == state && (is.Rec.Entry == was.Now || a[1] == uint8(runstate.Shifted)), "the record is not adjusted")
}

// slotted: the memslot is as asked, the others stay, and whoever has looked one up
// can tell.
func slotted(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
	slots := was.Slot
	if a[0] < runstate.NumPages {
		slots[a[0]] = runstate.Slot(a[1])
	}
	return want(is.Slot == slots && is.Gen == was.Gen+1, "the memslots are otherwise")
}

// leaves: the page is on its way, and the caches are still to be told, or it is gone.
func leaves(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	if n := &is.Task[runstate.Notifier]; c.Steps&runstate.StepCache != 0 {
		return want(n.PC == runstate.Walk1 && n.Page == a[0] && is.C == was.C, "another page is on its way, or the caches are told already")
	}
	return want(is.PT[a[0]] == 0 && is.PT[1-a[0]] == was.PT[1-a[0]], "the page is still there, or another one is gone")
}

// toggled: the guest is in the mode, and an update that waited for it is not due
// any more, unless the guest itself is in the way.
func toggled(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
	waits := is.Pending && !is.User && is.Task[runstate.H0].PC == runstate.Idle && is.Unmapped == [2]bool{}
	return want(is.User == (a[0] == 1) && !waits, "the guest is in another mode, or an update still waits for this one")
}
