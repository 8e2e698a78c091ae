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

// Typing: pages become page tables and cease to be, by stores, pins and frees.
var typingScenarios = []scenarios.Scenario{
	{
		Name:     "mmu.typing",
		Title:    "L1s and L2s by stores, pins and frees",
		Doc:      "One vCPU, three frames with one free slot each: every content, every pin of level 1 and 2, every unpin, and giving frames back.",
		Config:   mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1}.Config(),
		Starts:   running,
		Alphabet: typing,
		Spec:     206_682,
		Differs:  "274,130 with the values that Xen leaves in nr and pset of pages that are not partial, which are one wrong value here; the prototype's alphabet is recorded in outline only",
		Goals: []scenarios.Goal{
			linearGoal("mmu.typing/linear-self", "an L2 with an entry to itself is validated", func(w *model.World, m uint8) bool {
				p := &pool.Of(w).Pages[m]
				return p.Type == page.L2 && p.Validated && p.Ent[0] == page.To(m, page.RO)
			}),
			linearGoal("mmu.typing/linear-other", "an L2 with an entry to another L2 is validated", func(w *model.World, m uint8) bool {
				return pool.Of(w).Pages[m].LinearEntries() > 0
			}),
			step("mmu.typing/freed-late", "a page that was given back is freed with its last reference, by another call", func(before *model.World, op model.Op, _ model.Answer, w *model.World) bool {
				return op.Kind != mmops.Decrease.Kind() && mmops.Of(w).Tot < mmops.Of(before).Tot
			}),
		},
	},
	{
		Name:     "mmu.typing-slots",
		Title:    "two slots a table, preempted",
		Doc:      "One vCPU, two frames with two free slots each; audits and un-audits of L2s stop between their entries.",
		Config:   mmops.Scope{Frames: 2, Slots: 2, Guests: 1, Tools: 1, Preempt: 1}.Config(),
		Starts:   running,
		Alphabet: typing,
		Spec:     21_984,
		Differs:  "104,978 with the values that Xen leaves in nr and pset of pages that are not partial; without decrease_reservation 57,692; the prototype's alphabet is recorded in outline only",
		Goals: []scenarios.Goal{
			after("mmu.typing-slots/partial", "an L2 is left partial", anyPage(func(p *page.Page) bool { return p.Partial && p.Type == page.L2 })),
		},
	},
	{
		Name:     "mmu.typing-cpus",
		Title:    "two vCPUs type the same frames",
		Doc:      "Two vCPUs, two frames (--full: three) with one free slot: pins, unpins, stores and frees, each vCPU with an old_guest_table of its own.",
		Config:   mmops.Scope{Frames: 2, Slots: 1, Guests: 2, Tools: 1, Preempt: 2}.Config(),
		Full:     full(mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 2}),
		Starts:   running,
		Alphabet: typing,
		Spec:     1_370_000,
		Differs:  "931,921 with three frames (--full), 1,240,418 with the values that Xen leaves in nr and pset of pages that are not partial; the parent of old_guest_table is not stored",
		Goals: []scenarios.Goal{
			after("mmu.typing-cpus/shared-ogt", "both vCPUs have the same page as old_guest_table", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].Ogt != 0 && mmops.Of(w).CPU[0].Ogt == mmops.Of(w).CPU[1].Ogt
			}),
		},
	},
	{
		Name:   "mmu.update",
		Title:  "entry updates in a four-level tree",
		Doc:    "A vCPU on a tree of four tables: mmu_update at every level, also with flags that are refused, with the D bit kept or lost, and update_va_mapping.",
		Config: mmops.Scope{Frames: 6, Slots: 2, Guests: 1, Tools: 1, Preempt: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "tree", Ent: map[uint8][]page.Entry{
			0: {rw(1), 0}, 1: {rw(2), 0}, 2: {rw(3), 0}, 3: {rw(5), 0},
		}}}),
		Alphabet: updates,
		Goals: []scenarios.Goal{
			step("mmu.update/deferred-put", "the old child of an L3 entry becomes old_guest_table", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.MMUUpdate.Kind() && mmops.Of(w).CPU[0].Ogt == 3
			}),
			step("mmu.update/dirty-kept", "an entry is replaced and keeps its D bit", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.MMUUpdate.Kind() && op.Arg[1] == 3 && op.Arg[4] == pvmmu.CmdPreserveAD && a.Code == errno.OK &&
					pool.Of(before).Pages[3].Ent[0].Dirty() && pool.Of(w).Pages[3].Ent[0].Dirty()
			}),
		},
	},
	{
		Name:   "mmu.flags-tree",
		Title:  "flags of present entries change, one at a time",
		Doc:    "A vCPU on a tree of four tables: mmu_update changes RW and PSE of present entries at every level, with the frame staying the same, and flags that are refused.",
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 1, Tools: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3), ro(2)}, 3: {rw(4), ro(4)}}},
		}),
		Alphabet: flags,
		Goals: []scenarios.Goal{
			step("mmu.flags-tree/read-only", "an L1 entry gives up its write access and keeps its page", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.MMUUpdate.Kind() && a.Code == errno.OK && pool.Of(before).Pages[3].Ent[0] == rw(4) && pool.Of(w).Pages[3].Ent[0] == ro(4)
			}),
		},
	},
	{
		Name:     "mmu.memory",
		Title:    "frames change hands, and serve as descriptors, shared or writable",
		Doc:      "Three frames, one of them free: references of the other types, decrease, populate and exchange.",
		Config:   mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1}.Config(),
		Starts:   mmops.Starts([]mmops.Start{{Name: "one free", Running: true, List: []uint8{0, 1}}}),
		Alphabet: memory,
		Goals: []scenarios.Goal{
			after("mmu.memory/kept-validated", "a descriptor page stays validated without references", anyPage(func(p *page.Page) bool {
				return p.Type == page.SegDesc && p.Validated && p.TCount == 0
			})),
		},
	},
}

func typing(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(mmops.Pin, guests(c), frames(c), only(1, 2), preempts(c)),
		each(mmops.Unpin, guests(c), frames(c), preempts(c)),
		each(mmops.MMUUpdate, guests(c), frames(c), below(pool.Conf(c).Slots), entries(c, page.RW, page.RO), only(pvmmu.CmdNormal), preempts(c)),
		each(mmops.Decrease, guests(c), frames(c)),
		each(mmops.Continue, guests(c), preempts(c)),
		each(mmops.PageFrameInfo, only(pvmmu.Tool(0)), frames(c)),
	}
}

func updates(c *model.Config) []scenarios.Pattern {
	v0, t0 := only(0), only(pvmmu.Tool(0))
	return []scenarios.Pattern{
		each(mmops.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), preempts(c)),
		each(mmops.Pin, t0, only(5), only(1), only(0)),
		each(mmops.Pin, v0, only(2), only(2), preempts(c)),
		each(mmops.Unpin, v0, only(2), preempts(c)),
		each(mmops.Continue, v0, preempts(c)),
		each(mmops.MMUUpdate, v0, only(0), only(0), only(0, entry(1, page.RW), entry(0, page.Bad)), only(0), preempts(c)),
		each(mmops.MMUUpdate, v0, only(0), only(pvmmu.SlotM2P), only(entry(1, page.RW)), only(0), only(0)),
		each(mmops.MMUUpdate, v0, only(1), only(0), only(0, entry(2, page.RW)), only(0), preempts(c)),
		each(mmops.MMUUpdate, v0, only(2), only(0), only(0, entry(3, page.RW), entry(4, page.RW), entry(2, page.PSE)), only(0), preempts(c)),
		each(mmops.MMUUpdate, v0, only(3), only(0), only(0, entry(5, page.RW), entry(2, page.RW), entry(0, page.Bad)), below(pvmmu.CmdUnknown+1), only(0)),
		each(mmops.UpdateVAMapping, v0, only(0, 1), only(0), only(0, entry(5, page.RW), entry(2, page.RW), entry(0, page.Bad)), below(pvmmu.FlushBadMask+1)),
		each(mmops.Touch, only(3), only(0)),
		each(mmops.PageFrameInfo, t0, frames(c)),
		each(mmops.PageFrameInfo, v0, only(0)),
	}
}

func flags(c *model.Config) []scenarios.Pattern {
	v0, t0, once := only(0), only(pvmmu.Tool(0)), only(0)
	list := []scenarios.Pattern{
		each(mmops.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), once),
		each(mmops.Continue, v0, once),
		each(mmops.Touch, only(3), only(0)),
		each(mmops.MMUUpdate, v0, only(2), only(1), only(entry(2, page.RO), entry(2, page.RW)), only(0), once),
	}
	for table := range uint8(4) {
		kinds := []uint8{0}
		for _, k := range [...]page.EntryKind{page.RO, page.RW, page.PSE, page.Bad} {
			kinds = append(kinds, entry(table+1, k))
		}
		list = append(list, each(mmops.MMUUpdate, v0, only(table), only(0), kinds, only(0), once))
	}
	return append(list,
		each(mmops.MMUUpdate, v0, only(3), only(0), only(entry(4, page.RW), entry(4, page.RO)), only(pvmmu.CmdPreserveAD), once),
		each(mmops.UpdateVAMapping, v0, only(0), only(1), only(entry(4, page.RW), entry(4, page.RO), entry(4, page.PSE)), only(pvmmu.FlushNone)))
}

func memory(c *model.Config) []scenarios.Pattern {
	v0, t0 := only(0), only(pvmmu.Tool(0))
	return []scenarios.Pattern{
		each(mmops.GetType, v0, frames(c), below(3)),
		each(mmops.PutType, v0, frames(c), below(3)),
		each(mmops.MMUUpdate, v0, only(0, 1), only(0), only(0, entry(1, page.RO)), only(0), only(0)),
		each(mmops.MMUUpdate, t0, only(0), only(0), only(0), only(0), only(0)),
		each(mmops.Decrease, v0, frames(c)),
		each(mmops.Populate, v0, frames(c)),
		each(mmops.Exchange, v0, frames(c)),
		each(mmops.Destroy, only(0, pvmmu.Tool(0)), only(0)),
		each(mmops.Decrease, t0, only(page.MaxFrames)),
		each(mmops.Populate, t0, only(page.MaxFrames)),
		each(mmops.Exchange, t0, only(page.MaxFrames)),
		each(mmops.GetType, t0, only(0), only(0)),
		each(mmops.PutType, t0, only(0), only(0)),
	}
}
