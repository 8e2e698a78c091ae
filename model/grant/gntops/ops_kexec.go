package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/handover"
)

// Operands of the kernels that follow one another.
var (
	Asked  = model.Named("version asked for", "the layout that a kernel wants its grant table in", "1", "2")
	PIRQ   = model.Number("pirq", "a PIRQ, by number", func(*model.Config) uint8 { return grant.MaxPIRQs }).NameOf("pirq")
	EmuIRQ = model.Number("emuirq", "an emulated interrupt, by number", func(*model.Config) uint8 { return grant.MaxPIRQs }).NameOf("emuirq")
)

const unsafeText = "the design has kexec_is_safe, and it is cleared"

// One kernel of F and the next one.
var (
	KexecLoad = ops.Define(model.Spec{
		Name: "kernel.kexec_load", Doc: "K1 loads K2.",
		Source: "Linux kernel/kexec.c",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("loaded"), kernels.due(errno.EBUSY, "loaded already, or there is no K1 any more", func(v *scene) bool { return !v.stage(grant.K1) }),
			kernels.due(errno.EPERM, unsafeText, func(v *scene) bool { return v.design(grant.V4, grant.V5) && v.s.Kernel.Unsafe }), kernels.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.KexecLoad(a[0]) }),
	})
	KexecExec = ops.Define(model.Spec{
		Name: "kernel.kexec_exec", Doc: "K1 gives way to K2 in order, as the hand-over has it: at once, after a wait, by a soft reset, or by a revocation.",
		Source: "Linux kernel/kexec_core.c kernel_kexec()",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("begun"), kernels.due(errno.ENOENT, "nothing is loaded", (*scene).notLoaded), kernels.due(errno.EPERM, unsafeText, (*scene).flagged),
			kernels.due(errno.EOPNOTSUPP, "the design gives a kernel other pages, and a PV kernel knows its pages by their frames", func(v *scene) bool { return v.design(grant.V12, grant.V12u) && !v.dom().HVM }), notYet,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.KexecExec(a[0]) }),
	})
	KernelCrash = ops.Define(model.Spec{
		Name: "kernel.crash", Doc: "K1 crashes, with K2 loaded for that: K2 lives in memory that was reserved for it and never granted.",
		Source: "Linux kernel/crash_core.c __crash_kexec()",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("K2 is about to start"), kernels.due(errno.ENOENT, "nothing is loaded", (*scene).notLoaded), kernels.due(errno.EPERM, unsafeText, (*scene).flagged), notYet,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Crash(a[0]) }),
	})
	KernelBoot = ops.Define(model.Spec{
		Name: "kernel.boot", Doc: "K2 starts. It asks for a version of the grant table, and uses the layout of version 1 unless it gets version 2; it takes all references that are not reserved to be free.",
		Source:  "Linux drivers/xen/grant-table.c gnttab_init(), gnttab_request_version()",
		Args:    []model.Arg{{Name: "version", Type: Asked}},
		Results: []model.Result{ok("K2 runs"), due0(errno.NotRunning, "K1 runs, or has not ended all its grants, or F is gone", func(v *scene) bool { return !v.mayStart() })},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.Boot(a[0] + 1) }),
	})
	KernelUse = ops.Define(model.Spec{
		Name: "kernel.use", Doc: "The kernel of F stores something of its own into a page that it takes to be memory.",
		Source:  "xen/include/public/memory.h XENMEM_memory_map",
		Args:    []model.Arg{argBy, argGfn},
		Results: []model.Result{ok("stored"), kernels.due(errno.EBUSY, "the kernel knows that it has granted the page, or given it back", (*scene).ownGrant), kernels.due(errno.EFAULT, "there is no page", func(v *scene) bool { return v.noPage(v.a[1]) }), kernels.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.Use(a[0], a[1]) }),
	})
	Revoke = ops.Define(model.Spec{
		Name: "xen.revoke", Doc: "Xen revokes what F has granted, in a design that does: no new maps, mappings are replaced, TLBs and IOMMU flushed, pins and references given back.",
		Source: "none: it was proposed, and never built",
		Args:   []model.Arg{},
		Results: []model.Result{
			ok("revoked, or begun"), due0(errno.ENOMEM, "too few pages are free", func(v *scene) bool {
				return v.stage(grant.Revoking) && !v.stepped(grant.StepRevoke) && v.outOfPages()
			}),
			fails(errno.ENOMEM, "too few pages are free, or were supplied").May(when0(func(v *scene) bool {
				return v.stage(grant.Revoking) && !v.stepped(grant.StepRevoke) && v.mayRunOut()
			}), "which pages become free meanwhile, or are in use"),
			due0(errno.NotRunning, "K1 has not ended, or Xen is at it already, or waits for calls that are in progress", func(v *scene) bool {
				return v.task().Busy() || !v.stage(grant.Revoking) || v.gone() || v.locked(grant.DomF) || gntview.Unsettled(v.s)
			}),
		},
		Run: by(func(c *handover.Call, _ *args) errno.Errno { return c.Revoke() }),
	})
	SoftReset = ops.Define(model.Spec{
		Name: "gnttab.soft_reset", Doc: "XEN_DOMCTL_soft_reset, after the devices were told to close: active grants are logged, emuirq bindings undone, a fresh page put where shared_info was. Event channels are another area's.",
		Source: "xen/common/domain.c domain_soft_reset(); xen/arch/x86/domain.c arch_domain_soft_reset()",
		Args:   []model.Arg{},
		Results: []model.Result{
			ok("K2 is about to start"), due0(errno.EINVAL, "F has not shut down", (*scene).notShutDown), due0(errno.EINVAL, "F is a PV domain: it is crashed", func(v *scene) bool { return v.stage(grant.Resetting) && !v.s.Dom[grant.DomF].HVM && !v.gone() }),
			due0(errno.ENOMEM, "F gets no page: it is crashed", func(v *scene) bool {
				return !v.gone() && !v.notShutDown() && (!v.stepped(grant.StepRevoke) || v.s.Kernel.PIRQ == [grant.MaxPIRQs]uint8{}) && v.noShinfoPage()
			}), due0(errno.NotRunning, "F is gone, or Xen is in the middle of something", func(v *scene) bool { return v.gone() || v.task().Busy() }),
		},
		Run: by(func(c *handover.Call, _ *args) errno.Errno { return c.SoftReset() }),
	})
	GnttabReset = ops.Define(model.Spec{
		Name: "gnttab.reset", Doc: "GNTTABOP_reset, which was proposed: end all mappings of the caller.",
		Source:  "none: it was proposed, and never built",
		Args:    []model.Arg{argBy},
		Results: []model.Result{ok("done, or begun"), domains.due(errno.ENOSYS, "there is no such operation", func(v *scene) bool { r := Conf(v.c).Reset; return r != grant.R0 && r != grant.R1 }), domains.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.GnttabReset(a[0]) }),
	})
)

// What else outlives a kernel.
var (
	MapShinfo = ops.Define(model.Spec{
		Name: "kernel.map_shinfo", Doc: "XENMEM_add_to_physmap of shared_info: what was at the gfn is given back, and where shared_info was there is nothing.",
		Source: "xen/arch/x86/mm/p2m.c xenmem_add_to_physmap_one()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("there"), kernels.due(errno.EINVAL, "not a translated domain, or no such gfn", func(v *scene) bool { return !v.dom().HVM || v.a[1] >= grant.MaxGfns }), kernels.due(errno.ENOMEM, "no page is free for the model's shared_info", func(v *scene) bool {
				return v.s.Kernel.ShinfoMFN == 0 && v.noFree() && !v.mappedOver()
			}),
			kernels.due(errno.ENXIO, "a grant is mapped there", (*scene).mappedOver),
			kernels.waiting(waitsFor, func(v *scene) bool { return !v.idle() || v.shinfoWaits() }),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.MapShinfo(a[0], a[1]) }),
	})
	UpdateShinfo = ops.Define(model.Spec{
		Name: "xen.update_shinfo", Doc: "Xen stores to shared_info: the time, or an event.",
		Source:  "xen/arch/x86/time.c update_domain_wallclock_time()",
		Args:    []model.Arg{},
		Results: []model.Result{ok("stored"), due0(errno.NotRunning, "there is no shared_info", func(v *scene) bool { return v.s.Stopped() || v.s.Kernel.ShinfoMFN == 0 })},
		Run:     by(func(c *handover.Call, _ *args) errno.Errno { return c.UpdateShinfo() }),
	})
	MapPIRQ = ops.Define(model.Spec{
		Name: "kernel.map_pirq", Doc: "PHYSDEVOP_map_pirq of an emulated interrupt. If either is bound otherwise Xen logs that, and answers 0.",
		Source:  "xen/arch/x86/irq.c map_domain_emuirq_pirq()",
		Args:    []model.Arg{argBy, {Name: "pirq", Type: PIRQ}, {Name: "emuirq", Type: EmuIRQ}},
		Results: []model.Result{ok("bound, or bound otherwise already"), kernels.due(errno.EBUSY, "the kernel knows that it is bound", func(v *scene) bool { return v.s.Kernel.Believes[v.a[1]] != 0 }), kernels.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.MapPIRQ(a[0], a[1], a[2]) }),
	})
)

// mappedOver tells whether a translated caller has a grant where it wants shared_info.
func (v *scene) mappedOver() bool {
	if !v.dom().HVM || v.a[1] >= grant.MaxGfns {
		return false
	}
	t := v.dom().P2M[v.a[1]].Type
	return t == grant.P2MGrantRW || t == grant.P2MGrantRO || t == grant.P2MForeign
}

// shinfoWaits tells whether the p2m is locked.
func (v *scene) shinfoWaits() bool {
	return v.dom().HVM && v.a[1] < grant.MaxGfns && v.dom().P2MLock != 0
}
