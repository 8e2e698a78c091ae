package checker

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A table has two forks, and who has each: 0 is nobody.
type table struct{ fork [2]uint8 }

// diners are two who take two forks each, one after the other, and put them back
// when they have both. In order, both take the same one first.
func diners(ordered bool) *toy[table] {
	return &toy[table]{start: make([]table, 1), entries: []entry[table]{
		{name: "take", a: 2, do: func(s *table, m move) Outcome {
			who, first := m.A+1, m.A
			if ordered {
				first = 0
			}
			for _, k := range []uint8{first, 1 - first} {
				if s.fork[k] != who {
					return doIf(s.fork[k] == 0, func() { s.fork[k] = who })
				}
			}
			s.fork = [2]uint8{}
			return done
		}},
	}}
}

// hungry: where nothing can go on nobody has a single fork.
var hungry = Property[table, move]{ID: "hungry", Stuck: func(s *table) error {
	if s.fork[0] == s.fork[1] {
		return nil
	}
	return errors.New("somebody waits for a fork")
}}

func TestStuck(t *testing.T) {
	want := Fault[move]{Story: Story[move]{Ops: []move{{A: 0}, {A: 1}}}, Property: "hungry", Detail: "somebody waits for a fork"}
	for _, workers := range []int{1, 3} {
		r, err := Explore(context.Background(), diners(false).system(hungry), Options{Workers: workers})
		if err != nil || r.Fault == nil || r.Exhaustive {
			t.Fatalf("%d workers: %v, %+v", workers, err, r)
		}
		if d := cmp.Diff(want, *r.Fault); d != "" {
			t.Errorf("%d workers: %s", workers, d)
		}
	}
	r, err := Explore(context.Background(), diners(true).system(hungry), Options{})
	if err != nil || r.Fault != nil || !r.Exhaustive {
		t.Errorf("in order: %v, %+v", err, r)
	}
}

// With some of the operations only, a state can look stuck that is not.
func TestStuckOfSomeKinds(t *testing.T) {
	r, err := ExploreKinds(context.Background(), diners(false).system(hungry), func(uint8) bool { return true }, Options{})
	if err != nil || r.Fault != nil {
		t.Errorf("%v, %+v", err, r.Fault)
	}
}

// A story is stuck where it ends, and not where it could have gone on.
func TestStuckStories(t *testing.T) {
	sys := diners(false).system(hungry)
	for _, tc := range []struct {
		ops   []move
		stuck int // after so many operations; 0: it is not
	}{
		{nil, 0}, {[]move{{A: 0}}, 0}, {[]move{{A: 0}, {A: 0}}, 0}, {[]move{{A: 1}, {A: 0}, {A: 0}}, 2},
	} {
		story, at := Story[move]{Ops: tc.ops}, 0
		if f := Check(sys(), story); f != nil {
			at = len(f.Ops)
		}
		if at != tc.stuck {
			t.Errorf("%v: stuck at %d, want %d", tc.ops, at, tc.stuck)
		}
		for step := range Replay(sys(), story, false) {
			if (step.Violated == "hungry") != (tc.stuck > 0 && step.Index >= tc.stuck) {
				t.Errorf("%v: step %d violates %q", tc.ops, step.Index, step.Violated)
			}
		}
	}
	again := Minimize(sys, nil, Fault[move]{Story: Story[move]{Ops: []move{{A: 0}, {A: 0}, {A: 0}, {A: 1}, {A: 0}}}, Property: "hungry"}, MinimizeOptions{})
	if len(again.Ops) != 2 {
		t.Errorf("minimised: %+v", again)
	}
}
