package pvmmu

import (
	"hvcheck/model"
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
		Invariants: []string{"MM-I3", "MM-I7", "MM-R1"},
		Goals: []scenarios.Goal{
			after("mmu.tlb/stale", "a TLB has a translation of a frame that is changing its type", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].TLB != 0 && pool.Of(w).Pages[0].Type == page.L1 && !pool.Of(w).Pages[0].Validated
			}),
		},
	},
	{
		Name:   "mmu.linear-view",
		Title:  "Xen's linear view of a guest's page tables",
		Doc:    "A vCPU on a tree of four tables: Xen reads its L1 through the linear view, the L2 entry changes, update_va_mapping writes.",
		Config: mmops.Scope{Frames: 5, Slots: 1, Guests: 1, Tools: 1}.Config(pvmmu.Config{TLB: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), only(0)),
				each(mmops.LinearRead, only(0, 1), only(0)),
				each(mmops.MMUUpdate, v0, only(2), only(0), only(0, entry(3, page.RW), entry(4, page.RW)), only(0), only(0)),
				each(mmops.MMUUpdate, v0, only(1), only(0), only(0, entry(2, page.RW)), only(0), only(0)),
				each(mmops.UpdateVAMapping, v0, only(0), only(0), only(0, entry(4, page.RO)), only(0, 1)),
				each(mmops.Continue, v0, only(0)),
			}
		},
		Invariants: []string{"MM-I16", "MM-I7", "MM-I1", "MM-I2", "MM-I3", "MM-I4", "MM-R1"},
		Goals: []scenarios.Goal{
			after("mmu.linear-view/cached", "the linear view's translation is cached", func(w *model.World) bool { return mmops.Of(w).CPU[0].LinTLB != 0 }),
		},
	},
}
