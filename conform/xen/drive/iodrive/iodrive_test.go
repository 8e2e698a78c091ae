package iodrive

import (
	"testing"

	"hvcheck/conform/ways"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"

	_ "hvcheck/areas"
)

// session is D1, translated, with frame 0 at gfn 2, and D2, a PV domain with frame 1.
func session() *iommuSession {
	s := &iommuSession{c: iomops.Scope{Frames: 3, Gfns: 4}.Config()}
	for d := range s.at {
		s.at[d] = [iommu.MaxGfns]int{nothing, nothing, nothing, nothing}
	}
	for m := range s.frames {
		s.frames[m], s.owner[m] = 0x1000+uint64(m), iommu.NoDomain
	}
	s.dom[iommu.D1], s.dom[iommu.D2] = &subject.Domain{ID: 1}, &subject.Domain{ID: 2}
	s.runs[iommu.D1], s.runs[iommu.D2], s.hvm[iommu.D1] = true, true, true
	s.owner[0], s.owner[1], s.at[iommu.D1][2] = iommu.D1, iommu.D2, 0
	return s
}

// What a device reaches is what its owner has at an address, for dom0 the frame itself; in
// quarantine the address is as for its last owner.
func TestTargets(t *testing.T) {
	s := session()
	gfn := gfnOf(2)
	for _, l := range []struct {
		has, had, dfn int
		want          subject.Place
		found         bool
	}{
		{iommu.D1, iommu.D1, 2, subject.Place{Dom: s.dom[iommu.D1], At: gfn, Device: gfn}, true},
		{iommu.D1, iommu.D1, 0, subject.Place{Device: gfnOf(0)}, false},
		{iommu.DIO, iommu.D1, 2, subject.Place{Dom: s.dom[iommu.D1], At: gfn, Device: gfn}, true},
		{iommu.D0, iommu.D1, 0, subject.Place{Dom: s.dom[iommu.D1], At: gfn, Device: 0x1000}, true},
		{iommu.D2, iommu.D2, 1, subject.PlaceOf(s.dom[iommu.D2], 0x1001), true},
		{iommu.D2, iommu.D2, 2, subject.Place{Device: 0x1002}, false},
	} {
		s.has[0], s.had[0] = l.has, l.had
		if p, found := s.target(0, l.dfn); p != l.want || found != l.found {
			t.Errorf("%+v: %+v, %v", l, p, found)
		}
	}
	if n := len(s.places()); n != 2 {
		t.Errorf("%d pages can be looked at, want 2", n)
	}
	if s.runs[iommu.D2] = false; len(s.places()) != 1 {
		t.Error("nobody looks at pages of a domain that is gone")
	}
}

// A page that comes has the last number that is free, whatever it had before.
func TestRename(t *testing.T) {
	s := session()
	s.owner[1] = iommu.NoDomain
	s.rename(0x1001)
	if s.frames[2] != 0x1001 || s.frames[1] != 0x1002 {
		t.Errorf("%#x", s.frames[:3])
	}
}

// What cannot be driven is told before anybody tries.
func TestExceptions(t *testing.T) {
	c := iomops.Scope{Frames: 3, Gfns: 3, CPUs: 2}.Config()
	start := iomops.Begin("", iommu.Start{
		D1: iommu.Made{Own: 1, Spare: 1}, D2: iommu.Made{PV: true, Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D0, NoATS: true}},
	})
	w, m := start.World(&c), model.NewMachine(c)
	for _, l := range []struct {
		op     model.Op
		driven bool
	}{
		{iomops.DMA.Of(0, 0, 1), true}, {iomops.DMA.Of(0, 1, 0), true}, {iomops.DMA.Of(0, 2, 1), false},
		{iomops.Move.Of(iommu.A0, 0, 1), true}, {iomops.Move.Of(iommu.B0, 0, 1), false},
		{iomops.MoveRange.Of(iommu.A0, 0, 1, 2), true}, {iomops.MoveRange.Of(iommu.A0, 2, 0, 2), false},
		{iomops.GetType.Of(iommu.A0, 0, 1), false}, {iomops.GetType.Of(iommu.B0, 1, 1), true}, {iomops.Store.Of(iommu.A0, 0), false},
		{iomops.Populate.Of(iommu.A0, 1), true}, {iomops.Populate.Of(iommu.A0, 0), false}, {iomops.MapForeign.Of(iommu.A0, 1, 0), true}, {iomops.MapForeign.Of(iommu.A0, 1, 1), false},
		{iomops.MapForeign.Of(iommu.A0, 1, 2), false}, {iomops.MapForeign.Of(iommu.B0, 1, 0), false},
		{iomops.UnmapForeign.Of(iommu.A0, 1), true}, {iomops.UnmapForeign.Of(iommu.A0, 0), false},
	} {
		if why := devices.Way(l.op).Undriven(ways.Ask(m, &w, l.op, nil)); (why == "") != l.driven {
			t.Errorf("%v: %q", l.op, why)
		}
	}
	if why := devices.Fits(&c, &w); why != "" {
		t.Error(why)
	}
	for want, made := range map[string]iommu.Made{
		"a superpage has more pages than Xen tells of":                 {Own: 2, Super: true, IOMMU: true},
		"Xen does not tell of an IOMMU table that is the domain's own": {Own: 1, Shared: true},
		"nothing but memory is in a guest that is driven":              {Own: 1, MMIO: true},
		"a domain with up to 7 pages: Xen tells of at most 9":          {Own: 1, Spare: 6},
		"a domain that has more than it may have":                      {Own: 1, Over: true},
	} {
		start := iomops.Begin("", iommu.Start{D1: made, D2: iommu.Made{Absent: true}})
		if w := start.World(&c); devices.Fits(&c, &w) != want {
			t.Errorf("%q, want %q", devices.Fits(&c, &w), want)
		}
	}
}

// A page that another domain has mapped, and that its owner has no more, can neither be
// named nor looked at.
func TestForeign(t *testing.T) {
	c := iomops.Scope{Frames: 1, Gfns: 2, CPUs: 2}.Config()
	start := iomops.Begin("", iommu.Start{D2: iommu.Made{Own: 1}, Dev: [iommu.MaxDevs]iommu.MadeDev{{There: true, Owner: iommu.D1, NoATS: true}}})
	w, m := start.World(&c), model.NewMachine(c)
	access, again := iomops.DMA.Of(0, 0, 1), iomops.MapForeign.Of(iommu.A0, 1, 0)
	for _, l := range []struct {
		op     model.Op
		driven bool // access and again, afterwards
	}{{iomops.MapForeign.Of(iommu.A0, 0, 0), true}, {iomops.Decrease.Of(iommu.B0, 0), false}} {
		if a := m.Do(&w, l.op); a.Code != errno.OK {
			t.Fatalf("%v: %v", l.op, a.Code)
		}
		for _, op := range []model.Op{access, again} {
			if why := devices.Way(op).Undriven(ways.Ask(m, &w, op, nil)); (why == "") != l.driven {
				t.Errorf("behind %v: %v: %q", l.op, op, why)
			}
		}
	}
}
