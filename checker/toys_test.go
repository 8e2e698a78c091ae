package checker

import (
	"errors"
	"fmt"
)

// A toy is a table: each entry is an operation with its operands' ranges and
// its handler. It is all that a toy system has to say.
type toy[S comparable] struct {
	start   []S
	entries []entry[S]
	drain   func(*S) (move, bool)
}

// An entry is one kind of operation. The operands run from 0 below a and b
// (at least once); with family, b numbers the members of a family.
type entry[S comparable] struct {
	name   string
	a, b   int
	family bool
	do     func(s *S, m move) Outcome
}

// A move is an operation of a toy: the entry's index and two operands.
type move struct{ Kind, A, B uint8 }

func (t *toy[S]) Init() []S { return t.start }

func (t *toy[S]) Ops() (ops [][]move) {
	for k, e := range t.entries {
		for a := range max(1, e.a) {
			var family []move
			for b := range max(1, e.b) {
				family = append(family, move{uint8(k), uint8(a), uint8(b)})
			}
			if e.family {
				ops = append(ops, family)
				continue
			}
			for i := range family {
				ops = append(ops, family[i:i+1])
			}
		}
	}
	return ops
}

func (t *toy[S]) Kind(m move) uint8 { return m.Kind }

func (t *toy[S]) Step(s *S, m move) Outcome { return t.entries[m.Kind].do(s, m) }

// drained is a toy with a drain.
type drained[S comparable] struct{ *toy[S] }

func (d drained[S]) Drain(s *S) (move, bool) { return d.drain(s) }

func (t *toy[S]) model() Model[S, move] {
	if t.drain != nil {
		return drained[S]{t}
	}
	return t
}

// system is the toy with properties.
func (t *toy[S]) system(props ...Property[S, move]) func() System[S, move] {
	return func() System[S, move] { return System[S, move]{Model: t.model(), Properties: props} }
}

var (
	done    = Outcome{}
	refused = Outcome{Code: -1, Refused: true}
	errBad  = errors.New("bad")
)

// doIf is the usual shape of a handler: refuse, or do it.
func doIf(allowed bool, do func()) Outcome {
	if !allowed {
		return refused
	}
	do()
	return done
}

// never is a property of states: bad is never the case.
func never[S comparable](id string, bad func(s *S) bool) Property[S, move] {
	return Property[S, move]{ID: id, State: func(s *S) error {
		if bad(s) {
			return errBad
		}
		return nil
	}}
}

// ring is a counter that goes round: n states, the last n-1 steps away.
func ring(n uint32) *toy[uint32] {
	return &toy[uint32]{start: []uint32{0}, entries: []entry[uint32]{
		{name: "next", do: func(s *uint32, _ move) Outcome { *s = (*s + 1) % n; return done }},
	}}
}

// counters are k independent counters below n: n to the k states.
func counters(k, n int) *toy[[8]uint8] {
	return &toy[[8]uint8]{start: make([][8]uint8, 1), entries: []entry[[8]uint8]{
		{name: "up", a: k, do: func(s *[8]uint8, m move) Outcome {
			return doIf(int(s[m.A]) < n-1, func() { s[m.A]++ })
		}},
		{name: "down", a: k, do: func(s *[8]uint8, m move) Outcome {
			return doIf(s[m.A] > 0, func() { s[m.A]-- })
		}},
	}}
}

// jugs of 3 and 5 gallons: 16 states, and 4 gallons after six steps.
func jugs() *toy[[2]uint8] {
	size := [2]uint8{3, 5}
	return &toy[[2]uint8]{start: make([][2]uint8, 1), entries: []entry[[2]uint8]{
		{name: "fill", a: 2, do: func(s *[2]uint8, m move) Outcome { s[m.A] = size[m.A]; return done }},
		{name: "empty", a: 2, do: func(s *[2]uint8, m move) Outcome { s[m.A] = 0; return done }},
		{name: "pour", a: 2, do: func(s *[2]uint8, m move) Outcome {
			n := min(s[m.A], size[1-m.A]-s[1-m.A])
			s[m.A] -= n
			s[1-m.A] += n
			return done
		}},
	}}
}

// hanoi with n discs on three pegs: 3 to the n states. All on the last peg
// takes 2 to the n minus 1 steps.
func hanoi(n int) *toy[[8]uint8] {
	top := func(s *[8]uint8, peg uint8) int {
		for d := range n {
			if s[d] == peg {
				return d
			}
		}
		return n
	}
	return &toy[[8]uint8]{start: make([][8]uint8, 1), entries: []entry[[8]uint8]{
		{name: "move", a: 3, b: 3, do: func(s *[8]uint8, m move) Outcome {
			d := top(s, m.A)
			return doIf(m.A != m.B && d < top(s, m.B), func() { s[d] = m.B })
		}},
	}}
}

// peterson is mutual exclusion between two; turnFirst breaks it by setting the
// turn before the flag.
type petersonState struct {
	pc   [2]uint8 // 0 idle, 1 half announced, 2 waiting, 3 critical
	flag [2]bool
	turn uint8
}

func peterson(turnFirst bool) *toy[petersonState] {
	announce := func(s *petersonState, i uint8) { s.flag[i] = true }
	yield := func(s *petersonState, i uint8) { s.turn = 1 - i }
	if turnFirst {
		announce, yield = yield, announce
	}
	return &toy[petersonState]{start: make([]petersonState, 1), entries: []entry[petersonState]{
		{name: "step", a: 2, do: func(s *petersonState, m move) Outcome {
			i := m.A
			switch s.pc[i] {
			case 0:
				announce(s, i)
			case 1:
				yield(s, i)
			case 2:
				if s.flag[1-i] && s.turn != i {
					return refused
				}
			case 3:
				s.flag[i] = false
			}
			s.pc[i] = (s.pc[i] + 1) % 4
			return done
		}},
	}}
}

func bothCritical(s *petersonState) bool { return s.pc[0] == 3 && s.pc[1] == 3 }

// philosophers take their left fork and then their right one.
type table5 struct {
	fork [5]uint8 // 0 free, else holder+1
}

func philosophers(n uint8) *toy[table5] {
	return &toy[table5]{start: make([]table5, 1), entries: []entry[table5]{
		{name: "left", a: int(n), do: func(s *table5, m move) Outcome {
			return doIf(s.fork[m.A] == 0, func() { s.fork[m.A] = m.A + 1 })
		}},
		{name: "right", a: int(n), do: func(s *table5, m move) Outcome {
			r := (m.A + 1) % n
			return doIf(s.fork[m.A] == m.A+1 && s.fork[r] == 0, func() { s.fork[r] = m.A + 1 })
		}},
		{name: "down", a: int(n), do: func(s *table5, m move) Outcome {
			r := (m.A + 1) % n
			return doIf(s.fork[r] == m.A+1, func() { s.fork[m.A], s.fork[r] = 0, 0 })
		}},
	}}
}

// deadlocked: everybody holds the left fork.
func deadlocked(n uint8) func(*table5) bool {
	return func(s *table5) bool {
		for i := range n {
			if s.fork[i] != i+1 {
				return false
			}
		}
		return true
	}
}

// river is missionaries and cannibals: three of each and a boat for two.
// Without looking whether somebody is eaten.
type river struct{ missionaries, cannibals, boat uint8 } // on the first bank

func crossing() *toy[river] {
	start := river{3, 3, 1}
	eaten := func(m, c uint8) bool { return m > 0 && c > m }
	return &toy[river]{start: []river{start}, entries: []entry[river]{
		{name: "cross", a: 3, b: 3, do: func(s *river, m move) Outcome {
			if m.A+m.B == 0 || m.A+m.B > 2 {
				return refused
			}
			t := *s
			if s.boat == 1 {
				if m.A > s.missionaries || m.B > s.cannibals {
					return refused
				}
				t = river{s.missionaries - m.A, s.cannibals - m.B, 0}
			} else {
				t = river{s.missionaries + m.A, s.cannibals + m.B, 1}
			}
			if t.missionaries > 3 || t.cannibals > 3 || eaten(t.missionaries, t.cannibals) || eaten(3-t.missionaries, 3-t.cannibals) {
				return refused
			}
			*s = t
			return done
		}},
	}}
}

// channel loses and repeats messages; the alternating bit makes up for it.
// forgetful leaves the bit out.
type channelState struct {
	sent, got      uint8 // how many, up to 3
	sendBit, wants uint8
	data, ack      uint8 // in the channels: 0 nothing, else bit+1
}

func channel(forgetful bool) *toy[channelState] {
	return &toy[channelState]{start: make([]channelState, 1), entries: []entry[channelState]{
		{name: "send", do: func(s *channelState, _ move) Outcome {
			return doIf(s.data == 0 && s.sent < 3, func() { s.data = s.sendBit + 1 })
		}},
		{name: "lose", a: 2, do: func(s *channelState, m move) Outcome {
			in := []*uint8{&s.data, &s.ack}[m.A]
			return doIf(*in != 0, func() { *in = 0 })
		}},
		{name: "receive", do: func(s *channelState, _ move) Outcome {
			return doIf(s.data != 0 && s.ack == 0, func() {
				if forgetful || s.data == s.wants+1 {
					s.got++
					s.wants = 1 - s.wants
				}
				s.ack, s.data = s.data, 0
			})
		}},
		{name: "acknowledged", do: func(s *channelState, _ move) Outcome {
			return doIf(s.ack != 0, func() {
				if s.ack == s.sendBit+1 {
					s.sent++
					s.sendBit = 1 - s.sendBit
				}
				s.ack = 0
			})
		}},
	}}
}

// notTwice: never is more got than was sent and the one under way.
func gotTwice(s *channelState) bool { return s.got > s.sent+1 }

// job is a task of three parts that can be preempted before each but the
// first; a preempted one goes on by itself later.
type job struct{ done, left uint8 }

// jobs has a family: "start" with its preemption points as members.
func jobs() *toy[job] {
	return &toy[job]{
		start: []job{{left: 0}, {left: 3}},
		entries: []entry[job]{
			{name: "run", b: 4, family: true, do: func(s *job, m move) Outcome {
				n := s.left
				if n == 0 {
					return refused
				}
				k := n
				if m.B > 0 {
					k = m.B
				}
				if k > n || (m.B > 0 && k == n) {
					panic(fmt.Sprintf("member %d of %d tried", m.B, n))
				}
				s.left -= k
				s.done += k
				return Outcome{More: n - 1}
			}},
		},
		drain: func(s *job) (move, bool) { return move{}, s.left > 0 },
	}
}
