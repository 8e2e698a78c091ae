package iommu

// FindDID is the DID of a domid on an IOMMU, or MaxDIDs.
func (s *State) FindDID(i, domid uint8) uint8 {
	for did, of := range s.DIDs[i] {
		if of == domid+1 {
			return uint8(did)
		}
	}
	return MaxDIDs
}

// FreeDID is a DID below n that is nobody's, or MaxDIDs.
func (s *State) FreeDID(i, n uint8) uint8 {
	for did := range n {
		if s.DIDs[i][did] == 0 {
			return did
		}
	}
	return MaxDIDs
}

// Free tells whether a frame is in the heap.
func (s *State) Free(m uint8) bool { return s.Frame[m].Owner == NoDomain }

// OwnerOf is the domain whose context entry has a DID on an IOMMU, or that it was
// given to: NoDomain if nobody has it.
func (s *State) OwnerOf(i, did uint8) uint8 {
	switch domid := s.DIDs[i][did]; {
	case domid == 0:
		return NoDomain
	case domid > Pseudo:
		return DIO
	default:
		return domid - 1
	}
}

// Cached calls f for each translation that is cached: by an IOMMU, with the domain that
// has its DID, or by a device, with its owner; until f says no.
func (s *State) Cached(f func(d, table, dfn uint8, e Entry) bool) {
	for i := range uint8(MaxIOMMUs) {
		for did := range uint8(MaxDIDs) {
			domid := s.DIDs[i][did]
			for g, e := range s.IOTLB[i][did] {
				if e.Present() && !f(s.OwnerOf(i, did), tableOfDomid(domid), uint8(g), e) {
					return
				}
			}
		}
	}
	for v := range uint8(MaxDevs) {
		for g, e := range s.DevTLB[v] {
			if e.Present() && !f(s.Dev[v].Owner, s.Ctx[v].Table, uint8(g), e) {
				return
			}
		}
	}
}

// tableOfDomid is the table that a domid stands for, or NumTables.
func tableOfDomid(domid uint8) uint8 {
	switch {
	case domid == 0:
		return NumTables
	case domid > Pseudo:
		return TQ + domid - Pseudo - 1
	}
	return domid - 1
}

// Sees is what an IOMMU finds in memory for a dfn.
func (s *State) Sees(cfg *Config, t, dfn uint8) Entry {
	if cfg.NonCoherent {
		return s.Mem[t][dfn]
	}
	return s.IOPT[t][dfn]
}

// At is a table's entry for a dfn; none beyond the gfns that there are.
func (s *State) At(t, dfn uint8) Entry {
	if dfn >= MaxGfns {
		return 0
	}
	return s.IOPT[t][dfn]
}

// Outstanding counts the completions that an IOMMU is still to make.
func (s *State) Outstanding(i uint8) (n uint8) {
	q := &s.Queue[i]
	for k := range q.N {
		if q.D[k].Op == DescIRQ {
			n++
		}
	}
	return n
}

// NextTask finds a CPU whose work has to go on before others can: first one that holds
// a p2m lock.
func (s *State) NextTask() (cpu uint8, busy bool) {
	for d := range s.Dom {
		if l := s.Dom[d].Lock; l != 0 {
			return l - 1, true
		}
	}
	for cpu := range uint8(NumCPUs) {
		if s.Task[cpu].Busy() {
			return cpu, true
		}
	}
	return 0, false
}

// Quiet tells whether no CPU is in the middle of anything, and nothing is queued or
// waits to be released.
func (s *State) Quiet() bool {
	for cpu := range s.Task {
		if s.Task[cpu].Busy() {
			return false
		}
	}
	for i := range s.Queue {
		if s.Queue[i].N > 0 || s.IRQ[i] {
			return false
		}
	}
	return s.Held[0].Kind == NotHeld
}
