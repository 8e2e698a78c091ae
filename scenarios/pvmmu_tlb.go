package scenarios

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Stale translations (option TLB).
var tlbScenarios = []Scenario{
	{
		Name: "mmu.tlb", Area: model.PVMMU,
		Title: "a type change in steps, and what TLBs remember",
		Doc:   "Two CPUs take one frame as L1 or as writable page, each in the steps take, flush, audit; a CPU that has it writable writes to it, and its TLB keeps the translation.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 1, Slots: 1, Guests: 2, Tools: 1},
			MMU:    pvmmu.Config{TLB: true},
		},
		Starts: running,
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.TypeStep, below(c.Guests+1), only(0), only(0, 1)),
				Each(model.TypePut, below(c.Guests+1)),
				Each(model.Access, below(c.Guests+1), only(0)),
			}
		},
		Invariants: []string{"MM-I3", "MM-I7"},
		Goals: []Goal{
			after("mmu.tlb/stale", "a TLB has a translation of a frame that is changing its type", func(w *model.World) bool {
				return w.MMU.CPU[0].TLB != 0 && w.Pool.Pages[0].Type == page.L1 && !w.Pool.Pages[0].Validated
			}),
		},
	},
	{
		Name: "mmu.linear-view", Area: model.PVMMU,
		Title: "Xen's linear view of a guest's page tables",
		Doc:   "A vCPU on a tree of four tables: Xen reads its L1 through the linear view, the L2 entry changes, update_va_mapping writes.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 5, Slots: 1, Guests: 1, Tools: 1},
			MMU:    pvmmu.Config{TLB: true},
		},
		Starts: []model.Start{{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3)}}}},
		Alphabet: func(c *model.Config) []Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []Pattern{
				Each(model.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), only(0)),
				Each(model.LinearRead, only(0, 1), only(0)),
				Each(model.MMUUpdate, v0, only(2), only(0), only(0, entry(3, page.RW), entry(4, page.RW)), only(0), only(0)),
				Each(model.MMUUpdate, v0, only(1), only(0), only(0, entry(2, page.RW)), only(0), only(0)),
				Each(model.UpdateVAMapping, v0, only(0), only(0), only(0, entry(4, page.RO)), only(0, 1)),
				Each(model.Continue, v0, only(0)),
			}
		},
		Invariants: []string{"MM-I16", "MM-I7", "MM-I1", "MM-I2", "MM-I3", "MM-I4"},
		Goals: []Goal{
			after("mmu.linear-view/cached", "the linear view's translation is cached", func(w *model.World) bool { return w.MMU.CPU[0].LinTLB != 0 }),
		},
	},
}
