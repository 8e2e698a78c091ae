package store

import "math/bits"

// mostRecent is how many places a Recent has at the most, as a power of two.
const mostRecent = 13

// Recent holds states that were looked up lately, by their records. It is
// small enough for the caches near the core, and most steps lead to a state in
// it.
type Recent struct {
	hash  []uint64
	recs  []byte
	width int // of a record, in whole words
	shift int // what of a hash is no place
}

// Fit has records of that width, in as many places as there are states. If
// that is something new, it forgets all states.
func (r *Recent) Fit(width int, states uint32) {
	log := min(bits.Len32(states), mostRecent)
	if r.width != width || r.shift != 64-log {
		*r = Recent{make([]uint64, 1<<log), make([]byte, width<<log), width, 64 - log}
	}
}

// Has tells whether a state was looked up lately, and notes it. The base has
// hash 0, like an empty place, and is never there.
func (r *Recent) Has(hash uint64, rec []byte) bool {
	i := int(Mix(hash) >> r.shift)
	old := r.recs[i*r.width : (i+1)*r.width]
	if r.hash[i] == hash && hash != 0 && string(old) == string(rec[:r.width]) {
		return true
	}
	r.hash[i] = hash
	copy(old, rec)
	return false
}
