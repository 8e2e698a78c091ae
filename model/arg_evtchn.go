package model

import "hvcheck/model/evtchn"

// The operand types of area evtchn.
var (
	EventCPU = named("event cpu", "who acts: v0 and v1 are vCPUs of the guest, b0 and b1 belong to the backend's domain or to a device, t0 to the toolstack",
		"v0", "v1", "b0", "b1", "t0")
	GuestCPU  = named("guest cpu", "the vCPU of the guest that makes the call", "v0", "v1")
	GuestVCPU = number("guest vcpu", "a vCPU of the guest, by number; one more than there are does not exist",
		func(b Bounds) uint8 { return b.VCPUs + 1 })
	PortArg = number("port", "an event-channel port of the domain that the operation is about", func(b Bounds) uint8 { return b.Ports + 1 })
	DomArg  = named("domain", "the guest, the backend's domain, or one that does not exist", "guest", "backend", "none")
	VIRQArg = named("virq", "VIRQ_TIMER (per vCPU), VIRQ_ARGO (per domain), VIRQ_DOM_EXC (global), or a number above 23",
		"timer", "argo", "dom_exc", "24")
	PIRQArg  = number("pirq", "a physical interrupt of the guest, by number", func(Bounds) uint8 { return evtchn.NumPIRQs + 1 })
	PrioArg  = named("priority", "0 is the most urgent, 7 the default, 16 does not exist", "0", "7", "16")
	PageArg  = named("page", "the kernel's own page for it, a frame number without a page, or a page that cannot be written", "own", "missing", "readonly")
	Offset   = named("offset", "of the control block in its page: 0, one that is not a multiple of 8, or one where the block does not fit", "0", "unaligned", "crossing")
	InfoArea = named("area", "a place for a vcpu_info: good, without a page, misaligned, or in a page that cannot be written", "good", "missing", "misaligned", "readonly")
	Purpose  = named("purpose", "what a kernel has a port for: xenstore or VIRQ_TIMER", "store", "timer")
	OnOff    = named("switch", "off or on", "off", "on")
	ABISet   = named("abi set", "a set of event-channel ABIs; v3 stands for one that does not exist yet",
		"none", "2L", "2L+FIFO", "2L+v3", "2L+FIFO+v3")
)

// abiSets are the values of ABISet.
var abiSets = [...]evtchn.Set{
	0, evtchn.SetOf(evtchn.TwoLevel), evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO),
	evtchn.SetOf(evtchn.TwoLevel, evtchn.Third), evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO, evtchn.Third),
}

// Needs is the least of those bounds of area evtchn that an operation has a
// need of: all ports and vCPUs that it names.
func (op Op) Needs() (b Bounds) {
	for i, a := range op.Spec().Args {
		v := op.Arg[i]
		switch {
		case a.Type == PortArg:
			b.Ports = max(b.Ports, v)
		case a.Type == GuestVCPU, a.Type == EventCPU && v < evtchn.MaxVCPUs:
			b.VCPUs = max(b.VCPUs, v+1)
		}
	}
	return b
}
