package rsops_test

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// Ports of the examples, as operands.
const (
	port0 = iota
	port1
	port2
	port100
	port1023
	port1025
	port4095
	port4096
)

// runs has the vCPU run.
var runs = rsops.Change.Of(runstate.H0, runstate.Running, 0)

// structures are shared_info in page A and vcpu_info in page B.
var structures = rsops.Start{Shared: 1, VCPU: 2}

// TestSends is what Linux 6.12 and 7.2 answered and did when events were sent.
func TestSends(t *testing.T) {
	for _, tc := range []struct {
		layout      runstate.Layout
		port        uint8
		want        errno.Errno
		wide        uint64
		narrow      uint32
		at          int // of EventBytes
		bits        byte
		description string
	}{
		{runstate.Layout64, port0, errno.EINVAL, 0, 0, 0, 0, "port 0"},
		{runstate.Layout64, port1, errno.OK, 1, 0, 0, 1 << 1, "a port"},
		{runstate.Layout64, port4095, errno.OK, 1 << 63, 0, 6, 1 << 7, "the last one"},
		{runstate.Layout64, port4096, errno.EINVAL, 0, 0, 0, 0, "one beyond"},
		{runstate.Layout32, port0, errno.EINVAL, 0, 0, 0, 0, "port 0"},
		{runstate.Layout32, port1023, errno.OK, 0, 1 << 31, 2, 1 << 7, "the last one of 32 bits"},
		{runstate.Layout32, port1025, errno.EINVAL, 0, 0, 0, 0, "one beyond"},
	} {
		start := structures
		start.Layout = tc.layout
		m := kvm(t, start)
		m.do(rsops.SendEvent.Of(tc.port), tc.want)
		e := &rsops.Of(&m.w).Ev
		if v := e.Page[1]; v.Sel != tc.wide || v.Sel32 != tc.narrow || (v.Upcall != 0) != (tc.want == errno.OK) || e.Page[0].Bytes[tc.at] != tc.bits {
			t.Errorf("%s in layout %d: %+v", tc.description, tc.layout, e.Page)
		}
	}
}

// TestKept: without vcpu_info the selector is kept until the vCPU runs with one.
func TestKept(t *testing.T) {
	m := kvm(t, rsops.Start{Shared: 1})
	m.do(rsops.SendEvent.Of(port100), errno.OK)
	m.do(runs, errno.OK)
	e := &rsops.Of(&m.w).Ev
	if e.Kept != 1<<1 || e.Page[0].Bytes[1] == 0 {
		t.Errorf("%+v", *e)
	}
	m.do(rsops.SetVCPU.Of(2), errno.OK)
	if e.Page[1].Sel != 0 {
		t.Error("registration delivers")
	}
	m.do(runs, errno.OK)
	if e.Kept != 0 || e.Page[1].Sel != 1<<1 || e.Page[1].Upcall == 0 {
		t.Errorf("%+v", *e)
	}
}

// TestMaskedOrPending: neither is told again.
func TestMaskedOrPending(t *testing.T) {
	m := kvm(t, structures)
	e := &rsops.Of(&m.w).Ev
	m.do(rsops.MaskEvent.Of(port1, 1), errno.OK)
	m.do(rsops.SendEvent.Of(port1), errno.OK)
	m.do(rsops.SendEvent.Of(port1), errno.OK)
	if e.Page[1].Upcall != 0 || e.Page[0].Bytes[0] != 1<<1 {
		t.Errorf("masked: %+v", e.Page)
	}
	m.do(rsops.SendEvent.Of(port2), errno.OK)
	m.do(rsops.HandleEvents.Of(), errno.OK)
	if e.Page[1].Upcall != 0 || e.Page[1].Sel != 0 || e.Page[0].Bytes[0] != 1<<1 {
		t.Errorf("handled: %+v", e.Page)
	}
	m.do(rsops.MaskEvent.Of(port1, 0), errno.OK)
	if e.Page[1].Upcall == 0 || e.Page[1].Sel != 1 {
		t.Errorf("unmasked: %+v", e.Page)
	}
}

// TestPlaces is what registrations answered, and what counted afterwards.
func TestPlaces(t *testing.T) {
	m := kvm(t, rsops.Start{})
	m.do(rsops.SendEvent.Of(port1), errno.EINVAL)
	m.do(rsops.SetSlot.Of(pageA, none), errno.OK)
	m.do(rsops.SetShared.Of(1), errno.EFAULT)
	m.do(rsops.SetVCPU.Of(1), errno.EFAULT)
	m.do(rsops.SetVCPU.Of(2), errno.OK)
	m.do(rsops.SetVCPU.Of(3), errno.EINVAL)
	e := &rsops.Of(&m.w).Ev
	if e.Link[runstate.VCPUInfo].At != 2 || e.Link[runstate.SharedInfo].Active {
		t.Errorf("%+v", e.Link)
	}
	m.do(rsops.SetShared.Of(2), errno.OK)
	m.do(rsops.SetSlot.Of(pageB, ro), errno.OK)
	m.do(rsops.SendEvent.Of(port1), errno.EFAULT)
	m.do(rsops.SetWidth.Of(uint8(runstate.Layout32)), errno.EFAULT)
	if s := rsops.Of(&m.w); s.Layout != runstate.Layout32 {
		t.Error("the width has not changed")
	}
}

// today has KVM as it is.
func today(t *testing.T, s rsops.Start) *machine {
	c := rsops.Scope{Budget: unbounded()}.Config(runstate.Config{Unit: 1, Slots: 4, Apart: true})
	for _, r := range []runstate.Rule{runstate.A3, runstate.A4, runstate.A5} {
		rsops.Conf(&c).On[r] = true
	}
	start := rsops.Begin("", s)
	return &machine{t, model.NewMachine(c), start.World(&c)}
}

// TestRefusedYetLive: what was refused counts when its page comes, in every kernel
// that was looked at.
func TestRefusedYetLive(t *testing.T) {
	m := today(t, rsops.Start{})
	m.do(rsops.SetSlot.Of(pageA, none), errno.OK)
	m.do(rsops.SetShared.Of(1), errno.EFAULT)
	m.do(rsops.SetVCPU.Of(1), errno.EFAULT)
	m.do(rsops.SendEvent.Of(port1), errno.EFAULT)
	m.do(rsops.SetSlot.Of(pageA, writable), errno.OK)
	m.do(rsops.SendEvent.Of(port1), errno.OK)
	m.do(runs, errno.OK)
	if p := rsops.Of(&m.w).Ev.Page[0]; p.Bytes[0] != 1<<1 || p.Sel != 1 || p.Upcall == 0 {
		t.Errorf("%+v", p)
	}
}

// TestWidthLoses: port 100 of a 32-bit guest is told nowhere after the guest's width has
// changed, and not when it is sent again; the mask of port 1 is pending port 1025.
func TestWidthLoses(t *testing.T) {
	start := structures
	start.Layout = runstate.Layout32
	m := today(t, start)
	m.do(rsops.SendEvent.Of(port100), errno.OK)
	m.do(rsops.MaskEvent.Of(port1, 1), errno.OK)
	m.do(rsops.SetWidth.Of(uint8(runstate.Layout64)), errno.OK)
	m.do(rsops.SendEvent.Of(port100), errno.OK)
	m.do(rsops.SendEvent.Of(port1025), errno.OK)
	m.do(runs, errno.OK)
	if v := rsops.Of(&m.w).Ev.Page[1]; v.Sel != 0 || v.Sel32 != 1<<3 || v.Upcall == 0 {
		t.Errorf("%+v", v)
	}
}

// TestWidthTranslated: the baseline moves pending events and masks.
func TestWidthTranslated(t *testing.T) {
	start := structures
	start.Layout = runstate.Layout32
	m := kvm(t, start)
	m.do(rsops.SendEvent.Of(port100), errno.OK)
	m.do(rsops.MaskEvent.Of(port1, 1), errno.OK)
	m.do(rsops.SendEvent.Of(port1), errno.OK)
	m.do(rsops.SetWidth.Of(uint8(runstate.Layout64)), errno.OK)
	e := &rsops.Of(&m.w).Ev
	if p, v := e.Page[0], e.Page[1]; p.Bytes != [runstate.NumEventBytes]byte{0: 1 << 1, 1: 1 << 4, 7: 1 << 1} || v.Sel != 1<<1 || v.Sel32 != 0 || p.Wall != [2]uint16{1, 1} {
		t.Errorf("%+v", e.Page)
	}
}
