package abi

// CallEventChannel is the number of event_channel_op.
const CallEventChannel = 32

// Operations on event channels.
const (
	EventBindInterdomain = 0
	EventBindVIRQ        = 1
	EventClose           = 3
	EventSend            = 4
	EventStatus          = 5
	EventAllocUnbound    = 6
	EventBindIPI         = 7
	EventBindVCPU        = 8
	EventUnmask          = 9
	EventReset           = 10
	EventInitControl     = 11
	EventExpandArray     = 12
	EventSetPriority     = 13
	EventResetCont       = 14
)

// BindInterdomainArg is struct evtchn_bind_interdomain.
type BindInterdomainArg struct {
	Remote, _         uint16
	RemotePort, Local uint32
}

// AllocUnboundArg is struct evtchn_alloc_unbound.
type AllocUnboundArg struct {
	Domain, Remote uint16
	Port           uint32
}

// BindVIRQArg is struct evtchn_bind_virq.
type BindVIRQArg struct{ VIRQ, VCPU, Port uint32 }

// BindIPIArg is struct evtchn_bind_ipi.
type BindIPIArg struct{ VCPU, Port uint32 }

// PortArg is what close, send and unmask take, and with a second number
// bind_vcpu and set_priority.
type PortArg struct{ Port, Second uint32 }

// StatusArg is struct evtchn_status.
type StatusArg struct {
	Domain, _          uint16
	Port, Status, VCPU uint32
	Rest               uint64
}

// ResetArg is struct evtchn_reset.
type ResetArg struct{ Domain, _ uint16 }

// InitControlArg is struct evtchn_init_control.
type InitControlArg struct {
	Frame        uint64
	Offset, VCPU uint32
	LinkBits     uint64
}

// ExpandArrayArg is struct evtchn_expand_array.
type ExpandArrayArg struct{ Frame uint64 }

// Bits of an event word of the FIFO ABI. The link is the number of a port.
const (
	WordPending = 1 << 31
	WordMasked  = 1 << 30
	WordLinked  = 1 << 29
	WordBusy    = 1 << 28
	WordLink    = 1<<17 - 1
)

// WordSize is that of an event word, and of each number in a control block: a bit for
// each priority whose queue has become ready, then a word for nothing, then a head for
// each priority.
const (
	WordSize         = 4
	ControlHeads     = 8
	ControlBlockSize = 72
)

// PortsPerWord is how many ports share a word of the 2-level ABI, a bucket of Xen's, and
// a look whether a reset is to be preempted.
const PortsPerWord = 64

// Parts of shared_info.
const (
	InfoUpcallPending = 0 // in a vcpu_info
	InfoSelector      = 8
	SharedPending     = 2048
	SharedMask        = 2560
)

// Operations of vcpu_op; the last one has RegisterInfoArg.
const (
	VCPUInitialise   = 0
	VCPUUp           = 1
	VCPUDown         = 2
	VCPURegisterInfo = 10
)

// RegisterInfoArg is struct vcpu_register_vcpu_info.
type RegisterInfoArg struct {
	Frame     uint64
	Offset, _ uint32
}

// VCPUStopPeriodicTimer is an operation of vcpu_op: the timer that every vCPU has
// at first.
const VCPUStopPeriodicTimer = 7

// VCPUSetSingleshotTimer is another one, with SingleshotArg.
const VCPUSetSingleshotTimer = 8

// SingleshotArg is struct vcpu_set_singleshot_timer: a time in nanoseconds.
type SingleshotArg struct {
	Timeout  uint64
	Flags, _ uint32
}
