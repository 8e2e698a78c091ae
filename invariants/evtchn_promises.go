package invariants

import (
	"fmt"
	"slices"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// EVTCHNPromises lists what event channels promise about runs without an end.
var EVTCHNPromises = []Response{
	{
		ID: "EV-L1", Area: model.EVTCHN,
		Title: "an event is delivered",
		Doc: `An event that is recorded on a port which the running kernel handles is acknowledged by its handler sooner or later, unless the port is closed. Ports are alike, so port 1 is asked. A port that stays masked, a vCPU that stays down, and one that stays without a control block may keep it waiting.

Nothing is assumed of senders: they may go on for ever.`,
		Refs: []string{"specification, liveness"},
		From: owed(1), To: not(owed(1)), Suspended: undeliverable(1),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID: "EV-L2", Area: model.EVTCHN,
		Title: "a reset ends",
		Doc:   `A reset that has begun ends with 0 or -EAGAIN, whatever is bound meanwhile, if it is continued after each preemption and not preempted for ever.`,
		Refs:  []string{"XSA-344", "xen/common/event_channel.c evtchn_reset()"},
		From:  inReset, To: not(inReset),
		Fair: append(slices.Clone(hypercalls), Fair{"continuation", "a reset that was preempted is continued", kinds(model.ResetEventsCont, model.SoftResetCont)}),
	},
	{
		ID: "EV-L3", Area: model.EVTCHN,
		Title: "no priority starves another one",
		Doc:   `An event of the default priority is delivered although events of a higher one never cease. The FIFO ABI does not promise this: a handler always takes the highest queue that is ready.`,
		Refs:  []string{"specification, liveness", "Linux drivers/xen/events/events_fifo.c evtchn_fifo_handle_events()"},
		From:  owed(1), To: not(owed(1)), Suspended: undeliverable(1),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID: "EV-L4", Area: model.EVTCHN,
		Title: "a raise ends whatever the guest does",
		Doc:   `A sender that links an event behind a queue's tail comes to an end, however often the guest changes the tail's word meanwhile.`,
		Refs:  []string{"dae2a1c5f9"},
		From:  linkingTail, To: not(linkingTail),
		Fair: hypercalls,
	},
	{
		ID: "EV-L5", Area: model.EVTCHN,
		Title: "an unmask ends",
		Doc:   `Guest code that unmasks a port goes on: the BUSY bit that it waits for is cleared, and so is whatever its hypercall waits for.`,
		Refs:  []string{"dae2a1c5f9", "Linux drivers/xen/events/events_fifo.c clear_masked_cond()"},
		From:  unmasking, To: not(unmasking),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID: "EV-L6", Area: model.EVTCHN,
		Title: "a poller wakes",
		Doc:   `A vCPU that sleeps in SCHEDOP_poll for a port goes on once that port is pending.`,
		Refs:  []string{"71ac522909", "xen/common/event_channel.c evtchn_check_pollers()"},
		From:  polling, To: not(polling),
		Fair: slices.Concat(hypercalls, handlers),
	},
	{
		ID: "EV-L7", Area: model.EVTCHN,
		Title: "a hand-over by soft reset ends",
		Doc:   `A guest that has shut down with reason soft_reset runs again, or is destroyed, if the toolstack goes on and is not preempted for ever.`,
		Refs:  []string{"1a043f9dc7", "tools/libs/light libxl__domain_soft_reset()"},
		From:  down, To: not(down),
		Fair: []Fair{{"toolstack", "the toolstack does its next step", kinds(model.ToolstackStep)}},
	},
}

type test = func(c *model.Config, w *model.World) bool

func not(f test) test {
	return func(c *model.Config, w *model.World) bool { return !f(c, w) }
}

// owed tells whether an event of a port waits for its handler.
func owed(p uint8) test {
	return func(_ *model.Config, w *model.World) bool { return w.Ev.Ghost.Owed>>p&1 != 0 }
}

func undeliverable(p uint8) test {
	return func(c *model.Config, w *model.World) bool { return !deliverable(c, &w.Ev, p) }
}

func inReset(_ *model.Config, w *model.World) bool {
	return w.Ev.Dom[evtchn.Guest].Next != 0 || anyTask(&w.Ev, evtchn.R2, evtchn.R3)
}

func linkingTail(_ *model.Config, w *model.World) bool {
	return anyTask(&w.Ev, evtchn.F9, evtchn.F9Read)
}

func unmasking(_ *model.Config, w *model.World) bool {
	return w.Ev.Task[evtchn.VCPU0].PC != evtchn.Idle
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
	for v := range w.Ev.VCPU {
		if p := w.Ev.VCPU[v].Poll; p != 0 && w.Ev.PendingPort(p-1) {
			return true
		}
	}
	return false
}

func down(_ *model.Config, w *model.World) bool {
	s := &w.Ev
	return (s.Shutdown || s.Paused || s.Control != 0) && !s.Crashed
}

// kinds makes a set of operations of their kinds.
func kinds(specs ...*model.Spec) func(op model.Op) bool {
	return func(op model.Op) bool { return slices.Contains(specs, op.Spec()) }
}

// hypercalls: what a CPU is in the middle of goes on. handlers: a vCPU that can
// take an upcall does, and its handler goes on.
var hypercalls, handlers = perCPU(), perVCPU()

func perCPU() (list []Fair) {
	for cpu := range uint8(evtchn.NumCPUs) {
		name := model.EventCPU.Format(cpu)
		list = append(list, Fair{
			"step " + name, fmt.Sprintf("%s goes on with what it is in the middle of", name),
			func(op model.Op) bool { return op.Spec() == model.XenStep && op.Arg[0] == cpu },
		})
	}
	return list
}

func perVCPU() (list []Fair) {
	for v := range uint8(evtchn.MaxVCPUs) {
		list = append(list, Fair{
			fmt.Sprintf("handler %d", v), fmt.Sprintf("vcpu %d takes an upcall that it can take, and its handler goes on", v),
			func(op model.Op) bool {
				return (op.Spec() == model.GuestUpcall || op.Spec() == model.GuestStep) && op.Arg[0] == v
			},
		})
	}
	return list
}
