package mmops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[pvmmu.State](), checker.CheckFlat[pvmmu.Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOpString(t *testing.T) {
	for op, want := range map[model.Op]string{
		mmops.Pin.Of(0, 1, 4, 0):                      "mmuext.pin cpu=v0 frame=1 level=4",
		mmops.Pin.Of(3, 1, 4, 2):                      "mmuext.pin cpu=t0 frame=1 level=4 preempt=2",
		mmops.NewUserBaseptr.Of(1, 0, 0):              "mmuext.new_user_baseptr cpu=v1 frame=none",
		mmops.MMUUpdate.Of(0, 2, 7, 0, 1, 0):          "mmu_update cpu=v0 frame=2 slot=m2p entry=none cmd=preserve_ad",
		mmops.SetContext.Of(4, 0, 0, 2, 1, 1, 0):      "set-context cpu=t1 vcpu=0 kernel=0 user=1 assist=strict mode=user",
		mmops.UpdateVAMapping.Of(0, 1, 0, 0b10001, 2): "update_va_mapping cpu=v0 dir=1 slot=0 entry=1rw flush=badmask",
	} {
		if got := op.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestArgMistakes: what is no value is refused, and the error says what is one.
func TestArgMistakes(t *testing.T) {
	for _, c := range []struct {
		arg   *model.ArgType
		text  string
		wants string
	}{
		{mmops.CPU, "v9", "v0, v1, v2, t0, t1, t2"},
		{mmops.CPU, "", "v0"},
		{mmops.VCPU, "v0", "a number"},
		{mmops.Level, "0", "1 to 4"},
		{mmops.Level, "5", "1 to 4"},
		{mmops.SlotOrM2P, "4", "0 to 3"},
		{mmops.SlotOrM2P, "M2P", "0 to 3"},
		{mmops.Command, "preserve", "preserve_ad"},
		{mmops.Assist, "yes", "strict"},
		{mmops.Toggle, "", "enable"},
		{mmops.Mode, "super", "kernel"},
		{mmops.PageType, "l1", "seg_desc"},
		{mmops.StepType, "l2", "l1, writable"},
		{mmops.Flush, "some", "badmask"},
	} {
		v, err := c.arg.Parse(c.text)
		if err == nil {
			t.Errorf("%s: %q was read as %d", c.arg.Name, c.text, v)
		} else if !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %q: the error does not say %q: %v", c.arg.Name, c.text, c.wants, err)
		}
	}
}

// TestArgCounts: only the bounds say how many values there are.
func TestArgCounts(t *testing.T) {
	b := mmops.Scope{Frames: 5, Slots: 2, Guests: 1, Tools: 1, Preempt: 3}.Config()
	for arg, want := range map[*model.ArgType]uint8{
		pool.Frame: 5, pool.FrameOrNone: 6, pool.Slot: 2, mmops.SlotOrM2P: 2, model.Preempt: 4, mmops.Mode: 4, mmops.Command: 3,
		mmops.CPU: 6, mmops.VCPU: 3, mmops.Level: 5,
	} {
		if got := arg.Count(&b); got != want {
			t.Errorf("%s has %d values, want %d", arg.Name, got, want)
		}
	}
}

// TestArgExists: words exist beside the numbers, and not every number is a level.
func TestArgExists(t *testing.T) {
	b := mmops.Scope{Frames: 5, Slots: 2}.Config()
	for arg, want := range map[*model.ArgType][]uint8{
		mmops.SlotOrM2P: {0, 1, pvmmu.SlotM2P}, mmops.Level: {1, 2, 3, 4}, mmops.CPU: {0, 1, 2, 3, 4, 5}, mmops.VCPU: {0, 1, 2},
	} {
		var got []uint8
		for v := range 256 {
			if arg.Exists(uint8(v), &b) {
				got = append(got, uint8(v))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: there are %d, want %d", arg.Name, got, want)
		}
	}
}

// TestSymmetric: only frames and vCPUs may be renamed.
func TestSymmetric(t *testing.T) {
	for _, s := range mmops.Area.Ops.Specs() {
		for _, a := range s.Args {
			want := a.Type == mmops.CPU || a.Type == pool.Frame || a.Type == pool.FrameOrNone
			if a.Type.Symmetric != want {
				t.Errorf("%s: symmetric is %v", a.Type.Name, a.Type.Symmetric)
			}
		}
	}
}

// TestGroups: what is exchanged in a story, and what stays.
func TestGroups(t *testing.T) {
	c := mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 2}.Config()
	for i, want := range []struct {
		size uint8
		op   model.Op
	}{
		{3, mmops.SetContext.Of(3, 1, 2, 1, 0, 0, 1)},
		{2, mmops.SetContext.Of(3, 0, 0, 2, 0, 0, 1)},
		{2, mmops.SetContext.Of(4, 1, 0, 2, 0, 0, 1)},
	} {
		g := mmops.Area.Groups[i]
		if got := g.Size(&c); got != want.size {
			t.Errorf("group %d has %d names, want %d", i, got, want.size)
		}
		// The first name becomes the last one, each other one the one before.
		p := []uint8{1, 0}
		if want.size == 3 {
			p = []uint8{2, 0, 1}
		}
		op := mmops.SetContext.Of(3, 1, 0, 2, 0, 0, 1)
		for a, arg := range op.Spec().Args {
			op.Arg[a] = g.Rename(arg.Type, op.Arg[a], p)
		}
		if op != want.op {
			t.Errorf("group %d: %v, want %v", i, op, want.op)
		}
	}
}

// TestNeeds: a start state says how large a scope it needs.
func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		start mmops.Start
		needs mmops.Scope
	}{
		{mmops.Start{}, mmops.Scope{}},
		{mmops.Start{List: []uint8{3, 0}}, mmops.Scope{Frames: 4}},
		{mmops.Start{Slot: map[uint8]page.Slot{2: 0}}, mmops.Scope{Frames: 3}},
		{mmops.Start{Ent: map[uint8][]page.Entry{1: {0, 0}}}, mmops.Scope{Frames: 2, Slots: 2}},
		{mmops.Start{Ent: map[uint8][]page.Entry{0: {page.To(5, page.RO)}}}, mmops.Scope{Frames: 6, Slots: 1}},
	} {
		start := mmops.Starts([]mmops.Start{c.start})[0]
		got, want := mmops.Scope{}.Config(), c.needs.Config()
		start.Needs(&got)
		if got != want {
			t.Errorf("%+v: %+v, want %+v", c.start, *pool.Conf(&got), c.needs)
		}
	}
}

// TestRulesAsked: coverage knows which rules came into play.
func TestRulesAsked(t *testing.T) {
	m := model.NewMachine(mmops.Scope{Frames: 2, Slots: 1, Guests: 1, Tools: 1}.Config())
	w := new(model.Start).World(&m.Config)
	if asked := m.RulesAsked(); len(asked) != 0 {
		t.Errorf("before any operation: %v", asked)
	}
	m.Do(&w, mmops.SetContext.Of(pvmmu.Tool(0), 0, 1, 0, 1, 0, 0))
	if asked := m.RulesAsked(); !asked["MM-V2"] || asked["MM-V0"] || !asked["MM-B20"] || asked["MM-B22"] {
		t.Errorf("after a set-context with permitted bits: %v", asked)
	}
}

func TestDesignKeepsTheOrderOfSettings(t *testing.T) {
	var c model.Config
	for _, ch := range []model.Choice{{Name: "MM-M1", Value: "on"}, {Name: "MM-B2", Value: "on"}, {Name: "fixup", Value: "MM-V6"}} {
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
	}
	want := []model.Choice{{Name: "fixup", Value: "MM-V6"}, {Name: "MM-B2", Value: "on"}, {Name: "MM-M1", Value: "on"}}
	if d := cmp.Diff(want, c.Design()); d != "" {
		t.Error(d)
	}
}

func TestSetMistakes(t *testing.T) {
	for choice, wants := range map[model.Choice][]string{
		{Name: "fixip", Value: "MM-V0"}: {`"fixip"`, `did you mean "fixup"?`},
		{Name: "mm-b24", Value: "on"}:   {`did you mean "MM-B24"?`},
		{Name: "fixup", Value: "MM-V4"}: {`"MM-V4"`, "MM-V2, MM-V0, MM-V1"},
		{Name: "MM-B2", Value: "yes"}:   {"off, on"},
	} {
		var c model.Config
		err := c.Set(choice)
		if err == nil {
			t.Errorf("%v was accepted", choice)
			continue
		}
		for _, w := range wants {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v: the error does not say %q: %v", choice, w, err)
			}
		}
		if c != (model.Config{}) {
			t.Errorf("%v: refused, and changed the configuration", choice)
		}
	}
}

// TestBeyond: a run in which nr_l4_pages would drift out of the scope ends
// there, without a fault. One that tears the domain down goes on, and counts no further.
func TestBeyond(t *testing.T) {
	m := model.NewMachine(mmops.Scope{Frames: 2, Slots: 1, Guests: 1, Tools: 1}.Config())
	w := new(model.Start).World(&m.Config)
	pin := mmops.Pin.Of(pvmmu.Tool(0), 0, 4, 0)
	for mmops.Of(&w).Stop == pvmmu.Running {
		if got := m.Do(&w, pin); got.Code == errno.OK {
			pool.Of(&w).Pages[0] = page.Page{Owned: true, Allocated: true, Count: 1} // nobody counts it down
		} else if want := (model.Answer{Code: errno.NotRunning}); got != want {
			t.Fatalf("with %d L4s: %+v", mmops.Of(&w).NrL4, got)
		}
	}
	if s := mmops.Of(&w); s.Stop != pvmmu.Beyond || s.NrL4 != 6 {
		t.Errorf("stopped with %d L4s: %v", s.NrL4, s.Stop)
	}
	if got := m.Do(&w, pin); !got.Refused {
		t.Errorf("and then %+v", got)
	}

	w = new(model.Start).World(&m.Config)
	if a := m.Do(&w, pin); a.Code != errno.OK {
		t.Fatal(a)
	}
	mmops.Of(&w).NrL4 = -6
	for op, more := m.Drain(&w); more; op, more = m.Drain(&w) {
		m.Do(&w, op)
	}
	if s := mmops.Of(&w); s.Stop != pvmmu.Running || s.NrL4 != -6 {
		t.Errorf("torn down with %d L4s: %v", s.NrL4, s.Stop)
	}
}
