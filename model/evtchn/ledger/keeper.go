package ledger

import "hvcheck/model/evtchn"

// Before looks at a State before an operation.
func (k *Keeper) Before(cfg *evtchn.Config, s *evtchn.State, b *Book) {
	k.cfg, k.b = cfg, b
	k.was.look(s)
	k.port = 0
}

// made is told of a port that the operation is about: an event is raised on it,
// or it is unmasked. It is called before After.
func (k *Keeper) made(p uint8) { k.port = p + 1 }

// After brings the books up to date. seen is what the rules did outside of the
// State.
func (k *Keeper) After(s *evtchn.State, seen []evtchn.Event) {
	var is memory
	is.look(s)
	k.kernels(s, &is)
	k.handled(seen)
	k.worked(s, seen)
	k.handlers(s, &is)
	k.flights(s, &is)
	k.pollers(s)
	if b := k.b; b.Home.Also|b.Prio.Also|b.Spoilt != 0 {
		b.settle(s)
	}
}

// Bindings notes the ports that came and went. It is called before the causes of
// the operation are told. vcpu is the one that a new port is for.
func (k *Keeper) Bindings(s *evtchn.State, vcpu uint8) (fresh uint8) {
	for p := range uint8(evtchn.MaxPorts) {
		was, is := k.was.bound&bit(p) != 0, s.Dom[evtchn.Guest].Port[p].State > evtchn.Reserved
		switch {
		case is && !was:
			k.b.bind(p, vcpu)
			if taken(s, p) {
				k.b.Home.Also |= bit(p)
			}
			fresh |= bit(p)
			if k.cpu <= evtchn.VCPU1 && k.was.masked&bit(p) == 0 { // the guest left it so
				k.b.Open |= bit(p)
			}
		case was && !is:
			k.b.forget(p)
		}
	}
	k.expanded(s)
	return fresh
}

// taken tells whether a handler is in the middle of taking the port off a queue,
// where its last owner left it: it will find what comes next.
func taken(s *evtchn.State, p uint8) bool {
	for v := range s.VCPU {
		if s.VCPU[v].Handler.PC != evtchn.HandlerIdle && s.VCPU[v].Handler.Port == p {
			return true
		}
	}
	return false
}

// kernels notes that another kernel runs, or that the running one begins anew.
func (k *Keeper) kernels(s *evtchn.State, is *memory) {
	b := k.b
	switch {
	case is.cur != k.was.cur:
		b.LetGo = false
		b.Owed, b.Shut, b.Spoilt, b.Early = 0, 0, 0, [evtchn.MaxVCPUs]uint8{}
		b.Open = s.Running().Map &^ is.masked
	case is.belief != k.was.belief:
		b.Open, b.Shut = b.Open&k.opened, 0
		if is.belief == evtchn.NoABI {
			b.Owed, b.Early = 0, [evtchn.MaxVCPUs]uint8{}
		}
	}
}

// Started notes that the running kernel has started up.
func (k *Keeper) Started() {
	if wipes(k.cfg) && k.was.cur > 0 {
		k.b.Owed = 0
	}
}

// Arrived notes that the next kernel runs.
func (k *Keeper) Arrived(s *evtchn.State) {
	k.b.Changed = k.b.Changed || changes(k.cfg, s.Plan[s.Cur])
	if anew(k.cfg, s.Plan[s.Cur]) {
		k.Reset(s)
	}
}

// Forget notes that a reset has ended: the kernel has asked for nothing since.
func (k *Keeper) Forget() { k.b.Open, k.b.Shut = 0, 0 }

// LateReset notes that the kernel which has arrived resets.
func (k *Keeper) LateReset(s *evtchn.State) {
	k.b.Changed = true
	k.Reset(s)
}

// Reset notes that every port was closed and those that there are were bound
// anew, in one operation.
func (k *Keeper) Reset(s *evtchn.State) {
	for p := range uint8(evtchn.MaxPorts) {
		if s.Dom[evtchn.Guest].Port[p].State > evtchn.Reserved {
			k.b.bind(p, 0)
		}
	}
	if p := s.Param; rebinds(k.cfg) {
		k.b.cause(s, p)
	}
}

// worked counts ports that are closed between two looks for preemption.
func (k *Keeper) worked(s *evtchn.State, seen []evtchn.Event) {
	var done uint8
	work := &done
	if k.cpu != Nobody {
		work = &k.b.Work[k.cpu]
	}
	for i := range seen {
		switch seen[i].Kind {
		case evtchn.Closed:
			*work++
		case evtchn.Looked:
			*work = 0
		}
		if *work > k.cfg.Every {
			k.b.Wrong |= WrongWork
		}
	}
	if k.cpu != Nobody && s.Task[k.cpu].PC != evtchn.R2 && s.Task[k.cpu].PC != evtchn.R3 {
		*work = 0
		if k.was.phase[k.cpu] == evtchn.R3 {
			k.Forget()
		}
	}
}

// handled judges what handlers did.
func (k *Keeper) handled(seen []evtchn.Event) {
	b := k.b
	for i := range seen {
		switch e := &seen[i]; e.Kind {
		case evtchn.Took:
			if !e.Linked || k.was.bound&bit(e.Port) != 0 && !(b.Home.allows(e.Port, e.VCPU) && b.Prio.allows(e.Port, e.Prio)) {
				b.Wrong |= WrongQueue
			}
		case evtchn.Ran:
			k.ran(e)
		}
	}
}

// ran is a handler that runs for an event.
func (k *Keeper) ran(e *evtchn.Event) {
	b := k.b
	if b.Raised&bit(e.Port) == 0 {
		b.Wrong |= WrongEvent
	}
	if b.Early[e.VCPU]&bit(e.Port) != 0 {
		b.Wrong |= WrongMasked
	}
	if !b.Home.allows(e.Port, e.VCPU) {
		b.Wrong |= WrongVCPU
	}
	b.Owed &^= bit(e.Port)
}

// Enter notes that a vCPU takes an upcall: what is masked now has been masked
// since before its handler looked.
func (k *Keeper) Enter(v uint8) { k.b.Early[v] = k.was.masked }

// handlers keeps what has been masked ever since handlers looked.
func (k *Keeper) handlers(s *evtchn.State, is *memory) {
	for v := range s.VCPU {
		switch pc := s.VCPU[v].Handler.PC; pc {
		case evtchn.HandlerIdle:
			k.b.Early[v] = 0
		case evtchn.G1, evtchn.G2, evtchn.H2:
			k.b.Early[v] = is.masked
		default:
			k.b.Early[v] &= is.masked
		}
	}
}

// pollers judges who was woken, and by what.
func (k *Keeper) pollers(s *evtchn.State) {
	for v := range s.VCPU {
		is := &s.VCPU[v]
		if p := k.was.poll[v]; p != 0 && is.Poll == 0 && is.Flag == k.was.flag[v] && !reachable(s, p-1) {
			k.b.Wrong |= WrongPoller
		}
	}
}

// reachable tells whether an event that is linked is where its handler will
// come to it.
func reachable(s *evtchn.State, p uint8) bool {
	w := s.Word(p)
	if s.Ops != evtchn.FIFO || w == nil || *w&evtchn.Linked == 0 {
		return true
	}
	for v := range s.VCPU {
		c := &s.VCPU[v]
		if c.Block == 0 {
			continue
		}
		h := &c.Handler
		for prio := range uint8(evtchn.NumPrios) {
			if leads(s, h.Local[prio], p) || leads(s, s.Frame[c.Block-1].B[evtchn.Head+prio], p) {
				return true
			}
		}
		if leads(s, h.Port, p) || leads(s, h.Next, p) {
			return true
		}
	}
	return false
}

// leads tells whether the links from one port lead to another one.
func leads(s *evtchn.State, from, to uint8) bool {
	for range evtchn.MaxPorts {
		if from == to {
			return true
		}
		w := s.Word(from)
		if from == 0 || w == nil {
			return false
		}
		from = *w & evtchn.LinkBit
	}
	return false
}
