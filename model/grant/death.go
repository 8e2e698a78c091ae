package grant

import "hvcheck/model/errno"

// Destroy is domain_kill(): begun, or gone on with where it was preempted.
func (c *Call) Destroy(dom uint8) errno.Errno {
	c.cpu = Tool
	d := &c.st.Dom[min(dom, NumDomains-1)]
	switch {
	case c.st.Stopped() || c.task().Busy() || c.inCall(dom):
		return c.refuse(errno.NotRunning)
	case dom >= NumDomains || d.Life == Dead:
		return c.refuse(errno.ESRCH)
	case (d.Life == Dying || !c.steps(WorkDestroy)) && c.st.ReleaseWaits(dom):
		return c.waits()
	}
	t := c.task()
	*t = Task{Work: WorkDestroy, PC: D2, Dom: dom, Word: d.Phase}
	if d.Life != Dying { // D1: it is paused
		d.Life, d.Phase, d.Rel = Dying, 1, 0
		t.Word = 1
		if c.steps(WorkDestroy) {
			return ok
		}
	}
	return c.proceed()
}

// ReleaseWaits tells whether a domain has mappings by grants of another one whose table
// is locked.
func (s *State) ReleaseWaits(dom uint8) bool {
	for i := range s.Dom[dom].Track.Entry {
		e := &s.Dom[dom].Track.Entry[i]
		if e.Flags != 0 && s.Found(e.Domid) && s.Dom[e.Domid].Table.Writer != 0 && s.Dom[dom].Phase < 4 {
			return true
		}
	}
	return false
}

// inCall tells whether a vCPU of a domain is in the middle of something that it has to
// finish before it is paused.
func (c *Call) inCall(dom uint8) bool {
	for cpu := range c.st.Task {
		t := &c.st.Task[cpu]
		guest := t.Work == WorkGrant || t.Work == WorkEnd
		if domainOf(uint8(cpu)) == dom && t.Busy() && !guest {
			return true
		}
	}
	return false
}

// destroySection is the next phase of a destruction; event channels (D3) are not
// modelled here.
func (c *Call) destroySection(t *Task) errno.Errno {
	d := &c.st.Dom[t.Dom]
	switch t.PC {
	case D2:
		return c.releaseNext(t, d)
	case D4:
		d.IOPT = [MaxFrames]Rights{}
		d.Phase, t.PC = 5, D5
		return ok
	case D5:
		c.relinquish(t.Dom, d)
		d.Phase, t.PC = 6, D6
		return ok
	}
	d.Life, d.Phase = Dead, 0
	return c.over(ok)
}

// releaseNext is gnttab_release_mappings(), of one handle, from the highest one down. It
// may be preempted at each page of handles. Nothing is done about page-table, p2m and
// IOMMU entries.
func (c *Call) releaseNext(t *Task, d *Domain) errno.Errno {
	if d.Phase > 3 {
		t.PC = [...]Phase{4: D4, 5: D5, 6: D6}[d.Phase]
		return ok
	}
	d.Phase = 2
	for d.Rel < c.cfg.Handles {
		h := c.cfg.Handles - 1 - d.Rel
		if e := &d.Track.Entry[h]; e.Flags != 0 {
			if c.found(e.Domid) && !c.readable(e.Domid) {
				return c.waits()
			}
			c.release(t.Dom, h, e)
		}
		d.Rel++
		if d.Rel < c.cfg.Handles && h%max(c.cfg.PerPage, 1) == 0 && !c.on(B19) && c.check() {
			*t = Task{}
			return errno.ERESTART
		}
		if c.steps(WorkDestroy) && c.more(d) {
			return ok
		}
	}
	for m := range d.Tree {
		d.Tree[m] = Count{}
	}
	d.Track, d.Rel = Maptrack{}, 0
	d.Phase, t.PC = 4, D4
	return ok
}

// more tells whether a handle is left to be released.
func (c *Call) more(d *Domain) bool {
	for h := range c.cfg.Handles - d.Rel {
		if d.Track.Entry[h].Flags != 0 {
			return true
		}
	}
	return false
}

// release ends a handle of a dying domain.
func (c *Call) release(dom, h uint8, e *Mapping) {
	c.note(Event{Kind: Releases, Dom: dom, Ref: h})
	if c.found(e.Domid) && !e.Revoked {
		m := c.table(e.Domid).Act[e.Ref].MFN
		if d := &c.st.Dom[dom]; d.needsIOMMU() && e.Domid != dom && !c.on(AsIs2) {
			c.narrow(d, m, h)
		}
		c.releaseParts(dom, e, false)
		c.st.Dom[dom].Tree[m] = Count{}
	}
	*e = Mapping{VCPU: e.VCPU}
}

// narrow leaves of an IOMMU entry what the other handles of a dying domain allow.
func (c *Call) narrow(d *Domain, m, h uint8) {
	d.IOPT[m] = NoDMA
	for i := range h {
		switch e := &d.Track.Entry[i]; {
		case e.Flags == 0 || !c.found(e.Domid) || c.table(e.Domid).Act[e.Ref].MFN != m:
		case e.Flags&MapReadonly == 0:
			d.IOPT[m] = WriteDMA
		default:
			d.IOPT[m] = max(d.IOPT[m], ReadDMA)
		}
	}
}

// releaseParts drops what the parts of a handle hold: of a PV mapper's host part nothing,
// unless entry says that its page-table entry is gone already.
func (c *Call) releaseParts(d uint8, e *Mapping, entry bool) {
	gt := c.table(e.Domid)
	act := &gt.Act[e.Ref]
	m := act.MFN
	flags := e.Flags
	if c.st.Reached(d, e.Domid) && !c.on(AsIs1) {
		flags |= DeviceMap
	}
	general, typed := c.st.Needs(d, e.Domid, flags, c.st.Dom[d].HVM || entry)
	c.unpin(act, pins(e.Flags))
	for range typed {
		c.putType(m)
	}
	for range general {
		c.putPage(m)
	}
	c.reduce(act, gt.word(gt.Ver, e.Ref), e.Flags&MapReadonly != 0)
}

// relinquish is domain_relinquish_resources(): page tables with what they refer to, the
// p2m, and pages. One that others still have mapped lives on, and nobody's pages it is.
func (c *Call) relinquish(dom uint8, d *Domain) {
	for i, e := range d.PTE {
		d.PTE[i] = 0
		c.putPTE(dom, e)
	}
	d.P2M = [MaxGfns]P2M{}
	c.dropTLB(dom)
	for m := range c.cfg.Frames {
		if c.st.Owner[m] == dom && c.page(m).Allocated {
			c.putAlloc(m)
		}
	}
}
