// Package model composes the areas, PV page tables and event channels, into one
// World and describes every operation once, in the table Specs: files,
// enumeration, drawing, printing and documents derive from it.
//
// A configuration is about one area: its bounds, options and operations are the
// ones that count, and the rest of the World stays zero.
//
// A Config holds what a run does not change: bounds, options, design switches.
// A Machine carries operations out on Worlds and returns Xen's results. It
// knows nothing of invariants and of how it is explored.
package model

import (
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// World is the state of everything: a flat value without pointers, compared
// with ==. What a scenario does not use stays zero.
type World struct {
	Pool page.Pool
	MMU  pvmmu.State
	Ev   evtchn.State
}

// Machine carries out operations on Worlds. It keeps scratch memory and is
// used by one goroutine at a time.
type Machine struct {
	Config Config
	mmu    pvmmu.Call
	ev     evtchn.Call
	area   Area
	args   [MaxArgs]uint8 // of the operation that runs; in the Machine, so that none is allocated
}

// NewMachine makes a machine for a configuration that Check accepts.
func NewMachine(c Config) *Machine {
	c.MMU.Frames, c.MMU.Slots, c.MMU.Guests, c.MMU.Tools = c.Frames, c.Slots, c.Guests, c.Tools
	c.Ev.VCPUs = c.VCPUs
	return &Machine{Config: c, area: c.Area()}
}

// Answer is what an operation answered.
type Answer struct {
	Code    errno.Errno
	Refused bool  // nothing was changed
	Checks  uint8 // preemption checks reached
}

// Do carries out an operation in place. One of an area that the configuration
// is not about cannot be made.
func (m *Machine) Do(w *World, op Op) Answer {
	spec := Specs[op.Kind]
	if spec.Area != m.area {
		return Answer{Code: errno.NotRunning, Refused: true}
	}
	m.args = op.Arg
	var preempt uint8
	if spec.Preemptible() {
		preempt = op.Arg[len(spec.Args)-1]
	}
	if spec.Area == EVTCHN {
		m.ev.Begin(&m.Config.Ev, &w.Ev)
		m.ev.Preempt = preempt
		code, refused, checks := m.ev.End(spec.run(m, &m.args))
		return Answer{code, refused, checks}
	}
	m.mmu.Begin(&m.Config.MMU, &w.Pool, &w.MMU)
	m.mmu.Preempt = preempt
	code, refused, checks := m.mmu.End(spec.run(m, &m.args))
	return Answer{code, refused, checks}
}

// Visited is the number of pages that the last operation's walk over page_list
// visited.
func (m *Machine) Visited() uint8 { return m.mmu.Visited }

// Drain names the operation that brings w nearer to rest: what has begun is
// finished, then the domain is destroyed.
func (m *Machine) Drain(w *World) (op Op, more bool) {
	if m.Config.Area() == EVTCHN {
		return drainEvents(&w.Ev)
	}
	if w.MMU.Stopped() {
		return Op{}, false
	}
	for t := uint8(0); t < m.Config.Tools; t++ {
		cpu := pvmmu.Tool(t)
		if w.MMU.CPU[cpu].Ogt != 0 {
			return Continue.Of(cpu, 0), true
		}
	}
	return Destroy.Of(pvmmu.Tool(0), 0), w.MMU.RelPriv != pvmmu.PhaseDone
}

// drainEvents: handlers, then hypercalls, those that hold locks first.
func drainEvents(s *evtchn.State) (op Op, more bool) {
	if v, busy := s.Handling(); busy {
		return GuestStep.Of(v), true
	}
	if cpu, busy := s.NextTask(); busy {
		return XenStep.Of(cpu, 0), true
	}
	return DestroyEvents.Of(0), !s.Dead
}

// RulesAsked tells which of the area's switchable rules came into play since
// the machine was made, by switch id.
func (m *Machine) RulesAsked() map[string]bool {
	asked := map[string]bool{}
	note(asked, pvmmu.Switches[:], m.mmu.Asked[:])
	note(asked, pvmmu.Variants[:], m.mmu.FixupAsked[:])
	note(asked, evtchn.Switches[:], m.ev.Asked[:])
	note(asked, evtchn.Handovers[:], m.ev.HandoverAsked[:])
	note(asked, evtchn.Offers[:], m.ev.OfferAsked[:])
	return asked
}

func note(asked map[string]bool, switches []design.Switch, came []bool) {
	for i, sw := range switches {
		if came[i] {
			asked[sw.ID] = true
		}
	}
}
