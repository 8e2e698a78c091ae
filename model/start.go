package model

import (
	"fmt"

	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Start describes a start state by what differs from the plain one, in which
// the domain owns every frame, in list order, with nothing in them.
type Start struct {
	Name string
	Ent  map[uint8][]page.Entry // contents of a frame, by slot
	Slot map[uint8]page.Slot    // contents of a frame's RO_MPT slot
	List []uint8                // page_list from head to tail; frames not named are free
	// Running: the guest's vCPUs run, on tables that are not in the pool.
	Running bool

	// Area evtchn: the domain as the toolstack makes it, and operations that
	// come first, at once and beyond the budgets.
	Events evtchn.Start
	Do     []Op
}

// World builds the start state.
func (s *Start) World(c *Config) World {
	if c.Area() == EVTCHN {
		w, err := s.events(c)
		if err != nil {
			panic(err.Error()) // see Fits
		}
		return w
	}
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

// events builds a start state of area evtchn.
func (s *Start) events(c *Config) (World, error) {
	m := NewMachine(*c)
	w := World{Ev: evtchn.New(&m.Config.Ev, &s.Events)}
	m.ev.Whole = true
	for _, op := range s.Do {
		if a := m.Do(&w, op); a.Code < 0 {
			return w, fmt.Errorf("start %q cannot be made with these bounds and this design: %v returns %v", s.Name, op, a.Code)
		}
	}
	w.Ev.Left = c.Budget
	return w, nil
}

// Fits refuses a configuration under which the start state cannot be made.
func (s *Start) Fits(c *Config) error {
	if c.Area() != EVTCHN {
		return nil
	}
	_, err := s.events(c)
	return err
}

// Needs is the least of those bounds that the start state has a need of.
func (s *Start) Needs() (b Bounds) {
	for f, ents := range s.Ent {
		b.Frames, b.Slots = max(b.Frames, f+1), max(b.Slots, uint8(len(ents)))
		for _, e := range ents {
			if e.Present() {
				b.Frames = max(b.Frames, e.Frame()+1)
			}
		}
	}
	for f := range s.Slot {
		b.Frames = max(b.Frames, f+1)
	}
	for _, f := range s.List {
		b.Frames = max(b.Frames, f+1)
	}
	b.Ports = s.Events.Backend
	for _, op := range s.Do {
		b = b.Max(op.Needs())
	}
	return b
}

// Max has the larger one of each bound.
func (b Bounds) Max(other Bounds) Bounds {
	for _, bound := range BoundList {
		v := bound.Of(&b)
		*v = max(*v, *bound.Of(&other))
	}
	return b
}
