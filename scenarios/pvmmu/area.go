// Package pvmmu says what is checked of the memory management of PV guests:
// scenarios, and the claims of the discussion about m2p-strict.
package pvmmu

import (
	"slices"

	invariants "hvcheck/invariants/pvmmu"
	"hvcheck/model"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      mmops.Area,
	Invariants: invariants.All,
	Scenarios:  slices.Concat(typingScenarios, fastPathScenarios, memoryScenarios, preemptScenarios, contextScenarios, fixupScenarios, tlbScenarios, allScenarios),
	Columns:    columns,
	Today:      []model.Choice{{Name: "fixup", Value: "MM-V2"}, {Name: "MM-A1", Value: "on"}, {Name: "MM-A2", Value: "on"}, {Name: "MM-A3", Value: "on"}, {Name: "MM-A4", Value: "on"}},
	Baseline:   "today's code, with the committed fix of set-context (MM-V2), but for MM-A1 to MM-A4",
	Designs:    "A design says what set-context of vCPU 0 does about L4s that were pinned before it (fixup): MM-V0 is the tree before the fix, MM-V1 the patch as first posted, MM-V2 what was committed; the others were proposed, or repair what is left.",
	Threads: []scenarios.Thread{{
		ID: "002", Page: "002-m2p-strict", Title: "the order of pinning and set-context, and m2p-strict",
		List: "xen-devel", Date: "2016-01-12", Until: "2016-02-02",
		Subject: "x86/PV: fix unintended dependency of m2p-strict mode on migration-v2",
		Message: "5694DEAA02000078000C5D7A@prv-mh.provo.novell.com",
		Authors: []scenarios.Author{{Name: "Jan Beulich", Role: "author of the patch, x86 maintainer"}, {Name: "Andrew Cooper", Role: "reviewer, x86 maintainer"}},
	}},
	Claims: claims,
	Unmet:  unmet,
}

// running is a domain whose vCPUs run on tables outside of the pool.
var running = mmops.Starts([]mmops.Start{{Name: "running", Running: true}})
