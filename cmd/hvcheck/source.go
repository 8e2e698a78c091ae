package main

import (
	"math/rand/v2"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
)

// TEMPORARY until gen exists.
type uniform struct {
	ops    []model.Op
	starts int
}

func (u *uniform) Trace(seed uint64) checker.Story[model.Op] {
	r := rand.New(rand.NewPCG(seed, seed))
	s := checker.Story[model.Op]{Start: r.IntN(u.starts)}
	for range 5 + r.IntN(30) {
		s.Ops = append(s.Ops, u.ops[r.IntN(len(u.ops))])
	}
	return s
}

func (u *uniform) Shrink(seed uint64, fails func(checker.Story[model.Op]) bool) checker.Story[model.Op] {
	return u.Trace(seed)
}

func (s *search) source() checker.Source[model.Op] {
	return &uniform{slices.Concat(s.scenario.Ops(&s.config)...), len(s.scenario.StartNames())}
}
