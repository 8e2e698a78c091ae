package gntops

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Conditions of results, written from xen/include/public/grant_table.h and from what
// the commits say that callers may do.

// scene is what a condition looks at: the state before, and who asks.
type scene struct {
	c   *model.Config
	w   *model.World
	s   *grant.State
	b   *ledger.Book
	m   maker
	cpu uint8
	by  uint8 // its domain
	a   *args

	inner bool // of a copy, on behalf of a domain that has made a transitive grant
}

// task is what the CPU is in the middle of.
func (v *scene) task() *grant.Task { return &v.s.Task[v.cpu] }

// dom is the CPU's domain; the toolstack's has nothing.
func (v *scene) dom() *grant.Domain {
	if v.by >= grant.NumDomains {
		return &grant.Domain{}
	}
	return &v.s.Dom[v.by]
}

// idle tells whether the CPU can make a call at all.
func (v *scene) idle() bool { return !v.s.Stopped() && !v.task().Busy() && v.runs() }

// between tells whether no kernel of F runs.
func (v *scene) between() bool {
	return v.s.Kernel.Stage > grant.Waiting && v.s.Kernel.Stage < grant.K2
}

// runs tells whether the CPU is there, and its domain runs.
func (v *scene) runs() bool {
	own := Conf(v.c)
	switch {
	case !v.m.of(v.by):
		return false
	case v.by == grant.NoDomain:
		return true
	case v.dom().Life != grant.Alive || v.by == grant.DomF && v.between():
		return false
	case v.by == grant.DomF:
		return v.cpu-grant.Front0 < own.Fronts
	case v.by == grant.DomB:
		return v.cpu-grant.Back0 < own.Backs
	}
	return true
}

// locked tells whether another CPU keeps a domain's grant table locked.
func (v *scene) locked(d uint8) bool {
	if d >= grant.NumDomains {
		return false
	}
	w := v.s.Dom[d].Table.Writer
	return w != 0 && w != v.cpu+1 || Conf(v.c).Retries && gntview.Pinning(v.s, d, v.cpu)
}

// p2mLocked tells whether the p2m lock of the caller's domain is kept.
func (v *scene) p2mLocked() bool { return v.dom().HVM && v.dom().P2MLock != 0 }

// waits tells whether an operation other than a step cannot be made now.
func (v *scene) waits() bool { return !v.idle() && !v.next() }

// next tells whether the CPU waits for another element of a call, which the operation
// could be.
func (v *scene) next() bool {
	return v.m.work != grant.NoWork && !v.s.Stopped() && v.task().PC == grant.Next && v.task().Work == v.m.work
}

// stepped tells whether such work goes section by section.
func (v *scene) stepped(k grant.Steps) bool { return Conf(v.c).Steps&k != 0 }

// wish is a map that is asked for.
type wish struct{ dom, ref, flags, place uint8 }

// asked is that of a map's operands, or of the map that the CPU is in the middle of.
func (v *scene) asked() wish {
	if d := &v.b.Doing[v.cpu]; d.Map {
		p := d.Elem[0]
		return wish{p.Dom, p.Ref, p.Flags, v.task().Addr}
	}
	return wish{v.a[1], v.a[2], v.a[3], v.a[4]}
}

func (m wish) host() bool   { return m.flags&grant.HostMap != 0 }
func (m wish) device() bool { return m.flags&grant.DeviceMap != 0 }
func (m wish) writes() bool { return m.flags&grant.MapReadonly == 0 }

// declined tells whether a map is not even begun.
func (v *scene) declined(m wish) bool { return neither(m) || v.forHVM(m) || v.noSuch(m.dom) }

func neither(m wish) bool { return !m.host() && !m.device() }

func (v *scene) forHVM(m wish) bool {
	return v.dom().HVM && m.flags&(grant.DeviceMap|grant.ApplicationMap|grant.ContainsPTE) != 0
}

func (v *scene) noSuch(d uint8) bool { return !gntview.There(v.s, d) }

// noHandle tells whether no handle is free. With lists it depends on where they are.
func (v *scene) noHandle() bool {
	own := Conf(v.c)
	for h := range own.Handles {
		if v.b.Told[v.by][h].Some() || v.dom().Track.Entry[h].VCPU == grant.MaxVCPUs {
			continue
		}
		taken := false
		for cpu := range uint8(grant.NumCPUs) {
			t := &v.s.Task[cpu]
			taken = taken || cpu != v.cpu && grant.DomainOf(cpu) == v.by && t.Work == grant.WorkMap && t.Handle == h+1
		}
		if !taken {
			return false
		}
	}
	return true
}

// cannotGrow tells whether maptrack has all the pages that it may have, and no vCPU's list
// has an entry to spare: one stays on each. A vCPU without a list needs one for that, too.
func (v *scene) cannotGrow() bool {
	need := 1
	if track := &v.dom().Track; v.by < grant.NumDomains && track.Tail[grant.VcpuOf(v.cpu)] == 0 {
		need = 2
	}
	return Conf(v.c).Lists && (v.dom().Track.Limit+Conf(v.c).PerPage > Conf(v.c).Handles || v.s.NoHeap) && v.spare() < need
}

// spare counts the entries of lists that can be taken.
func (v *scene) spare() (n int) {
	track := &v.dom().Track
	for _, h := range track.Head {
		for i := 0; h != 0 && track.Entry[h-1].Ref != 0 && i < grant.MaxHandles; i++ {
			n, h = n+1, track.Entry[h-1].Ref
		}
	}
	return n
}

// table and entry are those that a map is about.
func (v *scene) table(m wish) *grant.Table { return &v.s.Dom[m.dom].Table }

func (v *scene) beyond(d, ref uint8) bool { return ref >= gntview.Size(v.s, d) }

// pins are those of the entry, without what a copy gives up before it claims anything.
func (v *scene) pins(m wish) [grant.NumPins]uint8 {
	pins := v.b.Pins(v.s, m.dom, m.ref)
	if v.m.work == grant.WorkCopy && v.next() {
		v.undropped(m, &pins)
	}
	return pins
}

func (v *scene) pinned(m wish) bool { return v.pins(m) != [grant.NumPins]uint8{} }

// otherwise tells whether the entry is pinned in a way that does not go with the map.
func (v *scene) otherwise(m wish) bool {
	act, pins, ro := &v.table(m).Act[m.ref], v.pins(m), 0
	limit := Conf(v.c).PinLimit
	if limit == 0 {
		limit = 128
	}
	if !m.writes() {
		ro = 1
	}
	return v.pinned(m) && (act.Domid != v.by || act.Sub ||
		m.host() && pins[grant.PinHostW+ro] >= limit || m.device() && pins[grant.PinDevW+ro] >= limit)
}

// forbids tells whether the entry does not allow the map.
func (v *scene) forbids(m wish) bool {
	e, pins := &v.table(m).Entry[m.ref], v.pins(m)
	written := pins[grant.PinHostW]|pins[grant.PinDevW] != 0
	switch {
	case !v.pinned(m) && (e.Domid != v.by || e.Flags&grant.TypeMask != grant.PermitAccess || e.Flags&grant.SubPage != 0):
		return true
	}
	// what was granted for reading, and is being ended, cannot be written either
	ended := v.pinned(m) && e.Flags&grant.TypeMask == grant.Invalid
	return m.writes() && !written && (ended || e.Flags&grant.Readonly != 0)
}

// meant is the page that an entry without pins names.
func (v *scene) meant(m wish) (frame uint8, t grant.P2MType) {
	gfn, dom := v.table(m).Entry[m.ref].Frame, &v.s.Dom[m.dom]
	switch {
	case !dom.HVM && gfn < pool.Conf(v.c).Frames:
		return gfn, grant.P2MRAM
	case !dom.HVM || gfn >= grant.MaxGfns:
		return 0, grant.P2MNone
	}
	return dom.P2M[gfn].MFN, dom.P2M[gfn].Type
}

// pagedOut tells whether it is paged out, and absent whether there is none.
func (v *scene) pagedOut(m wish) bool {
	_, t := v.meant(m)
	return !v.pinned(m) && t == grant.P2MPaged
}

func (v *scene) absent(m wish) bool {
	frame, t := v.meant(m)
	return !v.pinned(m) && t != grant.P2MPaged && (t != grant.P2MRAM || v.s.Owner[frame] != m.dom || pool.Of(v.w).Pages[frame].Count == 0)
}

// unusable tells whether the page of a pinned entry is the granter's no more, or
// cannot be written.
func (v *scene) unusable(m wish) bool {
	frame, _ := v.meant(m)
	if v.pinned(m) {
		frame = v.table(m).Act[m.ref].MFN
	}
	p := &pool.Of(v.w).Pages[frame]
	if v.s.Owner[frame] != m.dom || p.Count == 0 {
		return true
	}
	asked := ledger.Part{Flags: m.flags, Dom: m.dom}
	_, typed := gntview.Holds(v.s, v.by, m.dom, asked.For(Conf(v.c), v.s, v.by), false)
	return typed > 0 && gntview.Stays(v.s, p, frame, page.Writable)
}

// unplaced tells whether the host's mapping cannot be made where it is wanted.
func (v *scene) unplaced(m wish) bool {
	switch {
	case !m.host():
		return false
	case !v.dom().HVM:
		return m.place >= grant.MaxSlots
	case m.place >= grant.MaxGfns:
		return true
	}
	t := v.dom().P2M[m.place].Type
	return t == grant.P2MGrantRW || t == grant.P2MGrantRO || t == grant.P2MForeign
}

// iommuFails tells whether the IOMMU would have to be changed, and cannot be.
func (v *scene) iommuFails(m wish) bool {
	if !v.s.NoIOMMU || !v.dom().Sync || v.dom().HVM || m.dom == v.by {
		return false
	}
	frame, _ := v.meant(m)
	if v.pinned(m) {
		frame = v.table(m).Act[m.ref].MFN
	}
	n := v.dom().Tree[min(frame, grant.MaxFrames-1)]
	return n.Wr == 0 && (m.writes() || n.Rd == 0) // the first one, or the first to write
}

// whole is a condition of a map that is made at once and comes so far.
func whole(f func(v *scene, m wish) bool) func(v *scene) bool {
	return func(v *scene) bool {
		m := v.asked()
		return !v.stepped(grant.StepMap) && !v.declined(m) && !v.beyond(m.dom, m.ref) && f(v, m)
	}
}

// atPin is a condition of the section that pins, in a step.
func atPin(f func(v *scene, m wish) bool) func(v *scene) bool {
	return func(v *scene) bool {
		m := v.asked()
		return v.task().PC == grant.M1 && !v.beyond(m.dom, m.ref) && f(v, m)
	}
}

// unstable tells whether an entry has changed while a map sets its status, so that the map
// fails: it does not allow it any more, or has changed too often.
func (v *scene) unstable() bool {
	t := v.task()
	if t.PC != grant.MSet {
		return false
	}
	m := v.asked()
	e := v.table(m).Entry[m.ref]
	changed := e.Flags != t.Word || e.Domid != t.At
	return (changed || v.table(m).Ver == 2) && v.forbids(m) || changed && v.table(m).Ver == 1 && t.New >= gnttab.Retries
}

// atFrame is a condition of the section that reads an entry's frame, in a step.
func atFrame(f func(v *scene, m wish) bool) func(v *scene) bool {
	return func(v *scene) bool {
		if pc := v.task().PC; pc != grant.MFrame && (pc != grant.M1 || Conf(v.c).Retries) {
			return false
		}
		m := v.asked()
		return !v.beyond(m.dom, m.ref) && f(v, m)
	}
}

// handed is the mapping whose handle an unmap names.
func (v *scene) handed() ledger.Part {
	if v.a[1] >= grant.MaxHandles {
		return ledger.Part{}
	}
	return v.b.Told[v.by][v.a[1]]
}

// badHandle tells whether there is none, or its reference does not exist any more.
func (v *scene) badHandle() bool {
	p := v.handed()
	return !p.Some() || !p.Gone() && gntview.There(v.s, p.Dom) && v.beyond(p.Dom, p.Ref)
}

// elsewhere tells whether what is at an address is not the mapping.
func (v *scene) elsewhere(p ledger.Part, place uint8) bool {
	if p.Gone() { // whatever is there in its place, but nobody else's page
		if place >= grant.MaxGfns || !v.dom().HVM && place >= grant.MaxSlots {
			return true
		}
		e := v.dom().Entry(place)
		return e.Present() && v.s.Owner[e.Frame()] != grant.DomXen && v.s.Owner[e.Frame()] != v.by
	}
	if v.dom().HVM {
		if place >= grant.MaxGfns {
			return true
		}
		e := v.dom().P2M[place]
		return e.Type != grant.P2MGrantRW && e.Type != grant.P2MGrantRO || e.MFN != p.MFN
	}
	if place >= grant.MaxSlots {
		return true
	}
	e := v.dom().PTE[place]
	return !e.Present() || e.Frame() != p.MFN || (e.Kind() == page.RW) != p.Writes()
}

// notThere is that of an unmap.
func (v *scene) notThere() bool {
	p := v.handed()
	return gntview.There(v.s, p.Dom) && p.Host() && v.a[2] != gnttab.NoPlace && v.elsewhere(p, v.a[2])
}

// notReplaced is that of unmap_and_replace: also where there is nothing to take, or
// what is taken is what is to be replaced.
func (v *scene) notReplaced() bool {
	p := v.handed()
	if !gntview.There(v.s, p.Dom) || !p.Host() || v.a[2] == gnttab.NoPlace {
		return false
	}
	from := v.a[3]
	if from == gnttab.NoPlace {
		return v.elsewhere(p, v.a[2])
	}
	return v.dom().Track.Entry[v.a[1]].Flags&grant.ContainsPTE != 0 || from >= grant.MaxSlots || from == v.a[2] || v.elsewhere(p, v.a[2])
}

func (v *scene) wrongBus() bool {
	return !v.handed().Gone() && gntview.There(v.s, v.handed().Dom) && v.handed().Device() && gnttab.Bus(v.a[3]) == gnttab.WrongBus
}

// last tells whether the status of an element that has failed comes now: in a block
// of which others were done.
func (v *scene) last(status int8) bool {
	t := v.task()
	return t.PC == grant.U4 && t.At+1 == t.Elems && t.Status == status
}

// inBlock tells whether others of an unmap's block were done, so that its status comes
// when they are completed.
func (v *scene) inBlock() bool {
	if !v.stepped(grant.StepUnmap) || v.a[4] != 0 && v.task().Elems+1 < v.block() {
		return false
	}
	t := v.task()
	for _, e := range t.Elem[:t.Elems] {
		if e.Done != 0 {
			return true
		}
	}
	return false
}

// block is the number of an unmap's elements between two flushes.
func (v *scene) block() uint8 {
	if n := Conf(v.c).Block; n != 0 {
		return n
	}
	return grant.MaxBlock
}

// atOnce is a condition of an unmap whose status comes with its first section.
func atOnce(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool { return !v.preempted() && !v.inBlock() && f(v) }
}

// ofPV is one of a replacement, which translated domains do not have.
func ofPV(f func(v *scene) bool) func(v *scene) bool {
	return atOnce(func(v *scene) bool { return !v.dom().HVM && f(v) })
}

// preempted tells whether work is pending at the check before an element of a call:
// not the first one, and of an unmap the first of a block.
func (v *scene) preempted() bool {
	t := v.task()
	unmap := t.Work == grant.WorkUnmap || t.Work == grant.WorkReplace
	return v.next() && (!unmap || t.Elems == 0) && v.pending() == 1
}

// pending is the operand of preemption of an operation that maps or unmaps.
func (v *scene) pending() uint8 {
	switch v.m.work {
	case grant.WorkMap:
		return v.a[6]
	case grant.WorkSwap:
		return v.a[4]
	}
	return v.a[5]
}

const waitsFor = "not possible now: the CPU is busy, a lock is held, or the domain does not run"

// mapWaits tells whether a map that is made at once would have to wait for a lock.
func (v *scene) mapWaits() bool {
	m := wish{v.a[1], v.a[2], v.a[3], v.a[4]}
	return !v.stepped(grant.StepMap) && !v.declined(m) && (v.locked(m.dom) || v.locked(v.by) || v.p2mLocked())
}

// unmapWaits is that of an unmap, of which the first section needs the granter's lock
// and the p2m's at once.
func (v *scene) unmapWaits() bool {
	p := v.handed()
	if !p.Some() || v.noSuch(p.Dom) {
		return false
	}
	return v.locked(p.Dom) || v.p2mLocked() || !v.stepped(grant.StepUnmap) && v.locked(v.by)
}

// stepWaits tells whether a CPU's next section has to wait for a lock.
func (v *scene) stepWaits() bool {
	t := v.task()
	switch t.PC {
	case grant.Idle, grant.Next:
		return true
	case grant.M1, grant.MUnpin:
		return v.locked(t.Dom)
	case grant.M3:
		return v.p2mLocked()
	case grant.M4, grant.U2:
		return v.locked(v.by)
	case grant.U4:
		return t.Elem[t.At].Done != 0 && v.locked(t.Elem[t.At].Dom)
	}
	return v.s.Stopped() || v.moreWaits(t)
}

// inUse tells whether a kernel finds a grant in use, by what it believes of the layout.
func (v *scene) inUse(ref uint8) bool {
	t := &v.dom().Table
	if v.layout() == 2 {
		return t.Status[ref]&(grant.Reading|grant.Writing) != 0
	}
	return t.Entry[ref].Flags&(grant.Reading|grant.Writing) != 0
}

func (v *scene) layout() uint8 {
	if v.by == grant.DomF {
		return v.s.Kernel.Layout
	}
	return v.dom().Table.Ver
}

// endFails tells whether a kernel's next access shows that a grant is in use.
func (v *scene) endFails() bool {
	t := v.task()
	switch t.PC {
	case grant.EFlags:
		return v.layout() == 1 && v.dom().Table.Entry[t.Ref].Flags != t.Word && v.inUse(t.Ref)
	case grant.ERead:
		return v.inUse(t.Ref)
	}
	return false
}
