// Package runstate says what is checked of the shared runstate area: scenarios,
// and the claims of the discussion about areas that cross a page's end.
package runstate

import (
	"slices"

	invariants "hvcheck/invariants/runstate"
	"hvcheck/model"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      rsops.Area,
	Invariants: invariants.All,
	Promises:   invariants.Promises,
	Scenarios:  slices.Concat(fieldScenarios, sweepScenarios, recordScenarios, widthScenarios, cacheScenarios, xenScenarios, allScenarios, eventScenarios),
	Columns:    append(slices.Clone(columns), guarded),
	Today:      []model.Choice{{Name: "RS-A1", Value: "on"}, {Name: "RS-A2", Value: "on"}, {Name: "RS-A3", Value: "on"}, {Name: "RS-A4", Value: "on"}, {Name: "RS-A5", Value: "on"}, {Name: "RS-A6", Value: "on"}, {Name: "RS-B13", Value: "on"}},
	Baseline:   "Linux's two cached mappings that are locked together (RS-V7), with times bounded by what has passed",
	Designs: `A design is how an update gets at the area (RS-V1 to RS-V7 for KVM, RS-VX and RS-VP for Xen). The record is kept by the hypervisor's own rules in each: KVM's or Xen's.

RS-A6 is what Xen up to 4.17 lacks. RS-A1 to RS-A5 are as in today's code, and so is RS-B13: of the kernels that were run only 7.3 has 36a8520064, which mends RS-A1 and RS-B13. What they violate is a question about that code, not a proven bug.`,
	Threads: []scenarios.Thread{{
		ID: "001", Page: "001-runstate", Title: "runstate areas that cross a page's end",
		List: "kvm", Date: "2022-11-22", Until: "2022-11-23",
		Subject: "[PATCH 2/4] KVM: x86/xen: Compatibility fixes for shared runstate area",
		Authors: []scenarios.Author{
			{Name: "David Woodhouse", Role: "author of the patch"}, {Name: "Sean Christopherson", Role: "KVM x86 maintainer"},
		},
	}, {
		ID: "runstate-entry", Title: "what an entry time tells a reader",
		List: "Xen's public headers", Subject: "xen/include/public/vcpu.h, and the text of 2529c850ea",
	}},
	Claims: slices.Concat(claims, entryClaims),
	Unmet:  slices.Concat(unmet, unmetEvents),
}

var (
	only, below, each = scenarios.Only, scenarios.Below, scenarios.Each
	step, after       = scenarios.Step, scenarios.After
	row, noted        = scenarios.Row, scenarios.Noted
	in, of            = scenarios.In, scenarios.Of
)

// columns are the designs that the thread compares, then Xen's.
var columns = func() (list []scenarios.Column) {
	for _, id := range []string{"RS-V1", "RS-V2", "RS-V3", "RS-V4", "RS-V5", "RS-V6", "RS-V7", "RS-VX", "RS-VP"} {
		list = append(list, scenarios.Column{Name: id, Design: []model.Choice{{Name: "reach", Value: id}}})
	}
	return list
}()
