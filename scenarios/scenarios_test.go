package scenarios

import (
	"context"
	"slices"
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
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
// catalogue names; with none on, the same search finds nothing.
func TestSwitches(t *testing.T) {
	for _, sw := range model.Switches {
		if sw.Kind == design.Variant {
			continue
		}
		t.Run(sw.ID, func(t *testing.T) {
			s := must(t, sw.Scenario)
			if r := explore(t, s, sw.Breaks); r.Fault != nil || !r.Exhaustive {
				t.Fatalf("without the switch: %+v", r.Fault)
			}
			r := explore(t, s, sw.Breaks[:1], model.Choice{Name: sw.ID, Value: "on"})
			if r.Fault == nil {
				t.Fatalf("%s is not violated in %s", sw.Breaks[0], s.Name)
			}
			if n := len(r.Fault.Ops); sw.Length != 0 && (n == sw.Length) != (sw.Differs == "") {
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
			t.Run(strings.Join([]string{cl.ID, v.Variant, strings.Join(v.Properties, "+")}, "/"), func(t *testing.T) {
				ids := v.Properties
				if ids == nil {
					ids = cl.Properties
				}
				r := explore(t, must(t, cl.Scenario), ids, model.Choice{Name: "fixup", Value: v.Variant})
				if got := r.Fault != nil; got != v.Want.Violates() {
					t.Fatalf("violated: %v, want %v", got, !got)
				}
				if r.Fault == nil && !r.Exhaustive {
					t.Fatal("the search was not complete")
				}
				if r.Fault != nil && v.Length != 0 && len(r.Fault.Ops) != v.Length {
					t.Errorf("the shortest story has %d operations, want %d", len(r.Fault.Ops), v.Length)
				}
				if r.Fault == nil && v.States != 0 && r.States != v.States && v.Note == "" {
					t.Errorf("%d states, want %d, or a note that says why not", r.States, v.States)
				}
			})
		}
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
	for i := range All {
		s := &All[i]
		unique(s.Name)
		if s.Title == "" || s.Doc == "" || s.Area == "" {
			t.Errorf("%s: title, text or area is missing", s.Name)
		}
		if !s.Hidden && len(s.Goals) == 0 {
			t.Errorf("%s: has no reach goal", s.Name)
		}
		for _, id := range s.InvariantIDs() {
			if _, ok := invariants.ByID(id); !ok {
				t.Errorf("%s: invariant %s does not exist", s.Name, id)
			}
		}
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
}

// A bound that a user gives is refused when the start states do not fit.
func TestCheckBounds(t *testing.T) {
	s := must(t, "mmu.preempt")
	for _, tc := range []struct {
		change func(*model.Config)
		want   string
	}{
		{func(c *model.Config) { c.Frames = 2 }, "--frames 2: scenario mmu.preempt needs at least 3"},
		{func(c *model.Config) { c.Slots = 1 }, "--slots 1: scenario mmu.preempt needs at least 2"},
		{func(c *model.Config) { c.Frames = 9 }, "--frames 9: at most 8 frames fit into this model"},
	} {
		c := s.Config
		tc.change(&c)
		if err := s.Check(&c); err == nil || err.Error() != tc.want {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}
