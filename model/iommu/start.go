package iommu

import "hvcheck/model/page"

// Start describes the domains and devices as the toolstack has made them.
type Start struct {
	D0     uint8 // frames that the hardware domain owns
	D1, D2 Made
	Dev    [MaxDevs]MadeDev
}

// Made is how a guest is made.
type Made struct {
	Absent bool
	PV     bool
	Shared bool  // hap_pt_share
	IOMMU  bool  // is_iommu_enabled(), without a device
	Own    uint8 // frames that it owns, at its first gfns
	Spare  uint8 // pages that it may have more
	Heap   bool  // its first page is of Xen's heap
	Super  bool  // the first two are one superpage
	Over   bool  // it has a page more than it may have
	MMIO   bool  // a device's memory is at gfn 2
}

// MadeDev is how a device is made.
type MadeDev struct {
	There   bool
	Owner   uint8
	NoATS   bool
	Phantom bool
	RMRR    bool
	IOMMU   uint8
}

// New builds the state, and the pool of pages.
func New(cfg *Config, start *Start) (s State, pool page.Pool) {
	for m := range s.Frame {
		s.Frame[m].Owner = NoDomain
	}
	next := uint8(0)
	s.Dom[D0] = Domain{On: true, Tot: start.D0, Max: start.D0}
	s.Dom[DIO] = Domain{On: true}
	for range start.D0 {
		s.give(&pool, D0, next)
		next++
	}
	guests := [...]*Made{D1: &start.D1, D2: &start.D2}
	for d := D1; d <= D2; d++ {
		if made := guests[d]; made.Absent {
			s.Dom[d].Life = Dead
		} else {
			s.Dom[d] = Domain{On: made.IOMMU, HVM: !made.PV, Shared: made.Shared, Sync: !made.Shared, Max: made.Own + made.Spare}
		}
	}
	for _, dev := range start.Dev {
		if dev.There && dev.Owner < DIO {
			s.Dom[dev.Owner].On = true
		}
	}
	for d := uint8(D1); d <= D2; d++ {
		made := guests[d]
		for g := range made.Own {
			s.give(&pool, d, next)
			s.own(d, g, next, made.Super && g < 2)
			s.Frame[next].XenHeap = made.Heap && g == 0
			if made.PV {
				pool.Pages[next].Type, pool.Pages[next].Validated = page.Writable, true
			}
			next++
		}
		if made.Over {
			s.Dom[d].Max--
		}
		if made.MMIO {
			s.mmio(d)
		}
	}
	for v := range start.Dev {
		made := start.Dev[v]
		made.NoATS = made.NoATS || cfg.NoATS
		s.attach(uint8(v), &made)
	}
	s.marks(cfg, &pool)
	return s, pool
}

// give makes a page of the heap one of a domain.
func (s *State) give(pool *page.Pool, d, m uint8) {
	pool.Pages[m] = page.Page{Owned: true, Allocated: true, Count: 1, Type: page.None}
	s.Frame[m] = Frame{Owner: d}
	if d != D0 {
		s.Dom[d].Tot++
	}
}

// own puts a page where a guest has it.
func (s *State) own(d, g, m uint8, super bool) {
	dom := &s.Dom[d]
	e := To(m, Readable|Writable)
	if super {
		e |= Super
	}
	if !dom.HVM {
		if dom.On { // its pages get there when they become writable
			s.IOPT[d][m], s.Mem[d][m] = e, e
		}
		return
	}
	dom.P2M[g] = P2M{RAM, m}
	s.Frame[m].GFN = g + 1
	if dom.On {
		s.IOPT[d][g], s.Mem[d][g] = e, e
	}
}

// mmio makes a device's memory be in a guest. It is no page of the pool.
func (s *State) mmio(d uint8) {
	const g = RMRR - 1
	s.Dom[d].P2M[g] = P2M{Type: MMIODirect}
	if s.Dom[d].On {
		s.IOPT[d][g] = Firmware | Readable | Writable
		s.Mem[d][g] = s.IOPT[d][g]
	}
}

// attach makes a device somebody's.
func (s *State) attach(v uint8, made *MadeDev) {
	if !made.There {
		return
	}
	dev := &s.Dev[v]
	*dev = Device{Owner: made.Owner, There: true, IOMMU: made.IOMMU, CanATS: !made.NoATS, ATS: !made.NoATS, Phantom: made.Phantom, RMRR: made.RMRR}
	if made.RMRR {
		for _, t := range []uint8{T0, TableOf(made.Owner, v)} {
			s.setFirmware(t)
		}
	}
	ctx := Ctx{Type: MultiLevel, Table: TableOf(made.Owner, v), DID: s.FindDID(made.IOMMU, DomidOf(made.Owner, v))}
	if ctx.DID == MaxDIDs {
		ctx.DID = s.FreeDID(made.IOMMU, MaxDIDs)
		s.DIDs[made.IOMMU][ctx.DID] = DomidOf(made.Owner, v) + 1
	}
	switch {
	case made.Owner == D0:
		ctx.Type = PassThrough
	case !made.NoATS:
		ctx.Type = DevIOTLB
	}
	s.Ctx[v] = ctx
	if made.Phantom {
		s.Ctx[Phantom] = ctx
	}
	s.Dom[made.Owner].ATS = s.Dom[made.Owner].ATS || dev.ATS
}

func (s *State) setFirmware(t uint8) {
	s.IOPT[t][RMRR] = Firmware | Readable | Writable
	if (t == T1 || t == T2) && s.Dom[t].HVM {
		s.Dom[t].P2M[RMRR] = P2M{Type: MMIODirect}
	}
	s.Mem[t][RMRR] = s.IOPT[t][RMRR]
}

// marks has tables hold references, or pages be marked, where the design does so.
func (s *State) marks(cfg *Config, pool *page.Pool) {
	for t := range s.IOPT {
		for _, e := range s.IOPT[t] {
			if e.Pooled() && cfg.Flushing == V5 {
				s.Frame[e.Frame()].DevRefs++
				pool.Pages[e.Frame()].Count++
			}
		}
	}
	for m := range s.Frame {
		f := &s.Frame[m]
		f.Marked = cfg.Flushing == V6 && f.Owner < NoDomain && s.Dom[f.Owner].ATS && !f.XenHeap
	}
}
