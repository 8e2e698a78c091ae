package iomops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// What operations have done when they have succeeded, as the public headers say it.
// An operation that only begins a call promises nothing yet; its last step does.

var want = model.Require

func init() {
	for spec := range wants {
		actor := spec.Args[0].Type == By
		spec.Ensures(func(c *model.Config, before *model.World, a *args, after *model.World) error {
			cpu := a[0]
			var ask ledger.Doing
			if actor {
				cpu = iommu.CPUOf(a[0])
				ask = asking[spec.Kind()](a)
				ask.Dom = iommu.DomainOf(a[0])
				if e := Of(before).Dom[ask.Dom].P2M[ask.A%iommu.MaxGfns]; ask.A < iommu.MaxGfns && e.Type != iommu.Invalid {
					ask.Page = e.MFN + 1
				}
			} else {
				ask = Book(before).Doing[cpu]
			}
			if Of(after).Task[cpu].Busy() || Of(after).Stopped() {
				return nil
			}
			return fulfilled(c, before, &ask, after)
		})
	}
}

// wants are the operations with which a call can end.
var wants = map[*model.Spec]bool{Decrease: true, Populate: true, Move: true, MoveRange: true, MapForeign: true, UnmapForeign: true, GetType: true, PutType: true, XenStep: true, TimeOut: true,
	Assign: true, Deassign: true, Destroy: true}

// fulfilled tells whether what was asked for is done.
func fulfilled(c *model.Config, before *model.World, ask *ledger.Doing, after *model.World) error {
	s := Of(after)
	switch {
	case ask.Dom >= iommu.NumDomains || ask.Late:
		return nil
	case ask.Work == iommu.WorkAssign || ask.Work == iommu.WorkDeassign:
		return handed(s, ask)
	case ask.Work == iommu.WorkDestroy:
		return destroyed(Of(before), after, ask.B)
	}
	if !s.Dom[ask.Dom].HVM {
		return fulfilledPV(c, s, ask, after)
	}
	p2m := &s.Dom[ask.Dom].P2M
	switch ask.Work {
	case iommu.WorkRemove:
		return removed(c, s, after, ask)
	case iommu.WorkPopulate:
		e := p2m[ask.A]
		return want(e.Type == iommu.RAM && s.Frame[e.MFN].Owner == ask.Dom && pool.Of(after).Pages[e.MFN].Allocated, "the domain has no page of its own there")
	case iommu.WorkForeign:
		return want(p2m[ask.A] == iommu.P2M{Type: iommu.Foreign, MFN: ask.B} && s.Frame[ask.B].Owner != ask.Dom, "the page is not there")
	case iommu.WorkUnforeign:
		return want(beside(c) || p2m[ask.A].Type == iommu.Invalid && !s.IOPT[ask.Dom][ask.A].Present(), "the page is still there")
	case iommu.WorkRange:
		return ranged(c, s, ask)
	case iommu.WorkMove:
		if was := Of(before); Conf(c).Steps&iommu.StepMove == 0 && ask.A != ask.B && was.NoMemory && was.IOPT[ask.Dom][ask.A]&iommu.Super != 0 {
			return fmt.Errorf("a superpage is split, without memory")
		}
		return want(p2m[ask.B].Type == iommu.RAM && p2m[ask.B].MFN+1 == ask.Page && s.Frame[ask.Page-1].GFN == ask.B+1 && (ask.A == ask.B || p2m[ask.A].Type == iommu.Invalid),
			"the page is not where it was to go, and nowhere else")
	}
	return nil
}

// fulfilledPV is that for a PV domain.
func fulfilledPV(c *model.Config, s *iommu.State, ask *ledger.Doing, after *model.World) error {
	p := &pool.Of(after).Pages[ask.A]
	switch ask.Work {
	case iommu.WorkRemove:
		if Conf(c).Steps&iommu.StepRemove != 0 {
			return nil // it may be somebody's again
		}
		return want(!p.Allocated || s.Frame[ask.A].Owner != ask.Dom, "the page is still allocated")
	case iommu.WorkPopulate:
		m := ask.Page - 1
		early := Conf(c).On[iommu.B9] || Conf(c).On[iommu.B10]
		return want(ask.Page == 0 || s.Frame[m].Owner == ask.Dom && (early || pool.Of(after).Pages[m].Type == page.Writable), "the page is not a writable one of the domain's")
	case iommu.WorkType:
		return want(p.Type == page.Type(ask.B) && p.TCount > 0 && p.Validated, "the page is not of that type")
	}
	return nil
}

// beside tells whether another CPU may have put something there since the lock was dropped.
func beside(c *model.Config) bool { return Conf(c).Steps != 0 && Conf(c).CPUs > 1 }

// removed: the gfn is empty, devices get nothing there, and where nobody else has the page
// it is free when the flush is done.
func removed(c *model.Config, s *iommu.State, after *model.World, ask *ledger.Doing) error {
	if Conf(c).Flushing.Async() && beside(c) {
		return nil
	}
	if s.Dom[ask.Dom].P2M[ask.A].Type != iommu.Invalid || s.IOPT[ask.Dom][ask.A].Present() {
		return fmt.Errorf("something is still there")
	}
	m := ask.Page - 1
	return want(Conf(c).Flushing.Async() || pool.Of(after).Pages[m].Count > 0 || s.Free(m), "nobody has the page, and it is not free")
}

// handed: the device, with all its functions, is whose it was to be, and has that table.
func handed(s *iommu.State, ask *ledger.Doing) error {
	dev, to := &s.Dev[ask.A], ask.B
	if ask.Work == iommu.WorkDeassign {
		to = iommu.D0
		if dev.Owner == iommu.DIO && ask.B != iommu.DIO {
			to = iommu.DIO
		}
	}
	if dev.Owner != to {
		return fmt.Errorf("the device is %s's", Dom.Format(dev.Owner))
	}
	if to == iommu.D0 && dev.Quarantine || to == iommu.DIO && ask.Work == iommu.WorkAssign && !dev.Quarantine {
		return fmt.Errorf("the device is in quarantine: %v", dev.Quarantine)
	}
	for fn := range uint8(iommu.NumFns) {
		if iommu.DevOf(fn) == ask.A && (fn != iommu.Phantom || dev.Phantom) && s.Ctx[fn].Table != iommu.TableOf(to, ask.A) {
			return fmt.Errorf("requester %s has another table", Fn.Format(fn))
		}
	}
	return nil
}

// destroyed: the domain is dead, and has no device, no page and no table.
func destroyed(before *iommu.State, after *model.World, d uint8) error {
	s := Of(after)
	for v := range s.Dev {
		if dev := &s.Dev[v]; dev.There && dev.Owner == d {
			return fmt.Errorf("it still has device %d", v)
		}
	}
	for m := range s.Frame {
		if s.Frame[m].Owner == d && pool.Of(after).Pages[m].Allocated {
			return fmt.Errorf("it still has frame %d", m)
		}
	}
	for g, e := range s.Dom[d].P2M {
		if e.Type != iommu.Invalid || s.IOPT[d][g].Present() {
			return fmt.Errorf("something is at gfn %d", g)
		}
	}
	return want(s.Dom[d].Life == iommu.Dead && s.Freed[d] == before.Dom[d].On, "it is not dead, or its table is not freed")
}

// ranged: where nobody else has worked on the domain's memory meanwhile, pages are in all
// of the destination, and what was left is empty. A longer range is not done at once.
func ranged(c *model.Config, s *iommu.State, ask *ledger.Doing) error {
	if ask.N > Conf(c).Batch || beside(c) || ask.A == ask.B || ask.A+ask.N > iommu.MaxGfns || ask.B+ask.N > iommu.MaxGfns {
		return nil
	}
	for k := range ask.N {
		if e := s.Dom[ask.Dom].P2M[ask.B+k]; e.Type != iommu.RAM || s.Frame[e.MFN].GFN != ask.B+k+1 {
			return fmt.Errorf("no page is at gfn %d", ask.B+k)
		}
		if g := ask.A + k; (g < ask.B || g >= ask.B+ask.N) && s.Dom[ask.Dom].P2M[g].Type != iommu.Invalid {
			return fmt.Errorf("gfn %d is not empty", g)
		}
	}
	return nil
}
