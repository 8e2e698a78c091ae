package evtchn

// What the invariants need to know and what no field of Xen's or the guest's
// tells. Nothing here changes what happens.

// observeEvent notes that the running kernel handles an event on port p.
func (c *Call) observeEvent(p uint8) {
	g := &c.st.Ghost
	if g.Raised&bit(p) == 0 {
		g.Wrong |= WrongEvent
	}
	g.Owed &^= bit(p)
}

// observeTake looks at what a handler is about to take off a queue.
func (c *Call) observeTake(v uint8, h *Handler, w uint8) {
	if w&Linked == 0 || c.st.Dom[Guest].Port[h.Port].Lastq != queue(v, h.Prio) {
		c.st.Ghost.Wrong |= WrongQueue
	}
}

// observeLinked notes that a raise leaves the link to another one that has not
// come to it yet.
func (c *Call) observeLinked(t *Task) {
	for i := range c.st.Task {
		if o := &c.st.Task[i]; o != t && o.Port == t.Port && (o.PC == F3 || o.PC >= F8 && o.PC <= F11) {
			t.Flags |= Unseen
		}
	}
}

// observeSeen notes that the port's event is on a queue now.
func (c *Call) observeSeen(p uint8) {
	for i := range c.st.Task {
		if t := &c.st.Task[i]; t.Port == p && t.raising() {
			t.Flags &^= Unseen
		}
	}
}

// observeWake notes that a poller is woken which cannot see its event yet.
func (c *Call) observeWake(t *Task) {
	if t.Is(Unseen) {
		c.st.Ghost.Wrong |= WrongPoller
	}
}

// touch notes a store of Xen's to a frame that is not the running kernel's, nor
// that of a crashed one which it keeps off.
func (c *Call) touch(f uint8) {
	s := c.st
	k := f / PerKernel
	kept := s.Plan[s.Cur] == Kdump && k+1 == s.Cur
	mine := k == s.Cur && f != Foreign && s.Running().Own&bit(f%PerKernel) != 0
	if !mine && !kept || s.Frame[f].General == 0 {
		s.Ghost.Stray = f + 1
	}
}

// Chain is a queue as the guest will find it.
type Chain struct {
	Ports uint8 // on it, a bit each
	Last  uint8 // the last one, 0 if there is none
}

// Chain follows the links of a queue from where the handler will begin. It
// reports false if they do not end or lead to a port without a word.
func (s *State) Chain(v, prio uint8) (c Chain, ok bool) {
	vcpu := &s.VCPU[v]
	p := vcpu.Handler.Local[prio]
	if p == 0 && vcpu.Block != 0 {
		block := &s.Frame[vcpu.Block-1].B
		if (block[Ready]|vcpu.Handler.Ready)&bit(prio) != 0 {
			p = block[Head+prio]
		}
	}
	for p != 0 {
		w := s.Word(p)
		if w == nil || c.Ports&bit(p) != 0 {
			return c, false
		}
		c.Ports |= bit(p)
		c.Last = p
		p = *w & LinkBit
	}
	return c, true
}
