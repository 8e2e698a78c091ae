package checker

import (
	"encoding/binary"
	"math/bits"
)

// noColumn marks a bit of the state that has never differed.
const noColumn = 1<<16 - 1

// A packer turns states into records: one bit for each bit of the state that
// has ever differed from the base, the first start state. Such a bit gets the
// next free column when it first differs and keeps it for ever. A record holds
// differences, so it reads as zero in the columns that are newer than itself:
// no record is ever rewritten.
type packer struct {
	base   []byte
	column []uint16 // of each bit of the state
	bit    []uint16 // of each column
	mark   []uint64 // a random number for each bit of the state
}

func newPacker(base []byte) packer {
	p := packer{
		base:   append([]byte(nil), base...),
		column: make([]uint16, 8*len(base)),
		mark:   make([]uint64, 8*len(base)),
	}
	for i := range p.column {
		p.column[i] = noColumn
		p.mark[i] = mix(uint64(i) + 1)
	}
	return p
}

// clone is a packer that later columns of p do not reach.
func (p *packer) clone() packer {
	c := *p
	c.column = append([]uint16(nil), p.column...)
	return c
}

// width is the number of bytes in a record.
func (p *packer) width() int { return (len(p.bit) + 7) / 8 }

// buffer is room for the widest record there can be, in whole words.
func (p *packer) buffer() []byte { return make([]byte, (len(p.base)+7)&^7) }

// learn gives columns to the bits of s that differ for the first time.
func (p *packer) learn(s []byte) {
	for i := range s {
		for d := s[i] ^ p.base[i]; d != 0; d &= d - 1 {
			k := 8*i + bits.TrailingZeros8(d)
			if p.column[k] == noColumn {
				p.column[k] = uint16(len(p.bit))
				p.bit = append(p.bit, uint16(k))
			}
		}
	}
}

// change turns the record and hash of state a into those of state b. It
// reports false if b differs in a bit without a column; the hash is right even
// then. Hashing is by differences too: the hash of a state is the sum, without
// carry, of the marks of the bits in which it differs from the base.
func (p *packer) change(rec []byte, hash uint64, a, b []byte) (uint64, bool) {
	known := true
	i := 0
	for ; i+8 <= len(a) && i+8 <= len(b); i += 8 {
		d := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:])
		if d != 0 {
			hash, known = p.flip(rec, hash, 8*i, d, known)
		}
	}
	var d uint64
	for j := i; j < len(a); j++ {
		d |= uint64(a[j]^b[j]) << (8 * (j - i))
	}
	return p.flip(rec, hash, 8*i, d, known)
}

// flip flips the columns of the bits d of the word that begins at bit first.
func (p *packer) flip(rec []byte, hash uint64, first int, d uint64, known bool) (uint64, bool) {
	for ; d != 0; d &= d - 1 {
		k := first + bits.TrailingZeros64(d)
		hash ^= p.mark[k]
		if c := p.column[k]; c == noColumn {
			known = false
		} else {
			rec[c>>3] ^= 1 << (c & 7)
		}
	}
	return hash, known
}

// unpack writes the state of a record, which is in a buffer, and returns its hash.
func (p *packer) unpack(s, rec []byte) uint64 {
	copy(s, p.base)
	hash := uint64(0)
	for i := 0; i < p.width(); i += 8 {
		for d := binary.LittleEndian.Uint64(rec[i:]); d != 0; d &= d - 1 {
			k := p.bit[8*i+bits.TrailingZeros64(d)]
			s[k>>3] ^= 1 << (k & 7)
			hash ^= p.mark[k]
		}
	}
	return hash
}

// mix scatters the bits of x (the finish of splitmix64). It is one to one, so
// it loses nothing.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
