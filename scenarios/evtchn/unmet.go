package evtchn

import "hvcheck/scenarios"

// Operations by what they have in common, as patterns of names.
const (
	// lifeNames are what a kernel does by itself.
	lifeNames = "kernel.init,kernel.bind,kernel.jump,kernel.query"
	// bindNames take ports, beside the kernel's own.
	bindNames = "evtchn.alloc_unbound,evtchn.bind_*,xen.alloc_event,xen.free_event"
	// guestNames are what a vCPU of the guest does, or what is done to it.
	guestNames = "evtchn.bind_virq,evtchn.bind_ipi,evtchn.bind_pirq,evtchn.bind_vcpu,evtchn.unmask,evtchn.set_priority,evtchn.init_control,evtchn.expand_array," +
		"vcpuop.*,hvmop.*,schedop.*,evtchn.vcpu_*,guest.*,kernel.*"
	// hardly are what a soft reset by call is not made by.
	softNames = "domctl.soft_reset,domctl.soft_reset_cont"
)

// unmet says why operations do not meet.
var unmet = []scenarios.Unmet{
	{First: "kernel.reset", Why: noOwnReset},
	{Then: "kernel.reset", Why: noOwnReset},
	{First: "kernel.reset", Trait: "*", Why: noOwnReset},

	{First: "pirq.raise", Then: guestNames, With: "cpu", Why: device},
	{First: guestNames + ",evtchn.reset,evtchn.reset_cont", Then: "pirq.raise", With: "cpu", Why: device},
	{First: softNames, With: "cpu", Why: "the toolstack alone can reset a domain so; for a guest it fails and begins nothing"},
	{First: "evtchn.destroy", Then: guestNames + ",virq.raise", Why: "the domain is gone, and its vCPUs with it"},
	{First: lifeNames, Then: bindNames, With: "cpu", Why: beside},
	{First: bindNames, Then: lifeNames, With: "cpu", Why: beside},
	{First: bindNames + ",pirq.raise,guest.events", Trait: "next-kernel", Why: beside},
	{First: lifeNames, Then: "pirq.raise", With: "cpu", Why: device},

	{Then: "toolstack.offer", Why: offered1st},
	{First: "toolstack.offer", Then: bindNames + ",pirq.raise", Why: "before the kernel has started nothing is bound"},
	{First: "toolstack.offer", Trait: "next-kernel,fifo", Why: offered1st},
	{First: "kernel.init,kernel.query", Trait: "fifo", Why: "a kernel chooses its ABI before anything has been chosen"},

	{First: "toolstack.step", Then: softNames + ",domctl.pausedomain", Why: eitherWay},
	{First: softNames + ",domctl.pausedomain", Then: "toolstack.step", Why: eitherWay},
	{First: "guest.become_32bit", Then: "guest.become_32bit", Why: once32},
	{First: "guest.become_32bit", Trait: "32-bit,consumer,moved", Why: once32},

	{First: "evtchn.set_priority,evtchn.expand_array,guest.clear_mask", Trait: "2l", Why: "it is of the FIFO ABI"},
	{First: "hvmop.set_evtchn_upcall_vector", Trait: "pv", Why: "a PV guest has no LAPIC"},
	{First: "hvmop.set_evtchn_upcall_vector", Then: "guest.events", With: "cpu", Why: onlyPV},
	{First: "guest.events", Trait: "hvm", Why: onlyPV},
	{First: softNames + ",evtchn.destroy,kernel.jump,kernel.shutdown,toolstack.step", Trait: "busy", Why: "it waits until nothing is in progress"},
	{First: "kernel.jump", Trait: "consumer", Why: beside},
}

const (
	noOwnReset = "only designs in which an arriving kernel resets have it, in the table of hand-overs"
	device     = "a device raises it, which makes no calls of the guest's"
	beside     = "what binds ports beside a kernel's life would have to be known to the kernel"
	offered1st = "an offer is made before the first kernel starts"
	eitherWay  = "the toolstack does a soft reset step by step, or its calls come one by one"
	once32     = "a guest becomes a 32-bit one once, before it has ports"
	onlyPV     = "only a PV guest turns events off so"
)
