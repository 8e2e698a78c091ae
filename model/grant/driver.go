package grant

import "hvcheck/model/errno"

// Connect has B's driver map what it serves, at the first time, or a second time for a
// process. A persistent grant, or a shared ring, stays mapped until it is closed.
func (c *Call) Connect(cpu, ref, slot uint8, ro, persistent bool) errno.Errno {
	if rc := c.byBackend(cpu); rc != ok {
		return rc
	}
	drv, flags := &c.st.Driver[ref], uint8(HostMap)
	if ro {
		flags |= MapReadonly
	}
	again := drv.State != DriverOff && c.st.Kernel.Stage > Primed                  // it is another connection
	stopped := !persistent && c.st.Kernel.Stage > Primed && c.st.Kernel.Stage < K2 // K1 sends no requests any more
	if c.st.DriverAt(slot) || again || stopped || drv.Closing || drv.Second != 0 || drv.State != DriverOff && (drv.ReadOnly != ro || drv.Persistent != persistent) {
		return c.refuse(errno.EBUSY)
	}
	rc := c.whole(func() errno.Errno { return c.Map(cpu, DomF, ref, flags, slot, false) })
	if rc != ok {
		return rc
	}
	h := c.Seen[len(c.Seen)-1].Ref
	if drv.State != DriverOff {
		drv.Second, drv.SecondOf = slot+1, h
		return ok
	}
	*drv = Driver{State: DriverIdle, Persistent: persistent, ReadOnly: ro, Handle: h, Slot: slot}
	return ok
}

// whole does all sections at once.
func (c *Call) whole(do func() errno.Errno) errno.Errno {
	was := c.Whole
	c.Whole = true
	rc := do()
	c.Whole = was
	return rc
}

// Request has a request of the frontend arrive at the driver.
func (c *Call) Request(cpu, ref uint8) errno.Errno {
	if rc := c.byBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.st.Driver[ref]
	if drv.State != DriverIdle || c.st.Kernel.Stage > Primed {
		return c.refuse(errno.EBUSY)
	}
	drv.State = DriverBusy
	return ok
}

// DriverAccess is a load or a store of the driver's, through either of its mappings.
func (c *Call) DriverAccess(cpu, ref uint8, second, write bool) errno.Errno {
	if rc := c.byBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.st.Driver[ref]
	place := drv.Slot
	if second {
		place = drv.Second - 1
	}
	if drv.State == DriverOff || second && drv.Second == 0 || write && drv.ReadOnly {
		return c.refuse(errno.ENOENT)
	}
	rc := c.Access(cpu, place, write, TagBack+Tag(ref))
	if rc == errno.EFAULT {
		c.refused = false // the driver is in trouble, and its domain with it
	}
	return rc
}

// Finish ends a request.
func (c *Call) Finish(cpu, ref uint8) errno.Errno {
	if rc := c.byBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.st.Driver[ref]
	if drv.State != DriverBusy {
		return c.refuse(errno.ENOENT)
	}
	drv.State = DriverIdle
	return ok
}

// Disconnect has the driver unmap: the second mapping first. What is persistent stays
// until it is to be closed.
func (c *Call) Disconnect(cpu, ref uint8) errno.Errno {
	if rc := c.byBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.st.Driver[ref]
	if drv.State != DriverIdle || drv.Persistent && !drv.Closing {
		return c.refuse(errno.EBUSY)
	}
	h, place := drv.Handle, drv.Slot
	if drv.Second != 0 {
		h, place = drv.SecondOf, drv.Second-1
	}
	rc := c.whole(func() errno.Errno { return c.Unmap(cpu, h, place, NoBus, false) })
	switch {
	case rc == errno.NotRunning:
		return rc
	case rc < 0:
		c.refused = false // the driver can do nothing about it
		return rc
	}
	c.note(Event{Kind: Unmaps, Dom: DomB, Ref: h})
	if drv.Second != 0 {
		drv.Second, drv.SecondOf = 0, 0
		return rc
	}
	*drv = Driver{Closing: drv.Closing}
	return rc
}

// DriverAt tells whether the driver has something mapped at a slot.
func (s *State) DriverAt(slot uint8) bool {
	for i := range s.Driver {
		if d := &s.Driver[i]; d.State != DriverOff && (d.Slot == slot || d.Second == slot+1) {
			return true
		}
	}
	return false
}
