package checker

import "runtime/debug"

// Drains are shared. When the first step of a state's drain is a step that the
// exploration makes anyway, to a state that is drained itself, nothing is left
// to ask about the rest of it. So a state is not drained when it is found, but
// owes its drain until it is expanded, and then
//
//	is at rest                                        -> is asked about there and then
//	drains to a state at rest                         -> owes nothing more
//	drains to a state that is expanded a level deeper -> leaves its drain to that one
//	else                                              -> is drained
//
// No circle can come of it, since what is left goes one level down each time.
// A drain that was left n times is n steps longer than the one that was carried
// out, so if that could be too long, all states are drained in the end. When a
// search ends early, those that have not been expanded are.
//
// A fault is found if there is one, but later than in the order that Explore
// promises. The first one is then looked for among the stored states, and for
// the numbers that go with it the exploration is repeated with every state
// drained when it is found. That is done at once where a bound is set, since it
// shows there which states were looked at.

// everyNth is which states are drained whatever happens. A drain that has no
// end in a system without end shows soon.
const everyNth = 64

// sharing is what a worker has to do with the drains of a chunk.
type sharing[O comparable] struct {
	shares bool
	owes   bool     // the state being expanded has not been drained
	first  O        // the operation with which its drain begins
	debts  []uint32 // states that could leave their drain to nobody
}

func (s *sharing[O]) reset(shares bool) {
	s.shares, s.owes, s.debts = shares, false, s.debts[:0]
}

// owe finds out what the drain of the state to be expanded begins with.
func (w *worker[S, O]) owe() (fine bool) {
	if !w.shares {
		return true
	}
	w.first, w.owes = w.asks.drainer.Drain(&w.before)
	return w.owes || w.asks.atRest(&w.before) == nil
}

// leaves tells whether the rest of the drain of before is the drain of after,
// which is not at rest.
func (w *worker[S, O]) leaves() bool {
	if !w.owes || w.x.alphabet.ops[w.op] != w.first || w.parent%everyNth == 0 {
		return false
	}
	_, more := w.asks.drainer.Drain(&w.after)
	w.owes = false
	return more
}

// leave looks at a stored state to which its parent's drain leads. Only to one
// that is a level deeper can it be left.
func (w *worker[S, O]) leave(from *leading, to uint32) {
	if from.drains && to < w.x.deep {
		w.debts = append(w.debts, from.parent)
	}
}

// pay drains the state that was expanded if its drain was left to no other.
func (w *worker[S, O]) pay() (fine bool) {
	return !w.owes || w.asks.drain(&w.before) == nil
}

// payDebts drains the states of the chunk that are still to be drained.
func (w *worker[S, O]) payDebts() (fine bool) {
	for _, i := range w.debts {
		if w.drain(i) != nil {
			return false
		}
	}
	return true
}

// drain drains a stored state.
func (w *worker[S, O]) drain(i uint32) *violation {
	w.load(i)
	return w.asks.drain(&w.before)
}

// owing is a run of stored states that owe their drains.
type owing struct{ first, end uint32 }

// settle drains the states that were not expanded any more. If a drain that was
// left from level to level may be too long, it drains all.
func (x *explorer[S, O]) settle() {
	if !x.shared || x.late {
		return
	}
	if x.report.Exhaustive {
		x.owing.first = x.owing.end
	}
	x.late = !x.drained(x.owing) || x.long() && !x.drained(owing{0, x.owing.first})
}

// long tells whether a drain may have more steps than a drain may have.
func (x *explorer[S, O]) long() bool {
	longest := 1
	for _, w := range x.workers {
		longest = max(longest, w.asks.longest)
	}
	return x.report.Depth+1+longest >= maxDrain
}

// drained drains stored states. The first violation becomes that of the report.
func (x *explorer[S, O]) drained(o owing) (fine bool) {
	i, w := o.first, x.workers[0]
	defer func() {
		if value := recover(); value != nil {
			x.err, fine = &PanicError[O]{Story: x.storyTo(i), Value: value, Stack: debug.Stack()}, false
		}
	}()
	for w.refresh(); i < o.end; i++ {
		if v := w.drain(i); v != nil {
			parent, op := x.store.Link(i)
			x.report.Fault = x.faultOf(w.asks.finding(origin{parent, op}, v))
			return false
		}
	}
	return true
}

// blameLate ends a search that has found a fault too late with the fault that
// comes first.
func (x *explorer[S, O]) blameLate() {
	x.report.Fault, x.report.Stopped, x.report.Exhaustive, x.err = nil, "", false, nil
	if x.drained(owing{0, x.store.Len()}) {
		x.err = errUnsteady
	}
}
