package ledger

import "hvcheck/model/evtchn"

// Raise notes that a CPU raises an event on a port of the guest.
func (k *Keeper) Raise(s *evtchn.State, p uint8) {
	if p < evtchn.MaxPorts {
		k.b.cause(s, p)
		k.made(p)
	}
}

// Interrupt notes that a virtual or physical interrupt comes: whoever has bound
// it is owed an event.
func (k *Keeper) Interrupt(s *evtchn.State, state, number, vcpu uint8) {
	for p := range uint8(evtchn.MaxPorts) {
		port := &s.Dom[evtchn.Guest].Port[p]
		if port.State == state && port.Number == number && (vcpu == AnyVCPU || k.b.Home.Now>>p&1 == vcpu) {
			k.Raise(s, p)
		}
	}
}

// RaiseAll notes that an event is raised on each port of a set.
func (k *Keeper) RaiseAll(s *evtchn.State, set uint8) {
	for p := range uint8(evtchn.MaxPorts) {
		if set&bit(p) != 0 {
			k.Raise(s, p)
		}
	}
}

// LetGo notes that ports are closed by their owners. store says that the one for
// xenstore is among them.
func (k *Keeper) LetGo(store bool) { k.b.LetGo = k.b.LetGo || store }

// Made notes that the toolstack has made the port for xenstore.
func (k *Keeper) Made() { k.b.LetGo = false }

// Mask notes that the guest's code masks a port. Of one that a reset has closed
// under it, nothing is owed.
func (k *Keeper) Mask(p uint8) {
	if k.was.bound&bit(p) == 0 {
		return
	}
	k.b.Shut |= bit(p)
	k.b.Open &^= bit(p)
}

// Unmask notes that it asks for its events. handled are the ports that it handles.
func (k *Keeper) Unmask(p, handled uint8) {
	if p >= evtchn.MaxPorts {
		return
	}
	k.made(p)
	k.unmask = true
	if handled>>p&1 == 0 { // it unmasks a port that it does nothing with
		return
	}
	k.b.Open |= bit(p)
	k.b.Shut &^= bit(p)
	k.opened |= bit(p)
}

// UnmaskAnyway is Unmask by a kernel that handles the port from now on, whether it
// is masked or not: it looks itself for an event that is pending.
func (k *Keeper) UnmaskAnyway(p uint8) {
	k.Unmask(p, bit(p))
	k.looks = true
}

// expanded notes that the kernel registered further array pages, in which it had
// masked every port.
func (k *Keeper) expanded(s *evtchn.State) {
	for p := k.was.pages * evtchn.PerWord; p < s.Pages*evtchn.PerWord; p++ {
		k.b.Open &^= bit(p)
		k.b.Shut &^= bit(p)
		f := Flight{Port: p + 1} // what was saved is raised again
		k.see(s, &f)
		k.land(s, &f)
	}
}

// Move notes that a port is bound to another vCPU.
func (k *Keeper) Move(s *evtchn.State, p, v uint8) {
	if p >= evtchn.MaxPorts || k.b.Home.Now>>p&1 == v {
		return
	}
	busy := k.b.underWay(s, p)
	if unseen := s.Ops != evtchn.FIFO || s.VCPU[k.b.Home.Now>>p&1].Block == 0; busy && unseen && k.was.masked&bit(p) == 0 {
		k.b.Spoilt |= bit(p)
	}
	k.b.Home.set(p, v, busy)
	k.change(p)
}

// Rebind notes that the guest's code binds a port to another vCPU, and sees to it
// that no event is lost meanwhile.
func (k *Keeper) Rebind(s *evtchn.State, p, v uint8) {
	if p >= evtchn.MaxPorts {
		return
	}
	if k.b.Home.Now>>p&1 != v {
		k.b.Home.set(p, v, k.b.underWay(s, p))
		k.change(p)
	}
	if k.b.Open&bit(p) != 0 {
		k.Unmask(p, bit(p))
		k.masks = true
	}
}

// Restate notes that a port gets another priority.
func (k *Keeper) Restate(s *evtchn.State, p, prio uint8) {
	if p >= evtchn.MaxPorts || k.b.Prio.Now>>p&1 == prio {
		return
	}
	k.b.Prio.set(p, prio, k.b.underWay(s, p))
	k.change(p)
}

// change tells those that are raising the port.
func (k *Keeper) change(p uint8) {
	for i := range k.b.Flight {
		if f := &k.b.Flight[i]; f.Port == p+1 {
			f.Changes = min(f.Changes+1, enough)
		}
	}
}

// enough is how many changes of a port can make a raise give up: each of them
// may cost it two attempts to lock, one for either queue.
const enough = 2

// underWay tells whether an event of the port may still be on a queue, or about
// to be.
func (b *Book) underWay(s *evtchn.State, p uint8) bool {
	for i := range b.Flight {
		if b.Flight[i].Port == p+1 {
			return true
		}
	}
	for v := range s.VCPU {
		if s.VCPU[v].Handler.PC != evtchn.HandlerIdle {
			return true
		}
	}
	if w := s.Word(p); s.Ops == evtchn.FIFO && w != nil && *w&evtchn.Linked != 0 {
		return true
	}
	return s.PendingPort(p)
}

// settle forgets former choices of ports of which no event is under way.
func (b *Book) settle(s *evtchn.State) {
	for p := range uint8(evtchn.MaxPorts) {
		if (b.Home.Also|b.Prio.Also|b.Spoilt)&bit(p) != 0 && !b.underWay(s, p) {
			b.Home.Also &^= bit(p)
			b.Prio.Also &^= bit(p)
			b.Spoilt &^= bit(p)
		}
	}
}

// flights follows what CPUs are in the middle of.
func (k *Keeper) flights(s *evtchn.State, is *memory) {
	for i := range k.b.Flight {
		f := &k.b.Flight[i]
		switch {
		case f.Port == 0 && is.phase[i] == k.was.phase[i]:
		case f.Port == 0 && k.was.phase[i] == evtchn.Idle && is.phase[i] != evtchn.Idle && k.port != 0:
			*f = k.takesOff(s, is)
		case f.Port != 0:
			k.goesOn(s, f, i, is)
		}
	}
	if k.port != 0 && !k.lingers(is) { // done at once
		f := k.takesOff(s, is)
		k.land(s, &f)
	}
	k.opened, k.unmask, k.masks, k.looks = 0, false, false, false
}

// takesOff is the flight that the operation begins.
func (k *Keeper) takesOff(s *evtchn.State, is *memory) Flight {
	f := Flight{Port: k.port}
	if k.unmask {
		f.Flags = k.asks()
		k.unmasking(&f, is)
	}
	if k.masks && !k.lingers(is) {
		f.Flags |= unmasked
	}
	k.see(s, &f)
	k.called(s, &f, is)
	return f
}

// lingers tells whether the operation has left something to be gone on with.
func (k *Keeper) lingers(is *memory) bool {
	for i := range is.phase {
		if k.was.phase[i] == evtchn.Idle && is.phase[i] != evtchn.Idle {
			return true
		}
	}
	return false
}

// asks are the flags of the unmask that begins.
func (k *Keeper) asks() (flags uint8) {
	flags = unmasks
	if k.opened&bit(k.port-1) != 0 {
		flags |= wanted
	}
	if k.looks {
		flags |= looks
	}
	return flags
}

// goesOn is a flight of CPU i of which a step may have been done.
func (k *Keeper) goesOn(s *evtchn.State, f *Flight, i int, is *memory) {
	k.see(s, f)
	if i != int(k.cpu) {
		f.mayCall(k, s, is)
	} else {
		switch k.was.phase[i] {
		case evtchn.F3:
			f.Locks = min(f.Locks+1, MaxLocks+1)
		case evtchn.F9CAS:
			f.Links = min(f.Links+1, MaxLinks+1)
		}
		k.unmasking(f, is)
		k.called(s, f, is)
	}
	k.tried(f, is.phase[i])
	if f.Locks > MaxLocks {
		k.b.Wrong |= WrongLocks
	}
	if f.Links > MaxLinks {
		k.b.Wrong |= WrongLinks
	}
	if is.phase[i] == evtchn.Idle {
		k.land(s, f)
		*f = Flight{}
	}
}

// tried begins to count again where nothing is being tried.
func (k *Keeper) tried(f *Flight, pc evtchn.Phase) {
	if pc != evtchn.F1 && pc != evtchn.F3 && f.Locks <= MaxLocks {
		f.Locks = 0
	}
	if (pc < evtchn.F9 || pc > evtchn.F9Read) && f.Links <= MaxLinks {
		f.Links = 0
	}
}

// mayCall notes that the port is not masked, as far as Xen is concerned.
func (f *Flight) mayCall(k *Keeper, s *evtchn.State, is *memory) {
	if k.was.masked&is.masked&bit(f.Port-1) == 0 {
		f.Flags |= seen
	}
	if s.Running().Belief != s.Ops { // Xen looks at other masks than the kernel
		f.Flags |= seen | fresh
	}
}

// called judges an upcall that a raise or an unmask makes: none is due for a port
// that has been masked all the while, nor where there is no new event and the
// mask was not cleared, or nothing was pending while it was.
func (k *Keeper) called(s *evtchn.State, f *Flight, is *memory) {
	f.mayCall(k, s, is)
	if p := bit(f.Port - 1); is.pending&^k.was.pending&p != 0 || s.Ops == evtchn.FIFO || is.ops != k.was.ops {
		f.Flags |= fresh // who links an event of the FIFO ABI need not have set it
	}
	if (k.was.pending|is.pending)&bit(f.Port-1) != 0 && f.Flags&unmasks != 0 {
		f.Flags |= there
	}
	opens := f.Flags&(unmasked|looks) != 0 && f.Flags&there != 0
	due := f.Flags&seen != 0 && (f.Flags&fresh != 0 || opens)
	for v := range s.VCPU {
		if s.VCPU[v].Flag && !k.was.flag[v] && !due {
			k.b.Wrong |= WrongUpcall
		}
	}
}

// see notes that the vCPU has no control block.
func (k *Keeper) see(s *evtchn.State, f *Flight) {
	p := f.Port - 1
	if s.Ops == evtchn.FIFO && (s.VCPU[k.b.Home.Now>>p&1].Block == 0 || k.b.Home.Also>>p&1 != 0 && s.VCPU[1-k.b.Home.Now>>p&1].Block == 0) {
		f.Flags |= unblocked
	}
}

// land is the end of a flight. Of an event that is not pending then and was not
// handled, Xen owes nothing if it may give up: because the port changed again
// and again, or because there is no control block.
func (k *Keeper) land(s *evtchn.State, f *Flight) {
	p := f.Port - 1
	if (f.Changes >= enough || f.Flags&unblocked != 0) && !s.PendingPort(p) && !s.Dom[evtchn.Guest].Port[p].Saved {
		k.b.Owed &^= bit(p)
	}
}

// unmasking looks whether a step of an unmask has cleared the mask. The first
// time that is what was asked for; a mask that is set later is not to be
// cleared by it.
func (k *Keeper) unmasking(f *Flight, is *memory) {
	p := f.Port - 1
	if f.Flags&unmasks == 0 {
		return
	}
	was, masked := k.was.masked&bit(p) != 0, is.masked&bit(p) != 0
	switch {
	case masked && !was:
		f.Flags &^= unmasked
	case was && !masked && f.Flags&unmasked == 0:
		f.Flags |= unmasked
		if f.Flags&wanted != 0 {
			k.b.Open |= bit(p)
			k.b.Shut &^= bit(p)
		}
	}
}

// By tells whose step the operation is.
func (k *Keeper) By(cpu uint8) { k.cpu = cpu }

// Unmasking tells whether an unmask of the port is under way that has not cleared
// the mask yet.
func (b *Book) Unmasking(p uint8) bool {
	for i := range b.Flight {
		if f := &b.Flight[i]; f.Port == p+1 && f.Flags&(unmasks|unmasked) == unmasks {
			return true
		}
	}
	return false
}
