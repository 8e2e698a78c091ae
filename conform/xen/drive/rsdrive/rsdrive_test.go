package rsdrive

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	view "hvcheck/conform/runstate"
	_ "hvcheck/conform/views"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/abi"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios"
)

// unit is a tick of the model's in these tests.
const unit = 1000

// fake is a session that has been looked at, with memory and no Xen: a vCPU that runs, and
// has run for 9003 ns and waited for none of them since it was made at 500.
func fake(at uint8) *session {
	s := &session{cfg: runstate.Config{Unit: unit}}
	s.at, s.now, s.mem = at, 8*unit, make([]byte, int(runstate.NumPages)*abi.PageSize)
	for i := range s.mem {
		s.mem[i] = canary
	}
	b := &s.books
	b.real = runstate.Record{Entry: 9503, Time: [4]uint64{runstate.Running: 9003}}
	b.t0 = b.lacking()
	b.told = runstate.Record{Entry: 8 * unit, Time: [4]uint64{runstate.Running: 8 * unit}}
	s.known.begin(s)
	return s
}

// info is what Xen tells of a record, so long after its entry.
func info(r *runstate.Record, since uint64) *abi.RunstateInfo {
	i := &abi.RunstateInfo{State: uint32(r.State), Entry: r.Entry, Time: r.Time}
	i.Time[r.State] += since
	return i
}

// A time goes to the state in which it was spent, whole ticks of it. What does not add
// up, is spent here and there, or came from nowhere is not clear.
func TestBooks(t *testing.T) {
	for _, tc := range []struct {
		name  string
		now   uint64
		is    runstate.Record
		want  [4]uint64
		clear bool
	}{
		{"nothing", 8, runstate.Record{Entry: 9503, Time: [4]uint64{9003}}, [4]uint64{8}, true},
		{"it goes to sleep", 9, runstate.Record{State: 2, Entry: 10603, Time: [4]uint64{10103}}, [4]uint64{9}, true},
		{"after two ticks", 10, runstate.Record{State: 1, Entry: 10603, Time: [4]uint64{10103}}, [4]uint64{10}, true},
		{"and wakes up at once", 9, runstate.Record{State: 1, Entry: 10610, Time: [4]uint64{10103, 0, 7}}, [4]uint64{9}, true},
		{"the new state gets the time", 9, runstate.Record{State: 3, Entry: 10603, Time: [4]uint64{9003, 1100}}, [4]uint64{8, 1}, true},
		{"a nanosecond is lost", 9, runstate.Record{State: 2, Entry: 10603, Time: [4]uint64{10102}}, [4]uint64{9}, false},
		{"it waits as long as it runs", 9, runstate.Record{State: 2, Entry: 10603, Time: [4]uint64{9553, 550}}, [4]uint64{9}, false},
		{"another state, and no time", 8, runstate.Record{State: 1, Entry: 9503, Time: [4]uint64{9003}}, [4]uint64{8}, false},
	} {
		s := fake(runstate.Nowhere)
		if clear := s.books.add(info(&tc.is, 70), tc.now*unit); clear != tc.clear {
			t.Errorf("%s: clear is %v", tc.name, clear)
		}
		for i, ticks := range tc.want {
			if got := s.books.told.Time[i]; got != ticks*unit {
				t.Errorf("%s: %s is told as %d, want %d", tc.name, view.Times[i], got, ticks*unit)
			}
		}
		if told := &s.books.told; told.Entry != tc.now*unit || told.State != tc.is.State {
			t.Errorf("%s: %+v", tc.name, told)
		}
	}
}

// store writes bytes of an area.
func store(s *session, image [runstate.MaxLen]byte, from, to uint8) {
	copy(s.window()[s.at+from:], image[from:to])
}

// What was written comes from the record, in whole or in one page, in the layout of the
// guest; a flag that was left, and what comes from nowhere, is told as such.
func TestShadow(t *testing.T) {
	real := runstate.Record{State: 2, Entry: 0x12ad70, Time: [4]uint64{0x1170f, 0, 0x119657, 0}}
	for _, l := range []runstate.Layout{runstate.Layout64, runstate.Layout32} {
		const at = 24
		split := l.First(at)
		for name, part := range map[string][2]uint8{"whole": {0, l.Len()}, "the first page": {0, split}, "the second page": {split, l.Len()}, "nothing": {}} {
			s := fake(at)
			s.width = l
			s.books.real, s.books.told = real, runstate.Record{State: 2, Entry: 9 * unit, Time: [4]uint64{8 * unit, 0, unit}}
			store(s, l.Image(&s.books.real, false), part[0], part[1])
			s.known.update(s)
			told := l.Image(&s.books.told, false)
			for i := range l.Len() {
				want := byte(canary)
				if i >= part[0] && i < part[1] {
					want = told[i]
				}
				if got := s.known.bytes[at+i]; got != want || s.known.strange[at+i] {
					t.Errorf("%d, %s: byte %d is told as %#x, want %#x", l, name, i, got, want)
				}
			}
		}
	}
}

// An area in a page that Xen holds keeps the layout in which it was registered.
func TestHeldLayout(t *testing.T) {
	for access, want := range map[runstate.Access]runstate.Layout{runstate.VX: runstate.Layout32, runstate.VP: runstate.Layout64} {
		s := fake(0)
		s.cfg.Access, s.width, s.held = access, runstate.Layout32, runstate.Layout64
		if got := s.layout(); got != want {
			t.Errorf("access %d: layout %d, want %d", access, got, want)
		}
	}
}

// From user mode nobody goes to sleep, but from kernel mode.
func TestNoSleepInUserMode(t *testing.T) {
	c := rsops.Scope{}.Config(runstate.Config{Access: runstate.VX, PV: true})
	start := rsops.Begin("", rsops.Start{})
	w := start.World(&c)
	op := rsops.Change.Of(runstate.H0, runstate.Blocked, 0)
	for _, user := range []bool{false, true} {
		rsops.Of(&w).User = user
		if why := areas.Way(op).Undriven(ways.Ask(model.NewMachine(c), &w, op, nil)); (why != "") != user {
			t.Errorf("user mode is %v: %q", user, why)
		}
	}
}

func TestStrangeBytes(t *testing.T) {
	for name, spoil := range map[string]func(s *session){
		"the flag is left":         func(s *session) { s.window()[s.at+runstate.Layout64.FlagAt()] |= 0x80 },
		"a byte before the area":   func(s *session) { s.window()[s.at-1] = 1 },
		"a byte behind it":         func(s *session) { s.window()[s.at+runstate.Layout64.Len()] = 1 },
		"a time of somebody else":  func(s *session) { s.window()[s.at+runstate.Layout64.TimeAt(1)]++ },
		"an area that is not his":  func(s *session) { s.at = runstate.Nowhere },
		"the other layout, really": func(s *session) { s.width = runstate.Layout32 },
	} {
		s := fake(24)
		store(s, runstate.Layout64.Image(&s.books.real, false), 0, runstate.Layout64.Len())
		spoil(s)
		s.known.update(s)
		found := false
		for _, strange := range s.known.strange {
			found = found || strange
		}
		if !found {
			t.Errorf("%s: it is told as if it came from the record", name)
		}
	}
}

// An area that another vCPU registers has the time since the record's entry in it: no more
// than has passed.
func TestSnapshot(t *testing.T) {
	for ahead, want := range map[uint64]bool{0: true, 60: true, 70: true, 71: false} {
		s := fake(0)
		s.now += unit
		s.books.add(info(&s.books.real, 70), s.now)
		s.known.ahead = true
		r := s.books.real
		r.Time[runstate.Running] += ahead
		store(s, runstate.Layout64.Image(&r, false), 0, runstate.Layout64.Len())
		s.known.update(s)
		got := (&runstate.State{Mem: s.known.bytes}).Decode(runstate.Layout64, 0)
		if ok := got.Time[runstate.Running] == 9*unit && got.Entry == 8*unit; ok != want {
			t.Errorf("%d ns: it is told as %+v", ahead, got)
		}
	}
}

// What cannot be driven is told before anybody tries: of scenarios, and of operations.
func TestRefused(t *testing.T) {
	for name, want := range map[string]string{
		"runstate.xen": "", "runstate.pv-all": "", "runstate.xen-page": "", "runstate.all": "the scenario is about KVM's emulation",
	} {
		s, _ := scenarios.ByName(name)
		scene, err := conform.NewScene(&counterexamples.Story{Scenario: s, Config: s.Config})
		if err != nil {
			t.Fatal(err)
		}
		if got := refused(scene); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if a, own := rsops.Conf(&scene.Config).Access, rsops.Conf(&s.Config).Access; a != own {
			t.Errorf("%s: it is played in design %d, and not in %d", name, a, own)
		}
	}
	start := rsops.Begin("", rsops.Start{Layout: runstate.Layout32})
	for _, pv := range []bool{false, true} {
		c := rsops.Scope{}.Config(runstate.Config{Access: runstate.VX, PV: pv})
		if w := start.World(&c); (fits(&c, &w) != "") != pv {
			t.Errorf("a guest of 32 bits, PV is %v: %q", pv, fits(&c, &w))
		}
	}
	for _, own := range []struct {
		at, on bool
		driven bool
	}{{true, false, true}, {true, true, false}, {false, true, true}} {
		begin := rsops.Start{}
		if own.at {
			begin.At = 0xfd0
		}
		c := rsops.Scope{}.Config(runstate.Config{Access: runstate.VP})
		rsops.Conf(&c).On[runstate.A6] = own.on
		start := rsops.Begin("", begin)
		if w := start.World(&c); (fits(&c, &w) == "") != own.driven {
			t.Errorf("an area at the start is %v, where there are none: %v: %q", own.at, own.on, fits(&c, &w))
		}
	}
}

func TestExceptions(t *testing.T) {
	c := rsops.Scope{}.Config(runstate.Config{Access: runstate.VX})
	pv := rsops.Scope{}.Config(runstate.Config{Access: runstate.VX, PV: true})
	page := rsops.Scope{}.Config(runstate.Config{Access: runstate.VP})
	to := func(state uint8) model.Op { return rsops.Change.Of(runstate.H0, state, 0) }
	for _, l := range []struct {
		c      *model.Config
		state  uint8
		op     model.Op
		driven bool
	}{
		{&c, runstate.Running, to(runstate.Blocked), true}, {&c, runstate.Running, to(runstate.Running), false},
		{&c, runstate.Runnable, to(runstate.Blocked), false}, {&c, runstate.Offline, to(runstate.Blocked), false}, {&c, runstate.Blocked, to(runstate.Offline), true},
		{&c, runstate.Running, to(runstate.NumStates), false}, {&c, runstate.Running, rsops.Change.Of(0, runstate.Blocked, uint8(runstate.Back)), false},
		{&c, runstate.Blocked, rsops.RegisterHandle.Of(1, 0), false}, {&c, runstate.Blocked, rsops.RegisterHandle.Of(1, 1), true}, {&c, runstate.Running, rsops.RegisterHandle.Of(1, 0), true},
		{&c, runstate.Blocked, rsops.SoftReset.Of(), true}, {&c, runstate.Running, rsops.SoftReset.Of(), false}, {&pv, runstate.Blocked, rsops.SoftReset.Of(), false},
		{&page, runstate.Running, rsops.RegisterPhys.Of(1), true}, {&page, runstate.Blocked, rsops.RegisterPhys.Of(1), false}, {&pv, runstate.Running, rsops.SetMode.Of(1), true},
	} {
		start := rsops.Begin("", rsops.Start{State: l.state})
		w := start.World(l.c)
		if why := areas.Way(l.op).Undriven(ways.Ask(model.NewMachine(*l.c), &w, l.op, nil)); (why == "") != l.driven {
			t.Errorf("%v in state %d: %q", l.op, l.state, why)
		}
	}
}
