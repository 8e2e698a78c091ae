package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Assign is XEN_DOMCTL_assign_device. What fails of it is the environment's choice.
func (c *Call) Assign(actor, v, d uint8, fails iommu.Failure) errno.Errno {
	t, rc := c.by(actor, iommu.WorkAssign)
	if rc != ok {
		return rc
	}
	dev := &c.st.Dev[v]
	if rc := c.assignable(t, v, d); rc != ok {
		return c.drop(rc)
	}
	if dev.RMRR && c.locked(d) {
		return c.drop(errno.NotRunning)
	}
	t.Dev, t.Source, t.Target, t.Fails = v, dev.Owner, d, fails
	if d != iommu.DIO && dev.RMRR {
		if rc := c.mapReserved(t); rc != ok {
			return c.drop(rc)
		}
	}
	if dev.Owner == iommu.D0 {
		c.quarantine(v)
	}
	t.Fn, t.PC = v, iommu.DvCtx
	if dev.CanATS && c.flushing() == iommu.V6 && d != iommu.DIO {
		c.beginScan(t)
	}
	return c.begun(t)
}

// beginScan has the pages of who gets a device marked before it can reach them.
func (c *Call) beginScan(t *iommu.Task) {
	d := &c.st.Dom[t.Target]
	switch t.PC = iommu.DvScan; c.cfg.Scan {
	case iommu.ScanAtOnce:
		for c.scan(t); t.PC == iommu.DvScan; {
			c.scan(t)
		}
	case iommu.ScanEarly:
		d.ATS = true
	case iommu.ScanPaused:
		d.Paused++
	}
}

// scan marks a page if it is the domain's.
func (c *Call) scan(t *iommu.Task) errno.Errno {
	if f := &c.st.Frame[t.At]; f.Owner == t.Target && !f.XenHeap {
		f.Marked = true
	}
	if t.At++; t.At < c.cfg.Frames {
		return ok
	}
	d := &c.st.Dom[t.Target]
	t.PC, d.ATS = iommu.DvCtx, true
	if c.cfg.Scan == iommu.ScanPaused {
		d.Paused--
	}
	return ok
}

// assignable tells why a device cannot be assigned to a domain.
func (c *Call) assignable(t *iommu.Task, v, d uint8) errno.Errno {
	dev := &c.st.Dev[v]
	switch {
	case t.Dom != iommu.D0:
		return errno.EPERM
	case !c.st.Dom[d].On:
		return errno.EOPNOTSUPP
	case d == t.Dom || c.st.Dom[d].Life >= iommu.Dying:
		return errno.EINVAL
	case !dev.There:
		return errno.ENODEV
	case dev.Owner != iommu.D0 && dev.Owner != iommu.DIO:
		return errno.EBUSY
	case dev.Broken && d != iommu.DIO:
		return errno.EBADF
	}
	return ok
}

// mapReserved is iommu_identity_mapping() for a device's reserved range.
func (c *Call) mapReserved(t *iommu.Task) errno.Errno {
	switch {
	case t.Fails == iommu.FailRMRR:
		return errno.ENOMEM
	case c.taken(t.Target):
		return errno.EADDRINUSE
	}
	c.reserve(t.Target, iommu.MMIODirect)
	return ok
}

// taken tells whether a guest has something of its own where the range has to be.
func (c *Call) taken(d uint8) bool {
	is := c.st.Dom[d].P2M[iommu.RMRR].Type
	return is != iommu.Invalid && is != iommu.MMIODirect
}

// reserve has the range be in a guest's table, and p2m if it has one, or takes it out:
// set_identity_p2m_entry(), clear_identity_p2m_entry().
func (c *Call) reserve(d uint8, as iommu.P2MType) (old iommu.Entry) {
	e := iommu.P2M{Type: as}
	if c.st.Dom[d].HVM {
		c.st.Dom[d].P2M[iommu.RMRR] = e
	}
	return c.write(d, iommu.RMRR, entryOf(e))
}

// quarantine makes a device's table for quarantine: nothing but what is reserved for it.
func (c *Call) quarantine(v uint8) {
	if c.st.Dev[v].RMRR {
		c.write(iommu.TQ+v, iommu.RMRR, iommu.Firmware|iommu.Readable|iommu.Writable)
	}
}

// Deassign is XEN_DOMCTL_deassign_device.
func (c *Call) Deassign(actor, v, d uint8, fails iommu.Failure) errno.Errno {
	t, rc := c.by(actor, iommu.WorkDeassign)
	switch {
	case rc != ok:
		return rc
	case t.Dom != iommu.D0:
		return c.drop(errno.EPERM)
	case !c.st.Dom[d].On:
		return c.drop(errno.EOPNOTSUPP)
	case d == t.Dom:
		return c.drop(errno.EINVAL)
	case !c.st.Dev[v].There || c.st.Dev[v].Owner != d:
		return c.drop(errno.ENODEV)
	}
	t.Fails = fails
	c.beginDeassign(t, v, d)
	return c.begun(t)
}

// beginDeassign is the beginning of deassign_device(): where the device goes, and its
// phantom function first.
func (c *Call) beginDeassign(t *iommu.Task, v, d uint8) {
	dev := &c.st.Dev[v]
	t.Dev, t.Source, t.Target = v, d, iommu.D0
	if d != iommu.DIO && !c.on(iommu.B14) && (dev.Quarantine || !c.cfg.NoQuarantine) {
		t.Target = iommu.DIO
		c.quarantine(v)
	}
	if t.Fn = v; dev.Phantom {
		t.Fn = iommu.Phantom
	}
	t.PC = iommu.DvCtx
	if c.on(iommu.B15) {
		c.unmapReserved(t, d, iommu.DvCtx)
	}
}

// deviceSection does the next section of what the toolstack asks for.
func (c *Call) deviceSection(t *iommu.Task) errno.Errno {
	if at := t.PC; (at == iommu.DvCtx || at == iommu.DvOwner) && c.st.Dev[t.Dev].RMRR && (c.locked(t.Source) || c.locked(t.Target)) {
		return c.waits() // for the p2m lock: what is reserved may have to go
	}
	switch t.PC {
	case iommu.DvScan:
		return c.scan(t)
	case iommu.DvCtx:
		return c.setContext(t)
	case iommu.DvOwner:
		return c.setOwner(t)
	case iommu.DvNext:
		return c.nextFunction(t)
	case iommu.DsDeassign:
		return c.deassignNext(t)
	case iommu.DsTables:
		return c.freeTables(t)
	case iommu.DsPages:
		return c.freePages(t)
	}
	return c.deviceEnds(t)
}

// setContext is domain_context_mapping_one(): a function's context entry goes from the
// old table to the new one, in one step, and what was cached for the old one goes. An
// entry that is the new table's already is left alone.
func (c *Call) setContext(t *iommu.Task) errno.Errno {
	dev := &c.st.Dev[t.Dev]
	if c.st.Ctx[t.Fn].IsFor(t.Target, t.Dev) {
		t.PC = iommu.DvOwner
		return ok
	}
	did := uint8(iommu.MaxDIDs)
	if !c.contextFails(t) { // which is for want of a table, before there is a DID
		did = c.takeDID(dev.IOMMU, iommu.DomidOf(t.Target, t.Dev))
	}
	if did == iommu.MaxDIDs {
		t.Err = int8(errno.ENOMEM)
		return c.contextFailed(t)
	}
	old := c.st.Ctx[t.Fn]
	c.st.Ctx[t.Fn] = contextOf(dev, t.Target, t.Dev, did)
	t.PC = iommu.DvOwner
	if old.Type != iommu.Absent {
		t.Flush = iommu.Flush{Ctx: true, Fn: t.Fn, DID: old.DID, Dom: t.Source, First: iommu.All, Next: iommu.DvOwner}
		c.advance(t)
	}
	return ok
}

// takeDID is the DID of a domid on an IOMMU, a new one if it has none; MaxDIDs if none is
// left.
func (c *Call) takeDID(i, domid uint8) (did uint8) {
	if did = c.st.FindDID(i, domid); did < iommu.MaxDIDs {
		return did
	}
	if did = c.st.FreeDID(i, iommu.MaxDIDs); did < iommu.MaxDIDs {
		c.st.DIDs[i][did] = domid + 1
	}
	return did
}

// contextOf is a context entry for a domain's table.
func contextOf(dev *iommu.Device, d, v, did uint8) iommu.Ctx {
	ctx := iommu.Ctx{Type: iommu.MultiLevel, DID: did, Table: iommu.TableOf(d, v)}
	switch {
	case d == iommu.D0:
		ctx.Type = iommu.PassThrough
	case dev.CanATS:
		ctx.Type = iommu.DevIOTLB
	}
	return ctx
}

// contextFails tells whether the environment has this entry fail.
func (c *Call) contextFails(t *iommu.Task) bool {
	switch t.Fails {
	case iommu.FailCtx:
		return t.Fn != iommu.Phantom
	case iommu.FailPhantom:
		return t.Fn == iommu.Phantom && !t.Undo
	case iommu.FailUndo:
		return t.Fn == iommu.Phantom || t.Undo
	}
	return false
}

// contextFailed goes on where a context entry could not be written. A device whose
// phantom function could not be assigned is taken back.
func (c *Call) contextFailed(t *iommu.Task) errno.Errno {
	if t.PC = iommu.DvEnd; t.Work == iommu.WorkAssign && !t.Undo {
		c.busyATS(t.Target)
	}
	switch {
	case t.Undo && c.on(iommu.Mut13):
	case t.Undo:
		c.st.Dev[t.Dev].Broken = true
		c.crash(t.Source)
	case t.Work == iommu.WorkAssign && t.Fn == iommu.Phantom && c.on(iommu.B18):
		t.Err = 0
	case t.Work == iommu.WorkAssign && t.Fn == iommu.Phantom:
		c.beginDeassign(t, t.Dev, t.Target)
		t.Undo = true
	case t.Work != iommu.WorkAssign && c.st.Dev[t.Dev].Phantom && t.Fn != iommu.Phantom && !c.on(iommu.AsIs2):
		c.st.Dev[t.Dev].Broken = true // its functions are apart
	case t.Work == iommu.WorkAssign:
		c.unmapReserved(t, t.Target, iommu.DvEnd)
	}
	return ok
}

// setOwner has the device be its new owner's. ATS is enabled for whoever it is.
func (c *Call) setOwner(t *iommu.Task) errno.Errno {
	dev := &c.st.Dev[t.Dev]
	t.PC = iommu.DvNext
	if t.Fn == iommu.Phantom {
		return ok
	}
	dev.ATS = dev.CanATS // enable_ats_device(), broken or not
	dev.Owner = t.Target
	c.releaseDID(t.Source, dev.IOMMU)
	c.busyATS(t.Source)
	c.busyATS(t.Target)
	if !c.on(iommu.B15) {
		c.unmapReserved(t, t.Source, iommu.DvNext)
	}
	return ok
}

// releaseDID is check_cleanup_domid_map(): a domain without a device behind an IOMMU has
// no DID there. In quarantine each device has one of its own, which stays.
func (c *Call) releaseDID(d, i uint8) {
	for v := range c.st.Dev {
		if dev := &c.st.Dev[v]; dev.There && dev.Owner == d && dev.IOMMU == i {
			return
		}
	}
	if did := c.st.FindDID(i, d); did < iommu.MaxDIDs {
		c.st.DIDs[i][did] = 0
	}
}

// busyATS notes whether a domain has an ATS device (FL-V6).
func (c *Call) busyATS(d uint8) {
	dom := &c.st.Dom[d]
	dom.ATS = false
	for v := range c.st.Dev {
		dom.ATS = dom.ATS || c.st.Dev[v].There && c.st.Dev[v].Owner == d && c.st.Dev[v].ATS
	}
}

// unmapReserved takes a device's reserved range out of the table of a guest that had it:
// other devices of the guest's may have cached it.
func (c *Call) unmapReserved(t *iommu.Task, d uint8, next iommu.Phase) {
	if d != iommu.D0 && d != iommu.DIO && c.st.Dev[t.Dev].RMRR {
		old := c.reserve(d, iommu.Invalid)
		c.flushThen(t, d, iommu.RMRR, 1, old.Present(), next)
	}
}

// nextFunction goes on to the other function, if that has not changed hands yet: of an
// assignment the phantom one comes last, of a deassignment first.
func (c *Call) nextFunction(t *iommu.Task) errno.Errno {
	other := t.Dev
	if t.Fn == t.Dev && c.st.Dev[t.Dev].Phantom {
		other = iommu.Phantom
	}
	if t.PC = iommu.DvEnd; c.st.Ctx[other].Table != iommu.TableOf(t.Target, t.Dev) {
		t.Fn, t.PC = other, iommu.DvCtx
	}
	return ok
}

// deviceEnds ends what was asked for, or goes on with a destruction.
func (c *Call) deviceEnds(t *iommu.Task) errno.Errno {
	if t.Work == iommu.WorkDestroy {
		return c.deassigned(t)
	}
	dev, rc := &c.st.Dev[t.Dev], errno.Errno(t.Err)
	switch {
	case rc == ok && t.Target == iommu.D0:
		dev.Quarantine = false
	case rc == ok && t.Work == iommu.WorkAssign && t.Target == iommu.DIO:
		dev.Quarantine = true
	}
	return c.over(rc)
}

// Destroy is XEN_DOMCTL_destroydomain: the domain is dying from now on.
func (c *Call) Destroy(actor, d uint8, fails iommu.Failure) errno.Errno {
	t, rc := c.by(actor, iommu.WorkDestroy)
	switch {
	case rc != ok:
		return rc
	case t.Dom != iommu.D0:
		return c.drop(errno.EPERM)
	case d == t.Dom || d == iommu.DIO:
		return c.drop(errno.EINVAL)
	case c.st.Dom[d].Life == iommu.Dead:
		return c.drop(errno.ESRCH)
	case c.working(d):
		return c.drop(errno.NotRunning)
	}
	c.st.Dom[d].Life, c.st.Dom[d].Zombie = iommu.Dying, false
	t.Source, t.To, t.Fails, t.PC = d, d, fails, iommu.DsDeassign
	return c.begun(t)
}

// working tells whether a vCPU of a domain's is inside of a call: it is waited for.
func (c *Call) working(d uint8) bool {
	for cpu := range c.st.Task {
		if t := &c.st.Task[cpu]; t.Busy() && iommu.DomainOf(t.Actor) == d {
			return true
		}
	}
	return false
}

// deassignNext is pci_release_devices(), device by device.
func (c *Call) deassignNext(t *iommu.Task) errno.Errno {
	for v := range c.st.Dev {
		if dev := &c.st.Dev[v]; dev.There && dev.Owner == t.To {
			c.beginDeassign(t, uint8(v), t.To)
			return ok
		}
	}
	t.PC = iommu.DsTables
	return ok
}

// deassigned goes on behind a device. One that could not be taken away stops the
// destruction: its tables are still in use.
func (c *Call) deassigned(t *iommu.Task) errno.Errno {
	t.PC = iommu.DsDeassign
	if t.Err == 0 {
		return ok
	}
	if !c.on(iommu.B19) {
		c.st.Dom[t.To].Zombie = true
		return c.over(errno.Errno(t.Err))
	}
	t.Err, t.PC = 0, iommu.DsTables
	return ok
}

// freeTables is iommu_free_pgtables().
func (c *Call) freeTables(t *iommu.Task) errno.Errno {
	for g := range c.st.IOPT[t.To] {
		if old := c.write(t.To, uint8(g), 0); old.Present() {
			c.unflushed(old)
		}
	}
	c.st.Freed[t.To] = c.st.Dom[t.To].On
	t.PC = iommu.DsPages
	return ok
}

// freePages is relinquish_memory().
func (c *Call) freePages(t *iommu.Task) errno.Errno {
	d := &c.st.Dom[t.To]
	for g, e := range d.P2M {
		if d.P2M[g] = (iommu.P2M{}); e.Type == iommu.Foreign {
			c.putFinal(t, e.MFN, iommu.DsPages)
			return ok
		}
	}
	for m := range c.st.Frame {
		if c.st.Frame[m].Owner == t.To {
			c.putAlloc(uint8(m))
		}
	}
	d.Life = iommu.Dead
	return c.over(ok)
}
