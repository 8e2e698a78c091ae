// Package areas is the list of areas. Whoever imports it has them all: models,
// invariants, scenarios, claims and tables, known by name.
package areas

import (
	"hvcheck/scenarios"
	"hvcheck/scenarios/evtchn"
	"hvcheck/scenarios/grant"
	"hvcheck/scenarios/iommu"
	"hvcheck/scenarios/pvmmu"
	"hvcheck/scenarios/runstate"
)

func init() {
	for _, a := range []scenarios.Area{
		pvmmu.Area,
		evtchn.Area,
		grant.Area,
		iommu.Area,
		runstate.Area,
	} {
		scenarios.RegisterArea(a)
	}
}
