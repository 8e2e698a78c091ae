package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/scenarios"
)

// dying has destruction go phase by phase; so go a kernel's ends of grants.
func dying(handles uint8, option ...func(c *grant.Config)) model.Config {
	o := grant.Config{Steps: grant.StepDestroy}
	for _, f := range option {
		f(&o)
	}
	return gntops.Scope{Refs: 1, Frames: 2, Slots: 2, Handles: handles, Fronts: 1, Backs: 1, Preempt: 1}.Config(o)
}

// mapper is a PV F that has granted a page to B, which is made so.
func mapper(name string, b grant.Made) model.Start {
	return gntops.Begin(name, grant.Start{F: grant.Made{Own: 1, Spare: 1}, B: b, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))
}

// ending is what B maps, and how it, or F, is destroyed.
func ending(flags []uint8, doms ...uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), flags, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), append(slots(c), gnttab.NoPlace), only(0, 1), no, never),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), no),
			each(gntops.Decrease, f0, only(0)),
			each(gntops.Take, only(0)),
			each(gntops.Destroy, doms, below(c.Preempt+1)),
			each(gntops.XenStep, only(grant.Tool), below(c.Preempt+1)),
		}
	}
}

var destroyScenarios = []scenarios.Scenario{
	{
		Name:     "grant.destroy",
		Title:    "a domain that maps is destroyed, or the one that has granted",
		Doc:      "B has no device, PV or translated; F ends its grant and gives the page back at any time; either domain is destroyed, phase by phase and handle by handle, preempted or not.",
		Config:   dying(2),
		Starts:   []model.Start{mapper("PV", grant.Made{}), mapper("translated", grant.Made{HVM: true})},
		Promises: []string{"GR-L2"},
		Alphabet: ending(hostOnly, grant.DomB, grant.DomF),
	},
	{
		Name:     "grant.destroy-device",
		Title:    "a domain with a device that maps is destroyed",
		Doc:      "As grant.destroy, for a PV B with a device behind an IOMMU, and with a page of its own or none. The device goes on until it is taken away, which is after the handles are released.",
		Config:   dying(1),
		Starts:   []model.Start{mapper("PV", grant.Made{Sync: true}), mapper("PV, with a page", grant.Made{Sync: true, Own: 1})},
		Promises: []string{"GR-L2"},
		Alphabet: ending(allMaps, grant.DomB),
	},
	{
		Name:     "grant.destroy-calls",
		Title:    "a domain that maps is destroyed, call by call",
		Doc:      "As grant.destroy, where nobody comes between two preemptions; three handles.",
		Config:   gntops.Scope{Refs: 1, Frames: 2, Slots: 2, Handles: 3, Fronts: 1, Backs: 1, Preempt: 3}.Config(),
		Starts:   []model.Start{mapper("PV", grant.Made{}), mapper("translated", grant.Made{HVM: true})},
		Promises: []string{"GR-L2"},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.Map, b0, toF, refs(c), hostOnly, slots(c), no, never),
				each(gntops.GuestEnd, f0, refs(c)),
				each(gntops.Destroy, only(grant.DomB), below(c.Preempt+1)),
			}
		},
	},
}
