package counterexamples

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

func TestSimpler(t *testing.T) {
	sc := pinFirst(t)
	s := NewSimplifier(sc, sc.Config)
	got := fmt.Sprint(s.Simpler(mmops.Pin.Of(pvmmu.Tool(1), 2, 4, 1)))
	want := "[mmuext.pin cpu=t1 frame=2 level=4 " + // never preempted
		"mmuext.pin cpu=t1 frame=2 level=1 preempt=1 mmuext.pin cpu=t1 frame=2 level=3 preempt=1 " + // there is no 2
		"mmuext.pin cpu=t1 frame=0 level=4 preempt=1 mmuext.pin cpu=t1 frame=1 level=4 preempt=1 " +
		"mmuext.pin cpu=t0 frame=2 level=4 preempt=1]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestSimplerEnds: simpler operations are less, so simplifying comes to an end.
func TestSimplerEnds(t *testing.T) {
	sc := pinFirst(t)
	s := NewSimplifier(sc, sc.Config)
	for op := range s.alphabet {
		for _, simpler := range s.Simpler(op) {
			if !s.Less(simpler, op) || s.Less(op, simpler) || !s.alphabet[simpler] {
				t.Fatalf("%v is no simpler than %v", simpler, op)
			}
		}
	}
}

func TestRenamings(t *testing.T) {
	sc := pinFirst(t)
	s := NewSimplifier(sc, sc.Config)
	story := checker.Story[model.Op]{Start: 1, Ops: []model.Op{
		mmops.Pin.Of(pvmmu.Tool(1), 1, 4, 0),
		mmops.SetContext.Of(pvmmu.Tool(1), 0, 2, 2, 1, 0, 0), // user table: frame 1
	}}
	var got []string
	for _, r := range s.Renamings(story) {
		if r.Start != 1 {
			t.Error("another start state")
		}
		got = append(got, fmt.Sprint(r.Ops))
	}
	for _, want := range []string{ // frames 1 and 2 become 0 and 1; t1 becomes t0; vcpu 0 becomes 1
		"[mmuext.pin cpu=t1 frame=0 level=4 set-context cpu=t1 vcpu=0 kernel=1 user=0 assist=strict mode=kernel]",
		"[mmuext.pin cpu=t0 frame=1 level=4 set-context cpu=t0 vcpu=0 kernel=2 user=1 assist=strict mode=kernel]",
		"[mmuext.pin cpu=t1 frame=1 level=4 set-context cpu=t1 vcpu=1 kernel=2 user=1 assist=strict mode=kernel]",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, r := range got { // the alphabet has no frame 2 as a user table
		if strings.Contains(r, "user=2") {
			t.Errorf("outside of the alphabet: %s", r)
		}
	}
}

func TestRenameEntry(t *testing.T) {
	e := page.To(2, page.RW).WithDirty()
	if got, want := page.Entry(pool.Names.Rename(pool.Ent, uint8(e), []uint8{1, 2, 0})), page.To(0, page.RW).WithDirty(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := pool.Names.Rename(pool.Ent, 0, []uint8{1, 0}); got != 0 {
		t.Errorf("no entry became %v", page.Entry(got))
	}
	if got := pool.Names.Rename(pool.FrameOrNone, 0, []uint8{1, 0}); got != 0 {
		t.Errorf("no frame became %d", got)
	}
}

// TestMinimized: many ways to say the same become one.
func TestMinimized(t *testing.T) {
	sc := pinFirst(t)
	c := with(t, sc, "fixup", "MM-V0")
	system := func() checker.System[model.World, model.Op] { return sc.System(c, []string{"MM-I10"}) }
	for _, ops := range [][]model.Op{
		{mmops.Pin.Of(pvmmu.Tool(1), 2, 4, 0), mmops.VCPUReset.Of(pvmmu.Tool(0), 0, 1), mmops.SetContext.Of(pvmmu.Tool(0), 0, 1, 0, 1, 0, 0)},
		{mmops.Pin.Of(pvmmu.Tool(1), 1, 4, 0), mmops.Pin.Of(pvmmu.Tool(1), 2, 1, 0), mmops.SetContext.Of(pvmmu.Tool(1), 0, 1, 0, 1, 0, 0)},
	} {
		f := checker.Check(system(), checker.Story[model.Op]{Ops: ops})
		if f == nil {
			t.Errorf("%v violates nothing", ops)
			continue
		}
		least := checker.Minimize(system, NewSimplifier(sc, c), *f, checker.MinimizeOptions{})
		if want := twoSteps(t); fmt.Sprint(least.Ops) != fmt.Sprint(want.Run().Ops) {
			t.Errorf("%v became %v", ops, least.Ops)
		}
	}
}
