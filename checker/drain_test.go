package checker

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A pool of pages that are taken and given back. Draining gives all back;
// leaky forgets one page when five are out.
type pool struct {
	free, out uint8
	stuck     bool
}

const take, give, spin = 0, 1, 2

func pages(leaky bool) *toy[pool] {
	return &toy[pool]{
		start: []pool{{free: 6}},
		entries: []entry[pool]{
			{name: "take", do: func(s *pool, _ move) Outcome {
				return doIf(s.free > 0, func() { s.free--; s.out++ })
			}},
			{name: "give", do: func(s *pool, _ move) Outcome {
				return doIf(s.out > 0, func() {
					if !leaky || s.out != 5 {
						s.free++
					}
					s.out--
				})
			}},
			{name: "spin", do: func(s *pool, _ move) Outcome { s.stuck = !s.stuck; return done }},
		},
		drain: func(s *pool) (move, bool) { return move{Kind: give}, s.out > 0 },
	}
}

func rested(s *pool) error {
	if s.free != 6 {
		return fmt.Errorf("%d pages are free", s.free)
	}
	return nil
}

// repeat is n times the same operation.
func repeat(n int, kind uint8) (ops []move) {
	for range n {
		ops = append(ops, move{Kind: kind})
	}
	return ops
}

func TestDrain(t *testing.T) {
	atRest := Property[pool, move]{ID: "all free", Drained: rested}
	onTheWay := Property[pool, move]{ID: "four in two", WhileDraining: true, State: func(s *pool) error {
		return whenBad(s.out == 3 && s.free < 3)
	}}
	givenBack := Property[pool, move]{ID: "given back", WhileDraining: true, Step: func(before *pool, op move, _ Outcome, after *pool) error {
		return whenBad(op.Kind == give && before.out > after.out && before.free == after.free)
	}}
	stubborn, circular := pages(false), pages(false)
	stubborn.drain = func(s *pool) (move, bool) { return move{Kind: take}, s.out > 0 }
	circular.drain = func(s *pool) (move, bool) { return move{Kind: spin}, s.out > 0 }
	tests := []struct {
		name  string
		toy   *toy[pool]
		prop  Property[pool, move]
		fault *Fault[move]
	}{
		{"nothing lost", pages(false), atRest, nil},
		{"a page lost", pages(true), atRest, &Fault[move]{
			Story: Story[move]{Ops: repeat(5, take)}, Drain: repeat(5, give), Property: "all free", Detail: "5 pages are free"}},
		{"a state within the drain", pages(true), onTheWay, &Fault[move]{
			Story: Story[move]{Ops: repeat(5, take)}, Drain: repeat(2, give), Property: "four in two", Detail: "bad"}},
		{"a step within the drain", pages(true), givenBack, &Fault[move]{
			Story: Story[move]{Ops: repeat(5, take)}, Drain: repeat(1, give), Property: "given back", Detail: "bad"}},
		{"nothing changes", stubborn, atRest, &Fault[move]{
			Story: Story[move]{Ops: repeat(1, take)}, Drain: repeat(6, take), Property: DrainProperty,
			Detail: "the drain does not end: {0 0 0} changes nothing"}},
		{"a circle", circular, atRest, &Fault[move]{
			Story: Story[move]{Ops: repeat(1, take)}, Drain: repeat(4, spin), Property: DrainProperty,
			Detail: "the drain does not end: it goes round in a circle"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			newSystem := test.toy.system(test.prop)
			for _, workers := range []int{1, 2} {
				r := searchOf(newSystem)(t, Options{Workers: workers})
				if diff := cmp.Diff(test.fault, r.Fault); diff != "" {
					t.Errorf("%d workers (-want +got):\n%s", workers, diff)
				}
			}
			if test.fault != nil {
				if diff := cmp.Diff(test.fault, Check(newSystem(), test.fault.Story, test.fault.Property)); diff != "" {
					t.Errorf("check (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestRefusalWhileDraining: the promise holds there too.
func TestRefusalWhileDraining(t *testing.T) {
	lying := pages(false)
	lying.entries[give].do = func(s *pool, _ move) Outcome {
		if s.out > 0 {
			s.out--
		}
		return refused
	}
	newSystem := lying.system(Property[pool, move]{ID: "x", Drained: func(*pool) error { return nil }})
	f := Check(newSystem(), Story[move]{Ops: repeat(1, take)})
	want := &Fault[move]{Story: Story[move]{Ops: repeat(1, take)}, Drain: repeat(1, give), Property: RefusalProperty,
		Detail: "refused with -1, yet changed the state at .out"}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLongDrain: a drain that neither repeats nor ends is given up.
func TestLongDrain(t *testing.T) {
	counter := ring(1 << 30)
	counter.drain = func(s *uint32) (move, bool) { return move{}, true }
	newSystem := counter.system(Property[uint32, move]{ID: "x", WhileDraining: true})
	r, err := Explore(context.Background(), newSystem, Options{})
	if err != nil || r.Fault == nil || r.Fault.Property != DrainProperty || len(r.Fault.Drain) != maxDrain {
		t.Fatalf("%+v, %v", r, err)
	}
	if !strings.Contains(r.Fault.Detail, "has not ended after 10000 steps") {
		t.Error(r.Fault.Detail)
	}
}

// TestNoDrainUnasked: nobody pays for drains that no property looks at.
func TestNoDrainUnasked(t *testing.T) {
	toy := pages(false)
	toy.drain = func(*pool) (move, bool) { panic("drained") }
	searchOf(toy.system(never("x", func(*pool) bool { return false })))(t, Options{})
}
