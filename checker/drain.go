package checker

import (
	"errors"
	"fmt"
	"math/bits"
)

// drain brings a copy of s to rest and returns the first violation on the way
// or at the end. The trail holds the operations up to there.
func (a *asker[S, O]) drain(s *S) *violation {
	a.trail = a.trail[:0]
	if a.drainer == nil {
		return nil
	}
	a.window.copy(&a.rest, s)
	for op, more := a.drainer.Drain(&a.rest); more; op, more = a.drainer.Drain(&a.rest) {
		v, _, goesOn := a.drainStep(op)
		if v != nil {
			v.inDrain = true
			return v
		}
		if !goesOn {
			return nil
		}
	}
	return a.atRest(&a.rest)
}

// drainStep carries one draining operation out on rest. A drain that cannot
// end is a violation, or merely over if nobody asked.
func (a *asker[S, O]) drainStep(op O) (v *violation, out Outcome, goesOn bool) {
	a.window.copy(&a.before, &a.rest)
	out = a.model.Step(&a.rest, op)
	a.trail = append(a.trail, op)
	a.longest = max(a.longest, len(a.trail))
	v = a.whileDraining(&a.before, op, out, &a.rest)
	err := a.endless()
	if v == nil && err != nil && a.drains {
		v = &violation{property: DrainProperty, err: err}
	}
	return v, out, err == nil
}

func (a *asker[S, O]) whileDraining(before *S, op O, out Outcome, after *S) *violation {
	if v := a.refusal(before, out, after); v != nil {
		return v
	}
	for _, p := range a.props {
		if !p.WhileDraining {
			continue
		}
		if v := p.atStep(before, op, out, after); v != nil {
			return v
		}
		if v := p.atState(after); v != nil {
			return v
		}
	}
	return nil
}

// endless tells why the drain cannot end. It is deterministic, so a state that
// comes again comes for ever; comparing with the state after the latest power
// of two of steps finds every circle.
func (a *asker[S, O]) endless() error {
	n := len(a.trail)
	switch {
	case a.window.same(&a.before, &a.rest):
		return fmt.Errorf("the drain does not end: %v changes nothing", a.trail[n-1])
	case n > 1 && a.window.same(&a.mark, &a.rest):
		return errors.New("the drain does not end: it goes round in a circle")
	case n >= maxDrain:
		return fmt.Errorf("the drain has not ended after %d steps", n)
	}
	if bits.OnesCount(uint(n)) == 1 {
		a.window.copy(&a.mark, &a.rest)
	}
	return nil
}

// atRest asks about a state that a drain has ended in.
func (a *asker[S, O]) atRest(s *S) *violation {
	for i := range a.props {
		if v := a.props[i].atRest(s); v != nil {
			v.inDrain = true
			return v
		}
	}
	return nil
}
