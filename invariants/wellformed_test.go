package invariants_test

import (
	"regexp"
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
)

// idForms are what ids look like, by area.
var idForms = map[model.Area]*regexp.Regexp{
	model.PVMMU:  regexp.MustCompile(`^MM-(I|L|P)[0-9]+[a-z]?$`),
	model.EVTCHN: regexp.MustCompile(`^EV-(I|D|L|P)[0-9]+[a-z]?$`),
}

// TestWellFormed: explain, the tables and the documents are made of these texts.
func TestWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for i := range invariants.All {
		inv := &invariants.All[i]
		t.Run(inv.ID, func(t *testing.T) {
			form := idForms[inv.Area]
			if form == nil {
				t.Fatalf("area %q is not known", inv.Area)
			}
			if !form.MatchString(inv.ID) || seen[inv.ID] {
				t.Errorf("the id has to be unique and of the form %v", form)
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
		})
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
}

// TestClaimsAreMarked: what the thread claimed is asked by claims only.
func TestClaimsAreMarked(t *testing.T) {
	for _, list := range [][]invariants.Invariant{invariants.PVMMUClaims, invariants.EVTCHNClaims} {
		for i := range list {
			if !list[i].Claim {
				t.Errorf("%s is no claim", list[i].ID)
			}
		}
	}
}

// TestPromises: promises are told in the same way, and share the ids.
func TestPromises(t *testing.T) {
	seen := map[string]bool{}
	for i := range invariants.Promises {
		r := &invariants.Promises[i]
		form := idForms[r.Area]
		if form == nil || !form.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%s: the id has to be unique and of its area's form", r.ID)
		}
		seen[r.ID] = true
		if _, twice := invariants.ByID(r.ID); twice {
			t.Errorf("%s: an invariant has this id", r.ID)
		}
		if r.Title == "" || r.Doc == "" || len(r.Refs) == 0 || r.From == nil || r.To == nil || len(r.Fair) == 0 {
			t.Errorf("%s wants title, doc, refs, both formulas, and what is fair", r.ID)
		}
		if got, ok := invariants.PromiseByID(r.ID); !ok || got != r {
			t.Errorf("%s is not found", r.ID)
		}
	}
}
