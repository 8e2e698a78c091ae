package iommu

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/scenarios"
)

// Who acts, as operands, and other values.
var (
	a0   = only(iommu.A0)
	b0   = only(iommu.B0)
	load = only(0)
)

// Lists of what there is.
func gfns(c *model.Config) []uint8   { return below(iomops.Conf(c).Gfns) }
func iommus(c *model.Config) []uint8 { return below(iomops.Conf(c).IOMMUs) }
func cpus(c *model.Config) []uint8   { return below(iomops.Conf(c).CPUs) }

// guests lists D1's vCPUs.
func guests(c *model.Config) []uint8 { return below(iomops.Conf(c).CPUs) }

// together is what the specification's prototype did: removals phase by phase, a flush with
// one wait.
var together = iommu.Config{Steps: iommu.StepRemove, Together: true}

// one is D1 with a page at gfn 0, an ATS device, and room for so many pages more; D2
// has room for one.
func one(spare uint8) []model.Start {
	return []model.Start{iomops.Begin("one page", iommu.Start{
		D1: iommu.Made{Own: 1, Spare: spare}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})}
}

// machine is what goes on by itself: CPUs, hardware, interrupts, and the device.
func machine(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(iomops.XenStep, cpus(c)),
		each(iomops.TimeOut, cpus(c)),
		each(iomops.Tail),
		each(iomops.Completion, iommus(c)),
		each(iomops.Hardware, iommus(c)),
		each(iomops.DMA, only(iommu.Fn0), gfns(c), load),
	}
}

// memory is removals and populations.
func memory(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.Decrease, guests(c), gfns(c)),
		each(iomops.Populate, guests(c), gfns(c)),
		each(iomops.Populate, b0, only(0)),
	)
}

// moving is that, and moves of a page.
func moving(c *model.Config) []scenarios.Pattern {
	return append(memory(c), each(iomops.Move, guests(c), gfns(c), gfns(c)))
}

// ranging has ranges.
func ranging(c *model.Config) []scenarios.Pattern {
	return append(moving(c), each(iomops.MoveRange, guests(c), gfns(c), gfns(c), only(1, 2)))
}

// crossing is a range on one CPU, and removals on another one.
func crossing(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.MoveRange, a0, only(0), only(1), only(1)),
		each(iomops.Decrease, only(iommu.A1), gfns(c)),
		each(iomops.Populate, only(iommu.A1), only(0)),
	)
}

// four is a range of up to two pages, among four gfns.
func four(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.MoveRange, a0, only(0, 2), only(0, 2), only(1, 2)),
		each(iomops.Decrease, a0, only(0, 2)),
	)
}

// pairs is that with ranges of two pages alone.
func pairs(c *model.Config) []scenarios.Pattern {
	return append(machine(c), each(iomops.MoveRange, a0, only(0, 2), only(0, 2), only(2)), each(iomops.Decrease, a0, only(0, 2)))
}

// pair is D1 with two pages at gfns 2 and 3.
func pair() []model.Start {
	return []model.Start{iomops.Begin("two pages", iommu.Start{
		D1: iommu.Made{Own: 2}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	}, iomops.Move.Of(iommu.A0, 0, 2), iomops.Move.Of(iommu.A0, 1, 3))}
}

// under has a configuration with a design.
func under(o iommu.Config, f iommu.Flushing) iommu.Config {
	o.Flushing = f
	return o
}

// coreScenarios are about pages that come and go.
var coreScenarios = []scenarios.Scenario{{
	Name:     "iommu.core",
	Title:    "a page that a device has cached is given back",
	Doc:      "Two gfns and two frames, one device with a Device-TLB; pages are given back, phase by phase, and taken again, and another domain may have them. A flush is submitted as a whole.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(together),
	Alphabet: memory,
	Starts:   one(1),
	Spec:     900,
	Differs:  "moves are in iommu.move, and of the pages that are free the last one is taken",
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.move",
	Title:    "pages move, and displace others",
	Doc:      "As iommu.core, with moves, phase by phase.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: moving,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.range",
	Title:    "a range of pages moves",
	Doc:      "As iommu.core, with ranges, whose flushes come at the end.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2, Batch: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: ranging,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.two-cpus",
	Title:    "two CPUs of a domain work on its memory",
	Doc:      "As iommu.range: a page is moved as a range on one CPU, pages are removed on another one.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: crossing,
	Starts:   one(1),
}, {
	Name:     "iommu.array",
	Title:    "ranges that are longer than the array of references",
	Doc:      "As iommu.range, where the array has room for one page.",
	Config:   iomops.Scope{Frames: 2, Gfns: 4, Batch: 1}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: four,
	Starts:   pair(),
}, {
	Name:     "iommu.batch",
	Title:    "ranges of two pages",
	Doc:      "As iommu.range, among four gfns; a flush is of two pages.",
	Config:   iomops.Scope{Frames: 2, Gfns: 4, Batch: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true}),
	Alphabet: pairs,
	Starts:   pair(),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:   "iommu.superpage",
	Title:  "a superpage that cannot always be split",
	Doc:    "As iommu.core, with a superpage of two gfns and a third one, and at times no memory to split it.",
	Config: iomops.Scope{Frames: 2, Gfns: 3}.Config(together),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(memory(c), each(iomops.Memory, only(0, 1)))
	},
	Starts: []model.Start{iomops.Begin("a superpage", iommu.Start{
		D1: iommu.Made{Own: 2, Super: true}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
}, {
	Name:     "iommu.two-iommus-late",
	Title:    "two IOMMUs, and a CPU that does not wait any longer",
	Doc:      "As iommu.two-iommus in the design with a time-out.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1, Devs: 2, IOMMUs: 2}.Config(under(together, iommu.V1t)),
	Alphabet: twoDevices,
	Starts:   twoIOMMUs(),
}, {
	Name:     "iommu.one-by-one-late",
	Title:    "each request is waited for by itself, and no longer than a while",
	Doc:      "As iommu.one-by-one in the design with a time-out: it is known which device has not answered.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove, Flushing: iommu.V1t}),
	Alphabet: memory,
	Starts:   one(1),
}, {
	Name:     "iommu.small-ring",
	Title:    "a queue with little room",
	Doc:      "As iommu.one-by-one on two CPUs, where a queue has room for two descriptors.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2, Devs: 2, CPUs: 2, Ring: 2}.Config(iommu.Config{Steps: iommu.StepRemove}),
	Alphabet: both,
	Starts:   twoDomains(),
}, {
	Name:     "iommu.coherence",
	Title:    "an IOMMU that does not see CPU caches",
	Doc:      "As iommu.core, where what is written to a table is seen when it is written back.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove, Together: true, NonCoherent: true}),
	Alphabet: memory,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.in-flight",
	Title:    "an access is translated, and made later",
	Doc:      "As iommu.core, with loads and stores that take their time.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove, Together: true, InFlight: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern { return append(memory(c), each(iomops.Done, only(0))) },
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.in-flight-plain",
	Title:    "an access is translated, and made later, by a device without a Device-TLB",
	Doc:      "As iommu.in-flight; that an access is made is up to the IOMMU, which drains them.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove, Together: true, InFlight: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern { return append(memory(c), each(iomops.Done, only(0))) },
	Starts: []model.Start{iomops.Begin("one page", iommu.Start{
		D1: iommu.Made{Own: 1, Spare: 1}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, NoATS: true}},
	})},
}, {
	Name:     "iommu.replace",
	Title:    "a page replaces another one",
	Doc:      "As iommu.move, where a guest populates gfns that have a page.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepPopulate, Together: true, Replace: true}),
	Alphabet: moving,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.populate",
	Title:    "a page is owned before it is mapped",
	Doc:      "Two CPUs of a domain; populate_physmap in its two phases.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2, CPUs: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepPopulate, Together: true}),
	Alphabet: memory,
	Starts:   one(1),
}, {
	Name:     "iommu.two-iommus",
	Title:    "two IOMMUs",
	Doc:      "As iommu.core, with a device behind each of two IOMMUs, both of one domain.",
	Config:   iomops.Scope{Frames: 1, Gfns: 1, Devs: 2, IOMMUs: 2}.Config(together),
	Alphabet: twoDevices,
	Starts:   twoIOMMUs(),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.one-by-one",
	Title:    "each request is waited for by itself",
	Doc:      "As iommu.core, in the way in which today's code flushes: the IOTLB, then device by device.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove}),
	Alphabet: memory,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.late",
	Title:    "a CPU does not wait any longer",
	Doc:      "As iommu.core in the design with a time-out; D2 has a device, too.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2, Devs: 2}.Config(under(together, iommu.V1t)),
	Alphabet: timing,
	Starts:   twoDomains(),
}, {
	Name:     "iommu.late-alone",
	Title:    "a CPU does not wait any longer, in one domain",
	Doc:      "As iommu.core in the design with a time-out.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(under(together, iommu.V1t)),
	Alphabet: memory,
	Starts:   one(1),
}, {
	Name:     "iommu.hung",
	Title:    "a device stops answering",
	Doc:      "As iommu.core, and the device may answer no more invalidations.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(together),
	Alphabet: func(c *model.Config) []scenarios.Pattern { return append(memory(c), each(iomops.Stick, only(0))) },
	Starts:   one(1),
}, {
	Name:   "iommu.hung-long",
	Title:  "a device stops answering, and more pages are given back",
	Doc:    "As iommu.hung, with three pages: there are more flushes than a queue has room for.",
	Config: iomops.Scope{Frames: 3, Gfns: 3}.Config(together),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(machine(c), each(iomops.Decrease, a0, gfns(c)), each(iomops.Stick, only(0)))
	},
	Starts: []model.Start{iomops.Begin("three pages", iommu.Start{
		D1: iommu.Made{Own: 3}, D2: iommu.Made{Absent: true}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}},
	})},
	Hidden: true,
}, {
	Name:     "iommu.paused",
	Title:    "a domain is paused while a flush is not done",
	Doc:      "As iommu.move in the design that pauses the domain, and has the interrupt drop references.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true, Flushing: iommu.V4}),
	Alphabet: moving,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:     "iommu.counted",
	Title:    "tables hold references",
	Doc:      "As iommu.core in the design in which entries of tables and flushes have references.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(under(together, iommu.V5)),
	Alphabet: memory,
	Starts:   one(1),
	Promises: []string{"FL-L1", "FL-L2"},
}, {
	Name:   "iommu.counted-moves",
	Title:  "tables hold references, and pages move",
	Doc:    "As iommu.counted, with moves on CPU 0, alone and in ranges, phase by phase.",
	Config: iomops.Scope{Frames: 2, Gfns: 2, Batch: 2}.Config(iommu.Config{Steps: iommu.StepMove, Together: true, Flushing: iommu.V5}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(machine(c), each(iomops.Decrease, a0, gfns(c)), each(iomops.Move, a0, gfns(c), gfns(c)), each(iomops.MoveRange, a0, gfns(c), gfns(c), only(1, 2)))
	},
	Starts: one(1),
}, {
	Name:     "iommu.held",
	Title:    "freed pages are held",
	Doc:      "As iommu.core in the design that holds freed pages.",
	Config:   iomops.Scope{Frames: 2, Gfns: 2}.Config(under(together, iommu.V6)),
	Alphabet: memory,
	Starts:   one(1),
}}

// twoDomains is a domain with a device and a page, and another one.
func twoDomains() []model.Start {
	return []model.Start{iomops.Begin("two devices", iommu.Start{
		D1: iommu.Made{Own: 1}, D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}, {There: true, Owner: iommu.D2}},
	})}
}

// twoIOMMUs is a domain with a device behind each of them.
func twoIOMMUs() []model.Start {
	return []model.Start{iomops.Begin("two devices", iommu.Start{
		D1: iommu.Made{Own: 1}, D2: iommu.Made{Spare: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}, {There: true, Owner: iommu.D1, IOMMU: 1}},
	})}
}

// twoDevices is memory, with the accesses of a second device.
func twoDevices(c *model.Config) []scenarios.Pattern {
	return append(memory(c), each(iomops.DMA, only(iommu.Fn1), gfns(c), load))
}

// both is removals in both domains, on two CPUs.
func both(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.DMA, only(iommu.Fn1), gfns(c), load),
		each(iomops.Decrease, only(iommu.A1, iommu.B0), gfns(c)),
		each(iomops.Populate, only(iommu.A1, iommu.B0), gfns(c)),
	)
}

// timing is removals in both domains, on the same CPU.
func timing(c *model.Config) []scenarios.Pattern {
	return append(machine(c),
		each(iomops.DMA, only(iommu.Fn1), gfns(c), load),
		each(iomops.Decrease, only(iommu.A0, iommu.B0), gfns(c)),
		each(iomops.Populate, only(iommu.A0, iommu.B0), gfns(c)),
	)
}
