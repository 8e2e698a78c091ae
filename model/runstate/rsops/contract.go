package rsops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// When each result is due: xen/include/public/vcpu.h, Documentation/virt/kvm
// and the texts of the commits that the catalogue names. What a condition looks
// at is memslots, addresses, who runs, and who waits for whom; it asks no rule.

// when is a condition on the area's state before the operation.
type when = func(c *Config, s *runstate.State, a *args) bool

// given makes it one of the model's.
func given(is when) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool { return is(Conf(c), Of(w), a) }
}

// due is a result that has to come where its condition holds.
func due(code errno.Errno, text string, is when) model.Result {
	return model.Can(code, text).Due(given(is))
}

// wait is that the operation cannot be made now.
func wait(is when) model.Result {
	return model.Can(errno.NotRunning, "not possible now: the thread is busy, or waits for another one; there is nothing to do; or the scope's number of such operations is used up").Due(given(is))
}

// used tells whether the scope allows no more operations of a class.
func used(b runstate.Budget) when {
	return func(_ *Config, s *runstate.State, _ *args) bool { return s.Left[b] == 0 }
}

// out tells the same of a state.
func out(s *runstate.State, b runstate.Budget) bool { return s.Left[b] == 0 }

// xen tells Xen's designs.
func xen(c *Config) bool { return rsview.Xen(&c.Config) }

// working tells whether some thread is in the middle of something.
func working(s *runstate.State) bool { return rsview.Busy(s) }

func noState(i int) when {
	return func(_ *Config, _ *runstate.State, a *args) bool { return a[i] >= runstate.NumStates }
}

func noChoice(_ *Config, _ *runstate.State, a *args) bool {
	return a[0] >= runstate.NumStates && a[0] != runstate.Keep
}

func valued(i int, v runstate.Values) when {
	return func(_ *Config, _ *runstate.State, a *args) bool { return a[i] == uint8(v) }
}

func changing(c *Config, s *runstate.State, a *args) bool {
	still := runstate.Clock(a[2]) != runstate.Ahead
	return a[0] >= c.Threads || s.Task[a[0]].PC != runstate.Idle || out(s, runstate.Changes) ||
		still && out(s, runstate.Backs) || runstate.Clock(a[2]) == runstate.Back && s.Now < 2*c.Unit
}

func resting(_ *Config, s *runstate.State, a *args) bool {
	return s.Task[a[0]].PC == runstate.Idle || rsview.Blocked(s, a[0])
}

func moving(c *Config, s *runstate.State, _ *args) bool {
	return xen(c) || working(s) || out(s, runstate.Delays)
}

func setting(c *Config, s *runstate.State, _ *args) bool {
	return xen(c) || s.Task[runstate.H0].PC != runstate.Idle || out(s, runstate.Sets)
}

func adjusting(c *Config, s *runstate.State, a *args) bool {
	return setting(c, s, a) || s.Now < s.Rec.Entry
}

// registering tells whether nothing can be registered now, or not in this way.
func registering(byXen bool) when {
	return func(c *Config, s *runstate.State, _ *args) bool {
		return xen(c) != byXen || working(s) || s.Read.Step != 0 || out(s, runstate.Registrations)
	}
}

func handling(c *Config, s *runstate.State, a *args) bool {
	return c.Access != runstate.VX || s.User || registering(true)(c, s, a)
}

func pinning(c *Config, s *runstate.State, a *args) bool {
	return c.Access != runstate.VP || registering(true)(c, s, a)
}

func resetting(c *Config, s *runstate.State, _ *args) bool {
	return !xen(c) || working(s) || out(s, runstate.Registrations)
}

// pageless tells whether a page that the area touches has no memory to write.
func pageless(_ *Config, s *runstate.State, a *args) bool {
	if a[0] == Unregister {
		return false
	}
	at := where(a[0])
	first, last := rsview.Pages(s.Layout, at)
	return s.Slot[first] != runstate.SlotWritable || s.Slot[last] != runstate.SlotWritable
}

// behind tells whether this is what is behind the page of an address.
func behind(k runstate.Slot) when {
	return func(_ *Config, s *runstate.State, a *args) bool {
		return a[0] != Unregister && s.Slot[rsview.PageOf(where(a[0]))] == k
	}
}

// lacking tells a Xen that has no areas by guest-physical address.
func lacking(c *Config, _ *runstate.State, _ *args) bool { return c.On[runstate.A6] }

func nowhere(c *Config, _ *runstate.State, a *args) bool { return c.PV && a[0] == Unregister }

func crooked(_ *Config, s *runstate.State, a *args) bool {
	if a[0] == Unregister {
		return false
	}
	at, alignment := where(a[0]), 8
	if s.Layout == runstate.Layout32 {
		alignment = 4
	}
	return rsview.Crosses(s.Layout, at) || rsview.Offset(at)%alignment != 0
}

func widening(c *Config, s *runstate.State, a *args) bool {
	return c.PV || s.Layout == runstate.Layout(a[0]) || s.Read.Step != 0 || out(s, runstate.Switches)
}

func flagging(_ *Config, s *runstate.State, a *args) bool {
	return s.FlagOn == (a[0] == 1) || out(s, runstate.Switches)
}

// unread tells whether the CPU cannot read now: there is no area, another CPU is
// reading, or its vCPU does not run.
func unread(c *Config, s *runstate.State, a *args) bool {
	_, known := rsview.Area(&c.Config, s)
	return !known || bare(s.Task[runstate.H0].Kind) || s.Read.Step != 0 && s.Read.Own != uint32(a[0]) || s.Read.Step == 0 && out(s, runstate.Reads) ||
		a[0] == 1 && (s.Task[runstate.H0].PC != runstate.Idle || s.Rec.State != uint64(runstate.Running))
}

// bare tells the update of a registration, which the guest does not see begin.
func bare(k runstate.Kind) bool { return k == runstate.Register || k == runstate.Snapshot }

func evicting(c *Config, s *runstate.State, a *args) bool {
	if a[0] >= runstate.NumPages || s.PT[a[0]] == 0 || s.Task[runstate.Notifier].PC != runstate.Idle || out(s, runstate.Evictions) {
		return true
	}
	for k := range s.C {
		if m := &s.C[k]; c.Steps&runstate.StepCache == 0 && m.Active && m.Readers != 0 {
			return true
		}
	}
	return false
}

func slotting(_ *Config, s *runstate.State, a *args) bool {
	to := runstate.Slot(a[1])
	if a[0] < runstate.NumPages {
		return s.Active != 0 || s.Slot[a[0]] == to || out(s, runstate.SlotChanges)
	}
	return s.Active != 0 || to != runstate.SlotWritable || out(s, runstate.SlotChanges)
}

func toggling(c *Config, s *runstate.State, a *args) bool {
	return c.Access != runstate.VX || !c.PV || s.Layout != runstate.Layout64 || s.User == (a[0] == 1) || s.Rec.State != uint64(runstate.Running) || working(s) || out(s, runstate.Modes)
}

func mapping(c *Config, s *runstate.State, a *args) bool {
	return a[0] >= runstate.NumPages || c.Access != runstate.VX || s.Unmapped[a[0]] == (a[1] == 0) || out(s, runstate.Modes)
}
