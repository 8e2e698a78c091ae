package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Bus is the dev_bus_addr of an unmap.
type Bus uint8

// Bus addresses: none selects no device part.
const (
	NoBus Bus = iota
	RightBus
	WrongBus
)

// Unmap is GNTTABOP_unmap_grant_ref, of one element.
func (c *Call) Unmap(cpu, handle, place uint8, bus Bus, more bool) errno.Errno {
	return c.unmap(cpu, WorkUnmap, handle, more, func(t *Task) { t.Handle, t.Addr, t.Word = handle+1, place, uint8(bus) })
}

// Replace is GNTTABOP_unmap_and_replace, of one element: the entry at from takes the
// place of the one at place.
func (c *Call) Replace(cpu, handle, place, from uint8, more bool) errno.Errno {
	return c.unmap(cpu, WorkReplace, handle, more, func(t *Task) {
		t.Handle, t.Addr = handle+1, place
		if from != NoPlace {
			t.New = from + 1
		}
	})
}

func (c *Call) unmap(cpu uint8, w Work, handle uint8, more bool, fill func(t *Task)) errno.Errno {
	if rc := c.element(cpu, w); rc != ok {
		return rc
	}
	t := c.task()
	if c.valid(handle) && c.partWaits(w, c.track().Entry[handle].Domid) {
		return c.waits()
	}
	t.Work, t.PC, t.More = w, U1, more
	fill(t)
	return c.proceed()
}

// partWaits tells whether the first half has to wait for a lock: the granter's, and that
// of the p2m.
func (c *Call) partWaits(w Work, d uint8) bool {
	return c.found(d) && (!c.readable(d) || c.own().HVM && c.own().P2MLock != 0 || c.blocked(w, d))
}

// unmapSection does the next section of an unmap.
func (c *Call) unmapSection(t *Task) errno.Errno {
	switch t.PC {
	case U1:
		return c.unmapPart(t)
	case U2:
		return c.untrackIOMMU(t)
	case U3:
		if !c.on(Mut1) {
			c.flush(domainOf(c.cpu))
		}
		t.At, t.PC = 0, U4
		return ok
	}
	return c.complete(t)
}

// unmapPart is U1, the first half of unmap_common().
func (c *Call) unmapPart(t *Task) errno.Errno {
	h := t.Handle - 1
	e := &t.Elem[t.Elems]
	*e = Unmapping{Handle: h}
	t.Elems++ // a block counts those that fail, too
	if !c.valid(h) {
		return c.ended(t, -4)
	}
	m := &c.track().Entry[h]
	if m.Revoked {
		return c.unmapRevoked(t, m)
	}
	if !c.found(m.Domid) {
		c.crash(domainOf(c.cpu))
		return c.ended(t, 0)
	}
	gt := c.table(m.Domid)
	if m.Ref >= gt.entries() {
		return c.ended(t, -4)
	}
	act := &gt.Act[m.Ref]
	*e = Unmapping{Handle: h, Dom: m.Domid, Ref: m.Ref, MFN: act.MFN, Flags: m.Flags}
	if Bus(t.Word) == WrongBus && m.Flags&DeviceMap != 0 {
		return c.ended(t, -6)
	}
	if t.Addr != NoPlace && m.Flags&HostMap != 0 {
		if !c.removeMapping(t.Addr, t.New, act.MFN, m.Flags) {
			return c.ended(t, -1)
		}
		e.Done |= HostMap | m.Flags&MapReadonly
	}
	if Bus(t.Word) != NoBus && m.Flags&DeviceMap != 0 {
		e.Done |= DeviceMap | m.Flags&MapReadonly
	}
	m.Flags &^= e.Done & bothParts
	if c.on(B4) {
		c.unpin(act, pins(e.Done))
	}
	c.releaseHandle(m, e)
	if e.Devs = e.Done&DeviceMap != 0; c.reached(e.Dom) && !c.on(AsIs1) {
		e.Devs = e.Put
	}
	if e.Put && c.tracks(e) {
		t.PC = U2
		return ok
	}
	return c.ended(t, 0)
}

// valid tells whether a handle is live.
func (c *Call) valid(h uint8) bool {
	mt := c.track()
	if h >= c.cfg.Handles || c.cfg.Lists && h >= mt.Limit {
		return false
	}
	return mt.Entry[h].Flags != 0
}

// releaseHandle gives a handle back that has no part left.
func (c *Call) releaseHandle(m *Mapping, e *Unmapping) {
	if m.Flags&bothParts != 0 {
		return
	}
	e.Put = true
	if c.on(B5) {
		if m.Flags = 0; !c.cfg.Lists {
			m.VCPU = limbo
		}
		return
	}
	c.putHandle(e.Handle)
}

// ended is the end of an element's first half. The other half follows when the call
// has no more elements, or the block is full.
func (c *Call) ended(t *Task, status int8) errno.Errno {
	lost := t.New != 0 // what was to replace the mapping may be
	t.Status = status
	t.Handle, t.Addr, t.New, t.Word = 0, 0, 0, 0
	if t.More && t.Elems < c.block() {
		t.PC, t.More, t.Status = Next, false, 0
		return statusCode(status)
	}
	done := false
	for _, e := range t.Elem[:t.Elems] {
		done = done || e.Done != 0
	}
	if done {
		t.PC = U3
		return ok
	}
	if t.Elems <= 1 && !lost && c.clean() {
		c.unchanged(t, statusCode(status))
	}
	c.flush(domainOf(c.cpu))
	return c.over(statusCode(status))
}

// clean tells whether a flush of the caller's TLBs would do nothing.
func (c *Call) clean() bool { return c.own().TLB == [MaxGfns]page.Entry{} }

// block is the number of elements between two flushes.
func (c *Call) block() uint8 {
	if c.cfg.Block == 0 {
		return MaxBlock
	}
	return c.cfg.Block
}

// removeMapping is replace_grant_host_mapping(). The references of what it removes
// are the caller's to drop; what it puts in its place comes from slot from-1.
func (c *Call) removeMapping(place, from, m, flags uint8) bool {
	if c.own().HVM {
		return from == 0 && c.removeP2M(place, m)
	}
	if flags&ContainsPTE != 0 && from != 0 {
		return false
	}
	d := c.own()
	e := page.Entry(0)
	if from != 0 {
		if from-1 >= MaxSlots {
			return false
		}
		e, d.PTE[from-1] = d.PTE[from-1], 0
	}
	if place < MaxSlots && c.matches(d.PTE[place], m, flags) {
		d.PTE[place] = e
		return true
	}
	c.putPTE(domainOf(c.cpu), e) // lost
	return false
}

// matches tells whether an entry is the one that a grant's mapping made.
func (c *Call) matches(e page.Entry, m, flags uint8) bool {
	if c.on(B3) {
		return e.Names() && e.Frame() == m
	}
	return e.Present() && e.Frame() == m && e.Kind() == kindOf(flags)
}

// removeP2M is replace_grant_p2m_mapping(). Either type of entry will do.
func (c *Call) removeP2M(gfn, m uint8) bool {
	if gfn >= MaxGfns {
		return false
	}
	e := &c.own().P2M[gfn]
	if e.Type != P2MGrantRW && e.Type != P2MGrantRO || e.MFN != m {
		return false
	}
	*e = P2M{}
	c.dropTLB(domainOf(c.cpu))
	return true
}

// complete is U4, of one element: unmap_common_complete().
func (c *Call) complete(t *Task) errno.Errno {
	e := &t.Elem[t.At]
	if e.Done != 0 {
		if !c.readable(e.Dom) {
			return c.waits()
		}
		c.dropParts(e)
	}
	if t.At++; t.At < t.Elems {
		return ok
	}
	return c.over(statusCode(t.Status))
}

// dropParts gives back what the parts that are gone have held.
func (c *Call) dropParts(e *Unmapping) {
	gt := c.table(e.Dom)
	act := &gt.Act[e.Ref]
	ro := e.Done&MapReadonly != 0
	if e.Devs || c.on(B1) && e.Flags&DeviceMap != 0 {
		if !ro {
			c.putType(e.MFN)
		}
		c.putPage(e.MFN)
	}
	if e.Done&HostMap != 0 {
		if c.typed(e.Done, e.Dom) {
			c.putType(e.MFN)
		}
		c.putPage(e.MFN)
	}
	if !c.on(B4) {
		c.unpin(act, pins(e.Done))
	}
	var word *uint8
	if gt.Ver == 1 || e.Ref < gt.entries() {
		word = gt.word(gt.Ver, e.Ref)
	}
	c.reduce(act, word, ro)
	if m := &c.track().Entry[e.Handle]; c.on(B5) && m.Flags&bothParts == 0 {
		c.putHandle(e.Handle)
	}
}
