package checker

import (
	"fmt"
	"slices"
)

// lasso is the fault of a broken component, or nil if the time was over.
func (d *decision[S, O]) lasso() *Fault[O] {
	story, at, found := d.approach()
	if !found {
		return nil
	}
	loop, found := d.tour(at)
	if !found {
		return nil
	}
	ops := d.x.alphabet.named(loop)
	return &Fault[O]{Story: story, Loop: ops, Forever: true, Property: d.ID, Detail: lassoDetail(ops)}
}

func lassoDetail[O comparable](loop []O) string {
	if len(loop) == 0 {
		return "the answer has not come, and nothing that must happen can happen any more"
	}
	return fmt.Sprintf("the answer does not come while the last %d operations repeat for ever", len(loop))
}

// A way holds, for each state reached, how. The parent is plus two; one is for
// states in which the way begins, and zero for those not reached.
type way struct {
	parent []uint32
	op     []uint16
}

// approach finds a shortest story that meets From, from there on avoids To,
// and ends in a broken component; among those the one to the least state.
// Level d is what such stories of d operations reach first.
func (d *decision[S, O]) approach() (story Story[O], at uint32, found bool) {
	n := d.walk.store.Len()
	w := way{make([]uint32, n), make([]uint16, n)}
	d.extra = 6 * uint64(n)
	var level []uint32
	for depth := 0; !d.halted(); depth++ {
		level = d.begin(&w, level, depth)
		slices.Sort(level)
		if i := slices.IndexFunc(level, d.isBroken); i >= 0 {
			return d.story(&w, level[i]), level[i], true
		}
		level = d.onward(&w, level)
	}
	return Story[O]{}, 0, false
}

// begin adds the states of that depth in which the promise is made and not kept.
func (d *decision[S, O]) begin(w *way, level []uint32, depth int) []uint32 {
	first, end := d.walk.store.Len(), d.walk.store.Len()
	if depth < len(d.x.levels) {
		first = d.x.levels[depth]
	}
	if depth+1 < len(d.x.levels) {
		end = d.x.levels[depth+1]
	}
	for i := first; i < end && !d.halted(); i++ {
		if w.parent[i] != 0 || d.mark[i] == unseen || d.mark[i] == kept {
			continue
		}
		if d.walk.load(i); d.From(&d.walk.before) {
			w.parent[i] = 1
			level = append(level, i)
		}
	}
	return level
}

func (d *decision[S, O]) onward(w *way, level []uint32) (next []uint32) {
	for _, i := range level {
		if d.halted() {
			return nil
		}
		d.walk.load(i)
		for k, to := range d.walk.from(&cursor{}) {
			if d.mark[to] != kept && w.parent[to] == 0 {
				w.parent[to], w.op[to] = i+2, k
				next = append(next, to)
			}
		}
	}
	return next
}

// story leads to the state where the way begins, and then along it.
func (d *decision[S, O]) story(w *way, at uint32) Story[O] {
	var ops []uint16
	for ; w.parent[at] > 1; at = w.parent[at] - 2 {
		ops = append(ops, w.op[at])
	}
	slices.Reverse(ops)
	s := d.x.storyTo(at)
	s.Ops = append(s.Ops, d.x.alphabet.named(ops)...)
	return s
}

// maxTour is how many places are looked at for the shortest tour of all. Only
// tests change it.
var maxTour = 1 << 17

// A place is a state on a tour, with the needs met on the way.
type place struct{ state, met uint32 }

// A landmark is a place with the landmark before it, as an index, and the
// operation between them.
type landmark struct {
	place
	before int
	op     uint16
}

// tour is operations that lead from a state round its component and back, and
// meet all needs: the shortest ones if those are soon found, else from one
// need to the nearest other and then home.
func (d *decision[S, O]) tour(at uint32) (loop []uint16, found bool) {
	home := func(p place) bool { return p.state == at && p.met == d.need }
	if ops, _, found := d.leg(place{at, 0}, maxTour, home); found || d.halted() {
		return ops, found
	}
	for here := (place{at, 0}); ; {
		goal := home
		if here.met != d.need {
			goal = func(p place) bool { return p.met != here.met }
		}
		ops, there, found := d.leg(here, 0, goal)
		if loop = append(loop, ops...); !found || home(there) {
			return loop, found
		}
		here = there
	}
}

// leg is a shortest way to a place that will do, breadth first. It looks at so
// many places at most; zero is all.
func (d *decision[S, O]) leg(from place, most int, goal func(place) bool) (ops []uint16, there place, found bool) {
	seen := map[place]bool{from: true}
	marks := []landmark{{place: from, before: -1}}
	for i := 0; i < len(marks) && (most == 0 || i < most) && !d.halted(); i++ {
		here, next := d.around(marks[i].place)
		if goal(here) {
			return route(marks, i), here, true
		}
		for _, m := range next {
			if !seen[m.place] {
				seen[m.place], m.before = true, i
				marks = append(marks, m)
			}
		}
	}
	return nil, from, false
}

// around is the place with what its state meets, and the next ones.
func (d *decision[S, O]) around(p place) (here place, next []landmark) {
	enabled := uint32(0)
	d.walk.load(p.state)
	for k, to := range d.walk.from(&cursor{}) {
		enabled |= d.sets[k]
		if d.mark[to] == d.mark[p.state] {
			next = append(next, landmark{place: place{to, d.sets[k]}, op: k})
		}
	}
	p.met |= d.atState(&d.walk.before, enabled)
	for i := range next {
		next[i].met |= p.met
	}
	return p, next
}

func route(marks []landmark, i int) (ops []uint16) {
	for ; marks[i].before >= 0; i = marks[i].before {
		ops = append(ops, marks[i].op)
	}
	slices.Reverse(ops)
	return ops
}
