package iommu

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// asBoth is a page table, or writable.
var asBoth = only(uint8(page.L1), uint8(page.Writable))

// typing is what a PV guest does with its pages.
func typing(frames []uint8, more ...scenarios.Pattern) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		return append([]scenarios.Pattern{
			each(iomops.GetType, guests(c), frames, asBoth),
			each(iomops.PutType, guests(c), frames),
			each(iomops.Decrease, guests(c), frames),
			each(iomops.XenStep, cpus(c)),
			each(iomops.Hardware, iommus(c)),
			each(iomops.DMA, only(iommu.Fn0), frames, only(1)),
		}, more...)
	}
}

// pvGuest is a PV domain with a device, and so many pages.
func pvGuest(own, spare uint8) []model.Start {
	return []model.Start{iomops.Begin("a PV domain", iommu.Start{
		D1: iommu.Made{PV: true, Own: own, Spare: spare}, D2: iommu.Made{Absent: true}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})}
}

// pvScenarios are about pages of PV domains that change their type.
var pvScenarios = []scenarios.Scenario{{
	Name:   "iommu.types",
	Title:  "pages of a PV domain change their type",
	Doc:    "A PV domain with a device, on two CPUs: a page becomes a page table, or writable, phase by phase, is stored to, given back and taken again; at times no memory is left for tables.",
	Config: iomops.Scope{Frames: 1, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepType, Together: true}),
	Alphabet: typing(only(0), each(iomops.Store, only(iommu.A0, iommu.A1), only(0)), each(iomops.Populate, only(iommu.A0), only(0)),
		each(iomops.Memory, only(0, 1))),
	Starts: pvGuest(1, 0),
}, {
	Name:     "iommu.types-late",
	Title:    "pages of a PV domain change their type, and a CPU does not wait any longer",
	Doc:      "As iommu.types on one CPU, with removals phase by phase, in the design with a time-out: a page whose flush was not waited for is not given away.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Steps: iommu.StepType | iommu.StepRemove, Together: true, Flushing: iommu.V1t}),
	Alphabet: typing(only(0), each(iomops.Populate, only(iommu.B0), only(0)), each(iomops.TimeOut, only(0))),
	Starts: []model.Start{iomops.Begin("a PV domain", iommu.Start{
		D1: iommu.Made{PV: true, Own: 1}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
}, {
	Name:   "iommu.pv-given",
	Title:  "a page that a PV domain could write becomes another domain's",
	Doc:    "As iommu.types, done at once, with another domain that takes what is free: what a CPU has cached of a page is dropped before somebody else has that.",
	Config: iomops.Scope{Frames: 1, Gfns: 1, CPUs: 2}.Config(),
	Alphabet: typing(only(0), each(iomops.Store, only(iommu.A0, iommu.A1), only(0)), each(iomops.Populate, only(iommu.A0, iommu.B0), only(0)),
		each(iomops.Decrease, b0, only(0))),
	Starts: []model.Start{iomops.Begin("a PV domain", iommu.Start{
		D1: iommu.Made{PV: true, Own: 1}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
}, {
	Name:     "iommu.pv-populate",
	Title:    "a PV domain's page is owned before it is mapped",
	Doc:      "A PV domain with a device, on two CPUs; populate_physmap and removals phase by phase.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepPopulate | iommu.StepRemove, Together: true}),
	Alphabet: typing(only(0), each(iomops.Populate, only(iommu.A0, iommu.A1), only(0))),
	Starts:   pvGuest(0, 1),
}, {
	Name:   "iommu.first-device",
	Title:  "a PV domain that runs gets an IOMMU table",
	Doc:    "The table is made page by page, while the types of the pages change.",
	Config: iomops.Scope{Frames: 1, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepType, Together: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(iomops.GetType, a0, only(0), asBoth),
			each(iomops.PutType, a0, only(0)),
			each(iomops.BuildTable, t0, only(iommu.D1)),
			each(iomops.XenStep, cpus(c)),
			each(iomops.Hardware, iommus(c)),
		}
	},
	Starts: []model.Start{iomops.Begin("a PV domain", iommu.Start{D1: iommu.Made{PV: true, Own: 1}, D2: iommu.Made{Absent: true}})},
}, {
	Name:   "iommu.pv-assign",
	Title:  "a PV domain gets a device, and loses it",
	Doc:    "A device is given to a PV domain and taken away, at once, and loads and stores; a page is used as memory or as a page table, given back and taken again. It is what a real machine with an emulated IOMMU can be compared in.",
	Config: iomops.Scope{Frames: 2, Gfns: 2, CPUs: 2}.Config(),
	Alphabet: typing(only(0, 1), each(iomops.DMA, only(iommu.Fn0), only(0, 1), load), each(iomops.Populate, a0, only(0)),
		each(iomops.Assign, t0, only(0), only(iommu.D1, iommu.DIO), succeed),
		each(iomops.Deassign, t0, only(0), only(iommu.D1, iommu.DIO), succeed)),
	Starts: []model.Start{iomops.Begin("a PV domain without a device", iommu.Start{
		D1: iommu.Made{PV: true, IOMMU: true, Own: 2}, D2: iommu.Made{Absent: true}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D0, NoATS: true}},
	})},
}}
