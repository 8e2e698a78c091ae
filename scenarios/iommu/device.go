package iommu

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/scenarios"
)

var t0 = only(iommu.Tool)

// Failures that the environment may have.
var (
	succeed  = only(uint8(iommu.NoFailure))
	failures = only(uint8(iommu.NoFailure), uint8(iommu.FailRMRR), uint8(iommu.FailCtx), uint8(iommu.FailPhantom), uint8(iommu.FailUndo))
)

// stepped has everything that the toolstack does go phase by phase, as today's code does.
var stepped = iommu.Config{Steps: iommu.StepDevice | iommu.StepDestroy}

// handing is what the toolstack does with a device, and what that does meanwhile.
func handing(fails []uint8, fns ...uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(iomops.Assign, t0, only(0), only(iommu.D1, iommu.D2, iommu.DIO), fails),
			each(iomops.Deassign, t0, only(0), only(iommu.D1, iommu.D2, iommu.DIO), fails),
			each(iomops.XenStep, cpus(c)),
			each(iomops.Hardware, iommus(c)),
			each(iomops.DMA, fns, gfns(c), load),
		}
	}
}

// guestsWith are two guests with a page each, and a device of the first one.
func guestsWith(dev iommu.MadeDev) []model.Start {
	dev.There = true
	made := iommu.Made{Own: 1, IOMMU: true}
	return []model.Start{iomops.Begin("two guests", iommu.Start{D0: 1, D1: made, D2: made, Dev: [iommu.MaxDevs]iommu.MadeDev{dev}})}
}

// meanwhile is a design that does not wait for flushes, in which a device changes hands and
// a domain is destroyed while pages of its are given back.
func meanwhile(name, title string, f iommu.Flushing) scenarios.Scenario {
	return scenarios.Scenario{
		Name: name, Title: title,
		Doc:    "D1 gives a page back on one CPU, and takes it again; on another one the toolstack takes its device away and gives it back, or destroys the domain. The device makes accesses, and D2 may have pages that are free.",
		Config: iomops.Scope{Frames: 2, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepDevice | iommu.StepDestroy, Together: true, Flushing: f}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return append(machine(c),
				each(iomops.Decrease, a0, only(0)),
				each(iomops.Populate, only(iommu.A0, iommu.B0), only(0)),
				each(iomops.Assign, t0, only(0), only(iommu.D1), succeed),
				each(iomops.Deassign, t0, only(0), only(iommu.D1), succeed),
				each(iomops.Destroy, t0, only(iommu.D1), succeed),
			)
		},
		Starts: one(0),
	}
}

// deviceScenarios are about devices that change hands.
var deviceScenarios = []scenarios.Scenario{
	meanwhile("iommu.meanwhile", "a device changes hands while pages come and go", iommu.V1),
	meanwhile("iommu.meanwhile-paused", "a device changes hands while a domain is paused for a flush", iommu.V4),
	meanwhile("iommu.meanwhile-counted", "a device changes hands while flushes hold references", iommu.V5),
	meanwhile("iommu.meanwhile-held", "a device changes hands while freed pages are held", iommu.V6),
	{
		Name:     "iommu.assign",
		Title:    "a device changes hands",
		Doc:      "A device with a Device-TLB goes from guest to guest by way of quarantine, and to the hardware domain, phase by phase, and makes accesses meanwhile.",
		Config:   iomops.Scope{Frames: 3, Gfns: 1, CPUs: 2}.Config(stepped),
		Alphabet: handing(succeed, iommu.Fn0),
		Starts:   guestsWith(iommu.MadeDev{Owner: iommu.D1}),
	}, {
		Name:     "iommu.phantom",
		Title:    "a device with a phantom function changes hands",
		Doc:      "As iommu.assign, with a phantom function and without a Device-TLB; whatever can fail may fail.",
		Config:   iomops.Scope{Frames: 3, Gfns: 1, CPUs: 2}.Config(stepped),
		Alphabet: handing(failures, iommu.Fn0, iommu.Phantom),
		Starts:   guestsWith(iommu.MadeDev{Owner: iommu.DIO, NoATS: true, Phantom: true}),
	}, {
		Name:     "iommu.context-cache",
		Title:    "IOMMUs cache context entries",
		Doc:      "As iommu.assign, with a phantom function, where an IOMMU goes by the context entry that it has cached.",
		Config:   iomops.Scope{Frames: 3, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepDevice | iommu.StepDestroy, CtxCache: true}),
		Alphabet: handing(succeed, iommu.Fn0, iommu.Phantom),
		Starts:   guestsWith(iommu.MadeDev{Owner: iommu.D1, Phantom: true}),
	}, {
		Name:     "iommu.reserved",
		Title:    "a device with a reserved range changes hands",
		Doc:      "As iommu.assign, with a device that firmware has reserved memory for, and a phantom function.",
		Config:   iomops.Scope{Frames: 3, Gfns: 4, CPUs: 2}.Config(stepped),
		Alphabet: handing(only(uint8(iommu.NoFailure), uint8(iommu.FailRMRR), uint8(iommu.FailCtx)), iommu.Fn0),
		Starts:   guestsWith(iommu.MadeDev{Owner: iommu.D1, NoATS: true, RMRR: true, Phantom: true}),
	}, {
		Name:   "iommu.destruction",
		Title:  "a domain with a device is destroyed",
		Doc:    "D1 is destroyed, phase by phase, while its device makes accesses; taking it away may fail. D2 may have pages that are free.",
		Config: iomops.Scope{Frames: 3, Gfns: 1, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepDevice | iommu.StepDestroy | iommu.StepRemove}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(iomops.Destroy, t0, only(iommu.D1), only(uint8(iommu.NoFailure), uint8(iommu.FailCtx))),
				each(iomops.Decrease, a0, only(0)),
				each(iomops.Populate, only(iommu.A0, iommu.B0), only(0)),
				each(iomops.Deassign, t0, only(0), only(iommu.DIO), succeed),
				each(iomops.XenStep, cpus(c)),
				each(iomops.Hardware, iommus(c)),
				each(iomops.DMA, only(iommu.Fn0), gfns(c), load),
			}
		},
		Starts: []model.Start{iomops.Begin("one guest", iommu.Start{
			D0: 1, D1: iommu.Made{Own: 1}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
		})},
	}}
