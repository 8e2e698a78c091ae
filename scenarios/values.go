package scenarios

import "hvcheck/model"

// Operand values, for alphabets.

// Only lists the values as given.
func Only(values ...uint8) []uint8 { return values }

// Below lists 0 to n-1.
func Below(n uint8) []uint8 {
	list := make([]uint8, n)
	for i := range list {
		list[i] = uint8(i)
	}
	return list
}

// Preempts lists the preemption operands.
func Preempts(c *model.Config) []uint8 { return Below(c.Preempt + 1) }

// UpTo lists the preemption operands 0 to k, bounded by the configuration.
func UpTo(c *model.Config, k uint8) []uint8 { return Below(min(k, c.Preempt) + 1) }

// Builders of reach goals.

// Step is a goal about an operation.
func Step(id, doc string, met func(before *model.World, op model.Op, a model.Answer, after *model.World) bool) Goal {
	return Goal{ID: id, Doc: doc, Met: met}
}

// After is a goal about the state that an operation leads to.
func After(id, doc string, met func(*model.World) bool) Goal {
	return Step(id, doc, func(_ *model.World, _ model.Op, _ model.Answer, w *model.World) bool { return met(w) })
}
