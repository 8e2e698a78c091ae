package evtchn

import (
	"slices"

	"hvcheck/model"
	"hvcheck/scenarios"
)

const seed003 = "003"

// today has the rules of today's code on.
var today = []model.Choice{{Name: "EV-A1", Value: "on"}, {Name: "EV-A2", Value: "on"}, {Name: "EV-A3", Value: "on"}, {Name: "EV-A4", Value: "on"}}

// handed is a hand-over with today's code.
func handed(id string) scenarios.Column {
	return scenarios.Column{Name: id, Design: append([]model.Choice{{Name: "handover", Value: id}}, today...)}
}

// offered is a form of offer, today's code, and nobody who cooperates.
func offered(id string) scenarios.Column {
	return scenarios.Column{Name: id, Design: append([]model.Choice{{Name: "handover", Value: "EV-V1"}, {Name: "offer", Value: id}}, today...)}
}

// designs are all designs with names: each hand-over and each offer means the
// same wherever it is named, today's code otherwise.
var designs = slices.Concat(columns, []scenarios.Column{
	handed("EV-V0"), handed("EV-V2r"), handed("EV-V3"), offered("EV-Vall"), asDesigned,
})

// repaired is the soft reset that clears the words, without today's rules.
var repaired = scenarios.Column{Name: "EV-V4c", Design: []model.Choice{{Name: "handover", Value: "EV-V4c"}}}

// columns are the designs that the thread compares.
var columns = []scenarios.Column{
	handed("EV-V1"), handed("EV-V2"), handed("EV-V2b"), handed("EV-V2c"), handed("EV-V3r"), handed("EV-V4"), repaired,
	offered("EV-V5"), offered("EV-V6"), offered("EV-V7"), handed("EV-V8"), offered("EV-V9"), offered("EV-V10"),
}

// verdicts reads the verdicts of V1, V2, V2b, V2c, V3r, V4, V4c, V5, V6, V7,
// V8, V9 and V10.
func verdicts(line string) []scenarios.Verdict { return row(columns, line) }

const (
	f2l      = "evtchn.resume-fifo-2l"
	f2lBound = "evtchn.resume-fifo-2l-bound"
)

// What is asked of a hand-over as a whole: agreement, pages, stores, no lost
// event, ports. Invented events are asked by EV-C7.
var allRight = []string{"EV-I1", "EV-I2", "EV-I3", "EV-I5", "EV-P1"}

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "EV-C1", Seed: seed003,
		Text:     "the boot kernel takes FIFO, the image speaks 2L: they talk past each other",
		Doc:      `Elnikety, 2019-08-07, the patch's text: Xen and the resumed kernel use different protocols. The witness is a state in which they do (EV-I1), and then an event that is lost (EV-I5).`,
		Scenario: f2l, Properties: []string{"EV-I1"},
		Verdicts: slices.Concat(
			verdicts("W2 N N N N N N N N N N N -"),
			of(verdicts("W3 - - - - - - - - - - - -"), "EV-I5"),
		),
	},
	{
		ID: "EV-C2", Seed: seed003,
		Text:     "after resuming, the guest goes on with 2L because it used 2L before",
		Doc:      `Cooper, 2019-08-07. As a property: after the resume Xen and the kernel use the same ABI.`,
		Scenario: f2l, Properties: []string{"EV-I1"},
		Verdicts: verdicts("F2 H H H H H H H H H H H -"),
	},
	{
		ID: "EV-C3", Seed: seed003,
		Text:     "the same after migration or restore",
		Doc:      `Nothing is kept but the kernel: the domain is new, and the kernel's resume path asks for its ABI again. A kernel that used FIFO cannot go on where that is not offered: it does not survive the migration to such a host (EV-P20), unless FIFO was hidden from it before.`,
		Scenario: "evtchn.migrate", Properties: []string{"EV-I1"},
		Verdicts: slices.Concat(
			verdicts("H H H H H H H H H H H H -"),
			in(of(verdicts("F3 - - - - - - H H H - H -"), "EV-P20"), "evtchn.migrate-old"),
		),
	},
	{
		ID: "EV-C4", Seed: seed003,
		Text:     "Xen does as it was told: the ABI becomes FIFO only by a guest's init_control",
		Doc:      `Cooper, 2019-08-07. Decided for every pair of kernels. Where FIFO is hidden nothing becomes FIFO at all.`,
		Scenario: "evtchn.handover", Properties: []string{"EV-P4"},
		Verdicts: verdicts("H H H H H H H H H H H H -"),
	},
	{
		ID: "EV-C5", Seed: seed003,
		Text:     "a soft reset in the hand-over restores agreement",
		Doc:      `Woodhouse, 2019-08-07, and Dunlap, 2019-08-14. Agreement about the ABI and about the pages, for every pair of kernels.`,
		Scenario: "evtchn.handover", Properties: []string{"EV-I1", "EV-I2"},
		Verdicts: verdicts("- - - - - H H - - - - - -"),
	},
	{
		ID: "EV-C6", Seed: seed003,
		Text:     "a soft reset does not reset the ABI today",
		Doc:      `Woodhouse, 2019-08-07, at a quick glance. It has done so since 546d558a7a (2015).`,
		Scenario: f2l, Properties: []string{"EV-P6"},
		Verdicts: verdicts("- - - - - F F - - - - - -"),
	},
	{
		ID: "EV-C7", Seed: seed003,
		Text:     "a soft reset puts state back to what it was initially",
		Doc:      `Beulich, 2019-08-07. Asked directly (EV-I18), and by what follows: an event that is lost, one that is invented.`,
		Scenario: f2l, Properties: []string{"EV-I18"},
		Verdicts: slices.Concat(
			verdicts("- - - - - F H - - - - - -"),
			of(verdicts("- - - - - F7 H - - - - - -"), "EV-I5"),
			in(of(noted(verdicts("- - - - - F6 H - - - - - -"), "expected were 8, which close the port and bind it again; here the reset does", "EV-V4"), "EV-I6"), "evtchn.resume-fifo-fifo"),
		),
	},
	{
		ID: "EV-C8", Seed: seed003,
		Text:     "a soft reset suffices, and the image needs no change",
		Doc:      `The image's timer port is gone after the reset, and nobody binds it again.`,
		Scenario: "evtchn.unchanged", Properties: []string{"EV-P1"},
		Verdicts: verdicts("- - - - - F2 F2 - - - - - -"),
	},
	{
		ID: "EV-C9", Seed: seed003,
		Text:     "it can be solved between the two kernels, without Xen",
		Doc:      `Beulich, 2019-08-07: some design in which only guests change keeps agreement, pages, ports and events. Told not to use FIFO, a boot kernel does; decided where the image comes after the boot kernel has bound its ports.`,
		Scenario: f2l, Properties: allRight,
		Verdicts: slices.Concat(
			noted(verdicts("- F2 - - F3 - - - - - - - -"), closeStores, "EV-V3r"),
			of(verdicts("- - - - F7 - - - - - - - -"), "EV-I5"),
			in(of(verdicts("- - - - F4 - - - - - - - -"), "EV-I3"), "evtchn.resume-fifo-2l-gap"),
			in(verdicts("- - - - - - - - - - H - -"), f2lBound),
		),
	},
	{
		ID: "EV-C10", Seed: seed003,
		Text:     "unmodified boot kernels and images work on the new host",
		Doc:      `Cooper, 2019-08-14: modifying Xen is the only rational option. Everything is right, and no kernel does, or is told, anything that it is not today. Designs that hide FIFO, and the parameter, are decided where the image comes after the boot kernel has bound its ports.`,
		Scenario: f2l, Properties: slices.Concat(allRight, []string{"EV-P10"}),
		Verdicts: slices.Concat(
			verdicts("F2 F F F F F F - - - - - -"),
			in(verdicts("- - - - - - - H H H F4 H -"), f2lBound),
		),
	},
	{
		ID: "EV-C11", Seed: seed003,
		Text:     "a boot kernel without FIFO is right on new hosts and harmless on old ones",
		Doc:      `Elnikety, 2019-08-07. That it is needed on new hosts is EV-C1.`,
		Scenario: "evtchn.both-hosts", Properties: allRight,
		Verdicts: verdicts("- - - - - - - - - - H - -"),
	},
	{
		ID: "EV-C12", Seed: seed003,
		Text:     "the visible environment is constant over a guest's logical lifetime",
		Doc:      `Cooper's principle (2019-08-07), for an image of a host without the FIFO ABI that is resumed on one with it. A host that is built without the ABI is one more old host.`,
		Scenario: "evtchn.upgrade", Properties: []string{"EV-I13"},
		Verdicts: verdicts("F F F F F F F H H H F H -"),
	},
	{
		ID: "EV-C13", Seed: seed003,
		Text:     "hibernation is right as long as the virtual hardware does not change",
		Doc:      `Elnikety, 2019-08-07. Both kernels use FIFO, on the same host. Where FIFO is always hidden the image uses 2L, and so does the boot kernel after it was refused; decided after that has bound its ports. With today's code an event can be invented under EV-V4 (EV-C7).`,
		Scenario: "evtchn.resume-fifo-fifo", Properties: allRight,
		Verdicts: slices.Concat(
			noted(verdicts("F2 F2 H H F3 H H - - - - - -"), closeStores, "EV-V3r"),
			of(verdicts("F3 - - - - - - - - - - - -"), "EV-I5"),
			of(verdicts("F4 - - - - - - - - - - - -"), "EV-I3"),
			in(verdicts("- - - - - - - - - - F4 - -"), "evtchn.resume-fifo-fifo-bound"),
			in(verdicts("- - - - - - - H H H - H -"), f2lBound),
		),
	},
	{
		ID: "EV-C14", Seed: seed003,
		Text:     "a kernel whose init_control is refused continues with 2L",
		Doc:      `Elnikety, 2019-08-07, the patch's text, for -ENOSYS; found for every error, since Linux falls back for any.`,
		Scenario: "evtchn.handover", Properties: []string{"EV-P14"},
		Verdicts: verdicts("- - - - - - - H H H - H -"),
	},
	{
		ID: "EV-C15", Seed: seed003,
		Text:     "the error code matters",
		Doc:      `Beulich, 2019-08-07: not -ENOSYS. A witness is a step that leads to different states with different codes. For kernels that fall back for any error, as Linux does, there is none; the second row is for kernels that fall back for -ENOSYS only.`,
		Scenario: f2l, Properties: []string{"EV-P15"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - - N N N - - -"),
			in(verdicts("- - - - - - - W1 W1 W1 - - -"), "evtchn.strict"),
		),
	},
	{
		ID: "EV-C16", Seed: seed003,
		Text:     "if init_control fails, Xen is in 2L",
		Doc:      `The rule by which kernels fall back. After kexec from a kernel that used FIFO, init_control fails because that kernel's control block is there. With the other hand-overs it never fails; where FIFO is hidden it fails in 2L.`,
		Scenario: "evtchn.kexec-fifo-2l", Properties: []string{"EV-P16"},
		Verdicts: slices.Concat(
			in(noted(verdicts("F3 H H H H H H H H H H H -"), "expected were 4, up to the bind that makes the kernel live (EV-I1), which is the next step", "EV-V1"), "evtchn.kexec-fifo-fifo"),
		),
	},
	{
		ID: "EV-C17", Seed: seed003,
		Text:     "a permit and a disable flag are the same",
		Doc:      `Cooper and Elnikety, 2019-08-07, for two ABIs. Every step leads to the same state under either form. With a third ABI they differ: a bit that disables FIFO leaves the third one on.`,
		Scenario: "evtchn.offer-two", Properties: []string{"EV-P17"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - - H H H - - -"),
			in(verdicts("- - - - - - - F1 F1 F1 - - -"), "evtchn.offer-three"),
		),
	},
	{
		ID: "EV-C18", Seed: seed003,
		Text:     "a maximum version is enough",
		Doc:      `Cooper, 2019-08-07: FIFO as event channel v2. Enough for two ABIs; with a third one there are sets that a maximum cannot say.`,
		Scenario: "evtchn.offer-two", Properties: []string{"EV-P18"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - - - - H - - -"),
			in(verdicts("- - - - - - - - - F1 - - -"), "evtchn.offer-three"),
		),
	},
	{
		ID: "EV-C19", Seed: seed003,
		Text:     "a bitmap can offer a third ABI without the second",
		Doc:      `Beulich, 2019-08-07: why would one have to expose v2 just to make v3 usable?`,
		Scenario: "evtchn.offer-three", Properties: []string{"EV-P18"},
		Verdicts: verdicts("- - - - - - - - H F1 - - -"),
	},
	{
		ID: "EV-C20", Seed: seed003,
		Text:     "everything can be switched off",
		Doc:      `Cooper, 2019-08-07: everything; Beulich, 2019-08-07: for HVM perhaps. Decided for an HVM and for a PV guest, in the forms that can say it.`,
		Scenario: "evtchn.offer-none", Properties: []string{"EV-P20"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - - - H H - - -"),
			in(verdicts("- - - - - - - - F2 F2 - - -"), "evtchn.offer-none-pv"),
		),
	},
	{
		ID: "EV-C21", Seed: seed003,
		Text:     "what is offered can be learnt without changing the ABI",
		Doc:      `Cooper, 2019-08-07: available ABIs really should be in CPUID leaves. Without that, the probe is init_control, which changes the ABI.`,
		Scenario: "evtchn.offer-both", Properties: []string{"EV-P21"},
		Verdicts: noted(verdicts("F1 F1 F1 F1 F1 F1 F1 F2 F2 F2 F1 H H"), "expected to fail; where the host does not have the ABI the probe is refused and changes nothing", "EV-V9"),
	},
	{
		ID: "EV-C22", Seed: seed003,
		Text:     "where nothing is disabled, nothing changes",
		Doc:      `Elnikety, 2019-08-07, the patch's text. Once both ABIs have been chosen, every step answers the same, and leads to the same state, as without any control of the offer.`,
		Scenario: "evtchn.offer-both", Properties: []string{"EV-P22"},
		Verdicts: verdicts("- - - - - - - H H H - - -"),
	},
	{
		ID: "EV-C23", Seed: seed003,
		Text:     "there is no bug in Xen: with cooperating kernels everything is right",
		Doc:      `Beulich, 2019-08-07: an actual fix belongs in the kernels. With today's Xen and kernels that reset and bind anew an event is lost (EV-A1), unless the arriving kernel also clears the words. EV-V8 is decided where the image comes after the boot kernel has bound its ports.`,
		Scenario: f2l, Properties: allRight,
		Verdicts: slices.Concat(
			noted(verdicts("- - F7 H F3 F7 H - - - - - -"), closeStores, "EV-V3r"),
			in(verdicts("- - - - - - - - - - H - -"), f2lBound),
		),
	},
	{
		ID: "EV-C24", Seed: seed003,
		Text:     "there is a related problem for grant tables",
		Doc:      `Cooper, 2019-08-07: almost certainly. EV-C1 with the version of the grant table for the ABI: the boot kernel uses version 2, the image version 1. Nothing that resets event channels changes the version, so the designs of this thread do not help; a kernel that binds its ports anew is wrong from then on.`,
		Scenario: "evtchn.grant-version", Properties: []string{"EV-P24"},
		Verdicts: verdicts("W2 W2 W W W W W W3 W3 W3 W3 W3 -"),
	},
}

// asDesigned is the FIFO ABI as it is.
var asDesigned = scenarios.Column{Name: "FIFO", Title: "the FIFO ABI as it is designed", Design: []model.Choice{{Name: "handover", Value: "EV-V4c"}}}

// abiClaims are what the public header says of the FIFO ABI, or leaves unsaid.
var abiClaims = []scenarios.Claim{
	{
		ID: "EV-F1", Seed: "fifo",
		Text:     "events of a low priority are delivered while those of a high one never cease",
		Doc:      `Nobody promises it: a handler takes the highest queue that is ready, and looks again after each event (EV-L3). The loop needs one port of priority 0.`,
		Scenario: "evtchn.starve", Properties: []string{"EV-L3"},
		Verdicts: row([]scenarios.Column{asDesigned}, "F"),
	},
	{
		ID: "EV-F2", Seed: "fifo",
		Text:     "events of one priority are delivered while others of it never cease",
		Doc:      `A queue is first in, first out, so an event that has been linked is reached.`,
		Scenario: "evtchn.flood", Properties: []string{"EV-L1"},
		Verdicts: row([]scenarios.Column{asDesigned}, "H"),
	},
	{
		ID: "EV-F3", Seed: "fifo",
		Text:     "a soft reset also serves a kernel that left a reset of its own unfinished",
		Doc:      `The public header says of EVTCHNOP_reset that a domain may call it, and of a soft reset that the domain goes on. A reset that was preempted and is not continued makes the soft reset fail.`,
		Scenario: "evtchn.soft-reset", Properties: []string{"EV-L8"},
		Verdicts: row([]scenarios.Column{asDesigned}, "F4"),
	},
}

// closeStores is why the arriving kernel's reset is not harmless.
const closeStores = "the reset itself stores into the old kernel's pages, because closing a port clears PENDING; expected were only stores before the reset (4, as in the table handover-gap)"
