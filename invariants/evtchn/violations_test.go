package evtchn_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/evtchn/ledger"
)

const violated, holds = invariantstest.Violated, invariantstest.Holds

// usual is a domain with two connected ports whose kernel uses the FIFO ABI.
var usual = invariantstest.Usual{
	Area:   evops.Area,
	Config: *design(evtchn.Config{}),
	Start:  *begin(evops.Start{Running: evtchn.FIFO, Backend: 2}),
}

// design is the usual configuration with this design.
func design(of evtchn.Config) *model.Config {
	of.Limit, of.Limit2L, of.Limit2L32 = evtchn.MaxPorts, 4, 2
	of.MaxPort, of.Every = evtchn.MaxPorts-1, 2
	scope := evops.Scope{VCPUs: evtchn.MaxVCPUs, Ports: evtchn.MaxPorts - 1, Preempt: 2}
	for b := range scope.Budget {
		scope.Budget[b] = evtchn.Unlimited
	}
	c := scope.Config(of)
	return &c
}

// stepped has raises and unmasks go step by step.
var stepped = struct{ Config model.Config }{*design(evtchn.Config{Steps: evtchn.StepRaise})}

func begin(s evops.Start) *model.Start {
	start := evops.Begin("", s)
	return &start
}

func TestExamples(t *testing.T) { usual.Check(t, slices.Concat(states, steps)) }

// Starts of the examples.
var (
	twoLevel = begin(evops.Start{Running: evtchn.TwoLevel, Backend: 2})
	// unstarted is a kernel that knows both ABIs and has not begun.
	unstarted = begin(evops.Start{Backend: 1})
	// jumps has a second kernel that follows by kexec.
	jumps = begin(evops.Start{
		Running: evtchn.FIFO, Backend: 1, Kernels: []evtchn.Kernel{{}, {}}, Plan: []evtchn.Transition{evtchn.Boot, evtchn.Kexec},
	})
)

// on changes the state of event channels.
func on(f func(s *evtchn.State)) func(*model.World) {
	return func(w *model.World) { f(evops.Of(w)) }
}

// wanted has the toolstack have chosen both ABIs.
func wanted(w *model.World) { evops.Of(w).Wanted = evops.Of(w).Host }

// ghost changes what the model remembers.
func ghost(f func(g *evtchn.Ghost)) func(*model.World) {
	return func(w *model.World) { f(&evops.Of(w).Ghost) }
}

// book changes what the ledger has.
func book(f func(b *ledger.Book)) func(*model.World) {
	return func(w *model.World) { f(evops.Book(w)) }
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

// allMasked has both ports masked, and Xen in the other ABI.
func allMasked(w *model.World) {
	s := evops.Of(w)
	s.Ops = evtchn.TwoLevel
	*s.KernelWord(1) |= evtchn.Masked
	*s.KernelWord(2) |= evtchn.Masked
}

// waits changes the state, and has an event of port 1 wait for its handler, with
// nobody who would tell it.
func waits(f func(s *evtchn.State)) func(*model.World) {
	return func(w *model.World) {
		evops.Book(w).Owed = 1 << 1
		f(evops.Of(w))
	}
}

// bound adds a port to the guest's, and to the count.
func bound(s *evtchn.State, p int, as evtchn.Port) {
	*port(s, p) = as
	s.Dom[evtchn.Guest].Active++
}

var states = []invariantstest.Example{
	{ID: "EV-I1", Name: "the kernel reads FIFO, Xen writes 2L", Violated: violated, Set: on(func(s *evtchn.State) { s.Ops = evtchn.TwoLevel })},
	{ID: "EV-I1", Name: "and 2L, FIFO", Violated: violated, Start: twoLevel, Set: on(func(s *evtchn.State) { s.Ops = evtchn.FIFO })},
	{ID: "EV-I1", Name: "it handles no port yet", Violated: holds, Set: on(func(s *evtchn.State) { s.Ops, s.Running().Map = evtchn.TwoLevel, 0 })},
	{ID: "EV-I1", Name: "every port that it handles is masked, against its wish", Violated: violated, Set: allMasked},
	{ID: "EV-I1", Name: "every port that it handles is masked", Violated: holds, Set: func(w *model.World) {
		allMasked(w)
		evops.Book(w).Open = 0
	}},

	{ID: "EV-I2", Name: "a control block of another kernel's", Violated: violated, Set: on(func(s *evtchn.State) {
		s.VCPU[0].Block = evtchn.BlockFrame(1, 0) + 1
	})},
	{ID: "EV-I2", Name: "the block of another vCPU", Violated: violated, Set: on(func(s *evtchn.State) {
		s.VCPU[0].Block = evtchn.BlockFrame(0, 1) + 1
	})},
	{ID: "EV-I2", Name: "array pages in the wrong order", Violated: violated, Set: on(func(s *evtchn.State) {
		s.Array[0], s.Array[1] = s.Array[1], s.Array[0]
	})},
	{ID: "EV-I2", Name: "a kernel that uses 2L has no pages", Violated: holds, Start: twoLevel, Set: on(func(s *evtchn.State) {
		s.VCPU[0].Block = evtchn.BlockFrame(1, 0) + 1
	})},

	{ID: "EV-I3", Name: "a stray write", Violated: violated, Set: ghost(func(g *evtchn.Ghost) { g.Stray = evtchn.Foreign + 1 })},
	{ID: "EV-I3", Name: "none", Violated: holds},

	{ID: "EV-I4", Name: "a reference too many", Violated: violated, Set: on(func(s *evtchn.State) { s.Frame[0].General++ })},
	{ID: "EV-I4", Name: "a type reference too few", Violated: violated, Set: on(func(s *evtchn.State) { s.Frame[evtchn.ArrayFrame(0, 0)].Type-- })},
	{ID: "EV-I4", Name: "of a page that is not the guest's", Violated: violated, Set: on(func(s *evtchn.State) { s.Frame[evtchn.Foreign].General = 1 })},
	{ID: "EV-I4", Name: "of one that init_control is about to publish", Violated: holds, Set: on(func(s *evtchn.State) {
		s.Task[0] = evtchn.Task{PC: evtchn.C2, Port: 1, Word: s.VCPU[1].Block}
		s.VCPU[1].Block = 0
	})},

	{ID: "EV-I5", Name: "an event waits, and nothing is to come", Violated: violated, Set: waits(func(*evtchn.State) {})},
	{ID: "EV-I5", Name: "an upcall is to come", Violated: holds, Set: waits(func(s *evtchn.State) {
		s.VCPU[1].Flag = true
	})},
	{ID: "EV-I5", Name: "the port is masked, and nobody has asked for that", Violated: violated, Set: waits(func(s *evtchn.State) {
		*s.KernelWord(1) |= evtchn.Masked
	})},
	{ID: "EV-I5", Name: "the kernel's code has masked the port", Violated: holds, Set: func(w *model.World) {
		waits(func(*evtchn.State) {})(w)
		evops.Book(w).Open = 0
	}},
	{ID: "EV-I5", Name: "the kernel moved it at its own risk", Violated: holds, Set: func(w *model.World) {
		waits(func(*evtchn.State) {})(w)
		evops.Book(w).Spoilt = 1 << 1
	}},
	{ID: "EV-I5", Name: "its vCPU is down", Violated: holds, Set: waits(func(s *evtchn.State) {
		s.VCPU[0].Down = true
	})},
	{ID: "EV-I5", Name: "the kernel has registered no control block", Violated: holds, Set: waits(func(s *evtchn.State) {
		s.Running().Own &^= 1
	})},
	{ID: "EV-I5", Name: "it has, and Xen has none", Violated: violated, Set: waits(func(s *evtchn.State) {
		s.VCPU[0].Block = 0
	})},
	{ID: "EV-I5", Name: "a raise is in progress", Violated: holds, Set: waits(func(s *evtchn.State) {
		s.Task[evtchn.Back0] = evtchn.Task{PC: evtchn.F5, Port: 1}
	})},
	{ID: "EV-I5", Name: "a vector that has no edge", Violated: violated, Start: twoLevel, Set: waits(func(s *evtchn.State) {
		s.VCPU[0].Vector, s.VCPU[0].Flag = true, true
	})},
	{ID: "EV-I5", Name: "with the edge", Violated: holds, Start: twoLevel, Set: waits(func(s *evtchn.State) {
		s.VCPU[0].Vector, s.VCPU[0].Flag, s.VCPU[0].Edge = true, true, true
	})},
	{ID: "EV-I5", Name: "a poller that cannot see its event", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongPoller })},

	{ID: "EV-I6", Name: "a handler for no event", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongEvent })},
	{ID: "EV-I6", Name: "another mistake", Violated: holds, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongMasked })},

	{ID: "EV-I7", Name: "linked, and on no queue", Violated: violated, Set: on(func(s *evtchn.State) { *s.Word(1) |= evtchn.Linked })},
	{ID: "EV-I7", Name: "on a queue, and not linked", Violated: violated, Set: on(func(s *evtchn.State) {
		queued(s)
		*s.Word(1) &^= evtchn.Linked
	})},
	{ID: "EV-I7", Name: "on a queue", Violated: holds, Set: on(queued)},
	{ID: "EV-I7", Name: "the queue ends elsewhere than at its tail", Violated: violated, Set: on(func(s *evtchn.State) {
		queued(s)
		s.VCPU[0].Tail[evtchn.DefaultPrio] = 2
	})},
	{ID: "EV-I7", Name: "a ring", Violated: violated, Set: on(func(s *evtchn.State) {
		queued(s)
		*s.Word(1) |= 1
	})},
	{ID: "EV-I7", Name: "on two queues", Violated: violated, Set: on(func(s *evtchn.State) {
		queued(s)
		s.VCPU[0].Handler.Local[0], s.VCPU[0].Tail[0] = 1, 1
	})},
	{ID: "EV-I7", Name: "the tail of an empty queue", Violated: holds, Set: on(func(s *evtchn.State) { s.VCPU[0].Tail[evtchn.DefaultPrio] = 2 })},
	{ID: "EV-I7", Name: "a raise is about to link it", Violated: holds, Set: on(func(s *evtchn.State) {
		*s.Word(1) |= evtchn.Linked
		s.Task[evtchn.Back0] = evtchn.Task{PC: evtchn.F8, Port: 1}
	})},

	{ID: "EV-I9", Name: "a masked port was handled", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongMasked })},
	{ID: "EV-I9", Name: "a masked port called", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongUpcall })},
	{ID: "EV-I9", Name: "another mistake", Violated: holds, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongQueue })},

	{ID: "EV-I10", Name: "its own other end", Violated: violated, Set: on(func(s *evtchn.State) { port(s, 1).Remote, port(s, 1).Number = evtchn.Guest, 1 })},
	{ID: "EV-I10", Name: "the other end waits", Violated: violated, Set: on(func(s *evtchn.State) { peer(s, 1).State = evtchn.Unbound })},
	{ID: "EV-I10", Name: "the other end names another port", Violated: violated, Set: on(func(s *evtchn.State) { peer(s, 1).Number = 2 })},
	{ID: "EV-I10", Name: "both wait", Violated: holds, Set: on(func(s *evtchn.State) {
		port(s, 1).State, peer(s, 1).State = evtchn.Unbound, evtchn.Unbound
	})},

	{ID: "EV-I11", Name: "active_evtchns is too high", Violated: violated, Set: on(func(s *evtchn.State) { s.Dom[evtchn.Guest].Active++ })},
	{ID: "EV-I11", Name: "the backend's", Violated: violated, Set: on(func(s *evtchn.State) { s.Dom[evtchn.Backend].Active-- })},
	{ID: "EV-I11", Name: "xen_evtchns is too low", Violated: violated, Set: on(func(s *evtchn.State) { port(s, 1).Consumer = true })},
	{ID: "EV-I11", Name: "Xen receives, and it is counted", Violated: holds, Set: on(func(s *evtchn.State) {
		port(s, 1).Consumer = true
		s.Dom[evtchn.Guest].Xen = 1
	})},

	{ID: "EV-I12", Name: "a VIRQ that no port is bound to", Violated: violated, Set: on(func(s *evtchn.State) { s.Argo = 1 })},
	{ID: "EV-I12", Name: "a timer that virq_to_evtchn does not name", Violated: violated, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer})
	})},
	{ID: "EV-I12", Name: "the timer of another vCPU", Violated: violated, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer, Notify: 1})
		s.VCPU[0].Timer = 3
	})},
	{ID: "EV-I12", Name: "its own", Violated: holds, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQTimer, Notify: 1})
		s.VCPU[1].Timer = 3
	})},
	{ID: "EV-I12", Name: "VIRQ_ARGO, moved to another vCPU", Violated: holds, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQArgo, Notify: 1})
		s.Argo = 3
	})},
	{ID: "EV-I12", Name: "a global VIRQ of another domain", Violated: violated, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQGlobal})
		s.Global = 3
	})},
	{ID: "EV-I12", Name: "one's own", Violated: holds, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQGlobal})
		s.Global, s.Handler = 3, 1
	})},
	{ID: "EV-I12", Name: "a physical interrupt on no list", Violated: violated, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.PIRQ})
		s.PIRQ[0] = 3
	})},
	{ID: "EV-I12", Name: "on the list of another vCPU", Violated: violated, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.PIRQ})
		s.PIRQ[0], s.VCPU[1].PIRQs = 3, 3
	})},
	{ID: "EV-I12", Name: "on its list", Violated: holds, Set: on(func(s *evtchn.State) {
		bound(s, 3, evtchn.Port{State: evtchn.PIRQ, Notify: 1})
		s.PIRQ[0], s.VCPU[1].PIRQs = 3, 3
	})},

	{ID: "EV-I13", Name: "offered less than before", Violated: violated, Set: on(func(s *evtchn.State) { s.Host = evtchn.SetOf(evtchn.TwoLevel) })},
	{ID: "EV-I13", Name: "before the guest's life began", Violated: holds, Start: unstarted, Set: on(func(s *evtchn.State) { s.Host = evtchn.SetOf(evtchn.TwoLevel) })},

	{ID: "EV-I15", Name: "a port at the limit", Violated: violated, Start: twoLevel, Set: on(func(s *evtchn.State) { bound(s, 4, evtchn.Port{State: evtchn.IPI}) })},
	{ID: "EV-I15", Name: "the same in the FIFO ABI", Violated: holds, Set: on(func(s *evtchn.State) { bound(s, 4, evtchn.Port{State: evtchn.IPI}) })},
	{ID: "EV-I15", Name: "below the limit, and not for 32 bits", Violated: violated, Start: twoLevel, Set: on(func(s *evtchn.State) { s.Bits32 = true })},
	{ID: "EV-I15", Name: "its events are Xen's", Violated: holds, Start: twoLevel, Set: on(func(s *evtchn.State) {
		bound(s, 4, evtchn.Port{State: evtchn.Unbound, Consumer: true})
	})},

	{ID: "EV-I16", Name: "a structure that is not there", Violated: violated, Set: ghost(func(g *evtchn.Ghost) { g.Trap = evtchn.TrapHead })},
	{ID: "EV-I16", Name: "none", Violated: holds},

	{ID: "EV-I19", Name: "more ports than may be closed in one go", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongWork })},
	{ID: "EV-I19", Name: "a sixth compare-exchange", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongLinks })},
	{ID: "EV-I19", Name: "a fourth attempt to lock", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongLocks })},
	{ID: "EV-I19", Name: "as many as there may be", Violated: holds, Set: book(func(b *ledger.Book) { b.Work[0] = 2 })},

	{ID: "EV-I21", Name: "handled on another vCPU", Violated: violated, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongVCPU })},
	{ID: "EV-I21", Name: "another mistake", Violated: holds, Set: book(func(b *ledger.Book) { b.Wrong = ledger.WrongQueue })},

	{ID: "EV-I22", Name: "a mask is gone", Violated: violated, Set: book(func(b *ledger.Book) { b.Shut = 1 << 1 })},
	{ID: "EV-I22", Name: "an unmask is under way", Violated: holds, Set: func(w *model.World) {
		a := model.NewMachine(stepped.Config).Do(w, evops.GuestMask.Of(evtchn.VCPU0, 1))
		b := model.NewMachine(stepped.Config).Do(w, evops.GuestUnmask.Of(evtchn.VCPU0, 1))
		evops.Book(w).Shut, *evops.Of(w).Word(1) = 1<<1, 0
		if a.Refused || b.Refused {
			panic("refused")
		}
	}},

	{ID: "EV-I24", Name: "sleeps for a port that is pending", Violated: violated, Set: on(func(s *evtchn.State) {
		*s.Word(1) |= evtchn.Pending
		s.VCPU[0].Poll = 2
	})},
	{ID: "EV-I24", Name: "sleeps for another one", Violated: holds, Set: on(func(s *evtchn.State) {
		*s.Word(1) |= evtchn.Pending
		s.VCPU[0].Poll = 3
	})},

	{ID: "EV-D1", Name: "ports are left", Violated: violated},
	{ID: "EV-D1", Name: "the backend is still connected", Violated: violated, Set: on(func(s *evtchn.State) {
		*s = evtchn.State{}
		peer(s, 1).State = evtchn.Interdomain
	})},
	{ID: "EV-D1", Name: "a reference is left", Violated: violated, Set: on(func(s *evtchn.State) {
		*s = evtchn.State{}
		s.Frame[0].Type = 1
	})},
	{ID: "EV-D1", Name: "the global VIRQ is its own", Violated: violated, Set: on(func(s *evtchn.State) { *s = evtchn.State{Handler: 1} })},
	{ID: "EV-D1", Name: "a poller sleeps", Violated: violated, Set: on(func(s *evtchn.State) {
		*s = evtchn.State{}
		s.VCPU[1].Poll = 2
	})},
	{ID: "EV-D1", Name: "the backend's port waits, and page contents are left", Violated: holds, Set: on(func(s *evtchn.State) {
		*s = evtchn.State{}
		peer(s, 1).State = evtchn.Unbound
		s.Frame[0].B[0] = 1
	})},

	{ID: "EV-P1", Name: "xenstore's port waits", Violated: violated, Set: on(func(s *evtchn.State) { port(s, 1).State = evtchn.Unbound })},
	{ID: "EV-P1", Name: "the timer's is gone", Violated: violated, Set: on(func(s *evtchn.State) { s.Running().Timer = 2 })},
	{ID: "EV-P1", Name: "the timer is not bound yet", Violated: holds},
	{ID: "EV-P10", Name: "a kernel resets for its successor", Violated: violated, Set: book(func(b *ledger.Book) { b.Changed = true })},
	{ID: "EV-P10", Name: "no kernel has", Violated: holds},
	{ID: "EV-P18", Name: "wanted 2L, offered both", Violated: violated, Set: on(func(s *evtchn.State) { s.Wanted = evtchn.SetOf(evtchn.TwoLevel) })},
	{ID: "EV-P18", Name: "as wanted", Violated: holds, Set: on(func(s *evtchn.State) { s.Wanted = s.Host })},
	{ID: "EV-P18", Name: "nothing special wanted", Violated: holds},
	{ID: "EV-P20", Name: "it does not come up", Violated: violated, Set: on(func(s *evtchn.State) { s.Crashed = true })},
	{ID: "EV-P20", Name: "it runs without events", Violated: holds, Set: on(func(s *evtchn.State) { s.Running().Belief = evtchn.NoABI })},
	{ID: "EV-P24", Name: "version 2, and the domain has 1", Violated: violated, Set: on(func(s *evtchn.State) { s.Running().Grants = 1 })},
	{ID: "EV-P24", Name: "both have 2", Violated: holds, Set: on(func(s *evtchn.State) { s.Running().Grants, s.Grants = 1, 1 })},
}
