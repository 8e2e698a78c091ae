package evtchn

// Start describes a domain as the toolstack has made it.
type Start struct {
	Kernels  []Kernel     // in the order in which they will run; none: one that knows both ABIs
	Plan     []Transition // how each of them arrives
	Host     Set          // what the host has
	Target   Set          // what the host has that it migrates to; 0 is the same
	Callback Callback
	// Backend: ports 1 to so many of both domains are each other's ends.
	Backend uint8
	// Running: the first kernel is up, with this ABI, and handles those ports.
	Running ABI
	// Masked has the ports masked; otherwise they are not.
	Masked bool
}

// New builds the state.
func New(cfg *Config, start *Start) State {
	s := State{Ops: TwoLevel, Callback: start.Callback, Host: start.Host, Target: start.Target}
	s.Host = cfg.Offer.Offered(s.Host)
	s.Kernel[0].Knows = SetOf(TwoLevel, FIFO)
	for i, k := range start.Kernels {
		k.Offer = cfg.Offer.Offered(k.Offer)
		s.Kernel[i] = k
	}
	copy(s.Plan[:], start.Plan)
	for d := range s.Dom {
		s.Dom[d].Valid = PerWord
		s.Dom[d].Port[0].State = Reserved
	}
	c := Call{cfg: cfg, st: &s, Whole: true}
	c.setUp(start)
	return s
}

// setUp connects the two domains, and has the first kernel run.
func (c *Call) setUp(start *Start) {
	for p := uint8(1); p <= start.Backend; p++ {
		c.unused(c.makeStore)
	}
	c.st.Param = min(start.Backend, 1)
	c.st.Pending = 0
	for v := range c.st.VCPU {
		c.st.VCPU[v].Flag, c.st.VCPU[v].Sel = false, 0
	}
	if start.Running == NoABI {
		return
	}
	k := c.st.Running()
	k.Knows = SetOf(start.Running)
	c.Start(VCPU0)
	for p := uint8(1); p <= start.Backend; p++ {
		k.Map |= bit(p)
		for k.Belief == FIFO && c.st.Pages*PerWord <= p {
			if c.expand(PageOwn) != ok {
				panic("evtchn: the start needs more array pages than there can be")
			}
		}
		if !start.Masked {
			c.unmask(p)
		}
	}
}

// Handling finds a vCPU that is in its handler.
func (s *State) Handling() (v uint8, busy bool) {
	for v = range uint8(MaxVCPUs) {
		if s.VCPU[v].Handler.PC != HandlerIdle && !s.VCPU[v].Down && s.executes(v) {
			return v, true
		}
	}
	return 0, false
}

// executes tells whether vCPU v runs the guest's code and not Xen's.
func (s *State) executes(v uint8) bool {
	pc := s.Task[v].PC
	return !s.stopped() && (pc == Idle || pc >= K1 && pc <= K5)
}

// NextTask finds the CPU whose task has to go on before others can: those that
// hold locks, other raises, what the guest does, and resets last.
func (s *State) NextTask() (cpu uint8, busy bool) {
	for _, is := range []func(*Task) bool{
		func(t *Task) bool { return t.Flags&(HoldsQ|HoldsO) != 0 },
		(*Task).raising,
		func(t *Task) bool { return t.PC >= C2 },
		func(t *Task) bool { return t.PC != Idle },
	} {
		for i := range s.Task {
			if is(&s.Task[i]) {
				return uint8(i), true
			}
		}
	}
	return 0, false
}
