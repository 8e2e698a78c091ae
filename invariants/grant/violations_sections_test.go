package grant_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
)

// comes are examples of a section of b1's map, before one section, that leads to another one.
func comes(name string, ok bool, from, to grant.Phase) invariantstest.Example {
	return invariantstest.Example{ID: "GR-I26", Name: name, Violated: !ok, Set: func(w *model.World) { maps(w, from) }, Op: stepsBack,
		After: func(w *model.World) {
			if task(w, grant.Back1).PC = to; to == grant.Idle {
				*task(w, grant.Back1) = grant.Task{}
			}
		}}
}

// ends are examples of a destruction of B, at once: four handles, each of which is a page.
func ends(name string, ok bool, pending uint8, code errno.Errno, checks uint8) invariantstest.Example {
	return invariantstest.Example{ID: "GR-I26", Name: name, Violated: !ok, Op: gntops.Destroy.Of(grant.DomB, pending), Code: code, Checks: checks}
}

var sectionExamples = []invariantstest.Example{
	comes("the next section", true, grant.M2, grant.M3),
	comes("a section is left out", false, grant.M3, grant.Idle),
	comes("a section is made again", false, grant.M3, grant.M3),
	comes("what failed is undone", true, grant.M4, grant.MUndo),
	comes("the end", true, grant.M5, grant.Idle),
	comes("not undone to the end", false, grant.MUndo, grant.Idle),
	{ID: "GR-I26", Name: "it becomes other work", Violated: violated, Set: func(w *model.World) { maps(w, grant.M2) }, Op: stepsBack,
		After: func(w *model.World) { task(w, grant.Back1).Work = grant.WorkUnmap }},

	ends("it looks between pages", true, 0, errno.OK, 3),
	ends("it looks too rarely", false, 0, errno.OK, 2),
	ends("and behind the last one", false, 0, errno.OK, 4),
	ends("it stops", true, 2, errno.ERESTART, 2),
	ends("it goes on", false, 2, errno.OK, 3),

	{ID: "GR-I25", Name: "a map remembers what its next section reads", Violated: holds, Set: func(w *model.World) { maps(w, grant.M2); task(w, grant.Back1).MFN = 1 }},
	leaves("it remembers where it was looking for a handle", func(w *model.World) { maps(w, grant.M2); task(w, grant.Back1).At = 1 }),
	leaves("a map is undone, and remembers a reference", func(w *model.World) { maps(w, grant.MUnpin); task(w, grant.Back1).Refs = 1 }),
	leaves("a driver without a second mapping", func(w *model.World) { gntops.Of(w).Driver[1] = grant.Driver{State: grant.DriverIdle, SecondOf: 1} }),
	leaves("a domain that lives, and dies", func(w *model.World) { dom(w, grant.DomB).Phase = 1 }),

	{ID: "GR-R2", Name: "a map that is undone takes another one's mapping", Violated: violated, Set: func(w *model.World) {
		maps(w, grant.MUndo)
		dom(w, grant.DomB).PTE[0] = page.To(0, page.RO)
	}, Op: stepsBack, After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = 0 }},
	{ID: "GR-R2", Name: "a map that is undone takes its own", Violated: holds, Set: func(w *model.World) {
		maps(w, grant.MUndo)
		task(w, grant.Back1).Host = true
		dom(w, grant.DomB).PTE[0] = page.To(0, page.RO)
	}, Op: stepsBack, After: func(w *model.World) { dom(w, grant.DomB).PTE[0] = 0 }},

	{ID: "GR-I24", Name: "a soft reset fails, and F goes on", Violated: violated, Op: gntops.SoftReset.Of(), Code: errno.ENOMEM},
	{ID: "GR-I24", Name: "a soft reset fails", Violated: holds, Op: gntops.SoftReset.Of(), Code: errno.ENOMEM, After: func(w *model.World) { dom(w, grant.DomF).Life = grant.Crashed }},

	{ID: "GR-I16", Name: "a refused version leaves the table alone", Violated: holds, Op: gntops.SetVersion.Of(grant.Front0, 2), Code: errno.EBUSY},
	{ID: "GR-I16", Name: "a refused version gives a status frame", Violated: violated, Op: gntops.SetVersion.Of(grant.Front0, 2), Code: errno.EBUSY,
		After: func(w *model.World) { dom(w, grant.DomF).Table.Frames = 2 }},
	{ID: "GR-I16", Name: "a refused version crashes a PV domain", Violated: violated, Op: gntops.SetVersion.Of(grant.Front0, 2), Code: errno.EBUSY,
		After: func(w *model.World) { dom(w, grant.DomF).Life = grant.Crashed }},
}
