package evtchn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
	"hvcheck/scenarios/scenariostest"
)

// TestRenamingsOfEvents: senders and ports are exchanged, port 0 and vCPU 0 are not.
func TestRenamingsOfEvents(t *testing.T) {
	sc := must(t, "evtchn.2l-words")
	s := counterexamples.NewSimplifier(sc, sc.Config)
	story := checker.Story[model.Op]{Ops: []model.Op{
		evops.Send.Of(evtchn.Back1, 3), evops.GuestMask.Of(evtchn.VCPU0, 2), evops.XenStep.Of(evtchn.Back0, 0), evops.GuestUpcall.Of(0),
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
	secondary, exchange := evops.Area.Groups[1], []uint8{1, 0}
	for _, tc := range []struct {
		of      *model.ArgType
		v, want uint8
	}{
		{evops.GuestVCPU, 0, 0}, {evops.GuestVCPU, 1, 2}, {evops.GuestVCPU, 2, 1}, {evops.GuestVCPU, 3, 3},
		{evops.EventCPU, evtchn.VCPU0, evtchn.VCPU0}, {evops.EventCPU, evtchn.Back0, evtchn.Back0},
		{evops.EventCPU, evtchn.Tool, evtchn.Tool}, {evops.PortArg, 1, 1}, {mmops.VCPU, 1, 1},
	} {
		if got := secondary.Rename(tc.of, tc.v, exchange); got != tc.want {
			t.Errorf("%s %d became %d, want %d", tc.of.Name, tc.v, got, tc.want)
		}
	}
}

// TestMinimizedEvents: a story about port 2 becomes one about port 1; that about
// vCPU 1 stays, since the start state has another port on vCPU 0.
func TestMinimizedEvents(t *testing.T) {
	step := func(cpu uint8) model.Op { return evops.XenStep.Of(cpu, 0) }
	for _, tc := range []struct {
		scenario, bug string
		ops           []model.Op
		want, gone    string
	}{
		{"evtchn.2l", "EV-M1", []model.Op{
			evops.GuestMask.Of(evtchn.VCPU0, 2), evops.Send.Of(evtchn.Back0, 2), step(evtchn.Back0), step(evtchn.Back0), step(evtchn.Back0),
			evops.GuestUnmask.Of(evtchn.VCPU0, 2), step(evtchn.VCPU0), step(evtchn.VCPU0),
		}, "port=1", "port=2"},
		{"evtchn.vector", "EV-B20", []model.Op{
			evops.Send.Of(evtchn.Back0, 1), evops.Send.Of(evtchn.Back0, 2), evops.SetVector.Of(evtchn.VCPU0, 1),
		}, "port=2", "port=1"},
	} {
		sc := must(t, tc.scenario)
		c := scenariostest.With(t, sc, model.Choice{Name: tc.bug, Value: "on"})
		got := fmt.Sprint(minimized(t, sc, c, "EV-I5", tc.ops))
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
	return checker.Minimize(system, counterexamples.NewSimplifier(sc, c), *f, checker.MinimizeOptions{States: 1}).Ops
}
