package checker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/checker"
	"hvcheck/checker/checkertest"
)

// A hop is an operation of a maze: a member of a family.
type hop struct{ Family, Member uint8 }

// A maze is a graph without sense. Members of a family lead anywhere, also
// those that the state does not tell apart, which nobody may look at.
type maze struct {
	start    []uint8
	families []uint8 // how many members each has
	to       map[from]uint8
	more     map[from]uint8
}

type from struct {
	state uint8
	hop   hop
}

func (m *maze) Init() []uint8 { return m.start }

func (m *maze) Ops() (ops [][]hop) {
	for f, n := range m.families {
		var family []hop
		for k := range n {
			family = append(family, hop{uint8(f), k})
		}
		ops = append(ops, family)
	}
	return ops
}

func (m *maze) Kind(h hop) uint8 { return h.Family }

func (m *maze) Step(s *uint8, h hop) checker.Outcome {
	f := from{*s, h}
	*s = m.to[f]
	return checker.Outcome{More: m.more[f]}
}

// randomMaze has up to 12 states. Some mazes are sparse: most hops stay.
func randomMaze(r *rand.Rand) *maze {
	n, stays := 2+r.IntN(11), r.Float64()
	m := &maze{to: map[from]uint8{}, more: map[from]uint8{}}
	for range 1 + r.IntN(2) {
		m.start = append(m.start, uint8(r.IntN(n)))
	}
	for range 1 + r.IntN(4) {
		m.families = append(m.families, uint8(1+r.IntN(3)))
	}
	for s := range uint8(n) {
		for _, family := range m.Ops() {
			for _, h := range family {
				f := from{s, h}
				if m.to[f] = s; r.Float64() >= stays {
					m.to[f] = uint8(r.IntN(n))
				}
				m.more[f] = uint8(r.IntN(3))
			}
		}
	}
	return m
}

// randomSet is a set of numbers, each of them in it with the same probability.
func randomSet(r *rand.Rand, n int) func(k int) bool {
	p := r.Float64()
	in := make([]bool, n)
	for i := range in {
		in[i] = r.Float64() < p
	}
	return func(k int) bool { return in[k] }
}

func randomResponse(r *rand.Rand) checker.Response[uint8, hop] {
	states := func() func(*uint8) bool {
		in := randomSet(r, 16)
		return func(s *uint8) bool { return in(int(*s)) }
	}
	p := checker.Response[uint8, hop]{ID: "p", From: states(), To: states()}
	if r.IntN(2) == 0 {
		p.Suspended = states()
	}
	for i := range r.IntN(5) {
		in := randomSet(r, 12)
		p.Fair = append(p.Fair, checker.Fairness[hop]{ID: fmt.Sprint(i), Of: func(h hop) bool { return in(int(3*h.Family + h.Member)) }})
	}
	return p
}

// region counts the states between From and To and their components, by what
// leads to what.
func (m *maze) region(r checker.Response[uint8, hop]) (states, components uint64) {
	leads := m.leads(func(s uint8) bool { return !r.To(&s) })
	pending := follow(m.starts(), m.leads(func(uint8) bool { return true }))
	for a := range uint8(16) {
		pending[a] = pending[a] && r.From(&a) && !r.To(&a)
	}
	pending = follow(pending, leads)
	for a := range 16 {
		first := true
		for b := range a {
			first = first && !(leads[a][b] && leads[b][a])
		}
		if pending[a] {
			states++
			if first {
				components++
			}
		}
	}
	return states, components
}

// leads tells from where to where one gets through allowed states.
func (m *maze) leads(allowed func(s uint8) bool) *[16][16]bool {
	var leads [16][16]bool
	for a := range uint8(16) {
		for b := range uint8(16) {
			leads[a][b] = a == b || m.hops(a, b) && allowed(a) && allowed(b)
		}
	}
	closeOver(&leads)
	return &leads
}

func (m *maze) starts() (in [16]bool) {
	for _, s := range m.start {
		in[s] = true
	}
	return in
}

// shortest is the least number of operations, with the promise made and not
// kept, to a state on a loop that breaks it: one whose component does so alone.
func (m *maze) shortest(t *testing.T, r checker.Response[uint8, hop]) int {
	leads := m.leads(func(s uint8) bool { return !r.To(&s) })
	var free, pending [16]bool // the states in which one can be after so many operations
	for a, in := range m.starts() {
		free[a] = in
	}
	for depth := range 2 * 16 {
		var nextFree, nextPending [16]bool
		for a := range uint8(16) {
			pending[a] = (pending[a] || free[a] && r.From(&a)) && !r.To(&a)
			if pending[a] && m.loops(t, r, a, leads) {
				return depth
			}
			for b := range uint8(16) {
				nextFree[b] = nextFree[b] || free[a] && m.hops(a, b)
				nextPending[b] = nextPending[b] || pending[a] && m.hops(a, b)
			}
		}
		free, pending = nextFree, nextPending
	}
	return -1
}

// loops tells whether the component of s has a run that breaks the promise.
func (m *maze) loops(t *testing.T, r checker.Response[uint8, hop], s uint8, leads *[16][16]bool) bool {
	alone := *m
	alone.start = []uint8{s}
	to := r.To
	r.From = func(x *uint8) bool { return *x == s }
	r.To = func(x *uint8) bool { return to(x) || !leads[s][*x] || !leads[*x][s] }
	broken, err := checkertest.Broken(checker.System[uint8, hop]{Model: &alone, Responses: []checker.Response[uint8, hop]{r}}, r.ID, 16)
	if err != nil {
		t.Fatal(err)
	}
	return broken
}

func closeOver(leads *[16][16]bool) {
	for k := range 16 {
		for a := range 16 {
			for b := range 16 {
				leads[a][b] = leads[a][b] || leads[a][k] && leads[k][b]
			}
		}
	}
}

func follow(from [16]bool, leads *[16][16]bool) (to [16]bool) {
	for a := range 16 {
		for b := range 16 {
			to[b] = to[b] || from[a] && leads[a][b]
		}
	}
	return to
}

// hops tells whether an operation leads from a to b.
func (m *maze) hops(a, b uint8) bool {
	for f, members := range m.families {
		more := m.more[from{a, hop{uint8(f), 0}}]
		for k := range min(members, more+1) {
			if to, known := m.to[from{a, hop{uint8(f), k}}]; known && to == b {
				return true
			}
		}
	}
	return false
}

// TestMazes compares the checker with the second method on random graphs, and
// what it reports with what the matrix of paths says. Half of the mazes are too
// large, as it were, for the shortest tour.
func TestMazes(t *testing.T) {
	t.Run("shortest tours", func(t *testing.T) { compareMazes(t, 0) })
	t.Run("step by step", func(t *testing.T) {
		checker.LimitTours(t, 1)
		compareMazes(t, 3000)
	})
}

func compareMazes(t *testing.T, first uint64) {
	count := map[string]int{}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(first+seed, 11))
		m, response := randomMaze(r), randomResponse(r)
		report, fault := compareMaze(t, m, response)
		switch {
		case t.Failed():
			t.Fatalf("seed %d", first+seed)
		case fault == nil && report.States > 0:
			count["kept"]++
		case fault != nil && len(fault.Loop) == 0:
			count["stuttering"]++
		case fault != nil && len(fault.Loop) > 2:
			count["long loop"]++
		}
	}
	if count["kept"] < 100 || count["stuttering"] < 100 || count["long loop"] < 100 {
		t.Errorf("the mazes are not mixed: %v", count)
	}
}

func compareMaze(t *testing.T, m *maze, r checker.Response[uint8, hop]) (checker.ResponseReport, *checker.Fault[hop]) {
	sys := checker.System[uint8, hop]{Model: m, Responses: []checker.Response[uint8, hop]{r}}
	report, fault := decide(t, func() checker.System[uint8, hop] { return sys })
	paddedReport, paddedFault := decide(t, func() checker.System[checker.Padded[[8]byte, uint8], hop] { return checker.Pad[[8]byte](sys) })
	if diff := cmp.Diff(fault, paddedFault); diff != "" || report != paddedReport {
		t.Errorf("%+v, padded %+v (-plain +padded):\n%s", report, paddedReport, diff)
	}
	if states, components := m.region(r); states != report.States || components != report.Components {
		t.Errorf("%d states in %d components, want %d in %d", report.States, report.Components, states, components)
	}
	if fault != nil {
		if n := m.shortest(t, r); n != len(fault.Ops) {
			t.Errorf("a story of %d operations, want %d", len(fault.Ops), n)
		}
	}
	return report, fault
}
