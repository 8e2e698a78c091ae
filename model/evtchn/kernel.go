package evtchn

import "hvcheck/model/errno"

// Transition is how a kernel comes to run.
type Transition uint8

// The transitions.
const (
	Boot     Transition = iota // T1: in a new domain
	Firmware                   // T2: started by firmware
	Resume                     // T3: an image that replaces the kernel which loaded it
	Kexec                      // T4: started by the kernel before, whose memory it uses
	Kdump                      // T4: the same, but it keeps off that memory
	Migrate                    // T6: the same kernel in a new domain
)

func (t Transition) String() string {
	return [...]string{"boot", "firmware", "resume", "kexec", "kdump", "migrate"}[t]
}

// Purposes of a kernel's ports.
const (
	Store = iota // xenstore: interdomain, made by the toolstack
	Timer        // VIRQ_TIMER of vCPU 0
)

// Start is the start-up of the running kernel as far as event channels go: it
// takes the ABI that it prefers and can get, and masks all it can address.
func (c *Call) Start(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	k := c.st.Running()
	if k.Belief != NoABI || c.busy(true) || c.resetsFirst() {
		return c.refuse(errno.NotRunning)
	}
	if k.Offer == 0 {
		k.Offer = c.st.Host
	}
	if c.st.Plan[c.st.Cur] != Resume {
		c.st.Grants = k.Grants
	}
	if !c.wantsFIFO(k) {
		return c.start2L(k)
	}
	return c.startFIFO(k)
}

// wantsFIFO tells whether the kernel asks for the FIFO ABI.
func (c *Call) wantsFIFO(k *Kernel) bool {
	if !k.Knows.Has(FIFO) {
		return false
	}
	return !(c.handover(V8) && c.bootKernel())
}

// bootKernel tells whether the running kernel is there to start another one.
func (c *Call) bootKernel() bool {
	next := c.st.Cur + 1
	return next < MaxKernels && cooperates(c.st.Plan[next])
}

// startFIFO is xen_evtchn_fifo_init(), for one vCPU after the other.
func (c *Call) startFIFO(k *Kernel) errno.Errno {
	for v := range c.cfg.VCPUs {
		rc, page := ok, uint8(PageOwn)
		if v > 0 && c.cfg.Scarce {
			page = PageMissing
		}
		c.whole(func() { rc = c.initControl(v, page, OffsetGood) })
		switch {
		case rc != ok && (v == 0 || c.on(B32)):
			return c.fallBack(k, rc)
		case rc != ok:
			c.st.VCPU[v].Down = true // it cannot be brought up
		}
	}
	k.Belief = FIFO
	return ok
}

// fallBack is what a kernel does whose init_control was refused. A kernel that
// resumes does not ask what there is: it cannot go on with another ABI.
func (c *Call) fallBack(k *Kernel, rc errno.Errno) errno.Errno {
	if c.st.Plan[c.st.Cur] == Migrate || c.cfg.Reaction == ReactStrict && rc != errno.ENOSYS {
		c.st.Crashed = true
		return rc
	}
	c.start2L(k)
	if c.on(B30) {
		k.Belief = FIFO
	}
	return rc
}

// start2L is xen_evtchn_2l_init(). Without any ABI a PV kernel cannot run, an
// HVM kernel has emulated devices.
func (c *Call) start2L(k *Kernel) errno.Errno {
	switch {
	case c.st.Host.Has(TwoLevel):
	case c.cfg.PV:
		c.st.Crashed = true
		return errno.ENOSYS
	default:
		return ok
	}
	k.Belief = TwoLevel
	if c.handover(V2c) && c.st.Cur > 0 {
		c.clearWords()
	}
	c.st.Mask = 1<<MaxPorts - 1
	return ok
}

// Use binds one of the running kernel's ports, expands the array if it has to,
// and unmasks the port.
func (c *Call) Use(cpu, purpose uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	k := c.st.Running()
	if k.Belief == NoABI || k.port(purpose) != 0 || c.busy(true) {
		return c.refuse(errno.NotRunning)
	}
	p, rc := c.portFor(purpose)
	if rc != ok {
		return c.refuse(rc)
	}
	*k.portAt(purpose) = p
	k.Map |= bit(p)
	for k.Belief == FIFO && c.st.Ops == FIFO && c.st.Pages*PerWord <= p {
		if rc := c.expand(PageOwn); rc != ok {
			return rc
		}
	}
	c.unmask(p) // Linux does so whether it is masked or not
	return ok
}

func (k *Kernel) portAt(purpose uint8) *uint8 {
	if purpose == Store {
		return &k.Store
	}
	return &k.Timer
}

func (k *Kernel) port(purpose uint8) uint8 { return *k.portAt(purpose) }

// portFor finds the port for xenstore, which the toolstack has told, or binds
// the timer's VIRQ; one that is bound already is adopted.
func (c *Call) portFor(purpose uint8) (uint8, errno.Errno) {
	s := c.st
	if purpose == Store {
		if s.Dom[Guest].Port[s.Param].State != Interdomain {
			return 0, errno.EINVAL
		}
		return s.Param, ok
	}
	if s.VCPU[0].Timer != 0 {
		return s.VCPU[0].Timer, ok
	}
	p, rc := c.allocate(Guest)
	if rc == ok {
		c.open(Guest, p, Port{State: VIRQ, Number: VIRQTimer})
		s.VCPU[0].Timer = p
	}
	return p, rc
}

// Jump hands the domain over to the next kernel, in the way of the variant.
func (c *Call) Jump(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	next := c.st.Cur + 1
	if next == MaxKernels || c.st.Plan[next] == Boot || c.st.Running().Belief == NoABI || c.tooEarly() || c.resetting() || !c.rests() || !c.within(Jumps) {
		return c.refuse(errno.NotRunning)
	}
	c.spend(Jumps)
	c.whole(func() { c.handOver(next, c.st.Plan[next]) })
	c.refused = false
	return ok
}

// resetting tells whether a reset has begun that was preempted: who has begun it
// goes on with it first.
func (c *Call) resetting() bool { return c.st.Dom[Guest].Next != 0 }

func (c *Call) handOver(next uint8, plan Transition) {
	if cooperates(plan) {
		c.takeLeave()
	}
	c.replace(next, plan)
	if cooperates(plan) && !c.cfg.Gap {
		c.arrive()
	}
}

// tooEarly: the next kernel comes only when this one has bound its ports.
func (c *Call) tooEarly() bool {
	k := c.st.Running()
	return c.cfg.Bound && (k.Store == 0 || k.Timer == 0)
}

// cooperates tells whether the variants are about such a transition.
func cooperates(t Transition) bool { return t == Resume || t == Kexec || t == Kdump }

// takeLeave is what is done before the next kernel runs.
func (c *Call) takeLeave() {
	switch {
	case c.handover(V2):
		c.quickReset()
	case c.handover(V2r), c.handover(V2b), c.handover(V2c):
		c.resetAndRebind()
	case c.handover(V4), c.handover(V4c):
		c.softReset()
	}
}

// arrive is what the next kernel does first.
func (c *Call) arrive() {
	switch {
	case c.handover(V0), c.handover(V3):
		c.quickReset()
	case c.handover(V3r):
		c.resetAndRebind()
	}
}

// resetsFirst tells whether the running kernel has yet to reset before it starts.
func (c *Call) resetsFirst() bool {
	return c.cfg.Gap && c.st.Cur > 0 && c.st.Ops == FIFO && (c.handover(V3) || c.handover(V3r))
}

// LateReset is the arriving kernel's reset where that is not atomic with the jump.
func (c *Call) LateReset(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.resetsFirst() || !c.rests() || c.st.Running().Belief != NoABI {
		return c.refuse(errno.NotRunning)
	}
	c.whole(c.arrive)
	c.refused = false
	return ok
}

// quickReset is EVTCHNOP_reset by the running kernel, without preemption.
func (c *Call) quickReset() {
	if c.handover(V0) {
		c.closeAll()
		return
	}
	c.reset(false)
}

// closeAll is a reset as it was before 400b3bd642: the ABI stays.
func (c *Call) closeAll() {
	for p := uint8(1); p < min(c.st.Dom[Guest].Valid, MaxPorts); p++ {
		c.close(Guest, p, true)
	}
	c.refused = false
}

// resetAndRebind also takes the port for xenstore again: EVTCHNOP_status before
// tells the other end, bind_interdomain after connects to it.
func (c *Call) resetAndRebind() {
	port := c.st.Dom[Guest].Port[c.st.Param]
	c.quickReset()
	if port.State != Interdomain {
		return
	}
	if p, rc := c.allocate(Guest); rc == ok {
		c.unused(func() { c.connect(Guest, p, port.Remote, port.Number) })
		c.st.Param = p
	}
}

// unused has a port made that the running kernel does not handle yet.
func (c *Call) unused(do func()) {
	cpu := c.cpu
	c.cpu = Tool
	do()
	c.cpu = cpu
}

// softReset is shutdown with reason soft_reset and the toolstack's part.
func (c *Call) softReset() {
	c.st.Shutdown, c.st.Paused = true, true
	c.unused(func() {
		c.stopBackends()
		if c.SoftReset(Tool, false) != ok {
			c.st.Crashed = true
		}
		c.makeStore()
	})
	c.st.Paused = false
}

// stopBackends closes the backend's ends.
func (c *Call) stopBackends() {
	for p := range c.st.Dom[Backend].Port {
		c.close(Backend, uint8(p), true)
	}
	c.refused = false
}

// makeStore is how the toolstack makes the port for xenstore, and xenstored
// binds to it: the lowest free ports.
func (c *Call) makeStore() {
	p, rc := c.allocate(Guest)
	if rc != ok {
		return
	}
	c.open(Guest, p, Port{State: Unbound, Remote: Backend})
	c.st.Param = p
	if c.st.Cur > 0 && c.on(B35) || c.st.Control != 0 && c.on(B35) {
		return
	}
	if q, rc := c.allocate(Backend); rc == ok {
		c.connect(Backend, q, Guest, p)
	}
}

// replace has kernel k run instead of the present one. Nobody tells Xen,
// unless the domain is a new one.
func (c *Call) replace(k uint8, plan Transition) {
	s := c.st
	old := *s.Running()
	s.Cur = k
	for v := range s.VCPU {
		s.VCPU[v].Handler = Handler{}
	}
	switch plan {
	case Firmware:
		c.firmwareLeaves(&old)
	case Resume:
		c.resumes()
	case Migrate:
		s.Kernel[k] = Kernel{Knows: old.knew(), Grants: old.Grants, Offer: old.Offer}
		if c.on(B38) {
			s.Kernel[k].Store, s.Kernel[k].Map = old.Store, old.Map
		}
		c.newDomain()
	}
}

// knew is what a kernel that cannot ask again goes on with.
func (k *Kernel) knew() Set { return SetOf(k.Belief) }

// firmwareLeaves: hvmloader, which knows 2L only, clears what it used.
func (c *Call) firmwareLeaves(old *Kernel) {
	if !old.Knows.Has(FIFO) {
		c.clearWords()
	}
}

// resumes has an image go on as it was, unless the hand-over has it start afresh.
func (c *Call) resumes() {
	if c.on(M8) {
		c.st.Host |= SetOf(FIFO)
	}
	if c.cfg.Handover.fresh() && !c.cfg.Unchanged {
		k := c.st.Running()
		k.Belief, k.Map, k.Store, k.Timer, k.Own = NoABI, 0, 0, 0, 0
	}
}

// newDomain is the domain on the target host: nothing but the port for xenstore.
func (c *Call) newDomain() {
	s := c.st
	c.dropFIFO()
	c.closeAll()
	c.stopBackends()
	c.clearWords()
	for v := range s.VCPU {
		p := &s.VCPU[v]
		p.Info, p.Vector = InfoShared, false
	}
	for p := range s.Dom[Guest].Port {
		s.Dom[Guest].Port[p].Saved = false
		s.Dom[Guest].Port[p].Lastq = 0
	}
	s.Grants = 0
	if s.Target != 0 {
		s.Host = c.cfg.Offer.Offered(s.Target)
	}
	c.unused(func() {
		if c.cfg.Models {
			c.consumer(0)
		}
		c.makeStore()
	})
}

// Stop is the guest's shutdown with reason soft_reset.
func (c *Call) Stop(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.rests() || !c.within(Jumps) {
		return c.refuse(errno.NotRunning)
	}
	c.st.Shutdown = true
	return c.done(Jumps)
}

// Toolstack does the next step of a soft reset's hand-over: stop backends and
// pause, reset the domain (again, while that is preempted), make the ports, let it run.
func (c *Call) Toolstack() errno.Errno {
	s := c.st
	c.cpu = Tool
	if !s.Shutdown && s.Control == 0 || s.Crashed || s.Dom[Guest].Dying || !c.rests() {
		return c.refuse(errno.NotRunning)
	}
	rc := ok
	c.whole(func() { rc = c.control() })
	switch {
	case rc == errno.ERESTART:
		s.Control = 2
	case rc == ok:
		s.Control = controlNext[s.Control]
	}
	return rc
}

// control does the step that comes next.
func (c *Call) control() errno.Errno {
	switch c.st.Control {
	case 0:
		c.stopBackends()
		c.st.Paused = true
	case 1, 2:
		return c.resetStep(c.st.Control == 2)
	case 3:
		if c.on(B37) {
			c.st.Crashed = true
			return errno.EINVAL
		}
		c.makeStore()
	case 4:
		c.freshKernel()
	}
	return ok
}

// controlNext is what follows each of the toolstack's steps: backends, reset,
// reset continued, store, kernel.
var controlNext = [...]uint8{1, 3, 3, 4, 0}

// resetStep is XEN_DOMCTL_soft_reset; if it fails the domain is destroyed.
func (c *Call) resetStep(resuming bool) errno.Errno {
	rc := c.SoftReset(Tool, resuming)
	c.refused = false
	if rc != ok && rc != errno.ERESTART {
		c.st.Crashed = true
	}
	return rc
}

// freshKernel has the next kernel start after a soft reset.
func (c *Call) freshKernel() {
	c.st.Paused = c.on(M12)
	k := c.st.Running()
	*k = Kernel{Knows: k.Knows, Grants: k.Grants}
	for v := range c.st.VCPU {
		c.st.VCPU[v].Handler = Handler{}
	}
}
