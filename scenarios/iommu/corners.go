package iommu

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/scenarios"
)

// cornerScenarios have results that no other scenario comes to in a search.
var cornerScenarios = []scenarios.Scenario{{
	Name:     "iommu.refused",
	Title:    "calls that fail, made at once",
	Doc:      "D1 has a device's memory at one of its gfns and may have no more pages, D2 has more than it may have; guests ask for what the toolstack alone may do, and that asks for what is not there, or cannot be.",
	Config:   iomops.Scope{Frames: 5, Gfns: 4, Devs: 2, CPUs: 2}.Config(),
	Alphabet: refused,
	Starts: []model.Start{iomops.Begin("two guests", iommu.Start{
		D0: 1, D1: iommu.Made{Own: 2, IOMMU: true, MMIO: true}, D2: iommu.Made{Own: 1, Over: true}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.DIO, NoATS: true, Phantom: true, RMRR: true}},
	})},
	Goals: []scenarios.Goal{
		answered("iommu.refused/reserved", "the guest has a page where the device has its reserved range", iomops.Assign, errno.EADDRINUSE),
		answered("iommu.refused/over", "the domain has more than it may have", iomops.Populate, errno.EPERM),
		answered("iommu.refused/again", "a range is to be asked for again", iomops.MoveRange, 1),
	},
}, {
	Name:   "iommu.refused-steps",
	Title:  "moves and populations that fail, phase by phase",
	Doc:    "D1 moves a page, alone or in a range, and populates a gfn on one CPU, and maps a page of D2's on another one; it has a device's memory at one of its gfns.",
	Config: iomops.Scope{Frames: 3, Gfns: 4, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepMove | iommu.StepPopulate, Replace: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(iomops.Move, a0, only(0), only(3)),
			each(iomops.MoveRange, a0, only(0), only(2, 3), only(1)),
			each(iomops.Populate, a0, only(3)),
			each(iomops.MapForeign, only(iommu.A1), only(3), only(1)),
			each(iomops.XenStep, cpus(c)),
			each(iomops.Hardware, iommus(c)),
		}
	},
	Starts: []model.Start{iomops.Begin("two guests", iommu.Start{
		D1: iommu.Made{Own: 1, Spare: 1, MMIO: true}, D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
	Goals: []scenarios.Goal{
		answered("iommu.refused-steps/foreign", "another domain's page is where a page is to go", iomops.XenStep, errno.ENXIO),
		answered("iommu.refused-steps/behind", "another domain's page has come to where a page is to be", iomops.XenStep, errno.EPERM),
	},
}, {
	Name:   "iommu.occupied",
	Title:  "a reserved range is where pages are to go",
	Doc:    "D1 populates the gfn of its device's reserved range, which a page does not replace, or moves two pages, the second one there, phase by phase.",
	Config: iomops.Scope{Frames: 3, Gfns: 4, Batch: 2}.Config(iommu.Config{Steps: iommu.StepMove, Replace: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(iomops.Populate, a0, only(2, 3)),
			each(iomops.MoveRange, a0, only(0), only(2), only(2)),
			each(iomops.XenStep, cpus(c)),
			each(iomops.Hardware, iommus(c)),
		}
	},
	Starts: []model.Start{iomops.Begin("a guest", iommu.Start{
		D1: iommu.Made{Own: 2, Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, RMRR: true}},
	})},
	Goals: []scenarios.Goal{
		answered("iommu.occupied/populated", "a page is to be where the reserved range is", iomops.Populate, errno.EPERM),
		answered("iommu.occupied/second", "the second page of a range is to go there", iomops.XenStep, errno.EPERM),
	},
}}

// answered is a goal that an operation has a result.
func answered(id, doc string, spec *model.Spec, code errno.Errno) scenarios.Goal {
	return scenarios.Goal{ID: id, Doc: doc, Met: func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		return op.Spec() == spec && a.Code == code
	}}
}

// refused are calls for which there are reasons to fail.
func refused(*model.Config) []scenarios.Pattern {
	anyone, byD1 := only(iommu.A0, iommu.Tool), only(iommu.D1)
	return []scenarios.Pattern{
		each(iomops.Decrease, a0, only(0, 2)),
		each(iomops.Populate, only(iommu.A0, iommu.B0), only(3)),
		each(iomops.Move, a0, only(0), only(2, 3)),
		each(iomops.MoveRange, a0, only(0, 1), only(0, 2), only(1, 2)),
		each(iomops.Assign, anyone, only(0, 1), byD1, only(uint8(iommu.NoFailure), uint8(iommu.FailUndo))),
		each(iomops.Deassign, only(iommu.A0, iommu.B0, iommu.Tool), only(0), byD1, succeed),
		each(iomops.Deassign, t0, only(0), only(iommu.D0), succeed),
		each(iomops.Destroy, anyone, only(iommu.D0, iommu.D1), only(uint8(iommu.NoFailure), uint8(iommu.FailCtx))),
		each(iomops.BuildTable, a0, byD1),
	}
}
