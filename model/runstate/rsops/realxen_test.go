package rsops_test

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// xen is Xen with an area by the guest's address.
func xen(t *testing.T, pv bool) *machine {
	c := rsops.Scope{Budget: unbounded()}.Config(runstate.Config{Access: runstate.VX, PV: pv, Slots: 4})
	start := rsops.Begin("", rsops.Start{At: 0xfd0})
	return &machine{t, model.NewMachine(c), start.World(&c)}
}

// Seen on Xen 4.17.7: an area is written where a CPU turns to its vCPU or away from it.
// Where the vCPU has no CPU before and behind a change, the record alone changes.
func TestXenWritesAtSwitches(t *testing.T) {
	m := xen(t, false)
	for _, l := range []struct {
		to     uint8
		writes bool
	}{
		{runstate.Offline, true}, {runstate.Runnable, false}, {runstate.Running, true}, {runstate.Blocked, true}, {runstate.Offline, false},
		{runstate.Running, true}, {runstate.Runnable, true}, {runstate.Offline, false}, {runstate.Runnable, false},
	} {
		was := *rsops.Of(&m.w)
		m.do(rsops.Change.Of(runstate.H0, l.to, 0), errno.OK)
		is := rsops.Of(&m.w)
		if is.Rec.State != uint64(l.to) || is.Rec.Entry != is.Now {
			t.Errorf("to %d: the record is %+v", l.to, is.Rec)
		}
		if got := is.Mem != was.Mem; got != l.writes {
			t.Errorf("from %d to %d: the area is written: %v", was.Rec.State, l.to, got)
		}
	}
}

// Seen on Xen 4.17.7: a PV guest's address is looked at, and the area stays where it is if
// that is none; of a translated guest nobody asks, and nothing is written any more.
func TestXenAddressThatIsNone(t *testing.T) {
	for _, l := range []struct {
		pv   bool
		want errno.Errno
	}{{true, errno.EFAULT}, {false, errno.OK}} {
		m := xen(t, l.pv)
		m.do(rsops.RegisterHandle.Of(rsops.Unregister, 0), l.want)
		was := rsops.Of(&m.w).Mem
		m.do(rsops.Change.Of(runstate.H0, runstate.Blocked, 0), errno.OK)
		if written := rsops.Of(&m.w).Mem != was; written != l.pv {
			t.Errorf("PV is %v: the area is written: %v", l.pv, written)
		}
	}
}

// As toggle_guest_mode() and update_runstate_area() have it, and seen on Xen 4.17.7 and
// 4.20.4: an update that finds nothing mapped in user mode comes with kernel mode, and a
// vCPU changes its mode while it runs.
func TestXenUserMode(t *testing.T) {
	m := xen(t, true)
	was := rsops.Of(&m.w).Mem
	for _, l := range []struct {
		op     model.Op
		want   errno.Errno
		writes bool
	}{
		{rsops.SetMode.Of(1), errno.OK, false},
		{rsops.Change.Of(runstate.H0, runstate.Runnable, 0), errno.OK, false},
		{rsops.SetMode.Of(0), errno.NotRunning, false},
		{rsops.Change.Of(runstate.H0, runstate.Running, 0), errno.OK, false},
		{rsops.SetMode.Of(0), errno.OK, true},
	} {
		m.do(l.op, l.want)
		if writes := rsops.Of(&m.w).Mem != was; writes != l.writes {
			t.Errorf("%v: the area is written: %v", l.op, writes)
		}
	}
}

// As map_guest_area() has it: what is refused, and why; and Xen before it.
func TestXenPhysicalAddress(t *testing.T) {
	for _, l := range []struct {
		at   int
		slot runstate.Slot
		old  bool
		want errno.Errno
	}{
		{0xfd0, runstate.SlotWritable, false, errno.OK}, {0xfd4, runstate.SlotWritable, false, errno.ENXIO}, {0xfd8, runstate.SlotWritable, false, errno.ENXIO},
		{0xfd0, runstate.SlotNone, false, errno.EINVAL}, {0xfd0, runstate.SlotReadOnly, false, errno.EACCES}, {0xfd0, runstate.SlotNone, true, errno.ENOSYS},
	} {
		own := runstate.Config{Access: runstate.VP, Slots: 4}
		own.On[runstate.A6] = l.old
		c := rsops.Scope{Budget: unbounded()}.Config(own)
		start := rsops.Begin("", rsops.Start{})
		m := &machine{t, model.NewMachine(c), start.World(&c)}
		rsops.Of(&m.w).Slot[runstate.PageA] = l.slot
		m.do(rsops.RegisterPhys.Of(rsops.At(l.at)), l.want)
	}
}
