package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Hypercall mmuext_op with one element. It begins with the caller's
// old_guest_table; when the element leaves one, the caller comes back with an
// empty continuation (Continue) that carries the element's result.

// begin is what mmuext_op and mmu_update do before anything else.
func (c *Call) begin(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	if rc := c.putOgt(c.cur); rc != errno.OK {
		return rc
	}
	if c.st.Gone() {
		return c.refuse(errno.ESRCH)
	}
	return errno.OK
}

// Continue is the empty continuation: it finishes the caller's old_guest_table.
func (c *Call) Continue(cpu uint8) errno.Errno {
	c.inOrder = true
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	if c.cur.Ogt == 0 {
		return c.refuse(errno.OK)
	}
	return c.putOgt(c.cur)
}

// Pin is MMUEXT_PIN_Ln_TABLE. Nobody would take a pin back that comes after the beginning
// of the domain's destruction, so that this does not stay.
func (c *Call) Pin(cpu, m uint8, t page.Type) errno.Errno {
	if rc := c.begin(cpu); rc != errno.OK {
		return rc
	}
	if !c.getPage(m) {
		return c.refuse(errno.EINVAL)
	}
	otherType := c.page(m).Type != t && c.page(m).TCount != 0
	rc := c.getType(m, t, true)
	if rc != errno.OK {
		if !c.keptByOgt(m) {
			c.putPage(m)
		}
		if otherType && rc == errno.EINVAL {
			return c.refuse(rc)
		}
		return restart(rc)
	}
	p := c.page(m)
	if p.Pinned {
		c.dropPin(m, t)
		return errno.EINVAL
	}
	p.Pinned = !c.st.Dying
	if c.st.Dying {
		c.dropPin(m, t)
	}
	return errno.OK
}

// dropPin gives back the references of a pin that was not needed.
func (c *Call) dropPin(m uint8, t page.Type) {
	if t == page.L1 {
		c.mustPutType(m)
		c.putPage(m)
		return
	}
	c.setOgt(c.cur, m, full)
}

// Unpin is MMUEXT_UNPIN_TABLE. Its result does not tell whether the put was
// preempted.
func (c *Call) Unpin(cpu, m uint8) errno.Errno {
	if rc := c.begin(cpu); rc != errno.OK {
		return rc
	}
	p := c.page(m)
	if !c.getPage(m) {
		return c.refuse(errno.EINVAL)
	}
	if !p.Pinned {
		c.putPage(m)
		return c.refuse(errno.EINVAL)
	}
	p.Pinned = false
	c.noCheck = c.on(B20)
	rc := c.putPageAndType(m)
	if preempted(rc) {
		c.leaveOgt(c.cur, m, rc)
		rc = errno.OK
	}
	c.putPage(m)
	return rc
}

// NewBaseptr is MMUEXT_NEW_BASEPTR (new_guest_cr3).
func (c *Call) NewBaseptr(cpu, m uint8) errno.Errno {
	if rc := c.beginOwn(cpu); rc != errno.OK {
		return rc
	}
	v := c.cur
	if v.Table == m+1 {
		c.loadCR3(v)
		return c.refuse(errno.OK)
	}
	c.noCheck = c.on(B20)
	if rc := c.getPageAndType(m, page.L4, false, false); rc != errno.OK {
		return restart(rc)
	}
	c.fillRelaxed(m)
	old := v.Table
	v.Table = m + 1
	c.loadCR3(v)
	if old == 0 {
		return errno.OK
	}
	return c.putBase(v, old-1)
}

// NewUserBaseptr is MMUEXT_NEW_USER_BASEPTR; frame none drops the user table.
func (c *Call) NewUserBaseptr(cpu, ref uint8) errno.Errno {
	if rc := c.beginOwn(cpu); rc != errno.OK {
		return rc
	}
	v := c.cur
	if v.User == ref {
		return c.refuse(errno.OK)
	}
	c.noCheck = c.on(B20)
	if ref != 0 {
		if rc := c.getPageAndType(ref-1, page.L4, false, false); rc != errno.OK {
			return restart(rc)
		}
		if c.st.Strict() && !c.on(M1) {
			c.zapSlot(ref - 1)
		}
	}
	old := v.User
	v.User = ref
	if old == 0 {
		return errno.OK
	}
	return c.putBase(v, old-1)
}

// beginOwn is begin for operations on the caller's own base pointers.
func (c *Call) beginOwn(cpu uint8) errno.Errno {
	if rc := c.begin(cpu); rc != errno.OK {
		return rc
	}
	if c.foreign() {
		return c.refuse(errno.EPERM)
	}
	return errno.OK
}

// fillRelaxed is what the use as a kernel table does in relaxed mode.
func (c *Call) fillRelaxed(m uint8) {
	if !c.st.Strict() && !c.on(M9) {
		c.fillSlot(m)
	}
}

// fillSlot is fill_ro_mpt: it writes an empty slot and tells whether it did.
func (c *Call) fillSlot(m uint8) bool {
	p := c.page(m)
	if p.ROMpt != page.Empty {
		return false
	}
	p.ROMpt = page.Filled
	return true
}

// zapSlot is zap_ro_mpt.
func (c *Call) zapSlot(m uint8) { c.page(m).ROMpt = page.Empty }

// ToggleGuestMode switches between kernel and user mode, which touches no slot
// (toggle_guest_mode). Without a user table there is no user mode.
func (c *Call) ToggleGuestMode(cpu uint8) errno.Errno {
	if rc := c.running(cpu); rc != errno.OK {
		return rc
	}
	if c.foreign() || !c.cur.UserMode && c.cur.User == 0 {
		return c.refuse(errno.EINVAL)
	}
	c.cur.UserMode = !c.cur.UserMode
	return errno.OK
}
