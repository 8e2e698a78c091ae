package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// Places that are none: an address without a page table, and one that is not
// aligned.
const (
	NoPlace = grant.MaxGfns + iota
	Unaligned
)

// Map is GNTTABOP_map_grant_ref, of one element. More says that another one of the
// same call follows.
func (c *Call) Map(cpu, dom, ref, flags, place uint8, more bool) errno.Errno {
	if rc := c.element(cpu, grant.WorkMap); rc != ok {
		return rc
	}
	bad := c.unfit(dom, flags)
	if bad == ok && c.blocked(grant.WorkMap, dom) {
		return c.Waits()
	}
	t := c.Task()
	*t = grant.Task{Work: grant.WorkMap, PC: grant.M0, More: more, Dom: dom, Ref: ref, Flags: flags, Addr: place}
	if bad != ok {
		return c.Over(bad)
	}
	return c.Proceed()
}

// unfit is why a map is not even begun.
func (c *Call) unfit(dom, flags uint8) errno.Errno {
	switch {
	case flags&grant.BothParts == 0:
		return grant.BadGntref
	case c.Own().HVM && flags&(grant.DeviceMap|grant.ApplicationMap|grant.ContainsPTE) != 0:
		return grant.GeneralError
	case !c.Found(dom):
		return grant.BadDomain
	}
	return ok
}

// mapSection does the next section of map_grant_ref().
func (c *Call) mapSection(t *grant.Task) errno.Errno {
	switch t.PC {
	case grant.M1:
		return c.pinEntry(t)
	case grant.MSet:
		return c.setAgain(t)
	case grant.MFrame:
		return c.readFrame(t)
	case grant.M2:
		return c.reference(t)
	case grant.M3:
		return c.makeMapping(t)
	case grant.M4:
		return c.trackIOMMU(t)
	case grant.M5:
		return c.goLive(t)
	case grant.MUndo:
		return c.undo(t)
	case grant.MUnpin:
		return c.undoPin(t)
	}
	c.takeHandle(t)
	if t.PC == grant.Idle {
		return c.Over(grant.NoSpace)
	}
	return ok
}

// fail ends a map that has nothing but a handle.
func (c *Call) fail(t *grant.Task, rc errno.Errno) errno.Errno {
	c.PutHandle(t.Handle - 1)
	return c.Over(rc)
}

// pinEntry is M1: look at the entry, and raise its pin.
func (c *Call) pinEntry(t *grant.Task) errno.Errno {
	if !c.Readable(t.Dom) {
		return c.Waits()
	}
	gt := c.Table(t.Dom)
	if t.Ref >= gt.Entries() {
		return c.fail(t, grant.BadGntref)
	}
	act, incr, u := &gt.Act[t.Ref], Pins(t.Flags), claim{by: grant.DomainOf(c.CPU), ro: t.Flags&grant.MapReadonly != 0, mapped: true}
	if act.Pinned() && (act.Domid != u.by || c.full(act, incr) || act.Sub) {
		return c.fail(t, grant.GeneralError)
	}
	t.Ver, t.Found = gt.Ver, act.Pinned()
	if !t.Found || !u.ro && !act.Written() {
		if c.Cfg.Retries {
			return c.look(t, gt, u)
		}
		if rc := c.setStatus(gt, t.Ref, u); rc != ok {
			return c.fail(t, rc)
		}
	}
	return c.readFrame(t)
}

// use is that of the entry which a map makes.
func (c *Call) use(t *grant.Task) claim {
	return claim{by: grant.DomainOf(c.CPU), ro: t.Flags&grant.MapReadonly != 0, mapped: true}
}

// look is the beginning of _set_status(), where others can come between: of version 1 a
// look at the entry's word, for the compare-exchange; of version 2 the status is set.
func (c *Call) look(t *grant.Task, gt *grant.Table, u claim) errno.Errno {
	e, word := gt.Entry[t.Ref], *gt.Word(gt.Ver, t.Ref)
	rc := c.setStatus(gt, t.Ref, u)
	if rc != ok {
		return c.fail(t, rc)
	}
	if gt.Ver == 1 {
		*gt.Word(1, t.Ref) = word // not yet
	}
	t.Word, t.At, t.PC = e.Flags, e.Domid, grant.MSet
	t.New++
	return ok
}

// Retries are those of the compare-exchange, on a word that the guest may change.
const Retries = 5

// setAgain is the compare-exchange of version 1, or the second look of version 2.
func (c *Call) setAgain(t *grant.Task) errno.Errno {
	gt, u := c.Table(t.Dom), c.use(t)
	e, act := &gt.Entry[t.Ref], &gt.Act[t.Ref]
	changed := e.Flags != t.Word || e.Domid != t.At
	switch {
	case gt.Ver == 1 && changed && t.New >= Retries:
		return c.fail(t, grant.GeneralError)
	case gt.Ver == 1 && changed:
		return c.look(t, gt, u)
	}
	if rc := c.setStatus(gt, t.Ref, u); rc != ok {
		c.Reduce(act, gt.Word(gt.Ver, t.Ref), u.ro)
		c.PutHandle(t.Handle - 1)
		return c.Over(rc)
	}
	t.PC = grant.MFrame
	return ok
}

// readFrame is the rest of M1.
func (c *Call) readFrame(t *grant.Task) errno.Errno {
	gt, u, incr := c.Table(t.Dom), c.use(t), Pins(t.Flags)
	act := &gt.Act[t.Ref]
	t.Word, t.At, t.New = 0, 0, 0
	if !t.Found {
		m, rc := c.lookUp(t.Dom, gt.Entry[t.Ref].Frame)
		if rc != ok {
			c.Reduce(act, gt.Word(gt.Ver, t.Ref), u.ro) // the guest may have set these bits itself
			c.PutHandle(t.Handle - 1)
			return c.Over(rc)
		}
		t.Refs = 1
		*act = grant.Active{Domid: u.by, MFN: m, Src: t.Dom, Trans: t.Ref}
	}
	if c.On(grant.B9) {
		t.Found = t.Found && (u.ro || act.Written())
	}
	raise(act, incr)
	t.MFN, t.PC = act.MFN, grant.M2
	return ok
}

// typed is gnttab_host_mapping_get_page_type(): mappings of another domain's page do
// not count as writable where that domain is translated.
func (c *Call) typed(flags, granter uint8) bool {
	return flags&grant.MapReadonly == 0 && (grant.DomainOf(c.CPU) == granter || !c.St.Dom[granter].HVM)
}

// reference is M2: whatever the mappings need of the page.
func (c *Call) reference(t *grant.Task) errno.Errno {
	owner := c.St.Owner[t.MFN]
	if t.Refs == 0 {
		var got bool
		if owner, got = c.GetAny(t.MFN); got {
			t.Refs = 1
		}
	}
	t.PC = grant.MUndo
	t.Status = -1
	if owner != t.Dom {
		return ok
	}
	if t.Flags&grant.DeviceMap != 0 && t.Flags&grant.MapReadonly == 0 && !c.typeForDevices(t) {
		return ok
	}
	if t.Flags&grant.HostMap != 0 {
		if t.Flags&grant.DeviceMap != 0 {
			if !c.GetPage(t.MFN, t.Dom) {
				return ok
			}
			t.Refs++
		}
		if c.typed(t.Flags, t.Dom) && !c.typeFor(t) {
			return ok
		}
		if t.Flags&grant.DeviceMap == 0 && c.reached(t.Dom) && !c.On(grant.AsIs1) && !c.holdForDevices(t) {
			return ok
		}
	}
	t.Status, t.PC = 0, grant.M3
	if t.Flags&grant.HostMap == 0 {
		c.mapped(t)
	}
	return ok
}

// typeFor takes a writable type reference for a task.
func (c *Call) typeFor(t *grant.Task) bool {
	if !c.GetType(t.MFN) {
		return false
	}
	t.Types++
	return true
}

// typeForDevices takes the type for the part for devices. Rule GR-B2 takes what the part
// for the host would need, and another one, which may fail, only if there is that part.
func (c *Call) typeForDevices(t *grant.Task) bool {
	lax := c.On(grant.B2) && !c.typed(t.Flags, t.Dom)
	if lax && t.Flags&grant.HostMap == 0 {
		return true
	}
	return c.typeFor(t) || lax
}

// reached tells whether devices have the use of whatever the caller maps of a granter's,
// as long as it has the handle.
func (c *Call) reached(granter uint8) bool { return c.St.Reached(grant.DomainOf(c.CPU), granter) }

// holdForDevices takes references for that, although the map is not for devices: the
// others go with the page-table entry, and the IOMMU's entry stays. Today's code does
// without them.
func (c *Call) holdForDevices(t *grant.Task) bool {
	if !c.GetPage(t.MFN, t.Dom) {
		return false
	}
	t.Refs++
	return t.Flags&grant.MapReadonly != 0 || c.typeFor(t)
}

// makeMapping is M3: create_grant_host_mapping().
func (c *Call) makeMapping(t *grant.Task) errno.Errno {
	d := c.Own()
	if d.HVM && d.P2MLock != 0 {
		return c.Waits()
	}
	if d.HVM && !c.addP2M(t) || !d.HVM && !c.addPTE(t) {
		t.Status, t.PC = -1, grant.MUndo
		return ok
	}
	t.Host = true
	c.mapped(t)
	return ok
}

// mapped goes on to the IOMMU, if there is one that has to know.
func (c *Call) mapped(t *grant.Task) {
	t.PC = grant.M5
	if t.Dom != grant.DomainOf(c.CPU) && c.Own().NeedsIOMMU() {
		t.PC = grant.M4
	}
}

// addPTE is create_grant_pv_mapping(). What was in the entry is put, without a flush.
func (c *Call) addPTE(t *grant.Task) bool {
	d := c.Own()
	switch {
	case t.Addr == Unaligned && t.Flags&grant.ContainsPTE != 0 && c.On(grant.B22):
		d.PTE[0], d.PTE[1] = 0, 0 // each is overwritten in part
		return true
	case t.Addr >= grant.MaxSlots:
		return false
	}
	old := d.PTE[t.Addr]
	d.PTE[t.Addr] = page.To(t.MFN, KindOf(t.Flags))
	c.PutPTE(grant.DomainOf(c.CPU), old)
	return true
}

// KindOf is what an entry of a mapping allows.
func KindOf(flags uint8) page.EntryKind {
	if flags&grant.MapReadonly != 0 {
		return page.RO
	}
	return page.RW
}

// Counted tells whether a domain's page-table entry holds a writable type reference.
func (c *Call) Counted(d uint8, e page.Entry) bool {
	owner := c.St.Owner[e.Frame()]
	return e.Kind() == page.RW && (owner == d || owner >= grant.NumDomains || !c.St.Dom[owner].HVM)
}

// PutPTE is put_page_from_l1e().
func (c *Call) PutPTE(d uint8, e page.Entry) {
	if !e.Present() {
		return
	}
	if c.Counted(d, e) {
		c.PutType(e.Frame())
	}
	c.PutPage(e.Frame())
}

// addP2M is create_grant_p2m_mapping(). It must not replace a grant's entry, nor
// another special one.
func (c *Call) addP2M(t *grant.Task) bool {
	d := c.Own()
	if t.Addr >= grant.MaxGfns {
		return false
	}
	e := &d.P2M[t.Addr]
	switch e.Type {
	case grant.P2MGrantRW, grant.P2MGrantRO, grant.P2MForeign:
		c.CrashDomain(grant.DomainOf(c.CPU))
		return false
	case grant.P2MNone:
	case grant.P2MTable:
		c.Unhook(e.MFN, t.Addr)
	default:
		c.DropTLB(grant.DomainOf(c.CPU))
		if grant.DomainOf(c.CPU) == grant.DomF {
			c.St.Kernel.Hole |= 1 << t.Addr
		}
	}
	*e = grant.P2M{Type: grant.P2MGrantRW, MFN: t.MFN}
	if t.Flags&grant.MapReadonly != 0 {
		e.Type = grant.P2MGrantRO
	}
	return true
}

// goLive is M5: the handle means something from now on.
func (c *Call) goLive(t *grant.Task) errno.Errno {
	c.unsafe(grant.DomainOf(c.CPU))
	e := &c.Track().Entry[t.Handle-1]
	*e = grant.Mapping{Ref: t.Ref, Flags: t.Flags, Domid: t.Dom, VCPU: e.VCPU}
	c.Note(grant.Event{Kind: grant.Answers, Dom: grant.DomainOf(c.CPU), Ref: t.Handle - 1, Frame: t.MFN})
	return c.Over(ok)
}

// undo is the first part of undo_out: the mapping goes, whatever is there now, and
// what it held.
func (c *Call) undo(t *grant.Task) errno.Errno {
	if t.Host {
		c.removeMapping(t.Addr, 0, t.MFN, t.Flags)
		c.flush(grant.DomainOf(c.CPU))
		t.Host = false
	}
	for ; t.Types > 0; t.Types-- {
		c.PutType(t.MFN)
	}
	for ; t.Refs > 0; t.Refs-- {
		c.PutPage(t.MFN)
	}
	t.PC = grant.MUnpin
	return ok
}

// undoPin is the second part. The version may have changed since the pin was made:
// then only a reserved entry has a status still.
func (c *Call) undoPin(t *grant.Task) errno.Errno {
	if !c.Readable(t.Dom) {
		return c.Waits()
	}
	gt := c.Table(t.Dom)
	word := gt.Word(gt.Ver, t.Ref)
	if t.Ver != gt.Ver {
		switch {
		case c.On(grant.B14):
			word = c.latched(t)
		case t.Ref != grant.Reserved:
			word = nil
		}
	}
	act := &gt.Act[t.Ref]
	c.Unpin(act, Pins(t.Flags))
	c.Reduce(act, word, t.Flags&grant.MapReadonly != 0)
	c.PutHandle(t.Handle - 1)
	return c.Over(grant.StatusCode(t.Status))
}

// latched is the status word that a task found at its beginning: rule GR-B14. A
// status frame may have been freed since.
func (c *Call) latched(t *grant.Task) *uint8 {
	if t.Ver == 2 && c.Table(t.Dom).StatusFrames == 0 {
		c.bug(grant.UseAfterFree)
		return nil
	}
	return c.Table(t.Dom).Word(t.Ver, t.Ref)
}
