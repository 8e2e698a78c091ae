package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// trackIOMMU is M4: count the mapping, and let the domain's devices have the page.
func (c *Call) trackIOMMU(t *grant.Task) errno.Errno {
	if !c.Readable(grant.DomainOf(c.CPU)) {
		return c.Waits()
	}
	d := c.Own()
	node, kind := d.Tree[t.MFN], grant.NoDMA
	if t.Flags&grant.MapReadonly == 0 {
		if node.Wr++; node.Wr == 1 {
			kind = grant.WriteDMA
		}
	} else if node.Rd++; node.Rd == 1 && node.Wr == 0 {
		kind = grant.ReadDMA
	}
	if kind != grant.NoDMA && !c.leftToOthers(t) && !c.setIOPT(grant.DomainOf(c.CPU), t.MFN, kind) {
		t.Status, t.PC = -1, grant.MUndo
		return ok
	}
	d.Tree[t.MFN], t.PC = node, grant.M5
	return ok
}

// leftToOthers is rule GR-B9: whoever has pinned the entry before, for as much, sees to
// the IOMMU's tables.
func (c *Call) leftToOthers(t *grant.Task) bool {
	return c.On(grant.B9) && t.Found
}

// tracks tells whether the end of a mapping is for the IOMMU too.
func (c *Call) tracks(e *grant.Unmapping) bool {
	return e.Dom != grant.DomainOf(c.CPU) && c.Own().NeedsIOMMU()
}

// untrackIOMMU is U2. If the IOMMU's tables cannot be changed, the count stays.
func (c *Call) untrackIOMMU(t *grant.Task) errno.Errno {
	if !c.Readable(grant.DomainOf(c.CPU)) {
		return c.Waits()
	}
	d, e := c.Own(), &t.Elem[t.Elems-1]
	node := d.Tree[e.MFN]
	n := &node.Wr
	if e.Flags&grant.MapReadonly != 0 {
		n = &node.Rd
	}
	if *n == 0 {
		return c.bug(grant.BugTree)
	}
	*n--
	done := true
	switch {
	case node == grant.Count{}:
		done = c.setIOPT(grant.DomainOf(c.CPU), e.MFN, grant.NoDMA)
	case e.Flags&grant.MapReadonly == 0 && node.Wr == 0:
		done = c.setIOPT(grant.DomainOf(c.CPU), e.MFN, grant.ReadDMA)
	}
	if !done {
		c.Note(grant.Event{Kind: grant.Untracks, Dom: grant.DomainOf(c.CPU), Frame: e.MFN, Ref: e.Handle})
		return c.ended(t, -1)
	}
	d.Tree[e.MFN] = node
	return c.ended(t, 0)
}

// setIOPT is iommu_legacy_map() or iommu_legacy_unmap() for a domain's devices. A domain
// other than the hardware domain does not survive a failure.
func (c *Call) setIOPT(d, m uint8, to grant.Rights) bool {
	dom := &c.St.Dom[d]
	if c.St.NoIOMMU {
		if !dom.Priv {
			c.CrashDomain(d)
		}
		return false
	}
	dom.IOPT[m] = to
	return true
}
