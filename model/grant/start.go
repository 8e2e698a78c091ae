package grant

import "hvcheck/model/page"

// Start describes the domains as the toolstack has made them.
type Start struct {
	F, B, C Made
	NoHeap  bool  // Xen's heap is empty
	NoIOMMU bool  // the IOMMU's tables cannot be changed
	Kept    uint8 // F's gfn + 1 that is reserved for the kernel of a crash
}

// Made is how one domain is made.
type Made struct {
	Absent bool // there is no such domain
	HVM    bool
	Sync   bool  // it has a device, behind an IOMMU whose tables are its own
	Priv   bool  // it may map others' pages by mmu_update
	Own    uint8 // frames that it owns; they come in the order of domains
	Spare  uint8 // pages that it may have more
	Ver    uint8 // of its grant table; 0 is version 1
	MaxVer uint8 // 0 is 2
	Tables uint8 // max_grant_frames; 0 is 1
}

// New builds the state of the domains, and the pool of pages.
func New(cfg *Config, start *Start) (s State, pool page.Pool) {
	for m := range s.Owner {
		s.Owner[m] = NoDomain
	}
	next := uint8(0)
	for d, made := range []*Made{&start.F, &start.B, &start.C} {
		dom := &s.Dom[d]
		if made.Absent {
			dom.Life = Dead
			continue
		}
		s.make(uint8(d), made)
		for i := range made.Own {
			give(&pool, &s, uint8(d), next)
			if dom.HVM {
				dom.P2M[firstGfn(uint8(d))+i] = P2M{P2MRAM, next}
			}
			next++
		}
		dom.Max = dom.Tot + made.Spare
	}
	s.Kernel.Kept, s.NoHeap, s.NoIOMMU = start.Kept, start.NoHeap, start.NoIOMMU
	s.Kernel.Layout = s.Dom[DomF].Table.Ver
	for i := range s.TFrame {
		if f := &s.TFrame[i]; s.exists(uint8(i)) {
			*f = TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
	return s, pool
}

// make sets a domain up, without pages.
func (s *State) make(d uint8, m *Made) {
	dom := &s.Dom[d]
	dom.HVM, dom.Sync, dom.Priv = m.HVM, m.Sync, m.Priv
	dom.Table = Table{Ver: max(m.Ver, 1), MaxVer: m.MaxVer, Frames: 1, MaxFrames: max(m.Tables, 1)}
	if m.MaxVer == 0 {
		dom.Table.MaxVer = 2
	}
	if m.Ver == 2 {
		dom.Table.StatusFrames = 1
	}
	for r := range dom.Table.Act {
		dom.Table.Act[r] = Stale
	}
}

// exists tells whether F has a table frame of that number.
func (s *State) exists(i uint8) bool {
	t := &s.Dom[DomF].Table
	if i < FirstStatus {
		return i < t.Frames
	}
	return i-FirstStatus < t.StatusFrames
}

// firstGfn is where a translated domain has its memory at the start. Those of B and
// C begin with gfns that are empty, for mappings.
func firstGfn(d uint8) uint8 {
	if d == DomF {
		return 0
	}
	return MaxSlots
}

// give makes a page of the heap one of a domain.
func give(pool *page.Pool, s *State, d, m uint8) {
	pool.Pages[m] = page.Page{Owned: true, Allocated: true, Count: 1, Type: page.Writable}
	s.Owner[m] = d
	dom := &s.Dom[d]
	dom.Tot++
	if dom.Sync && !dom.HVM {
		dom.IOPT[m] = WriteDMA
	}
}

// Stale is what an active entry without pins is left at: nobody must look. The frame
// is one that no scenario has.
var Stale = Active{Domid: NoDomain, MFN: MaxFrames - 1}

// NextTask finds the CPU whose work has to go on before others can: first those that
// hold a lock, and that of the p2m before that of a table.
func (s *State) NextTask() (cpu uint8, busy bool) {
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
		if pc := s.Task[i].PC; pc == MSet || pc == MFrame {
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
