package invariants_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants"
	"hvcheck/model"
)

// idForm is what ids look like: the area's two letters, and a letter for what
// it is: an invariant, of the drained state, about progress, from a claim.
var idForm = regexp.MustCompile(`^([A-Z]{2})-(I|D|G|L|P|R)[0-9]+[a-z]?$`)

// checkID demands that an id has the form, and is one of its area's, which are
// those that the area's switches have, too.
func checkID(t *testing.T, id string, a *model.Area) {
	t.Helper()
	if !slices.Contains(model.Areas, a) {
		t.Fatalf("%s is about no area that is known", id)
	}
	form := idForm.FindStringSubmatch(id)
	if form == nil {
		t.Fatalf("%s is not of the form %v", id, idForm)
	}
	for _, other := range model.Areas {
		for _, sw := range other.Switches {
			if own := strings.HasPrefix(sw.ID, form[1]+"-"); own != (other == a) {
				t.Fatalf("%s is about %s, and %s a switch of %s", id, a.Name, sw.ID, other.Name)
			}
		}
	}
}

// TestWellFormed: explain, the tables and the documents are made of these texts.
func TestWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for i := range invariants.All {
		inv := &invariants.All[i]
		t.Run(inv.ID, func(t *testing.T) {
			if checkID(t, inv.ID, inv.Area); seen[inv.ID] {
				t.Error("the id has to be unique")
			}
			seen[inv.ID] = true
			if inv.Title == "" || inv.Doc == "" || len(inv.Refs) == 0 {
				t.Error("wants title, doc and refs")
			}
			if inv.WhileDraining && inv.State == nil && inv.Step == nil {
				t.Error("has nothing to ask while draining")
			}
			if n := formulas(inv); n != 1 {
				t.Errorf("has %d formulas, want one", n)
			}
			if strings.Contains(inv.ID, "-D") && inv.Drained == nil {
				t.Error("is not about the drained state")
			}
		})
	}
	for _, a := range model.Areas {
		if !slices.ContainsFunc(invariants.All, func(inv invariants.Invariant) bool { return inv.Area == a }) {
			t.Errorf("nothing is asked of %s", a.Name)
		}
	}
}

// formulas counts what an invariant is asked about: states, steps, or the
// state after a drain.
func formulas(inv *invariants.Invariant) (n int) {
	if inv.State != nil {
		n++
	}
	if inv.Step != nil {
		n++
	}
	if inv.Drained != nil {
		n++
	}
	return n
}

func TestByID(t *testing.T) {
	for i := range invariants.All {
		if inv, ok := invariants.ByID(invariants.All[i].ID); !ok || inv != &invariants.All[i] {
			t.Errorf("%s is not found", invariants.All[i].ID)
		}
	}
	if inv, ok := invariants.ByID("MM-I99"); ok {
		t.Errorf("found %s", inv.ID)
	}
	if r, ok := invariants.PromiseByID("MM-L99"); ok {
		t.Errorf("found %s", r.ID)
	}
}

// TestPromises: promises are told in the same way, and share the ids.
func TestPromises(t *testing.T) {
	seen := map[string]bool{}
	for i := range invariants.Promises {
		r := &invariants.Promises[i]
		if checkID(t, r.ID, r.Area); seen[r.ID] {
			t.Errorf("%s: the id has to be unique", r.ID)
		}
		seen[r.ID] = true
		if _, twice := invariants.ByID(r.ID); twice {
			t.Errorf("%s: an invariant has this id", r.ID)
		}
		if r.Title == "" || r.Doc == "" || len(r.Refs) == 0 || r.From == nil || r.To == nil || len(r.Fair) == 0 {
			t.Errorf("%s wants title, doc, refs, both formulas, and what is fair", r.ID)
		}
		for _, f := range r.Fair {
			if f.ID == "" || f.Doc == "" || f.Of == nil {
				t.Errorf("%s: %q wants id, doc and operations", r.ID, f.ID)
			}
		}
		if got, ok := invariants.PromiseByID(r.ID); !ok || got != r {
			t.Errorf("%s is not found", r.ID)
		}
	}
}
