package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Places that are none: an address without a page table, and one that is not
// aligned.
const (
	NoPlace = MaxGfns + iota
	Unaligned
)

// Map is GNTTABOP_map_grant_ref, of one element. More says that another one of the
// same call follows.
func (c *Call) Map(cpu, dom, ref, flags, place uint8, more bool) errno.Errno {
	if rc := c.element(cpu, WorkMap); rc != ok {
		return rc
	}
	bad := c.unfit(dom, flags)
	if bad == ok && c.blocked(WorkMap, dom) {
		return c.waits()
	}
	t := c.task()
	*t = Task{Work: WorkMap, PC: M0, More: more, Dom: dom, Ref: ref, Flags: flags, Addr: place}
	if bad != ok {
		return c.declined(t, bad)
	}
	return c.proceed()
}

// unfit is why a map is not even begun.
func (c *Call) unfit(dom, flags uint8) errno.Errno {
	switch {
	case flags&bothParts == 0:
		return BadGntref
	case c.own().HVM && flags&(DeviceMap|ApplicationMap|ContainsPTE) != 0:
		return GeneralError
	case !c.found(dom):
		return BadDomain
	}
	return ok
}

// declined ends an element before anything was done.
func (c *Call) declined(t *Task, rc errno.Errno) errno.Errno {
	c.unchanged(t, rc)
	return c.over(rc)
}

// mapSection does the next section of map_grant_ref().
func (c *Call) mapSection(t *Task) errno.Errno {
	switch t.PC {
	case M1:
		return c.pinEntry(t)
	case MSet:
		return c.setAgain(t)
	case MFrame:
		return c.readFrame(t)
	case M2:
		return c.reference(t)
	case M3:
		return c.makeMapping(t)
	case M4:
		return c.trackIOMMU(t)
	case M5:
		return c.goLive(t)
	case MUndo:
		return c.undo(t)
	case MUnpin:
		return c.undoPin(t)
	}
	c.takeHandle(t)
	if t.PC == Idle {
		if !c.cfg.Lists {
			return c.declined(t, NoSpace)
		}
		return c.over(NoSpace)
	}
	return ok
}

// fail ends a map that has nothing but a handle.
func (c *Call) fail(t *Task, rc errno.Errno) errno.Errno {
	c.putHandle(t.Handle - 1)
	if !c.cfg.Lists {
		c.unchanged(t, rc)
	}
	return c.over(rc)
}

// pinEntry is M1: look at the entry, and raise its pin.
func (c *Call) pinEntry(t *Task) errno.Errno {
	if !c.readable(t.Dom) {
		return c.waits()
	}
	gt := c.table(t.Dom)
	if t.Ref >= gt.entries() {
		return c.fail(t, BadGntref)
	}
	act, incr, u := &gt.Act[t.Ref], pins(t.Flags), claim{by: domainOf(c.cpu), ro: t.Flags&MapReadonly != 0, mapped: true}
	if act.Pinned() && (act.Domid != u.by || c.full(act, incr) || act.Sub) {
		return c.fail(t, GeneralError)
	}
	t.Ver, t.Found = gt.Ver, act.Pinned()
	if c.on(B9) && act.Written() {
		t.Word = 1
	}
	if !t.Found || !u.ro && !act.Written() {
		if c.cfg.Retries {
			return c.look(t, gt, u)
		}
		if rc := c.setStatus(gt, t.Ref, u); rc != ok {
			return c.fail(t, rc)
		}
	}
	return c.readFrame(t)
}

// use is that of the entry which a map makes.
func (c *Call) use(t *Task) claim {
	return claim{by: domainOf(c.cpu), ro: t.Flags&MapReadonly != 0, mapped: true}
}

// look is the beginning of _set_status(), where others can come between: of version 1 a
// look at the entry's word, for the compare-exchange; of version 2 the status is set.
func (c *Call) look(t *Task, gt *Table, u claim) errno.Errno {
	e, word := gt.Entry[t.Ref], *gt.word(gt.Ver, t.Ref)
	rc := c.setStatus(gt, t.Ref, u)
	if rc != ok {
		return c.fail(t, rc)
	}
	if gt.Ver == 1 {
		*gt.word(1, t.Ref) = word // not yet
	}
	t.Word, t.At, t.PC = e.Flags, e.Domid, MSet
	t.New++
	return ok
}

// Retries are those of the compare-exchange, on a word that the guest may change.
const Retries = 5

// setAgain is the compare-exchange of version 1, or the second look of version 2.
func (c *Call) setAgain(t *Task) errno.Errno {
	gt, u := c.table(t.Dom), c.use(t)
	e, act := &gt.Entry[t.Ref], &gt.Act[t.Ref]
	changed := e.Flags != t.Word || e.Domid != t.At
	switch {
	case gt.Ver == 1 && changed && t.New >= Retries:
		return c.fail(t, GeneralError)
	case gt.Ver == 1 && changed:
		return c.look(t, gt, u)
	}
	if rc := c.setStatus(gt, t.Ref, u); rc != ok {
		c.reduce(act, gt.word(gt.Ver, t.Ref), u.ro)
		c.putHandle(t.Handle - 1)
		return c.over(rc)
	}
	t.PC = MFrame
	return ok
}

// readFrame is the rest of M1.
func (c *Call) readFrame(t *Task) errno.Errno {
	gt, u, incr := c.table(t.Dom), c.use(t), pins(t.Flags)
	act := &gt.Act[t.Ref]
	t.Word, t.At, t.New = 0, 0, 0
	if !t.Found {
		m, rc := c.lookUp(t.Dom, gt.Entry[t.Ref].Frame)
		if rc != ok {
			c.reduce(act, gt.word(gt.Ver, t.Ref), u.ro) // the guest may have set these bits itself
			c.putHandle(t.Handle - 1)
			return c.over(rc)
		}
		t.Refs = 1
		*act = Active{Domid: u.by, MFN: m, Src: t.Dom, Trans: t.Ref}
	}
	act.pin(incr)
	t.MFN, t.PC = act.MFN, M2
	return ok
}

// typed is gnttab_host_mapping_get_page_type(): mappings of another domain's page do
// not count as writable where that domain is translated.
func (c *Call) typed(flags, granter uint8) bool {
	return flags&MapReadonly == 0 && (domainOf(c.cpu) == granter || !c.st.Dom[granter].HVM)
}

// reference is M2: whatever the mappings need of the page.
func (c *Call) reference(t *Task) errno.Errno {
	owner := c.st.Owner[t.MFN]
	if t.Refs == 0 {
		var got bool
		if owner, got = c.getAny(t.MFN); got {
			t.Refs = 1
		}
	}
	t.PC = MUndo
	t.Status = -1
	if owner != t.Dom {
		return ok
	}
	if t.Flags&DeviceMap != 0 && t.Flags&MapReadonly == 0 && !c.typeForDevices(t) {
		return ok
	}
	if t.Flags&HostMap != 0 {
		if t.Flags&DeviceMap != 0 {
			if !c.getPage(t.MFN, t.Dom) {
				return ok
			}
			t.Refs++
		}
		if c.typed(t.Flags, t.Dom) && !c.typeFor(t) {
			return ok
		}
		if t.Flags&DeviceMap == 0 && c.reached(t.Dom) && !c.on(AsIs1) && !c.holdForDevices(t) {
			return ok
		}
	}
	t.Status, t.PC = 0, M3
	if t.Flags&HostMap == 0 {
		c.mapped(t)
	}
	return ok
}

// typeFor takes a writable type reference for a task.
func (c *Call) typeFor(t *Task) bool {
	if !c.getType(t.MFN) {
		return false
	}
	t.Types++
	return true
}

// typeForDevices takes the type for the part for devices. Rule GR-B2 takes what the part
// for the host would need, and another one, which may fail, only if there is that part.
func (c *Call) typeForDevices(t *Task) bool {
	lax := c.on(B2) && !c.typed(t.Flags, t.Dom)
	if lax && t.Flags&HostMap == 0 {
		return true
	}
	return c.typeFor(t) || lax
}

// reached tells whether devices have the use of whatever the caller maps of a granter's,
// as long as it has the handle.
func (c *Call) reached(granter uint8) bool { return c.st.Reached(domainOf(c.cpu), granter) }

// holdForDevices takes references for that, although the map is not for devices: the
// others go with the page-table entry, and the IOMMU's entry stays. Today's code does
// without them.
func (c *Call) holdForDevices(t *Task) bool {
	if !c.getPage(t.MFN, t.Dom) {
		return false
	}
	t.Refs++
	return t.Flags&MapReadonly != 0 || c.typeFor(t)
}

// makeMapping is M3: create_grant_host_mapping().
func (c *Call) makeMapping(t *Task) errno.Errno {
	d := c.own()
	if d.HVM && d.P2MLock != 0 {
		return c.waits()
	}
	if d.HVM && !c.addP2M(t) || !d.HVM && !c.addPTE(t) {
		t.Status, t.PC = -1, MUndo
		return ok
	}
	t.Host = true
	c.mapped(t)
	return ok
}

// mapped goes on to the IOMMU, if there is one that has to know.
func (c *Call) mapped(t *Task) {
	t.PC = M5
	if t.Dom != domainOf(c.cpu) && c.own().needsIOMMU() {
		t.PC = M4
	}
}

// addPTE is create_grant_pv_mapping(). What was in the entry is put, without a flush.
func (c *Call) addPTE(t *Task) bool {
	d := c.own()
	switch {
	case t.Addr == Unaligned && t.Flags&ContainsPTE != 0 && c.on(B22):
		d.PTE[0], d.PTE[1] = 0, 0 // each is overwritten in part
		return true
	case t.Addr >= MaxSlots:
		return false
	}
	old := d.PTE[t.Addr]
	d.PTE[t.Addr] = page.To(t.MFN, kindOf(t.Flags))
	c.putPTE(domainOf(c.cpu), old)
	return true
}

// kindOf is what an entry of a mapping allows.
func kindOf(flags uint8) page.EntryKind {
	if flags&MapReadonly != 0 {
		return page.RO
	}
	return page.RW
}

// counted tells whether a domain's page-table entry holds a writable type reference.
func (c *Call) counted(d uint8, e page.Entry) bool {
	owner := c.st.Owner[e.Frame()]
	return e.Kind() == page.RW && (owner == d || owner >= NumDomains || !c.st.Dom[owner].HVM)
}

// putPTE is put_page_from_l1e().
func (c *Call) putPTE(d uint8, e page.Entry) {
	if !e.Present() {
		return
	}
	if c.counted(d, e) {
		c.putType(e.Frame())
	}
	c.putPage(e.Frame())
}

// addP2M is create_grant_p2m_mapping(). It must not replace a grant's entry, nor
// another special one.
func (c *Call) addP2M(t *Task) bool {
	d := c.own()
	if t.Addr >= MaxGfns {
		return false
	}
	e := &d.P2M[t.Addr]
	switch e.Type {
	case P2MGrantRW, P2MGrantRO, P2MForeign:
		c.crash(domainOf(c.cpu))
		return false
	case P2MNone:
	case P2MTable:
		c.unhook(e.MFN, t.Addr)
	default:
		c.dropTLB(domainOf(c.cpu))
		if domainOf(c.cpu) == DomF {
			c.st.Kernel.Hole |= 1 << t.Addr
		}
	}
	*e = P2M{P2MGrantRW, t.MFN}
	if t.Flags&MapReadonly != 0 {
		e.Type = P2MGrantRO
	}
	return true
}

// goLive is M5: the handle means something from now on.
func (c *Call) goLive(t *Task) errno.Errno {
	c.unsafe(domainOf(c.cpu))
	e := &c.track().Entry[t.Handle-1]
	*e = Mapping{Ref: t.Ref, Flags: t.Flags, Domid: t.Dom, VCPU: e.VCPU}
	c.note(Event{Kind: Answers, Dom: domainOf(c.cpu), Ref: t.Handle - 1, Frame: t.MFN})
	return c.over(ok)
}

// undo is the first part of undo_out: the mapping goes, whatever is there now, and
// what it held.
func (c *Call) undo(t *Task) errno.Errno {
	if t.Host {
		c.removeMapping(t.Addr, 0, t.MFN, t.Flags)
		c.flush(domainOf(c.cpu))
		t.Host = false
	}
	for ; t.Types > 0; t.Types-- {
		c.putType(t.MFN)
	}
	for ; t.Refs > 0; t.Refs-- {
		c.putPage(t.MFN)
	}
	t.PC = MUnpin
	return ok
}

// undoPin is the second part. The version may have changed since the pin was made:
// then only a reserved entry has a status still.
func (c *Call) undoPin(t *Task) errno.Errno {
	if !c.readable(t.Dom) {
		return c.waits()
	}
	gt := c.table(t.Dom)
	word := gt.word(gt.Ver, t.Ref)
	if t.Ver != gt.Ver {
		switch {
		case c.on(B14):
			word = c.latched(t)
		case t.Ref != Reserved:
			word = nil
		}
	}
	act := &gt.Act[t.Ref]
	c.unpin(act, pins(t.Flags))
	c.reduce(act, word, t.Flags&MapReadonly != 0)
	c.putHandle(t.Handle - 1)
	return c.over(statusCode(t.Status))
}

// latched is the status word that a task found at its beginning: rule GR-B14. A
// status frame may have been freed since.
func (c *Call) latched(t *Task) *uint8 {
	if t.Ver == 2 && c.table(t.Dom).StatusFrames == 0 {
		c.bug(UseAfterFree)
		return nil
	}
	return c.table(t.Dom).word(t.Ver, t.Ref)
}
