package grant_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

const violated, holds = invariantstest.Violated, invariantstest.Holds

// usual is F with frames 0 and 1, which it has granted by references 1 and 2, the
// second one for reading; B, with frame 2 and a device, has the first one mapped for
// the host in slot 0 and for devices, by handle 0. Frame 3 is free.
var usual = invariantstest.Usual{
	Area:   gntops.Area,
	Config: *config(grant.Config{TLB: true}),
	Start: gntops.Begin("mapped", grant.Start{F: grant.Made{Own: 2}, B: grant.Made{Own: 1, Sync: true}, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0),
		gntops.GuestGrant.Of(grant.Front0, 2, grant.DomB, 1, 1),
		gntops.Map.Of(grant.Back0, grant.DomF, 1, both, 0, 0, 0)),
}

const both = grant.HostMap | grant.DeviceMap

// config is the usual configuration with these options.
func config(options grant.Config) *model.Config {
	c := gntops.Scope{Refs: 2, Frames: 4, Slots: 2, Handles: 4, Fronts: 1, Backs: 2}.Config(options)
	return &c
}

// lists has maptrack's free lists, in pages of two.
var lists = config(grant.Config{Lists: true, PerPage: 2})

func TestExamples(t *testing.T) {
	usual.Check(t, slices.Concat(examples, copyExamples, kexecExamples, harmExamples(), frameExamples, sectionExamples))
}

// Parts of a World.

func frame(w *model.World, m uint8) *page.Page      { return &pool.Of(w).Pages[m] }
func dom(w *model.World, d uint8) *grant.Domain     { return &gntops.Of(w).Dom[d] }
func entry(w *model.World, r uint8) *grant.Entry    { return &dom(w, grant.DomF).Table.Entry[r] }
func act(w *model.World, r uint8) *grant.Active     { return &dom(w, grant.DomF).Table.Act[r] }
func track(w *model.World) *grant.Maptrack          { return &dom(w, grant.DomB).Track }
func told(w *model.World, h uint8) *ledger.Part     { return &gntops.Book(w).Told[grant.DomB][h] }
func task(w *model.World, cpu uint8) *grant.Task    { return &gntops.Of(w).Task[cpu] }
func asked(w *model.World, cpu uint8) *ledger.Doing { return &gntops.Book(w).Doing[cpu] }

// maps puts b1 into a map of reference 1 for the host, before a section.
func maps(w *model.World, pc grant.Phase) {
	*task(w, grant.Back1) = grant.Task{Work: grant.WorkMap, PC: pc, Ref: 1, Flags: grant.HostMap, Handle: 2, Ver: 1, Found: true}
	*asked(w, grant.Back1) = ledger.Doing{Map: true, Elems: 1, Elem: [grant.MaxBlock]ledger.Part{{Flags: grant.HostMap, Ref: 1}}}
}

var examples = []invariantstest.Example{
	{ID: "GR-I21", Name: "a crash", Violated: violated, Set: func(w *model.World) { gntops.Of(w).Stop = grant.BugPin }},
	{ID: "GR-I21", Name: "none", Violated: holds},

	{ID: "GR-I1", Name: "a count without a holder", Violated: violated, Set: func(w *model.World) { frame(w, 0).Count++ }},
	{ID: "GR-I1", Name: "the part for devices has lost its reference", Violated: violated, Set: func(w *model.World) { frame(w, 0).Count-- }},
	{ID: "GR-I1", Name: "an entry without a count", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).PTE[1] = page.To(0, page.RO) }},
	{ID: "GR-I1", Name: "an entry that the mapper made itself", Violated: holds, Set: func(w *model.World) {
		dom(w, grant.DomB).PTE[1] = page.To(0, page.RO)
		frame(w, 0).Count++
	}},
	{ID: "GR-I1", Name: "the first who pins has one", Violated: violated, Set: func(w *model.World) { maps(w, grant.M3) }},
	{ID: "GR-I1", Name: "who comes second has none yet", Violated: holds, Set: func(w *model.World) { maps(w, grant.M2) }},

	{ID: "GR-I2", Name: "a typed reference too few", Violated: violated, Set: func(w *model.World) { frame(w, 0).TCount-- }},
	{ID: "GR-I2", Name: "an entry for reading has a typed one", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).PTE[0] = page.To(0, page.RO) }},
	{ID: "GR-I2", Name: "a page of another type", Violated: holds, Set: func(w *model.World) {
		frame(w, 1).Type, frame(w, 1).TCount = page.L1, 3
	}},

	{ID: "GR-I3", Name: "a pin too many", Violated: violated, Set: func(w *model.World) { act(w, 1).Pin[grant.PinHostR]++ }},
	{ID: "GR-I3", Name: "a pin of the wrong kind", Violated: violated, Set: func(w *model.World) {
		act(w, 1).Pin[grant.PinDevW], act(w, 1).Pin[grant.PinDevR] = 0, 1
	}},
	{ID: "GR-I3", Name: "a map that has pinned", Violated: holds, Set: func(w *model.World) {
		maps(w, grant.M2)
		act(w, 1).Pin[grant.PinHostW]++
	}},
	{ID: "GR-I3", Name: "a map that has not pinned yet", Violated: violated, Set: func(w *model.World) {
		maps(w, grant.M1)
		act(w, 1).Pin[grant.PinHostW]++
	}},

	{ID: "GR-I4", Name: "reading is not set", Violated: violated, Set: func(w *model.World) { entry(w, 1).Flags &^= grant.Reading }},
	{ID: "GR-I4", Name: "nor is writing", Violated: violated, Set: func(w *model.World) { entry(w, 1).Flags &^= grant.Writing }},
	{ID: "GR-I4", Name: "reading is set, and nobody does", Violated: violated, Set: func(w *model.World) { entry(w, 2).Flags |= grant.Reading }},
	{ID: "GR-I4", Name: "in version 2 the bits are in the status frame", Violated: holds, Set: func(w *model.World) {
		dom(w, grant.DomF).Table.Ver = 2
		dom(w, grant.DomF).Table.Status[1] = grant.Reading | grant.Writing
		entry(w, 1).Flags = grant.PermitAccess
	}},
	{ID: "GR-I4", Name: "a kernel that does as it likes", Violated: holds, Config: config(grant.Config{TLB: true, Untrusted: true}), Set: func(w *model.World) { entry(w, 1).Flags = 0 }},

	{ID: "GR-I5", Name: "the grant is over", Violated: violated, Set: func(w *model.World) { gntops.Book(w).Given[grant.DomF][1] = 0 }},
	{ID: "GR-I5", Name: "it is for reading only", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomF).Belief[1].RO = true }},
	{ID: "GR-I5", Name: "another grant of the page is left", Violated: holds, Set: func(w *model.World) {
		g := &gntops.Book(w).Given[grant.DomF]
		g[0], g[1] = g[1], 0
	}},
	{ID: "GR-I5", Name: "a translation is still cached", Violated: violated, Set: func(w *model.World) {
		dom(w, grant.DomB).TLB[1], gntops.Book(w).Given[grant.DomF][2] = page.To(1, page.RO), 0
	}},
	{ID: "GR-I5", Name: "a mapper that may map everything", Violated: holds, Set: func(w *model.World) {
		gntops.Book(w).Given[grant.DomF][1] = 0
		dom(w, grant.DomB).Priv = true
	}},

	{ID: "GR-I6", Name: "the page has become another domain's", Violated: violated, Set: func(w *model.World) { gntops.Of(w).Owner[0] = grant.DomV }},
	{ID: "GR-I6", Name: "a device reaches a free page", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).IOPT[3] = grant.ReadDMA }},
	{ID: "GR-I6", Name: "a CPU has a free page cached", Violated: holds, Set: func(w *model.World) { dom(w, grant.DomB).TLB[1] = page.To(3, page.RW) }},
	{ID: "GR-I6", Name: "Xen has put its own page there", Violated: holds, Set: func(w *model.World) { gntops.Of(w).Owner[0] = grant.DomXen }},

	{ID: "GR-I7", Name: "devices may only read", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).IOPT[0] = grant.ReadDMA }},
	{ID: "GR-I7", Name: "they reach what is not mapped", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).IOPT[1] = grant.ReadDMA }},
	{ID: "GR-I7", Name: "they do not reach the domain's own page", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).IOPT[2] = grant.NoDMA }},
	{ID: "GR-I7", Name: "the count is wrong", Violated: violated, Set: func(w *model.World) { dom(w, grant.DomB).Tree[0].Rd++ }},
	{ID: "GR-I7", Name: "a call is in progress", Violated: holds, Set: func(w *model.World) {
		dom(w, grant.DomB).Tree[0].Wr++
		maps(w, grant.M5)
	}},

	{ID: "GR-I14", Name: "told twice", Violated: violated, Set: func(w *model.World) { gntops.Book(w).Fault = ledger.ToldTwice }},
	{ID: "GR-I14", Name: "a live handle that nobody was told", Violated: violated, Set: func(w *model.World) { *told(w, 0) = ledger.Part{} }},
	{ID: "GR-I14", Name: "a handle that was told is not live", Violated: violated, Set: func(w *model.World) { track(w).Entry[0].Flags = 0 }},
	{ID: "GR-I14", Name: "lists as they are", Violated: holds, Config: lists},
	{ID: "GR-I14", Name: "a handle is lost", Violated: violated, Config: lists, Set: func(w *model.World) { track(w).Head[0], track(w).Tail[0] = 0, 0 }},
	{ID: "GR-I14", Name: "a call has it", Violated: holds, Config: lists, Set: func(w *model.World) {
		track(w).Head[0], track(w).Tail[0] = 0, 0
		maps(w, grant.M1)
	}},
	{ID: "GR-I14", Name: "a list is a circle", Violated: violated, Config: lists, Set: func(w *model.World) { track(w).Entry[1].Ref = 2 }},
	{ID: "GR-I14", Name: "the tail is another one", Violated: violated, Config: lists, Set: func(w *model.World) { track(w).Tail[0] = 1 }},
	{ID: "GR-I14", Name: "a live handle is on a list", Violated: violated, Config: lists, Set: func(w *model.World) { track(w).Head[0], track(w).Entry[0].Ref = 1, 2 }},

	{ID: "GR-R1", Name: "a map for nobody succeeds", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 1, 0, 1, 0, 0)},
	{ID: "GR-R1", Name: "it fails", Violated: holds, Op: gntops.Map.Of(grant.Back0, grant.DomF, 1, 0, 1, 0, 0), Code: grant.BadGntref},
	{ID: "GR-R1", Name: "for the wrong reason", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 1, 0, 1, 0, 0), Code: grant.BadDomain},
	{ID: "GR-R1", Name: "a map that is allowed fails", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 1, 0, 0), Code: grant.GeneralError},
	{ID: "GR-R1", Name: "a writable map of a page that is granted for reading", Violated: holds, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, grant.HostMap, 1, 0, 0), Code: grant.GeneralError},
	{ID: "GR-R1", Name: "it succeeds", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, grant.HostMap, 1, 0, 0)},
	{ID: "GR-R1", Name: "a grant that is in use is ended", Violated: violated, Op: gntops.GuestEnd.Of(grant.Front0, 1)},
	{ID: "GR-R1", Name: "it is not", Violated: holds, Op: gntops.GuestEnd.Of(grant.Front0, 1), Code: errno.EBUSY},

	{ID: "GR-R2", Name: "a map has done what it is for", Violated: holds, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, roHost, 1, 0, 0), Does: true},
	{ID: "GR-R2", Name: "a map has told no handle", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, roHost, 1, 0, 0)},
	{ID: "GR-R2", Name: "it has mapped for writing", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, roHost, 1, 0, 0), Does: true,
		After: func(w *model.World) { dom(w, grant.DomB).PTE[1] = page.To(1, page.RW) }},
	{ID: "GR-R2", Name: "it has mapped another page", Violated: violated, Op: gntops.Map.Of(grant.Back0, grant.DomF, 2, roHost, 1, 0, 0), Does: true,
		After: func(w *model.World) { told(w, 1).MFN, dom(w, grant.DomB).PTE[1] = 0, page.To(0, page.RO) }},
	{ID: "GR-R2", Name: "an unmap has taken both parts", Violated: holds, Op: gntops.Unmap.Of(grant.Back0, 0, 0, uint8(gnttab.RightBus), 0, 0), Does: true},
	{ID: "GR-R2", Name: "it has left the entry", Violated: violated, Op: gntops.Unmap.Of(grant.Back0, 0, 0, uint8(gnttab.RightBus), 0, 0), Does: true,
		After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = page.To(0, page.RW) }},
	{ID: "GR-R2", Name: "it has left the part for devices", Violated: violated, Op: gntops.Unmap.Of(grant.Back0, 0, 0, uint8(gnttab.RightBus), 0, 0), Does: true,
		After: func(w *model.World) { track(w).Entry[0].Flags = grant.DeviceMap }},
	{ID: "GR-R2", Name: "an entry has come from slot 1", Violated: holds, Op: gntops.Replace.Of(grant.Back0, 0, 0, 1, 0, 0), Does: true},
	{ID: "GR-R2", Name: "it has not come", Violated: violated, Op: gntops.Replace.Of(grant.Back0, 0, 0, 1, 0, 0), Does: true,
		After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = page.To(2, page.RO) }},
	{ID: "GR-R2", Name: "a grant has begun", Violated: holds, Op: gntops.GuestGrant.Of(grant.Front0, 0, grant.DomB, 1, 1), Does: true},
	{ID: "GR-R2", Name: "it is for writing", Violated: violated, Op: gntops.GuestGrant.Of(grant.Front0, 0, grant.DomB, 1, 1), Does: true,
		After: func(w *model.World) { entry(w, 0).Flags = grant.PermitAccess }},
	{ID: "GR-R2", Name: "an entry still grants", Violated: violated, Op: gntops.GuestEnd.Of(grant.Front0, 2), Does: true,
		After: func(w *model.World) { entry(w, 2).Flags = grant.PermitAccess }},
	{ID: "GR-R2", Name: "a page is not given back", Violated: violated, Op: gntops.Decrease.Of(grant.Front0, 1)},
	{ID: "GR-R2", Name: "nobody takes the page", Violated: violated, Op: gntops.Take.Of(3)},
}

const roHost = grant.HostMap | grant.MapReadonly
