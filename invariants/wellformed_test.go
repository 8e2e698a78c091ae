package invariants_test

import (
	"regexp"
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
)

var idForm = regexp.MustCompile(`^MM-(I|L|P)[0-9]+[a-z]?$`)

// TestWellFormed: explain, the tables and the documents are made of these texts.
func TestWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for i := range invariants.All {
		inv := &invariants.All[i]
		t.Run(inv.ID, func(t *testing.T) {
			if !idForm.MatchString(inv.ID) || seen[inv.ID] {
				t.Error("the id has to be unique and of the form MM-I1")
			}
			seen[inv.ID] = true
			if inv.Title == "" || inv.Doc == "" || len(inv.Refs) == 0 || inv.Area != model.PVMMU {
				t.Error("wants title, doc, refs and area")
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
	for i := range invariants.PVMMUClaims {
		if inv := &invariants.PVMMUClaims[i]; !inv.Claim {
			t.Errorf("%s is no claim", inv.ID)
		}
	}
}
