package evops

import (
	"fmt"
	"math/bits"

	"hvcheck/model/evtchn"
)

// The effects of what changes the ABI, vCPUs and kernels.

func ensureControl() {
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		if c.Steps&evtchn.StepControl != 0 {
			return nil
		}
		return controlled(c, was, a[1], is)
	}, InitControl)
	ensure(func(_ *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
		switch {
		case is.Pages != was.Pages+1 || is.Array[was.Pages] == 0:
			return fmt.Errorf("there is no further page")
		case is.Frame[is.Array[was.Pages]-1].General == 0:
			return fmt.Errorf("the page has no reference of Xen's")
		}
		for p := was.Pages * evtchn.PerWord; p < is.Pages*evtchn.PerWord; p++ {
			port := &was.Dom[evtchn.Guest].Port[p]
			if port.Saved && port.Usable() && was.VCPU[port.Notify].Block != 0 && !is.PendingPort(p) {
				return fmt.Errorf("the event of port %d is not raised again", p)
			}
		}
		return nil
	}, ExpandArray)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(!isReset(is.Task[a[0]].PC) || is.Dom[evtchn.Guest].Next != 0, "Xen has not noted that a reset is in progress")
	}, ResetEvents)
	ensure(func(_ *Config, _ *evtchn.State, _ *args, is *evtchn.State) error {
		return want(is.Dead, "the domain is still there")
	}, DestroyEvents)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		v := &is.VCPU[a[1]]
		return want(v.Info == evtchn.InfoRegistered && v.Flag && v.Sel == 1<<evtchn.MaxPages-1, "the new area does not begin with an upcall")
	}, RegisterInfo)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		v := &is.VCPU[a[1]]
		return want(v.Vector && v.Edge, "the vector is not asserted")
	}, SetVector)
}

// controlled: Xen has the control block, and the domain the ABI.
func controlled(c *Config, was *evtchn.State, v uint8, is *evtchn.State) error {
	vcpu := &is.VCPU[v]
	switch {
	case is.Ops != evtchn.FIFO:
		return fmt.Errorf("the ABI is still the 2-level one")
	case vcpu.Block == 0 || !vcpu.Queues || !vcpu.Heads:
		return fmt.Errorf("vcpu %d has no control block", v)
	case is.Frame[vcpu.Block-1].B != [1 + evtchn.NumPrios]uint8{}:
		return fmt.Errorf("the control block of vcpu %d does not begin with empty queues", v)
	case was.Ops == evtchn.FIFO:
		return nil
	}
	for v := range uint8(evtchn.MaxVCPUs) {
		if is.VCPU[v].Queues != (v < c.VCPUs) {
			return fmt.Errorf("vcpu %d has no queues, or there is no such vCPU", v)
		}
	}
	for p := range uint8(evtchn.MaxPorts) {
		port := &is.Dom[evtchn.Guest].Port[p]
		if port.Usable() && port.Prio != evtchn.DefaultPrio {
			return fmt.Errorf("port %d does not have the default priority", p)
		}
		if port.Usable() && was.PendingPort(p) && !port.Saved {
			return fmt.Errorf("the event of port %d is forgotten", p)
		}
	}
	return nil
}

func ensureVCPUs() {
	ensure(func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Task[a[0]] != was.Task[a[0]], "nothing was done")
	}, XenStep)
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		awake := was.Deliverable(a[0]) || was.PendingPort(a[1])
		return want(awake || is.VCPU[a[0]].Poll == a[1]+1, "the vCPU does not sleep")
	}, Poll)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.VCPU[a[0]].Down, "the vCPU still runs")
	}, EventVCPUDown)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(!is.VCPU[a[0]].Down, "the vCPU does not run")
	}, EventVCPUUp)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Paused == (a[0] != 0), "the domain is not so")
	}, PauseDomain)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.Bits32, "the guest still runs 64-bit code")
	}, Become32)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.VCPU[a[0]].NoUp == (a[1] == 0), "evtchn_upcall_mask is not so")
	}, GuestEvents)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(is.MaskedPort(a[1]), "the port is not masked")
	}, GuestMask)
	ensure(func(c *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(c.Steps&evtchn.StepRaise != 0 || !is.MaskedPort(a[1]) || !hasWord(is, a[1]), "the port is still masked")
	}, GuestUnmask, UnmaskEvent)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		return want(!is.MaskedPort(a[1]) || !hasWord(is, a[1]), "the port is still masked")
	}, GuestClearMask)
	ensure(func(c *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		v := &is.VCPU[a[0]]
		if v.Handler.PC == evtchn.HandlerIdle && c.Steps&evtchn.StepHandler != 0 {
			return fmt.Errorf("the handler has gone further than its first step")
		}
		return want(!v.Edge, "the edge is still there")
	}, GuestUpcall)
	ensure(func(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
		v := &is.VCPU[a[0]]
		return want(v.Handler.PC != evtchn.HandlerIdle || !v.Flag, "the handler has left although evtchn_upcall_pending is set")
	}, GuestUpcall, GuestStep)
	ensure(wordRead, GuestStep)
	ensure(writesOwn, GuestUpcall, GuestMask, GuestClearMask, GuestMove)
	ensure(func(c *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		if was.VCPU[a[0]].Handler.PC != evtchn.H2 { // one that a reset has overtaken goes on with what it has
			return nil
		}
		return writesOwn(c, was, a, is)
	}, GuestStep)
	ensure(func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		if p := a[1]; masked(was, p) && (!masked(is, p) || is.Task[a[0]].PC != evtchn.Idle) {
			return fmt.Errorf("port %d was masked, and is not any more", p)
		}
		return nil
	}, GuestMove)
}

// writesOwn: the guest's code uses those pages that its kernel has registered.
func writesOwn(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
	for f := range is.Frame {
		own := f/evtchn.PerKernel == int(was.Cur) && was.Running().Own>>(f%evtchn.PerKernel)&1 != 0
		if !own && is.Frame[f].B != was.Frame[f].B {
			return fmt.Errorf("a page was written that the kernel has not registered")
		}
	}
	return nil
}

// wordRead: the 2-level handler takes the events of the word that it has come to.
func wordRead(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
	h := &was.VCPU[a[0]].Handler
	if h.PC != evtchn.G3 {
		return nil
	}
	word := bits.TrailingZeros8(h.Ready)
	for p := range evtchn.MaxPorts {
		if is.VCPU[a[0]].Handler.Bits>>p&1 != 0 && p/evtchn.PerWord != word {
			return fmt.Errorf("port %d is not in word %d", p, word)
		}
	}
	return nil
}

// hasWord tells whether there is a mask bit of the port to speak of.
func hasWord(s *evtchn.State, p uint8) bool {
	port := &s.Dom[evtchn.Guest].Port[p]
	return port.Usable() && (s.Ops != evtchn.FIFO || s.Word(p) != nil) && s.Running().Belief == s.Ops
}

func ensureKernels() {
	ensure(started, KernelStart)
	ensure(offered, SetOffer)
	ensure(uses, KernelUse)
	ensure(jumped, KernelJump)
	ensure(untold, KernelJump)
	ensure(func(_ *Config, _ *evtchn.State, _ *args, is *evtchn.State) error {
		return want(is.Shutdown, "the domain has not shut down")
	}, KernelStop)
	ensure(stepped, ToolstackStep)
}

// offered: the toolstack wants the set, and a form of offer that cannot hide an
// ABI hides none.
func offered(c *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
	if is.Wanted != abiSets[a[0]] {
		return fmt.Errorf("something else is wanted")
	}
	all := c.Offer == evtchn.VAll || c.Offer == evtchn.V10
	return want(!all || is.Host.Has(evtchn.TwoLevel) && is.Host.Has(evtchn.FIFO), "not every ABI that Xen has is offered")
}

// uses: the kernel handles the port for the purpose, and the port is for it.
func uses(_ *Config, _ *evtchn.State, a *args, is *evtchn.State) error {
	k, p, state := is.Running(), is.Running().Store, uint8(evtchn.Interdomain)
	if a[1] == evtchn.Timer {
		p, state = k.Timer, evtchn.VIRQ
	}
	switch port := &is.Dom[evtchn.Guest].Port[p]; {
	case p == 0 || k.Map>>p&1 == 0:
		return fmt.Errorf("the kernel does not handle the port")
	case k.Belief == evtchn.FIFO && is.Ops == evtchn.FIFO && is.Word(p) == nil:
		return fmt.Errorf("port %d has no event word", p)
	case port.State != state || a[1] == evtchn.Timer && port.Number != evtchn.VIRQTimer || a[1] == evtchn.Store && p != is.Param:
		return fmt.Errorf("port %d is for something else", p)
	}
	return nil
}

// jumped: the next kernel runs, with nothing of the one before.
func jumped(c *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
	for v := range is.VCPU {
		if is.VCPU[v].Handler.PC != evtchn.HandlerIdle {
			return fmt.Errorf("vcpu %d is in the handler of the kernel before", v)
		}
	}
	if err := anew(c, is); err != nil {
		return err
	}
	if is.Paused != was.Paused || is.Crashed && !c.PV {
		return fmt.Errorf("the domain is paused or crashed, or not paused any more")
	}
	k := is.Running()
	if k.Belief != evtchn.NoABI && k.Belief != was.Kernel[is.Cur].Belief {
		return fmt.Errorf("the next kernel uses an ABI that it has not asked for")
	}
	if is.Plan[is.Cur] == evtchn.Firmware && !was.Running().Knows.Has(evtchn.FIFO) && is.Pending|is.Mask != 0 {
		return fmt.Errorf("the firmware has left bits set in the words that it used")
	}
	return want(is.Cur == was.Cur+1 && (k.Belief != evtchn.NoABI || k.Map == 0), "the next kernel does not run, or handles ports before it starts")
}

// untold: firmware tells Xen nothing of the kernel that it starts, and today's
// kernels tell nothing of the next one.
func untold(c *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
	switch plan := is.Plan[is.Cur]; {
	case plan == evtchn.Migrate:
		return nil
	case plan == evtchn.Firmware, c.Handover == evtchn.V1, c.Handover == evtchn.V8:
		return want(sameInXen(was, is), "Xen's side has changed, and nobody has told Xen")
	}
	return nil
}

// stepped: the toolstack goes on, the first time without backends, and no kernel
// handles a port for that.
func stepped(_ *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
	for p := range is.Dom[evtchn.Backend].Port {
		if was.Control == 0 && is.Dom[evtchn.Backend].Port[p].State > evtchn.Reserved {
			return fmt.Errorf("port %d of the backend is still bound", p)
		}
	}
	return want(is.Control != was.Control && is.Running().Map&^was.Running().Map == 0, "the toolstack has not gone on, or has the kernel handle ports")
}

// sameInXen compares what Xen knows of a domain: its ports, its ABI and what it
// has registered.
func sameInXen(was, is *evtchn.State) bool {
	for v := range is.VCPU {
		x, y := &was.VCPU[v], &is.VCPU[v]
		if x.Block != y.Block || x.Queues != y.Queues || x.Heads != y.Heads || x.Tail != y.Tail || x.Info != y.Info || x.Vector != y.Vector {
			return false
		}
	}
	return was.Dom == is.Dom && was.Ops == is.Ops && was.Array == is.Array && was.Pages == is.Pages
}

// anew: in a new domain, or after a soft reset, nothing is bound but the port for
// xenstore and Xen's.
func anew(c *Config, is *evtchn.State) error {
	migrated := is.Plan[is.Cur] == evtchn.Migrate
	if !migrated && !c.SoftReset(is.Plan[is.Cur]) {
		return nil
	}
	consumer := !migrated || !c.Models
	for p := range uint8(evtchn.MaxPorts) {
		port, peer := &is.Dom[evtchn.Guest].Port[p], &is.Dom[evtchn.Backend].Port[p]
		switch {
		case port.Usable() && p != is.Param:
			return fmt.Errorf("port %d of the kernel before is still bound", p)
		case peer.Usable() && (peer.State != evtchn.Interdomain || peer.Number != is.Param):
			return fmt.Errorf("port %d of the backend is not xenstore's and still bound", p)
		case migrated && port.Lastq != 0:
			return fmt.Errorf("port %d was on a queue of the old domain", p)
		case migrated && port.State > evtchn.Reserved && port.Notify != 0:
			return fmt.Errorf("port %d of the new domain is not bound to vCPU 0", p)
		}
		consumer = consumer || port.Consumer
	}
	if migrated && (is.Pending|is.Mask != 0 || is.VCPU[0].Sel|is.VCPU[1].Sel != 0) {
		return fmt.Errorf("words of the old domain are left")
	}
	return want(consumer, "the device model has no port")
}

// started: the kernel uses an ABI that is in force, with all it takes, or none
// where none is offered.
func started(c *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
	for v := range c.VCPUs {
		if is.VCPU[v].Down != was.VCPU[v].Down && (v == 0 || !c.Scarce) {
			return fmt.Errorf("vcpu %d is down", v)
		}
	}
	if is.Running().Offer == 0 && is.Host != 0 {
		return fmt.Errorf("the kernel has not seen what is offered")
	}
	switch k := is.Running(); k.Belief {
	case evtchn.NoABI:
		return want(!is.Host.Has(evtchn.TwoLevel), "the kernel has no ABI")
	case evtchn.TwoLevel:
		return want(is.Mask == 1<<evtchn.MaxPorts-1, "not every port is masked")
	}
	for v := range c.VCPUs {
		vcpu := &is.VCPU[v]
		if v > 0 && c.Scarce && !vcpu.Down {
			return fmt.Errorf("vcpu %d is up, for which there is no page", v)
		}
		if !vcpu.Down && (vcpu.Block != evtchn.BlockFrame(is.Cur, v)+1 || !vcpu.Queues || !vcpu.Heads) {
			return fmt.Errorf("vcpu %d has no control block of the kernel's", v)
		}
	}
	for v := c.VCPUs; v < evtchn.MaxVCPUs; v++ {
		if is.VCPU[v].Queues {
			return fmt.Errorf("there is no vcpu %d, and it has queues", v)
		}
	}
	return want(is.Ops == evtchn.FIFO, "the ABI is still the 2-level one")
}
