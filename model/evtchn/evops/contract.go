package evops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// When each result is due: xen/include/public/event_channel.h, vcpu.h and
// sched.h, and the texts of the commits and advisories that the catalogue
// names. What a condition looks at is the ports and their states, what the
// guest has registered, who runs, and who holds a lock; it asks no rule.

// when is a condition on the area's state before the operation.
type when = func(c *Config, s *evtchn.State, a *args) bool

// given makes it one of the model's.
func given(is when) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool { return is(Conf(c), Of(w), a) }
}

// due is a result that has to come where its condition holds.
func due(code errno.Errno, text string, is when) model.Result {
	return model.Can(code, text).Due(given(is))
}

// elsewhere is a result that no scenario reaches, for the reason given; under
// another design it is due.
func elsewhere(code errno.Errno, reason string, is when) model.Result {
	return model.Never(code, reason).Due(given(is))
}

// wait is that the operation cannot be made now.
func wait(is when) model.Result { return waits.Due(given(is)) }

// Who can act.

// frozen tells whether no vCPU of the guest runs, nor will by itself.
func frozen(s *evtchn.State) bool {
	return s.Shutdown || s.Paused || s.Crashed || s.Dom[evtchn.Guest].Dying
}

// stuck tells whether a CPU can make no call: it is in the middle of one, or it
// is a vCPU that is down, asleep, in its handler, or not running.
func stuck(c *Config, s *evtchn.State, cpu uint8) bool {
	if s.Task[cpu].PC != evtchn.Idle {
		return true
	}
	if cpu >= evtchn.MaxVCPUs {
		return false
	}
	v := &s.VCPU[cpu]
	return cpu >= c.VCPUs || v.Down || v.Poll != 0 || v.Handler.PC != evtchn.HandlerIdle || frozen(s)
}

// used tells whether the scope allows no more operations of a class.
func used(s *evtchn.State, b evtchn.Budget) bool { return s.Left[b] == 0 }

// barred is what keeps a caller from an operation of a class.
func barred(c *Config, s *evtchn.State, cpu uint8, b evtchn.Budget) bool {
	return used(s, b) || stuck(c, s, cpu)
}

func caller(c *Config, s *evtchn.State, a *args) bool { return stuck(c, s, a[0]) }

// of is barred for the calls of a class that wait for nobody.
func of(b evtchn.Budget) when {
	return func(c *Config, s *evtchn.State, a *args) bool { return barred(c, s, a[0], b) }
}

// locking is barred for calls that also take the guest's event lock.
func locking(b evtchn.Budget) when {
	return func(c *Config, s *evtchn.State, a *args) bool { return barred(c, s, a[0], b) || locked(s) }
}

// Locks.

// locked tells whether somebody holds the guest's event lock: an init_control
// that goes step by step does.
func locked(s *evtchn.State) bool {
	for i := range s.Task {
		if s.Task[i].PC == evtchn.C2 {
			return true
		}
	}
	return false
}

// queued tells whether somebody holds the lock of a queue.
func queued(s *evtchn.State) bool {
	for i := range s.Task {
		if s.Task[i].Flags&(evtchn.HoldsQ|evtchn.HoldsO) != 0 {
			return true
		}
	}
	return false
}

// raises tells whether a CPU is raising or unmasking an event.
func raises(t *evtchn.Task) bool { return t.PC >= evtchn.A1 && t.PC <= evtchn.U2 }

func raisesAny(s *evtchn.State) bool {
	for i := range s.Task {
		if raises(&s.Task[i]) {
			return true
		}
	}
	return false
}

func raisesOn(s *evtchn.State, p uint8) bool {
	for i := range s.Task {
		if t := &s.Task[i]; t.Port == p && raises(t) {
			return true
		}
	}
	return false
}

// engaged tells whether an event of the guest's is being raised on a port or on
// its other end: who closes it takes the locks of both.
func engaged(s *evtchn.State, d int, p uint8) bool {
	port := &s.Dom[d].Port[p]
	return d == evtchn.Guest && raisesOn(s, p) ||
		port.State == evtchn.Interdomain && port.Remote == evtchn.Guest && raisesOn(s, port.Number)
}

// Domains and ports.

// gone tells whether a domain does not exist (any more).
func gone(s *evtchn.State, d uint8) bool {
	return d >= evtchn.NoDomain || d == evtchn.Guest && s.Dead
}

// foreign tells whether a domain is not the caller's, and the caller may not
// name another one's.
func foreign(_ *Config, s *evtchn.State, a *args) bool {
	return a[0] != evtchn.Tool && !gone(s, a[1]) && int(a[1]) != domainOf(a[0])
}

func noDomain(_ *Config, s *evtchn.State, a *args) bool { return gone(s, a[1]) }

// named is a condition on the domain that is named, if there is one.
func named(is func(c *Config, s *evtchn.State, d int) bool) when {
	return func(c *Config, s *evtchn.State, a *args) bool { return !gone(s, a[1]) && is(c, s, int(a[1])) }
}

func dyingDomain(_ *Config, s *evtchn.State, d int) bool { return s.Dom[d].Dying }

func always(*Config, *evtchn.State, *args) bool { return true }

// bad tells whether a domain has no such port.
func bad(s *evtchn.State, d int, p uint8) bool {
	return p >= s.Dom[d].Valid || p >= evtchn.MaxPorts
}

// ofCaller is a condition on the caller's port, which is the second operand.
func ofCaller(is func(p *evtchn.Port) bool) when {
	return func(_ *Config, s *evtchn.State, a *args) bool {
		d := domainOf(a[0])
		return !bad(s, d, a[1]) && is(&s.Dom[d].Port[a[1]])
	}
}

func noSuchPort(_ *Config, s *evtchn.State, a *args) bool { return bad(s, domainOf(a[0]), a[1]) }

func unbound(p *evtchn.Port) bool { return p.State <= evtchn.Reserved }

func consumed(p *evtchn.Port) bool { return p.Consumer }

// fixed tells whether a port's events always go to the vCPU that it was bound to.
func fixed(p *evtchn.Port) bool {
	return p.State == evtchn.IPI || p.State == evtchn.VIRQ && p.Number == evtchn.VIRQTimer
}

// silent tells whether there is nobody to send to: the port is closed, or bound
// to an interrupt.
func silent(p *evtchn.Port) bool {
	return p.State <= evtchn.Reserved || p.State == evtchn.PIRQ || p.State == evtchn.VIRQ
}

// boundTo finds what is bound to an interrupt: to a VIRQ of each vCPU, on that
// vCPU.
func boundTo(s *evtchn.State, state, number, vcpu uint8) bool {
	for p := range s.Dom[evtchn.Guest].Port {
		port := &s.Dom[evtchn.Guest].Port[p]
		if port.State == state && port.Number == number && (!fixed(port) || port.Notify == vcpu) {
			return true
		}
	}
	return false
}

// holds tells whether the guest has a port that is not Xen's.
func holds(s *evtchn.State) bool { return holdsBelow(s, evtchn.MaxPorts) }

func holdsBelow(s *evtchn.State, n uint8) bool {
	for p := range n {
		if holdsAt(s, p) {
			return true
		}
	}
	return false
}

func holdsAt(s *evtchn.State, p uint8) bool {
	port := &s.Dom[evtchn.Guest].Port[p]
	return !unbound(port) && !port.Consumer
}

// room is how many ports a domain can have: what the toolstack allows, and for
// the guest what its ABI has bits or words for.
func room(c *Config, s *evtchn.State, d int) uint8 {
	n := min(c.MaxPort+1, evtchn.MaxPorts)
	switch {
	case d == evtchn.Backend:
		return n
	case s.Ops == evtchn.FIFO:
		return min(n, c.Limit)
	case s.Bits32:
		return min(n, c.Limit2L32)
	}
	return min(n, c.Limit2L)
}

func full(c *Config, s *evtchn.State, d int) bool { return lowestFree(s, d) >= room(c, s, d) }

func callerFull(c *Config, s *evtchn.State, a *args) bool { return full(c, s, domainOf(a[0])) }

func guestFull(c *Config, s *evtchn.State, _ *args) bool { return full(c, s, evtchn.Guest) }

func noVCPU(i int) when {
	return func(c *Config, _ *evtchn.State, a *args) bool { return a[i] >= c.VCPUs }
}
