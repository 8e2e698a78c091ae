package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Context is what set-context sets: struct vcpu_guest_context.
type Context struct {
	Kernel uint8 // kernel CR3, a frame
	User   uint8 // user CR3, a frame + 1, or 0
	Assist uint8 // vm_assist, an Assist operand
	Mode   uint8 // a Mode operand
}

// Modes of a context.
const (
	ModeKernel  = iota // VGCF_in_kernel | VGCF_online
	ModeUser           // VGCF_online
	ModeOffline        // VGCF_in_kernel
	ModeBadRegs        // registers that the checks refuse
)

// SetContext is XEN_DOMCTL_setvcpucontext.
func (c *Call) SetContext(cpu, vcpu uint8, ctx Context) errno.Errno {
	c.inOrder = vcpu == 0
	if rc := c.beginDomctl(cpu, vcpu); rc != errno.OK {
		return rc
	}
	if c.st.Dying && !c.on(AsIs3) {
		return c.refuse(errno.ESRCH)
	}
	// Xen pauses first. Nothing rests on a pause for a context that is refused.
	if rc := c.checkContext(&c.st.CPU[vcpu], vcpu, ctx); rc != errno.OK {
		return rc
	}
	if c.st.Dying {
		c.apart()
	}
	c.pauseDomain()
	return c.setInfo(vcpu, ctx)
}

// beginDomctl is what set-context and reset check first.
func (c *Call) beginDomctl(cpu, vcpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case c.st.Gone():
		return c.refuse(errno.ESRCH)
	case !c.foreign() || vcpu >= c.cfg.Guests:
		return c.refuse(errno.EINVAL)
	case c.guestInside():
		return c.refuse(errno.NotRunning) // domain_pause() waits
	}
	return errno.OK
}

// VCPUInitialise is VCPUOP_initialise, by the guest itself.
func (c *Call) VCPUInitialise(cpu, vcpu uint8, ctx Context) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case c.foreign():
		return c.refuse(errno.EPERM)
	case vcpu >= c.cfg.Guests:
		return c.refuse(errno.ENOENT)
	case c.st.CPU[vcpu].Init:
		return c.refuse(errno.EEXIST)
	}
	if rc := c.checkContext(&c.st.CPU[vcpu], vcpu, ctx); rc != errno.OK {
		return rc
	}
	return c.setInfo(vcpu, ctx)
}

// setInfo is arch_set_info_guest, with a context that is not refused.
func (c *Call) setInfo(vcpu uint8, ctx Context) errno.Errno {
	v := &c.st.CPU[vcpu]
	if v.Init {
		v.UserMode, v.Down = ctx.Mode == ModeUser, ctx.Mode == ModeOffline
		return errno.OK
	}
	v.UserMode = ctx.Mode == ModeUser
	rc := c.install(v, vcpu, ctx)
	if rc == errno.OK {
		v.InReset, v.Init, v.Down = false, true, ctx.Mode == ModeOffline
	}
	return rc
}

// checkContext is what phases 1 to 3 refuse. Today's code stores the mode when it has
// looked at the registers, and takes it back for nobody.
func (c *Call) checkContext(v *VCPU, vcpu uint8, ctx Context) errno.Errno {
	if ctx.Mode == ModeBadRegs {
		return c.refuse(errno.EINVAL)
	}
	rc := c.unfit(v, vcpu, ctx)
	if rc == errno.OK {
		return rc
	}
	if user := ctx.Mode == ModeUser; v.Init && user != v.UserMode && c.on(AsIs4) {
		v.UserMode, c.changed = user, true
		c.apart()
	}
	return c.refuse(rc)
}

// unfit is what phases 2 and 3 have against a context.
func (c *Call) unfit(v *VCPU, vcpu uint8, ctx Context) errno.Errno {
	switch {
	case vcpu == 0 && ctx.Assist&^assistPermitted != 0 && !c.on(B22):
		return errno.EINVAL
	case v.Init && (v.Table != ctx.Kernel+1 || v.User != ctx.User || ctx.User == 0 && ctx.Mode == ModeUser):
		return errno.EOPNOTSUPP
	case !v.Init && ctx.User == 0 && ctx.Mode == ModeUser && !c.on(B17):
		return errno.EINVAL
	}
	return errno.OK
}

// install is phases 4 to 7.
func (c *Call) install(v *VCPU, vcpu uint8, ctx Context) errno.Errno {
	if vcpu == 0 || c.on(M6) {
		if rc := c.fixupEarly(ctx.Assist); rc != errno.OK {
			return rc
		}
	}
	c.noCheck = c.on(B20)
	if rc := c.putOgt(c.cur); rc != errno.OK {
		return rc
	}
	v.InReset = true
	parked := v.Ogt == ctx.Kernel+1
	if rc := c.installKernel(v, ctx.Kernel); rc != errno.OK || parked && c.on(M8) {
		return rc
	}
	if c.fixup() == V3 && vcpu == 0 {
		if rc := c.fixupLate(ctx.Kernel); rc != errno.OK {
			c.keepKernel(v)
			return rc
		}
	}
	if ctx.User != 0 {
		if rc := c.installUser(v, ctx.User-1); rc != errno.OK {
			return rc
		}
	}
	if c.fixup() == V3u && vcpu == 0 {
		return c.fixupLate(ctx.Kernel)
	}
	return errno.OK
}

// installKernel is phase 6. What v still holds from an earlier attempt is
// taken back or dropped first (99d2b14991). Of that, today's code looks at
// old_guest_table alone.
func (c *Call) installKernel(v *VCPU, m uint8) errno.Errno {
	if !c.getPage(m) {
		return errno.EINVAL
	}
	if v.Ogt == m+1 && !v.OgtPartial {
		v.Ogt, v.OgtPartial = 0, false
		c.putPage(m)
		v.Table = m + 1
		return errno.OK
	}
	rc := c.dropEarlier(v)
	if rc == errno.OK {
		rc = c.getType(m, page.L4, true)
	}
	if rc != errno.OK {
		if preempted(rc) || !c.keptByOgt(m) {
			c.putPage(m)
		}
		return restart(rc)
	}
	c.fillRelaxed(m)
	if v.Table != 0 {
		c.apart()
	}
	v.Table = m + 1
	return errno.OK
}

// dropEarlier drops what v holds from an earlier attempt.
func (c *Call) dropEarlier(v *VCPU) errno.Errno {
	if c.on(AsIs2) {
		return c.putOgt(v)
	}
	return c.destroyTables(v)
}

// installUser is phase 7.
func (c *Call) installUser(v *VCPU, m uint8) errno.Errno {
	if !c.getPage(m) {
		return errno.EINVAL
	}
	rc := c.getType(m, page.L4, true)
	switch {
	case rc == errno.OK:
		if c.st.Strict() {
			c.zapSlot(m)
		}
		v.User = m + 1
		return errno.OK
	case preempted(rc):
		c.putPage(m)
		c.keepKernel(v)
		return errno.ERESTART
	case !c.keptByOgt(m):
		c.putPage(m)
	}
	return rc
}

// keepKernel parks the kernel table in v's old_guest_table until the call
// comes again.
func (c *Call) keepKernel(v *VCPU) {
	c.setOgt(v, v.Table-1, full)
	v.Table = 0
}

// VCPUReset is XEN_DOMCTL_setvcpucontext with a null context (vcpu_reset).
func (c *Call) VCPUReset(cpu, vcpu uint8) errno.Errno {
	if rc := c.beginDomctl(cpu, vcpu); rc != errno.OK {
		return rc
	}
	v := &c.st.CPU[vcpu]
	c.pause(v)
	v.InReset = true
	c.noCheck = c.on(B20)
	if rc := c.destroyTables(v); rc != errno.OK {
		return rc
	}
	v.Init, v.Down, v.InReset, v.UserMode = false, true, false, false
	if vcpu == 0 {
		c.fixupReset()
	}
	return errno.OK
}

// VCPUDown is VCPUOP_down. The last vCPU that is up shuts the domain down instead.
func (c *Call) VCPUDown(cpu, vcpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case c.foreign():
		return c.refuse(errno.EPERM)
	case vcpu >= c.cfg.Guests:
		return c.refuse(errno.ENOENT)
	}
	for v := range c.st.CPU[:c.cfg.Guests] {
		if uint8(v) != vcpu && !c.st.CPU[v].Down {
			c.st.CPU[vcpu].Down = true
			return errno.OK
		}
	}
	c.st.ShutDown = true
	return errno.OK
}

// Commands of the vm_assist hypercall.
const (
	AssistEnable = iota
	AssistDisable
	AssistUnknownCmd
)

// VMAssist is the vm_assist hypercall. It processes no table.
func (c *Call) VMAssist(cpu, cmd, bits uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case c.foreign():
		return c.refuse(errno.EPERM)
	case bits&^assistPermitted != 0:
		return c.refuse(errno.EINVAL)
	case cmd >= AssistUnknownCmd:
		return c.refuse(errno.ENOSYS)
	case cmd == AssistEnable:
		c.st.Assist |= bits
	default:
		c.st.Assist &^= bits
	}
	return errno.OK
}
