package checker

import (
	"context"
	"fmt"
	"testing"
)

// wideState is as long as the state of a real model, and its cells lie apart.
type wideState struct {
	cell [9]struct {
		value uint8
		other [27]uint8
	}
}

// wide has 4 to the 9 states. A step costs what one of a real model costs: it
// walks over the state.
func wide() System[wideState, move] {
	walk := func(s *wideState) (sum int) {
		for i := range s.cell {
			for _, b := range s.cell[i].other {
				sum += int(b)
			}
		}
		return sum
	}
	t := &toy[wideState]{start: make([]wideState, 1), entries: []entry[wideState]{
		{name: "up", a: 9, do: func(s *wideState, m move) Outcome {
			c := &s.cell[m.A].value
			return doIf(*c < 3 && walk(s) == 0, func() { *c++ })
		}},
		{name: "down", a: 9, do: func(s *wideState, m move) Outcome {
			c := &s.cell[m.A].value
			return doIf(*c > 0 && walk(s) == 0, func() { *c-- })
		}},
	}}
	sys := System[wideState, move]{Model: t}
	for i := range 15 {
		p := Property[wideState, move]{ID: fmt.Sprint(i)}
		if i%3 == 0 {
			p.Step = func(_ *wideState, _ move, _ Outcome, after *wideState) error {
				return whenBad(after.cell[i%9].value > 3)
			}
		} else {
			p.State = func(s *wideState) error { return whenBad(s.cell[i%9].value > 3) }
		}
		sys.Properties = append(sys.Properties, p)
	}
	return sys
}

func whenBad(bad bool) error {
	if bad {
		return errBad
	}
	return nil
}

func BenchmarkExplore(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("counters/workers=%d", workers), func(b *testing.B) {
			benchmarkExplore(b, counters(6, 10).system(), workers)
		})
		b.Run(fmt.Sprintf("wide/workers=%d", workers), func(b *testing.B) {
			benchmarkExplore(b, wide, workers)
		})
	}
}

func benchmarkExplore[S comparable](b *testing.B, newSystem func() System[S, move], workers int) {
	b.ReportAllocs()
	var states, transitions, bytes uint64
	for b.Loop() {
		r, err := Explore(context.Background(), newSystem, Options{Workers: workers})
		if err != nil || !r.Exhaustive {
			b.Fatal(r, err)
		}
		states += r.States
		transitions += r.Transitions
		bytes += r.Bytes
	}
	b.ReportMetric(float64(states)/b.Elapsed().Seconds(), "states/s")
	b.ReportMetric(float64(transitions)/b.Elapsed().Seconds(), "transitions/s")
	b.ReportMetric(float64(bytes)/float64(states), "bytes/state")
}

// BenchmarkRespond is exploration with one response after it, about every
// state: one component as large as there is.
func BenchmarkRespond(b *testing.B) {
	b.Run("counters", func(b *testing.B) { benchmarkExplore(b, excused(counters(6, 10).system()), 1) })
	b.Run("wide", func(b *testing.B) { benchmarkExplore(b, excused(wide), 1) })
}

// excused adds a response that searches everything and is never broken.
func excused[S comparable](newSystem func() System[S, move]) func() System[S, move] {
	yes := func(*S) bool { return true }
	no := func(*S) bool { return false }
	all := Fairness[move]{ID: "all", Of: func(move) bool { return true }}
	return func() System[S, move] {
		sys := newSystem()
		sys.Responses = []Response[S, move]{{ID: "excused", From: yes, To: no, Suspended: yes, Fair: []Fairness[move]{all}}}
		return sys
	}
}
