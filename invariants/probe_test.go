package invariants_test

import (
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// TestProbe: a trial changes a copy, and what it is like under another choice
// is what a machine of that design does.
func TestProbe(t *testing.T) {
	for i := range scenarios.All {
		s := &scenarios.All[i]
		if len(s.Starts) == 0 {
			continue
		}
		w := s.Starts[0].World(&s.Config)
		p := invariants.NewProbe(s.Config)
		if *p.Config() != s.Config {
			t.Fatalf("%s: the probe has another configuration", s.Name)
		}
		for _, ops := range s.Ops(&s.Config)[:1] {
			tryOut(t, s, p, w, ops[0])
		}
	}
}

func tryOut(t *testing.T, s *scenarios.Scenario, p *invariants.Probe, w model.World, op model.Op) {
	t.Helper()
	before, after := w, w
	want := model.NewMachine(s.Config).Do(&after, op)
	if trial := p.On(&w); *trial != w || trial != p.World() || !p.Same(trial, &w) {
		t.Fatalf("%s: a trial does not begin where it should", s.Name)
	}
	if code := p.Do(op); code != want.Code || *p.World() != after || w != before {
		t.Errorf("%s: %v returns %v and not %v, or ends elsewhere", s.Name, op, code, want.Code)
	}
	if same := p.Same(p.World(), &w); same != (after == before) {
		t.Errorf("%s: after %v it is the same: %v", s.Name, op, same)
	}
	for _, setting := range s.Config.Areas()[0].Settings {
		ch := model.Choice{Name: setting.Name, Value: setting.Values[1]}
		c, there := s.Config, before
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
		want := model.NewMachine(c).Do(&there, op)
		if got, a := p.Under(ch, &w, op); a != want || *got != there || w != before {
			t.Errorf("%s: under %v, %v answers %+v, want %+v, or ends elsewhere", s.Name, ch, op, a, want)
		}
	}
}
