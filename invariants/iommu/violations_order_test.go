package iommu_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page"
)

var deviceExamples = []invariantstest.Example{
	{ID: "FL-I7", Name: "another domain's table", Violated: violated, Set: func(w *model.World) { state(w).Ctx[0].Table = iommu.T2 }},
	{ID: "FL-I7", Name: "the phantom function's", Violated: violated, Set: func(w *model.World) { state(w).Ctx[iommu.Phantom].Table = iommu.T2 }},
	{ID: "FL-I7", Name: "another domain id", Violated: violated, Set: func(w *model.World) { state(w).Ctx[0].DID = 3 }},
	{ID: "FL-I7", Name: "another type", Violated: violated, Set: func(w *model.World) { state(w).Ctx[0].Type = iommu.MultiLevel }},
	{ID: "FL-I7", Name: "ATS is off", Violated: violated, Set: func(w *model.World) { state(w).Dev[0].ATS = false }},
	{ID: "FL-I7", Name: "an old entry is cached", Violated: violated, Set: func(w *model.World) { state(w).CtxCache[0] = iommu.Ctx{Type: iommu.DevIOTLB, Table: iommu.TQ} }},
	{ID: "FL-I7", Name: "a domain id without a device", Violated: violated, Set: func(w *model.World) { state(w).DIDs[0][3] = iommu.D2 + 1 }},
	{ID: "FL-I7", Name: "a table that is freed", Violated: violated, Set: func(w *model.World) { iomops.Book(w).Harm = ledger.OnFreed }},
	{ID: "FL-I7", Name: "the device is changing hands", Violated: holds, Set: func(w *model.World) { state(w).Ctx[1].Table = iommu.T1; assigns(w) }},
	{ID: "FL-I7", Name: "a broken device", Violated: holds, Set: func(w *model.World) { state(w).Dev[0].Broken, state(w).Ctx[0].Table = true, iommu.TQ }},

	{ID: "FL-I8", Name: "the range is not mapped", Violated: violated, Set: func(w *model.World) { state(w).IOPT[iommu.TQ+1][iommu.RMRR] = 0 }},
	{ID: "FL-I8", Name: "a guest has it, and no such device", Violated: violated, Set: func(w *model.World) {
		state(w).IOPT[iommu.T1][iommu.RMRR] = iommu.Firmware | iommu.Readable | iommu.Writable
	}},
	{ID: "FL-I8", Name: "it is getting one", Violated: holds, Set: func(w *model.World) {
		state(w).IOPT[iommu.T1][iommu.RMRR] = iommu.Firmware | iommu.Readable | iommu.Writable
		assigns(w)
	}},

	{ID: "FL-R3", Name: "the device is the domain's all the same", Violated: violated, Op: assign(iommu.FailCtx), Code: errno.ENOMEM, After: func(w *model.World) { state(w).Dev[1].Owner = iommu.D1 }},
	{ID: "FL-R3", Name: "it is as before", Violated: holds, Op: assign(iommu.FailCtx), Code: errno.ENOMEM},
	{ID: "FL-R3", Name: "it is broken", Violated: violated, Op: assign(iommu.FailCtx), Code: errno.ENOMEM, After: func(w *model.World) { state(w).Dev[1].Broken = true }},
	{ID: "FL-R3", Name: "it could not be taken back, and is not", Violated: violated, Op: assign(iommu.FailUndo), Code: errno.ENOMEM, Set: func(w *model.World) { state(w).Dev[1].Phantom = true }},
	{ID: "FL-R3", Name: "it is, and the domain crashed", Violated: holds, Op: assign(iommu.FailUndo), Code: errno.ENOMEM, Set: func(w *model.World) { state(w).Dev[1].Phantom = true }, After: func(w *model.World) {
		state(w).Dev[1].Broken, dom(w, iommu.D1).Life = true, iommu.Crashed
	}},
	{ID: "FL-R3", Name: "a device that could not be taken away is somebody else's", Violated: violated, Op: iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, uint8(iommu.FailPhantom)), Code: errno.ENOMEM,
		After: func(w *model.World) { state(w).Dev[0].Owner = iommu.DIO }},
	{ID: "FL-R3", Name: "its functions are apart", Violated: violated, Op: iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, uint8(iommu.FailCtx)), Code: errno.ENOMEM},
	{ID: "FL-R3", Name: "the destruction has freed the table", Violated: violated, Op: iomops.Destroy.Of(iommu.Tool, iommu.D1, uint8(iommu.FailPhantom)), Code: errno.ENOMEM, After: func(w *model.World) {
		dom(w, iommu.D1).Life, dom(w, iommu.D1).Zombie, state(w).Freed[iommu.T1] = iommu.Dying, true, true
	}},
	{ID: "FL-R3", Name: "it has stopped", Violated: holds, Op: iomops.Destroy.Of(iommu.Tool, iommu.D1, uint8(iommu.FailPhantom)), Code: errno.ENOMEM, After: func(w *model.World) {
		dom(w, iommu.D1).Life, dom(w, iommu.D1).Zombie = iommu.Dying, true
	}},
}

func assign(f iommu.Failure) model.Op { return iomops.Assign.Of(iommu.Tool, 1, iommu.D1, uint8(f)) }

// anything is an operation that changes little.
var anything = iomops.Stick.Of(0)

var orderExamples = []invariantstest.Example{
	{ID: "FL-I14", Name: "paused without a reason", Violated: violated, Op: anything, After: func(w *model.World) { dom(w, iommu.D1).Paused++ }},
	{ID: "FL-I14", Name: "for a flush", Violated: holds, Op: anything, Set: func(w *model.World) {
		dom(w, iommu.D1).Paused++
		state(w).Held[0] = iommu.Held{Kind: iommu.Unpause, Dom: iommu.D1}
	}},
	{ID: "FL-I14", Name: "the hardware domain is crashed", Violated: violated, Op: anything, After: func(w *model.World) { dom(w, iommu.D0).Life = iommu.Crashed }},
	{ID: "FL-I14", Name: "nobody has destroyed it", Violated: violated, Op: anything, After: func(w *model.World) { dom(w, iommu.D1).Life = iommu.Dying }},
	{ID: "FL-I14", Name: "a CPU does something else", Violated: violated, Op: anything, Set: func(w *model.World) { removes(w, iommu.Put); task(w, 0).Work = iommu.WorkMove }},
	{ID: "FL-I14", Name: "an answer in the middle", Violated: violated, Op: iomops.XenStep.Of(0), Code: 1, Set: func(w *model.World) { removes(w, iommu.Put) }},
	{ID: "FL-I14", Name: "a flush without the lock", Violated: violated, Op: anything, Set: func(w *model.World) { removes(w, iommu.Wait); dom(w, iommu.D1).Lock = 0 }},
	{ID: "FL-I14", Name: "with it", Violated: holds, Op: anything, Set: func(w *model.World) { removes(w, iommu.Wait) }},

	{ID: "FL-I14", Name: "three pages are said to have moved", Violated: violated, Op: iomops.MoveRange.Of(iommu.A0, 0, 1, 3), Config: whole},
	{ID: "FL-I14", Name: "two are", Violated: holds, Op: iomops.MoveRange.Of(iommu.A0, 0, 1, 2), Config: whole},

	{ID: "FL-I16", Name: "no design has that held", Violated: violated, Set: func(w *model.World) {
		state(w).Held[0] = iommu.Held{Kind: iommu.DevRef, Left: [iommu.MaxIOMMUs]uint8{1}}
	}},
	{ID: "FL-I16", Name: "for more flushes than there are", Violated: violated, Config: under(iommu.V5), Set: func(w *model.World) { heldFor(w, iommu.DevRef, 2) }},
	{ID: "FL-I16", Name: "for the one that there is", Violated: holds, Config: under(iommu.V5), Set: func(w *model.World) { heldFor(w, iommu.DevRef, 1) }},
	{ID: "FL-I16", Name: "for none, and no interrupt comes", Violated: violated, Config: under(iommu.V6), Set: func(w *model.World) { heldFor(w, iommu.FreeDone, 0) }},
	{ID: "FL-I16", Name: "the interrupt comes", Violated: holds, Config: under(iommu.V6), Set: func(w *model.World) { heldFor(w, iommu.FreeDone, 0); state(w).IRQ[0] = true }},
	{ID: "FL-I16", Name: "a mark", Violated: violated, Set: func(w *model.World) { state(w).Frame[0].Marked = true }},
	{ID: "FL-I16", Name: "a CPU waits for a device", Violated: violated, Config: under(iommu.V6), Set: func(w *model.World) {
		removes(w, iommu.Wait)
		state(w).Queue[0] = iommu.Queue{N: 2, D: [iommu.MaxQueue]iommu.Desc{{Op: iommu.DescDevTLB}, {Op: iommu.DescWait}}}
	}},

	{ID: "FL-I17", Name: "another gfn", Violated: violated, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescIOTLB, Addr: 1}) }},
	{ID: "FL-I17", Name: "everything", Violated: violated, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescIOTLB, Addr: iommu.All}) }},
	{ID: "FL-I17", Name: "another domain id", Violated: violated, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescIOTLB, DID: 1}) }},
	{ID: "FL-I17", Name: "another device", Violated: violated, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescDevTLB, Fn: 1}) }},
	{ID: "FL-I17", Name: "two pages for one", Violated: violated, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescDevTLB, Size: 1}) }},
	{ID: "FL-I17", Name: "what it has removed", Violated: holds, Op: iomops.XenStep.Of(0), Set: func(w *model.World) { removes(w, iommu.Submit) }, After: func(w *model.World) { queues(w, iommu.Desc{Op: iommu.DescIOTLB}) }},

	{ID: "FL-R1", Name: "nothing is there to be given back", Violated: violated, Op: iomops.Decrease.Of(iommu.A0, 3)},
	{ID: "FL-R1", Name: "it fails", Violated: holds, Op: iomops.Decrease.Of(iommu.A0, 3), Code: errno.ENOENT},
	{ID: "FL-R2", Name: "a page is given back, and still there", Violated: violated, Op: iomops.Decrease.Of(iommu.A0, 0), Config: whole},
	{ID: "FL-R2", Name: "it is not", Violated: holds, Op: iomops.Decrease.Of(iommu.A0, 0), Config: whole, Does: true},
}

// queues has a request be queued.
func queues(w *model.World, d iommu.Desc) {
	state(w).Queue[0] = iommu.Queue{N: 1, D: [iommu.MaxQueue]iommu.Desc{d}}
}

// heldFor has an entry be held for so many completions, one of which is queued.
func heldFor(w *model.World, k iommu.HeldKind, left uint8) {
	state(w).Held[0] = iommu.Held{Kind: k, Left: [iommu.MaxIOMMUs]uint8{left}}
	state(w).Queue[0] = iommu.Queue{N: 1, D: [iommu.MaxQueue]iommu.Desc{{Op: iommu.DescIRQ}}}
}

// frame rules: an operation, and what it is not about.
var frameExamples = []invariantstest.Example{
	{ID: "FL-I15", Name: "what it is about", Violated: holds, Op: iomops.Decrease.Of(iommu.A0, 0), Does: true},
	{ID: "FL-I15", Name: "all of it", Violated: holds, Op: iomops.Decrease.Of(iommu.A0, 0), Does: true, Config: whole},
	{ID: "FL-I15", Name: "a device", Violated: holds, Op: iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, 0), Does: true, Config: whole},
	{ID: "FL-I15", Name: "an access", Violated: holds, Op: iomops.DMA.Of(iommu.Fn0, 0, 0), Does: true},
	changes("another gfn", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D1).P2M[1] = iommu.P2M{} }),
	changes("another domain's", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D2).P2M[0] = iommu.P2M{} }),
	changes("another entry", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).IOPT[iommu.T1][1] = 0 }),
	changes("a table of quarantine", iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, 0), func(w *model.World) { state(w).IOPT[iommu.TQ+1][iommu.RMRR] = 0 }),
	changes("the hardware domain's table", iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, 0), func(w *model.World) { state(w).IOPT[iommu.T0][0] = to(0) }),
	changes("the limit", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D1).Max++ }),
	changes("whether it runs", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D1).Life = iommu.Crashed }),
	changes("a lock of another's", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D2).Lock = 1 }),
	changes("an IOMMU table", iomops.Assign.Of(iommu.Tool, 1, iommu.D1, 0), func(w *model.World) { dom(w, iommu.D1).On = false }),
	changes("an ATS device", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D1).ATS = false }),
	changes("a zombie", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { dom(w, iommu.D1).Zombie = true }),
	changes("an owner", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).Frame[1].Owner = iommu.D2 }),
	changes("a page that it frees", anything, func(w *model.World) { state(w).Frame[1] = iommu.Frame{Owner: iommu.NoDomain} }),
	changes("where a page is", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).Frame[1].GFN = 4 }),
	changes("what a page is", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).Frame[1].XenHeap = true }),
	changes("uses", iomops.GetType.Of(iommu.A0, 0, uint8(page.L1)), func(w *model.World) { state(w).Frame[1].Uses++ }),
	changes("a mark", iomops.Populate.Of(iommu.A0, 2), func(w *model.World) { state(w).Frame[3].Marked = true }),
	changes("what a device is", iomops.Deassign.Of(iommu.Tool, 0, iommu.D1, 0), func(w *model.World) { state(w).Dev[0].RMRR = true }),
	changes("whose a device is", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).Dev[0].Owner = iommu.D2 }),
	changes("a context entry", iomops.Hardware.Of(0), func(w *model.World) { state(w).Ctx[0].Table = iommu.T2 }),
	changes("what is cached, by adding", iomops.Hardware.Of(0), func(w *model.World) { caches(w, 0, 0) }),
	changes("the cache of another device", iomops.DMA.Of(iommu.Fn1, 3, 0), func(w *model.World) { caches(w, 0, 0) }),
	changes("what an IOMMU has cached", anything, func(w *model.World) { state(w).IOTLB[0][0][0] = to(0) }),
	changes("a context that is cached", iomops.DMA.Of(iommu.Fn0, 0, 0), func(w *model.World) { state(w).CtxCache[iommu.Phantom] = state(w).Ctx[iommu.Phantom] }),
	changes("another CPU", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { task(w, 1).PC = iommu.Put }),
	changes("its iommu_dont_flush_iotlb", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).NoDefer[1] = true }),
	changes("a slot", anything, func(w *model.World) { state(w).Slot[1] = true }),
	changes("a TLB", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).TLB[0] = to(0) }),
	changes("the queue", anything, func(w *model.World) { state(w).Queue[0].N = 1 }),
	changes("an interrupt", iomops.Populate.Of(iommu.A0, 2), func(w *model.World) { state(w).IRQ[0] = true }),
	changes("the host", iomops.Decrease.Of(iommu.A0, 0), func(w *model.World) { state(w).Stop = iommu.BugCount }),
}

// changes is a violation of the frame: an operation has changed something else.
func changes(what string, op model.Op, after func(w *model.World)) invariantstest.Example {
	return invariantstest.Example{ID: "FL-I15", Name: "it changes " + what, Violated: violated, Op: op, After: after, Config: whole}
}
