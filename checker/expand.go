package checker

import (
	"runtime/debug"

	"hvcheck/checker/store"
)

// A worker expands chunks, one at a time, with a model of its own. It works on
// one state, carries an operation out and takes it back; what the operation
// led to is kept as a record until it is looked up.
type worker[S, O comparable] struct {
	x      *explorer[S, O]
	model  Model[S, O]
	goals  []Goal[S, O]
	asks   *asker[S, O]
	pack   store.Packer // as of the beginning of the chunk
	spare  []*chunk[O]
	slow   bool // looks state by state
	origin      // what is being done
	before S
	after  S      // the same, until an operation changes it
	fresh  S      // a state not seen before
	rec    []byte // before, packed
	hash   uint64 // of before
	used   int    // bytes of rec that can be other than zero, in whole words

	waiting
	sharing[O]
}

func newWorker[S, O comparable](x *explorer[S, O], sys System[S, O]) *worker[S, O] {
	w := &worker[S, O]{x: x, model: sys.Model, goals: sys.Goals, asks: newAsker(sys, nil)}
	w.before, w.after, w.fresh = x.window.base, x.window.base, x.window.base
	w.pack = x.store.Reader()
	w.rec = w.pack.Buffer()
	for i := range w.lookups {
		w.lookups[i].Rec = w.pack.Buffer()
	}
	return w
}

// chunks are n chunks to work with, the same ones each time.
func (w *worker[S, O]) chunks(n int) []*chunk[O] {
	for len(w.spare) < n {
		w.spare = append(w.spare, &chunk[O]{})
	}
	return append([]*chunk[O](nil), w.spare[:n]...)
}

// expand does the work on a chunk: fast at first, and if anything is wrong
// again one step at a time, which tells what was wrong first.
func (w *worker[S, O]) expand(c *chunk[O]) {
	if w.scan(c, false) {
		return
	}
	if w.scan(c, true) && !c.cut {
		c.unsteady, c.late = !w.x.shared, w.x.shared
	}
}

// scan expands every state of a chunk. It reports false if a property is
// violated or something panicked.
func (w *worker[S, O]) scan(c *chunk[O], slow bool) (fine bool) {
	defer w.rescue(c, &fine)
	w.begin(c, slow)
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
	if !w.lookUp(c) || !w.payDebts() {
		return false
	}
	w.asks.mind(&w.before, &w.after)
	return true
}

func (w *worker[S, O]) rescue(c *chunk[O], fine *bool) {
	if value := recover(); value != nil {
		c.panicked = &panicked{w.origin, value, debug.Stack()}
		*fine = false
	}
}

// begin makes ready for a chunk.
func (w *worker[S, O]) begin(c *chunk[O], slow bool) {
	w.slow, w.n = slow, 0
	if slow { // a fast try may have ended with a state that is wrong outside of the window
		w.after, w.asks.rest = w.x.window.base, w.x.window.base
	}
	w.refresh()
	w.sharing.reset(w.x.shared && !slow)
	c.reset(len(w.goals), w.used)
}

// refresh takes over the columns found since the last chunk.
func (w *worker[S, O]) refresh() {
	w.x.store.Follow(&w.pack)
	w.used = w.pack.Words()
	w.recent.Fit(w.used, w.x.deep)
}

// load makes state i the one to expand.
func (w *worker[S, O]) load(i uint32) {
	w.x.store.Load(w.rec[:w.used], i)
	w.parent = i
	w.hash = w.pack.Unpack(view(&w.before), w.rec, nil)
	w.x.window.copy(&w.after, &w.before)
}

// successors tries every operation that the state tells apart.
func (w *worker[S, O]) successors(c *chunk[O]) bool {
	if w.slow {
		return w.oneByOne(c)
	}
	return w.owe() && w.all(c) && w.pay()
}

// all tries the operations without telling what is wrong.
func (w *worker[S, O]) all(c *chunk[O]) bool {
	a, open, was := &w.x.alphabet, w.open(c), c.transitions
	for _, f := range a.families {
		for k, last := f.first, f.first; k <= last; k++ {
			w.op = uint16(k)
			out := w.model.Step(&w.after, a.ops[k])
			if k == f.first {
				last = min(k+int(out.More), f.last)
			}
			c.answers.add(a.kinds[k], out.Code)
			if open {
				w.meet(c, a.ops[k], out)
			}
			if !w.asks.stepHolds(&w.before, a.ops[k], out, &w.after) {
				return false
			}
			if w.x.window.same(&w.before, &w.after) {
				c.refused++
				continue
			}
			if c.transitions++; out.Refused || !w.enqueue(c) {
				return false
			}
		}
	}
	return c.transitions != was || w.asks.atDeadEnd(&w.before) == nil
}

// open tells whether a goal is still to be met.
func (w *worker[S, O]) open(c *chunk[O]) bool {
	for i := range w.goals {
		if !c.known[i] && !c.met[i] {
			return true
		}
	}
	return false
}

func (w *worker[S, O]) meet(c *chunk[O], op O, out Outcome) {
	for i := range w.goals {
		if !c.known[i] && !c.met[i] {
			c.met[i] = w.goals[i].Met(&w.before, op, out, &w.after)
		}
	}
}

// oneByOne tries the operations and asks about each in full order.
func (w *worker[S, O]) oneByOne(c *chunk[O]) bool {
	was := c.transitions
	for _, f := range w.x.alphabet.families {
		for k, last := f.first, f.first; k <= last; k++ {
			out, fine := w.try(c, k)
			if !fine {
				return false
			}
			if k == f.first {
				last = min(k+int(out.More), f.last)
			}
		}
	}
	return c.transitions != was || w.goesOn(c)
}

// goesOn asks about a state that no operation has changed.
func (w *worker[S, O]) goesOn(c *chunk[O]) bool {
	v := w.asks.atDeadEnd(&w.before)
	if v != nil {
		w.blame(c, w.origin, v)
		c.fault.stays = true
	}
	return v == nil
}

func (w *worker[S, O]) try(c *chunk[O], k int) (out Outcome, fine bool) {
	w.op = uint16(k)
	op := w.x.alphabet.ops[k]
	out = w.model.Step(&w.after, op)
	w.asks.mind(&w.after)
	changed := !w.x.window.same(&w.before, &w.after)
	if changed {
		c.transitions++
	} else {
		c.refused++
	}
	c.answers.add(w.x.alphabet.kinds[k], out.Code)
	w.meet(c, op, out)
	if v := w.asks.first(&w.before, op, out, &w.after); v != nil {
		w.blame(c, w.origin, v)
		return out, false
	}
	return out, !changed || w.enqueue(c)
}

func (w *worker[S, O]) blame(c *chunk[O], o origin, v *violation) {
	c.fault = w.asks.finding(o, v)
}

// start finds the start states.
func (w *worker[S, O]) start(c *chunk[O], starts []S) {
	fine := true
	defer w.rescue(c, &fine)
	w.begin(c, true)
	w.parent = store.NoParent
	for i := range starts {
		w.op = uint16(i)
		s := &w.lookups[0].State
		w.pack.Pack(s, w.rec, 0, view(&w.x.window.base), view(&starts[i]))
		if !c.has(s) && !w.add(c, s, w.origin) {
			return
		}
	}
}
