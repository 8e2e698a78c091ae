package evops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// Why results of area evtchn are not reached.
const (
	noPolicy = "XSM policy is not modelled: the toolstack may do everything"
	infinite = "memory of the hypervisor itself does not run out in the model"
	noFaults = "hypercall arguments and results can always be copied"
	noNumber = "the operand has no such value"
)

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var fails, never = model.Can, model.Never

// Results that operations of area evtchn share.
var (
	waits      = fails(errno.NotRunning, "not possible now: the CPU is busy, a lock is held, the guest does not run, or the scope's number of such operations is used up")
	noMemory   = never(errno.ENOMEM, infinite)
	unreadable = never(errno.EFAULT, noFaults)
	policy     = never(errno.EPERM, noPolicy)
	dyingPort  = never(errno.EINVAL, "a domain that is being destroyed makes no calls")
	badPort    = "no such port"
	noPortFree = "no free port below the limits of the toolstack and of the ABI"
)

// Operands that operations of area evtchn share.
var (
	argPreempt = model.Arg{Name: "preempt", Type: model.Preempt}
	argBy      = model.Arg{Name: "cpu", Type: EventCPU}
	argOwn     = model.Arg{Name: "cpu", Type: GuestCPU}
	argPort    = model.Arg{Name: "port", Type: PortArg}
	argV       = model.Arg{Name: "vcpu", Type: GuestVCPU}
)

// args of a handler.
type args = model.Args

// ops is the area's table of operations.
var ops model.Table

// by has an operation carried out by a method of evtchn.Call.
func by(do func(c *evtchn.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

// The operations on ports.
var (
	AllocUnbound = ops.Define(model.Spec{
		Name:   "evtchn.alloc_unbound",
		Doc:    "EVTCHNOP_alloc_unbound: a port of the domain that the remote domain may bind to.",
		Source: "xen/common/event_channel.c evtchn_alloc_unbound()",
		Args:   []model.Arg{argBy, {Name: "dom", Type: DomArg}, {Name: "remote", Type: DomArg}},
		Results: []model.Result{
			ok("the lowest free port, waiting"), due(errno.ESRCH, "no such domain", noDomain),
			due(errno.ENOSPC, noPortFree, named(full)), due(errno.EPERM, "another domain, and the caller is not the toolstack", foreign),
			due(errno.EINVAL, "the domain is being destroyed", named(dyingDomain)), wait(locking(evtchn.Binds)), noMemory, unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.AllocUnbound(a[0], a[1], a[2]) }),
	})
	BindInterdomain = ops.Define(model.Spec{
		Name:   "evtchn.bind_interdomain",
		Doc:    "EVTCHNOP_bind_interdomain: connect a new port to one that waits for this domain. The new port is pending at once.",
		Source: "xen/common/event_channel.c evtchn_bind_interdomain()",
		Args:   []model.Arg{argBy, {Name: "remote", Type: DomArg}, {Name: "port", Type: PortArg}},
		Results: []model.Result{
			ok("connected"), due(errno.ESRCH, "no such domain", noDomain), noRoom,
			due(errno.EINVAL, badPort, noPeer), due(errno.EINVAL, "the port does not wait for this domain", awaitsOthers),
			wait(connects), noMemory, unreadable, policy,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.BindInterdomain(a[0], a[1], a[2]) }),
	})
	BindVIRQ = ops.Define(model.Spec{
		Name:   "evtchn.bind_virq",
		Doc:    "EVTCHNOP_bind_virq: a port of the guest for a virtual interrupt.",
		Source: "xen/common/event_channel.c evtchn_bind_virq()",
		Args:   []model.Arg{argOwn, {Name: "virq", Type: VIRQArg}, argV},
		Results: []model.Result{
			ok("bound"), due(errno.EINVAL, "no such VIRQ", noVIRQ),
			due(errno.EINVAL, "a VIRQ of the domain or of the host, and not vCPU 0", notOnZero), due(errno.ENOENT, "no such vCPU", noVCPU(2)),
			due(errno.EBUSY, "a global VIRQ of another domain", keptVIRQ), due(errno.EEXIST, "bound already", virqBound), noRoom,
			wait(locking(evtchn.Binds)), noMemory, unreadable, policy,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.BindVIRQ(a[0], a[1], a[2]) }),
	})
	BindIPI = ops.Define(model.Spec{
		Name:   "evtchn.bind_ipi",
		Doc:    "EVTCHNOP_bind_ipi: a port that the guest raises on one of its vCPUs. Each call makes a new one.",
		Source: "xen/common/event_channel.c evtchn_bind_ipi()",
		Args:   []model.Arg{argOwn, argV},
		Results: []model.Result{
			ok("bound"), due(errno.ENOENT, "no such vCPU", noVCPU(1)), noRoom,
			wait(locking(evtchn.Binds)), noMemory, unreadable, dyingPort,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.BindIPI(a[0], a[1]) }),
	})
	BindPIRQ = ops.Define(model.Spec{
		Name:   "evtchn.bind_pirq",
		Doc:    "EVTCHNOP_bind_pirq: a port for a physical interrupt, on vCPU 0.",
		Source: "xen/common/event_channel.c evtchn_bind_pirq()",
		Args:   []model.Arg{argOwn, {Name: "pirq", Type: PIRQArg}},
		Results: []model.Result{
			ok("bound"), due(errno.EINVAL, "no such interrupt", noPIRQ), due(errno.EEXIST, "bound already", pirqBound), noRoom,
			wait(locking(evtchn.Binds)), noMemory, unreadable,
			never(errno.EPERM, "the guest has access to all its interrupts"),
			never(errno.EOPNOTSUPP, "the build has physical interrupts"),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.BindPIRQ(a[0], a[1]) }),
	})
	CloseEvent = ops.Define(model.Spec{
		Name:   "evtchn.close",
		Doc:    "EVTCHNOP_close: the port is free, and the other end of an interdomain one waits for this domain again.",
		Source: "xen/common/event_channel.c evtchn_close()",
		Args:   []model.Arg{argBy, argPort},
		Results: []model.Result{
			ok("closed"), notAPort, notBound, xens, wait(closing), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Close(a[0], a[1]) }),
	})
	Send = ops.Define(model.Spec{
		Name:   "evtchn.send",
		Doc:    "EVTCHNOP_send on a port of the caller's domain. The other end's data path is modelled if that is the guest.",
		Source: "xen/common/event_channel.c evtchn_send()",
		Args:   []model.Arg{argBy, argPort},
		Results: []model.Result{
			ok("raised; for a port that waits it is dropped"), notAPort, xens,
			due(errno.EINVAL, "the port is closed, or bound to an interrupt: there is nothing to send to", ofCaller(silent)),
			wait(sending), unreadable, policy,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Send(a[0], a[1]) }),
	})
	EventStatus = ops.Define(model.Spec{
		Name:   "evtchn.status",
		Doc:    "EVTCHNOP_status. The result is 0 for a closed port, 1 unbound, 2 interdomain, 3 pirq, 4 virq, 5 ipi.",
		Source: "xen/common/event_channel.c evtchn_status()",
		Args:   []model.Arg{argBy, {Name: "dom", Type: DomArg}, argPort},
		Results: []model.Result{
			due(errno.OK, "closed", is(evtchn.Reserved)), due(1, "unbound", is(evtchn.Unbound)), due(2, "interdomain", is(evtchn.Interdomain)),
			due(3, "pirq", is(evtchn.PIRQ)), due(4, "virq", is(evtchn.VIRQ)), due(5, "ipi", is(evtchn.IPI)),
			due(errno.ESRCH, "no such domain", noDomain), due(errno.EINVAL, badPort, noPeer),
			due(errno.EPERM, "another domain, and the caller is not the toolstack", foreign), wait(caller), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Status(a[0], a[1], a[2]) }),
	})
	BindVCPU = ops.Define(model.Spec{
		Name:   "evtchn.bind_vcpu",
		Doc:    "EVTCHNOP_bind_vcpu: events of the port go to another vCPU from now on. Senders do not exclude it.",
		Source: "xen/common/event_channel.c evtchn_bind_vcpu()",
		Args:   []model.Arg{argOwn, argPort, argV},
		Results: []model.Result{
			ok("moved"), due(errno.ENOENT, "no such vCPU", noVCPU(2)), notAPort, notBound, xens,
			due(errno.EINVAL, "the port is fixed to its vCPU", ofCaller(fixed)), wait(locking(evtchn.Moves)), waitsFor2L, unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.BindVCPU(a[0], a[1], a[2]) }),
	})
	UnmaskEvent = ops.Define(model.Spec{
		Name:   "evtchn.unmask",
		Doc:    "EVTCHNOP_unmask: clear the mask, and raise the event again if it is pending.",
		Source: "xen/common/event_channel.c evtchn_unmask()",
		Args:   []model.Arg{argOwn, argPort},
		Results: []model.Result{
			ok("unmasked, or nothing to do"), notAPort, wait(of(evtchn.Unmasks)), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.HyperUnmask(a[0], a[1]) }),
	})
	SetPriority = ops.Define(model.Spec{
		Name:   "evtchn.set_priority",
		Doc:    "EVTCHNOP_set_priority: the queue that the port's next event is linked on.",
		Source: "xen/common/event_channel.c evtchn_set_priority()",
		Args:   []model.Arg{argOwn, argPort, {Name: "prio", Type: PrioArg}},
		Results: []model.Result{
			ok("set"), notAPort, due(errno.EINVAL, "no such priority", noPriority), due(errno.ENOSYS, "the ABI is 2-level", in2L),
			due(errno.EACCES, "the port is not bound", ofCaller(unbound)), due(errno.EACCES, "Xen receives the port's events", ofCaller(consumed)),
			wait(of(evtchn.Prios)), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.SetPriority(a[0], a[1], a[2]) }),
	})
	RaiseVIRQ = ops.Define(model.Spec{
		Name:   "virq.raise",
		Doc:    "A virtual interrupt of the guest happens. If it is not bound nothing follows.",
		Source: "xen/common/event_channel.c send_guest_vcpu_virq(), send_guest_domain_virq(), send_global_virq()",
		Args:   []model.Arg{argBy, {Name: "virq", Type: VIRQArg}, argV},
		Results: []model.Result{
			ok("raised, or nobody listens"), wait(noEvent),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.RaiseVIRQ(a[0], a[1], a[2]) }),
	})
	RaisePIRQ = ops.Define(model.Spec{
		Name:   "pirq.raise",
		Doc:    "A physical interrupt of the guest happens.",
		Source: "xen/common/event_channel.c send_guest_pirq()",
		Args:   []model.Arg{argBy, {Name: "pirq", Type: PIRQArg}},
		Results: []model.Result{
			ok("raised"), wait(noInterrupt),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.RaisePIRQ(a[0], a[1]) }),
	})
	AllocConsumer = ops.Define(model.Spec{
		Name:   "xen.alloc_event",
		Doc:    "alloc_unbound_xen_event_channel(): a port of the guest whose events Xen itself receives, such as an ioreq server's.",
		Source: "xen/common/event_channel.c alloc_unbound_xen_event_channel()",
		Args:   []model.Arg{argBy, argV},
		Results: []model.Result{
			ok("the lowest free port"), due(errno.EINVAL, "the domain is being destroyed", guestDying),
			due(errno.ENOSPC, noPortFree, guestFull), wait(consuming), noMemory, policy,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.AllocConsumer(a[0], a[1]) }),
	})
	FreeConsumer = ops.Define(model.Spec{
		Name:   "xen.free_event",
		Doc:    "free_xen_event_channel() of a port whose events Xen receives.",
		Source: "xen/common/event_channel.c free_xen_event_channel()",
		Args:   []model.Arg{argBy, argPort},
		Results: []model.Result{
			ok("closed"), wait(noConsumer),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.FreeConsumer(a[0], a[1]) }),
	})
	SetVIRQHandler = ops.Define(model.Spec{
		Name:   "domctl.set_virq_handler",
		Doc:    "XEN_DOMCTL_set_virq_handler: whether the guest gets the global VIRQ, or the hardware domain again.",
		Source: "xen/common/event_channel.c set_global_virq_handler()",
		Args:   []model.Arg{{Name: "guest", Type: OnOff}},
		Results: []model.Result{
			ok("set"), due(errno.EINVAL, "the domain is being destroyed", lateHandler), due(errno.ESRCH, "the domain has been destroyed", goneHandler),
			due(errno.EBUSY, "the present handler has it bound", keptHandler), wait(noBinds),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.SetHandler(a[0] == 1) }),
	})
)

// The operations on the ABI and on the domain.
var (
	InitControl = ops.Define(model.Spec{
		Name:   "evtchn.init_control",
		Doc:    "EVTCHNOP_init_control: give a vCPU its control block. The domain's first one changes the ABI to FIFO.",
		Source: "xen/common/event_fifo.c evtchn_fifo_init_control()",
		Args:   []model.Arg{argOwn, argV, {Name: "page", Type: PageArg}, {Name: "offset", Type: Offset}},
		Results: []model.Result{
			ok("the vCPU has its control block"), due(errno.ENOENT, "no such vCPU", noVCPU(1)),
			due(errno.EINVAL, "the offset is not a multiple of 8", operand(3, evtchn.OffsetUnaligned)),
			due(errno.EINVAL, "the block does not fit into the page", operand(3, evtchn.OffsetCrossing)),
			due(errno.EINVAL, "no such page", operand(2, evtchn.PageMissing)), due(errno.EINVAL, "not a writable page", operand(2, evtchn.PageReadOnly)),
			due(errno.EINVAL, "the vCPU has a control block", hasBlock), due(errno.EOPNOTSUPP, "the FIFO ABI is not offered", hidden(errno.EOPNOTSUPP)),
			elsewhere(errno.ENOSYS, "the refusal of design EV-V5", hidden(errno.ENOSYS)),
			elsewhere(errno.EPERM, chosenRefusal, hidden(errno.EPERM)), elsewhere(errno.EACCES, chosenRefusal, hidden(errno.EACCES)),
			wait(inits), waitsToSwitch(abiOvertakes), noMemory, unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.InitControl(a[0], a[1], a[2], a[3]) }),
	})
	ExpandArray = ops.Define(model.Spec{
		Name:   "evtchn.expand_array",
		Doc:    "EVTCHNOP_expand_array: one more page of event words. Events of its ports that came before are raised again.",
		Source: "xen/common/event_fifo.c evtchn_fifo_expand_array()",
		Args:   []model.Arg{argOwn, {Name: "page", Type: PageArg}},
		Results: []model.Result{
			ok("there is a page more"), due(errno.EINVAL, "no such page", operand(1, evtchn.PageMissing)),
			due(errno.EINVAL, "not a writable page", operand(1, evtchn.PageReadOnly)), due(errno.EOPNOTSUPP, "the ABI is not FIFO", in2L),
			due(errno.ENOSPC, "every page is there", allPages), wait(expands), noMemory, unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.ExpandArray(a[0], a[1]) }),
	})
	ResetEvents = ops.Define(model.Spec{
		Name:   "evtchn.reset",
		Doc:    "EVTCHNOP_reset of the guest: close every port that is not Xen's, then back to the 2-level ABI.",
		Source: "xen/common/event_channel.c evtchn_reset()",
		Args:   []model.Arg{argBy, argPreempt},
		Results: []model.Result{
			ok("done, or begun where its steps are operations"), due(errno.EINVAL, "by the toolstack, and the domain is not paused", notPaused),
			due(errno.EPERM, "by another domain", byBackend),
			due(errno.EBUSY, "another reset is in progress", begun), never(errno.EAGAIN, "a port was bound meanwhile; seen at the last step where the steps are operations"),
			restarts(resetPreempted), wait(resets), due(errno.ESRCH, "the domain has been destroyed", resetsNobody), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Reset(a[0], false) }),
	})
	ResetEventsCont = ops.Define(model.Spec{
		Name:   "evtchn.reset_cont",
		Doc:    "EVTCHNOP_reset_cont: go on with a reset that was preempted.",
		Source: "xen/common/event_channel.c evtchn_reset()",
		Args:   []model.Arg{argBy, argPreempt},
		Results: []model.Result{
			ok("done, or begun where its steps are operations"), due(errno.EINVAL, "by the toolstack, and the domain is not paused", notPaused),
			due(errno.EPERM, "by another domain", byBackend),
			due(errno.EBUSY, "no reset is in progress", notBegun), due(errno.EAGAIN, "a port was bound meanwhile", meanwhile),
			restarts(contPreempted), wait(continues), due(errno.ESRCH, "the domain has been destroyed", resetsNobody),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Reset(a[0], true) }),
	})
	SoftReset = ops.Define(model.Spec{
		Name:   "domctl.soft_reset",
		Doc:    "XEN_DOMCTL_soft_reset: reset of the event channels, then of what the vCPUs registered. The toolstack stops the backends before and makes ports after.",
		Source: "xen/common/domain.c domain_soft_reset(), xen/arch/x86/domain.c arch_domain_soft_reset()",
		Args:   []model.Arg{argBy, argPreempt},
		Results: []model.Result{
			ok("reset; vCPUs run again"), due(errno.EINVAL, "the own domain, or not by the toolstack", notByTool),
			due(errno.EINVAL, "a vCPU is not shut down", notShutDown), due(errno.EINVAL, "the domain is not paused", notPaused),
			due(errno.EINVAL, "a PV domain", isPV),

			due(errno.EBUSY, "another reset is in progress", begun), restarts(softPreempted), wait(softResets),
			due(errno.ESRCH, "the domain has been destroyed", goneGuest),
			never(errno.EAGAIN, "while it is shut down, nobody binds a port of the guest"),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.SoftReset(a[0], false) }),
	})
	SoftResetCont = ops.Define(model.Spec{
		Name:   "domctl.soft_reset_cont",
		Doc:    "XEN_DOMCTL_soft_reset_cont: go on with a soft reset that was preempted.",
		Source: "xen/common/domain.c domain_soft_reset()",
		Args:   []model.Arg{argBy, argPreempt},
		Results: []model.Result{
			ok("reset; vCPUs run again"), due(errno.EINVAL, "the own domain, or not by the toolstack", notByTool),
			due(errno.EINVAL, "a vCPU is not shut down", notShutDown), due(errno.EINVAL, "the domain is not paused", notPaused),
			due(errno.EINVAL, "a PV domain", isPV),

			due(errno.EBUSY, "no reset is in progress", notBegun), restarts(softContPreempted), wait(softResets),
			due(errno.ESRCH, "the domain has been destroyed", goneGuest),
			due(errno.EAGAIN, "the toolstack bound a port of the guest meanwhile", softMeanwhile),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.SoftReset(a[0], true) }),
	})
	DestroyEvents = ops.Define(model.Spec{
		Name:   "evtchn.destroy",
		Doc:    "The part of a domain's destruction that is about event channels: every port is closed, Xen's too, and the FIFO pages are given back.",
		Source: "xen/common/event_channel.c evtchn_destroy()",
		Args:   []model.Arg{argPreempt},
		Results: []model.Result{
			ok("nothing is left"), restarts(destroyPreempted), wait(destroys),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Destroy(evtchn.Tool) }),
	})
	RegisterInfo = ops.Define(model.Spec{
		Name:   "vcpuop.register_vcpu_info",
		Doc:    "VCPUOP_register_vcpu_info: a new place for the flag and the selectors, which start set. One spurious upcall follows.",
		Source: "xen/common/domain.c map_guest_area()",
		Args:   []model.Arg{argOwn, argV, {Name: "area", Type: InfoArea}},
		Results: []model.Result{
			ok("registered"), due(errno.EINVAL, "no such page", looked(evtchn.AreaBad)), due(errno.EBUSY, "registered already", inNew(registered)),
			due(errno.ENXIO, "misaligned, or over the end of a page", looked(evtchn.AreaCrossing)),
			due(errno.EACCES, "not a writable page", inNew(looked(evtchn.AreaReadOnly))), wait(infos),
			elsewhere(errno.EINVAL, "rule EV-A6: one answer for all but the address", inOld(inTheWay)),
			noMemory, unreadable, never(errno.ERESTART, "pausing another vCPU never has to wait"), never(errno.ENOENT, "a vCPU that does not exist cannot be named"),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.RegisterInfo(a[0], a[1], a[2]) }),
	})
	SetVector = ops.Define(model.Spec{
		Name:   "hvmop.set_evtchn_upcall_vector",
		Doc:    "HVMOP_set_evtchn_upcall_vector: upcalls of the vCPU become an edge of its local APIC, asserted once at once. The local APIC is taken to be enabled.",
		Source: "xen/arch/x86/hvm/hvm.c hvmop_set_evtchn_upcall_vector()",
		Args:   []model.Arg{argOwn, argV},
		Results: []model.Result{
			ok("set"), due(errno.ENOENT, "no such vCPU", noVCPU(1)), due(errno.EINVAL, "a PV guest", isPV), wait(of(evtchn.Infos)),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.SetVector(a[0], a[1]) }),
	})
	Poll = ops.Define(model.Spec{
		Name:   "schedop.poll",
		Doc:    "SCHEDOP_poll of one port: the vCPU sleeps unless an upcall can be taken or the port is pending.",
		Source: "xen/common/sched/core.c do_poll()",
		Args:   []model.Arg{argOwn, argPort},
		Results: []model.Result{
			ok("asleep, or there is something to do"), due(errno.EINVAL, badPort, asleepOn(noSuchPort)),
			due(errno.EINVAL, "the port is not bound", asleepOn(ofCaller(unbound))), due(errno.EINVAL, "Xen receives the port's events", asleepOn(ofCaller(consumed))),
			wait(of(evtchn.Polls)), unreadable,
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Poll(a[0], a[1]) }),
	})
	EventVCPUDown = ops.Define(model.Spec{
		Name:    "evtchn.vcpu_down",
		Doc:     "VCPUOP_down: the vCPU takes no upcalls; events are recorded for it. The last one that is up does not: that would be a shutdown, which is kernel.stop.",
		Source:  "xen/common/domain.c common_vcpu_op()",
		Args:    []model.Arg{argV},
		Results: []model.Result{ok("down"), wait(goesDown)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Down(a[0]) }),
	})
	EventVCPUUp = ops.Define(model.Spec{
		Name:    "evtchn.vcpu_up",
		Doc:     "VCPUOP_up: the vCPU runs again.",
		Source:  "xen/common/domain.c common_vcpu_op()",
		Args:    []model.Arg{argV},
		Results: []model.Result{ok("up"), wait(comesUp)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Up(a[0]) }),
	})
	PauseDomain = ops.Define(model.Spec{
		Name:    "domctl.pausedomain",
		Doc:     "XEN_DOMCTL_pausedomain or unpausedomain.",
		Source:  "xen/common/domctl.c do_domctl()",
		Args:    []model.Arg{{Name: "pause", Type: OnOff}},
		Results: []model.Result{ok("paused, or running again"), wait(pauses)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Pause(a[0] == 1) }),
	})
	Become32 = ops.Define(model.Spec{
		Name:    "guest.become_32bit",
		Doc:     "The guest's first vCPU runs 32-bit code, or the domain is made a compat one: the 2-level limit is smaller from now on.",
		Source:  "xen/common/event_channel.c max_evtchns()",
		Results: []model.Result{ok("32-bit"), wait(shrinks)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Become32() }),
	})
	XenStep = ops.Define(model.Spec{
		Name:   "step",
		Doc:    "The CPU does the next step of what it is in the middle of: a raise, a hypercall, or the guest's part of unmasking.",
		Source: "xen/common/event_2l.c, event_fifo.c; Linux evtchn_2l_unmask(), evtchn_fifo_unmask()",
		Args:   []model.Arg{argBy, argPreempt},
		Results: []model.Result{
			ok("a step done"), restarts(stepPreempted), due(errno.EAGAIN, "the end of a reset: a port was bound meanwhile", left),
			wait(awaited), waitsToSwitch(switches),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Step(a[0]) }),
	})
)

// What the guest does.
var (
	GuestUpcall = ops.Define(model.Spec{
		Name:    "guest.upcall",
		Doc:     "The vCPU takes an upcall: its handler clears the flag and looks for events.",
		Source:  "Linux drivers/xen/events/events_base.c xen_evtchn_do_upcall()",
		Args:    []model.Arg{argV},
		Results: []model.Result{ok("in the handler, or through it"), wait(noUpcall)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Upcall(a[0]) }),
	})
	GuestStep = ops.Define(model.Spec{
		Name:    "guest.handler",
		Doc:     "The vCPU's handler does its next step.",
		Source:  "Linux drivers/xen/events/events_2l.c evtchn_2l_handle_events(), events_fifo.c evtchn_fifo_handle_events()",
		Args:    []model.Arg{argV},
		Results: []model.Result{ok("a step done"), wait(noHandler)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Handle(a[0]) }),
	})
	GuestMask = ops.Define(model.Spec{
		Name:    "guest.mask",
		Doc:     "Guest code masks a port that it handles.",
		Source:  "Linux evtchn_2l_mask(), evtchn_fifo_mask()",
		Args:    []model.Arg{argOwn, argPort},
		Results: []model.Result{ok("masked"), wait(noMask)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Mask(a[0], a[1]) }),
	})
	GuestUnmask = ops.Define(model.Spec{
		Name:    "guest.unmask",
		Doc:     "Guest code begins to unmask a port: it clears the mask or, if an event is pending, leaves that to Xen (FIFO), asks Xen (2-level, HVM), or sets selector and flag itself (2-level, PV).",
		Source:  "Linux evtchn_2l_unmask(), evtchn_fifo_unmask()",
		Args:    []model.Arg{argOwn, argPort},
		Results: []model.Result{ok("begun, or done"), wait(noUnmask)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Unmask(a[0], a[1]) }),
	})
	GuestClearMask = ops.Define(model.Spec{
		Name:    "guest.clear_mask",
		Doc:     "Guest code unmasks an event that is still linked, where its handler will find it: it clears MASKED, unless BUSY is set, and makes no hypercall.",
		Source:  "the FIFO ABI as the guest may use it: xen/common/event_fifo.c evtchn_fifo_set_link(), comment",
		Args:    []model.Arg{argOwn, argPort},
		Results: []model.Result{ok("unmasked"), wait(noClear)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.ClearMask(a[0], a[1]) }),
	})
	GuestMove = ops.Define(model.Spec{
		Name:    "guest.move",
		Doc:     "Guest code binds a port that it handles to another vCPU, and masks it meanwhile.",
		Source:  "Linux drivers/xen/events/events_base.c xen_rebind_evtchn_to_cpu()",
		Args:    []model.Arg{argOwn, argPort, argV},
		Results: []model.Result{ok("begun: the port is bound there, and what is left is to unmask it"), wait(noMove), waitsFor2L},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Rebind(a[0], a[1], a[2]) }),
	})
	GuestEvents = ops.Define(model.Spec{
		Name:    "guest.events",
		Doc:     "A PV vCPU turns upcalls off or on: evtchn_upcall_mask.",
		Source:  "Linux arch/x86/xen/irq.c xen_irq_disable(), xen_irq_enable()",
		Args:    []model.Arg{argV, {Name: "on", Type: OnOff}},
		Results: []model.Result{ok("done"), wait(noTurn)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Events(a[0], a[1] == 0) }),
	})
	KernelStart = ops.Define(model.Spec{
		Name:   "kernel.init",
		Doc:    "The running kernel starts with event channels: init_control if it knows the FIFO ABI, else or after a failure the 2-level ABI; it masks all it can address. The result is init_control's.",
		Source: "Linux drivers/xen/events/events_base.c xen_init_IRQ()",
		Args:   []model.Arg{argOwn},
		Results: []model.Result{
			ok("started"), elsewhere(errno.EINVAL, "an earlier kernel's control block is there; the 2-level ABI is taken: design EV-V1", earlier),
			due(errno.EOPNOTSUPP, "the FIFO ABI is not offered; the 2-level ABI is taken", refused(errno.EOPNOTSUPP)),
			elsewhere(errno.ENOSYS, "the refusal of design EV-V5, or nothing is offered to a PV guest", speechless),
			elsewhere(errno.EPERM, chosenRefusal, refused(errno.EPERM)), elsewhere(errno.EACCES, chosenRefusal, refused(errno.EACCES)), wait(noStart),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Start(a[0]) }),
	})
	KernelUse = ops.Define(model.Spec{
		Name:   "kernel.bind",
		Doc:    "The running kernel takes its port for a purpose: the one for xenstore that the toolstack told it, or VIRQ_TIMER's, which it adopts if it is bound. It adds array pages and unmasks.",
		Source: "Linux drivers/xen/events/events_base.c bind_evtchn_to_irq(), bind_virq_to_irq(), find_virq()",
		Args:   []model.Arg{argOwn, {Name: "purpose", Type: Purpose}},
		Results: []model.Result{
			ok("in use"), due(errno.EINVAL, "the port for xenstore is not bound", noStore),
			never(errno.EOPNOTSUPP, "the domain is not in the FIFO ABI: design EV-V1"), due(errno.ENOSPC, "no port is left for the timer", noTimer), wait(noUse),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Use(a[0], a[1]) }),
	})
	KernelJump = ops.Define(model.Spec{
		Name:    "kernel.jump",
		Doc:     "The next kernel takes over, by resume, kexec, firmware or migration, with what the hand-over's design does before and after.",
		Source:  "Linux kernel/power/hibernate.c, kernel/kexec_core.c; Xen tools/libs/light",
		Args:    []model.Arg{argOwn},
		Results: []model.Result{ok("another kernel runs"), wait(noJump)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Jump(a[0]) }),
	})
	KernelReset = ops.Define(model.Spec{
		Name:    "kernel.reset",
		Doc:     "A kernel that has taken over resets the event channels, where that is not one step with the jump, and takes the port for xenstore again.",
		Source:  "Beulich, 2019-08-07, xen-devel: between the two kernels",
		Args:    []model.Arg{argOwn},
		Results: []model.Result{elsewhere(errno.OK, "reset: design EV-V3r with a gap", always), wait(noReset)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.LateReset(a[0]) }),
	})
	KernelStop = ops.Define(model.Spec{
		Name:    "kernel.shutdown",
		Doc:     "The guest shuts down with reason soft_reset.",
		Source:  "xen/include/public/sched.h SHUTDOWN_soft_reset",
		Args:    []model.Arg{argOwn},
		Results: []model.Result{ok("no vCPU runs"), wait(noStop)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.Stop(a[0]) }),
	})
	ToolstackStep = ops.Define(model.Spec{
		Name:   "toolstack.step",
		Doc:    "The toolstack does the next step of a soft reset: stop the backends, reset the domain, make its port for xenstore, let the next kernel run.",
		Source: "tools/libs/light libxl__domain_soft_reset(), tools/libs/guest xc_domain_soft_reset()",
		Args:   []model.Arg{argPreempt},
		Results: []model.Result{
			ok("a step done"), due(errno.EINVAL, "a PV domain: it is destroyed", pvResets),
			elsewhere(errno.EINVAL, "while the toolstack resets a domain, nobody lets it run", runsAgain), restarts(toolPreempted), wait(noSteps),
			due(errno.EBUSY, "a reset of the guest's own was never finished: the domain is destroyed", unfinished),
			never(errno.EAGAIN, "while it is shut down, nobody binds a port of the guest"),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.Toolstack() }),
	})
	SetOffer = ops.Define(model.Spec{
		Name:    "toolstack.offer",
		Doc:     "The toolstack makes the domain with a set of event-channel ABIs in mind, in the form that the design has for it.",
		Source:  "xen-devel, 2019-08-07: a disable flag (Elnikety), a permit bitmap (Beulich), a maximum version (Cooper)",
		Args:    []model.Arg{{Name: "abis", Type: ABISet}},
		Results: []model.Result{ok("the offer is made"), wait(noOffer)},
		Run:     by(func(c *evtchn.Call, a *args) errno.Errno { return c.SetOffer(abiSets[a[0]]) }),
	})
	QueryOffer = ops.Define(model.Spec{
		Name:   "kernel.query",
		Doc:    "A kernel finds out whether it may use the FIFO ABI. Unless the design has a query it has to try.",
		Source: "Cooper, 2019-08-07, xen-devel: ABIs belong in CPUID",
		Args:   []model.Arg{argOwn},
		Results: []model.Result{
			ok("it may"), due(errno.EOPNOTSUPP, "it may not", hidden(errno.EOPNOTSUPP)), wait(noQuery),
			elsewhere(errno.EINVAL, "it has tried already", tried), elsewhere(errno.ENOSYS, "the refusal of design EV-V5", hidden(errno.ENOSYS)),
			elsewhere(errno.EPERM, chosenRefusal, hidden(errno.EPERM)), elsewhere(errno.EACCES, chosenRefusal, hidden(errno.EACCES)),
		},
		Run: by(func(c *evtchn.Call, a *args) errno.Errno { return c.QueryOffer(a[0]) }),
	})
)
