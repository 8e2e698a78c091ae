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
