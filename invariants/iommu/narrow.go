package iommu

import (
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
)

// narrow looks at the requests that a step has queued (FL-I17).
func narrow(p *invariants.Probe, before *model.World, op model.Op, ans model.Answer, after *model.World) error {
	was, is := iomops.Of(before), iomops.Of(after)
	if ans.Refused || op.Spec().Area() != iomops.Area || is.Stopped() {
		return nil
	}
	a := actOf(iomops.Conf(p.Config()), before, op)
	if a.whole || !a.is(flushes) {
		return nil
	}
	if a.needless(was, is) {
		return fmt.Errorf("%s: a flush begins, and nothing has changed", op.Spec().Name)
	}
	for i := range is.Queue {
		if is.Queue[i].N > was.Queue[i].N && is.IRQ != was.IRQ {
			return fmt.Errorf("%s: an interrupt comes, and its flush is queued", op.Spec().Name)
		}
		for at := was.Queue[i].N; at < is.Queue[i].N; at++ {
			if err := a.request(was, uint8(i), &is.Queue[i].D[at]); err != nil {
				return fmt.Errorf("%s: %w", op.Spec().Name, err)
			}
		}
	}
	return nil
}

// needless tells whether a call on memory begins a flush although no entry has changed. Those
// of a range come when all of its pages have moved.
func (a *act) needless(was, is *iommu.State) bool {
	x, y := &was.Task[a.cpu], &is.Task[a.cpu]
	begins := y.Flushing() && !x.Flushing() && x.PC != iommu.Wait
	return begins && !a.is(devices) && x.PC != iommu.MvSource && x.PC != iommu.MvTarget && was.IOPT == is.IOPT
}

// request looks at one of them.
func (a *act) request(s *iommu.State, i uint8, d *iommu.Desc) error {
	if dev := &s.Dev[d.Fn%iommu.MaxDevs]; d.Op == iommu.DescDevTLB && (dev.IOMMU != i || !dev.ATS || d.Size > 1) {
		return fmt.Errorf("device %d is not behind IOMMU %d, or has no ATS, or S=%d", d.Fn, i, d.Size)
	}
	if a.is(devices) {
		return a.handed(s, i, d)
	}
	first, order := d.Addr, d.Size
	switch d.Op {
	case iommu.DescWait, iommu.DescIRQ:
		return nil
	case iommu.DescIOTLB:
		if owner := s.OwnerOf(i, d.DID); owner != a.dom && !a.lends(s, owner) {
			return fmt.Errorf("it flushes what %s has", iomops.Dom.Format(owner))
		}
	case iommu.DescDevTLB:
		first, order = decoded(d)
		if dev := &s.Dev[d.Fn]; dev.Owner != a.dom && s.OwnerOf(i, s.Ctx[d.Fn].DID) != a.dom && !a.lends(s, dev.Owner) {
			return fmt.Errorf("it flushes device %d, which is not the domain's", d.Fn)
		}
	default:
		return fmt.Errorf("a request of kind %d is none of memory", d.Op)
	}
	if first == iommu.All || 1<<min(order, 7) > iommu.MaxGfns {
		if a.inexact() {
			return nil
		}
		return fmt.Errorf("it flushes everything")
	}
	for g := first; g < first+1<<order; g++ {
		if !a.names(g) && !(a.is(may(iommu.WorkUnforeign)) && g+1 == a.ask.Page) {
			return fmt.Errorf("it flushes dfn %d", g)
		}
	}
	return nil
}

// handed looks at a request of a call that has devices change hands: it is about these, or
// about what is reserved for them, which other devices of the domain's may have cached.
func (a *act) handed(s *iommu.State, i uint8, d *iommu.Desc) error {
	switch d.Op {
	case iommu.DescCtx:
		if v := iommu.DevOf(d.Fn); !a.hands(s, v) || s.Dev[v].IOMMU != i {
			return fmt.Errorf("it flushes the context entry of requester %d", d.Fn)
		}
	case iommu.DescIOTLB:
		if d.Addr == iommu.All && !(a.hands(s, 0) && s.Dev[0].IOMMU == i) && !(a.hands(s, 1) && s.Dev[1].IOMMU == i) {
			return fmt.Errorf("it flushes all that IOMMU %d has of a domain", i)
		}
	case iommu.DescDevTLB:
		if !a.hands(s, d.Fn) && (s.Dev[d.Fn].Owner != a.ask.B || a.ask.B == iommu.DIO) {
			return fmt.Errorf("it flushes device %d", d.Fn)
		}
	}
	return nil
}

// hands tells whether a device changes hands by the call.
func (a *act) hands(s *iommu.State, v uint8) bool {
	if a.is(may(iommu.WorkDestroy)) {
		return s.Dev[v].Owner == a.ask.B
	}
	return v == a.ask.A
}

// inexact tells whether no request can name what a range has moved: so many pages from its
// beginning, or as many up to its end.
func (a *act) inexact() bool {
	for n := uint8(2); a.is(may(iommu.WorkRange)) && n <= a.ask.N; n++ {
		for _, first := range [...]uint8{a.ask.A, a.ask.B, a.ask.A + a.ask.N - n, a.ask.B + a.ask.N - n} {
			if n&(n-1) != 0 || first&(n-1) != 0 {
				return true
			}
		}
	}
	return false
}

// lends tells whether the call drops a page of another domain's, whose table it may have
// to leave.
func (a *act) lends(s *iommu.State, owner uint8) bool {
	return a.is(may(iommu.WorkUnforeign)) && a.ask.Page != 0 && s.Frame[a.ask.Page-1].Owner == owner
}

// decoded is the range of a Device-TLB request: with S the lowest bit that is zero tells how
// large it is.
func decoded(d *iommu.Desc) (first, order uint8) {
	if d.Size == 0 {
		return d.Addr, 0
	}
	for order = 1; d.Addr>>(order-1)&1 != 0; order++ {
	}
	return d.Addr >> order << order, order
}
