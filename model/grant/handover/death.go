package handover

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
)

// Destroy is domain_kill(): begun, or gone on with where it was preempted.
func (c *Call) Destroy(dom uint8) errno.Errno {
	c.CPU = grant.Tool
	d := &c.St.Dom[min(dom, grant.NumDomains-1)]
	switch {
	case c.St.Stopped() || c.Task().Busy() || c.inCall(dom):
		return c.Refuse(errno.NotRunning)
	case dom >= grant.NumDomains || d.Life == grant.Dead:
		return c.Refuse(errno.ESRCH)
	case (d.Life == grant.Dying || !c.Steps(grant.WorkDestroy)) && c.St.ReleaseWaits(dom):
		return c.Waits()
	}
	t := c.Task()
	*t = grant.Task{Work: grant.WorkDestroy, PC: grant.D2, Dom: dom}
	if d.Life != grant.Dying { // D1: it is paused
		d.Life, d.Phase, d.Rel = grant.Dying, 1, 0
		if c.Steps(grant.WorkDestroy) {
			return ok
		}
	}
	return c.Proceed()
}

// inCall tells whether a vCPU of a domain is in the middle of something that it has to
// finish before it is paused.
func (c *Call) inCall(dom uint8) bool {
	for cpu := range c.St.Task {
		t := &c.St.Task[cpu]
		guest := t.Work == grant.WorkGrant || t.Work == grant.WorkEnd
		if grant.DomainOf(uint8(cpu)) == dom && t.Busy() && !guest {
			return true
		}
	}
	return false
}

// destroySection is the next phase of a destruction; event channels (D3) are not
// modelled here.
func (c *Call) destroySection(t *grant.Task) errno.Errno {
	d := &c.St.Dom[t.Dom]
	switch t.PC {
	case grant.D2:
		return c.releaseNext(t, d)
	case grant.D4:
		d.IOPT = [grant.MaxFrames]grant.Rights{}
		t.PC = grant.D5
		return ok
	case grant.D5:
		c.relinquish(t.Dom, d)
		t.PC = grant.D6
		return ok
	}
	d.Life, d.Phase = grant.Dead, 0
	c.Bury()
	return c.Over(ok)
}

// releaseNext is gnttab_release_mappings(), of one handle, from the highest one down. It
// may be preempted at each page of handles. Nothing is done about page-table, p2m and
// IOMMU entries.
func (c *Call) releaseNext(t *grant.Task, d *grant.Domain) errno.Errno {
	d.Phase = 2
	for d.Rel < c.Cfg.Handles {
		h := c.Cfg.Handles - 1 - d.Rel
		if e := &d.Track.Entry[h]; e.Flags != 0 {
			if c.Found(e.Domid) && !c.Readable(e.Domid) {
				return c.Waits()
			}
			c.release(t.Dom, h, e)
		}
		d.Rel++
		if d.Rel < c.Cfg.Handles && h%max(c.Cfg.PerPage, 1) == 0 && !c.On(grant.B19) && c.Check() {
			*t = grant.Task{}
			return errno.ERESTART
		}
		if c.Steps(grant.WorkDestroy) && c.more(d) {
			return ok
		}
	}
	for m := range d.Tree {
		d.Tree[m] = grant.Count{}
	}
	d.Track, d.Rel = grant.Maptrack{}, 0
	d.Phase, t.PC = 4, grant.D4
	return ok
}

// more tells whether a handle is left to be released.
func (c *Call) more(d *grant.Domain) bool {
	for h := range c.Cfg.Handles - d.Rel {
		if d.Track.Entry[h].Flags != 0 {
			return true
		}
	}
	return false
}

// release ends a handle of a dying domain.
func (c *Call) release(dom, h uint8, e *grant.Mapping) {
	c.Note(grant.Event{Kind: grant.Releases, Dom: dom, Ref: h})
	if c.Found(e.Domid) && !e.Revoked {
		m := c.Table(e.Domid).Act[e.Ref].MFN
		if d := &c.St.Dom[dom]; d.NeedsIOMMU() && e.Domid != dom && !c.On(grant.AsIs2) {
			c.narrow(d, m, h)
		}
		c.releaseParts(dom, e, false)
		c.St.Dom[dom].Tree[m] = grant.Count{}
	}
	*e = grant.Mapping{VCPU: e.VCPU}
}

// narrow leaves of an IOMMU entry what the other handles of a dying domain allow.
func (c *Call) narrow(d *grant.Domain, m, h uint8) {
	d.IOPT[m] = grant.NoDMA
	for i := range h {
		switch e := &d.Track.Entry[i]; {
		case e.Flags == 0 || !c.Found(e.Domid) || c.Table(e.Domid).Act[e.Ref].MFN != m:
		case e.Flags&grant.MapReadonly == 0:
			d.IOPT[m] = grant.WriteDMA
		default:
			d.IOPT[m] = max(d.IOPT[m], grant.ReadDMA)
		}
	}
}

// releaseParts drops what the parts of a handle hold: of a PV mapper's host part nothing,
// unless entry says that its page-table entry is gone already.
func (c *Call) releaseParts(d uint8, e *grant.Mapping, entry bool) {
	gt := c.Table(e.Domid)
	act := &gt.Act[e.Ref]
	m := act.MFN
	flags := e.Flags
	if c.St.Reached(d, e.Domid) && !c.On(grant.AsIs1) {
		flags |= grant.DeviceMap
	}
	general, typed := c.St.Needs(d, e.Domid, flags, c.St.Dom[d].HVM || entry)
	c.Unpin(act, gnttab.Pins(e.Flags))
	for range typed {
		c.PutType(m)
	}
	for range general {
		c.PutPage(m)
	}
	c.Reduce(act, gt.Word(gt.Ver, e.Ref), e.Flags&grant.MapReadonly != 0)
}

// relinquish is domain_relinquish_resources(): page tables with what they refer to, the
// p2m, and pages. One that others still have mapped lives on, and nobody's pages it is.
func (c *Call) relinquish(dom uint8, d *grant.Domain) {
	for i, e := range d.PTE {
		d.PTE[i] = 0
		c.PutPTE(dom, e)
	}
	d.P2M = [grant.MaxGfns]grant.P2M{}
	c.DropTLB(dom)
	for m := range c.Cfg.Frames {
		if c.St.Owner[m] == dom && c.PageOf(m).Allocated {
			c.PutAlloc(m)
		}
	}
}
