package scenarios_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
	"hvcheck/scenarios/scenariostest"
)

var (
	must, explore = scenariostest.Must, scenariostest.Explore
	storyLength   = scenariostest.StoryLength
)

// Every scenario holds, is explored completely, and contains the runs that it
// promises. Together they see every result of every operation.
func TestScenarios(t *testing.T) {
	seen := checker.Coverage{}
	for i := range scenarios.All {
		s := &scenarios.All[i]
		t.Run(s.Name, func(t *testing.T) {
			ids := s.InvariantIDs()
			if s.Hidden {
				if ids = noCrash(s); len(ids) == 0 { // the claims that it serves ask for more
					t.Fatal("nothing is asked")
				}
			}
			r := explore(t, s, ids)
			if r.Fault != nil || !s.Through(&r) {
				t.Fatalf("searched through: %v, fault: %+v", s.Through(&r), r.Fault)
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

// noCrash lists the invariants of the scenario's areas that nothing may violate.
func noCrash(s *scenarios.Scenario) []string {
	return slices.DeleteFunc([]string{"MM-I7", "EV-I16", "GR-I21", "FL-I4", "RS-I10"}, func(id string) bool {
		inv, ok := invariants.ByID(id)
		return !ok || !s.Config.About(inv.Area)
	})
}

// checkResults compares the results that were seen with those that the table
// of operations lists.
func checkResults(t *testing.T, seen checker.Coverage) {
	for _, spec := range model.Specs {
		for _, r := range spec.Results {
			if got := seen.Seen(uint8(spec.Kind()), int16(r.Code)); got != reached(spec, r.Code) {
				t.Errorf("%s %v: seen %v; the table says %q", spec.Name, r.Code, got, r.When+r.Unreached)
			}
		}
	}
	for a := range seen.All() {
		spec := model.Op{Kind: model.Kind(a.Kind)}.Spec()
		if !slices.ContainsFunc(spec.Results, func(r model.Result) bool { return int16(r.Code) == a.Code }) {
			t.Errorf("%s returned %d, which its table entry does not list", spec.Name, a.Code)
		}
	}
}

// reached tells whether a code is one that scenarios reach, in whatever way.
func reached(spec *model.Spec, code errno.Errno) bool {
	return slices.ContainsFunc(spec.Results, func(r model.Result) bool { return r.Code == code && r.Unreached == "" })
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
				if r := explore(t, s, nil, on); r.Fault != nil || !s.Through(&r) {
					t.Errorf("searched through: %v, fault: %+v", s.Through(&r), r.Fault)
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
	for _, cl := range scenarios.Claims {
		for _, v := range cl.Verdicts {
			if v.Want == scenarios.NotApplicable {
				continue
			}
			t.Run(strings.Join([]string{cl.ID, v.Variant, v.Scenario, strings.Join(v.Properties, "+")}, "/"), func(t *testing.T) {
				decide(t, &cl, &v)
			})
		}
	}
}

func decide(t *testing.T, cl *scenarios.Claim, v *scenarios.Verdict) {
	col, ok := scenarios.ColumnByName(v.Variant)
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

func TestRow(t *testing.T) {
	columns := []scenarios.Column{{Name: "A"}, {Name: "B"}, {Name: "C"}, {Name: "D"}, {Name: "E"}}
	got := scenarios.Noted(scenarios.Of(scenarios.In(scenarios.Row(columns, "F2 H130 W4 N -"), "a.scenario"), "X-I1"), "why", "B", "E")
	want := []scenarios.Verdict{
		{Variant: "A", Want: scenarios.Fails, Length: 2},
		{Variant: "B", Want: scenarios.Holds, States: 130, Note: "why"},
		{Variant: "C", Want: scenarios.Witness, Length: 4},
		{Variant: "D", Want: scenarios.NoWitness},
		{Variant: "E", Want: scenarios.NotApplicable, Note: "why"},
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
	for i := range scenarios.Columns {
		col, c := &scenarios.Columns[i], scenarios.All[0].Config
		if names[col.Name] || col.Name == "" || len(col.Design) == 0 && col.Name != "baseline" {
			t.Errorf("column %q: has no name of its own, or no design", col.Name)
		}
		names[col.Name] = true
		if err := col.Set(&c); err != nil {
			t.Error(err)
		}
	}
	wrong := scenarios.Column{Name: "X", Design: []model.Choice{{Name: "fixup", Value: "MM-V9"}}}
	if err := wrong.Set(new(model.Config)); err == nil || !strings.HasPrefix(err.Error(), "design X: ") {
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
	for i := range scenarios.All {
		s := &scenarios.All[i]
		unique(s.Name)
		if s.Title == "" || s.Doc == "" || len(s.Config.Areas()) == 0 {
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
	for _, cl := range scenarios.Claims {
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
		if r.Title == "" || r.Doc == "" || r.Area == nil || r.From == nil || r.To == nil {
			t.Errorf("%s: title, text, area, from or to is missing", r.ID)
		}
		for _, f := range r.Fair {
			if f.ID == "" || f.Doc == "" || f.Of == nil {
				t.Errorf("%s: fairness %q: id, text or operations are missing", r.ID, f.ID)
			}
		}
	}
}

// What Check accepts can be built: each bound by itself, and each design. What
// run lists can be made with every design; the areas' own tests say which other
// scenarios cannot.
func TestCheckedCanStart(t *testing.T) {
	for i := range scenarios.All {
		s := &scenarios.All[i]
		for _, b := range model.BoundList {
			for v := range min(b.Max, 9) {
				c := s.Config
				*b.Of(&c) = v
				if s.Check(&c) == nil { // it may be refused, but must not panic
					s.System(c, nil)
				}
			}
		}
		if refused := scenariostest.RefusedDesigns(t, []scenarios.Scenario{*s}); len(refused) > 0 && !s.Hidden {
			t.Errorf("run cannot be made with %v", refused)
		}
	}
}
