package areas_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
	"hvcheck/scenarios/scenariostest"
)

// A bug of either area is found by sampling, whatever else happens in between;
// the minimiser takes the other area out of the story, which is kept and carried
// out again.
func TestStories(t *testing.T) {
	mixed := 0
	for _, tc := range []struct {
		bug, id string
		alone   *scenarios.Scenario
		drained bool
	}{
		{"MM-M3", "MM-I12", &pages, false},
		{"MM-B4", "MM-I7", &pages, true},
		{"EV-B11", "EV-I17", &events, false},
		{"EV-B23", "EV-I6", &events, false},
		{"EV-M7", "EV-I11", &events, true},
	} {
		t.Run(tc.bug, func(t *testing.T) {
			c := scenariostest.With(t, &both, model.Choice{Name: tc.bug, Value: "on"})
			found := sampled(t, c, tc.id)
			least := minimized(&both, c, tc.id, found.Ops)
			alone := minimized(tc.alone, scenariostest.With(t, tc.alone, model.Choice{Name: tc.bug, Value: "on"}), tc.id, of(tc.alone, found.Ops))
			if !slices.Equal(least.Ops, alone.Ops) {
				t.Errorf("minimised to %v, alone to %v", least.Ops, alone.Ops)
			}
			if n := len(of(tc.alone, found.Ops)); 0 < n && n < len(found.Ops) {
				mixed++
			}
			if s := kept(t, c, &least); s.Fault.Drained != tc.drained {
				t.Errorf("drained: %v, want %v", s.Fault.Drained, tc.drained)
			}
			kept(t, c, found)
		})
	}
	if mixed < 2 {
		t.Errorf("%d of the stories that were found have operations of both areas", mixed)
	}
}

// sampled is a violation that random stories show, the same for any number of workers.
func sampled(t *testing.T, c model.Config, id string) (found *checker.Fault[model.Op]) {
	t.Helper()
	system := func() checker.System[model.World, model.Op] { return both.System(c, []string{id}) }
	source := func() checker.Source[model.Op] { return gen.NewSource(&both, c, gen.All) }
	for workers := 1; workers <= 2; workers++ {
		r, err := checker.Sample(context.Background(), system, source, checker.SampleOptions{Seed: 1, Traces: 20_000, Workers: workers})
		if err != nil || r.Fault == nil {
			t.Fatalf("%s is not found (%v)", id, err)
		}
		if found != nil && !reflect.DeepEqual(found, r.Fault) {
			t.Errorf("%d workers find %+v, one %+v", workers, r.Fault, found)
		}
		found = r.Fault
	}
	return found
}

// minimized is the least form of a story that violates the invariant.
func minimized(s *scenarios.Scenario, c model.Config, id string, ops []model.Op) checker.Fault[model.Op] {
	system := func() checker.System[model.World, model.Op] { return s.System(c, []string{id}) }
	f := checker.Check(system(), checker.Story[model.Op]{Ops: ops})
	return checker.Minimize(system, counterexamples.NewSimplifier(s, c), *f, checker.MinimizeOptions{})
}

// of lists the operations that are of a scenario's area.
func of(s *scenarios.Scenario, ops []model.Op) []model.Op {
	return slices.DeleteFunc(slices.Clone(ops), func(op model.Op) bool { return !s.Config.About(op.Spec().Area()) })
}

// kept is a fault as a story, written in both forms, read and carried out again.
func kept(t *testing.T, c model.Config, f *checker.Fault[model.Op]) *counterexamples.Story {
	t.Helper()
	s, err := counterexamples.FromFault(&both, c, f, counterexamples.Found{By: "sample", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{counterexamples.EncodeJSON(&s), []byte(counterexamples.EncodeText(&s))} {
		again, err := counterexamples.Decode("story", data)
		if err != nil || again.ID() != s.ID() || again.Config != c {
			t.Fatalf("%v in\n%s", err, data)
		}
		for _, p := range counterexamples.Replay(&again).Problems {
			t.Errorf("%s in\n%s", p, data)
		}
	}
	return &s
}

// Names of either area are exchanged, and in operations of that area only.
func TestRenamings(t *testing.T) {
	ops := []model.Op{mmops.Pin.Of(pvmmu.Tool(0), 1, 4, 0), evops.Send.Of(evtchn.Back0, 2)}
	var got []string
	for _, r := range counterexamples.NewSimplifier(&both, both.Config).Renamings(checker.Story[model.Op]{Ops: ops}) {
		got = append(got, fmt.Sprint(r.Ops))
	}
	slices.Sort(got)
	if want := []string{
		"[mmuext.pin cpu=t0 frame=0 level=4 evtchn.send cpu=b0 port=2]",
		"[mmuext.pin cpu=t0 frame=1 level=4 evtchn.send cpu=b0 port=1]",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A promise of one area is not kept by what the other one does meanwhile.
func TestLasso(t *testing.T) {
	c := scenariostest.With(t, &both, model.Choice{Name: "EV-M9", Value: "on"})
	r := scenariostest.ExploreConfig(t, &both, []string{"EV-L2"}, c)
	if r.Fault == nil || !r.Fault.Forever {
		t.Fatalf("EV-L2 is not broken: %+v", r.Fault)
	}
	kept(t, c, r.Fault)
}

// A story may have a design and bounds of both areas.
func TestStoryOfBoth(t *testing.T) {
	const text = `format: hvcheck/1
scenario: test.both
start: two tables, two ports
design: MM-B3=on EV-B11=on
bounds: frames=3 sends=2

evtchn.send cpu=b0 port=2                  # 0
mmuext.pin cpu=t0 frame=2 level=4          # 0
evtchn.reset cpu=v0                        # 0
mmuext.pin cpu=t0 frame=1 level=3 preempt=1  # -ERESTART
`
	s, err := counterexamples.Decode("story", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(counterexamples.EncodeText(&s)), " "); got != strings.Join(strings.Fields(text), " ") {
		t.Errorf("got\n%s", got)
	}
	r := counterexamples.Replay(&s)
	if len(r.Steps) != 5 || r.Steps[4].Violated != "MM-I1" {
		t.Fatalf("problems %q, steps %+v", r.Problems, r.Steps)
	}
	subjects := map[string]bool{}
	for _, ch := range r.Steps[1].Changes {
		subjects[ch.Subject] = true
	}
	if len(subjects) == 0 || subjects["pvmmu dom"] || subjects["pvmmu frame 0"] {
		t.Errorf("an event changed %v", r.Steps[1].Changes)
	}
	if ch := r.Steps[2].Changes; len(ch) == 0 || slices.ContainsFunc(ch, func(c model.Change) bool { return c.Subject != "pvmmu dom" && c.Subject != "pvmmu frame 2" }) {
		t.Errorf("a pin changed %v", ch)
	}
}
