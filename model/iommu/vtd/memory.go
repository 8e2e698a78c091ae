package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Decrease is XENMEM_decrease_reservation of one page: guest_remove_page().
func (c *Call) Decrease(actor, g uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkRemove)
	switch {
	case rc != ok:
		return rc
	case c.locked(t.Dom):
		return c.drop(errno.NotRunning)
	}
	if !c.st.Dom[t.Dom].HVM {
		return c.decreasePV(t, g)
	}
	if rc := c.removable(t.Dom, g); rc != ok {
		return c.drop(rc)
	}
	c.lock(t.Dom)
	c.clear(t, g, iommu.Idle)
	return c.begun(t)
}

// removable tells why a gfn cannot be removed.
func (c *Call) removable(d, g uint8) errno.Errno {
	switch e := c.st.Dom[d].P2M[g]; {
	case e.Type == iommu.Invalid:
		return errno.ENOENT
	case e.Type == iommu.MMIODirect:
		return errno.EPERM
	case c.st.Frame[e.MFN].Owner != d || c.pool.Pages[e.MFN].Count == 0:
		return errno.ENXIO
	}
	return ok
}

// clear is phases 1 to 3 of a removal: a reference, then the entries go. Whatever is
// being batched, this flush is not left for later.
func (c *Call) clear(t *iommu.Task, g uint8, after iommu.Phase) {
	e := c.st.Dom[t.Dom].P2M[g]
	t.Gfn, t.MFN, t.After = g, e.MFN, after
	c.getPage(e.MFN, t.Dom)
	t.Saved = c.st.NoDefer[c.cpu]
	if after == iommu.Idle || !c.on(iommu.B3) {
		c.st.NoDefer[c.cpu] = false
	}
	if c.unsplit(t.Dom, g) {
		if t.PC = iommu.Put; !c.on(iommu.B20) {
			t.Err = int8(errno.ENOMEM)
		}
		return
	}
	old := c.unhook(t.Dom, g)
	t.Modified = old.Present() && !c.on(iommu.B1)
	if c.on(iommu.Mut5) {
		t.PC = iommu.Put
		return
	}
	if c.flushThen(t, t.Dom, g, 1, t.Modified, iommu.Put); !t.Flush.On {
		c.unflushed(old)
	}
}

// unhook clears p2m, m2p and the IOMMU's entry.
func (c *Call) unhook(d, g uint8) (old iommu.Entry) {
	dom := &c.st.Dom[d]
	c.st.Frame[dom.P2M[g].MFN].GFN = 0
	if dom.On && !c.on(iommu.Mut8) {
		old = c.write(d, g, 0)
	}
	dom.P2M[g] = iommu.P2M{}
	return old
}

// removePut is phases 5 and 6 of a removal. After a failed flush the page stays the
// domain's.
func (c *Call) removePut(t *iommu.Task) errno.Errno {
	if t.Err == 0 {
		c.putAlloc(t.MFN)
	}
	if !c.st.Dom[t.Dom].HVM {
		c.putFinal(t, t.MFN, iommu.Removed)
		return ok
	}
	c.putPage(t.MFN)
	if t.Modified && c.on(iommu.Mut5) {
		t.Modified = false
		if c.flushThen(t, t.Dom, t.Gfn, 1, true, iommu.Removed); t.Flush.On {
			return ok
		}
	}
	return c.removed(t)
}

// removed ends a removal.
func (c *Call) removed(t *iommu.Task) errno.Errno {
	c.st.NoDefer[c.cpu] = t.Saved
	if t.After == iommu.Idle {
		c.unlock(t.Dom)
		return c.over(errno.Errno(t.Err))
	}
	t.PC = t.After
	return ok
}

// unsplit tells whether an entry cannot be changed: it is part of a superpage, and there is
// no memory to split that.
func (c *Call) unsplit(d, g uint8) bool {
	return c.st.NoMemory && c.st.IOPT[d][g]&iommu.Super != 0
}

// Memory is the environment's: there is none for tables, or some again.
func (c *Call) Memory(none bool) errno.Errno {
	if c.st.Stopped() || c.st.NoMemory == none {
		return c.refuse(errno.EEXIST)
	}
	c.st.NoMemory = none
	return ok
}

// Populate is XENMEM_populate_physmap of one page. It belongs to the domain before it
// is anywhere.
func (c *Call) Populate(actor, g uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkPopulate)
	if rc != ok {
		return rc
	}
	d := &c.st.Dom[t.Dom]
	switch {
	case c.locked(t.Dom) && !c.steps(iommu.WorkPopulate):
		return c.drop(errno.NotRunning)
	case d.HVM && d.P2M[g].Type != iommu.Invalid && !c.cfg.Replace:
		return c.drop(errno.EEXIST)
	case d.Tot > d.Max:
		return c.drop(errno.EPERM)
	case d.Tot == d.Max && !c.on(iommu.Mut9):
		return c.drop(errno.E2BIG)
	}
	m, there := c.alloc(t.Dom)
	if !there {
		return c.drop(errno.ENOMEM)
	}
	t.Gfn, t.MFN, t.PC = g, m, iommu.PopMap
	return c.begun(t)
}

// populateSection is guest_physmap_add_page().
func (c *Call) populateSection(t *iommu.Task) errno.Errno {
	d := &c.st.Dom[t.Dom]
	if t.PC == iommu.PopMap && !d.HVM {
		return c.over(c.populatePV(t))
	}
	if t.PC == iommu.PopMap {
		if c.locked(t.Dom) {
			return c.waits()
		}
		if e := d.P2M[t.Gfn]; e.Type != iommu.Invalid && !e.Type.IsRAM() {
			c.crash(t.Dom) // grants, foreign pages and devices' memory are not replaced so
			return c.over(errno.EPERM)
		}
		c.lock(t.Dom)
		old := c.place(t.Dom, t.Gfn, t.MFN)
		c.flushThen(t, t.Dom, t.Gfn, 1, old.Present() && !c.on(iommu.B23), iommu.MvEnd)
		if t.Flush.On {
			t.Array[0] = old.Frame() + 1
			return ok
		}
		c.unflushed(old)
	}
	d.Lock = 0
	return c.over(errno.Errno(t.Err))
}

// place makes a page be at a gfn. One that was there stays the domain's.
func (c *Call) place(d, g, m uint8) (old iommu.Entry) {
	dom := &c.st.Dom[d]
	if was := dom.P2M[g]; was.Type.IsRAM() {
		c.st.Frame[was.MFN].GFN = 0
	}
	dom.P2M[g] = iommu.P2M{Type: iommu.RAM, MFN: m}
	c.st.Frame[m].GFN = g + 1
	if dom.On {
		old = c.write(d, g, entryOf(dom.P2M[g]))
	}
	return old
}
