// Package checkertest decides responses a second time, in another way and as
// simply as can be, to check what package checker says of them:
//
//	System -> every step in one slice -> the steps of fair runs -> broken or not
//
// It shares no code with the checker and is slow on purpose: a greatest fixed
// point over sets of steps (Emerson and Lei), by sweeps over all of them.
package checkertest

import (
	"fmt"

	"hvcheck/checker"
)

// Broken tells whether a fair run breaks the promise of the response with that
// id. It gives up with an error if there are more than maxStates states.
func Broken[S, O comparable](sys checker.System[S, O], responseID string, maxStates int) (bool, error) {
	for _, r := range sys.Responses {
		if r.ID == responseID {
			g, err := explore(sys.Model, maxStates)
			if err != nil {
				return false, err
			}
			return g.broken(r), nil
		}
	}
	return false, fmt.Errorf("the system has no response %q", responseID)
}

// A graph is all reachable states and the steps between them.
type graph[S, O comparable] struct {
	states []S
	number map[S]int
	steps  []step[O]
}

// A step is an operation that changes the state, or a rest in it.
type step[O comparable] struct {
	from, to int
	rest     bool
	op       O
}

func explore[S, O comparable](m checker.Model[S, O], maxStates int) (*graph[S, O], error) {
	g := &graph[S, O]{number: map[S]int{}}
	for _, s := range m.Init() {
		g.add(s)
	}
	for i := 0; i < len(g.states); i++ {
		if len(g.states) > maxStates {
			return nil, fmt.Errorf("more than %d states", maxStates)
		}
		g.steps = append(g.steps, step[O]{from: i, to: i, rest: true})
		for _, family := range m.Ops() {
			g.expand(m, i, family)
		}
	}
	return g, nil
}

func (g *graph[S, O]) add(s S) int {
	if _, known := g.number[s]; !known {
		g.number[s] = len(g.states)
		g.states = append(g.states, s)
	}
	return g.number[s]
}

// expand adds the steps of a family's first operation, and of as many others
// as it says differ from it.
func (g *graph[S, O]) expand(m checker.Model[S, O], i int, family []O) {
	more := 0
	for k, op := range family {
		if k > more {
			return
		}
		s := g.states[i]
		out := m.Step(&s, op)
		if k == 0 {
			more = int(out.More)
		}
		if s != g.states[i] {
			g.steps = append(g.steps, step[O]{from: i, to: g.add(s), op: op})
		}
	}
}

// broken: from a promise that is not kept at once one can get, without keeping
// it, to a step of a fair run that never does.
func (g *graph[S, O]) broken(r checker.Response[S, O]) bool {
	unkept := make([]bool, len(g.states))
	pending := make([]bool, len(g.states))
	for i := range g.states {
		unkept[i] = !r.To(&g.states[i])
		pending[i] = unkept[i] && r.From(&g.states[i])
	}
	for changed := true; changed; {
		changed = false
		for _, t := range g.steps {
			if pending[t.from] && unkept[t.to] && !pending[t.to] {
				pending[t.to], changed = true, true
			}
		}
	}
	for k, inRun := range g.fairRuns(unkept, g.justices(r)) {
		if inRun && pending[g.steps[k].from] {
			return true
		}
	}
	return false
}

// justices are sets of steps, of each of which a run must make one again and
// again: one set for each fairness, and the steps from outside of Suspended.
func (g *graph[S, O]) justices(r checker.Response[S, O]) (sets [][]bool) {
	for _, f := range r.Fair {
		enabled := make([]bool, len(g.states))
		for _, t := range g.steps {
			enabled[t.from] = enabled[t.from] || !t.rest && f.Of(t.op)
		}
		set := make([]bool, len(g.steps))
		for k, t := range g.steps {
			set[k] = !enabled[t.from] || !t.rest && f.Of(t.op)
		}
		sets = append(sets, set)
	}
	active := make([]bool, len(g.steps))
	for k, t := range g.steps {
		active[k] = r.Suspended == nil || !r.Suspended(&g.states[t.from])
	}
	return append(sets, active)
}

// fairRuns are the steps with which an infinite run can begin that stays in
// the allowed states and makes steps of every justice again and again. Z is
// thinned out until every step in it can be followed, within Z, by one of each.
func (g *graph[S, O]) fairRuns(allowed []bool, justices [][]bool) (z []bool) {
	z = make([]bool, len(g.steps))
	for k, t := range g.steps {
		z[k] = allowed[t.from]
	}
	for changed := true; changed; {
		changed = false
		for _, justice := range justices {
			follows := g.reaching(z, justice)
			for k, t := range g.steps {
				if z[k] && !follows[t.to] {
					z[k], changed = false, true
				}
			}
		}
	}
	return z
}

// reaching are the states from which steps of Z lead to one of goal in Z.
func (g *graph[S, O]) reaching(z, goal []bool) []bool {
	can := make([]bool, len(g.states))
	for changed := true; changed; {
		changed = false
		for k, t := range g.steps {
			if z[k] && !can[t.from] && (goal[k] || can[t.to]) {
				can[t.from], changed = true, true
			}
		}
	}
	return can
}
