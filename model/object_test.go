package model_test

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu/mmops"
)

// TestObject: whatever the type, the same number of a thing is one object.
func TestObject(t *testing.T) {
	for _, tc := range []struct {
		arg   *model.ArgType
		value uint8
		thing string
		n     int // -1: it names none
	}{
		{pool.Frame, 2, "frame", 2},
		{pool.FrameOrNone, 3, "frame", 2},
		{pool.FrameOrNone, 0, "frame", -1},
		{pool.Ent, uint8(page.To(2, page.RO)), "frame", 2},
		{pool.Ent, 0, "frame", -1},
		{pool.Slot, 2, "", -1},
		{mmops.CPU, 1, "vcpu", 1},
		{mmops.VCPU, 1, "vcpu", 1},
		{mmops.Level, 1, "", -1},
		{evops.EventCPU, evtchn.Back0, "cpu", evtchn.Back0},
		{evops.GuestCPU, 1, "cpu", 1},
		{evops.GuestVCPU, 1, "cpu", 1},
		{evops.GuestVCPU, evtchn.MaxVCPUs, "cpu", -1},
		{evops.PortArg, 5, "port", 5},
		{model.Preempt, 1, "", -1},
	} {
		got := -1
		if n, ok := tc.arg.Object(tc.value); ok {
			got = int(n)
		}
		if tc.arg.Thing != tc.thing || got != tc.n {
			t.Errorf("%s %s: %s %d, want %s %d", tc.arg.Name, tc.arg.Format(tc.value), tc.arg.Thing, got, tc.thing, tc.n)
		}
	}
}
