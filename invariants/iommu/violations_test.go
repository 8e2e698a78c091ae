package iommu_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

const violated, holds = invariantstest.Violated, invariantstest.Holds

// usual is D1 with frames 0 and 1 at gfns 0 and 1, and device 0, which has a phantom
// function; D2 with frame 2. Device 1, with a reserved range, is in quarantine. Frames 3
// and 4 are free.
var usual = invariantstest.Usual{
	Area:   iomops.Area,
	Config: *config(iommu.Config{Steps: iommu.StepAll, Together: true}),
	Start: iomops.Begin("two guests", iommu.Start{
		D1: iommu.Made{Own: 2, Spare: 1}, D2: iommu.Made{Own: 1, Spare: 1, IOMMU: true},
		Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, Phantom: true}, {There: true, Owner: iommu.DIO, NoATS: true, RMRR: true}},
	}),
}

// config is the usual configuration with these options.
func config(options iommu.Config) *model.Config {
	c := iomops.Scope{Frames: 5, Gfns: 4, Devs: 2, CPUs: 2, Batch: 2}.Config(options)
	return &c
}

// under is that with a design.
func under(f iommu.Flushing) *model.Config {
	return config(iommu.Config{Steps: iommu.StepAll, Together: true, Flushing: f})
}

var whole = config(iommu.Config{})

// pv is a PV domain with frames 0 and 1, which are writable, and device 0.
var pv = func() *model.Start {
	s := iomops.Begin("a PV guest", iommu.Start{D1: iommu.Made{PV: true, Own: 2}, D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1}}})
	return &s
}()

func TestExamples(t *testing.T) {
	usual.Check(t, slices.Concat(coreExamples, pvExamples, deviceExamples, orderExamples, frameExamples, claimExamples))
}

// Parts of a World.

func state(w *model.World) *iommu.State             { return iomops.Of(w) }
func frame(w *model.World, m uint8) *page.Page      { return &pool.Of(w).Pages[m] }
func dom(w *model.World, d uint8) *iommu.Domain     { return &state(w).Dom[d] }
func task(w *model.World, cpu uint8) *iommu.Task    { return &state(w).Task[cpu] }
func asked(w *model.World, cpu uint8) *ledger.Doing { return &iomops.Book(w).Doing[cpu] }

// caches has device 0 have a translation.
func caches(w *model.World, dfn, m uint8) { state(w).DevTLB[0][dfn] = to(m) }

func to(m uint8) iommu.Entry { return iommu.To(m, iommu.Readable|iommu.Writable) }

// does carries out operations.
func does(c *model.Config, w *model.World, list ...model.Op) {
	m := model.NewMachine(*c)
	for _, op := range list {
		m.Do(w, op)
	}
}

// accesses has device 0 make an access, after its owner has run for a while.
func accesses(w *model.World, dfn uint8) {
	does(whole, w, iomops.Memory.Of(1), iomops.DMA.Of(iommu.Fn0, dfn, 0))
}

// removes puts CPU 0 into a removal of gfn 0, before a phase.
func removes(w *model.World, pc iommu.Phase) {
	*task(w, 0) = iommu.Task{Work: iommu.WorkRemove, PC: pc, Dom: iommu.D1, MFN: 0}
	*asked(w, 0) = ledger.Doing{Work: iommu.WorkRemove, Dom: iommu.D1, Page: 1}
	dom(w, iommu.D1).Lock = 1
	dom(w, iommu.D1).P2M[0], state(w).IOPT[iommu.T1][0] = iommu.P2M{}, 0
	state(w).Frame[0].GFN = 0
	frame(w, 0).Count++
}

// assigns puts CPU 1 into an assignment of device 1 to D1.
func assigns(w *model.World) {
	*task(w, 1) = iommu.Task{Work: iommu.WorkAssign, PC: iommu.DvCtx, Actor: iommu.Tool, Dev: 1, Fn: 1, Source: iommu.DIO, Target: iommu.D1}
	*asked(w, 1) = ledger.Doing{Work: iommu.WorkAssign, A: 1, B: iommu.D1}
}

// harm makes an example of what the books say.
func harm(id string, h ledger.Harm) invariantstest.Example {
	return invariantstest.Example{ID: id, Name: "the books say so", Violated: violated, Set: func(w *model.World) { iomops.Book(w).Harm = h }}
}

var coreExamples = []invariantstest.Example{
	{ID: "FL-I1", Name: "a page of D2's", Violated: violated, Set: func(w *model.World) { caches(w, 0, 2); accesses(w, 0) }},
	{ID: "FL-I1", Name: "a free page", Violated: violated, Set: func(w *model.World) { caches(w, 0, 3); accesses(w, 0) }},
	{ID: "FL-I1", Name: "a page of its owner's", Violated: holds, Set: func(w *model.World) { accesses(w, 0) }},
	{ID: "FL-I1", Name: "a page that its owner has mapped", Violated: holds, Set: func(w *model.World) {
		dom(w, iommu.D1).P2M[2], state(w).IOPT[iommu.T1][2] = iommu.P2M{Type: iommu.Foreign, MFN: 2}, to(2)
		accesses(w, 2)
	}},
	{ID: "FL-I1", Name: "a guest's device that the hardware domain has at once", Violated: violated, Set: func(w *model.World) {
		does(whole, w, iomops.Populate.Of(iommu.A0, 2))
		state(w).Dev[0].Owner, state(w).Ctx[0].Type = iommu.D0, iommu.PassThrough
		accesses(w, 2)
	}},

	{ID: "FL-I2", Name: "a device has it cached", Violated: violated, Set: func(w *model.World) {
		caches(w, 0, 0)
		does(config(iommu.Config{Flushing: iommu.V0}), w, iomops.Decrease.Of(iommu.A0, 0))
	}},
	{ID: "FL-I2", Name: "it is flushed first", Violated: holds, Set: func(w *model.World) {
		caches(w, 0, 0)
		does(whole, w, iomops.Decrease.Of(iommu.A0, 0))
	}},

	{ID: "FL-I3", Name: "a device has cached what is gone", Violated: violated, Set: func(w *model.World) { caches(w, 2, 1) }},
	{ID: "FL-I3", Name: "or more rights", Violated: violated, Set: func(w *model.World) {
		caches(w, 0, 0)
		state(w).IOPT[iommu.T1][0] = iommu.To(0, iommu.Readable)
	}},
	{ID: "FL-I3", Name: "a CPU is in the middle of it", Violated: holds, Set: func(w *model.World) { caches(w, 0, 0); removes(w, iommu.Submit) }},

	{ID: "FL-I4", Name: "a count without a holder", Violated: violated, Set: func(w *model.World) { frame(w, 0).Count++ }},
	{ID: "FL-I4", Name: "a removal has one", Violated: holds, Set: func(w *model.World) { removes(w, iommu.Put) }},
	{ID: "FL-I4", Name: "it has given it back", Violated: violated, Set: func(w *model.World) { removes(w, iommu.Removed) }},
	{ID: "FL-I4", Name: "another domain's mapping has none", Violated: violated, Set: func(w *model.World) { dom(w, iommu.D1).P2M[2] = iommu.P2M{Type: iommu.Foreign, MFN: 2} }},
	{ID: "FL-I4", Name: "a flush holds one", Violated: holds, Config: under(iommu.V4), Set: func(w *model.World) {
		frame(w, 1).Count++
		state(w).Held[0] = iommu.Held{Kind: iommu.RefDone, MFN: 1}
	}},
	{ID: "FL-I4", Name: "a table's is missing", Violated: violated, Config: under(iommu.V5), Set: func(w *model.World) { state(w).Frame[0].DevRefs-- }},
	{ID: "FL-I4", Name: "a page too many", Violated: violated, Set: func(w *model.World) { dom(w, iommu.D1).Tot++ }},
	{ID: "FL-I4", Name: "leaked, and nowhere", Violated: violated, Set: func(w *model.World) {
		state(w).Frame[0].Leaked = true
		frame(w, 0).Count++
		state(w).IOPT[iommu.T1][0] = 0
	}},
	{ID: "FL-I4", Name: "the host has stopped", Violated: violated, Set: func(w *model.World) { state(w).Stop = iommu.BugArray }},

	{ID: "FL-I9", Name: "an idle CPU", Violated: violated, Set: func(w *model.World) { state(w).NoDefer[0] = true }},
	{ID: "FL-I9", Name: "one that is inside of a range", Violated: holds, Set: func(w *model.World) {
		state(w).NoDefer[0], *task(w, 0) = true, iommu.Task{Work: iommu.WorkRange, PC: iommu.MvMove}
	}},

	harm("FL-I10", ledger.Unanswered),
	{ID: "FL-I10", Name: "its wait is still queued", Violated: violated, Set: func(w *model.World) { waits(w, true) }},
	{ID: "FL-I10", Name: "its wait was executed", Violated: holds, Set: func(w *model.World) { waits(w, false) }},
	harm("FL-I11", ledger.Unflushed),
	{ID: "FL-I11", Name: "all is flushed", Violated: holds, Set: func(w *model.World) {
		caches(w, 0, 0)
		does(whole, w, iomops.Decrease.Of(iommu.A0, 0))
	}},
	harm("FL-I12", ledger.Allocated),
	{ID: "FL-I12", Name: "none did", Violated: holds},

	{ID: "FL-I13", Name: "devices reach another page", Violated: violated, Set: func(w *model.World) { state(w).IOPT[iommu.T1][0] = to(1) }},
	{ID: "FL-I13", Name: "with fewer rights", Violated: violated, Set: func(w *model.World) { state(w).IOPT[iommu.T1][0] = iommu.To(0, iommu.Readable) }},
	{ID: "FL-I13", Name: "the m2p has nothing", Violated: violated, Set: func(w *model.World) { state(w).Frame[0].GFN = 0 }},
	{ID: "FL-I13", Name: "the m2p is wrong", Violated: violated, Set: func(w *model.World) { state(w).Frame[0].GFN = 4 }},
	{ID: "FL-I13", Name: "a device's memory is not there", Violated: violated, Set: func(w *model.World) { dom(w, iommu.D1).P2M[2] = iommu.P2M{Type: iommu.MMIODirect} }},
	{ID: "FL-I13", Name: "a call is in progress", Violated: holds, Set: func(w *model.World) { removes(w, iommu.Put); state(w).IOPT[iommu.T1][0] = to(0) }},

	{ID: "FL-I1s", Name: "a page of D2's is cached", Violated: violated, Set: func(w *model.World) { caches(w, 0, 2) }},
	{ID: "FL-I1s", Name: "by the IOMMU", Violated: violated, Set: func(w *model.World) { state(w).IOTLB[0][state(w).Ctx[0].DID][2] = to(3) }},
	{ID: "FL-I1s", Name: "it is mapped as foreign", Violated: holds, Set: func(w *model.World) {
		caches(w, 2, 2)
		dom(w, iommu.D1).P2M[2] = iommu.P2M{Type: iommu.Foreign, MFN: 2}
	}},
	{ID: "FL-I1s", Name: "a device is changing hands", Violated: holds, Set: func(w *model.World) { caches(w, 0, 2); assigns(w) }},
}

// waits has CPU 0 go on although its slot may be another wait's.
func waits(w *model.World, queued bool) {
	removes(w, iommu.Wait)
	task(w, 0).Flush = iommu.Flush{On: true, Dom: iommu.D1, At: 1, Next: iommu.Put}
	state(w).Slot[0] = true
	if queued {
		iomops.Book(w).Waits[0][0] = 1
	}
	does(&usual.Config, w, iomops.XenStep.Of(0))
}

// used has frame 0 of the PV domain be in use as something.
func used(w *model.World, as page.Type) {
	p := frame(w, 0)
	p.Type, p.TCount, p.Validated = as, 1, true
}

var pvExamples = []invariantstest.Example{
	{ID: "FL-I5", Name: "the table allows writing a page table", Violated: violated, Start: pv, Set: func(w *model.World) { used(w, page.L1) }},
	{ID: "FL-I5", Name: "it does not", Violated: holds, Start: pv, Set: func(w *model.World) { used(w, page.L1); state(w).IOPT[iommu.T1][0] = 0 }},
	{ID: "FL-I5", Name: "a device has it cached", Violated: violated, Start: pv, Set: func(w *model.World) {
		used(w, page.SegDesc)
		state(w).IOPT[iommu.T1][0] = 0
		caches(w, 0, 0)
	}},
	{ID: "FL-I5", Name: "a CPU has", Violated: violated, Start: pv, Set: func(w *model.World) {
		used(w, page.L1)
		state(w).IOPT[iommu.T1][0], state(w).TLB[1] = 0, to(0)
	}},
	{ID: "FL-I5", Name: "nobody's table", Violated: violated, Start: pv, Set: func(w *model.World) { used(w, page.L1); frame(w, 0).TCount = 0; state(w).IOPT[iommu.T1][0] = 0 }},
	{ID: "FL-I5", Name: "a CPU can write another domain's page", Violated: violated, Start: pv, Set: func(w *model.World) { state(w).TLB[0] = to(2) }},
	{ID: "FL-I5", Name: "or a free one, which is not looked at", Violated: holds, Start: pv, Set: func(w *model.World) { state(w).TLB[0] = to(3) }},

	{ID: "FL-I6", Name: "a page table is in the table", Violated: violated, Start: pv, Set: func(w *model.World) { used(w, page.L1) }},
	{ID: "FL-I6", Name: "a writable page is not", Violated: violated, Start: pv, Set: func(w *model.World) { state(w).IOPT[iommu.T1][0] = 0 }},
	{ID: "FL-I6", Name: "in use, and not validated", Violated: violated, Start: pv, Set: func(w *model.World) { used(w, page.Writable); frame(w, 0).Validated = false }},
	{ID: "FL-I6", Name: "a change is in progress", Violated: holds, Start: pv, Set: func(w *model.World) {
		used(w, page.L1)
		*task(w, 0) = iommu.Task{Work: iommu.WorkType, PC: iommu.TyTable}
	}},
}

var claimExamples = []invariantstest.Example{
	{ID: "FL-G1", Name: "the CPU has another page there", Violated: violated, Set: func(w *model.World) { caches(w, 0, 1); accesses(w, 0) }},
	{ID: "FL-G1", Name: "or none", Violated: holds, Set: func(w *model.World) { caches(w, 3, 1); accesses(w, 3) }},
	harm("FL-P4", ledger.Early),
	{ID: "FL-P4", Name: "the call returns before its flush", Violated: violated, Set: func(w *model.World) {
		caches(w, 0, 0)
		does(config(iommu.Config{Flushing: iommu.V0}), w, iomops.Decrease.Of(iommu.A0, 0))
	}},
	{ID: "FL-P4", Name: "or after it", Violated: holds, Set: func(w *model.World) {
		caches(w, 0, 0)
		does(whole, w, iomops.Decrease.Of(iommu.A0, 0))
	}},
	{ID: "FL-P9", Name: "marked", Violated: holds, Config: under(iommu.V6)},
	{ID: "FL-P9", Name: "not marked", Violated: violated, Config: under(iommu.V6), Set: func(w *model.World) { state(w).Frame[1].Marked = false }},
	{ID: "FL-P13", Name: "nobody uses the page", Violated: violated, Start: pv, Op: iomops.GetType.Of(iommu.A0, 0, uint8(page.Writable)), Code: errno.EINVAL},
	{ID: "FL-P13", Name: "it is a page table", Violated: holds, Start: pv, Set: func(w *model.World) { used(w, page.L1) }, Op: iomops.GetType.Of(iommu.A0, 0, uint8(page.Writable)), Code: errno.EINVAL},
}
