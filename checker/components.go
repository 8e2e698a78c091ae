package checker

import (
	"math"
	"unsafe"
)

// A promise is a response with its fairness sets as bits. A run breaks it that
// again and again meets its needs: for each fairness set a step of it, or a
// state where it can do nothing; and a state outside of Suspended.
type promise[S, O comparable] struct {
	*Response[S, O]
	sets []uint32 // of each operation: the fairness sets that have it
	fair uint32   // all the fairness sets
	need uint32   // those, and outside
}

const (
	outside = 1 << maxFair // the need for a state outside of Suspended
	inner   = 1 << 31      // of a frame: not the first state of its component
)

func newPromise[S, O comparable](r *Response[S, O], ops []O) promise[S, O] {
	p := promise[S, O]{Response: r, sets: make([]uint32, len(ops))}
	for i, f := range r.Fair {
		p.fair |= 1 << i
		for k := range ops {
			if f.Of(ops[k]) {
				p.sets[k] |= 1 << i
			}
		}
	}
	p.need = p.fair | outside
	return p
}

// atState is what a state meets of the needs, given the fairness sets that can
// change it.
func (p *promise[S, O]) atState(s *S, enabled uint32) uint32 {
	met := p.fair &^ enabled
	if p.Suspended == nil || !p.Suspended(s) {
		met |= outside
	}
	return met
}

// The marks of states. Those between kept and new are of broken components,
// one for each; the least ones are numbers of states whose component is open.
const (
	unseen = 0
	fine   = math.MaxUint32 - 1 // of a component that breaks nothing
	kept   = math.MaxUint32     // the promise is kept here
)

// components finds the strongly connected components of the states that follow
// From without To, depth first (Tarjan's algorithm, in the form of Pearce).
type components[S, O comparable] struct {
	promise[S, O]
	walk   *walker[S, O]
	mark   []uint32 // of each stored state
	path   []frame  // the states from the root down to the current one
	open   []uint32 // left states whose component is not complete
	index  uint32   // of the next state entered
	broken uint32   // mark of the next broken component
	report *ResponseReport
}

// A frame is a state being searched. What it meets and its enabled sets are
// complete when it is left, and what its component meets is when its first
// state is.
type frame struct {
	state uint32
	cursor
	enabled uint32 // fairness sets that can change the state
	met     uint32 // needs met in it and below, and inner
}

func newComponents[S, O comparable](p promise[S, O], walk *walker[S, O], report *ResponseReport) *components[S, O] {
	return &components[S, O]{promise: p, walk: walk, report: report, mark: make([]uint32, walk.store.Len()), index: 1, broken: fine - 1}
}

func (t *components[S, O]) isBroken(state uint32) bool { return isBroken(t.mark[state], t.broken) }

func isBroken(mark, next uint32) bool { return mark > next && mark < fine }

// bytes is the memory in use.
func (t *components[S, O]) bytes() uint64 {
	return 4*uint64(len(t.mark)) + uint64(unsafe.Sizeof(frame{}))*uint64(cap(t.path)) + 4*uint64(cap(t.open))
}

// root notes that the promise is made in state i, and begins to search there
// if that is something new. The state must be loaded.
func (t *components[S, O]) root(i uint32) {
	if !t.From(&t.walk.before) {
		return
	}
	t.report.From++
	if t.mark[i] == unseen {
		t.meet(i, &t.walk.before)
	}
}

// meet enters an unseen state, unless the promise is kept there.
func (t *components[S, O]) meet(i uint32, s *S) (entered bool) {
	if t.To(s) {
		t.mark[i] = kept
		return false
	}
	t.report.States++
	t.mark[i] = t.index
	t.index++
	t.path = append(t.path, frame{state: i})
	return true
}

// descend carries on with the innermost state, up to an operation that leads to
// an unseen state. That operation is tried again later, and then leads to a
// state of this component or of a complete one.
func (t *components[S, O]) descend() {
	f := &t.path[len(t.path)-1]
	t.walk.load(f.state)
	for k, to := range t.walk.from(&f.cursor) {
		f.enabled |= t.sets[k]
		if t.mark[to] == unseen && t.meet(to, &t.walk.after) {
			return
		}
		t.edge(f, k, to)
	}
	if !t.walk.lost {
		t.leave()
	}
}

// edge notes an operation that leads to a state seen before. Unless complete,
// that state's component is this one.
func (t *components[S, O]) edge(f *frame, k uint16, to uint32) {
	m := t.mark[to]
	if m > t.broken {
		return
	}
	f.met |= t.sets[k]
	if m < t.mark[f.state] {
		t.mark[f.state] = m
		f.met |= inner
	}
}

func (t *components[S, O]) leave() {
	n := len(t.path) - 1
	f := t.path[n]
	t.path = t.path[:n]
	f.met |= t.atState(&t.walk.before, f.enabled)
	if f.met&inner == 0 {
		t.complete(f)
		return
	}
	t.open = append(t.open, f.state)
	t.path[n-1].met |= f.met &^ inner
}

// complete marks the component of which f is the first state. The numbers of
// its states are given out again, so that they never meet the marks.
func (t *components[S, O]) complete(f frame) {
	t.report.Components++
	mark := uint32(fine)
	if f.met == t.need {
		mark = t.broken
		t.broken--
	}
	first := t.mark[f.state]
	for n := len(t.open) - 1; n >= 0 && t.mark[t.open[n]] >= first; n-- {
		t.mark[t.open[n]] = mark
		t.index--
		t.open = t.open[:n]
	}
	t.mark[f.state] = mark
	t.index--
}
