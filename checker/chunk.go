package checker

import (
	"bytes"
	"slices"

	"hvcheck/checker/store"
)

// A chunk is a piece of the frontier and what expanding it has found.
type chunk[O comparable] struct {
	first, end uint32 // the states to expand
	known      []bool // the goals met so far, which need not be asked again

	found       []candidate      // states not seen before, in the order they came
	recs        []byte           // their records
	width       int              // of each of those
	extras      []uint16         // their bits without a column
	index       map[uint64]int32 // found, by hash
	transitions uint64
	refused     uint64
	answers     tally
	met         []bool
	fault       *finding[O]
	panicked    *panicked
	unsteady    bool
	late        bool // some state violates something when it is drained
	cut         bool // given up half-way
}

// An origin is how a state was reached: from which one by which operation.
// Without a parent, the operation is the start state's index.
type origin struct {
	parent uint32
	op     uint16
}

// A candidate is a state with its origin.
type candidate struct {
	origin
	extra  uint16 // how many bits without a column
	extras uint32 // where those begin
	hash   uint64
}

// A finding is a violation with the place where it was found.
type finding[O comparable] struct {
	origin
	stays            bool // it is about the parent: no operation led from there
	drain            []O
	property, detail string
}

type panicked struct {
	origin
	value any
	stack []byte
}

// reset empties a chunk for another try, with records of that width.
func (c *chunk[O]) reset(goals, width int) {
	c.found, c.recs, c.extras, c.width = c.found[:0], c.recs[:0], c.extras[:0], width
	if c.index == nil {
		c.index = map[uint64]int32{}
	}
	clear(c.index)
	c.transitions, c.refused = 0, 0
	c.answers.empty(nil)
	if c.met == nil {
		c.met = make([]bool, goals)
	}
	clear(c.met)
	c.fault, c.panicked, c.unsteady, c.late, c.cut = nil, nil, false, false, false
}

// state is one that was found.
func (c *chunk[O]) state(i int) store.State {
	f := &c.found[i]
	return store.State{Rec: c.recs[i*c.width : (i+1)*c.width], Extra: c.extras[f.extras : f.extras+uint32(f.extra)], Hash: f.hash}
}

// has tells whether the chunk has found a state already. If two states share a
// hash, the second is merely found twice.
func (c *chunk[O]) has(s *store.State) bool {
	i, ok := c.index[s.Hash]
	if !ok {
		return false
	}
	old := c.state(int(i))
	return bytes.Equal(old.Rec, s.Rec[:c.width]) && slices.Equal(old.Extra, s.Extra)
}

func (c *chunk[O]) add(s *store.State, o origin) {
	c.index[s.Hash] = int32(len(c.found))
	c.found = append(c.found, candidate{origin: o, hash: s.Hash, extra: uint16(len(s.Extra)), extras: uint32(len(c.extras))})
	c.recs = append(c.recs, s.Rec[:c.width]...)
	c.extras = append(c.extras, s.Extra...)
}
