package checker

import "slices"

// minimizeLasso returns a shorter or simpler lasso that breaks the same
// promise, or f itself.
func minimizeLasso[S, O comparable](sys System[S, O], simp Simplifier[O], f Fault[O]) Fault[O] {
	m := &shortener[S, O]{sys: sys, simp: simp, best: f}
	if !m.try(m.both(), len(f.Ops)) {
		return f
	}
	untilSteady(m.drop, m.simplify, m.rename)
	return m.best
}

// A shortener holds the best lasso so far. It looks at the story and the loop
// as one row of operations, with the place where the loop begins.
type shortener[S, O comparable] struct {
	sys  System[S, O]
	simp Simplifier[O]
	best Fault[O]
}

func (m *shortener[S, O]) both() Story[O] {
	return Story[O]{m.best.Start, slices.Concat(m.best.Ops, m.best.Loop)}
}

// try takes a row of operations over if it is still a lasso. A candidate on
// which the model panics is none.
func (m *shortener[S, O]) try(both Story[O], loop int) (taken bool) {
	defer func() {
		if recover() != nil {
			taken = false
		}
	}()
	story := Story[O]{both.Start, slices.Clone(both.Ops[:loop])}
	round := slices.Clone(both.Ops[loop:])
	if Lasso(m.sys, story, round, m.best.Property) != nil {
		return false
	}
	m.best.Story, m.best.Loop, m.best.Detail = story, round, lassoDetail(round)
	return true
}

// drop leaves out halves, quarters and so on, before the loop or in it.
func (m *shortener[S, O]) drop() (changed bool) {
	both := m.both()
	for size := max(1, len(both.Ops)/2); size > 0; size /= 2 {
		for i := 0; i+size <= len(both.Ops); {
			if m.without(both, i, size) {
				changed, both = true, m.both()
			} else {
				i++
			}
		}
	}
	return changed
}

func (m *shortener[S, O]) without(both Story[O], i, n int) bool {
	loop := len(m.best.Ops)
	if i < loop && i+n > loop {
		return false
	}
	if i < loop {
		loop -= n
	}
	return m.try(Story[O]{both.Start, slices.Concat(both.Ops[:i], both.Ops[i+n:])}, loop)
}

// simplify begins with the least start state and does the simplest variant of
// each operation.
func (m *shortener[S, O]) simplify() (changed bool) {
	for start := range m.best.Start {
		if m.try(Story[O]{start, m.both().Ops}, len(m.best.Ops)) {
			changed = true
			break
		}
	}
	if m.simp == nil {
		return changed
	}
	return simplifyEach(len(m.both().Ops), m.simplifyAt) || changed
}

func (m *shortener[S, O]) simplifyAt(i int) bool {
	for _, op := range m.simp.Simpler(m.both().Ops[i]) {
		both := m.both()
		both.Ops[i] = op
		if m.try(both, len(m.best.Ops)) {
			return true
		}
	}
	return false
}

// rename keeps the least of the lassos that differ in names only.
func (m *shortener[S, O]) rename() (changed bool) {
	if m.simp == nil {
		return false
	}
	for _, s := range m.simp.Renamings(m.both()) {
		if less(m.simp, s.Ops, m.both().Ops) && m.try(s, len(m.best.Ops)) {
			changed = true
		}
	}
	return changed
}
