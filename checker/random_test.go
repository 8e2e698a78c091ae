package checker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// chaos is a system without sense: states are numbers, and everything about
// them is drawn at random.
func chaos(seed uint64) func() System[uint16, move] {
	r := rand.New(rand.NewPCG(seed, 3))
	n := 50 + r.IntN(2000)
	ops, members := 1+r.IntN(8), 1+r.IntN(4)
	next := make([]uint16, n*ops*members)
	for i := range next {
		next[i] = uint16(r.IntN(n))
	}
	more := r.Perm(256)
	toy := &toy[uint16]{start: []uint16{uint16(r.IntN(n)), uint16(r.IntN(n)), 0, 0}}
	toy.entries = []entry[uint16]{{name: "go", a: ops, b: members, family: true, do: func(s *uint16, m move) Outcome {
		to := next[(int(*s)*ops+int(m.A))*members+int(m.B)]
		if to%3 == 0 {
			return Outcome{Code: -int16(to % 5), Refused: true, More: uint8(more[to%256] % 4)}
		}
		*s = to
		return Outcome{Code: int16(to % 7), More: uint8(more[to%256] % 4)}
	}}}
	if seed%2 == 0 {
		toy.drain = func(s *uint16) (move, bool) { return move{A: uint8(int(*s) % ops)}, *s%4 != 0 }
	}
	return toy.system(chaoticProperties(r, n, seed)...)
}

// chaoticProperties are violated seldom, each at its own moment.
func chaoticProperties(r *rand.Rand, n int, seed uint64) (props []Property[uint16, move]) {
	for i := range r.IntN(4) {
		bad := uint16(r.IntN(n))
		p := Property[uint16, move]{ID: fmt.Sprint("p", i)}
		switch r.IntN(3) {
		case 0:
			p.State = func(s *uint16) error { return whenBad(*s == bad) }
		case 1:
			p.Step = func(before *uint16, op move, out Outcome, after *uint16) error {
				return whenBad(*before == bad && out.Refused || *after == bad)
			}
		default:
			p.Drained = func(s *uint16) error { return whenBad(*s == bad) }
		}
		p.WhileDraining = seed%4 == 0 && i == 1
		props = append(props, p)
	}
	return props
}

// TestChaos compares Explore with the plain search on random systems.
func TestChaos(t *testing.T) {
	faults := map[bool]int{}
	for seed := range uint64(100) {
		var r Report[move]
		for _, workers := range []int{1, 3} {
			r = searchOf(chaos(seed))(t, Options{Workers: workers})
			padded := func() System[Padded[[24]byte, uint16], move] { return Pad[[24]byte](chaos(seed)()) }
			p, err := Explore(context.Background(), padded, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			compareReports(t, r, p)
		}
		if faults[r.Fault != nil]++; r.Fault == nil {
			continue
		}
		if f := Check(chaos(seed)(), r.Fault.Story); f == nil || f.Property != r.Fault.Property || len(f.Ops) != len(r.Fault.Ops) {
			t.Errorf("seed %d: check finds %v, want %v", seed, f, r.Fault)
		}
	}
	if faults[true] < 20 || faults[false] < 10 {
		t.Errorf("the systems are not mixed: %v", faults)
	}
}
