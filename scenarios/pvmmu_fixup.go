package scenarios

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// guestBits is an L4 with a table below that stops its audit midway, with the
// guest's bits in its RO_MPT slot and before the other L4 on page_list.
var guestBits = []model.Start{{
	Name: "guest bits",
	Ent:  map[uint8][]page.Entry{1: {rw(2), 0}, 2: {0, rw(3)}},
	Slot: map[uint8]page.Slot{1: page.Guest},
	List: []uint8{1, 0, 2, 3},
}}

// The fix-up of L4s in set-context, and the toolstack's order of calls. L4s
// have no entries here: what counts is their slot and their place on page_list.
var fixupScenarios = []Scenario{
	{
		Name: "mmu.pin-first", Area: model.PVMMU,
		Title: "the toolstack pins, then sets the context",
		Doc:   "The order of migration before version 2: three L4s are pinned in relaxed mode, vCPU 0 gets a strict context. Nothing else runs between a preempted set-context and its continuation.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4},
			MMU:    pvmmu.Config{Seq: true},
		},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
		},
		Invariants: []string{"MM-I10", "MM-I7", "MM-I1", "MM-I2", "MM-I8", "MM-I9", "MM-I12", "MM-I14", "MM-I15", "MM-L1"},
		Spec:       130,
		Goals:      loopGoals("mmu.pin-first"),
	},
	{
		Name: "mmu.context-first", Area: model.PVMMU,
		Title: "the toolstack sets the contexts, then pins",
		Doc:   "The order of migration version 2: the contexts of all vCPUs, ascending, before any pin.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 4},
			MMU:    pvmmu.Config{CtxFirst: true},
		},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.SetContext, tools(c), guests(c), only(0), only(0, 2), only(1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
		Invariants: []string{"MM-I10", "MM-I7", "MM-I1", "MM-I2", "MM-I8", "MM-I9", "MM-I12", "MM-I14", "MM-I15", "MM-L1"},
		Spec:       121,
		Goals: []Goal{
			after("mmu.context-first/user", "both vCPUs have a user table", func(w *model.World) bool {
				return w.MMU.CPU[0].User != 0 && w.MMU.CPU[1].User != 0
			}),
		},
	},
	{
		Name: "mmu.fixup", Area: model.PVMMU,
		Title:  "pins, contexts and resets in any order, by two toolstack vCPUs",
		Doc:    "Three L4s, pinned by either toolstack vCPU at any moment; vCPU 0 gets relaxed and strict contexts and is reset; the loop over page_list is preempted after every page.",
		Config: model.Config{Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 1, Tools: 2, Preempt: 4}},
		Alphabet: func(c *model.Config) []Pattern {
			t0 := only(pvmmu.Tool(0))
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, t0, only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, t0, only(0), only(0)),
				Each(model.PageFrameInfo, t0, frames(c)),
			}
		},
		Spec:    2_400,
		Differs: "a user table and resets are in the alphabet together with two toolstack vCPUs; the specification gives a range",
		Goals:   loopGoals("mmu.fixup"),
	},
	{
		Name: "mmu.fixup-large", Area: model.PVMMU,
		Title:    "four L4s pinned by two toolstack vCPUs around a strict context",
		Doc:      "mmu.pin-first with four frames, and another toolstack vCPU that pins meanwhile.",
		Config:   model.Config{Bounds: model.Bounds{Frames: 4, Slots: 1, Guests: 1, Tools: 2, Preempt: 5}},
		Alphabet: raceOps,
		Spec:     2_400,
		Differs:  "the specification gives a range; preempted after every page by two toolstack vCPUs here",
		Goals:    loopGoals("mmu.fixup-large"),
	},
	{
		Name: "mmu.fixup-partial", Area: model.PVMMU,
		Title:  "the loop meets partial L4s and what the guest wrote",
		Doc:    "Two L4s whose audit can stop midway, with the guest's bits in the RO_MPT slot of one; pinned and unpinned, preempted, while vCPU 0 gets its context.",
		Config: model.Config{Bounds: model.Bounds{Frames: 4, Slots: 2, Guests: 1, Tools: 2, Preempt: 3}},
		Starts: guestBits,
		Alphabet: func(c *model.Config) []Pattern {
			t0, t1 := only(pvmmu.Tool(0)), only(pvmmu.Tool(1))
			return []Pattern{
				Each(model.Pin, t1, only(0, 1), only(4), upTo(c, 1)),
				Each(model.Unpin, t1, only(1), upTo(c, 1)),
				Each(model.Continue, t1, upTo(c, 1)),
				Each(model.MMUUpdate, t1, only(1), only(pvmmu.SlotM2P), only(0, entry(0, page.RW)), only(0), only(0)),
				Each(model.SetContext, t0, only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, t0, only(0), only(0)),
			}
		},
		Goals: []Goal{
			step("mmu.fixup-partial/skipped", "the loop meets a partial L4", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == model.SetContext.Kind() && before.Pool.Pages[1].Partial && before.MMU.List[0] == 2 && before.MMU.List != w.MMU.List
			}),
		},
	},
	{
		Name: "mmu.fixup-guest-bits", Area: model.PVMMU,
		Title:  "the loop meets a partial L4 that still has the guest's bits",
		Doc:    "Two L4s, one with the guest's bits in its RO_MPT slot and a table below that stops its audit midway; vCPU 0 gets a strict context that is not preempted itself.",
		Config: model.Config{Bounds: model.Bounds{Frames: 4, Slots: 2, Guests: 1, Tools: 2, Preempt: 2}},
		Starts: guestBits,
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, only(pvmmu.Tool(1)), only(0, 1), only(4), preempts(c)),
				Each(model.Continue, only(pvmmu.Tool(1)), preempts(c)),
				Each(model.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), only(0)),
			}
		},
		Invariants: []string{"MM-I8", "MM-I10", "MM-I7", "MM-I1", "MM-I2", "MM-I12", "MM-I15", "MM-L1"},
		Goals: []Goal{
			step("mmu.fixup-guest-bits/met", "the loop passes a partial L4 with the guest's bits", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				p := &before.Pool.Pages[1]
				return op.Kind == model.SetContext.Kind() && a.Code == errno.OK && p.Partial && p.ROMpt == page.Guest && before.MMU.NrL4 > 0
			}),
		},
	},
	{
		Name: "mmu.assist-vcpu1", Area: model.PVMMU,
		Title: "vCPU 1's context asks for another mode than vCPU 0's",
		Doc:   "A context-first toolstack: a relaxed context for vCPU 0, then a context for vCPU 1 whose vm_assist says strict, which is ignored.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 2},
			MMU:    pvmmu.Config{CtxFirst: true},
		},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.SetContext, tools(c), only(0), only(1), only(0, 1), only(0), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.SetContext, tools(c), only(1), only(1), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
		Invariants: []string{"MM-I9", "MM-I10", "MM-I11", "MM-I7", "MM-I1", "MM-I2", "MM-I12", "MM-I15"},
		Goals: []Goal{
			after("mmu.assist-vcpu1/ignored", "vCPU 1 has its context and the mode is relaxed", func(w *model.World) bool {
				return w.MMU.CPU[1].Init && !w.MMU.Strict()
			}),
		},
	},
	{
		Name: "mmu.fixup-errors", Area: model.PVMMU,
		Title:  "pins that fail, and nr_l4_pages",
		Doc:    "Two L4s and one with a bad second entry; a failing pin is undone, and counted down without ever having been counted up.",
		Config: model.Config{Bounds: model.Bounds{Frames: 3, Slots: 2, Guests: 1, Tools: 2, Preempt: 4}},
		Starts: []model.Start{{Name: "one bad L4", Ent: map[uint8][]page.Entry{2: {0, bad()}}}},
		Alphabet: func(c *model.Config) []Pattern {
			t0 := only(pvmmu.Tool(0))
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.Unpin, t0, only(0, 1), only(0)),
				Each(model.Continue, tools(c), only(0)),
				Each(model.SetContext, t0, only(0), only(0), only(0), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, t0, only(0), only(0)),
			}
		},
		Spec:    56_425,
		Differs: "one kernel table; nr_l4_pages counts from -6 to 6; the specification gives its alphabet in outline only",
		Goals: []Goal{
			after("mmu.fixup-errors/negative", "nr_l4_pages is negative", func(w *model.World) bool { return w.MMU.NrL4 < 0 }),
		},
	},
	{
		Name: "mmu.fixup-count", Area: model.PVMMU,
		Title: "an L4 is un-audited and audited again, and nr_l4_pages",
		Doc:   "An L4 over an L3 with two entries: its un-audit is preempted, and another toolstack vCPU pins it again; and an L4 with a bad second entry.", Hidden: true,
		Config: model.Config{Bounds: model.Bounds{Frames: 5, Slots: 2, Guests: 1, Tools: 2, Preempt: 2}},
		Starts: []model.Start{{Name: "one tall, one bad", Ent: map[uint8][]page.Entry{1: {rw(2), 0}, 2: {rw(3), rw(3)}, 4: {0, bad()}}}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), only(1, 4), only(4), preempts(c)),
				Each(model.Unpin, tools(c), only(1), preempts(c)),
				Each(model.Continue, tools(c), preempts(c)),
				Each(model.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
		},
	},
	{
		Name: "mmu.pin-race", Area: model.PVMMU,
		Title: "another CPU pins while set-context is preempted", Hidden: true,
		Doc:      "mmu.pin-first, with a second toolstack vCPU that pins at any moment.",
		Config:   model.Config{Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 1, Tools: 2, Preempt: 4}},
		Alphabet: raceOps,
	},
	{
		Name: "mmu.vcpu-order", Area: model.PVMMU,
		Title: "another vCPU gets its context before vCPU 0", Hidden: true,
		Doc:    "Both vCPUs get strict contexts in any order, with and without a user table that comes before their kernel tables on page_list, and L4s are pinned at any moment.",
		Config: model.Config{Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 4}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.SetContext, tools(c), only(0), only(2), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.SetContext, tools(c), only(1), only(1), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
	},
	{
		Name: "mmu.slot-rules", Area: model.PVMMU,
		Title: "slots at creation and at kernel and user use", Hidden: true,
		Doc:    "Pins, relaxed and strict contexts with and without a user table, resets, and a running vCPU that changes its base pointers. Audits are not preempted, only the loop over page_list is.",
		Config: model.Config{Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, tools(c), only(0), only(0)),
				Each(model.NewBaseptr, only(0), frames(c), only(0)),
				Each(model.NewUserBaseptr, only(0), only(0, 2, 3), only(0)),
			}
		},
	},
	{
		Name: "mmu.user-preempted", Area: model.PVMMU,
		Title: "set-context is preempted in the loop and in the user table's audit", Hidden: true,
		Doc: "Two plain L4s and a user table with a tree below, pinned or not; a strict context with and without the user table, preempted everywhere. Nothing else runs between a preempted set-context and its continuation.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 5, Slots: 2, Guests: 1, Tools: 1, Preempt: 8},
			MMU:    pvmmu.Config{Seq: true},
		},
		Starts: []model.Start{{Name: "tall user table", Ent: map[uint8][]page.Entry{1: {rw(2), 0}, 2: {rw(3), rw(3)}}}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), only(0, 1, 4), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0, 2), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
		},
	},
	{
		Name: "mmu.resets", Area: model.PVMMU,
		Title: "relaxed and strict contexts with resets in between", Hidden: true,
		Doc: "One toolstack vCPU pins, gives vCPU 0 relaxed and strict contexts, and resets it. Nothing else runs between a preempted set-context and its continuation.",
		Config: model.Config{
			Bounds: model.Bounds{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4},
			MMU:    pvmmu.Config{Seq: true},
		},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, tools(c), only(0), only(0)),
			}
		},
	},
	{
		Name: "mmu.second-context", Area: model.PVMMU,
		Title: "vCPU 0 is reset and gets the same context again", Hidden: true,
		Doc:    "One L4; pin, strict context, reset.",
		Config: model.Config{Bounds: model.Bounds{Frames: 1, Slots: 1, Guests: 1, Tools: 1, Preempt: 1}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.VCPUReset, tools(c), only(0), only(0)),
			}
		},
	},
	{
		Name: "mmu.run-time", Area: model.PVMMU,
		Title: "the guest turns strict mode on at run time", Hidden: true,
		Doc:    "A relaxed context, pins, and the vm_assist hypercall.",
		Config: model.Config{Bounds: model.Bounds{Frames: 2, Slots: 1, Guests: 1, Tools: 1, Preempt: 2}},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Pin, tools(c), frames(c), only(4), only(0)),
				Each(model.SetContext, tools(c), only(0), only(0), only(0, 2), only(0), only(pvmmu.ModeKernel), preempts(c)),
				Each(model.NewUserBaseptr, only(0), only(0, 2), only(0)),
				Each(model.NewBaseptr, only(0), frames(c), only(0)),
				Each(model.VMAssist, only(0), only(0, 1), only(1)),
			}
		},
	},
}

// raceOps is pins by every toolstack vCPU and a strict context by one.
func raceOps(c *model.Config) []Pattern {
	return []Pattern{
		Each(model.Pin, tools(c), frames(c), only(4), only(0)),
		Each(model.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
	}
}

// loopGoals says that the loop over page_list was entered, preempted and done.
func loopGoals(name string) []Goal {
	moved := func(before *model.World, op model.Op, w *model.World) bool {
		return op.Kind == model.SetContext.Kind() && before.MMU.List != w.MMU.List
	}
	return []Goal{
		step(name+"/loop-preempted", "the loop over page_list is preempted", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
			return moved(before, op, w) && a.Code == errno.ERESTART
		}),
		step(name+"/loop-done", "the loop over page_list is done, having rotated it", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
			return moved(before, op, w) && a.Code == errno.OK
		}),
		step(name+"/loop-filled", "the loop fills a slot", func(before *model.World, op model.Op, _ model.Answer, w *model.World) bool {
			return moved(before, op, w) && before.Pool.Pages[1].ROMpt == page.Empty && w.Pool.Pages[1].ROMpt == page.Filled
		}),
	}
}
