package runstate_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
)

// Operations of the examples about events. Port 1 is in the first word.
var (
	sends = rsops.SendEvent.Of(1)
	runs  = rsops.Change.Of(runstate.H0, runstate.Running, 0)
)

const portOne ledger.Ports = 1 << 1

// known has shared_info in page A and vcpu_info in page B, by the books, and then more.
func known(f func(s *runstate.State, e *ledger.Events)) func(s *runstate.State, b *ledger.Book) {
	return func(s *runstate.State, b *ledger.Book) {
		b.Ev.Place = [runstate.NumLinks]runstate.Place{1, 2}
		f(s, &b.Ev)
	}
}

// pend makes port 1 pending in page A.
func pend(s *runstate.State) { s.Ev.Page[0].Bytes[0] |= 1 << 1 }

// told has page B tell of its word.
func told(s *runstate.State) { s.Ev.Page[1].Sel, s.Ev.Page[1].Upcall = 1, 1 }

var eventStates = []invariantstest.Example{
	{ID: "RS-I27", Name: "pending by itself", Violated: violated, Set: both(known(func(s *runstate.State, _ *ledger.Events) { pend(s) }))},
	{ID: "RS-I27", Name: "sent and not pending", Violated: violated, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Had = portOne }))},
	{ID: "RS-I27", Name: "sent and pending", Violated: holds, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Had = portOne; pend(s) }))},
	{ID: "RS-I27", Name: "masked by itself", Violated: violated, Set: both(known(func(s *runstate.State, _ *ledger.Events) { s.Ev.Page[0].Bytes[7] = 1 << 1 }))},
	{ID: "RS-I27", Name: "the mask of the other width", Violated: holds, Set: both(known(func(s *runstate.State, e *ledger.Events) { s.Ev.Page[0].Bytes[5] = 1 << 7 }))},
	{ID: "RS-I27", Name: "its page could not be reached", Violated: holds, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Blind = true; pend(s) }))},
	{ID: "RS-I27", Name: "in a page that is none", Violated: holds, Set: on(pend)},
}

var eventSteps = []invariantstest.Example{
	{ID: "RS-I25", Name: "no shared_info", Violated: violated, Op: sends, After: on(pend)},
	{ID: "RS-I25", Name: "shared_info", Violated: holds, Op: sends, Set: both(known(func(*runstate.State, *ledger.Events) {})), After: on(pend)},
	{ID: "RS-I25", Name: "a wall clock elsewhere", Violated: violated, Op: sends, Set: both(known(func(*runstate.State, *ledger.Events) {})), After: on(func(s *runstate.State) { s.Ev.Page[1].Wall[0]++ })},
	{ID: "RS-I25", Name: "no vcpu_info", Violated: violated, Op: runs, After: on(told)},
	{ID: "RS-I25", Name: "a selector of 32 bits in shared_info", Violated: violated, Op: runs, Set: both(known(func(*runstate.State, *ledger.Events) {})), After: on(func(s *runstate.State) { s.Ev.Page[0].Sel32 = 1 })},

	{ID: "RS-I26", Name: "nobody tells", Violated: violated, Op: runs, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Sent = portOne; pend(s) }))},
	{ID: "RS-I26", Name: "no upcall", Violated: violated, Op: runs, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Sent = portOne; pend(s); s.Ev.Page[1].Sel = 1 }))},
	{ID: "RS-I26", Name: "in the other width", Violated: violated, Op: runs, Set: both(known(func(s *runstate.State, e *ledger.Events) {
		e.Sent = portOne
		pend(s)
		s.Ev.Page[1].Sel32, s.Ev.Page[1].Upcall = 1, 1
	}))},
	{ID: "RS-I26", Name: "told", Violated: holds, Op: runs, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Sent = portOne; pend(s); told(s) }))},
	{ID: "RS-I26", Name: "masked", Violated: holds, Op: runs, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Sent, e.Masked = portOne, portOne }))},
	{ID: "RS-I26", Name: "no memory", Violated: holds, Op: runs, Set: both(known(func(s *runstate.State, e *ledger.Events) { e.Sent, s.Slot[1] = portOne, runstate.SlotNone }))},
	{ID: "RS-I26", Name: "it does not run", Violated: holds, Op: changes, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Sent = portOne }))},

	{ID: "RS-I28", Name: "was pending", Violated: violated, Op: sends, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Had = portOne })), After: on(told)},
	{ID: "RS-I28", Name: "masked, and kept", Violated: violated, Op: sends, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Masked = portOne })), After: on(func(s *runstate.State) { s.Ev.Kept = 1 })},
	{ID: "RS-I28", Name: "another word", Violated: violated, Op: sends, Set: both(known(func(*runstate.State, *ledger.Events) {})), After: on(func(s *runstate.State) { told(s); s.Ev.Page[1].Sel = 3 })},
	{ID: "RS-I28", Name: "its word", Violated: holds, Op: sends, Set: both(known(func(*runstate.State, *ledger.Events) {})), After: on(told)},
}

var eventWidths = []invariantstest.Example{
	{ID: "RS-I28", Name: "the selector of the other width", Violated: violated, Op: widens, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Had = portOne })), After: on(func(s *runstate.State) { s.Ev.Page[1].Sel32 = 1 })},
	{ID: "RS-I28", Name: "kept, and masked", Violated: violated, Op: widens, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Had, e.Masked = portOne, portOne })), After: on(func(s *runstate.State) { s.Ev.Kept = 1 })},
	{ID: "RS-I28", Name: "told anew", Violated: holds, Op: widens, Set: both(known(func(_ *runstate.State, e *ledger.Events) { e.Had = portOne })), After: on(told)},
}

// widens is a change of the width to the one that the guest has.
var widens = rsops.SetWidth.Of(0)
