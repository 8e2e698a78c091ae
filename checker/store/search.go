package store

// A Lookup is a state that is looked up together with others.
type Lookup struct {
	State
	At   uint32 // the number that it has, if it is stored
	Seen bool   // it is
}

// A Searcher looks states up for one goroutine, while another one adds.
type Searcher struct {
	touched uint64 // keeps the compiler from leaving out the touching
}

// Touch brings into the cache what it takes to find or add a state with that
// hash. Calls for many in a row wait for memory together.
func (t *Searcher) Touch(s *Store, hash uint64) { t.touched += s.table.touch(tagOf(hash)) }

// Search looks states up. It goes over them three times, so that they wait for
// memory together: for the table, for the records, and for what is left.
func (t *Searcher) Search(s *Store, all []Lookup) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range all {
		t.Touch(s, all[i].Hash)
	}
	for i := range all {
		l := &all[i]
		if l.Seen = false; len(l.Extra) == 0 {
			if l.At, l.Seen = s.table.first(tagOf(l.Hash)); l.Seen {
				t.touched += uint64(s.recs.at(l.At)[linkSize-1])
			}
		}
	}
	for i := range all {
		if l := &all[i]; l.Seen && !s.equal(l.At, l.Rec) {
			l.At, l.Seen = s.number(&l.State)
		}
	}
}
