package runstate

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// records lists what must hold of the record.
var records = []invariants.Invariant{
	{
		ID: "RS-I3", Title: "the record adds up",
		Doc:   "The times in the record make up the time from the vCPU's beginning, or from what the VMM has set, to the entry time. Sums are modulo 2 to the 64.",
		Refs:  []string{"xen/include/public/vcpu.h"},
		State: stateOf(recordAddsUp),
	},
	{
		ID: "RS-I13", Title: "times grow, by what has passed, where they should",
		Doc:  "No time of the record goes down, nor does the time that the guest was not served; a change adds at most what has passed since the last one, to the state that is left, or to runnable if that was running. What the VMM sets is its own affair.",
		Refs: []string{"36a8520064", "5e25f5db6a", "9fde610c7b"},
		Step: stepOf(monotone),
	},
	{
		ID: "RS-I17", Title: "the record is what the calls have made of it",
		Doc:   "State, entry time and times are those that follow from the calls, the clock and the time spent waiting for a CPU.",
		Refs:  []string{"xen/include/public/vcpu.h", "36a8520064"},
		State: stateOf(asBooked),
	},
	{
		ID: "RS-I18", Title: "an update that may sleep is not lost",
		Doc:   "When no update is in progress, the area has what the last update by somebody who may sleep had to leave there, or something later: unless a page had no memory that can be written, or was not mapped by the guest, when it ended. A PV guest in user mode gets it when it is in kernel mode again.",
		Refs:  []string{"bbe17c625d", "231d7f4098", "5ec3289b31"},
		State: stateOf(owed),
	},
}

// owed: what the last update owed has come, once nobody writes.
func owed(v view) error {
	if v.b.Due && v.quiet() && !v.s.User {
		return errors.New("nobody writes, and the area is not up to date although whoever wrote it last could")
	}
	return nil
}

func recordAddsUp(v view) error {
	want, got := v.b.Want.Entry-ledger.Sum(v.b.Want.Time), v.s.Rec.Entry-ledger.Sum(v.s.Rec.Time)
	if v.s.Rec.Entry&runstate.Update == 0 && want != got {
		return fmt.Errorf("the times make up %#x, the entry time is %#x", ledger.Sum(v.s.Rec.Time), v.s.Rec.Entry)
	}
	return nil
}

func monotone(was view, op model.Op, is view) error {
	if r, ok := accepted(was, op); ok {
		if steal := r.Time[runstate.Runnable] + r.Time[runstate.Offline]; steal < was.b.Steal {
			return fmt.Errorf("the guest sees steal go from %#x down to %#x", was.b.Steal, steal)
		}
	}
	if is.b.Set {
		return nil
	}
	left := was.b.Want.State
	if was.b.Want.Entry == 0 && !rsview.Xen(&was.c.Config) {
		left = uint64(runstate.Offline)
	}
	var added uint64
	for i := range was.s.Rec.Time {
		d := is.s.Rec.Time[i] - was.s.Rec.Time[i]
		added += d
		switch {
		case int64(d) < 0:
			return fmt.Errorf("time %d goes from %#x down to %#x", i, was.s.Rec.Time[i], is.s.Rec.Time[i])
		case d > 0 && uint64(i) != left && !(left == uint64(runstate.Running) && i == int(runstate.Runnable)):
			return fmt.Errorf("time %d grows by %#x while the vCPU was in state %d", i, d, left)
		}
	}
	if passed := max(int64(is.s.Now-was.b.Want.Entry), 0); added > uint64(passed) {
		return fmt.Errorf("%#x is added, and %#x has passed", added, passed)
	}
	return nil
}

func asBooked(v view) error {
	w, r := v.b.Want, v.s.Rec
	if w.Entry == r.Entry&^runstate.Update && w.Time == r.Time && w.State == r.State && w.LastSteal == r.LastSteal {
		return nil
	}
	return fmt.Errorf("the record is state %d since %#x with times %#x, steal up to %#x; the calls make it state %d since %#x with times %#x, steal up to %#x",
		r.State, r.Entry, r.Time, r.LastSteal, w.State, w.Entry, w.Time, w.LastSteal)
}

// Promises lists what is promised about runs without an end.
var Promises = []invariants.Response{{
	ID: "RS-L1", Title: "the area is up to date after a schedule-in",
	Doc:  "An update by whoever may sleep, of an area whose pages have memory that can be written, leaves the record in it; so a schedule-in repairs what a schedule-out had to skip. A PV guest in user mode gets it when it is in kernel mode again. Pages that have no memory that can be written, or are not mapped by the guest, may keep it waiting.",
	Refs: []string{"bbe17c625d", "231d7f4098", "the thread"},
	From: func(c *model.Config, w *model.World) bool { return of(c, w).b.Due },
	To:   func(c *model.Config, w *model.World) bool { return !of(c, w).b.Due },
	Suspended: func(c *model.Config, w *model.World) bool {
		v := of(c, w)
		return v.s.User || !rsview.Reachable(v.s, v.b.At, v.b.Len())
	},
	Fair: []invariants.Fair{
		threadGoesOn("h0", runstate.H0), threadGoesOn("h1", runstate.H1), threadGoesOn("h2", runstate.H2), threadGoesOn("n", runstate.Notifier),
	},
}}

// threadGoesOn: a thread that can go on does.
func threadGoesOn(name string, thread uint8) invariants.Fair {
	return invariants.Fair{
		ID: name, Doc: "thread " + name + " goes on with what it is in the middle of",
		Of: func(op model.Op) bool { return op.Spec() == rsops.HostStep && op.Arg[0] == thread },
	}
}
