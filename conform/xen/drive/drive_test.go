package drive

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	view "hvcheck/conform/pvmmu"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

func ask(c model.Config, w *model.World, op model.Op) *Question {
	return ways.Ask(model.NewMachine(c), w, op, nil)
}

// A guest's call is stopped as often as Xen checks before it is where the model
// is: real tables have 512 entries.
func TestStops(t *testing.T) {
	c := mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 1, Preempt: 4}.Config()
	start := model.Start{Areas: []model.Setup{mmops.Start{Running: true, Ent: map[uint8][]page.Entry{
		0: {page.To(1, page.RW), page.To(1, page.RW)}, 1: {page.To(2, page.RW), 0},
	}}}}
	w := start.World(&c)
	const v0 = 0
	for _, l := range []struct {
		op    model.Op
		stops int
	}{
		{mmops.Pin.Of(v0, 1, 2, 1), 1},            // before entry 1 of the L2
		{mmops.Pin.Of(v0, 0, 3, 1), 1},            // the same, below
		{mmops.Pin.Of(v0, 0, 3, 2), 1 + 510 + 1},  // behind the L2, before entry 1 of the L3
		{mmops.Pin.Of(v0, 0, 3, 0), 0},            // to the end
		{mmops.Pin.Of(v0, 0, 3, 4), 0},            // there is no such check
		{mmops.Pin.Of(pvmmu.Tool(0), 0, 3, 1), 0}, // nobody stops it
	} {
		if n := stopsOf(ask(c, &w, l.op)); n != l.stops {
			t.Errorf("%v: %d stops, want %d", l.op, n, l.stops)
		}
	}
	byTools := ask(c, &w, mmops.Pin.Of(pvmmu.Tool(0), 0, 3, 2))
	if byTools.Instrumented = true; stopsOf(byTools) != 1+510+1 {
		t.Errorf("%v on an instrumented hypervisor: check %d, want the one at which a guest's is stopped", byTools.Op, stopsOf(byTools))
	}
	m := model.NewMachine(c)
	m.Do(&w, mmops.Pin.Of(v0, 1, 2, 0))
	if n := stopsOf(ask(c, &w, mmops.Unpin.Of(v0, 1, 1))); n != 511 {
		t.Errorf("un-audit: %d stops, want 511", n)
	}
	// What is left to old_guest_table is stopped there, although nothing is
	// preempted.
	if n := stopsOf(ask(c, &w, mmops.MMUUpdate.Of(v0, 1, 0, 0, 0, 0))); n != 1 {
		t.Errorf("an L2's entry that goes: %d stops, want 1", n)
	}
}

// What cannot be driven is told before anybody tries.
func TestExceptions(t *testing.T) {
	c := mmops.Scope{Frames: 3, Slots: 2, Guests: 2, Tools: 1, Preempt: 2}.Config()
	start := model.Start{Areas: []model.Setup{mmops.Start{Ent: map[uint8][]page.Entry{1: {page.To(2, page.RW), page.To(2, page.RW)}}}}}
	w := start.World(&c)
	m := model.NewMachine(c)
	t0 := pvmmu.Tool(0)
	for _, l := range []struct {
		op   model.Op
		want string
	}{
		{mmops.Pin.Of(t0, 1, 2, 0), ""},
		{mmops.Pin.Of(t0, 1, 2, 1), instrument},
		{mmops.Pin.Of(t0, 1, 1, 1), ""},
		{mmops.VMAssist.Of(t0, 0, 1), "there is no such call on behalf of another domain"},
		{mmops.Touch.Of(0, 0), hardware},
	} {
		if why := mmu.Way(l.op).Undriven(ask(c, &w, l.op)); why != l.want {
			t.Errorf("%v: %q, want %q", l.op, why, l.want)
		}
	}
	stopped := ask(c, &w, mmops.Pin.Of(t0, 1, 2, 1))
	if stopped.Instrumented = true; mmu.Way(stopped.Op).Undriven(stopped) != "" {
		t.Errorf("%v on an instrumented hypervisor: %s", stopped.Op, mmu.Way(stopped.Op).Undriven(stopped))
	}
	m.Do(&w, mmops.SetContext.Of(t0, 0, 0, 0, 0, 0, 0))
	if why := mmu.Way(mmops.Pin.Of(0, 1, 2, 0)).Undriven(ask(c, &w, mmops.Pin.Of(0, 1, 2, 0))); why != "" {
		t.Errorf("a guest on a table of the pool: %q", why)
	}
	user := w
	mmops.Of(&user).CPU[1] = pvmmu.VCPU{Init: true, UserMode: true}
	if cannotEnter(ask(c, &user, mmops.Pin.Of(0, 1, 2, 0))) == "" {
		t.Error("another vCPU would run in user mode")
	}
	mmops.Of(&user).CPU[1].UserMode = false
	back := ask(c, &user, mmops.Pin.Of(0, 1, 2, 0))
	if back.Marks = (Marks{"vcpu 1" + onUser: true}); cannotEnter(back) == "" {
		t.Error("another vCPU would run in kernel mode, on its user table")
	}
}

// A vCPU that began in user mode is known to stand on its user table until it is reset.
func TestContextMarks(t *testing.T) {
	const name = "vcpu 0"
	marks := Marks{}
	for _, l := range []struct {
		initialised, kernel, onUser bool
	}{{false, false, false}, {true, false, true}, {true, true, true}, {false, false, false}, {true, true, false}, {true, false, false}} {
		fields := map[string]string{view.Initialised: model.YesNo(l.initialised)}
		if l.initialised {
			fields[view.Mode] = view.ModeName(l.kernel)
		}
		if markContext(name, fields, marks); marks[name+onUser] != l.onUser {
			t.Errorf("%+v: on its user table: %v", l, marks[name+onUser])
		}
	}
}

// Writable references can be had by anybody, as many as the model counts; those of
// descriptors by the guest.
func TestHolds(t *testing.T) {
	c := mmops.Scope{Frames: 2, Slots: 1, Guests: 1, Tools: 1}.Config()
	start := model.Start{Areas: []model.Setup{mmops.Start{Running: true}}}
	w := start.World(&c)
	t0, m := pvmmu.Tool(0), model.NewMachine(c)
	for _, l := range []struct {
		op     model.Op
		driven bool
	}{
		{mmops.GetType.Of(t0, 0, 0), false}, {mmops.GetType.Of(t0, 0, 1), false}, {mmops.PutType.Of(t0, 0, 1), false},
		{mmops.GetType.Of(t0, 0, 2), true}, {mmops.GetType.Of(t0, 0, 2), true}, {mmops.GetType.Of(t0, 0, 2), false},
		{mmops.PutType.Of(t0, 0, 2), true}, {mmops.GetType.Of(0, 0, 0), true}, {mmops.PutType.Of(t0, 0, 2), true},
		{mmops.GetType.Of(0, 0, 0), true}, {mmops.PutType.Of(t0, 0, 0), false}, {mmops.PutType.Of(t0, 1, 2), false},
	} {
		if why := mmu.Way(l.op).Undriven(ask(c, &w, l.op)); (why == "") != l.driven {
			t.Errorf("%v: %q", l.op, why)
		}
		if l.driven {
			m.Do(&w, l.op)
		}
	}
}

// A frame with a vCPU's descriptors is known until that vCPU lets go of it.
func TestDescriptorMarks(t *testing.T) {
	const frame = 1
	marks := Marks{}
	for _, l := range []struct {
		op       model.Op
		kind     page.Type
		count    string
		by0, by1 bool
	}{
		{mmops.GetType.Of(0, frame, 0), page.Writable, "1", false, false},
		{mmops.GetType.Of(0, frame, 2), page.Writable, "1", false, false},
		{mmops.GetType.Of(0, frame, 0), page.SegDesc, "1", true, false},
		{mmops.GetType.Of(1, frame, 0), page.SegDesc, "2", true, true},
		{mmops.PutType.Of(0, frame, 0), page.SegDesc, "1", false, true},
		{mmops.GetType.Of(1, frame, 0), page.SegDesc, "2", false, true},
		{mmops.PutType.Of(1, frame, 0), page.SegDesc, "1", false, true},
		{mmops.PutType.Of(1, frame, 0), page.SegDesc, "0", false, false},
	} {
		seen, name := conform.Seen{}, conform.NameOf(view.Frame, frame)
		seen.Add(name, view.Type, l.kind.String())
		seen.Add(name, view.TypeCount, l.count)
		markDescriptors(&l.op, seen, marks)
		if marks[descriptors(0, frame)] != l.by0 || marks[descriptors(1, frame)] != l.by1 {
			t.Errorf("%v: %v", l.op, marks)
		}
	}
}

// Xen's own pages come before those of the pool, once.
func TestDestroyStops(t *testing.T) {
	c := mmops.Scope{Frames: 2, Slots: 1, Guests: 1, Tools: 1, Preempt: 2}.Config()
	start := model.Start{Areas: []model.Setup{mmops.Start{}}}
	w := start.World(&c)
	m := model.NewMachine(c)
	for _, want := range []int{xenPages + 1, 1} {
		q := ask(c, &w, mmops.Destroy.Of(pvmmu.Tool(0), 1))
		if q.Instrumented = true; destroyStops(q) != want {
			t.Errorf("destroyed up to the next page: check %d, want %d", destroyStops(q), want)
		}
		m.Do(&w, q.Op)
	}
}

// What a table has in slots that the model has not is known, whatever became of it.
func TestMarks(t *testing.T) {
	seen := conform.Seen{}
	for f, owner := range []string{view.Owned, view.Owned, view.Free} {
		seen.Add(conform.NameOf(view.Frame, f), view.Owner, owner)
	}
	marks := Marks{}
	for f := range uint8(3) {
		op := mmops.NewBaseptr.Of(0, f, 0)
		if f == 0 {
			op = mmops.NewUserBaseptr.Of(0, f+1, 0)
		}
		markMMU(&op, seen, marks)
	}
	if marks["frame 0"] || !marks["frame 1"] || marks["frame 2"] || !marks[lodged] {
		t.Errorf("%v", marks)
	}
}

// An entry as the processor has it is read back as it was.
func TestEntries(t *testing.T) {
	s := &mmuSession{frames: []uint64{0x1234, 0x1235}}
	for _, e := range []page.Entry{0, page.To(0, page.RO), page.To(1, page.RW), page.To(1, page.PSE), page.To(0, page.Bad), page.To(1, page.Away), page.To(1, page.RW).WithDirty(), page.Entry(0).WithDirty(), page.To(0, page.Away).WithDirty()} {
		if got := s.entry(s.pte(e)); got != e.String() {
			t.Errorf("%v: read back as %s", e, got)
		}
	}
	if got := s.entry(0x99<<12 | pteRW); got != "0x10000000099027" {
		t.Errorf("an entry of nobody: %s", got)
	}
}

// A domain has no more pages than Xen tells of.
func TestFits(t *testing.T) {
	for _, l := range []struct {
		frames  uint8
		running bool
		fits    bool
	}{{5, true, true}, {6, true, false}, {8, false, true}} {
		c := mmops.Scope{Frames: l.frames, Slots: 1, Guests: 1, Tools: 1}.Config()
		start := model.Start{Areas: []model.Setup{mmops.Start{Running: l.running}}}
		w := start.World(&c)
		if why := mmuFits(&c, &w); (why == "") != l.fits {
			t.Errorf("%+v: %q", l, why)
		}
		if order := pageOrder(&c, &w); len(order) != int(pool.Conf(&c).Frames) || !slices.IsSorted(order) {
			t.Errorf("%+v: %v", l, order)
		}
	}
}

// Whatever is seen has a name in the view.
func TestNames(t *testing.T) {
	var names []string
	for _, o := range view.View.Objects {
		for _, f := range o.Fields {
			names = append(names, o.Name+" "+f.Name)
		}
	}
	seen := conform.Seen{}
	(&mmuSession{}).lookDomain(seen, &subject.Dump{}, false)
	for object, fields := range seen {
		for field := range fields {
			if !slices.Contains(names, object+" "+field) {
				t.Errorf("%s %s is in no view", object, field)
			}
		}
	}
}
