package evops

import (
	"hvcheck/model/design"
	"hvcheck/model/evtchn"
)

// Handovers describes the hand-overs.
var Handovers = [evtchn.NumHandovers]design.Switch{
	evtchn.V4c: {
		ID: "EV-V4c", Title: "soft reset that clears the words",
		Doc:    "EV-V4, and the reset also clears the 2-level pending, mask, selector and flag words and the saved pending state, as in a new domain.",
		Origin: "a repaired design to compare with; not from the thread",
	},
	evtchn.V0: {
		ID: "EV-V0", Title: "reset that keeps the FIFO ABI",
		Doc:    "The arriving kernel calls EVTCHNOP_reset, which closes the ports and leaves the domain in the FIFO ABI: one way only.",
		Origin: "Xen from 88910061ec to 400b3bd642 (2014-08)",
	},
	evtchn.V1: {
		ID: "EV-V1", Title: "nobody cooperates",
		Doc:    "The next kernel runs, and nobody has told Xen anything.",
		Origin: "Elnikety, 2019-08-07, xen-devel: what the patch starts from", Breaks: []string{"EV-I1", "EV-I2", "EV-I3", "EV-I5"}, Scenario: "evtchn.handover",
	},
	evtchn.V2: {
		ID: "EV-V2", Title: "the leaving kernel resets",
		Doc:    "The kernel that hands over calls EVTCHNOP_reset before.",
		Origin: "400b3bd642",
	},
	evtchn.V2r: {
		ID: "EV-V2r", Title: "the leaving kernel resets and takes the store port again",
		Doc:    "EV-V2; EVTCHNOP_status before the reset tells the other end of the port for xenstore, EVTCHNOP_bind_interdomain after it connects to that.",
		Origin: "400b3bd642 and its commit text",
	},
	evtchn.V2b: {
		ID: "EV-V2b", Title: "EV-V2r, and the arriving image binds anew",
		Doc:    "EV-V2r; an image that is resumed starts its ABI and binds its ports as if it had been restored.",
		Origin: "Beulich, 2019-08-07, xen-devel: an actual fix belongs in the kernels",
	},
	evtchn.V2c: {
		ID: "EV-V2c", Title: "EV-V2b, and the arriving kernel clears the words",
		Doc:    "EV-V2b; a 2-level kernel also clears the pending, selector and flag words when it starts.",
		Origin: "EV-V2b with EV-A1 in mind; not from the thread",
	},
	evtchn.V3: {
		ID: "EV-V3", Title: "the arriving kernel resets",
		Doc:    "The kernel that takes over calls EVTCHNOP_reset first, starts its own ABI and binds its ports.",
		Origin: "Beulich, 2019-08-07, xen-devel: between the two kernels",
	},
	evtchn.V3r: {
		ID: "EV-V3r", Title: "the arriving kernel resets and takes the store port again",
		Doc:    "EV-V3, with the port for xenstore as in EV-V2r.",
		Origin: "Beulich, 2019-08-07, xen-devel: between the two kernels",
	},
	evtchn.V4: {
		ID: "EV-V4", Title: "soft reset by the toolstack",
		Doc:    "The domain shuts down with reason soft_reset; the toolstack stops the backends, calls XEN_DOMCTL_soft_reset and makes the port for xenstore anew; the next kernel starts afresh.",
		Origin: "546d558a7a, 1a043f9dc7; Linux 0b34a166f2 for kexec",
	},
	evtchn.V8: {
		ID: "EV-V8", Title: "the boot kernel is told not to use FIFO",
		Doc:    "The kernel that starts another one runs with xen.fifo_events=0.",
		Origin: "Linux parameter xen.fifo_events; Elnikety, 2019-08-07, xen-devel: the boot kernel can be told",
	},
}

// Offers describes the forms of offer.
var Offers = [evtchn.NumOffers]design.Switch{
	evtchn.VAll: {
		ID: "EV-Vall", Title: "every ABI that Xen has, for everybody",
		Doc:    "init_control succeeds in every domain of a host that knows the FIFO ABI, as today.",
		Origin: "88910061ec",
	},
	evtchn.V5: {
		ID: "EV-V5", Title: "a bit that disables FIFO", Origin: "Elnikety, 2019-08-07, xen-devel: the patch, version 1",
		Doc: "A flag at domain creation has init_control fail with -ENOSYS.",
	},
	evtchn.V6: {
		ID: "EV-V6", Title: "a bitmap of permitted ABIs", Origin: "Beulich, 2019-08-07, xen-devel; Cooper's positive form",
		Doc: "A bit per ABI at domain creation; others are refused.",
	},
	evtchn.V7: {
		ID: "EV-V7", Title: "a maximum version", Origin: "Cooper, 2019-08-07, xen-devel; as max_grant_version, 7379f9e10a",
		Doc: "A number at domain creation; ABIs are counted, and those above it are refused.",
	},
	evtchn.V9: {
		ID: "EV-V9", Title: "absent on the host", Origin: "build option, cfe15a473d",
		Doc: "Xen is built without the FIFO ABI: -EOPNOTSUPP for every domain.",
	},
	evtchn.V10: {
		ID: "EV-V10", Title: "an offer that can be read", Origin: "Cooper, 2019-08-07, xen-devel: should be in the hypervisor CPUID leaves",
		Doc: "EV-Vall; in addition a kernel can ask what there is without changing anything.",
	},
}
