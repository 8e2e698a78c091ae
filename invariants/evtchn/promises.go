package evtchn

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// Promises lists what event channels promise about runs without an end.
var Promises = []invariants.Response{
	{
		ID:    "EV-L1",
		Title: "an event is delivered",
		Doc: `An event that is recorded on a port which the running kernel handles is acknowledged by its handler sooner or later, unless the port is closed. Ports are alike, so port 1 is asked. A port that stays masked, a vCPU that stays down, and one that stays without a control block may keep it waiting.

Nothing is assumed of senders: they may go on for ever.`,
		Refs: []string{"xen/common/event_fifo.c evtchn_fifo_set_pending()", "xen/common/event_2l.c evtchn_2l_set_pending()"},
		From: owed(1), To: not(owed(1)), Suspended: undeliverable(1),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID:    "EV-L2",
		Title: "a reset ends",
		Doc:   `A reset that has begun ends with 0 or -EAGAIN, whatever is bound meanwhile, if it is continued after each preemption and not preempted for ever.`,
		Refs:  []string{"XSA-344", "xen/common/event_channel.c evtchn_reset()"},
		From:  inReset, To: not(inReset),
		Fair: append(slices.Clone(hypercalls), fair("continuation", "a reset that was preempted is continued", kinds(evops.ResetEventsCont, evops.SoftResetCont))),
	},
	{
		ID:    "EV-L3",
		Title: "no priority starves another one",
		Doc:   `An event of the default priority is delivered although events of a higher one never cease. The FIFO ABI does not promise this: a handler always takes the highest queue that is ready.`,
		Refs:  []string{"Linux drivers/xen/events/events_fifo.c evtchn_fifo_handle_events()"},
		From:  owed(1), To: not(owed(1)), Suspended: undeliverable(1),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID:    "EV-L4",
		Title: "a raise ends whatever the guest does",
		Doc:   `A sender that links an event behind a queue's tail comes to an end, however often the guest changes the tail's word meanwhile.`,
		Refs:  []string{"dae2a1c5f9"},
		From:  linkingTail, To: not(linkingTail),
		Fair: hypercalls,
	},
	{
		ID:    "EV-L5",
		Title: "an unmask ends",
		Doc:   `Guest code that unmasks a port goes on: the BUSY bit that it waits for is cleared, and so is whatever its hypercall waits for.`,
		Refs:  []string{"dae2a1c5f9", "Linux drivers/xen/events/events_fifo.c clear_masked_cond()"},
		From:  unmasking, To: not(unmasking),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID:    "EV-L6",
		Title: "a poller wakes",
		Doc:   `A vCPU that sleeps in SCHEDOP_poll for a port goes on once that port is pending.`,
		Refs:  []string{"71ac522909", "xen/common/event_channel.c evtchn_check_pollers()"},
		From:  polling, To: not(polling),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID:    "EV-L7",
		Title: "a hand-over by soft reset ends",
		Doc:   `A guest that has shut down with reason soft_reset runs again, if the toolstack goes on and is not preempted for ever. That it is destroyed instead keeps no promise. A kernel that was preempted in a reset of its own, and shuts down without going on with it, is excepted: EV-L8 speaks of that.`,
		Refs:  []string{"1a043f9dc7", "tools/libs/light libxl__domain_soft_reset()"},
		From:  down, To: runs, Suspended: abandoned,
		Fair: []invariants.Fair{fair("toolstack", "the toolstack does its next step", kinds(evops.ToolstackStep))},
	},
	{
		ID:    "EV-L8",
		Title: "a hand-over by soft reset ends whatever the kernel left unfinished",
		Doc:   `As EV-L7, also for a kernel that was preempted in EVTCHNOP_reset, and shut down, on another vCPU for instance, without going on with it. Xen remembers where it was (next_evtchn) and refuses the soft reset with -EBUSY, and the toolstack destroys the domain.`,
		Refs:  []string{"xen/common/event_channel.c evtchn_reset()", "tools/libs/light libxl__domain_soft_reset()"},
		From:  down, To: runs,
		Fair: []invariants.Fair{fair("toolstack", "the toolstack does its next step", kinds(evops.ToolstackStep))},
	},
}

type test = func(c *model.Config, w *model.World) bool

func not(f test) test {
	return func(c *model.Config, w *model.World) bool { return !f(c, w) }
}

// owed tells whether an event of a port waits for its handler.
func owed(p uint8) test {
	return func(_ *model.Config, w *model.World) bool { return evops.Book(w).Owed>>p&1 != 0 }
}

func undeliverable(p uint8) test {
	return func(_ *model.Config, w *model.World) bool { return !expected(evops.Of(w), evops.Book(w), p) }
}

func inReset(_ *model.Config, w *model.World) bool {
	return evops.Of(w).Dom[evtchn.Guest].Next != 0 || anyTask(evops.Of(w), evtchn.R2, evtchn.R3)
}

func linkingTail(_ *model.Config, w *model.World) bool {
	return anyTask(evops.Of(w), evtchn.F9, evtchn.F9Read)
}

func unmasking(_ *model.Config, w *model.World) bool {
	return evops.Of(w).Task[evtchn.VCPU0].PC != evtchn.Idle
}

// anyTask tells whether a task stands between two phases.
func anyTask(s *evtchn.State, first, last evtchn.Phase) bool {
	for i := range s.Task {
		if pc := s.Task[i].PC; pc >= first && pc <= last {
			return true
		}
	}
	return false
}

func polling(_ *model.Config, w *model.World) bool {
	for v := range evops.Of(w).VCPU {
		if p := evops.Of(w).VCPU[v].Poll; p != 0 && evops.Of(w).PendingPort(p-1) {
			return true
		}
	}
	return false
}

func down(_ *model.Config, w *model.World) bool {
	s := evops.Of(w)
	return s.Shutdown || s.Control != 0
}

// abandoned tells whether the soft reset was refused because of a reset that the
// kernel has not finished.
func abandoned(_ *model.Config, w *model.World) bool {
	s := evops.Of(w)
	return s.Crashed && s.Control == 1 && s.Dom[evtchn.Guest].Next != 0
}

func runs(_ *model.Config, w *model.World) bool {
	s := evops.Of(w)
	return !s.Shutdown && !s.Paused && s.Control == 0 && !s.Crashed
}

func fair(id, doc string, of func(op model.Op) bool) invariants.Fair {
	return invariants.Fair{ID: id, Doc: doc, Of: of}
}

// kinds makes a set of operations of their kinds.
func kinds(specs ...*model.Spec) func(op model.Op) bool {
	return func(op model.Op) bool { return slices.Contains(specs, op.Spec()) }
}

// hypercalls: what a CPU is in the middle of goes on. handlers: a vCPU that can
// take an upcall does, and its handler goes on.
var hypercalls, handlers = perCPU(), perVCPU()

func perCPU() (list []invariants.Fair) {
	for cpu := range uint8(evtchn.NumCPUs) {
		name := evops.EventCPU.Format(cpu)
		list = append(list, fair(
			"step "+name, fmt.Sprintf("%s goes on with what it is in the middle of", name),
			func(op model.Op) bool { return op.Spec() == evops.XenStep && op.Arg[0] == cpu },
		))
	}
	return list
}

func perVCPU() (list []invariants.Fair) {
	for v := range uint8(evtchn.MaxVCPUs) {
		list = append(list, fair(
			fmt.Sprintf("handler %d", v), fmt.Sprintf("vcpu %d takes an upcall that it can take, and its handler goes on", v),
			func(op model.Op) bool {
				return (op.Spec() == evops.GuestUpcall || op.Spec() == evops.GuestStep) && op.Arg[0] == v
			},
		))
	}
	return list
}
