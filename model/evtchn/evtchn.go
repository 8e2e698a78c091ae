// Package evtchn models Xen's event channels: ports, the 2-level and the FIFO
// ABI with both ends of each, the operations that change the ABI, and the
// kernels of one domain that follow one another.
//
// Two domains share the State: the Guest, whose data path is modelled down to
// single stores, and the Backend, whose ports are only the other ends. An
// operation is a Call: Begin binds it to a State, one method per operation
// changes it in place, End closes it. What takes several steps (a raise, a
// handler, a reset) is a Task or a Handler in the State: with Config.Steps each
// step is an operation of its own, otherwise it runs to its end at once.
//
// Source: xen/common/event_channel.c, event_2l.c, event_fifo.c, domain.c;
// Linux drivers/xen/events.
package evtchn

import "strings"

// Sizes of the fixed arrays. A 2-level word, an array page and a bucket of
// ports hold PerWord ports each.
const (
	MaxPorts   = 6
	MaxVCPUs   = 2
	MaxKernels = 3
	PerWord    = 2
	MaxPages   = MaxPorts / PerWord
	NumPrios   = 2 // priority 0 and the default, 7
	NumQueues  = MaxVCPUs * NumPrios
)

// DefaultPrio is EVTCHN_FIFO_PRIORITY_DEFAULT, the less urgent of the two.
const DefaultPrio = 1

// The domains.
const (
	Guest = iota
	Backend
	NoDomain
	numDomains = NoDomain
)

// CPUs: who makes a call. Guest vCPUs come first and have their vCPU's number.
const (
	VCPU0 = iota
	VCPU1
	Back0 // the backend's, and whatever raises an event on behalf of a device
	Back1
	Tool // the toolstack's
	NumCPUs
)

// ABI is one of the record formats.
type ABI uint8

// The ABIs. Third is an abstract third one, to compare forms of an offer.
const (
	NoABI ABI = iota
	TwoLevel
	FIFO
	Third
)

func (s Set) String() string {
	var words []string
	for a := TwoLevel; a <= Third; a++ {
		if s.Has(a) {
			words = append(words, a.String())
		}
	}
	return "{" + strings.Join(words, ", ") + "}"
}

func (a ABI) String() string { return [...]string{"none", "2L", "FIFO", "v3"}[a] }

// Set is a set of ABIs, a bit each.
type Set uint8

// SetOf makes a set.
func SetOf(list ...ABI) (s Set) {
	for _, a := range list {
		s |= 1 << a
	}
	return s
}

// Has tells whether an ABI is in the set.
func (s Set) Has(a ABI) bool { return s>>a&1 != 0 }

// States of a port, xen/include/xen/sched.h.
const (
	Free = iota
	Reserved
	Unbound
	Interdomain
	PIRQ
	VIRQ
	IPI
)

// Port is struct evtchn.
type Port struct {
	State    uint8
	Remote   uint8 // unbound, interdomain: the domain at the other end
	Number   uint8 // interdomain: the port there; virq, pirq: its number
	Notify   uint8 // notify_vcpu_id
	Consumer bool  // xen_consumer: the receiver is Xen
	Saved    bool  // pending: the event came while there was no array page
	Prio     uint8
	Lastq    uint8 // fifo_lastq: the queue, vCPU*NumPrios+priority, it was last linked on
	Next     uint8 // pirq: list of the vCPU's ports
	Prev     uint8
}

// Usable tells whether events on the port go to the guest.
func (p *Port) Usable() bool { return p.State > Reserved && !p.Consumer }

// Domain is the part of struct domain that both domains have.
type Domain struct {
	Port   [MaxPorts]Port
	Valid  uint8 // valid_evtchns
	Active uint8 // active_evtchns
	Xen    uint8 // xen_evtchns
	Next   uint8 // next_evtchn, of a reset that was preempted
	Dying  bool
}

// Bits of an event word; the link is in the lower half.
const (
	Pending = 1 << 7
	Masked  = 1 << 6
	Linked  = 1 << 5
	Busy    = 1 << 4
	LinkBit = Busy - 1
)

// Offsets in a control block.
const (
	Ready = 0 // a bit per priority
	Head  = 1 // and one per priority after it
)

// Frames of guest memory: each kernel has a control block for each vCPU and
// array pages, at places of its own.
const (
	PerKernel = MaxVCPUs + MaxPages
	Foreign   = MaxKernels * PerKernel // a frame that is not the guest's
	NumFrames = Foreign + 1
)

// Frame is a page of guest memory: a control block or an array page.
type Frame struct {
	B       [1 + NumPrios]uint8
	General uint8 // references that Xen took for event channels
	Type    uint8 // PGT_writable_page references
}

// BlockFrame is the frame of kernel k's control block for vCPU v.
func BlockFrame(k, v uint8) uint8 { return k*PerKernel + v }

// ArrayFrame is the frame of kernel k's array page i.
func ArrayFrame(k, i uint8) uint8 { return k*PerKernel + MaxVCPUs + i }

// Kinds of vcpu_info areas.
const (
	InfoShared     = iota // in shared_info
	InfoRegistered        // VCPUOP_register_vcpu_info
)

// VCPU is a vCPU of the guest: Xen's part, its vcpu_info, and its handler.
type VCPU struct {
	Down    bool // VCPUOP_down
	Info    uint8
	Flag    bool  // evtchn_upcall_pending
	NoUp    bool  // evtchn_upcall_mask
	Sel     uint8 // evtchn_pending_sel, a bit per word
	Vector  bool  // a LAPIC vector of its own: an edge, not a level
	Edge    bool  // an edge that the LAPIC holds
	Poll    uint8 // polled port + 1
	Queues  bool  // v->evtchn_fifo exists
	Heads   bool  // the queues point into the control block
	Block   uint8 // control_block: frame + 1
	Tail    [NumPrios]uint8
	PIRQs   uint8 // pirq_evtchn_head
	Timer   uint8 // virq_to_evtchn[VIRQ_TIMER]
	Handler Handler
}

// Callback is how a domain as a whole is told of events: a level, looked at
// whenever a vCPU enters the guest.
type Callback uint8

// The callbacks. PV guests have the first one.
const (
	VectorCallback Callback = iota // on the vCPU that the event is for
	GSICallback                    // an interrupt line or INTx: on vCPU 0 only
	NoCallback
)

func (c Callback) String() string { return [...]string{"a vector", "an interrupt line", "none"}[c] }

// Kernel is what one of the domain's kernels knows and believes.
type Kernel struct {
	Knows  Set   // ABIs
	Belief ABI   // that it uses
	Store  uint8 // its port for xenstore, 0 is none
	Timer  uint8
	Map    uint8 // ports that it handles, a bit each
	Own    uint8 // its frames that it registered, a bit each
	Offer  Set   // what was offered when it started
	Grants uint8 // version of the grant table that it uses
}

// State is everything about the event channels of one guest.
type State struct {
	Dom    [numDomains]Domain
	VCPU   [MaxVCPUs]VCPU
	Frame  [NumFrames]Frame
	Task   [NumCPUs]Task
	Kernel [MaxKernels]Kernel

	Ops     ABI             // evtchn_port_ops
	Array   [MaxPages]uint8 // event_array: frames + 1
	Pages   uint8           // num_evtchns, in pages
	Pending uint8           // shared_info.evtchn_pending, a bit per port
	Mask    uint8           // shared_info.evtchn_mask
	Global  uint8           // port of the domain's global VIRQ, virq_to_evtchn[VIRQ_DOM_EXC] of vCPU 0
	Argo    uint8           // virq_to_evtchn[VIRQ_ARGO] of vCPU 0
	Handler uint8           // the global VIRQ's handler: 0 is the hardware domain, 1 the guest
	PIRQ    [NumPIRQs]uint8 // pirq->evtchn
	Bits32  bool            // 32-bit guest: smaller 2-level limit
	Grants  uint8           // version of the grant table, 0 is version 1
	Host    Set             // what init_control accepts
	Wanted  Set             // what the toolstack wanted it to accept
	Target  Set             // what the host of a migration has, 0 is the same

	Cur      uint8                  // the running kernel
	Plan     [MaxKernels]Transition // how each kernel arrives
	Shutdown bool                   // every vCPU stopped, reason soft_reset
	Crashed  bool
	Paused   bool // by the toolstack
	Dead     bool // destroyed
	Callback Callback
	Param    uint8 // HVM_PARAM_STORE_EVTCHN
	Control  uint8 // steps of a soft reset's hand-over that the toolstack has done

	Left [NumBudgets]uint8 // operations of each class that may still come

	Ghost Ghost
}

// Ghost is what hardware would tell.
type Ghost struct {
	Trap  Trap  // a phase used a structure that does not exist
	Stray uint8 // Xen wrote to this frame + 1, which is not the running kernel's
}

// Trap is a structure that was used and is not there.
type Trap uint8

// The structures.
const (
	NoTrap Trap = iota
	TrapQueues
	TrapHead
	TrapArray
	TrapBucket
	TrapPut
)

func (t Trap) String() string {
	return [...]string{
		"none", "the queues of a vCPU (v->evtchn_fifo)", "the head pointers of a control block that is published",
		"the event array (d->evtchn_fifo)", "a bucket of ports that was never allocated",
		"references of a page that is put (put_page_and_type)",
	}[t]
}

// Guest vCPU v's queue of a priority.
func queue(v, prio uint8) uint8 { return v*NumPrios + prio }

func bit(n uint8) uint8 { return 1 << n }

// Running is the running kernel.
func (s *State) Running() *Kernel { return &s.Kernel[s.Cur] }

// Word is Xen's view of the event word of port p, or nil.
func (s *State) Word(p uint8) *uint8 {
	if i := p / PerWord; i < s.Pages && s.Array[i] != 0 {
		return &s.Frame[s.Array[i]-1].B[p%PerWord]
	}
	return nil
}

// KernelWord is the running kernel's view of the event word of port p.
func (s *State) KernelWord(p uint8) *uint8 {
	return &s.Frame[ArrayFrame(s.Cur, p/PerWord)].B[p%PerWord]
}

// KernelBlock is the running kernel's control block of vCPU v.
func (s *State) KernelBlock(v uint8) *[1 + NumPrios]uint8 {
	return &s.Frame[BlockFrame(s.Cur, v)].B
}

// MaskedPort tells whether the running kernel has port p masked. A port whose
// event word the kernel has not made yet counts as masked.
func (s *State) MaskedPort(p uint8) bool {
	k := s.Running()
	if k.Belief != FIFO {
		return s.Mask&bit(p) != 0
	}
	return k.Own&bit(MaxVCPUs+p/PerWord) == 0 || *s.KernelWord(p)&Masked != 0
}

// Called tells whether the domain's callback reaches vCPU v.
func (s *State) Called(v uint8) bool {
	return s.Callback == VectorCallback || s.Callback == GSICallback && v == 0
}

// stopped tells whether no vCPU of the guest runs.
func (s *State) stopped() bool {
	return s.Shutdown || s.Paused || s.Crashed || s.Dom[Guest].Dying
}

// Deliverable tells whether vCPU v would take an upcall.
func (s *State) Deliverable(v uint8) bool {
	c := &s.VCPU[v]
	switch {
	case c.Down || s.stopped() || s.Running().Belief == NoABI:
		return false
	case c.Vector:
		return c.Edge
	}
	return c.Flag && !c.NoUp && s.Called(v)
}
