package evtchn

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// Reach goals of area evtchn.

type (
	state = evtchn.State
	task  = evtchn.Task
)

// reached is a goal about the state that an operation leads to.
func reached(id, doc string, is func(s *state) bool) scenarios.Goal {
	return after(id, doc, func(w *model.World) bool { return is(evops.Of(w)) })
}

// changed is a goal about a step: both states and what was answered.
func changed(id, doc string, is func(before, after *state) bool) scenarios.Goal {
	return step(id, doc, func(before *model.World, _ model.Op, _ model.Answer, after *model.World) bool {
		return is(evops.Of(before), evops.Of(after))
	})
}

// answered is a goal about an operation's result.
func answered(id, doc string, spec *model.Spec, code errno.Errno) scenarios.Goal {
	return step(id, doc, func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		return op.Kind == spec.Kind() && a.Code == code
	})
}

// moved is a goal about a task that goes from one phase to another.
func moved(id, doc string, from, to evtchn.Phase, is func(before *state, t *task) bool) scenarios.Goal {
	return changed(id, doc, func(before, after *state) bool {
		for i := range before.Task {
			if t := &before.Task[i]; t.PC == from && after.Task[i].PC == to && is(before, t) {
				return true
			}
		}
		return false
	})
}

// movedPending: an event moves with its port.
func movedPending(id string) scenarios.Goal {
	return changed(id, "a port moves while its event is pending", func(before, after *state) bool {
		return guestPort(before, 3).Notify != guestPort(after, 3).Notify && before.PendingPort(3)
	})
}

func always(*state, *task) bool { return true }

// word is Xen's view of a port's word, 0 if there is none.
func word(s *state, p uint8) uint8 {
	if w := s.Word(p); w != nil {
		return *w
	}
	return 0
}

func guestPort(s *state, p uint8) *evtchn.Port { return &s.Dom[evtchn.Guest].Port[p] }

// goals are the reach goals, by scenario.
var goals = map[string][]scenarios.Goal{
	"evtchn.all": {
		reached("evtchn.all/poll", "a vCPU polls while another one has an event to take", func(s *state) bool {
			return s.VCPU[1].Poll != 0 && s.VCPU[0].Flag
		}),
		reached("evtchn.all/xen", "the domain has a port of Xen's in the FIFO ABI", func(s *state) bool {
			return s.Ops == evtchn.FIFO && s.Dom[evtchn.Guest].Xen != 0
		}),
	},
	"evtchn.2l": {
		moved("evtchn.2l/coalesced", "an event finds its port pending already", evtchn.A1, evtchn.Idle, always),
		moved("evtchn.2l/masked", "an event finds its port masked", evtchn.A2, evtchn.A5, always),
		moved("evtchn.2l/masked-again", "the guest masks again before it asks Xen to unmask", evtchn.K3, evtchn.U1, always),
	},
	"evtchn.2l-words": {
		reached("evtchn.2l-words/both", "both words are selected at once", func(s *state) bool { return s.VCPU[0].Sel == 3 }),
	},
	"evtchn.2l-words-pv": {
		moved("evtchn.2l-words-pv/own-flag", "the guest sets the selector and the flag itself", evtchn.K5, evtchn.Idle, always),
		moved("evtchn.2l-words-pv/selected", "the guest finds the selector set", evtchn.K4, evtchn.Idle, always),
	},
	"evtchn.2l-vcpus":    {movedPending("evtchn.2l-vcpus/pending")},
	"evtchn.2l-vcpus-pv": {movedPending("evtchn.2l-vcpus-pv/pending")},
	"evtchn.fifo-masks-vcpus": {
		reached("evtchn.fifo-masks-vcpus/both", "both vCPUs unmask at once", func(s *state) bool {
			return s.Task[evtchn.VCPU0].PC != evtchn.Idle && s.Task[evtchn.VCPU1].PC != evtchn.Idle
		}),
	},
	"evtchn.fifo-heads": {
		reached("evtchn.fifo-heads/both", "there are events on the queues of both vCPUs", func(s *state) bool {
			first, _ := evops.ChainOf(s, 0, evtchn.DefaultPrio)
			second, _ := evops.ChainOf(s, 1, evtchn.DefaultPrio)
			return first.Ports != 0 && second.Ports != 0
		}),
	},
	"evtchn.scarce": {
		reached("evtchn.scarce/down", "the second vCPU is not brought up", func(s *state) bool { return s.VCPU[1].Down && s.Ops == evtchn.FIFO }),
	},
	"evtchn.migrate-models": {
		reached("evtchn.migrate-models/other", "the kernel uses another port for xenstore than before", func(s *state) bool {
			return s.Plan[s.Cur] == evtchn.Migrate && s.Running().Store > storePort
		}),
	},
	"evtchn.fifo": {
		moved("evtchn.fifo/behind", "an event is linked behind the tail", evtchn.F9CAS, evtchn.F11, always),
		moved("evtchn.fifo/old-tail", "an event that is linked again was its queue's tail", evtchn.F8, evtchn.F9, func(s *state, t *task) bool {
			return s.VCPU[t.O/evtchn.NumPrios].Tail[t.O%evtchn.NumPrios] == t.Port
		}),
		moved("evtchn.fifo/stale-tail", "the tail names a port that is not on the queue any more", evtchn.F9, evtchn.F10, func(s *state, t *task) bool {
			return s.VCPU[t.Q/evtchn.NumPrios].Tail[t.Q%evtchn.NumPrios] != 0
		}),
	},
	"evtchn.fifo-old-tail": {
		changed("evtchn.fifo-old-tail/empty", "an event that was the tail of one queue is linked on another", func(before, after *state) bool {
			was := guestPort(before, 1).Lastq
			return was != guestPort(after, 1).Lastq && before.VCPU[was/evtchn.NumPrios].Tail[was%evtchn.NumPrios] == 1
		}),
	},
	"evtchn.reset-unmask": {
		reached("evtchn.reset-unmask/both", "a reset is under way, and so is an unmask", func(s *state) bool {
			return s.Task[evtchn.VCPU0].PC == evtchn.R2 && s.Task[evtchn.VCPU1].PC == evtchn.U2
		}),
	},
	"evtchn.fifo-ports": {
		reached("evtchn.fifo-ports/linked", "two events wait on one queue", func(s *state) bool {
			chain, ends := evops.ChainOf(s, 0, evtchn.DefaultPrio)
			return ends && chain.Ports&(1<<2|1<<3) == 1<<2|1<<3
		}),
	},
	"evtchn.fifo-priorities": {
		moved("evtchn.fifo-priorities/moved", "an event is linked on another queue than before", evtchn.F8, evtchn.F9, func(_ *state, t *task) bool { return t.O != t.Q }),
		moved("evtchn.fifo-priorities/retry", "the queues change while they are being locked", evtchn.F3, evtchn.F1, always),
	},
	"evtchn.fifo-give-up": {
		moved("evtchn.fifo-give-up/lost", "a raise gives up after three attempts to lock its queues: lost by design", evtchn.F3, evtchn.Idle, always),
	},
	"evtchn.fifo-vcpus": {
		reached("evtchn.fifo-vcpus/both", "a port's event is on a queue of vCPU 0 while later ones go to vCPU 1", func(s *state) bool {
			chain, ends := evops.ChainOf(s, 0, evtchn.DefaultPrio)
			return ends && chain.Ports&(1<<1) != 0 && guestPort(s, 1).Notify == 1
		}),
	},
	"evtchn.fifo-masks": {
		reached("evtchn.fifo-masks/busy", "the guest waits for BUSY", func(s *state) bool {
			t := &s.Task[evtchn.VCPU0]
			return t.PC == evtchn.K1 && word(s, t.Port)&(evtchn.Busy|evtchn.Pending) == evtchn.Busy
		}),
		moved("evtchn.fifo-masks/masked", "an event finds its port masked", evtchn.F6, evtchn.F12, always),
	},
	"evtchn.linktail": {
		reached("evtchn.linktail/twice", "a compare-exchange of the tail's word fails twice", func(s *state) bool { return s.Task[evtchn.Back0].Tries >= 2 || s.Task[evtchn.Back1].Tries >= 2 }),
	},
	"evtchn.flood-2l": {
		changed("evtchn.flood-2l/again", "a handler begins again because events have come", func(before, after *state) bool {
			return before.VCPU[0].Handler.PC == evtchn.G5 && after.VCPU[0].Handler.PC == evtchn.G2
		}),
	},
	"evtchn.flood": {
		changed("evtchn.flood/again", "a handler begins again because events have come", func(before, after *state) bool {
			return before.VCPU[0].Handler.PC == evtchn.H7 && after.VCPU[0].Handler.PC == evtchn.H2
		}),
	},
	"evtchn.fifo-close": {
		reached("evtchn.fifo-close/linked", "a port is closed whose word is still linked", func(s *state) bool {
			return guestPort(s, 1).State == evtchn.Free && word(s, 1)&evtchn.Linked != 0
		}),
		changed("evtchn.fifo-close/passed-over", "a port that is still linked is passed over", func(before, after *state) bool {
			return guestPort(before, 1).State == evtchn.Free && guestPort(before, 3).State == evtchn.Free && guestPort(after, 3).State != evtchn.Free
		}),
	},
	"evtchn.fifo-offline": {
		changed("evtchn.fifo-offline/recorded", "an event is recorded for a vCPU that is down", func(before, after *state) bool {
			return before.VCPU[1].Down && !before.VCPU[1].Flag && after.VCPU[1].Flag
		}),
	},
	"evtchn.ports": {
		changed("evtchn.ports/saved", "a pending event is saved when the ABI changes", func(before, after *state) bool {
			return before.Ops == evtchn.TwoLevel && after.Ops == evtchn.FIFO && guestPort(after, 1).Saved
		}),
		changed("evtchn.ports/back", "a reset goes back to the 2-level ABI", func(before, after *state) bool {
			return before.Ops == evtchn.FIFO && after.Ops == evtchn.TwoLevel
		}),
		step("evtchn.ports/second-block", "a vCPU that has a control block gets no other one", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			return op.Spec() == evops.InitControl && a.Code == errno.EINVAL && evops.Of(before).VCPU[op.Arg[1]].Block != 0
		}),
		answered("evtchn.ports/preempted", "a reset is preempted", evops.ResetEvents, errno.ERESTART),
	},
	"evtchn.reset-races": {
		answered("evtchn.reset-races/again", "a port was bound while reset closed the others: -EAGAIN", evops.XenStep, errno.EAGAIN),
		answered("evtchn.reset-races/continued", "a reset that was preempted goes on", evops.ResetEventsCont, errno.OK),
	},
	"evtchn.reset-two": {
		answered("evtchn.reset-two/busy", "a reset finds another one in progress", evops.ResetEvents, errno.EBUSY),
	},
	"evtchn.reset-ends": {
		step("evtchn.reset-ends/bound", "a port is bound while a reset is in progress", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			return op.Spec() == evops.BindIPI && a.Code == errno.OK && evops.Of(before).Dom[evtchn.Guest].Next != 0
		}),
	},
	"evtchn.limits": {
		answered("evtchn.limits/full", "no port is left below the limit", evops.BindIPI, errno.ENOSPC),
		changed("evtchn.limits/survives", "a port whose events Xen receives survives a reset", func(before, after *state) bool {
			return before.Ops == evtchn.FIFO && after.Ops == evtchn.TwoLevel && after.Dom[evtchn.Guest].Xen != 0
		}),
	},
	"evtchn.full": {
		answered("evtchn.full/refused", "no port is left", evops.BindVIRQ, errno.ENOSPC),
	},
	"evtchn.control": {
		reached("evtchn.control/between", "a raise is in progress while a control block is half published", func(s *state) bool {
			return s.Task[evtchn.VCPU0].PC == evtchn.C2 && s.Task[evtchn.Back0].PC != evtchn.Idle
		}),
	},
	"evtchn.overtaken": {
		step("evtchn.overtaken/waits", "init_control waits for a raise that has chosen the 2-level path", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			s := evops.Of(before)
			return op.Spec() == evops.InitControl && a.Code == errno.NotRunning && s.Left[evtchn.Inits] != 0 && s.Task[evtchn.Back0].PC == evtchn.A3
		}),
		moved("evtchn.overtaken/saved", "an event is saved by the raise itself after the change", evtchn.F1, evtchn.Idle, always),
	},
	"evtchn.poll": {
		changed("evtchn.poll/woken", "a poller is woken by its event", func(before, after *state) bool {
			return before.VCPU[1].Poll != 0 && after.VCPU[1].Poll == 0
		}),
	},
	"evtchn.vector": {
		reached("evtchn.vector/line", "an interrupt line does not reach vCPU 1", func(s *state) bool {
			return s.Callback == evtchn.GSICallback && s.VCPU[1].Flag && !s.VCPU[1].Vector && !s.VCPU[1].Down && !s.Deliverable(1)
		}),
		reached("evtchn.vector/edge", "an edge waits in the local APIC", func(s *state) bool { return s.VCPU[1].Edge }),
	},
	"evtchn.peers": {
		changed("evtchn.peers/left", "the other end of a port that is closed waits again", func(before, after *state) bool {
			return guestPort(before, 1).State == evtchn.Interdomain && guestPort(after, 1).State == evtchn.Unbound
		}),
		answered("evtchn.peers/preempted", "destruction is preempted", evops.DestroyEvents, errno.ERESTART),
	},
	"evtchn.moved": {
		reached("evtchn.moved/both", "the port's events are handled on both vCPUs at once", func(s *state) bool {
			return s.VCPU[0].Handler.Port == 1 && s.VCPU[1].Handler.Port == 1
		}),
	},
	"evtchn.again": {
		changed("evtchn.again/second", "a port is bound again after a reset", func(before, after *state) bool {
			return before.Left[evtchn.Resets]+before.Left[evtchn.Inits] == 0 && before.Left[evtchn.Binds] == 1 && guestPort(before, 1).State == evtchn.Free && guestPort(after, 1).State != evtchn.Free
		}),
	},
	"evtchn.errors": {
		answered("evtchn.errors/bad-page", "init_control refuses an offset or a page", evops.InitControl, errno.EINVAL),
	},
	"evtchn.handover": {
		changed("evtchn.handover/resumed", "an image resumes after a kernel of the other ABI", func(before, after *state) bool {
			return before.Cur == 0 && after.Cur == 1 && before.Ops == evtchn.FIFO && after.Plan[1] == evtchn.Resume && !after.Kernel[1].Knows.Has(evtchn.FIFO)
		}),
		reached("evtchn.handover/works", "the next kernel has all its ports", func(s *state) bool {
			return s.Cur == 1 && s.Running().Store != 0 && s.Running().Timer != 0
		}),
	},
	"evtchn.handover-twice": {
		reached("evtchn.handover-twice/third", "the third kernel has all its ports", func(s *state) bool {
			return s.Cur == 2 && s.Running().Store != 0 && s.Running().Timer != 0
		}),
	},
	"evtchn.soft-reset": {
		changed("evtchn.soft-reset/xens", "the next kernel may run, and a port of Xen's is still there", func(before, after *state) bool {
			return before.Control == 4 && after.Control == 0 && after.Dom[evtchn.Guest].Xen != 0
		}),
		answered("evtchn.soft-reset/preempted", "the reset is preempted", evops.ToolstackStep, errno.ERESTART),
		changed("evtchn.soft-reset/runs", "the next kernel may run", func(before, after *state) bool { return before.Control == 4 && after.Control == 0 }),
	},
	"evtchn.soft-reset-calls": {
		answered("evtchn.soft-reset-calls/busy", "a soft reset finds a reset that was preempted", evops.SoftReset, errno.EBUSY),
	},
	"evtchn.offers": {
		answered("evtchn.offers/may-not", "a kernel finds out that it may not use the FIFO ABI", evops.QueryOffer, errno.EOPNOTSUPP),
	},
	"evtchn.pv": {
		reached("evtchn.pv/held", "an upcall waits for the guest to turn events on", func(s *state) bool { return s.VCPU[0].Flag && s.VCPU[0].NoUp }),
	},
	"evtchn.soft-reset-calls-pv": {
		reached("evtchn.soft-reset-calls-pv/gone", "the domain is destroyed", func(s *state) bool { return s.Crashed }),
	},
	"evtchn.soft-reset-pv": {
		reached("evtchn.soft-reset-pv/gone", "the domain is destroyed", func(s *state) bool { return s.Crashed }),
	},
	"evtchn.hosts": {
		changed("evtchn.hosts/adopted", "a kernel adopts the timer's port that it finds bound", func(before, after *state) bool {
			return before.VCPU[0].Timer != 0 && before.Cur == 1 && before.Running().Timer == 0 && after.Running().Timer != 0
		}),
		answered("evtchn.hosts/fallback", "a kernel is refused the FIFO ABI and goes on with 2L", evops.KernelStart, errno.EOPNOTSUPP),
		reached("evtchn.hosts/migrated", "a kernel has its ports in a new domain", func(s *state) bool {
			return s.Plan[s.Cur] == evtchn.Migrate && s.Running().Timer != 0
		}),
	},
}

// goaled gives scenarios their reach goals.
func goaled(list []scenarios.Scenario) []scenarios.Scenario {
	for i := range list {
		list[i].Goals = goals[list[i].Name]
	}
	return list
}
