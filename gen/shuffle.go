package gen

import "math/bits"

// shuffle is an order of the numbers 0 to n-1 that costs nothing to make: the
// alphabet may have thousands of operations, and each trace wants it in another
// order. Both steps of a round can be undone on numbers below a power of two,
// and a number that lands outside of 0 to n-1 goes round again, so it is a
// permutation.
type shuffle struct {
	n, mask uint32
	half    uint8
	keys    [4]uint32
}

func newShuffle(n int, seed uint64) shuffle {
	width := max(bits.Len(uint(n-1)), 1)
	s := shuffle{n: uint32(n), mask: 1<<width - 1, half: uint8(width+1) / 2}
	for i := range s.keys {
		seed = spread(seed)
		s.keys[i] = uint32(seed >> 16)
	}
	return s
}

// at is the number at place i.
func (s *shuffle) at(i uint32) uint32 {
	for {
		for _, k := range s.keys {
			i = (i*(k|1) + k>>7) & s.mask
			i ^= i >> s.half
		}
		if i < s.n {
			return i
		}
	}
}

// spread makes neighbouring numbers differ in every bit.
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
