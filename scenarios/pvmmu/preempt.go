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

// tree is A(L3) = {-, B}, B(L2) = {C, C}.
var tree = mmops.Starts([]mmops.Start{{Name: "tree", Running: true, Ent: map[uint8][]page.Entry{0: {0, rw(1)}, 1: {rw(2), rw(2)}}}})

// Preemption: audits and un-audits that stop midway, are taken over by others,
// fail, or are met by destruction.
var preemptScenarios = []scenarios.Scenario{
	{
		Name:     "mmu.preempt",
		Title:    "pins and unpins stop midway and are taken over",
		Doc:      "Three vCPUs, an L3 over an L2 over an L1, and a second L3 that may come to name the L2. Every preemption point, every take-over, destruction at any moment.",
		Config:   mmops.Scope{Frames: 4, Slots: 2, Guests: 3, Tools: 1, Preempt: 4}.Config(),
		Starts:   tree,
		Alphabet: preemptOps,
		Spec:     71_334,
		Differs:  "109,737 with the values that Xen leaves in nr and pset of pages that are not partial; the vCPUs pin the second L3 themselves here",
		Goals: []scenarios.Goal{
			after("mmu.preempt/pset-promote", "a table is left partial inside an entry by an audit", anyPage(func(p *page.Page) bool {
				return p.Type == page.L3 && p.Partial && p.PSet == page.PSetRef
			})),
			step("mmu.preempt/pset-demote", "a table is left partial inside an entry by an un-audit", func(_ *model.World, op model.Op, _ model.Answer, w *model.World) bool {
				return op.Kind == mmops.Unpin.Kind() && op.Arg[1] == 0 && pool.Of(w).Pages[0].Partial && pool.Of(w).Pages[0].PSet == page.PSetRef
			}),
			after("mmu.preempt/ogt-partial", "a vCPU's old_guest_table is partial", func(w *model.World) bool { return mmops.Of(w).CPU[0].OgtPartial }),
			after("mmu.preempt/ogt-full", "a vCPU's old_guest_table is a full reference", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].Ogt != 0 && !mmops.Of(w).CPU[0].OgtPartial
			}),
			step("mmu.preempt/forced-partial", "destruction forces a partial page", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Destroy.Kind() && pool.Of(before).Pages[0].Partial && a.Code == errno.ERESTART && !pool.Of(w).Pages[0].Partial
			}),
		},
	},
	{
		Name:   "mmu.race",
		Title:  "lost compare-exchanges",
		Doc:    "The same tree and two vCPUs; each preemptible GET_TYPE and PUT_TYPE may lose its compare-exchange with work pending, and return -EINTR having done nothing.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 5}.Config(pvmmu.Config{Race: true}),
		Starts: tree,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return append(pinning(c), each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)))
		},
		Spec:    1_699,
		Differs: "exactly 1,699 with the values that Xen leaves in nr and pset of pages that are not partial, which are one wrong value here",
		Goals: []scenarios.Goal{
			step("mmu.race/repinned", "destruction sets a pin again whose put was interrupted", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Destroy.Kind() && a.Code == errno.ERESTART && mmops.Of(before).RelPriv == pvmmu.PhaseL4 && mmops.Of(w).RelPriv == pvmmu.PhaseL4 && pool.Of(w).Pages[0].Pinned
			}),
		},
	},
	{
		Name:   "mmu.errors",
		Title:  "audits that fail half-way, also in a table below",
		Doc:    "Two vCPUs and six contents with one bad entry, in the L3 below an L4, or in an L2 below that: what failed becomes the caller's old_guest_table, nested if it failed below.",
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 2, Tools: 1, Preempt: 4}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "bad L3 entry 1", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), bad()}, 1: {rw(2), rw(3)}, 4: {0, rw(0)}}},
			{Name: "bad L3 entry 0", Running: true, Ent: map[uint8][]page.Entry{0: {bad(), rw(1)}, 1: {rw(2), rw(3)}, 4: {0, rw(0)}}},
			{Name: "bad L2 entry 1 below L3 entry 0", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), 0}, 1: {rw(2), bad()}, 4: {0, rw(0)}}},
			{Name: "bad L2 entry 1 below L3 entry 1", Running: true, Ent: map[uint8][]page.Entry{0: {0, rw(1)}, 1: {rw(2), bad()}, 4: {0, rw(0)}}},
			{Name: "bad L2 entry 0 below L3 entry 1", Running: true, Ent: map[uint8][]page.Entry{0: {0, rw(1)}, 1: {bad(), rw(2)}, 4: {0, rw(0)}}},
			{Name: "two L2s, the second bad", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), rw(2)}, 1: {rw(3), 0}, 2: {rw(3), bad()}, 4: {0, rw(0)}}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return append(pinning(c),
				each(mmops.Pin, guests(c), only(2), only(2), preempts(c)),
				each(mmops.Pin, guests(c), only(4), only(4), preempts(c)),
				each(mmops.Unpin, guests(c), only(2, 4), preempts(c)))
		},
		Spec:    13_771,
		Differs: "77,022 with the values that Xen leaves in nr and pset of pages that are not partial; an L4 is above here, and the prototype's six contents are not recorded",
		Goals: []scenarios.Goal{
			step("mmu.errors/nested", "an audit fails in a table below, and the table above takes over its reference", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return a.Code == errno.EINVAL && mmops.Of(w).CPU[0].Ogt == 1 && pool.Of(w).Pages[0].Partial && pool.Of(w).Pages[0].PSet == page.PSetRef
			}),
		},
	},
	{
		Name:   "mmu.linear",
		Title:  "linear page tables",
		Doc:    "Two vCPUs, an L2 with two entries to another L2 or to itself, an L3 above, and the other L2 gaining an entry to itself.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 3}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "A to B twice", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(1)}}},
			{Name: "A to B and itself", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(0)}}},
		}),
		Alphabet: linearOps,
		Spec:     114_058,
		Differs:  "146,878 with the values that Xen leaves in nr and pset of pages that are not partial; one more content and more entries are stored here",
		Goals: []scenarios.Goal{
			after("mmu.linear/used", "an L2 is used linearly by another", anyPage(func(p *page.Page) bool { return p.LinearEntries() < 0 })),
			step("mmu.linear/refused-depth", "an entry is refused because the table has linear entries itself", refusedEntry(func(h, e *page.Page) bool { return e.LinearEntries() > 0 })),
			step("mmu.linear/refused-used", "an entry is refused because the table that would hold it is used linearly", refusedEntry(func(h, e *page.Page) bool { return h.LinearEntries() < 0 })),
			step("mmu.linear/refused-invalid", "an entry is refused because the table is not validated", refusedEntry(func(h, e *page.Page) bool { return !e.Validated })),
		},
	},
	{
		Name:   "mmu.linear-destroy",
		Title:  "destruction of linear page tables",
		Doc:    "The same two L2s, destroyed at any moment, in both orders of page_list.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 4}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "A before B", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(1)}}},
			{Name: "B before A", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(1)}}, List: []uint8{1, 0, 2}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, guests(c), only(0, 1), only(2), preempts(c)),
				each(mmops.Unpin, guests(c), only(0, 1), preempts(c)),
				each(mmops.Continue, guests(c), preempts(c)),
				each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
			}
		},
		Spec:    1_974,
		Differs: "1,237 with the values that Xen leaves in nr and pset of pages that are not partial; the prototype's alphabet is recorded in outline only",
		Goals: []scenarios.Goal{
			step("mmu.linear-destroy/forced-valid", "destruction forces a validated table out of a linear use", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				b := &pool.Of(before).Pages[1]
				return op.Kind == mmops.Destroy.Kind() && b.Validated && b.LinearEntries() < 0 && !pool.Of(w).Pages[1].Validated && pool.Of(w).Pages[1].TCount > 0
			}),
		},
	},
	{
		Name:   "mmu.linear-race",
		Title:  "lost compare-exchanges in linear page tables",
		Doc:    "The same two L2s, an L3 above, and an entry that comes and goes: each preemptible GET_TYPE and PUT_TYPE may be interrupted before it has done anything, while the table that it is about is used linearly.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 5}.Config(pvmmu.Config{Race: true}),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "A to B twice", Running: true, Ent: map[uint8][]page.Entry{0: {ro(1), ro(1)}}},
			{Name: "A to B and itself", Running: true, Ent: map[uint8][]page.Entry{0: {ro(0), ro(1)}}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, guests(c), only(0, 1), only(2), preempts(c)),
				each(mmops.Pin, only(0), only(2), only(3), preempts(c)),
				each(mmops.Unpin, guests(c), frames(c), preempts(c)),
				each(mmops.Continue, guests(c), preempts(c)),
				each(mmops.MMUUpdate, only(0), only(0), only(0, 1), only(0, entry(1, page.RO)), only(pvmmu.CmdNormal), preempts(c)),
				each(mmops.MMUUpdate, only(1), only(2), only(0), only(0, entry(0, page.RW)), only(pvmmu.CmdNormal), preempts(c)),
				each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.linear-race/kept", "a put of a table is interrupted while another table has a linear entry to it", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Continue.Kind() && a.Code == errno.ERESTART && mmops.Of(w).CPU[op.Arg[0]].Ogt == 2 &&
					pool.Of(w).Pages[1].LinearEntries() < 0 && !mmops.Of(w).CPU[op.Arg[0]].OgtPartial
			}),
		},
	},
	{
		Name:   "mmu.l1tf",
		Title:  "interrupted audits of an L1",
		Doc:    "Two vCPUs pin an L1 and an L2 above it; the audit of the L1 may be interrupted before any entry, as it is for an entry that L1TF makes dangerous.",
		Config: mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 3}.Config(pvmmu.Config{L1TF: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "L2 over L1", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), rw(1)}, 1: {rw(2), ro(2)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(mmops.Pin, guests(c), only(0), only(2), preempts(c)),
				each(mmops.Pin, guests(c), only(1), only(1), preempts(c)),
				each(mmops.Unpin, guests(c), only(0, 1), preempts(c)),
				each(mmops.Continue, guests(c), preempts(c)),
				each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.l1tf/undone", "an L1 audit is interrupted behind its first entry and undoes itself", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Pin.Kind() && op.Arg[1] == 1 && a.Code == errno.ERESTART && a.Checks >= 2 && pool.Of(w).Pages[1].TCount == 0
			}),
		},
	},
	awayScenario("mmu.l1tf-shadow", "which puts the domain into shadow mode", pvmmu.L1TFShadow, func(s *pvmmu.State) bool { return s.Shadowed }),
	awayScenario("mmu.l1tf-crash", "which crashes the domain", pvmmu.L1TFCrash, func(s *pvmmu.State) bool { return s.Crashed }),
}

// awayScenario is one with entries that are not present and keep an address.
func awayScenario(name, what string, check pvmmu.L1TFCheck, done func(*pvmmu.State) bool) scenarios.Scenario {
	return scenarios.Scenario{
		Name:   name,
		Title:  "entries that are not present and keep an address, " + what,
		Doc:    "A vCPU pins an L3, an L2 and an L1, some entries of which are not present and keep an address, and stores such entries at every level; the option pv-l1tf is on.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 1, Preempt: 2}.Config(pvmmu.Config{CheckL1TF: check}),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "in the L1", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), 0}, 1: {rw(2), 0}, 2: {rw(3), away(3)}}},
			{Name: "in the L2 and the L3", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), away(3)}, 1: {away(3), rw(2)}, 2: {rw(3), 0}}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0 := only(0)
			list := []scenarios.Pattern{
				each(mmops.Continue, v0, preempts(c)),
				each(mmops.Unpin, v0, only(0, 1, 2), preempts(c)),
				each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
			}
			for m := range uint8(3) {
				list = append(list,
					each(mmops.Pin, v0, only(m), only(3-m), preempts(c)),
					each(mmops.MMUUpdate, v0, only(m), only(1), only(0, entry(m+1, page.RW), entry(3, page.Away)), only(pvmmu.CmdNormal), only(0)))
			}
			return list
		},
		Goals: []scenarios.Goal{
			after(name+"/done", "the check has found one", func(w *model.World) bool { return done(mmops.Of(w)) }),
			step(name+"/undone", "an L1 audit that finds one behind its first entry undoes itself", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.Pin.Kind() && op.Arg[1] == 2 && a.Code == errno.ERESTART && pool.Of(w).Pages[3].TCount == 0 && !done(mmops.Of(before)) && done(mmops.Of(w))
			}),
		},
	}
}

// pinning is pin, unpin and continue of an L3 and an L2.
func pinning(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(mmops.Pin, guests(c), only(0), only(3), preempts(c)),
		each(mmops.Pin, guests(c), only(1), only(2), preempts(c)),
		each(mmops.Unpin, guests(c), only(0, 1), preempts(c)),
		each(mmops.Continue, guests(c), preempts(c)),
	}
}

func preemptOps(c *model.Config) []scenarios.Pattern {
	return append(pinning(c),
		each(mmops.Pin, guests(c), only(3), only(3), preempts(c)),
		each(mmops.MMUUpdate, guests(c), only(3), only(0), only(0, entry(1, page.RW)), only(pvmmu.CmdNormal), preempts(c)),
		each(mmops.Decrease, guests(c), only(1)),
		each(mmops.PageFrameInfo, only(pvmmu.Tool(0)), only(0, 1)),
		each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)))
}

func linearOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(mmops.Pin, guests(c), only(0, 1), only(2), preempts(c)),
		each(mmops.Pin, guests(c), only(2), only(3), preempts(c)),
		each(mmops.Unpin, guests(c), frames(c), preempts(c)),
		each(mmops.Continue, guests(c), preempts(c)),
		each(mmops.MMUUpdate, guests(c), only(2), only(0), only(0, entry(0, page.RW)), only(pvmmu.CmdNormal), preempts(c)),
		each(mmops.MMUUpdate, guests(c), only(1), only(0), only(0, entry(1, page.RO), entry(0, page.RO)), only(pvmmu.CmdNormal), preempts(c)),
		each(mmops.MMUUpdate, guests(c), only(0), only(0, 1), only(entry(1, page.RO)), only(pvmmu.CmdNormal), preempts(c)),
	}
}

// refusedEntry tells an update of an L2 that is refused while the table that
// holds it and the one that it names are such.
func refusedEntry(is func(holder, named *page.Page) bool) stepTest {
	return func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		if op.Kind != mmops.MMUUpdate.Kind() || a.Code != errno.EINVAL {
			return false
		}
		holder := &pool.Of(before).Pages[op.Arg[1]]
		e := page.Entry(op.Arg[3])
		return holder.Type == page.L2 && holder.Validated && e.Frame() != op.Arg[1] && is(holder, &pool.Of(before).Pages[e.Frame()])
	}
}
