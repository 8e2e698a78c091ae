package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Destroy is XEN_DOMCTL_destroydomain (domain_relinquish_resources): each
// phase is taken up again where the call stopped.
func (c *Call) Destroy(cpu uint8) errno.Errno {
	c.inOrder = true
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case !c.foreign():
		return c.refuse(errno.EPERM)
	case c.st.Gone():
		return c.refuse(errno.ESRCH)
	case c.st.RelPriv == PhaseDone: // somebody still has a page
		return c.refuse(errno.OK)
	case c.toolsBusy():
		return c.refuse(errno.EBUSY)
	case c.guestInside():
		return c.refuse(errno.NotRunning) // domain_pause() waits
	}
	c.st.Dying = true
	c.dropStash()
	c.pauseDomain()
	for c.st.RelPriv < PhaseDone {
		if rc := c.relinquish(c.st.RelPriv); rc != errno.OK {
			return rc
		}
		c.st.RelPriv++
	}
	return errno.OK
}

// toolsBusy tells whether some toolstack vCPU has an old_guest_table. It is the
// model's rule that a toolstack finishes its calls before it destroys.
func (c *Call) toolsBusy() bool {
	for i := range c.st.CPU[MaxGuests:] {
		if c.st.CPU[MaxGuests+i].Ogt != 0 {
			return true
		}
	}
	return false
}

// relinquish does one phase.
func (c *Call) relinquish(phase uint8) errno.Errno {
	if phase != PhaseVCPUs {
		return c.relinquishMemory(page.L4 - page.Type(phase-PhaseL4))
	}
	for i := range c.st.CPU[:MaxGuests] {
		v := &c.st.CPU[i]
		if rc := c.destroyTables(v); rc != errno.OK {
			return rc
		}
		if v.Step == typeHeld {
			c.dropStepped(v)
		}
		*v = VCPU{Init: v.Init, Down: v.Down}
	}
	for m := range c.st.Held {
		for c.st.Held[m] > 0 {
			c.putHeld(uint8(m))
		}
	}
	return errno.OK // relmem_list is empty here, so that there is nothing to splice
}

// relinquishMemory gives back the pages on page_list and forces the tables of
// type t that are still valid, or partial, out of it (relinquish_memory).
func (c *Call) relinquishMemory(t page.Type) errno.Errno {
	for c.st.List[0] != 0 {
		c.visit()
		m := popHead(&c.st.List)
		if !c.getPage(m) { // only with references that a bug has lost
			pushTail(&c.st.Rel, m)
			continue
		}
		if rc := c.relinquishPage(m, t); rc != errno.OK {
			if preempted(rc) {
				pushHead(&c.st.List, m)
				rc = errno.ERESTART
			}
			return rc
		}
		pushTail(&c.st.Rel, m)
		c.putPage(m)
		if c.check() {
			return errno.ERESTART
		}
	}
	c.st.List, c.st.Rel = c.st.Rel, c.st.List
	return errno.OK
}

// relinquishPage unpins a page, gives back its allocation and forces it. When
// that is preempted, the reference that the caller took for it is gone.
func (c *Call) relinquishPage(m uint8, t page.Type) errno.Errno {
	if rc := c.relinquishPin(m); rc != errno.OK {
		return rc
	}
	c.putAllocRef(m)
	p := c.page(m)
	if p.Type != t || !p.Validated && !p.Partial {
		return errno.OK
	}
	return c.force(m)
}

// relinquishPin drops a page's pin. With -EINTR the pin is set again; with
// -ERESTART the partial bit has the typed reference, and the pin's general
// one is dropped here.
func (c *Call) relinquishPin(m uint8) errno.Errno {
	p := c.page(m)
	if !p.Pinned {
		return errno.OK
	}
	p.Pinned = false
	rc := c.putPageAndType(m)
	switch rc {
	case errno.OK:
		return rc
	case errno.EINTR:
		p.Pinned = true
	case errno.ERESTART:
		c.putPage(m)
	}
	c.putPage(m)
	return rc
}

// force un-audits a table whose references form a circle, or that is partial.
// Its type count stays: whoever holds the references drops them later.
func (c *Call) force(m uint8) errno.Errno {
	p := c.page(m)
	wasPartial := p.Partial
	p.Validated, p.Partial = false, false
	rc := c.devalidate(m, wasPartial)
	switch rc {
	case errno.OK:
		if wasPartial {
			if !c.on(B15) {
				p.TCount--
				retire(p)
			}
			c.putPage(m)
		} else if c.on(B23) {
			p.TCount--
			c.putPage(m)
		}
		return rc
	case errno.EINTR:
		p.Validated = true
		if wasPartial {
			c.putPage(m)
		}
	case errno.ERESTART:
		if !wasPartial && !c.on(B6) {
			p.TCount++
		}
		p.Partial = true
		if !wasPartial {
			return rc // the caller's reference becomes the partial bit's
		}
	}
	c.putPage(m)
	return rc
}
