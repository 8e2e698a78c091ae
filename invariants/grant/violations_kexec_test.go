package grant_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
)

// harms are what an operation must not do, by invariant.
var harms = map[string]ledger.Harm{
	"GR-I8": ledger.StrayStore, "GR-I9": ledger.StrayLoad, "GR-I10": ledger.Faulted, "GR-I11": ledger.Flow,
	"GR-I12": ledger.Torn, "GR-I19": ledger.Stale, "GR-I22": ledger.NotUnmapped, "GR-P11": ledger.NotReadBack,
	"GR-P18": ledger.Dump, "GR-P21": ledger.Foreign, "GR-P25": ledger.Hole, "GR-P26": ledger.Shinfo,
}

// harmExamples have each harm alone, and all but that one.
func harmExamples() (list []invariantstest.Example) {
	harm := func(h ledger.Harm) func(w *model.World) { return func(w *model.World) { gntops.Book(w).Harm = h } }
	for id, h := range harms {
		list = append(list,
			invariantstest.Example{ID: id, Name: "it is done", Violated: violated, Set: harm(h)},
			invariantstest.Example{ID: id, Name: "all others are done", Violated: holds, Set: harm(^h)})
	}
	return list
}

func kernel(w *model.World) *grant.Kernel { return &gntops.Of(w).Kernel }

// after is a start from which operations have been made, with what is in pages.
func after(start grant.Start, list ...model.Op) func(w *model.World) {
	return func(w *model.World) {
		st := gntops.Begin("", start)
		*w = st.World(tagged)
		m := model.NewMachine(*tagged)
		for _, op := range list {
			if a := m.Do(w, op); a.Code != errno.OK || a.Refused {
				panic(op.String() + ": " + a.Code.String())
			}
		}
	}
}

var tagged = config(grant.Config{TLB: true, Tags: true})

// translated is a translated F with three pages, and B with one.
var translated = grant.Start{F: grant.Made{HVM: true, Own: 3, Spare: 1}, B: grant.Made{Own: 1}, C: grant.Made{Absent: true}}

// served are a grant that B's driver keeps mapped, and a kernel that is loaded and starts.
func served(more ...model.Op) func(w *model.World) {
	return after(translated, append([]model.Op{
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.DriverConnect.Of(grant.Back0, 1, 0, 0, 1),
	}, more...)...)
}

// next is the start of the next kernel.
func next(more ...model.Op) []model.Op {
	return append([]model.Op{gntops.KexecLoad.Of(grant.Front0), gntops.KexecExec.Of(grant.Front0), gntops.KernelBoot.Of(0)}, more...)
}

var (
	uses   = gntops.KernelUse.Of(grant.Front0, 0)
	stored = gntops.DriverAccess.Of(grant.Back0, 1, 0, 1)
	loaded = gntops.DriverAccess.Of(grant.Back0, 1, 0, 0)
)

// tearing has a request whose page changes under it.
func tearing(tag grant.Tag) func(w *model.World) {
	return func(w *model.World) {
		served(gntops.DriverRequest.Of(grant.Back0, 1))(w)
		gntops.Of(w).Tag[0] = tag
		model.NewMachine(*tagged).Do(w, loaded)
	}
}

// gone are domains without pages.
func gone(w *model.World) {
	s := gntops.Of(w)
	for m := range s.Owner {
		s.Owner[m], *frame(w, uint8(m)) = grant.NoDomain, page.Page{}
	}
	*act(w, 1), *act(w, 2) = grant.Active{}, grant.Active{}
}

var dying = config(grant.Config{Steps: grant.StepDestroy})

// release is the end of B's two mappings by its destruction.
func release(w *model.World) {
	*told(w, 0), *told(w, 1) = ledger.Part{}, ledger.Part{}
	dom(w, grant.DomB).Life = grant.Dying
}

func twoTold(w *model.World) { *told(w, 1) = *told(w, 0) }

var kexecExamples = []invariantstest.Example{
	{ID: "GR-I8", Name: "a driver stores to what K2 uses", Violated: violated, Config: tagged, Set: served(next(uses, stored)...)},
	{ID: "GR-I8", Name: "K1 still runs", Violated: holds, Config: tagged, Set: served(stored)},
	{ID: "GR-I9", Name: "a driver loads what K2 has put there", Violated: violated, Config: tagged, Set: served(next(uses, loaded)...)},
	{ID: "GR-I9", Name: "K2 has put nothing there", Violated: holds, Config: tagged, Set: served(next(loaded)...)},
	{ID: "GR-I12", Name: "another grant's data", Violated: violated, Config: tagged, Set: tearing(grant.TagFront + 2)},
	{ID: "GR-I12", Name: "its own", Violated: holds, Config: tagged, Set: tearing(grant.TagFront + 1)},

	{ID: "GR-I20", Name: "another layout", Violated: violated, Set: func(w *model.World) { kernel(w).Stage, kernel(w).Layout = grant.K2, 2 }},
	{ID: "GR-I20", Name: "the layout in force", Violated: holds, Set: func(w *model.World) { kernel(w).Stage, kernel(w).Layout = grant.K2, 1 }},
	{ID: "GR-I20", Name: "K1", Violated: holds, Set: func(w *model.World) { kernel(w).Layout = 2 }},

	{ID: "GR-I23", Name: "two handles, and no look", Violated: violated, Set: twoTold, Op: gntops.Destroy.Of(grant.DomB, 0), After: release},
	{ID: "GR-I23", Name: "two handles, and a look between them", Violated: holds, Set: twoTold, Op: gntops.Destroy.Of(grant.DomB, 0), Checks: 1, After: release},
	{ID: "GR-I23", Name: "two handles of one page", Violated: holds, Config: lists, Set: twoTold, Op: gntops.Destroy.Of(grant.DomB, 0), After: release},

	{ID: "GR-L3", Name: "pages have owners", Violated: violated, Config: dying},
	{ID: "GR-L3", Name: "nothing is left", Violated: holds, Config: dying, Set: gone},
	{ID: "GR-L3", Name: "a pin is left", Violated: violated, Config: dying, Set: func(w *model.World) {
		gone(w)
		act(w, 1).Pin[grant.PinHostR] = 1
	}},
	{ID: "GR-L3", Name: "a free page has a reference", Violated: violated, Config: dying, Set: func(w *model.World) {
		gone(w)
		frame(w, 1).Count = 1
	}},
	{ID: "GR-L3", Name: "domains are not destroyed", Violated: holds},

	{ID: "GR-P16", Name: "refused without a reason", Violated: violated, Op: gntops.KexecLoad.Of(grant.Front0), Code: errno.EPERM},
	{ID: "GR-P16", Name: "there is a hole", Violated: holds, Set: func(w *model.World) { kernel(w).Hole = 1 }, Op: gntops.KexecLoad.Of(grant.Front0), Code: errno.EPERM},
	{ID: "GR-P16", Name: "F has mapped something", Violated: holds, Set: func(w *model.World) {
		gntops.Book(w).Told[grant.DomF][0] = ledger.Part{Flags: grant.HostMap, Dom: grant.DomB}
	}, Op: gntops.KexecLoad.Of(grant.Front0), Code: errno.EPERM},
	{ID: "GR-P17", Name: "K2 does not start", Violated: violated, Op: gntops.KernelCrash.Of(grant.Front0), Code: errno.EPERM},
	{ID: "GR-P17", Name: "there is none", Violated: holds, Op: gntops.KernelCrash.Of(grant.Front0), Code: errno.ENOENT},
	{ID: "GR-P27", Name: "Xen knows nothing of it", Violated: violated, Set: func(w *model.World) { kernel(w).Stage, kernel(w).Believes[0] = grant.K2, 1 }},
	{ID: "GR-P27", Name: "it is bound", Violated: holds, Set: func(w *model.World) {
		kernel(w).Stage, kernel(w).Believes[0], kernel(w).PIRQ[0] = grant.K2, 1, 1
	}},
}
