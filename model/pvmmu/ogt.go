package pvmmu

import (
	"hvcheck/model/errno"
)

// old_guest_table: a table whose put was preempted or has to wait. It belongs
// to a vCPU, which finishes it before it does anything else.

// setOgt hands a general reference of m to v's old_guest_table, and a typed
// one unless what is left is partial.
func (c *Call) setOgt(v *VCPU, m uint8, flags putFlags) {
	v.Ogt, v.OgtPartial = m+1, flags&partial != 0
}

// keptByOgt tells whether an audit that has failed has left m, with the general
// reference that was taken for it, to the caller's old_guest_table.
func (c *Call) keptByOgt(m uint8) bool { return c.cur.Ogt == m+1 && !c.on(B2) }

// leaveOgt is setOgt after a put that was preempted with rc.
func (c *Call) leaveOgt(v *VCPU, m uint8, rc errno.Errno) {
	flags := full
	if rc == errno.ERESTART {
		flags = partial
	}
	c.setOgt(v, m, flags)
}

// putOgt is put_old_guest_table: 0 or -ERESTART.
func (c *Call) putOgt(v *VCPU) errno.Errno {
	if v.Ogt == 0 {
		return errno.OK
	}
	c.changed = true
	flags := full
	if v.OgtPartial {
		flags = partial
	}
	rc := c.putType(v.Ogt-1, flags, none)
	if preempted(rc) {
		v.OgtPartial = v.OgtPartial || rc == errno.ERESTART
		return errno.ERESTART
	}
	if rc != errno.OK {
		return rc
	}
	c.putPage(v.Ogt - 1)
	v.Ogt, v.OgtPartial = 0, false
	return errno.OK
}

// putBase drops a base pointer's references; when that is preempted, v's
// old_guest_table takes over.
func (c *Call) putBase(v *VCPU, m uint8) errno.Errno {
	rc := c.putPageAndType(m)
	if preempted(rc) {
		c.leaveOgt(v, m, rc)
		return errno.ERESTART
	}
	return rc
}

// destroyTables is vcpu_destroy_pagetables: v drops what it holds.
func (c *Call) destroyTables(v *VCPU) errno.Errno {
	if rc := c.putOgt(v); rc != errno.OK {
		return rc
	}
	for _, at := range [...]*uint8{&v.Table, &v.User} {
		if *at == 0 {
			continue
		}
		if rc := c.dropBase(v, at); rc != errno.OK {
			return rc
		}
	}
	return errno.OK
}

// dropBase clears a base pointer and drops its references.
func (c *Call) dropBase(v *VCPU, at *uint8) errno.Errno {
	m := *at - 1
	if c.on(B7) { // the pointer stays until a put is through
		rc := restart(c.putPageAndType(m))
		if rc == errno.OK {
			*at = 0
		}
		return rc
	}
	*at = 0
	return c.putBase(v, m)
}
