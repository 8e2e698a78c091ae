package iomops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/vtd"
)

// Operands of the toolstack's operations.
var (
	argDom   = model.Arg{Name: "dom", Type: Dom}
	argFails = model.Arg{Name: "fails", Type: Fails}
)

// What is looked at first: xsm_domctl(), iommu_do_domctl().
var (
	onlyTool = due(errno.EPERM, "only the toolstack may", func(v *scene) bool { return v.by() != iommu.D0 }).First()
	noTable  = due(errno.EOPNOTSUPP, "the domain has no IOMMU table", func(v *scene) bool { return !v.s.Dom[v.a[2]].On }).First()
)

// Devices: what the toolstack does.
var (
	Assign = ops.Define(model.Spec{
		Name:   "iommu.assign_device",
		Doc:    "XEN_DOMCTL_assign_device: a device that is the hardware domain's, or in quarantine, becomes a guest's, or goes into quarantine, where it may be already. What fails is the environment's choice.",
		Source: "xen/drivers/passthrough/pci.c assign_device(), xen/drivers/passthrough/vtd/iommu.c domain_context_mapping_one()",
		Args:   []model.Arg{argBy, argDev, argDom, argFails},
		Results: []model.Result{
			ok("assigned, or begun"),
			onlyTool,
			noTable,
			due(errno.EINVAL, "to the caller itself, or to a domain that is dying", func(v *scene) bool { return v.a[2] == v.by() || v.s.Dom[v.a[2]].Life >= iommu.Dying }).First(),
			due(errno.ENODEV, "no such device", func(v *scene) bool { return !v.dev().There }),
			due(errno.EBUSY, "the device is somebody else's", func(v *scene) bool {
				return v.dev().There && v.dev().Owner != iommu.D0 && v.dev().Owner != iommu.DIO
			}),
			due(errno.EBADF, "a broken device", func(v *scene) bool { return v.dev().Broken && v.a[2] != iommu.DIO }),
			due(errno.EADDRINUSE, "the guest has something where the device has its reserved range", (*scene).reservedTaken),
			due(errno.ENOMEM, "the reserved range cannot be mapped", func(v *scene) bool {
				return v.takes() && iommu.Failure(v.a[3]) == iommu.FailRMRR && v.a[2] != iommu.DIO && v.dev().RMRR
			}),
			due(errno.ENOMEM, "a context entry cannot be written", func(v *scene) bool { return v.takes() && !v.stepped(iommu.StepDevice) && v.contextFails(v.a[2]) }),
			never(errno.EXDEV, "no domain shares or pages memory out"),
			never(errno.EILSEQ, "hardware does not write context entries"),
			cannot(func(v *scene) bool { return v.takes() && v.dev().RMRR && v.lockedFor(v.a[2]) }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Assign(a[0], a[1], a[2], iommu.Failure(a[3])) }),
	})
	Deassign = ops.Define(model.Spec{
		Name:   "iommu.deassign_device",
		Doc:    "XEN_DOMCTL_deassign_device: a guest's device goes into quarantine; one in quarantine, which the toolstack has reset, becomes the hardware domain's.",
		Source: "xen/drivers/passthrough/pci.c deassign_device(), xen/drivers/passthrough/vtd/iommu.c reassign_device_ownership()",
		Args:   []model.Arg{argBy, argDev, argDom, argFails},
		Results: []model.Result{
			ok("deassigned, or begun"),
			onlyTool,
			noTable,
			due(errno.EINVAL, "the caller's own", func(v *scene) bool { return v.a[2] == v.by() }).First(),
			due(errno.ENODEV, "not the domain's", func(v *scene) bool { return !v.dev().There || v.dev().Owner != v.a[2] }),
			due(errno.ENOMEM, "a context entry cannot be written", func(v *scene) bool {
				return v.dev().There && v.dev().Owner == v.a[2] && !v.stepped(iommu.StepDevice) && v.contextFails(v.leavesFor(v.a[2]))
			}),
			cannot(func(*scene) bool { return false }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Deassign(a[0], a[1], a[2], iommu.Failure(a[3])) }),
	})
	Destroy = ops.Define(model.Spec{
		Name:   "iommu.destroy",
		Doc:    "XEN_DOMCTL_destroydomain: the domain's devices are taken away, its IOMMU tables freed, then its pages. A device that stays stops that.",
		Source: "xen/drivers/passthrough/pci.c pci_release_devices(), xen/arch/x86/domain.c domain_relinquish_resources()",
		Args:   []model.Arg{argBy, argDom, argFails},
		Results: []model.Result{
			ok("gone, or begun"),
			onlyTool,
			due(errno.EINVAL, "the caller's own domain, or one that cannot be destroyed", func(v *scene) bool { return v.a[1] == v.by() || v.a[1] == iommu.DIO }).First(),
			due(errno.ESRCH, "no such domain", func(v *scene) bool { return v.s.Dom[v.a[1]].Life == iommu.Dead }).First(),
			due(errno.ENOMEM, "a device cannot be taken away", func(v *scene) bool {
				return !v.stepped(iommu.StepDestroy) && v.cannotRelease(v.a[1], iommu.Failure(v.a[2]))
			}),
			cannot(func(v *scene) bool { return v.calling(v.a[1]) }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Destroy(a[0], a[1], iommu.Failure(a[2])) }),
	})
)

// dev is the device that is named.
func (v *scene) dev() *iommu.Device { return &v.s.Dev[v.a[1]] }

// takes tells whether a device can be assigned as is asked.
func (v *scene) takes() bool {
	dev, d := v.dev(), v.a[2]
	ours := dev.There && (dev.Owner == iommu.D0 || dev.Owner == iommu.DIO)
	return ours && d != v.by() && v.s.Dom[d].Life < iommu.Dying && v.s.Dom[d].On && (!dev.Broken || d == iommu.DIO)
}

// free are the types that leave room for a reserved range: it may be there already.
var free = map[iommu.P2MType]bool{iommu.Invalid: true, iommu.MMIODirect: true}

func (v *scene) reservedTaken() bool {
	return v.takes() && v.a[2] != iommu.DIO && v.dev().RMRR && iommu.Failure(v.a[3]) != iommu.FailRMRR && !free[v.s.Dom[v.a[2]].P2M[iommu.RMRR].Type]
}

// contextFails tells whether one of the device's context entries has to be written
// for a domain's table, and cannot.
func (v *scene) contextFails(to uint8) bool {
	dev := v.a[1]
	main, phantom := !v.s.Ctx[dev].IsFor(to, dev), v.dev().Phantom && !v.s.Ctx[iommu.Phantom].IsFor(to, dev)
	switch iommu.Failure(v.a[3]) {
	case iommu.FailCtx:
		return main
	case iommu.FailPhantom, iommu.FailUndo:
		return phantom
	}
	return false
}

// leavesFor is where a device goes that a domain loses.
func (v *scene) leavesFor(d uint8) uint8 {
	if d != iommu.DIO && (v.dev().Quarantine || !v.own.NoQuarantine) {
		return iommu.DIO
	}
	return iommu.D0
}

// cannotRelease tells whether a device of a domain's cannot be taken away.
func (v *scene) cannotRelease(d uint8, f iommu.Failure) bool {
	for i := range v.s.Dev {
		dev := &v.s.Dev[i]
		if dev.There && dev.Owner == d && (f == iommu.FailCtx || (f == iommu.FailPhantom || f == iommu.FailUndo) && dev.Phantom) {
			return v.s.Dom[d].Life != iommu.Dead && d != v.by() && d != iommu.DIO
		}
	}
	return false
}

// calling tells whether a vCPU of a domain's is inside of a call.
func (v *scene) calling(d uint8) bool {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.Busy() && iommu.DomainOf(t.Actor) == d {
			return true
		}
	}
	return false
}
