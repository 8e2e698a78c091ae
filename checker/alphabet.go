package checker

import (
	"errors"
	"fmt"
	"math"
)

// alphabet is a model's operations in one row, so that a number names one.
type alphabet[O comparable] struct {
	ops      []O
	kinds    []uint8
	families []family
}

// family is a run of operations by the numbers of its first and last one.
type family struct{ first, last int }

// newAlphabet takes the families whose first operation is of a kept kind.
func newAlphabet[S, O comparable](m Model[S, O], keep func(uint8) bool) (alphabet[O], error) {
	var a alphabet[O]
	for i, ops := range m.Ops() {
		if len(ops) == 0 {
			return a, fmt.Errorf("family %d of the alphabet has no operations", i)
		}
		if keep == nil || keep(m.Kind(ops[0])) {
			addFamily(&a, m, ops)
		}
	}
	if len(a.ops) > math.MaxUint16 {
		return a, fmt.Errorf("the alphabet has %d operations, the most is %d", len(a.ops), math.MaxUint16)
	}
	if len(a.ops) == 0 && keep == nil {
		return a, errors.New("the alphabet has no operations")
	}
	return a, nil
}

func addFamily[S, O comparable](a *alphabet[O], m Model[S, O], ops []O) {
	a.families = append(a.families, family{len(a.ops), len(a.ops) + len(ops) - 1})
	for _, op := range ops {
		a.ops = append(a.ops, op)
		a.kinds = append(a.kinds, m.Kind(op))
	}
}

// named are the operations with these numbers.
func (a *alphabet[O]) named(numbers []uint16) (ops []O) {
	for _, k := range numbers {
		ops = append(ops, a.ops[k])
	}
	return ops
}
