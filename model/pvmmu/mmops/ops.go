package mmops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// Reasons why a result is out of the model's scope.
const (
	noHandles = "guest handles and copies from guest memory are not modelled"
	noPolicy  = "XSM policy is not modelled: the toolstack may do everything"
	onlyPV    = "the only domain is a 64-bit PV one"
	noBatch   = "batches have one element"
	infinite  = "memory of the hypervisor itself does not run out in the model"
)

// Results that operations share.
var (
	restarts   = fails(errno.ERESTART, "preempted, or the caller's old_guest_table was, or the domain has to be shadowed first (pv-l1tf); call again")
	notRunning = fails(errno.NotRunning, "the calling vCPU is not initialised, down, in reset, or its domain is dying")
	lost       = fails(errno.ESRCH, "nothing is left of the domain")
	dying      = fails(errno.ESRCH, "the domain is being destroyed; the model's toolstack makes no such call about it then")
)

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var fails, never = model.Can, model.Never

// Operands that operations share.
var (
	argCPU     = model.Arg{Name: "cpu", Type: CPU}
	argFrame   = model.Arg{Name: "frame", Type: pool.Frame}
	argVCPU    = model.Arg{Name: "vcpu", Type: VCPU}
	argLevel   = model.Arg{Name: "level", Type: Level}
	argSlot    = model.Arg{Name: "slot", Type: pool.Slot}
	argEntry   = model.Arg{Name: "entry", Type: pool.Ent}
	argPreempt = model.Arg{Name: "preempt", Type: model.Preempt}
)

// args of a handler.
type args = model.Args

// ops is the area's table of operations.
var ops model.Table

// by has an operation carried out by a method of pvmmu.Call.
func by(do func(c *pvmmu.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

// context reads the operands kernel, user, assist, mode from the third on.
func context(a *args) pvmmu.Context {
	return pvmmu.Context{Kernel: a[2], User: a[3], Assist: a[4], Mode: a[5]}
}

// The operations of area pvmmu.
var (
	Pin = ops.Define(model.Spec{
		Name:   "mmuext.pin",
		Doc:    "MMUEXT_PIN_L1_TABLE to MMUEXT_PIN_L4_TABLE: audit the frame as a page table of that level and keep it so until it is unpinned.",
		Source: "xen/arch/x86/mm.c do_mmuext_op(), pin_page",
		Args:   []model.Arg{argCPU, argFrame, argLevel, argPreempt},
		Results: []model.Result{
			ok("audited and pinned"),
			refused(errno.EINVAL, "no such page", notOurs(1)),
			refused(errno.EINVAL, "another type is in use", pinOtherType),
			refused(errno.EINVAL, "an entry is bad, or its table cannot be had", pinFinds(badEntry)),
			refused(errno.EINVAL, "already pinned", pinTwice),
			refused(errno.EBUSY, "an L1 entry names a page that cannot be had as it asks", pinFinds(busyEntry)),
			preempted(3, pinWork), raced(3, always), gone, cannot, beyond(pinWork),
			never(errno.EFAULT, noHandles), never(errno.EPERM, noPolicy),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Pin(a[0], a[1], page.Type(a[2])) }),
	})
	Unpin = ops.Define(model.Spec{
		Name:   "mmuext.unpin",
		Doc:    "MMUEXT_UNPIN_TABLE: drop the pin. The result is 0 even if the un-audit was preempted; the rest is the caller's old_guest_table.",
		Source: "xen/arch/x86/mm.c do_mmuext_op(), MMUEXT_UNPIN_TABLE",
		Args:   []model.Arg{argCPU, argFrame, argPreempt},
		Results: []model.Result{
			ok("unpinned"),
			refused(errno.EINVAL, "no such page", notOurs(1)),
			refused(errno.EINVAL, "not pinned", notPinned),
			preempted(2, oldWork), raced(2, hasOgt), gone, cannot, beyond(unpinWork),
			never(errno.EFAULT, noHandles), never(errno.EPERM, noPolicy),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Unpin(a[0], a[1]) }),
	})
	Continue = ops.Define(model.Spec{
		Name:   "mmuext.continue",
		Doc:    "The empty continuation of mmuext_op or mmu_update: finish the caller's old_guest_table.",
		Source: "xen/arch/x86/mm.c do_mmuext_op(), put_old_guest_table()",
		Args:   []model.Arg{argCPU, argPreempt},
		Results: []model.Result{
			ok("nothing is left"), preempted(1, oldWork), raced(1, hasOgt), cannotEver, beyond(oldWork),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Continue(a[0]) }),
	})
	NewBaseptr = ops.Define(model.Spec{
		Name:   "mmuext.new_baseptr",
		Doc:    "MMUEXT_NEW_BASEPTR: the calling vCPU's kernel table. In relaxed mode an empty slot is filled.",
		Source: "xen/arch/x86/mm.c new_guest_cr3()",
		Args:   []model.Arg{argCPU, argFrame, argPreempt},
		Results: []model.Result{
			ok("installed, or installed already"),
			refused(errno.EINVAL, "no such page", pointsTo(kernelPointer, noPage)),
			refused(errno.EINVAL, "another type is in use", pointsTo(kernelPointer, otherType)),
			refused(errno.EINVAL, "an entry is bad, or its table cannot be had", pointsTo(kernelPointer, badEntry)),
			refused(errno.EBUSY, "an audit met an L1 entry that cannot be had", pointsTo(kernelPointer, busyEntry)),
			refused(errno.EPERM, "not for another domain", byTools),
			preempted(2, pointerWork(kernelPointer)), raced(2, moves(kernelPointer)), gone, cannot, beyond(pointerWork(kernelPointer)), never(errno.EFAULT, noHandles),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.NewBaseptr(a[0], a[1]) }),
	})
	NewUserBaseptr = ops.Define(model.Spec{
		Name:   "mmuext.new_user_baseptr",
		Doc:    "MMUEXT_NEW_USER_BASEPTR: the calling vCPU's user table, or none. In strict mode the slot is emptied.",
		Source: "xen/arch/x86/mm.c do_mmuext_op(), MMUEXT_NEW_USER_BASEPTR",
		Args:   []model.Arg{argCPU, {Name: "frame", Type: pool.FrameOrNone}, argPreempt},
		Results: []model.Result{
			ok("installed, or installed already"),
			refused(errno.EINVAL, "no such page", pointsTo(userPointer, noPage)),
			refused(errno.EINVAL, "another type is in use", pointsTo(userPointer, otherType)),
			refused(errno.EINVAL, "an entry is bad, or its table cannot be had", pointsTo(userPointer, badEntry)),
			refused(errno.EBUSY, "an audit met an L1 entry that cannot be had", pointsTo(userPointer, busyEntry)),
			refused(errno.EPERM, "not for another domain", byTools),
			preempted(2, pointerWork(userPointer)), raced(2, moves(userPointer)), gone, cannot, beyond(pointerWork(userPointer)), never(errno.EFAULT, noHandles),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.NewUserBaseptr(a[0], a[1]) }),
	})
	MMUUpdate = ops.Define(model.Spec{
		Name:   "mmu_update",
		Doc:    "mmu_update with one request: store an entry, in a page table with all references taken and dropped, in ordinary memory plainly.",
		Source: "xen/arch/x86/mm.c do_mmu_update(), mod_l1_entry() to mod_l4_entry()",
		Args:   []model.Arg{argCPU, argFrame, {Name: "slot", Type: SlotOrM2P}, argEntry, {Name: "cmd", Type: Command}, argPreempt},
		Results: []model.Result{
			ok("stored"),
			refused(errno.EINVAL, "no such page", notOurs(1)),
			refused(errno.EINVAL, "a type that cannot be written, or a table that is audited only in part", unwritable),
			refused(errno.EINVAL, "slot 256 of a page table (of an L4 it is Xen's; of others the model has none)", xenSlot),
			refused(errno.EINVAL, "bad flags", badFlags),
			refused(errno.EINVAL, "the entry's table cannot be had", stores(badEntry)),
			refused(errno.EBUSY, "an L1 entry names a page that cannot be had as it asks", stores(busyEntry)),
			refused(errno.ENOSYS, "no such command", badCommand),
			preempted(5, update), raced(5, always), gone, cannot, beyond(update),
			never(errno.EFAULT, noHandles+"; the failed store of an L3 or L4 entry cannot happen"),
			never(errno.EPERM, "Xen slots of an L2 exist for 32-bit guests only"),
			never(errno.EOPNOTSUPP, onlyPV), never(errno.EACCES, "I/O memory is not modelled"),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno {
			return c.MMUUpdate(a[0], a[1], a[2], page.Entry(a[3]), a[4])
		}),
	})
	UpdateVAMapping = ops.Define(model.Spec{
		Name:   "update_va_mapping",
		Doc:    "update_va_mapping: store an entry in the L1 that the caller's kernel table has in directory slot dir. A bad CPU mask is an error although the entry was written.",
		Source: "xen/arch/x86/mm.c __do_update_va_mapping()",
		Args:   []model.Arg{argCPU, {Name: "dir", Type: pool.Slot}, argSlot, argEntry, {Name: "flush", Type: Flush}},
		Results: []model.Result{
			ok("stored"),
			refused(errno.EINVAL, "no L1 there", noL1),
			refused(errno.EINVAL, "bad flags", badFlagsVA),
			refused(errno.EBUSY, "the entry names a page that cannot be had as it asks", busyVA),
			refused(errno.EFAULT, "stored, but the CPU mask is at a bad address", badMask),
			refused(errno.ERESTART, "the domain has to be shadowed first (pv-l1tf); call again", awayVA),
			cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno {
			return c.UpdateVAMapping(a[0], a[1], a[2], page.Entry(a[3]), a[4])
		}),
	})
	SetContext = ops.Define(model.Spec{
		Name:   "set-context",
		Doc:    "XEN_DOMCTL_setvcpucontext: registers, base pointers and, for vCPU 0, vm_assist. A preempted call reads the whole context again.",
		Source: "xen/arch/x86/domain.c arch_set_info_guest()",
		Args: []model.Arg{argCPU, argVCPU, {Name: "kernel", Type: pool.Frame}, {Name: "user", Type: pool.FrameOrNone},
			{Name: "assist", Type: Assist}, {Name: "mode", Type: Mode}, argPreempt},
		Results: []model.Result{
			ok("the vCPU is initialised"),
			refused(errno.EINVAL, "own domain", byGuest),
			refused(errno.EINVAL, "no such vCPU", noVCPU),
			refused(errno.EINVAL, "bad registers", badRegs),
			refused(errno.EINVAL, "a bit of vm_assist that is not permitted", badAssist),
			refused(errno.EINVAL, "user mode without a user table", freshUserWithout),
			refused(errno.EINVAL, "a base pointer names no page of the domain", contextFinds(noPage)),
			refused(errno.EINVAL, "a base pointer names a page in use as another type", contextFinds(otherType)),
			refused(errno.EINVAL, "an entry below a base pointer is bad, or its table cannot be had", contextFinds(badEntry)),
			refused(errno.EBUSY, "an audit met an L1 entry that cannot be had", contextFinds(busyEntry)),
			refused(errno.EOPNOTSUPP, "the vCPU is initialised with other base pointers", otherPointers),
			fails(errno.Hang, "the fix-up loop does not end (claim MM-C17)").May(walks, "which L4s the loop meets, and what nr_l4_pages has become"),
			preempted(6, installing), raced(6, installs), interrupted(6, "preempted in the walk over page_list; call again", walks, walkLong), fails(errno.ESRCH, "the domain is being destroyed").Due(late), cannotContext, beyond(installing),
			never(errno.ENOMEM, infinite), never(errno.EFAULT, noHandles),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.SetContext(a[0], a[1], context(a)) }),
	})
	VCPUInitialise = ops.Define(model.Spec{
		Name:   "vcpuop.initialise",
		Doc:    "VCPUOP_initialise: as set-context, by the guest for another of its vCPUs.",
		Source: "xen/common/domain.c do_vcpu_op(), arch_set_info_guest()",
		Args: []model.Arg{argCPU, argVCPU, {Name: "kernel", Type: pool.Frame}, {Name: "user", Type: pool.FrameOrNone},
			{Name: "assist", Type: Assist}, {Name: "mode", Type: Mode}, argPreempt},
		Results: []model.Result{
			ok("the vCPU is initialised"),
			refused(errno.EINVAL, "bad registers", badRegs),
			refused(errno.EINVAL, "a bit of vm_assist that is not permitted", badAssist),
			refused(errno.EINVAL, "user mode without a user table", freshUserWithout),
			refused(errno.EINVAL, "a base pointer names no page of the domain", contextFinds(noPage)),
			refused(errno.EINVAL, "a base pointer names a page in use as another type", contextFinds(otherType)),
			refused(errno.EINVAL, "an entry below a base pointer is bad, or its table cannot be had", contextFinds(badEntry)),
			refused(errno.EBUSY, "an audit met an L1 entry that cannot be had", contextFinds(busyEntry)),
			refused(errno.EEXIST, "the vCPU is initialised", initialised),
			refused(errno.ENOENT, "no such vCPU", noVCPU),
			refused(errno.EPERM, "only for the caller's own domain", byTools),
			preempted(6, installing), raced(6, installs), cannot, beyond(installing),
			never(errno.ENOMEM, infinite), never(errno.EFAULT, noHandles),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.VCPUInitialise(a[0], a[1], context(a)) }),
	})
	VCPUReset = ops.Define(model.Spec{
		Name:   "vcpu-reset",
		Doc:    "XEN_DOMCTL_setvcpucontext with a null context: the vCPU drops its base pointers and is no longer initialised.",
		Source: "xen/common/domain.c vcpu_reset(), xen/arch/x86/mm.c vcpu_destroy_pagetables()",
		Args:   []model.Arg{argCPU, argVCPU, argPreempt},
		Results: []model.Result{
			ok("reset"),
			refused(errno.EINVAL, "own domain", byGuest),
			refused(errno.EINVAL, "no such vCPU", noVCPU),
			preempted(2, resetWork), raced(2, holds), gone, cannotPause, beyond(resetWork),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.VCPUReset(a[0], a[1]) }),
	})
	VCPUDown = ops.Define(model.Spec{
		Name:   "vcpuop.down",
		Doc:    "VCPUOP_down: the vCPU stops running; it stays initialised. If it is the last one that is up, it stays up, and the domain shuts down: no vCPU of it runs any more, whoever gets a context.",
		Source: "xen/common/domain.c do_vcpu_op()",
		Args:   []model.Arg{argCPU, argVCPU},
		Results: []model.Result{
			ok("down, or the domain is"), refused(errno.ENOENT, "no such vCPU", noVCPU),
			refused(errno.EPERM, "only for the caller's own domain", byTools), cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.VCPUDown(a[0], a[1]) }),
	})
	VMAssist = ops.Define(model.Spec{
		Name:   "vm_assist",
		Doc:    "The vm_assist hypercall: set or clear a bit for the caller's domain. It processes no page table.",
		Source: "xen/common/kernel.c vm_assist()",
		Args:   []model.Arg{argCPU, {Name: "cmd", Type: Toggle}, {Name: "assist", Type: Assist}},
		Results: []model.Result{
			ok("changed"), refused(errno.EINVAL, "a bit that is not permitted", assistBit),
			refused(errno.ENOSYS, "no such command", assistCommand),
			refused(errno.EPERM, "only for the caller's own domain", byTools), cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.VMAssist(a[0], a[1], a[2]) }),
	})
	ToggleGuestMode = ops.Define(model.Spec{
		Name:   "toggle_guest_mode",
		Doc:    "The vCPU goes from kernel to user mode or back. No slot changes.",
		Source: "xen/arch/x86/pv/domain.c toggle_guest_mode()",
		Args:   []model.Arg{argCPU},
		Results: []model.Result{
			ok("toggled"),
			fails(errno.EINVAL, "there is no user table").Due(noUserTable),
			refused(errno.EINVAL, "the toolstack's vCPUs have no user table", byTools),
			notRunning.Due(absent),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.ToggleGuestMode(a[0]) }),
	})
	Decrease = ops.Define(model.Spec{
		Name:   "decrease_reservation",
		Doc:    "XENMEM_decrease_reservation of one page: given back, and freed with its last reference. A pin stays.",
		Source: "xen/common/memory.c guest_remove_page()",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("given back"), refused(errno.ENXIO, "no reference to the page can be had", unreferenced),
			refused(errno.EINVAL, "no such frame", outside(1)), gone, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.DecreaseReservation(a[0], a[1]) }),
	})
	Populate = ops.Define(model.Spec{
		Name:   "populate_physmap",
		Doc:    "XENMEM_populate_physmap of one page; the operand is the frame that the allocator picks.",
		Source: "xen/common/memory.c populate_physmap()",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("assigned"), refused(errno.ENOMEM, "the frame is not free", notFree),
			refused(errno.EINVAL, "the domain is being destroyed", dies),
			refused(errno.EINVAL, "no such frame", outside(1)), gone, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.PopulatePhysmap(a[0], a[1]) }),
	})
	Exchange = ops.Define(model.Spec{
		Name:   "exchange",
		Doc:    "XENMEM_exchange of one page: it is taken away if nothing but its allocation refers to it, and the first free frame takes its place.",
		Source: "xen/common/memory.c memory_exchange(), xen/arch/x86/mm.c steal_page()",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("exchanged; or only taken away, which the number of pages tells, from a domain that is being destroyed"),
			refused(errno.EINVAL, "the page has other references, or is not the domain's", shared),
			refused(errno.EINVAL, "no such frame", outside(1)),
			refused(errno.ENOMEM, "no free frame; the page is given back to the domain", stolenInVain),
			gone, cannot,
			never(errno.EFAULT, noHandles), never(errno.EPERM, "one order of pages"),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Exchange(a[0], a[1]) }),
	})
	GetType = ops.Define(model.Spec{
		Name:   "get_type",
		Doc:    "Take a reference to a frame as descriptor page, shared or writable, as loading a GDT, sharing a page and mapping it do.",
		Source: "xen/arch/x86/mm.c get_page_type()",
		Args:   []model.Arg{argCPU, argFrame, {Name: "type", Type: PageType}},
		Results: []model.Result{
			ok("taken"),
			refused(errno.EINVAL, "no such page, or its counts take no more", any(outside(1), unreferenced, fullyTyped)),
			refused(errno.EINVAL, "another type is in use", typedOtherwise),
			refused(errno.EINVAL, "two references are taken, and the model counts no more", heldOften),
			ending, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno {
			return c.GetType(a[0], a[1], page.SegDesc+page.Type(a[2]))
		}),
	})
	PutType = ops.Define(model.Spec{
		Name:   "put_type",
		Doc:    "Drop a reference that get_type took.",
		Source: "xen/arch/x86/mm.c put_page_and_type()",
		Args:   []model.Arg{argCPU, argFrame, {Name: "type", Type: PageType}},
		Results: []model.Result{
			ok("dropped"),
			refused(errno.EINVAL, "there is no such reference", heldNever),
			refused(errno.EINVAL, "the reference is of another type", notOf),
			ending, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno {
			return c.PutType(a[0], a[1], page.SegDesc+page.Type(a[2]))
		}),
	})
	Destroy = ops.Define(model.Spec{
		Name:   "destroydomain",
		Doc:    "XEN_DOMCTL_destroydomain: base pointers, then pages by L4, L3, L2; resumed where it was preempted. Toolstack vCPUs finish their own old_guest_table first.",
		Source: "xen/arch/x86/domain.c domain_relinquish_resources(), relinquish_memory()",
		Args:   []model.Arg{argCPU, argPreempt},
		Results: []model.Result{
			ok("everything is given back, or was before"),
			refused(errno.EPERM, "own domain", byGuest),
			refused(errno.EBUSY, "some toolstack vCPU has an old_guest_table (the model's rule for its toolstack)", toolsOwe),
			refused(errno.ESRCH, "nothing is left of the domain", dead),
			preempted(1, passWork), interrupted(1, "preempted behind the pages that are left; call again", undone, lateCheck), cannotDestroy,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Destroy(a[0]) }),
	})
	PageFrameInfo = ops.Define(model.Spec{
		Name:   "getpageframeinfo3",
		Doc:    "XEN_DOMCTL_getpageframeinfo3 of one frame. The result is the type code shifted down by 28: 1 to 4 the level of a validated table, 9 to 12 the same pinned, 0 NOTAB, 15 XTAB (no page).",
		Source: "xen/arch/x86/domctl.c",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("NOTAB: no page table").Due(made(infoOther)),
			tab(page.L1, false), tab(page.L2, false), tab(page.L3, false), tab(page.L4, false),
			tab(page.L1, true), tab(page.L2, true), tab(page.L3, true), tab(page.L4, true),
			model.Can(15, "XTAB: no page").Due(made(infoNone)),
			refused(errno.EPERM, "own domain", byGuest), cannot,
			never(errno.E2BIG, noBatch), never(errno.EFAULT, noHandles),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.GetPageFrameInfo(a[0], a[1]) }),
	})
	Touch = ops.Define(model.Spec{
		Name:   "touch",
		Doc:    "The processor writes through an L1 entry and sets its D bit.",
		Source: "hardware",
		Args:   []model.Arg{argFrame, argSlot},
		Results: []model.Result{
			ok("dirty"), fails(errno.ENOENT, "there is no such writable mapping").Due(any(halted, unmapped)),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Touch(a[0], a[1]) }),
	})
	TypeStep = ops.Define(model.Spec{
		Name:   "type-step",
		Doc:    "The next step of one CPU's GET_TYPE: take the type, flush, audit. Other CPUs run in between.",
		Source: "xen/arch/x86/mm.c _get_page_type()",
		Args:   []model.Arg{argCPU, argFrame, {Name: "type", Type: StepType}},
		Results: []model.Result{
			ok("one step on"),
			stepped(errno.EINVAL, "another type is in use", typeTaken(takenOther)),
			stepped(errno.EINVAL, "an audit is going on", typeTaken(takenAudited)),
			stepped(errno.EBUSY, "the CPU is doing or holding another one", busyTyping), cannotStep,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.TypeStep(a[0], a[1], stepTypes[a[2]]) }),
	})
	TypePut = ops.Define(model.Spec{
		Name:   "type-put",
		Doc:    "Drop the type that the CPU took step by step.",
		Source: "xen/arch/x86/mm.c put_page_and_type()",
		Args:   []model.Arg{argCPU},
		Results: []model.Result{
			ok("dropped"), refused(errno.EINVAL, "the CPU holds none", holdsNone), cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.TypePut(a[0]) }),
	})
	Access = ops.Define(model.Spec{
		Name:   "access",
		Doc:    "The CPU writes through its mapping of a frame that it holds as writable; its TLB keeps the translation.",
		Source: "hardware",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("written"), refused(errno.EFAULT, "the CPU has no mapping", noMapping), cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.Access(a[0], a[1]) }),
	})
	LinearRead = ops.Define(model.Spec{
		Name:   "linear-read",
		Doc:    "Xen reads an L1 through its linear view of the caller's page tables; the TLB keeps the translation.",
		Source: "xen/arch/x86/mm.c, guest_get_eff_l1e() before XSA-286",
		Args:   []model.Arg{argCPU, {Name: "dir", Type: pool.Slot}},
		Results: []model.Result{
			ok("read"), refused(errno.EFAULT, "there is no L1 there", noView), cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.LinearRead(a[0], a[1]) }),
	})
)
