package grant

import "hvcheck/model/errno"

// needsIOMMU is gnttab_need_iommu_mapping().
func (d *Domain) needsIOMMU() bool { return d.Sync && !d.HVM }

// trackIOMMU is M4: count the mapping, and let the domain's devices have the page.
func (c *Call) trackIOMMU(t *Task) errno.Errno {
	if !c.readable(domainOf(c.cpu)) {
		return c.waits()
	}
	d := c.own()
	node, kind := d.Tree[t.MFN], NoDMA
	if t.Flags&MapReadonly == 0 {
		if node.Wr++; node.Wr == 1 {
			kind = WriteDMA
		}
	} else if node.Rd++; node.Rd == 1 && node.Wr == 0 {
		kind = ReadDMA
	}
	if kind != NoDMA && !c.leftToOthers(t) && !c.setIOPT(t.MFN, kind) {
		t.Status, t.PC = -1, MUndo
		return ok
	}
	d.Tree[t.MFN], t.PC = node, M5
	return ok
}

// leftToOthers is rule GR-B9: whoever has pinned the entry before, for as much, sees to
// the IOMMU's tables.
func (c *Call) leftToOthers(t *Task) bool {
	return c.on(B9) && t.Found && (t.Flags&MapReadonly != 0 || t.Word != 0)
}

// tracks tells whether the end of a mapping is for the IOMMU too.
func (c *Call) tracks(e *Unmapping) bool {
	return e.Dom != domainOf(c.cpu) && c.own().needsIOMMU()
}

// untrackIOMMU is U2. If the IOMMU's tables cannot be changed, the count stays.
func (c *Call) untrackIOMMU(t *Task) errno.Errno {
	if !c.readable(domainOf(c.cpu)) {
		return c.waits()
	}
	d, e := c.own(), &t.Elem[t.Elems-1]
	node := d.Tree[e.MFN]
	n := &node.Wr
	if e.Flags&MapReadonly != 0 {
		n = &node.Rd
	}
	if *n == 0 {
		return c.bug(BugTree)
	}
	*n--
	done := true
	switch {
	case node == Count{}:
		done = c.setIOPT(e.MFN, NoDMA)
	case e.Flags&MapReadonly == 0 && node.Wr == 0:
		done = c.setIOPT(e.MFN, ReadDMA)
	}
	if !done {
		return c.ended(t, -1)
	}
	d.Tree[e.MFN] = node
	return c.ended(t, 0)
}

// setIOPT is iommu_legacy_map() or iommu_legacy_unmap() for the caller's devices. A
// domain other than the hardware domain does not survive a failure.
func (c *Call) setIOPT(m uint8, to Rights) bool {
	if c.st.NoIOMMU {
		if !c.own().Priv {
			c.crash(domainOf(c.cpu))
		}
		return false
	}
	c.own().IOPT[m] = to
	return true
}
