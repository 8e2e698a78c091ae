// Package ledger keeps the books of event channels: what is owed to whom, and
// what was done that must not be.
//
// The books are kept from operations as their callers made them and from
// memory as it lies there before and after, never by the rules that are judged:
//
//	Before(op) -> evtchn.Call, the rules -> After(op): Book
//
// Of the rules only what happens outside of the State is asked (evtchn.Seen):
// which handlers ran, and which events they took from which queue.
package ledger

import (
	"strings"

	"hvcheck/model/evtchn"
)

// Book is what is noted. Sets of ports have a bit each.
type Book struct {
	Owed   uint8 // an event was sent, or an interrupt came, and no handler has run since
	Raised uint8 // something was raised since the port was bound
	Open   uint8 // the running kernel has asked for events of the port
	Shut   uint8 // its code has masked the port since
	// Spoilt: the guest moved a port that was not masked, while an event was on its
	// way, and the port was a 2-level one, or its vCPU had no control block. Nobody
	// but itself is to blame.
	Spoilt  uint8
	Home    Choice                 // the vCPU that the port is bound to
	Prio    Choice                 // its priority
	Early   [evtchn.MaxVCPUs]uint8 // masked ever since the vCPU's handler began
	Flight  [evtchn.NumCPUs]Flight
	Work    [evtchn.NumCPUs]uint8 // ports closed by a call since it looked for preemption
	LetGo   bool                  // the running kernel, or its peer, has closed the port for xenstore itself
	Changed bool                  // a kernel did something for a hand-over that kernels of today do not
	Wrong   Wrong
}

// Nobody is who acts where no CPU makes a call.
const Nobody = evtchn.NumCPUs

// AnyVCPU stands for an interrupt that is not one of a vCPU.
const AnyVCPU = 0xff

// Choice is one of two for each port, and the other one as well while an event
// may still be under way that was raised before the choice changed.
type Choice struct{ Now, Also uint8 }

// allows tells whether value v is right for port p.
func (c Choice) allows(p, v uint8) bool { return c.Now>>p&1 == v || c.Also>>p&1 != 0 }

// set makes a choice; pending says that the one before still counts.
func (c *Choice) set(p, v uint8, pending bool) {
	if c.Now>>p&1 == v {
		return
	}
	c.Now ^= 1 << p
	if pending {
		c.Also |= 1 << p
	}
}

// begin is the choice of a port that has just been bound.
func (c *Choice) begin(p, v uint8) {
	c.Now = c.Now&^(1<<p) | v<<p
	c.Also &^= 1 << p
}

// Flight is a raise or an unmask that a CPU has begun and not ended.
type Flight struct {
	Port    uint8 // + 1; 0 is none
	Changes uint8 // of the port's vCPU or priority meanwhile
	Locks   uint8 // attempts to lock the queues
	Links   uint8 // attempts to link behind the tail
	Flags   uint8
}

// Flags of a Flight.
const (
	unmasks   = 1 << iota // it unmasks
	unmasked              // and has cleared the mask once
	unblocked             // the vCPU had no control block meanwhile
	seen                  // the port was not masked at some time
	fresh                 // it has set the pending bit
	wanted                // by a kernel that handles the port
	looks                 // and looks for an event even if it was not masked
	there                 // one was pending when it may have looked
)

// What a raise may do at most, dae2a1c5f9.
const (
	MaxLocks = 3
	MaxLinks = 5
)

// Wrong is a set of things that must not happen.
type Wrong uint16

// The things.
const (
	WrongQueue  Wrong = 1 << iota // a handler took a port that was not linked on that queue
	WrongMasked                   // a handler ran for a port that had been masked since before it looked
	WrongEvent                    // a handler ran for a port on which nothing was raised
	WrongVCPU                     // a handler ran on a vCPU that the port is not bound to
	WrongPoller                   // a poller was woken before its event could be seen
	WrongWork                     // more ports were closed than may be without a look for preemption
	WrongLocks                    // a raise tried to lock its queues too often
	WrongLinks                    // and to link behind the tail
	WrongUpcall                   // an upcall came for a port that was masked all the while, or for no new event
)

// words are the things in words, in their order.
var words = [...]string{
	"a port of another queue taken", "a masked port handled", "an event handled that nobody raised", "an event handled on another vCPU",
	"a poller woken too early", "too many ports closed at one go", "too many attempts to lock", "too many attempts to link", "an upcall for a masked port, or for no new event",
}

func (w Wrong) String() string {
	var list []string
	for i, word := range words {
		if w>>i&1 != 0 {
			list = append(list, word)
		}
	}
	return strings.Join(list, ", ")
}

func bit(p uint8) uint8 { return 1 << p }

// Keeper keeps one Book. It remembers what was before an operation.
type Keeper struct {
	cfg    *evtchn.Config
	b      *Book
	was    memory
	cpu    uint8 // who acts
	port   uint8 // + 1: that an event is raised on, or that is unmasked
	opened uint8 // ports that were asked for
	unmask bool
	masks  bool // the port was masked before, by the same operation
	looks  bool // who unmasks looks for an event, masked or not
}

// memory is what the books need of a State before an operation.
type memory struct {
	pending, masked, bound uint8
	poll                   [evtchn.MaxVCPUs]uint8
	flag                   [evtchn.MaxVCPUs]bool
	phase                  [evtchn.NumCPUs]evtchn.Phase
	pages, cur             uint8
	belief, ops            evtchn.ABI
}

// look notes it.
func (m *memory) look(s *evtchn.State) {
	m.pending, m.masked, m.bound = 0, 0, 0
	for p := range uint8(evtchn.MaxPorts) {
		if s.Dom[evtchn.Guest].Port[p].State > evtchn.Reserved {
			m.bound |= bit(p)
		}
		if s.PendingPort(p) {
			m.pending |= bit(p)
		}
		if s.MaskedPort(p) {
			m.masked |= bit(p)
		}
	}
	for v := range s.VCPU {
		m.poll[v], m.flag[v] = s.VCPU[v].Poll, s.VCPU[v].Flag
	}
	for i := range s.Task {
		m.phase[i] = s.Task[i].PC
	}
	m.pages, m.cur, m.belief, m.ops = s.Pages, s.Cur, s.Running().Belief, s.Ops
}

// Begin begins the books for a State that is as somebody has made it.
func (b *Book) Begin(s *evtchn.State) {
	*b = Book{}
	for p := range uint8(evtchn.MaxPorts) {
		port := &s.Dom[evtchn.Guest].Port[p]
		if port.State <= evtchn.Reserved {
			continue
		}
		b.bind(p, port.Notify)
		if s.Ops == evtchn.FIFO {
			b.Prio.begin(p, port.Prio)
		}
		if s.PendingPort(p) || port.Saved {
			b.Raised |= bit(p)
			b.Owed |= bit(p)
		}
		if s.Running().Map&bit(p) != 0 && !s.MaskedPort(p) {
			b.Open |= bit(p)
		}
	}
}

// bind begins a page for a port that has just been bound.
func (b *Book) bind(p, v uint8) {
	b.forget(p)
	b.Home.begin(p, v)
	b.Prio.begin(p, evtchn.DefaultPrio)
}

// forget ends it.
func (b *Book) forget(p uint8) {
	for _, set := range []*uint8{&b.Owed, &b.Raised, &b.Open, &b.Shut, &b.Spoilt, &b.Home.Now, &b.Home.Also, &b.Prio.Now, &b.Prio.Also} {
		*set &^= bit(p)
	}
}

// cause notes that an event is raised on a port of the guest.
func (b *Book) cause(s *evtchn.State, p uint8) {
	if port := &s.Dom[evtchn.Guest].Port[p]; port.Usable() {
		b.Raised |= bit(p)
		b.Owed |= bit(p)
	}
}
