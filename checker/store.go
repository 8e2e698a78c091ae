package checker

import (
	"bytes"
	"encoding/binary"
	"sync"
)

// maxStates is how many states can be told apart by 32-bit numbers.
const maxStates = 1<<32 - 2

// linkSize is the part of a record that says where the state came from: the
// parent's number and the operation's.
const linkSize = 6

// noParent is the parent of a start state.
const noParent = 1<<32 - 1

// A store holds the distinct states seen, numbered in the order in which they
// came, each with the way it was first reached. The hash only says where to
// look: two states are the same if their bytes are.
//
// One goroutine adds states, any number may look them up meanwhile. What moves
// memory under a reader (a wider record, a new chunk, a bigger table) happens
// under the write lock; a state is added without it, because its record is
// complete before the slot that leads to it is set.
type store struct {
	mu    sync.RWMutex
	pack  packer
	recs  records
	table table
	rec   []byte
	limit limits
}

// limits are the bounds of a store. Zero means none.
type limits struct{ states, bytes uint64 }

func newStore(base []byte, l limits) (*store, error) {
	s := &store{pack: newPacker(base), limit: l}
	s.rec = s.pack.buffer()
	return s, s.table.grow()
}

func (s *store) len() uint32 { return s.recs.n }

func (s *store) bytes() uint64 { return s.recs.bytes() + s.table.bytes() }

func (s *store) free() {
	s.recs.free()
	s.table.release()
}

func tagOf(hash uint64) uint32 { return uint32(mix(hash) >> 32) }

// equal tells whether record i is the packed state rec.
func (s *store) equal(i uint32, rec []byte) bool {
	r := s.recs.at(i)[linkSize:]
	return bytes.Equal(r, rec[:len(r)]) && (len(r) >= s.pack.width() || zero(rec[len(r):s.pack.width()]))
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// has tells whether the packed state is stored. The caller holds a read lock.
func (s *store) has(rec []byte, hash uint64) bool {
	_, _, found := s.table.find(tagOf(hash), func(i uint32) bool { return s.equal(i, rec) })
	return found
}

// number is the number of a packed state, if it is stored.
func (s *store) number(rec []byte, hash uint64) (number uint32, stored bool) {
	number, _, stored = s.table.find(tagOf(hash), func(i uint32) bool { return s.equal(i, rec) })
	return number, stored
}

// add stores a state unless it is there already. The answer why is a reason to
// stop, or empty.
func (s *store) add(state []byte, hash uint64, parent uint32, op uint16) (why string) {
	rec := s.packed(state)
	tag := tagOf(hash)
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
	s.table.put(slot, s.len()-1, tag)
	return ""
}

// packed is the record of a state, with columns for all that differs in it.
func (s *store) packed(state []byte) []byte {
	clear(s.rec)
	if _, known := s.pack.change(s.rec, 0, s.pack.base, state); known {
		return s.rec
	}
	s.mu.Lock()
	s.pack.learn(state)
	s.mu.Unlock()
	clear(s.rec)
	s.pack.change(s.rec, 0, s.pack.base, state)
	return s.rec
}

// room makes sure of the memory for one more record.
func (s *store) room() (why string) {
	width := linkSize + s.pack.width()
	switch n := uint64(s.len()); {
	case n >= maxStates, s.limit.states > 0 && n >= s.limit.states:
		return stoppedStates
	case s.limit.bytes > 0 && s.bytes()+uint64(width) > s.limit.bytes:
		return stoppedBytes
	case s.recs.ready(width):
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recs.extend(width) != nil {
		return stoppedBytes
	}
	return ""
}

// roomier grows the table. The old one and the new one exist together for a
// moment, and the bound is meant for that moment too.
func (s *store) roomier() (why string) {
	if s.limit.bytes > 0 && s.bytes()+8*uint64(s.table.nextSize()) > s.limit.bytes {
		return stoppedBytes
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table.grow() != nil {
		return stoppedBytes
	}
	return ""
}

func (s *store) write(rec []byte, parent uint32, op uint16) {
	r := s.recs.add()
	binary.LittleEndian.PutUint32(r, parent)
	binary.LittleEndian.PutUint16(r[4:], op)
	copy(r[linkSize:], rec)
}

// link is how state i was first reached.
func (s *store) link(i uint32) (parent uint32, op uint16) {
	r := s.recs.at(i)
	return binary.LittleEndian.Uint32(r), binary.LittleEndian.Uint16(r[4:])
}

// path leads to state i: the index of the start state and the operations.
func (s *store) path(i uint32) (start int, ops []uint16) {
	for {
		parent, op := s.link(i)
		if parent == noParent {
			reverse(ops)
			return int(op), ops
		}
		ops = append(ops, op)
		i = parent
	}
}

func reverse(ops []uint16) {
	for i, j := 0, len(ops)-1; i < j; i, j = i+1, j-1 {
		ops[i], ops[j] = ops[j], ops[i]
	}
}

// load copies the packed form of state i into a buffer. The caller holds a
// read lock.
func (s *store) load(rec []byte, i uint32) {
	clear(rec)
	copy(rec, s.recs.at(i)[linkSize:])
}
