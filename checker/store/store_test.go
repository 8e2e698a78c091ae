package store

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// newTestStore holds states of the length of base.
func newTestStore(t *testing.T, base []byte) *Store {
	t.Helper()
	s, err := New(base, []Span{{0, len(base)}}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Free)
	return s
}

// put adds a state by the number of the state before it.
func (s *Store) putTest(state []byte) (isNew bool) {
	n := s.Len()
	s.Add(s.packedAlone(state), n-1, uint16(n))
	return s.Len() > n
}

// packedAlone is a state with no more of its record than is in use.
func (p *Packer) packedAlone(state []byte) State {
	s := State{Rec: p.Buffer()}
	p.Pack(&s, nil, 0, p.base, state)
	s.Rec = s.Rec[:p.Words()]
	return s
}

// stateOf is state i as it comes out of the store.
func (s *Store) stateOf(i uint32) []byte {
	state, rec := make([]byte, len(s.base)), s.Buffer()
	s.Load(rec, i)
	s.Unpack(state, rec, nil)
	return state
}

// TestLateColumns: bits that begin to differ late get columns late, records of
// every width stay readable, and a state from before is still the same state.
func TestLateColumns(t *testing.T) {
	for _, size := range []int{1, 7, 8, 9, 250} {
		base := bytes.Repeat([]byte{0x5a}, size)
		s := newTestStore(t, base)
		var states [][]byte
		r := rand.New(rand.NewPCG(1, uint64(size)))
		for known := 0; known < size; known++ {
			for range 20 {
				state := bytes.Clone(base)
				state[r.IntN(known+1)] ^= 1 << r.IntN(8)
				state[r.IntN(known+1)] ^= 1 << r.IntN(8)
				isNew := true
				for _, old := range states {
					isNew = isNew && !bytes.Equal(old, state)
				}
				if s.putTest(state) != isNew {
					t.Fatalf("size %d: state %x is new: %v, want %v", size, state, !isNew, isNew)
				}
				if isNew {
					states = append(states, state)
				}
			}
		}
		for i, want := range states {
			if got := s.stateOf(uint32(i)); !bytes.Equal(got, want) {
				t.Fatalf("size %d: state %d is %x, want %x", size, i, got, want)
			}
			if s.putTest(want) {
				t.Fatalf("size %d: state %d is new again", size, i)
			}
			if i > 0 {
				if parent, op := s.Link(uint32(i)); parent != uint32(i-1) || op != uint16(i) {
					t.Fatalf("size %d: state %d comes from %d by %d", size, i, parent, op)
				}
			}
		}
		if size > 1 && len(s.recs.epochs) < 2 {
			t.Errorf("size %d: all records have one width", size)
		}
	}
}

// TestSameHash: the hash finds, equality decides.
func TestSameHash(t *testing.T) {
	const n = 1000
	s := newTestStore(t, make([]byte, 2))
	state := func(k int) State {
		p := s.packedAlone([]byte{byte(k), byte(k >> 8)})
		p.Hash = 7
		return p
	}
	for i := range n {
		s.Add(state(i), NoParent, 0)
		s.Add(state(i/2), NoParent, 0)
	}
	if s.Len() != n {
		t.Errorf("%d states, want %d", s.Len(), n)
	}
	all := make([]Lookup, 2*n)
	for i := range all {
		all[i] = Lookup{State: state(i), Seen: true}
		all[i].Rec = append(all[i].Rec, make([]byte, 8)...)
	}
	new(Searcher).Search(s, all)
	for i := range all {
		if l := &all[i]; l.Seen != (i < n) || l.Seen && l.At != uint32(i) {
			t.Fatalf("state %d is stored: %v, as %d", i, l.Seen, l.At)
		}
		if at, stored := s.Number(&all[i].State); stored != (i < n) || stored && at != uint32(i) {
			t.Fatalf("state %d has the number %d: %v", i, at, stored)
		}
	}
}

// TestHashByDifference: the hash of a state does not depend on where one comes
// from, packing by differences gives the record of the state, and what is
// outside of the spans counts for nothing.
func TestHashByDifference(t *testing.T) {
	for _, spans := range [][]Span{{{0, 13}}, {{0, 108}}, {{8, 16}}, {{8, 56}, {64, 72}, {80, 108}}} {
		r := rand.New(rand.NewPCG(1, 2))
		size := max(13, spans[len(spans)-1].To)
		p := newPacker(make([]byte, size), spans)
		a, from, to := make([]byte, size), State{Rec: p.Buffer()}, State{Rec: p.Buffer()}
		for range 1000 {
			in := spans[r.IntN(len(spans))]
			b := bytes.Clone(a)
			b[in.From+r.IntN(in.To-in.From)] ^= byte(r.Uint32())
			late := p.packedAlone(b)
			out := make([]byte, size)
			if h := p.Unpack(out, late.Rec, late.Extra); h != late.Hash || !bytes.Equal(out, b) {
				t.Fatalf("%v: unpacked %x with hash %x, want %x with %x", spans, out, h, b, late.Hash)
			}
			for _, bit := range late.Extra {
				p.learn(bit)
			}
			p.Pack(&to, from.Rec, from.Hash, a, b)
			direct := p.packedAlone(b)
			if direct.Hash != to.Hash || to.Hash != late.Hash || len(to.Extra)+len(direct.Extra) > 0 || !bytes.Equal(direct.Rec, to.Rec[:len(direct.Rec)]) {
				t.Fatalf("%v: %+v, want %+v", spans, to, direct)
			}
			if h := p.Unpack(out, to.Rec, nil); h != to.Hash || !bytes.Equal(out, b) {
				t.Fatalf("%v: unpacked %x with hash %x, want %x with %x", spans, out, h, b, to.Hash)
			}
			from, to = to, from
			a = b
		}
	}
}

// TestRecordChunks fills several chunks with records of changing width.
func TestRecordChunks(t *testing.T) {
	var r records
	defer r.free()
	widths := []int{5000, 5001, 8000, 8100, 8197}
	const per = 3000
	for k := range uint32(len(widths) * per) {
		w := widths[k/per]
		if !r.ready(w) {
			if err := r.extend(w); err != nil {
				t.Fatal(err)
			}
		}
		rec := r.add()
		rec[0], rec[1], rec[w-1] = byte(k), byte(k>>8), byte(k>>4)
	}
	for k := range r.n {
		rec := r.at(k)
		w := widths[k/per]
		if len(rec) != w || rec[0] != byte(k) || rec[1] != byte(k>>8) || rec[w-1] != byte(k>>4) {
			t.Fatalf("record %d of %d bytes is not what was written, %d bytes", k, len(rec), w)
		}
	}
	if len(r.chunks) < 3 || len(r.epochs) != len(widths) {
		t.Errorf("%d chunks, %d epochs", len(r.chunks), len(r.epochs))
	}
}

func TestTable(t *testing.T) {
	var tab table
	defer tab.release()
	const n = 20_000
	tag := func(i uint32) uint32 { return tagOf(uint64(i) / 2) } // two by two the same
	for i := range uint32(n) {
		if tab.full() {
			if err := tab.grow(); err != nil {
				t.Fatal(err)
			}
		}
		_, slot, found := tab.find(tag(i), func(k uint32) bool { return k == i })
		if found {
			t.Fatalf("%d is there already", i)
		}
		tab.put(slot, i, tag(i))
	}
	for i := range uint32(n) {
		if k, _, found := tab.find(tag(i), func(k uint32) bool { return k == i }); !found || k != i {
			t.Fatalf("%d is not found", i)
		}
	}
}
