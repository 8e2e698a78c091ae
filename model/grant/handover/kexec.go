package handover

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
)

// KexecLoad has the kernel load its successor.
func (c *Call) KexecLoad(cpu uint8) errno.Errno {
	if rc := c.ByKernel(cpu); rc != ok {
		return rc
	}
	k := &c.St.Kernel
	switch {
	case k.Stage != grant.K1:
		return c.Refuse(errno.EBUSY)
	case k.Unsafe && (c.Handover(grant.V4) || c.Handover(grant.V5)):
		return c.Refuse(errno.EPERM)
	}
	k.Stage = grant.Primed
	return ok
}

// leaves tells whether the kernel can be left for the next one.
func (c *Call) leaves(cpu uint8) errno.Errno {
	if rc := c.ByKernel(cpu); rc != ok {
		return rc
	}
	switch k := &c.St.Kernel; {
	case c.busyFront():
		return c.Refuse(errno.NotRunning)
	case k.Stage != grant.Primed:
		return c.Refuse(errno.ENOENT)
	case k.Unsafe && c.Handover(grant.V5):
		return c.Refuse(errno.EPERM)
	}
	return ok
}

// KexecExec is the orderly end of K1, in the form of the hand-over.
func (c *Call) KexecExec(cpu uint8) errno.Errno {
	if rc := c.leaves(cpu); rc != ok {
		return rc
	}
	if c.Cfg.Handover.Fresh() && !c.St.Dom[grant.DomF].HVM {
		return c.Refuse(errno.EOPNOTSUPP) // a PV kernel knows its pages by their frames
	}
	if c.Cfg.Reset == grant.Listed {
		c.unmapListed(cpu)
	}
	switch k := &c.St.Kernel; c.Cfg.Handover {
	case grant.V1:
		k.Stage = grant.Waiting
	case grant.V2:
		c.closeAll()
		k.Stage = grant.Waiting
	case grant.V3:
		c.closeAll()
		k.Stage = grant.Resetting
	case grant.V0, grant.V4, grant.V5:
		k.Stage = grant.Booting
	default:
		k.Stage = grant.Revoking
	}
	c.Handover(c.Cfg.Handover)
	c.stopFront()
	return ok
}

// closeAll is the toolstack: the backend is told to close all devices.
func (c *Call) closeAll() {
	for r := range c.St.Driver {
		c.St.Driver[r].Closing = true
	}
}

// busyFront tells whether a vCPU of F is inside a hypercall, which ends before the vCPU
// can be stopped.
func (c *Call) busyFront() bool {
	for cpu := range c.St.Task {
		if t := &c.St.Task[cpu]; grant.DomainOf(uint8(cpu)) == grant.DomF && t.Busy() && t.Work != grant.WorkGrant && t.Work != grant.WorkEnd {
			return true
		}
	}
	return false
}

// stopFront ends what code of K1 was in the middle of.
func (c *Call) stopFront() {
	for cpu := range c.St.Task {
		if grant.DomainOf(uint8(cpu)) == grant.DomF {
			c.St.Task[cpu] = grant.Task{}
		}
	}
}

// Crash is kdump: K1 runs nothing more, and K2 starts in what is reserved for it.
func (c *Call) Crash(cpu uint8) errno.Errno {
	if rc := c.leaves(cpu); rc != ok {
		return rc
	}
	c.St.Kernel.Stage, c.St.Kernel.Crash = grant.Booting, true
	c.stopFront()
	return ok
}

// Boot is the start of K2: it maps the frames of the grant table, asks for a version,
// and takes the layout of version 1 if it does not get it. It believes that all
// references but the reserved ones are free.
func (c *Call) Boot(version uint8) errno.Errno {
	c.CPU = grant.Front0
	k, d := &c.St.Kernel, &c.St.Dom[grant.DomF]
	if c.St.Stopped() || d.Life != grant.Alive || !(k.Stage == grant.Booting || k.Stage == grant.Waiting && c.allEnded() && !c.busyFront()) {
		return c.Refuse(errno.NotRunning)
	}
	c.stopFront()
	k.Off = 0
	if c.Handover(grant.V12) { // not GR-V12u
		for r := range d.Table.Act {
			if d.Table.Act[r].Pinned() {
				k.Off |= 1 << r
			}
		}
	}
	k.Stage, k.Shinfo, k.Hole, k.Believes = grant.K2, 0, 0, [grant.MaxPIRQs]uint8{}
	rc := c.whole(func() errno.Errno { return c.SetVersion(grant.Front0, version) })
	if c.Refused, k.Layout = false, 1; rc == ok {
		k.Layout = version
	}
	d.Belief = [grant.MaxRefs]grant.Belief{grant.Reserved: d.Belief[grant.Reserved]}
	c.DropTLB(grant.DomF)
	for r := range c.St.Driver {
		c.St.Driver[r].Closing = false
	}
	if (c.Cfg.Reset == grant.R1 || c.Cfg.Reset == grant.R0) && d.Life == grant.Alive { // the first thing that a kernel does which knows of it
		c.whole(func() errno.Errno { return c.GnttabReset(grant.Front0) })
		c.Refused = false
	}
	return ok
}

// allEnded tells whether K1 knows of no grant any more but the reserved ones, which are the
// toolstack's.
func (c *Call) allEnded() bool {
	for _, b := range c.St.Dom[grant.DomF].Belief[grant.Reserved+1:] {
		if b.State != grant.Free {
			return false
		}
	}
	return true
}

// Use has the kernel that runs use a page of what it takes to be its memory for
// something of its own.
func (c *Call) Use(cpu, gfn uint8) errno.Errno {
	if rc := c.ByKernel(cpu); rc != ok {
		return rc
	}
	for _, b := range c.Own().Belief {
		if b.State != grant.Free && b.Frame == gfn {
			return c.Refuse(errno.EBUSY)
		}
	}
	if c.St.Kernel.Hole>>gfn&1 != 0 {
		return c.Refuse(errno.EBUSY)
	}
	m, t := c.Translate(grant.DomF, gfn)
	switch t {
	case grant.P2MTable: // where it has mapped its grant table
		return c.Refuse(errno.EBUSY)
	case grant.P2MNone:
		return errno.EFAULT
	}
	c.Touch(m, true, grant.TagPrivate)
	return ok
}

// SoftReset is XEN_DOMCTL_soft_reset, after libxl has had the devices closed. Active
// grants are only logged. What fails after the event channels are reset crashes F.
func (c *Call) SoftReset() errno.Errno {
	c.CPU = grant.Tool
	k, d := &c.St.Kernel, &c.St.Dom[grant.DomF]
	switch {
	case c.St.Stopped() || d.Life != grant.Alive:
		return c.Refuse(errno.NotRunning)
	case k.Stage != grant.Resetting:
		return c.Refuse(errno.EINVAL) // its vCPUs are not paused for shutdown
	case c.Task().Busy():
		return c.Refuse(errno.NotRunning)
	case !d.HVM:
		c.CrashDomain(grant.DomF)
		return errno.EINVAL
	}
	*c.Task() = grant.Task{Work: grant.WorkSoftReset, PC: grant.RPIRQ}
	if k.PIRQ == [grant.MaxPIRQs]uint8{} { // then that section does nothing
		c.Task().PC = grant.RShinfo
	}
	return c.Proceed()
}

// softResetSection is the next section of arch_domain_soft_reset().
func (c *Call) softResetSection(t *grant.Task) errno.Errno {
	k, d := &c.St.Kernel, &c.St.Dom[grant.DomF]
	if t.PC == grant.RPIRQ {
		k.PIRQ, t.PC = [grant.MaxPIRQs]uint8{}, grant.RShinfo
		return ok
	}
	if k.Shinfo != 0 && d.P2M[k.Shinfo-1] == (grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1}) { // else there is nothing to replace
		m := c.FreeFrame()
		if m == grant.MaxFrames || d.Tot >= d.Max {
			c.CrashDomain(grant.DomF)
			return c.Over(errno.ENOMEM)
		}
		c.Allocate(m, grant.DomF)
		d.P2M[k.Shinfo-1] = grant.P2M{Type: grant.P2MRAM, MFN: m}
		c.DropTLB(grant.DomF)
	}
	k.Stage = grant.Booting
	return c.Over(ok)
}

// MapShinfo is XENMEM_add_to_physmap of shared_info: its old gfn, if it has one, becomes
// a hole, and the memory that was at the new one is given back.
func (c *Call) MapShinfo(cpu, gfn uint8) errno.Errno {
	if rc := c.ByKernel(cpu); rc != ok {
		return rc
	}
	k, d := &c.St.Kernel, &c.St.Dom[grant.DomF]
	switch {
	case !d.HVM || gfn >= grant.MaxGfns:
		return c.Refuse(errno.EINVAL)
	case d.P2MLock != 0:
		return c.Waits()
	}
	switch e := d.P2M[gfn]; e.Type {
	case grant.P2MGrantRW, grant.P2MGrantRO, grant.P2MForeign:
		return c.Refuse(errno.ENXIO)
	case grant.P2MTable:
		if k.ShinfoMFN != 0 || c.FreeFrame() != grant.MaxFrames {
			c.Unhook(e.MFN, gfn)
		}
	}
	if k.ShinfoMFN == 0 {
		m := c.FreeFrame()
		if m == grant.MaxFrames {
			return c.Refuse(errno.ENOMEM)
		}
		c.Share(m)
	}
	for g := range d.P2M {
		if d.P2M[g] == (grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1}) {
			d.P2M[g] = grant.P2M{}
		}
	}
	if m, t := c.Translate(grant.DomF, gfn); t == grant.P2MTable {
		c.Unhook(m, gfn)
	} else if t == grant.P2MRAM && c.GetPage(m, grant.DomF) {
		c.PutAlloc(m)
		c.PutPage(m)
	}
	d.P2M[gfn] = grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1}
	if k.Shinfo != 0 { // the kernel knows where it was
		k.Hole |= 1 << (k.Shinfo - 1)
	}
	k.Hole &^= 1 << gfn
	k.Shinfo = gfn + 1
	c.DropTLB(grant.DomF)
	return ok
}

// UpdateShinfo is Xen's store to shared_info: the time, or an event.
func (c *Call) UpdateShinfo() errno.Errno {
	c.CPU = grant.Tool
	k := &c.St.Kernel
	if c.St.Stopped() || k.ShinfoMFN == 0 {
		return c.Refuse(errno.NotRunning)
	}
	return ok // whose page that is the books know
}

// MapPIRQ is map_domain_emuirq_pirq(). One of the two that is bound otherwise already is
// logged, and the call succeeds without doing anything.
func (c *Call) MapPIRQ(cpu, pirq, emuirq uint8) errno.Errno {
	if rc := c.ByKernel(cpu); rc != ok {
		return rc
	}
	k := &c.St.Kernel
	if k.Believes[pirq] != 0 {
		return c.Refuse(errno.EBUSY)
	}
	free := k.PIRQ[pirq] == 0
	for _, e := range k.PIRQ {
		free = free && e != emuirq+1
	}
	if free {
		k.PIRQ[pirq] = emuirq + 1
	}
	k.Believes[pirq] = emuirq + 1
	return ok
}

// GnttabReset is GNTTABOP_reset, which has been proposed: for all handles of the
// caller.
func (c *Call) GnttabReset(cpu uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	c.ResetAsked[c.Cfg.Reset] = true
	if c.Cfg.Reset != grant.R1 && c.Cfg.Reset != grant.R0 {
		return c.Refuse(errno.ENOSYS)
	}
	*c.Task() = grant.Task{Work: grant.WorkReset, PC: grant.RReset, At: c.Cfg.Handles}
	return c.Begun(grant.Task{})
}

// unmapListed is K1 that has kept a list of what it has mapped, and unmaps all of it.
func (c *Call) unmapListed(cpu uint8) {
	c.ResetAsked[grant.Listed] = true
	for h := range c.Cfg.Handles {
		e := &c.Track().Entry[h]
		if e.Flags == 0 || !c.Found(e.Domid) {
			continue
		}
		rc := c.whole(func() errno.Errno {
			return c.Unmap(cpu, h, c.placeOf(c.Table(e.Domid).Act[e.Ref].MFN), gnttab.RightBus, false)
		})
		if rc == ok {
			c.Note(grant.Event{Kind: grant.Unmaps, Dom: grant.DomainOf(cpu), Ref: h})
		}
	}
}

// placeOf is where the caller has mapped a frame by a grant.
func (c *Call) placeOf(m uint8) uint8 {
	for i := range uint8(grant.MaxGfns) {
		if c.Own().Grants(i, m) {
			return i
		}
	}
	return gnttab.NoPlace
}

// resetSection is one handle.
func (c *Call) resetSection(t *grant.Task) errno.Errno {
	if t.At == 0 {
		return c.Over(ok)
	}
	h := t.At - 1
	t.At--
	e := &c.Track().Entry[h]
	if e.Flags == 0 {
		return ok
	}
	d := grant.DomainOf(c.CPU)
	if e.Revoked {
		c.forgetRevoked()
	} else if c.Found(e.Domid) {
		if !c.Readable(e.Domid) {
			t.At++
			return c.Waits()
		}
		gone := false
		if m := c.Table(e.Domid).Act[e.Ref].MFN; c.Cfg.Reset == grant.R1 {
			gone = c.forget(d, m, e)
			c.DropTLB(d)
		}
		c.releaseParts(d, e, gone)
	}
	c.Note(grant.Event{Kind: grant.Unmaps, Dom: d, Ref: h})
	c.PutHandle(h)
	return ok
}

// forgetRevoked removes one page that a revocation has put somewhere, if the reset removes
// mappings at all.
func (c *Call) forgetRevoked() {
	d := c.Own()
	for place := range uint8(grant.MaxGfns) {
		e := d.Entry(place)
		if c.Cfg.Reset != grant.R1 || !e.Present() || c.St.Owner[e.Frame()] != grant.DomXen {
			continue
		}
		c.ReplaceRevoked(place, 0)
		return
	}
}

// forget removes one mapping of a frame from a domain's tables, whose place is searched. It
// tells whether there was one: the domain may have overwritten it.
func (c *Call) forget(d, m uint8, h *grant.Mapping) (gone bool) {
	dom, flags := &c.St.Dom[d], h.Flags
	for s := range dom.PTE {
		if e := dom.PTE[s]; !dom.HVM && e == page.To(m, gnttab.KindOf(flags)) && flags&grant.HostMap != 0 {
			dom.PTE[s], gone = 0, true
			break
		}
	}
	for g := range dom.P2M {
		if e := dom.P2M[g]; dom.HVM && e.MFN == m && (e.Type == grant.P2MGrantRW || e.Type == grant.P2MGrantRO) {
			dom.P2M[g], gone = grant.P2M{}, true
			break
		}
	}
	if c.St.Reached(d, h.Domid) {
		dom.IOPT[m], dom.Tree[m] = grant.NoDMA, grant.Count{}
	}
	return gone
}
