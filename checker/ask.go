package checker

import (
	"errors"
	"fmt"
	"slices"
)

// The properties that the engine asks of every system by itself. A Fault names
// them like any other.
const (
	// RefusalProperty: an operation that is refused changes nothing.
	RefusalProperty = "refusal"
	// DrainProperty: a drain ends.
	DrainProperty = "drain"
	// StartProperty: the start state that a story begins with exists.
	StartProperty = "start"
)

// maxDrain is how many steps a drain may take.
const maxDrain = 10_000

// A violation is what a property has to say, and where in a drain.
type violation struct {
	property string
	err      error
	inDrain  bool
}

// An asker asks the properties of a system at their moments.
type asker[S, O comparable] struct {
	model    Model[S, O]
	drainer  Drainer[S, O] // nil unless a property wants drains
	props    []Property[S, O]
	step     []func(*S, O, Outcome, *S) error
	ends     []*Property[S, O] // that ask about states which no operation changes
	refusals bool              // whether RefusalProperty counts
	drains   bool              // whether DrainProperty counts
	window   window[S]
	trail    []O // the operations of the latest drain
	longest  int // steps of any drain
	// before, rest and mark are scratch states of drains, trial is one of dead ends.
	before, rest, mark, trial S
}

// newAsker asks the properties with the given ids, or all of them.
func newAsker[S, O comparable](sys System[S, O], ids []string) *asker[S, O] {
	wanted := func(id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }
	a := &asker[S, O]{model: sys.Model, refusals: wanted(RefusalProperty), drains: wanted(DrainProperty), window: newWindow(sys.Model)}
	a.before, a.rest, a.mark, a.trial = a.window.base, a.window.base, a.window.base, a.window.base
	drain := len(ids) > 0 && a.drains && slices.ContainsFunc(sys.Properties, wantsDrain)
	for _, p := range sys.Properties {
		if wanted(p.ID) {
			a.ask(p)
			drain = drain || wantsDrain(p)
		}
	}
	if drain {
		a.drainer, _ = sys.Model.(Drainer[S, O])
	}
	return a
}

func (a *asker[S, O]) ask(p Property[S, O]) {
	a.props = append(a.props, p)
	if p.Step != nil {
		a.step = append(a.step, p.Step)
	}
	if p.Stuck != nil {
		a.ends = append(a.ends, &p)
	}
}

func wantsDrain[S, O comparable](p Property[S, O]) bool {
	return p.Drained != nil || p.WhileDraining
}

// validate refuses a system whose faults could not be told apart.
func validate[S, O comparable](sys System[S, O]) error {
	seen := map[string]bool{"": true, RefusalProperty: true, DrainProperty: true, StartProperty: true}
	for _, p := range sys.Properties {
		if seen[p.ID] {
			return fmt.Errorf("property id %q is empty, reserved or used twice", p.ID)
		}
		seen[p.ID] = true
	}
	if err := validateResponses(sys.Responses, seen); err != nil {
		return err
	}
	if sys.Model == nil {
		return errors.New("the system has no model")
	}
	if err := CheckFlat[S](); err != nil {
		return err
	}
	if _, err := spansOf(sys.Model); err != nil {
		return err
	}
	w := newWindow(sys.Model)
	return w.validateStarts(sys.Model.Init())
}

// mind panics if the model has changed a state, or one that was drained,
// outside of its spans.
func (a *asker[S, O]) mind(states ...*S) {
	for _, s := range states {
		a.window.mind(s)
	}
	a.window.mind(&a.rest)
}

// stepHolds asks the step properties in order.
func (a *asker[S, O]) stepHolds(before *S, op O, out Outcome, after *S) bool {
	for _, holds := range a.step {
		if holds(before, op, out, after) != nil {
			return false
		}
	}
	return true
}

// finding is a violation with its place. In a drain, that was the latest one.
func (a *asker[S, O]) finding(o origin, v *violation) *finding[O] {
	f := &finding[O]{origin: o, property: v.property, detail: v.err.Error()}
	if v.inDrain {
		f.drain = slices.Clone(a.trail)
	}
	return f
}

// state is the first violation in a state by itself.
func (a *asker[S, O]) state(s *S) *violation {
	for i := range a.props {
		if v := a.props[i].atState(s); v != nil {
			return v
		}
	}
	return nil
}

// first is the first violation, in the order of the properties, of a step. The
// states may be the same, and then only the step is asked about.
func (a *asker[S, O]) first(before *S, op O, out Outcome, after *S) *violation {
	changed := !a.window.same(before, after)
	if v := a.refusal(before, out, after); v != nil {
		return v
	}
	for _, p := range a.props {
		if v := p.atStep(before, op, out, after); v != nil {
			return v
		}
		if !changed {
			continue
		}
		if v := p.atState(after); v != nil {
			return v
		}
	}
	return nil
}

func (a *asker[S, O]) refusal(before *S, out Outcome, after *S) *violation {
	if !a.refusals || !out.Refused || a.window.same(before, after) {
		return nil
	}
	where := firstDifference(before, after)
	return &violation{property: RefusalProperty, err: fmt.Errorf("refused with %d, yet changed the state at %s", out.Code, where)}
}

func (p *Property[S, O]) atStep(before *S, op O, out Outcome, after *S) *violation {
	if p.Step == nil {
		return nil
	}
	return p.violated(p.Step(before, op, out, after))
}

func (p *Property[S, O]) atState(s *S) *violation {
	if p.State == nil {
		return nil
	}
	return p.violated(p.State(s))
}

func (p *Property[S, O]) atRest(s *S) *violation {
	if p.Drained == nil {
		return nil
	}
	return p.violated(p.Drained(s))
}

func (p *Property[S, O]) violated(err error) *violation {
	if err == nil {
		return nil
	}
	return &violation{property: p.ID, err: err}
}
