package checker

import "unsafe"

// Padded is a state among bytes that its model does not use.
type Padded[P, S comparable] struct {
	Before P
	In     S
	After  P
}

// Pad is the system with its states padded: the same in everything but their
// length. P is an array of bytes whose length is a multiple of 8.
func Pad[P, S, O comparable](sys System[S, O]) System[Padded[P, S], O] {
	padded := System[Padded[P, S], O]{Model: padding[P, S, O]{sys.Model}}
	if d, ok := sys.Model.(Drainer[S, O]); ok {
		padded.Model = drainedPadding[P, S, O]{padding[P, S, O]{sys.Model}, d}
	}
	for _, p := range sys.Properties {
		padded.Properties = append(padded.Properties, padProperty[P](p))
	}
	for _, g := range sys.Goals {
		padded.Goals = append(padded.Goals, Goal[Padded[P, S], O]{ID: g.ID, Met: func(before *Padded[P, S], op O, out Outcome, after *Padded[P, S]) bool {
			return g.Met(&before.In, op, out, &after.In)
		}})
	}
	for _, r := range sys.Responses {
		padded.Responses = append(padded.Responses, padResponse[P](r))
	}
	return padded
}

type padding[P, S, O comparable] struct{ Model[S, O] }

func (m padding[P, S, O]) Init() (starts []Padded[P, S]) {
	for _, s := range m.Model.Init() {
		padded := Padded[P, S]{In: s}
		for i, b := range view(&padded.Before) {
			view(&padded.Before)[i] = b + 0xa5
		}
		padded.After = padded.Before
		starts = append(starts, padded)
	}
	return starts
}

func (m padding[P, S, O]) Step(s *Padded[P, S], op O) Outcome { return m.Model.Step(&s.In, op) }

func (m padding[P, S, O]) Spans() (spans []Span) {
	inner, err := spansOf(m.Model)
	if err != nil {
		panic(err)
	}
	var s Padded[P, S]
	first := int(unsafe.Offsetof(s.In))
	for _, in := range inner {
		spans = append(spans, Span{From: first + in.From, To: (first + in.To + 7) &^ 7})
	}
	return spans
}

type drainedPadding[P, S, O comparable] struct {
	padding[P, S, O]
	drainer Drainer[S, O]
}

func (m drainedPadding[P, S, O]) Drain(s *Padded[P, S]) (O, bool) { return m.drainer.Drain(&s.In) }

func padProperty[P, S, O comparable](p Property[S, O]) Property[Padded[P, S], O] {
	padded := Property[Padded[P, S], O]{ID: p.ID, WhileDraining: p.WhileDraining}
	if p.State != nil {
		padded.State = func(s *Padded[P, S]) error { return p.State(&s.In) }
	}
	if p.Step != nil {
		padded.Step = func(before *Padded[P, S], op O, out Outcome, after *Padded[P, S]) error {
			return p.Step(&before.In, op, out, &after.In)
		}
	}
	if p.Drained != nil {
		padded.Drained = func(s *Padded[P, S]) error { return p.Drained(&s.In) }
	}
	return padded
}

func padResponse[P, S, O comparable](r Response[S, O]) Response[Padded[P, S], O] {
	pad := func(f func(*S) bool) func(*Padded[P, S]) bool {
		if f == nil {
			return nil
		}
		return func(s *Padded[P, S]) bool { return f(&s.In) }
	}
	return Response[Padded[P, S], O]{ID: r.ID, From: pad(r.From), To: pad(r.To), Suspended: pad(r.Suspended), Fair: r.Fair}
}
