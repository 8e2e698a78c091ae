package grant

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// core lists what must hold of maps, unmaps and what kernels are told.
var core = []invariants.Invariant{
	{
		ID:    "GR-I21",
		Title: "no grant operation crashes the host",
		Doc: `None of Xen's own checks is ever violated: no pin counter and no IOMMU count underflows, a reference is only dropped by somebody who has one, a page is only freed when it has no typed references, a handle that is live is not handed out again, and nothing is written to a status frame that has been freed.

Some are BUG_ON()s; others are ASSERT()s, or no checks at all, which a release build passes in silence.`,
		Refs:          []string{"XSA-218", "XSA-224", "xen/common/grant_table.c unmap_common(), unmap_common_complete()"},
		State:         of(noCrash),
		WhileDraining: true,
	},
	{
		ID:    "GR-I1",
		Title: "general references are counted exactly",
		Doc: `A page's general count is the number of those who have a reference: the allocation, page-table entries of PV domains, the host parts of translated domains' mappings, the parts for devices, and calls that are between taking and handing on.

A PV mapping's reference belongs to its page-table entry and not to its handle: mmu_update may take it away. One reference too few, and the page is freed while somebody still uses it; one too many, and its owner is never gone.`,
		Refs:  []string{"XSA-224", "8fdfcb2b6b", "d9af6ba2e0"},
		State: of(generalCount),
	},
	{
		ID:    "GR-I2",
		Title: "typed references are counted exactly",
		Doc: `While a page's type is writable, its type count is the number of writable uses: writable page-table entries (not others' entries of a translated domain's page), writable parts for devices, writable host parts of translated mappers under the same rule, and calls in between.

Too low, and the page can become a page table while it is still written.`,
		Refs:  []string{"XSA-224", "75b384ece6", "XSA-234", "16b1414de9", "xen/arch/x86/include/asm/grant_table.h gnttab_host_mapping_get_page_type()"},
		State: of(typedCount),
	},
	{
		ID:    "GR-I3",
		Title: "pins are counted exactly, by kind",
		Doc: `Each of the four counters of an active entry is the number of parts of that kind that are mapped, by what their mappers were told, with the maps that have pinned and are not done, and the unmaps that have not completed.

While an entry is pinned Xen believes the active entry and not the shared one; and the status that the granter sees follows the pins.`,
		Refs:  []string{"XSA-218", "9a0bd460cf", "XSA-226"},
		State: of(pinCount),
	},
	{
		ID:    "GR-I4",
		Title: "the granter sees whether a grant is in use",
		Doc: `GTF_reading is set as long as the reference is in use by anybody, GTF_writing as long as it is for writing, and neither is any longer; in version 1 in the entry's own word, in version 2 in its status frame. Asked of kernels that do not store to these bits themselves.

A bit that goes too early lets a kernel reuse a page that is still mapped. One that stays never lets the page go.`,
		Refs:  []string{"XSA-230", "6e2a4c7356", "8aed1f12c4", "xen/include/public/grant_table.h"},
		State: of(statusBits),
	},
	{
		ID:    "GR-I5",
		Title: "a grant that has ended is over",
		Doc: `When a kernel takes all its grants of a page to be ended, no other domain has a way to it: no page-table or p2m entry, no cached translation, no IOMMU entry. When all that are left are read-only, none has a way to write it. Asked of kernels that behave; a domain that may map everybody's memory anyway is left out.

This is all that a frontend relies on when it uses the page for something else.`,
		Refs:  []string{"XSA-218", "XSA-396", "Linux drivers/xen/grant-table.c"},
		State: of(endedIsOver),
	},
	{
		ID:    "GR-I6",
		Title: "nobody has a way to a stranger's page",
		Doc: `Each way that a domain has to a page leads to one of its own, one of a domain that it maps, or one that Xen has put there. A page that is free may still be cached by CPUs, for it is flushed when it is given to somebody; the IOMMU's tables have no such filter, and must not name it.

A path that outlives the page's references ends in memory of whoever gets the page next.`,
		Refs:  []string{"XSA-224", "8fdfcb2b6b", "xen/common/page_alloc.c accumulate_tlbflush()"},
		State: of(noStrangers),
	},
	{
		ID:    "GR-I7",
		Title: "devices reach what their domain has mapped, and no more",
		Doc:   `While no call of a PV domain with a device is in progress, its IOMMU's tables allow exactly what its mappings of others' pages do: reading if there is any, writing if one is writable. maptrack_tree counts them, by kind. Its own pages are there for writing, if that is their type.`,
		Refs:  []string{"921f1f4226", "XSA-380", "xen/common/grant_table.c map_grant_ref()"},
		State: of(iommuFollows),
	},
	{
		ID:    "GR-I14",
		Title: "each handle is in one place",
		Doc: `A handle is live once, or on one vCPU's free list, or in the hands of one call. A list ends at its tail, and never holds a live handle. No map is answered with a handle that is somebody's.

A handle in two places lets one unmap take away what another map has made.`,
		Refs:  []string{"XSA-218", "4b78efa91c", "b7f6cbb9d4", "XSA-228", "02cbeeb620"},
		State: of(handlesOnce),
	},
	invariants.Effects("GR-R2", gntops.Area),
	invariants.Contract("GR-R1", gntops.Area),
}

// view is a state, as the formulas look at it.
type view struct {
	c *model.Config
	w *model.World
	s *grant.State
	b *ledger.Book
}

func noCrash(v *view) error {
	if v.s.Stopped() {
		return errors.New(v.s.Stop.String())
	}
	return nil
}

// frames calls f for each frame of the pool, until one is wrong.
func (v *view) frames(f func(m uint8, p *page.Page) error) error {
	if v.s.Stopped() {
		return nil
	}
	for m := range pool.Conf(v.c).Frames {
		if err := f(m, &pool.Of(v.w).Pages[m]); err != nil {
			return err
		}
	}
	return nil
}

// owed counts the references of a frame by their holders.
func (v *view) owed(m uint8) (general, typed uint8) {
	for d := range uint8(grant.NumDomains) {
		dom := &v.s.Dom[d]
		for _, e := range dom.PTE {
			if e.Present() && e.Frame() == m {
				general++
				if e.Kind() == page.RW && v.writes(d, v.s.Owner[m]) {
					typed++
				}
			}
		}
		for _, p := range v.b.Told[d] {
			if p.Some() && !p.Gone() && p.MFN == m {
				g, t := gntview.Holds(v.s, d, p.Dom, p.For(gntops.Conf(v.c), v.s, d), !dom.HVM)
				general, typed = general+g, typed+t
			}
		}
	}
	for cpu := range uint8(grant.NumCPUs) {
		g, t := v.b.Holds(gntops.Conf(v.c), v.s, cpu, m)
		general, typed = general+g, typed+t
	}
	return general, typed
}

// writes tells whether a domain's writable entry of an owner's page is a writable use.
func (v *view) writes(d, owner uint8) bool {
	return d == owner || owner >= grant.NumDomains || !v.s.Dom[owner].HVM
}

func generalCount(v *view) error {
	return v.frames(func(m uint8, p *page.Page) error {
		want, _ := v.owed(m)
		if p.Allocated {
			want++
		}
		if p.Count != want {
			return fmt.Errorf("frame %d: count %d, and %d have a reference", m, p.Count, want)
		}
		return nil
	})
}

func typedCount(v *view) error {
	return v.frames(func(m uint8, p *page.Page) error {
		_, want := v.owed(m)
		if v.s.Kernel.ShinfoMFN == m+1 {
			want++ // Xen's own, that it stays writable
		}
		if p.TCount != want && p.Type == page.Writable {
			return fmt.Errorf("frame %d: type count %d, and %d use it as writable", m, p.TCount, want)
		}
		return nil
	})
}

// refs calls f for each reference of each domain, until one is wrong.
func (v *view) refs(f func(d, r uint8, t *grant.Table, pins [grant.NumPins]uint8) error) error {
	if v.s.Stopped() {
		return nil
	}
	for d := range uint8(grant.NumDomains) {
		for r := range uint8(grant.MaxRefs) {
			if !gntview.There(v.s, d) {
				break // and its table with it
			}
			if err := f(d, r, &v.s.Dom[d].Table, v.b.Pins(v.s, d, r)); err != nil {
				return err
			}
		}
	}
	return nil
}

var domNames = [...]string{"F", "B", "C", "another domain", "Xen", "nobody"}

func pinCount(v *view) error {
	return v.refs(func(d, r uint8, t *grant.Table, pins [grant.NumPins]uint8) error {
		if t.Act[r].Pin != pins {
			return fmt.Errorf("reference %d of %s: pins (host w, r; device w, r) are %v, and in use are %v", r, domNames[d], t.Act[r].Pin, pins)
		}
		return nil
	})
}

func statusBits(v *view) error {
	if gntops.Conf(v.c).Untrusted {
		return nil
	}
	return v.refs(func(d, r uint8, t *grant.Table, pins [grant.NumPins]uint8) error {
		status := t.Entry[r].Flags
		switch {
		case v.claiming(d, r):
			return nil // a copy is following a transitive grant
		case status&grant.TypeMask == grant.AcceptTransfer:
			return nil // the bits mean something else; a change to version 2 takes them for these
		case t.Ver == 2:
			status = t.Status[r]
		}
		used, written := pins != [grant.NumPins]uint8{}, pins[grant.PinHostW]|pins[grant.PinDevW] != 0
		if used != (status&grant.Reading != 0) || written != (status&grant.Writing != 0) {
			return fmt.Errorf("reference %d of %s: in use %v, for writing %v; the status says %s",
				r, domNames[d], model.YesNo(used), model.YesNo(written), model.JoinFlags(
					model.If(status&grant.Reading != 0, "reading"), model.If(status&grant.Writing != 0, "writing"), model.If(status&(grant.Reading|grant.Writing) == 0, "neither")))
		}
		return nil
	})
}

// paths calls f for each way that a domain has to a frame, until one is wrong.
func (v *view) paths(f func(d, m uint8, writes bool) error) error {
	if v.s.Stopped() {
		return nil
	}
	for d := range uint8(grant.NumDomains) {
		for m := range pool.Conf(v.c).Frames {
			if reads, writes := gntview.Reaches(&v.s.Dom[d], m); reads {
				if err := f(d, m, writes); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func endedIsOver(v *view) error {
	if gntops.Conf(v.c).Untrusted {
		return nil
	}
	return v.paths(func(d, m uint8, writes bool) error {
		owner := v.s.Owner[m]
		if owner == d || owner >= grant.NumDomains || v.s.Dom[d].Priv {
			return nil
		}
		some, rw := v.given(owner, m)
		switch {
		case !some:
			return fmt.Errorf("%s has a way to frame %d, and %s takes all its grants of it to be over", domNames[d], m, domNames[owner])
		case writes && !rw:
			return fmt.Errorf("%s can write to frame %d, and %s has granted it for reading only", domNames[d], m, domNames[owner])
		}
		return nil
	})
}

// given tells whether a kernel has granted a frame and not ended that, and whether
// for writing.
func (v *view) given(owner, m uint8) (some, rw bool) {
	for r, g := range v.b.Given[owner] {
		if g == m+1 {
			some, rw = true, rw || !v.s.Dom[owner].Belief[r].RO
		}
		if act := &v.s.Dom[owner].Table.Act[r]; owner == grant.DomF && v.s.Kernel.Off>>r&1 != 0 && act.Pinned() && act.MFN == m {
			some, rw = true, true // the kernel knows that a former one's grant is in use
		}
	}
	return some, rw
}

func noStrangers(v *view) error {
	return v.paths(func(d, m uint8, _ bool) error {
		owner := v.s.Owner[m]
		switch {
		case owner == d || owner == grant.DomXen || owner < grant.NumDomains && pool.Of(v.w).Pages[m].Count > 0:
			return nil
		case pool.Of(v.w).Pages[m].Count == 0 && !v.beyondTLB(d, m):
			return nil
		}
		return fmt.Errorf("%s has a way to frame %d, which belongs to %s", domNames[d], m, domNames[owner])
	})
}

// beyondTLB tells whether a domain has a way to a frame that is more than cached.
func (v *view) beyondTLB(d, m uint8) bool {
	dom := v.s.Dom[d]
	clear(dom.TLB[:])
	reads, _ := gntview.Reaches(&dom, m)
	return reads
}

// resting tells whether no call of a domain is in progress.
func (v *view) resting(d uint8) bool {
	for cpu := range uint8(grant.NumCPUs) {
		if grant.DomainOf(cpu) == d && v.s.Task[cpu].Busy() {
			return false
		}
	}
	return true
}

func iommuFollows(v *view) error {
	for d := range uint8(grant.NumDomains) {
		dom := &v.s.Dom[d]
		if dom.HVM || !dom.Sync || dom.Life != grant.Alive || v.s.NoIOMMU || !v.resting(d) {
			continue
		}
		err := v.frames(func(m uint8, p *page.Page) error {
			want, count := grant.NoDMA, grant.Count{}
			for _, p := range v.b.Told[d] {
				switch {
				case !p.Some() || p.Gone() || p.MFN != m || p.Dom == d:
				case p.Writes():
					want, count.Wr = grant.WriteDMA, count.Wr+1
				default:
					want, count.Rd = max(want, grant.ReadDMA), count.Rd+1
				}
			}
			if v.s.Owner[m] == d && p.Type == page.Writable {
				want = grant.WriteDMA
			}
			if dom.IOPT[m] != want || dom.Tree[m] != count {
				return fmt.Errorf("frame %d, devices of %s: %v and counts %v; its mappings want %v and %v", m, domNames[d], dom.IOPT[m], dom.Tree[m], want, count)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func handlesOnce(v *view) error {
	if v.b.Fault != ledger.NoFault {
		return errors.New(v.b.Fault.String())
	}
	for d := range uint8(grant.NumDomains) {
		track := &v.s.Dom[d].Track
		for h := range uint8(grant.MaxHandles) {
			if live, told := track.Entry[h].Flags != 0, v.b.Told[d][h].Some(); live != told {
				return fmt.Errorf("handle %d of %s: live is %s, and its owner was told %s", h, domNames[d], model.YesNo(live), model.YesNo(told))
			}
		}
		if gntops.Conf(v.c).Lists && !v.s.Stopped() && v.s.Dom[d].Life < grant.Dying { // with the domain go its lists
			if err := v.lists(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// lists follows the free lists of a domain.
func (v *view) lists(d uint8) error {
	track := &v.s.Dom[d].Track
	var on [grant.MaxHandles]bool
	for vcpu := range uint8(grant.MaxVCPUs) {
		last := uint8(0)
		for h := track.Head[vcpu]; h != 0; last, h = h, track.Entry[h-1].Ref {
			switch {
			case on[h-1]:
				return fmt.Errorf("handle %d of %s is on two lists, or twice on one", h-1, domNames[d])
			case track.Entry[h-1].Flags != 0:
				return fmt.Errorf("handle %d of %s is live, and on the list of vCPU %d", h-1, domNames[d], vcpu)
			}
			on[h-1] = true
		}
		if last != 0 && last != track.Tail[vcpu] {
			return fmt.Errorf("the list of vCPU %d of %s ends at handle %d, and its tail is %d", vcpu, domNames[d], last-1, int(track.Tail[vcpu])-1)
		}
	}
	for h := range track.Limit {
		if !on[h] && track.Entry[h].Flags == 0 && !v.inHand(d, h) {
			return fmt.Errorf("handle %d of %s is lost: neither live nor on a list", h, domNames[d])
		}
	}
	return nil
}

// inHand tells whether a call of a domain is about to use a handle, has just made it
// with others of its page, or takes it away.
func (v *view) inHand(d, h uint8) bool {
	for cpu := range uint8(grant.NumCPUs) {
		t := &v.s.Task[cpu]
		if grant.DomainOf(cpu) != d || !t.Busy() {
			continue
		}
		per := gntops.Conf(v.c).PerPage
		switch {
		case t.Handle == h+1, t.PC == grant.M0Link && h/per == (t.Handle-1)/per, unmaps(t, h):
			return true
		}
	}
	return false
}

// unmaps tells whether an unmap is in progress that names a handle: whoever gives it
// back at the end has it until then.
func unmaps(t *grant.Task, h uint8) bool {
	for _, e := range t.Elem[:t.Elems] {
		if e.Handle == h {
			return true
		}
	}
	return false
}
