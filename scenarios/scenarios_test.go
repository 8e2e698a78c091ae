package scenarios

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/evtchn"
)

type report = checker.Report[model.Op]

// explore searches a scenario completely, with choices made by the design, for
// violations of the invariants ids (nil: the scenario's own).
func explore(t *testing.T, s *Scenario, ids []string, choices ...model.Choice) report {
	t.Helper()
	c := s.Config
	for _, ch := range choices {
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
	}
	newSystem := func() checker.System[model.World, model.Op] { return s.System(c, ids) }
	r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// must finds a scenario by its name.
func must(t *testing.T, name string) *Scenario {
	t.Helper()
	s, ok := ByName(name)
	if !ok {
		t.Fatalf("scenario %q does not exist", name)
	}
	return s
}

// Every scenario holds, is explored completely, and contains the runs that it
// promises. Together they see every result of every operation.
func TestScenarios(t *testing.T) {
	seen := checker.Coverage{}
	for i := range All {
		s := &All[i]
		t.Run(s.Name, func(t *testing.T) {
			ids := s.InvariantIDs()
			if s.Hidden {
				ids = []string{"MM-I7"} // the claims that it serves ask for more
			}
			r := explore(t, s, ids)
			if r.Fault != nil || !r.Exhaustive {
				t.Fatalf("exhaustive: %v, fault: %+v", r.Exhaustive, r.Fault)
			}
			for _, g := range r.Goals {
				if !g.Met {
					t.Errorf("goal %s is not reached", g.ID)
				}
			}
			if !s.Hidden {
				seen.Merge(r.Coverage)
			}
		})
	}
	checkResults(t, seen)
}

// checkResults compares the results that were seen with those that the table
// of operations lists.
func checkResults(t *testing.T, seen checker.Coverage) {
	for _, spec := range model.Specs {
		for _, r := range spec.Results {
			if got := seen.Seen(uint8(spec.Kind()), int16(r.Code)); got != (r.Unreached == "") {
				t.Errorf("%s %v: seen %v; the table says %q", spec.Name, r.Code, got, r.When+r.Unreached)
			}
		}
	}
	for a := range seen.All() {
		spec := model.Specs[a.Kind]
		if !slices.ContainsFunc(spec.Results, func(r model.Result) bool { return int16(r.Code) == a.Code }) {
			t.Errorf("%s returned %d, which its table entry does not list", spec.Name, a.Code)
		}
	}
}

// With one bug switch on, exploration finds a fault of an invariant that the
// catalogue names; with none on, the same search finds nothing (TestScenarios).
// A switch that is said to be harmless is.
func TestSwitches(t *testing.T) {
	for _, sw := range model.Switches {
		if sw.Kind == design.Variant {
			continue
		}
		t.Run(sw.ID, func(t *testing.T) {
			s, on := must(t, sw.Scenario), model.Choice{Name: sw.ID, Value: "on"}
			if sw.Harmless() {
				if r := explore(t, s, nil, on); r.Fault != nil || !r.Exhaustive {
					t.Errorf("exhaustive: %v, fault: %+v", r.Exhaustive, r.Fault)
				}
				return
			}
			if !slices.Contains(s.Asked(), sw.Breaks[0]) {
				t.Errorf("%s, which holds without the switch, does not ask for %s", s.Name, sw.Breaks[0])
			}
			r := explore(t, s, sw.Breaks[:1], on)
			if r.Fault == nil {
				t.Fatalf("%s is not violated in %s", sw.Breaks[0], s.Name)
			}
			if n := storyLength(r); sw.Length != 0 && (n == sw.Length) != (sw.Differs == "") {
				t.Errorf("the shortest story has %d operations, the catalogue says %d, and why: %q", n, sw.Length, sw.Differs)
			}
		})
	}
}

// Every claim has the verdict that is expected, found by a complete search.
func TestClaims(t *testing.T) {
	for _, cl := range Claims {
		for _, v := range cl.Verdicts {
			if v.Want == NotApplicable {
				continue
			}
			t.Run(strings.Join([]string{cl.ID, v.Variant, v.Scenario, strings.Join(v.Properties, "+")}, "/"), func(t *testing.T) {
				decide(t, &cl, &v)
			})
		}
	}
}

func decide(t *testing.T, cl *Claim, v *Verdict) {
	col, ok := ColumnByName(v.Variant)
	if !ok {
		t.Fatalf("column %q does not exist", v.Variant)
	}
	r := explore(t, must(t, cl.ScenarioOf(v)), cl.PropertiesOf(v), col.Design...)
	if got := r.Fault != nil; got != v.Want.Violates() {
		t.Fatalf("violated: %v, want %v", got, !got)
	}
	if r.Fault == nil && !r.Exhaustive {
		t.Fatal("the search was not complete")
	}
	if n := storyLength(r); r.Fault != nil && v.Length != 0 && n != v.Length {
		t.Errorf("the shortest story has %d operations, want %d", n, v.Length)
	}
	if r.Fault == nil && v.States != 0 && r.States != v.States && v.Note == "" {
		t.Errorf("%d states, want %d, or a note that says why not", r.States, v.States)
	}
}

// storyLength counts the operations of the fault's story, those of its loop once.
func storyLength(r report) int {
	if r.Fault == nil {
		return 0
	}
	return len(r.Fault.Ops) + len(r.Fault.Loop)
}

func TestRow(t *testing.T) {
	columns := []Column{{Name: "A"}, {Name: "B"}, {Name: "C"}, {Name: "D"}, {Name: "E"}}
	got := noted(of(in(row(columns, "F2 H130 W4 N -"), "a.scenario"), "X-I1"), "why", "B", "E")
	want := []Verdict{
		{Variant: "A", Want: Fails, Length: 2},
		{Variant: "B", Want: Holds, States: 130, Note: "why"},
		{Variant: "C", Want: Witness, Length: 4},
		{Variant: "D", Want: NoWitness},
		{Variant: "E", Want: NotApplicable, Note: "why"},
	}
	for i := range want {
		want[i].Scenario, want[i].Properties = "a.scenario", []string{"X-I1"}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Every design that verdicts are about can be chosen, under its own name.
func TestColumns(t *testing.T) {
	names := map[string]bool{}
	for i := range Columns {
		col, c := &Columns[i], All[0].Config
		if names[col.Name] || col.Name == "" || len(col.Design) == 0 {
			t.Errorf("column %q: has no name of its own, or no design", col.Name)
		}
		names[col.Name] = true
		if err := col.Set(&c); err != nil {
			t.Error(err)
		}
	}
	wrong := Column{Name: "X", Design: []model.Choice{{Name: "fixup", Value: "MM-V9"}}}
	if err := wrong.Set(new(model.Config)); err == nil || !strings.HasPrefix(err.Error(), "column X: ") {
		t.Errorf("a design that does not exist: %v", err)
	}
}

func TestWellFormed(t *testing.T) {
	ids := map[string]bool{}
	unique := func(id string) {
		if id == "" || ids[id] {
			t.Errorf("id %q is empty or not unique", id)
		}
		ids[id] = true
	}
	exist := func(where string, list []string) {
		for _, id := range list {
			_, isInvariant := invariants.ByID(id)
			if _, isPromise := invariants.PromiseByID(id); !isInvariant && !isPromise {
				t.Errorf("%s: %q is no invariant and no promise", where, id)
			}
		}
	}
	for i := range All {
		s := &All[i]
		unique(s.Name)
		if s.Title == "" || s.Doc == "" || s.Area == "" {
			t.Errorf("%s: title, text or area is missing", s.Name)
		}
		if !s.Hidden && len(s.Goals) == 0 {
			t.Errorf("%s: has no reach goal", s.Name)
		}
		exist(s.Name, s.Asked())
		for _, g := range s.Goals {
			unique(g.ID)
		}
		if c := s.Config; s.Check(&c) != nil {
			t.Errorf("%s: %v", s.Name, s.Check(&c))
		}
	}
	for _, cl := range Claims {
		unique(cl.ID)
		must(t, cl.Scenario)
		if cl.Text == "" || cl.Doc == "" || len(cl.Properties) == 0 {
			t.Errorf("%s: text or property is missing", cl.ID)
		}
		for _, v := range cl.Verdicts {
			must(t, cl.ScenarioOf(&v))
			exist(cl.ID, cl.PropertiesOf(&v))
		}
	}
	for _, sw := range model.Switches {
		unique(sw.ID)
		if sw.Title == "" || sw.Doc == "" || sw.Origin == "" {
			t.Errorf("%s: title, text or origin is missing", sw.ID)
		}
	}
	for _, inv := range invariants.All {
		unique(inv.ID)
		broken := slices.ContainsFunc(model.Switches, func(sw design.Switch) bool { return slices.Contains(sw.Breaks, inv.ID) })
		if !inv.Claim && !broken {
			t.Errorf("%s: no switch breaks it, so nothing shows that it can fail", inv.ID)
		}
	}
	for _, r := range invariants.Promises {
		unique(r.ID)
		if r.Title == "" || r.Doc == "" || r.Area == "" || r.From == nil || r.To == nil {
			t.Errorf("%s: title, text, area, from or to is missing", r.ID)
		}
		for _, f := range r.Fair {
			if f.ID == "" || f.Doc == "" || f.Of == nil {
				t.Errorf("%s: fairness %q: id, text or operations are missing", r.ID, f.ID)
			}
		}
	}
}

// A bound that a user gives is refused when the start states or the operations
// do not fit.
func TestCheckBounds(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		change   func(*model.Config)
		want     string
	}{
		{"mmu.preempt", func(c *model.Config) { c.Frames = 2 }, "--frames 2: scenario mmu.preempt needs at least 3"},
		{"mmu.preempt", func(c *model.Config) { c.Slots = 1 }, "--slots 1: scenario mmu.preempt needs at least 2"},
		{"mmu.preempt", func(c *model.Config) { c.Frames = 9 }, "--frames 9: at most 8 frames fit into this model"},
		{"evtchn.control", func(c *model.Config) { c.VCPUs = 1 }, "--vcpus 1: scenario evtchn.control needs at least 2"},
		{"evtchn.control", func(c *model.Config) { c.Ports = 1 }, "--ports 1: scenario evtchn.control needs at least 2"},
		{"evtchn.reset-two", func(c *model.Config) { c.VCPUs = 1 }, "--vcpus 1: scenario evtchn.reset-two needs at least 2"},
		{"evtchn.moved", func(c *model.Config) { c.Ports = 5 }, ""},
	} {
		s := must(t, tc.scenario)
		c, got := s.Config, ""
		tc.change(&c)
		if err := s.Check(&c); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

// What Check accepts can be built: each bound by itself, and each design.
func TestCheckedCanStart(t *testing.T) {
	var refused []string
	for i := range All {
		s := &All[i]
		build := func(c model.Config) error {
			if err := s.Check(&c); err != nil {
				return err
			}
			s.System(c, nil)
			return nil
		}
		for _, b := range model.BoundList {
			for v := range min(b.Max, 9) {
				c := s.Config
				*b.Of(&c.Bounds) = v
				_ = build(c) // it may be refused, but must not panic
			}
		}
		for _, set := range model.Settings {
			for _, v := range set.Values {
				c := s.Config
				if err := c.Set(model.Choice{Name: set.Name, Value: v}); err != nil {
					t.Fatal(err)
				}
				if err := build(c); err != nil {
					refused = append(refused, s.Name+" "+v)
					if !s.Hidden {
						t.Errorf("run cannot be made with %s=%s: %v", set.Name, v, err)
					}
				}
			}
		}
	}
	// It begins with an operation that the FIFO ABI alone has.
	want := []string{"evtchn.starve EV-V5", "evtchn.starve EV-V6", "evtchn.starve EV-V7", "evtchn.starve EV-V9"}
	if !slices.Equal(refused, want) {
		t.Errorf("refused: %v, want %v", refused, want)
	}
}

// The notes on the numbers of states say what the steps of handlers cost.
func TestHandlersAtOnce(t *testing.T) {
	for name, want := range map[string]uint64{
		"evtchn.2l": 16_660, "evtchn.2l-words": 468_323, "evtchn.2l-words-pv": 322_729, "evtchn.fifo": 11_277,
		"evtchn.fifo-ports": 33_841, "evtchn.fifo-priorities": 271_249, "evtchn.fifo-vcpus": 71_785,
	} {
		s := must(t, name)
		c := s.Config
		if s.Full != nil {
			c.Bounds = *s.Full
		}
		c.Ev.Steps = evtchn.StepRaise
		r, err := checker.Explore(context.Background(), func() checker.System[model.World, model.Op] {
			return s.System(c, []string{"EV-I16"})
		}, checker.Options{Workers: 2})
		if err != nil || !r.Exhaustive || r.States != want || want >= s.Spec {
			t.Errorf("%s: %d states, want %d, fewer than the specification's %d: %v", name, r.States, want, s.Spec, err)
		}
	}
}
