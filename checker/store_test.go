package checker

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// newTestStore holds states of the length of base.
func newTestStore(t *testing.T, base []byte) *store {
	t.Helper()
	s, err := newStore(base, limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.free)
	return s
}

// put adds a state by the number of the state before it.
func (s *store) putTest(state []byte) (isNew bool) {
	n := s.len()
	hash, _ := s.pack.change(s.pack.buffer(), 0, s.pack.base, state)
	s.add(state, hash, n-1, uint16(n))
	return s.len() > n
}

// stateOf is state i as it comes out of the store.
func (s *store) stateOf(i uint32) []byte {
	state, rec := make([]byte, len(s.pack.base)), s.pack.buffer()
	s.load(rec, i)
	s.pack.unpack(state, rec)
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
				if parent, op := s.link(uint32(i)); parent != uint32(i-1) || op != uint16(i) {
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
	s := newTestStore(t, make([]byte, 2))
	for i := range 1000 {
		s.add([]byte{byte(i), byte(i >> 8)}, 7, noParent, 0)
		s.add([]byte{byte(i / 2), byte(i / 2 >> 8)}, 7, noParent, 0)
	}
	if s.len() != 1000 {
		t.Errorf("%d states, want 1000", s.len())
	}
}

// TestHashByDifference: the hash of a state does not depend on where one comes
// from, and packing by differences gives the record of the state.
func TestHashByDifference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPacker(make([]byte, 13))
	a, rec, hash := make([]byte, 13), p.buffer(), uint64(0)
	for range 1000 {
		b := bytes.Clone(a)
		b[r.IntN(13)] ^= byte(r.Uint32())
		p.learn(b)
		hash, _ = p.change(rec, hash, a, b)
		direct := p.buffer()
		h, known := p.change(direct, 0, p.base, b)
		if h != hash || !known || !bytes.Equal(direct, rec) {
			t.Fatalf("hash %x and record %x, want %x and %x", hash, rec, h, direct)
		}
		out := make([]byte, 13)
		if h := p.unpack(out, rec); h != hash || !bytes.Equal(out, b) {
			t.Fatalf("unpacked %x with hash %x, want %x with %x", out, h, b, hash)
		}
		a = b
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
