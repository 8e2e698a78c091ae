// Package invariantstest checks the invariants of an area with examples:
//
//	Example: a state, or a step, made by hand -> the formula -> violated or not
package invariantstest

import (
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// Example is a step, or just a state, and whether it breaks an invariant.
type Example struct {
	ID       string
	Name     string
	Violated bool
	Config   *model.Config // nil: the area's usual one
	Start    *model.Start  // nil: the area's usual one
	// Set makes the state, or for a step the state before it, from the start.
	Set func(w *model.World)
	// For a step: the operation, its result, how often it asked for preemption, and what it
	// made of the state.
	Op     model.Op
	Code   errno.Errno
	Checks uint8
	After  func(w *model.World)
	// Does: what the operation makes of the state, and answers, is what the
	// model makes of it.
	Does bool
}

// Values of Example.Violated.
const (
	Violated = true
	Holds    = false
)

// Usual is what examples of an area have in common.
type Usual struct {
	Area   *model.Area
	Config model.Config
	Start  model.Start
}

// Check looks at each invariant of the area with states that break it, and with
// states that very nearly do.
func (u *Usual) Check(t *testing.T, list []Example) {
	asked := map[string][2]bool{}
	for _, e := range list {
		seen := asked[e.ID]
		if e.Violated {
			seen[1] = true
		} else {
			seen[0] = true
		}
		asked[e.ID] = seen
		t.Run(e.ID+" "+e.Name, func(t *testing.T) { u.check(t, &e) })
	}
	for i := range invariants.All {
		if inv := &invariants.All[i]; inv.Area == u.Area && asked[inv.ID] != [2]bool{true, true} {
			t.Errorf("%s wants an example that breaks it and one that does not", inv.ID)
		}
	}
}

func (u *Usual) check(t *testing.T, e *Example) {
	inv, ok := invariants.ByID(e.ID)
	if !ok || inv.Area != u.Area {
		t.Fatal("there is no such invariant")
	}
	c, start := u.Config, u.Start
	if e.Config != nil {
		c = *e.Config
	}
	if e.Start != nil {
		start = *e.Start
	}
	w := start.World(&c)
	if e.Set != nil {
		e.Set(&w)
	}
	if err := e.ask(inv, &c, &w); (err != nil) != e.Violated {
		t.Errorf("violated: %v, want %v: %v", err != nil, e.Violated, err)
	}
}

func (e *Example) ask(inv *invariants.Invariant, c *model.Config, w *model.World) error {
	switch {
	case inv.State != nil:
		return inv.State(c, w)
	case inv.Drained != nil:
		return inv.Drained(c, w)
	}
	after, answer := *w, model.Answer{Code: e.Code, Checks: e.Checks}
	if e.Does {
		answer = model.NewMachine(*c).Do(&after, e.Op)
	}
	if e.After != nil {
		e.After(&after)
	}
	return inv.Step(invariants.NewProbe(*c), w, e.Op, answer, &after)
}
