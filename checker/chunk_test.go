package checker

import (
	"testing"

	"hvcheck/checker/store"
)

// TestChunkHas: two states of one hash are told apart by their records and by
// their bits without a column.
func TestChunkHas(t *testing.T) {
	states := []store.State{
		{Rec: make([]byte, 16), Hash: 7},
		{Rec: append([]byte{1}, make([]byte, 15)...), Hash: 7},
		{Rec: make([]byte, 16), Extra: []uint16{3}, Hash: 7},
		{Rec: make([]byte, 16), Extra: []uint16{4}, Hash: 7},
	}
	for i := range states {
		var c chunk[move]
		c.reset(0, 8)
		c.add(&states[i], origin{})
		for k := range states {
			if c.has(&states[k]) != (i == k) {
				t.Errorf("state %d is taken for state %d", k, i)
			}
		}
	}
}
