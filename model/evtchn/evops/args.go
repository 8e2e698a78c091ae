package evops

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// The operand types of area evtchn.
var (
	EventCPU = model.Named("event cpu", "who acts: v0 and v1 are vCPUs of the guest, b0 and b1 belong to the backend's domain or to a device, t0 to the toolstack",
		"v0", "v1", "b0", "b1", "t0").Naming(needVCPU).NameOf("cpu")
	GuestCPU  = model.Named("guest cpu", "the vCPU of the guest that makes the call", "v0", "v1").NameOf("cpu")
	GuestVCPU = guestVCPU()
	PortArg   = model.Number("port", "an event-channel port of the domain that the operation is about", func(c *model.Config) uint8 { return Conf(c).Ports + 1 }).Naming(needPort).NameOf("port")
	DomArg    = model.Named("domain", "the guest, the backend's domain, or one that does not exist", "guest", "backend", "none")
	VIRQArg   = model.Named("virq", "VIRQ_TIMER (per vCPU), VIRQ_ARGO (per domain), VIRQ_DOM_EXC (global), or a number above 23",
		"timer", "argo", "dom_exc", "24").NameOf("virq")
	PIRQArg  = model.Number("pirq", "a physical interrupt of the guest, by number", func(*model.Config) uint8 { return evtchn.NumPIRQs + 1 }).NameOf("pirq")
	PrioArg  = model.Named("priority", "0 is the most urgent, 7 the default, 16 does not exist", "0", "7", "16")
	PageArg  = model.Named("page", "the kernel's own page for it, a frame number without a page, or a page that cannot be written", "own", "missing", "readonly")
	Offset   = model.Named("offset", "of the control block in its page: 0, one that is not a multiple of 8, or one where the block does not fit", "0", "unaligned", "crossing")
	InfoArea = model.Named("area", "a place for a vcpu_info: good, without a page, misaligned, or in a page that cannot be written", "good", "missing", "misaligned", "readonly")
	Purpose  = model.Named("purpose", "what a kernel has a port for: xenstore or VIRQ_TIMER", "store", "timer")
	OnOff    = model.Named("switch", "off or on", "off", "on")
	ABISet   = model.Named("abi set", "a set of event-channel ABIs; v3 stands for one that does not exist yet",
		"none", "2L", "2L+FIFO", "2L+v3", "2L+FIFO+v3")
)

// guestVCPU names a CPU, unless there is no such vCPU.
func guestVCPU() *model.ArgType {
	t := model.Number("guest vcpu", "a vCPU of the guest, by number; one more than there are does not exist",
		func(c *model.Config) uint8 { return Conf(c).VCPUs + 1 }).Naming(needAnyVCPU).NameOf("cpu")
	t.Numbered = func(v uint8) (uint8, bool) { return v, v < evtchn.MaxVCPUs }
	return t
}

// abiSets are the values of ABISet.
var abiSets = [...]evtchn.Set{
	0, evtchn.SetOf(evtchn.TwoLevel), evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO),
	evtchn.SetOf(evtchn.TwoLevel, evtchn.Third), evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO, evtchn.Third),
}

// needPort raises the number of ports to a port.
func needPort(v uint8, least *model.Config) { Conf(least).Ports = max(Conf(least).Ports, v) }

// needAnyVCPU raises the number of vCPUs to a number.
func needAnyVCPU(v uint8, least *model.Config) {
	Conf(least).VCPUs = max(Conf(least).VCPUs, v+1)
}

// needVCPU raises the number of vCPUs to a vCPU of the guest.
func needVCPU(v uint8, least *model.Config) {
	if v < evtchn.MaxVCPUs {
		needAnyVCPU(v, least)
	}
}

// groups lists the names that are interchangeable. Guest vCPU 0 is special and
// port 0 is nobody's. Start states treat ports differently, which does no harm:
// a renamed story is carried out again before it is believed.
var groups = []*model.Group{
	{ // who raises events
		Size: func(*model.Config) uint8 { return evtchn.Back1 - evtchn.Back0 + 1 },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == EventCPU {
				return model.Renamed(evtchn.Back0, p, v)
			}
			return v
		},
	},
	{ // vCPUs other than 0
		Size: func(c *model.Config) uint8 { return max(Conf(c).VCPUs, 1) - 1 },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == GuestVCPU || t == EventCPU && v < evtchn.MaxVCPUs {
				return model.Renamed(1, p, v)
			}
			return v
		},
	},
	{
		Size: func(c *model.Config) uint8 { return Conf(c).Ports },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == PortArg {
				return model.Renamed(1, p, v)
			}
			return v
		},
	},
}
