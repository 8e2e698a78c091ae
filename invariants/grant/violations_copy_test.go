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

// stores has b1 about to copy to frame 0, by reference 1.
func stores(w *model.World) {
	*task(w, grant.Back1) = grant.Task{Work: grant.WorkCopy, PC: grant.CStore}
	task(w, grant.Back1).Dst = grant.Buf{Ref: 1, Flags: grant.ByRef | grant.HaveGrant | grant.HaveType | grant.HavePage}
}

// second is version 2.
func second(w *model.World) {
	t := &dom(w, grant.DomF).Table
	t.Ver, t.StatusFrames = 2, 1
}

// unused has nothing mapped, as far as callers were told.
func unused(w *model.World) { *told(w, 0) = ledger.Part{} }

var copyExamples = []invariantstest.Example{
	{ID: "GR-I13", Name: "nobody has a writable type", Violated: violated, Set: func(w *model.World) {
		stores(w)
		frame(w, 0).TCount = 0
	}},
	{ID: "GR-I13", Name: "another type", Violated: violated, Set: func(w *model.World) {
		stores(w)
		frame(w, 0).Type = page.L1
	}},
	{ID: "GR-I13", Name: "the page is free", Violated: violated, Set: func(w *model.World) {
		stores(w)
		task(w, grant.Back1).Dst.MFN = 3
	}},
	{ID: "GR-I13", Name: "writable", Violated: holds, Set: stores},

	{ID: "GR-I17", Name: "a positive status", Violated: violated, Op: gntops.QuerySize.Of(grant.Front0, grant.DomF), Code: 1},
	{ID: "GR-I17", Name: "success", Violated: holds, Op: gntops.QuerySize.Of(grant.Front0, grant.DomF), Code: errno.OK},
	{ID: "GR-I17", Name: "nothing was copied", Violated: violated, Op: gntops.XenStep.Of(grant.Back0, 0), After: func(w *model.World) { gntops.Book(w).Uncopied = true }},

	{ID: "GR-I18", Name: "a page with a type", Violated: violated, Op: gntops.Transfer.Of(grant.Front0, 1, grant.DomC, 1, 0, 0), After: func(w *model.World) {
		gntops.Of(w).Owner[1] = grant.DomC
		frame(w, 1).Validated = true
	}},
	{ID: "GR-I18", Name: "a page that B has mapped", Violated: violated, Op: gntops.Transfer.Of(grant.Front0, 0, grant.DomC, 1, 0, 0), After: func(w *model.World) {
		gntops.Of(w).Owner[0] = grant.DomC
		frame(w, 0).Count, frame(w, 0).TCount = 1, 0
	}},
	{ID: "GR-I18", Name: "a page with two references", Violated: violated, Op: gntops.Transfer.Of(grant.Front0, 1, grant.DomC, 1, 0, 0), After: func(w *model.World) {
		gntops.Of(w).Owner[1] = grant.DomC
		frame(w, 1).Count = 2
	}},
	{ID: "GR-I18", Name: "between owners, with a reference", Violated: violated, Op: gntops.Transfer.Of(grant.Front0, 1, grant.DomC, 1, 0, 0), After: func(w *model.World) {
		gntops.Of(w).Owner[1] = grant.DomXen
	}},
	{ID: "GR-I18", Name: "C's alone", Violated: holds, Op: gntops.Transfer.Of(grant.Front0, 1, grant.DomC, 1, 0, 0), After: func(w *model.World) {
		gntops.Of(w).Owner[1] = grant.DomC
	}},

	{ID: "GR-I15", Name: "a frame that was freed is in the p2m", Violated: violated, Set: func(w *model.World) {
		dom(w, grant.DomF).P2M[1] = grant.P2M{Type: grant.P2MTable, MFN: grant.FirstStatus}
	}},
	{ID: "GR-I15", Name: "one is at two gfns", Violated: violated, Set: func(w *model.World) {
		dom(w, grant.DomF).P2M[1] = grant.P2M{Type: grant.P2MTable}
		dom(w, grant.DomF).P2M[2] = grant.P2M{Type: grant.P2MTable}
	}},
	{ID: "GR-I15", Name: "one that was freed is mapped", Violated: violated, Set: func(w *model.World) { gntops.Of(w).TFrame[grant.FirstStatus].PTEs = 1 }},
	{ID: "GR-I15", Name: "Xen goes beyond the table", Violated: violated, Set: func(w *model.World) { gntops.Of(w).Stop = grant.BeyondTable }},
	{ID: "GR-I15", Name: "at one gfn", Violated: holds, Set: func(w *model.World) {
		dom(w, grant.DomF).P2M[1] = grant.P2M{Type: grant.P2MTable}
		gntops.Of(w).TFrame[0].M2P = 1 + 1
	}},
	{ID: "GR-I15", Name: "where the m2p does not say", Violated: violated, Set: func(w *model.World) { gntops.Of(w).TFrame[0].M2P = 1 + 1 }},
	{ID: "GR-I15", Name: "a frame with a reference of nobody's", Violated: violated, Set: func(w *model.World) { gntops.Of(w).TFrame[0].Count++ }},

	{ID: "GR-I16", Name: "status frames in version 1", Violated: violated, Op: gntops.XenStep.Of(grant.Front0, 0), After: func(w *model.World) { dom(w, grant.DomF).Table.StatusFrames = 1 }},
	{ID: "GR-I16", Name: "none in version 2", Violated: violated, Op: gntops.XenStep.Of(grant.Front0, 0), After: func(w *model.World) { dom(w, grant.DomF).Table.Ver = 2 }},
	{ID: "GR-I16", Name: "version 2", Violated: holds, Set: unused, Op: gntops.SetVersion.Of(grant.Front0, 2), After: func(w *model.World) {
		second(w)
		*entry(w, 1), *entry(w, 2) = grant.Entry{}, grant.Entry{}
	}},
	{ID: "GR-I16", Name: "a reference is in use", Violated: violated, Op: gntops.SetVersion.Of(grant.Front0, 2), After: second},
	{ID: "GR-I16", Name: "an entry stays", Violated: violated, Set: unused,
		Op: gntops.SetVersion.Of(grant.Front0, 2), After: second},
	{ID: "GR-I16", Name: "the version stays, and an entry goes", Violated: violated, Op: gntops.SetVersion.Of(grant.Front0, 1), After: func(w *model.World) { *entry(w, 2) = grant.Entry{} }},
	{ID: "GR-I16", Name: "a reserved entry changes", Violated: violated, Set: func(w *model.World) {
		unused(w)
		*entry(w, 0) = grant.Entry{Flags: grant.PermitAccess | grant.Reading, Domid: grant.DomB}
	}, Op: gntops.SetVersion.Of(grant.Front0, 2), After: func(w *model.World) {
		second(w)
		*entry(w, 1), *entry(w, 2) = grant.Entry{}, grant.Entry{}
	}},
}
