package checker

// A chunk is a piece of the frontier and what expanding it has found.
type chunk[S, O comparable] struct {
	first, end uint32 // the states to expand
	known      []bool // the goals met so far, which need not be asked again

	found       []candidate[S]   // states not seen before, in the order they came
	index       map[uint64]int32 // found, by hash
	transitions uint64
	refused     uint64
	answers     tally
	met         []bool
	fault       *finding[O]
	panicked    *panicked
	unsteady    bool
	cut         bool // given up half-way
}

// A candidate is a state with the way it was reached.
type candidate[S comparable] struct {
	state  S
	hash   uint64
	parent uint32
	op     uint16
}

// A finding is a violation with the place where it was found.
type finding[O comparable] struct {
	parent           uint32
	op               uint16
	drain            []O
	property, detail string
}

type panicked struct {
	parent uint32
	op     uint16
	value  any
	stack  []byte
}

// reset empties a chunk for another try.
func (c *chunk[S, O]) reset(goals int) {
	c.found = c.found[:0]
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
	c.fault, c.panicked, c.unsteady, c.cut = nil, nil, false, false
}

// has tells whether the chunk has found a state already. If two states share a
// hash, the second is merely found twice.
func (c *chunk[S, O]) has(s *candidate[S]) bool {
	i, ok := c.index[s.hash]
	return ok && same(&c.found[i].state, &s.state)
}

func (c *chunk[S, O]) add(s *candidate[S]) {
	c.index[s.hash] = int32(len(c.found))
	c.found = append(c.found, *s)
}
