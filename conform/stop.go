package conform

import (
	"iter"
	"math/rand/v2"
	"slices"

	"hvcheck/model"
)

// order is the operations of a play in the order in which they are tried.
func (p *Play) order(t Target, f *Follower, o *Outcome) iter.Seq[model.Op] {
	if !p.Stop {
		return slices.Values(p.Ops)
	}
	s := &stopper{rng: rand.New(rand.NewPCG(p.Seed, 0)), target: t, follower: f, outcome: o}
	return s.order(p.Ops)
}

// stopper stops operations and has them continued later.
type stopper struct {
	rng      *rand.Rand
	target   Target
	follower *Follower
	outcome  *Outcome
	waiting  []stoppedOp // in the order in which they were stopped
}

// stoppedOp is an operation that was stopped, and how many others come before it
// is continued.
type stoppedOp struct {
	op     model.Op
	others int
}

// order puts continuations between operations, and behind them.
func (s *stopper) order(ops []model.Op) iter.Seq[model.Op] {
	return func(yield func(model.Op) bool) {
		for _, op := range ops {
			for s.due() {
				if !s.resume(yield) {
					return
				}
			}
			if more, ok := s.more(); ok && !s.carry(more, true, 0, yield) {
				return
			}
			if !s.try(op, 0, yield) {
				return
			}
		}
		for len(s.waiting) > 0 {
			if !s.resume(yield) {
				return
			}
		}
	}
}

func (s *stopper) due() bool { return len(s.waiting) > 0 && s.waiting[0].others <= 0 }

// resume continues what has waited longest.
func (s *stopper) resume(yield func(model.Op) bool) bool {
	op := s.waiting[0].op
	s.waiting = s.waiting[1:]
	return s.try(op, 1, yield)
}

// try has an operation carried out, perhaps stopped. resumed is 1 if it was before.
func (s *stopper) try(op model.Op, resumed int, yield func(model.Op) bool) bool {
	stopped, is := s.stop(op)
	return s.carry(stopped, is, resumed, yield)
}

// carry has an operation carried out that is stopped, or not, in the end.
func (s *stopper) carry(stopped model.Op, is bool, resumed int, yield func(model.Op) bool) bool {
	done := s.outcome.Done
	if !yield(stopped) {
		return false
	}
	if s.outcome.Done == done {
		return true // it cannot be driven
	}
	s.outcome.Resumed += resumed
	for i := range s.waiting {
		s.waiting[i].others--
	}
	if is {
		const few = 3
		stopped.Arg[len(stopped.Spec().Args)-1] = 0
		s.waiting = append(s.waiting, stoppedOp{stopped, 1 + s.rng.IntN(few)})
	}
	return true
}

// stop chooses who makes the call, and at which of the preemption checks that it
// meets it is stopped, if there are any.
func (s *stopper) stop(op model.Op) (model.Op, bool) {
	spec := op.Spec()
	if !spec.Preemptible() {
		return op, false
	}
	last := len(spec.Args) - 1
	var list []model.Op
	callers := spec.Args[0].Type
	for cpu := range callers.Count(&s.follower.Config) {
		by := op
		if by.Arg[0], by.Arg[last] = cpu, 0; callers.Exists(cpu, &s.follower.Config) {
			list = append(list, s.stops(by, last)...)
		}
	}
	const often = 8 // of ten
	if len(list) == 0 || s.rng.IntN(10) >= often {
		return op, false
	}
	return list[s.rng.IntN(len(list))], true
}

// more is an operation beside those of the play, which is stopped. There is none
// now and then, and where none is found.
func (s *stopper) more() (model.Op, bool) {
	const draws, often = 60, 9 // of ten
	var specs []*model.Spec
	for _, a := range s.follower.Config.Areas() {
		specs = append(specs, slices.DeleteFunc(slices.Clone(a.Ops.Specs()), func(spec *model.Spec) bool { return !spec.Preemptible() })...)
	}
	if len(specs) == 0 || len(s.waiting) > 2 || s.rng.IntN(10) >= often {
		return model.Op{}, false
	}
	for range draws {
		spec := specs[s.rng.IntN(len(specs))]
		if list := s.stops(s.draw(spec), len(spec.Args)-1); len(list) > 0 {
			return list[s.rng.IntN(len(list))], true
		}
	}
	return model.Op{}, false
}

// draw gives an operation operands, but for the last one, which is left 0.
func (s *stopper) draw(spec *model.Spec) model.Op {
	c := &s.follower.Config
	op := model.Op{Kind: spec.Kind()}
	for i, a := range spec.Args[:len(spec.Args)-1] {
		var values []uint8
		for v := range a.Type.Count(c) {
			if a.Type.Exists(v, c) {
				values = append(values, v)
			}
		}
		op.Arg[i] = values[s.rng.IntN(len(values))]
	}
	return op
}

// stops lists an operation with each of the checks at which it can be stopped.
func (s *stopper) stops(op model.Op, last int) (list []model.Op) {
	a, _ := s.follower.Answer(op)
	for k := uint8(1); k <= a.Checks; k++ {
		op.Arg[last] = k
		b, _ := s.follower.Answer(op)
		if wasStopped(op, b) && undriven(s.target, s.follower, op, b) == "" {
			list = append(list, op)
		}
	}
	return list
}
