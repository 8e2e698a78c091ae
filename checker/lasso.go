package checker

import (
	"errors"
	"fmt"
)

// Lasso tells why the story, with the loop carried out for ever after it, is
// not a fair run that breaks the promise of the response with that id; nil
// means that it is one. It looks at the operations alone and at no exploration.
func Lasso[S, O comparable](sys System[S, O], story Story[O], loop []O, id string) error {
	r, err := findResponse(sys, id)
	if err != nil {
		return err
	}
	starts := sys.Model.Init()
	if err := checkStart(story, len(starts)); err != nil {
		return err
	}
	l := lasso[S, O]{model: sys.Model, window: newWindow(sys.Model), response: r, served: make([]bool, len(r.Fair))}
	l.first, l.after = l.window.base, l.window.base
	s := starts[story.Start]
	l.see(&s)
	for _, op := range story.Ops {
		l.model.Step(&s, op)
		l.see(&s)
	}
	if err := l.round(&s, loop); err != nil {
		return err
	}
	l.window.mind(&s)
	return l.verdict()
}

// A lasso is a run being looked at.
type lasso[S, O comparable] struct {
	model    Model[S, O]
	window   window[S]
	response *Response[S, O]
	pending  bool   // a promise was made and not kept so far
	outside  bool   // the loop has a state outside of Suspended
	served   []bool // fairness sets that are not put off for ever
	first    S      // the state that the loop begins with
	after    S      // where an operation leads
}

func (l *lasso[S, O]) see(s *S) {
	l.pending = !l.response.To(s) && (l.pending || l.response.From(s))
}

// round follows the loop once, from s to s.
func (l *lasso[S, O]) round(s *S, loop []O) error {
	l.window.copy(&l.first, s)
	for i, op := range loop {
		if l.response.To(s) {
			return fmt.Errorf("the promise is kept in the loop, after %d operations of it", i)
		}
		l.serve(s, &op)
		l.model.Step(s, op)
		l.see(s)
	}
	if len(loop) == 0 {
		l.serve(s, nil)
	}
	if !l.window.same(&l.first, s) {
		return fmt.Errorf("the loop does not come back to where it began: %s differs", firstDifference(&l.first, s))
	}
	return nil
}

// serve finds the fairness sets that can do nothing in a state of the loop, or
// whose operation is the one done there; nil is none.
func (l *lasso[S, O]) serve(s *S, done *O) {
	l.outside = l.outside || l.response.Suspended == nil || !l.response.Suspended(s)
	can := l.changing(s)
	for i, f := range l.response.Fair {
		enabled, did := false, false
		for _, op := range can {
			if f.Of(op) {
				enabled = true
				did = did || done != nil && op == *done
			}
		}
		l.served[i] = l.served[i] || !enabled || did
	}
}

// changing are the operations that change a state.
func (l *lasso[S, O]) changing(s *S) (ops []O) {
	for _, family := range l.model.Ops() {
		for k, more := 0, 0; k <= min(more, len(family)-1); k++ {
			l.window.copy(&l.after, s)
			out := l.model.Step(&l.after, family[k])
			if k == 0 {
				more = int(out.More)
			}
			if !l.window.same(s, &l.after) {
				ops = append(ops, family[k])
			}
		}
	}
	return ops
}

func (l *lasso[S, O]) verdict() error {
	switch {
	case !l.pending:
		return errors.New("no promise is broken: none was made, or it was kept")
	case !l.outside:
		return errors.New("the promise is suspended for ever")
	}
	for i, served := range l.served {
		if !served {
			return fmt.Errorf("the loop is not fair: %q could always do something and never does", l.response.Fair[i].ID)
		}
	}
	return nil
}
