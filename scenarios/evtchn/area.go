// Package evtchn says what is checked of event channels: scenarios, the claims
// of the discussion about making the ABIs tunable, and tables of hand-overs.
package evtchn

import (
	"slices"

	invariants "hvcheck/invariants/evtchn"
	"hvcheck/model"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      evops.Area,
	Invariants: invariants.All,
	Promises:   invariants.Promises,
	Scenarios:  goaled(slices.Concat(dataScenarios, controlScenarios, historyScenarios, handoverScenarios, allScenarios)),
	Columns:    designs,
	Today:      slices.Concat([]model.Choice{{Name: "handover", Value: "EV-V4"}}, today, []model.Choice{{Name: "EV-A5", Value: "on"}, {Name: "EV-A6", Value: "on"}}),
	Baseline:   "a repaired design: a soft reset that clears the words (EV-V4c), without what today's code does otherwise (EV-A1 to EV-A6)",
	Designs: `Two choices make up a design. The hand-over (EV-V0 to EV-V4c, EV-V8) is what is done when a kernel follows another one: by the kernel that leaves, the one that arrives, or the toolstack. The offer (EV-V5 to EV-V7, EV-V9, EV-V10) is how a domain's configuration says which ABIs its kernels may use; nobody cooperates in the hand-over there.

Rules EV-A1 to EV-A4 are as in today's code, and are on under all of these but EV-V4c, which is a repaired design to compare with. What they violate is a question about that code, not a proven bug.`,
	Threads: []scenarios.Thread{{
		ID: "003", Page: "003-evtchn-abi", Title: "event-channel ABIs made tunable",
		List: "xen-devel", Date: "2019-08-07", Until: "2019-08-14",
		Subject: "evtchn: make support for different ABIs tunable",
		Message: "20190807112024.19480-1-elnikety@amazon.com",
		Authors: []scenarios.Author{
			{Name: "Eslam Elnikety", Role: "author of the patch"}, {Name: "Andrew Cooper", Role: "x86 maintainer"},
			{Name: "Jan Beulich", Role: "x86 maintainer"}, {Name: "David Woodhouse", Role: "colleague of the author, kernel developer"},
			{Name: "George Dunlap", Role: "maintainer of the toolstack's interfaces"},
		},
	}, {
		ID: "fifo", Page: "fifo-abi", Title: "what the public header says of the FIFO ABI",
		List: "Xen's public headers", Subject: "xen/include/public/event_channel.h",
	}},
	Claims:   slices.Concat(claims, abiClaims),
	Matrices: matrices,
	Unmet:    unmet,
}

var (
	only, below, each = scenarios.Only, scenarios.Below, scenarios.Each
	upTo, preempts    = scenarios.UpTo, scenarios.Preempts
	step, after       = scenarios.Step, scenarios.After
	row, noted        = scenarios.Row, scenarios.Noted
	in, of            = scenarios.In, scenarios.Of
)
