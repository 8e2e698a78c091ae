package evtchn

import (
	"hvcheck/model/evtchn"
	"hvcheck/scenarios"
)

// Tables of pairs and transitions.
var matrices = []scenarios.Matrix{
	{
		Name: "handover", Seed: seed003,
		Title: "pairs of ABIs and transitions",
		Doc:   "What each way to hand a domain over to its next kernel does, for each pair of ABIs, when that kernel comes and events arrive at any time after the first one has chosen its ABI. Three lengths: a mismatch of ABI or pages, or a missing port, as a state; a lost event; a store of Xen's into a page that is not the running kernel's.",
		Rows: []scenarios.Column{
			handed("EV-V1"), handed("EV-V2"), handed("EV-V2r"), handed("EV-V3"), handed("EV-V3r"), handed("EV-V4"), repaired,
			offered("EV-V5"), offered("EV-V6"), offered("EV-V7"), offered("EV-V9"), handed("EV-V8"),
		},
		Heads:      append(heads(evtchn.Resume, ""), heads(evtchn.Kexec, "")...),
		Properties: handoverProperties,
		Want: [][]string{
			{"F 2", "F 2/3", "F 2/3/4", "F 2/3/4", "H", "H", "F 4/5/4", "F 4/5/4"},
			{"F 2", "F 2/3", "F 2", "F 2/3", "F 3", "F 3", "F 3", "F 3"},
			{"F 2", "F 2/3", "F 2", "F 2/3", "H", "H", "F -/7", "H"},
			{"F 3", "F 3", "F 3", "F 3", "F 3", "F 3", "F 3", "F 3"},
			{"H", "H", "F -/7", "H", "H", "H", "F -/7", "H"},
			{"H", "H", "F -/7", "H", "H", "H", "F -/7", "H"},
			{"H", "H", "H", "H", "H", "H", "H", "H"},
			{"F 2", "-", "F 2", "-", "H", "H", "H", "H"},
			{"F 2", "-", "F 2", "-", "H", "H", "H", "H"},
			{"F 2", "-", "F 2", "-", "H", "H", "H", "H"},
			{"F 2", "-", "F 2", "-", "H", "H", "H", "H"},
			{"F 2", "F 2/3", "F 2", "F 2/3", "H", "H", "H", "H"},
		},
		Notes: []scenarios.CellNote{
			{Row: "EV-V2", Head: "resume 2L→FIFO", Found: "F 2", Text: droppedSends},
			{Row: "EV-V2", Head: "resume FIFO→FIFO", Found: "F 2", Text: droppedSends},
			{Row: "EV-V2", Head: "kexec FIFO→2L", Found: "F 3/7", Text: "the lost event of EV-A1 comes on top: the timer's"},
			{Row: "EV-V2r", Head: "resume FIFO→2L", Found: "F 2/5", Text: "EV-A1: an event from before the FIFO ABI has left the pending bit of the port's number set; its upcall went to the kernel before, and the image gets none for what is sent"},
			{Row: "EV-V2r", Head: "resume FIFO→FIFO", Found: "F 2/4", Text: "bind_interdomain has raised the port: an upcall comes first, which finds nothing in the FIFO ABI"},
			{Row: "EV-V3", Head: "resume FIFO→2L", Found: "F 3/7/3", Text: closeStores + timerLost},
			{Row: "EV-V3", Head: "resume FIFO→FIFO", Found: "F 3/-/3", Text: closeStores},
			{Row: "EV-V3", Head: "kexec FIFO→2L", Found: "F 3/7/3", Text: closeStores + timerLost},
			{Row: "EV-V3", Head: "kexec FIFO→FIFO", Found: "F 3/-/3", Text: closeStores},
			{Row: "EV-V3r", Head: "resume FIFO→2L", Found: "F -/7/3", Text: closeStores},
			{Row: "EV-V3r", Head: "resume FIFO→FIFO", Found: "F -/-/3", Text: closeStores},
			{Row: "EV-V3r", Head: "kexec FIFO→2L", Found: "F -/7/3", Text: closeStores},
			{Row: "EV-V3r", Head: "kexec FIFO→FIFO", Found: "F -/-/3", Text: closeStores},
		},
	},
	{
		Name: "handover-bound", Seed: seed003,
		Title: "the same, after the first kernel has bound its ports",
		Doc:   "As the table handover, for resumes that come only after the boot kernel has bound the ports that the image has.",
		Rows: []scenarios.Column{
			handed("EV-V1"), offered("EV-V5"), offered("EV-V6"), offered("EV-V7"), offered("EV-V9"), handed("EV-V8"),
		},
		Heads:      heads(evtchn.Resume, "-bound"),
		Properties: handoverProperties,
		Want: [][]string{
			{"H", "F 4/6", "F 4/?/5", "F 4/?/5"},
			{"H", "-", "H", "-"},
			{"H", "-", "H", "-"},
			{"H", "-", "H", "-"},
			{"H", "-", "H", "-"},
			{"H", "F 4/6", "H", "F 4/6"},
		},
	},
	{
		Name: "handover-gap", Seed: seed003,
		Title: "an arriving kernel's reset that is not atomic with its arrival",
		Doc:   "As the table handover, where the arriving kernel's reset is a step of its own: until then, and by the reset itself, Xen writes into the old kernel's pages. (The 4 were expected; the lost event of EV-A1 comes on top: the first that is lost is the one which bind_interdomain raises itself.)",
		Rows:  []scenarios.Column{handed("EV-V3r")}, Heads: heads(evtchn.Resume, "-gap"),
		Properties: handoverProperties,
		Want:       [][]string{{"H", "H", "F -/7/4", "F -/-/4"}},
	},
}

var handoverProperties = []scenarios.MatrixProperty{
	{IDs: []string{"EV-I1", "EV-I2", "EV-P1"}, What: "mismatch or missing port"},
	{IDs: []string{"EV-I5"}, What: "lost event"},
	{IDs: []string{"EV-I3"}, What: "stray write"},
}

// timerLost is what EV-A1 adds.
const timerLost = "; the lost event of EV-A1 comes on top: the timer's"

// heads are the scenarios of one kind, pair by pair.
func heads(by evtchn.Transition, kind string) (list []scenarios.Head) {
	for _, p := range pairs {
		name := by.String() + " " + p.from.String() + "→" + p.to.String()
		list = append(list, scenarios.Head{Name: name, Scenario: "evtchn." + by.String() + "-" + p.String() + kind})
	}
	return list
}

// droppedSends is why no event is lost where the port is gone.
const droppedSends = "the port for xenstore is closed: what is sent to it is dropped by design and not owed to anybody (EV-I5 asks for a bound port)"
