package rsops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
)

// Why results of area runstate are not reached.
const (
	noFaults  = "hypercall arguments and results can always be copied"
	noStats   = "the host's kernel keeps scheduler statistics"
	infinite  = "memory of the hypervisor itself does not run out in the model"
	noRestart = "the page lookup is one step"
)

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var never = model.Never

// Results that operations of area runstate share.
var (
	unsupported = never(errno.EOPNOTSUPP, noStats)
	badState    = "no such state"
	unbalanced  = "the times do not add up to the entry time"
	tooLate     = "the entry time is in the future"
)

// args of a handler.
type args = model.Args

// ops is the area's table of operations.
var ops model.Table

// by has an operation carried out by a method of runstate.Call.
func by(do func(c *runstate.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

// The operations on the record.
var (
	Change = ops.Define(model.Spec{
		Name:   "runstate.change",
		Doc:    "The vCPU goes to another state: the time since the last change is accounted, and the area is updated if there is one; in Xen, where a CPU turns to the vCPU or away from it. In KVM, going to runnable is a schedule-out, which must not sleep, also where the VMM asks for it.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_update_runstate(); xen/common/sched/core.c vcpu_runstate_change(), xen/arch/x86/domain.c _update_runstate_area()",
		Args:   []model.Arg{{Name: "thread", Type: Thread}, {Name: "to", Type: StateArg}, {Name: "clock", Type: ClockArg}},
		Results: []model.Result{
			ok("changed; the area's update may go on step by step, or be given up"), due(errno.EINVAL, badState, noState(1)), wait(changing),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.Change(a[0], a[1], runstate.Clock(a[2])) }),
	})
	HostStep = ops.Define(model.Spec{
		Name:    "host.step",
		Doc:     "A thread goes on with what it is in the middle of.",
		Source:  "Linux arch/x86/kvm/xen.c kvm_xen_update_runstate_guest(), virt/kvm/pfncache.c; xen/common/domain.c update_runstate_area()",
		Args:    []model.Arg{{Name: "thread", Type: Thread}},
		Results: []model.Result{ok("went on"), wait(resting)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.Step(a[0]) }),
	})
	HostWait = ops.Define(model.Spec{
		Name:    "host.wait",
		Doc:     "A tick passes in which the vCPU's thread wants to run and has no CPU.",
		Source:  "Linux kernel/sched/stats.h sched_info_arrive(): run_delay",
		Results: []model.Result{ok("waited"), wait(used(runstate.Delays))},
		Run:     by(func(c *runstate.Call, _ *args) errno.Errno { return c.Wait() }),
	})
	Move = ops.Define(model.Spec{
		Name:    "kvm.vcpu_thread",
		Doc:     "The VMM has another of its threads run the vCPU from now on, and that one next time.",
		Source:  "Linux virt/kvm/kvm_main.c kvm_vcpu_ioctl(): whoever calls runs it",
		Results: []model.Result{ok("moved"), wait(moving)},
		Run:     by(func(c *runstate.Call, _ *args) errno.Errno { return c.Move() }),
	})
	Get = ops.Define(model.Spec{
		Name:    "runstate.get",
		Doc:     "Somebody else reads the record: VCPUOP_get_runstate_info, or KVM's attribute.",
		Source:  "xen/common/domain.c VCPUOP_get_runstate_info; Linux arch/x86/kvm/xen.c kvm_xen_vcpu_get_attr()",
		Results: []model.Result{ok("read"), wait(used(runstate.Gets)), unsupported, never(errno.EFAULT, noFaults)},
		Run:     by(func(c *runstate.Call, _ *args) errno.Errno { return c.Get() }),
	})
	SetData = ops.Define(model.Spec{
		Name:   "kvm.runstate_data",
		Doc:    "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_DATA: the record as it was on another host; here all its time was offline. The area is not written.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_vcpu_set_attr()",
		Args:   []model.Arg{{Name: "state", Type: StateArg}, {Name: "values", Type: ValueArg}},
		Results: []model.Result{
			ok("set"), due(errno.EINVAL, badState, noState(0)), due(errno.EINVAL, unbalanced, valued(1, runstate.Unbalanced)),
			due(errno.EINVAL, tooLate, valued(1, runstate.Future)),
			due(errno.EINVAL, "a shift is no record", valued(1, runstate.Shifted)), wait(setting), unsupported,
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.SetData(a[0], runstate.Values(a[1])) }),
	})
	Adjust = ops.Define(model.Spec{
		Name:   "kvm.runstate_adjust",
		Doc:    "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADJUST: values to add; here the time up to now counts as blocked, or a tick of running as runnable. The area is written.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_vcpu_set_attr()",
		Args:   []model.Arg{{Name: "state", Type: StateArg}, {Name: "values", Type: ValueArg}},
		Results: []model.Result{
			ok("adjusted"), due(errno.EINVAL, badState, noChoice), due(errno.EINVAL, unbalanced, valued(1, runstate.Unbalanced)),
			due(errno.EINVAL, tooLate, valued(1, runstate.Future)), wait(adjusting), unsupported,
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.Adjust(a[0], runstate.Values(a[1])) }),
	})
)

// The operations on the area.
var (
	SetAddress = ops.Define(model.Spec{
		Name:   "kvm.runstate_addr",
		Doc:    "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADDR: the area by guest-physical address, written at once; none takes it away.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_vcpu_set_attr()",
		Args:   []model.Arg{{Name: "at", Type: Address}},
		Results: []model.Result{
			ok("registered and written, or taken away"),
			due(errno.EFAULT, "a page of the area has no memslot, or one that must not be written; nothing is registered then", pageless),
			wait(registering(false)), never(errno.EINVAL, "any area of the length for the guest's layout fits into two pages"), unsupported,
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.SetAddress(where(a[0])) }),
	})
	SetWidth = ops.Define(model.Spec{
		Name:    "guest.width",
		Doc:     "The guest goes to 32 or 64 bits, which changes the layout: KVM_XEN_ATTR_TYPE_LONG_MODE, or a write of the hypercall page's address. The area is not written; shared_info gets its wall clock where the new width has it, and pending events and masks are translated.",
		Source:  "Linux arch/x86/kvm/xen.c kvm_xen_hvm_set_attr(), kvm_xen_write_hypercall_page(); Xen: has_32bit_shinfo()",
		Args:    []model.Arg{{Name: "width", Type: Width}},
		Results: []model.Result{ok("changed"), due(errno.EFAULT, "shared_info cannot be written; the width is changed all the same", shareless), wait(widening)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.SetWidth(runstate.Layout(a[0])) }),
	})
	SetFlag = ops.Define(model.Spec{
		Name:    "guest.update_flag",
		Doc:     "The guest asks for XEN_RUNSTATE_UPDATE, or no more: VMASST_TYPE_runstate_update_flag, KVM_XEN_ATTR_TYPE_RUNSTATE_UPDATE_FLAG.",
		Source:  "Linux arch/x86/kvm/xen.c kvm_xen_hvm_set_attr(); xen/include/public/xen.h",
		Args:    []model.Arg{{Name: "flag", Type: OnOff}},
		Results: []model.Result{ok("changed"), wait(flagging), unsupported},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.SetFlag(a[0] == 1) }),
	})
	GuestRead = ops.Define(model.Spec{
		Name:    "guest.read",
		Doc:     "A guest's CPU makes its next access to the area: it reads the entry time, copies the area, and reads the entry time again. If it is the same and the first had no flag, the copy counts; else it begins anew.",
		Source:  "Linux drivers/xen/time.c xen_get_runstate_snapshot_cpu_delta()",
		Args:    []model.Arg{{Name: "by", Type: CPUArg}},
		Results: []model.Result{ok("read"), wait(unread)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.GuestRead(a[0] == 1) }),
	})
	Invalidate = ops.Define(model.Spec{
		Name:    "mm.invalidate",
		Doc:     "The host takes a page away: swapped out, or moved to another frame. The caches are told before.",
		Source:  "Linux virt/kvm/kvm_main.c kvm_mmu_notifier_invalidate_range_start(), virt/kvm/pfncache.c gfn_to_pfn_cache_invalidate_start()",
		Args:    []model.Arg{{Name: "page", Type: PageArg}},
		Results: []model.Result{ok("gone, or on its way"), wait(evicting)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.Invalidate(a[0]) }),
	})
	SetSlot = ops.Define(model.Spec{
		Name:    "kvm.memslot",
		Doc:     "KVM_SET_USER_MEMORY_REGION: the memslot of a page is added, taken away or made read-only; other is one that has nothing to do with the area. It waits for invalidations to end.",
		Source:  "Linux virt/kvm/kvm_main.c kvm_swap_active_memslots()",
		Args:    []model.Arg{{Name: "page", Type: PageArg}, {Name: "to", Type: SlotArg}},
		Results: []model.Result{ok("changed"), wait(slotting)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.SetSlot(a[0], runstate.Slot(a[1])) }),
	})
	RegisterHandle = ops.Define(model.Spec{
		Name:   "vcpuop.register_runstate_memory_area",
		Doc:    "VCPUOP_register_runstate_memory_area: the area by an address of the guest's, written at once, as far as it is mapped. Of a translated guest nobody asks whether there can be such an address.",
		Source: "xen/common/domain.c common_vcpu_op()",
		Args:   []model.Arg{{Name: "at", Type: Address}, {Name: "vcpu", Type: ForArg}},
		Results: []model.Result{
			ok("registered"), due(errno.EFAULT, "an address that no PV guest can have", nowhere), wait(handling), never(errno.ENOENT, "the vCPU exists"),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.RegisterHandle(where(a[0]), a[1] == 1) }),
	})
	RegisterPhys = ops.Define(model.Spec{
		Name:   "vcpuop.register_runstate_phys_area",
		Doc:    "VCPUOP_register_runstate_phys_area: the area by guest-physical address, within a page; it is held as long as it is registered. None takes it away.",
		Source: "xen/common/domain.c map_guest_area()",
		Args:   []model.Arg{{Name: "at", Type: Address}},
		Results: []model.Result{
			ok("registered, or taken away"), due(errno.ENXIO, "it crosses a page's end, or is not aligned", crooked),
			due(errno.EINVAL, "there is no page", behind(runstate.SlotNone)), due(errno.EACCES, "the page cannot be written", behind(runstate.SlotReadOnly)), wait(pinning),
			model.Never(errno.ENOSYS, "rule RS-A6: there are no such areas").Due(given(lacking)),
			never(errno.EFAULT, noFaults), never(errno.ENOMEM, infinite), never(errno.ERESTART, noRestart),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.RegisterPhys(where(a[0])) }),
	})
	SoftReset = ops.Define(model.Spec{
		Name:    "domain.soft_reset",
		Doc:     "A soft reset of the domain, as far as it is about the area: nothing is registered any more.",
		Source:  "xen/common/domain.c domain_soft_reset()",
		Results: []model.Result{ok("reset"), wait(resetting)},
		Run:     by(func(c *runstate.Call, _ *args) errno.Errno { return c.SoftReset() }),
	})
	SetMode = ops.Define(model.Spec{
		Name:    "guest.mode",
		Doc:     "A 64-bit PV guest goes to user mode, where the kernel's addresses are not mapped, or back to kernel mode; an update that failed wholly is repeated then.",
		Source:  "xen/arch/x86/pv/domain.c toggle_guest_mode()",
		Args:    []model.Arg{{Name: "mode", Type: ModeArg}},
		Results: []model.Result{ok("changed"), wait(toggling)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.SetMode(a[0] == 1) }),
	})
	GuestMap = ops.Define(model.Spec{
		Name:    "guest.map",
		Doc:     "The guest maps a page at the addresses of its area, or unmaps it.",
		Source:  "the guest's page tables",
		Args:    []model.Arg{{Name: "page", Type: PageArg}, {Name: "mapped", Type: OnOff}},
		Results: []model.Result{ok("changed"), wait(mapping)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.Map(a[0], a[1] == 1) }),
	})
)
