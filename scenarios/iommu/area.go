// Package iommu says what is checked of what devices reach: scenarios, and the claims
// of the discussion about asynchronous Device-TLB flushes.
package iommu

import (
	"slices"

	invariants "hvcheck/invariants/iommu"
	"hvcheck/model"
	"hvcheck/model/iommu/iomops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      iomops.Area,
	Invariants: invariants.All,
	Promises:   invariants.Promises,
	Scenarios:  withFull(withGoals(slices.Concat(coreScenarios, designScenarios, deviceScenarios, pvScenarios, pageScenarios, cornerScenarios, allScenarios))),
	Columns:    columns,
	Today:      []model.Choice{{Name: "flushing", Value: "FL-V1"}, {Name: "FL-A1", Value: "on"}, {Name: "FL-A2", Value: "on"}, {Name: "FL-A3", Value: "on"}, {Name: "FL-A4", Value: "on"}, {Name: "FL-A5", Value: "on"}},
	Threads: []scenarios.Thread{{
		ID: seed004, Page: "004-device-tlb", Title: "asynchronous Device-TLB flush",
		List: "xen-devel", Date: "2015-09-24", Until: "2015-09-28",
		Subject: "[Patch RFC 00/13] VT-d Asynchronous Device-TLB Flush for ATS Device",
		Authors: []scenarios.Author{
			{Name: "Quan Xu", Role: "author of the patches"}, {Name: "Jan Beulich", Role: "maintainer of the IOMMU code"}, {Name: "Tim Deegan", Role: "maintainer of memory management"},
		},
	}},
	Claims:   claims,
	Matrices: matrices,
	Unmet:    unmet,
	Baseline: "today's code (FL-V1), where a device that changes hands has its Device-TLB flushed, too, and is broken if its functions end up apart, and where a page that could not leave a table is not freed (without FL-A1, FL-A2, FL-A3; nor older Xen's results of moves and of others' pages, FL-A4 and FL-A5)",
}

var only, below, each = scenarios.Only, scenarios.Below, scenarios.Each

// flushed is a design, by its id.
func flushed(id string) scenarios.Column {
	return scenarios.Column{Name: id, Design: []model.Choice{{Name: "flushing", Value: id}}}
}

// columns are the designs that the thread compares.
var columns = []scenarios.Column{
	flushed("FL-V0"), flushed("FL-V1"), flushed("FL-V2"), flushed("FL-V3"), flushed("FL-V4"), flushed("FL-V5"), flushed("FL-V6"),
}
