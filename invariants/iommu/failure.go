package iommu

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
)

// What calls of the toolstack leave when they fail (FL-R3), and what is held (FL-I16).

// failed looks at the end of a call that has failed.
func failed(p *invariants.Probe, before *model.World, op model.Op, ans model.Answer, after *model.World) error {
	s, own := iomops.Of(after), iomops.Conf(p.Config())
	cpu, is := iomops.CPUOf(op)
	if ans.Refused || ans.Code >= 0 || !is || s.Stopped() {
		return nil
	}
	ask, begins := iomops.Asked(op)
	if !begins {
		ask = iomops.Book(before).Doing[cpu]
	}
	switch ask.Work {
	case iommu.WorkPopulate: // something else has come to where the page is to be
		if !begins && ans.Code == errno.EPERM && s.Dom[ask.Dom].Life == iommu.Alive {
			return errors.New("a page cannot be put where something else is, and the domain runs")
		}
	case iommu.WorkAssign:
		return unassigned(iomops.Of(before), s, &ask)
	case iommu.WorkDeassign:
		return kept(own, iomops.Of(before), s, &ask)
	case iommu.WorkDestroy:
		return undestroyed(own, iomops.Of(before), s, &ask)
	}
	return nil
}

// unassigned: the device is not the domain's. Only if it could not be taken back is it
// broken.
func unassigned(was, s *iommu.State, ask *ledger.Doing) error {
	dev, f := &s.Dev[ask.A], iommu.Failure(ask.N)
	stuck := f == iommu.FailUndo && dev.Phantom
	switch {
	case dev.Broken != (stuck || was.Dev[ask.A].Broken):
		return fmt.Errorf("the device is broken: %v", dev.Broken)
	case stuck && ask.B != iommu.DIO && s.Dom[ask.B].Life == iommu.Alive:
		return errors.New("the device could not be taken back, and its domain runs")
	case !stuck && dev.Owner != iommu.D0 && dev.Owner != iommu.DIO:
		return fmt.Errorf("the device is %s's", iomops.Dom.Format(dev.Owner))
	case !stuck && s.Ctx[ask.A].Table != iommu.TableOf(dev.Owner, ask.A):
		return errors.New("the device has another table than its owner's")
	}
	return nil
}

// kept: the device is still its owner's. It is broken if its phantom function has gone.
func kept(own *iommu.Config, was, s *iommu.State, ask *ledger.Doing) error {
	if dev := &s.Dev[ask.A]; dev.Owner != ask.B || s.Ctx[ask.A].Table != iommu.TableOf(ask.B, ask.A) {
		return fmt.Errorf("the device is %s's, and its table is %d", iomops.Dom.Format(dev.Owner), s.Ctx[ask.A].Table)
	}
	return apart(own, was, s, ask.A, ask.N)
}

// apart: a device that has not left is broken if its phantom function has.
func apart(own *iommu.Config, was, s *iommu.State, v, fails uint8) error {
	dev := &s.Dev[v]
	if is := dev.Phantom && iommu.Failure(fails) == iommu.FailCtx && !own.On[iommu.AsIs2]; dev.Broken != (is || was.Dev[v].Broken) {
		return fmt.Errorf("device %d is broken: %v", v, dev.Broken)
	}
	return nil
}

// undestroyed: the domain is dying, and has its table and what is in that.
func undestroyed(own *iommu.Config, was, s *iommu.State, ask *ledger.Doing) error {
	d := ask.B
	if dom := &s.Dom[d]; dom.Life != iommu.Dying || !dom.Zombie || s.Freed[d] {
		return fmt.Errorf("the domain is %v, a zombie: %v, and its table is freed: %v", dom.Life, dom.Zombie, s.Freed[d])
	}
	for v := range s.Dev {
		if dev := &s.Dev[v]; dev.There && dev.Owner == d {
			return apart(own, was, s, uint8(v), ask.N)
		}
	}
	return errors.New("no device has stopped that")
}

// holders are the designs that hold a kind of entry.
var holders = map[iommu.HeldKind][]iommu.Flushing{
	iommu.PutAfter: {iommu.V2, iommu.V3, iommu.V6}, iommu.PutDone: {iommu.V4}, iommu.RefDone: {iommu.V4, iommu.V6},
	iommu.DevRef: {iommu.V5}, iommu.FreeDone: {iommu.V6}, iommu.Unpause: {iommu.V3, iommu.V4},
}

func heldFor(v *view) error {
	if v.s.Stopped() {
		return nil
	}
	comes := false // an interrupt
	for _, is := range v.s.IRQ {
		comes = comes || is
	}
	for _, h := range v.s.Held {
		if h.Kind == iommu.NotHeld {
			break
		}
		if !slices.Contains(holders[h.Kind], v.own.Flushing) {
			return fmt.Errorf("%v: no design has that held", h.Kind)
		}
		waits := false
		for i, left := range h.Left {
			waits = waits || left > 0
			if left > v.s.Outstanding(uint8(i)) {
				return fmt.Errorf("%v: %d completions of IOMMU %d are waited for, and fewer are to come", h.Kind, left, i)
			}
		}
		if h.Kind != iommu.PutAfter && !waits && !comes {
			return fmt.Errorf("%v: no flush is waited for, and no interrupt comes", h.Kind)
		}
	}
	if v.own.Flushing.Async() {
		for i := range v.s.Queue {
			if cpu, waits := v.waitsForDevice(uint8(i)); waits {
				return fmt.Errorf("cpu %d waits for a device, in a design in which it does not", cpu)
			}
		}
	}
	for m := range v.s.Frame {
		if v.s.Frame[m].Marked && v.own.Flushing != iommu.V6 {
			return fmt.Errorf("frame %d is marked", m)
		}
	}
	return nil
}

// waitsForDevice tells whether a CPU that works on memory waits for a device: its wait is
// behind a request to that.
func (v *view) waitsForDevice(i uint8) (cpu uint8, waits bool) {
	q, device := &v.s.Queue[i], false
	for at := range q.N {
		switch d := &q.D[at]; d.Op {
		case iommu.DescDevTLB:
			device = true
		case iommu.DescIRQ:
			device = false
		case iommu.DescWait:
			if device && d.CPU < iommu.NumCPUs && memory&may(v.b.Doing[d.CPU].Work) != 0 {
				return d.CPU, true
			}
			device = false
		}
	}
	return 0, false
}
