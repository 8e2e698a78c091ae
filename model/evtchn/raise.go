package evtchn

import "hvcheck/model/errno"

// begin starts to raise port p of the guest on the calling CPU, on behalf of
// vCPU v. Without steps it is done at once.
func (c *Call) begin(p, v uint8, flags TaskFlags) {
	port := &c.st.Dom[Guest].Port[p]
	if !port.Usable() {
		return
	}
	t := Task{PC: A1, Port: p, VCPU: v, Flags: flags}
	if c.st.Ops == FIFO {
		t.PC = F1
	}
	c.run(t)
}

// run carries a task out, or leaves it to be carried out step by step.
func (c *Call) run(t Task) {
	if c.steps(StepRaise) {
		c.st.Task[c.cpu] = t
		return
	}
	for i := 0; t.PC != Idle; i++ {
		if !c.advance(&t) || i > 99 {
			panic("evtchn: an operation that runs at once waits")
		}
	}
}

// Step does the next step of what the CPU is in the middle of.
func (c *Call) Step(cpu uint8) errno.Errno {
	c.cpu = cpu
	t := &c.st.Task[cpu]
	switch {
	case t.PC == Idle:
		return c.refuse(errno.NotRunning)
	case t.PC >= R2:
		return c.stepControl(t)
	case !c.advance(t):
		return c.refuse(errno.NotRunning)
	}
	if t.PC == Idle {
		*t = Task{}
	}
	return errno.OK
}

// advance does one step. It reports false if the step has to wait.
func (c *Call) advance(t *Task) bool {
	if t.PC >= F1 && t.PC <= F13 && t.PC != F12 && c.gone(t) {
		return true
	}
	switch {
	case t.PC <= A5:
		c.advance2L(t)
	case t.PC == F3:
		return c.lockQueues(t)
	case t.PC < F9:
		c.advanceEvent(t)
	case !c.lockNewQueue(t):
		return false
	case t.PC <= F14:
		c.advanceLink(t)
	case t.PC <= U2:
		c.advanceUnmask(t)
	default:
		return c.advanceGuest(t)
	}
	return true
}

// gone notices that the structures that a FIFO raise is about to use do not
// exist, and ends it.
func (c *Call) gone(t *Task) bool {
	switch {
	case c.st.Ops != FIFO:
		c.st.Ghost.Trap = TrapArray
	case c.st.Word(t.Port) != nil && !c.queues(t):
		c.st.Ghost.Trap = TrapQueues
	default:
		return false
	}
	*t = Task{}
	return true
}

// queues tells whether both vCPUs have theirs: the one to notify, and the one
// that the event was linked on last, which is vCPU 0 at first.
func (c *Call) queues(t *Task) bool {
	last := c.st.Dom[Guest].Port[t.Port].Lastq / NumPrios
	return c.st.VCPU[t.VCPU].Queues && c.st.VCPU[last].Queues
}

// advance2L is evtchn_2l_set_pending().
func (c *Call) advance2L(t *Task) {
	s, v := c.st, &c.st.VCPU[t.VCPU]
	switch t.PC {
	case A1:
		t.PC = Idle
		if s.Pending&bit(t.Port) == 0 {
			s.Pending |= bit(t.Port)
			t.Flags |= NewEvent
			t.PC = A2
		}
	case A2:
		t.PC = A3
		if s.Mask&bit(t.Port) != 0 {
			t.PC = A5
		}
	case A3:
		t.PC = A5
		if word := bit(t.Port / PerWord); v.Sel&word == 0 {
			v.Sel |= word
			t.PC = Mark
		}
	case A5:
		c.wakeFor(t)
	}
}

// wakeFor ends a raise. An event that was recorded already wakes nobody.
func (c *Call) wakeFor(t *Task) {
	if (t.Is(NewEvent) || c.on(M15)) && !c.on(M11) {
		c.wake(t)
	}
	t.PC = Idle
}

// mark is vcpu_mark_events_pending(): an interrupt, unless there is one. It
// also wakes a vCPU that polls.
func (c *Call) mark(v *VCPU) {
	if !v.Flag {
		v.Flag, v.Edge, v.Poll = true, v.Vector, 0
	}
}

// wake is evtchn_check_pollers().
func (c *Call) wake(t *Task) {
	for v := range c.st.VCPU {
		if poll := &c.st.VCPU[v].Poll; *poll == t.Port+1 {
			*poll = 0
		}
	}
}

// advanceEvent is evtchn_fifo_set_pending() up to the tail.
func (c *Call) advanceEvent(t *Task) {
	s, p := c.st, &c.st.Dom[Guest].Port[t.Port]
	switch t.PC {
	case F1:
		c.find(t, p)
	case F5:
		c.setPending(t)
	case F6:
		t.PC = F7
		if *s.Word(t.Port)&Masked != 0 {
			t.PC = c.unlinked(t)
		}
	case F7:
		c.setLinked(t, p)
	case F8:
		c.leave(t, p)
	}
}

// find is F1: without a word the event is saved for later.
func (c *Call) find(t *Task, p *Port) {
	if c.st.Word(t.Port) == nil {
		if !c.on(B2) {
			p.Saved = true
		}
		t.PC = Idle
		return
	}
	t.Q, t.O = queue(t.VCPU, p.Prio), p.Lastq
	t.PC = F3
	if c.on(B10) || c.on(B6) {
		t.PC = F5
	}
}

// setLinked is F7. In EV-B10 it is done twice: to look, and to set it with the
// old queue locked.
func (c *Call) setLinked(t *Task, p *Port) {
	w := c.st.Word(t.Port)
	switch {
	case *w&Linked != 0:
		t.PC = c.unlinked(t)
		return
	case c.on(B10) && !t.Is(HoldsO):
		t.Q, t.O, t.PC = queue(t.VCPU, p.Prio), p.Lastq, F3
		return
	}
	c.store(w, *w|Linked)
	t.PC = F8
	if c.on(B6) {
		t.PC = F3
	}
}

// unlinked is what follows if the event needs no link.
func (c *Call) unlinked(t *Task) Phase {
	if t.Is(HoldsQ | HoldsO) {
		return F12
	}
	return F14
}

// lockQueues is F3: lock both queues and look whether they are still the ones.
func (c *Call) lockQueues(t *Task) bool {
	if c.on(B10) {
		return c.lockOldQueue(t)
	}
	if c.held(t.Q) || c.held(t.O) && !c.on(B6) {
		return false
	}
	if c.on(B6) {
		t.O = t.Q
	}
	p := &c.st.Dom[Guest].Port[t.Port]
	t.Tries++
	if c.on(B6) || t.Q == queue(t.VCPU, p.Prio) && t.O == p.Lastq {
		t.Flags |= HoldsQ
		if t.O != t.Q {
			t.Flags |= HoldsO
		}
		t.Tries, t.PC = 0, c.locked()
		return true
	}
	t.PC = F1
	if t.Tries == maxLocks {
		t.PC = Idle
	}
	return true
}

// lockOldQueue is F3 of EV-B10: lock the queue that the event was on before,
// for LINKED and for the tail.
func (c *Call) lockOldQueue(t *Task) bool {
	if c.held(t.O) {
		return false
	}
	p := &c.st.Dom[Guest].Port[t.Port]
	t.Tries++
	switch {
	case t.O == p.Lastq:
		t.Flags |= HoldsO
		t.Tries, t.PC = 0, F7
	case t.Tries == maxLocks:
		t.PC = F14
	default:
		t.O = p.Lastq
	}
	return true
}

// lockNewQueue is what EV-B10 does before F9: lock the event's queue when the
// old one has been given up.
func (c *Call) lockNewQueue(t *Task) bool {
	if t.PC != F9 || t.Is(HoldsQ) {
		return true
	}
	if c.held(t.Q) {
		return false
	}
	t.Flags |= HoldsQ
	return true
}

// maxLocks bounds the attempts of F3, and maxLinks those of LINKTAIL.
const (
	maxLocks = 3
	maxLinks = 5
)

// locked is what follows F3.
func (c *Call) locked() Phase {
	if c.on(B6) {
		return F9
	}
	return F5
}

func (c *Call) held(q uint8) bool {
	for i := range c.st.Task {
		if t := &c.st.Task[i]; t.Is(HoldsQ) && t.Q == q || t.Is(HoldsO) && t.O == q {
			return true
		}
	}
	return false
}

// setPending is F4 and F5.
func (c *Call) setPending(t *Task) {
	if c.st.VCPU[t.VCPU].Block == 0 && !c.on(B1) {
		t.PC = c.unlinked(t)
		return
	}
	w := c.st.Word(t.Port)
	if *w&Pending == 0 {
		t.Flags |= NewEvent
	}
	c.store(w, *w|Pending)
	t.PC = F6
}

// leave is F8: the event is not the old queue's tail any more.
func (c *Call) leave(t *Task, p *Port) {
	s := c.st
	if tail := &s.VCPU[t.O/NumPrios].Tail[t.O%NumPrios]; *tail == t.Port && !c.on(B7) {
		*tail = 0
	}
	if t.O != t.Q {
		p.Lastq = t.Q
		t.O = t.Q
		t.Flags &^= HoldsO
	} else if c.on(B10) {
		t.Flags = t.Flags&^HoldsO | HoldsQ
	}
	t.PC = F9
}

// advanceLink is evtchn_fifo_set_pending() from the tail on, with LINKTAIL
// (evtchn_fifo_set_link()).
func (c *Call) advanceLink(t *Task) {
	s, v := c.st, &c.st.VCPU[t.Q/NumPrios]
	prio := t.Q % NumPrios
	switch t.PC {
	case F9, F9CAS, F9Busy, F9Read:
		c.linkTail(t, v.Tail[prio])
	case F10:
		c.writeHead(t, v, prio)
	case F11:
		if c.on(B5) {
			t.Flags |= NewHead
		}
		v.Tail[prio] = t.Port
		t.PC = F12
	case F12:
		t.Flags &^= HoldsQ | HoldsO
		t.PC = F14
		if t.Is(NewHead) {
			t.PC = F13
		}
	case F13:
		t.PC = F14
		if ready := &s.Frame[v.Block-1].B[Ready]; *ready&bit(prio) == 0 {
			c.touch(v.Block - 1)
			*ready |= bit(prio)
			t.PC = Mark
		}
	case Mark:
		c.mark(&s.VCPU[t.VCPU])
		t.PC = F14
	case F14:
		c.wakeFor(t)
	}
}

// linkTail links the event behind the tail if that is still on the queue.
func (c *Call) linkTail(t *Task, tail uint8) {
	w := c.st.Word(tail)
	switch {
	case tail == 0, tail == t.Port && (c.on(B6) || c.on(B7)):
		t.PC = F10
	case t.PC == F9 || t.PC == F9Read:
		t.Word = *w
		c.tryLink(t, w)
	case t.PC == F9Busy:
		c.store(w, *w|Busy)
		t.Flags |= BusySet
		t.PC = F9Read
	case *w == t.Word:
		c.store(w, c.linkTo(t, *w))
		t.PC = F11
	default:
		c.linkFailed(t, w)
	}
}

// linkTo is the tail's word with the link in it.
func (c *Call) linkTo(t *Task, w uint8) uint8 {
	if c.on(M10) {
		return w&^LinkBit | t.Port
	}
	return w&^(Busy|LinkBit) | t.Port
}

// tryLink looks at the word as read: unless it is linked there is no queue.
func (c *Call) tryLink(t *Task, w *uint8) {
	t.PC = F9CAS
	if t.Word&Linked == 0 {
		c.unlock(t, w)
		t.PC = F10
	}
}

func (c *Call) unlock(t *Task, w *uint8) {
	if t.Is(BusySet) {
		c.store(w, *w&^Busy)
	}
}

// linkFailed goes on after a compare-exchange that failed. The first failure
// is answered with BUSY, the last one by giving up.
func (c *Call) linkFailed(t *Task, w *uint8) {
	if c.on(B4) {
		t.Tries = min(t.Tries+1, maxLinks+1)
		t.Word = *w
		c.tryLink(t, w)
		return
	}
	t.Tries++
	switch t.Tries {
	case 1:
		t.PC = F9Busy
	case maxLinks:
		c.unlock(t, w)
		t.PC = F11
	default:
		t.Word = *w
		c.tryLink(t, w)
	}
}

// writeHead is F10.
func (c *Call) writeHead(t *Task, v *VCPU, prio uint8) {
	t.Flags |= NewHead
	t.PC = F11
	switch {
	case v.Block == 0 || !v.Heads:
		c.st.Ghost.Trap = TrapHead
		*t = Task{}
	default:
		c.touch(v.Block - 1)
		c.st.Frame[v.Block-1].B[Head+prio] = t.Port
	}
}

// store writes an event word.
func (c *Call) store(w *uint8, value uint8) {
	for i := range c.st.Pages {
		if f := c.st.Array[i]; f != 0 {
			if b := &c.st.Frame[f-1].B; w == &b[0] || w == &b[1] {
				c.touch(f - 1)
			}
		}
	}
	*w = value
}

// advanceUnmask is Xen's unmask: evtchn_2l_unmask(), evtchn_fifo_unmask().
func (c *Call) advanceUnmask(t *Task) {
	s := c.st
	w := s.Word(t.Port)
	switch {
	case s.Ops != FIFO && t.PC == U1:
		t.PC = Idle
		if s.Mask&bit(t.Port) != 0 {
			s.Mask &^= bit(t.Port)
			t.PC = U2
		}
	case s.Ops != FIFO:
		t.PC = Idle
		if s.Pending&bit(t.Port) != 0 {
			t.PC = A3
		}
	case w == nil:
		t.PC = Idle
	case t.PC == U1:
		c.store(w, *w&^Masked)
		t.PC = U2
	default:
		t.PC = Idle
		if *w&Pending != 0 {
			t.PC = F1
		}
	}
}
