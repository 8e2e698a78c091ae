package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// layout is that of entries, as the kernel of a domain believes.
func (c *Call) layout(d uint8) uint8 {
	if d == grant.DomF {
		return c.St.Kernel.Layout
	}
	return c.Table(d).Ver
}

// Grant has a kernel grant a page of its own, by a reference that it takes to be
// free: frame and domain first, then the flags.
func (c *Call) Grant(cpu, ref, dom, gfn uint8, ro bool) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	d := c.Own()
	if ref >= d.Table.Entries() {
		return c.Refuse(errno.EINVAL)
	}
	if d.Belief[ref].State != grant.Free || grant.DomainOf(cpu) == grant.DomF && c.St.Kernel.Withholds(ref) {
		return c.Refuse(errno.EBUSY)
	}
	d.Belief[ref] = grant.Belief{State: grant.Granted, Frame: gfn, Dom: dom, RO: ro}
	c.fill(ref, gfn)
	e := &d.Table.Entry[ref]
	e.Domid, e.Frame, e.Trans = dom, gfn, 0
	*c.Task() = grant.Task{Work: grant.WorkGrant, PC: grant.GFrame, Ref: ref, Flags: grant.PermitAccess}
	if ro {
		c.Task().Flags |= grant.Readonly
	}
	if c.Steps(grant.WorkGrant) {
		return ok
	}
	return c.Proceed()
}

// fill has the kernel put something into a page that it grants. What was there does
// not matter, unless the kernel leaves it.
func (c *Call) fill(ref, gfn uint8) {
	if m, t := c.Translate(grant.DomainOf(c.CPU), gfn); c.Cfg.Tags && t == grant.P2MRAM && c.St.Owner[m] == grant.DomainOf(c.CPU) && !c.On(grant.B25) {
		c.St.Tag[m] = grant.TagFront + grant.Tag(ref)
	}
}

// EndGrant has a kernel end a grant, or try again to end one that was in use. It fails
// with -EBUSY while it is: the reference and the page stay taken.
func (c *Call) EndGrant(cpu, ref uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	d := c.Own()
	switch {
	case d.Belief[ref].State == grant.Free:
		return c.Refuse(errno.ENOENT)
	case c.at(ref):
		return c.Waits()
	}
	*c.Task() = grant.Task{Work: grant.WorkEnd, PC: grant.EBegin, Ref: ref}
	return c.Proceed()
}

// at tells whether another vCPU of the kernel is making a grant with a reference, or
// ending it: kernels do not do so at once.
func (c *Call) at(ref uint8) bool {
	for cpu := range c.St.Task {
		if t := &c.St.Task[cpu]; (t.Work == grant.WorkGrant || t.Work == grant.WorkEnd) && t.Ref == ref && grant.DomainOf(uint8(cpu)) == grant.DomainOf(c.CPU) {
			return true
		}
	}
	return false
}

// guestSection is what guest code does next.
func (c *Call) guestSection(t *grant.Task) errno.Errno {
	d := c.Own()
	e := &d.Table.Entry[t.Ref]
	switch t.PC {
	case grant.GFrame:
		e.Flags = t.Flags
		return c.Over(ok)
	case grant.EBegin:
		return c.endBegins(t, e)
	case grant.EFlags:
		return c.exchange(t, e)
	case grant.EStore:
		e.Flags = 0
		return c.settled(t, true)
	}
	return c.settled(t, d.Table.Status[t.Ref]&(grant.Reading|grant.Writing) == 0)
}

// endBegins is the first access: of version 1 a look at the flags, which have to stay
// as they are until the exchange; of version 2 the flags go at once.
func (c *Call) endBegins(t *grant.Task, e *grant.Entry) errno.Errno {
	if c.layout(grant.DomainOf(c.CPU)) == 2 {
		e.Flags = 0
		t.PC = grant.ERead
		return ok
	}
	t.Word, t.PC = e.Flags, grant.EFlags
	switch {
	case e.Flags&(grant.Reading|grant.Writing) != 0:
		return c.settled(t, false)
	case c.On(grant.B24):
		t.PC = grant.EStore
	}
	return ok
}

// exchange is the compare-exchange of the flags with 0.
func (c *Call) exchange(t *grant.Task, e *grant.Entry) errno.Errno {
	if e.Flags != t.Word {
		return c.endBegins(t, e)
	}
	e.Flags = 0
	return c.settled(t, true)
}

// settled is what the kernel knows then.
func (c *Call) settled(t *grant.Task, done bool) errno.Errno {
	b := &c.Own().Belief[t.Ref]
	if !done {
		b.State = grant.Ending
		return c.Over(errno.EBUSY)
	}
	*b = grant.Belief{}
	return c.Over(ok)
}

// Store has a kernel that does not behave store to a field of an entry.
func (c *Call) Store(cpu, ref uint8, to func(e *grant.Entry)) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	t := &c.Own().Table
	if ref >= t.Entries() {
		return c.Refuse(errno.EINVAL)
	}
	to(&t.Entry[ref])
	return ok
}
