package checker

import "runtime/debug"

// batch is how many states are looked up together. Their cache misses overlap.
const batch = 32

// A worker expands chunks, one at a time, with a model of its own.
type worker[S, O comparable] struct {
	x      *explorer[S, O]
	model  Model[S, O]
	goals  []Goal[S, O]
	asks   *asker[S, O]
	pack   packer // as of the beginning of the chunk
	spare  []*chunk[S, O]
	parent uint32
	op     uint16
	before S
	rec    []byte // before, packed
	hash   uint64 // of before

	// states waiting to be looked up, and behind them one to work on
	waiting []waiting[S]
	n       int
	limit   int
	touched uint64 // keeps the compiler from leaving out the touching
}

type waiting[S comparable] struct {
	candidate[S]
	rec    []byte
	packed bool // it has columns for all that differs
	seen   bool
}

func newWorker[S, O comparable](x *explorer[S, O], sys System[S, O]) *worker[S, O] {
	w := &worker[S, O]{x: x, model: sys.Model, goals: sys.Goals, asks: newAsker(sys, nil)}
	w.waiting = make([]waiting[S], batch)
	w.pack = x.store.pack.clone()
	w.rec = w.pack.buffer()
	for i := range w.waiting {
		w.waiting[i].rec = w.pack.buffer()
	}
	return w
}

// chunks are n chunks to work with, the same ones each time.
func (w *worker[S, O]) chunks(n int) []*chunk[S, O] {
	for len(w.spare) < n {
		w.spare = append(w.spare, &chunk[S, O]{})
	}
	return append([]*chunk[S, O](nil), w.spare[:n]...)
}

// expand does the work on a chunk: fast at first, and if anything is wrong
// again one step at a time, which tells what was wrong first.
func (w *worker[S, O]) expand(c *chunk[S, O]) {
	if w.scan(c, batch) {
		return
	}
	if w.scan(c, 1) && !c.cut {
		c.unsteady = true
	}
}

// scan expands every state of a chunk. It reports false if a property is
// violated or something panicked.
func (w *worker[S, O]) scan(c *chunk[S, O], limit int) (fine bool) {
	defer w.rescue(c, &fine)
	c.reset(len(w.goals))
	w.n, w.limit = 0, limit
	w.refresh()
	for i := c.first; i < c.end; i++ {
		if w.x.stop.Load() {
			c.cut = true
			return true
		}
		w.load(i)
		if !w.successors(c) {
			return false
		}
	}
	return w.lookUp(c)
}

func (w *worker[S, O]) rescue(c *chunk[S, O], fine *bool) {
	if value := recover(); value != nil {
		c.panicked = &panicked{w.parent, w.op, value, debug.Stack()}
		*fine = false
	}
}

// refresh takes over the columns found since the last chunk.
func (w *worker[S, O]) refresh() {
	w.x.store.mu.RLock()
	defer w.x.store.mu.RUnlock()
	if len(w.pack.bit) != len(w.x.store.pack.bit) {
		copy(w.pack.column, w.x.store.pack.column)
		w.pack.bit = w.x.store.pack.bit
	}
}

// load makes state i the one to expand.
func (w *worker[S, O]) load(i uint32) {
	w.x.store.mu.RLock()
	w.x.store.load(w.rec, i)
	w.x.store.mu.RUnlock()
	w.parent = i
	w.hash = w.pack.unpack(view(&w.before), w.rec)
	w.waiting[w.n].state = w.before
}

// successors tries every operation that the state tells apart.
func (w *worker[S, O]) successors(c *chunk[S, O]) bool {
	for _, f := range w.x.alphabet.families {
		more, fine := w.try(c, f.first)
		for k := f.first + 1; fine && k <= min(f.first+more, f.last); k++ {
			_, fine = w.try(c, k)
		}
		if !fine {
			return false
		}
	}
	return true
}

// try carries one operation out. It returns how many others of the family
// differ from it, and false if something is violated.
func (w *worker[S, O]) try(c *chunk[S, O], k int) (more int, fine bool) {
	w.op = uint16(k)
	op, after := w.x.alphabet.ops[k], &w.waiting[w.n]
	out := w.model.Step(&after.state, op)
	changed := !same(&w.before, &after.state)
	w.tally(c, k, out, changed)
	w.meet(c, op, out, &after.state)
	if !w.holds(c, op, out, &after.state, changed) {
		return 0, false
	}
	if changed && !w.enqueue(c, after) {
		return 0, false
	}
	return int(out.More), true
}

func (w *worker[S, O]) tally(c *chunk[S, O], k int, out Outcome, changed bool) {
	if changed {
		c.transitions++
	} else {
		c.refused++
	}
	c.answers.add(w.x.alphabet.kinds[k], out.Code)
}

func (w *worker[S, O]) meet(c *chunk[S, O], op O, out Outcome, after *S) {
	for i := range w.goals {
		if !c.known[i] && !c.met[i] {
			c.met[i] = w.goals[i].Met(&w.before, op, out, after)
		}
	}
}

// holds asks about a step. Looking state by state, it asks in full order.
func (w *worker[S, O]) holds(c *chunk[S, O], op O, out Outcome, after *S, changed bool) bool {
	if w.limit > 1 {
		return !(changed && out.Refused) && w.asks.stepHolds(&w.before, op, out, after)
	}
	if v := w.asks.first(&w.before, op, out, after); v != nil {
		w.blame(c, w.parent, w.op, v)
		return false
	}
	return true
}

func (w *worker[S, O]) blame(c *chunk[S, O], parent uint32, op uint16, v *violation) {
	c.fault = &finding[O]{parent: parent, op: op, property: v.property, detail: v.err.Error()}
	if v.inDrain {
		c.fault.drain = append([]O(nil), w.asks.trail...)
	}
}

// enqueue has a changed state looked up, together with others.
func (w *worker[S, O]) enqueue(c *chunk[S, O], s *waiting[S]) bool {
	s.parent, s.op = w.parent, w.op
	copy(s.rec, w.rec)
	s.hash, s.packed = w.pack.change(s.rec, w.hash, view(&w.before), view(&s.state))
	if w.n++; w.n == w.limit && !w.lookUp(c) {
		return false
	}
	w.waiting[w.n].state = w.before
	return true
}

// lookUp finds out which of the waiting states are new, and checks those.
func (w *worker[S, O]) lookUp(c *chunk[S, O]) bool {
	w.search()
	n := w.n
	w.n = 0
	for i := range w.waiting[:n] {
		s := &w.waiting[i]
		if s.seen || c.has(&s.candidate) {
			continue
		}
		c.add(&s.candidate)
		if v := w.check(&s.state); v != nil {
			w.blame(c, s.parent, s.op, v)
			return false
		}
	}
	return true
}

// search marks the waiting states that are stored.
func (w *worker[S, O]) search() {
	st := w.x.store
	st.mu.RLock()
	defer st.mu.RUnlock()
	for i := range w.waiting[:w.n] {
		w.touched += st.table.touch(tagOf(w.waiting[i].hash))
	}
	for i := range w.waiting[:w.n] {
		s := &w.waiting[i]
		s.seen = s.packed && st.has(s.rec, s.hash)
	}
}

// check asks about a state that has not been seen before.
func (w *worker[S, O]) check(s *S) *violation {
	if v := w.asks.state(s); v != nil {
		return v
	}
	return w.asks.drain(s)
}

// begin finds the start states.
func (w *worker[S, O]) begin(c *chunk[S, O], starts []S) {
	fine := true
	defer w.rescue(c, &fine)
	c.reset(len(w.goals))
	w.parent = noParent
	for i := range starts {
		w.op = uint16(i)
		s := candidate[S]{state: starts[i], parent: noParent, op: w.op}
		s.hash, _ = w.pack.change(w.pack.buffer(), 0, w.pack.base, view(&s.state))
		if c.has(&s) {
			continue
		}
		c.add(&s)
		if v := w.check(&s.state); v != nil {
			w.blame(c, noParent, w.op, v)
			return
		}
	}
}
