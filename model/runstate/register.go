package runstate

import "hvcheck/model/errno"

// SetAddress is KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADDR. The area is written at
// once.
func (c *Call) SetAddress(at uint8) errno.Errno {
	s := c.st
	if c.cfg.Access.Xen() || s.occupied() || !c.free(H0, Registrations) {
		return c.wait()
	}
	if at == Nowhere {
		c.deactivate(0)
		c.deactivate(1)
		return errno.OK
	}
	if code := c.activateBoth(at); code != errno.OK {
		if !c.on(B5) {
			c.deactivate(0)
			c.deactivate(1)
		}
		return code
	}
	c.write(&s.Task[H0], Plain)
	c.proceed(H0)
	return errno.OK
}

// occupied tells whether nobody can register an area now: a thread is in the
// middle of something, or the guest reads the area that it has.
func (s *State) occupied() bool { return s.busy() || s.Read.Step != 0 }

// activateBoth gives the caches an area.
func (c *Call) activateBoth(at uint8) errno.Errno {
	l := c.st.Layout
	first := l.First(at)
	if c.on(B5) {
		first = Layout64.Len()
	}
	if code := c.activate(H0, 0, at, first); code != errno.OK {
		return code
	}
	rest := l.Len() - l.First(at)
	ends := at < Window && at+l.Len() == Window
	if c.access() == V1 || rest == 0 && !(c.on(B17) && ends) {
		c.deactivate(1)
		return errno.OK
	}
	return c.activate(H0, 1, Window, rest)
}

// SetWidth is the guest going to the other width: KVM's attribute LONG_MODE. It is
// changed also where shared_info cannot be written. A PV guest keeps its own.
func (c *Call) SetWidth(l Layout) errno.Errno {
	if c.cfg.PV || c.st.Layout == l || c.st.Read.Step != 0 || !c.spend(Switches) {
		return c.wait()
	}
	c.start()
	was := c.st.Layout
	c.st.Layout = l
	return c.rewide(was)
}

// SetFlag is the guest asking for XEN_RUNSTATE_UPDATE, or no more.
func (c *Call) SetFlag(on bool) errno.Errno {
	if c.st.FlagOn == on || !c.spend(Switches) {
		return c.wait()
	}
	c.start()
	c.st.FlagOn = on
	return errno.OK
}

// RegisterHandle is Xen's VCPUOP_register_runstate_memory_area: an address of the
// guest's. The area is written at once, outside of the flag protocol; for
// another vCPU with the time since its last change.
func (c *Call) RegisterHandle(at uint8, other bool) errno.Errno {
	s := c.st
	if c.access() != VX || s.User || s.occupied() || !c.free(H0, Registrations) {
		return c.wait()
	}
	if at == Nowhere && c.cfg.PV {
		return errno.EFAULT
	}
	if at == Nowhere { // nobody asks, and nothing can be written there
		s.Handle = false
		return errno.OK
	}
	s.Handle, s.At = true, at
	kind := Register
	if other {
		kind = Snapshot
	}
	c.write(&s.Task[H0], kind)
	c.proceed(H0)
	return errno.OK
}

// RegisterPhys is Xen's VCPUOP_register_runstate_phys_area: a guest-physical
// address, within a page and aligned. The page is held as long as it counts.
func (c *Call) RegisterPhys(at uint8) errno.Errno {
	s := c.st
	if c.access() != VP || s.occupied() || !c.free(H0, Registrations) {
		return c.wait()
	}
	if c.on(A6) {
		return errno.ENOSYS
	}
	if at == Nowhere {
		s.Phys = false
		return errno.OK
	}
	if s.Layout.Split(at) || Offset(at)%align(s.Layout) != 0 {
		return errno.ENXIO
	}
	switch s.Slot[PageOf(at)] {
	case SlotNone:
		return errno.EINVAL
	case SlotReadOnly:
		return errno.EACCES
	}
	s.Phys, s.At, s.Narrow = true, at, s.Layout == Layout32
	c.write(&s.Task[H0], Register)
	c.proceed(H0)
	return errno.OK
}

// align is the alignment that an area by guest-physical address has to have.
func align(l Layout) int { return 8 - 4*int(l) }

// SoftReset is Xen's soft reset of the domain: nothing is registered any more.
func (c *Call) SoftReset() errno.Errno {
	if !c.cfg.Access.Xen() || c.st.busy() || !c.free(H0, Registrations) {
		return c.wait()
	}
	c.st.Phys, c.st.Read = false, Reader{}
	if !c.on(B16) {
		c.st.Handle = false
	}
	return errno.OK
}

// SetMode is a 64-bit PV guest going to user mode, where the kernel's addresses
// are not mapped, or back. It does so while it runs.
func (c *Call) SetMode(user bool) errno.Errno {
	s := c.st
	if c.cfg.Access != VX || !c.cfg.PV || s.Layout != Layout64 || s.User == user || s.Rec.State != uint64(Running) || s.busy() || !c.spend(Modes) {
		return c.wait()
	}
	c.start()
	s.User = user
	switch {
	case user || !s.Pending:
	case !c.registered():
		s.Pending = false
	default:
		c.write(&s.Task[H0], Repeat)
		c.proceed(H0)
	}
	return errno.OK
}

// Map is the guest mapping a page at the address of its area, or unmapping it.
func (c *Call) Map(page uint8, on bool) errno.Errno {
	if page >= NumPages || c.cfg.Access != VX || on != c.st.Unmapped[page] || !c.spend(Modes) {
		return c.wait()
	}
	c.start()
	c.st.Unmapped[page] = !on
	return errno.OK
}
