package pvmmu_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// Operations of the examples.
var (
	pin    = mmops.Pin.Of(pvmmu.Tool(0), 0, 2, 1)
	quiet  = mmops.Pin.Of(pvmmu.Tool(0), 0, 2, 0)
	strict = mmops.SetContext.Of(pvmmu.Tool(0), 0, 3, 0, pvmmu.AssistStrict, pvmmu.ModeKernel, 0)
	// Relaxed: it is preempted if the kernel table has something to audit.
	relaxed = mmops.SetContext.Of(pvmmu.Tool(0), 0, 3, 0, 0, pvmmu.ModeKernel, 1)
	asUser  = mmops.SetContext.Of(pvmmu.Tool(0), 0, 3, 0, 0, pvmmu.ModeUser, 0)

	fixupV1 = design(pvmmu.Config{Fixup: pvmmu.V1})
	fixupV6 = design(pvmmu.Config{Fixup: pvmmu.V6})
)

// hasContext is a guest whose vCPU 0 is initialised.
func hasContext(w *model.World) { mmops.Of(w).CPU[0] = pvmmu.VCPU{Init: true} }

// reset is a guest whose vCPU 0 has come so far with its context.
func reset(at pvmmu.Progress) func(*model.World) {
	return func(w *model.World) {
		mmops.Of(w).CPU[0] = pvmmu.VCPU{Down: true}
		mmops.Book(w).Ctx0 = at
	}
}

// pinned is the same with a pinned L4 that was audited in relaxed mode.
func pinned(at pvmmu.Progress) func(*model.World) {
	return func(w *model.World) {
		reset(at)(w)
		p := table(w, 0, page.L4)
		p.Pinned, p.Count = true, 2
		mmops.Of(w).NrL4 = 1
	}
}

// both does one thing after the other.
func both(first, then func(*model.World)) func(*model.World) {
	return func(w *model.World) {
		first(w)
		then(w)
	}
}

func strictNow(w *model.World) { mmops.Of(w).Assist = pvmmu.AssistStrict }

// parked is a kernel table that waits in old_guest_table.
func parked(w *model.World) {
	p := table(w, 3, page.L4)
	p.Count = 2
	mmops.Of(w).NrL4++
	mmops.Of(w).CPU[0].Ogt = 4
}

func dirtyL1(w *model.World) { table(w, 0, page.L1, 0, rw(1).WithDirty()) }

var steps = []invariantstest.Example{
	{ID: "MM-I13", Name: "a failed call leaves a reference", Violated: violated, Op: pin, Code: errno.EINVAL,
		After: func(w *model.World) { pool.Of(w).Pages[0].Count++ }},
	{ID: "MM-I13", Name: "a preempted call may", Violated: holds, Op: pin, Code: errno.ERESTART,
		After: func(w *model.World) { pool.Of(w).Pages[0].Count++ }},
	{ID: "MM-I13", Name: "old_guest_table has it", Violated: holds, Op: pin, Code: errno.EINVAL,
		After: func(w *model.World) {
			pool.Of(w).Pages[0].Count++
			mmops.Of(w).CPU[pvmmu.Tool(0)].Ogt = 1
		}},
	{ID: "MM-I13", Name: "the type of a page that nobody uses may change", Violated: holds, Op: pin, Code: errno.EINVAL,
		After: func(w *model.World) { pool.Of(w).Pages[0].Type = page.L2 }},
	{ID: "MM-I13", Name: "the type of one in use may not", Violated: violated, Op: pin, Code: errno.EINVAL,
		Set:   func(w *model.World) { table(w, 0, page.L1) },
		After: func(w *model.World) { pool.Of(w).Pages[0].Type = page.L2 }},

	{ID: "MM-I13", Name: "an L1 is left in old_guest_table", Violated: violated, Op: pin, Code: errno.EINVAL,
		Set:   func(w *model.World) { table(w, 0, page.L1) },
		After: func(w *model.World) { mmops.Of(w).CPU[pvmmu.Tool(0)].Ogt = 1 }},
	{ID: "MM-I13", Name: "a context is refused, and the mode is as it says", Violated: holds, Op: asUser, Code: errno.EOPNOTSUPP, Set: hasContext,
		After: func(w *model.World) { mmops.Of(w).CPU[0].UserMode = true }},
	{ID: "MM-I13", Name: "the mode is another one", Violated: violated, Op: strict, Code: errno.EOPNOTSUPP, Set: hasContext,
		After: func(w *model.World) { mmops.Of(w).CPU[0].UserMode = true }},
	{ID: "MM-I13", Name: "and the vCPU is down", Violated: violated, Op: asUser, Code: errno.EOPNOTSUPP, Set: hasContext,
		After: func(w *model.World) { mmops.Of(w).CPU[0].Down = true }},
	{ID: "MM-I13", Name: "and a frame has a reference", Violated: violated, Op: asUser, Code: errno.EINVAL, Set: hasContext,
		After: func(w *model.World) { pool.Of(w).Pages[0].Count++ }},

	{ID: "MM-I13", Name: "a crash is told that did not happen", Violated: violated, Op: pin, Code: errno.HostCrash},
	{ID: "MM-I13", Name: "one is told that did", Violated: holds, Op: pin, Code: errno.HostCrash, After: stop(pvmmu.CrashFree)},
	{ID: "MM-I13", Name: "one happens and is not told", Violated: violated, Op: pin, Code: errno.OK, After: stop(pvmmu.CrashFree)},
	{ID: "MM-I13", Name: "a call on a host that has crashed", Violated: violated, Op: pin, Code: errno.EINVAL, Set: stop(pvmmu.CrashFree)},

	{ID: "MM-I22", Name: "a pin stops its caller", Violated: violated, Op: mmops.Pin.Of(0, 0, 2, 0), After: func(w *model.World) { mmops.Of(w).CPU[0].Down = true }},
	{ID: "MM-I22", Name: "a call that is to stop it does", Violated: holds, Op: mmops.VCPUDown.Of(0, 0), After: func(w *model.World) { mmops.Of(w).CPU[0].Down = true }},
	{ID: "MM-I22", Name: "a pin fills the TLB", Violated: violated, Op: mmops.Pin.Of(0, 0, 2, 0), After: func(w *model.World) { mmops.Of(w).CPU[0].TLB = 1 }},
	{ID: "MM-I22", Name: "a pin flushes a frame that stays what it is", Violated: violated, Op: pin, Set: func(w *model.World) {
		table(w, 1, page.Writable)
		mmops.Of(w).CPU[1].TLB = 1 << 1
	}, After: func(w *model.World) { mmops.Of(w).CPU[1].TLB = 0 }},
	{ID: "MM-I22", Name: "one that becomes something else", Violated: holds, Op: pin, Set: func(w *model.World) { mmops.Of(w).CPU[1].TLB = 1 },
		After: func(w *model.World) {
			table(w, 0, page.L2)
			mmops.Of(w).CPU[1].TLB = 0
		}},
	{ID: "MM-I22", Name: "a pin drops the linear view", Violated: violated, Op: pin, Set: func(w *model.World) { table(w, 1, page.L1); mmops.Of(w).CPU[1].LinTLB = 2 },
		After: func(w *model.World) { mmops.Of(w).CPU[1].LinTLB = 0 }},
	{ID: "MM-I22", Name: "a new CR3 drops the caller's", Violated: holds, Op: mmops.NewBaseptr.Of(1, 0, 0), Set: func(w *model.World) { table(w, 1, page.L1); mmops.Of(w).CPU[1].LinTLB = 2 },
		After: func(w *model.World) { mmops.Of(w).CPU[1].LinTLB = 0 }},
	{ID: "MM-I22", Name: "a pin lets go of what get_type holds", Violated: violated, Op: pin, After: func(w *model.World) { mmops.Of(w).Held[2] = 1 }},
	{ID: "MM-I22", Name: "a pin writes slot 256 of an older L4", Violated: violated, Op: pin, Set: func(w *model.World) { table(w, 0, page.L4) },
		After: func(w *model.World) { pool.Of(w).Pages[0].ROMpt = page.Filled }},
	{ID: "MM-I22", Name: "of an L4 that it audits", Violated: holds, Op: pin,
		After: func(w *model.World) { table(w, 0, page.L4).ROMpt = page.Filled }},

	{ID: "MM-R1", Name: "a legal pin is refused", Violated: violated, Op: pin, Code: errno.EINVAL},
	{ID: "MM-R1", Name: "a legal pin succeeds", Violated: holds, Op: pin, Does: true},
	{ID: "MM-R1", Name: "an illegal one succeeds", Violated: violated, Op: pin, Code: errno.OK, Set: func(w *model.World) { table(w, 0, page.L1) }},

	{ID: "MM-I14", Name: "continued, it ends elsewhere", Violated: violated, Op: relaxed, Code: errno.ERESTART,
		Set:   reset(pvmmu.CtxNone),
		After: func(w *model.World) { pool.Of(w).Pages[1].Count++ }},
	{ID: "MM-I14", Name: "continued, it returns something else", Violated: violated, Op: relaxed, Code: errno.ERESTART,
		Set:   reset(pvmmu.CtxNone),
		After: func(w *model.World) { pool.Of(w).Pages[3].Ent[0] = page.To(0, page.Bad) }},
	{ID: "MM-I14", Name: "the order of page_list does not matter", Violated: holds, Op: relaxed, Code: errno.ERESTART,
		Set: reset(pvmmu.CtxNone),
		After: func(w *model.World) {
			mmops.Of(w).List[0], mmops.Of(w).List[1] = mmops.Of(w).List[1], mmops.Of(w).List[0]
		}},

	{ID: "MM-I14", Name: "a reset gives way, and the vCPU could be started", Violated: violated, Op: mmops.VCPUReset.Of(pvmmu.Tool(0), 0, 1), Code: errno.ERESTART},

	{ID: "MM-I22", Name: "another vCPU's base pointer changes", Violated: violated, Op: pin,
		After: func(w *model.World) { mmops.Of(w).CPU[1].Table = 1 }},
	{ID: "MM-I22", Name: "the caller's own old_guest_table", Violated: holds, Op: pin,
		After: func(w *model.World) { mmops.Of(w).CPU[pvmmu.Tool(0)].Ogt = 1 }},
	{ID: "MM-I22", Name: "the vCPU that a set-context names", Violated: holds, Op: strict, After: both(kernelTable(pvmmu.AssistStrict),
		func(w *model.World) { mmops.Of(w).CPU[0].Table, mmops.Of(w).CPU[1].Table = 4, 0 })},
	{ID: "MM-I22", Name: "another vCPU's view is flushed", Violated: holds, Op: pin, Set: func(w *model.World) { mmops.Of(w).CPU[1].LinTLB = 1 },
		After: func(w *model.World) { mmops.Of(w).CPU[1].LinTLB = 0 }},
	{ID: "MM-I22", Name: "a pin changes the mode", Violated: violated, Op: pin, After: strictNow},
	{ID: "MM-I22", Name: "a pin changes an entry", Violated: violated, Op: pin, After: func(w *model.World) { pool.Of(w).Pages[0].Ent[0] = ro(1) }},
	{ID: "MM-I22", Name: "a store changes its entry", Violated: holds, Op: mmops.MMUUpdate.Of(0, 0, 1, uint8(ro(1)), 0, 0), After: func(w *model.World) { pool.Of(w).Pages[0].Ent[1] = ro(1) }},
	{ID: "MM-I22", Name: "a store changes another entry", Violated: violated, Op: mmops.MMUUpdate.Of(0, 0, 1, uint8(ro(1)), 0, 0), After: func(w *model.World) { pool.Of(w).Pages[0].Ent[0] = ro(1) }},
	{ID: "MM-I22", Name: "what the processor marks", Violated: violated, Op: mmops.Touch.Of(0, 1), After: func(w *model.World) { pool.Of(w).Pages[0].Ent[0] = ro(1) }},

	{ID: "MM-R1", Name: "a legal pin is refused", Violated: violated, Op: pin, Code: errno.EINVAL},
	{ID: "MM-R1", Name: "it is made", Violated: holds, Op: quiet, Does: true},
	{ID: "MM-R1", Name: "it is made, and never asks whether work is pending", Violated: violated, Op: quiet},
	{ID: "MM-R1", Name: "it gives way although nothing is to be done", Violated: violated, Op: quiet, Code: errno.ERESTART},
	{ID: "MM-R1", Name: "a pin does not give way although work is pending", Violated: violated, Op: pin, Config: design(pvmmu.Config{})},
	{ID: "MM-R1", Name: "a table in use as another type is pinned", Violated: violated, Op: quiet, Set: func(w *model.World) { table(w, 0, page.L1) }},
	{ID: "MM-R1", Name: "it is refused", Violated: holds, Op: quiet, Code: errno.EINVAL, Set: func(w *model.World) { table(w, 0, page.L1) }},
	{ID: "MM-R1", Name: "it is refused with an error that means something else", Violated: violated, Op: quiet, Code: errno.EBUSY, Set: func(w *model.World) { table(w, 0, page.L1) }},
	{ID: "MM-R1", Name: "the caller cannot make the call", Violated: holds, Op: mmops.Pin.Of(2, 0, 2, 0), Code: errno.NotRunning},
	{ID: "MM-R1", Name: "and makes it", Violated: violated, Op: mmops.Pin.Of(2, 0, 2, 0)},

	{ID: "MM-R2", Name: "nothing was pinned", Violated: violated, Op: pin},
	{ID: "MM-R2", Name: "it was", Violated: holds, Op: pin, After: func(w *model.World) { table(w, 0, page.L2).Pinned = true }},

	{ID: "MM-R2", Name: "a strict domain's new L4 has no M2P", Violated: violated, Op: mmops.Pin.Of(pvmmu.Tool(0), 0, 4, 0), Set: strictNow, After: func(w *model.World) { table(w, 0, page.L4).Pinned = true }},
	{ID: "MM-R2", Name: "the D bit is to be kept, and is not", Violated: violated, Op: mmops.MMUUpdate.Of(pvmmu.Tool(0), 0, 1, uint8(ro(2)), pvmmu.CmdPreserveAD, 0), Set: dirtyL1,
		After: func(w *model.World) { pool.Of(w).Pages[0].Ent[1] = ro(2) }},
	{ID: "MM-R2", Name: "it is kept", Violated: holds, Op: mmops.MMUUpdate.Of(pvmmu.Tool(0), 0, 1, uint8(ro(2)), pvmmu.CmdPreserveAD, 0), Set: dirtyL1,
		After: func(w *model.World) { pool.Of(w).Pages[0].Ent[1] = ro(2).WithDirty() }},
	{ID: "MM-R2", Name: "an empty entry is to keep the D bit, and does not", Violated: violated, Op: mmops.MMUUpdate.Of(pvmmu.Tool(0), 0, 1, 0, pvmmu.CmdPreserveAD, 0), Set: dirtyL1,
		After: func(w *model.World) { pool.Of(w).Pages[0].Ent[1] = 0 }},

	{ID: "MM-L2", Name: "-ERESTART without a change", Violated: violated, Op: pin, Code: errno.ERESTART},
	{ID: "MM-L2", Name: "a change, and the call ends", Violated: holds, Op: pin, Code: errno.ERESTART,
		After: func(w *model.World) { pool.Of(w).Pages[0].Type = page.L2 }},
	{ID: "MM-L2", Name: "another result without a change", Violated: holds, Op: pin, Code: errno.EINVAL},
	{ID: "MM-L2", Name: "a change, and the call never ends", Violated: violated, Op: pin, Code: errno.ERESTART,
		Config: design(pvmmu.Config{On: [pvmmu.NumRules]bool{pvmmu.B14: true}}),
		After:  func(w *model.World) { pool.Of(w).Pages[0].Type = page.L2 }},

	{ID: "MM-L2", Name: "nothing is pending", Violated: holds, Op: quiet, Checks: 3},
	{ID: "MM-L2", Name: "work is pending, and it asks again", Violated: violated, Op: pin, Checks: 2},
	{ID: "MM-L2", Name: "it asks no more", Violated: holds, Op: pin, Checks: 1},

	{ID: "MM-L2", Name: "the kernel table that waits is audited anew", Violated: violated, Op: strict, Code: errno.ERESTART, Set: both(reset(pvmmu.CtxPending), parked),
		After: func(w *model.World) { pool.Of(w).Pages[3].Validated = false }},

	{ID: "MM-P7", Name: "the first context walks", Violated: violated, Op: strict, Set: pinned(pvmmu.CtxNone)},
	{ID: "MM-P7", Name: "there is no L4", Violated: holds, Op: strict, Set: reset(pvmmu.CtxNone)},
	{ID: "MM-P7", Name: "it is not the first", Violated: holds, Op: strict, Set: pinned(pvmmu.CtxAgain)},

	{ID: "MM-P8", Name: "the kernel table waits, and the call walks", Violated: violated, Op: strict, Config: fixupV1,
		Set: both(reset(pvmmu.CtxPending), parked)},
	{ID: "MM-P8", Name: "the mode is strict already, and the call does not walk", Violated: holds, Op: strict,
		Set: both(both(reset(pvmmu.CtxPending), parked), strictNow)},
	{ID: "MM-P8", Name: "no kernel table waits", Violated: holds, Op: strict, Config: fixupV1,
		Set: pinned(pvmmu.CtxPending)},

	{ID: "MM-P11", Name: "after a reset it walks again", Violated: violated, Op: strict, Set: pinned(pvmmu.CtxAgain)},
	{ID: "MM-P11", Name: "the mode has stayed strict", Violated: holds, Op: strict, Set: both(pinned(pvmmu.CtxAgain), strictNow)},

	{ID: "MM-P12", Name: "strict already, and it walks", Violated: violated, Op: strict, Config: fixupV1,
		Set: both(pinned(pvmmu.CtxNone), strictNow)},
	{ID: "MM-P12", Name: "strict already, and it does not", Violated: holds, Op: strict,
		Set: both(pinned(pvmmu.CtxNone), strictNow)},
	{ID: "MM-P12", Name: "relaxed until now", Violated: holds, Op: strict, Set: pinned(pvmmu.CtxNone)},

	{ID: "MM-P15", Name: "no L4 to end at", Violated: violated, Op: strict,
		Set: both(reset(pvmmu.CtxNone), func(w *model.World) { mmops.Of(w).NrL4 = 1 })},
	{ID: "MM-P15", Name: "one rotation and the first L4", Violated: holds, Op: strict, Set: pinned(pvmmu.CtxNone)},
	{ID: "MM-P15", Name: "the counted pass: one rotation", Violated: holds, Op: strict, Config: fixupV6, Set: pinned(pvmmu.CtxNone)},

	{ID: "MM-P19", Name: "strict: a new L4 without the M2P", Violated: violated, Op: pin, Set: strictNow,
		After: func(w *model.World) { table(w, 0, page.L4) }},
	{ID: "MM-P19", Name: "strict: a new L4 with it", Violated: holds, Op: pin, Set: strictNow,
		After: func(w *model.World) { table(w, 0, page.L4).ROMpt = page.Filled }},
	{ID: "MM-P19", Name: "strict: a new user table with the M2P", Violated: violated, Op: pin, Set: strictNow, After: userTable(page.Filled, pvmmu.AssistStrict)},
	{ID: "MM-P19", Name: "relaxed: a new kernel table without it", Violated: violated, Op: pin, After: kernelTable(0)},
	{ID: "MM-P19", Name: "it was one before", Violated: holds, Op: pin, Set: kernelTable(0)},
}
