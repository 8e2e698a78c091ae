package grant_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
)

func init() { examples = append(examples, disputedExamples...) }

// at has F's hand-over at a stage.
func at(stage grant.Stage) func(w *model.World) {
	return func(w *model.World) { gntops.Of(w).Kernel.Stage = stage }
}

// granted is reference 1, which B, translated or not, has not mapped.
func granted(b grant.Made) *model.Start {
	st := gntops.Begin("granted", grant.Start{F: grant.Made{Own: 2}, B: b, C: grant.Made{Absent: true}}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))
	return &st
}

func mapsElsewhere(w *model.World) { dom(w, grant.DomB).PTE[0] = page.To(2, page.RW) }

var (
	onward = gntops.XenStep.Of(grant.Tool, 0)
	unmaps = gntops.Unmap.Of(grant.Back0, 0, 0, uint8(gnttab.RightBus), 0, 0)
	mapsIt = gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 0, 0, 0)
	resets = gntops.GnttabReset.Of(grant.Front0)
	moves  = gntops.Transfer.Of(grant.Back0, 2, grant.DomF, 2, 0, 0)
)

// disputedExamples are of who can take a mapping away.
var disputedExamples = []invariantstest.Example{
	{ID: "GR-P5", Name: "F does", Violated: violated, Op: gntops.GuestEnd.Of(grant.Front0, 2), After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = 0 }},
	{ID: "GR-P5", Name: "Xen does", Violated: violated, Op: onward, After: mapsElsewhere},
	{ID: "GR-P5", Name: "K2 makes it read-only", Violated: violated, Op: gntops.KernelBoot.Of(0), After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = page.To(0, page.RO) }},
	{ID: "GR-P5", Name: "F ends another grant", Violated: holds, Op: gntops.GuestEnd.Of(grant.Front0, 2), Does: true},
	{ID: "GR-P5", Name: "B unmaps", Violated: holds, Op: unmaps, Does: true},

	{ID: "GR-P13", Name: "nothing was given", Violated: violated, Set: at(grant.Revoking), Op: onward, After: at(grant.Booting)},
	{ID: "GR-P13", Name: "it was", Violated: holds, Set: at(grant.Revoking), Op: onward, After: func(w *model.World) { at(grant.Booting)(w); mapsElsewhere(w) }},
	{ID: "GR-P13", Name: "it is not over", Violated: holds, Set: at(grant.Revoking), Op: onward},
	{ID: "GR-P13", Name: "the mapping is for reading", Violated: holds, Op: onward, After: at(grant.Booting),
		Set: func(w *model.World) { at(grant.Revoking)(w); told(w, 0).Flags |= grant.MapReadonly }},

	{ID: "GR-P14a", Name: "a PV domain maps", Violated: violated, Start: granted(grant.Made{Own: 1}), Op: mapsIt, Does: true},
	{ID: "GR-P14a", Name: "a translated one", Violated: holds, Start: granted(grant.Made{HVM: true, Own: 1}), Op: mapsIt, Does: true},
	{ID: "GR-P14a", Name: "another address would have replaced something", Violated: holds, Op: gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 1, 0, 0), Does: true},

	{ID: "GR-P14b", Name: "Xen changes an entry", Violated: violated, Set: at(grant.Revoking), Op: onward, After: mapsElsewhere},
	{ID: "GR-P14b", Name: "B does", Violated: holds, Set: at(grant.Revoking), Op: unmaps, Does: true},
	{ID: "GR-P14b", Name: "before", Violated: holds, Op: onward, After: mapsElsewhere},

	{ID: "GR-P22", Name: "a handle is live", Violated: violated, Op: resets, After: func(w *model.World) { dom(w, grant.DomF).Track.Entry[0].Flags = grant.HostMap }},
	{ID: "GR-P22", Name: "it has only begun", Violated: holds, Op: resets, After: func(w *model.World) {
		dom(w, grant.DomF).Track.Entry[0].Flags = grant.HostMap
		*task(w, grant.Front0) = grant.Task{Work: grant.WorkReset, PC: grant.RReset}
	}},
	{ID: "GR-P22", Name: "none is", Violated: holds, Op: resets},

	{ID: "GR-P23", Name: "a handle of K1's", Violated: violated, Set: func(w *model.World) {
		at(grant.K2)(w)
		gntops.Book(w).Told[grant.DomF][0].Flags = grant.HostMap | ledger.Inherited
	}},
	{ID: "GR-P23", Name: "one of K2's", Violated: holds, Set: func(w *model.World) {
		at(grant.K2)(w)
		gntops.Book(w).Told[grant.DomF][0].Flags = grant.HostMap
	}},

	{ID: "GR-P24", Name: "a page becomes K2's", Violated: violated, Set: at(grant.K2), Op: moves, After: func(w *model.World) { gntops.Of(w).Owner[2] = grant.DomF }},
	{ID: "GR-P24", Name: "it is nobody's", Violated: holds, Set: at(grant.K2), Op: moves, After: func(w *model.World) { gntops.Of(w).Owner[2] = grant.NoDomain }},
	{ID: "GR-P24", Name: "K1 runs", Violated: holds, Op: moves, After: func(w *model.World) { gntops.Of(w).Owner[2] = grant.DomF }},
}
