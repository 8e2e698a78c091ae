package counterexamples

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
	"hvcheck/scenarios"
)

func TestSimpler(t *testing.T) {
	sc := pinFirst(t)
	s := NewSimplifier(sc, sc.Config)
	got := fmt.Sprint(s.Simpler(model.Pin.Of(pvmmu.Tool(1), 2, 4, 1)))
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
		model.Pin.Of(pvmmu.Tool(1), 1, 4, 0),
		model.SetContext.Of(pvmmu.Tool(1), 0, 2, 2, 1, 0, 0), // user table: frame 1
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

// TestRenamingsOfEvents: senders and ports are exchanged, port 0 and vCPU 0 are not.
func TestRenamingsOfEvents(t *testing.T) {
	sc, _ := scenarios.ByName("evtchn.2l-words")
	s := NewSimplifier(sc, sc.Config)
	story := checker.Story[model.Op]{Ops: []model.Op{
		model.Send.Of(evtchn.Back1, 3), model.GuestMask.Of(evtchn.VCPU0, 2), model.XenStep.Of(evtchn.Back0, 0), model.GuestUpcall.Of(0),
	}}
	var got []string
	for _, r := range s.Renamings(story) {
		got = append(got, fmt.Sprint(r.Ops))
	}
	for _, want := range []string{
		"[evtchn.send cpu=b0 port=3 guest.mask cpu=v0 port=2 step cpu=b1 guest.upcall vcpu=0]",
		"[evtchn.send cpu=b1 port=2 guest.mask cpu=v0 port=1 step cpu=b0 guest.upcall vcpu=0]",
		"[evtchn.send cpu=b1 port=2 guest.mask cpu=v0 port=3 step cpu=b0 guest.upcall vcpu=0]",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if len(got) != 1+5 {
		t.Errorf("%d renamings, want the senders' and the ports' 5", len(got))
	}
}

// TestRenameSecondary: vCPU 0, and what is not a guest's vCPU, keep their names.
func TestRenameSecondary(t *testing.T) {
	exchange := []uint8{1, 0}
	for _, tc := range []struct {
		of      *model.ArgType
		v, want uint8
	}{
		{model.GuestVCPU, 0, 0}, {model.GuestVCPU, 1, 2}, {model.GuestVCPU, 2, 1}, {model.GuestVCPU, 3, 3},
		{model.EventCPU, evtchn.VCPU0, evtchn.VCPU0}, {model.EventCPU, evtchn.Back0, evtchn.Back0},
		{model.EventCPU, evtchn.Tool, evtchn.Tool}, {model.PortArg, 1, 1}, {model.VCPU, 1, 1},
	} {
		if got := renameSecondary(tc.of, tc.v, exchange); got != tc.want {
			t.Errorf("%s %d became %d, want %d", tc.of.Name, tc.v, got, tc.want)
		}
	}
}

// TestMinimizedEvents: a story about port 2 becomes one about port 1; that about
// vCPU 1 stays, since the start state has another port on vCPU 0.
func TestMinimizedEvents(t *testing.T) {
	step := func(cpu uint8) model.Op { return model.XenStep.Of(cpu, 0) }
	for _, tc := range []struct {
		scenario, bug string
		ops           []model.Op
		want, gone    string
	}{
		{"evtchn.2l", "EV-M1", []model.Op{
			model.GuestMask.Of(evtchn.VCPU0, 2), model.Send.Of(evtchn.Back0, 2), step(evtchn.Back0), step(evtchn.Back0), step(evtchn.Back0),
			model.GuestUnmask.Of(evtchn.VCPU0, 2), step(evtchn.VCPU0), step(evtchn.VCPU0),
		}, "port=1", "port=2"},
		{"evtchn.vector", "EV-B20", []model.Op{
			model.Send.Of(evtchn.Back0, 1), model.Send.Of(evtchn.Back0, 2), model.SetVector.Of(evtchn.VCPU0, 1),
		}, "port=2", "port=1"},
	} {
		sc, _ := scenarios.ByName(tc.scenario)
		got := fmt.Sprint(minimized(t, sc, with(t, sc, tc.bug, "on"), "EV-I5", tc.ops))
		if !strings.Contains(got, tc.want) || strings.Contains(got, tc.gone) {
			t.Errorf("%s: got %s", tc.scenario, got)
		}
	}
}

// minimized is the least form of a story that violates the invariant, without a
// search for shorter ones.
func minimized(t *testing.T, sc *scenarios.Scenario, c model.Config, id string, ops []model.Op) []model.Op {
	t.Helper()
	system := func() checker.System[model.World, model.Op] { return sc.System(c, []string{id}) }
	f := checker.Check(system(), checker.Story[model.Op]{Ops: ops})
	if f == nil {
		t.Fatalf("%v violates nothing", ops)
	}
	return checker.Minimize(system, NewSimplifier(sc, c), *f, checker.MinimizeOptions{States: 1}).Ops
}

func TestRenameEntry(t *testing.T) {
	e := page.To(2, page.RW).WithDirty()
	if got, want := page.Entry(renameFrame(model.Ent, uint8(e), []uint8{1, 2, 0})), page.To(0, page.RW).WithDirty(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := renameFrame(model.Ent, 0, []uint8{1, 0}); got != 0 {
		t.Errorf("no entry became %v", page.Entry(got))
	}
	if got := renameFrame(model.FrameOrNone, 0, []uint8{1, 0}); got != 0 {
		t.Errorf("no frame became %d", got)
	}
}

// TestMinimized: many ways to say the same become one.
func TestMinimized(t *testing.T) {
	sc := pinFirst(t)
	c := with(t, sc, "fixup", "MM-V0")
	system := func() checker.System[model.World, model.Op] { return sc.System(c, []string{"MM-I10"}) }
	for _, ops := range [][]model.Op{
		{model.Pin.Of(pvmmu.Tool(1), 2, 4, 0), model.VCPUReset.Of(pvmmu.Tool(0), 0, 1), model.SetContext.Of(pvmmu.Tool(0), 0, 1, 0, 1, 0, 0)},
		{model.Pin.Of(pvmmu.Tool(1), 1, 4, 0), model.Pin.Of(pvmmu.Tool(1), 2, 1, 0), model.SetContext.Of(pvmmu.Tool(1), 0, 1, 0, 1, 0, 0)},
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
