package handover

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// revoked ends a revocation, and drops the lock that keeps maps and unmaps out.
func (c *Call) revoked(rc errno.Errno) errno.Errno {
	c.St.Dom[grant.DomF].Table.Writer = 0
	return c.Over(rc)
}

// Revoke is Xen's part of the hand-overs GR-V6 to GR-V12, from when K1 has ended. If it
// runs out of memory it can be tried again.
func (c *Call) Revoke() errno.Errno {
	if rc := c.By(grant.Tool); rc != ok || c.St.Kernel.Stage != grant.Revoking || c.St.Dom[grant.DomF].Life != grant.Alive {
		return c.Refuse(errno.NotRunning)
	}
	*c.Task() = grant.Task{Work: grant.WorkRevoke, PC: grant.RBlock}
	return c.Begun(grant.Task{})
}

// revokeSection is the next section of a revocation.
func (c *Call) revokeSection(t *grant.Task) errno.Errno {
	switch t.PC {
	case grant.RBlock:
		if !c.Readable(grant.DomF) || c.St.InFlight() {
			return c.Waits()
		}
		if !c.On(grant.Mut5) {
			c.lockOut()
		}
		t.PC = grant.RReplace
		return ok
	case grant.RReplace:
		return c.replaceNext(t)
	case grant.RPut:
		return c.putSpare(t)
	case grant.RFlush:
		if !c.On(grant.Mut3) {
			for d := range uint8(grant.NumDomains) {
				c.DropTLB(d)
			}
		}
		t.PC = grant.RBooks
		return ok
	}
	c.dropDevices()
	c.settleBooks()
	c.St.Kernel.Stage = grant.Booting
	return c.revoked(ok)
}

// lockOut has nobody map or unmap grants of F until Xen is done. Those that are pinned could
// be mapped whatever their entries say.
func (c *Call) lockOut() {
	gt := c.Table(grant.DomF)
	for r := grant.Reserved + 1; r < grant.MaxRefs; r++ {
		if e := &gt.Entry[r]; e.Flags&grant.TypeMask == grant.AcceptTransfer {
			e.Flags = 0
		} else {
			e.Flags &= grant.Reading | grant.Writing
		}
	}
	gt.Writer = grant.Tool + 1
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
	for d := grant.DomB; d < grant.NumDomains; d++ {
		for r := range c.St.Dom[grant.DomF].Table.Act {
			act := &c.St.Dom[grant.DomF].Table.Act[r]
			if r == grant.Reserved || !act.Pinned() || act.Domid != uint8(d) || ref != grant.MaxRefs && ref != uint8(r) {
				continue
			}
			for i := range uint8(grant.MaxGfns) {
				if c.St.Dom[d].Grants(i, act.MFN) {
					return spot{uint8(d), i, uint8(r), act.MFN}, true
				}
			}
		}
	}
	return spot{}, false
}

// replaceNext revokes one mapping, or all of one grant.
func (c *Call) replaceNext(t *grant.Task) errno.Errno {
	s, is := c.spotOf(grant.MaxRefs)
	switch {
	case c.Cfg.Handover.Fresh():
		return c.freshPages(t)
	case !is:
		t.PC = grant.RFlush
		return ok
	case c.Cfg.Handover == grant.V11:
		return c.copyGrant(t, s)
	}
	kind := c.St.Dom[s.dom].Entry(s.place).Kind()
	m, got := c.replacement(s, kind)
	if !got {
		return c.revoked(errno.ENOMEM)
	}
	if c.On(grant.Mut2) && m != grant.MaxFrames {
		t.Dom, t.Addr, t.MFN, t.Flags, t.PC = s.dom, s.place, m, uint8(kind), grant.RPut
		m = grant.MaxFrames
	}
	if c.Cfg.Handover == grant.V8 {
		kind = page.RO
	}
	c.point(s.dom, s.place, m, kind)
	return ok
}

// putSpare is the other half of a replacement in two steps: GR-M2.
func (c *Call) putSpare(t *grant.Task) errno.Errno {
	c.point(t.Dom, t.Addr, t.MFN, page.EntryKind(t.Flags))
	t.Dom, t.Addr, t.MFN, t.Flags, t.PC = 0, 0, 0, 0, grant.RReplace
	return ok
}

// replacement is the frame that takes the place of a mapping; MaxFrames is none.
func (c *Call) replacement(s spot, kind page.EntryKind) (m uint8, got bool) {
	switch h := c.Cfg.Handover; {
	case h == grant.V6:
		return grant.MaxFrames, true
	case h == grant.V7 || h == grant.V8 || kind != page.RW:
		return c.sharedPage()
	case h == grant.V10:
		return c.supplied(s.dom)
	}
	return c.xenPage()
}

// xenPage allocates a page that Xen puts in the place of another one.
func (c *Call) xenPage() (m uint8, got bool) {
	if m = c.FreeFrame(); m == grant.MaxFrames {
		return m, false
	}
	c.Allocate(m, grant.DomXen)
	return m, true
}

// sharedPage is the page that takes the place of several.
func (c *Call) sharedPage() (m uint8, got bool) {
	k := &c.St.Kernel
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
	for m = range c.Cfg.Frames {
		if c.St.Owner[m] == d && c.PageOf(m).Allocated && (c.Manner(grant.SameSpare) || !c.MappedAt(d, m)) {
			return m, true
		}
	}
	return grant.MaxFrames, false
}

// point has a place of a domain name another frame, or none, in one step.
func (c *Call) point(d, place, m uint8, kind page.EntryKind) {
	dom := &c.St.Dom[d]
	if dom.HVM {
		e := grant.P2M{Type: grant.P2MGrantRW, MFN: m}
		switch {
		case m == grant.MaxFrames:
			e = grant.P2M{}
		case kind == page.RO:
			e.Type = grant.P2MGrantRO
		}
		dom.P2M[place] = e
		return
	}
	old, e := dom.PTE[place], page.Entry(0)
	if m != grant.MaxFrames {
		e = page.To(m, kind)
		c.PageOf(m).Count++
		if c.Counted(d, e) {
			c.GetType(m)
		}
	}
	dom.PTE[place] = e
	c.PutPTE(d, old)
}

// copyGrant has all mappings of a grant switch to a copy of its page: GR-V11. Nobody
// runs meanwhile, nor finds the old page cached afterwards.
func (c *Call) copyGrant(t *grant.Task, s spot) errno.Errno {
	m, got := c.copyOf(t, s)
	if !got {
		return c.revoked(errno.ENOMEM)
	}
	if c.Manner(grant.OneByOne) {
		c.point(s.dom, s.place, m, c.St.Dom[s.dom].Entry(s.place).Kind())
		c.DropTLB(s.dom)
		return ok
	}
	if c.On(grant.Mut2) {
		t.Dom, t.Addr, t.MFN, t.Flags, t.PC = s.dom, s.place, m, uint8(c.St.Dom[s.dom].Entry(s.place).Kind()), grant.RPut
		c.point(s.dom, s.place, grant.MaxFrames, page.RO)
		return ok
	}
	for i := range uint8(grant.MaxGfns) {
		if d := &c.St.Dom[s.dom]; d.Grants(i, s.mfn) {
			c.point(s.dom, i, m, d.Entry(i).Kind())
		}
	}
	if !c.On(grant.Mut3) {
		c.DropTLB(s.dom)
	}
	return ok
}

// copyOf is the copy of a grant's page for one mapper: a new one, unless the grant has one
// since another mapping was switched.
func (c *Call) copyOf(t *grant.Task, s spot) (m uint8, got bool) {
	if t.New != 0 && t.Dom == s.dom && t.Ref == s.ref {
		return t.New - 1, true
	}
	if m, got = c.xenPage(); !got {
		return m, false
	}
	c.St.Tag[m] = c.St.Tag[s.mfn]
	if c.Manner(grant.OneByOne) {
		t.New, t.Dom, t.Ref = m+1, s.dom, s.ref
	}
	return m, true
}

// freshPages gives F another page for each gfn that is pinned: GR-V12. Nothing changes for
// the mapper.
func (c *Call) freshPages(t *grant.Task) errno.Errno {
	d := &c.St.Dom[grant.DomF]
	for g := range d.P2M {
		e := &d.P2M[g]
		if e.Type != grant.P2MRAM || !c.pinnedFrame(e.MFN) {
			continue
		}
		m := c.FreeFrame()
		if m == grant.MaxFrames {
			return c.revoked(errno.ENOMEM)
		}
		c.Allocate(m, grant.DomF)
		c.GetAny(e.MFN)
		old := e.MFN
		*e = grant.P2M{Type: grant.P2MRAM, MFN: m}
		c.PutPlaced(old)
		c.PutPage(old)
		return ok
	}
	t.PC = grant.RFlush
	return ok
}

// pinnedFrame tells whether a frame is in use by a grant of F other than the reserved ones.
func (c *Call) pinnedFrame(m uint8) bool {
	for r := range c.St.Dom[grant.DomF].Table.Act {
		if act := &c.St.Dom[grant.DomF].Table.Act[r]; r != grant.Reserved && act.Pinned() && act.MFN == m {
			return true
		}
	}
	return false
}

// dropDevices takes what is revoked from the IOMMU's tables: what a device gets in its
// place nobody has said.
func (c *Call) dropDevices() {
	for d := grant.DomB; d < grant.NumDomains && !c.Cfg.Handover.Fresh(); d++ {
		for m := range c.Cfg.Frames {
			if dom := &c.St.Dom[d]; dom.NeedsIOMMU() && c.pinnedFrame(m) {
				dom.IOPT[m], dom.Tree[m] = grant.NoDMA, grant.Count{}
			}
		}
	}
}

// settleBooks gives back what the handles hold: pins are 0, entries are clear, handles stay
// until they are unmapped.
func (c *Call) settleBooks() {
	if c.On(grant.Mut4) || c.Cfg.Handover.Fresh() {
		return
	}
	for d := grant.DomB; d < grant.NumDomains; d++ {
		for h := range c.St.Dom[d].Track.Entry {
			if e := &c.St.Dom[d].Track.Entry[h]; e.Flags != 0 && e.Domid == grant.DomF && e.Ref != grant.Reserved && !e.Revoked {
				c.releaseParts(uint8(d), e, false)
				e.Revoked = true
			}
		}
	}
	for r := grant.Reserved + 1; r < grant.MaxRefs; r++ {
		gt := c.Table(grant.DomF)
		gt.Entry[r] = grant.Entry{Flags: gt.Entry[r].Flags & (grant.Reading | grant.Writing)} // F's own mappings may be left
	}
}
