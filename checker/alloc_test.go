package checker

import (
	"context"
	"testing"
)

// TestAllocations: an exploration allocates for what grows with the logarithm
// of its size, and never for a transition; nor does a response that is decided.
func TestAllocations(t *testing.T) {
	drains := Property[[8]uint8, move]{ID: "x", WhileDraining: true, Drained: func(*[8]uint8) error { return nil }}
	step := Property[[8]uint8, move]{ID: "y", Step: func(*[8]uint8, move, Outcome, *[8]uint8) error { return nil }}
	system := func(n int) func() System[[8]uint8, move] {
		toy := counters(4, n)
		toy.drain = func(s *[8]uint8) (move, bool) { return move{1, 0, 0}, s[0] > 0 }
		goal := Goal[[8]uint8, move]{"never", func(*[8]uint8, move, Outcome, *[8]uint8) bool { return false }}
		return func() System[[8]uint8, move] {
			return System[[8]uint8, move]{Model: toy.model(), Properties: []Property[[8]uint8, move]{drains, step}, Goals: []Goal[[8]uint8, move]{goal}}
		}
	}
	for name, more := range map[string]func(func() System[[8]uint8, move]) func() System[[8]uint8, move]{
		"exploration": func(newSystem func() System[[8]uint8, move]) func() System[[8]uint8, move] { return newSystem },
		"a response":  excused[[8]uint8],
	} {
		small, few := allocations(t, more(system(5)))
		large, many := allocations(t, more(system(12)))
		if grown := large - small; grown > float64(many-few)/1000 {
			t.Errorf("%s: %.0f allocations for %d transitions, and %.0f for %d", name, small, few, large, many)
		}
	}
}

func allocations[S comparable](t *testing.T, newSystem func() System[S, move]) (n float64, transitions uint64) {
	n = testing.AllocsPerRun(2, func() {
		r, err := Explore(context.Background(), newSystem, Options{})
		if err != nil || !r.Exhaustive {
			t.Fatal(r, err)
		}
		transitions = r.Transitions
	})
	return n, transitions
}
