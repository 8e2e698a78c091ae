package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// unsafe notes what kexec_is_safe is cleared by: ballooning, and mapping others'
// grants.
func (c *Call) unsafe(d uint8) {
	if d == DomF && (c.handover(V4) || c.handover(V5)) {
		c.st.Kernel.Unsafe = true
	}
}

// withholds tells whether a kernel does not use a reference, because it was pinned
// when the kernel started: GR-V12.
func (k *Kernel) withholds(ref uint8) bool { return k.Off>>ref&1 != 0 }

// KexecLoad has the kernel load its successor.
func (c *Call) KexecLoad(cpu uint8) errno.Errno {
	if rc := c.byKernel(cpu); rc != ok {
		return rc
	}
	k := &c.st.Kernel
	switch {
	case k.Stage != K1:
		return c.refuse(errno.EBUSY)
	case k.Unsafe && (c.handover(V4) || c.handover(V5)):
		return c.refuse(errno.EPERM)
	}
	k.Stage = Primed
	return ok
}

// leaves tells whether the kernel can be left for the next one.
func (c *Call) leaves(cpu uint8) errno.Errno {
	if rc := c.byKernel(cpu); rc != ok {
		return rc
	}
	switch k := &c.st.Kernel; {
	case c.busyFront():
		return c.refuse(errno.NotRunning)
	case k.Stage != Primed:
		return c.refuse(errno.ENOENT)
	case k.Unsafe && c.handover(V5):
		return c.refuse(errno.EPERM)
	}
	return ok
}

// KexecExec is the orderly end of K1, in the form of the hand-over.
func (c *Call) KexecExec(cpu uint8) errno.Errno {
	if rc := c.leaves(cpu); rc != ok {
		return rc
	}
	if c.handover(V12) && !c.st.Dom[DomF].HVM {
		return c.refuse(errno.EOPNOTSUPP) // a PV kernel knows its pages by their frames
	}
	switch k := &c.st.Kernel; c.cfg.Handover {
	case V1:
		k.Stage = Waiting
	case V2:
		c.closeAll()
		k.Stage = Waiting
	case V3:
		c.closeAll()
		k.Stage = Resetting
	case V0, V4, V5:
		k.Stage = Booting
	default:
		k.Stage = Revoking
	}
	c.handover(c.cfg.Handover)
	c.stopFront()
	return ok
}

// closeAll is the toolstack: the backend is told to close all devices.
func (c *Call) closeAll() {
	for r := range c.st.Driver {
		c.st.Driver[r].Closing = true
	}
}

// busyFront tells whether a vCPU of F is inside a hypercall, which ends before the vCPU
// can be stopped.
func (c *Call) busyFront() bool {
	for cpu := range c.st.Task {
		if t := &c.st.Task[cpu]; domainOf(uint8(cpu)) == DomF && t.Busy() && t.Work != WorkGrant && t.Work != WorkEnd {
			return true
		}
	}
	return false
}

// stopFront ends what code of K1 was in the middle of.
func (c *Call) stopFront() {
	for cpu := range c.st.Task {
		if domainOf(uint8(cpu)) == DomF {
			c.st.Task[cpu] = Task{}
		}
	}
}

// Crash is kdump: K1 runs nothing more, and K2 starts in what is reserved for it.
func (c *Call) Crash(cpu uint8) errno.Errno {
	if rc := c.leaves(cpu); rc != ok {
		return rc
	}
	c.st.Kernel.Stage, c.st.Kernel.Crash = Booting, true
	c.stopFront()
	return ok
}

// Boot is the start of K2: it maps the frames of the grant table, asks for a version,
// and takes the layout of version 1 if it does not get it. It believes that all
// references but the reserved ones are free.
func (c *Call) Boot(version uint8) errno.Errno {
	c.cpu = Front0
	k, d := &c.st.Kernel, &c.st.Dom[DomF]
	if c.st.Stopped() || d.Life != Alive || !(k.Stage == Booting || k.Stage == Waiting && c.allEnded() && !c.busyFront()) {
		return c.refuse(errno.NotRunning)
	}
	c.stopFront()
	k.Off = 0
	if c.handover(V12) {
		for r := range d.Table.Act {
			if d.Table.Act[r].Pinned() {
				k.Off |= 1 << r
			}
		}
	}
	k.Stage, k.Shinfo, k.Hole, k.Believes = K2, 0, 0, [MaxPIRQs]uint8{}
	rc := c.whole(func() errno.Errno { return c.SetVersion(Front0, version) })
	if c.refused, k.Layout = false, 1; rc == ok {
		k.Layout = version
	}
	d.Belief = [MaxRefs]Belief{Reserved: d.Belief[Reserved]}
	c.dropTLB(DomF)
	for r := range c.st.Driver {
		c.st.Driver[r].Closing = false
	}
	if c.cfg.Reset != NoReset && d.Life == Alive { // the first thing that a kernel does which knows of it
		c.whole(func() errno.Errno { return c.GnttabReset(Front0) })
		c.refused = false
	}
	return ok
}

// allEnded tells whether K1 knows of no grant any more but the reserved ones, which are the
// toolstack's.
func (c *Call) allEnded() bool {
	for _, b := range c.st.Dom[DomF].Belief[Reserved+1:] {
		if b.State != Free {
			return false
		}
	}
	return true
}

// Use has the kernel that runs use a page of what it takes to be its memory for
// something of its own.
func (c *Call) Use(cpu, gfn uint8) errno.Errno {
	if rc := c.byKernel(cpu); rc != ok {
		return rc
	}
	for _, b := range c.own().Belief {
		if b.State != Free && b.Frame == gfn {
			return c.refuse(errno.EBUSY)
		}
	}
	if c.st.Kernel.Hole>>gfn&1 != 0 {
		return c.refuse(errno.EBUSY)
	}
	m, t := c.translate(DomF, gfn)
	switch t {
	case P2MTable: // where it has mapped its grant table
		return c.refuse(errno.EBUSY)
	case P2MNone:
		c.note(Event{Kind: Faults, Dom: DomF})
		return errno.EFAULT
	}
	c.touch(m, true, TagPrivate)
	return ok
}

// SoftReset is XEN_DOMCTL_soft_reset, after libxl has had the devices closed. Active
// grants are only logged. What fails after the event channels are reset crashes F.
func (c *Call) SoftReset() errno.Errno {
	c.cpu = Tool
	k, d := &c.st.Kernel, &c.st.Dom[DomF]
	switch {
	case c.st.Stopped() || d.Life != Alive:
		return c.refuse(errno.NotRunning)
	case k.Stage != Resetting:
		return c.refuse(errno.EINVAL) // its vCPUs are not paused for shutdown
	case c.task().Busy():
		return c.refuse(errno.NotRunning)
	case !d.HVM:
		c.crash(DomF)
		return errno.EINVAL
	}
	*c.task() = Task{Work: WorkSoftReset, PC: RPIRQ}
	if k.PIRQ == [MaxPIRQs]uint8{} { // then that section does nothing
		c.task().PC = RShinfo
	}
	return c.proceed()
}

// softResetSection is the next section of arch_domain_soft_reset().
func (c *Call) softResetSection(t *Task) errno.Errno {
	k, d := &c.st.Kernel, &c.st.Dom[DomF]
	if t.PC == RPIRQ {
		k.PIRQ, t.PC = [MaxPIRQs]uint8{}, RShinfo
		return ok
	}
	if k.Shinfo != 0 && d.P2M[k.Shinfo-1] == (P2M{P2MRAM, k.ShinfoMFN - 1}) { // else there is nothing to replace
		m := c.freeFrame()
		if m == MaxFrames || d.Tot >= d.Max {
			c.crash(DomF)
			return c.over(errno.ENOMEM)
		}
		c.allocate(m, DomF)
		d.P2M[k.Shinfo-1] = P2M{P2MRAM, m}
		c.dropTLB(DomF)
	}
	k.Stage = Booting
	return c.over(ok)
}

// MapShinfo is XENMEM_add_to_physmap of shared_info: its old gfn, if it has one, becomes
// a hole, and the memory that was at the new one is given back.
func (c *Call) MapShinfo(cpu, gfn uint8) errno.Errno {
	if rc := c.byKernel(cpu); rc != ok {
		return rc
	}
	k, d := &c.st.Kernel, &c.st.Dom[DomF]
	switch {
	case !d.HVM || gfn >= MaxGfns:
		return c.refuse(errno.EINVAL)
	case d.P2MLock != 0:
		return c.waits()
	}
	switch e := d.P2M[gfn]; e.Type {
	case P2MGrantRW, P2MGrantRO, P2MForeign:
		return c.refuse(errno.ENXIO)
	case P2MTable:
		if k.ShinfoMFN != 0 || c.freeFrame() != MaxFrames {
			c.unhook(e.MFN, gfn)
		}
	}
	if k.ShinfoMFN == 0 {
		m := c.freeFrame()
		if m == MaxFrames {
			return c.refuse(errno.ENOMEM)
		}
		c.allocate(m, DomXen)
		k.ShinfoMFN = m + 1
	}
	for g := range d.P2M {
		if d.P2M[g] == (P2M{P2MRAM, k.ShinfoMFN - 1}) {
			d.P2M[g] = P2M{}
		}
	}
	if m, t := c.translate(DomF, gfn); t == P2MTable {
		c.unhook(m, gfn)
	} else if t == P2MRAM && c.getPage(m, DomF) {
		c.putAlloc(m)
		c.putPage(m)
	}
	d.P2M[gfn] = P2M{P2MRAM, k.ShinfoMFN - 1}
	k.Shinfo = gfn + 1
	c.dropTLB(DomF)
	return ok
}

// UpdateShinfo is Xen's store to shared_info: the time, or an event.
func (c *Call) UpdateShinfo() errno.Errno {
	c.cpu = Tool
	k := &c.st.Kernel
	if c.st.Stopped() || k.ShinfoMFN == 0 {
		return c.refuse(errno.NotRunning)
	}
	c.note(Event{Kind: Stores, Dom: DomXen, Frame: k.ShinfoMFN - 1, Tag: TagForeign})
	return ok
}

// MapPIRQ is map_domain_emuirq_pirq(). One of the two that is bound otherwise already is
// logged, and the call succeeds without doing anything.
func (c *Call) MapPIRQ(cpu, pirq, emuirq uint8) errno.Errno {
	if rc := c.byKernel(cpu); rc != ok {
		return rc
	}
	k := &c.st.Kernel
	if k.Believes[pirq] != 0 {
		return c.refuse(errno.EBUSY)
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

// Uses tells whether the kernel that runs in F takes a frame to be memory of its own.
func (s *State) Uses(m uint8) bool {
	d, k := &s.Dom[DomF], &s.Kernel
	if !d.HVM {
		return s.Owner[m] == DomF && (!k.Crash || k.Kept == m+1)
	}
	for g, e := range d.P2M {
		if e == (P2M{P2MRAM, m}) && (!k.Crash || k.Kept == uint8(g)+1) {
			return true
		}
	}
	return false
}

// GnttabReset is GNTTABOP_reset, which has been proposed: for all handles of the
// caller.
func (c *Call) GnttabReset(cpu uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	c.ResetAsked[c.cfg.Reset] = true
	if c.cfg.Reset == NoReset {
		return c.refuse(errno.ENOSYS)
	}
	*c.task() = Task{Work: WorkReset, PC: RReset, At: c.cfg.Handles}
	return c.begun(Task{})
}

// resetSection is one handle.
func (c *Call) resetSection(t *Task) errno.Errno {
	if t.At == 0 {
		return c.over(ok)
	}
	h := t.At - 1
	t.At--
	e := &c.track().Entry[h]
	if e.Flags == 0 {
		return ok
	}
	d := domainOf(c.cpu)
	if e.Revoked {
		c.forgetRevoked()
	} else if c.found(e.Domid) {
		if !c.readable(e.Domid) {
			t.At++
			return c.waits()
		}
		gone := false
		if m := c.table(e.Domid).Act[e.Ref].MFN; c.cfg.Reset == R1 {
			gone = c.forget(d, m, e)
			c.dropTLB(d)
		}
		c.releaseParts(d, e, gone)
	}
	c.note(Event{Kind: Unmaps, Dom: d, Ref: h})
	c.putHandle(h)
	return ok
}

// forgetRevoked removes one page that a revocation has put somewhere, if the reset removes
// mappings at all.
func (c *Call) forgetRevoked() {
	d := c.own()
	for place := range uint8(MaxGfns) {
		e := d.Entry(place)
		if c.cfg.Reset != R1 || !e.Present() || c.st.Owner[e.Frame()] != DomXen {
			continue
		}
		c.replaceRevoked(place, 0)
		return
	}
}

// forget removes one mapping of a frame from a domain's tables, whose place is searched. It
// tells whether there was one: the domain may have overwritten it.
func (c *Call) forget(d, m uint8, h *Mapping) (gone bool) {
	dom, flags := &c.st.Dom[d], h.Flags
	for s := range dom.PTE {
		if e := dom.PTE[s]; !dom.HVM && e == page.To(m, kindOf(flags)) && flags&HostMap != 0 {
			dom.PTE[s], gone = 0, true
			break
		}
	}
	for g := range dom.P2M {
		if e := dom.P2M[g]; dom.HVM && e.MFN == m && (e.Type == P2MGrantRW || e.Type == P2MGrantRO) {
			dom.P2M[g], gone = P2M{}, true
			break
		}
	}
	if c.st.Reached(d, h.Domid) {
		dom.IOPT[m], dom.Tree[m] = NoDMA, Count{}
	}
	return gone
}
