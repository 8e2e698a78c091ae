package scenarios

import "hvcheck/model/evtchn"

// The specification's table of pairs and transitions.
var evtchnMatrices = []Matrix{
	{
		Name: "handover", Seed: seed003,
		Title: "pairs of ABIs and transitions",
		Doc:   "What each way to hand a domain over to its next kernel does, for each pair of ABIs, when that kernel comes and events arrive at any time after the first one has chosen its ABI. Three lengths: a mismatch of ABI or pages, or a missing port, as a state; a lost event; a store of Xen's into a page that is not the running kernel's.",
		Rows: []Column{
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
		Notes: []CellNote{
			{"EV-V2", "resume 2L→FIFO", "F 2", droppedSends},
			{"EV-V2", "resume FIFO→FIFO", "F 2", droppedSends},
			{"EV-V2", "kexec FIFO→2L", "F 3/7", "the lost event of EV-A1 comes on top: the timer's"},
			{"EV-V2r", "resume FIFO→2L", "F 2/5", "EV-A1: an event from before the FIFO ABI has left the pending bit of the port's number set; its upcall went to the kernel before, and the image gets none for what is sent"},
			{"EV-V2r", "resume FIFO→FIFO", "F 2/4", "bind_interdomain has raised the port: an upcall comes first, which finds nothing in the FIFO ABI"},
			{"EV-V3", "resume FIFO→2L", "F 3/7/3", closeStores + timerLost},
			{"EV-V3", "resume FIFO→FIFO", "F 3/-/3", closeStores},
			{"EV-V3", "kexec FIFO→2L", "F 3/7/3", closeStores + timerLost},
			{"EV-V3", "kexec FIFO→FIFO", "F 3/-/3", closeStores},
			{"EV-V3r", "resume FIFO→2L", "F -/7/3", closeStores},
			{"EV-V3r", "resume FIFO→FIFO", "F -/-/3", closeStores},
			{"EV-V3r", "kexec FIFO→2L", "F -/7/3", closeStores},
			{"EV-V3r", "kexec FIFO→FIFO", "F -/-/3", closeStores},
		},
	},
	{
		Name: "handover-bound", Seed: seed003,
		Title: "the same, after the first kernel has bound its ports",
		Doc:   "As the table handover, for resumes that come only after the boot kernel has bound the ports that the image has. (The specification's footnote 1.)",
		Rows: []Column{
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
		Doc:   "As the table handover, where the arriving kernel's reset is a step of its own: until then, and by the reset itself, Xen writes into the old kernel's pages. (The specification's footnote 2, which states the 4; the lost event of EV-A1 comes on top.)",
		Rows:  []Column{handed("EV-V3r")}, Heads: heads(evtchn.Resume, "-gap"),
		Properties: handoverProperties,
		Want:       [][]string{{"H", "H", "F -/8/4", "F -/-/4"}},
	},
}

var handoverProperties = []MatrixProperty{
	{[]string{"EV-I1", "EV-I2", "EV-P1"}, "mismatch or missing port"},
	{[]string{"EV-I5"}, "lost event"},
	{[]string{"EV-I3"}, "stray write"},
}

// timerLost is what EV-A1 adds.
const timerLost = "; the lost event of EV-A1 comes on top: the timer's"

// heads are the scenarios of one kind, pair by pair.
func heads(by evtchn.Transition, kind string) (list []Head) {
	for _, p := range pairs {
		name := by.String() + " " + p.from.String() + "→" + p.to.String()
		list = append(list, Head{name, "evtchn." + by.String() + "-" + p.String() + kind})
	}
	return list
}

// droppedSends is why no event is lost where the port is gone.
const droppedSends = "the port for xenstore is closed: what is sent to it is dropped by design and not owed to anybody (EV-I5 asks for a bound port)"
