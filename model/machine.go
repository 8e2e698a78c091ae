// Package model is the framework of the models: areas of a hypervisor's
// interface, described as values, in one World.
//
//	Area: parts of World, bounds, settings, operations, start states, facts
//	Config: which areas, how large, which design -> Machine -> Do(World, Op) -> Answer
//
// Each area lives in packages of its own below this one: its rules, and beside
// them their description, where every operation is described once. Files,
// enumeration, drawing, printing and documents derive from the descriptions.
// Nothing here knows of an area, of invariants, or of how models are explored.
package model

import (
	"math/bits"

	"hvcheck/model/errno"
)

// Machine carries out operations on Worlds and returns Xen's results. It keeps
// scratch memory and is used by one goroutine at a time.
type Machine struct {
	Config Config
	calls  []Calls // by place in the list of all areas; nil if Config is not about it
	inUse  []Calls // in the order in which the areas were registered
	op     Op      // that runs; in the Machine, so that none is allocated
}

// NewMachine makes a machine for a configuration that Check accepts.
func NewMachine(c Config) *Machine {
	m := &Machine{Config: c, calls: make([]Calls, len(known))}
	for _, a := range c.Areas() {
		calls := a.Calls(&m.Config)
		m.calls[bits.TrailingZeros32(a.bit)] = calls
		m.inUse = append(m.inUse, calls)
	}
	return m
}

// Calls is what carries out an area's operations, or nil.
func (m *Machine) Calls(a *Area) Calls { return m.calls[bits.TrailingZeros32(a.bit)] }

// Answer is what an operation answered.
type Answer struct {
	Code    errno.Errno
	Refused bool  // nothing was changed
	Checks  uint8 // preemption checks reached
}

// Do carries out an operation in place. One of an area that the configuration
// is not about cannot be made.
func (m *Machine) Do(w *World, op Op) Answer {
	spec := byKind[op.Kind]
	calls := m.Calls(spec.table.area)
	if calls == nil {
		return Answer{Code: errno.NotRunning, Refused: true}
	}
	m.op = op
	var preempt uint8
	if spec.Preemptible() {
		preempt = op.Arg[len(spec.Args)-1]
	}
	calls.Begin(w, &m.op, preempt)
	return calls.End(spec.Run(calls, &m.op.Arg))
}

// Drain names the operation that brings w nearer to rest, area by area.
func (m *Machine) Drain(w *World) (op Op, more bool) {
	for _, calls := range m.inUse {
		if op, more = calls.Drain(w); more {
			return op, more
		}
	}
	return Op{}, false
}

func (m *Machine) starting(w *World, on bool) {
	for _, calls := range m.inUse {
		calls.Starting(w, on)
	}
}

// Short tells which bounds kept an operation from being made since the machine
// was made.
func (m *Machine) Short() map[*Bound]bool {
	short := map[*Bound]bool{}
	for _, calls := range m.inUse {
		calls.Short(func(b *Bound) { short[b] = true })
	}
	return short
}

// RulesAsked tells which of the areas' switchable rules came into play since
// the machine was made, by switch id.
func (m *Machine) RulesAsked() map[string]bool {
	asked := map[string]bool{}
	for _, calls := range m.inUse {
		calls.Asked(func(id string) { asked[id] = true })
	}
	return asked
}
