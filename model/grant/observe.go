package grant

import "hvcheck/model/page"

// Event is something that an operation did and that no field of a State tells.
type Event struct {
	Kind  EventKind
	Dom   uint8 // who did it
	Frame uint8 // to which frame
	Ref   uint8
	Tag   Tag // what was read or written
}

// EventKind says what was done.
type EventKind uint8

// The kinds.
const (
	Looked   EventKind = iota // Xen looked whether it is to be preempted
	Loads                     // a load of a CPU or a device
	Stores                    // a store
	Faults                    // an access that no mapping allows
	Answers                   // a map tells its handle, Ref, and its bus address, Frame
	Copies                    // a store of GNTTABOP_copy
	Unmaps                    // a driver has unmapped a handle, Ref
	Releases                  // destruction has released a handle
)

// note adds to what the operation did.
func (c *Call) note(e Event) { c.Seen = append(c.Seen, e) }

// Needs is what the parts of a mapping hold: general references, and typed ones. The
// host part of a translated granter's page counts as no writable use, unless the
// mapper is that domain. host leaves out what a PV mapper's entry holds itself.
func (s *State) Needs(mapper, granter, flags uint8, host bool) (general, typed uint8) {
	writes := flags&MapReadonly == 0
	if flags&DeviceMap != 0 {
		general++
		if writes {
			typed++
		}
	}
	if flags&HostMap != 0 && host {
		general++
		if writes && (mapper == granter || granter < NumDomains && !s.Dom[granter].HVM) {
			typed++
		}
	}
	return general, typed
}

// Reached tells whether a mapper's devices have the use of whatever it maps of a
// granter's.
func (s *State) Reached(mapper, granter uint8) bool {
	return mapper != granter && s.Dom[mapper].needsIOMMU()
}

// Reaches tells whether a domain has a way to a frame, and whether to write it: by
// its tables, by what its CPUs have cached, or by its devices.
func (d *Domain) Reaches(m uint8) (reads, writes bool) {
	for i := range uint8(MaxGfns) {
		if d.Life >= Dying {
			break // its CPUs are paused for ever
		}
		for _, e := range [2]page.Entry{d.Entry(i), d.TLB[i]} {
			if e.Present() && e.Frame() == m {
				reads, writes = true, writes || e.Kind() == page.RW
			}
		}
	}
	return reads || d.IOPT[m] != NoDMA, writes || d.IOPT[m] == WriteDMA
}

// FrameOf is the frame that a domain knows by a number, if that is memory.
func (s *State) FrameOf(d, gfn uint8) (m uint8, is bool) {
	dom := &s.Dom[d]
	if !dom.HVM {
		return gfn, gfn < MaxFrames
	}
	if gfn >= MaxGfns || dom.P2M[gfn].Type != P2MRAM && dom.P2M[gfn].Type != P2MPaged {
		return 0, false
	}
	return dom.P2M[gfn].MFN, true
}
