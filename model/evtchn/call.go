package evtchn

import "hvcheck/model/errno"

// Config is what a run of the model does not change.
type Config struct {
	VCPUs     uint8 // of the guest
	Limit     uint8 // ports that the FIFO ABI supports
	Limit2L   uint8 // ports that the 2-level ABI supports
	Limit2L32 uint8 // the same for a 32-bit guest
	MaxPort   uint8 // max_evtchn_port
	Every     uint8 // reset and destruction look for preemption at every such port
	Steps     Steps // what is done step by step
	PV        bool  // a PV guest; else HVM
	Gap       bool  // an arriving kernel's reset is not atomic with its arrival
	Bound     bool  // the next kernel comes only after this one has bound its ports
	Third     bool  // there is a third ABI to offer
	Unchanged bool  // an image that is resumed does nothing about its event channels
	Scarce    bool  // a kernel gets a page for a control block for vCPU 0 only
	Models    bool  // where a domain migrates to, a port for its device model is made first

	Handover Handover
	Offer    Offer
	Refusal  Refusal
	Reaction Reaction
	On       [NumRules]bool
}

// Steps are kinds of work whose steps are operations of their own.
type Steps uint8

// The kinds.
const (
	StepRaise   Steps = 1 << iota // raises, and both parts of an unmask
	StepHandler                   // the guest's handlers
	StepReset
	StepControl // init_control
)

// Budget is a class of operations of which a scenario allows so many.
type Budget uint8

// The classes.
const (
	Sends Budget = iota
	Masks
	Unmasks
	Prios
	Moves
	Binds
	Closes
	Inits
	Expands
	Resets
	Offlines
	Polls
	Jumps
	Infos
	Upcalls
	Preempts
	NumBudgets
)

// Budgets names and describes the classes.
var Budgets = [NumBudgets]struct{ Name, Doc string }{
	Sends:    {"sends", "events raised"},
	Masks:    {"masks", "ports masked"},
	Unmasks:  {"unmasks", "ports unmasked"},
	Prios:    {"prios", "set_priority calls"},
	Moves:    {"moves", "bind_vcpu calls"},
	Binds:    {"binds", "ports bound"},
	Closes:   {"closes", "ports closed"},
	Inits:    {"inits", "init_control calls"},
	Expands:  {"expands", "expand_array calls"},
	Resets:   {"resets", "resets"},
	Offlines: {"offlines", "vCPUs taken down, the domain paused, or events turned off"},
	Polls:    {"polls", "polls that sleep"},
	Jumps:    {"jumps", "hand-overs, shutdowns and choices of an offer"},
	Infos:    {"infos", "vcpu_info areas registered and vectors set"},
	Upcalls:  {"upcalls", "upcalls that the guest takes"},
	Preempts: {"preempts", "resets preempted"},
}

// Unlimited is a budget that is never used up.
const Unlimited = 255

// Call is one operation while it runs. It is reused from call to call.
type Call struct {
	// Preempt is the operand: the Preempt-th reached preemption check and all
	// later ones say yes; 0 is never.
	Preempt uint8
	// Whole runs everything to its end at once, whatever Config.Steps says.
	Whole bool
	// Asked notes which switchable rules came into play, for coverage.
	Asked         [NumRules]bool
	HandoverAsked [NumHandovers]bool
	OfferAsked    [NumOffers]bool
	// Short notes the budgets that kept an operation from being made.
	Short [NumBudgets]bool
	// Seen is what the operation did, in order.
	Seen []Event

	cfg     *Config
	st      *State
	cpu     uint8
	checks  uint8
	refused bool
}

// Begin binds the call to a state.
func (c *Call) Begin(cfg *Config, st *State) {
	c.cfg, c.st = cfg, st
	c.Preempt, c.checks, c.refused, c.Seen = 0, 0, false, c.Seen[:0]
}

// End closes the call.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool, checks uint8) {
	return code, c.refused, c.checks
}

// refuse is the result of a call that changed nothing.
func (c *Call) refuse(code errno.Errno) errno.Errno {
	c.refused = true
	return code
}

// on asks a switchable rule.
func (c *Call) on(r Rule) bool {
	c.Asked[r] = true
	return c.cfg.On[r]
}

// handover asks which variant of the hand-over is in force.
func (c *Call) handover(h Handover) bool {
	c.HandoverAsked[c.cfg.Handover] = true
	return c.cfg.Handover == h
}

// offer asks which form of offer is in force.
func (c *Call) offer(o Offer) bool {
	c.OfferAsked[c.cfg.Offer] = true
	return c.cfg.Offer == o
}

// steps tells whether the steps of such work are operations of their own.
func (c *Call) steps(k Steps) bool { return !c.Whole && c.cfg.Steps&k != 0 }

// whole does something at once and beyond the budgets.
func (c *Call) whole(do func()) {
	was := c.Whole
	c.Whole = true
	do()
	c.Whole = was
}

// check is hypercall_preempt_check().
func (c *Call) check() bool {
	c.checks++
	c.note(Event{Kind: Looked})
	return c.Preempt != 0 && c.checks >= c.Preempt
}

// By sets who makes the call. It fails while that CPU is in the middle of
// something, and for a guest that does not run.
func (c *Call) By(cpu uint8) errno.Errno {
	c.cpu = cpu
	if c.st.Task[cpu].PC != Idle || !c.alive(cpu) {
		return c.refuse(errno.NotRunning)
	}
	return errno.OK
}

// alive tells whether a CPU executes code that makes calls: a guest's vCPU does
// not while it sleeps or handles events.
func (c *Call) alive(cpu uint8) bool {
	if cpu > VCPU1 {
		return true
	}
	v := &c.st.VCPU[cpu]
	return cpu < c.cfg.VCPUs && !v.Down && v.Poll == 0 && v.Handler.PC == HandlerIdle && !c.st.stopped()
}

// domain is the caller's domain.
func (c *Call) domain() uint8 {
	if c.cpu <= VCPU1 {
		return Guest
	}
	return Backend
}

// within tells whether another operation of a class may come. Nothing of it is
// used up before spend.
func (c *Call) within(b Budget) bool {
	if c.Whole || c.st.Left[b] != 0 {
		return true
	}
	c.Short[b] = true
	return false
}

func (c *Call) spend(b Budget) {
	if left := &c.st.Left[b]; !c.Whole && *left != 0 && *left != Unlimited {
		*left--
	}
}

// busy tells whether another CPU holds the guest's event lock, or whether it
// holds queue locks that an operation which runs at once would wait for.
func (c *Call) busy(queues bool) bool {
	for i := range c.st.Task {
		t := &c.st.Task[i]
		if t.PC >= C2 || queues && t.Flags&(HoldsQ|HoldsO) != 0 {
			return true
		}
	}
	return false
}

// raised tells whether a raise that holds the channel's lock is in progress,
// which a writer would wait for.
func (c *Call) raised(p uint8) bool {
	for i := range c.st.Task {
		if t := &c.st.Task[i]; t.raising() && t.Port == p && !t.Is(NoChannel) {
			return true
		}
	}
	return false
}

// limit is max_evtchns().
func (c *Call) limit(dom uint8) uint8 {
	c.Asked[B15] = true
	return c.cfg.Limits(c.st, dom)
}

// Limits is how many ports a domain can have with its ABI and bitness.
func (cfg *Config) Limits(s *State, dom uint8) uint8 {
	switch {
	case dom == Backend:
		return MaxPorts
	case s.Ops == FIFO:
		return cfg.Limit
	case s.Bits32 && !cfg.On[B15]: // else as the domain was created
		return cfg.Limit2L32
	}
	return cfg.Limit2L
}
