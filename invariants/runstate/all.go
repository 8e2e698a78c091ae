// Package runstate holds the invariants and promises of the shared runstate
// area.
package runstate

import (
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// All lists the invariants in the order in which they are asked.
var All = slices.Concat(copies, records, accesses, threads, events, frames, []invariants.Invariant{
	invariants.Contract("RS-R1", rsops.Area),
	invariants.Effects("RS-R2", rsops.Area),
}, claims)

// view is what an invariant looks at.
type view struct {
	c *rsops.Config
	s *runstate.State
	b *ledger.Book
}

func of(c *model.Config, w *model.World) view {
	return view{rsops.Conf(c), rsops.Of(w), rsops.Book(w)}
}

// quiet tells whether no thread is in the middle of an update.
func (v view) quiet() bool {
	return rsview.Quiet(v.s)
}

// stateOf makes a formula about a state one of the model's.
func stateOf(f func(v view) error) func(*model.Config, *model.World) error {
	return func(c *model.Config, w *model.World) error { return f(of(c, w)) }
}

// stepOf makes a formula about a step of the area that was made one of the model's.
func stepOf(f func(was view, op model.Op, is view) error) func(*invariants.Probe, *model.World, model.Op, model.Answer, *model.World) error {
	return func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
		if a.Refused || op.Spec().Area() != rsops.Area {
			return nil
		}
		return f(of(p.Config(), before), op, of(p.Config(), after))
	}
}
