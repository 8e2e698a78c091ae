package ways

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"hvcheck/conform"
	"hvcheck/conform/vm"
	"hvcheck/conform/vm/channel"
	"hvcheck/model"
)

// Target is a real system in a machine. A machine that dies is booted again, a few
// times.
type Target struct {
	*vm.Keeper
	// Design is what this version of the system is compared with, beside today's code.
	Design []model.Choice

	find  func(c *model.Config) (Table, error)
	asked *model.Machine // for what the model answers
	table Table
	marks Marks
}

// Open boots a machine.
func Open[H any](ctx context.Context, list []*Mapping[H], o vm.Options, spec func() (*vm.Spec, error)) (*Target, error) {
	k, err := vm.Keep(ctx, o, spec)
	t := Unopened(list)
	t.Keeper = k
	return t, err
}

// Unopened is a target without a machine, which can be asked what it refuses.
func Unopened[H any](list []*Mapping[H]) *Target {
	return &Target{Keeper: &vm.Keeper{}, find: func(c *model.Config) (Table, error) { return For(list, c) }}
}

// Several opens several targets, side by side. If one cannot be had, none is left.
func Several(n int, open func() (*Target, error)) ([]*Target, error) {
	list, errs := make([]*Target, n), make([]error, n)
	var booting sync.WaitGroup
	for i := range list {
		booting.Go(func() { list[i], errs[i] = open() })
	}
	booting.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		for j, t := range list {
			if errs[j] == nil {
				t.Lose()
			}
		}
		return nil, errs[i]
	}
	return list, nil
}

// Name is the system with its version.
func (t *Target) Name() string { return t.Keeper.Name }

// Close switches the machine off.
func (t *Target) Close() error {
	t.Lose()
	return nil
}

// opening is a scene as it is played: its table, the state before the operations
// that belong to its start, and these.
type opening struct {
	table   Table
	machine *model.Machine
	bare    model.World
	first   []model.Op
	ask     func(w *model.World, op model.Op) *Question
}

// open looks a scene up. The error says why it cannot be played.
func (t *Target) open(s *conform.Scene) (*opening, error) {
	c, err := s.Effective()
	if err != nil {
		return nil, err
	}
	o := &opening{first: s.First()}
	if o.table, err = t.find(&c); err != nil {
		return nil, err
	}
	if why := o.table.refused(s); why != "" {
		return nil, errors.New(why)
	}
	if o.bare, _, err = s.Worlds(&c); err != nil {
		return nil, err
	}
	o.machine = model.NewMachine(c)
	o.ask = func(w *model.World, op model.Op) *Question { return t.ask(o.machine, w, op, nil) }
	if why := o.table.fits(&c, &o.bare); why != "" {
		return nil, errors.New(why)
	}
	return o, o.each(func(q *Question, way *Way) error {
		if why := way.Undriven(q); why != "" {
			return fmt.Errorf("the start state: %v: %s", q.Op, why)
		}
		return nil
	})
}

// each goes through the operations that belong to the start.
func (o *opening) each(do func(*Question, *Way) error) error {
	w := o.bare
	for _, op := range o.first {
		q := o.ask(&w, op)
		if err := do(q, o.table.Way(op)); err != nil {
			return err
		}
		w = *q.After
	}
	return nil
}

// Refused says why a scene cannot be played; empty if it can.
func (t *Target) Refused(s *conform.Scene) string {
	if _, err := t.open(s); err != nil {
		return err.Error()
	}
	return ""
}

// Begin makes what a scene is played on.
func (t *Target) Begin(s *conform.Scene) (seen conform.Seen, err error) {
	o, err := t.open(s)
	if err != nil {
		return nil, err
	}
	t.table, t.asked = o.table, o.machine
	err = t.Retry(func() error {
		a, err := t.Ask(&channel.Request{Scene: conform.EncodeScene(s)})
		if err != nil {
			return err
		}
		seen = a.Seen
		return o.each(func(q *Question, way *Way) error {
			a, err := t.Ask(request(q, way))
			if err == nil {
				seen = a.Seen
			}
			return err
		})
	})
	t.marks = Marks{}
	t.table.mark(nil, seen, t.marks)
	for i := range o.first {
		t.table.mark(&o.first[i], seen, t.marks)
	}
	return seen, err
}

// request asks for an operation.
func request(q *Question, way *Way) *channel.Request {
	r := &channel.Request{Op: q.Op.String()}
	if way.Stops != nil {
		r.Stops = way.Stops(q)
	}
	return r
}

func (t *Target) question(w *model.World, op model.Op) *Question {
	return t.ask(t.asked, w, op, t.marks)
}

// ask makes a question about this system.
func (t *Target) ask(m *model.Machine, w *model.World, op model.Op, marks Marks) *Question {
	q := Ask(m, w, op, marks)
	q.Instrumented = t.Instrumented
	return q
}

// Undriven says why an operation cannot be driven; empty if it can.
func (t *Target) Undriven(_ *model.Config, w *model.World, op model.Op) string {
	return t.table.Way(op).Undriven(t.question(w, op))
}

// Do has an operation carried out. It is inconclusive if the machine is lost.
func (t *Target) Do(_ *model.Config, w *model.World, op model.Op) (*conform.Line, error) {
	a, err := t.AskOnce(request(t.question(w, op), t.table.Way(op)))
	if err != nil {
		return nil, err
	}
	t.table.mark(&op, a.Seen, t.marks)
	return &a.Line, nil
}
