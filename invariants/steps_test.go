package invariants_test

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Operations of the examples.
var (
	pin    = model.Pin.Of(pvmmu.Tool(0), 0, 2, 1)
	strict = model.SetContext.Of(pvmmu.Tool(0), 0, 3, 0, pvmmu.AssistStrict, pvmmu.ModeKernel, 0)
	// Relaxed: it is preempted if the kernel table has something to audit.
	relaxed = model.SetContext.Of(pvmmu.Tool(0), 0, 3, 0, 0, pvmmu.ModeKernel, 1)

	fixupV1 = model.Config{MMU: pvmmu.Config{Fixup: pvmmu.V1}}
	fixupV6 = model.Config{MMU: pvmmu.Config{Fixup: pvmmu.V6}}
)

// reset is a guest whose vCPU 0 has come so far with its context.
func reset(at pvmmu.Progress) func(*model.World) {
	return func(w *model.World) {
		w.MMU.CPU[0] = pvmmu.VCPU{Down: true}
		w.MMU.Ctx0 = at
	}
}

// pinned is the same with a pinned L4 that was audited in relaxed mode.
func pinned(at pvmmu.Progress) func(*model.World) {
	return func(w *model.World) {
		reset(at)(w)
		p := table(w, 0, page.L4)
		p.Pinned, p.Count = true, 2
		w.MMU.NrL4 = 1
	}
}

// both does one thing after the other.
func both(first, then func(*model.World)) func(*model.World) {
	return func(w *model.World) {
		first(w)
		then(w)
	}
}

func strictNow(w *model.World) { w.MMU.Assist = pvmmu.AssistStrict }

// parked is a kernel table that waits in old_guest_table.
func parked(w *model.World) {
	p := table(w, 3, page.L4)
	p.Count = 2
	w.MMU.NrL4++
	w.MMU.CPU[0].Ogt = 4
}

func stepExamples() []example {
	return []example{
		{id: "MM-I13", name: "a failed call leaves a reference", violated: violated, op: pin, code: errno.EINVAL,
			after: func(w *model.World) { w.Pool.Pages[0].Count++ }},
		{id: "MM-I13", name: "a preempted call may", violated: holds, op: pin, code: errno.ERESTART,
			after: func(w *model.World) { w.Pool.Pages[0].Count++ }},
		{id: "MM-I13", name: "old_guest_table has it", violated: holds, op: pin, code: errno.EINVAL,
			after: func(w *model.World) {
				w.Pool.Pages[0].Count++
				w.MMU.CPU[pvmmu.Tool(0)].Ogt = 1
			}},
		{id: "MM-I13", name: "the type of a page that nobody uses may change", violated: holds, op: pin, code: errno.EINVAL,
			after: func(w *model.World) { w.Pool.Pages[0].Type = page.L2 }},
		{id: "MM-I13", name: "the type of one in use may not", violated: violated, op: pin, code: errno.EINVAL,
			set:   func(w *model.World) { table(w, 0, page.L1) },
			after: func(w *model.World) { w.Pool.Pages[0].Type = page.L2 }},

		{id: "MM-I14", name: "continued, it ends elsewhere", violated: violated, op: relaxed, code: errno.ERESTART,
			set:   reset(pvmmu.CtxNone),
			after: func(w *model.World) { w.Pool.Pages[1].Count++ }},
		{id: "MM-I14", name: "continued, it returns something else", violated: violated, op: relaxed, code: errno.ERESTART,
			set:   reset(pvmmu.CtxNone),
			after: func(w *model.World) { w.Pool.Pages[3].Ent[0] = page.To(0, page.Bad) }},
		{id: "MM-I14", name: "the order of page_list does not matter", violated: holds, op: relaxed, code: errno.ERESTART,
			set:   reset(pvmmu.CtxNone),
			after: func(w *model.World) { w.MMU.List[0], w.MMU.List[1] = w.MMU.List[1], w.MMU.List[0] }},

		{id: "MM-L2", name: "-ERESTART without a change", violated: violated, op: pin, code: errno.ERESTART},
		{id: "MM-L2", name: "a change, and the call ends", violated: holds, op: pin, code: errno.ERESTART,
			after: func(w *model.World) { w.Pool.Pages[0].Type = page.L2 }},
		{id: "MM-L2", name: "another result without a change", violated: holds, op: pin, code: errno.EINVAL},
		{id: "MM-L2", name: "a change, and the call never ends", violated: violated, op: pin, code: errno.ERESTART,
			config: model.Config{MMU: pvmmu.Config{On: [pvmmu.NumRules]bool{pvmmu.B14: true}}},
			after:  func(w *model.World) { w.Pool.Pages[0].Type = page.L2 }},

		{id: "MM-P7", name: "the first context walks", violated: violated, op: strict, set: pinned(pvmmu.CtxNone)},
		{id: "MM-P7", name: "there is no L4", violated: holds, op: strict, set: reset(pvmmu.CtxNone)},
		{id: "MM-P7", name: "it is not the first", violated: holds, op: strict, set: pinned(pvmmu.CtxAgain)},

		{id: "MM-P8", name: "the kernel table waits, and the call walks", violated: violated, op: strict, config: fixupV1,
			set: both(reset(pvmmu.CtxPending), parked)},
		{id: "MM-P8", name: "the mode is strict already, and the call does not walk", violated: holds, op: strict,
			set: both(both(reset(pvmmu.CtxPending), parked), strictNow)},
		{id: "MM-P8", name: "no kernel table waits", violated: holds, op: strict, config: fixupV1,
			set: pinned(pvmmu.CtxPending)},

		{id: "MM-P11", name: "after a reset it walks again", violated: violated, op: strict, set: pinned(pvmmu.CtxAgain)},
		{id: "MM-P11", name: "the mode has stayed strict", violated: holds, op: strict, set: both(pinned(pvmmu.CtxAgain), strictNow)},

		{id: "MM-P12", name: "strict already, and it walks", violated: violated, op: strict, config: fixupV1,
			set: both(pinned(pvmmu.CtxNone), strictNow)},
		{id: "MM-P12", name: "strict already, and it does not", violated: holds, op: strict,
			set: both(pinned(pvmmu.CtxNone), strictNow)},
		{id: "MM-P12", name: "relaxed until now", violated: holds, op: strict, set: pinned(pvmmu.CtxNone)},

		{id: "MM-P15", name: "no L4 to end at", violated: violated, op: strict,
			set: both(reset(pvmmu.CtxNone), func(w *model.World) { w.MMU.NrL4 = 1 })},
		{id: "MM-P15", name: "one rotation and the first L4", violated: holds, op: strict, set: pinned(pvmmu.CtxNone)},
		{id: "MM-P15", name: "the counted pass: one rotation", violated: holds, op: strict, config: fixupV6, set: pinned(pvmmu.CtxNone)},

		{id: "MM-P19", name: "strict: a new L4 without the M2P", violated: violated, op: pin, set: strictNow,
			after: func(w *model.World) { table(w, 0, page.L4) }},
		{id: "MM-P19", name: "strict: a new L4 with it", violated: holds, op: pin, set: strictNow,
			after: func(w *model.World) { table(w, 0, page.L4).ROMpt = page.Filled }},
		{id: "MM-P19", name: "strict: a new user table with the M2P", violated: violated, op: pin, set: strictNow, after: userTable(page.Filled, pvmmu.AssistStrict)},
		{id: "MM-P19", name: "relaxed: a new kernel table without it", violated: violated, op: pin, after: kernelTable(0)},
		{id: "MM-P19", name: "it was one before", violated: holds, op: pin, set: kernelTable(0)},
	}
}
