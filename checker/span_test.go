package checker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// apart is a state with two parts in use and three that are not.
type apart struct {
	Front [8]uint8
	A     [8]uint8
	Mid   [40]uint8
	B     [8]uint8
	Back  [3]uint8
}

var apartSpans = spansAt(8, 16, 56, 64)

// spansAt are spans by where they begin and end.
func spansAt(ends ...int) (spans []Span) {
	for i := 0; i < len(ends); i += 2 {
		spans = append(spans, Span{From: ends[i], To: ends[i+1]})
	}
	return spans
}

// spanned is a toy that names its spans.
type spanned[S comparable] struct {
	*toy[S]
	spans []Span
}

func (m spanned[S]) Spans() []Span { return m.spans }

// Ops leaves an operation out that only drains do.
func (m spanned[S]) Ops() [][]move {
	return slices.DeleteFunc(m.toy.Ops(), func(family []move) bool { return m.entries[family[0].Kind].name == "rest" })
}

func (m spanned[S]) Drain(s *S) (move, bool) {
	if m.drain == nil {
		return move{}, false
	}
	return m.drain(s)
}

func (m spanned[S]) system(props ...Property[S, move]) func() System[S, move] {
	return func() System[S, move] { return System[S, move]{Model: m, Properties: props} }
}

// twins counts up in both parts, to 9 each.
func twins() spanned[apart] {
	up := func(of func(s *apart) *uint8) func(*apart, move) Outcome {
		return func(s *apart, _ move) Outcome { return doIf(*of(s) < 9, func() { *of(s)++ }) }
	}
	start := apart{Front: [8]uint8{1, 2, 3}, Mid: [40]uint8{39: 4}, Back: [3]uint8{5}}
	return spanned[apart]{&toy[apart]{start: []apart{start, start}, entries: []entry[apart]{
		{name: "a", do: up(func(s *apart) *uint8 { return &s.A[7] })},
		{name: "b", do: up(func(s *apart) *uint8 { return &s.B[0] })},
	}}, apartSpans}
}

func TestSpans(t *testing.T) {
	for _, workers := range []int{1, 2} {
		if r := searchOf(twins().system())(t, Options{Workers: workers}); r.States != 100 {
			t.Errorf("%d states, want 100", r.States)
		}
	}
	// What is used and is no span is not seen: the states of b alone are ten.
	blind := twins()
	blind.spans = apartSpans[1:]
	blind.entries[0].do = func(*apart, move) Outcome { return done }
	if r := searchOf(blind.system())(t, Options{}); r.States != 10 {
		t.Errorf("%d states, want 10", r.States)
	}
}

func TestBadSpans(t *testing.T) {
	tests := []struct {
		spans []Span
		want  string
	}{
		{nil, "no spans"},
		{spansAt(8, 72), "span 0 of the model, from byte 8 to 72, is not within the state, which has 67 bytes"},
		{spansAt(-8, 8), "is not within the state"},
		{spansAt(8, 8), "is empty"},
		{spansAt(16, 8), "is empty"},
		{spansAt(4, 8), "multiples of 8"},
		{spansAt(8, 12), "multiples of 8"},
		{spansAt(8, 16, 16, 24), "span 1 of the model, from byte 16 to 24, begins where the one before ends: make them one"},
		{spansAt(8, 24, 16, 32), "does not come after the one before"},
		{spansAt(56, 64, 8, 16), "does not come after the one before"},
	}
	for _, test := range tests {
		model := twins()
		model.spans = test.spans
		_, explored := Explore(context.Background(), model.system(), Options{})
		_, sampled := Sample(context.Background(), model.system(), drawingOf(model.toy), SampleOptions{Traces: 1})
		checked := panicOf(func() { Check(model.system()(), Story[move]{}) })
		for _, err := range []error{explored, sampled, checked} {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v: %v, want %q", test.spans, err, test.want)
			}
		}
	}
	last := twins()
	last.spans = spansAt(8, 16, 56, 67)
	searchOf(last.system())(t, Options{})
}

func panicOf(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}

// TestStartsOutsideOfSpans: start states may differ in the spans only.
func TestStartsOutsideOfSpans(t *testing.T) {
	model := twins()
	model.start[1].B[3] = 7
	searchOf(model.system())(t, Options{})
	model.start[1].Mid[39]++
	_, explored := Explore(context.Background(), model.system(), Options{})
	_, sampled := Sample(context.Background(), model.system(), drawingOf(model.toy), SampleOptions{Traces: 1})
	for _, err := range []error{explored, sampled} {
		if err == nil || err.Error() != "start state 1 differs from the first one at .Mid[39], which is outside of the model's spans" {
			t.Error(err)
		}
	}
}

// TestLyingSpans: a model that writes outside of its spans is found out, by an
// exploration at the operation that does it.
func TestLyingSpans(t *testing.T) {
	want := "the model changed .Back[2], which is outside of its spans"
	lie := func(s *apart) {
		if s.A[7] == 3 && s.B[0] == 2 {
			s.Back[2]++
		}
	}
	inStep := twins()
	up := inStep.entries[1].do
	inStep.entries[1].do = func(s *apart, m move) Outcome { lie(s); return up(s, m) }
	inDrain := twins()
	inDrain.entries = append(inDrain.entries, entry[apart]{name: "rest", do: func(s *apart, m move) Outcome {
		lie(s)
		s.A[7] = 0
		return done
	}})
	inDrain.drain = func(s *apart) (move, bool) { return move{Kind: 2}, s.A[7] > 0 }
	drains := Property[apart, move]{ID: "drains", WhileDraining: true}

	for _, test := range []struct {
		newSystem func() System[apart, move]
		story     []move
	}{
		{inStep.system(), append(repeat(3, 0), repeat(3, 1)...)},
		{inDrain.system(drains), append(repeat(3, 0), repeat(2, 1)...)},
	} {
		for _, workers := range []int{1, 3} {
			_, err := Explore(context.Background(), test.newSystem, Options{Workers: workers})
			var p *PanicError[move]
			if !errors.As(err, &p) || fmt.Sprint(p.Value) != want {
				t.Fatalf("%d workers: %v", workers, err)
			}
			if diff := cmp.Diff(test.story, p.Story.Ops); diff != "" {
				t.Errorf("%d workers (-want +got):\n%s", workers, diff)
			}
		}
	}
	story := Story[move]{Ops: append(repeat(3, 0), repeat(3, 1)...)}
	if err := panicOf(func() { Check(inStep.system()(), story) }); err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := Sample(context.Background(), inStep.system(), drawingOf(inStep.toy), SampleOptions{Traces: 1000}); err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	var last StepInfo[apart, move]
	for last = range Replay(inStep.system()(), story, false) {
	}
	if last.Err == nil || !strings.Contains(last.Err.Error(), want) || last.Index != 6 {
		t.Errorf("%+v", last)
	}
}

// TestSpansEverywhere: a story of a padded system is checked, replayed and
// minimised like one of the plain system, and so is a lasso.
func TestSpansEverywhere(t *testing.T) {
	plain := jobs().system(never("three done", func(s *job) bool { return s.done == 3 }))
	padded := func() System[Padded[[16]byte, job], move] { return Pad[[16]byte](plain()) }
	r, err := Explore(context.Background(), padded, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := searchOf(plain)(t, Options{})
	compareReports(t, want, r)
	if diff := cmp.Diff(Check(plain(), want.Fault.Story), Check(padded(), want.Fault.Story)); diff != "" {
		t.Errorf("checked (-plain +padded):\n%s", diff)
	}
	if diff := cmp.Diff(Minimize(plain, nil, *want.Fault, MinimizeOptions{}), Minimize(padded, nil, *r.Fault, MinimizeOptions{})); diff != "" {
		t.Errorf("minimised (-plain +padded):\n%s", diff)
	}
	before := Pad[[16]byte](plain()).Model.Init()[0].Before
	for s := range Replay(padded(), r.Fault.Story, true) {
		if s.After.Before != before || s.After.After != before || s.Index > 0 && s.Before.After != before {
			t.Errorf("the padding changes at step %d: %+v", s.Index, s)
		}
	}
}
