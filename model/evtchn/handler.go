package evtchn

import "hvcheck/model/errno"

// Upcall has vCPU v enter its handler: G1 or H1.
func (c *Call) Upcall(v uint8) errno.Errno {
	if !c.handles(v) || !c.st.Deliverable(v) || !c.within(Upcalls) {
		return c.refuse(errno.NotRunning)
	}
	h := &c.st.VCPU[v].Handler
	if h.PC != HandlerIdle {
		return c.refuse(errno.NotRunning)
	}
	c.spend(Upcalls)
	c.st.VCPU[v].Edge = false
	c.enter(v, h)
	for i := 0; h.PC != HandlerIdle && !c.steps(StepHandler); i++ {
		c.handle(v, h)
		if i > 999 {
			panic("evtchn: a handler does not end")
		}
	}
	return errno.OK
}

// handles tells whether vCPU v executes the guest's code and not Xen's.
func (c *Call) handles(v uint8) bool {
	return v < c.cfg.VCPUs && c.st.executes(v)
}

// executes tells whether vCPU v runs the guest's code and not Xen's.
func (s *State) executes(v uint8) bool {
	pc := s.Task[v].PC
	return !s.stopped() && (pc == Idle || pc >= K1 && pc <= K5)
}

// enter clears the flag and looks for events.
func (c *Call) enter(v uint8, h *Handler) {
	h.PC = G2
	if c.st.Running().Belief == FIFO {
		h.PC = H2
	} else if c.on(M3) {
		return
	}
	c.st.VCPU[v].Flag = false
}

// Handle does the next step of vCPU v's handler.
func (c *Call) Handle(v uint8) errno.Errno {
	if !c.handles(v) || c.st.VCPU[v].Down || c.st.VCPU[v].Handler.PC == HandlerIdle {
		return c.refuse(errno.NotRunning)
	}
	h := &c.st.VCPU[v].Handler
	c.handle(v, h)
	return errno.OK
}

func (c *Call) handle(v uint8, h *Handler) {
	if h.PC >= H2 {
		c.handleFIFO(v, h)
	} else {
		c.handle2L(v, h)
	}
}

// leaveHandler ends a round: G5 and H7.
func (c *Call) leaveHandler(v uint8, h *Handler) {
	local := h.Local
	*h = Handler{Local: local}
	if c.st.VCPU[v].Flag {
		c.enter(v, h)
	}
}

// handle2L is evtchn_2l_handle_events().
func (c *Call) handle2L(v uint8, h *Handler) {
	s := c.st
	switch h.PC {
	case G1:
		s.VCPU[v].Flag = false
		c.nextWord(h)
	case G2:
		h.Ready, s.VCPU[v].Sel = s.VCPU[v].Sel, 0
		c.nextWord(h)
		if c.on(M3) {
			h.PC = G1
		}
	case G3:
		c.readWord(v, h)
	case G4:
		c.take2L(v, h)
	case G4Ack:
		c.nextBit(h)
	case G5:
		c.leaveHandler(v, h)
	}
}

// readWord is G3: of the next word, the events that are this vCPU's and not masked.
func (c *Call) readWord(v uint8, h *Handler) {
	word := lowest(h.Ready)
	h.Ready &^= bit(word)
	h.Bits = 0
	for p := word * PerWord; p < (word+1)*PerWord && p < MaxPorts; p++ {
		if c.st.Pending&c.st.Running().Map&bit(p) == 0 || c.st.Dom[Guest].Port[p].Notify != v && !c.on(B26) {
			continue
		}
		if c.st.Mask&bit(p) != 0 && !c.on(M6) {
			continue
		}
		h.Bits |= bit(p)
	}
	c.nextBit(h)
}

func (c *Call) nextWord(h *Handler) {
	h.PC = G5
	if h.Ready != 0 {
		h.PC = G3
	}
}

func (c *Call) nextBit(h *Handler) {
	h.Port = 0
	h.PC = G4
	if h.Bits == 0 {
		c.nextWord(h)
	}
}

// take2L is G4.
func (c *Call) take2L(v uint8, h *Handler) {
	p := lowest(h.Bits)
	h.Bits &^= bit(p)
	c.st.Pending &^= bit(p)
	if c.on(B25) {
		if c.inProgress(p) {
			c.nextBit(h)
			return
		}
		h.Port, h.PC = p, G4Ack
		c.serve(v, p)
		return
	}
	c.serve(v, p)
	c.nextBit(h)
}

// inProgress is IRQ_INPROGRESS: EV-B25's flow takes time to handle an event.
func (c *Call) inProgress(p uint8) bool {
	for v := range c.st.VCPU {
		h := &c.st.VCPU[v].Handler
		if h.PC == G4Ack && h.Port == p || h.PC == H6 && h.Bits == bit(p) {
			return true
		}
	}
	return false
}

// handleFIFO is evtchn_fifo_handle_events().
func (c *Call) handleFIFO(v uint8, h *Handler) {
	block, w := c.st.KernelBlock(v), c.st.KernelWord(h.Port)
	switch h.PC {
	case H2:
		h.PC = H7
		if c.st.Running().Own&bit(v) != 0 {
			c.moreQueues(h, block)
		}
	case H3:
		h.Prio = lowest(h.Ready)
		h.Port = h.Local[h.Prio]
		if h.Port == 0 {
			h.Port = block[Head+h.Prio]
		}
		h.PC = H4
	case H4:
		c.note(Event{Kind: Took, VCPU: v, Prio: h.Prio, Port: h.Port, Linked: *w&Linked != 0})
		h.Next = *w & LinkBit
		*w &^= Linked | LinkBit
		if h.Next == 0 {
			h.Ready &^= bit(h.Prio)
		}
		h.PC = H5
	case H5:
		c.takeFIFO(v, h, *w)
	case H5Ack:
		*w &^= Pending
		h.PC = H6
		switch {
		case !c.on(B25):
			c.serve(v, h.Port)
		case !c.inProgress(h.Port):
			c.serve(v, h.Port)
			h.Bits = bit(h.Port)
		}
	case H6:
		h.Bits = 0
		h.Local[h.Prio] = h.Next
		c.shareHeads(h)
		h.Prio, h.Port, h.Next = 0, 0, 0
		c.moreQueues(h, block)
	case H7:
		c.leaveHandler(v, h)
	}
}

// shareHeads has all vCPUs remember one head, which is wrong.
func (c *Call) shareHeads(h *Handler) {
	if c.on(B31) {
		for v := range c.st.VCPU {
			c.st.VCPU[v].Handler.Local = h.Local
		}
	}
}

// moreQueues exchanges READY with 0.
func (c *Call) moreQueues(h *Handler, block *[1 + NumPrios]uint8) {
	h.Ready |= block[Ready]
	block[Ready] = 0
	h.PC = H7
	if h.Ready != 0 {
		h.PC = H3
	}
}

// takeFIFO is H5.
func (c *Call) takeFIFO(v uint8, h *Handler, w uint8) {
	h.PC = H6
	if w&Pending == 0 || c.st.Running().Map&bit(h.Port) == 0 {
		return
	}
	if w&Masked != 0 && !c.on(M6) {
		return
	}
	h.PC = H5Ack
}

// lowest is the number of the lowest bit that is set.
func lowest(set uint8) (n uint8) {
	for set&bit(n) == 0 {
		n++
	}
	return n
}
