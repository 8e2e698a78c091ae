package iommu

import (
	"strings"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/scenarios"
)

// withGoals gives scenarios their goals.
func withGoals(list []scenarios.Scenario) []scenarios.Scenario {
	for _, g := range goals {
		for i := range list {
			if name, _, _ := strings.Cut(g.ID, "/"); list[i].Name == name {
				list[i].Goals = append(list[i].Goals, g)
			}
		}
	}
	return list
}

// met is when a goal is.
type met = func(before *model.World, op model.Op, a model.Answer, after *model.World) bool

// ends is when an operation is answered with a result.
func ends(spec *model.Spec, when func(before, after *iommu.State) bool) met {
	return func(before *model.World, op model.Op, a model.Answer, after *model.World) bool {
		return op.Spec() == spec && !a.Refused && when(iomops.Of(before), iomops.Of(after))
	}
}

// goals are what the scenarios have to contain.
var goals = []scenarios.Goal{
	{
		ID: "iommu.core/stale", Doc: "a device uses a translation of its own that the table does not have any more",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool { return s.DevTLB[0][0].Present() && !s.IOPT[iommu.T1][0].Present() }),
	},
	{
		ID: "iommu.move/displaced", Doc: "a move is about to give back what is at its destination, and a device has that cached",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool {
			return s.Task[0].PC == iommu.MvDisplace && s.DevTLB[0][s.Task[0].To].Present()
		}),
	},
	{
		ID: "iommu.range/deferred", Doc: "a device uses the old place of a page whose range is not flushed yet",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool { return s.Task[0].Work == iommu.WorkRange && s.Task[0].Array[0] != 0 }),
	},
	{
		ID: "iommu.two-cpus/both", Doc: "a page whose range is not flushed yet is removed on another CPU",
		Met: ends(iomops.Decrease, func(s, _ *iommu.State) bool { return s.Task[0].Work == iommu.WorkRange && s.Task[0].Array[0] != 0 }),
	},
	{
		ID: "iommu.array/full", Doc: "a range ends because its array is full",
		Met: func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			return op.Spec() == iomops.XenStep && a.Code == 1
		},
	},
	{
		ID: "iommu.in-flight/drained", Doc: "an invalidation waits for an access that is under way",
		Met: ends(iomops.Hardware, func(s, after *iommu.State) bool { return s.InFlight[0].E != 0 && after.InFlight[0].E == 0 }),
	},
	{
		ID: "iommu.two-iommus/second", Doc: "the first IOMMU is flushed, and the device behind the second one still has a translation",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool { return s.Task[0].Flush.IOMMU == 1 && s.DevTLB[1][0].Present() }),
	},
	{
		ID: "iommu.assign/quarantined", Doc: "a device in quarantine makes an access that is blocked",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool { return s.Dev[0].Owner == iommu.DIO && s.Ctx[0].Table == iommu.TQ }),
	},
	{
		ID: "iommu.phantom/undone", Doc: "an assignment is taken back",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool {
			return s.Task[1].Undo && !after.Task[1].Busy() && after.Dev[0].Owner == iommu.DIO
		}),
	},
	{
		ID: "iommu.destroy/zombie", Doc: "a destruction stops at a device that cannot be taken away",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool { return !s.Dom[iommu.D1].Zombie && after.Dom[iommu.D1].Zombie }),
	},
}
