package rsops

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
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

func init() {
	ensure(func(c *Config, _ *runstate.State, a *args, is *runstate.State) error {
		at, ok := areaOf(c, is)
		if a[0] == Unregister {
			return model.Require(!ok, "an area is still registered")
		}
		return model.Require(ok && at == where(a[0]), "the area is not registered")
	}, SetAddress, RegisterPhys, RegisterHandle)
	ensure(func(c *Config, _ *runstate.State, _ *args, is *runstate.State) error {
		_, ok := areaOf(c, is)
		return model.Require(!ok, "an area is still registered")
	}, SoftReset)
	ensure(func(c *Config, _ *runstate.State, a *args, is *runstate.State) error {
		begun := is.Task[a[0]].PC != runstate.Idle
		return model.Require(begun || is.Rec.State == uint64(a[1]), "the vCPU is in another state")
	}, Change)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return model.Require(is.Rec.State == uint64(a[0]), "the record has another state")
	}, SetData)
	ensure(func(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
		want := uint64(a[0])
		if a[0] == runstate.Keep {
			want = was.Rec.State
		}
		return model.Require(is.Rec.State == want && (is.Rec.Entry == was.Now || a[1] == uint8(runstate.Shifted)), "the record is not adjusted")
	}, Adjust)
	ensure(func(_ *Config, was *runstate.State, _ *args, is *runstate.State) error {
		return model.Require(is.Got == was.Rec.Entry, "another entry time is returned")
	}, Get)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return model.Require(is.Layout == runstate.Layout(a[0]), "the guest has the other width")
	}, SetWidth)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return model.Require(is.FlagOn == (a[0] == 1), "the guest is told otherwise")
	}, SetFlag)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return model.Require(a[0] >= runstate.NumPages || is.Slot[a[0]] == runstate.Slot(a[1]), "the memslot is as it was")
	}, SetSlot)
	ensure(func(_ *Config, _ *runstate.State, a *args, is *runstate.State) error {
		return model.Require(is.Task[runstate.Notifier].PC != runstate.Idle || is.PT[a[0]] == 0, "the page is still there")
	}, Invalidate)
}
