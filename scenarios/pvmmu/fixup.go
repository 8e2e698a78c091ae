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

// guestBits is an L4 with a table below that stops its audit midway, with the
// guest's bits in its RO_MPT slot and before the other L4 on page_list.
var guestBits = mmops.Starts([]mmops.Start{{
	Name: "guest bits",
	Ent:  map[uint8][]page.Entry{1: {rw(2), 0}, 2: {0, rw(3)}},
	Slot: map[uint8]page.Slot{1: page.Guest},
	List: []uint8{1, 0, 2, 3},
}})

// The fix-up of L4s in set-context, and the toolstack's order of calls. L4s
// have no entries here: what counts is their slot and their place on page_list.
var fixupScenarios = []scenarios.Scenario{
	{
		Name:   "mmu.pin-first",
		Title:  "the toolstack pins, then sets the context",
		Doc:    "The order of migration before version 2: three L4s are pinned in relaxed mode, vCPU 0 gets a strict context. Nothing else runs between a preempted set-context and its continuation. Further vCPUs (--guests) get a relaxed context with the same kernel table.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4}.Config(pvmmu.Config{Seq: true}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			list := []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
			if all := guests(c); len(all) > 1 {
				list = append(list, each(mmops.SetContext, tools(c), all[1:], only(0), only(0), only(0), only(pvmmu.ModeKernel), preempts(c)))
			}
			return list
		},
		Invariants: andUsual("MM-I10", "MM-I8", "MM-I9", "MM-L1"),
		Spec:       130,
		Goals:      loopGoals("mmu.pin-first"),
	},
	{
		Name:   "mmu.context-first",
		Title:  "the toolstack sets the contexts, then pins",
		Doc:    "The order of migration version 2: the contexts of all vCPUs, ascending, before any pin.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 4}.Config(pvmmu.Config{CtxFirst: true}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.SetContext, tools(c), guests(c), only(0), only(0, 2), only(1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
		Invariants: andUsual("MM-I10", "MM-I8", "MM-I9", "MM-L1"),
		Spec:       121,
		Goals: []scenarios.Goal{
			after("mmu.context-first/user", "both vCPUs have a user table", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].User != 0 && mmops.Of(w).CPU[1].User != 0
			}),
		},
	},
	{
		Name:   "mmu.fixup",
		Title:  "pins, contexts and resets in any order, by two toolstack vCPUs",
		Doc:    "Three L4s, pinned by either toolstack vCPU at any moment; vCPU 0 gets relaxed and strict contexts and is reset; the loop over page_list is preempted after every page.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 2, Preempt: 4}.Config(),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			t0 := only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, t0, only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, t0, only(0), only(0)),
				each(mmops.PageFrameInfo, t0, frames(c)),
			}
		},
		Spec:    2_400,
		Differs: "a user table and resets are in the alphabet together with two toolstack vCPUs; the prototype's number is recorded as a range",
		Goals:   loopGoals("mmu.fixup"),
	},
	{
		Name:     "mmu.fixup-large",
		Title:    "four L4s pinned by two toolstack vCPUs around a strict context",
		Doc:      "mmu.pin-first with four frames, and another toolstack vCPU that pins meanwhile.",
		Config:   mmops.Scope{Frames: 4, Slots: 1, Guests: 1, Tools: 2, Preempt: 5}.Config(),
		Alphabet: raceOps,
		Spec:     2_400,
		Differs:  "the prototype's number is recorded as a range; preempted after every page by two toolstack vCPUs here",
		Goals:    loopGoals("mmu.fixup-large"),
	},
	{
		Name:   "mmu.fixup-partial",
		Hangs:  countDrifts,
		Title:  "the loop meets partial L4s and what the guest wrote",
		Doc:    "Two L4s whose audit can stop midway, with the guest's bits in the RO_MPT slot of one; pinned and unpinned, preempted, while vCPU 0 gets its context.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 2, Preempt: 3}.Config(),
		Starts: guestBits,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			t0, t1 := only(pvmmu.Tool(0)), only(pvmmu.Tool(1))
			return []scenarios.Pattern{
				each(mmops.Pin, t1, only(0, 1), only(4), upTo(c, 1)),
				each(mmops.Unpin, t1, only(1), upTo(c, 1)),
				each(mmops.Continue, t1, upTo(c, 1)),
				each(mmops.MMUUpdate, t1, only(1), only(pvmmu.SlotM2P), only(0, entry(0, page.RW)), only(0), only(0)),
				each(mmops.SetContext, t0, only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, t0, only(0), only(0)),
				each(mmops.MemoryStep, t1),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.fixup-partial/skipped", "the loop meets a partial L4", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.SetContext.Kind() && pool.Of(before).Pages[1].Partial && mmops.Of(before).List[0] == 2 && mmops.Of(before).List != mmops.Of(w).List
			}),
		},
	},
	{
		Name:   "mmu.fixup-guest-bits",
		Title:  "the loop meets a partial L4 that still has the guest's bits",
		Doc:    "Two L4s, one with the guest's bits in its RO_MPT slot and a table below that stops its audit midway; vCPU 0 gets a strict context that is not preempted itself.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 2, Preempt: 2}.Config(),
		Starts: guestBits,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, only(pvmmu.Tool(1)), only(0, 1), only(4), preempts(c)),
				each(mmops.Continue, only(pvmmu.Tool(1)), preempts(c)),
				each(mmops.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), only(0)),
			}
		},
		Invariants: andUsual("MM-I8", "MM-I10", "MM-L1"),
		Goals: []scenarios.Goal{
			step("mmu.fixup-guest-bits/met", "the loop passes a partial L4 with the guest's bits", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				p := &pool.Of(before).Pages[1]
				return op.Kind == mmops.SetContext.Kind() && a.Code == errno.OK && p.Partial && p.ROMpt == page.Guest && mmops.Of(before).NrL4 > 0
			}),
		},
	},
	{
		Name:   "mmu.assist-vcpu1",
		Title:  "vCPU 1's context asks for another mode than vCPU 0's",
		Doc:    "A context-first toolstack: a relaxed context for vCPU 0, then a context for vCPU 1 whose vm_assist says strict, which is ignored.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 2}.Config(pvmmu.Config{CtxFirst: true}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.SetContext, tools(c), only(0), only(1), only(0, 1), only(0), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.SetContext, tools(c), only(1), only(1), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
		Invariants: andUsual("MM-I9", "MM-I10", "MM-I11"),
		Goals: []scenarios.Goal{
			after("mmu.assist-vcpu1/ignored", "vCPU 1 has its context and the mode is relaxed", func(w *model.World) bool {
				return mmops.Of(w).CPU[1].Init && !mmops.Of(w).Strict()
			}),
		},
	},
	{
		Name:   "mmu.fixup-errors",
		Hangs:  countDrifts,
		Title:  "pins that fail, and nr_l4_pages",
		Doc:    "Two L4s and one with a bad second entry; a failing pin is undone, and counted down without ever having been counted up.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 1, Tools: 2, Preempt: 4}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "one bad L4", Ent: map[uint8][]page.Entry{2: {0, bad()}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			t0 := only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.Unpin, t0, only(0, 1), only(0)),
				each(mmops.Continue, tools(c), only(0)),
				each(mmops.MMUUpdate, t0, only(0), only(0), only(0), only(pvmmu.CmdUnknown), only(0)),
				each(mmops.SetContext, t0, only(0), only(0), only(0), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, t0, only(0), only(0)),
			}
		},
		Spec:    56_425,
		Differs: "one kernel table; runs end where nr_l4_pages would leave -6 to 6; the prototype's alphabet is recorded in outline only",
		Goals: []scenarios.Goal{
			after("mmu.fixup-errors/negative", "nr_l4_pages is negative", func(w *model.World) bool { return mmops.Of(w).NrL4 < 0 }),
		},
	},
	{
		Name:  "mmu.fixup-count",
		Hangs: countDrifts,
		Title: "an L4 is un-audited and audited again, and nr_l4_pages",
		Doc:   "An L4 over an L3 with two entries: its un-audit is preempted, and another toolstack vCPU pins it again; and an L4 with a bad second entry.", Hidden: true,
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 1, Tools: 2, Preempt: 2}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "one tall, one bad", Ent: map[uint8][]page.Entry{1: {rw(2), 0}, 2: {rw(3), rw(3)}, 4: {0, bad()}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), only(1, 4), only(4), preempts(c)),
				each(mmops.Unpin, tools(c), only(1), preempts(c)),
				each(mmops.Continue, tools(c), preempts(c)),
				each(mmops.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
		},
	},
	{
		Name:  "mmu.pin-race",
		Title: "another CPU pins while set-context is preempted", Hidden: true,
		Doc:      "mmu.pin-first, with a second toolstack vCPU that pins at any moment.",
		Config:   mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 2, Preempt: 4}.Config(),
		Alphabet: raceOps,
	},
	{
		Name:  "mmu.vcpu-order",
		Title: "another vCPU gets its context before vCPU 0", Hidden: true,
		Doc:    "Both vCPUs get strict contexts in any order, with and without a user table that comes before their kernel tables on page_list, and L4s are pinned at any moment.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 4}.Config(),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.SetContext, tools(c), only(0), only(2), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.SetContext, tools(c), only(1), only(1), only(0, 1), only(1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
			}
		},
	},
	{
		Name:  "mmu.slot-rules",
		Title: "slots at creation and at kernel and user use", Hidden: true,
		Doc:    "Pins, relaxed and strict contexts with and without a user table, resets, and a running vCPU that changes its base pointers. Audits are not preempted, only the loop over page_list is.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4}.Config(),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, tools(c), only(0), only(0)),
				each(mmops.NewBaseptr, only(0), frames(c), only(0)),
				each(mmops.NewUserBaseptr, only(0), only(0, 2, 3), only(0)),
			}
		},
	},
	{
		Name:  "mmu.user-preempted",
		Title: "set-context is preempted in the loop and in the user table's audit", Hidden: true,
		Doc:    "Two plain L4s and a user table with a tree below, pinned or not; a strict context with and without the user table, preempted everywhere. Nothing else runs between a preempted set-context and its continuation.",
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 1, Tools: 1, Preempt: 8}.Config(pvmmu.Config{Seq: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "tall user table", Ent: map[uint8][]page.Entry{1: {rw(2), 0}, 2: {rw(3), rw(3)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), only(0, 1, 4), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0, 2), only(1), only(pvmmu.ModeKernel), preempts(c)),
			}
		},
	},
	{
		Name:  "mmu.resets",
		Title: "relaxed and strict contexts with resets in between", Hidden: true,
		Doc:    "One toolstack vCPU pins, gives vCPU 0 relaxed and strict contexts, and resets it. Nothing else runs between a preempted set-context and its continuation.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1, Preempt: 4}.Config(pvmmu.Config{Seq: true}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, tools(c), only(0), only(0)),
			}
		},
	},
	{
		Name:  "mmu.second-context",
		Title: "vCPU 0 is reset and gets the same context again", Hidden: true,
		Doc:    "One L4; pin, strict context, reset.",
		Config: mmops.Scope{Frames: 1, Slots: 1, Guests: 1, Tools: 1, Preempt: 1}.Config(),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.VCPUReset, tools(c), only(0), only(0)),
			}
		},
	},
	{
		Name:  "mmu.run-time",
		Title: "the guest turns strict mode on at run time", Hidden: true,
		Doc:    "A relaxed context, pins, and the vm_assist hypercall.",
		Config: mmops.Scope{Frames: 2, Slots: 1, Guests: 1, Tools: 1, Preempt: 2}.Config(),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
				each(mmops.SetContext, tools(c), only(0), only(0), only(0, 2), only(0), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.NewUserBaseptr, only(0), only(0, 2), only(0)),
				each(mmops.NewBaseptr, only(0), frames(c), only(0)),
				each(mmops.VMAssist, only(0), only(0, 1), only(1)),
			}
		},
	},
}

// raceOps is pins by every toolstack vCPU and a strict context by one.
func raceOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(mmops.Pin, tools(c), frames(c), only(4), only(0)),
		each(mmops.SetContext, only(pvmmu.Tool(0)), only(0), only(0), only(0), only(1), only(pvmmu.ModeKernel), preempts(c)),
	}
}

// loopGoals says that the loop over page_list was entered, preempted and done.
func loopGoals(name string) []scenarios.Goal {
	moved := func(before *model.World, op model.Op, w *model.World) bool {
		return op.Kind == mmops.SetContext.Kind() && mmops.Of(before).List != mmops.Of(w).List
	}
	return []scenarios.Goal{
		step(name+"/loop-preempted", "the loop over page_list is preempted", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
			return moved(before, op, w) && a.Code == errno.ERESTART
		}),
		step(name+"/loop-done", "the loop over page_list is done, having rotated it", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
			return moved(before, op, w) && a.Code == errno.OK
		}),
		step(name+"/loop-filled", "the loop fills a slot", func(before *model.World, op model.Op, _ model.Answer, w *model.World) bool {
			return moved(before, op, w) && pool.Of(before).Pages[1].ROMpt == page.Empty && pool.Of(w).Pages[1].ROMpt == page.Filled
		}),
	}
}

// countDrifts is why set-context may never return: it is the question of claim
// MM-C17, and asked there.
const countDrifts = "nr_l4_pages drifts, and the walk of set-context over page_list needs an L4 to end at (claim MM-C17)"
