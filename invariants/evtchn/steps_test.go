package evtchn_test

import (
	"hvcheck/invariants/invariantstest"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/evtchn/ledger"
)

// Operations of the examples.
var (
	bindIPI   = evops.BindIPI.Of(evtchn.VCPU0, 0)
	resets    = evops.ResetEvents.Of(evtchn.VCPU0, 0)
	takeover  = evops.KernelJump.Of(evtchn.VCPU0)
	starts    = evops.KernelStart.Of(evtchn.VCPU0)
	asks      = evops.QueryOffer.Of(evtchn.VCPU0)
	hidden    = evtchn.Config{Offer: evtchn.V5}
	permitted = evtchn.Config{Offer: evtchn.V6}
	third     = evtchn.Config{Offer: evtchn.V5, Third: true}
)

// upcall is a step that a handler takes.
var upcall = evops.GuestStep.Of(0)

// back2L has the domain in the 2-level ABI, with nothing left.
func back2L(s *evtchn.State) {
	*s = evtchn.State{Ops: evtchn.TwoLevel}
}

// today is today's reset, which leaves words behind.
func today() (c evtchn.Config) {
	c.On[evtchn.AsIs1] = true
	return c
}

var steps = []invariantstest.Example{
	{ID: "EV-R1", Name: "a call that is legal is refused", Violated: violated, Op: bindIPI, Code: errno.EBUSY},
	{ID: "EV-R1", Name: "it cannot be made", Violated: violated, Op: bindIPI, Code: errno.NotRunning},
	{ID: "EV-R1", Name: "a wrong error", Violated: violated, Op: evops.BindIPI.Of(evtchn.VCPU0, 2), Code: errno.ENOSPC},
	{ID: "EV-R1", Name: "a call that is not legal succeeds", Violated: violated, Op: evops.BindIPI.Of(evtchn.VCPU0, 2)},
	{ID: "EV-R1", Name: "the right error", Violated: holds, Op: evops.BindIPI.Of(evtchn.VCPU0, 2), Does: true, Code: errno.ENOENT},
	{ID: "EV-R1", Name: "another design's error", Violated: holds, Config: design(hidden), Op: asks, Does: true, Set: on(func(s *evtchn.State) {
		*s.Running(), s.Host = evtchn.Kernel{}, evtchn.SetOf(evtchn.TwoLevel)
	})},

	{ID: "EV-R2", Name: "nothing was bound", Violated: violated, Op: bindIPI},
	{ID: "EV-R2", Name: "it was", Violated: holds, Op: bindIPI, Does: true},

	{ID: "EV-I25", Name: "another port moves", Violated: violated, Op: bindIPI, After: on(func(s *evtchn.State) { port(s, 1).Notify = 1 })},
	{ID: "EV-I25", Name: "another vCPU goes down", Violated: violated, Op: bindIPI, After: on(func(s *evtchn.State) { s.VCPU[1].Down = true })},
	{ID: "EV-I25", Name: "a bind pauses the domain", Violated: violated, Op: bindIPI, After: on(func(s *evtchn.State) { s.Paused = true })},
	{ID: "EV-I25", Name: "a bind binds", Violated: holds, Op: bindIPI, Does: true},

	{ID: "EV-I23", Name: "a port of Xen's goes", Violated: violated, Op: resets, Set: on(func(s *evtchn.State) { port(s, 3).Consumer = true }), After: on(func(s *evtchn.State) { port(s, 3).Consumer = false })},
	{ID: "EV-I23", Name: "a port of the backend's goes", Violated: violated, Op: resets, After: on(func(s *evtchn.State) { peer(s, 1).State = evtchn.Free })},
	{ID: "EV-I23", Name: "it waits again", Violated: holds, Op: resets, After: on(func(s *evtchn.State) { peer(s, 1).State = evtchn.Unbound })},

	{ID: "EV-I8", Name: "taken from the wrong queue", Violated: violated, Op: upcall, After: book(func(b *ledger.Book) { b.Wrong = ledger.WrongQueue })},
	{ID: "EV-I8", Name: "bound with the last owner's priority", Violated: violated, Op: bindIPI, After: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.IPI, Prio: 0})
	})},
	{ID: "EV-I8", Name: "with the default one", Violated: holds, Op: bindIPI, After: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.IPI, Prio: evtchn.DefaultPrio})
	})},
	{ID: "EV-I8", Name: "the 2-level ABI has none", Violated: holds, Start: twoLevel, Op: bindIPI, After: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.IPI})
	})},
	{ID: "EV-I8", Name: "the priority of a port that was bound before", Violated: holds, Op: bindIPI, Set: on(func(s *evtchn.State) { port(s, 1).Prio = 0 })},

	{ID: "EV-I14", Name: "a bucket goes", Violated: violated, Op: resets, After: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid = 2 })},
	{ID: "EV-I14", Name: "the backend's", Violated: violated, Op: resets, After: on(func(s *evtchn.State) { s.Dom[evtchn.Backend].Valid = 2 })},
	{ID: "EV-I14", Name: "the domain is being destroyed", Violated: holds, Op: resets, After: on(func(s *evtchn.State) {
		s.Dom[evtchn.Guest].Valid, s.Dom[evtchn.Guest].Dying = 2, true
	})},
	{ID: "EV-I14", Name: "one more bucket", Violated: holds, Op: bindIPI, After: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid += evtchn.PerWord })},

	{ID: "EV-I17", Name: "0, and the ABI is FIFO", Violated: violated, Op: resets},
	{ID: "EV-I17", Name: "0, and a port is bound", Violated: violated, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		port(s, 2).State = evtchn.VIRQ
	})},
	{ID: "EV-I17", Name: "0, and a port is Xen's", Violated: holds, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		*port(s, 2) = evtchn.Port{State: evtchn.Unbound, Consumer: true}
	})},
	{ID: "EV-I17", Name: "-EAGAIN, and the ABI has changed", Violated: violated, Op: resets, Code: errno.EAGAIN, After: on(func(s *evtchn.State) { s.Ops = evtchn.TwoLevel })},
	{ID: "EV-I17", Name: "-EAGAIN, and it has not", Violated: holds, Op: resets, Code: errno.EAGAIN},
	{ID: "EV-I17", Name: "a reset step by step has only begun", Violated: holds, Op: resets, After: on(func(s *evtchn.State) {
		s.Task[0] = evtchn.Task{PC: evtchn.R2, Port: 1}
	})},
	{ID: "EV-I17", Name: "its last step", Violated: violated, Op: evops.XenStep.Of(evtchn.VCPU0, 0), Set: on(func(s *evtchn.State) {
		s.Task[0] = evtchn.Task{PC: evtchn.R3}
	}), After: on(func(s *evtchn.State) { s.Task[0] = evtchn.Task{} })},
	{ID: "EV-I17", Name: "as the model does it", Violated: holds, Op: resets, Does: true},

	{ID: "EV-I18", Name: "a mask bit is left", Violated: violated, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		s.Mask = 1 << 3
	})},
	{ID: "EV-I18", Name: "a selector is left", Violated: violated, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		s.VCPU[1].Sel = 1
	})},
	{ID: "EV-I18", Name: "a saved event is left", Violated: violated, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		port(s, 2).Saved = true
	})},
	{ID: "EV-I18", Name: "priorities are left", Violated: holds, Op: resets, After: on(func(s *evtchn.State) {
		back2L(s)
		port(s, 2).Lastq = 1
	})},
	{ID: "EV-I18", Name: "as today's code does it", Violated: violated, Config: design(today()), Op: resets, Does: true,
		Set: on(func(s *evtchn.State) { s.VCPU[0].Sel = 1 })},
	{ID: "EV-I18", Name: "as it should be", Violated: holds, Op: resets, Does: true,
		Set: on(func(s *evtchn.State) { s.VCPU[0].Sel, s.VCPU[0].Flag, s.Pending = 1, true, 2 })},

	{ID: "EV-I20", Name: "an error, and the port is counted", Violated: violated, Op: bindIPI, Code: errno.ENOSPC, After: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Active++ })},
	{ID: "EV-I20", Name: "an error, and a bucket stays", Violated: holds, Op: bindIPI, Code: errno.EPERM, After: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid += 2 })},
	{ID: "EV-I20", Name: "a reset that is preempted", Violated: holds, Op: evops.ResetEvents.Of(evtchn.VCPU0, 2), Code: errno.ERESTART, Checks: 2, After: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Next = 2 })},
	{ID: "EV-I20", Name: "the toolstack begins the reset again", Violated: violated, Op: evops.ToolstackStep.Of(1), Code: errno.ERESTART, Checks: 1, After: on(func(s *evtchn.State) { s.Control = 1 })},
	{ID: "EV-I20", Name: "the toolstack goes on with it", Violated: holds, Op: evops.ToolstackStep.Of(1), Code: errno.ERESTART, Checks: 1, After: on(func(s *evtchn.State) { s.Control = 2 })},

	{ID: "EV-I20", Name: "it gives way before work is pending", Violated: violated, Op: evops.ResetEvents.Of(evtchn.VCPU0, 2), Code: errno.ERESTART, Checks: 1},

	{ID: "EV-P4", Name: "a reset that ends in FIFO", Violated: violated, Start: twoLevel, Op: resets, After: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
	{ID: "EV-P4", Name: "an init_control that fails, and changes it", Violated: violated, Start: twoLevel, Op: starts, Code: errno.EINVAL,
		After: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
	{ID: "EV-P4", Name: "an init_control", Violated: holds, Start: twoLevel, Op: evops.InitControl.Of(0, 0, 0, 0), Does: true},

	{ID: "EV-P6", Name: "the hand-over ends in 2L", Violated: violated, Start: jumps, Op: takeover, Does: true},
	{ID: "EV-P6", Name: "nobody resets", Violated: holds, Start: jumps, Config: design(evtchn.Config{Handover: evtchn.V1}), Op: takeover, Does: true},

	{ID: "EV-P14", Name: "refused, and it has no ABI", Violated: violated, Start: unstarted, Config: design(hidden), Op: starts, Code: errno.ENOSYS},
	{ID: "EV-P14", Name: "refused, and it uses 2L", Violated: holds, Start: unstarted, Config: design(hidden), Op: starts, Does: true},
	{ID: "EV-P14", Name: "refused, although it is offered", Violated: holds, Start: unstarted, Op: starts, Code: errno.EINVAL},

	{ID: "EV-P15", Name: "a kernel that falls back for -ENOSYS only", Violated: violated, Start: unstarted, Op: starts, Does: true,
		Config: design(evtchn.Config{Offer: evtchn.V6, Reaction: evtchn.ReactStrict})},
	{ID: "EV-P15", Name: "one that falls back for any error", Violated: holds, Start: unstarted, Config: design(permitted), Op: starts, Does: true},

	{ID: "EV-P16", Name: "refused in FIFO", Violated: violated, Op: starts, Code: errno.EINVAL},
	{ID: "EV-P16", Name: "refused in 2L", Violated: holds, Start: twoLevel, Op: starts, Code: errno.EINVAL},
	{ID: "EV-P16", Name: "not possible now", Violated: holds, Op: starts, Code: errno.NotRunning},

	{ID: "EV-P17", Name: "the forms differ in what can be said", Violated: violated, Start: unstarted, Config: design(third), Op: evops.SetOffer.Of(1), Does: true},
	{ID: "EV-P17", Name: "and not in what kernels do", Violated: holds, Start: unstarted, Config: design(hidden), Op: starts, Does: true},

	{ID: "EV-P21", Name: "to ask is to try", Violated: violated, Start: unstarted, Op: asks, Does: true},
	{ID: "EV-P21", Name: "there is a query", Violated: holds, Start: unstarted, Config: design(evtchn.Config{Offer: evtchn.V10}), Op: asks, Does: true},

	{ID: "EV-P22", Name: "the step leads elsewhere", Violated: violated, Op: bindIPI, Set: wanted, After: ghost(func(g *evtchn.Ghost) { g.Stray = 1 })},
	{ID: "EV-P22", Name: "the step leads where it does today", Violated: holds, Config: design(permitted), Op: bindIPI, Does: true},
	{ID: "EV-P22", Name: "nothing has been chosen yet", Violated: holds, Op: bindIPI, After: ghost(func(g *evtchn.Ghost) { g.Stray = 1 })},
	{ID: "EV-P22", Name: "the choice hides something", Violated: violated, Start: unstarted, Config: design(permitted), Op: evops.SetOffer.Of(1), Does: true},
	{ID: "EV-P22", Name: "the choice of both", Violated: holds, Start: unstarted, Config: design(permitted), Op: evops.SetOffer.Of(2), Does: true},
}
