package checker

import (
	"iter"

	"hvcheck/checker/store"
)

// A walker goes from one stored state to the next. Edges are not stored: it
// carries the operations out again and looks up where they lead. It tries the
// operations that the exploration has tried, in the same order.
type walker[S, O comparable] struct {
	model  Model[S, O]
	ops    []O
	member []member // of each operation
	store  *store.Store
	window *window[S]

	at     uint32      // the state loaded
	op     int         // the operation tried last, or -1
	lost   bool        // an operation has led to a state that is not stored
	before S           // the state loaded
	after  S           // where the operation tried last has led
	rec    []byte      // before, packed
	next   store.State // after
	hash   uint64      // of before
}

// member is an operation's place in its family.
type member struct {
	first bool
	last  uint16 // the number of the family's last one
}

// A cursor is a place among the operations of one state.
type cursor struct {
	next uint16 // the operation to try
	last uint16 // the last one of its family that differs here
}

func newWalker[S, O comparable](x *explorer[S, O]) *walker[S, O] {
	w := &walker[S, O]{model: x.system.Model, ops: x.alphabet.ops, store: x.store, window: &x.window}
	w.before, w.after = x.window.base, x.window.base
	for _, f := range x.alphabet.families {
		for k := f.first; k <= f.last; k++ {
			w.member = append(w.member, member{k == f.first, uint16(f.last)})
		}
	}
	w.rec, w.next.Rec = make([]byte, x.store.Words()), make([]byte, x.store.Words())
	return w
}

// load makes state i the one to go on from.
func (w *walker[S, O]) load(i uint32) {
	w.at, w.op = i, -1
	w.store.Load(w.rec, i)
	w.hash = w.store.Unpack(view(&w.before), w.rec, nil)
}

// from goes through the operations that change the state loaded, with the
// states they lead to. It begins at the cursor and moves it on; when the loop
// is left, the cursor stays at that operation.
func (w *walker[S, O]) from(c *cursor) iter.Seq2[uint16, uint32] {
	return func(yield func(uint16, uint32) bool) {
		for int(c.next) < len(w.ops) && !w.lost {
			if to, changed := w.try(c); changed && !yield(c.next, to) {
				return
			}
			w.advance(c)
		}
	}
}

func (w *walker[S, O]) try(c *cursor) (to uint32, changed bool) {
	w.op = int(c.next)
	w.window.copy(&w.after, &w.before)
	out := w.model.Step(&w.after, w.ops[c.next])
	if m := w.member[c.next]; m.first {
		c.last = uint16(min(int(c.next)+int(out.More), int(m.last)))
	}
	if w.window.same(&w.before, &w.after) {
		return 0, false
	}
	return w.lookUp()
}

// lookUp is the number of the state that the latest operation has led to.
func (w *walker[S, O]) lookUp() (to uint32, stored bool) {
	w.store.Pack(&w.next, w.rec, w.hash, view(&w.before), view(&w.after))
	to, stored = w.store.Number(&w.next)
	w.lost = w.lost || !stored
	return to, stored
}

func (w *walker[S, O]) advance(c *cursor) {
	if c.next < c.last {
		c.next++
	} else {
		c.next = w.member[c.next].last + 1
	}
}
