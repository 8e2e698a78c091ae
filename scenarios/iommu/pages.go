package iommu

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// lending is a domain that maps another one's page, which that gives back.
func lending(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.MapForeign, a0, only(0), only(0)),
		each(iomops.UnmapForeign, a0, only(0)),
		each(iomops.Decrease, b0, only(0)),
		each(iomops.Populate, b0, only(0)),
	)
}

// borrower is D1 with a device and no page, and D2 with one.
func borrower() []model.Start {
	return []model.Start{iomops.Begin("D2 has a page", iommu.Start{
		D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})}
}

// scanning is a design of how pages are marked when a device comes, while the guest runs.
func scanning(name, title string, how iommu.Scan) scenarios.Scenario {
	return scenarios.Scenario{
		Name: name, Title: title, Hidden: how == iommu.ScanLate,
		Doc:    "FL-V6: D1 gets an ATS device, and its pages are marked one by one before that, while D1 gives pages back and takes others on another CPU.",
		Config: iomops.Scope{Frames: 2, Gfns: 2, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepDevice | iommu.StepRemove, Together: true, Flushing: iommu.V6, Scan: how}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return append(machine(c),
				each(iomops.Assign, t0, only(0), only(iommu.D1), succeed),
				each(iomops.Decrease, a0, gfns(c)),
				each(iomops.Populate, a0, gfns(c)),
			)
		},
		Starts: []model.Start{iomops.Begin("a device in quarantine", iommu.Start{
			D1: iommu.Made{Own: 1, Spare: 1, IOMMU: true}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.DIO}},
		})},
	}
}

// pageScenarios are about pages that are not simply a guest's own.
var pageScenarios = []scenarios.Scenario{{
	Name:     "iommu.foreign",
	Title:    "a domain maps another one's page",
	Doc:      "D1, which has the device, maps a page of D2's and unmaps it, phase by phase; D2 gives the page back, and takes it again.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: lending,
	Starts:   borrower(),
}, {
	Name:     "iommu.foreign-counted",
	Title:    "a domain maps another one's page, and tables hold references",
	Doc:      "As iommu.foreign, in the design in which entries of tables and flushes have references.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true, Flushing: iommu.V5}),
	Alphabet: lending,
	Starts:   borrower(),
}, {
	Name:     "iommu.foreign-paused",
	Title:    "a domain maps another one's page, and is paused for its flush",
	Doc:      "As iommu.foreign, in the design that pauses the domain, and has the interrupt drop references.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true, Flushing: iommu.V4}),
	Alphabet: lending,
	Starts:   borrower(),
}, {
	Name:     "iommu.foreign-kept",
	Title:    "a domain maps another one's page, whose reference is kept",
	Doc:      "As iommu.foreign, in the design that holds freed pages, where the reference of a mapping is kept until its flush is done.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true, Flushing: iommu.V6, KeepForeign: true}),
	Alphabet: lending,
	Starts:   borrower(),
}, {
	Name:     "iommu.xen-heap",
	Title:    "a page of Xen's heap is shared with a translated guest",
	Doc:      "As iommu.core, where the guest's first page is of Xen's heap.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(together),
	Alphabet: memory,
	Starts: []model.Start{iomops.Begin("a shared page", iommu.Start{
		D1: iommu.Made{Own: 1, Spare: 1, Heap: true}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
	Hidden: true,
}, {
	Name:   "iommu.mark-type",
	Title:  "the mark for devices is a page type",
	Doc:    "A PV domain with a device, in the design that holds freed pages, where the mark is a type as others are.",
	Config: iomops.Scope{Frames: 1, Gfns: 1}.Config(iommu.Config{Flushing: iommu.V6, MarkType: true}),
	Alphabet: func(*model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{each(iomops.GetType, a0, only(0), only(uint8(page.Writable))), each(iomops.PutType, a0, only(0))}
	},
	Starts: pvGuest(1, 0),
	Goals:  []scenarios.Goal{answered("iommu.mark-type/excluded", "a page that is marked is to be mapped for writing", iomops.GetType, errno.EINVAL)},
},
	scanning("iommu.scan", "pages are marked while the guest runs", iommu.ScanLate),
	scanning("iommu.scan-early", "new pages are marked first, then those that there are", iommu.ScanEarly),
	scanning("iommu.scan-paused", "pages are marked while the guest is paused", iommu.ScanPaused),
}
