// Package store keeps the states of an exploration: bytes with a number, an
// origin and little room. It knows nothing of models.
//
//	bytes -> Packer -> State (a record: one bit for each that ever differed)
//	      -> Recent (was it looked up just now?)
//	      -> Store (its number; and whence it was reached)
package store

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"
)

// Why no more states can be stored.
const (
	StateBound = "state bound"
	BytesBound = "memory bound"
)

// maxStates is how many states can be told apart by 32-bit numbers.
const maxStates = 1<<32 - 2

// linkSize is the part of a record that says where the state came from: the
// parent's number and the operation's.
const linkSize = 6

// NoParent is the parent of a start state.
const NoParent = 1<<32 - 1

// A Store holds the distinct states seen, numbered in the order in which they
// came, each with the way it was first reached. The hash only says where to
// look: two states are the same if their bytes are.
//
// One goroutine adds states, any number may look them up meanwhile. What moves
// memory under a reader (a wider record, a new chunk, a bigger table) happens
// under the write lock; a state is added without it, because its record is
// complete before the slot that leads to it is set.
type Store struct {
	mu sync.RWMutex // not beside what readers read all the time
	Packer
	recs  records
	table table
	rec   []byte
	limit Limits
}

// Limits are the bounds of a store. Zero means none.
type Limits struct{ States, Bytes uint64 }

// New is a store for states that differ from base in the spans only.
func New(base []byte, spans []Span, l Limits) (*Store, error) {
	s := &Store{Packer: newPacker(base, spans), limit: l}
	s.rec = s.Buffer()
	return s, s.table.grow()
}

// Len is how many states are stored. Only the goroutine that adds may ask.
func (s *Store) Len() uint32 { return s.recs.n }

// Bytes is the memory in use.
func (s *Store) Bytes() uint64 { return s.recs.bytes() + s.table.bytes() }

// Free gives the memory back.
func (s *Store) Free() {
	s.recs.free()
	s.table.release()
}

// Reader is a Packer of another goroutine than the one that adds.
func (s *Store) Reader() Packer { return s.clone() }

// Follow has a reader's packer take over the columns of now.
func (s *Store) Follow(p *Packer) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p.follow(&s.Packer)
}

func tagOf(hash uint64) uint32 { return uint32(Mix(hash) >> 32) }

// equal tells whether record i is the packed state rec.
func (s *Store) equal(i uint32, rec []byte) bool {
	r := s.recs.at(i)[linkSize:]
	return bytes.Equal(r, rec[:len(r)]) && (len(r) >= s.width() || zero(rec[len(r):s.width()]))
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// Number is the number of a state, if it is stored. Nobody may add meanwhile.
func (s *Store) Number(p *State) (number uint32, stored bool) {
	if len(p.Extra) > 0 {
		return 0, false
	}
	return s.number(p)
}

func (s *Store) number(p *State) (number uint32, stored bool) {
	number, _, stored = s.table.find(tagOf(p.Hash), func(i uint32) bool { return s.equal(i, p.Rec) })
	return number, stored
}

// Add stores a state unless it is there already. The answer why is a reason to
// stop, or empty.
func (s *Store) Add(p State, parent uint32, op uint16) (why string) {
	rec, tag := s.packed(&p), tagOf(p.Hash)
	_, slot, found := s.table.find(tag, func(i uint32) bool { return s.equal(i, rec) })
	if found {
		return ""
	}
	if s.table.full() {
		if why := s.roomier(); why != "" {
			return why
		}
		slot = s.table.free(tag)
	}
	if why := s.room(); why != "" {
		return why
	}
	s.write(rec, parent, op)
	s.table.put(slot, s.Len()-1, tag)
	return ""
}

// packed is a state's record in all columns of now, with some for its extra bits.
func (s *Store) packed(p *State) []byte {
	n := copy(s.rec, p.Rec)
	clear(s.rec[n:max(n, s.Words())])
	if len(p.Extra) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	for _, bit := range p.Extra {
		c := s.learn(bit)
		s.rec[c>>3] |= 1 << (c & 7)
	}
	return s.rec
}

// room makes sure of the memory for one more record.
func (s *Store) room() (why string) {
	width := linkSize + s.width()
	switch n := uint64(s.Len()); {
	case n >= maxStates, s.limit.States > 0 && n >= s.limit.States:
		return StateBound
	case s.limit.Bytes > 0 && s.Bytes()+uint64(width) > s.limit.Bytes:
		return BytesBound
	case s.recs.ready(width):
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recs.extend(width) != nil {
		return BytesBound
	}
	return ""
}

// roomier grows the table. The old one and the new one exist together for a
// moment, and the bound is meant for that moment too.
func (s *Store) roomier() (why string) {
	if s.limit.Bytes > 0 && s.Bytes()+8*uint64(s.table.nextSize()) > s.limit.Bytes {
		return BytesBound
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table.grow() != nil {
		return BytesBound
	}
	return ""
}

func (s *Store) write(rec []byte, parent uint32, op uint16) {
	r := s.recs.add()
	binary.LittleEndian.PutUint32(r, parent)
	binary.LittleEndian.PutUint16(r[4:], op)
	copy(r[linkSize:], rec)
}

// Link is how state i was first reached.
func (s *Store) Link(i uint32) (parent uint32, op uint16) {
	r := s.recs.at(i)
	return binary.LittleEndian.Uint32(r), binary.LittleEndian.Uint16(r[4:])
}

// Path leads to state i: the index of the start state and the operations.
func (s *Store) Path(i uint32) (start int, ops []uint16) {
	for {
		parent, op := s.Link(i)
		if parent == NoParent {
			slices.Reverse(ops)
			return int(op), ops
		}
		ops = append(ops, op)
		i = parent
	}
}

// Load copies the record of state i into a buffer.
func (s *Store) Load(rec []byte, i uint32) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	clear(rec)
	copy(rec, s.recs.at(i)[linkSize:])
}
