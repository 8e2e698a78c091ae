// Package grant says what is checked of grant tables: scenarios, and the claims of
// the discussion about grants that outlive a kernel.
package grant

import (
	"slices"

	invariants "hvcheck/invariants/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model:      gntops.Area,
	Invariants: invariants.All,
	Promises:   invariants.Promises,
	Scenarios:  slices.Concat(coreScenarios, handoverScenarios, destroyScenarios),
}

var only, below, each = scenarios.Only, scenarios.Below, scenarios.Each
