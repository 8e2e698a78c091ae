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

// Contexts: base pointers come and go, preempted.
var contextScenarios = []scenarios.Scenario{
	{
		Name:   "mmu.context",
		Title:  "set-context with and without a user table, reset, destroyed",
		Doc:    "Two toolstack vCPUs give vCPU 0 its context, with a good or a bad user table, reset it, pin and unpin its kernel table; every call is preempted everywhere.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 2, Preempt: 4}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "both over one tree", Ent: map[uint8][]page.Entry{0: {rw(2), 0}, 1: {0, rw(2)}, 2: {rw(3), 0}}},
			{Name: "the user table over a tree", Ent: map[uint8][]page.Entry{1: {0, rw(2)}, 2: {rw(3), 0}}},
			{Name: "bad user table", Ent: map[uint8][]page.Entry{0: {rw(2), 0}, 1: {rw(2), bad()}, 2: {rw(3), 0}}},
		}),
		Alphabet: contextOps,
		Spec:     880_000,
		Differs:  "52,144 with the values that Xen leaves in nr and pset of pages that are not partial; runs end where nr_l4_pages would leave -6 to 6 here, while it drifted in the prototype",
		Goals: []scenarios.Goal{
			after("mmu.context/kernel-parked", "the kernel table waits in old_guest_table while the user table is audited", func(w *model.World) bool {
				return mmops.Book(w).Ctx0 == pvmmu.CtxPending && mmops.Of(w).CPU[0].Ogt == 1 && !mmops.Of(w).CPU[0].OgtPartial
			}),
			step("mmu.context/taken-back", "a continued set-context takes its kernel table back", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.SetContext.Kind() && a.Code == errno.OK && mmops.Of(before).CPU[0].Ogt == 1
			}),
		},
	},
	{
		Name:   "mmu.context-args",
		Title:  "what set-context and its relatives refuse",
		Doc:    "Contexts of every kind for two vCPUs, by the toolstack and by the guest itself, with bad registers, bits and modes, and the hypercalls that a running vCPU can make about itself.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 0}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "a writable page in an L1", Ent: map[uint8][]page.Entry{2: {rw(2)}}}}),
		Except: map[string]string{
			"MM-I9": "the vm_assist hypercall turns strict mode on under tables in use (claim MM-C20)",
		},
		Alphabet: contextArgs,
		Goals: []scenarios.Goal{
			after("mmu.context-args/user-mode", "a vCPU runs in user mode", func(w *model.World) bool {
				return mmops.Of(w).CPU[0].Init && mmops.Of(w).CPU[0].UserMode
			}),
		},
	},
	{
		Name:   "mmu.busy",
		Title:  "base pointers over an L1 that cannot be audited",
		Doc:    "A tree whose L1 maps a frame writable that may be pinned as a page table; a vCPU that runs on another L4 asks for it as its kernel and user table, and for another vCPU.",
		Config: mmops.Scope{Frames: 6, Slots: 1, Guests: 2, Tools: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3)}, 3: {rw(5)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.Pin, t0, only(5), only(1), only(0)),
				each(mmops.Unpin, t0, only(5), only(0)),
				each(mmops.SetContext, t0, v0, only(0, 4), only(0), only(0), only(pvmmu.ModeKernel), only(0)),
				each(mmops.NewBaseptr, v0, only(0, 4), only(0)),
				each(mmops.NewUserBaseptr, v0, only(0, 1), only(0)),
				each(mmops.VCPUInitialise, v0, only(1), only(0), only(0), only(0), only(pvmmu.ModeOffline), only(0)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.busy/freed", "the tree can be had once the frame is unpinned", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.NewBaseptr.Kind() && a.Code == errno.OK && mmops.Of(w).CPU[0].Table == 1
			}),
		},
	},
	{
		Name:   "mmu.pointers",
		Title:  "base pointers that name what cannot be an L4",
		Doc:    "One vCPU's tables are set by the toolstack, by itself, and by the other vCPU: to a free frame, a pinned L1, a page with a bad entry, and one that will do.",
		Config: mmops.Scope{Frames: 4, Slots: 1, Guests: 2, Tools: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "one bad, one free", Ent: map[uint8][]page.Entry{2: {bad()}}, List: []uint8{0, 1, 2}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0, nobody := only(0), only(pvmmu.Tool(0)), only(pvmmu.MaxGuests-1)
			return []scenarios.Pattern{
				each(mmops.Pin, t0, only(1), only(1), only(0)),
				each(mmops.SetContext, t0, only(0, 1), frames(c), only(0), only(0), only(pvmmu.ModeKernel), only(0)),
				each(mmops.SetContext, t0, v0, only(0), only(2, 3, 4), only(0), only(pvmmu.ModeKernel), only(0)),
				each(mmops.NewBaseptr, v0, frames(c), only(0)),
				each(mmops.NewUserBaseptr, v0, only(2, 3, 4), only(0)),
				each(mmops.VCPUInitialise, only(1), v0, frames(c), only(0), only(0), only(pvmmu.ModeOffline), only(0)),
				each(mmops.VCPUInitialise, only(1), v0, only(0), only(0), only(0, 2), only(pvmmu.ModeUser, pvmmu.ModeOffline), only(0)),
				each(mmops.VCPUReset, t0, v0, only(0)),
				each(mmops.VCPUReset, t0, nobody, only(0)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.pointers/by-the-other", "a vCPU is initialised by the other one", func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Kind == mmops.VCPUInitialise.Kind() && a.Code == errno.OK
			}),
		},
	},
	{
		Name:   "mmu.race-pointers",
		Title:  "base pointers, contexts and entries with lost compare-exchanges",
		Doc:    "A vCPU switches between two L4s, one of them over an L3 that comes and goes; each change of a type may be interrupted.",
		Config: mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 1, Preempt: 2}.Config(pvmmu.Config{Race: true, L1TF: true}),
		Starts: mmops.Starts([]mmops.Start{{Name: "an L4 over an L3", Ent: map[uint8][]page.Entry{1: {rw(2)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, v0, only(0), only(0, 1, 2), only(0), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.NewBaseptr, v0, only(0, 1), preempts(c)),
				each(mmops.NewUserBaseptr, v0, only(0, 2), preempts(c)),
				each(mmops.MMUUpdate, v0, only(1), only(0), only(0, entry(2, page.RW)), only(pvmmu.CmdNormal), preempts(c)),
				each(mmops.VCPUInitialise, v0, only(1), only(1), only(0), only(0), only(pvmmu.ModeOffline), preempts(c)),
				each(mmops.VCPUReset, t0, v0, preempts(c)),
				each(mmops.Continue, v0, preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.race-pointers/undone", "a base pointer stays as it was because the new table was lost to somebody else", func(before *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.NewBaseptr.Kind() && a.Code == errno.ERESTART && *pool.Of(before) == *pool.Of(w)
			}),
		},
	},
	{
		Name:   "mmu.l1tf-tree",
		Title:  "entries that keep an address below base pointers",
		Doc:    "A tree of four tables, one entry of which is not present and keeps an address, is set as kernel and user table; its L1 gets such an entry through update_va_mapping. The option pv-l1tf is on.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 1, Preempt: 1}.Config(pvmmu.Config{CheckL1TF: pvmmu.L1TFShadow}),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "a tree", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2)}, 2: {rw(3)}}},
			{Name: "a tree with such an entry", Ent: map[uint8][]page.Entry{0: {rw(1)}, 1: {rw(2), page.To(3, page.Away)}, 2: {rw(3)}}},
		}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, v0, only(0), only(0), only(0), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.NewUserBaseptr, v0, only(0, 1), preempts(c)),
				each(mmops.UpdateVAMapping, v0, only(0), only(0), only(0, entry(3, page.Away), entry(3, page.RO)), only(pvmmu.FlushNone)),
				each(mmops.VCPUReset, t0, v0, preempts(c)),
			}
		},
		Except: map[string]string{
			"MM-I14": "a call that meets such an entry goes on only when it is made again, preempted or not",
		},
		Goals: []scenarios.Goal{
			after("mmu.l1tf-tree/shadowed", "the domain is in shadow mode", func(w *model.World) bool { return mmops.Of(w).Shadowed }),
		},
	},
	{
		Name:   "mmu.baseptr",
		Hangs:  countDrifts,
		Title:  "base pointers change, preempted",
		Doc:    "A vCPU switches kernel and user tables between three L4s, one of which has a table below that cannot be audited in one go.",
		Config: mmops.Scope{Frames: 5, Slots: 2, Guests: 2, Tools: 1, Preempt: 2}.Config(),
		Starts: mmops.Starts([]mmops.Start{{Name: "three L4s", Ent: map[uint8][]page.Entry{1: {rw(3), 0}, 2: {0, bad()}, 3: {rw(4), rw(4)}}}}),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			v0, t0 := only(0), only(pvmmu.Tool(0))
			return []scenarios.Pattern{
				each(mmops.SetContext, t0, v0, only(0), only(0, 2), only(0, 1), only(pvmmu.ModeKernel), preempts(c)),
				each(mmops.NewBaseptr, v0, only(0, 1, 2), preempts(c)),
				each(mmops.NewUserBaseptr, v0, only(0, 1, 2, 3), preempts(c)),
				each(mmops.VCPUInitialise, v0, only(1), only(1), only(0), only(0), only(pvmmu.ModeOffline), preempts(c)),
				each(mmops.NewBaseptr, t0, only(0), only(0)),
				each(mmops.NewUserBaseptr, t0, only(0), only(0)),
				each(mmops.Continue, v0, preempts(c)),
				each(mmops.Pin, t0, only(0), only(4), only(0)),
				each(mmops.VCPUReset, t0, v0, preempts(c)),
				each(mmops.Destroy, t0, preempts(c)),
			}
		},
		Goals: []scenarios.Goal{
			step("mmu.baseptr/old-preempted", "the put of the old kernel table is preempted", func(_ *model.World, op model.Op, a model.Answer, w *model.World) bool {
				return op.Kind == mmops.NewBaseptr.Kind() && a.Code == errno.ERESTART && mmops.Of(w).CPU[0].Table == op.Arg[1]+1
			}),
		},
	},
}

func contextOps(c *model.Config) []scenarios.Pattern {
	v0 := only(0)
	return []scenarios.Pattern{
		each(mmops.Pin, tools(c), only(0), only(4), preempts(c)),
		each(mmops.Unpin, tools(c), only(0), preempts(c)),
		each(mmops.Continue, tools(c), preempts(c)),
		each(mmops.SetContext, tools(c), v0, only(0), only(0, 2), only(0), only(pvmmu.ModeKernel), preempts(c)),
		each(mmops.VCPUReset, tools(c), v0, preempts(c)),
		each(mmops.Destroy, only(pvmmu.Tool(0)), preempts(c)),
	}
}

func contextArgs(c *model.Config) []scenarios.Pattern {
	v0, t0 := only(0), only(pvmmu.Tool(0))
	return []scenarios.Pattern{
		each(mmops.SetContext, t0, only(0, 1), only(0), only(0, 2), below(3), below(4), only(0)),
		each(mmops.SetContext, t0, v0, only(2), only(0), only(0), only(0), only(0)),
		each(mmops.SetContext, only(0, pvmmu.Tool(0)), only(pvmmu.MaxGuests-1), only(0), only(0), only(0), only(0), only(0)),
		each(mmops.VCPUInitialise, only(0, pvmmu.Tool(0)), only(1, pvmmu.MaxGuests-1), only(0), only(0, 2), only(0, 1), only(0, 3), only(0)),
		each(mmops.VCPUReset, only(0, pvmmu.Tool(0)), only(0, 1), only(0)),
		each(mmops.VCPUDown, only(0, 1, pvmmu.Tool(0)), only(1, pvmmu.MaxGuests-1)),
		each(mmops.VMAssist, only(0, pvmmu.Tool(0)), below(3), only(1, 2)),
		each(mmops.ToggleGuestMode, only(0, pvmmu.Tool(0))),
		each(mmops.Pin, t0, only(2), only(1), only(0)),
		each(mmops.Destroy, t0, only(0)),
	}
}
