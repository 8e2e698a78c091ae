package scenarios

import (
	"path"
	"strings"

	"hvcheck/model"
)

// Unmet is a reason why operations do not meet: one after another on the same
// object, or an operation and a trait. First, Then and With are patterns of
// names, several of them with commas between; empty is any.
type Unmet struct {
	// First and Then are operations, one after the other, With the things that
	// both name.
	First, Then, With string
	// Trait is what First does not meet; Then and With are empty.
	Trait string
	Why   string
}

// OfPair tells whether the reason is about two operations and a thing that both
// name, which is empty where they name none in common.
func (u *Unmet) OfPair(first, then *model.Spec, thing string) bool {
	return u.Trait == "" && matches(u.First, first.Name) && matches(u.Then, then.Name) && matches(u.With, thing)
}

// OfTrait tells whether the reason is about an operation and a trait.
func (u *Unmet) OfTrait(op *model.Spec, t *model.Trait) bool {
	return u.Trait != "" && matches(u.First, op.Name) && matches(u.Trait, t.Name)
}

func matches(patterns, name string) bool {
	if patterns == "" {
		return true
	}
	for _, p := range strings.Split(patterns, ",") {
		if ok, _ := path.Match(strings.TrimSpace(p), name); ok {
			return true
		}
	}
	return false
}
