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
	if a.whole || !a.is(memory|typed) {
		return nil
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

// request looks at one of them.
func (a *act) request(s *iommu.State, i uint8, d *iommu.Desc) error {
	first, order := d.Addr, d.Size
	switch d.Op {
	case iommu.DescIOTLB:
		if owner := s.OwnerOf(i, d.DID); owner != a.dom && !a.lends(s, owner) {
			return fmt.Errorf("it flushes what %s has", iomops.Dom.Format(owner))
		}
	case iommu.DescDevTLB:
		first, order = decoded(d)
		if s.Dev[d.Fn].IOMMU != i {
			return fmt.Errorf("device %d is not behind IOMMU %d", d.Fn, i)
		}
		if dev := &s.Dev[d.Fn]; dev.Owner != a.dom && s.OwnerOf(i, s.Ctx[d.Fn].DID) != a.dom && !a.lends(s, dev.Owner) {
			return fmt.Errorf("it flushes device %d, which is not the domain's", d.Fn)
		}
	default:
		return nil
	}
	if first == iommu.All || 1<<order > iommu.MaxGfns {
		if a.is(may(iommu.WorkRange)) && a.ask.N > 1 {
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
