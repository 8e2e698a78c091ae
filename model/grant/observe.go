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
	Untracks                  // the IOMMU's tables were to be changed for a mapping that is gone, and could not
)

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
	return mapper != granter && s.Dom[mapper].NeedsIOMMU()
}

// Entry is what a CPU of a domain finds where it maps: of a translated domain, what
// its p2m says.
func (d *Domain) Entry(place uint8) page.Entry {
	if !d.HVM {
		if place >= MaxSlots {
			return 0
		}
		return d.PTE[place]
	}
	switch e := d.P2M[place]; e.Type {
	case P2MRAM, P2MGrantRW, P2MForeign:
		return page.To(e.MFN, page.RW)
	case P2MGrantRO:
		return page.To(e.MFN, page.RO)
	}
	return 0
}

// Looking tells whether another CPU is in the middle of the section that pins an entry of a
// domain's, with the entry's lock; here that keeps the whole table.
func (s *State) Looking(d, cpu uint8) bool {
	for i := range s.Task {
		if t := &s.Task[i]; uint8(i) != cpu && t.Work == WorkMap && t.Dom == d && (t.PC == MSet || t.PC == MFrame) {
			return true
		}
	}
	return false
}

// ReleaseWaits tells whether a domain has mappings by grants of another one whose table
// is locked.
func (s *State) ReleaseWaits(dom uint8) bool {
	for i := range s.Dom[dom].Track.Entry {
		e := &s.Dom[dom].Track.Entry[i]
		if e.Flags != 0 && s.Found(e.Domid) && s.Dom[e.Domid].Table.Writer != 0 {
			return true
		}
	}
	return false
}

// DriverAt tells whether the driver has something mapped at a slot.
func (s *State) DriverAt(slot uint8) bool {
	for i := range s.Driver {
		if d := &s.Driver[i]; d.State != DriverOff && (d.Slot == slot || d.Second == slot+1) {
			return true
		}
	}
	return false
}

// Found tells the same.
func (s *State) Found(d uint8) bool {
	return d < NumDomains && (s.Dom[d].Life != Dead || s.Dom[d].Tot > 0 || d == DomF && s.Kernel.ShinfoMFN != 0)
}

// IsShinfo tells whether a frame is F's shared_info: a page of Xen's heap that Xen shares
// with F (share_xen_page_with_guest()), and that is F's for whoever asks for the owner.
func (s *State) IsShinfo(m uint8) bool { return s.Kernel.ShinfoMFN == m+1 }

// Word is where the status of a reference is kept in a layout.
func (t *Table) Word(ver, r uint8) *uint8 {
	if ver == 1 {
		return &t.Entry[r].Flags
	}
	return &t.Status[r]
}

// Entries is how many references a domain's table has.
func (s *State) Entries(d uint8) uint8 { return s.Dom[d].Table.Entries() }

// Entries is nr_grant_entries(): the last reference is beyond a single frame of the
// layout of version 2.
func (t *Table) Entries() uint8 {
	if t.Ver == 2 {
		return min(t.Frames*High, MaxRefs)
	}
	return MaxRefs
}

// NeedsIOMMU is gnttab_need_iommu_mapping().
func (d *Domain) NeedsIOMMU() bool { return d.Sync && !d.HVM }

// Grants tells whether there is a mapping of a frame at a place, by a grant.
func (d *Domain) Grants(place, m uint8) bool {
	e := d.Entry(place)
	return e.Present() && e.Frame() == m && (!d.HVM || d.P2M[place].Type != P2MRAM)
}

// InFlight tells whether a call is in progress that has something of a grant, which a
// revocation has to wait for: it could not take it away.
func (s *State) InFlight() bool {
	for i := range s.Task {
		t := &s.Task[i]
		switch t.Work {
		case WorkMap, WorkTransfer:
			if t.PC != Next {
				return true
			}
		case WorkUnmap, WorkReplace:
			if t.PC != Next || t.Elems > 0 {
				return true
			}
		case WorkCopy:
			if t.PC != Next || t.Held() != 0 {
				return true
			}
		}
	}
	return false
}
