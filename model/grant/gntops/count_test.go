package gntops

import (
	"fmt"
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

func init() { model.Register(Area) }

// The sums that hold in every state: what each count stands for. Whoever changes the
// rules sees here at once whether they still add up.

// sums looks at a state.
func sums(c *model.Config, w *model.World) error {
	s, p := Of(w), pool.Of(w)
	if s.Stopped() {
		return fmt.Errorf("%v", s.Stop)
	}
	for m := range pool.Conf(c).Frames {
		count, typed := references(s, m)
		pg := &p.Pages[m]
		if pg.Allocated {
			count++
		}
		if pg.Count != count || pg.Type == page.Writable && pg.TCount != typed {
			return fmt.Errorf("frame %d: count %d, want %d; tcount %d, want %d", m, pg.Count, count, pg.TCount, typed)
		}
	}
	for r := range uint8(grant.MaxRefs) {
		if err := pinned(s, r); err != nil {
			return err
		}
	}
	return nil
}

// references counts what is held of a frame.
func references(s *grant.State, m uint8) (count, typed uint8) {
	for d := range s.Dom {
		dom := &s.Dom[d]
		for _, e := range dom.PTE {
			if e.Present() && e.Frame() == m {
				count++
				if e.Kind() == page.RW && counts(s, uint8(d), s.Owner[m]) {
					typed++
				}
			}
		}
		for _, h := range dom.Track.Entry {
			if h.Flags == 0 || s.Dom[h.Domid].Table.Act[h.Ref].MFN != m {
				continue
			}
			w := uint8(1)
			if h.Flags&grant.MapReadonly != 0 {
				w = 0
			}
			if h.Flags&grant.DeviceMap != 0 {
				count, typed = count+1, typed+w
			}
			if h.Flags&grant.HostMap != 0 && dom.HVM {
				count++
				if counts(s, uint8(d), h.Domid) {
					typed += w
				}
			}
		}
	}
	for i := range s.Task {
		t := &s.Task[i]
		c, ty := inHand(s, cpuDom[i], t, m)
		count, typed = count+c, typed+ty
	}
	return count, typed
}

var cpuDom = [...]uint8{grant.DomF, grant.DomF, grant.DomB, grant.DomB, grant.DomC, grant.NoDomain}

func counts(s *grant.State, mapper, owner uint8) bool {
	return mapper == owner || owner >= grant.NumDomains || !s.Dom[owner].HVM
}

// inHand counts what a task holds.
func inHand(s *grant.State, d uint8, t *grant.Task, m uint8) (count, typed uint8) {
	if t.Work == grant.WorkMap && t.MFN == m {
		count, typed = t.Refs, t.Types
		if t.Host && !s.Dom[d].HVM { // the entry has them
			count--
			if t.Flags&grant.MapReadonly == 0 && counts(s, d, t.Dom) {
				typed--
			}
		}
	}
	if t.Work != grant.WorkUnmap && t.Work != grant.WorkReplace {
		return count, typed
	}
	for i, e := range t.Elem[:t.Elems] {
		if e.MFN != m || t.PC == grant.U4 && uint8(i) < t.At {
			continue
		}
		w := uint8(1)
		if e.Done&grant.MapReadonly != 0 {
			w = 0
		}
		if e.Done&grant.DeviceMap != 0 {
			count, typed = count+1, typed+w
		}
		if e.Done&grant.HostMap != 0 {
			count++
			if counts(s, d, e.Dom) {
				typed += w
			}
		}
	}
	return count, typed
}

// pinned compares the pins of one of F's references with who has it, and the status
// with the pins.
func pinned(s *grant.State, r uint8) error {
	var want [grant.NumPins]uint8
	add := func(flags uint8) {
		ro := flags & grant.MapReadonly >> 2
		if flags&grant.HostMap != 0 {
			want[grant.PinHostW+ro]++
		}
		if flags&grant.DeviceMap != 0 {
			want[grant.PinDevW+ro]++
		}
	}
	for d := range s.Dom {
		for _, h := range s.Dom[d].Track.Entry {
			if h.Flags != 0 && h.Domid == grant.DomF && h.Ref == r {
				add(h.Flags)
			}
		}
	}
	for i := range s.Task {
		t := &s.Task[i]
		if t.Work == grant.WorkMap && t.Ref == r && t.PC >= grant.M2 {
			add(t.Flags)
		}
		if t.Work == grant.WorkUnmap || t.Work == grant.WorkReplace {
			for j, e := range t.Elem[:t.Elems] {
				if e.Ref == r && (t.PC != grant.U4 || uint8(j) >= t.At) {
					add(e.Done)
				}
			}
		}
	}
	gt := &s.Dom[grant.DomF].Table
	act := &gt.Act[r]
	status := gt.Entry[r].Flags
	if gt.Ver == 2 {
		status = gt.Status[r]
	}
	switch {
	case act.Pin != want:
		return fmt.Errorf("ref %d: pins %v, want %v", r, act.Pin, want)
	case act.Pinned() != (status&grant.Reading != 0) || act.Written() != (status&grant.Writing != 0):
		return fmt.Errorf("ref %d: pins %v, status %#x", r, act.Pin, status)
	}
	return nil
}

// live tells whether F is told the truth: what it takes to be free is not mapped.
func ended(w *model.World) error {
	s := Of(w)
	for d := uint8(grant.DomB); d < grant.NumDomains; d++ {
		for m := range uint8(page.MaxFrames) {
			if s.Owner[m] == grant.DomF && reaches(&s.Dom[d], m) && !believed(s, m) {
				return fmt.Errorf("frame %d is mapped, and F takes all its grants to be ended", m)
			}
		}
	}
	return nil
}

func reaches(d *grant.Domain, m uint8) bool {
	for i := range uint8(grant.MaxGfns) {
		if e := d.Entry(i); e.Present() && e.Frame() == m {
			return true
		}
		if e := d.TLB[i]; e.Present() && e.Frame() == m {
			return true
		}
	}
	return d.IOPT[m] != grant.NoDMA
}

func believed(s *grant.State, m uint8) bool {
	for _, b := range s.Dom[grant.DomF].Belief {
		if b.State != grant.Free && b.Frame == m {
			return true
		}
	}
	return false
}

// search visits all states, and returns the shortest way to one that is wrong.
func search(t *testing.T, c *model.Config, start model.Start, ops []model.Op, check func(*model.Config, *model.World) error) (states int, story []model.Op, err error) {
	t.Helper()
	m := model.NewMachine(*c)
	type from struct {
		state int
		op    model.Op
	}
	first := start.World(c)
	seen, list, came := map[model.World]bool{first: true}, []model.World{first}, []from{{}}
	for i := 0; i < len(list) && i < 400_000; i++ {
		for _, op := range ops {
			w := list[i]
			a := m.Do(&w, op)
			if a.Refused && w != list[i] {
				t.Fatalf("%v was refused and changed something", op)
			}
			if a.Code != errno.OK && a.Code > -1000 && a.Code < -900 || !op.Spec().Lists(a.Code) && a.Code != errno.HostCrash {
				t.Fatalf("%v answers %v", op, a.Code)
			}
			if seen[w] {
				continue
			}
			seen[w] = true
			list, came = append(list, w), append(came, from{i, op})
			if err := check(c, &w); err != nil {
				for at := len(list) - 1; at > 0; at = came[at].state {
					story = append([]model.Op{came[at].op}, story...)
				}
				return len(list), story, err
			}
		}
	}
	return len(list), nil, nil
}

// all lists operations with all combinations of values.
func all(s *model.Spec, values ...[]uint8) []model.Op {
	ops := []model.Op{{Kind: s.Kind()}}
	for i, list := range values {
		var next []model.Op
		for _, op := range ops {
			for _, v := range list {
				op.Arg[i] = v
				next = append(next, op)
			}
		}
		ops = next
	}
	return ops
}

func both(c *model.Config, w *model.World) error {
	if err := sums(c, w); err != nil {
		return err
	}
	return ended(w)
}

var (
	one   = []uint8{0}
	two   = []uint8{0, 1}
	b1    = []uint8{grant.Back0}
	b2    = []uint8{grant.Back0, grant.Back1}
	parts = []uint8{grant.HostMap, grant.HostMap | grant.MapReadonly, grant.DeviceMap, grant.HostMap | grant.DeviceMap}
)

// mapping is the alphabet of a domain that maps a page which F grants and ends.
func mapping(backs []uint8, flags []uint8, place []uint8) (ops []model.Op) {
	ops = append(ops, all(Map, backs, one, []uint8{1}, flags, place, one, one)...)
	ops = append(ops, all(Unmap, backs, two, slices.Concat(place, []uint8{grant.NoPlace}), two, one, one)...)
	ops = append(ops, all(Access, backs, place, two)...)
	ops = append(ops, all(GuestGrant, one, []uint8{1}, []uint8{grant.DomB}, one, two)...)
	ops = append(ops, all(GuestEnd, one, []uint8{1})...)
	ops = append(ops, all(Decrease, one, one)...)
	return append(ops, all(XenStep, slices.Concat([]uint8{grant.Front0}, backs), one)...)
}

// scope is one page, one reference, two handles and two slots.
func scope(backs uint8, on ...grant.Rule) model.Config {
	o := grant.Config{Steps: grant.StepMap | grant.StepUnmap | grant.StepGuest, TLB: true}
	o.On[grant.AsIs1] = true // today's references
	for _, r := range on {
		o.On[r] = true
	}
	return Scope{Refs: 1, Frames: 1, Slots: 2, Handles: 2, Fronts: 1, Backs: backs}.Config(o)
}

func domains(f, b grant.Made) model.Start {
	f.Own = 1
	return Begin("domains", grant.Start{F: f, B: b, C: grant.Made{Absent: true}})
}

// TestSums: nothing is wrong with today's rules, whoever is translated, in both
// layouts.
func TestSums(t *testing.T) {
	hvm, sync := grant.Made{HVM: true}, grant.Made{Sync: true}
	for _, tc := range []struct {
		name  string
		f, b  grant.Made
		flags []uint8
		backs []uint8
	}{
		{"PV", grant.Made{}, grant.Made{}, parts[:2], b2},
		{"device", grant.Made{}, sync, parts, b1},
		{"PV maps HVM", hvm, grant.Made{}, parts[:2], b2},
		{"HVM maps PV", grant.Made{}, hvm, parts[:2], b2},
		{"HVM", hvm, hvm, parts[:2], b2},
		{"version 2", grant.Made{Ver: 2}, sync, parts, b1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := scope(uint8(len(tc.backs)))
			n, story, err := search(t, &c, domains(tc.f, tc.b), mapping(tc.backs, tc.flags, two[:3-len(tc.backs)]), both)
			t.Logf("%d states", n)
			if err != nil {
				t.Errorf("%v after %v", err, story)
			}
		})
	}
}

// TestBugs: bugs are noticed that are put back.
func TestBugs(t *testing.T) {
	sync := grant.Made{Sync: true}
	for _, tc := range []struct {
		rule   grant.Rule
		b      grant.Made
		flags  []uint8
		backs  []uint8
		length int
	}{
		{grant.B1, sync, parts, b1, 0},
		{grant.B2, sync, parts, b1, 0},
		{grant.B4, grant.Made{}, parts[:1], b2, 0},
		{grant.B24, grant.Made{}, parts[:1], b1, 0},
		{grant.Mut1, grant.Made{}, parts[:1], b1, 0},
	} {
		c := scope(uint8(len(tc.backs)), tc.rule)
		n, story, err := search(t, &c, domains(grant.Made{}, tc.b), mapping(tc.backs, tc.flags, two), both)
		if err == nil {
			t.Errorf("%v: nothing is found in %d states", tc.rule, n)
			continue
		}
		t.Logf("%v: %v after %d steps %v", tc.rule, err, len(story), story)
	}
}
