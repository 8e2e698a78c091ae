package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// Operands of the kernels that follow one another.
var (
	Version = model.Named("grant table version", "1 or 2", "1", "2")
	PIRQ    = model.Number("pirq", "a PIRQ, by number", func(*model.Config) uint8 { return grant.MaxPIRQs }).NameOf("pirq")
	EmuIRQ  = model.Number("emuirq", "an emulated interrupt, by number", func(*model.Config) uint8 { return grant.MaxPIRQs }).NameOf("emuirq")
)

const unsafeText = "the design has kexec_is_safe, and it is cleared"

// One kernel of F and the next one.
var (
	KexecLoad = ops.Define(model.Spec{
		Name: "kernel.kexec_load", Doc: "K1 loads K2.",
		Source: "Linux kernel/kexec.c",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("loaded"), fails(errno.EBUSY, "loaded already, or there is no K1 any more"), fails(errno.EPERM, unsafeText), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.KexecLoad(a[0]) }),
	})
	KexecExec = ops.Define(model.Spec{
		Name: "kernel.kexec_exec", Doc: "K1 gives way to K2 in order, as the hand-over has it: at once, after a wait, by a soft reset, or by a revocation.",
		Source: "Linux kernel/kexec_core.c kernel_kexec()",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("begun"), fails(errno.ENOENT, "nothing is loaded"), fails(errno.EPERM, unsafeText), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.KexecExec(a[0]) }),
	})
	KernelCrash = ops.Define(model.Spec{
		Name: "kernel.crash", Doc: "K1 crashes, with K2 loaded for that: K2 lives in memory that was reserved for it and never granted.",
		Source: "Linux kernel/crash_core.c __crash_kexec()",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			ok("K2 is about to start"), fails(errno.ENOENT, "nothing is loaded"), fails(errno.EPERM, unsafeText), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.Crash(a[0]) }),
	})
	KernelBoot = ops.Define(model.Spec{
		Name: "kernel.boot", Doc: "K2 starts. It asks for a version of the grant table, and uses the layout of version 1 unless it gets version 2; it takes all references that are not reserved to be free.",
		Source:  "Linux drivers/xen/grant-table.c gnttab_init(), gnttab_request_version()",
		Args:    []model.Arg{{Name: "version", Type: Version}},
		Results: []model.Result{ok("K2 runs"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.Boot(a[0] + 1) }),
	})
	KernelUse = ops.Define(model.Spec{
		Name: "kernel.use", Doc: "The kernel of F stores something of its own into a page that it takes to be memory.",
		Source:  "xen/include/public/memory.h XENMEM_memory_map",
		Args:    []model.Arg{argBy, argGfn},
		Results: []model.Result{ok("stored"), fails(errno.EFAULT, "there is no page"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.Use(a[0], a[1]) }),
	})
	Revoke = ops.Define(model.Spec{
		Name: "xen.revoke", Doc: "Xen revokes what F has granted, in a design that does: no new maps, mappings are replaced, TLBs and IOMMU flushed, pins and references given back.",
		Source: "none: it was proposed, and never built",
		Args:   []model.Arg{},
		Results: []model.Result{
			ok("revoked, or begun"), fails(errno.ENOMEM, "no page is free, or none was supplied"), waits,
		},
		Run: by(func(c *grant.Call, _ *args) errno.Errno { return c.Revoke() }),
	})
	SoftReset = ops.Define(model.Spec{
		Name: "gnttab.soft_reset", Doc: "XEN_DOMCTL_soft_reset, after the devices were told to close: active grants are logged, emuirq bindings undone, a fresh page put where shared_info was. Event channels are another area's.",
		Source: "xen/common/domain.c domain_soft_reset(); xen/arch/x86/domain.c arch_domain_soft_reset()",
		Args:   []model.Arg{},
		Results: []model.Result{
			ok("K2 is about to start"), fails(errno.EINVAL, "F has not shut down"), fails(errno.EINVAL, "F is a PV domain: it is crashed"),
			fails(errno.ENOMEM, "no page is free: F is crashed"), waits,
		},
		Run: by(func(c *grant.Call, _ *args) errno.Errno { return c.SoftReset() }),
	})
	GnttabReset = ops.Define(model.Spec{
		Name: "gnttab.reset", Doc: "GNTTABOP_reset, which was proposed: end all mappings of the caller.",
		Source:  "none: it was proposed, and never built",
		Args:    []model.Arg{argBy},
		Results: []model.Result{ok("done, or begun"), fails(errno.ENOSYS, "there is no such operation"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.GnttabReset(a[0]) }),
	})
)

// What else outlives a kernel.
var (
	MapShinfo = ops.Define(model.Spec{
		Name: "kernel.map_shinfo", Doc: "XENMEM_add_to_physmap of shared_info: what was at the gfn is given back, and where shared_info was there is nothing.",
		Source: "xen/arch/x86/mm/p2m.c xenmem_add_to_physmap_one()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("there"), fails(errno.EINVAL, "not a translated domain, or no such gfn"), fails(errno.ENOMEM, "no page is free for the model's shared_info"), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.MapShinfo(a[0], a[1]) }),
	})
	UpdateShinfo = ops.Define(model.Spec{
		Name: "xen.update_shinfo", Doc: "Xen stores to shared_info: the time, or an event.",
		Source:  "xen/arch/x86/time.c update_domain_wallclock_time()",
		Args:    []model.Arg{},
		Results: []model.Result{ok("stored"), waits},
		Run:     by(func(c *grant.Call, _ *args) errno.Errno { return c.UpdateShinfo() }),
	})
	MapPIRQ = ops.Define(model.Spec{
		Name: "kernel.map_pirq", Doc: "PHYSDEVOP_map_pirq of an emulated interrupt. If either is bound otherwise Xen logs that, and answers 0.",
		Source:  "xen/arch/x86/irq.c map_domain_emuirq_pirq()",
		Args:    []model.Arg{argBy, {Name: "pirq", Type: PIRQ}, {Name: "emuirq", Type: EmuIRQ}},
		Results: []model.Result{ok("bound, or bound otherwise already"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.MapPIRQ(a[0], a[1], a[2]) }),
	})
)
