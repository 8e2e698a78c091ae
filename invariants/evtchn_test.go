package invariants_test

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// events makes the configuration and the start of an example of area evtchn.
func (e example) events(c *model.Config) model.Start {
	c.Bounds = model.Bounds{VCPUs: evtchn.MaxVCPUs, Ports: evtchn.MaxPorts - 1, Preempt: 2}
	for b := range c.Budget {
		c.Budget[b] = evtchn.Unlimited
	}
	c.Ev.Limit, c.Ev.Limit2L, c.Ev.Limit2L32 = evtchn.MaxPorts, 4, 2
	c.Ev.MaxPort, c.Ev.Every = evtchn.MaxPorts-1, 2
	if e.start != nil {
		return model.Start{Events: *e.start}
	}
	return model.Start{Events: evtchn.Start{Running: evtchn.FIFO, Backend: 2}}
}

// Starts of the examples.
var (
	twoLevel = &evtchn.Start{Running: evtchn.TwoLevel, Backend: 2}
	// unstarted is a kernel that knows both ABIs and has not begun.
	unstarted = &evtchn.Start{Backend: 1}
	// jumps has a second kernel that follows by kexec.
	jumps = &evtchn.Start{Running: evtchn.FIFO, Backend: 1, Kernels: []evtchn.Kernel{{}, {}}, Plan: []evtchn.Transition{evtchn.Boot, evtchn.Kexec}}
)

// on changes the state of event channels.
func on(f func(s *evtchn.State)) func(*model.World) {
	return func(w *model.World) { f(&w.Ev) }
}

// ghost changes what the model remembers.
// wanted has the toolstack have chosen both ABIs.
func wanted(w *model.World) { w.Ev.Wanted = w.Ev.Host }

func ghost(f func(g *evtchn.Ghost)) func(*model.World) {
	return func(w *model.World) { f(&w.Ev.Ghost) }
}

func port(s *evtchn.State, p int) *evtchn.Port { return &s.Dom[evtchn.Guest].Port[p] }
func peer(s *evtchn.State, p int) *evtchn.Port { return &s.Dom[evtchn.Backend].Port[p] }

// queued has port 1 pending and linked on vCPU 0's default queue.
func queued(s *evtchn.State) {
	*s.Word(1) |= evtchn.Pending | evtchn.Linked
	block := &s.Frame[s.VCPU[0].Block-1].B
	block[evtchn.Ready], block[evtchn.Head+evtchn.DefaultPrio] = 1<<evtchn.DefaultPrio, 1
	s.VCPU[0].Tail[evtchn.DefaultPrio] = 1
}

// owed has an event of port 1 that waits for its handler, and nobody who
// would tell it.
func owed(s *evtchn.State) { s.Ghost.Owed = 1 << 1 }

// bound adds a port to the guest's, and to the count.
func bound(s *evtchn.State, p int, as evtchn.Port) {
	*port(s, p) = as
	s.Dom[evtchn.Guest].Active++
}

func eventExamples() []example {
	return []example{
		{id: "EV-I1", name: "the kernel reads FIFO, Xen writes 2L", violated: violated, set: on(func(s *evtchn.State) { s.Ops = evtchn.TwoLevel })},
		{id: "EV-I1", name: "and 2L, FIFO", violated: violated, start: twoLevel, set: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
		{id: "EV-I1", name: "it handles no port yet", violated: holds, set: on(func(s *evtchn.State) { s.Ops, s.Running().Map = evtchn.TwoLevel, 0 })},
		{id: "EV-I1", name: "every port that it handles is masked", violated: holds, set: on(func(s *evtchn.State) {
			s.Ops = evtchn.TwoLevel
			*s.KernelWord(1) |= evtchn.Masked
			*s.KernelWord(2) |= evtchn.Masked
		})},

		{id: "EV-I2", name: "a control block of another kernel's", violated: violated, set: on(func(s *evtchn.State) {
			s.VCPU[0].Block = evtchn.BlockFrame(1, 0) + 1
		})},
		{id: "EV-I2", name: "the block of another vCPU", violated: violated, set: on(func(s *evtchn.State) {
			s.VCPU[0].Block = evtchn.BlockFrame(0, 1) + 1
		})},
		{id: "EV-I2", name: "array pages in the wrong order", violated: violated, set: on(func(s *evtchn.State) {
			s.Array[0], s.Array[1] = s.Array[1], s.Array[0]
		})},
		{id: "EV-I2", name: "a kernel that uses 2L has no pages", violated: holds, start: twoLevel, set: on(func(s *evtchn.State) {
			s.VCPU[0].Block = evtchn.BlockFrame(1, 0) + 1
		})},

		{id: "EV-I3", name: "a stray write", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Stray = evtchn.Foreign + 1 })},
		{id: "EV-I3", name: "none", violated: holds},

		{id: "EV-I4", name: "a reference too many", violated: violated, set: on(func(s *evtchn.State) { s.Frame[0].General++ })},
		{id: "EV-I4", name: "a type reference too few", violated: violated, set: on(func(s *evtchn.State) { s.Frame[evtchn.ArrayFrame(0, 0)].Type-- })},
		{id: "EV-I4", name: "of a page that is not the guest's", violated: violated, set: on(func(s *evtchn.State) { s.Frame[evtchn.Foreign].General = 1 })},
		{id: "EV-I4", name: "of one that init_control is about to publish", violated: holds, set: on(func(s *evtchn.State) {
			s.Task[0] = evtchn.Task{PC: evtchn.C2, Port: 1, Word: s.VCPU[1].Block}
			s.VCPU[1].Block = 0
		})},

		{id: "EV-I5", name: "an event waits, and nothing is to come", violated: violated, set: on(owed)},
		{id: "EV-I5", name: "an upcall is to come", violated: holds, set: on(func(s *evtchn.State) {
			owed(s)
			s.VCPU[1].Flag = true
		})},
		{id: "EV-I5", name: "the port is masked", violated: holds, set: on(func(s *evtchn.State) {
			owed(s)
			*s.KernelWord(1) |= evtchn.Masked
		})},
		{id: "EV-I5", name: "its vCPU is down", violated: holds, set: on(func(s *evtchn.State) {
			owed(s)
			s.VCPU[0].Down = true
		})},
		{id: "EV-I5", name: "its vCPU has no control block", violated: holds, set: on(func(s *evtchn.State) {
			owed(s)
			s.VCPU[0].Block = 0
		})},
		{id: "EV-I5", name: "a raise is in progress", violated: holds, set: on(func(s *evtchn.State) {
			owed(s)
			s.Task[evtchn.Back0] = evtchn.Task{PC: evtchn.F5, Port: 1}
		})},
		{id: "EV-I5", name: "a vector that has no edge", violated: violated, start: twoLevel, set: on(func(s *evtchn.State) {
			owed(s)
			s.VCPU[0].Vector, s.VCPU[0].Flag = true, true
		})},
		{id: "EV-I5", name: "with the edge", violated: holds, start: twoLevel, set: on(func(s *evtchn.State) {
			owed(s)
			s.VCPU[0].Vector, s.VCPU[0].Flag, s.VCPU[0].Edge = true, true, true
		})},
		{id: "EV-I5", name: "a poller that cannot see its event", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongPoller })},

		{id: "EV-I6", name: "a handler for no event", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongEvent })},
		{id: "EV-I6", name: "another mistake", violated: holds, set: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongMasked })},

		{id: "EV-I7", name: "linked, and on no queue", violated: violated, set: on(func(s *evtchn.State) { *s.Word(1) |= evtchn.Linked })},
		{id: "EV-I7", name: "on a queue, and not linked", violated: violated, set: on(func(s *evtchn.State) {
			queued(s)
			*s.Word(1) &^= evtchn.Linked
		})},
		{id: "EV-I7", name: "on a queue", violated: holds, set: on(queued)},
		{id: "EV-I7", name: "the queue ends elsewhere than at its tail", violated: violated, set: on(func(s *evtchn.State) {
			queued(s)
			s.VCPU[0].Tail[evtchn.DefaultPrio] = 2
		})},
		{id: "EV-I7", name: "a ring", violated: violated, set: on(func(s *evtchn.State) {
			queued(s)
			*s.Word(1) |= 1
		})},
		{id: "EV-I7", name: "on two queues", violated: violated, set: on(func(s *evtchn.State) {
			queued(s)
			s.VCPU[0].Handler.Local[0], s.VCPU[0].Tail[0] = 1, 1
		})},
		{id: "EV-I7", name: "the tail of an empty queue", violated: holds, set: on(func(s *evtchn.State) { s.VCPU[0].Tail[evtchn.DefaultPrio] = 2 })},
		{id: "EV-I7", name: "a raise is about to link it", violated: holds, set: on(func(s *evtchn.State) {
			*s.Word(1) |= evtchn.Linked
			s.Task[evtchn.Back0] = evtchn.Task{PC: evtchn.F8, Port: 1}
		})},

		{id: "EV-I9", name: "a masked port was handled", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongMasked })},
		{id: "EV-I9", name: "another mistake", violated: holds, set: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongQueue })},

		{id: "EV-I10", name: "the other end waits", violated: violated, set: on(func(s *evtchn.State) { peer(s, 1).State = evtchn.Unbound })},
		{id: "EV-I10", name: "the other end names another port", violated: violated, set: on(func(s *evtchn.State) { peer(s, 1).Number = 2 })},
		{id: "EV-I10", name: "both wait", violated: holds, set: on(func(s *evtchn.State) {
			port(s, 1).State, peer(s, 1).State = evtchn.Unbound, evtchn.Unbound
		})},

		{id: "EV-I11", name: "active_evtchns is too high", violated: violated, set: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Active++ })},
		{id: "EV-I11", name: "the backend's", violated: violated, set: on(func(s *evtchn.State) { s.Dom[evtchn.Backend].Active-- })},
		{id: "EV-I11", name: "xen_evtchns is too low", violated: violated, set: on(func(s *evtchn.State) { port(s, 1).Consumer = true })},
		{id: "EV-I11", name: "Xen receives, and it is counted", violated: holds, set: on(func(s *evtchn.State) {
			port(s, 1).Consumer = true
			s.Dom[evtchn.Guest].Xen = 1
		})},

		{id: "EV-I12", name: "a VIRQ that no port is bound to", violated: violated, set: on(func(s *evtchn.State) { s.Argo = 1 })},
		{id: "EV-I12", name: "a timer that virq_to_evtchn does not name", violated: violated, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer})
		})},
		{id: "EV-I12", name: "the timer of another vCPU", violated: violated, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer, Notify: 1})
			s.VCPU[0].Timer = 3
		})},
		{id: "EV-I12", name: "its own", violated: holds, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer, Notify: 1})
			s.VCPU[1].Timer = 3
		})},
		{id: "EV-I12", name: "VIRQ_ARGO, moved to another vCPU", violated: holds, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQArgo, Notify: 1})
			s.Argo = 3
		})},
		{id: "EV-I12", name: "a global VIRQ of another domain", violated: violated, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQGlobal})
			s.Global = 3
		})},
		{id: "EV-I12", name: "one's own", violated: holds, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQGlobal})
			s.Global, s.Handler = 3, 1
		})},
		{id: "EV-I12", name: "a physical interrupt on no list", violated: violated, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.PIRQ})
			s.PIRQ[0] = 3
		})},
		{id: "EV-I12", name: "on the list of another vCPU", violated: violated, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.PIRQ})
			s.PIRQ[0], s.VCPU[1].PIRQs = 3, 3
		})},
		{id: "EV-I12", name: "on its list", violated: holds, set: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.PIRQ, Notify: 1})
			s.PIRQ[0], s.VCPU[1].PIRQs = 3, 3
		})},

		{id: "EV-I13", name: "offered less than before", violated: violated, set: on(func(s *evtchn.State) { s.Host = evtchn.SetOf(evtchn.TwoLevel) })},
		{id: "EV-I13", name: "before the guest's life began", violated: holds, start: unstarted, set: on(func(s *evtchn.State) { s.Host = evtchn.SetOf(evtchn.TwoLevel) })},

		{id: "EV-I15", name: "a port at the limit", violated: violated, start: twoLevel, set: on(func(s *evtchn.State) { bound(s, 4, evtchn.Port{State: evtchn.IPI}) })},
		{id: "EV-I15", name: "the same in the FIFO ABI", violated: holds, set: on(func(s *evtchn.State) { bound(s, 4, evtchn.Port{State: evtchn.IPI}) })},
		{id: "EV-I15", name: "below the limit, and not for 32 bits", violated: violated, start: twoLevel, set: on(func(s *evtchn.State) { s.Bits32 = true })},
		{id: "EV-I15", name: "its events are Xen's", violated: holds, start: twoLevel, set: on(func(s *evtchn.State) {
			bound(s, 4, evtchn.Port{State: evtchn.Unbound, Consumer: true})
		})},

		{id: "EV-I16", name: "a structure that is not there", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Trap = evtchn.TrapHead })},
		{id: "EV-I16", name: "none", violated: holds},

		{id: "EV-I19", name: "more ports than may be closed in one go", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Closes = 3 })},
		{id: "EV-I19", name: "a sixth compare-exchange", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Tries = 6 })},
		{id: "EV-I19", name: "a fourth attempt to lock", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Locks = 4 })},
		{id: "EV-I19", name: "as many as there may be", violated: holds, set: ghost(func(g *evtchn.Ghost) { g.Closes, g.Tries, g.Locks = 2, 5, 3 })},

		{id: "EV-D1", name: "ports are left", violated: violated},
		{id: "EV-D1", name: "the backend is still connected", violated: violated, set: on(func(s *evtchn.State) {
			*s = evtchn.State{}
			peer(s, 1).State = evtchn.Interdomain
		})},
		{id: "EV-D1", name: "a reference is left", violated: violated, set: on(func(s *evtchn.State) {
			*s = evtchn.State{}
			s.Frame[0].Type = 1
		})},
		{id: "EV-D1", name: "the global VIRQ is its own", violated: violated, set: on(func(s *evtchn.State) { *s = evtchn.State{Handler: 1} })},
		{id: "EV-D1", name: "a poller sleeps", violated: violated, set: on(func(s *evtchn.State) {
			*s = evtchn.State{}
			s.VCPU[1].Poll = 2
		})},
		{id: "EV-D1", name: "the backend's port waits, and page contents are left", violated: holds, set: on(func(s *evtchn.State) {
			*s = evtchn.State{}
			peer(s, 1).State = evtchn.Unbound
			s.Frame[0].B[0] = 1
		})},

		{id: "EV-P1", name: "xenstore's port waits", violated: violated, set: on(func(s *evtchn.State) { port(s, 1).State = evtchn.Unbound })},
		{id: "EV-P1", name: "the timer's is gone", violated: violated, set: on(func(s *evtchn.State) { s.Running().Timer = 2 })},
		{id: "EV-P1", name: "the timer is not bound yet", violated: holds},
		{id: "EV-P10", name: "a kernel resets for its successor", violated: violated, set: ghost(func(g *evtchn.Ghost) { g.Changed = true })},
		{id: "EV-P10", name: "a kernel runs without events", violated: holds, set: ghost(func(g *evtchn.Ghost) { g.Emulated = true })},
		{id: "EV-P18", name: "wanted 2L, offered both", violated: violated, set: on(func(s *evtchn.State) { s.Wanted = evtchn.SetOf(evtchn.TwoLevel) })},
		{id: "EV-P18", name: "as wanted", violated: holds, set: on(func(s *evtchn.State) { s.Wanted = s.Host })},
		{id: "EV-P18", name: "nothing special wanted", violated: holds},
		{id: "EV-P20", name: "it does not come up", violated: violated, set: on(func(s *evtchn.State) { s.Crashed = true })},
		{id: "EV-P20", name: "it runs without events", violated: holds, set: ghost(func(g *evtchn.Ghost) { g.Emulated = true })},
		{id: "EV-P24", name: "version 2, and the domain has 1", violated: violated, set: on(func(s *evtchn.State) { s.Running().Grants = 1 })},
		{id: "EV-P24", name: "both have 2", violated: holds, set: on(func(s *evtchn.State) { s.Running().Grants, s.Grants = 1, 1 })},
	}
}

// Operations of the examples.
var (
	bindIPI   = model.BindIPI.Of(evtchn.VCPU0, 0)
	resets    = model.ResetEvents.Of(evtchn.VCPU0, 0)
	takeover  = model.KernelJump.Of(evtchn.VCPU0)
	starts    = model.KernelStart.Of(evtchn.VCPU0)
	asks      = model.QueryOffer.Of(evtchn.VCPU0)
	hidden    = evtchn.Config{Offer: evtchn.V5}
	permitted = evtchn.Config{Offer: evtchn.V6}
	third     = evtchn.Config{Offer: evtchn.V5, Third: true}
)

// upcall is a step that a handler takes.
var upcall = model.GuestStep.Of(0)

// back2L has the domain in the 2-level ABI, with nothing left.
func back2L(s *evtchn.State) {
	*s = evtchn.State{Ops: evtchn.TwoLevel}
}

func eventStepExamples() []example {
	today := evtchn.Config{}
	today.On[evtchn.AsIs1] = true
	return []example{
		{id: "EV-I8", name: "taken from the wrong queue", violated: violated, op: upcall, after: ghost(func(g *evtchn.Ghost) { g.Wrong = evtchn.WrongQueue })},
		{id: "EV-I8", name: "bound with the last owner's priority", violated: violated, op: bindIPI, after: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.IPI, Prio: 0})
		})},
		{id: "EV-I8", name: "with the default one", violated: holds, op: bindIPI, after: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.IPI, Prio: evtchn.DefaultPrio})
		})},
		{id: "EV-I8", name: "the 2-level ABI has none", violated: holds, start: twoLevel, op: bindIPI, after: on(func(s *evtchn.State) {
			bound(s, 3, evtchn.Port{State: evtchn.IPI})
		})},
		{id: "EV-I8", name: "the priority of a port that was bound before", violated: holds, op: bindIPI, set: on(func(s *evtchn.State) { port(s, 1).Prio = 0 })},

		{id: "EV-I14", name: "a bucket goes", violated: violated, op: resets, after: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid = 2 })},
		{id: "EV-I14", name: "the backend's", violated: violated, op: resets, after: on(func(s *evtchn.State) { s.Dom[evtchn.Backend].Valid = 2 })},
		{id: "EV-I14", name: "the domain is being destroyed", violated: holds, op: resets, after: on(func(s *evtchn.State) {
			s.Dom[evtchn.Guest].Valid, s.Dom[evtchn.Guest].Dying = 2, true
		})},
		{id: "EV-I14", name: "one more bucket", violated: holds, op: bindIPI, after: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid += evtchn.PerWord })},

		{id: "EV-I17", name: "0, and the ABI is FIFO", violated: violated, op: resets},
		{id: "EV-I17", name: "0, and a port is bound", violated: violated, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			port(s, 2).State = evtchn.VIRQ
		})},
		{id: "EV-I17", name: "0, and a port is Xen's", violated: holds, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			*port(s, 2) = evtchn.Port{State: evtchn.Unbound, Consumer: true}
		})},
		{id: "EV-I17", name: "-EAGAIN, and the ABI has changed", violated: violated, op: resets, code: errno.EAGAIN, after: on(func(s *evtchn.State) { s.Ops = evtchn.TwoLevel })},
		{id: "EV-I17", name: "-EAGAIN, and it has not", violated: holds, op: resets, code: errno.EAGAIN},
		{id: "EV-I17", name: "a reset step by step has only begun", violated: holds, op: resets, after: on(func(s *evtchn.State) {
			s.Task[0] = evtchn.Task{PC: evtchn.R2, Port: 1}
		})},
		{id: "EV-I17", name: "its last step", violated: violated, op: model.XenStep.Of(evtchn.VCPU0, 0), set: on(func(s *evtchn.State) {
			s.Task[0] = evtchn.Task{PC: evtchn.R3}
		}), after: on(func(s *evtchn.State) { s.Task[0] = evtchn.Task{} })},
		{id: "EV-I17", name: "as the model does it", violated: holds, op: resets, does: true},

		{id: "EV-I18", name: "a mask bit is left", violated: violated, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			s.Mask = 1 << 3
		})},
		{id: "EV-I18", name: "a selector is left", violated: violated, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			s.VCPU[1].Sel = 1
		})},
		{id: "EV-I18", name: "a saved event is left", violated: violated, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			port(s, 2).Saved = true
		})},
		{id: "EV-I18", name: "priorities are left", violated: holds, op: resets, after: on(func(s *evtchn.State) {
			back2L(s)
			port(s, 2).Lastq = 1
		})},
		{id: "EV-I18", name: "as today's code does it", violated: violated, config: model.Config{Ev: today}, op: resets, does: true,
			set: on(func(s *evtchn.State) { s.VCPU[0].Sel = 1 })},
		{id: "EV-I18", name: "as it should be", violated: holds, op: resets, does: true,
			set: on(func(s *evtchn.State) { s.VCPU[0].Sel, s.VCPU[0].Flag, s.Pending = 1, true, 2 })},

		{id: "EV-I20", name: "an error, and the port is counted", violated: violated, op: bindIPI, code: errno.ENOSPC, after: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Active++ })},
		{id: "EV-I20", name: "an error, and a bucket stays", violated: holds, op: bindIPI, code: errno.EPERM, after: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Valid += 2 })},
		{id: "EV-I20", name: "a reset that is preempted", violated: holds, op: resets, code: errno.ERESTART, after: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Next = 2 })},

		{id: "EV-P4", name: "a reset that ends in FIFO", violated: violated, start: twoLevel, op: resets, after: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
		{id: "EV-P4", name: "an init_control that fails, and changes it", violated: violated, start: twoLevel, op: starts, code: errno.EINVAL,
			after: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
		{id: "EV-P4", name: "an init_control", violated: holds, start: twoLevel, op: model.InitControl.Of(0, 0, 0, 0), does: true},

		{id: "EV-P6", name: "the hand-over ends in 2L", violated: violated, start: jumps, op: takeover, does: true},
		{id: "EV-P6", name: "nobody resets", violated: holds, start: jumps, config: model.Config{Ev: evtchn.Config{Handover: evtchn.V1}}, op: takeover, does: true},

		{id: "EV-P14", name: "refused, and it has no ABI", violated: violated, start: unstarted, config: model.Config{Ev: hidden}, op: starts, code: errno.ENOSYS},
		{id: "EV-P14", name: "refused, and it uses 2L", violated: holds, start: unstarted, config: model.Config{Ev: hidden}, op: starts, does: true},
		{id: "EV-P14", name: "refused, although it is offered", violated: holds, start: unstarted, op: starts, code: errno.EINVAL},

		{id: "EV-P15", name: "a kernel that falls back for -ENOSYS only", violated: violated, start: unstarted, op: starts, does: true,
			config: model.Config{Ev: evtchn.Config{Offer: evtchn.V6, Reaction: evtchn.ReactStrict}}},
		{id: "EV-P15", name: "one that falls back for any error", violated: holds, start: unstarted, config: model.Config{Ev: permitted}, op: starts, does: true},

		{id: "EV-P16", name: "refused in FIFO", violated: violated, op: starts, code: errno.EINVAL},
		{id: "EV-P16", name: "refused in 2L", violated: holds, start: twoLevel, op: starts, code: errno.EINVAL},
		{id: "EV-P16", name: "not possible now", violated: holds, op: starts, code: errno.NotRunning},

		{id: "EV-P17", name: "the forms differ in what can be said", violated: violated, start: unstarted, config: model.Config{Ev: third}, op: model.SetOffer.Of(1), does: true},
		{id: "EV-P17", name: "and not in what kernels do", violated: holds, start: unstarted, config: model.Config{Ev: hidden}, op: starts, does: true},

		{id: "EV-P21", name: "to ask is to try", violated: violated, start: unstarted, op: asks, does: true},
		{id: "EV-P21", name: "there is a query", violated: holds, start: unstarted, config: model.Config{Ev: evtchn.Config{Offer: evtchn.V10}}, op: asks, does: true},

		{id: "EV-P22", name: "the step leads elsewhere", violated: violated, op: bindIPI, set: wanted, after: ghost(func(g *evtchn.Ghost) { g.Changed = true })},
		{id: "EV-P22", name: "the step leads where it does today", violated: holds, config: model.Config{Ev: permitted}, op: bindIPI, does: true},
		{id: "EV-P22", name: "nothing has been chosen yet", violated: holds, op: bindIPI, after: ghost(func(g *evtchn.Ghost) { g.Changed = true })},
		{id: "EV-P22", name: "the choice hides something", violated: violated, start: unstarted, config: model.Config{Ev: permitted}, op: model.SetOffer.Of(1), does: true},
		{id: "EV-P22", name: "the choice of both", violated: holds, start: unstarted, config: model.Config{Ev: permitted}, op: model.SetOffer.Of(2), does: true},
	}
}
