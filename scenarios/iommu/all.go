package iommu

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// Everything at once.
var allScenarios = []scenarios.Scenario{{
	Name:     "iommu.all",
	Title:    "everything at once",
	Doc:      "Every operation, by two vCPUs of D1, one of D2 and the toolstack, with two devices behind two IOMMUs, one with a phantom function. There are too many states for a search to the end; sampling goes further, with some of the operations and of the options at a time.",
	Config:   iomops.Scope{Frames: 5, Gfns: 3, Devs: 2, IOMMUs: 2, CPUs: 2, Batch: 2}.Config(),
	Depth:    3,
	Options:  allOptions,
	Starts:   everything,
	Alphabet: allOps,
}}

var allOptions = []scenarios.Option{
	option("remove-steps", "removals go phase by phase", func(c *iommu.Config) { c.Steps |= iommu.StepRemove }),
	option("populate-steps", "a page is owned before it is mapped", func(c *iommu.Config) { c.Steps |= iommu.StepPopulate }),
	option("move-steps", "moves go phase by phase", func(c *iommu.Config) { c.Steps |= iommu.StepMove }),
	option("type-steps", "changes of page types go phase by phase", func(c *iommu.Config) { c.Steps |= iommu.StepType }),
	option("device-steps", "devices change hands phase by phase", func(c *iommu.Config) { c.Steps |= iommu.StepDevice }),
	option("destroy-steps", "destruction goes phase by phase", func(c *iommu.Config) { c.Steps |= iommu.StepDestroy }),
	option("together", "a flush is submitted at once", func(c *iommu.Config) { c.Together = true }),
	option("in-flight", "an access is translated first, and made later", func(c *iommu.Config) { c.InFlight = true }),
	option("context-cache", "IOMMUs cache context entries", func(c *iommu.Config) { c.CtxCache = true }),
	option("non-coherent", "IOMMUs do not see what is in CPU caches", func(c *iommu.Config) { c.NonCoherent = true }),
}

func option(name, doc string, set func(c *iommu.Config)) scenarios.Option {
	return scenarios.Option{Name: name, Doc: doc, Set: func(c *model.Config) { set(iomops.Conf(c)) }}
}

// everything are the starts.
var everything = []model.Start{
	iomops.Begin("translated guests", iommu.Start{
		D0: 2, D1: iommu.Made{Own: 2, Spare: 1, Super: true}, D2: iommu.Made{Own: 1, Spare: 1, IOMMU: true},
		Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, Phantom: true}, {There: true, Owner: iommu.D1, IOMMU: 1}},
	}),
	iomops.Begin("a PV guest", iommu.Start{
		D1: iommu.Made{PV: true, Own: 2, Spare: 1}, D2: iommu.Made{Own: 1, IOMMU: true},
		Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, Phantom: true}, {There: true, Owner: iommu.DIO, IOMMU: 1, NoATS: true}},
	}),
	iomops.Begin("a PV guest without a device", iommu.Start{
		D1: iommu.Made{PV: true, Own: 2}, D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D0}, {There: true, Owner: iommu.DIO, IOMMU: 1}},
	}),
}

// anybody are guests' vCPUs.
var anybody = only(iommu.A0, iommu.A1, iommu.B0)

func allOps(c *model.Config) []scenarios.Pattern {
	return slices.Concat(allMemory(c), allTypes(c), allDevices(c))
}

// allMemory lists what guests do with memory.
func allMemory(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(iomops.Decrease, anybody, gfns(c)),
		each(iomops.Populate, anybody, gfns(c)),
		each(iomops.Move, anybody, gfns(c), gfns(c)),
		each(iomops.MoveRange, anybody, only(0, 1), only(0, 1), only(1, 2)),
		each(iomops.MapForeign, anybody, gfns(c), only(2, 4)),
		each(iomops.UnmapForeign, anybody, gfns(c)),
		each(iomops.Memory, only(0, 1)),
	}
}

// allTypes lists what PV guests do with pages.
func allTypes(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(iomops.GetType, only(iommu.A0, iommu.A1), only(0, 1), only(uint8(page.L1), uint8(page.SegDesc), uint8(page.Writable))),
		each(iomops.PutType, only(iommu.A0, iommu.A1), only(0, 1)),
		each(iomops.Store, only(iommu.A0, iommu.A1), only(0, 1)),
		each(iomops.BuildTable, t0, only(iommu.D1)),
	}
}

// allDevices lists what the toolstack does, what devices do, and what goes on.
func allDevices(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(iomops.Assign, t0, only(0, 1), only(iommu.D1, iommu.D2, iommu.DIO), only(uint8(iommu.NoFailure), uint8(iommu.FailCtx), uint8(iommu.FailPhantom))),
		each(iomops.Deassign, t0, only(0, 1), only(iommu.D1, iommu.D2, iommu.DIO), only(uint8(iommu.NoFailure), uint8(iommu.FailCtx))),
		each(iomops.Destroy, t0, only(iommu.D1, iommu.D2), succeed),
		each(iomops.XenStep, cpus(c)),
		each(iomops.Hardware, iommus(c)),
		each(iomops.DMA, only(iommu.Fn0, iommu.Fn1, iommu.Phantom), gfns(c), only(0, 1)),
		each(iomops.Done, only(0, 1)),
	}
}
