package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Transfer is GNTTABOP_transfer, of one element: the caller gives a page to a domain
// that has an entry for it.
func (c *Call) Transfer(cpu, gfn, dom, ref uint8, more bool) errno.Errno {
	if rc := c.element(cpu, WorkTransfer); rc != ok {
		return rc
	}
	if c.cfg.NoTransfer {
		return c.refuse(errno.EOPNOTSUPP)
	}
	if c.found(dom) && !c.steps(WorkTransfer) && !c.readable(dom) {
		return c.waits()
	}
	was := *c.task()
	*c.task() = Task{Work: WorkTransfer, PC: T1, More: more, Addr: gfn, Dom: dom, Ref: ref}
	return c.begun(was)
}

// transferSection does the next section of gnttab_transfer().
func (c *Call) transferSection(t *Task) errno.Errno {
	switch t.PC {
	case T1:
		return c.stealPage(t)
	case T3:
		return c.leave(t)
	case T4:
		return c.reserve(t)
	case T6:
		return c.commit(t)
	case T7:
		return c.assign(t)
	}
	return c.tell(t)
}

// stealPage is steal_page(): the page loses its owner, if that is the only one that has
// it. Until it has another one it counts as Xen's.
func (c *Call) stealPage(t *Task) errno.Errno {
	own, d := domainOf(c.cpu), c.own()
	if d.HVM && d.P2MLock != 0 {
		return c.waits()
	}
	m, kind := c.translate(own, t.Addr)
	p := c.page(m)
	switch {
	case kind == P2MNone || kind == P2MPaged:
		return c.declined(t, BadPage)
	case d.HVM && !c.on(B20):
		return c.declined(t, GeneralError)
	case kind != P2MRAM || c.st.Owner[m] != own || p.Count != 1 || !p.Allocated:
		return c.declined(t, BadPage)
	case d.needsIOMMU() && !c.setIOPT(m, NoDMA):
		return c.over(GeneralError)
	case p.TCount != 0:
		return c.bug(BugFreeTyped)
	}
	p.Count, p.Allocated, p.Owned = 0, false, false
	if !c.on(B21) {
		p.Type, p.Validated = page.None, false
	}
	c.st.Owner[m] = DomXen
	d.Tot--
	t.MFN, t.PC = m, T3
	return ok
}

// leave removes the page from where its owner had it.
func (c *Call) leave(t *Task) errno.Errno {
	d := c.own()
	if d.HVM {
		if d.P2MLock != 0 {
			return c.waits()
		}
		d.P2M[t.Addr] = P2M{}
		c.dropTLB(domainOf(c.cpu))
	}
	c.flush(domainOf(c.cpu))
	t.PC = T4
	return ok
}

// lost ends a transfer that failed after the page was stolen: it is freed.
func (c *Call) lost(t *Task, rc errno.Errno) errno.Errno {
	m := t.MFN
	*c.page(m) = page.Page{}
	c.st.Owner[m] = NoDomain
	return c.over(rc)
}

// reserve finds the target, and counts the page as one of its.
func (c *Call) reserve(t *Task) errno.Errno {
	if !c.found(t.Dom) {
		return c.lost(t, BadDomain)
	}
	e := &c.st.Dom[t.Dom]
	if e.Life >= Dying || e.Tot >= e.Max {
		return c.lost(t, GeneralError)
	}
	e.Tot++
	t.PC = T6
	return ok
}

// commit is gnttab_prepare_for_transfer(): the target's entry has to be for this.
func (c *Call) commit(t *Task) errno.Errno {
	if !c.readable(t.Dom) {
		return c.waits()
	}
	gt := c.table(t.Dom)
	if t.Ref >= gt.entries() {
		return c.unreserved(t)
	}
	e := &gt.Entry[t.Ref]
	if e.Flags != AcceptTransfer || e.Domid != domainOf(c.cpu) {
		return c.unreserved(t)
	}
	e.Flags |= Committed
	t.Ver, t.PC = gt.Ver, T7
	return ok
}

// unreserved gives up what was counted before.
func (c *Call) unreserved(t *Task) errno.Errno {
	c.st.Dom[t.Dom].Tot--
	return c.lost(t, GeneralError)
}

// assign is assign_pages().
func (c *Call) assign(t *Task) errno.Errno {
	e := &c.st.Dom[t.Dom]
	if e.Life >= Dying {
		return c.unreserved(t)
	}
	p := c.page(t.MFN)
	p.Owned, p.Allocated, p.Count = true, true, 1
	c.st.Owner[t.MFN] = t.Dom
	if e.needsIOMMU() {
		e.IOPT[t.MFN] = WriteDMA
	}
	t.PC = T8
	return ok
}

// tell writes the page into the target's entry, unless that has become one of another
// layout. Then it has the page, and does not know.
func (c *Call) tell(t *Task) errno.Errno {
	if !c.readable(t.Dom) {
		return c.waits()
	}
	gt, e := c.table(t.Dom), &c.st.Dom[t.Dom]
	if gt.Ver != t.Ver {
		if !c.on(B14) {
			return c.over(GeneralError)
		}
		if t.Ref >= gt.entries() {
			return c.bug(BeyondTable)
		}
	}
	entry, rc := &gt.Entry[t.Ref], ok
	if e.HVM {
		rc = c.addRAM(e, entry.Frame, t.MFN)
	} else {
		entry.Frame = t.MFN
	}
	entry.Flags |= Completed
	return c.over(rc)
}

// addRAM is guest_physmap_add_page().
func (c *Call) addRAM(e *Domain, gfn, m uint8) errno.Errno {
	switch {
	case gfn >= MaxGfns:
		return GeneralError
	case e.P2M[gfn].Type == P2MGrantRW, e.P2M[gfn].Type == P2MGrantRO, e.P2M[gfn].Type == P2MForeign:
		if e.Life == Alive {
			e.Life = Crashed
		}
		return GeneralError
	}
	if e.P2M[gfn].Type == P2MTable {
		c.unhook(e.P2M[gfn].MFN, gfn)
	}
	e.P2M[gfn] = P2M{P2MRAM, m}
	e.TLB = [MaxGfns]page.Entry{}
	return ok
}
