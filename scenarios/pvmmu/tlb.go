package pvmmu

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Stale translations (option TLB).
var tlbScenarios = []scenarios.Scenario{
	{
		Name:   "mmu.tlb",
		Title:  "a type change in steps, and what TLBs remember",
		Doc:    "Two CPUs take one frame as L1 or as writable page, each in the steps take, flush, audit; a CPU that has it writable writes to it, and its TLB keeps the translation.",
		Config: mmops.Scope{Frames: 1, Slots: 1, Guests: 2, Tools: 1}.Config(pvmmu.Config{TLB: true}),
		Starts: running,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.TypeStep, below(mmops.Conf(c).Guests+1), only(0), only(0, 1)),
				each(mmops.TypePut, below(mmops.Conf(c).Guests+1)),
				each(mmops.Access, below(mmops.Conf(c).Guests+1), only(0)),
			}
		},
		Except: map[string]string{
			"MM-I6": "linear_pt_count is the audit's to begin, and no entry is audited in steps",
		},
		Goals: []scenarios.Goal{
			after("mmu.tlb/stale", "a TLB has a translation of a frame that is changing its type", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].TLB != 0 && pool.Of(w).Pages[0].Type == page.L1 && !pool.Of(w).Pages[0].Validated
			}),
		},
	},
	{
		Name:   "mmu.linear-view",
		Title:  "Xen's linear view of a guest's page tables",
		Doc:    "Two vCPUs on a tree of four tables, an L2 that is pinned beside it, and an L4 with nothing in it: Xen reads an L1 through the linear view of either vCPU, entries of L2s and of the L3 change, base pointers come and go, a vCPU is reset, the domain destroyed.",
		Config: mmops.Scope{Frames: 7, Slots: 1, Guests: 2, Tools: 1, Preempt: 1}.Config(pvmmu.Config{TLB: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3)}, 6: {rw(3)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0, once := only(0), only(pvmmu.Tool(0)), only(0)
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, guests(c), only(0), only(0), only(0), only(pvmmu.ModeKernel), once),
				each(mmops.LinearRead, guests(c), only(0)),
				each(mmops.NewBaseptr, guests(c), only(0, 5), once),
				each(mmops.Pin, t0, only(6), only(2), once),
				each(mmops.MMUUpdate, v0, only(2, 6), only(0), only(0, entry(3, page.RW), entry(4, page.RW)), only(0), once),
				each(mmops.MMUUpdate, v0, only(1), only(0), only(0, entry(2, page.RW), entry(6, page.RW)), only(0), once),
				each(mmops.UpdateVAMapping, v0, only(0), only(0), only(0, entry(4, page.RO)), only(0, 1)),
				each(mmops.Continue, v0, once),
				each(mmops.VCPUReset, t0, guests(c), preempts(c)),
				each(mmops.Destroy, t0, preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			after("mmu.linear-view/cached", "the linear view's translation is cached", func(w *model.World) bool { return mmops.Of(w).CPU[0].LinTLB != 0 }),
			step("mmu.linear-view/beside", "the L2 that is only pinned changes while a translation is cached", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Kind == mmops.MMUUpdate.Kind() && op.Arg[1] == 6 && a.Code == errno.OK && mmops.Of(before).CPU[0].LinTLB != 0 &&
					pool.Of(before).Pages[6].TCount == 1 && pool.Of(before).Pages[6].Pinned
			}),
			step("mmu.linear-view/moved", "a vCPU moves to another L4 while a translation is cached", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Kind == mmops.NewBaseptr.Kind() && op.Arg[1] == 5 && a.Code == errno.OK && mmops.Of(before).CPU[0].LinTLB != 0
			}),
		},
	},
	{
		Name:   "mmu.linear-view-end",
		Title:  "the linear view of a vCPU that is reset, or whose domain is destroyed",
		Doc:    "A vCPU on a tree whose tables have two entries, so that dropping them stops midway: Xen reads its L1 through the linear view at any moment, the vCPU is reset, the domain destroyed.",
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 1, Tools: 1, Preempt: 3}.Config(pvmmu.Config{TLB: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1), 0}, 1: {rw(2), 0}, 2: {rw(3), 0}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.NewBaseptr, v0, only(4), preempts(c)),
				each(mmops.LinearRead, v0, only(0, 1)),
				each(mmops.Continue, v0, preempts(c)),
				each(mmops.VCPUReset, t0, v0, preempts(c)),
				each(mmops.Destroy, t0, preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.linear-view-end/midway", "destruction stops while it drops the vCPU's tables, of which a translation was cached", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Destroy.Kind() && a.Code == errno.ERESTART && mmops.Of(before).CPU[0].LinTLB != 0 && mmops.Of(w).RelPriv == pvmmu.PhaseVCPUs
			}),
		},
	},
}
