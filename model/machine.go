// Package model composes the areas into one World and describes every operation
// once, in the table Specs: files, enumeration, drawing, printing and documents
// derive from it.
//
// A Config holds what a run does not change: bounds, options, design switches.
// A Machine carries operations out on Worlds and returns Xen's results. It
// knows nothing of invariants and of how it is explored.
package model

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// World is the state of everything: a flat value without pointers, compared
// with ==. What a scenario does not use stays zero.
type World struct {
	Pool page.Pool
	MMU  pvmmu.State
}

// Start describes a start state by what differs from the plain one, in which
// the domain owns every frame, in list order, with nothing in them.
type Start struct {
	Name string
	Ent  map[uint8][]page.Entry // contents of a frame, by slot
	Slot map[uint8]page.Slot    // contents of a frame's RO_MPT slot
	List []uint8                // page_list from head to tail; frames not named are free
	// Running: the guest's vCPUs run, on tables that are not in the pool.
	Running bool
}

// Machine carries out operations on Worlds. It keeps scratch memory and is
// used by one goroutine at a time.
type Machine struct {
	Config Config
	mmu    pvmmu.Call
	args   [MaxArgs]uint8 // of the operation that runs; in the Machine, so that none is allocated
}

// NewMachine makes a machine for a configuration that Check accepts.
func NewMachine(c Config) *Machine {
	c.MMU.Frames, c.MMU.Slots, c.MMU.Guests, c.MMU.Tools = c.Frames, c.Slots, c.Guests, c.Tools
	return &Machine{Config: c}
}

// Answer is what an operation answered.
type Answer struct {
	Code    errno.Errno
	Refused bool  // nothing was changed
	Checks  uint8 // preemption checks reached
}

// Do carries out an operation in place.
func (m *Machine) Do(w *World, op Op) Answer {
	spec := Specs[op.Kind]
	m.mmu.Begin(&m.Config.MMU, &w.Pool, &w.MMU)
	if spec.Preemptible() {
		m.mmu.Preempt = op.Arg[len(spec.Args)-1]
	}
	m.args = op.Arg
	code := spec.run(m, &m.args)
	code, refused, checks := m.mmu.End(code)
	return Answer{code, refused, checks}
}

// Visited is the number of pages that the last operation's walk over page_list
// visited.
func (m *Machine) Visited() uint8 { return m.mmu.Visited }

// Drain names the operation that brings w nearer to rest: toolstack vCPUs
// finish what they left, then the domain is destroyed.
func (m *Machine) Drain(w *World) (op Op, more bool) {
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

// RulesAsked tells which of the area's switchable rules came into play since
// the machine was made, by switch id.
func (m *Machine) RulesAsked() map[string]bool {
	asked := map[string]bool{}
	for i, sw := range pvmmu.Switches {
		if m.mmu.Asked[i] {
			asked[sw.ID] = true
		}
	}
	for i, v := range pvmmu.Variants {
		if m.mmu.FixupAsked[i] {
			asked[v.ID] = true
		}
	}
	return asked
}

// World builds the start state.
func (s *Start) World(c *Config) World {
	var w World
	list := s.List
	if list == nil {
		for f := range c.Frames {
			list = append(list, f)
		}
	}
	pvmmu.Own(&w.Pool, &w.MMU, list)
	for f, ents := range s.Ent {
		copy(w.Pool.Pages[f].Ent[:], ents)
	}
	for f, slot := range s.Slot {
		w.Pool.Pages[f].ROMpt = slot
	}
	for v := range c.Guests {
		w.MMU.CPU[v].Init, w.MMU.CPU[v].Down = s.Running, !s.Running
	}
	return w
}

// Frames is the number of frames that the start state needs.
func (s *Start) Frames() (n uint8) {
	for f, ents := range s.Ent {
		n = max(n, f+1)
		for _, e := range ents {
			if e.Present() {
				n = max(n, e.Frame()+1)
			}
		}
	}
	for f := range s.Slot {
		n = max(n, f+1)
	}
	for _, f := range s.List {
		n = max(n, f+1)
	}
	return n
}

// Slots is the number of slots that the start state needs.
func (s *Start) Slots() (n uint8) {
	for _, ents := range s.Ent {
		n = max(n, uint8(len(ents)))
	}
	return n
}
