package evtchn

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

func init() { conform.Register(View) }

func scene(t *testing.T, name string) *conform.Scene {
	t.Helper()
	s, ok := scenarios.ByName(name)
	if !ok {
		t.Fatalf("there is no scenario %s", name)
	}
	sc, err := conform.NewScene(&counterexamples.Story{Scenario: s, Config: s.Config})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// Guests are PV ones where that says more, and translated ones where kernels follow one
// another; of steps only those of handlers stay.
func TestPrepare(t *testing.T) {
	for _, l := range []struct {
		scenario string
		pv       bool
		steps    evtchn.Steps
	}{
		{"evtchn.handover", false, 0},
		{"evtchn.soft-reset-pv", true, 0},
		{"evtchn.ports", true, 0},
		{"evtchn.poll", true, evtchn.StepHandler},
		{"evtchn.fifo", false, evtchn.StepHandler},
		{"evtchn.all", true, 0},
	} {
		c, err := scene(t, l.scenario).Effective()
		if err != nil {
			t.Fatal(err)
		}
		if o := evops.Conf(&c); o.PV != l.pv || o.Steps != l.steps || o.Every != evtchn.PerWord {
			t.Errorf("%s: PV %t, steps %b, every %d", l.scenario, o.PV, o.Steps, o.Every)
		}
	}
}

// A play has no steps of Xen's, and one sender. Where there is an array page, its words
// are those of all ports.
func TestPlays(t *testing.T) {
	sc := scene(t, "evtchn.fifo")
	ops := sc.Whole([]model.Op{evops.Send.Of(evtchn.Back1, 2), evops.XenStep.Of(evtchn.Back1, 0), evops.GuestUpcall.Of(0)})
	if len(ops) != 2 || ops[0] != evops.Send.Of(evtchn.Back0, 2) || ops[1] != evops.GuestUpcall.Of(0) {
		t.Errorf("%v", ops)
	}
	c, err := sc.Effective()
	if err != nil {
		t.Fatal(err)
	}
	_, begun, err := sc.Worlds(&c)
	if err != nil {
		t.Fatal(err)
	}
	if s := evops.Of(&begun); s.Pages != evtchn.MaxPages || s.Word(evtchn.MaxPorts-1) == nil {
		t.Errorf("%d array pages", s.Pages)
	}
}
