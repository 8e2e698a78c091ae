package iommu

import (
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// withGoals gives scenarios their goals.
func withGoals(list []scenarios.Scenario) []scenarios.Scenario {
	for _, g := range slices.Concat(goals, designGoals()) {
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

// leaves is when a domain's device goes while a page of the domain's is being given back.
func leaves(scenario string) scenarios.Goal {
	return scenarios.Goal{
		ID: scenario + "/leaves", Doc: "a device goes while a page of its domain's is being given back",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool {
			return s.Task[0].Busy() && s.Dev[0].Owner == iommu.D1 && after.Dev[0].Owner != iommu.D1
		}),
	}
}

// stays is when a device goes, and another one of its domain's has a translation of its own.
func stays(scenario string) scenarios.Goal {
	return scenarios.Goal{
		ID: scenario + "/stays", Doc: "a device goes, and another one of its domain's has something cached",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool {
			return s.Dev[0].Owner == iommu.D1 && after.Dev[0].Owner != iommu.D1 && s.DevTLB[1][0].Present()
		}),
	}
}

// halves is when a superpage is split.
func halves(scenario string) scenarios.Goal {
	return scenarios.Goal{
		ID: scenario + "/split", Doc: "one half of a superpage is given back, and a device has the other one cached",
		Met: ends(iomops.Decrease, func(s, after *iommu.State) bool {
			return s.IOPT[iommu.T1][0]&iommu.Super != 0 && !after.IOPT[iommu.T1][0].Present() && after.DevTLB[0][1].Present()
		}),
	}
}

// goals are what the scenarios have to contain.
var goals = []scenarios.Goal{
	stays("iommu.one-of-two"), stays("iommu.two-iommus-assign"), halves("iommu.superpage"), halves("iommu.superpage-coherence"), {
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
		ID: "iommu.pv-assign/blocked", Doc: "a guest's device is kept from a page that has become a page table",
		Met: func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			dev := &iomops.Of(before).Dev[0]
			return op.Spec() == iomops.DMA && a.Code == errno.EFAULT && dev.Owner == iommu.D1 && pool.Of(before).Pages[op.Arg[1]].Type == page.L1
		},
	},
	{
		ID: "iommu.phantom/undone", Doc: "an assignment is taken back",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool {
			return s.Task[1].Undo && !after.Task[1].Busy() && after.Dev[0].Owner == iommu.DIO
		}),
	},
	{
		ID: "iommu.destruction/zombie", Doc: "a destruction stops at a device that cannot be taken away",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool { return !s.Dom[iommu.D1].Zombie && after.Dom[iommu.D1].Zombie }),
	},
	{
		ID: "iommu.batch/both", Doc: "a device has both pages of a range cached when that is flushed",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool {
			return s.Task[0].PC == iommu.MvSource && s.Task[0].At == 2 && s.DevTLB[0][0].Present() && s.DevTLB[0][1].Present()
		}),
	},
	{
		ID: "iommu.superpage/unsplit", Doc: "a superpage cannot be split",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool { return s.Task[0].Err != 0 && !after.Task[0].Busy() }),
	},
	{
		ID: "iommu.two-iommus-late/first", Doc: "the first IOMMU has not answered, and the second one does",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool { return s.Task[0].Flush.Err != 0 && s.Task[0].PC == iommu.Wait }),
	},
	{
		ID: "iommu.one-by-one-late/broken", Doc: "the device that has not answered is broken",
		Met: ends(iomops.TimeOut, func(s, after *iommu.State) bool { return !s.Dev[0].Broken && after.Dev[0].Broken }),
	},
	{
		ID: "iommu.small-ring/full", Doc: "a flush waits for room in the queue",
		Met: func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			s := iomops.Of(before)
			return op.Spec() == iomops.XenStep && a.Refused && s.Task[op.Arg[0]].PC == iommu.Submit && s.Queue[0].N > 0
		},
	},
	{
		ID: "iommu.coherence/gone", Doc: "a device asks for a translation again that was flushed, and gets none",
		Met: func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			s := iomops.Of(before)
			return op.Spec() == iomops.DMA && a.Code == errno.EFAULT && s.Task[0].Work == iommu.WorkRemove && s.Task[0].PC == iommu.Put
		},
	},
	{
		ID: "iommu.replace/over", Doc: "a page takes the place of one that a device has cached",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool {
			t := &s.Task[0]
			return t.Work == iommu.WorkPopulate && t.PC == iommu.PopMap && s.DevTLB[0][t.Gfn].Present()
		}),
	},
	{
		ID: "iommu.populate/both", Doc: "two CPUs are about to map a page each",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool { return s.Task[0].PC == iommu.PopMap && s.Task[1].PC == iommu.PopMap }),
	},
	{
		ID: "iommu.one-by-one/between", Doc: "a device uses a translation of its own between the flush of the IOTLB and that",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool {
			return s.Task[0].Flushing() && s.Task[0].Flush.At >= 2
		}),
	},
	{
		ID: "iommu.late/late", Doc: "a wait is executed that nobody waits for any more",
		Met: ends(iomops.Hardware, func(s, _ *iommu.State) bool {
			return s.Queue[0].D[0].Op == iommu.DescWait && s.Queue[0].D[0].CPU == iommu.NumCPUs
		}),
	},
	{
		ID: "iommu.late-alone/crashed", Doc: "the domain of a flush that was not waited for is crashed",
		Met: ends(iomops.TimeOut, func(s, after *iommu.State) bool { return after.Dom[iommu.D1].Life == iommu.Crashed }),
	},
	{
		ID: "iommu.hung/waits", Doc: "a CPU waits for a device that does not answer",
		Met: ends(iomops.Stick, func(s, _ *iommu.State) bool { return s.Task[0].PC == iommu.Wait }),
	},
	{
		ID: "iommu.held/freed", Doc: "a completion frees a page that a device had cached",
		Met: ends(iomops.Completion, func(s, _ *iommu.State) bool { return s.Held[0].Kind == iommu.FreeDone }),
	},
	{
		ID: "iommu.reserved/kept", Doc: "a device that is changing hands reaches its reserved range",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool { return s.Task[1].Busy() && s.Ctx[0].Table == iommu.TQ }),
	},
	{
		ID: "iommu.types-late/lost", Doc: "a page has left the table by a flush that was not waited for, and a device still has it cached",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool {
			return s.Task[0].PC == iommu.FrFree && s.Task[0].Lost && s.DevTLB[0][0].Present()
		}),
	}, {
		ID: "iommu.types/flushed", Doc: "a page is becoming a page table, and a device still has it cached",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool {
			return s.Task[0].Work == iommu.WorkType && !s.IOPT[iommu.T1][0].Present()
		}),
	},
	{
		ID: "iommu.pv-given/cached", Doc: "another domain takes a page that a CPU can still write",
		Met: ends(iomops.Populate, func(s, after *iommu.State) bool { return s.TLB[0].Present() && after.Frame[0].Owner == iommu.D2 }),
	},
	{
		ID: "iommu.pv-populate/gone", Doc: "a page is given back before it is mapped",
		Met: ends(iomops.XenStep, func(s, after *iommu.State) bool { return s.Task[0].PC == iommu.PopMap && s.Free(s.Task[0].MFN) }),
	},
	{
		ID: "iommu.first-device/changed", Doc: "the type of a page changes while the table is made",
		Met: ends(iomops.GetType, func(s, _ *iommu.State) bool { return s.Task[1].PC == iommu.TbMap }),
	},
	{
		ID: "iommu.foreign/freed", Doc: "a page is given back that another domain's device has cached",
		Met: ends(iomops.Decrease, func(s, _ *iommu.State) bool { return s.DevTLB[0][0].Present() }),
	},
	{
		ID: "iommu.all/stale", Doc: "a device has something cached while its domain's memory changes",
		Met: ends(iomops.Decrease, func(s, _ *iommu.State) bool { return s.DevTLB[0][0].Present() || s.IOTLB[0][1][0].Present() }),
	},
	{
		ID: "iommu.paused/moved", Doc: "a domain is paused for a page that has moved",
		Met: ends(iomops.Completion, func(s, _ *iommu.State) bool { return s.Held[0].Kind == iommu.RefDone && s.Dom[iommu.D1].Paused > 0 }),
	},
	{
		ID: "iommu.counted/freed", Doc: "a completion drops the last reference of a page",
		Met: ends(iomops.Completion, func(s, after *iommu.State) bool { return s.Held[0].Kind == iommu.DevRef && after.Free(s.Held[0].MFN) }),
	},
	{
		ID: "iommu.counted-moves/again", Doc: "a page is moved again before its first flush is done",
		Met: ends(iomops.Move, func(s, _ *iommu.State) bool { return s.Held[0].Kind == iommu.DevRef }),
	},
	{
		ID: "iommu.foreign-counted/freed", Doc: "a completion drops the last reference of another domain's page",
		Met: ends(iomops.Completion, func(s, after *iommu.State) bool { return s.Held[0].Kind == iommu.DevRef && after.Free(0) }),
	},
	{
		ID: "iommu.foreign-paused/freed", Doc: "a completion drops the last reference of another domain's page",
		Met: ends(iomops.Completion, func(s, after *iommu.State) bool { return s.Held[0].Kind == iommu.RefDone && after.Free(0) }),
	},
	{
		ID: "iommu.foreign-kept/freed", Doc: "a completion drops the last reference of another domain's page",
		Met: ends(iomops.Completion, func(s, after *iommu.State) bool { return !s.Free(0) && after.Free(0) }),
	},
	{
		ID: "iommu.scan-early/taken", Doc: "a page comes while others are being marked",
		Met: ends(iomops.Populate, func(s, _ *iommu.State) bool { return s.Task[1].PC == iommu.DvScan }),
	},
	{
		ID: "iommu.scan-paused/paused", Doc: "the domain is paused while its pages are marked",
		Met: ends(iomops.XenStep, func(s, _ *iommu.State) bool { return s.Task[1].PC == iommu.DvScan && s.Dom[iommu.D1].Paused > 0 }),
	},
	{
		ID: "iommu.context-cache/old", Doc: "a context entry has changed, and the IOMMU still goes by the old one",
		Met: ends(iomops.DMA, func(s, _ *iommu.State) bool {
			return s.CtxCache[iommu.Fn0].Type != iommu.Absent && s.CtxCache[iommu.Fn0] != s.Ctx[iommu.Fn0]
		}),
	},
	leaves("iommu.meanwhile"), leaves("iommu.meanwhile-paused"), leaves("iommu.meanwhile-counted"), leaves("iommu.meanwhile-held"),
	{
		ID: "iommu.in-flight-plain-held/drained", Doc: "an invalidation of the IOTLB waits for an access that is under way",
		Met: ends(iomops.Hardware, func(s, after *iommu.State) bool { return s.InFlight[0].E != 0 && after.InFlight[0].E == 0 }),
	},
	{
		ID: "iommu.in-flight-plain/drained", Doc: "an invalidation of the IOTLB waits for an access that is under way",
		Met: ends(iomops.Hardware, func(s, after *iommu.State) bool { return s.InFlight[0].E != 0 && after.InFlight[0].E == 0 }),
	},
}
