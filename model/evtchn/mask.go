package evtchn

import "hvcheck/model/errno"

// Mask has guest code on vCPU cpu mask port p.
func (c *Call) Mask(cpu, p uint8) errno.Errno {
	if rc := c.code(cpu, p); rc != errno.OK {
		return rc
	}
	if c.st.MaskedPort(p) || !c.within(Masks) {
		return c.refuse(errno.NotRunning)
	}
	c.spend(Masks)
	c.setMask(p)
	return errno.OK
}

func (c *Call) setMask(p uint8) {
	if c.st.Running().Belief == FIFO {
		*c.st.KernelWord(p) |= Masked
	} else {
		c.st.Mask |= bit(p)
	}
}

// Unmask has guest code on vCPU cpu begin to unmask port p.
func (c *Call) Unmask(cpu, p uint8) errno.Errno {
	if rc := c.code(cpu, p); rc != errno.OK {
		return rc
	}
	if !c.st.MaskedPort(p) || !c.within(Unmasks) {
		return c.refuse(errno.NotRunning)
	}
	c.spend(Unmasks)
	c.unmask(p)
	return errno.OK
}

// unmask starts the guest's part; without steps it is done at once.
func (c *Call) unmask(p uint8) { c.run(Task{PC: K1, Port: p, Flags: Again}) }

// Rebind has guest code on vCPU cpu bind port p to vCPU v. It masks the port
// meanwhile (Linux xen_rebind_evtchn_to_cpu()): of a 2-level event that is
// pending, nobody else would tell the new vCPU.
func (c *Call) Rebind(cpu, p, v uint8) errno.Errno {
	if rc := c.code(cpu, p); rc != errno.OK {
		return rc
	}
	if c.st.Dom[Guest].Port[p].Consumer || !c.movable(p) || v >= c.cfg.VCPUs || c.passed(p) || c.locking(Moves, false) != ok {
		return c.refuse(errno.NotRunning)
	}
	masks := !c.st.MaskedPort(p) && !c.on(B36)
	if masks {
		c.setMask(p)
	}
	c.move(p, v)
	if masks {
		c.unmask(p)
	}
	return c.done(Moves)
}

// code is By for what guest code does between its upcalls with a port it handles.
func (c *Call) code(cpu, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	if c.st.Running().Map&bit(p) == 0 {
		return c.refuse(errno.NotRunning)
	}
	return errno.OK
}

// advanceGuest is the guest's part of unmasking: evtchn_2l_unmask() and
// evtchn_fifo_unmask() of Linux. It waits while an upcall interrupts it.
func (c *Call) advanceGuest(t *Task) bool {
	if c.st.VCPU[c.cpu].Handler.PC != HandlerIdle {
		return false
	}
	if c.st.Running().Belief == FIFO {
		return c.unmaskFIFO(t)
	}
	c.unmask2L(t)
	return true
}

// unmaskFIFO clears MASKED, but not while Xen has set BUSY. Of an event that is
// pending it leaves that to Xen (Linux clear_masked_cond()).
func (c *Call) unmaskFIFO(t *Task) bool {
	w := c.st.KernelWord(t.Port)
	switch {
	case *w&Pending != 0 && !c.on(B27):
		c.ask(t)
	case *w&Busy != 0 && !c.on(M4):
		return false
	default:
		*w &^= Masked
		t.PC = Idle
		if *w&Pending != 0 {
			c.ask(t)
		}
	}
	return true
}

func (c *Call) unmask2L(t *Task) {
	s, v := c.st, &c.st.VCPU[c.cpu]
	pending := s.Pending&bit(t.Port) != 0
	switch t.PC {
	case K1:
		if s.Dom[Guest].Port[t.Port].Notify != c.cpu {
			c.ask(t)
			return
		}
		s.Mask &^= bit(t.Port)
		t.PC = K2
	case K2:
		t.PC = c.afterMask(pending)
		if t.PC == U1 {
			c.ask(t)
		}
	case K3:
		s.Mask |= bit(t.Port)
		c.ask(t)
	case K4:
		t.PC = Idle
		if word := bit(t.Port / PerWord); v.Sel&word == 0 {
			v.Sel |= word
			t.PC = K5
		}
	case K5:
		v.Flag = true
		t.PC = Idle
	}
}

// afterMask is what follows when the 2-level mask bit is clear.
func (c *Call) afterMask(pending bool) Phase {
	switch {
	case c.on(M1) || !pending:
		return Idle
	case c.cfg.PV:
		return K4
	case c.on(M2):
		return U1
	}
	return K3
}

// ask makes the hypercall.
func (c *Call) ask(t *Task) {
	p := &c.st.Dom[Guest].Port[t.Port]
	t.PC = Idle
	if p.Usable() {
		t.PC, t.VCPU = U1, p.Notify
		t.Flags = Again
		if c.on(B13) {
			t.Flags |= NoChannel
		}
	}
}

// ClearMask has guest code unmask an event that is still on a queue, where a
// handler will find it, by nothing but a store.
func (c *Call) ClearMask(cpu, p uint8) errno.Errno {
	if rc := c.code(cpu, p); rc != errno.OK {
		return rc
	}
	if c.st.Running().Belief != FIFO || !c.st.MaskedPort(p) || !c.within(Unmasks) {
		return c.refuse(errno.NotRunning)
	}
	w := c.st.KernelWord(p)
	if *w&Linked == 0 || *w&Busy != 0 && !c.on(M4) {
		return c.refuse(errno.NotRunning)
	}
	*w &^= Masked
	c.spend(Unmasks)
	return errno.OK
}
