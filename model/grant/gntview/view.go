package gntview

import (
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// NextTask finds the CPU whose work has to go on before others can: first those that
// hold a lock, and that of the p2m before that of a table.
func NextTask(s *grant.State) (cpu uint8, busy bool) {
	if s.Stopped() {
		return 0, false
	}
	for i := range s.Dom {
		if d := &s.Dom[i]; d.P2MLock != 0 { // which is taken last
			return d.P2MLock - 1, true
		} else if d.Table.Writer != 0 {
			return d.Table.Writer - 1, true
		}
	}
	for i := range s.Task { // and that of an entry
		if pc := s.Task[i].PC; pc == grant.MSet || pc == grant.MFrame {
			return uint8(i), true
		}
	}
	for i := range s.Task {
		if s.Task[i].Busy() {
			return uint8(i), true
		}
	}
	return 0, false
}

// FrameOf is the frame that a domain knows by a number, if that is memory.
func FrameOf(s *grant.State, d, gfn uint8) (m uint8, is bool) {
	dom := &s.Dom[d]
	if !dom.HVM {
		return gfn, gfn < grant.MaxFrames
	}
	if gfn >= grant.MaxGfns || dom.P2M[gfn].Type != grant.P2MRAM && dom.P2M[gfn].Type != grant.P2MPaged {
		return 0, false
	}
	return dom.P2M[gfn].MFN, true
}

// Uses tells whether the kernel that runs in F takes a frame to be memory of its own.
func Uses(s *grant.State, m uint8) bool {
	d, k := &s.Dom[grant.DomF], &s.Kernel
	if !d.HVM {
		return s.Owner[m] == grant.DomF && (!k.Crash || k.Kept == m+1)
	}
	for g, e := range d.P2M {
		if e == (grant.P2M{Type: grant.P2MRAM, MFN: m}) && (!k.Crash || k.Kept == uint8(g)+1) {
			return true
		}
	}
	return false
}

// Reaches tells whether a domain has a way to a frame, and whether to write it: by
// its tables, by what its CPUs have cached, or by its devices.
func Reaches(d *grant.Domain, m uint8) (reads, writes bool) {
	for i := range uint8(grant.MaxGfns) {
		if d.Life >= grant.Dying {
			break // its CPUs are paused for ever
		}
		for _, e := range [2]page.Entry{d.Entry(i), d.TLB[i]} {
			if e.Present() && e.Frame() == m {
				reads, writes = true, writes || e.Kind() == page.RW
			}
		}
	}
	return reads || d.IOPT[m] != grant.NoDMA, writes || d.IOPT[m] == grant.WriteDMA
}

// What follows says of a State what rules find for themselves, in another way: who judges
// a rule must not ask it.

// There tells whether a domain can be named: until it is dead, and nobody has a page of its.
func There(s *grant.State, d uint8) bool {
	return d < grant.NumDomains && !(s.Dom[d].Life == grant.Dead && s.Dom[d].Tot == 0 && (d != grant.DomF || s.Kernel.ShinfoMFN == 0))
}

// Size is how many references a domain's table has: each frame holds one entry more in
// version 1 than in version 2.
func Size(s *grant.State, d uint8) uint8 {
	switch t := &s.Dom[d].Table; {
	case t.Ver != 2:
		return grant.MaxRefs
	case t.Frames == 0:
		return 0
	case t.Frames == 1:
		return grant.High
	}
	return grant.MaxRefs
}

// Passes tells whether what a domain maps of another's is passed on to its devices.
func Passes(s *grant.State, mapper, granter uint8) bool {
	d := &s.Dom[mapper]
	return d.Sync && !d.HVM && granter != mapper
}

// Holds are the references of a mapping's parts, general and typed: each part has one of
// either kind, typed ones only where it writes. The host's part has none where a PV mapper's
// page-table entry has them (entry), and no typed one of another, translated domain's page.
func Holds(s *grant.State, mapper, granter, flags uint8, entry bool) (general, typed uint8) {
	host, device := flags&grant.HostMap != 0 && !entry, flags&grant.DeviceMap != 0
	foreign := granter != mapper && (granter >= grant.NumDomains || s.Dom[granter].HVM)
	for _, part := range []struct{ is, counts bool }{{device, true}, {host, !foreign}} {
		if part.is {
			general++
		}
		if part.is && part.counts && flags&grant.MapReadonly == 0 {
			typed++
		}
	}
	return general, typed
}

// Stays tells whether a page cannot become what it is not, or is used as something else:
// it would have to go into the IOMMU's tables of its owner, or to leave them.
func Stays(s *grant.State, p *page.Page, m uint8, wanted page.Type) bool {
	if p.Type == wanted || p.TCount > 0 {
		return p.Type != wanted
	}
	owner := s.Owner[m]
	return s.NoIOMMU && (p.Type == page.Writable || wanted == page.Writable) && owner < grant.NumDomains && s.Dom[owner].Sync && !s.Dom[owner].HVM
}

// Pinning tells whether a CPU other than one holds the lock of an entry of a domain's.
func Pinning(s *grant.State, d, cpu uint8) bool {
	for i, t := range s.Task {
		if uint8(i) == cpu || t.Dom != d {
			continue
		}
		if t.PC == grant.MSet || t.PC == grant.MFrame {
			return true
		}
	}
	return false
}

// Serves tells whether the driver has a mapping at a slot.
func Serves(s *grant.State, slot uint8) bool {
	for _, d := range s.Driver {
		first := d.State != grant.DriverOff && d.Slot == slot
		if first || d.Second != 0 && d.Second-1 == slot {
			return true
		}
	}
	return false
}

// KeptOut tells whether the release of some handle of a domain has to wait for a lock.
func KeptOut(s *grant.State, dom uint8) bool {
	for _, e := range s.Dom[dom].Track.Entry {
		if e.Flags != 0 && There(s, e.Domid) && s.Dom[e.Domid].Table.Writer != 0 {
			return true
		}
	}
	return false
}

// Unsettled tells whether some call has something of a grant, or is about to have it.
func Unsettled(s *grant.State) bool {
	for i := range s.Task {
		t := &s.Task[i]
		between := t.PC == grant.Next
		switch t.Work {
		case grant.WorkMap, grant.WorkTransfer:
			if !between {
				return true
			}
		case grant.WorkUnmap, grant.WorkReplace:
			if !between || t.Elems != 0 {
				return true
			}
		case grant.WorkCopy:
			if !between || (t.Src.Flags|t.Dst.Flags)&(grant.HaveGrant|grant.HaveType|grant.HavePage) != 0 {
				return true
			}
		}
	}
	return false
}
