package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Claim is something that somebody said about a design, as a property that is
// decided for each variant.
type Claim struct {
	ID   string
	Seed string // the thread's id: 002
	Text string // what is claimed, in one line
	Doc  string // who said it where, and what the property is, for people
	// Scenario is where it is decided, and Properties are the invariants and
	// promises that stand for the claim. A claim that something can happen has
	// a property that it never does; the violating story is the witness.
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
	Variant string // names a Column: MM-V2
	Want    Expect
	Length  int    // operations of the shortest story, those of its loop once; 0 if not stated
	States  uint64 // states of the complete search that an earlier prototype counted, 0 if none
	// Scenario and Properties, where given, replace the claim's own; a column
	// can then have more than one verdict.
	Scenario   string
	Properties []string
	Note       string // how the verdict differs from what was expected at first, or its number of states from the prototype's, and why
}

// ClaimByID finds a claim.
func ClaimByID(id string) (*Claim, bool) {
	i := slices.IndexFunc(Claims, func(c Claim) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return &Claims[i], true
}

// ScenarioOf is where one of the claim's verdicts is decided.
func (c *Claim) ScenarioOf(v *Verdict) string {
	if v.Scenario != "" {
		return v.Scenario
	}
	return c.Scenario
}

// PropertiesOf lists what stands for the claim in one of its verdicts.
func (c *Claim) PropertiesOf(v *Verdict) []string {
	if len(v.Properties) > 0 {
		return v.Properties
	}
	return c.Properties
}

// Claims lists the claims, thread by thread.
var Claims []Claim

// Row reads the verdicts of some columns from a line such as "F2 H130 W4 N -":
// H holds (after so many states), F fails, W has a witness (of so many
// operations), N has none (after so many states), and - does not apply.
func Row(columns []Column, line string) []Verdict {
	words := strings.Fields(line)
	if len(words) != len(columns) {
		panic(fmt.Sprintf("%q: want %d verdicts", line, len(columns)))
	}
	list := make([]Verdict, len(words))
	for i, word := range words {
		list[i] = verdict(columns[i].Name, word)
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

// In gives a row its own scenario.
func In(list []Verdict, scenario string) []Verdict {
	for i := range list {
		list[i].Scenario = scenario
	}
	return list
}

// Of gives a row its own properties.
func Of(list []Verdict, properties ...string) []Verdict {
	for i := range list {
		list[i].Properties = properties
	}
	return list
}

// Noted adds a note to the verdicts of some columns.
func Noted(list []Verdict, note string, variants ...string) []Verdict {
	for i := range list {
		if slices.Contains(variants, list[i].Variant) {
			list[i].Note = note
		}
	}
	return list
}
