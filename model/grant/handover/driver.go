package handover

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
)

// Connect has B's driver map what it serves, at the first time, or a second time for a
// process. A persistent grant, or a shared ring, stays mapped until it is closed.
func (c *Call) Connect(cpu, ref, slot uint8, ro, persistent bool) errno.Errno {
	if rc := c.ByBackend(cpu); rc != ok {
		return rc
	}
	drv, flags := &c.St.Driver[ref], uint8(grant.HostMap)
	if ro {
		flags |= grant.MapReadonly
	}
	again := drv.State != grant.DriverOff && c.St.Kernel.Stage > grant.Primed                  // it is another connection
	stopped := !persistent && c.St.Kernel.Stage > grant.Primed && c.St.Kernel.Stage < grant.K2 // K1 sends no requests any more
	if c.St.DriverAt(slot) || again || stopped || drv.Closing || drv.Second != 0 || drv.State != grant.DriverOff && (drv.ReadOnly != ro || drv.Persistent != persistent) {
		return c.Refuse(errno.EBUSY)
	}
	rc := c.whole(func() errno.Errno { return c.Map(cpu, grant.DomF, ref, flags, slot, false) })
	if rc != ok {
		return rc
	}
	h := c.Seen[len(c.Seen)-1].Ref
	if drv.State != grant.DriverOff {
		drv.Second, drv.SecondOf = slot+1, h
		return ok
	}
	*drv = grant.Driver{State: grant.DriverIdle, Persistent: persistent, ReadOnly: ro, Handle: h, Slot: slot}
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
	if rc := c.ByBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.St.Driver[ref]
	if drv.State != grant.DriverIdle || c.St.Kernel.Stage > grant.Primed {
		return c.Refuse(errno.EBUSY)
	}
	drv.State = grant.DriverBusy
	return ok
}

// DriverAccess is a load or a store of the driver's, through either of its mappings.
func (c *Call) DriverAccess(cpu, ref uint8, second, write bool) errno.Errno {
	if rc := c.ByBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.St.Driver[ref]
	place := drv.Slot
	if second {
		place = drv.Second - 1
	}
	if drv.State == grant.DriverOff || second && drv.Second == 0 || write && drv.ReadOnly {
		return c.Refuse(errno.ENOENT)
	}
	return c.Access(cpu, place, write, grant.TagBack+grant.Tag(ref))
}

// Finish ends a request.
func (c *Call) Finish(cpu, ref uint8) errno.Errno {
	if rc := c.ByBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.St.Driver[ref]
	if drv.State != grant.DriverBusy {
		return c.Refuse(errno.ENOENT)
	}
	drv.State = grant.DriverIdle
	return ok
}

// Disconnect has the driver unmap: the second mapping first. What is persistent stays
// until it is to be closed.
func (c *Call) Disconnect(cpu, ref uint8) errno.Errno {
	if rc := c.ByBackend(cpu); rc != ok {
		return rc
	}
	drv := &c.St.Driver[ref]
	if drv.State != grant.DriverIdle || drv.Persistent && !drv.Closing {
		return c.Refuse(errno.EBUSY)
	}
	h, place := drv.Handle, drv.Slot
	if drv.Second != 0 {
		h, place = drv.SecondOf, drv.Second-1
	}
	rc := c.whole(func() errno.Errno { return c.Unmap(cpu, h, place, gnttab.NoBus, false) })
	if rc < 0 {
		return rc
	}
	c.Note(grant.Event{Kind: grant.Unmaps, Dom: grant.DomB, Ref: h})
	if drv.Second != 0 {
		drv.Second, drv.SecondOf = 0, 0
		return rc
	}
	*drv = grant.Driver{Closing: drv.Closing}
	return rc
}
