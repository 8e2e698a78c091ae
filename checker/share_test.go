package checker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A ward is a system of numbers that come to rest: each has a way down, step by
// step, to numbers that are at rest. Seldom a way goes in a circle or stays
// where it is.
type ward struct {
	next     [][]uint16 // of each operation and number
	way      []uint8    // of each number: the operation that drains it, or rest
	hidden   bool       // the last operation is done by drains only
	members  int        // operations in a family
	more     []uint8    // of each number
	askedFor func(s uint16)
}

const rest = 255

func newWard(r *rand.Rand) *ward {
	n, ops := 40+r.IntN(1500), 2+r.IntN(7)
	w := &ward{way: make([]uint8, n), more: make([]uint8, n), hidden: r.IntN(3) == 0, members: 1 + r.IntN(3)}
	near := 1 + r.IntN(n-1) // a step leads no farther
	rank, stays, badWays := r.Perm(n), r.Float64()/2, 0.02*float64(r.IntN(2))/float64(n)*float64(r.IntN(40))
	for k := range ops {
		w.next = append(w.next, make([]uint16, n))
		for s := range n {
			if w.next[k][s] = uint16(s); r.Float64() >= stays {
				w.next[k][s] = uint16(min(s+1+r.IntN(near), n-1) * r.IntN(30) / 29)
			}
		}
	}
	for s := range n {
		if w.way[s] = rest; rank[s] > n/10 {
			w.way[s] = uint8(r.IntN(ops))
			w.next[w.way[s]][s] = w.lower(r, rank, s)
		}
		if r.Float64() < badWays {
			w.next[w.way[s]%uint8(ops)][s] = uint16(r.IntN(n))
			w.turn(s)
		}
		w.more[s] = uint8(r.IntN(w.members))
	}
	return w
}

// turn has the way from s go in a circle after the first step, if it goes on.
func (w *ward) turn(s int) {
	if w.way[s] == rest {
		return
	}
	if t := w.next[w.way[s]][s]; w.way[t] != rest {
		w.next[w.way[t]][t] = uint16(s)
	}
}

// lower is a number of lower rank, not far off if there is one.
func (w *ward) lower(r *rand.Rand, rank []int, s int) uint16 {
	for {
		to := (s + 1 + r.IntN(len(rank)-1)) % len(rank)
		for range 20 {
			if t := (s + 1 + r.IntN(12)) % len(rank); rank[t] < rank[s] {
				to = t
			}
		}
		if rank[to] < rank[s] {
			return uint16(to)
		}
	}
}

func (w *ward) Init() []uint16 { return []uint16{0, uint16(len(w.way) / 2), 0} }

func (w *ward) Ops() (ops [][]move) {
	for k := range w.next {
		m := move{Kind: uint8(k)}
		switch last := len(ops) - 1; {
		case w.hidden && k == len(w.next)-1:
		case k%w.members > 0:
			ops[last] = append(ops[last], m)
		default:
			ops = append(ops, []move{m})
		}
	}
	return ops
}

func (w *ward) Kind(m move) uint8 { return m.Kind }

func (w *ward) Step(s *uint16, m move) Outcome {
	before := *s
	*s = w.next[m.Kind][before]
	return Outcome{Code: int16(*s%5) - 2, Refused: *s == before && before%2 == 0, More: w.more[before]}
}

func (w *ward) Drain(s *uint16) (move, bool) {
	if w.askedFor != nil {
		w.askedFor(*s)
	}
	return move{Kind: w.way[*s]}, w.way[*s] != rest
}

// system asks about rest, steps and states, each seldom violated, or not at all.
func (w *ward) system(r *rand.Rand) func() System[uint16, move] {
	n := len(w.way)
	var props []Property[uint16, move]
	for i := range 1 + r.IntN(3) {
		bad, worse := uint16(r.IntN(n)), uint16(r.IntN(n))
		if r.IntN(4) == 0 {
			bad = uint16(n)
		}
		p := Property[uint16, move]{ID: fmt.Sprint("p", i), WhileDraining: r.IntN(3) == 0}
		switch r.IntN(3) {
		case 0:
			p.State = func(s *uint16) error { return whenBad(*s == bad) }
		case 1:
			p.Step = func(before *uint16, _ move, _ Outcome, after *uint16) error {
				return whenBad(*before == bad && *after == worse)
			}
		}
		if i == 0 || r.IntN(2) == 0 {
			p.Drained = func(s *uint16) error { return whenBad(*s == bad || *s == worse && *s%7 == 0) }
		}
		props = append(props, p)
	}
	goal := Goal[uint16, move]{"far", func(_ *uint16, _ move, _ Outcome, after *uint16) bool { return int(*after) > n*9/10 }}
	return func() System[uint16, move] {
		return System[uint16, move]{Model: w, Properties: props, Goals: []Goal[uint16, move]{goal}}
	}
}

func chart(seed uint64) (*ward, func() System[uint16, move]) {
	r := rand.New(rand.NewPCG(seed, 8))
	w := newWard(r)
	return w, w.system(r)
}

// TestSharedDrains compares explorations that share drains with the plain
// search, which drains every state: in the plain states and in padded ones of
// two spans.
func TestSharedDrains(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(400) {
		_, newSystem := chart(seed)
		want := plainSearch(newSystem())
		for _, workers := range []int{1, 3} {
			got, err := Explore(context.Background(), newSystem, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			compareReports(t, want, got)
			spread, err := Explore(context.Background(), func() System[apart, move] { return spread(newSystem()) }, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			compareReports(t, want, spread)
			once, late, err := exploreOnce(context.Background(), newSystem, nil, Options{Workers: workers}, true)
			if diff := cmp.Diff(want.Fault, once.Fault); diff != "" || err != nil {
				t.Errorf("shared alone, %v (-want +got):\n%s", err, diff)
			}
			if workers == 1 {
				count[wordFor(late, want.Fault)]++
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if count["late"] < 40 || count["in time"] < 40 || count["fine"] < 40 {
		t.Errorf("the systems are not mixed: %v", count)
	}
}

func wordFor(late bool, f *Fault[move]) string {
	switch {
	case late:
		return "late"
	case f == nil:
		return "fine"
	}
	return "in time"
}

// spread is a system of numbers with each byte in another span of the state.
func spread(sys System[uint16, move]) System[apart, move] {
	put := func(s *apart, n uint16) { s.A[6], s.B[1] = uint8(n), uint8(n>>8) }
	get := func(s *apart) *uint16 { n := uint16(s.A[6]) | uint16(s.B[1])<<8; return &n }
	m := spreadModel{sys.Model.(*ward), put, get}
	out := System[apart, move]{Model: m}
	for _, p := range sys.Properties {
		q := Property[apart, move]{ID: p.ID, WhileDraining: p.WhileDraining}
		if p.State != nil {
			q.State = func(s *apart) error { return p.State(get(s)) }
		}
		if p.Step != nil {
			q.Step = func(before *apart, op move, o Outcome, after *apart) error {
				return p.Step(get(before), op, o, get(after))
			}
		}
		if p.Drained != nil {
			q.Drained = func(s *apart) error { return p.Drained(get(s)) }
		}
		out.Properties = append(out.Properties, q)
	}
	for _, g := range sys.Goals {
		out.Goals = append(out.Goals, Goal[apart, move]{g.ID, func(before *apart, op move, o Outcome, after *apart) bool {
			return g.Met(get(before), op, o, get(after))
		}})
	}
	return out
}

type spreadModel struct {
	*ward
	put func(*apart, uint16)
	get func(*apart) *uint16
}

func (m spreadModel) Spans() []Span { return apartSpans }

func (m spreadModel) Init() (starts []apart) {
	for _, n := range m.ward.Init() {
		s := apart{Front: [8]uint8{7}, Mid: [40]uint8{8, 9}, Back: [3]uint8{1, 2, 3}}
		m.put(&s, n)
		starts = append(starts, s)
	}
	return starts
}

func (m spreadModel) Step(s *apart, op move) Outcome {
	n := m.get(s)
	out := m.ward.Step(n, op)
	m.put(s, *n)
	return out
}

func (m spreadModel) Drain(s *apart) (move, bool) { return m.ward.Drain(m.get(s)) }

// TestDrainsAreShared: nobody pays twice for a drain. Each state of counters
// has a long way down to zero, and two questions about it are enough.
func TestDrainsAreShared(t *testing.T) {
	asked := 0
	down := counters(4, 9)
	down.drain = func(s *[8]uint8) (move, bool) {
		asked++
		for i, c := range s {
			if c > 0 {
				return move{1, uint8(i), 0}, true
			}
		}
		return move{}, false
	}
	up := counters(4, 9)
	up.drain = func(s *[8]uint8) (move, bool) {
		asked++
		for i, c := range s[:4] {
			if c < 8 {
				return move{0, uint8(i), 0}, true
			}
		}
		return move{}, false
	}
	for _, test := range []struct {
		name string
		toy  *toy[[8]uint8]
		most float64 // questions for each state
	}{{"down, where one comes from", down, 20}, {"up, where one goes", up, 3}} {
		asked = 0
		p := Property[[8]uint8, move]{ID: "x", WhileDraining: true}
		r, err := Explore(context.Background(), test.toy.system(p), Options{})
		if err != nil || !r.Exhaustive {
			t.Fatal(r, err)
		}
		if per := float64(asked) / float64(r.States); per > test.most {
			t.Errorf("%s: %.1f questions for each state, want %.0f at most", test.name, per, test.most)
		}
	}
}

// TestUnfinishedDrains: an exploration that is ended claims no state whose
// drain it does not know. What the plain search finds among as many states is
// found, and it is the same fault.
func TestUnfinishedDrains(t *testing.T) {
	interrupted := func(w *ward, newSystem func() System[uint16, move], workers, n int) (Report[move], error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var asked atomic.Int64
		w.askedFor = func(uint16) {
			if asked.Add(1) == int64(10+3*n) {
				cancel()
			}
		}
		defer func() { w.askedFor = nil }()
		return Explore(ctx, newSystem, Options{Workers: workers})
	}
	// As if there were no more memory, soon after the first fault.
	full := func(_ *ward, newSystem func() System[uint16, move], workers, n int) (Report[move], error) {
		b := Bounds{States: plainSearch(newSystem()).States*uint64(9+n%3)/10 + uint64(n%10)}
		r, _, err := exploreOnce(context.Background(), newSystem, nil, Options{Workers: workers, Bounds: b}, true)
		return r, err
	}
	for name, unfinished := range map[string]func(*ward, func() System[uint16, move], int, int) (Report[move], error){
		"interrupted": interrupted, "full": full,
	} {
		count := map[string]int{}
		for seed := range 300 {
			w, newSystem := chart(uint64(seed))
			want := plainSearch(newSystem())
			for _, workers := range []int{1, 3} {
				got, err := unfinished(w, newSystem, workers, seed)
				if err != nil {
					t.Fatal(err)
				}
				count[compareUnfinished(t, want, got)]++
			}
			if t.Failed() {
				t.Fatalf("%s, seed %d", name, seed)
			}
		}
		if count["fault"] < 20 || count["too early"] < 20 || count["fine so far"] < 20 {
			t.Errorf("%s: the systems are not mixed: %v", name, count)
		}
	}
}

func compareUnfinished(t *testing.T, want, got Report[move]) string {
	t.Helper()
	switch {
	case got.Fault != nil:
		if diff := cmp.Diff(want.Fault, got.Fault); diff != "" || got.Stopped != "" || got.Exhaustive {
			t.Errorf("%q, %v (-want +got):\n%s", got.Stopped, got.Exhaustive, diff)
		}
		return "fault"
	case want.Fault != nil:
		if got.Stopped == "" || got.States > want.States || len(want.Fault.Drain) > 0 && got.States == want.States {
			t.Errorf("%d states, %q, and no fault; there is one in state %d", got.States, got.Stopped, want.States)
		}
		return "too early"
	case got.Stopped != "":
		return "fine so far"
	}
	return "done"
}

// TestLongSharedDrains: what is left from level to level counts.
func TestLongSharedDrains(t *testing.T) {
	const n = maxDrain + 2000
	next := entry[uint32]{name: "next", do: func(s *uint32, _ move) Outcome { *s = min(*s+1, n); return done }}
	reset := entry[uint32]{name: "reset", do: func(s *uint32, _ move) Outcome { *s = 0; return done }}
	tests := []struct {
		name    string
		entries []entry[uint32]
		drain   func(s *uint32) (move, bool)
		first   int // the first state that violates something, or 0
	}{
		{"a drain to the end", []entry[uint32]{next},
			func(s *uint32) (move, bool) { return move{}, *s > 0 && *s < n }, 1},
		{"a drain to the end, from a place where it is short enough", []entry[uint32]{next},
			func(s *uint32) (move, bool) { return move{}, *s > 2001 && *s < n }, 0},
		{"the same, but for one", []entry[uint32]{next},
			func(s *uint32) (move, bool) { return move{}, *s > 1999 && *s < n }, 2000},
		{"a long way, short drains", []entry[uint32]{next, reset},
			func(s *uint32) (move, bool) { return move{Kind: 1}, *s > 0 }, 0},
		{"and one that stays, far out", []entry[uint32]{next, reset},
			func(s *uint32) (move, bool) { return move{Kind: uint8(1 - *s/n)}, *s > 0 }, n},
	}
	for _, test := range tests {
		long := &toy[uint32]{start: []uint32{0}, entries: test.entries, drain: test.drain}
		r, err := Explore(context.Background(), long.system(Property[uint32, move]{ID: "x", WhileDraining: true}), Options{})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case test.first == 0:
			if !r.Exhaustive || r.States != n+1 {
				t.Errorf("%s: %d states, %+v", test.name, r.States, r.Fault)
			}
		case faultID(r.Fault) != DrainProperty || len(r.Fault.Ops) != test.first || r.States != uint64(test.first)+1:
			t.Errorf("%s: %d states, %v", test.name, r.States, r.Fault != nil)
		}
	}
}

// TestUnfinishedLongDrain: what was left from level to level counts also where
// the search was ended. The states that are drained whatever happens are near
// enough to the end.
func TestUnfinishedLongDrain(t *testing.T) {
	const n = maxDrain + 30
	long := &toy[uint32]{start: []uint32{0}, entries: []entry[uint32]{
		{name: "next", do: func(s *uint32, _ move) Outcome { *s = min(*s+1, n); return done }},
	}}
	long.drain = func(s *uint32) (move, bool) { return move{}, *s > 0 && *s < n }
	newSystem := long.system(Property[uint32, move]{ID: "x", WhileDraining: true})
	for _, first := range []uint64{100, maxDrain / 2} {
		r, late, err := exploreOnce(context.Background(), newSystem, nil, Options{Bounds: Bounds{States: first}}, true)
		if err != nil || !late || faultID(r.Fault) != DrainProperty || len(r.Fault.Ops) != 1 {
			t.Errorf("%d states: late %v, %+v, %v", first, late, r.Fault, err)
		}
	}
}
