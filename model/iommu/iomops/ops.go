package iomops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/vtd"
)

// ops is the area's table of operations.
var ops model.Table

// args of a handler.
type args = model.Args

// by has an operation carried out by a method of vtd.Call.
func by(do func(c *vtd.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var fails, never = model.Can, model.Never

// Operands that operations of area iommu share.
var (
	argBy  = model.Arg{Name: "by", Type: By}
	argGfn = model.Arg{Name: "gfn", Type: Gfn}
	argTo  = model.Arg{Name: "to", Type: Gfn}
	argCPU = model.Arg{Name: "cpu", Type: CPU}
	argI   = model.Arg{Name: "iommu", Type: IOMMU}
	argDev = model.Arg{Name: "device", Type: Dev}
)

// longer is why a result is not reached.
const longer = "no scenario has ranges of more than two pages"

// Why others are not.
const (
	ownRAM = "ordinary memory that a domain has is its own"
	oneGfn = "a page is at one gfn"
)

// Memory: what guests do.
var (
	Decrease = ops.Define(model.Spec{
		Name:   "iommu.decrease_reservation",
		Doc:    "XENMEM_decrease_reservation of one page. A failure is told by the number of pages that are gone; here it is what guest_remove_page() answers.",
		Source: "xen/common/memory.c guest_remove_page()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("removed, or begun"),
			due(errno.ENOENT, "nothing is there", func(v *scene) bool { return v.dom().HVM && v.at(v.a[1]).Type == iommu.Invalid }),
			due(errno.EPERM, "a device's memory is there", func(v *scene) bool { return v.at(v.a[1]).Type == iommu.MMIODirect }),
			due(errno.ENXIO, "the page is not the PV domain's", func(v *scene) bool { return !v.dom().HVM && v.notMine() }),
			due(errno.ENXIO, "the page is not the domain's", func(v *scene) bool { return v.notOwn(v.a[1]) }),
			due(errno.ENOMEM, "a superpage cannot be split", func(v *scene) bool { return !v.stepped(iommu.StepRemove) && v.unsplit(v.a[1]) }),
			never(errno.EINVAL, "what a p2m entry names is a page"),
			cannot((*scene).locked),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Decrease(a[0], a[1]) }),
	})
	Populate = ops.Define(model.Spec{
		Name:   "iommu.populate_physmap",
		Doc:    "XENMEM_populate_physmap of one page: it belongs to the domain first, then it is where the domain wants it. A guest that does not say otherwise does so where nothing is.",
		Source: "xen/common/memory.c populate_physmap(), xen/arch/x86/mm/p2m.c p2m_add_page()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("the page is there, or begun"),
			due(errno.EEXIST, "something is there already, and the guest knows it", func(v *scene) bool { return v.dom().HVM && !v.own.Replace && v.at(v.a[1]).Type != iommu.Invalid }),
			due(errno.EPERM, "the domain has more than it may have", func(v *scene) bool { return v.dom().Tot > v.dom().Max }),
			due(errno.EPERM, "something is there that is not replaced so", func(v *scene) bool {
				return !v.stepped(iommu.StepPopulate) && v.dom().HVM && v.own.Replace && v.at(v.a[1]).Type != iommu.Invalid && !v.at(v.a[1]).Type.IsRAM()
			}),
			due(errno.E2BIG, "the domain may have no more", func(v *scene) bool { return v.dom().Tot == v.dom().Max }),
			due(errno.ENOMEM, "no page is free", (*scene).noFree),
			never(errno.EINVAL, "a domain that is dying does not run, and nobody else has the page yet"),
			cannot(func(v *scene) bool { return !v.stepped(iommu.StepPopulate) && v.locked() }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Populate(a[0], a[1]) }),
	})
	Memory = ops.Define(model.Spec{
		Name:   "iommu.memory",
		Doc:    "The environment: no memory is left for tables, or there is some again. A superpage cannot be split without.",
		Source: "xen/arch/x86/mm/p2m-pt.c p2m_next_level()",
		Args:   []model.Arg{{Name: "none", Type: YesNo}},
		Results: []model.Result{
			ok("so it is"), fails(errno.EEXIST, "so it was already").Due(plain(func(s *iommu.State, a *args) bool { return s.Stopped() || s.NoMemory == (a[0] == 1) })),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Memory(a[0] == 1) }),
	})
	Move = ops.Define(model.Spec{
		Name:   "iommu.add_to_physmap",
		Doc:    "XENMEM_add_to_physmap of a page of the domain's own (XENMAPSPACE_gmfn): it moves to another gfn, and what is there is given back.",
		Source: "xen/arch/x86/mm/p2m.c xenmem_add_to_physmap_one()",
		Args:   []model.Arg{argBy, argGfn, argTo},
		Results: []model.Result{
			ok("moved, or begun"),
			due(errno.EACCES, "no ordinary memory is there", func(v *scene) bool { return v.noRAM(v.a[1]) && !v.older() }),
			formerly(when(func(v *scene) bool { return v.canCall() && (v.notOwn(v.a[1]) || v.noRAM(v.a[1]) && v.older()) })),
			noDue(errno.EXDEV, oneGfn, func(v *scene) bool { return v.elsewhere(v.a[1]) }),
			due(errno.EPERM, "a device's memory is at the destination", func(v *scene) bool { return v.at(v.a[2]).Type == iommu.MMIODirect }),
			fails(errno.ENOMEM, "a superpage cannot be split").May(when((*scene).mayNotSplit), "which entries have to be changed"),
			due(errno.ENXIO, "what is at the destination is another domain's", func(v *scene) bool {
				return !v.stepped(iommu.StepMove) && v.at(v.a[2]).Type != iommu.Invalid && v.notOwn(v.a[2]) && v.at(v.a[1]).Type == iommu.RAM
			}),
			cannot((*scene).locked),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Move(a[0], a[1], a[2]) }),
	})
	MoveRange = ops.Define(model.Spec{
		Name:   "iommu.add_to_physmap_range",
		Doc:    "XENMAPSPACE_gmfn_range: so many pages move, and their translations are flushed when all have; if there is no room for more references, so many are done, and the rest is to be asked for again.",
		Source: "xen/common/memory.c xenmem_add_to_physmap()",
		Args:   []model.Arg{argBy, argGfn, argTo, {Name: "n", Type: Count}},
		Results: []model.Result{
			ok("moved, or begun"),
			fails(1, "one page is done"), never(2, longer),
			due(errno.EOVERFLOW, "the range goes beyond what there is", (*scene).beyond),
			due(errno.EACCES, "no ordinary memory is there", func(v *scene) bool { return v.ranged() && v.noRAM(v.firstOf(v.a[1])) && !v.older() }),
			formerly(when(func(v *scene) bool { return v.canCall() && v.ranged() && (v.older() || v.notOwn(v.firstOf(v.a[1]))) })),
			noDue(errno.EXDEV, oneGfn, func(v *scene) bool { return v.ranged() && v.elsewhere(v.firstOf(v.a[1])) }),
			due(errno.EPERM, "a device's memory is at the destination", func(v *scene) bool { return v.ranged() && v.at(v.firstOf(v.a[2])).Type == iommu.MMIODirect }),
			fails(errno.ENOMEM, "a superpage cannot be split").May(when((*scene).mayNotSplit), "which entries have to be changed"),
			later(errno.EACCES, "no ordinary memory is there"), later(errno.EPERM, "a device's memory is at the destination"),
			later(errno.ENXIO, "what is at the destination is another domain's"),
			never(errno.EILSEQ, "a call begins at its first page"),
			cannot(func(v *scene) bool { return v.ranged() && v.locked() }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.MoveRange(a[0], a[1], a[2], a[3]) }),
	})
)

// What goes on: CPUs, hardware, completions.
var (
	XenStep = ops.Define(model.Spec{
		Name:   "iommu.step",
		Doc:    "A CPU does the next phase of what it is in the middle of. The result of a call is that of its last one.",
		Source: "xen/drivers/passthrough/vtd/qinval.c, xen/common/memory.c",
		Args:   []model.Arg{argCPU},
		Results: []model.Result{
			ok("a phase done"),
			fails(1, "the end of a range of which one page is done").Due(onCPU(func(v *scene) bool { return v.doing().Work == iommu.WorkRange && v.doing().N > 1 })), never(2, longer),
			fails(errno.ETIMEDOUT, "the end of a call that has not waited for its flush (FL-V1t)").Due(onCPU((*scene).endsLate)),
			fails(errno.ENOMEM, "the end of what the toolstack asked for, and what could not be done").May(onCPU((*scene).fails), "how far it has come"),
			fails(errno.EINVAL, "the end of what a PV guest does with a page that is not its own any more, or in use as something else").May(onCPU((*scene).typing), "what has become of the page"),
			fails(errno.ENXIO, "the end of a move: what is at the destination is another domain's").May(onCPU((*scene).moving), "what is there"),
			fails(errno.EPERM, "the end of a populate: another domain's page is there by now").May(onCPU(func(v *scene) bool { return v.doing().Work == iommu.WorkPopulate }), "what is there"),
			inRange(errno.EACCES, "no ordinary memory is there"), formerly(onCPU(func(v *scene) bool { return v.older() && v.doing().Work == iommu.WorkRange })),
			never(errno.EXDEV, oneGfn), inRange(errno.EPERM, "a device's memory is at the destination"),
			fails(errno.NotRunning, "the CPU is in the middle of nothing, or waits: for the hardware, or for a lock").Due(onCPU((*scene).stepWaits)),
			fails(errno.NotRunning, "the queue has no room").May(onCPU((*scene).mayBeFull), "how many descriptors the flush has"),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Step(a[0]) }),
	})
	TimeOut = ops.Define(model.Spec{
		Name:   "iommu.timeout",
		Doc:    "FL-V1t: a CPU does not wait any longer. The device is broken, and the domain crashed.",
		Source: "xen/drivers/passthrough/vtd/qinval.c dev_invalidate_sync(), iommu_dev_iotlb_flush_timeout(); e4fee66043 took it away",
		Args:   []model.Arg{argCPU},
		Results: []model.Result{
			ok("it goes on"),
			never(errno.ETIMEDOUT, "something always follows a flush"),
			fails(errno.NotRunning, "the CPU does not wait, or nothing limits that").Due(onCPU(func(v *scene) bool { return !v.waiting() })),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.TimeOut(a[0]) }),
	})
	Tail = ops.Define(model.Spec{
		Name:    "iommu.tail",
		Doc:     "FL-V2, FL-V3, FL-V6: what is left of a removal that has returned when its flush was submitted: it drops its references.",
		Source:  "Xu, 2015-09-28, xen-devel",
		Results: []model.Result{ok("dropped"), fails(errno.NotRunning, "nothing is left").Due(plain(func(s *iommu.State, _ *args) bool { return !holds(s, iommu.PutAfter) }))},
		Run:     by(func(c *vtd.Call, _ *args) errno.Errno { return c.Tail() }),
	})
	Completion = ops.Define(model.Spec{
		Name:    "iommu.completion",
		Doc:     "The interrupt of an IOMMU says that waits were executed: what was held for flushes that are done is released.",
		Source:  "Xu, 2015-09-28, xen-devel",
		Args:    []model.Arg{argI},
		Results: []model.Result{ok("released"), fails(errno.NotRunning, "there is no interrupt").Due(plain(func(s *iommu.State, a *args) bool { return !s.IRQ[a[0]] }))},
		Run:     by(func(c *vtd.Call, a *args) errno.Errno { return c.Completion(a[0]) }),
	})
	Hardware = ops.Define(model.Spec{
		Name:   "iommu.hw",
		Doc:    "An IOMMU executes the descriptor at the head of its queue: IOTLB, Device-TLB or context cache entries go, or a wait is over. It may take its time.",
		Source: "Intel VT-d, queued invalidation",
		Args:   []model.Arg{argI},
		Results: []model.Result{
			ok("executed"),
			fails(errno.NotRunning, "the queue is empty").Due(plain(func(s *iommu.State, a *args) bool { return s.Queue[a[0]].N == 0 })),
			fails(errno.NotRunning, "the device does not answer").Due(plain(func(s *iommu.State, a *args) bool { return s.Queue[a[0]].N > 0 && stuck(s, a[0]) })),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Hardware(a[0]) }),
	})
	DMA = ops.Define(model.Spec{
		Name:   "pci.dma",
		Doc:    "A device makes an access, whatever its owner does meanwhile: by a translation of its own, if it has one, otherwise by one of the IOMMU's, which both then keep.",
		Source: "Intel VT-d, Device-TLBs; Linux 41b80db227",
		Args:   []model.Arg{{Name: "requester", Type: Fn}, {Name: "dfn", Type: Gfn}, {Name: "access", Type: Access}},
		Results: []model.Result{
			ok("made, or translated"),
			fails(errno.EFAULT, "nothing allows it").Due(func(c *model.Config, w *model.World, a *args) bool {
				return !noDevice(Of(w), Conf(c), a) && noWay(Of(w), Conf(c), a)
			}),
			fails(errno.NotRunning, "no such requester, or an access of its is under way").Due(func(c *model.Config, w *model.World, a *args) bool { return noDevice(Of(w), Conf(c), a) }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.DMA(a[0], a[1], a[2] == 1) }),
	})
	Stick = ops.Define(model.Spec{
		Name:   "pci.hang",
		Doc:    "A device does not answer invalidations any more. It goes on making accesses.",
		Source: "PCI Express, address translation services",
		Args:   []model.Arg{argDev},
		Results: []model.Result{
			ok("it does not"), fails(errno.EEXIST, "it did not before").Due(plain(func(s *iommu.State, a *args) bool { return s.Stopped() || s.Dev[a[0]].Stuck })),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Stick(a[0]) }),
	})
	Done = ops.Define(model.Spec{
		Name:    "pci.done",
		Doc:     "A device makes the access that it has under way.",
		Source:  "PCI Express, address translation services",
		Args:    []model.Arg{argDev},
		Results: []model.Result{ok("made"), fails(errno.NotRunning, "none is under way").Due(plain(func(s *iommu.State, a *args) bool { return s.InFlight[a[0]].E == 0 }))},
		Run:     by(func(c *vtd.Call, a *args) errno.Errno { return c.Done(a[0]) }),
	})
)
