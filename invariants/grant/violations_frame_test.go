package grant_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
)

// asks is a call that only looks.
var asks = gntops.QuerySize.Of(grant.Front0, grant.DomF)

// changes are examples of an operation that changes something.
func changes(name string, op model.Op, allowed bool, after func(w *model.World)) invariantstest.Example {
	return invariantstest.Example{ID: "GR-I24", Name: name, Violated: !allowed, Op: op, After: after}
}

// leaves are examples of something that is left behind.
func leaves(name string, set func(w *model.World)) invariantstest.Example {
	return invariantstest.Example{ID: "GR-I25", Name: name, Violated: violated, Set: set}
}

var (
	mapsOnce   = gntops.Map.Of(grant.Back0, grant.DomF, 2, roHost, 1, 0, 0)
	storesFlag = gntops.GuestFlags.Of(grant.Front0, 1, grant.PermitAccess)
	stepsBack  = gntops.XenStep.Of(grant.Back1, 0)
)

var frameExamples = []invariantstest.Example{
	changes("a map maps", mapsOnce, true, func(w *model.World) { model.NewMachine(usual.Config).Do(w, mapsOnce) }),
	changes("a map changes the granter's p2m", mapsOnce, false, func(w *model.World) { dom(w, grant.DomF).P2M[1].Type = grant.P2MRAM }),
	changes("a map changes the page of an entry", mapsOnce, false, func(w *model.World) { entry(w, 2).Frame = 0 }),
	changes("a map sets the status", mapsOnce, true, func(w *model.World) { entry(w, 2).Flags |= grant.Reading }),
	changes("a call that looks sets it", asks, false, func(w *model.World) { entry(w, 2).Flags |= grant.Reading }),
	changes("a call that looks takes a reference", asks, false, func(w *model.World) { frame(w, 0).Count++ }),
	changes("a call that looks gives a page away", asks, false, func(w *model.World) { gntops.Of(w).Owner[0] = grant.DomV }),
	changes("a call that looks changes another CPU's call", asks, false, func(w *model.World) { task(w, grant.Back0).Ref = 1 }),
	changes("a domain becomes translated", mapsOnce, false, func(w *model.World) { dom(w, grant.DomB).HVM = true }),
	changes("a kernel stores to its entry", storesFlag, true, func(w *model.World) { entry(w, 1).Flags = grant.PermitAccess }),
	changes("to another one", storesFlag, false, func(w *model.World) { entry(w, 2).Flags = 0 }),
	changes("a store changes what is pinned", storesFlag, false, func(w *model.World) { act(w, 1).Pin[0]++ }),
	changes("an access is cached", gntops.Access.Of(grant.Back0, 0, 0), true, func(w *model.World) { dom(w, grant.DomB).TLB[0] = page.To(0, page.RW) }),
	changes("another domain's CPUs cache it", gntops.Access.Of(grant.Back0, 0, 0), false, func(w *model.World) { dom(w, grant.DomF).TLB[0] = page.To(0, page.RW) }),
	changes("a flush", mapsOnce, true, func(w *model.World) { dom(w, grant.DomB).TLB[0] = 0 }),
	changes("devices of the granter", mapsOnce, false, func(w *model.World) { dom(w, grant.DomF).IOPT[2] = grant.ReadDMA }),
	changes("a map has another kernel run", mapsOnce, false, func(w *model.World) { kernel(w).Stage = grant.K2 }),
	changes("a step of one CPU changes another's call", stepsBack, false, func(w *model.World) { task(w, grant.Front0).PC = grant.M1 }),
	changes("its own", stepsBack, true, func(w *model.World) { task(w, grant.Back1).PC = grant.M1 }),

	{ID: "GR-I25", Name: "nothing is left", Violated: holds},
	leaves("a CPU remembers something", func(w *model.World) { task(w, grant.Back1).Ref = 1 }),
	leaves("shared_info is another domain's", func(w *model.World) {
		kernel(w).ShinfoMFN, gntops.Of(w).Owner[1] = 2, grant.DomB
		dom(w, grant.DomF).Tot, dom(w, grant.DomB).Tot = 1, 2
	}),
	leaves("shared_info counts as one of F's pages", func(w *model.World) { kernel(w).ShinfoMFN = 1 }),
	leaves("tot_pages is wrong", func(w *model.World) { dom(w, grant.DomF).Tot++ }),
	leaves("an active entry names its mapper", func(w *model.World) { act(w, 2).Domid = grant.DomB }),
	leaves("a status in version 1", func(w *model.World) { dom(w, grant.DomF).Table.Status[1] = grant.Reading }),
	leaves("a handle names a domain", func(w *model.World) { track(w).Entry[2].Domid = grant.DomC }),
	leaves("a gfn names a frame", func(w *model.World) { dom(w, grant.DomF).P2M[2].MFN = 1 }),
	leaves("a kernel remembers a page", func(w *model.World) { dom(w, grant.DomF).Belief[3].Frame = 1 }),
	leaves("a lock of a table", func(w *model.World) { dom(w, grant.DomF).Table.Writer = grant.Front0 + 1 }),
	leaves("a lock of a p2m", func(w *model.World) { dom(w, grant.DomF).P2MLock = grant.Front0 + 1 }),
	leaves("a version changes without the lock", func(w *model.World) {
		*task(w, grant.Front0) = grant.Task{Work: grant.WorkVersion, PC: grant.S2}
	}),
	leaves("a frame is mapped without the lock", func(w *model.World) {
		*task(w, grant.Front0) = grant.Task{Work: grant.WorkSpace, PC: grant.X4}
	}),
	{ID: "GR-I25", Name: "with it", Violated: holds, Set: func(w *model.World) {
		*task(w, grant.Front0) = grant.Task{Work: grant.WorkSpace, PC: grant.X3}
		dom(w, grant.DomF).Table.Writer, dom(w, grant.DomF).P2MLock = grant.Front0+1, grant.Front0+1
	}},
	leaves("a dead domain's handles", func(w *model.World) { dom(w, grant.DomC).Track.Limit = 1 }),
	leaves("a dead domain's mappings", func(w *model.World) { dom(w, grant.DomC).PTE[0] = page.To(0, page.RO) }),
	leaves("a dead domain's devices", func(w *model.World) { dom(w, grant.DomC).IOPT[0] = grant.ReadDMA }),
	leaves("a dead domain's destruction", func(w *model.World) { dom(w, grant.DomC).Phase = 2 }),
	leaves("a free frame has a type", func(w *model.World) { frame(w, 3).Type = page.Writable }),
	leaves("an owner without a reference", func(w *model.World) { *frame(w, 1) = page.Page{} }),
	leaves("a driver that is off", func(w *model.World) { gntops.Of(w).Driver[1].Slot = 1 }),
	leaves("a frame of a table that was freed", func(w *model.World) { gntops.Of(w).TFrame[grant.FirstStatus].Count = 1 }),
	leaves("what is in pages", func(w *model.World) { gntops.Of(w).Tag[0] = grant.TagForeign }),
}
