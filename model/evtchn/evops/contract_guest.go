package evops

import (
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// Conditions of what the guest's kernels and the toolstack do.

// inGuest tells whether vCPU v executes the guest's code and not Xen's.
func inGuest(c *Config, s *evtchn.State, v uint8) bool {
	if v >= c.VCPUs || frozen(s) {
		return false
	}
	pc := s.Task[v].PC
	return pc == evtchn.Idle || pc >= evtchn.K1 && pc <= evtchn.K5
}

func noUpcall(c *Config, s *evtchn.State, a *args) bool {
	return used(s, evtchn.Upcalls) || !inGuest(c, s, a[0]) ||
		s.VCPU[a[0]].Handler.PC != evtchn.HandlerIdle || !upcallDue(s, a[0])
}

func noHandler(c *Config, s *evtchn.State, a *args) bool {
	return !inGuest(c, s, a[0]) || s.VCPU[a[0]].Down || s.VCPU[a[0]].Handler.PC == evtchn.HandlerIdle
}

// unhandled: guest code on the CPU has nothing to do with the port.
func unhandled(c *Config, s *evtchn.State, a *args) bool {
	return stuck(c, s, a[0]) || s.Running().Map>>a[1]&1 == 0
}

// masked tells whether the running kernel has a port masked: in its word, or in
// the FIFO ABI because there is none yet.
func masked(s *evtchn.State, p uint8) bool {
	k := s.Running()
	if k.Belief != evtchn.FIFO {
		return s.Mask>>p&1 != 0
	}
	return k.Own>>(evtchn.MaxVCPUs+p/evtchn.PerWord)&1 == 0 || *s.KernelWord(p)&evtchn.Masked != 0
}

func noMask(c *Config, s *evtchn.State, a *args) bool {
	return used(s, evtchn.Masks) || unhandled(c, s, a) || masked(s, a[1])
}

func noUnmask(c *Config, s *evtchn.State, a *args) bool {
	return used(s, evtchn.Unmasks) || unhandled(c, s, a) || !masked(s, a[1])
}

// noClear: only an event that is on a queue needs no hypercall, and only while
// Xen does not link behind it.
func noClear(c *Config, s *evtchn.State, a *args) bool {
	return noUnmask(c, s, a) || s.Running().Belief != evtchn.FIFO ||
		*s.KernelWord(a[1])&(evtchn.Linked|evtchn.Busy) != evtchn.Linked
}

// noMove: the port is not bound, or for one vCPU by its nature.
func noMove(c *Config, s *evtchn.State, a *args) bool {
	if used(s, evtchn.Moves) || unhandled(c, s, a) || a[2] >= c.VCPUs || locked(s) {
		return true
	}
	port := &s.Dom[evtchn.Guest].Port[a[1]]
	return unbound(port) || fixed(port) || port.Consumer
}

func noTurn(c *Config, s *evtchn.State, a *args) bool {
	off := a[1] == 0
	return !c.PV || a[0] >= c.VCPUs || stuck(c, s, a[0]) || s.VCPU[a[0]].NoUp == off || off && used(s, evtchn.Offlines)
}

// Kernels.

// hasABI: the running kernel has started.
func hasABI(s *evtchn.State) bool { return s.Running().Belief != evtchn.NoABI }

// mustReset: the design has a kernel that arrives reset before it starts.
func mustReset(c *Config, s *evtchn.State) bool {
	return c.Gap && s.Cur > 0 && s.Ops == evtchn.FIFO && (c.Handover == evtchn.V3 || c.Handover == evtchn.V3r)
}

func noStart(c *Config, s *evtchn.State, a *args) bool {
	return stuck(c, s, a[0]) || hasABI(s) || locked(s) || queued(s) || mustReset(c, s)
}

// asks: the kernel knows the FIFO ABI, and is not told to do without it.
func asks(c *Config, s *evtchn.State, _ *args) bool {
	if !s.Running().Knows.Has(evtchn.FIFO) {
		return false
	}
	next := s.Cur + 1
	if c.Handover != evtchn.V8 || next == evtchn.MaxKernels {
		return true
	}
	switch s.Plan[next] {
	case evtchn.Resume, evtchn.Kexec, evtchn.Kdump:
		return false
	}
	return true
}

// refused: it asks for what is not offered.
func refused(code errno.Errno) when {
	is := hidden(code)
	return func(c *Config, s *evtchn.State, a *args) bool { return is(c, s, a) && asks(c, s, a) }
}

// earlier: the control block of a kernel before is in the way.
func earlier(c *Config, s *evtchn.State, a *args) bool {
	return asks(c, s, a) && s.VCPU[0].Block != 0
}

// speechless: a PV kernel is left without any ABI.
func speechless(c *Config, s *evtchn.State, a *args) bool {
	if asks(c, s, a) {
		return !s.Host.Has(evtchn.FIFO) && refusal(c) == errno.ENOSYS
	}
	return c.PV && !s.Host.Has(evtchn.TwoLevel)
}

func noUse(c *Config, s *evtchn.State, a *args) bool {
	k := s.Running()
	has := k.Store
	if a[1] == evtchn.Timer {
		has = k.Timer
	}
	return stuck(c, s, a[0]) || !hasABI(s) || has != 0 || locked(s) || queued(s)
}

// noStore: the port that the toolstack has told is not connected.
func noStore(_ *Config, s *evtchn.State, a *args) bool {
	return a[1] == evtchn.Store && s.Dom[evtchn.Guest].Port[s.Param].State != evtchn.Interdomain
}

// noTimer: VIRQ_TIMER is not bound, and there is no port for it.
func noTimer(c *Config, s *evtchn.State, a *args) bool {
	return a[1] == evtchn.Timer && !boundTo(s, evtchn.VIRQ, evtchn.VIRQTimer, 0) && full(c, s, evtchn.Guest)
}

// noJump: there is no next kernel, or this one is not ready for it.
func noJump(c *Config, s *evtchn.State, a *args) bool {
	next, k := s.Cur+1, s.Running()
	return used(s, evtchn.Jumps) || stuck(c, s, a[0]) || next == evtchn.MaxKernels || s.Plan[next] == evtchn.Boot ||
		!hasABI(s) || c.Bound && (k.Store == 0 || k.Timer == 0) || s.Dom[evtchn.Guest].Next != 0 || anyTask(s)
}

func noReset(c *Config, s *evtchn.State, a *args) bool {
	return stuck(c, s, a[0]) || !mustReset(c, s) || anyTask(s) || hasABI(s)
}

func noStop(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Jumps) || anyTask(s)
}

// The toolstack.

// noSteps: there is nothing to go on with.
func noSteps(_ *Config, s *evtchn.State, _ *args) bool {
	return !s.Shutdown && s.Control == 0 || s.Crashed || s.Dom[evtchn.Guest].Dying || anyTask(s)
}

// resetsNext: its next step is the reset of the domain.
func resetsNext(s *evtchn.State) bool { return s.Control == 1 || s.Control == 2 }

func pvResets(c *Config, s *evtchn.State, _ *args) bool { return c.PV && resetsNext(s) }

func runsAgain(_ *Config, s *evtchn.State, _ *args) bool { return !s.Paused && resetsNext(s) }

// unfinished: the guest's own reset was never finished.
func unfinished(_ *Config, s *evtchn.State, _ *args) bool {
	return s.Control == 1 && s.Dom[evtchn.Guest].Next != 0
}

func toolPreempted(c *Config, s *evtchn.State, a *args) bool {
	switch s.Control {
	case 1:
		return looksAt(c, s, 1, a[0])
	case 2:
		return looksAt(c, s, s.Dom[evtchn.Guest].Next, a[0])
	}
	return false
}

// noOffer: the offer is made before the first kernel starts.
func noOffer(_ *Config, s *evtchn.State, _ *args) bool {
	return s.Cur != 0 || hasABI(s) || used(s, evtchn.Jumps)
}

func noQuery(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Inits) || hasABI(s) || locked(s)
}

// tried: without a query, a kernel that has tried does not get to know it again.
func tried(c *Config, s *evtchn.State, _ *args) bool {
	return c.Offer != evtchn.V10 && s.VCPU[0].Block != 0 && !hasABI(s)
}
