package runstate

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// accesses lists what must hold of how updates get at the area.
var accesses = []invariants.Invariant{
	{
		ID: "RS-I10", Title: "a store goes to a live page",
		Doc:   "Each store through a cached mapping goes to the frame that is behind the page now. Any other frame is somebody else's by now, and without a mapping the host crashes.",
		Refs:  []string{"58cd407ca4"},
		State: stateOf(livePage),
	},
	{
		ID: "RS-I11", Title: "schedule-out neither sleeps nor waits",
		Doc:   "In atomic context no page is brought, and no lock is waited for that a thread may hold which sleeps or has been scheduled out.",
		Refs:  []string{"fcb732d8f8", "bbe17c625d"},
		State: stateOf(atomicContext),
	},
	{
		ID: "RS-I12", Title: "no thread waits for itself",
		Doc:   "The threads that wait for locks, and those that have them or stand in front, make no cycle. A reader waits behind a writer that waits.",
		Refs:  []string{"310bc39546", "the thread"},
		State: stateOf(noDeadlock),
	},
}

func livePage(v view) error {
	switch v.s.Stray {
	case runstate.StrayPFN:
		return errors.New("a store went to a frame that is somebody else's")
	case runstate.StrayNil:
		return errors.New("a store went through a mapping that is not there")
	}
	return nil
}

func atomicContext(v view) error {
	if v.s.Slept {
		return errors.New("a thread in atomic context sleeps")
	}
	for i := range runstate.Notifier {
		switch t := &v.s.Task[i]; {
		case v.b.Atomic>>i&1 == 0:
		case t.Waits != runstate.NoLock:
			return fmt.Errorf("%s waits for a lock in atomic context", rsops.Thread.Format(i))
		case t.PC >= runstate.Refresh:
			return fmt.Errorf("%s refreshes a mapping in atomic context, which sleeps", rsops.Thread.Format(i))
		}
	}
	return nil
}

// noPageIn: nobody in atomic context has a page brought.
func noPageIn(was view, op model.Op, is view) error {
	who := actor(op)
	for p, frame := range is.s.PT {
		if was.s.PT[p] == 0 && frame != 0 && is.b.Atomic>>who&1 != 0 {
			return fmt.Errorf("%s has page %s brought in atomic context, which sleeps", rsops.Thread.Format(who), rsops.PageArg.Format(uint8(p)))
		}
	}
	return nil
}

func noDeadlock(v view) error {
	if cycle := model.Cycle(rsops.Waits(v.s)); cycle != nil {
		return errors.New("they wait for one another: " + model.WaitsText(cycle))
	}
	return nil
}
