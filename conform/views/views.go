// Package views lists what can be seen of each area. Whoever imports it can
// compare all of them.
package views

import (
	"hvcheck/conform"
	"hvcheck/conform/evtchn"
	"hvcheck/conform/grant"
	"hvcheck/conform/iommu"
	"hvcheck/conform/pvmmu"
	"hvcheck/conform/runstate"
)

func init() {
	for _, v := range []*conform.View{pvmmu.View, evtchn.View, grant.View, iommu.View, runstate.View} {
		conform.Register(v)
	}
}
