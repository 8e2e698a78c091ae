package rsops_test

import (
	"fmt"
	"testing"

	_ "hvcheck/areas"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// machine is KVM with an area.
type machine struct {
	t *testing.T
	m *model.Machine
	w model.World
}

func kvm(t *testing.T, s rsops.Start) *machine {
	c := rsops.Scope{Budget: unbounded()}.Config(runstate.Config{Unit: 0x0102030405060708, Slots: 4, Apart: true})
	start := rsops.Begin("", s)
	return &machine{t, model.NewMachine(c), start.World(&c)}
}

func (m *machine) do(op model.Op, want errno.Errno) {
	m.t.Helper()
	if got := m.m.Do(&m.w, op); got.Code != want {
		m.t.Errorf("%v answered %v, want %v", op, got.Code, want)
	}
}

// parts tells of the area's part in each page whether it is as it was or new. A
// part in which both are the same is what the other one is.
func (m *machine) parts(was *runstate.State) string {
	s, b := rsops.Of(&m.w), rsops.Book(&m.w)
	image := s.Layout.Image(&s.Rec, false)
	first := s.Layout.First(b.At)
	var old, fresh [2]bool
	for k, part := range [][2]uint8{{0, first}, {first, s.Layout.Len()}} {
		old[k], fresh[k] = true, true
		for i := part[0]; i < part[1]; i++ {
			old[k] = old[k] && s.Mem[b.At+i] == was.Mem[b.At+i]
			fresh[k] = fresh[k] && (s.Mem[b.At+i] == image[i] || s.Layout == runstate.Layout64 && i >= 4 && i < 8)
		}
	}
	switch {
	case fresh == [2]bool{true, true}:
		return "new new"
	case old == [2]bool{true, true}:
		return "old old"
	}
	return fmt.Sprintf("old %v, new %v", old, fresh)
}

const (
	pageA, pageB, pageOther = runstate.PageA, runstate.PageB, runstate.NumPages
	none, writable, ro      = uint8(runstate.SlotNone), uint8(runstate.SlotWritable), uint8(runstate.SlotReadOnly)
)

// TestPageChanges is what Linux 6.12 and 7.2 did when a page changed while an area
// that is split at 0xfe8 was registered: an update in atomic context, and one
// that may sleep.
func TestPageChanges(t *testing.T) {
	for _, tc := range []struct {
		name             string
		do               []model.Op
		atomic, sleeping string
	}{
		{"nothing", nil, "new new", "new new"},
		{"first page swapped out", []model.Op{rsops.Invalidate.Of(pageA)}, "old old", "new new"},
		{"second page swapped out", []model.Op{rsops.Invalidate.Of(pageB)}, "old old", "new new"},
		{"first memslot deleted", []model.Op{rsops.SetSlot.Of(pageA, none)}, "old old", "old old"},
		{"second memslot deleted", []model.Op{rsops.SetSlot.Of(pageB, none)}, "old old", "old old"},
		{"second memslot read-only", []model.Op{rsops.SetSlot.Of(pageB, ro)}, "old old", "old old"},
		{"unrelated memslot", []model.Op{rsops.SetSlot.Of(pageOther, writable)}, "old old", "new new"},
		{"deleted and back", []model.Op{rsops.SetSlot.Of(pageB, none), rsops.SetSlot.Of(pageB, writable)}, "old old", "new new"},
	} {
		for state, want := range map[uint8]string{runstate.Runnable: tc.atomic, runstate.Blocked: tc.sleeping} {
			m := kvm(t, rsops.Start{At: 0xfe8, Flag: true})
			for _, op := range tc.do {
				m.do(op, errno.OK)
			}
			was := *rsops.Of(&m.w)
			m.do(rsops.Change.Of(0, state, 0), errno.OK)
			if got := m.parts(&was); got != want {
				t.Errorf("%s, to state %d: %s, want %s", tc.name, state, got, want)
			}
		}
	}
}

// TestLostUntilSleep: after any change of memslots schedule-outs are lost until
// somebody updates who may sleep.
func TestLostUntilSleep(t *testing.T) {
	m := kvm(t, rsops.Start{At: 0xfe8, Flag: true})
	m.do(rsops.SetSlot.Of(pageOther, writable), errno.OK)
	for i, step := range []struct {
		state uint8
		want  string
	}{{runstate.Runnable, "old old"}, {runstate.Runnable, "old old"}, {runstate.Blocked, "new new"}, {runstate.Runnable, "new new"}} {
		was := *rsops.Of(&m.w)
		m.do(rsops.Change.Of(0, step.state, 0), errno.OK)
		if got := m.parts(&was); got != step.want {
			t.Errorf("update %d: %s, want %s", i, got, step.want)
		}
	}
}

// TestBadPages is what a registration answers if a page is bad, and that nothing
// is registered then, not even what was before.
func TestBadPages(t *testing.T) {
	for _, page := range []uint8{pageA, pageB} {
		for _, slot := range []uint8{none, ro} {
			for _, l := range []runstate.Layout{runstate.Layout64, runstate.Layout32} {
				m := kvm(t, rsops.Start{At: 0x1000, Layout: l})
				m.do(rsops.SetSlot.Of(page, slot), errno.OK)
				m.do(rsops.SetAddress.Of(rsops.At(0xfe8)), errno.EFAULT)
				was := rsops.Of(&m.w).Mem
				m.do(rsops.Change.Of(0, runstate.Blocked, 0), errno.OK)
				if rsops.Of(&m.w).Mem != was || rsops.Of(&m.w).C[0].Active {
					t.Errorf("page %d, slot %d: something is written", page, slot)
				}
			}
		}
	}
}

// TestWidths is what happened when the guest's width changed under an area.
func TestWidths(t *testing.T) {
	for _, tc := range []struct {
		at               int
		from             runstate.Layout
		atomic, sleeping string
	}{
		{0xfd4, runstate.Layout32, "old old", "new new"}, // 4 bytes grow into the next page
		{0xff0, runstate.Layout32, "new new", "new new"},
		{0xfd4, runstate.Layout64, "new new", "new new"}, // and get out of it: the second part is none
		{0xff0, runstate.Layout64, "new new", "new new"},
	} {
		for state, want := range map[uint8]string{runstate.Runnable: tc.atomic, runstate.Blocked: tc.sleeping} {
			m := kvm(t, rsops.Start{At: tc.at, Layout: tc.from, Flag: true})
			was := *rsops.Of(&m.w)
			m.do(rsops.SetWidth.Of(1-uint8(tc.from)), errno.OK)
			if rsops.Of(&m.w).Mem != was.Mem {
				t.Errorf("%#x: the change of the width writes the area", tc.at)
			}
			m.do(rsops.Change.Of(0, state, 0), errno.OK)
			if got := m.parts(&was); got != want {
				t.Errorf("%#x from layout %d, to state %d: %s, want %s", tc.at, tc.from, state, got, want)
			}
		}
	}
}

// TestPadding: it is left alone within a page, and zero in an area that is split.
func TestPadding(t *testing.T) {
	for at, want := range map[int]byte{0xfd0: 0xa5, 0xff0: 0} {
		m := kvm(t, rsops.Start{})
		m.do(rsops.SetAddress.Of(rsops.At(at)), errno.OK)
		s := rsops.Of(&m.w)
		for i := range uint8(4) {
			if got := s.Mem[rsops.Book(&m.w).At+4+i]; got != want {
				t.Errorf("%#x: the padding is %#x, want %#x", at, got, want)
			}
		}
	}
}

// TestFirstChange books what has passed before the vCPU ever ran as offline.
func TestFirstChange(t *testing.T) {
	m := kvm(t, rsops.Start{Fresh: true})
	m.do(rsops.Change.Of(0, runstate.Running, 0), errno.OK)
	if r := rsops.Of(&m.w).Rec; r.Time[runstate.Offline] != r.Entry || r.Entry == 0 {
		t.Errorf("%+v", r)
	}
}

// TestCallsForData is what setting and adjusting answers.
func TestCallsForData(t *testing.T) {
	for _, tc := range []struct {
		op   model.Op
		want errno.Errno
	}{
		{rsops.SetData.Of(0, 0), errno.OK}, {rsops.SetData.Of(4, 0), errno.EINVAL}, {rsops.SetData.Of(0, 1), errno.EINVAL}, {rsops.SetData.Of(0, 2), errno.EINVAL},
		{rsops.Adjust.Of(5, 0), errno.OK}, {rsops.Adjust.Of(4, 0), errno.EINVAL}, {rsops.Adjust.Of(0, 1), errno.EINVAL}, {rsops.Adjust.Of(0, 2), errno.EINVAL},
		{rsops.Adjust.Of(5, 3), errno.OK}, {rsops.Change.Of(0, 4, 0), errno.EINVAL},
	} {
		kvm(t, rsops.Start{At: 0xfd0}).do(tc.op, tc.want)
	}
}
