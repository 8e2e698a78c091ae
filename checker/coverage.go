package checker

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Answer is a kind of operation together with a code that it returned.
type Answer struct {
	Kind uint8
	Code int16
}

// Coverage counts how often each answer was given, refusals included.
type Coverage map[Answer]uint64

// Seen tells whether an operation of that kind ever returned that code.
func (c Coverage) Seen(kind uint8, code int16) bool { return c[Answer{kind, code}] > 0 }

// All is every answer with its count, by kind and then by code.
func (c Coverage) All() iter.Seq2[Answer, uint64] {
	return func(yield func(Answer, uint64) bool) {
		for _, a := range slices.SortedFunc(maps.Keys(c), compareAnswers) {
			if !yield(a, c[a]) {
				return
			}
		}
	}
}

func compareAnswers(a, b Answer) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
}

// Merge adds the counts of other to c.
func (c Coverage) Merge(other Coverage) {
	for a, n := range other {
		c[a] += n
	}
}

// tally counts answers fast and is emptied into a Coverage now and then.
type tally struct {
	rows    [256]*codes
	touched []Answer
	rare    Coverage
}

// codes counts the codes of one kind, each at the place of its last byte. The
// first to come has the place; another one is rare.
type codes struct {
	n    [256]uint64
	code [256]int16
}

func (t *tally) add(kind uint8, code int16) {
	i := uint8(code)
	if row := t.rows[kind]; row != nil && row.code[i] == code && row.n[i] > 0 {
		row.n[i]++
		return
	}
	t.addFirst(Answer{kind, code})
}

// addFirst is add for an answer that is new or rare.
func (t *tally) addFirst(a Answer) {
	row, i := t.rows[a.Kind], uint8(a.Code)
	if row == nil {
		row = &codes{}
		t.rows[a.Kind] = row
	}
	if row.n[i] > 0 {
		t.addRare(a)
		return
	}
	row.n[i], row.code[i] = 1, a.Code
	t.touched = append(t.touched, a)
}

func (t *tally) addRare(a Answer) {
	if t.rare == nil {
		t.rare = Coverage{}
	}
	t.rare[a]++
}

// empty adds the counts to c, which may be nil, and begins again.
func (t *tally) empty(c Coverage) {
	for _, a := range t.touched {
		n := &t.rows[a.Kind].n[uint8(a.Code)]
		if c != nil {
			c[a] += *n
		}
		*n = 0
	}
	t.touched = t.touched[:0]
	if c != nil {
		c.Merge(t.rare)
	}
	clear(t.rare)
}
