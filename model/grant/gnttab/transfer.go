package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// Transfer is GNTTABOP_transfer, of one element: the caller gives a page to a domain
// that has an entry for it. A translated domain has no such call.
func (c *Call) Transfer(cpu, gfn, dom, ref uint8, more bool) errno.Errno {
	if rc := c.element(cpu, grant.WorkTransfer); rc != ok {
		return rc
	}
	if c.Own().HVM && !c.On(grant.B20) {
		return c.Refuse(errno.ENOSYS)
	}
	if c.Cfg.NoTransfer {
		return c.Refuse(errno.EOPNOTSUPP)
	}
	if c.Found(dom) && !c.Steps(grant.WorkTransfer) && !c.Readable(dom) {
		return c.Waits()
	}
	was := *c.Task()
	*c.Task() = grant.Task{Work: grant.WorkTransfer, PC: grant.T1, More: more, Addr: gfn, Dom: dom, Ref: ref}
	return c.Begun(was)
}

// transferSection does the next section of gnttab_transfer().
func (c *Call) transferSection(t *grant.Task) errno.Errno {
	switch t.PC {
	case grant.T1:
		return c.stealPage(t)
	case grant.T3:
		return c.leave(t)
	case grant.T4:
		return c.reserve(t)
	case grant.T6:
		return c.commit(t)
	case grant.T7:
		return c.assign(t)
	}
	return c.tell(t)
}

// stealPage is steal_page(): the page loses its owner, if that is the only one that has
// it. Until it has another one it counts as Xen's.
func (c *Call) stealPage(t *grant.Task) errno.Errno {
	own, d := grant.DomainOf(c.CPU), c.Own()
	if d.HVM && d.P2MLock != 0 {
		return c.Waits()
	}
	m, kind := c.Translate(own, t.Addr)
	p := c.PageOf(m)
	switch {
	case kind == grant.P2MNone || kind == grant.P2MPaged:
		return c.Over(grant.BadPage)
	case kind != grant.P2MRAM || c.St.Owner[m] != own || p.Count != 1 || !p.Allocated:
		return c.Over(grant.BadPage)
	case p.Type == page.Writable && d.NeedsIOMMU() && !c.setIOPT(own, m, grant.NoDMA):
		return c.Over(grant.GeneralError)
	case p.TCount != 0:
		return c.bug(grant.BugFreeTyped)
	}
	p.Count, p.Allocated, p.Owned = 0, false, false
	if !c.On(grant.B21) {
		p.Type, p.Validated = page.None, false
	}
	c.St.Owner[m] = grant.DomXen
	d.Tot--
	t.MFN, t.PC = m, grant.T3
	return ok
}

// leave removes the page from where its owner had it.
func (c *Call) leave(t *grant.Task) errno.Errno {
	d := c.Own()
	if d.HVM {
		if d.P2MLock != 0 {
			return c.Waits()
		}
		d.P2M[t.Addr] = grant.P2M{}
		c.DropTLB(grant.DomainOf(c.CPU))
	}
	c.flush(grant.DomainOf(c.CPU))
	t.PC = grant.T4
	return ok
}

// lost ends a transfer that failed after the page was stolen: it is freed.
func (c *Call) lost(t *grant.Task, rc errno.Errno) errno.Errno {
	m := t.MFN
	*c.PageOf(m) = page.Page{}
	c.St.Owner[m] = grant.NoDomain
	return c.Over(rc)
}

// reserve finds the target, and counts the page as one of its.
func (c *Call) reserve(t *grant.Task) errno.Errno {
	if !c.Found(t.Dom) {
		return c.lost(t, grant.BadDomain)
	}
	e := &c.St.Dom[t.Dom]
	if e.Life >= grant.Dying || e.Tot >= e.Max {
		return c.lost(t, grant.GeneralError)
	}
	e.Tot++
	t.PC = grant.T6
	return ok
}

// commit is gnttab_prepare_for_transfer(): the target's entry has to be for this.
func (c *Call) commit(t *grant.Task) errno.Errno {
	if !c.Readable(t.Dom) {
		return c.Waits()
	}
	gt := c.Table(t.Dom)
	if t.Ref >= gt.Entries() {
		return c.unreserved(t)
	}
	e := &gt.Entry[t.Ref]
	if e.Flags != grant.AcceptTransfer || e.Domid != grant.DomainOf(c.CPU) {
		return c.unreserved(t)
	}
	e.Flags |= grant.Committed
	t.Ver, t.PC = gt.Ver, grant.T7
	return ok
}

// unreserved gives up what was counted before.
func (c *Call) unreserved(t *grant.Task) errno.Errno {
	c.St.Dom[t.Dom].Tot--
	return c.lost(t, grant.GeneralError)
}

// assign is assign_pages().
func (c *Call) assign(t *grant.Task) errno.Errno {
	e := &c.St.Dom[t.Dom]
	if e.Life >= grant.Dying {
		return c.unreserved(t)
	}
	p := c.PageOf(t.MFN)
	p.Owned, p.Allocated, p.Count = true, true, 1
	c.St.Owner[t.MFN] = t.Dom
	if e.NeedsIOMMU() {
		e.IOPT[t.MFN] = grant.WriteDMA
	}
	t.PC = grant.T8
	return ok
}

// tell writes the page into the target's entry, unless that has become one of another
// layout, or another one. Today's code looks at the layout only. Then it has the page, and does not know.
func (c *Call) tell(t *grant.Task) errno.Errno {
	if !c.Readable(t.Dom) {
		return c.Waits()
	}
	gt, e := c.Table(t.Dom), &c.St.Dom[t.Dom]
	if gt.Ver != t.Ver {
		if !c.On(grant.B14) {
			return c.Over(grant.GeneralError)
		}
		if t.Ref >= gt.Entries() {
			return c.bug(grant.BeyondTable)
		}
	}
	entry, rc := &gt.Entry[t.Ref], ok
	if !entry.Accepted() && !c.On(grant.AsIs7) {
		return c.Over(grant.GeneralError)
	}
	if e.HVM {
		rc = c.addRAM(e, entry.Frame, t.MFN)
	} else {
		entry.Frame = t.MFN
	}
	entry.Flags |= grant.Completed
	return c.Over(rc)
}

// addRAM is guest_physmap_add_page().
func (c *Call) addRAM(e *grant.Domain, gfn, m uint8) errno.Errno {
	switch {
	case gfn >= grant.MaxGfns:
		return grant.GeneralError
	case e.P2M[gfn].Type == grant.P2MGrantRW, e.P2M[gfn].Type == grant.P2MGrantRO, e.P2M[gfn].Type == grant.P2MForeign:
		if e.Life == grant.Alive {
			e.Life = grant.Crashed
		}
		return grant.GeneralError
	}
	if e.P2M[gfn].Type == grant.P2MTable {
		c.Unhook(e.P2M[gfn].MFN, gfn)
	}
	e.P2M[gfn] = grant.P2M{Type: grant.P2MRAM, MFN: m}
	e.TLB = [grant.MaxGfns]page.Entry{}
	return ok
}
