package invariants

import (
	"slices"

	"hvcheck/model"
)

// Frame is a part of a T, and the operations that may change it.
type Frame[T any] struct {
	what string
	same func(was, is *T) bool
	by   []*model.Spec
}

// Part makes a Frame.
func Part[T any](what string, same func(was, is *T) bool, by ...*model.Spec) Frame[T] {
	return Frame[T]{what, same, by}
}

// Changed is the first part that has changed and that op is not about; empty if
// there is none.
func Changed[T any](parts []Frame[T], op model.Op, was, is *T) (what string) {
	for i := range parts {
		f := &parts[i]
		if !f.same(was, is) && !slices.ContainsFunc(f.by, func(s *model.Spec) bool { return s.Kind() == op.Kind }) {
			return f.what
		}
	}
	return ""
}
