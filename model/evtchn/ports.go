package evtchn

import "hvcheck/model/errno"

// VIRQs, one of each kind.
const (
	VIRQTimer   = iota // per vCPU
	VIRQArgo           // per domain
	VIRQGlobal         // VIRQ_DOM_EXC: one domain of the host
	VIRQInvalid        // 24 and above
)

// NumPIRQs is d->nr_pirqs.
const NumPIRQs = 1

// ok is what most operations return.
const ok = errno.OK

// target finds the domain that an operand names.
func (c *Call) target(dom uint8) (*Domain, errno.Errno) {
	if dom >= numDomains || dom == Guest && c.st.Dead {
		return nil, c.refuse(errno.ESRCH)
	}
	return &c.st.Dom[dom], ok
}

// valid finds a port of a domain; rc is -EINVAL if there is none.
func (c *Call) valid(dom, p uint8) (*Port, errno.Errno) {
	c.Asked[B16] = true
	if !c.cfg.Valid(c.st, dom, p) {
		return nil, c.refuse(errno.EINVAL)
	}
	return &c.st.Dom[dom].Port[p], ok
}

// Valid is port_is_valid().
func (cfg *Config) Valid(s *State, dom, p uint8) bool {
	return p < s.Dom[dom].Valid && p < MaxPorts && (!cfg.On[B16] || p < cfg.Limits(s, dom))
}

// allocate is get_free_port(): the lowest port that is free. The count of
// active ports is up then, and the caller has to bind the port or give it back.
func (c *Call) allocate(dom uint8) (p uint8, rc errno.Errno) {
	d := &c.st.Dom[dom]
	if d.Dying {
		return 0, errno.EINVAL
	}
	for p = range min(c.cfg.MaxPort+1, MaxPorts) {
		switch {
		case p >= c.limit(dom):
			return c.noPort(dom, p)
		case p >= d.Valid:
			d.Valid += PerWord
		case d.Port[p].State != Free || c.occupied(dom, p):
			continue
		}
		d.Active++
		return p, ok
	}
	return 0, errno.ENOSPC
}

// noPort is the failure that XSA-317 is about.
func (c *Call) noPort(dom, p uint8) (uint8, errno.Errno) {
	if !c.on(B19) {
		return 0, errno.ENOSPC
	}
	if p >= c.st.Dom[dom].Valid {
		c.st.Ghost.Trap = TrapBucket
	}
	return p, ok
}

// occupied is evtchn_port_is_busy(): a closed port that is still linked.
func (c *Call) occupied(dom, p uint8) bool {
	if dom != Guest || c.st.Ops != FIFO {
		return false
	}
	w := c.st.Word(p)
	return w != nil && *w&Linked != 0 && !c.on(B9)
}

// open binds an allocated port.
func (c *Call) open(dom, p uint8, to Port) {
	port := &c.st.Dom[dom].Port[p]
	to.Prio, to.Lastq, to.Saved = port.Prio, port.Lastq, port.Saved
	if dom == Guest {
		c.opened(p, &to)
	}
	*port = to
}

// opened is evtchn_port_init(), and what the guest makes of its new port.
func (c *Call) opened(p uint8, to *Port) {
	if c.st.Ops == FIFO && !c.on(B8) && !to.Consumer {
		to.Prio = DefaultPrio
	}
	if !c.on(AsIs2) {
		to.Saved = false
	}
	if c.cpu <= VCPU1 && !to.Consumer {
		c.st.Running().Map |= bit(p)
	}
}

// binding is how every operation begins that may take a port of the domain.
func (c *Call) binding(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	return c.locking(Binds, false)
}

// locking waits for the event lock, and for the queues' if the operation
// raises events at once.
func (c *Call) locking(b Budget, queues bool) errno.Errno {
	if !c.within(b) || c.busy(queues) {
		return c.refuse(errno.NotRunning)
	}
	return ok
}

// done is the end of an operation that did its work.
func (c *Call) done(b Budget) errno.Errno {
	c.spend(b)
	return ok
}

// AllocUnbound is EVTCHNOP_alloc_unbound. Only the toolstack may name a domain
// other than its own.
func (c *Call) AllocUnbound(cpu, dom, remote uint8) errno.Errno {
	if rc := c.binding(cpu); rc != ok {
		return rc
	}
	if _, rc := c.target(dom); rc != ok {
		return rc
	}
	p, rc := c.allocate(dom)
	if rc != ok {
		return c.refuse(rc)
	}
	if cpu != Tool && dom != c.domain() {
		return c.giveBack(dom, errno.EPERM)
	}
	c.open(dom, p, Port{State: Unbound, Remote: remote})
	return c.done(Binds)
}

// BindInterdomain is EVTCHNOP_bind_interdomain.
func (c *Call) BindInterdomain(cpu, rdom, rport uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if rc := c.locking(Binds, true); rc != ok {
		return rc
	}
	if _, rc := c.target(rdom); rc != ok {
		return rc
	}
	if rdom == Guest && c.raised(rport) {
		return c.refuse(errno.NotRunning)
	}
	ld := c.domain()
	p, rc := c.allocate(ld)
	if rc != ok {
		return c.refuse(rc)
	}
	if rc := c.connect(ld, p, rdom, rport); rc != ok {
		return c.giveBack(ld, rc)
	}
	return c.done(Binds)
}

// giveBack is check_free_port(). A bucket that was allocated for the port stays.
func (c *Call) giveBack(dom uint8, rc errno.Errno) errno.Errno {
	c.st.Dom[dom].Active--
	c.refused = false
	return rc
}

// connect makes two ports each other's ends.
func (c *Call) connect(ld, p, rdom, rport uint8) errno.Errno {
	r, rc := c.valid(rdom, rport)
	if rc != ok {
		return rc
	}
	if ld == rdom && p == rport && c.on(B29) {
		r.State, r.Remote = Unbound, ld
	} else if r.State != Unbound || r.Remote != ld || ld == rdom && p == rport {
		return errno.EINVAL
	}
	c.open(ld, p, Port{State: Interdomain, Remote: rdom, Number: rport})
	r.State, r.Remote, r.Number = Interdomain, ld, p
	if ld == Guest {
		c.begin(p, 0, 0)
	}
	return ok
}

// virq is virq_to_evtchn[]; in the model a global or per-domain one exists once.
func (c *Call) virq(virq, v uint8) *uint8 {
	switch virq {
	case VIRQTimer:
		return &c.st.VCPU[v].Timer
	case VIRQArgo:
		return &c.st.Argo
	}
	return &c.st.Global
}

// BindVIRQ is EVTCHNOP_bind_virq of the guest.
func (c *Call) BindVIRQ(cpu, virq, v uint8) errno.Errno {
	if rc := c.binding(cpu); rc != ok {
		return rc
	}
	if rc := c.canBindVIRQ(virq, v); rc != ok {
		return c.refuse(rc)
	}
	p, rc := c.allocate(Guest)
	if rc != ok {
		return c.refuse(rc)
	}
	c.open(Guest, p, Port{State: VIRQ, Number: virq, Notify: v})
	*c.virq(virq, v) = p
	return c.done(Binds)
}

func (c *Call) canBindVIRQ(virq, v uint8) errno.Errno {
	switch {
	case virq >= VIRQInvalid, virq != VIRQTimer && v != 0:
		return errno.EINVAL
	case v >= c.cfg.VCPUs:
		return errno.ENOENT
	case c.global(virq) && c.st.Handler != 1 && !c.on(B24) && !c.on(AsIs5):
		return errno.EBUSY
	case *c.virq(virq, v) != 0:
		return errno.EEXIST
	}
	return ok
}

// global tells whether a VIRQ is one domain's of the host.
func (c *Call) global(virq uint8) bool {
	return virq == VIRQGlobal || virq == VIRQArgo && c.on(B28)
}

// BindIPI is EVTCHNOP_bind_ipi of the guest.
func (c *Call) BindIPI(cpu, v uint8) errno.Errno {
	if rc := c.binding(cpu); rc != ok {
		return rc
	}
	if v >= c.cfg.VCPUs {
		return c.refuse(errno.ENOENT)
	}
	p, rc := c.allocate(Guest)
	if rc != ok {
		return c.refuse(rc)
	}
	c.open(Guest, p, Port{State: IPI, Notify: v})
	return c.done(Binds)
}

// BindPIRQ is EVTCHNOP_bind_pirq of the guest, which has access to all it has.
func (c *Call) BindPIRQ(cpu, pirq uint8) errno.Errno {
	if rc := c.binding(cpu); rc != ok {
		return rc
	}
	if pirq >= NumPIRQs {
		return c.refuse(errno.EINVAL)
	}
	if c.st.PIRQ[pirq] != 0 {
		return c.refuse(errno.EEXIST)
	}
	p, rc := c.allocate(Guest)
	if rc != ok {
		return c.refuse(rc)
	}
	c.open(Guest, p, Port{State: PIRQ, Number: pirq})
	c.st.PIRQ[pirq] = p
	c.linkPIRQ(p, 0)
	return c.done(Binds)
}

// linkPIRQ is link_pirq_port().
func (c *Call) linkPIRQ(p, v uint8) {
	ports, head := &c.st.Dom[Guest].Port, &c.st.VCPU[v].PIRQs
	ports[p].Prev, ports[p].Next = 0, *head
	if *head != 0 {
		ports[*head].Prev = p
	}
	*head = p
}

// unlinkPIRQ is unlink_pirq_port().
func (c *Call) unlinkPIRQ(p, v uint8) {
	ports := &c.st.Dom[Guest].Port
	prev, next := ports[p].Prev, ports[p].Next
	if prev != 0 {
		ports[prev].Next = next
	} else {
		c.st.VCPU[v].PIRQs = next
	}
	if next != 0 {
		ports[next].Prev = prev
	}
}

// Close is EVTCHNOP_close.
func (c *Call) Close(cpu, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	dom := c.domain()
	if rc := c.locking(Closes, false); rc != ok || c.engaged(dom, p) || dom == Guest && c.handled(p) {
		return c.refuse(errno.NotRunning)
	}
	if rc := c.close(dom, p, true); rc != ok {
		return c.refuse(rc)
	}
	if dom == Guest {
		c.st.Running().Map &^= bit(p)
	}
	return c.done(Closes)
}

// handled tells whether a handler is handling the port's event, which the
// guest waits for before it closes the port.
func (c *Call) handled(p uint8) bool {
	for v := range c.st.VCPU {
		if h := &c.st.VCPU[v].Handler; h.Port == p && (h.PC == H5Ack || h.PC == G4Ack) || h.Bits>>p&1 != 0 {
			return true
		}
	}
	return false
}

// engaged tells whether a raise is in progress on a port of the guest's, or on
// the other end of one that closes: double_evtchn_lock().
func (c *Call) engaged(dom, p uint8) bool {
	if p >= MaxPorts {
		return false
	}
	port := &c.st.Dom[dom].Port[p]
	return dom == Guest && c.raised(p) || port.State == Interdomain && port.Remote == Guest && c.raised(port.Number)
}

// close is evtchn_close().
func (c *Call) close(dom, p uint8, guest bool) errno.Errno {
	port, rc := c.valid(dom, p)
	switch {
	case rc != ok:
		return rc
	case port.Consumer && guest, port.State <= Reserved:
		return errno.EINVAL
	}
	switch port.State {
	case VIRQ:
		*c.virq(port.Number, port.Notify) = 0
	case PIRQ:
		c.unlinkPIRQ(p, port.Notify)
		c.st.PIRQ[port.Number] = 0
	case Interdomain:
		if !c.disconnect(dom, port) {
			return ok
		}
	}
	c.free(dom, p)
	return ok
}

// disconnect makes the peer of a port that closes wait for another one. It
// reports false if the port is not to be freed.
func (c *Call) disconnect(dom uint8, port *Port) bool {
	peer := &c.st.Dom[port.Remote]
	if peer.Dying && c.on(B22) { // that will close its end, which leaves this one waiting
		return false
	}
	if c.on(B16) && port.Remote == Guest && port.Number >= c.limit(Guest) {
		c.st.Ghost.Trap = TrapBucket
		return true
	}
	r := &peer.Port[port.Number]
	r.State, r.Remote, r.Number = Unbound, dom, 0
	return true
}

// free is evtchn_free(). Priority and last queue stay.
func (c *Call) free(dom, p uint8) {
	d := &c.st.Dom[dom]
	port := &d.Port[p]
	if dom == Guest {
		c.note(Event{Kind: Closed, Port: p})
		c.clearPending(p)
	}
	if port.Consumer {
		d.Xen--
	}
	if !c.on(M7) {
		d.Active--
	}
	*port = Port{Prio: port.Prio, Lastq: port.Lastq, Saved: port.Saved}
}

// clearPending is evtchn_port_clear_pending(), and the end of the guest's use
// of the port.
func (c *Call) clearPending(p uint8) {
	s := c.st
	port := &s.Dom[Guest].Port[p]
	if port.Usable() && !c.on(B23) {
		if w := s.Word(p); s.Ops == FIFO && w != nil {
			c.store(w, *w&^Pending)
		} else if s.Ops != FIFO {
			s.Pending &^= bit(p)
		}
	}
	if !c.on(AsIs2) {
		port.Saved = false
	}
}

// Send is EVTCHNOP_send.
func (c *Call) Send(cpu, p uint8) errno.Errno {
	if rc := c.raising(cpu); rc != ok {
		return rc
	}
	dom := c.domain()
	port, rc := c.valid(dom, p)
	if rc != ok {
		return rc
	}
	if port.Consumer {
		return c.refuse(errno.EINVAL)
	}
	switch {
	case port.State == Interdomain && port.Remote == Guest:
		c.notify(port.Number, 0)
	case port.State == IPI:
		c.notify(p, 0)
	case port.State != Unbound && port.State != Interdomain:
		return c.refuse(errno.EINVAL)
	}
	return c.done(Sends)
}

// raising is By for whoever raises an event. Of two senders that could, the
// first one does; they are interchangeable.
func (c *Call) raising(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Sends) || cpu == Back1 && c.st.Task[Back0].PC == Idle {
		return c.refuse(errno.NotRunning)
	}
	return ok
}

// notify raises a port of the guest on the vCPU that it names now.
func (c *Call) notify(p uint8, flags TaskFlags) {
	c.begin(p, c.st.Dom[Guest].Port[p].Notify, flags)
}

// unlocked are the flags of a raise that takes no channel's lock in EV-B13. A
// close waits for a VIRQ all the same, for that holds virq_lock.
func (c *Call) unlocked() TaskFlags {
	if c.on(B13) {
		return NoChannel
	}
	return 0
}

// RaiseVIRQ is send_guest_vcpu_virq(), send_guest_domain_virq() and
// send_global_virq(): without a port nothing happens.
func (c *Call) RaiseVIRQ(cpu, virq, v uint8) errno.Errno {
	if rc := c.raising(cpu); rc != ok {
		return rc
	}
	if virq >= VIRQInvalid || v >= c.cfg.VCPUs || virq == VIRQGlobal && c.st.Handler != 1 || c.st.Crashed || c.st.Dom[Guest].Dying {
		return c.refuse(errno.NotRunning)
	}
	if p := *c.virq(virq, v); p != 0 && !(virq == VIRQArgo && c.global(virq) && c.st.Handler != 1) {
		c.notify(p, 0)
	}
	return c.done(Sends)
}

// RaisePIRQ is send_guest_pirq().
func (c *Call) RaisePIRQ(cpu, pirq uint8) errno.Errno {
	if rc := c.raising(cpu); rc != ok {
		return rc
	}
	if pirq >= NumPIRQs || c.st.PIRQ[pirq] == 0 {
		return c.refuse(errno.NotRunning)
	}
	flags := TaskFlags(0)
	if !c.cfg.PV { // whoever raises it for a PV guest has excluded its unbinding
		flags = c.unlocked()
	}
	c.notify(c.st.PIRQ[pirq], flags)
	return c.done(Sends)
}

// Status is EVTCHNOP_status: 1 and more for what is bound, else 0.
func (c *Call) Status(cpu, dom, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	c.refused = true
	if _, rc := c.target(dom); rc != ok {
		return rc
	}
	port, rc := c.valid(dom, p)
	if rc != ok {
		return rc
	}
	if dom != c.domain() && cpu != Tool {
		return errno.EPERM
	}
	if port.Consumer && c.on(B34) {
		return errno.EACCES
	}
	return [...]errno.Errno{Free: 0, Reserved: 0, Unbound: 1, Interdomain: 2, PIRQ: 3, VIRQ: 4, IPI: 5}[port.State]
}

// BindVCPU is EVTCHNOP_bind_vcpu of the guest. Senders do not exclude it.
func (c *Call) BindVCPU(cpu, p, v uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if rc := c.locking(Moves, false); rc != ok {
		return rc
	}
	if v >= c.cfg.VCPUs {
		return c.refuse(errno.ENOENT)
	}
	port, rc := c.valid(Guest, p)
	if rc != ok {
		return rc
	}
	if port.Consumer || !c.movable(p) {
		return c.refuse(errno.EINVAL)
	}
	if c.passed(p) {
		return c.refuse(errno.NotRunning)
	}
	c.move(p, v)
	return c.done(Moves)
}

// passed tells whether a 2-level raise is under way that has chosen the port's
// vCPU, which a move would overtake.
func (c *Call) passed(p uint8) bool {
	return c.st.Ops != FIFO && c.raised(p) && !c.on(AsIs4)
}

// movable tells whether a port is not for one vCPU by its nature.
func (c *Call) movable(p uint8) bool {
	port := &c.st.Dom[Guest].Port[p]
	return port.State > Reserved && port.State != IPI && !(port.State == VIRQ && port.Number == VIRQTimer)
}

func (c *Call) move(p, v uint8) {
	port := &c.st.Dom[Guest].Port[p]
	if port.State == PIRQ && port.Notify != v {
		c.unlinkPIRQ(p, port.Notify)
		c.linkPIRQ(p, v)
	}
	port.Notify = v
}

// HyperUnmask is EVTCHNOP_unmask, by whoever calls it.
func (c *Call) HyperUnmask(cpu, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Unmasks) {
		return c.refuse(errno.NotRunning)
	}
	port, rc := c.valid(Guest, p)
	if rc != ok {
		return rc
	}
	if port.Usable() {
		c.run(Task{PC: U1, Port: p, VCPU: port.Notify, Flags: Again | c.unlocked()})
	}
	return c.done(Unmasks)
}

// SetPriority is EVTCHNOP_set_priority; it is about later links only.
func (c *Call) SetPriority(cpu, p, prio uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Prios) {
		return c.refuse(errno.NotRunning)
	}
	port, rc := c.valid(Guest, p)
	switch {
	case rc != ok:
		return rc
	case c.st.Ops != FIFO:
		return c.refuse(errno.ENOSYS)
	case !port.Usable():
		return c.refuse(errno.EACCES)
	case prio >= NumPrios:
		return c.refuse(errno.EINVAL)
	}
	port.Prio = prio
	return c.done(Prios)
}

// AllocConsumer is alloc_unbound_xen_event_channel(): Xen itself receives.
func (c *Call) AllocConsumer(cpu, v uint8) errno.Errno {
	if rc := c.binding(cpu); rc != ok {
		return rc
	}
	if v >= c.cfg.VCPUs {
		return c.refuse(errno.NotRunning)
	}
	if rc := c.consumer(v); rc != ok {
		return c.refuse(rc)
	}
	return c.done(Binds)
}

func (c *Call) consumer(v uint8) errno.Errno {
	p, rc := c.allocate(Guest)
	if rc == ok {
		c.open(Guest, p, Port{State: Unbound, Remote: Backend, Notify: v, Consumer: true})
		c.st.Dom[Guest].Xen++
	}
	return rc
}

// FreeConsumer is free_xen_event_channel().
func (c *Call) FreeConsumer(cpu, p uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if c.locking(Closes, false) != ok || p >= MaxPorts || !c.st.Dom[Guest].Port[p].Consumer {
		return c.refuse(errno.NotRunning)
	}
	if rc := c.close(Guest, p, false); rc != ok {
		return c.refuse(rc)
	}
	return c.done(Closes)
}
