package pvmmu

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Everything at once.
var allScenarios = []scenarios.Scenario{
	{
		Name:     "mmu.all",
		Title:    "everything at once",
		Doc:      "Every operation but the steps of mmu.tlb, by two vCPUs of the guest and two of the toolstack, on five frames: empty, with a tree of four tables, with linear tables, and with one frame free. There are too many states for a search to the end; sampling goes further, with some of the operations and of the options at a time.",
		Config:   mmops.Scope{Frames: 5, Slots: 2, Guests: 2, Tools: 2, Preempt: 2}.Config(),
		Depth:    2,
		Options:  allOptions,
		Hangs:    countDrifts,
		Starts:   everything,
		Alphabet: allOps,
		Except: map[string]string{
			"MM-I9":  "the vm_assist hypercall turns strict mode on under tables in use (claim MM-C20)",
			"MM-I14": "a table that is half taken down keeps a page that was given back, which is gone when it is taken down at once",
		},
		Goals: []scenarios.Goal{
			after("mmu.all/running-strict", "a vCPU runs on a table of the pool in strict mode, and another table is pinned", func(w *model.World) bool {
				s := mmops.Of(w)
				return s.Strict() && s.CPU[0].Table != 0 && anyPage(func(p *page.Page) bool { return p.Pinned })(w)
			}),
			after("mmu.all/partial", "a table is left partial", anyPage(func(p *page.Page) bool { return p.Partial })),
		},
	},
}

var allOptions = []scenarios.Option{
	{Name: "race", Doc: "a preemptible type change may lose its compare-exchange", Set: func(c *model.Config) { mmops.Conf(c).Race = true }},
	{Name: "l1tf", Doc: "the audit of an L1 may be interrupted", Set: func(c *model.Config) { mmops.Conf(c).L1TF = true }},
	{Name: "tlb", Doc: "stale translations are part of the state, with pv-linear-pt=0: through linear entries Xen's view may lead to any table", Set: func(c *model.Config) {
		mmops.Conf(c).TLB, mmops.Conf(c).NoLinear = true, true
	}},
	{Name: "memory-steps", Doc: "frames change hands step by step", Set: func(c *model.Config) { mmops.Conf(c).Steps = true }, More: steppedMemory},
	{Name: "no-linear", Doc: "pv-linear-pt=0", Set: func(c *model.Config) { mmops.Conf(c).NoLinear = true }},
}

// everything are the starts: empty, with trees, and in the middle of life.
var everything = slices.Concat(mmops.Starts([]mmops.Start{
	{Name: "running", Running: true},
	{Name: "a tree, down", Ent: fourLevels},
	{Name: "a tree, running", Running: true, Ent: fourLevels},
	{Name: "linear, one free", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(1)}, 1: {rw(2), 0}}, List: []uint8{3, 1, 0, 2}},
}), []model.Start{
	lived("the tree in use, strict", mmops.SetContext.Of(pvmmu.Tool(0), 0, 0, 0, 1, pvmmu.ModeKernel, 0)),
	lived("the tree in use, a table pinned", mmops.SetContext.Of(pvmmu.Tool(0), 0, 0, 1, 0, pvmmu.ModeKernel, 0), mmops.Pin.Of(0, 2, 2, 0)),
	lived("half taken down", mmops.Pin.Of(pvmmu.Tool(0), 0, 4, 0), mmops.Unpin.Of(pvmmu.Tool(0), 0, 1)),
})

// lived is the tree after some operations.
func lived(name string, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{mmops.Start{Ent: fourLevels}}, Do: do}
}

var fourLevels = map[uint8][]page.Entry{0: {rw(1), 0}, 1: {rw(2), 0}, 2: {rw(3), 0}, 3: {rw(4), 0}}

// everybody lists the vCPUs that make calls.
func everybody(c *model.Config) []uint8 { return append(guests(c), tools(c)...) }

func allOps(c *model.Config) []scenarios.Pattern {
	return slices.Concat(tableOps(c), entryOps(c), vcpuOps(c), frameOps(c), cachedOps(c))
}

// tableOps lists what makes tables and takes them into use.
func tableOps(c *model.Config) []scenarios.Pattern {
	all := everybody(c)
	return []scenarios.Pattern{
		each(mmops.Pin, all, frames(c), only(1, 2, 3, 4), preempts(c)),
		each(mmops.Unpin, all, frames(c), preempts(c)),
		each(mmops.Continue, all, preempts(c)),
		each(mmops.NewBaseptr, all, frames(c), preempts(c)),
		each(mmops.NewUserBaseptr, all, below(pool.Conf(c).Frames+1), preempts(c)),
		each(mmops.Destroy, append(tools(c), 0), preempts(c)),
		each(mmops.PageFrameInfo, all, frames(c)),
	}
}

// entryOps lists stores: each entry in each place, and every word elsewhere.
func entryOps(c *model.Config) []scenarios.Pattern {
	v0, slots := only(0), below(pool.Conf(c).Slots)
	odd := only(entry(1, page.PSE), entry(1, page.Bad), entry(4, page.RW))
	return []scenarios.Pattern{
		each(mmops.MMUUpdate, guests(c), frames(c), slots, entries(c, page.RW, page.RO), only(pvmmu.CmdNormal), upTo(c, 1)),
		each(mmops.MMUUpdate, v0, frames(c), slots, odd[:2], only(pvmmu.CmdNormal), only(0)),
		each(mmops.MMUUpdate, v0, frames(c), only(0), odd, only(pvmmu.CmdPreserveAD, pvmmu.CmdUnknown), only(0)),
		each(mmops.MMUUpdate, v0, frames(c), only(pvmmu.SlotM2P), only(0, entry(1, page.RW)), only(pvmmu.CmdNormal), only(0)),
		each(mmops.MMUUpdate, tools(c), frames(c), only(0), only(0, entry(4, page.RO)), only(pvmmu.CmdNormal), only(0)),
		each(mmops.UpdateVAMapping, guests(c), slots, slots, only(0, entry(4, page.RW), entry(3, page.RO), entry(1, page.Bad)), below(pvmmu.FlushBadMask+1)),
		each(mmops.UpdateVAMapping, tools(c), only(0), only(0), only(0), only(0)),
		each(mmops.Touch, frames(c), slots),
	}
}

// vcpuOps lists what is done to vCPUs, and by them to themselves.
func vcpuOps(c *model.Config) []scenarios.Pattern {
	all, vcpus := everybody(c), guests(c)
	return []scenarios.Pattern{
		each(mmops.SetContext, tools(c), vcpus, only(0), only(0, 1, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
		each(mmops.SetContext, only(pvmmu.Tool(0)), only(0), frames(c)[1:], only(0), below(3), below(4), only(0)),
		each(mmops.SetContext, guests(c), vcpus, only(0), only(0), only(0), only(pvmmu.ModeKernel), only(0)),
		each(mmops.VCPUInitialise, all, vcpus, only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), upTo(c, 1)),
		each(mmops.VCPUInitialise, guests(c), vcpus, only(1, 4), only(0), only(2), only(pvmmu.ModeUser, pvmmu.ModeOffline, pvmmu.ModeOffline+1), only(0)),
		each(mmops.VCPUReset, all, vcpus, preempts(c)),
		each(mmops.VCPUDown, all, vcpus),
		each(mmops.VMAssist, all, below(3), below(3)),
		each(mmops.ToggleGuestMode, all),
	}
}

// frameOps lists how frames change hands, and what else they are used for.
func frameOps(c *model.Config) []scenarios.Pattern {
	all := everybody(c)
	return []scenarios.Pattern{
		each(mmops.Decrease, all, frames(c)),
		each(mmops.Populate, all, frames(c)),
		each(mmops.Exchange, all, frames(c)),
		each(mmops.GetType, all, frames(c), below(3)),
		each(mmops.PutType, all, frames(c), below(3)),
	}
}

// cachedOps lists what there is with option tlb only. The steps of a GET_TYPE
// are left out: they are about the flush alone, and audit no entry.
func cachedOps(c *model.Config) []scenarios.Pattern {
	if !mmops.Conf(c).TLB {
		return nil
	}
	return []scenarios.Pattern{each(mmops.LinearRead, everybody(c), below(pool.Conf(c).Slots))}
}

// steppedMemory lists how frames change hands step by step.
func steppedMemory(c *model.Config) []scenarios.Pattern {
	all := everybody(c)
	return []scenarios.Pattern{
		each(mmops.DecreaseBegin, all, frames(c)),
		each(mmops.ExchangeBegin, all, frames(c), below(2)),
		each(mmops.MemoryStep, all),
		each(mmops.PopulateScrubbing, all, frames(c), preempts(c)),
	}
}
