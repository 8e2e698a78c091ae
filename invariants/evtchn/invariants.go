package evtchn

import (
	"errors"
	"fmt"
	"strings"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/evtchn/ledger"
)

// own lists what must hold of event channels.
var own = []invariants.Invariant{
	{
		ID:    "EV-I1",
		Title: "the kernel reads the ABI that Xen writes",
		Doc: `A running kernel that handles a port uses the ABI that is in force for its domain: evtchn_port_ops in Xen and the handler in the kernel speak of the same format.

The ABI is one pointer in struct domain. Only init_control and reset change it, and nothing tells Xen that another kernel has taken over.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel, the patch's text", "xen/common/event_fifo.c evtchn_fifo_init_control()"},
		State: abiAgrees,
	},
	{
		ID:    "EV-I2",
		Title: "Xen's pages are the running kernel's",
		Doc: `If a running kernel handles a port and uses the FIFO ABI, every control block and array page that Xen has was registered by that kernel, for the same vCPU and the same place.

That both speak FIFO is not enough: an image that is resumed by a kernel of the same ABI agrees with Xen about the format, and looks at other pages.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel (implied)", "400b3bd642"},
		State: pagesAgree,
	},
	{
		ID:    "EV-I3",
		Title: "Xen writes only to pages of the running kernel",
		Doc: `Every store of Xen to an event word or a control block goes to a page that the running kernel has registered and that Xen holds a reference of. Anything else corrupts memory that now has another use.

A kernel after a crash keeps off the crashed kernel's memory: stores there harm nobody.`,
		Refs:  []string{"cb84b989ee", "the table handover"},
		State: stateOf(noStray),
	},
	{
		ID:    "EV-I4",
		Title: "one general and one type reference for each registered page",
		Doc:   `Each control block and each array page that Xen has registered holds exactly one general and one writable-type reference of its page, and no other page holds any: not after reset, not after destruction, not after init_control or expand_array failed.`,
		Refs:  []string{"xen/common/event_fifo.c map_guest_page(), evtchn_fifo_destroy()"},
		State: stateOf(pageReferences), WhileDraining: true,
	},
	{
		ID:    "EV-I5",
		Title: "no event is lost",
		Doc: `When nothing is in progress and no upcall can be taken, no event is left over: a port that is bound, that the running kernel handles and has not masked, and whose vCPU is online with a control block if the ABI is FIFO, has no event that its handler has not acknowledged. Nothing would ever deliver it, short of another event.

Whoever polls a port is not woken before the event can be seen: a word that is linked is on its queue then.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel: they talk past each other", "917c123029", "e33d4257fc", "71ac522909"},
		State: nothingLost,
	},
	{
		ID:    "EV-I6",
		Title: "no event is invented",
		Doc:   `A handler runs for a port only if an event was raised on it since it was bound. bind_interdomain raises one itself. The spurious upcall of register_vcpu_info handles what is pending and nothing else.`,
		Refs:  []string{"120785c177"},
		State: wrong(ledger.WrongEvent, "a handler ran for a port on which nothing has been raised since it was bound"),
	},
	{
		ID:    "EV-I7",
		Title: "queues are well formed",
		Doc: `Outside of a raise between its link and its READY bit, and of a handler that is taking an event: the queues, each from where its handler will begin (the head it remembers, or the control block's if the READY bit is set) along the links, end, share no port, contain exactly the ports whose word is LINKED, and each that is not empty ends at its tail.

A tail may name a port that is not on the queue any more; that is normal. Whoever looks for pollers has unlocked the queues.`,
		Refs:  []string{"70ccddb14a", "e33d4257fc"},
		State: queuesWellFormed,
	},
	{
		ID:    "EV-I8",
		Title: "events are on the right queue",
		Doc:   `A handler takes only ports whose word is LINKED, and only from the queue (vCPU and priority) that the port's last link names. A port that has just been bound in the FIFO ABI has the default priority.`,
		Refs:  []string{"e33d4257fc", "470a160402", "78e24c269b"},
		Step:  rightQueue,
	},
	{
		ID:    "EV-I9",
		Title: "masked ports are not handled",
		Doc:   `A handler that finds a port masked when it looks leaves it alone. A mask that is set between that look and the handler is too late. Xen records an event of a masked port and calls nobody.`,
		Refs:  []string{"xen/include/public/event_channel.h"},
		State: wrong(ledger.WrongMasked|ledger.WrongUpcall, "a handler ran, or an upcall came, for a port that was masked all the while"),
	},
	{
		ID:    "EV-I10",
		Title: "both ends of a port know each other",
		Doc:   `If a port is interdomain and names a port of another domain, that one is interdomain and names it. Both change together, under both event locks. No port is its own other end.`,
		Refs:  []string{"xen/common/event_channel.c evtchn_bind_interdomain(), evtchn_close()", "f8a7ef4fec"},
		State: stateOf(symmetric), WhileDraining: true,
	},
	{
		ID:    "EV-I11",
		Title: "the counters count",
		Doc:   `Whenever the event lock is free, active_evtchns is the number of ports that are bound, port 0 aside, and xen_evtchns the number of those whose events Xen receives. Reset ends its loop and refuses to change the ABI by these.`,
		Refs:  []string{"8d385b247b"},
		State: stateOf(counted), WhileDraining: true,
	},
	{
		ID:    "EV-I12",
		Title: "virtual and physical interrupts are bound once, and by their owner",
		Doc:   `virq_to_evtchn[] and pirq->evtchn name exactly the ports that are bound to that interrupt; a vCPU's list of physical interrupts has exactly its ports; a global VIRQ is bound only by the domain that is its handler.`,
		Refs:  []string{"eba922abdb", "xen/common/event_channel.c evtchn_bind_virq(), link_pirq_port()"},
		State: stateOf(unique),
	},
	{
		ID:    "EV-I13",
		Title: "the offer is constant",
		Doc:   `The event-channel ABIs that init_control accepts do not change during the logical life of a guest: not when it hibernates on one host and is resumed on another, not when it is migrated.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel"},
		State: stateOf(offerConstant),
	},
	{
		ID:    "EV-I14",
		Title: "a valid port stays valid",
		Doc:   `A port that port_is_valid() accepts is accepted for as long as the domain is not being destroyed; in particular the other end of every interdomain port is. Callers that hold a port number rely on it without a lock.`,
		Refs:  []string{"XSA-338", "XSA-317"},
		Step:  validity,
	},
	{
		ID:    "EV-I15",
		Title: "no port is bound behind the limit",
		Doc:   `A port that is bound lies below max_evtchns(), for the ABI and the bitness in force, also after a reset. The bitmaps of the 2-level ABI end there. Ports whose events Xen receives use no bitmap.`,
		Refs:  []string{"XSA-342", "XSA-338"},
		State: withinLimit,
	},
	{
		ID:    "EV-I16",
		Title: "nothing uses what is not there",
		Doc:   `No step uses queues, a control block's heads, the event array or a bucket of ports that does not exist (yet, or any more).`,
		Refs:  []string{"XSA-107", "XSA-221", "XSA-317", "XSA-343", "XSA-358"},
		State: stateOf(noTrap), WhileDraining: true,
	},
	{
		ID:    "EV-I17",
		Title: "a reset that succeeds has reset everything",
		Doc:   `When reset has returned 0, no port is bound but those whose events Xen receives, the ABI is 2-level, and Xen has no page of the guest's. When it has returned -EAGAIN, the ABI is what it was.`,
		Refs:  []string{"8d385b247b", "400b3bd642"},
		Step:  resetResult,
	},
	{
		ID:    "EV-I18",
		Title: "a reset goes back to the beginning",
		Doc:   `When reset or soft reset has returned 0, the 2-level pending and mask words, the selectors, the flags, the edges of vectors and the saved pending state are what a new domain has.`,
		Refs:  []string{"Beulich, 2019-08-07, xen-devel: state is to be put back to what it was initially"},
		Step:  resetIsInitial,
	},
	{
		ID:    "EV-I19",
		Title: "every loop is bounded",
		Doc:   `Reset and destruction look for preemption after so many ports (64 in Xen, fewer in the model). Linking behind a tail takes at most 5 compare-exchanges, locking the queues at most 3 attempts, whatever the guest does.`,
		Refs:  []string{"XSA-344", "dae2a1c5f9"},
		State: loopsBounded, WhileDraining: true,
	},
	{
		ID:    "EV-I20",
		Title: "what fails changes nothing",
		Doc:   `An operation that returns an error leaves everything as it was. Reset, soft reset and destruction are excepted: their partial effect is what -ERESTART and -EAGAIN mean, and -ERESTART comes of a look that finds work pending; a soft reset that cannot be brought to its end crashes the domain, and a destruction that gives way has got further. So is the start-up of a kernel, which goes on with another ABI. A bucket of ports that was allocated on the way stays.`,
		Refs:  []string{"XSA-317"},
		Step:  failureChangesNothing,
	},
	{
		ID:    "EV-I21",
		Title: "an event is handled on the vCPU that its port is bound to",
		Doc:   `A handler runs for a port only on the vCPU that the port was bound to, with bind_virq, bind_ipi or bind_vcpu. After a move the one before may still handle an event that was under way.`,
		Refs:  []string{"Linux 9e77d96b8e27", "xen/common/event_channel.c evtchn_bind_vcpu()"},
		State: wrong(ledger.WrongVCPU, "a handler ran on a vCPU that the port is not bound to"),
	},
	{
		ID:    "EV-I22",
		Title: "a mask stays until the kernel takes it away",
		Doc:   `A port that the guest's code has masked is masked until the code unmasks it. An unmask that was under way clears the mask once: one that is set after that is not its to clear.`,
		Refs:  []string{"Linux f01337197419", "XSA-332"},
		State: masksStay,
	},
	{
		ID:    "EV-I23",
		Title: "what is Xen's or another domain's stays until its owner lets it go",
		Doc:   `A port whose events Xen receives is there until Xen frees it or the domain is gone: the guest cannot close it, and no reset does. A port of the backend's is closed by nobody else: when the guest closes its end, the other one waits again. The toolstack closes the backend's ports before a soft reset, and a domain that migrates leaves them behind.`,
		Refs:  []string{"xen/common/event_channel.c evtchn_close(), free_xen_event_channel()", "546d558a7a"},
		Step:  ownersLetGo,
	},
	{
		ID:    "EV-I24",
		Title: "nobody sleeps on an event that is there",
		Doc:   `When nothing is in progress, no vCPU sleeps in SCHEDOP_poll for a port that is pending: whatever made it pending had to wake the poller, and a poll that comes later returns at once.`,
		Refs:  []string{"xen/common/event_channel.c evtchn_check_pollers()", "xen/common/sched/core.c do_poll()"},
		State: stateOf(pollersWake),
	},
	{
		ID:    "EV-I25",
		Title: "a call touches only what it names",
		Doc:   `The offer, the callback, the handler of the global VIRQ, the version of the grant table and whether the domain is paused, shut down or gone are changed by the calls that are for that. A call changes the vCPUs and ports that it names, or binds, and the other ends of these; others stay as they were, but for what raises and queues note about them. Resets, the toolstack's steps and the hand-over to another kernel touch everything.`,
		Refs:  []string{"xen/common/event_channel.c", "xen/common/domain.c"},
		Step:  untouched,
	},
	{
		ID:    "EV-D1",
		Title: "destruction leaves nothing behind",
		Doc:   `When the domain is gone it has no bound port and no page reference, no port of another domain is connected to it, no global VIRQ is its own, and nobody polls.`,
		Refs:  []string{"f8a7ef4fec"},
		Drained: func(_ *model.Config, w *model.World) error {
			return nothingLeft(evops.Of(w))
		},
	},
	invariants.Effects("EV-R2", evops.Area),
	invariants.Contract("EV-R1", evops.Area),
}

// stateOf makes a State formula of one about the area's state alone.
func stateOf(f func(s *evtchn.State) error) func(*model.Config, *model.World) error {
	return func(_ *model.Config, w *model.World) error { return f(evops.Of(w)) }
}

// live tells whether the running kernel handles a port whose events it has asked
// for, or that it has not masked.
func live(w *model.World) bool {
	s, b := evops.Of(w), evops.Book(w)
	k := s.Running()
	if s.Crashed || s.Shutdown || s.Paused || s.Dom[evtchn.Guest].Dying || k.Belief == evtchn.NoABI {
		return false
	}
	for p := range uint8(evtchn.MaxPorts) {
		if k.Map>>p&1 != 0 && (b.Open>>p&1 != 0 || !s.MaskedPort(p)) {
			return true
		}
	}
	return false
}

func abiAgrees(_ *model.Config, w *model.World) error {
	s := evops.Of(w)
	if k := s.Running(); live(w) && k.Belief != s.Ops {
		return fmt.Errorf("the running kernel uses %v, Xen %v", k.Belief, s.Ops)
	}
	return nil
}

func pagesAgree(_ *model.Config, w *model.World) error {
	s := evops.Of(w)
	if !live(w) || s.Running().Belief != evtchn.FIFO {
		return nil
	}
	for v := range s.VCPU {
		if f := s.VCPU[v].Block; f != 0 && f-1 != evtchn.BlockFrame(s.Cur, uint8(v)) {
			return fmt.Errorf("vcpu %d: Xen's control block is %s", v, frameName(f-1))
		}
	}
	for i, f := range s.Array {
		if f != 0 && f-1 != evtchn.ArrayFrame(s.Cur, uint8(i)) {
			return fmt.Errorf("array page %d: Xen's is %s", i, frameName(f-1))
		}
	}
	return nil
}

// frameName tells whose a frame is.
func frameName(f uint8) string {
	if f == evtchn.Foreign {
		return "a page that is not the guest's"
	}
	k, i := f/evtchn.PerKernel, f%evtchn.PerKernel
	if i < evtchn.MaxVCPUs {
		return fmt.Sprintf("kernel %d's control block of vcpu %d", k, i)
	}
	return fmt.Sprintf("kernel %d's array page %d", k, i-evtchn.MaxVCPUs)
}

func noStray(s *evtchn.State) error {
	if f := s.Ghost.Stray; f != 0 {
		return fmt.Errorf("%s was written by Xen while kernel %d runs", frameName(f-1), s.Cur)
	}
	return nil
}

// pageReferences counts what is registered, and what init_control is about to
// publish.
func pageReferences(s *evtchn.State) error {
	var want [evtchn.NumFrames]uint8
	for v := range s.VCPU {
		if f := s.VCPU[v].Block; f != 0 && guests(f-1) {
			want[f-1]++
		}
	}
	for _, f := range s.Array {
		if f != 0 && guests(f-1) {
			want[f-1]++
		}
	}
	for i := range s.Task {
		if t := &s.Task[i]; t.PC == evtchn.C2 && s.VCPU[t.Port].Block == 0 && guests(t.Word-1) {
			want[t.Word-1]++
		}
	}
	for f := range s.Frame {
		if fr := &s.Frame[f]; fr.General != want[f] || fr.Type != want[f] {
			return fmt.Errorf("%s: registered %d times, %d general and %d type references", frameName(uint8(f)), want[f], fr.General, fr.Type)
		}
	}
	return nil
}

func guests(f uint8) bool { return f != evtchn.Foreign }

func nothingLost(c *model.Config, w *model.World) error {
	s := evops.Of(w)
	b := evops.Book(w)
	if b.Wrong&ledger.WrongPoller != 0 {
		return fmt.Errorf("a poller was woken before its event was on a queue")
	}
	if b.Owed&b.Open&^b.Spoilt == 0 || s.Crashed || s.Paused || s.Shutdown || s.Dom[evtchn.Guest].Dying || !evops.Quiet(s) {
		return nil
	}
	for p := range uint8(evtchn.MaxPorts) {
		if b.Owed>>p&1 != 0 && expected(s, b, p) {
			return fmt.Errorf("port %d: an event was raised, nothing is in progress, and no upcall is to come", p)
		}
	}
	return nil
}

// expected tells whether the kernel expects events of the port now: it has
// asked for them, and nothing that it or the toolstack did keeps the vCPU from
// taking an upcall.
func expected(s *evtchn.State, b *ledger.Book, p uint8) bool {
	home := b.Home.Now >> p & 1
	elsewhere := b.Home.Also>>p&1 != 0 // it may be on the other one's queue
	return b.Open&^b.Spoilt>>p&1 != 0 && ready(s.Running(), home, p) && hears(s, home) && (!elsewhere || hears(s, 1-home))
}

// hears tells whether vCPU v takes upcalls as far as the guest and the toolstack
// are concerned.
func hears(s *evtchn.State, v uint8) bool {
	c := &s.VCPU[v]
	return (c.Vector || s.Called(v) && !c.NoUp) && !c.Down && c.Poll == 0
}

// ready tells whether a kernel has registered what it takes to get events of
// port p on vCPU v.
func ready(k *evtchn.Kernel, v, p uint8) bool {
	switch k.Belief {
	case evtchn.NoABI:
		return false
	case evtchn.FIFO:
		return k.Own>>v&1 != 0 && k.Own>>(evtchn.MaxVCPUs+p/evtchn.PerWord)&1 != 0
	}
	return true
}

// wrong makes a formula of something that handlers and senders must not do.
func wrong(what ledger.Wrong, text string) func(*model.Config, *model.World) error {
	return func(_ *model.Config, w *model.World) error {
		if evops.Book(w).Wrong&what != 0 {
			return fmt.Errorf("%s", text)
		}
		return nil
	}
}

// linking tells whether a raise or a handler is where queues are in disorder.
func linking(s *evtchn.State) bool {
	for i := range s.Task {
		if pc := s.Task[i].PC; pc == evtchn.F3 || pc >= evtchn.F7 && pc <= evtchn.F13 {
			return true
		}
	}
	for v := range s.VCPU {
		if pc := s.VCPU[v].Handler.PC; pc >= evtchn.H3 && pc <= evtchn.H6 {
			return true
		}
	}
	return false
}

func queuesWellFormed(c *model.Config, w *model.World) error {
	s := evops.Of(w)
	for i := range s.Task {
		if t := &s.Task[i]; t.PC == evtchn.F14 && t.Is(evtchn.HoldsQ|evtchn.HoldsO) {
			return fmt.Errorf("pollers of port %d are looked for with a queue locked", t.Port)
		}
	}
	if s.Ops != evtchn.FIFO || linking(s) || pagesAgree(c, w) != nil || s.Running().Belief != evtchn.FIFO {
		return nil
	}
	var all uint8
	for q := range uint8(evtchn.NumQueues) {
		v, prio := q/evtchn.NumPrios, q%evtchn.NumPrios
		chain, ends := evops.ChainOf(s, v, prio)
		switch tail := s.VCPU[v].Tail[prio]; {
		case !ends:
			return fmt.Errorf("vcpu %d priority %d: the links do not end", v, prio)
		case all&chain.Ports != 0:
			return fmt.Errorf("vcpu %d priority %d: shares a port with another queue", v, prio)
		case chain.Last != 0 && tail != chain.Last:
			return fmt.Errorf("vcpu %d priority %d: ends at port %d, the tail is %d", v, prio, chain.Last, tail)
		}
		all |= chain.Ports
	}
	for p := range uint8(evtchn.MaxPorts) {
		if w := s.Word(p); w != nil && (*w&evtchn.Linked != 0) != (all>>p&1 != 0) {
			return fmt.Errorf("port %d: LINKED %v, on a queue %v", p, *w&evtchn.Linked != 0, all>>p&1 != 0)
		}
	}
	return nil
}

func masksStay(_ *model.Config, w *model.World) error {
	s, b := evops.Of(w), evops.Book(w)
	for p := range uint8(evtchn.MaxPorts) {
		if b.Shut>>p&1 != 0 && !s.MaskedPort(p) && !b.Unmasking(p) {
			return fmt.Errorf("port %d was masked by the guest's code, and is not any more", p)
		}
	}
	return nil
}

// lets lists the operations by which an owner lets ports go: Xen's, and those of
// the backend's domain or of the toolstack on its behalf.
func lets(p *invariants.Probe, op model.Op, after *evtchn.State) (xen, backend bool) {
	plan := after.Plan[after.Cur]
	switch op.Spec() {
	case evops.FreeConsumer, evops.DestroyEvents:
		return true, false
	case evops.CloseEvent:
		return false, op.Arg[0] > evtchn.VCPU1
	case evops.ToolstackStep:
		return false, true
	case evops.KernelJump:
		return plan == evtchn.Migrate, plan == evtchn.Migrate || evops.Conf(p.Config()).SoftReset(plan)
	}
	return false, false
}

func ownersLetGo(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Refused {
		return nil
	}
	was, is := evops.Of(before), evops.Of(after)
	xen, backend := lets(p, op, is)
	for i := range was.Dom[evtchn.Guest].Port {
		if was.Dom[evtchn.Guest].Port[i].Consumer && !is.Dom[evtchn.Guest].Port[i].Consumer && !xen {
			return fmt.Errorf("port %d, whose events Xen receives, is gone", i)
		}
		if was.Dom[evtchn.Backend].Port[i].State > evtchn.Reserved && is.Dom[evtchn.Backend].Port[i].State <= evtchn.Reserved && !backend {
			return fmt.Errorf("port %d of the backend is gone", i)
		}
	}
	return nil
}

func pollersWake(s *evtchn.State) error {
	if !evops.Quiet(s) {
		return nil
	}
	for v := range s.VCPU {
		if p := s.VCPU[v].Poll; p != 0 && s.PendingPort(p-1) {
			return fmt.Errorf("vcpu %d sleeps for port %d, which is pending", v, p-1)
		}
	}
	return nil
}

// binds tells whether an operation binds ports of the guest.
func binds(op model.Op) bool {
	switch op.Spec() {
	case evops.AllocUnbound, evops.BindInterdomain, evops.BindVIRQ, evops.BindIPI, evops.BindPIRQ, evops.KernelUse:
		return true
	}
	return false
}

func rightQueue(_ *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
	if evops.Book(after).Wrong&ledger.WrongQueue != 0 {
		return fmt.Errorf("a handler took a port that was not linked on that queue")
	}
	if !binds(op) || evops.Of(after).Ops != evtchn.FIFO {
		return nil
	}
	for p := range uint8(evtchn.MaxPorts) {
		was, is := &evops.Of(before).Dom[evtchn.Guest].Port[p], &evops.Of(after).Dom[evtchn.Guest].Port[p]
		if was.State == evtchn.Free && is.State > evtchn.Reserved && is.Prio != evtchn.DefaultPrio {
			return fmt.Errorf("port %d was bound with the priority of its last owner", p)
		}
	}
	return nil
}

func symmetric(s *evtchn.State) error {
	for d := range s.Dom {
		for p := range s.Dom[d].Port {
			port := &s.Dom[d].Port[p]
			if port.State != evtchn.Interdomain {
				continue
			}
			peer := &s.Dom[port.Remote].Port[port.Number]
			if peer.State != evtchn.Interdomain || int(peer.Remote) != d || int(peer.Number) != p {
				return fmt.Errorf("%s port %d names port %d of the %s, which does not name it", domName(d), p, port.Number, domName(int(port.Remote)))
			}
			if peer == port {
				return fmt.Errorf("%s port %d is its own other end", domName(d), p)
			}
		}
	}
	return nil
}

func domName(d int) string { return [...]string{"guest", "backend"}[d] }

func counted(s *evtchn.State) error {
	for d := range s.Dom {
		var active, xen uint8
		for p := range s.Dom[d].Port {
			if port := &s.Dom[d].Port[p]; port.State > evtchn.Reserved {
				active++
				if port.Consumer {
					xen++
				}
			}
		}
		if dom := &s.Dom[d]; dom.Active != active || dom.Xen != xen {
			return fmt.Errorf("%s: active_evtchns is %d and xen_evtchns %d, with %d ports bound, %d of them Xen's", domName(d), dom.Active, dom.Xen, active, xen)
		}
	}
	return nil
}

func unique(s *evtchn.State) error {
	var list []string
	check := func(what string, at, p uint8, is bool) {
		if (at == p) != is {
			list = append(list, fmt.Sprintf("port %d and %s do not name each other", p, what))
		}
	}
	for p := uint8(1); p < evtchn.MaxPorts; p++ {
		port := &s.Dom[evtchn.Guest].Port[p]
		virq := func(n uint8) bool { return port.State == evtchn.VIRQ && port.Number == n }
		for v := range s.VCPU {
			check("VIRQ_TIMER", s.VCPU[v].Timer, p, virq(evtchn.VIRQTimer) && int(port.Notify) == v)
		}
		check("VIRQ_ARGO", s.Argo, p, virq(evtchn.VIRQArgo))
		check("VIRQ_DOM_EXC", s.Global, p, virq(evtchn.VIRQGlobal))
		for n, at := range s.PIRQ {
			check("the physical interrupt", at, p, port.State == evtchn.PIRQ && int(port.Number) == n)
		}
	}
	if s.Global != 0 && s.Handler != 1 {
		list = append(list, "VIRQ_DOM_EXC is bound, and the guest is not its handler")
	}
	if len(list) > 0 {
		return fmt.Errorf("%s", strings.Join(list, "; "))
	}
	return listed(s)
}

// listed checks the lists of physical interrupts.
func listed(s *evtchn.State) error {
	ports := &s.Dom[evtchn.Guest].Port
	var on uint8
	for v := range s.VCPU {
		for p := s.VCPU[v].PIRQs; p != 0; p = ports[p].Next {
			if on>>p&1 != 0 || ports[p].State != evtchn.PIRQ || int(ports[p].Notify) != v {
				return fmt.Errorf("vcpu %d: port %d is wrongly on its list of physical interrupts", v, p)
			}
			on |= 1 << p
		}
	}
	for p := range ports {
		if ports[p].State == evtchn.PIRQ && on>>p&1 == 0 {
			return fmt.Errorf("port %d is on no list of physical interrupts", p)
		}
	}
	return nil
}

func offerConstant(s *evtchn.State) error {
	if was := s.Running().Offer; was != 0 && was != s.Host {
		return fmt.Errorf("the guest began with %v, and is offered %v", was, s.Host)
	}
	return nil
}

func validity(p *invariants.Probe, before *model.World, _ model.Op, a model.Answer, after *model.World) error {
	if a.Refused {
		return nil // the engine sees to it that nothing has changed
	}
	for d := range evops.Of(after).Dom {
		if evops.Of(after).Dom[d].Dying {
			continue
		}
		for i := range uint8(evtchn.MaxPorts) {
			if valid(p, before, d, i) && !valid(p, after, d, i) {
				return fmt.Errorf("%s port %d was valid and is not any more", domName(d), i)
			}
		}
	}
	return nil
}

func valid(p *invariants.Probe, w *model.World, dom int, port uint8) bool {
	return evops.Conf(p.Config()).Valid(evops.Of(w), uint8(dom), port)
}

func withinLimit(c *model.Config, w *model.World) error {
	s := evops.Of(w)
	limit := evops.Conf(c).Limit
	if s.Ops != evtchn.FIFO {
		limit = evops.Conf(c).Holds(s)
	}
	for p := range uint8(evtchn.MaxPorts) {
		if port := &s.Dom[evtchn.Guest].Port[p]; port.Usable() && p >= limit {
			return fmt.Errorf("port %d is bound, the limit is %d", p, limit)
		}
	}
	return nil
}

func noTrap(s *evtchn.State) error {
	for d := range s.Dom {
		switch d := &s.Dom[d]; {
		case d.Port[0] != evtchn.Port{State: evtchn.Reserved}:
			return fmt.Errorf("port 0 was written, which is nobody's")
		case d.Valid%evtchn.PerWord != 0 && !d.Dying:
			return fmt.Errorf("%d ports are valid, which is no whole number of buckets", d.Valid)
		}
		for p := s.Dom[d].Valid; p < evtchn.MaxPorts && !s.Dom[d].Dying; p++ {
			if s.Dom[d].Port[p] != (evtchn.Port{}) {
				return fmt.Errorf("%s port %d was written, and there is no bucket for it", domName(d), p)
			}
		}
	}
	for p := range s.Dom[evtchn.Backend].Port {
		if port := &s.Dom[evtchn.Backend].Port[p]; port.Prio|port.Lastq != 0 || port.Saved {
			return fmt.Errorf("port %d of the backend has a priority, a queue or a saved event of the guest's ABI", p)
		}
	}
	if s.Ghost.Trap != evtchn.NoTrap {
		return fmt.Errorf("used while it is not there: %v", s.Ghost.Trap)
	}
	return nil
}

// ended tells whether a reset of any kind has returned code. One whose steps are
// operations has only begun when it returns.
func ended(before *model.World, op model.Op, a model.Answer, after *model.World, code errno.Errno) bool {
	if a.Code != code {
		return false
	}
	switch op.Spec() {
	case evops.ResetEvents, evops.ResetEventsCont, evops.SoftReset, evops.SoftResetCont:
		return !a.Refused && evops.Of(after).Task[op.Arg[0]].PC != evtchn.R2
	case evops.ToolstackStep:
		return !a.Refused && (evops.Of(before).Control == 1 || evops.Of(before).Control == 2)
	case evops.XenStep:
		return evops.Of(before).Task[op.Arg[0]].PC == evtchn.R3
	}
	return false
}

func resetResult(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	s := evops.Of(after)
	switch {
	case ended(before, op, a, after, errno.EAGAIN) && s.Ops != evops.Of(before).Ops:
		return fmt.Errorf("reset returned -EAGAIN and changed the ABI to %v", s.Ops)
	case !ended(before, op, a, after, errno.OK):
		return nil
	case s.Ops != evtchn.TwoLevel || s.Pages != 0:
		return fmt.Errorf("reset returned 0 and left the FIFO ABI or its pages")
	}
	for v := range s.VCPU {
		if c := &s.VCPU[v]; c.Block != 0 || c.Queues || c.Heads || c.Tail != [evtchn.NumPrios]uint8{} {
			return fmt.Errorf("reset returned 0 and left the control block or the queues of vcpu %d", v)
		}
	}
	for i := range s.Dom[evtchn.Guest].Port {
		if port := &s.Dom[evtchn.Guest].Port[i]; port.Usable() {
			return fmt.Errorf("reset returned 0 and left port %d bound", i)
		}
	}
	return nil
}

func resetIsInitial(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	jump := op.Spec() == evops.KernelJump && a.Code == errno.OK && evops.Conf(p.Config()).SoftReset(evops.Of(after).Plan[evops.Of(after).Cur])
	if !jump && !ended(before, op, a, after, errno.OK) {
		return nil
	}
	s := evops.Of(after)
	if s.Pending|s.Mask != 0 {
		return fmt.Errorf("bits of the 2-level words are left set")
	}
	for v := range s.VCPU {
		if s.VCPU[v].Sel != 0 || s.VCPU[v].Flag || s.VCPU[v].Edge {
			return fmt.Errorf("vcpu %d: the selector, the flag or an edge is left", v)
		}
	}
	for p := range s.Dom[evtchn.Guest].Port {
		if s.Dom[evtchn.Guest].Port[p].Saved {
			return fmt.Errorf("port %d: the saved pending state is left set", p)
		}
	}
	return nil
}

func loopsBounded(c *model.Config, w *model.World) error {
	b := evops.Book(w)
	switch {
	case b.Wrong&ledger.WrongWork != 0:
		return fmt.Errorf("more than %d ports were closed without a look for preemption", evops.Conf(c).Every)
	case b.Wrong&ledger.WrongLinks != 0:
		return fmt.Errorf("a link took more than 5 compare-exchanges")
	case b.Wrong&ledger.WrongLocks != 0:
		return fmt.Errorf("a raise tried to lock its queues more than 3 times")
	}
	return nil
}

// givesWay: a call is preempted where it looks and finds work pending, not before.
func givesWay(op model.Op, a model.Answer) error {
	if op.Spec().Area() != evops.Area || a.Code != errno.ERESTART {
		return nil
	}
	if k := op.Arg[len(op.Spec().Args)-1]; k == 0 || a.Checks < k {
		return fmt.Errorf("%s gave way at look %d, and preempt=%d", op.Spec().Name, a.Checks, k)
	}
	return nil
}

func failureChangesNothing(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Code >= 0 || a.Refused {
		return nil
	}
	if err := givesWay(op, a); err != nil {
		return err
	}
	switch op.Spec() {
	case evops.SoftReset, evops.SoftResetCont:
		if a.Code == errno.EINVAL && *evops.Of(before) != *evops.Of(after) && !evops.Of(after).Crashed {
			return fmt.Errorf("%v failed half-way, and the domain is not crashed", op.Spec().Name)
		}
		return nil
	case evops.DestroyEvents:
		if *evops.Of(before) == *evops.Of(after) {
			return errors.New("destruction gives way, and has not got any further")
		}
		return nil
	case evops.ToolstackStep:
		if a.Code == errno.ERESTART && evops.Of(after).Control != 2 {
			return errors.New("the toolstack does not go on with the reset that was preempted")
		}
		return nil
	case evops.ResetEvents, evops.ResetEventsCont, evops.KernelStart, evops.KernelUse, evops.XenStep:
		return nil
	}
	if *evops.Of(before) == *evops.Of(after) {
		return nil
	}
	was := *evops.Of(before)
	for d := range was.Dom {
		was.Dom[d].Valid = evops.Of(after).Dom[d].Valid
	}
	if was != *evops.Of(after) {
		return fmt.Errorf("%v returned %v and changed something", op.Spec().Name, a.Code)
	}
	return nil
}

func nothingLeft(s *evtchn.State) error {
	for p := range s.Dom[evtchn.Guest].Port {
		if s.Dom[evtchn.Guest].Port[p].State > evtchn.Reserved {
			return fmt.Errorf("port %d of the guest is bound", p)
		}
		if peer := &s.Dom[evtchn.Backend].Port[p]; peer.State == evtchn.Interdomain && peer.Remote == evtchn.Guest {
			return fmt.Errorf("port %d of the backend is connected", p)
		}
	}
	for f := range s.Frame {
		if s.Frame[f].General|s.Frame[f].Type != 0 {
			return fmt.Errorf("references are left of %s", frameName(uint8(f)))
		}
	}
	if s.Handler != 0 || s.VCPU[0].Poll|s.VCPU[1].Poll != 0 {
		return fmt.Errorf("the global VIRQ or a poller is left")
	}
	return nil
}
