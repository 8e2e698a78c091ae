package evtchn

import "hvcheck/model/design"

// Handover is what is done when a kernel follows another one.
type Handover uint8

// The hand-overs. The first is the baseline.
const (
	V4c Handover = iota
	V0
	V1
	V2
	V2r
	V2b
	V2c
	V3
	V3r
	V4
	V8
	NumHandovers
)

// fresh tells whether an image that is resumed sets its event channels up anew.
func (h Handover) fresh() bool {
	switch h {
	case V0, V2b, V2c, V3, V3r, V4, V4c:
		return true
	}
	return false
}

// Offer is how a domain's configuration says which ABIs there are.
type Offer uint8

// The forms. The first is the baseline.
const (
	VAll Offer = iota
	V5
	V6
	V7
	V9
	V10
	NumOffers
)

// Refusal is the error of an ABI that is not offered.
type Refusal uint8

// The errors. The first is the one that the form of offer comes with.
const (
	RefuseOwn Refusal = iota
	RefuseENOSYS
	RefuseEOPNOTSUPP
	RefuseEPERM
	RefuseEACCES
	NumRefusals
)

// Reaction is what makes a kernel fall back to 2L.
type Reaction uint8

// The reactions. The first, any error, is Linux's.
const (
	ReactAny Reaction = iota
	ReactStrict
	NumReactions
)

// Handovers describes the hand-overs.
var Handovers = [NumHandovers]design.Switch{
	V4c: {
		ID: "EV-V4c", Title: "soft reset that clears the words",
		Doc:    "EV-V4, and the reset also clears the 2-level pending, mask, selector and flag words and the saved pending state, as in a new domain.",
		Origin: "a repaired design to compare with; not from the thread",
	},
	V0: {
		ID: "EV-V0", Title: "reset that keeps the FIFO ABI",
		Doc:    "The arriving kernel calls EVTCHNOP_reset, which closes the ports and leaves the domain in the FIFO ABI: one way only.",
		Origin: "Xen from 88910061ec to 400b3bd642 (2014-08)",
	},
	V1: {
		ID: "EV-V1", Title: "nobody cooperates",
		Doc:    "The next kernel runs, and nobody has told Xen anything.",
		Origin: "Elnikety, 2019-08-07, xen-devel: what the patch starts from", Breaks: []string{"EV-I1", "EV-I2", "EV-I3", "EV-I5"}, Scenario: "evtchn.handover",
	},
	V2: {
		ID: "EV-V2", Title: "the leaving kernel resets",
		Doc:    "The kernel that hands over calls EVTCHNOP_reset before.",
		Origin: "400b3bd642",
	},
	V2r: {
		ID: "EV-V2r", Title: "the leaving kernel resets and takes the store port again",
		Doc:    "EV-V2; EVTCHNOP_status before the reset tells the other end of the port for xenstore, EVTCHNOP_bind_interdomain after it connects to that.",
		Origin: "400b3bd642 and its commit text",
	},
	V2b: {
		ID: "EV-V2b", Title: "EV-V2r, and the arriving image binds anew",
		Doc:    "EV-V2r; an image that is resumed starts its ABI and binds its ports as if it had been restored.",
		Origin: "Beulich, 2019-08-07, xen-devel: an actual fix belongs in the kernels",
	},
	V2c: {
		ID: "EV-V2c", Title: "EV-V2b, and the arriving kernel clears the words",
		Doc:    "EV-V2b; a 2-level kernel also clears the pending, selector and flag words when it starts.",
		Origin: "EV-V2b with EV-A1 in mind; not from the thread",
	},
	V3: {
		ID: "EV-V3", Title: "the arriving kernel resets",
		Doc:    "The kernel that takes over calls EVTCHNOP_reset first, starts its own ABI and binds its ports.",
		Origin: "Beulich, 2019-08-07, xen-devel: between the two kernels",
	},
	V3r: {
		ID: "EV-V3r", Title: "the arriving kernel resets and takes the store port again",
		Doc:    "EV-V3, with the port for xenstore as in EV-V2r.",
		Origin: "Beulich, 2019-08-07, xen-devel: between the two kernels",
	},
	V4: {
		ID: "EV-V4", Title: "soft reset by the toolstack",
		Doc:    "The domain shuts down with reason soft_reset; the toolstack stops the backends, calls XEN_DOMCTL_soft_reset and makes the port for xenstore anew; the next kernel starts afresh.",
		Origin: "546d558a7a, 1a043f9dc7; Linux 0b34a166f2 for kexec",
	},
	V8: {
		ID: "EV-V8", Title: "the boot kernel is told not to use FIFO",
		Doc:    "The kernel that starts another one runs with xen.fifo_events=0.",
		Origin: "Linux parameter xen.fifo_events; Elnikety, 2019-08-07, xen-devel: the boot kernel can be told",
	},
}

// Offers describes the forms of offer.
var Offers = [NumOffers]design.Switch{
	VAll: {
		ID: "EV-Vall", Title: "every ABI that Xen has, for everybody",
		Doc:    "init_control succeeds in every domain of a host that knows the FIFO ABI, as today.",
		Origin: "88910061ec",
	},
	V5: {
		ID: "EV-V5", Title: "a bit that disables FIFO", Origin: "Elnikety, 2019-08-07, xen-devel: the patch, version 1",
		Doc: "A flag at domain creation has init_control fail with -ENOSYS.",
	},
	V6: {
		ID: "EV-V6", Title: "a bitmap of permitted ABIs", Origin: "Beulich, 2019-08-07, xen-devel; Cooper's positive form",
		Doc: "A bit per ABI at domain creation; others are refused.",
	},
	V7: {
		ID: "EV-V7", Title: "a maximum version", Origin: "Cooper, 2019-08-07, xen-devel; as max_grant_version, 7379f9e10a",
		Doc: "A number at domain creation; ABIs are counted, and those above it are refused.",
	},
	V9: {
		ID: "EV-V9", Title: "absent on the host", Origin: "build option, cfe15a473d",
		Doc: "Xen is built without the FIFO ABI: -EOPNOTSUPP for every domain.",
	},
	V10: {
		ID: "EV-V10", Title: "an offer that can be read", Origin: "Cooper, 2019-08-07, xen-devel: should be in the hypervisor CPUID leaves",
		Doc: "EV-Vall; in addition a kernel can ask what there is without changing anything.",
	},
}

// Rule numbers the rules that as-is switches, bug switches and mutants change.
type Rule uint8

// The rules, by the switch that changes them.
const (
	AsIs1 Rule = iota
	AsIs2
	AsIs3
	B1
	B2
	B3
	B4
	B5
	B6
	B7
	B8
	B9
	B10
	B11
	B12
	B13
	B14
	B15
	B16
	B17
	B18
	B19
	B20
	B21
	B22
	B23
	B24
	B25
	M1
	M2
	M3
	M4
	M5
	M6
	M7
	M8
	M9
	M10
	M11
	M12
	NumRules
)
