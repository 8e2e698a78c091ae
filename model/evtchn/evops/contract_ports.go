package evops

import (
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// Conditions of the operations on ports.

var (
	noRoom   = due(errno.ENOSPC, noPortFree, callerFull)
	notAPort = due(errno.EINVAL, badPort, noSuchPort)
	notBound = due(errno.EINVAL, "the port is not bound", ofCaller(unbound))
	xens     = due(errno.EINVAL, "Xen receives the port's events", ofCaller(consumed))
)

// connects: who binds to a port of the guest that is being raised waits for it,
// and the new port is pending at once.
func connects(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Binds) || locked(s) || queued(s) ||
		a[1] == evtchn.Guest && !gone(s, a[1]) && raisesOn(s, a[2])
}

func noPeer(_ *Config, s *evtchn.State, a *args) bool {
	return !gone(s, a[1]) && bad(s, int(a[1]), a[2])
}

// awaitsOthers: the port does not accept a binding from the caller's domain.
func awaitsOthers(_ *Config, s *evtchn.State, a *args) bool {
	if gone(s, a[1]) || bad(s, int(a[1]), a[2]) {
		return false
	}
	port := &s.Dom[a[1]].Port[a[2]]
	return port.State != evtchn.Unbound || int(port.Remote) != domainOf(a[0])
}

func noVIRQ(_ *Config, _ *evtchn.State, a *args) bool { return a[1] >= evtchn.VIRQInvalid }

// notOnZero: a VIRQ of the domain or of the host is bound on vCPU 0.
func notOnZero(_ *Config, _ *evtchn.State, a *args) bool {
	return (a[1] == evtchn.VIRQArgo || a[1] == evtchn.VIRQGlobal) && a[2] != 0
}

// othersVIRQ: another domain is the global VIRQ's handler.
func othersVIRQ(_ *Config, s *evtchn.State, a *args) bool {
	return a[1] == evtchn.VIRQGlobal && s.Handler != 1
}

// keptVIRQ: who is not the global VIRQ's handler may not bind it.
func keptVIRQ(c *Config, s *evtchn.State, a *args) bool {
	return othersVIRQ(c, s, a) && !c.On[evtchn.AsIs5]
}

func virqBound(_ *Config, s *evtchn.State, a *args) bool {
	return boundTo(s, evtchn.VIRQ, a[1], a[2])
}

func noPIRQ(_ *Config, _ *evtchn.State, a *args) bool { return a[1] >= evtchn.NumPIRQs }

func pirqBound(_ *Config, s *evtchn.State, a *args) bool {
	return boundTo(s, evtchn.PIRQ, a[1], anyVCPU)
}

// closing: an event is being raised on the port, or the guest handles one.
func closing(c *Config, s *evtchn.State, a *args) bool {
	if barred(c, s, a[0], evtchn.Closes) || locked(s) {
		return true
	}
	d, p := domainOf(a[0]), a[1]
	return !bad(s, d, p) && engaged(s, d, p) || d == evtchn.Guest && handles(s, p)
}

// handles tells whether a handler has an event of the port in hand.
func handles(s *evtchn.State, p uint8) bool {
	for v := range s.VCPU {
		h := &s.VCPU[v].Handler
		if h.Bits>>p&1 != 0 || h.Port == p && (h.PC == evtchn.H5Ack || h.PC == evtchn.G4Ack) {
			return true
		}
	}
	return false
}

// sending: of two senders that could, the first one acts.
func sending(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Sends) || a[0] == evtchn.Back1 && s.Task[evtchn.Back0].PC == evtchn.Idle
}

// noEvent: no such virtual interrupt of the guest can happen.
func noEvent(c *Config, s *evtchn.State, a *args) bool {
	return sending(c, s, a) || a[1] >= evtchn.VIRQInvalid || a[2] >= c.VCPUs ||
		othersVIRQ(c, s, a) || s.Crashed || s.Dom[evtchn.Guest].Dying
}

// noInterrupt: nobody has bound the physical interrupt.
func noInterrupt(c *Config, s *evtchn.State, a *args) bool {
	return sending(c, s, a) || !pirqBound(c, s, a)
}

// is tells what status says of a port: the state, or closed up to the given one.
func is(state uint8) when {
	return ofNamed(func(p *evtchn.Port) bool {
		return p.State == state || state == evtchn.Reserved && p.State == evtchn.Free
	})
}

// ofNamed is a condition on a port of the domain that is named.
func ofNamed(is func(p *evtchn.Port) bool) when {
	return func(_ *Config, s *evtchn.State, a *args) bool {
		return !gone(s, a[1]) && !bad(s, int(a[1]), a[2]) && is(&s.Dom[a[1]].Port[a[2]])
	}
}

// overtaking: a 2-level raise that has chosen the port's vCPU is under way.
func overtaking(_ *Config, s *evtchn.State, a *args) bool {
	return s.Ops != evtchn.FIFO && raisesOn(s, a[1])
}

// waitsFor2L is left open.
var waitsFor2L = fails(errno.NotRunning, "a 2-level raise that has chosen the port's vCPU is under way").May(given(overtaking), overtakes)

const overtakes = "whether the call waits for a 2-level raise that has chosen the vCPU is a question about today's code: design EV-A4"

func in2L(_ *Config, s *evtchn.State, _ *args) bool { return s.Ops != evtchn.FIFO }

func noPriority(_ *Config, _ *evtchn.State, a *args) bool { return a[2] >= evtchn.NumPrios }

// noConsumer: the port is none whose events Xen receives.
func noConsumer(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Closes) || locked(s) ||
		bad(s, evtchn.Guest, a[1]) || !s.Dom[evtchn.Guest].Port[a[1]].Consumer
}

func consuming(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Binds) || locked(s) || a[1] >= c.VCPUs
}

func guestDying(_ *Config, s *evtchn.State, _ *args) bool { return s.Dom[evtchn.Guest].Dying }

// lateHandler: a domain that is going down is not made a VIRQ's handler.
func lateHandler(_ *Config, s *evtchn.State, a *args) bool {
	return a[0] != 0 && s.Handler != 1 && s.Dom[evtchn.Guest].Dying && !s.Dead
}

// goneHandler: nor is one that is gone.
func goneHandler(_ *Config, s *evtchn.State, a *args) bool { return a[0] != 0 && s.Dead }

// keptHandler: the VIRQ is bound where it was.
func keptHandler(c *Config, s *evtchn.State, a *args) bool {
	return !c.On[evtchn.AsIs5] && a[0] == 0 && s.Handler == 1 && boundTo(s, evtchn.VIRQ, evtchn.VIRQGlobal, 0)
}

func noBinds(_ *Config, s *evtchn.State, _ *args) bool { return used(s, evtchn.Binds) }
