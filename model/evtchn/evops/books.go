package evops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/ledger"
)

// books is the part of a World where the ledger is.
var books = model.NewPart[ledger.Book]("evtchn.books")

// Book is what is owed in a World, and what was done that must not be.
func Book(w *model.World) *ledger.Book { return books.Of(w) }

// cause tells the ledger what an operation that has not failed is about.
type cause func(k *ledger.Keeper, s *evtchn.State, a *args)

// causes are by operation. Others cause nothing by themselves.
var causes = byKind(map[*model.Spec]cause{
	Send: func(k *ledger.Keeper, s *evtchn.State, a *args) {
		dom := domainOf(a[0])
		switch port := &s.Dom[dom].Port[a[1]]; {
		case port.State == evtchn.Interdomain && port.Remote == evtchn.Guest:
			k.Raise(s, port.Number)
		case port.State == evtchn.IPI:
			k.Raise(s, a[1])
		}
	},
	RaiseVIRQ: func(k *ledger.Keeper, s *evtchn.State, a *args) {
		v := a[2]
		if a[1] != evtchn.VIRQTimer {
			v = anyVCPU
		}
		k.Interrupt(s, evtchn.VIRQ, a[1], v)
	},
	RaisePIRQ:   func(k *ledger.Keeper, s *evtchn.State, a *args) { k.Interrupt(s, evtchn.PIRQ, a[1], anyVCPU) },
	GuestMask:   func(k *ledger.Keeper, _ *evtchn.State, a *args) { k.Mask(a[1]) },
	GuestUnmask: asksFor, UnmaskEvent: asksFor, GuestClearMask: asksFor,
	BindVCPU:    func(k *ledger.Keeper, s *evtchn.State, a *args) { k.Move(s, a[1], a[2]) },
	GuestMove:   func(k *ledger.Keeper, s *evtchn.State, a *args) { k.Rebind(s, a[1], a[2]) },
	SetPriority: func(k *ledger.Keeper, s *evtchn.State, a *args) { k.Restate(s, a[1], a[2]) },
	GuestUpcall: func(k *ledger.Keeper, _ *evtchn.State, a *args) { k.Enter(a[0]) },
	KernelUse: func(k *ledger.Keeper, s *evtchn.State, a *args) {
		p := s.Running().Store
		if a[1] == evtchn.Timer {
			p = s.Running().Timer
		}
		k.UnmaskAnyway(p)
	},
	KernelStart: func(k *ledger.Keeper, _ *evtchn.State, _ *args) { k.Started() },
	CloseEvent: func(k *ledger.Keeper, s *evtchn.State, a *args) {
		k.LetGo(domainOf(a[0]) == evtchn.Backend || a[1] == s.Param || a[1] == s.Running().Timer)
	},
	ResetEvents:     resetAll,
	ResetEventsCont: resetAll,
	DestroyEvents:   func(k *ledger.Keeper, _ *evtchn.State, _ *args) { k.LetGo(true) },
	ToolstackStep: func(k *ledger.Keeper, s *evtchn.State, _ *args) {
		if s.Control == 4 {
			k.Made()
		}
	},
	KernelJump:  func(k *ledger.Keeper, s *evtchn.State, _ *args) { k.Arrived(s) },
	KernelReset: func(k *ledger.Keeper, s *evtchn.State, _ *args) { k.LateReset(s) },
})

// asksFor is the guest's code that unmasks a port.
func asksFor(k *ledger.Keeper, s *evtchn.State, a *args) { k.Unmask(a[1], s.Running().Map) }

// resetAll is a reset by the guest, or for it.
func resetAll(k *ledger.Keeper, s *evtchn.State, a *args) {
	k.LetGo(true)
	if s.Task[a[0]].PC == evtchn.Idle && s.Dom[evtchn.Guest].Next == 0 {
		k.Forget()
	}
}

// anyVCPU: the interrupt is not one of a vCPU.
const anyVCPU = ledger.AnyVCPU

// vcpuOf finds the operand that names the vCPU which a new port is for, + 1: it is
// asked at every step.
var vcpuOf = func() (at [256]int) {
	at[BindVIRQ.Kind()], at[BindIPI.Kind()], at[AllocConsumer.Kind()] = 2+1, 1+1, 1+1
	return at
}()

// byKind makes a table of it.
func byKind(list map[*model.Spec]cause) (table [256]cause) {
	for s, c := range list {
		table[s.Kind()] = c
	}
	return table
}

func domainOf(cpu uint8) int {
	if cpu <= evtchn.VCPU1 {
		return evtchn.Guest
	}
	return evtchn.Backend
}

// enter has the ledger look at what is before an operation.
func (m *calls) enter(w *model.World, op *model.Op) {
	m.st, m.book, m.op = Of(w), Book(w), op
	m.keeper.Before(&m.cfg.Config, m.st, m.book)
}

// leave has it note what the operation did.
func (m *calls) leave(code errno.Errno) {
	spec := m.op.Spec()
	cpu, v := uint8(ledger.Nobody), uint8(0)
	if len(spec.Args) > 0 && (spec.Args[0].Type == EventCPU || spec.Args[0].Type == GuestCPU) {
		cpu = m.op.Arg[0]
	}
	if i := vcpuOf[m.op.Kind]; i > 0 {
		v = m.op.Arg[i-1]
	}
	m.keeper.By(cpu)
	fresh := m.keeper.Bindings(m.st, v)
	if code >= 0 || code == errno.ERESTART {
		if c := causes[m.op.Kind]; c != nil {
			c(&m.keeper, m.st, &m.op.Arg)
		}
		if spec == BindInterdomain && cpu <= evtchn.VCPU1 {
			m.keeper.RaiseAll(m.st, fresh)
		}
	}
	m.keeper.After(m.st, m.call.Seen)
}
