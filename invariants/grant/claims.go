package grant

import (
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page/pool"
)

// disputed are what the thread says of who can take a mapping away, and with what.
var disputed = []invariants.Invariant{
	claim(invariants.Invariant{
		ID:    "GR-P5",
		Title: "only the backend's own unmap removes a mapping",
		Doc:   `Nothing that the kernels of F do, and nothing that Xen or the toolstack do when one has given way, changes an entry of a backend's tables that maps one of F's pages.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: nothing we can do with mapped ones from guest"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
			if cpu := callerOf(op); cpu != grant.Tool && grant.DomainOf(cpu) != grant.DomF {
				return nil
			}
			for d := grant.DomB; d < grant.NumDomains; d++ {
				if p, is := changed(before, after, uint8(d)); is {
					return fmt.Errorf("%s: the mapping at %d is not what it was", domNames[d], p)
				}
			}
			return nil
		},
	}),
	claim(invariants.Invariant{
		ID:    "GR-P13",
		Title: "nothing is revoked without a page that the backend has given for it",
		Doc:   `When a revocation is over, each writable mapping that a backend has by a grant has a page of the backend's own in its place.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: it would need to provide replacement frames for every grant map"},
		Step:  unaided,
	}),
	claim(invariants.Invariant{
		ID:    "GR-P14a",
		Title: "where a mapping is follows from what Xen records",
		Doc:   `Had the mapper asked for another address, Xen's records would be others: maptrack, active entries, counts of pages, and the p2m of a translated domain. Tried with each other address at every map. A PV domain's page tables are its own pages, of which Xen records the counts.`,
		Refs:  []string{"xen/common/grant_table.c struct grant_mapping"},
		Step:  recorded,
	}),
	claim(invariants.Invariant{
		ID:    "GR-P14b",
		Title: "a revocation need not know where mappings are",
		Doc:   `No step of a revocation changes an entry of a mapper's tables.`,
		Refs:  []string{"a consequence of GR-P14a for designs that revoke"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
			if gntops.Of(before).Kernel.Stage != grant.Revoking || callerOf(op) != grant.Tool {
				return nil
			}
			for d := grant.DomB; d < grant.NumDomains; d++ {
				if p, is := changed(before, after, uint8(d)); is {
					return fmt.Errorf("%s: Xen changes the mapping at %d", domNames[d], p)
				}
			}
			return nil
		},
	}),
	claim(invariants.Invariant{
		ID:    "GR-P22",
		Title: "after GNTTABOP_reset the caller has nothing mapped",
		Doc:   `When GNTTABOP_reset has answered, its domain has no live handle.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: GNTTABOP_reset"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			cpu := callerOf(op)
			ends := op.Spec() == gntops.GnttabReset || gntops.Of(before).Task[cpu].Work == grant.WorkReset
			if !ends || a.Refused || a.Code != errno.OK || gntops.Of(after).Task[cpu].Busy() {
				return nil
			}
			for h, m := range gntops.Of(after).Dom[grant.DomainOf(cpu)].Track.Entry {
				if m.Flags != 0 {
					return fmt.Errorf("handle %d is live", h)
				}
			}
			return nil
		},
	}),
	claim(invariants.Invariant{
		ID:    "GR-P23",
		Title: "the next kernel inherits no mapping",
		Doc:   `Once K2 has started, no handle is live that K1 was given.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: pages we mapped from other domains"},
		State: of(func(v *view) error {
			for h, p := range v.b.Told[grant.DomF] {
				if v.s.Kernel.Stage == grant.K2 && p.Some() && p.Flags&ledger.Inherited != 0 {
					return fmt.Errorf("handle %d is K1's", h)
				}
			}
			return nil
		}),
	}),
	claim(invariants.Invariant{
		ID:    "GR-P24",
		Title: "no page is transferred into a kernel that has not asked for one",
		Doc:   `While K2 runs, which accepts no transfers here, no page becomes F's by a transfer.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: nothing we need to do with transferred grants"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
			was, is := gntops.Of(before), gntops.Of(after)
			if cpu := callerOf(op); is.Kernel.Stage != grant.K2 || op.Spec() != gntops.Transfer && was.Task[cpu].Work != grant.WorkTransfer {
				return nil
			}
			for m := range is.Owner {
				if is.Owner[m] == grant.DomF && was.Owner[m] != grant.DomF {
					return fmt.Errorf("frame %d has become F's, by an entry of K1's", m)
				}
			}
			return nil
		},
	}),
}

// callerOf is the CPU that makes an operation: Xen, the toolstack, or, for what a kernel
// is from its start on, F's.
func callerOf(op model.Op) uint8 {
	switch s := op.Spec(); {
	case s == gntops.KernelBoot:
		return grant.Front0
	case len(s.Args) > 0 && s.Args[0].Type == gntops.CPU:
		return op.Arg[0]
	}
	return grant.Tool
}

// changed finds a place where a domain had a frame of F's mapped by a grant, and where
// there is something else now.
func changed(before, after *model.World, d uint8) (place uint8, is bool) {
	was, now := &gntops.Of(before).Dom[d], &gntops.Of(after).Dom[d]
	for i := range uint8(grant.MaxGfns) {
		e := was.Entry(i)
		ours := e.Present() && gntops.Of(before).Owner[e.Frame()] == grant.DomF && (!was.HVM || was.P2M[i].Type != grant.P2MRAM)
		if ours && now.Entry(i) != e {
			return i, true
		}
	}
	return 0, false
}

// unaided is the formula of GR-P13.
func unaided(_ *invariants.Probe, before *model.World, _ model.Op, _ model.Answer, after *model.World) error {
	s := gntops.Of(after)
	if gntops.Of(before).Kernel.Stage != grant.Revoking || s.Kernel.Stage != grant.Booting {
		return nil
	}
	for d := uint8(grant.DomB); d < grant.NumDomains; d++ {
		writable, given := 0, 0
		for _, p := range gntops.Book(before).Told[d] {
			if p.Host() && p.Dom == grant.DomF && p.Writes() && !p.Gone() {
				writable++
			}
		}
		for i := range uint8(grant.MaxSlots) {
			if e := s.Dom[d].Entry(i); e.Present() && s.Owner[e.Frame()] == d {
				given++
			}
		}
		if given < writable {
			return fmt.Errorf("%s had %d writable mappings, and has given %d pages", domNames[d], writable, given)
		}
	}
	return nil
}

// recorded is the formula of GR-P14a.
func recorded(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	at := 4
	switch op.Spec() {
	case gntops.DriverConnect:
		at = 2
	case gntops.Map:
	default:
		return nil
	}
	if a.Code != errno.OK {
		return nil
	}
	for place := range pool.Conf(p.Config()).Slots {
		other := op
		if other.Arg[at] = place; place == op.Arg[at] {
			continue
		}
		if p.On(before); p.Do(other) == errno.OK && sameRecords(after, p.World()) {
			return fmt.Errorf("at %d or at %d: Xen records the same", op.Arg[at], place)
		}
	}
	return nil
}

// sameRecords tells whether Xen has the same in its own tables in two Worlds.
func sameRecords(a, b *model.World) bool {
	x, y := gntops.Of(a), gntops.Of(b)
	for d := range x.Dom {
		m, n := &x.Dom[d], &y.Dom[d]
		if m.Track != n.Track || m.Table != n.Table || m.Tree != n.Tree || m.IOPT != n.IOPT || m.P2M != n.P2M {
			return false
		}
	}
	return *pool.Of(a) == *pool.Of(b) && x.Owner == y.Owner
}
