package evops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// What operations have done when they have succeeded, as the public header says
// it. Where a raise, an unmask or init_control goes step by step, its end is
// nothing that the operation itself has done.

// effect looks at the states before and after an operation.
type effect func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error

// ensure gives operations their effect.
func ensure(e effect, specs ...*model.Spec) {
	for _, s := range specs {
		s.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
			return e(Conf(c), Of(before), a, Of(after))
		})
	}
}

func init() {
	ensure(binds(func(a *args) int { return int(a[1]) }, func(a *args) evtchn.Port {
		return evtchn.Port{State: evtchn.Unbound, Remote: a[2]}
	}), AllocUnbound)
	ensure(binds(byCaller, func(a *args) evtchn.Port {
		return evtchn.Port{State: evtchn.Interdomain, Remote: a[1], Number: a[2]}
	}), BindInterdomain)
	ensure(binds(byCaller, func(a *args) evtchn.Port {
		return evtchn.Port{State: evtchn.VIRQ, Number: a[1], Notify: a[2]}
	}), BindVIRQ)
	ensure(binds(byCaller, func(a *args) evtchn.Port { return evtchn.Port{State: evtchn.IPI, Notify: a[1]} }), BindIPI)
	ensure(binds(byCaller, func(a *args) evtchn.Port { return evtchn.Port{State: evtchn.PIRQ, Number: a[1]} }), BindPIRQ)
	ensure(binds(func(*args) int { return evtchn.Guest }, func(a *args) evtchn.Port {
		return evtchn.Port{State: evtchn.Unbound, Remote: evtchn.Backend, Notify: a[1], Consumer: true}
	}), AllocConsumer)
	ensure(connected, BindInterdomain)
	ensure(closes(byCaller), CloseEvent)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(domainOf(a[0]) != evtchn.Guest || is.Running().Map>>a[1]&1 == 0, "the kernel still handles the port")
	}, CloseEvent)
	ensure(closes(func(*args) int { return evtchn.Guest }), FreeConsumer)

	ensure(func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Dom[evtchn.Guest].Port[a[1]].Notify == a[2], "the port's events do not go to that vCPU")
	}, BindVCPU, GuestMove)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Dom[evtchn.Guest].Port[a[1]].Prio == a[2], "the port does not have that priority")
	}, SetPriority)
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		port := &was.Dom[domainOf(a[0])].Port[a[1]]
		switch {
		case port.State == evtchn.Interdomain && port.Remote == evtchn.Guest:
			return recorded(c, was, port.Number, is)
		case port.State == evtchn.IPI:
			return recorded(c, was, a[1], is)
		}
		return nil
	}, Send)
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		return interrupted(c, was, evtchn.VIRQ, a[1], a[2], is)
	}, RaiseVIRQ)
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		return interrupted(c, was, evtchn.PIRQ, a[1], anyVCPU, is)
	}, RaisePIRQ)
	ensure(kept, Send, RaiseVIRQ, RaisePIRQ, BindInterdomain, XenStep)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Handler == a[0], "the VIRQ's handler is another domain")
	}, SetVIRQHandler)

	ensureScope()
	ensureControl()
	ensureVCPUs()
	ensureKernels()
}

var want = model.Require

func byCaller(a *args) int { return domainOf(a[0]) }

// binds: the lowest free port is bound to what was asked for, and no other one.
func binds(dom func(a *args) int, to func(a *args) evtchn.Port) effect {
	return func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		d, asked := dom(a), to(a)
		p := lowestFree(was, d)
		for i := range is.Dom[d].Port {
			fresh := was.Dom[d].Port[i].State == evtchn.Free && is.Dom[d].Port[i].State != evtchn.Free
			if fresh != (uint8(i) == p) {
				return fmt.Errorf("the lowest free port was %d, and port %d is bound: %v", p, i, fresh)
			}
		}
		port := &is.Dom[d].Port[p]
		if port.State != asked.State || port.Remote != asked.Remote || port.Number != asked.Number || port.Notify != asked.Notify || port.Consumer != asked.Consumer {
			return fmt.Errorf("port %d is bound to something else", p)
		}
		return nil
	}
}

// lowestFree is the port that a new binding gets: one that is closed, and whose
// word is on no queue any more.
func lowestFree(s *evtchn.State, dom int) uint8 {
	for p := range uint8(evtchn.MaxPorts) {
		w := s.Word(p)
		linked := dom == evtchn.Guest && s.Ops == evtchn.FIFO && w != nil && *w&evtchn.Linked != 0
		if s.Dom[dom].Port[p].State == evtchn.Free && !linked {
			return p
		}
	}
	return evtchn.MaxPorts
}

// connected: the port that waited knows the new one.
func connected(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
	d := domainOf(a[0])
	peer := &is.Dom[a[1]].Port[a[2]]
	return want(peer.State == evtchn.Interdomain && int(peer.Remote) == d && peer.Number == lowestFree(was, d), "the other end does not know the new port")
}

// closes: the port is free, nothing of it is pending, and the other end waits
// for the domain again.
func closes(dom func(a *args) int) effect {
	return func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		d, p := dom(a), a[1]
		port := &was.Dom[d].Port[p]
		if is.Dom[d].Port[p].State != evtchn.Free {
			return fmt.Errorf("port %d is still bound", p)
		}
		if d == evtchn.Guest && is.PendingPort(p) && port.Usable() {
			return fmt.Errorf("port %d is still pending", p)
		}
		if port.State != evtchn.Interdomain {
			return nil
		}
		peer := &is.Dom[port.Remote].Port[port.Number]
		return want(peer.State == evtchn.Unbound && int(peer.Remote) == d && peer.Number == 0, "the other end does not wait for the domain again")
	}
}

// recorded: an event on the guest's port can be seen, or is kept until it can.
// Step by step, its raise has only begun.
func recorded(c *Config, was *evtchn.State, p uint8, is *evtchn.State) error {
	port := &was.Dom[evtchn.Guest].Port[p]
	switch {
	case !port.Usable():
		return nil
	case c.Steps&evtchn.StepRaise != 0:
		return want(raisesOn(is, p), fmt.Sprintf("the raise of port %d has gone further than its first step", p))
	case was.Ops == evtchn.FIFO && was.VCPU[port.Notify].Block == 0:
		return nil
	}
	return want(is.PendingPort(p) || is.Dom[evtchn.Guest].Port[p].Saved, fmt.Sprintf("the event of port %d is recorded nowhere", p))
}

// kept: the guest sees nothing of an event that Xen receives itself
// (evtchn_send()).
func kept(_ *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
	for p := range uint8(evtchn.MaxPorts) {
		if is.Dom[evtchn.Guest].Port[p].Consumer && is.PendingPort(p) && !was.PendingPort(p) {
			return fmt.Errorf("port %d, whose events Xen receives, is pending", p)
		}
	}
	return nil
}

// interrupted: who has bound the interrupt has its event.
func interrupted(c *Config, was *evtchn.State, state, number, vcpu uint8, is *evtchn.State) error {
	for p := range uint8(evtchn.MaxPorts) {
		port := &was.Dom[evtchn.Guest].Port[p]
		if port.State != state || port.Number != number || state == evtchn.VIRQ && number == evtchn.VIRQTimer && port.Notify != vcpu {
			continue
		}
		if err := recorded(c, was, p, is); err != nil {
			return err
		}
	}
	return nil
}
