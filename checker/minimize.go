package checker

import (
	"context"
	"slices"
)

// A Simplifier knows which operations are simpler than others and which names
// in them can be exchanged.
type Simplifier[O comparable] interface {
	// Simpler returns strictly simpler variants of an operation, best first.
	Simpler(op O) []O
	// Renamings returns the story with interchangeable names permuted.
	Renamings(s Story[O]) []Story[O]
	// Less orders operations; of the renamed stories the least is kept.
	Less(a, b O) bool
}

// MinimizeOptions say how hard to try.
type MinimizeOptions struct {
	States uint64 // bound of the search for a shorter story; 0 is 200,000
}

const defaultMinimizeStates = 200_000

// Minimize returns a shortest and simplest story it can find that violates the
// same property. It cuts the story after the violation, leaves out operations,
// simplifies operands, names and order, until nothing helps; then it explores
// breadth first with the kinds of operation that are left, in case another way
// is shorter. simp may be nil. The result is deterministic.
//
// A broken promise stays a lasso: operations are left out before the loop and
// in it, and operands and names simplified.
func Minimize[S, O comparable](newSystem func() System[S, O], simp Simplifier[O], f Fault[O], opt MinimizeOptions) Fault[O] {
	if f.Forever {
		return minimizeLasso(newSystem(), simp, f)
	}
	m := &minimizer[S, O]{newSystem: newSystem, simp: simp, id: f.Property, opt: opt}
	m.run = newRunner(newSystem(), []string{f.Property})
	if !m.try(f.Story) {
		return f
	}
	m.reduce()
	if m.search() {
		m.reduce()
	}
	return m.best
}

// A minimizer holds the best story so far.
type minimizer[S, O comparable] struct {
	newSystem func() System[S, O]
	simp      Simplifier[O]
	id        string
	opt       MinimizeOptions
	run       *runner[S, O]
	best      Fault[O]
}

// try takes a story over if it violates the property, up to where it does.
func (m *minimizer[S, O]) try(s Story[O]) bool {
	f := m.fault(s)
	if f == nil || f.Property != m.id {
		return false
	}
	m.best = *f
	return true
}

// fault is what the story violates. A candidate on which the model panics is
// no candidate.
func (m *minimizer[S, O]) fault(s Story[O]) (f *Fault[O]) {
	defer func() {
		if recover() != nil {
			f = nil
		}
	}()
	return m.run.run(s)
}

// maxRounds and maxSimpler guard against a Simplifier that contradicts itself.
const (
	maxRounds  = 32
	maxSimpler = 1000 // variants taken over in one round
)

// reduce applies every stage until none changes anything.
func (m *minimizer[S, O]) reduce() {
	untilSteady(m.dropRuns, m.dropPairs, m.simplify, m.rename, m.reorder)
}

// untilSteady repeats the stages until none changes anything.
func untilSteady(stages ...func() bool) {
	for range maxRounds {
		changed := false
		for _, stage := range stages {
			changed = stage() || changed
		}
		if !changed {
			return
		}
	}
}

// dropRuns leaves out halves, quarters and so on down to single operations.
func (m *minimizer[S, O]) dropRuns() (changed bool) {
	for size := max(1, len(m.best.Ops)/2); size > 0; size /= 2 {
		for i := 0; i+size <= len(m.best.Ops); {
			if m.try(m.without(i, size)) {
				changed = true
			} else {
				i += size
			}
		}
	}
	return changed
}

// without is the best story with n operations left out.
func (m *minimizer[S, O]) without(i, n int) Story[O] {
	ops := m.best.Ops
	return Story[O]{m.best.Start, slices.Concat(ops[:i], ops[i+n:])}
}

// maxPairs is the longest story of which all pairs are tried.
const maxPairs = 100

// dropPairs leaves out two operations at a time: one that makes something and
// the one that unmakes it.
func (m *minimizer[S, O]) dropPairs() (changed bool) {
	if len(m.best.Ops) > maxPairs {
		return false
	}
	for i := 0; i < len(m.best.Ops); {
		if m.dropWith(i) {
			changed = true
		} else {
			i++
		}
	}
	return changed
}

func (m *minimizer[S, O]) dropWith(i int) bool {
	rest := m.without(i, 1)
	for k := i; k < len(rest.Ops); k++ {
		if m.try(Story[O]{rest.Start, slices.Concat(rest.Ops[:k], rest.Ops[k+1:])}) {
			return true
		}
	}
	return false
}

// simplify begins with the least start state and does the simplest variant of
// each operation.
func (m *minimizer[S, O]) simplify() (changed bool) {
	for start := range m.best.Start {
		if m.try(Story[O]{start, m.best.Ops}) {
			changed = true
			break
		}
	}
	if m.simp == nil {
		return changed
	}
	return simplifyEach(len(m.best.Ops), m.simplifyAt) || changed
}

// simplifyEach goes on with a place for as long as it gets simpler. A simpler
// story can be shorter: for a place behind its end, at has to answer false.
func simplifyEach(places int, at func(i int) bool) (changed bool) {
	for i, n := 0, 0; i < places && n < maxSimpler; {
		if at(i) {
			changed = true
			n++
		} else {
			i++
		}
	}
	return changed
}

func (m *minimizer[S, O]) simplifyAt(i int) bool {
	if i >= len(m.best.Ops) {
		return false
	}
	for _, op := range m.simp.Simpler(m.best.Ops[i]) {
		ops := slices.Clone(m.best.Ops)
		ops[i] = op
		if m.try(Story[O]{m.best.Start, ops}) {
			return true
		}
	}
	return false
}

// rename keeps the least of the stories that differ in names only.
func (m *minimizer[S, O]) rename() (changed bool) {
	if m.simp == nil {
		return false
	}
	for _, s := range m.simp.Renamings(m.best.Story) {
		if less(m.simp, s.Ops, m.best.Ops) && m.try(s) {
			changed = true
		}
	}
	return changed
}

// reorder exchanges neighbours so that lesser operations come first, where the
// order does not matter. Equal faults become equal stories.
func (m *minimizer[S, O]) reorder() (changed bool) {
	if m.simp == nil {
		return false
	}
	for i := 0; i+1 < len(m.best.Ops); {
		ops := slices.Clone(m.best.Ops)
		ops[i], ops[i+1] = ops[i+1], ops[i]
		if m.simp.Less(ops[i], ops[i+1]) && m.try(Story[O]{m.best.Start, ops}) {
			changed = true
			i = max(i-1, 0)
		} else {
			i++
		}
	}
	return changed
}

// less orders rows of operations.
func less[O comparable](simp Simplifier[O], a, b []O) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return simp.Less(a[i], b[i])
		}
	}
	return len(a) < len(b)
}

// search explores, with the kinds of operation in the best story, all stories
// that are shorter.
func (m *minimizer[S, O]) search() bool {
	if len(m.best.Ops) < 2 {
		return false
	}
	var kinds [256]bool
	for _, op := range m.best.Ops {
		kinds[m.run.asks.model.Kind(op)] = true
	}
	opt := Options{Bounds: Bounds{Depth: len(m.best.Ops) - 1, States: m.opt.States}}
	if opt.States == 0 {
		opt.States = defaultMinimizeStates
	}
	r, err := ExploreKinds(context.Background(), m.only, func(k uint8) bool { return kinds[k] }, opt)
	return err == nil && r.Fault != nil && m.try(r.Fault.Story)
}

// only is the system with nothing but the property in question.
func (m *minimizer[S, O]) only() System[S, O] {
	sys := m.newSystem()
	sys.Goals, sys.Responses = nil, nil
	sys.Properties = slices.DeleteFunc(slices.Clone(sys.Properties), func(p Property[S, O]) bool { return p.ID != m.id })
	if m.id == DrainProperty {
		sys.Properties = []Property[S, O]{{ID: "drains, whatever happens", WhileDraining: true}}
	}
	return sys
}
