package counterexamples

import (
	"slices"

	"hvcheck/model"
)

// Compared is a story that was carried out under its own design and under
// another one, with the same invariants. Nothing of it is recorded.
type Compared struct {
	Story *Story   // with the other design, and nothing recorded
	Own   Replayed // under its own design
	Steps []Beside // under the other one, beside its own
	// Problems say why it could not go on under the other design.
	Problems []string
	// Fault is the step that violates what the story violates under its own
	// design, or anything if it records nothing; nil if none does. Instead is
	// then a step that violates something else, if the scenario asks for it.
	Fault, Instead *Step
	Unbroken       string // why a promise is not broken, "; …", or empty
}

// Beside is a step under both designs. One of them is nil where the drain has
// come to its end.
type Beside struct {
	Own, Other *Step
	Apart      []model.Change // where the states differ: Was with its own design, Is with the other
}

// SameResult tells whether the same was done, with the same result.
func (b *Beside) SameResult() bool {
	return b.Own != nil && b.Other != nil && b.Own.Op == b.Other.Op && b.Own.Result == b.Other.Result
}

// Compare carries a story out under another configuration of its scenario.
func Compare(s *Story, c model.Config) *Compared {
	other := *s
	other.Config, other.Found = c, Found{}
	other.Ops, other.Drain, other.Loop = unrecorded(s.Ops), nil, unrecorded(s.Loop)
	r := carried(&other)
	compared := &Compared{Story: &other, Own: Replay(s), Problems: r.problems, Unbroken: r.unbroken}
	compared.Steps = beside(&s.Config, compared.Own.Steps, &c, r.steps)
	for i := range r.steps {
		if id := r.steps[i].Violated; id != "" && (id == s.Fault.Invariant || s.Fault.Invariant == "") {
			compared.Fault = &r.steps[i]
			return compared
		}
	}
	compared.Instead = firstViolating(&other)
	return compared
}

func beside(ownConfig *model.Config, own []Step, otherConfig *model.Config, other []Step) []Beside {
	list := make([]Beside, max(len(own), len(other)))
	for i := range own {
		list[i].Own = &own[i]
	}
	for i := range other {
		list[i].Other = &other[i]
	}
	for i := range min(len(own), len(other)) {
		list[i].Apart = apart(model.Facts(ownConfig, &own[i].World), model.Facts(otherConfig, &other[i].World))
	}
	return list
}

// apart lists the facts that differ. Under another design there may be other
// facts.
func apart(own, other []model.Fact) (list []model.Change) {
	about := func(f model.Fact) func(model.Fact) bool {
		return func(g model.Fact) bool { return g.Subject == f.Subject && g.Name == f.Name }
	}
	for _, f := range own {
		is := "-"
		if i := slices.IndexFunc(other, about(f)); i >= 0 {
			is = other[i].Value
		}
		if is != f.Value {
			list = append(list, model.Change{Subject: f.Subject, Name: f.Name, Was: f.Value, Is: is})
		}
	}
	for _, f := range model.Known(other) {
		if !slices.ContainsFunc(own, about(f)) {
			list = append(list, model.Change{Subject: f.Subject, Name: f.Name, Was: "-", Is: f.Value})
		}
	}
	return list
}
