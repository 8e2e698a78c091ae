package gntops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// What operations have done when they have succeeded, as the public header says it.
// An operation that only begins a call promises nothing yet; its last step does.

// sight is a World as the effects look at it.
type sight struct {
	*grant.State
	book *ledger.Book
	pool *page.Pool
}

func sightOf(w *model.World) sight { return sight{Of(w), Book(w), pool.Of(w)} }

// effect looks at the states before and after an operation.
type effect func(was sight, a *args, is sight) error

// ensure gives operations their effect.
func ensure(e effect, specs ...*model.Spec) {
	for _, s := range specs {
		s.Ensures(func(_ *model.Config, before *model.World, a *model.Args, after *model.World) error {
			return e(sightOf(before), a, sightOf(after))
		})
	}
}

var want = model.Require

func init() {
	ensure(func(was sight, a *args, is sight) error {
		return is.mapped(was, a[0], wish{a[1], a[2], a[3], a[4]})
	}, Map)
	ensure(stepEnds, XenStep)
	ensure(unlessLate(func(was sight, a *args, is sight) error { return is.unmapped(was, a, selected(a)) }), Unmap)
	ensure(unlessLate(func(was sight, a *args, is sight) error { return is.unmapped(was, a, hostPart(a)) }), Replace)
	ensure(unlessLate(emptied), Unmap)
	ensure(unlessLate(replaced), Replace)
	ensureKernels()
	ensureMemory()
}

// busy tells whether a CPU has not ended what it has begun.
func (v sight) busy(cpu uint8) bool { return v.Task[cpu].Busy() && v.Task[cpu].PC != grant.Next }

// mapped: one more handle is told, of the frame that the entry stands for, and the
// host and the devices reach it as was asked.
func (v sight) mapped(was sight, cpu uint8, m wish) error {
	if v.busy(cpu) || v.Stopped() {
		return nil
	}
	d := grant.DomainOf(cpu)
	h := fresh(&was.book.Told[d], &v.book.Told[d])
	if h >= grant.MaxHandles {
		return fmt.Errorf("no handle is the caller's that was not before")
	}
	dom, p := &v.Dom[d], v.book.Told[d][h]
	if err := v.isMeant(was, m, p.MFN); err != nil {
		return err
	}
	if m.host() {
		e := dom.Entry(m.place)
		if !e.Present() || e.Frame() != p.MFN || (e.Kind() == page.RW) != m.writes() {
			return fmt.Errorf("the entry at %s does not map frame %d as was asked", Place.Format(m.place), p.MFN)
		}
	}
	return nil
}

// fresh is the handle that somebody has and had not, or MaxHandles.
func fresh(was, is *[grant.MaxHandles]ledger.Part) uint8 {
	for h := range uint8(grant.MaxHandles) {
		if is[h].Some() && !was[h].Some() {
			return h
		}
	}
	return grant.MaxHandles
}

// isMeant: a frame is the one that a reference stands for. While it is pinned that is
// the one of those who have it.
func (v sight) isMeant(was sight, m wish, frame uint8) error {
	for d := range was.book.Told {
		for _, p := range was.book.Told[d] {
			if p.Some() && !p.Gone() && p.Dom == m.dom && p.Ref == m.ref {
				return want(p.MFN == frame, fmt.Sprintf("frame %d is mapped, and others have frame %d by that reference", frame, p.MFN))
			}
		}
	}
	for cpu := range was.Task {
		if was.Task[cpu].Busy() {
			return nil // it may have been pinned meanwhile, as another frame
		}
	}
	f, there := gntview.FrameOf(was.State, m.dom, was.Dom[m.dom].Table.Entry[m.ref].Frame)
	return want(there && f == frame, fmt.Sprintf("frame %d is mapped, and the entry names frame %d", frame, f))
}

// stepEnds is the end of a map, or the failure of one of its sections.
func stepEnds(was sight, a *args, is sight) error {
	cpu := a[0]
	t, d := &was.Task[cpu], &was.book.Doing[cpu]
	if !d.Map || is.Stopped() {
		return nil
	}
	p := d.Elem[0]
	if t.PC == grant.M5 {
		return nil // what lies at its address may have changed meanwhile; a handle was told: GR-I14
	}
	failed := is.Task[cpu].PC == grant.MUndo && t.PC != grant.MUndo
	why := ""
	switch dom := &was.Dom[grant.DomainOf(cpu)]; {
	case t.PC == grant.M2 && was.unusable(p):
		why = "the page is not the granter's, or cannot be written"
	case t.PC == grant.M3 && was.unplaced(dom, t.Addr):
		why = "the mapping cannot be made there"
	case t.PC == grant.M4 && was.NoIOMMU:
		return nil // a failure, if the tables have to be changed
	}
	switch {
	case why != "" && !failed:
		return fmt.Errorf("it goes on, and %s", why)
	case why == "" && failed:
		return fmt.Errorf("it gives up, and nothing is wrong")
	}
	return nil
}

// unusable tells whether a pinned page is not the granter's any more, or in use as a
// page table.
func (v sight) unusable(p ledger.Part) bool {
	pg := &v.pool.Pages[p.MFN]
	return v.Owner[p.MFN] != p.Dom || pg.Count == 0 || p.Writes() && gntview.Stays(v.State, pg, p.MFN, page.Writable)
}

// unplaced tells whether a domain cannot have a mapping at an address.
func (v sight) unplaced(d *grant.Domain, place uint8) bool {
	switch {
	case !d.HVM:
		return place >= grant.MaxSlots
	case place >= grant.MaxGfns:
		return true
	}
	t := d.P2M[place].Type
	return t == grant.P2MGrantRW || t == grant.P2MGrantRO || t == grant.P2MForeign
}

// unlessLate leaves out an element that has failed, which its caller learns when
// others of its block are done.
func unlessLate(e effect) effect {
	return func(was sight, a *args, is sight) error {
		if is.Task[a[0]].Status < 0 {
			return nil
		}
		return e(was, a, is)
	}
}

// unmapped: of a handle the selected parts are gone.
func (v sight) unmapped(was sight, a *args, flags uint8) error {
	d := grant.DomainOf(a[0])
	if a[1] >= grant.MaxHandles || v.Dom[d].Life != grant.Alive {
		return nil
	}
	had := was.book.Told[d][a[1]].Flags & flags & (grant.HostMap | grant.DeviceMap)
	if left := v.Dom[d].Track.Entry[a[1]].Flags & had; left != 0 && !v.reused(was, d, a[1]) {
		return fmt.Errorf("the handle still has the parts %s", formatMapFlags(left))
	}
	return nil
}

// emptied: nothing is where the host part was.
func emptied(was sight, a *args, is sight) error {
	d := grant.DomainOf(a[0])
	if a[1] >= grant.MaxHandles || !was.book.Told[d][a[1]].Host() || a[2] >= grant.MaxSlots {
		return nil
	}
	return want(!is.Dom[d].Entry(a[2]).Present(), "the entry is still there")
}

// reused tells whether a handle is told anew.
func (v sight) reused(was sight, d, h uint8) bool {
	return v.book.Told[d][h] != was.book.Told[d][h] && v.book.Told[d][h].Some()
}

// replaced: the entry that was taken is where the mapping was, and nowhere else.
func replaced(was sight, a *args, is sight) error {
	d := grant.DomainOf(a[0])
	if a[1] >= grant.MaxHandles || a[2] >= grant.MaxSlots || a[3] >= grant.MaxSlots || is.Dom[d].HVM || !was.book.Told[d][a[1]].Host() {
		return nil
	}
	return want(is.Dom[d].PTE[a[2]] == was.Dom[d].PTE[a[3]] && is.Dom[d].PTE[a[3]] == 0, "the entry from the other place has not come")
}

// ensureKernels is about what kernels do with their entries.
func ensureKernels() {
	ensure(func(_ sight, a *args, is sight) error {
		if is.busy(a[0]) {
			return nil
		}
		e := &is.Dom[grant.DomainOf(a[0])].Table.Entry[a[1]]
		return want(e.Domid == a[2] && e.Frame == a[3] && e.Flags&grant.TypeMask == grant.PermitAccess && (e.Flags&grant.Readonly != 0) == (a[4] == 1),
			"the entry does not say that the page is granted")
	}, GuestGrant)
	ensure(func(_ sight, a *args, is sight) error {
		if is.busy(a[0]) {
			return nil
		}
		d := &is.Dom[grant.DomainOf(a[0])]
		return want(d.Table.Entry[a[1]].Flags&grant.TypeMask == grant.Invalid && d.Belief[a[1]].State == grant.Free, "the entry still grants")
	}, GuestEnd)
	stored := func(field func(e *grant.Entry) uint8) effect {
		return func(_ sight, a *args, is sight) error {
			return want(field(&is.Dom[grant.DomainOf(a[0])].Table.Entry[a[1]]) == a[2], "the entry has another value")
		}
	}
	ensure(stored(func(e *grant.Entry) uint8 { return e.Flags }), GuestFlags)
	ensure(stored(func(e *grant.Entry) uint8 { return e.Frame }), GuestFrame)
	ensure(stored(func(e *grant.Entry) uint8 { return e.Domid }), GuestDomid)
}

// ensureMemory is about what knows nothing of grants.
func ensureMemory() {
	ensure(func(_ sight, a *args, is sight) error {
		return want(is.Dom[grant.DomainOf(a[0])].PTE[a[1]] == page.Entry(a[2]), "the entry is another one")
	}, MMUUpdate)
	ensure(func(was sight, a *args, is sight) error {
		d := grant.DomainOf(a[0])
		m, _ := gntview.FrameOf(was.State, d, a[1])
		if is.Dom[d].HVM && is.Dom[d].P2M[a[1]] != (grant.P2M{}) {
			return fmt.Errorf("the gfn still has a page")
		}
		return want(is.Dom[d].HVM || !is.pool.Pages[m].Allocated, "the page is still allocated")
	}, Decrease)
	ensure(func(was sight, a *args, is sight) error {
		d := grant.DomainOf(a[0])
		m, there := gntview.FrameOf(is.State, d, a[1])
		return want(there && is.Owner[m] == d && is.pool.Pages[m].Allocated && is.Dom[d].Tot == was.Dom[d].Tot+1, "the domain has no new page there")
	}, Populate)
	ensure(func(_ sight, a *args, is sight) error {
		return want((is.Dom[a[0]].P2M[a[1]].Type == grant.P2MPaged) == (a[2] == 1), "the page is not where it should be")
	}, Paging)
	ensure(func(_ sight, a *args, is sight) error { return want(is.NoHeap == (a[0] == 1), "the heap is otherwise") }, Heap)
	ensure(func(_ sight, a *args, is sight) error {
		return want(is.NoIOMMU == (a[0] == 1), "the IOMMU is otherwise")
	}, IOMMU)
	ensure(func(_ sight, a *args, is sight) error {
		return want(is.Owner[a[0]] == grant.DomV, "nobody has the page")
	}, Take)
}
