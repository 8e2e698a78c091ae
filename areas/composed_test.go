package areas_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
	"hvcheck/scenarios/scenariostest"
)

// The two areas share nothing, so all that is true of their product has to be
// found: every state of one with every state of the other, every step of one in
// every state of the other, and what each promises and reaches by itself.
func TestProduct(t *testing.T) {
	a, b, got := scenariostest.Explore(t, &pages, nil), scenariostest.Explore(t, &events, nil), scenariostest.Explore(t, &both, nil)
	for _, r := range []checker.Report[model.Op]{a, b, got} {
		if r.Fault != nil || !r.Exhaustive {
			t.Fatalf("exhaustive: %v, fault: %+v", r.Exhaustive, r.Fault)
		}
	}
	for _, n := range []struct {
		what      string
		got, want uint64
	}{
		{"states", got.States, a.States * b.States},
		{"transitions", got.Transitions, a.Transitions*b.States + a.States*b.Transitions},
		{"operations that change nothing", got.Refused, a.Refused*b.States + a.States*b.Refused},
		{"depth", uint64(got.Depth), uint64(a.Depth + b.Depth)},
	} {
		if n.got != n.want {
			t.Errorf("%d %s, want %d", n.got, n.what, n.want)
		}
	}
	if want := slices.Concat(a.Goals, b.Goals); !slices.Equal(got.Goals, want) {
		t.Errorf("goals %+v, want %+v", got.Goals, want)
	}
	if p := got.Responses[0]; len(got.Responses) != 1 || !p.Decided || !p.Kept || p.From == 0 {
		t.Errorf("promises: %+v", got.Responses)
	}
	if ids := slices.Concat(events.InvariantIDs(), pages.InvariantIDs()); len(both.InvariantIDs()) != len(ids) ||
		slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(both.InvariantIDs(), id) }) {
		t.Errorf("asked: %v, want %v", both.InvariantIDs(), ids)
	}
}

// Whatever the order, each area does and answers what it does by itself.
func TestApart(t *testing.T) {
	gen.ForAll(t, &both, func(story gen.Story) error {
		for _, alone := range []*scenarios.Scenario{&pages, &events} {
			area := alone.Config.Areas()[0]
			am, aw := model.NewMachine(alone.Config), alone.Starts[0].World(&alone.Config)
			m, w := model.NewMachine(both.Config), both.Starts[0].World(&both.Config)
			for _, op := range story.Ops {
				got := m.Do(&w, op)
				if op.Spec().Area() != area {
					continue
				}
				if want := am.Do(&aw, op); got != want {
					return fmt.Errorf("%v answered %+v, alone %+v", op, got, want)
				}
				for _, share := range area.Shares {
					if !reflect.DeepEqual(share.Value(&w).Interface(), share.Value(&aw).Interface()) {
						return fmt.Errorf("after %v, %s is not as it is alone", op, share.Name())
					}
				}
			}
		}
		return nil
	})
}

// Every switch of either area breaks in both what it breaks in its own area,
// after the same story, and nothing else.
func TestSwitches(t *testing.T) {
	broken := map[*model.Area]int{}
	for _, alone := range []*scenarios.Scenario{&pages, &events} {
		area := alone.Config.Areas()[0]
		for _, set := range area.Settings {
			for _, value := range set.Values[1:] {
				ch := model.Choice{Name: set.Name, Value: value}
				want, got := scenariostest.Explore(t, alone, nil, ch).Fault, scenariostest.Explore(t, &both, nil, ch).Fault
				switch {
				case (want == nil) != (got == nil):
					t.Errorf("%v: %+v, alone %+v", ch, got, want)
				case want != nil:
					broken[area]++
					sameFault(t, ch, area, got, want)
				}
			}
		}
	}
	if broken[mmops.Area] < 4 || broken[evops.Area] < 4 {
		t.Errorf("few switches break anything here: %v", broken)
	}
}

// sameFault compares a fault with the one that an area shows alone. A drain
// tears the other area down as well.
func sameFault(t *testing.T, ch model.Choice, area *model.Area, got, want *checker.Fault[model.Op]) {
	t.Helper()
	drain := slices.DeleteFunc(slices.Clone(got.Drain), func(op model.Op) bool { return op.Spec().Area() != area })
	if got.Property != want.Property || got.Detail != want.Detail || got.Forever != want.Forever ||
		!slices.Equal(got.Ops, want.Ops) || !slices.Equal(got.Loop, want.Loop) || !slices.Equal(drain, want.Drain) {
		t.Errorf("%v: %+v, alone %+v", ch, got, want)
	}
}

// A drain brings both areas to rest, from any state of either.
func TestDrain(t *testing.T) {
	sys := func() checker.System[model.World, model.Op] { return both.System(both.Config, []string{}) }
	gen.ForAll(t, &both, func(story gen.Story) error {
		drained := map[*model.Area]bool{}
		var end model.World
		for step := range checker.Replay(sys(), story, true) {
			if step.Err != nil {
				return step.Err
			}
			if end = step.After; step.Draining {
				drained[step.Op.Spec().Area()] = true
			}
		}
		if !evops.Of(&end).Dead || mmops.Of(&end).RelPriv != pvmmu.PhaseDone || len(drained) != 2 {
			return fmt.Errorf("after %v: drained %v, the guest's events are destroyed: %v, its pages are at phase %v",
				story.Ops, len(drained), evops.Of(&end).Dead, mmops.Of(&end).RelPriv)
		}
		return nil
	})
}
