package checker_test

import (
	"slices"
	"strings"

	"hvcheck/checker"
)

// A rule is an operation of a machine; its name is all there is to it.
type rule[S comparable] struct {
	name string
	when func(s *S) bool
	do   func(s *S)
}

// A machine is a model whose operations are names of rules.
type machine[S comparable] []rule[S]

func (m machine[S]) Init() []S { return make([]S, 1) }

func (m machine[S]) Ops() (ops [][]string) {
	for _, r := range m {
		ops = append(ops, []string{r.name})
	}
	return ops
}

func (m machine[S]) Kind(op string) uint8 { return op[0] }

func (m machine[S]) Step(s *S, op string) checker.Outcome {
	i := slices.IndexFunc(m, func(r rule[S]) bool { return r.name == op })
	if i < 0 || !m[i].when(s) {
		return checker.Outcome{Code: -1, Refused: true}
	}
	m[i].do(s)
	return checker.Outcome{}
}

// promising is the machine with one response.
func (m machine[S]) promising(r checker.Response[S, string]) func() checker.System[S, string] {
	r.ID = "promise"
	return func() checker.System[S, string] {
		return checker.System[S, string]{Model: m, Responses: []checker.Response[S, string]{r}}
	}
}

// fair is one fairness set for each word, of the rules that begin with it.
func fair(words ...string) (sets []checker.Fairness[string]) {
	for _, w := range words {
		sets = append(sets, checker.Fairness[string]{ID: w, Of: func(op string) bool { return strings.HasPrefix(op, w) }})
	}
	return sets
}

func always[S any](*S) bool { return true }

// processes makes the rules of two processes from those of one. The other
// process is number 1-i.
func processes[S comparable](of func(i int) []rule[S]) (m machine[S]) {
	for i, name := range []string{"p", "q"} {
		for _, r := range of(i) {
			r.name = name + " " + r.name
			m = append(m, r)
		}
	}
	return m
}

// mutex is two processes that are idle, wait, or are in.
type mutex struct {
	at   [2]uint8
	flag [2]bool
	turn uint8
}

const (
	idle = iota
	waiting
	in
)

func waits(i int) func(*mutex) bool { return func(s *mutex) bool { return s.at[i] == waiting } }
func isIn(i int) func(*mutex) bool  { return func(s *mutex) bool { return s.at[i] == in } }

// testAndSet locks with one bit: whoever comes first.
func testAndSet() machine[mutex] {
	return processes(func(i int) []rule[mutex] {
		return []rule[mutex]{
			{"asks", func(s *mutex) bool { return s.at[i] == idle }, func(s *mutex) { s.at[i] = waiting }},
			{"works: enter", func(s *mutex) bool { return s.at[i] == waiting && !s.flag[0] }, func(s *mutex) { s.at[i], s.flag[0] = in, true }},
			{"works: leave", isIn(i), func(s *mutex) { s.at[i], s.flag[0] = idle, false }},
		}
	})
}

// petersons lets the other go first.
func petersons() machine[mutex] {
	return processes(func(i int) []rule[mutex] {
		mayEnter := func(s *mutex) bool {
			return s.at[i] == waiting && (!s.flag[1-i] || int(s.turn) == i)
		}
		return []rule[mutex]{
			{"asks", func(s *mutex) bool { return s.at[i] == idle && !s.flag[i] }, func(s *mutex) { s.flag[i] = true }},
			{"works: yield", func(s *mutex) bool { return s.at[i] == idle && s.flag[i] }, func(s *mutex) { s.at[i], s.turn = waiting, uint8(1-i) }},
			{"works: enter", mayEnter, func(s *mutex) { s.at[i] = in }},
			{"works: leave", isIn(i), func(s *mutex) { s.at[i], s.flag[i] = idle, false }},
		}
	})
}

// letter is a message sent again until it has come.
type letter struct{ underWay, come bool }

func hasCome(s *letter) bool { return s.come }

func post(loses bool) machine[letter] {
	m := machine[letter]{
		{"send", func(s *letter) bool { return !s.underWay && !s.come }, func(s *letter) { s.underWay = true }},
		{"deliver", func(s *letter) bool { return s.underWay }, func(s *letter) { *s = letter{come: true} }},
	}
	if loses {
		m = append(m, rule[letter]{"lose", func(s *letter) bool { return s.underWay }, func(s *letter) { s.underWay = false }})
	}
	return m
}

// turns are how far two processes have come; the second has one thing to do.
type turns struct{ first, second uint8 }

func scheduler() machine[turns] {
	return machine[turns]{
		{"first", always[turns], func(s *turns) { s.first = (s.first + 1) % 3 }},
		{"second", func(s *turns) bool { return s.second == 0 }, func(s *turns) { s.second = 1 }},
	}
}

func secondRan(s *turns) bool { return s.second == 1 }

// diners are two with a fork each: 0 lies there, else holder+1.
type diners struct{ fork [2]uint8 }

func dinner() machine[diners] {
	return processes(func(i int) []rule[diners] {
		has := func(s *diners, f int) bool { return s.fork[f] == uint8(i+1) }
		return []rule[diners]{
			{"left", func(s *diners) bool { return s.fork[i] == 0 }, func(s *diners) { s.fork[i] = uint8(i + 1) }},
			{"right", func(s *diners) bool { return has(s, i) && s.fork[1-i] == 0 }, func(s *diners) { s.fork[1-i] = uint8(i + 1) }},
			{"down", func(s *diners) bool { return has(s, 0) && has(s, 1) }, func(s *diners) { s.fork = [2]uint8{} }},
		}
	})
}

func eats(s *diners) bool { return s.fork[0] != 0 && s.fork[0] == s.fork[1] }

// port is an event channel: an event is lost on nobody, but may be masked.
type port struct{ pending, masked, seen bool }

func isPending(s *port) bool { return s.pending }
func isMasked(s *port) bool  { return s.masked }
func isSeen(s *port) bool    { return s.seen }

func eventChannel(unmasks bool) machine[port] {
	m := machine[port]{
		{"raise", func(s *port) bool { return !s.pending }, func(s *port) { s.pending, s.seen = true, false }},
		{"deliver", func(s *port) bool { return s.pending && !s.masked }, func(s *port) { s.pending, s.seen = false, true }},
		{"mask", func(s *port) bool { return !s.masked }, func(s *port) { s.masked = true }},
	}
	if unmasks {
		m = append(m, rule[port]{"unmask", isMasked, func(s *port) { s.masked = false }})
	}
	return m
}
