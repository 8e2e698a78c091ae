package evtchn

import "hvcheck/model/errno"

// Page operands of init_control and expand_array.
const (
	PageOwn      = iota // the frame that the kernel keeps for it
	PageMissing         // no page there
	PageReadOnly        // a page that cannot be had as a writable one
)

// Offset operands of init_control.
const (
	OffsetGood = iota
	OffsetUnaligned
	OffsetCrossing
)

// mapPage is map_guest_page(): one general and one type reference.
func (c *Call) mapPage(f, page uint8) (uint8, errno.Errno) {
	if page != PageOwn {
		return 0, errno.EINVAL
	}
	c.st.Frame[f].General++
	c.st.Frame[f].Type++
	if c.on(B21) && !c.cfg.PV {
		f = Foreign
	}
	return f + 1, ok
}

func (c *Call) unmapPage(f *uint8) {
	if *f == 0 {
		return
	}
	if page := &c.st.Frame[*f-1]; page.General == 0 {
		c.st.Ghost.Trap = TrapPut
	} else {
		page.General--
		page.Type--
	}
	*f = 0
}

// InitControl is EVTCHNOP_init_control.
func (c *Call) InitControl(cpu, v, page, offset uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if rc := c.locking(Inits, false); rc != ok {
		return rc
	}
	if !c.steps(StepControl) && c.overtaken() {
		return c.refuse(errno.NotRunning)
	}
	rc := c.initControl(v, page, offset)
	if rc != ok {
		return c.refuse(rc)
	}
	return c.done(Inits)
}

func (c *Call) initControl(v, page, offset uint8) errno.Errno {
	switch {
	case !c.st.Host.Has(FIFO):
		return c.refusal()
	case v >= c.cfg.VCPUs:
		return errno.ENOENT
	case offset != OffsetGood, c.st.VCPU[v].Block != 0:
		return errno.EINVAL
	}
	f, rc := c.mapPage(BlockFrame(c.st.Cur, v), page)
	if rc != ok {
		return rc
	}
	c.publish(v, f)
	return ok
}

// publish gives Xen the control block: heads, block, and with the domain's
// first one the ABI last.
func (c *Call) publish(v, f uint8) {
	s := c.st
	t := Task{PC: C2, Port: v, Word: f, Flags: NoChannel}
	if s.Ops != FIFO {
		t.Flags |= First
	}
	for i := range s.VCPU {
		if uint8(i) == v || s.Ops != FIFO && !c.on(B1) && uint8(i) < c.cfg.VCPUs {
			s.VCPU[i].Queues = true
		}
	}
	s.Running().Own |= bit(v)
	s.Frame[BlockFrame(s.Cur, v)].B = [1 + NumPrios]uint8{}
	s.VCPU[v].Handler.Local = [NumPrios]uint8{}
	c.publishPart(v, f, c.on(B18))
	if c.steps(StepControl) {
		s.Task[c.cpu] = t
		return
	}
	c.publishRest(&t)
}

func (c *Call) publishPart(v, f uint8, block bool) {
	if block {
		c.st.VCPU[v].Block = f
	} else {
		c.st.VCPU[v].Heads = true
	}
}

func (c *Call) publishRest(t *Task) {
	c.publishPart(t.Port, t.Word, !c.on(B18))
	if t.Is(First) {
		c.switchToFIFO()
		c.st.Running().Belief = FIFO
	}
}

// switchToFIFO is setup_ports().
func (c *Call) switchToFIFO() {
	s := c.st
	prev := c.limit(Guest)
	s.Ops = FIFO
	for p := uint8(1); p < prev && p < s.Dom[Guest].Valid; p++ {
		port := &s.Dom[Guest].Port[p]
		if s.Pending&bit(p) != 0 && !c.on(B3) {
			port.Saved = true
		}
		port.Prio = DefaultPrio
	}
}

// stepControl does the next step of a reset or of init_control.
func (c *Call) stepControl(t *Task) errno.Errno {
	switch t.PC {
	case R2:
		return c.closeNext(t)
	case R3:
		return c.endReset(t)
	}
	if t.Is(First) && c.overtaken() {
		return c.refuse(errno.NotRunning)
	}
	c.publishRest(t)
	*t = Task{}
	return ok
}

// overtaken tells whether a raise is under way that has chosen the 2-level
// path, which a change of the ABI would overtake.
func (c *Call) overtaken() bool {
	if c.st.Ops == FIFO || c.on(AsIs3) {
		return false
	}
	for i := range c.st.Task {
		if c.st.Task[i].raising() {
			return true
		}
	}
	return false
}

// ExpandArray is EVTCHNOP_expand_array.
func (c *Call) ExpandArray(cpu, page uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if rc := c.locking(Expands, true); rc != ok {
		return rc
	}
	if rc := c.expand(page); rc != ok {
		return c.refuse(rc)
	}
	return c.done(Expands)
}

// expand is add_page_to_event_array(). The kernel has masked every word.
func (c *Call) expand(page uint8) errno.Errno {
	s := c.st
	switch {
	case s.Ops != FIFO:
		return errno.EOPNOTSUPP
	case s.Pages*PerWord >= c.cfg.Limit:
		return errno.ENOSPC
	}
	f, rc := c.mapPage(ArrayFrame(s.Cur, s.Pages), page)
	if rc != ok {
		return rc
	}
	own := ArrayFrame(s.Cur, s.Pages)
	s.Frame[own].B = [1 + NumPrios]uint8{Masked, Masked}
	s.Running().Own |= bit(own % PerKernel)
	s.Array[s.Pages] = f
	s.Pages++
	for p := (s.Pages - 1) * PerWord; p < s.Pages*PerWord && p < s.Dom[Guest].Valid; p++ {
		c.raiseSaved(p)
	}
	return ok
}

// raiseSaved repeats an event that came before its word existed, whether or not
// the port is usable.
func (c *Call) raiseSaved(p uint8) {
	port := &c.st.Dom[Guest].Port[p]
	if !port.Saved {
		return
	}
	if !c.on(AsIs2) {
		port.Saved = false
	}
	c.whole(func() { c.run(Task{PC: F1, Port: p, VCPU: port.Notify, Flags: Again}) })
}

// Reset is EVTCHNOP_reset, or with resuming EVTCHNOP_reset_cont.
func (c *Call) Reset(cpu uint8, resuming bool) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	switch {
	case c.st.Dead:
		return c.refuse(errno.ESRCH)
	case cpu == Back0, cpu == Back1:
		return c.refuse(errno.EPERM)
	case cpu == Tool && !c.st.Paused:
		return c.refuse(errno.EINVAL)
	}
	return c.reset(resuming)
}

// reset is evtchn_reset().
func (c *Call) reset(resuming bool) errno.Errno {
	d := &c.st.Dom[Guest]
	first := d.Next
	if !resuming {
		first = 1
	}
	switch {
	case resuming && d.Next == 0, !resuming && d.Next != 0 && !c.on(M5):
		return c.refuse(errno.EBUSY)
	case !resuming && !c.within(Resets), !c.steps(StepReset) && c.channelHeld():
		return c.refuse(errno.NotRunning)
	case !resuming:
		c.spend(Resets)
	}
	d.Next = max(d.Next, first)
	t := Task{PC: R2, Port: first, Flags: NoChannel}
	if c.steps(StepReset) {
		c.st.Task[c.cpu] = t
		return ok
	}
	return c.wholeReset(&t)
}

// channelHeld tells whether somebody holds a lock that closing ports waits for: the
// event lock, or the lock of a channel.
func (c *Call) channelHeld() bool {
	for i := range c.st.Task {
		if t := &c.st.Task[i]; t.PC >= C2 || t.raising() && !t.Is(NoChannel) {
			return true
		}
	}
	return false
}

func (c *Call) wholeReset(t *Task) errno.Errno {
	for {
		rc := c.stepControl(t)
		if t.PC == Idle || rc == errno.NotRunning {
			c.refused = false
			return rc
		}
	}
}

// closeNext is one turn of the loop of evtchn_reset().
func (c *Call) closeNext(t *Task) errno.Errno {
	d, i := &c.st.Dom[Guest], t.Port
	if i >= d.Valid || i >= MaxPorts || d.Active <= d.Xen {
		t.PC = R3
		return ok
	}
	if c.engaged(Guest, i) || c.busy(false) {
		return c.refuse(errno.NotRunning)
	}
	c.close(Guest, i, !c.on(M13))
	c.refused = false
	t.Port++
	if i%c.cfg.Every != 0 || c.on(B14) {
		return ok
	}
	if c.check() && c.within(Preempts) {
		c.spend(Preempts)
		d.Next = i
		*t = Task{}
		return errno.ERESTART
	}
	return ok
}

// endReset is the last part of evtchn_reset().
func (c *Call) endReset(t *Task) errno.Errno {
	if c.busy(false) {
		return c.refuse(errno.NotRunning)
	}
	d := &c.st.Dom[Guest]
	*t = Task{}
	if !c.on(M9) {
		d.Next = 0
	}
	if d.Active > d.Xen && !c.on(B12) {
		return errno.EAGAIN
	}
	if k := c.st.Running(); c.cpu <= VCPU1 && k.Belief != NoABI {
		k.Belief, k.Map, k.Own = TwoLevel, 0, 0
	}
	if !c.on(B11) {
		c.dropFIFO()
	}
	if !c.on(AsIs1) {
		c.clearWords()
	}
	if !c.on(AsIs2) {
		for p := range d.Port {
			d.Port[p].Saved = false
		}
	}
	return ok
}

// dropFIFO is evtchn_fifo_destroy() and evtchn_2l_init().
func (c *Call) dropFIFO() {
	s := c.st
	for v := range s.VCPU {
		c.unmapPage(&s.VCPU[v].Block)
		s.VCPU[v].Queues, s.VCPU[v].Heads = false, false
		s.VCPU[v].Tail = [NumPrios]uint8{}
	}
	for i := range s.Array {
		c.unmapPage(&s.Array[i])
	}
	s.Pages = 0
	s.Ops = TwoLevel
}

// clearWords puts the 2-level words back to what a new domain has.
func (c *Call) clearWords() {
	c.st.Pending, c.st.Mask = 0, 0
	for v := range c.st.VCPU {
		p := &c.st.VCPU[v]
		p.Flag, p.Edge, p.Sel = false, false, 0
	}
}

// SoftReset is XEN_DOMCTL_soft_reset, or with resuming its continuation. Its
// part in between is a whole reset, but for preemption.
func (c *Call) SoftReset(cpu uint8, resuming bool) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	switch {
	case cpu == Tool && c.st.Dead:
		return c.refuse(errno.ESRCH)
	case cpu != Tool || !c.st.Shutdown || !c.st.Paused:
		return c.refuse(errno.EINVAL)
	}
	rc := ok
	c.whole(func() { rc = c.reset(resuming) })
	if rc == ok {
		return c.afterSoftReset()
	}
	return rc
}

// afterSoftReset is domain_soft_reset() from the registrations on, and
// arch_domain_soft_reset(), which a PV domain does not survive. The vcpu_info in
// shared_info, which is used again, is taken to be clear.
func (c *Call) afterSoftReset() errno.Errno {
	s := c.st
	for v := range s.VCPU {
		p := &s.VCPU[v]
		if p.Info == InfoRegistered {
			p.Info, p.Flag, p.Sel = InfoShared, false, 0
		}
	}
	if c.cfg.PV {
		s.Crashed = true
		return errno.EINVAL
	}
	s.Shutdown = false
	return ok
}

// Destroy is the part of XEN_DOMCTL_destroydomain that is about event channels:
// evtchn_destroy().
func (c *Call) Destroy(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	d := &c.st.Dom[Guest]
	if cpu != Tool || c.st.Dead || !c.rests() {
		return c.refuse(errno.NotRunning)
	}
	d.Dying = true
	for i := min(d.Valid, MaxPorts) - 1; i > 0; i-- {
		c.close(Guest, i, false)
		c.refused = false
		if i%c.cfg.Every == 0 && !c.on(B14) && c.check() {
			d.Valid = i
			return errno.ERESTART
		}
	}
	c.finishDestroy()
	return ok
}

// rests tells whether no CPU is in the middle of anything.
func (c *Call) rests() bool {
	for i := range c.st.Task {
		if c.st.Task[i].PC != Idle {
			return false
		}
	}
	return true
}

func (c *Call) finishDestroy() {
	s := c.st
	c.dropFIFO()
	if !c.on(M14) {
		s.Handler = 0
	}
	s.Dead = true
	for v := range s.VCPU {
		s.VCPU[v].Poll = 0
		s.VCPU[v].Handler = Handler{}
	}
}

// Area operands of register_vcpu_info.
const (
	AreaGood     = iota
	AreaBad      // no such page
	AreaCrossing // over the end of a page, or misaligned
	AreaReadOnly
)

// RegisterInfo is VCPUOP_register_vcpu_info: the new area starts with every
// selector bit and the flag set, which costs one spurious upcall.
func (c *Call) RegisterInfo(cpu, v, area uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Infos) || v >= c.cfg.VCPUs {
		return c.refuse(errno.NotRunning)
	}
	p := &c.st.VCPU[v]
	if rc := c.canRegister(p, v, area); rc != ok {
		return c.refuse(rc)
	}
	p.Info = InfoRegistered
	p.Sel = 1<<MaxPages - 1
	c.mark(p)
	return c.done(Infos)
}

// canRegister looks whether there is a place already, and then at the new one; up to 4.17
// at its address first.
func (c *Call) canRegister(p *VCPU, v, area uint8) errno.Errno {
	switch again := p.Info == InfoRegistered; {
	case again && !c.on(AsIs6):
		return errno.EBUSY
	case area == AreaCrossing && !c.on(B33):
		return errno.ENXIO
	case c.on(AsIs6) && (again || v != c.cpu && !p.Down || area == AreaReadOnly):
		return errno.EINVAL
	case area == AreaBad:
		return errno.EINVAL
	case area == AreaReadOnly:
		return errno.EACCES
	}
	return ok
}

// SetVector is HVMOP_set_evtchn_upcall_vector: v gets an edge of its own. It is
// asserted at once, whether or not the flag is set.
func (c *Call) SetVector(cpu, v uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if c.cfg.PV {
		return c.refuse(errno.EINVAL)
	}
	if v >= c.cfg.VCPUs {
		return c.refuse(errno.ENOENT)
	}
	if !c.within(Infos) {
		return c.refuse(errno.NotRunning)
	}
	p := &c.st.VCPU[v]
	p.Vector = true
	if !c.on(B20) {
		p.Edge = true
	}
	return c.done(Infos)
}

// Poll is SCHEDOP_poll of one port.
func (c *Call) Poll(cpu, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Polls) || c.st.VCPU[cpu].Handler.PC != HandlerIdle {
		return c.refuse(errno.NotRunning)
	}
	s := c.st
	if s.Deliverable(cpu) {
		c.refused = true
		return ok
	}
	if d := &s.Dom[Guest]; p >= d.Valid {
		if p < c.limit(Guest) && c.on(B17) {
			s.Ghost.Trap = TrapBucket
			return ok
		}
		return c.refuse(errno.EINVAL)
	}
	if !s.Dom[Guest].Port[p].Usable() {
		return c.refuse(errno.EINVAL)
	}
	if s.PendingPort(p) {
		c.refused = true
		return ok
	}
	s.VCPU[cpu].Poll = p + 1
	return c.done(Polls)
}

// PendingPort is evtchn_port_is_pending().
func (s *State) PendingPort(p uint8) bool {
	if s.Ops == FIFO {
		w := s.Word(p)
		return w != nil && *w&Pending != 0
	}
	return s.Pending&bit(p) != 0
}

// Down is VCPUOP_down, Up is VCPUOP_up. Events are recorded meanwhile. What the last vCPU
// does that goes down is a shutdown, which is Stop.
func (c *Call) Down(v uint8) errno.Errno {
	if v >= c.cfg.VCPUs || !c.alive(v) || c.lastUp(v) || c.st.Task[v].PC != Idle || !c.within(Offlines) {
		return c.refuse(errno.NotRunning)
	}
	c.st.VCPU[v].Down = true
	return c.done(Offlines)
}

// lastUp tells whether every other vCPU is down.
func (c *Call) lastUp(v uint8) bool {
	for u := range c.cfg.VCPUs {
		if u != v && !c.st.VCPU[u].Down {
			return false
		}
	}
	return true
}

// Up is VCPUOP_up.
func (c *Call) Up(v uint8) errno.Errno {
	if v >= c.cfg.VCPUs || !c.st.VCPU[v].Down || c.st.Dom[Guest].Dying {
		return c.refuse(errno.NotRunning)
	}
	c.st.VCPU[v].Down = false
	return ok
}

// Pause is XEN_DOMCTL_pausedomain, or the contrary.
func (c *Call) Pause(on bool) errno.Errno {
	if c.st.Dead || c.st.Paused == on || c.st.Task[VCPU0].PC != Idle || c.st.Task[VCPU1].PC != Idle || on && !c.within(Offlines) {
		return c.refuse(errno.NotRunning)
	}
	c.st.Paused = on
	if on {
		c.spend(Offlines)
	}
	return ok
}

// Events is the guest's evtchn_upcall_mask of its vCPU, cleared or set.
func (c *Call) Events(v uint8, off bool) errno.Errno {
	if !c.cfg.PV || v >= c.cfg.VCPUs || c.By(v) != ok || c.st.VCPU[v].NoUp == off || off && !c.within(Offlines) {
		return c.refuse(errno.NotRunning)
	}
	c.st.VCPU[v].NoUp = off
	if off {
		c.spend(Offlines)
	}
	return ok
}

// SetHandler is XEN_DOMCTL_set_virq_handler: who gets the global VIRQ.
func (c *Call) SetHandler(guest bool) errno.Errno {
	s := c.st
	switch {
	case !c.within(Binds):
		return c.refuse(errno.NotRunning)
	case guest && s.Handler == 1:
		return ok
	case guest && s.Dead:
		return c.refuse(errno.ESRCH)
	case guest && s.Dom[Guest].Dying:
		return c.refuse(errno.EINVAL)
	case !guest && s.Handler == 1 && s.Global != 0 && !c.on(AsIs5):
		return c.refuse(errno.EBUSY)
	}
	s.Handler = 0
	if guest {
		s.Handler = 1
	}
	return c.done(Binds)
}

// Become32 has the guest run 32-bit code from now on, which lowers the 2-level limit.
func (c *Call) Become32() errno.Errno {
	if c.st.Bits32 || c.st.Dom[Guest].Active != 0 {
		return c.refuse(errno.NotRunning)
	}
	c.st.Bits32 = true
	return ok
}
