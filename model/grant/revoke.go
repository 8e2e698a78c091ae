package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// revoked ends a revocation, and drops the lock that keeps maps and unmaps out.
func (c *Call) revoked(rc errno.Errno) errno.Errno {
	c.st.Dom[DomF].Table.Writer = 0
	return c.over(rc)
}

// Revoke is Xen's part of the hand-overs GR-V6 to GR-V12, from when K1 has ended. If it
// runs out of memory it can be tried again.
func (c *Call) Revoke() errno.Errno {
	if rc := c.By(Tool); rc != ok || c.st.Kernel.Stage != Revoking || c.st.Dom[DomF].Life != Alive {
		return c.refuse(errno.NotRunning)
	}
	*c.task() = Task{Work: WorkRevoke, PC: RBlock}
	return c.begun(Task{})
}

// InFlight tells whether a call is in progress that has something of a grant, which a
// revocation has to wait for: it could not take it away.
func (s *State) InFlight() bool {
	for i := range s.Task {
		t := &s.Task[i]
		switch t.Work {
		case WorkMap, WorkTransfer:
			if t.PC != Next {
				return true
			}
		case WorkUnmap, WorkReplace:
			if t.PC != Next || t.Elems > 0 {
				return true
			}
		case WorkCopy:
			if t.PC != Next || t.held() != 0 {
				return true
			}
		}
	}
	return false
}

// revokeSection is the next section of a revocation.
func (c *Call) revokeSection(t *Task) errno.Errno {
	switch t.PC {
	case RBlock:
		if !c.readable(DomF) || c.st.InFlight() {
			return c.waits()
		}
		if !c.on(Mut5) {
			c.lockOut()
		}
		t.PC = RReplace
		return ok
	case RReplace:
		return c.replaceNext(t)
	case RPut:
		return c.putSpare(t)
	case RFlush:
		if !c.on(Mut3) {
			for d := range uint8(NumDomains) {
				c.dropTLB(d)
			}
		}
		t.PC = RBooks
		return ok
	}
	c.dropDevices()
	c.settleBooks()
	c.st.Kernel.Stage = Booting
	return c.revoked(ok)
}

// lockOut has nobody map or unmap grants of F until Xen is done. Those that are pinned could
// be mapped whatever their entries say.
func (c *Call) lockOut() {
	gt := c.table(DomF)
	for r := Reserved + 1; r < MaxRefs; r++ {
		if e := &gt.Entry[r]; e.Flags&TypeMask == AcceptTransfer {
			e.Flags = 0
		} else {
			e.Flags &= Reading | Writing
		}
	}
	gt.Writer = Tool + 1
}

// A spot is where a grant of F is mapped.
type spot struct {
	dom   uint8
	place uint8
	ref   uint8
	mfn   uint8
}

// spotOf finds the first mapping of a grant of F that is left, or of one grant; the reserved
// ones, which are the toolstack's, stay. What a
// handle does not tell, its address, is searched in page tables and p2m.
func (c *Call) spotOf(ref uint8) (s spot, is bool) {
	for d := DomB; d < NumDomains; d++ {
		for r := range c.st.Dom[DomF].Table.Act {
			act := &c.st.Dom[DomF].Table.Act[r]
			if r == Reserved || !act.Pinned() || act.Domid != uint8(d) || ref != MaxRefs && ref != uint8(r) {
				continue
			}
			for i := range uint8(MaxGfns) {
				if c.st.Dom[d].grants(i, act.MFN) {
					return spot{uint8(d), i, uint8(r), act.MFN}, true
				}
			}
		}
	}
	return spot{}, false
}

// grants tells whether there is a mapping of a frame at a place, by a grant.
func (d *Domain) grants(place, m uint8) bool {
	e := d.Entry(place)
	return e.Present() && e.Frame() == m && (!d.HVM || d.P2M[place].Type != P2MRAM)
}

// replaceNext revokes one mapping, or all of one grant.
func (c *Call) replaceNext(t *Task) errno.Errno {
	s, is := c.spotOf(MaxRefs)
	switch {
	case c.cfg.Handover == V12:
		return c.freshPages(t)
	case !is:
		t.PC = RFlush
		return ok
	case c.cfg.Handover == V11:
		return c.copyGrant(t, s)
	}
	kind := c.st.Dom[s.dom].Entry(s.place).Kind()
	m, got := c.replacement(s, kind)
	if !got {
		return c.revoked(errno.ENOMEM)
	}
	if c.on(Mut2) && m != MaxFrames {
		t.Dom, t.Addr, t.MFN, t.Flags, t.PC = s.dom, s.place, m, uint8(kind), RPut
		m = MaxFrames
	}
	if c.cfg.Handover == V8 {
		kind = page.RO
	}
	c.point(s.dom, s.place, m, kind)
	return ok
}

// putSpare is the other half of a replacement in two steps: GR-M2.
func (c *Call) putSpare(t *Task) errno.Errno {
	c.point(t.Dom, t.Addr, t.MFN, page.EntryKind(t.Flags))
	t.PC = RReplace
	return ok
}

// replacement is the frame that takes the place of a mapping; MaxFrames is none.
func (c *Call) replacement(s spot, kind page.EntryKind) (m uint8, got bool) {
	switch h := c.cfg.Handover; {
	case h == V6:
		return MaxFrames, true
	case h == V7 || h == V8 || kind != page.RW:
		return c.sharedPage()
	case h == V10:
		return c.supplied(s.dom)
	}
	return c.xenPage()
}

// xenPage allocates a page that Xen puts in the place of another one.
func (c *Call) xenPage() (m uint8, got bool) {
	if m = c.freeFrame(); m == MaxFrames {
		return m, false
	}
	c.allocate(m, DomXen)
	return m, true
}

// sharedPage is the page that takes the place of several.
func (c *Call) sharedPage() (m uint8, got bool) {
	k := &c.st.Kernel
	if k.Shared == 0 {
		if m, got = c.xenPage(); !got {
			return m, false
		}
		k.Shared = m + 1
	}
	return k.Shared - 1, true
}

// supplied is a page that the mapper has given for this: one of its own that is not in
// use yet, unless it gives one for all.
func (c *Call) supplied(d uint8) (m uint8, got bool) {
	for m = range c.cfg.Frames {
		if c.st.Owner[m] == d && c.page(m).Allocated && (c.manner(SameSpare) || !c.mappedAt(d, m)) {
			return m, true
		}
	}
	return MaxFrames, false
}

// mappedAt tells whether a domain has a frame mapped where grants are mapped.
func (c *Call) mappedAt(d, m uint8) bool {
	for i := range uint8(MaxGfns) {
		if c.st.Dom[d].grants(i, m) {
			return true
		}
	}
	return false
}

// point has a place of a domain name another frame, or none, in one step.
func (c *Call) point(d, place, m uint8, kind page.EntryKind) {
	dom := &c.st.Dom[d]
	if dom.HVM {
		e := P2M{P2MGrantRW, m}
		switch {
		case m == MaxFrames:
			e = P2M{}
		case kind == page.RO:
			e.Type = P2MGrantRO
		}
		dom.P2M[place] = e
		return
	}
	old, e := dom.PTE[place], page.Entry(0)
	if m != MaxFrames {
		e = page.To(m, kind)
		c.page(m).Count++
		if c.counted(d, e) {
			c.getType(m)
		}
	}
	dom.PTE[place] = e
	c.putPTE(d, old)
}

// copyGrant has all mappings of a grant switch to a copy of its page: GR-V11. Nobody
// runs meanwhile, nor finds the old page cached afterwards.
func (c *Call) copyGrant(t *Task, s spot) errno.Errno {
	m, got := c.copyOf(t, s)
	if !got {
		return c.revoked(errno.ENOMEM)
	}
	if c.manner(OneByOne) {
		c.point(s.dom, s.place, m, c.st.Dom[s.dom].Entry(s.place).Kind())
		c.dropTLB(s.dom)
		return ok
	}
	if c.on(Mut2) {
		t.Dom, t.Addr, t.MFN, t.Flags, t.PC = s.dom, s.place, m, uint8(c.st.Dom[s.dom].Entry(s.place).Kind()), RPut
		c.point(s.dom, s.place, MaxFrames, page.RO)
		return ok
	}
	for i := range uint8(MaxGfns) {
		if d := &c.st.Dom[s.dom]; d.grants(i, s.mfn) {
			c.point(s.dom, i, m, d.Entry(i).Kind())
		}
	}
	if !c.on(Mut3) {
		c.dropTLB(s.dom)
	}
	return ok
}

// copyOf is the copy of a grant's page for one mapper: a new one, unless the grant has one
// since another mapping was switched.
func (c *Call) copyOf(t *Task, s spot) (m uint8, got bool) {
	if t.New != 0 && t.Dom == s.dom && t.Ref == s.ref {
		return t.New - 1, true
	}
	if m, got = c.xenPage(); !got {
		return m, false
	}
	c.st.Tag[m] = c.st.Tag[s.mfn]
	if c.manner(OneByOne) {
		t.New, t.Dom, t.Ref = m+1, s.dom, s.ref
	}
	return m, true
}

// freshPages gives F another page for each gfn that is pinned: GR-V12. Nothing changes for
// the mapper.
func (c *Call) freshPages(t *Task) errno.Errno {
	d := &c.st.Dom[DomF]
	for g := range d.P2M {
		e := &d.P2M[g]
		if e.Type != P2MRAM || !c.pinnedFrame(e.MFN) {
			continue
		}
		m := c.freeFrame()
		if m == MaxFrames {
			return c.revoked(errno.ENOMEM)
		}
		c.allocate(m, DomF)
		c.getAny(e.MFN)
		old := e.MFN
		*e = P2M{P2MRAM, m}
		c.putAlloc(old)
		c.putPage(old)
		return ok
	}
	t.PC = RFlush
	return ok
}

// pinnedFrame tells whether a frame is in use by a grant of F other than the reserved ones.
func (c *Call) pinnedFrame(m uint8) bool {
	for r := range c.st.Dom[DomF].Table.Act {
		if act := &c.st.Dom[DomF].Table.Act[r]; r != Reserved && act.Pinned() && act.MFN == m {
			return true
		}
	}
	return false
}

// dropDevices takes what is revoked from the IOMMU's tables: what a device gets in its
// place nobody has said.
func (c *Call) dropDevices() {
	for d := DomB; d < NumDomains && c.cfg.Handover != V12; d++ {
		for m := range c.cfg.Frames {
			if dom := &c.st.Dom[d]; dom.needsIOMMU() && c.pinnedFrame(m) {
				dom.IOPT[m], dom.Tree[m] = NoDMA, Count{}
			}
		}
	}
}

// settleBooks gives back what the handles hold: pins are 0, entries are clear, handles stay
// until they are unmapped.
func (c *Call) settleBooks() {
	if c.on(Mut4) || c.cfg.Handover == V12 {
		return
	}
	for d := DomB; d < NumDomains; d++ {
		for h := range c.st.Dom[d].Track.Entry {
			if e := &c.st.Dom[d].Track.Entry[h]; e.Flags != 0 && e.Domid == DomF && e.Ref != Reserved && !e.Revoked {
				c.releaseParts(uint8(d), e, false)
				e.Revoked = true
			}
		}
	}
	for r := Reserved + 1; r < MaxRefs; r++ {
		gt := c.table(DomF)
		gt.Entry[r] = Entry{Flags: gt.Entry[r].Flags & (Reading | Writing)} // F's own mappings may be left
	}
}

// unmapRevoked is U1 of a handle that was revoked: whatever took the mapping's place
// goes, and F is not touched. The bus address may be any: what Xen has put there has
// another one than the caller was told.
func (c *Call) unmapRevoked(t *Task, m *Mapping) errno.Errno {
	if t.Addr != NoPlace && m.Flags&HostMap != 0 {
		if !c.removeRevoked(t, m.Flags) {
			return c.ended(t, -1)
		}
		m.Flags &^= HostMap
	}
	if Bus(t.Word) != NoBus {
		m.Flags &^= DeviceMap
	}
	if m.Flags&bothParts == 0 {
		c.putHandle(t.Handle - 1)
	}
	return c.ended(t, 0)
}

// removeRevoked is removeMapping, of a page that is the caller's or Xen's.
func (c *Call) removeRevoked(t *Task, flags uint8) bool {
	d, own := c.own(), domainOf(c.cpu)
	from := t.New
	switch e := page.Entry(0); {
	case d.HVM && (from != 0 || t.Addr >= MaxGfns), from != 0 && (flags&ContainsPTE != 0 || from > MaxSlots):
		return false
	case from != 0:
		e, d.PTE[from-1] = d.PTE[from-1], 0
		if from-1 == t.Addr || !c.replaceRevoked(t.Addr, e) {
			c.putPTE(own, e) // lost
			return false
		}
		return true
	}
	return c.replaceRevoked(t.Addr, 0)
}

// replaceRevoked puts an entry in the place of what a revocation has left.
func (c *Call) replaceRevoked(place uint8, e page.Entry) bool {
	d, own := c.own(), domainOf(c.cpu)
	if !d.HVM && place >= MaxSlots {
		return false
	}
	old := d.Entry(place)
	if owner := c.st.Owner[old.Frame()]; old.Present() && owner != DomXen && owner != own {
		return false
	}
	if d.HVM {
		d.P2M[place] = P2M{}
	} else {
		d.PTE[place] = e
		c.putPTE(own, old)
	}
	c.dropTLB(own)
	c.unused(old)
	return true
}

// unused frees a page that Xen has put somewhere, when nobody has it mapped any more.
func (c *Call) unused(e page.Entry) {
	if !e.Present() || c.st.Owner[e.Frame()] != DomXen || c.st.Kernel.Shared == e.Frame()+1 {
		return
	}
	for d := range uint8(NumDomains) {
		if c.mappedAt(d, e.Frame()) {
			return
		}
	}
	if m := e.Frame(); c.page(m).Allocated {
		c.page(m).Allocated = false
		c.putPage(m)
	}
}
