package gntops

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
)

// told is a run: operations, and what each answers.
func told(t *testing.T, c model.Config, start model.Start, list ...any) model.World {
	t.Helper()
	m, w := model.NewMachine(c), start.World(&c)
	for i := 0; i < len(list); i += 2 {
		op, want := list[i].(model.Op), list[i+1].(errno.Errno)
		if a := m.Do(&w, op); a.Code != want {
			t.Fatalf("%v: %v, want %v", op, a.Code, want)
		}
	}
	return w
}

// transit is C, which grants frame 2 to F by reference 1 of version 2; B has frame 1.
var transit = Begin("transitive", grant.Start{F: grant.Made{Ver: 2, Own: 1}, B: grant.Made{Own: 1}, C: grant.Made{Own: 1, Ver: 2}},
	GuestGrant.Of(grant.Third0, 1, grant.DomF, 2, 0))

// TestCopyNeverEnds: today's code has a copy made again and again as long as its entry
// is pinned by a map, and has become a transitive one since.
func TestCopyNeverEnds(t *testing.T) {
	c := Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Untrusted: true, Tags: true})
	again := Copy.Of(grant.Back0, RefEnd(grant.DomF, 1), PageEnd(1), uint8(gnttab.Part), 0, 0)
	told(t, c, transit,
		GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), errno.OK,
		Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap|grant.MapReadonly, 0, 0, 0), errno.OK,
		again, errno.OK,
		GuestTransitive.Of(grant.Front0, 1, grant.DomB, grant.DomC, 1), errno.OK,
		again, errno.ERESTART, again, errno.ERESTART, again, errno.ERESTART,
		Unmap.Of(grant.Back0, 0, 0, 0, 0, 0), errno.OK,
		again, errno.OK)
}

// TestPageForReference: today's code takes a page of the caller's for claimed if a
// reference of its own with the same number is.
func TestPageForReference(t *testing.T) {
	c := Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Tags: true})
	start := Begin("", grant.Start{F: grant.Made{Own: 1}, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}},
		GuestGrant.Of(grant.Back0, 1, grant.DomB, 2, 0))
	to := PageEnd(2)
	w := told(t, c, start,
		Copy.Of(grant.Back0, RefEnd(grant.DomB, 1), to, uint8(gnttab.Part), 1, 0), errno.OK,
		Copy.Of(grant.Back0, PageEnd(1), to, uint8(gnttab.Part), 0, 0), errno.OK)
	if s := Of(&w); s.Tag[2] != grant.TagFront+1 || s.Tag[1] != grant.TagClean {
		t.Errorf("tags %v: the page that was named was copied after all", s.Tag)
	}
}
