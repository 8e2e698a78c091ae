// Package ledger keeps the books of grant tables: what callers have asked for and
// were told, and what is owed for that.
//
// The books are kept from operations as their callers made them, and from how far
// each CPU has come, never from what the rules count by themselves:
//
//	Before(op) -> grant.Call, the rules -> After(op): Book
//
// Of the rules only what they tell a caller is asked: the handle and the bus address
// that a map answers with (grant.Answers).
package ledger

import (
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
)

// Part is one mapping, or what a call is about to make or to take away: the parts by
// their flags (none: there is nothing), whose reference, and which frame.
type Part struct {
	Flags uint8 // GNTMAP_host_map, device_map, readonly
	Dom   uint8
	Ref   uint8
	MFN   uint8
}

// Host tells whether there is a part for the host.
func (p Part) Host() bool { return p.Flags&grant.HostMap != 0 }

// Device tells whether there is one for devices.
func (p Part) Device() bool { return p.Flags&grant.DeviceMap != 0 }

// Writes tells whether the mapping is writable.
func (p Part) Writes() bool { return p.Flags&grant.MapReadonly == 0 }

// Gone tells whether Xen has taken it away.
func (p Part) Gone() bool { return p.Flags&Revoked != 0 }

// For are the parts with what is held for devices although there is no part for them:
// as long as there is any, they reach it. In today's code (GR-A1) nothing is.
func (p Part) For(cfg *grant.Config, s *grant.State, mapper uint8) uint8 {
	if p.Some() && gntview.Passes(s, mapper, p.Dom) && !cfg.On[grant.AsIs1] {
		return p.Flags | grant.DeviceMap
	}
	return p.Flags
}

// Some tells whether there is any part.
func (p Part) Some() bool { return p.Flags&(grant.HostMap|grant.DeviceMap) != 0 }

// Doing is what a CPU has asked for, and what of it is done. A map has one element.
type Doing struct {
	Map   bool
	First bool // map: nobody had the reference pinned
	Elems uint8
	Last  [grant.MaxBlock]bool // unmap: no part is left
	Elem  [grant.MaxBlock]Part
}

// Fault is something that was done to the books themselves.
type Fault uint8

// The faults.
const (
	NoFault    Fault = iota
	ToldTwice        // a map answered with a handle that is somebody's
	Unanswered       // a map succeeded without an answer
	WrongPart        // an unmap took away what its caller does not have
)

func (f Fault) String() string {
	return [...]string{
		"none", "a map was answered with a handle that is in use", "a map succeeded and no handle was told",
		"an unmap succeeded on a handle that nobody was told",
	}[f]
}

// Book is what is noted.
type Book struct {
	Told     [grant.NumDomains][grant.MaxHandles]Part // by handle
	Doing    [grant.NumCPUs]Doing
	Given    [grant.NumDomains][grant.MaxRefs]uint8 // the frame + 1 that a kernel has granted and not ended
	Copying  [grant.NumCPUs]Copying
	Uncopied bool // a copy was answered with success, and has not copied
	Service  [grant.MaxRefs]Service
	Fault    Fault
	Harm     Harm
}

// Pins counts who has a reference pinned, by kind: mappings, and what is between its
// first and its last section.
func (b *Book) Pins(s *grant.State, dom, ref uint8) (pins [grant.NumPins]uint8) {
	add := func(p Part) {
		if p.Dom != dom || p.Ref != ref || p.Gone() {
			return
		}
		ro := 0
		if !p.Writes() {
			ro = 1
		}
		if p.Host() {
			pins[grant.PinHostW+ro]++
		}
		if p.Device() {
			pins[grant.PinDevW+ro]++
		}
	}
	for d := range b.Told {
		for _, p := range b.Told[d] {
			add(p)
		}
	}
	for cpu := range b.Doing {
		d, t := &b.Doing[cpu], &s.Task[cpu]
		for i := range d.Elems {
			if d.counts(t, i) {
				add(d.Elem[i])
			}
		}
	}
	copyPins(s, dom, ref, &pins)
	return pins
}

// counts tells whether an element stands for pins now: a map's from M1 on, an
// unmap's until its own U4.
func (d *Doing) counts(t *grant.Task, i uint8) bool {
	if d.Map {
		return t.PC > grant.M1 && t.PC <= grant.MUnpin
	}
	return t.PC != grant.U4 || i >= t.At
}

// Holds counts what a CPU's call has of a frame in its own hands: general and typed
// references. A page-table entry that it has made has its own.
func (b *Book) Holds(cfg *grant.Config, s *grant.State, cpu, m uint8) (general, typed uint8) {
	d, t, mapper := &b.Doing[cpu], &s.Task[cpu], grant.DomainOf(cpu)
	if t.Work == grant.WorkCopy {
		return copyHolds(t, m)
	}
	for i := range d.Elems {
		p := d.Elem[i]
		if p.MFN != m || !d.counts(t, i) {
			continue
		}
		g, ty := uint8(0), uint8(0)
		switch {
		case d.Map:
			g, ty = d.mapHolds(cfg, s, mapper, t)
		default:
			g, ty = gntview.Holds(s, mapper, p.Dom, d.gone(cfg, s, mapper, i), false)
		}
		general, typed = general+g, typed+ty
	}
	return general, typed
}

// gone are the parts of an element of an unmap whose references it has to drop.
func (d *Doing) gone(cfg *grant.Config, s *grant.State, mapper, i uint8) uint8 {
	p := d.Elem[i]
	switch {
	case !gntview.Passes(s, mapper, p.Dom) || cfg.On[grant.AsIs1]:
		return p.Flags
	case d.Last[i]:
		return p.Flags | grant.DeviceMap
	}
	return p.Flags &^ grant.DeviceMap
}

// mapHolds is what a map has: one reference for the first pin, then one for each
// part. What is to be undone depends on how far it came, and is taken as it is.
func (d *Doing) mapHolds(cfg *grant.Config, s *grant.State, mapper uint8, t *grant.Task) (general, typed uint8) {
	p := d.Elem[0]
	switch t.PC {
	case grant.M2:
		if d.First {
			general = 1
		}
	case grant.M3, grant.M4, grant.M5:
		made := t.PC != grant.M3
		return gntview.Holds(s, mapper, p.Dom, p.For(cfg, s, mapper), made && !s.Dom[mapper].HVM)
	case grant.MUndo:
		if general, typed = t.Refs, t.Types; t.Host && !s.Dom[mapper].HVM {
			g, ty := gntview.Holds(s, mapper, p.Dom, p.Flags&^grant.DeviceMap, false)
			return general - g, typed - ty
		}
	}
	return general, typed
}
