package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Update is mmu_update of an entry of the caller's own page table. It knows nothing of
// grants.
func (c *Call) Update(cpu, slot uint8, e page.Entry) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	d := c.own()
	switch {
	case d.HVM:
		return c.refuse(errno.EOPNOTSUPP)
	case slot >= MaxSlots:
		return c.refuse(errno.EINVAL)
	}
	old := d.PTE[slot]
	switch {
	case e == old:
		return ok // the fast path of sufficiently similar entries
	case e.Present() && !c.getPTE(e):
		return c.refuse(errno.EBUSY)
	}
	d.PTE[slot] = e
	c.putPTE(domainOf(cpu), old)
	return ok
}

// getPTE is get_page_from_l1e(). Others' pages can be mapped by whoever may do
// everything, and names their owner.
func (c *Call) getPTE(e page.Entry) bool {
	own := domainOf(c.cpu)
	owner, got := c.getAny(e.Frame())
	switch {
	case !got:
		return false
	case owner != own && (owner >= NumDomains || !c.own().Priv):
	case !c.counted(own, e) || c.getType(e.Frame()):
		return true
	}
	c.putPage(e.Frame())
	return false
}

// Decrease is XENMEM_decrease_reservation of one page. It does not look at grants.
func (c *Call) Decrease(cpu, gfn uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	own := domainOf(cpu)
	if c.own().HVM && c.own().P2MLock != 0 {
		return c.waits()
	}
	m, t := c.translate(own, gfn)
	switch {
	case t == P2MNone:
		return c.refuse(errno.EINVAL)
	case t == P2MTable:
		return c.dropTable(m, gfn)
	case !c.getPage(m, own):
		return c.refuse(errno.ENXIO)
	}
	c.unsafe(own)
	if own == DomF {
		c.st.Kernel.Hole |= 1 << gfn
	}
	if c.own().HVM {
		c.own().P2M[gfn] = P2M{}
		c.dropTLB(own)
	}
	c.putAlloc(m)
	c.putPage(m)
	return ok
}

// dropTable gives up a frame of the grant table: the page of Xen's heap stays, and nobody
// gets a reference on it any more.
func (c *Call) dropTable(i, gfn uint8) errno.Errno {
	c.unsafe(DomF)
	c.st.Kernel.Hole |= 1 << gfn
	c.unhook(i, gfn)
	if f := &c.st.TFrame[i]; f.Allocated {
		f.Allocated = false
		f.Count--
	}
	return ok
}

// Populate is XENMEM_populate_physmap of one page: any that is free. A PV domain
// finds it by its number.
func (c *Call) Populate(cpu, gfn uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	d := c.own()
	m := gfn
	if d.HVM {
		m = c.freeFrame()
	}
	switch {
	case m >= c.cfg.Frames || c.st.Owner[m] != NoDomain || d.Tot >= d.Max:
		return c.refuse(errno.ENOMEM)
	case d.HVM && (gfn >= MaxGfns || d.P2M[gfn].Type != P2MNone):
		return c.refuse(errno.EINVAL)
	case d.HVM && d.P2MLock != 0:
		return c.waits()
	}
	c.allocate(m, domainOf(cpu))
	if domainOf(cpu) == DomF {
		c.st.Kernel.Hole &^= 1 << gfn
	}
	if d.HVM {
		d.P2M[gfn] = P2M{P2MRAM, m}
	}
	return ok
}

// Heap has Xen's heap run empty, or not any more; IOMMU has changes of the IOMMU's tables
// fail. Both are the environment's choice.
func (c *Call) Heap(empty bool) errno.Errno  { return c.environment(&c.st.NoHeap, empty) }
func (c *Call) IOMMU(fails bool) errno.Errno { return c.environment(&c.st.NoIOMMU, fails) }

func (c *Call) environment(is *bool, to bool) errno.Errno {
	if c.st.Stopped() || *is == to {
		return c.refuse(errno.EINVAL)
	}
	*is = to
	return ok
}

// Page has the frame of a translated domain's gfn paged out, or in again: the
// environment's choice.
func (c *Call) Page(dom, gfn uint8, out bool) errno.Errno {
	if dom >= NumDomains || gfn >= MaxGfns {
		return c.refuse(errno.EINVAL)
	}
	e := &c.st.Dom[dom].P2M[gfn]
	was, is := P2MPaged, P2MRAM
	if out {
		was, is = is, was
	}
	if c.st.Stopped() || e.Type != was {
		return c.refuse(errno.EINVAL)
	}
	e.Type = is
	return ok
}
