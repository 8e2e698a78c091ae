// Package grant says what is checked of grant tables: scenarios, and the claims of
// the discussion about grants that outlive a kernel.
package grant

import (
	"slices"

	invariants "hvcheck/invariants/grant"
	"hvcheck/model"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      gntops.Area,
	Invariants: invariants.All,
	Promises:   invariants.Promises,
	Scenarios:  withGoals(slices.Concat(coreScenarios, furtherScenarios, copyScenarios, versionScenarios, handoverScenarios, designScenarios, questionScenarios, destroyScenarios, cornerScenarios, allScenarios)),
	Unmet:      unmet,
	Columns:    slices.Concat(columns, repairs, resets),
	Today:      []model.Choice{{Name: "takeover", Value: "GR-V3"}, {Name: "GR-A1", Value: "on"}, {Name: "GR-A2", Value: "on"}, {Name: "GR-A3", Value: "on"}, {Name: "GR-A4", Value: "on"}, {Name: "GR-A5", Value: "on"}, {Name: "GR-A6", Value: "on"}, {Name: "GR-A7", Value: "on"}, {Name: "GR-A8", Value: "on"}, {Name: "GR-A9", Value: "on"}},
	Baseline:   "a repaired design: a copy for each grant (GR-V11), without what today's code does otherwise (GR-A1 to GR-A9)",
	Threads: []scenarios.Thread{{
		ID: seed000, Page: "000-kexec-grants", Title: "grants that outlive a kernel",
		List: "xen-devel", Date: "2014-07-15", Until: "2014-08-01",
		Subject: "[PATCH RFC 0/4] xen/pvhvm: fix shared_info and pirq issues with kexec",
		Authors: []scenarios.Author{
			{Name: "Vitaly Kuznetsov", Role: "author of the patches"}, {Name: "David Vrabel", Role: "maintainer of Xen's support in Linux"},
		},
	}},
	Claims:   claims,
	Matrices: matrices,
}

var only, below, each = scenarios.Only, scenarios.Below, scenarios.Each
