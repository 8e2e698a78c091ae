package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hvcheck/model/pvmmu"
)

// Claim is something that somebody said about a design, as a property that is
// decided for each variant.
type Claim struct {
	ID   string
	Seed string // the thread: 002
	Text string // what is claimed, in one line
	Doc  string // who said it where, and what the property is, for people
	// Scenario is where it is decided, and Properties are the invariants that
	// stand for the claim. A claim that something can happen has a property
	// that it never does; the violating story is the witness.
	Scenario   string
	Properties []string
	Verdicts   []Verdict
}

// Expect is what a verdict should be.
type Expect uint8

// Expectations.
const (
	NotApplicable Expect = iota
	Holds
	Fails
	Witness   // something can happen, and a story shows it
	NoWitness // it cannot
)

// Violates tells whether the claim's property is violated when the verdict is
// as expected.
func (e Expect) Violates() bool { return e == Fails || e == Witness }

// Verdict is what is expected of one claim under one variant.
type Verdict struct {
	Variant string // a value of setting fixup: MM-V2
	Want    Expect
	Length  int    // operations of the shortest story, 0 if not stated
	States  uint64 // states of the complete search that the specification states, 0 if none
	// Properties replace the claim's own for a verdict of several; a variant
	// can then have more than one verdict.
	Properties []string
	Note       string // how the verdict, or its number of states, differs from the specification's, and why
}

// ClaimByID finds a claim.
func ClaimByID(id string) (*Claim, bool) {
	i := slices.IndexFunc(Claims, func(c Claim) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return &Claims[i], true
}

// columns is the order of the variants in a row of verdicts.
var columns = [...]pvmmu.Fixup{pvmmu.V0, pvmmu.V1, pvmmu.V2, pvmmu.V3, pvmmu.V3u, pvmmu.V5, pvmmu.V6}

// row reads the verdicts of V0, V1, V2, V3, V3u, V5 and V6 from a line such as
// "F2 H130 H130 F2 F2 H130 H80": H holds (after so many states), F fails, W has
// a witness (of so many operations), N has none (after so many states), and -
// does not apply.
func row(line string) []Verdict {
	var list []Verdict
	for i, word := range strings.Fields(line) {
		list = append(list, verdict(pvmmu.Variants[columns[i]].ID, word))
	}
	if len(list) != len(columns) {
		panic(fmt.Sprintf("%q: want %d verdicts", line, len(columns)))
	}
	return list
}

func verdict(variant, word string) Verdict {
	v := Verdict{Variant: variant}
	i := strings.IndexByte("-HFWN", word[0])
	if i < 0 {
		panic("no verdict: " + word)
	}
	v.Want = Expect(i)
	n, _ := strconv.ParseUint(word[1:], 10, 32)
	if v.Want.Violates() {
		v.Length = int(n)
	} else {
		v.States = n
	}
	return v
}

// of gives a row its own properties.
func of(list []Verdict, properties ...string) []Verdict {
	for i := range list {
		list[i].Properties = properties
	}
	return list
}

// noted adds a note to the verdicts of some variants.
func noted(list []Verdict, note string, variants ...string) []Verdict {
	for i := range list {
		if slices.Contains(variants, list[i].Variant) {
			list[i].Note = note
		}
	}
	return list
}
