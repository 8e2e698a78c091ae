// Package gntview is about grant tables from outside of their rules: how domains
// begin, and what somebody sees who looks at a State. No rule asks it.
package gntview

import (
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// New builds the state of the domains, and the pool of pages.
func New(cfg *grant.Config, start *grant.Start) (s grant.State, pool page.Pool) {
	for m := range s.Owner {
		s.Owner[m] = grant.NoDomain
	}
	next := uint8(0)
	for d, made := range []*grant.Made{&start.F, &start.B, &start.C} {
		dom := &s.Dom[d]
		if made.Absent {
			dom.Life = grant.Dead
			continue
		}
		build(dom, made)
		for i := range made.Own {
			give(&pool, &s, uint8(d), next)
			if dom.HVM {
				dom.P2M[firstGfn(uint8(d))+i] = grant.P2M{Type: grant.P2MRAM, MFN: next}
			}
			next++
		}
		dom.Max = dom.Tot + made.Spare
	}
	s.Kernel.Kept, s.NoHeap, s.NoIOMMU = start.Kept, start.NoHeap, start.NoIOMMU
	s.Kernel.Layout = s.Dom[grant.DomF].Table.Ver
	for i := range s.TFrame {
		if f := &s.TFrame[i]; exists(&s.Dom[grant.DomF].Table, uint8(i)) {
			*f = grant.TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
	return s, pool
}

// build sets a domain up, without pages.
func build(dom *grant.Domain, m *grant.Made) {
	dom.HVM, dom.Sync, dom.Priv = m.HVM, m.Sync, m.Priv
	dom.Table = grant.Table{Ver: max(m.Ver, 1), MaxVer: m.MaxVer, Frames: 1, MaxFrames: max(m.Tables, 1)}
	if m.MaxVer == 0 {
		dom.Table.MaxVer = 2
	}
	if m.Ver == 2 {
		dom.Table.StatusFrames = 1
	}
	for r := range dom.Table.Act {
		dom.Table.Act[r] = grant.Stale
	}
}

// exists tells whether a table has a frame of that number.
func exists(t *grant.Table, i uint8) bool {
	if i < grant.FirstStatus {
		return i < t.Frames
	}
	return i-grant.FirstStatus < t.StatusFrames
}

// firstGfn is where a translated domain has its memory at the start. Those of B and
// C begin with gfns that are empty, for mappings.
func firstGfn(d uint8) uint8 {
	if d == grant.DomF {
		return 0
	}
	return grant.MaxSlots
}

// give makes a page of the heap one of a domain.
func give(pool *page.Pool, s *grant.State, d, m uint8) {
	pool.Pages[m] = page.Page{Owned: true, Allocated: true, Count: 1, Type: page.Writable}
	s.Owner[m] = d
	dom := &s.Dom[d]
	dom.Tot++
	if dom.Sync && !dom.HVM {
		dom.IOPT[m] = grant.WriteDMA
	}
}
