package checker

import "hvcheck/checker/store"

// batch is how many states are looked up together. Their cache misses overlap.
const batch = 32

// waiting is the states that a worker has reached and is to look up.
type waiting struct {
	lookups [batch]store.Lookup
	from    [batch]leading
	n       int
	recent  store.Recent
	store.Searcher
}

// leading is how a waiting state was reached. The rest of its parent's drain
// may be its own.
type leading struct {
	origin
	drains bool
}

// enqueue has a changed state looked up, together with others unless slow, and
// takes the change back.
func (w *worker[S, O]) enqueue(c *chunk[O]) bool {
	s, from := &w.lookups[w.n].State, &w.from[w.n]
	w.pack.Pack(s, w.rec, w.hash, view(&w.before), view(&w.after))
	from.origin, from.drains = w.origin, w.leaves()
	w.x.window.copy(&w.after, &w.before)
	if len(s.Extra) == 0 && !from.drains && !w.slow && w.recent.Has(s.Hash, s.Rec) {
		return true
	}
	w.n++
	return w.n < batch && !w.slow || w.lookUp(c)
}

// lookUp finds out which of the waiting states are new, and checks those.
func (w *worker[S, O]) lookUp(c *chunk[O]) bool {
	n := w.n
	w.Search(w.x.store, w.lookups[:n])
	w.n = 0
	for i := range w.lookups[:n] {
		l, from := &w.lookups[i], &w.from[i]
		switch {
		case l.Seen:
			w.leave(from, l.At)
		case !c.has(&l.State) && !w.add(c, &l.State, from.origin):
			return false
		}
	}
	return true
}

// add notes a state that has not been seen before, and checks it.
func (w *worker[S, O]) add(c *chunk[O], s *store.State, o origin) bool {
	c.add(s, o)
	w.pack.Unpack(view(&w.fresh), s.Rec, s.Extra)
	v := w.asks.state(&w.fresh)
	if v == nil && (w.slow || !w.x.shared) {
		v = w.asks.drain(&w.fresh)
	}
	if w.slow {
		w.asks.mind(&w.fresh)
	}
	if v != nil {
		w.blame(c, o, v)
	}
	return v == nil
}
