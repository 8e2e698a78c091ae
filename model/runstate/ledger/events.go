package ledger

import (
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// Ports is a set of ports, by operand.
type Ports uint8

// Has tells whether a port is in it.
func (p Ports) Has(port uint8) bool { return p>>port&1 != 0 }

func (p *Ports) set(port uint8, in bool) {
	if *p &^= 1 << port; in {
		*p |= 1 << port
	}
}

// Events is what is noted of events: what was sent, what the guest has masked, and
// where it was told that its structures are.
type Events struct {
	Place  [runstate.NumLinks]runstate.Place
	Sent   Ports // and accepted; the guest has not handled it, nor moved what it was told in
	Had    Ports // that may be pending: what was sent, and what was there at registration
	Masked Ports // by the guest
	Blind  bool  // shared_info could not be reached when the width changed: its bits mean nothing
}

// begin opens the books.
func (e *Events) begin(s *runstate.State) {
	e.Place = s.Ev.Guest
	e.look(s)
}

// look takes over what shared_info has.
func (e *Events) look(s *runstate.State) {
	e.Sent, e.Had, e.Masked, e.Blind = 0, 0, 0, false
	p := rsview.Structure(s, e.Place[runstate.SharedInfo])
	for port := range uint8(runstate.NumPorts) {
		if p != nil && rsview.HasPort(s.Layout, port) {
			e.Had.set(port, rsview.Pending(p, port))
			e.Masked.set(port, rsview.Masked(p, s.Layout, port))
		}
	}
}

// Info is a structure registered, or no more: taken away, or another one refused. The
// guest looks itself at what it was told in the old one.
func (e *Events) Info(s *runstate.State, k uint8, place runstate.Place) {
	if place == e.Place[k] && place != runstate.Away && !e.Blind {
		return
	}
	for port := range uint8(runstate.NumPorts) {
		if rsview.Told(s, e.Place[runstate.SharedInfo], e.Place[runstate.VCPUInfo], port) {
			e.Sent.set(port, false)
		}
	}
	if e.Place[k] = place; k == runstate.SharedInfo {
		e.look(s)
	}
}

// Send is an event that was accepted. Where the port was pending before anybody sent
// it, nobody is told.
func (e *Events) Send(port uint8) {
	if e.Had.Has(port) {
		return
	}
	e.Sent.set(port, true)
	e.Had.set(port, true)
}

// Mask is the guest masking a port, or not.
func (e *Events) Mask(port uint8, on bool) { e.Masked.set(port, on) }

// Handle is what the guest has handled.
func (e *Events) Handle(s *runstate.State) {
	p := rsview.Structure(s, e.Place[runstate.SharedInfo])
	for port := range uint8(runstate.NumPorts) {
		if p != nil && !rsview.Pending(p, port) {
			e.Sent.set(port, false)
			e.Had.set(port, false)
		}
	}
}

// Width is the guest's width changed: ports that it does not have are gone. Shared_info
// was reached, or not.
func (e *Events) Width(s *runstate.State, reached bool) {
	for port := range uint8(runstate.NumPorts) {
		if !rsview.HasPort(s.Layout, port) {
			e.Sent.set(port, false)
			e.Had.set(port, false)
			e.Masked.set(port, false)
		}
	}
	e.Blind = e.Blind || !reached
}
