package grant

import "hvcheck/model/errno"

// layout is that of entries, as the kernel of a domain believes.
func (c *Call) layout(d uint8) uint8 {
	if d == DomF {
		return c.st.Kernel.Layout
	}
	return c.table(d).Ver
}

// Grant has a kernel grant a page of its own, by a reference that it takes to be
// free: frame and domain first, then the flags.
func (c *Call) Grant(cpu, ref, dom, gfn uint8, ro bool) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	d := c.own()
	if ref >= d.Table.entries() {
		return c.refuse(errno.EINVAL)
	}
	if d.Belief[ref].State != Free || domainOf(cpu) == DomF && c.st.Kernel.withholds(ref) {
		return c.refuse(errno.EBUSY)
	}
	d.Belief[ref] = Belief{State: Granted, Frame: gfn, Dom: dom, RO: ro}
	c.fill(ref, gfn)
	e := &d.Table.Entry[ref]
	e.Domid, e.Frame, e.Trans = dom, gfn, 0
	*c.task() = Task{Work: WorkGrant, PC: GFrame, Ref: ref, Flags: PermitAccess}
	if ro {
		c.task().Flags |= Readonly
	}
	if c.steps(WorkGrant) {
		return ok
	}
	return c.proceed()
}

// fill has the kernel put something into a page that it grants. What was there does
// not matter, unless the kernel leaves it.
func (c *Call) fill(ref, gfn uint8) {
	if m, t := c.translate(domainOf(c.cpu), gfn); c.cfg.Tags && t == P2MRAM && c.st.Owner[m] == domainOf(c.cpu) && !c.on(B25) {
		c.st.Tag[m] = TagFront + Tag(ref)
	}
}

// EndGrant has a kernel end a grant, or try again to end one that was in use. It fails
// with -EBUSY while it is: the reference and the page stay taken.
func (c *Call) EndGrant(cpu, ref uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	d := c.own()
	switch {
	case d.Belief[ref].State == Free:
		return c.refuse(errno.ENOENT)
	case c.at(ref):
		return c.waits()
	}
	*c.task() = Task{Work: WorkEnd, PC: EBegin, Ref: ref}
	return c.proceed()
}

// at tells whether another vCPU of the kernel is making a grant with a reference, or
// ending it: kernels do not do so at once.
func (c *Call) at(ref uint8) bool {
	for cpu := range c.st.Task {
		if t := &c.st.Task[cpu]; (t.Work == WorkGrant || t.Work == WorkEnd) && t.Ref == ref && domainOf(uint8(cpu)) == domainOf(c.cpu) {
			return true
		}
	}
	return false
}

// guestSection is what guest code does next.
func (c *Call) guestSection(t *Task) errno.Errno {
	d := c.own()
	e := &d.Table.Entry[t.Ref]
	switch t.PC {
	case GFrame:
		e.Flags = t.Flags
		return c.over(ok)
	case EBegin:
		return c.endBegins(t, e)
	case EFlags:
		return c.exchange(t, e)
	case EStore:
		e.Flags = 0
		return c.settled(t, true)
	}
	return c.settled(t, d.Table.Status[t.Ref]&(Reading|Writing) == 0)
}

// endBegins is the first access: of version 1 a look at the flags, which have to stay
// as they are until the exchange; of version 2 the flags go at once.
func (c *Call) endBegins(t *Task, e *Entry) errno.Errno {
	if c.layout(domainOf(c.cpu)) == 2 {
		e.Flags = 0
		t.PC = ERead
		return ok
	}
	t.Word, t.PC = e.Flags, EFlags
	switch {
	case e.Flags&(Reading|Writing) != 0:
		return c.settled(t, false)
	case c.on(B24):
		t.PC = EStore
	}
	return ok
}

// exchange is the compare-exchange of the flags with 0.
func (c *Call) exchange(t *Task, e *Entry) errno.Errno {
	if e.Flags != t.Word {
		return c.endBegins(t, e)
	}
	e.Flags = 0
	return c.settled(t, true)
}

// settled is what the kernel knows then.
func (c *Call) settled(t *Task, done bool) errno.Errno {
	b := &c.own().Belief[t.Ref]
	if !done {
		b.State = Ending
		return c.over(errno.EBUSY)
	}
	*b = Belief{}
	return c.over(ok)
}

// Store has a kernel that does not behave store to a field of an entry.
func (c *Call) Store(cpu, ref uint8, to func(e *Entry)) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	t := &c.own().Table
	if ref >= t.entries() {
		return c.refuse(errno.EINVAL)
	}
	to(&t.Entry[ref])
	return ok
}
