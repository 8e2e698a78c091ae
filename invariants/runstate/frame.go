package runstate

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// frames lists what operations leave alone.
var frames = []invariants.Invariant{
	{
		ID: "RS-I19", Title: "what an operation is not about stays",
		Doc:  "Each part of the machine changes by the operations that are about it, and by no other: the clocks, the record, what a reader has, memory, memslots, frames, mappings, registrations, event channels, the guest's width and wishes, and other threads. The clocks go on by what the operation says, and each operation counts as one of its class.",
		Refs: []string{"hvcheck explain OPERATION"},
		Step: stepOf(leftAlone),
	},
}

// Sets of operations.
var (
	changes  = []*model.Spec{rsops.Change, rsops.HostStep}
	ofCaches = []*model.Spec{rsops.Change, rsops.HostStep, rsops.Adjust, rsops.SetAddress, rsops.Invalidate}
	ofEvents = []*model.Spec{rsops.Change, rsops.SetShared, rsops.SetVCPU, rsops.SendEvent, rsops.SetWidth}
	ofFrames = slices.Concat(ofCaches, ofEvents)
	writes   = []*model.Spec{rsops.Change, rsops.HostStep, rsops.Adjust, rsops.SetAddress, rsops.RegisterHandle, rsops.RegisterPhys, rsops.SetMode}
)

var parts = []invariants.Frame[runstate.State]{
	part("the clock", func(a, b *runstate.State) bool { return a.Now == b.Now }, rsops.Change, rsops.HostWait),
	part("run_delay", func(a, b *runstate.State) bool { return a.RunDelay == b.RunDelay }, rsops.HostWait, rsops.Move),
	part("run_delay of the other thread", func(a, b *runstate.State) bool { return a.Other == b.Other }, rsops.Move),
	part("the record", func(a, b *runstate.State) bool { return a.Rec == b.Rec }, append(changes, rsops.SetData, rsops.Adjust, rsops.Move)...),
	part("what a reader has", func(a, b *runstate.State) bool { return a.Read == b.Read }, rsops.GuestRead, rsops.SoftReset),
	part("memory", func(a, b *runstate.State) bool { return a.Mem == b.Mem }, writes...),
	part("memslots", func(a, b *runstate.State) bool { return a.Slot == b.Slot && a.Gen == b.Gen }, rsops.SetSlot),
	part("invalidations", func(a, b *runstate.State) bool { return a.Active == b.Active && a.Late == b.Late && a.Seq == b.Seq }, rsops.Invalidate, rsops.HostStep),
	part("the pages' frames", func(a, b *runstate.State) bool { return a.PT == b.PT && a.Last == b.Last }, ofFrames...),
	part("cached mappings", func(a, b *runstate.State) bool { return a.C == b.C }, ofCaches...),
	part("the guest's width", func(a, b *runstate.State) bool { return a.Layout == b.Layout }, rsops.SetWidth),
	part("whether the guest wants the flag", func(a, b *runstate.State) bool { return a.FlagOn == b.FlagOn }, rsops.SetFlag),
	part("what is registered with Xen", func(a, b *runstate.State) bool {
		return a.Handle == b.Handle && a.Phys == b.Phys && a.At == b.At && a.Narrow == b.Narrow
	}, rsops.RegisterHandle, rsops.RegisterPhys, rsops.SoftReset),
	part("whether an update is to be repeated", func(a, b *runstate.State) bool { return a.Pending == b.Pending }, append(changes, rsops.SetMode)...),
	part("the guest's mode", func(a, b *runstate.State) bool { return a.User == b.User }, rsops.SetMode),
	part("event words", func(a, b *runstate.State) bool { return a.Ev.Page == b.Ev.Page }, append(ofEvents, rsops.MaskEvent, rsops.HandleEvents)...),
	part("what KVM has for events", func(a, b *runstate.State) bool { return a.Ev.Kept == b.Ev.Kept && a.Ev.Link == b.Ev.Link }, append(ofEvents, rsops.Invalidate)...),
	part("where the guest has shared_info", func(a, b *runstate.State) bool {
		return a.Ev.Guest[runstate.SharedInfo] == b.Ev.Guest[runstate.SharedInfo]
	}, rsops.SetShared),
	part("where the guest has vcpu_info", func(a, b *runstate.State) bool {
		return a.Ev.Guest[runstate.VCPUInfo] == b.Ev.Guest[runstate.VCPUInfo]
	}, rsops.SetVCPU),
	part("the guest's page tables", func(a, b *runstate.State) bool { return a.Unmapped == b.Unmapped }, rsops.GuestMap),
}

var part = invariants.Part[runstate.State]

func leftAlone(was view, op model.Op, is view) error {
	if what := invariants.Changed(parts, op, was.s, is.s); what != "" {
		return fmt.Errorf("%s is not about %s, which changed", op.Spec().Name, what)
	}
	who := actor(op)
	for i := range is.s.Task {
		if uint8(i) != who && was.s.Task[i] != is.s.Task[i] {
			return fmt.Errorf("%s is none of thread %s, which changed", op.Spec().Name, rsops.Thread.Format(uint8(i)))
		}
	}
	if now, delay := clocks(was, op); is.s.Now != now || is.s.RunDelay != delay {
		return fmt.Errorf("the clocks are %#x and %#x, and not %#x and %#x", is.s.Now, is.s.RunDelay, now, delay)
	}
	got := uint64(0)
	if op.Spec() == rsops.Get {
		got = was.b.Want.Entry
	}
	if is.s.Got&^runstate.Update != got {
		return fmt.Errorf("the entry time that is told is %#x, and not %#x", is.s.Got, got)
	}
	if is.s.Pending && !was.s.Pending && !was.s.User {
		return errors.New("an update is to be repeated, and the guest is not in user mode")
	}
	return counted(was, op, is)
}

// actor is the thread that makes an operation, or none.
func actor(op model.Op) uint8 {
	switch op.Spec() {
	case rsops.Change, rsops.HostStep:
		return op.Arg[0]
	case rsops.Invalidate:
		return runstate.Notifier
	case rsops.Adjust, rsops.SetAddress, rsops.RegisterHandle, rsops.RegisterPhys, rsops.SetMode:
		return runstate.H0
	}
	return runstate.NumThreads
}

// clocks are what they are to be.
func clocks(was view, op model.Op) (now, delay uint64) {
	now, delay = was.s.Now, was.s.RunDelay
	switch op.Spec() {
	case rsops.HostWait:
		return now + was.c.Unit, delay + was.c.Unit
	case rsops.Move:
		return now, was.s.Other
	case rsops.Change:
		switch runstate.Clock(op.Arg[2]) {
		case runstate.Ahead:
			now += was.c.Unit
		case runstate.Back:
			now -= was.c.Unit
		}
	}
	return now, delay
}

// classes are those of which an operation counts as one.
var classes = map[*model.Spec]runstate.Budget{
	rsops.Change: runstate.Changes, rsops.HostWait: runstate.Delays, rsops.Move: runstate.Delays, rsops.Get: runstate.Gets, rsops.SetData: runstate.Sets, rsops.Adjust: runstate.Sets,
	rsops.SetAddress: runstate.Registrations, rsops.RegisterHandle: runstate.Registrations, rsops.RegisterPhys: runstate.Registrations, rsops.SoftReset: runstate.Registrations,
	rsops.SetWidth: runstate.Switches, rsops.SetFlag: runstate.Switches, rsops.GuestRead: runstate.Reads,
	rsops.SetShared: runstate.Registrations, rsops.SetVCPU: runstate.Registrations, rsops.SendEvent: runstate.Sends, rsops.MaskEvent: runstate.Acts, rsops.HandleEvents: runstate.Acts,
	rsops.Invalidate: runstate.Evictions, rsops.SetSlot: runstate.SlotChanges, rsops.SetMode: runstate.Modes, rsops.GuestMap: runstate.Modes,
}

// class is by kind: NumBudgets is none.
var class = func() (list [256]runstate.Budget) {
	for i := range list {
		list[i] = runstate.NumBudgets
	}
	for s, b := range classes {
		list[s.Kind()] = b
	}
	return list
}()

// counted tells whether the operation counts as one of its class, and of no other.
func counted(was view, op model.Op, is view) error {
	for b := range runstate.NumBudgets {
		spent := class[op.Kind] == b && !(b == runstate.Reads && was.s.Read.Step != 0) ||
			b == runstate.Backs && op.Spec() == rsops.Change && op.Arg[2] != uint8(runstate.Ahead)
		want := was.s.Left[b]
		if spent && want != runstate.Unlimited {
			want--
		}
		if is.s.Left[b] != want {
			return fmt.Errorf("of %s %d are left, and not %d", runstate.Budgets[b].Name, is.s.Left[b], want)
		}
	}
	return nil
}
