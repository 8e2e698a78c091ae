package evops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// Conditions of the operations on the ABI, on vCPUs, and on the domain.

// refusal is the error of the FIFO ABI where it is not offered: the design's.
func refusal(c *Config) errno.Errno {
	switch c.Refusal {
	case evtchn.RefuseENOSYS:
		return errno.ENOSYS
	case evtchn.RefuseEOPNOTSUPP:
		return errno.EOPNOTSUPP
	case evtchn.RefuseEPERM:
		return errno.EPERM
	case evtchn.RefuseEACCES:
		return errno.EACCES
	}
	if c.Offer == evtchn.V5 {
		return errno.ENOSYS
	}
	return errno.EOPNOTSUPP
}

// hidden: the FIFO ABI is not offered, which this error says.
func hidden(code errno.Errno) when {
	return func(c *Config, s *evtchn.State, _ *args) bool {
		return !s.Host.Has(evtchn.FIFO) && refusal(c) == code
	}
}

const chosenRefusal = "a refusal that the setting refusal chooses"

func inits(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Inits) || locked(s)
}

// abiOvertakes: a 2-level raise is under way while init_control changes the ABI.
func abiOvertakes(c *Config, s *evtchn.State, _ *args) bool {
	return c.Steps&evtchn.StepControl == 0 && s.Ops != evtchn.FIFO && raisesAny(s)
}

const overtaken = "whether the change of the ABI waits for a 2-level raise is a question about today's code: design EV-A3"

// waitsToSwitch is left open.
func waitsToSwitch(is when) model.Result {
	return fails(errno.NotRunning, "a 2-level raise is under way while the ABI changes").May(given(is), overtaken)
}

// operand is a condition on one operand.
func operand(i int, value uint8) when {
	return func(_ *Config, _ *evtchn.State, a *args) bool { return a[i] == value }
}

// hasBlock: the vCPU has a control block, and gets no other one.
func hasBlock(c *Config, s *evtchn.State, a *args) bool {
	return a[1] < c.VCPUs && s.VCPU[a[1]].Block != 0
}

// expands: adding a page raises events at once.
func expands(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Expands) || locked(s) || queued(s)
}

// allPages: there is a word for every port that the FIFO ABI can have.
func allPages(c *Config, s *evtchn.State, _ *args) bool { return s.Pages*evtchn.PerWord >= c.Limit }

// Resets.

// awaitsLocks tells whether a reset that closes ports at once has to wait for
// somebody who holds the event lock or the lock of a channel.
func awaitsLocks(s *evtchn.State) bool { return locked(s) || raisesAny(s) }

func resets(c *Config, s *evtchn.State, a *args) bool {
	return used(s, evtchn.Resets) || continues(c, s, a)
}

func continues(c *Config, s *evtchn.State, a *args) bool {
	return stuck(c, s, a[0]) || c.Steps&evtchn.StepReset == 0 && awaitsLocks(s)
}

func softResets(c *Config, s *evtchn.State, a *args) bool { return stuck(c, s, a[0]) || awaitsLocks(s) }

func notByTool(_ *Config, _ *evtchn.State, a *args) bool { return a[0] != evtchn.Tool }

func byBackend(_ *Config, s *evtchn.State, a *args) bool {
	return !s.Dead && (a[0] == evtchn.Back0 || a[0] == evtchn.Back1)
}

func notPaused(_ *Config, s *evtchn.State, a *args) bool { return a[0] == evtchn.Tool && !s.Paused }

func notShutDown(_ *Config, s *evtchn.State, _ *args) bool { return !s.Shutdown }

func goneGuest(_ *Config, s *evtchn.State, a *args) bool { return a[0] == evtchn.Tool && s.Dead }

// resetsNobody: the domain that is to be reset has been destroyed.
func resetsNobody(_ *Config, s *evtchn.State, a *args) bool { return a[0] >= evtchn.MaxVCPUs && s.Dead }

func isPV(c *Config, _ *evtchn.State, _ *args) bool { return c.PV }

// begun: a reset is in progress, or has been preempted.
func begun(_ *Config, s *evtchn.State, _ *args) bool { return s.Dom[evtchn.Guest].Next != 0 }

func notBegun(_ *Config, s *evtchn.State, _ *args) bool { return s.Dom[evtchn.Guest].Next == 0 }

// meanwhile: a port was bound that a reset which goes on has passed already.
func meanwhile(c *Config, s *evtchn.State, _ *args) bool {
	next := s.Dom[evtchn.Guest].Next
	return c.Steps&evtchn.StepReset == 0 && next != 0 && holdsBelow(s, min(next, evtchn.MaxPorts))
}

// softMeanwhile is the same of a soft reset, which goes on in one step.
func softMeanwhile(_ *Config, s *evtchn.State, _ *args) bool {
	next := s.Dom[evtchn.Guest].Next
	return next != 0 && holdsBelow(s, min(next, evtchn.MaxPorts))
}

// restarts: a loop over ports looks whether it is to be preempted at every
// port whose number is a multiple of 64, which is Every here, and the operand
// preempt says which look says yes.
func restarts(is when) model.Result {
	return due(errno.ERESTART, "preempted; call again", is)
}

// looksAt tells whether a reset that goes on at a port looks for the k-th time
// before its last port is closed; 0 is no port to go on at.
func looksAt(c *Config, s *evtchn.State, at, k uint8) bool {
	open := 0
	for p := range uint8(evtchn.MaxPorts) {
		if holdsAt(s, p) {
			open++
		}
	}
	for p := at; at != 0 && k != 0 && open > 0 && !bad(s, evtchn.Guest, p); p++ {
		if holdsAt(s, p) {
			open--
		}
		if p%c.Every == 0 {
			if k--; k == 0 {
				return true
			}
		}
	}
	return false
}

// resetPreempted is about a reset in one step.
func resetPreempted(c *Config, s *evtchn.State, a *args) bool {
	return c.Steps&evtchn.StepReset == 0 && !used(s, evtchn.Preempts) && looksAt(c, s, 1, a[1])
}

func contPreempted(c *Config, s *evtchn.State, a *args) bool {
	return c.Steps&evtchn.StepReset == 0 && !used(s, evtchn.Preempts) && softContPreempted(c, s, a)
}

func softPreempted(c *Config, s *evtchn.State, a *args) bool { return looksAt(c, s, 1, a[1]) }

func softContPreempted(c *Config, s *evtchn.State, a *args) bool {
	return looksAt(c, s, s.Dom[evtchn.Guest].Next, a[1])
}

// destroys: the toolstack destroys a domain once, when nothing is in progress.
func destroys(_ *Config, s *evtchn.State, _ *args) bool { return s.Dead || anyTask(s) }

func anyTask(s *evtchn.State) bool {
	for i := range s.Task {
		if s.Task[i].PC != evtchn.Idle {
			return true
		}
	}
	return false
}

// destroyPreempted: destruction goes from the last port to the first, whether
// or not they are bound.
func destroyPreempted(c *Config, s *evtchn.State, a *args) bool {
	looks := uint8(0)
	for p := uint8(1); !bad(s, evtchn.Guest, p); p++ {
		if p%c.Every == 0 {
			looks++
		}
	}
	return a[0] != 0 && looks >= a[0]
}

// vCPUs.

// infos: the call names a vCPU that exists.
func infos(c *Config, s *evtchn.State, a *args) bool {
	return barred(c, s, a[0], evtchn.Infos) || a[1] >= c.VCPUs
}

// registered: the vCPU has a place of its own already.
func registered(c *Config, s *evtchn.State, a *args) bool {
	return a[1] < c.VCPUs && s.VCPU[a[1]].Info == evtchn.InfoRegistered
}

// inNew is a reason of Xens that tell reasons apart, and inOld one of those that do not.
func inNew(is when) when {
	return func(c *Config, s *evtchn.State, a *args) bool { return !c.On[evtchn.AsIs6] && is(c, s, a) }
}

func inOld(is when) when {
	return func(c *Config, s *evtchn.State, a *args) bool { return c.On[evtchn.AsIs6] && is(c, s, a) }
}

// looked: the place is of a kind, and Xen looks at it.
func looked(area uint8) when {
	return func(c *Config, s *evtchn.State, a *args) bool {
		return a[2] == area && (c.On[evtchn.AsIs6] || !registered(c, s, a))
	}
}

// inTheWay is what Xens do not tell apart that do not: a place that cannot be written, one
// that there is already, another vCPU that runs.
func inTheWay(c *Config, s *evtchn.State, a *args) bool {
	return a[2] == evtchn.AreaReadOnly || registered(c, s, a) || a[1] < c.VCPUs && a[1] != a[0] && !s.VCPU[a[1]].Down
}

// upcallDue tells whether a vCPU would take an upcall: an edge that its local
// APIC holds, or the flag where the domain's callback reaches it.
func upcallDue(s *evtchn.State, v uint8) bool {
	vcpu := &s.VCPU[v]
	switch {
	case vcpu.Down || frozen(s) || s.Running().Belief == evtchn.NoABI:
		return false
	case vcpu.Vector:
		return vcpu.Edge
	case !vcpu.Flag || vcpu.NoUp:
		return false
	}
	return s.Callback == evtchn.VectorCallback || s.Callback == evtchn.GSICallback && v == 0
}

// asleepOn is a condition on a polled port, at which nobody looks if an upcall is due.
func asleepOn(is when) when {
	return func(c *Config, s *evtchn.State, a *args) bool {
		return is(c, s, a) && (a[0] >= c.VCPUs || !upcallDue(s, a[0]))
	}
}

// goesDown: the last vCPU that goes down shuts the domain down, which is another operation.
func goesDown(c *Config, s *evtchn.State, a *args) bool {
	others := uint8(0)
	for v := range c.VCPUs {
		if v != a[0] && !s.VCPU[v].Down {
			others++
		}
	}
	return a[0] >= c.VCPUs || others == 0 || barred(c, s, a[0], evtchn.Offlines)
}

func comesUp(c *Config, s *evtchn.State, a *args) bool {
	return a[0] >= c.VCPUs || !s.VCPU[a[0]].Down || s.Dom[evtchn.Guest].Dying
}

// pauses: the domain is so already, or gone, or a vCPU is in the middle of something.
func pauses(_ *Config, s *evtchn.State, a *args) bool {
	on := a[0] != 0
	return s.Dead || s.Paused == on || on && used(s, evtchn.Offlines) ||
		s.Task[evtchn.VCPU0].PC != evtchn.Idle || s.Task[evtchn.VCPU1].PC != evtchn.Idle
}

// shrinks: code of another width runs only before the guest has ports.
func shrinks(_ *Config, s *evtchn.State, _ *args) bool {
	if s.Bits32 {
		return true
	}
	for p := range s.Dom[evtchn.Guest].Port {
		if !unbound(&s.Dom[evtchn.Guest].Port[p]) {
			return true
		}
	}
	return false
}

// Steps.

// awaited tells what the CPU's next step waits for: a lock, or the guest's own
// handler, or the end of BUSY.
func awaited(_ *Config, s *evtchn.State, a *args) bool {
	t := &s.Task[a[0]]
	switch pc := t.PC; {
	case pc == evtchn.Idle:
		return true
	case pc == evtchn.F3:
		return lockedQueue(s, a[0], t.Q) || lockedQueue(s, a[0], t.O)
	case pc >= evtchn.K1 && pc <= evtchn.K5:
		return s.VCPU[a[0]].Handler.PC != evtchn.HandlerIdle || pc == evtchn.K1 && awaitsBusy(s, t.Port)
	case pc == evtchn.R2:
		return closesAt(s, t.Port) && (locked(s) || engaged(s, evtchn.Guest, t.Port))
	case pc == evtchn.R3:
		return locked(s)
	}
	return false
}

// lockedQueue tells whether another CPU has locked a queue.
func lockedQueue(s *evtchn.State, cpu, q uint8) bool {
	for i := range s.Task {
		t := &s.Task[i]
		if uint8(i) != cpu && (t.Flags&evtchn.HoldsQ != 0 && t.Q == q || t.Flags&evtchn.HoldsO != 0 && t.O == q) {
			return true
		}
	}
	return false
}

// awaitsBusy: the guest does not clear a mask while Xen links behind the word.
// What is pending it leaves to Xen.
func awaitsBusy(s *evtchn.State, p uint8) bool {
	w := *s.KernelWord(p)
	return s.Running().Belief == evtchn.FIFO && w&(evtchn.Busy|evtchn.Pending) == evtchn.Busy
}

// closesAt tells whether a reset has a port to close at i or after.
func closesAt(s *evtchn.State, i uint8) bool { return !bad(s, evtchn.Guest, i) && holds(s) }

func switches(_ *Config, s *evtchn.State, a *args) bool {
	t := &s.Task[a[0]]
	return t.PC == evtchn.C2 && t.Flags&evtchn.First != 0 && s.Ops != evtchn.FIFO && raisesAny(s)
}

// stepPreempted: a step looks once.
func stepPreempted(c *Config, s *evtchn.State, a *args) bool {
	t := &s.Task[a[0]]
	return t.PC == evtchn.R2 && a[1] == 1 && t.Port%c.Every == 0 && closesAt(s, t.Port) && !used(s, evtchn.Preempts)
}

// left: the last step of a reset finds a port that is bound.
func left(_ *Config, s *evtchn.State, a *args) bool {
	return s.Task[a[0]].PC == evtchn.R3 && holds(s)
}
