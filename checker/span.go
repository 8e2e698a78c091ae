package checker

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"hvcheck/checker/store"
)

// Span is a run of a state's bytes, from offset From up to To. Both are
// multiples of 8, except that the last span may end with the state.
type Span = store.Span

// Spanner is a Model that uses some parts of its states only. A state's other
// bytes are never written: they are what they are in the first start state, and
// they cost nothing. A Model that writes them panics when it is found out.
type Spanner interface {
	// Spans returns at least one span, in ascending order, with bytes between
	// any two of them. A Model that is no Spanner has one, the whole state.
	Spans() []Span
}

// A window is what is seen of a state: the bytes in the spans of its model.
// States are copied, compared and packed in it, and are all the same outside.
type window[S any] struct {
	spans []Span
	base  S // the first start state
}

// newWindow panics with what is wrong if spansOf refuses the spans.
func newWindow[S, O comparable](m Model[S, O]) window[S] {
	spans, err := spansOf(m)
	if err != nil {
		panic(err)
	}
	w := window[S]{spans: spans}
	if starts := m.Init(); len(starts) > 0 {
		w.base = starts[0]
	}
	return w
}

func spansOf[S, O comparable](m Model[S, O]) ([]Span, error) {
	size := int(reflect.TypeFor[S]().Size())
	p, ok := m.(Spanner)
	if !ok {
		return []Span{{From: 0, To: size}}, nil
	}
	spans := slices.Clone(p.Spans())
	if len(spans) == 0 {
		return nil, errors.New("the model has no spans; one that uses the whole state has no method Spans")
	}
	end := -1
	for i, s := range spans {
		if err := validateSpan(s, end, size); err != nil {
			return nil, fmt.Errorf("span %d of the model, from byte %d to %d, %w", i, s.From, s.To, err)
		}
		end = s.To
	}
	return spans, nil
}

// validateSpan refuses a span that does not fit behind one that ends at end, in
// a state of that size.
func validateSpan(s Span, end, size int) error {
	switch {
	case s.From < 0 || s.To > size:
		return fmt.Errorf("is not within the state, which has %d bytes", size)
	case s.From >= s.To:
		return errors.New("is empty")
	case s.From%8 != 0 || s.To%8 != 0 && s.To != size:
		return errors.New("does not begin and end at multiples of 8")
	case s.From == end:
		return errors.New("begins where the one before ends: make them one")
	case s.From < end:
		return errors.New("does not come after the one before")
	}
	return nil
}

// validateStarts refuses start states that differ outside of the window.
func (w *window[S]) validateStarts(starts []S) error {
	for i := range starts {
		if where := w.outside(&starts[i]); where != "" {
			return fmt.Errorf("start state %d differs from the first one at %s, which is outside of the model's spans", i, where)
		}
	}
	return nil
}

func (w *window[S]) copy(to, from *S) {
	a, b := view(to), view(from)
	for _, s := range w.spans {
		copy(a[s.From:s.To], b[s.From:s.To])
	}
}

func (w *window[S]) same(a, b *S) bool {
	x, y := view(a), view(b)
	for _, s := range w.spans {
		if !bytes.Equal(x[s.From:s.To], y[s.From:s.To]) {
			return false
		}
	}
	return true
}

// outside names what differs from the first start state outside of the window,
// or is empty. Only a model that lies about its spans has such states.
func (w *window[S]) outside(s *S) string {
	a, b, end := view(s), view(&w.base), 0
	for i := range len(w.spans) + 1 {
		next := Span{From: len(a), To: len(a)}
		if i < len(w.spans) {
			next = w.spans[i]
		}
		if !bytes.Equal(a[end:next.From], b[end:next.From]) {
			return difference[S](a, b, end)
		}
		end = next.To
	}
	return ""
}

// mind panics if a state was changed outside of the window.
func (w *window[S]) mind(s *S) {
	if where := w.outside(s); where != "" {
		panic(fmt.Errorf("the model changed %s, which is outside of its spans", where))
	}
}
