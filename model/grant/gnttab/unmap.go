package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
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
	return c.unmap(cpu, grant.WorkUnmap, handle, more, func(t *grant.Task) { t.Handle, t.Addr, t.Word = handle+1, place, uint8(bus) })
}

// Replace is GNTTABOP_unmap_and_replace, of one element: the entry at from takes the
// place of the one at place. Only PV domains have it.
func (c *Call) Replace(cpu, handle, place, from uint8, more bool) errno.Errno {
	if grant.DomainOf(cpu) < grant.NumDomains && c.St.Dom[grant.DomainOf(cpu)].HVM {
		if rc := c.ByDomain(cpu); rc != ok {
			return rc
		}
		return c.Refuse(errno.ENOSYS)
	}
	return c.unmap(cpu, grant.WorkReplace, handle, more, func(t *grant.Task) {
		t.Handle, t.Addr = handle+1, place
		if from != NoPlace {
			t.New = from + 1
		}
	})
}

func (c *Call) unmap(cpu uint8, w grant.Work, handle uint8, more bool, fill func(t *grant.Task)) errno.Errno {
	if rc := c.element(cpu, w); rc != ok {
		return rc
	}
	t := c.Task()
	if c.valid(handle) && c.partWaits(w, c.Track().Entry[handle].Domid) {
		return c.Waits()
	}
	t.Work, t.PC, t.More = w, grant.U1, more
	fill(t)
	return c.Proceed()
}

// partWaits tells whether the first half has to wait for a lock: the granter's, and that
// of the p2m.
func (c *Call) partWaits(w grant.Work, d uint8) bool {
	return c.Found(d) && (!c.Readable(d) || c.Own().HVM && c.Own().P2MLock != 0 || c.blocked(w, d))
}

// unmapSection does the next section of an unmap.
func (c *Call) unmapSection(t *grant.Task) errno.Errno {
	switch t.PC {
	case grant.U1:
		return c.unmapPart(t)
	case grant.U2:
		return c.untrackIOMMU(t)
	case grant.U3:
		if !c.On(grant.Mut1) {
			c.flush(grant.DomainOf(c.CPU))
		}
		t.At, t.PC = 0, grant.U4
		return ok
	}
	return c.complete(t)
}

// unmapPart is U1, the first half of unmap_common().
func (c *Call) unmapPart(t *grant.Task) errno.Errno {
	h := t.Handle - 1
	e := &t.Elem[t.Elems]
	*e = grant.Unmapping{Handle: h}
	t.Elems++ // a block counts those that fail, too
	if !c.valid(h) {
		return c.ended(t, -4)
	}
	m := &c.Track().Entry[h]
	if m.Revoked {
		return c.unmapRevoked(t, m)
	}
	if !c.Found(m.Domid) {
		c.CrashDomain(grant.DomainOf(c.CPU))
		return c.ended(t, 0)
	}
	gt := c.Table(m.Domid)
	if m.Ref >= gt.Entries() {
		return c.ended(t, -4)
	}
	act := &gt.Act[m.Ref]
	*e = grant.Unmapping{Handle: h, Dom: m.Domid, Ref: m.Ref, MFN: act.MFN, Flags: m.Flags}
	if Bus(t.Word) == WrongBus && m.Flags&grant.DeviceMap != 0 {
		return c.ended(t, -6)
	}
	if t.Addr != NoPlace && m.Flags&grant.HostMap != 0 {
		if !c.removeMapping(t.Addr, t.New, act.MFN, m.Flags) {
			return c.ended(t, -1)
		}
		e.Done |= grant.HostMap | m.Flags&grant.MapReadonly
	}
	if Bus(t.Word) != NoBus && m.Flags&grant.DeviceMap != 0 {
		e.Done |= grant.DeviceMap | m.Flags&grant.MapReadonly
	}
	m.Flags &^= e.Done & grant.BothParts
	if c.On(grant.B4) {
		c.Unpin(act, Pins(e.Done))
	}
	c.releaseHandle(m, e)
	if e.Devs = e.Done&grant.DeviceMap != 0; c.reached(e.Dom) && !c.On(grant.AsIs1) {
		e.Devs = e.Put
	}
	if e.Put && c.tracks(e) {
		t.PC = grant.U2
		return ok
	}
	return c.ended(t, 0)
}

// valid tells whether a handle is live.
func (c *Call) valid(h uint8) bool {
	mt := c.Track()
	if h >= c.Cfg.Handles || c.Cfg.Lists && h >= mt.Limit {
		return false
	}
	return mt.Entry[h].Flags != 0
}

// releaseHandle gives a handle back that has no part left.
func (c *Call) releaseHandle(m *grant.Mapping, e *grant.Unmapping) {
	if m.Flags&grant.BothParts != 0 {
		return
	}
	e.Put = true
	if c.On(grant.B5) {
		if m.Flags = 0; !c.Cfg.Lists {
			m.VCPU = limbo
		}
		return
	}
	c.PutHandle(e.Handle)
}

// ended is the end of an element's first half. The other half follows when the call
// has no more elements, or the block is full.
func (c *Call) ended(t *grant.Task, status int8) errno.Errno {
	t.Status = status
	t.Handle, t.Addr, t.New, t.Word = 0, 0, 0, 0
	if t.More && t.Elems < c.block() {
		t.PC, t.More, t.Status = grant.Next, false, 0
		return grant.StatusCode(status)
	}
	done := false
	for _, e := range t.Elem[:t.Elems] {
		done = done || e.Done != 0
	}
	if done {
		t.PC = grant.U3
		return ok
	}
	c.flush(grant.DomainOf(c.CPU))
	return c.Over(grant.StatusCode(status))
}

// block is the number of elements between two flushes.
func (c *Call) block() uint8 {
	if c.Cfg.Block == 0 {
		return grant.MaxBlock
	}
	return c.Cfg.Block
}

// removeMapping is replace_grant_host_mapping(). The references of what it removes
// are the caller's to drop; what it puts in its place comes from slot from-1.
func (c *Call) removeMapping(place, from, m, flags uint8) bool {
	if c.Own().HVM {
		return c.removeP2M(place, m)
	}
	if flags&grant.ContainsPTE != 0 && from != 0 {
		return false
	}
	d := c.Own()
	e := page.Entry(0)
	if from != 0 {
		if from-1 >= grant.MaxSlots {
			return false
		}
		e, d.PTE[from-1] = d.PTE[from-1], 0
	}
	if place < grant.MaxSlots && c.matches(d.PTE[place], m, flags) {
		d.PTE[place] = e
		return true
	}
	c.PutPTE(grant.DomainOf(c.CPU), e) // lost
	return false
}

// matches tells whether an entry is the one that a grant's mapping made.
func (c *Call) matches(e page.Entry, m, flags uint8) bool {
	if c.On(grant.B3) {
		return e.Names() && e.Frame() == m
	}
	return e.Present() && e.Frame() == m && e.Kind() == KindOf(flags)
}

// removeP2M is replace_grant_p2m_mapping(). Either type of entry will do.
func (c *Call) removeP2M(gfn, m uint8) bool {
	if gfn >= grant.MaxGfns {
		return false
	}
	e := &c.Own().P2M[gfn]
	if e.Type != grant.P2MGrantRW && e.Type != grant.P2MGrantRO || e.MFN != m {
		return false
	}
	*e = grant.P2M{}
	c.DropTLB(grant.DomainOf(c.CPU))
	return true
}

// complete is U4, of one element: unmap_common_complete().
func (c *Call) complete(t *grant.Task) errno.Errno {
	e := &t.Elem[t.At]
	if e.Done != 0 {
		if !c.Readable(e.Dom) {
			return c.Waits()
		}
		c.dropParts(e)
	}
	if t.At++; t.At < t.Elems {
		return ok
	}
	return c.Over(grant.StatusCode(t.Status))
}

// dropParts gives back what the parts that are gone have held.
func (c *Call) dropParts(e *grant.Unmapping) {
	gt := c.Table(e.Dom)
	act := &gt.Act[e.Ref]
	ro := e.Done&grant.MapReadonly != 0
	if e.Devs || c.On(grant.B1) && e.Flags&grant.DeviceMap != 0 {
		if !ro {
			c.PutType(e.MFN)
		}
		c.PutPage(e.MFN)
	}
	if e.Done&grant.HostMap != 0 {
		if c.typed(e.Done, e.Dom) {
			c.PutType(e.MFN)
		}
		c.PutPage(e.MFN)
	}
	if !c.On(grant.B4) {
		c.Unpin(act, Pins(e.Done))
	}
	var word *uint8
	if gt.Ver == 1 || e.Ref < gt.Entries() {
		word = gt.Word(gt.Ver, e.Ref)
	}
	c.Reduce(act, word, ro)
	if m := &c.Track().Entry[e.Handle]; c.On(grant.B5) && m.Flags&grant.BothParts == 0 {
		c.PutHandle(e.Handle)
	}
}

// unused frees a page that Xen has put somewhere, when nobody has it mapped any more.
func (c *Call) unused(e page.Entry) {
	if !e.Present() || c.St.Owner[e.Frame()] != grant.DomXen || c.St.Kernel.Shared == e.Frame()+1 {
		return
	}
	for d := range uint8(grant.NumDomains) {
		if c.MappedAt(d, e.Frame()) {
			return
		}
	}
	if m := e.Frame(); c.PageOf(m).Allocated {
		c.PageOf(m).Allocated = false
		c.PutPage(m)
	}
}

// ReplaceRevoked puts an entry in the place of what a revocation has left.
func (c *Call) ReplaceRevoked(place uint8, e page.Entry) bool {
	d, own := c.Own(), grant.DomainOf(c.CPU)
	if !d.HVM && place >= grant.MaxSlots {
		return false
	}
	old := d.Entry(place)
	if owner := c.St.Owner[old.Frame()]; old.Present() && owner != grant.DomXen && owner != own {
		return false
	}
	if d.HVM {
		d.P2M[place] = grant.P2M{}
	} else {
		d.PTE[place] = e
		c.PutPTE(own, old)
	}
	c.DropTLB(own)
	c.unused(old)
	return true
}

// removeRevoked is removeMapping, of a page that is the caller's or Xen's.
func (c *Call) removeRevoked(t *grant.Task, flags uint8) bool {
	d, own := c.Own(), grant.DomainOf(c.CPU)
	from := t.New
	switch e := page.Entry(0); {
	case d.HVM && t.Addr >= grant.MaxGfns, from != 0 && (flags&grant.ContainsPTE != 0 || from > grant.MaxSlots):
		return false
	case from != 0:
		e, d.PTE[from-1] = d.PTE[from-1], 0
		if from-1 == t.Addr || !c.ReplaceRevoked(t.Addr, e) {
			c.PutPTE(own, e) // lost
			return false
		}
		return true
	}
	return c.ReplaceRevoked(t.Addr, 0)
}

// unmapRevoked is U1 of a handle that was revoked: whatever took the mapping's place
// goes, and F is not touched. The bus address may be any: what Xen has put there has
// another one than the caller was told.
func (c *Call) unmapRevoked(t *grant.Task, m *grant.Mapping) errno.Errno {
	if t.Addr != NoPlace && m.Flags&grant.HostMap != 0 {
		if !c.removeRevoked(t, m.Flags) {
			return c.ended(t, -1)
		}
		m.Flags &^= grant.HostMap
	}
	if Bus(t.Word) != NoBus {
		m.Flags &^= grant.DeviceMap
	}
	if m.Flags&grant.BothParts == 0 {
		c.PutHandle(t.Handle - 1)
	}
	return c.ended(t, 0)
}

// MappedAt tells whether a domain has a frame mapped where grants are mapped.
func (c *Call) MappedAt(d, m uint8) bool {
	for i := range uint8(grant.MaxGfns) {
		if c.St.Dom[d].Grants(i, m) {
			return true
		}
	}
	return false
}
