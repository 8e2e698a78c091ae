package scenarios

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// The properties that every scenario asks, whatever else it is asked, in every
// design, beside those of the engine. They come last: where an invariant says
// more, it speaks first.
const (
	// ResultProperty: an operation's result is one that its table lists.
	ResultProperty = "result"
	// HangProperty: an operation ends, unless the scenario says that one may not.
	HangProperty = "hang"
	// DeadlockProperty: nobody waits in a circle, and where nothing can go on,
	// nobody waits. Only areas that say who waits are asked.
	DeadlockProperty = "deadlock"
)

// demands says of each of them, and of the engine's, what it demands.
var demands = []struct{ id, title string }{
	{checker.RefusalProperty, "an operation that is refused changes nothing"},
	{checker.DrainProperty, "tearing everything down comes to an end"},
	{ResultProperty, "an operation's result is one that its table lists"},
	{HangProperty, "an operation comes to an end"},
	{DeadlockProperty, "whoever waits can go on one day, in areas that say who waits"},
}

// AlwaysAsked lists the ids of what is asked of every scenario.
func AlwaysAsked() (ids []string) {
	for _, d := range demands {
		ids = append(ids, d.id)
	}
	return ids
}

// Always lists the ids of what is asked always beside some others.
func (s *Scenario) Always(ids []string) []string {
	return slices.DeleteFunc(AlwaysAsked(), func(id string) bool {
		return id == checker.DrainProperty && !drains(ids) || id == HangProperty && s.Hangs != "" || id == DeadlockProperty && !s.Config.CanWait()
	})
}

// drains tells whether states are drained: if an invariant asks for it, or if
// nothing is asked, not even a promise.
func drains(ids []string) bool {
	return len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool {
		inv, ok := invariants.ByID(id)
		return ok && (inv.WhileDraining || inv.Drained != nil)
	})
}

// always adds the properties that are asked always to those in list.
func (s *Scenario) always(c *model.Config, list []checker.Property[model.World, model.Op], drains bool) []checker.Property[model.World, model.Op] {
	list = append(list, checker.Property[model.World, model.Op]{ID: ResultProperty, WhileDraining: drains, Step: listed})
	if s.Hangs == "" {
		list = append(list, checker.Property[model.World, model.Op]{ID: HangProperty, WhileDraining: drains, Step: ends})
	}
	if c.CanWait() {
		list = append(list, deadlock(c))
	}
	return list
}

// deadlock tells of waits that never end.
func deadlock(c *model.Config) checker.Property[model.World, model.Op] {
	return checker.Property[model.World, model.Op]{
		ID: DeadlockProperty,
		State: func(w *model.World) error {
			if cycle := model.Cycle(c.Waits(w)); cycle != nil {
				return errors.New("they wait for one another: " + model.WaitsText(cycle))
			}
			return nil
		},
		Stuck: func(w *model.World) error {
			if list := c.Waits(w); len(list) > 0 {
				return errors.New("nothing can go on, and " + model.WaitsText(list))
			}
			return nil
		},
	}
}

// listed leaves it to ends to say that an operation never returns, and to the
// areas' own invariants that the host crashed, which no table lists.
func listed(_ *model.World, op model.Op, out checker.Outcome, _ *model.World) error {
	code := errno.Errno(out.Code)
	if op.Spec().Lists(code) || code == errno.Hang || code == errno.HostCrash {
		return nil
	}
	return fmt.Errorf("%s answered %v, which is not among its results", op.Spec().Name, code)
}

func ends(_ *model.World, op model.Op, out checker.Outcome, _ *model.World) error {
	if errno.Errno(out.Code) != errno.Hang {
		return nil
	}
	return errors.New(op.Spec().Name + " never returns")
}

// Demand is what a property demands, in one line: an invariant's title or a
// promise's, or that of a property which is asked always; empty if there is
// none with that id.
func Demand(id string) string {
	if inv, ok := invariants.ByID(id); ok {
		return inv.Title
	}
	if p, ok := invariants.PromiseByID(id); ok {
		return p.Title
	}
	for _, d := range demands {
		if d.id == id {
			return d.title
		}
	}
	return ""
}
