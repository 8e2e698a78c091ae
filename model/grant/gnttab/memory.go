package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// Update is mmu_update of an entry of the caller's own page table. It knows nothing of
// grants.
func (c *Call) Update(cpu, slot uint8, e page.Entry) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	d := c.Own()
	switch {
	case d.HVM:
		return c.Refuse(errno.EOPNOTSUPP)
	case slot >= grant.MaxSlots:
		return c.Refuse(errno.EINVAL)
	}
	old := d.PTE[slot]
	switch {
	case e == old:
		return ok // the fast path of sufficiently similar entries
	case e.Present() && !c.getPTE(e):
		return c.Refuse(errno.EBUSY)
	}
	d.PTE[slot] = e
	c.PutPTE(grant.DomainOf(cpu), old)
	return ok
}

// getPTE is get_page_from_l1e(). Others' pages can be mapped by whoever may do
// everything, and names their owner.
func (c *Call) getPTE(e page.Entry) bool {
	own := grant.DomainOf(c.CPU)
	owner, got := c.GetAny(e.Frame())
	switch {
	case !got:
		return false
	case owner != own && (owner >= grant.NumDomains || !c.Own().Priv):
	case !c.Counted(own, e) || c.GetType(e.Frame()):
		return true
	}
	c.PutPage(e.Frame())
	return false
}

// Decrease is XENMEM_decrease_reservation of one page. It does not look at grants. Of
// shared_info F gives up its reference; the page stays Xen's, and where it is at a gfn once
// more, there is none to be given up, unless others have it mapped.
func (c *Call) Decrease(cpu, gfn uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	own := grant.DomainOf(cpu)
	if c.Own().HVM && c.Own().P2MLock != 0 {
		return c.Waits()
	}
	m, t := c.Translate(own, gfn)
	switch {
	case t == grant.P2MNone:
		return c.Refuse(errno.EINVAL)
	case t == grant.P2MTable:
		return c.dropTable(m, gfn)
	case !c.GetPage(m, own):
		return c.Refuse(errno.ENXIO)
	}
	c.unsafe(own)
	if k := &c.St.Kernel; own == grant.DomF {
		k.Hole |= 1 << gfn
		if k.Shinfo == gfn+1 && c.St.IsShinfo(m) {
			k.Shinfo = 0
		}
	}
	if c.Own().HVM {
		c.Own().P2M[gfn] = grant.P2M{}
		c.DropTLB(own)
	}
	c.PutAlloc(m)
	c.PutPage(m)
	return ok
}

// dropTable gives up a frame of the grant table: the page of Xen's heap stays, and nobody
// gets a reference on it any more.
func (c *Call) dropTable(i, gfn uint8) errno.Errno {
	c.unsafe(grant.DomF)
	c.St.Kernel.Hole |= 1 << gfn
	c.Unhook(i, gfn)
	if f := &c.St.TFrame[i]; f.Allocated {
		f.Allocated = false
		f.Count--
	}
	return ok
}

// Populate is XENMEM_populate_physmap of one page: any that is free. A PV domain
// finds it by its number.
func (c *Call) Populate(cpu, gfn uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	d := c.Own()
	m := gfn
	if d.HVM {
		m = c.FreeFrame()
	}
	switch {
	case m >= c.Cfg.Frames || c.St.Owner[m] != grant.NoDomain || d.Tot >= d.Max:
		return c.Refuse(errno.ENOMEM)
	case d.HVM && (gfn >= grant.MaxGfns || d.P2M[gfn].Type != grant.P2MNone):
		return c.Refuse(errno.EINVAL)
	case d.HVM && d.P2MLock != 0:
		return c.Waits()
	}
	c.Allocate(m, grant.DomainOf(cpu))
	if grant.DomainOf(cpu) == grant.DomF {
		c.St.Kernel.Hole &^= 1 << gfn
	}
	if d.HVM {
		d.P2M[gfn] = grant.P2M{Type: grant.P2MRAM, MFN: m}
	}
	return ok
}

// Heap has Xen's heap run empty, or not any more: the environment's choice.
func (c *Call) Heap(empty bool) errno.Errno { return c.environment(&c.St.NoHeap, empty) }

// IOMMU has changes of the IOMMU's tables fail, or not any more.
func (c *Call) IOMMU(fails bool) errno.Errno { return c.environment(&c.St.NoIOMMU, fails) }

func (c *Call) environment(is *bool, to bool) errno.Errno {
	if c.St.Stopped() || *is == to {
		return c.Refuse(errno.EINVAL)
	}
	*is = to
	return ok
}

// Page has the frame of a translated domain's gfn paged out, or in again: the
// environment's choice.
func (c *Call) Page(dom, gfn uint8, out bool) errno.Errno {
	if dom >= grant.NumDomains || gfn >= grant.MaxGfns {
		return c.Refuse(errno.EINVAL)
	}
	e := &c.St.Dom[dom].P2M[gfn]
	was, is := grant.P2MPaged, grant.P2MRAM
	if out {
		was, is = is, was
	}
	if c.St.Stopped() || e.Type != was {
		return c.Refuse(errno.EINVAL)
	}
	e.Type = is
	return ok
}

// unsafe notes what kexec_is_safe is cleared by: ballooning, and mapping others'
// grants.
func (c *Call) unsafe(d uint8) {
	if d == grant.DomF && (c.Handover(grant.V4) || c.Handover(grant.V5)) {
		c.St.Kernel.Unsafe = true
	}
}
