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

// Memory operations, with other CPUs in the middle of them.
var memoryScenarios = []scenarios.Scenario{
	{
		Name:     "mmu.memory-steps",
		Title:    "memory operations run into each other",
		Doc:      "A vCPU and two toolstack vCPUs on two frames, with a third one free: decrease and exchange in their steps, and populate, which gives way while it scrubs; meanwhile frames are typed and mapped, and the domain is destroyed.",
		Config:   mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 2, Preempt: 1}.Config(pvmmu.Config{Steps: true}),
		Starts:   mmops.Starts([]mmops.Start{{Name: "one free", Running: true, List: []uint8{0, 1}}}),
		Alphabet: memorySteps,
		Goals: []scenarios.Goal{
			step("mmu.memory-steps/both", "two decreases of one page are under way, and the page is freed by one of them", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.MemoryStep.Kind() && freed(before, w) && decreasing(before, mmops.Of(before).CPU[op.Arg[0]].Mem.At) == 1
			}),
			step("mmu.memory-steps/dying", "an exchange finds the domain dying", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.MemoryStep.Kind() && mmops.Of(before).Dying && mmops.Of(w).Tot < mmops.Of(before).Tot &&
					mmops.Of(before).CPU[op.Arg[0]].Mem.Op == pvmmu.MemExchange
			}),
			after("mmu.memory-steps/stashed", "a page is stashed half scrubbed", func(w *model.World) bool { return mmops.Of(w).Stash != 0 }),
			step("mmu.memory-steps/no-answer", "an exchange cannot write its answer", func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Kind == mmops.MemoryStep.Kind() && a.Code == errno.EFAULT
			}),
		},
	},
	{
		Name:   "mmu.saturated",
		Title:  "counts of references at their limit",
		Doc:    "Three frames whose counts go no further than three: entries, pins, base pointers and references of the other types until a count is full. What does not fit is refused, and the count stays; what is given back makes room again. Destruction is not asked to free everything: it needs one reference more, which at the real limit nobody could take away.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 1, Tools: 1, Preempt: 1}.Config(pvmmu.Config{Largest: 3}),
		Starts: mmops.Starts([]mmops.Start{{Name: "two L1s of one page", Running: true, Ent: map[uint8][]page.Entry{0: {rw(2), rw(2)}, 1: {rw(2), rw(2)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0 := only(0)
			return []scenarios.Pattern{
				each(mmops.Pin, v0, only(0, 1), only(1, 2), preempts(c)),
				each(mmops.Unpin, v0, only(0, 1), preempts(c)),
				each(mmops.Continue, v0, preempts(c)),
				each(mmops.MMUUpdate, v0, only(0, 1), below(pool.Conf(c).Slots), only(0, entry(2, page.RO), entry(2, page.RW)), only(0), only(0)),
				each(mmops.GetType, v0, only(2), only(1, 2)),
				each(mmops.PutType, v0, only(2), only(1, 2)),
				each(mmops.Decrease, v0, only(2)),
				each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
			}
		},
		Except: map[string]string{
			"MM-L3": "destruction passes over a page of which it gets no reference, and does not ask behind it; that is one of a bug's, or one whose count takes no more",
		},
		Goals: []scenarios.Goal{
			step("mmu.saturated/refused", "a pin fails because a count is full", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Kind == mmops.Pin.Kind() && a.Code == errno.EBUSY && pool.Of(before).Pages[2].Count == 3
			}),
		},
	},
}

// freed tells whether a page went back to the heap.
func freed(before, after *model.World) bool {
	for m := range pool.Of(after).Pages {
		if pool.Of(before).Pages[m].Owned && !pool.Of(after).Pages[m].Owned {
			return true
		}
	}
	return false
}

// decreasing counts the decreases of a frame (+1) that are under way.
func decreasing(w *model.World, at uint8) (n int) {
	for i := range mmops.Of(w).CPU {
		if m := &mmops.Of(w).CPU[i].Mem; m.Op == pvmmu.MemDecrease && m.At == at {
			n++
		}
	}
	return n
}

func memorySteps(c *model.Config) []scenarios.Pattern {
	v0, t0, t1 := only(0), only(pvmmu.Tool(0)), only(pvmmu.Tool(1))
	return []scenarios.Pattern{
		each(mmops.DecreaseBegin, only(0, pvmmu.Tool(0)), frames(c)),
		each(mmops.DecreaseBegin, t0, only(page.MaxFrames)),
		each(mmops.ExchangeBegin, t0, only(page.MaxFrames), only(0)),
		each(mmops.PopulateScrubbing, t0, only(page.MaxFrames), only(0)),
		each(mmops.ExchangeBegin, only(0, pvmmu.Tool(1)), frames(c), below(2)),
		each(mmops.MemoryStep, only(0, pvmmu.Tool(0), pvmmu.Tool(1))),
		each(mmops.PopulateScrubbing, only(0, pvmmu.Tool(0), pvmmu.Tool(1)), frames(c), preempts(c)),
		each(mmops.Populate, t1, frames(c)),
		each(mmops.Pin, v0, only(0), only(1), only(0)),
		each(mmops.Unpin, v0, only(0), only(0)),
		each(mmops.MMUUpdate, v0, only(0), only(0), only(0, entry(1, page.RO), entry(1, page.RW)), only(0), only(0)),
		each(mmops.VCPUReset, t0, v0, only(0)),
		each(mmops.Destroy, t0, preempts(c)),
	}
}
