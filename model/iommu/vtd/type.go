package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/page"
)

// PV domains: their frame numbers are machine frames, for devices too. A page is in the
// IOMMU table if its type is writable, at whatever count; the type changes under the
// reference that was just taken.

// decreasePV is guest_remove_page() of a PV domain: nothing is unmapped but by the last
// reference.
func (c *Call) decreasePV(t *iommu.Task, m uint8) errno.Errno {
	if m >= c.cfg.Frames || !c.getPage(m, t.Dom) {
		return c.drop(errno.ENXIO)
	}
	t.MFN, t.Gfn, t.PC, t.Saved = m, m, iommu.Put, c.st.NoDefer[c.cpu]
	if c.on(iommu.B9) || c.on(iommu.B10) { // the table followed ownership, then
		old := c.write(t.Dom, m, 0)
		c.flushThen(t, t.Dom, m, 1, old.Present(), iommu.Put)
	}
	return c.begun(t)
}

// populatePV is guest_physmap_add_entry() of a PV domain: the page is grabbed and released
// as a writable one, if it is still the domain's.
func (c *Call) populatePV(t *iommu.Task) errno.Errno {
	d, m := &c.st.Dom[t.Dom], t.MFN
	switch {
	case c.on(iommu.B10):
	case c.st.Frame[m].Owner != t.Dom || c.pool.Pages[m].Count == 0:
		return errno.EINVAL
	}
	if p := &c.pool.Pages[m]; !c.on(iommu.B9) && !c.on(iommu.B10) {
		if p.Type == page.None {
			p.Type, p.Validated = page.Writable, true
		}
		if p.Type != page.Writable {
			return errno.EINVAL
		}
	}
	if d.On {
		c.write(t.Dom, m, iommu.To(m, iommu.Readable|iommu.Writable))
	}
	return ok
}

// putFinal is put_page() where it may be the last one: cleanup_page_mappings() takes a
// writable page out of the IOMMU's table before it is freed.
func (c *Call) putFinal(t *iommu.Task, m uint8, next iommu.Phase) {
	p, d := &c.pool.Pages[m], c.st.Frame[m].Owner
	t.PC = next
	if p.Count == 0 {
		c.bug(iommu.BugCount)
		return
	}
	if p.Count--; p.Count > 0 {
		return
	}
	if p.Type != page.Writable || !c.st.Dom[d].On {
		c.free(m)
		return
	}
	if c.st.NoMemory && c.st.At(d, m).Present() { // it cannot be split out
		c.crash(d) // and the page is leaked
		return
	}
	old := c.write(d, m, 0)
	t.MFN, t.Then = m, next
	c.flushThen(t, d, m, 1, old.Present(), iommu.FrFree)
}

// freed frees a page that has left the table; where the flush has failed it is leaked.
func (c *Call) freed(t *iommu.Task) errno.Errno {
	if t.PC = t.Then; !t.Lost {
		c.free(t.MFN)
	}
	t.Lost = false
	return ok
}

// GetType is _get_page_type(), by a PV guest that maps a page, or uses it as a table, and
// takes a general reference with it.
func (c *Call) GetType(actor, m uint8, typ page.Type) errno.Errno {
	t, rc := c.by(actor, iommu.WorkType)
	if rc != ok {
		return rc
	}
	p := &c.pool.Pages[m]
	switch {
	case m >= c.cfg.Frames || typ == page.None || c.st.Dom[t.Dom].HVM || c.st.Frame[m].Owner != t.Dom || p.Count == 0:
		return c.drop(errno.EINVAL)
	case c.conflicts(m, typ):
		return c.drop(errno.EINVAL)
	case p.TCount > 0 && !p.Validated:
		return c.drop(errno.NotRunning)
	case p.TCount >= maxUses:
		return c.drop(errno.EBUSY)
	}
	c.getPage(m, t.Dom)
	t.MFN, t.Type, t.Old = m, uint8(typ), uint8(p.Type)
	if p.TCount == 0 && p.Type != typ && c.on(iommu.B12) {
		t.PC = iommu.TyFlush
		return c.begun(t)
	}
	return c.take(t)
}

// maxUses keeps the number of references small.
const maxUses = 2

// conflicts tells whether a page is in use as something else.
func (c *Call) conflicts(m uint8, typ page.Type) bool {
	p := &c.pool.Pages[m]
	return p.TCount > 0 && p.Type != typ || c.cfg.MarkType && c.st.Frame[m].Marked
}

// take is the compare-exchange: the reference is taken, and the type is what was asked for.
func (c *Call) take(t *iommu.Task) errno.Errno {
	p, typ := &c.pool.Pages[t.MFN], page.Type(t.Type)
	t.Old = uint8(p.Type)
	if p.TCount == 0 && p.Type != typ {
		p.Type, p.Validated = typ, false
	}
	if p.TCount++; p.Validated {
		c.st.Frame[t.MFN].Uses++
		return c.over(ok)
	}
	t.PC = iommu.TyTable
	if page.Type(t.Old) != typ && !c.on(iommu.B12) {
		t.PC = iommu.TyFlush
	}
	return c.begun(t)
}

// typeSection does the next section of a change of type.
func (c *Call) typeSection(t *iommu.Task) errno.Errno {
	switch t.PC {
	case iommu.TyFlush:
		c.flushTLBs(t.MFN)
		if t.PC = iommu.TyTable; c.on(iommu.B12) {
			t.PC = iommu.TyTake
		}
		return ok
	case iommu.TyTake:
		if c.conflicts(t.MFN, page.Type(t.Type)) {
			t.Err = int8(errno.EINVAL)
			c.putFinal(t, t.MFN, iommu.TyDone)
			return ok
		}
		return c.take(t)
	case iommu.TyTable:
		return c.followType(t)
	case iommu.TyEnd:
		return c.validate(t)
	}
	return c.over(errno.Errno(t.Err))
}

// flushTLBs drops what CPUs have cached of a page.
func (c *Call) flushTLBs(m uint8) {
	for cpu := range c.st.TLB {
		if e := c.st.TLB[cpu]; e.Present() && e.Frame() == m {
			c.st.TLB[cpu] = 0
		}
	}
}

// followType has the IOMMU's table follow the type.
func (c *Call) followType(t *iommu.Task) errno.Errno {
	leaves, enters := page.Type(t.Old) == page.Writable, page.Type(t.Type) == page.Writable
	d := &c.st.Dom[t.Dom]
	t.PC = iommu.TyEnd
	switch {
	case leaves == enters || !d.On || !d.Sync:
	case c.st.NoMemory && (enters || c.st.At(t.Dom, t.MFN).Present()):
		t.Err = int8(errno.ENOMEM)
		c.crash(t.Dom)
		if leaves && !c.on(iommu.AsIs3) && !c.st.Frame[t.MFN].Leaked {
			c.st.Frame[t.MFN].Leaked = true // it is still in the table, whatever its type is now
			c.pool.Pages[t.MFN].Count++
		}
	case leaves:
		old := c.write(t.Dom, t.MFN, 0)
		c.flushThen(t, t.Dom, t.MFN, 1, old.Present(), iommu.TyEnd)
	default:
		c.write(t.Dom, t.MFN, iommu.To(t.MFN, iommu.Readable|iommu.Writable))
	}
	return ok
}

// validate ends a change of type. If the table could not follow, the reference is dropped.
func (c *Call) validate(t *iommu.Task) errno.Errno {
	p := &c.pool.Pages[t.MFN]
	if t.Err == 0 {
		p.Validated = true
		c.st.Frame[t.MFN].Uses++
		return c.over(ok)
	}
	if !c.on(iommu.B11) {
		p.TCount--
	}
	c.putFinal(t, t.MFN, iommu.TyDone)
	return ok
}

// PutType has a guest give up a use of a page: put_page_and_type().
func (c *Call) PutType(actor, m uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkPutType)
	if rc != ok {
		return rc
	}
	f, p := &c.st.Frame[m], &c.pool.Pages[m]
	if m >= c.cfg.Frames || f.Owner != t.Dom || f.Uses == 0 {
		return c.drop(errno.EINVAL)
	}
	f.Uses--
	if p.TCount--; p.TCount == 0 && p.Type != page.Writable && p.Type != page.Shared {
		p.Validated = false
	}
	t.MFN = m
	c.putFinal(t, m, iommu.TyDone)
	return c.begun(t)
}

// Store is a store of a guest's vCPU, by a writable mapping that it has: the CPU caches
// that.
func (c *Call) Store(actor, m uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkType)
	if rc != ok {
		return rc
	}
	p := &c.pool.Pages[m]
	if m >= c.cfg.Frames || c.st.Frame[m].Owner != t.Dom || c.st.Frame[m].Uses == 0 || p.Type != page.Writable {
		return c.drop(errno.EFAULT)
	}
	c.st.TLB[c.cpu] = iommu.To(m, iommu.Readable|iommu.Writable)
	return c.over(ok)
}

// BuildTable is arch_iommu_populate_page_table(), as it was while a domain got its first
// device at run time: page by page, behind the back of a guest that runs.
func (c *Call) BuildTable(actor, d uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkTable)
	switch {
	case rc != ok:
		return rc
	case t.Dom != iommu.D0:
		return c.drop(errno.EPERM)
	case c.st.Dom[d].Life != iommu.Alive:
		return c.drop(errno.ESRCH)
	case c.st.Dom[d].On || c.st.Dom[d].HVM:
		return c.drop(errno.EEXIST)
	}
	c.st.Dom[d].On = true
	t.Target, t.PC = d, iommu.TbLook
	return c.begun(t)
}

// tableSection does the next section of that: a page is looked at, mapped, and looked at
// again.
func (c *Call) tableSection(t *iommu.Task) errno.Errno {
	m := t.At
	p := &c.pool.Pages[m]
	mine := c.st.Frame[m].Owner == t.Target && p.Count > 0
	switch t.PC {
	case iommu.TbMap:
		if t.PC = iommu.TbCheck; mine || c.on(iommu.B13) {
			c.write(t.Target, m, iommu.To(m, iommu.Readable|iommu.Writable))
		}
		return ok
	case iommu.TbCheck:
		if p.Type != page.Writable && !c.on(iommu.B13) {
			c.write(t.Target, m, 0)
		}
	case iommu.TbLook:
		if mine && p.Type == page.Writable {
			t.PC = iommu.TbMap
			return ok
		}
	}
	if t.At++; t.At == c.cfg.Frames {
		return c.over(ok)
	}
	t.PC = iommu.TbLook
	return ok
}
