package counterexamples

import (
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

func TestReplay(t *testing.T) {
	s := twoSteps(t)
	r := Replay(&s)
	if len(r.Problems) > 0 || len(r.Steps) != 3 {
		t.Fatal(r.Problems, len(r.Steps))
	}
	last := r.Steps[2]
	if last.Violated != "MM-I10" || last.Detail == "" || last.Recorded == nil || *last.Recorded != errno.OK {
		t.Errorf("step 2: %+v", last)
	}
	strict := model.Change{Subject: "dom", Name: "vm_assist.m2p_strict", Was: "off", Is: "on"}
	if !slices.Contains(last.Changes, strict) {
		t.Errorf("no %v in %v", strict, last.Changes)
	}
}

// TestReplayDrift: each change to a true story is noticed.
func TestReplayDrift(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(s *Story)
		want   string // empty: nothing
	}{
		{"nothing", func(s *Story) {}, ""},
		{"no results", func(s *Story) { s.Ops[0] = Call{Op: s.Ops[0].Op} }, ""},
		{"another result", func(s *Story) { s.Ops[0].Result = errno.EINVAL },
			"the model has changed since this was recorded: step 1 returned 0, recorded -EINVAL"},
		{"the bug is gone", func(s *Story) { s.Config = s.Scenario.Config }, "the recorded result differs: MM-I10 is not violated any more, recorded at step 2"},
		{"earlier", func(s *Story) { s.Ops = append(s.Ops, s.Ops[0]); s.Fault.Step = 3 },
			"the recorded result differs: MM-I10 is violated at step 2, recorded step 3"},
		{"another invariant", func(s *Story) { s.Fault.Invariant = "MM-I6" }, "the recorded result differs: MM-I6 is not violated any more, recorded at step 2"},
	} {
		s := twoSteps(t)
		tt.change(&s)
		got := Replay(&s).Problems
		if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.ContainsFunc(got, func(p string) bool { return strings.HasPrefix(p, tt.want) }) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReplayDrained(t *testing.T) {
	sc := pinFirst(t)
	s := explored(t, sc, with(t, sc, "MM-B15", "on"), "MM-I7")
	if !s.Fault.Drained || len(s.Drain) == 0 || len(Replay(&s).Problems) > 0 {
		t.Fatalf("%+v", s)
	}
	s.Drain[0].Op = mmops.Destroy.Of(pvmmu.Tool(0), 1)
	want := "the model has changed since this was recorded: step 2 of the drain is destroydomain cpu=t0, recorded destroydomain cpu=t0 preempt=1"
	if got := Replay(&s).Problems; !slices.Contains(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestReplayNamesAnother: when something else is violated in place of the
// recorded invariant, it is told.
func TestReplayNamesAnother(t *testing.T) {
	sc := pinFirst(t)
	s := explored(t, sc, with(t, sc, "MM-B15", "on"), "MM-I7")
	s.Fault.Invariant = "MM-I8"
	if got := Replay(&s).Problems; !slices.Contains(got, "the recorded result differs: MM-I8 is not violated any more, recorded at step 2; MM-I7 is, at step 2") {
		t.Errorf("got %q", got)
	}
}

// A model that panics ends the replay with a step that says so.
func TestReplayPanic(t *testing.T) {
	s := twoSteps(t)
	s.Ops[1].Op = model.Op{Kind: 255} // there is no such kind
	r := Replay(&s)
	if len(r.Problems) == 0 || !strings.HasPrefix(r.Problems[0], "step 2: the model panicked: ") {
		t.Errorf("got %q", r.Problems)
	}
}

func TestFromFaultRefuses(t *testing.T) {
	sc := pinFirst(t)
	c := sc.Config
	mmops.Conf(&c).Race = true
	f := checker.Fault[model.Op]{Property: "MM-I10"}
	if _, err := FromFault(sc, c, &f, Found{}); err == nil || !strings.HasPrefix(err.Error(), "the configuration differs") {
		t.Error(err)
	}
	if _, err := FromFault(sc, sc.Config, &f, Found{}); err == nil || !strings.HasPrefix(err.Error(), "MM-I10 is not violated") {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	sc := pinFirst(t)
	own := with(t, sc, "fixup", "MM-V1", "MM-B3", "on")
	c := with(t, sc, "MM-B4", "on")
	pool.Conf(&c).Frames++
	if got, want := joined(choices(&own, &c))+" "+joined(bounds(&own, &c)), "fixup=MM-V2 MM-B3=off MM-B4=on frames=4"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !expressible(&own, &c) {
		t.Error("not expressible")
	}
}

// TestBoundsOf: a configuration has the bounds of its area, but no budget that is
// not used or has no end.
func TestBoundsOf(t *testing.T) {
	events := evops.Scope{VCPUs: 2, Ports: 1, Budget: evops.Budget{evtchn.Sends: 3, evtchn.Upcalls: evtchn.Unlimited}}.Config()
	for want, c := range map[string]model.Config{
		"frames slots guests tools preempt": pinFirst(t).Config,
		"preempt ports vcpus sends":         events,
	} {
		var names []string
		for _, b := range BoundsOf(&c) {
			names = append(names, b.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got, want := describe(&events), "ports=1 vcpus=2 sends=3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
