package store

import (
	"encoding/binary"
	"math/bits"
)

// noColumn marks a bit of the state that has never differed.
const noColumn = 1<<16 - 1

// Span is a run of a state's bytes, from offset From up to To. Both are
// multiples of 8, except that the last span may end with the state.
type Span struct{ From, To int }

// A State is packed: its record, in a buffer, the bits that differ and have no
// column, in ascending order, and its hash.
type State struct {
	Rec   []byte
	Extra []uint16
	Hash  uint64
}

// A Packer turns states into records: one bit for each bit of the state that
// has ever differed from the base, the first start state. Such a bit gets the
// next free column when it first differs and keeps it for ever. A record holds
// differences, so it reads as zero in the columns that are newer than itself:
// no record is ever rewritten. Only bits in the spans are looked at.
type Packer struct {
	base   []byte
	spans  []Span
	column []uint16 // of each bit of the state
	bit    []uint16 // of each column
	mark   []uint64 // a random number for each bit of the state
	extra  []uint16 // bits that the latest change found without a column, in ascending order
}

func newPacker(base []byte, spans []Span) Packer {
	p := Packer{
		base:   append([]byte(nil), base...),
		spans:  spans,
		column: make([]uint16, 8*len(base)),
		mark:   make([]uint64, 8*len(base)),
	}
	for _, s := range spans {
		for i := 8 * s.From; i < 8*s.To; i++ {
			p.column[i] = noColumn
			p.mark[i] = Mix(uint64(i) + 1)
		}
	}
	return p
}

// clone is a packer that later columns of p do not reach.
func (p *Packer) clone() Packer {
	c := *p
	c.column, c.extra = append([]uint16(nil), p.column...), nil
	return c
}

// follow takes over the columns that the original has got since p was cloned.
func (p *Packer) follow(original *Packer) {
	for _, k := range original.bit[len(p.bit):] {
		p.column[k] = original.column[k]
	}
	p.bit = original.bit
}

// width is the number of bytes in a record.
func (p *Packer) width() int { return (len(p.bit) + 7) / 8 }

// Words is how many bytes of a record can be other than zero, in whole words.
func (p *Packer) Words() int { return (p.width() + 7) &^ 7 }

// Buffer is room for the widest record there can be, in whole words.
func (p *Packer) Buffer() []byte {
	n := 0
	for _, s := range p.spans {
		n += s.To - s.From
	}
	return make([]byte, (n+7)&^7)
}

// learn is the column of a bit, which gets one if it differs for the first time.
func (p *Packer) learn(bit uint16) uint16 {
	if p.column[bit] == noColumn {
		p.column[bit] = uint16(len(p.bit))
		p.bit = append(p.bit, bit)
	}
	return p.column[bit]
}

// Pack makes to the state b, where a is another state with its record and hash.
func (p *Packer) Pack(to *State, rec []byte, hash uint64, a, b []byte) {
	copy(to.Rec[:p.Words()], rec)
	to.Hash = p.change(to.Rec, hash, a, b)
	to.Extra = append(to.Extra[:0], p.extra...)
}

// change turns the record and hash of state a into those of state b, and lists
// in extra the bits that differ and have no column; the hash is right even then.
// Hashing is by differences too: the hash of a state is the sum, without carry,
// of the marks of the bits in which it differs from the base.
func (p *Packer) change(rec []byte, hash uint64, a, b []byte) uint64 {
	p.extra = p.extra[:0]
	for _, s := range p.spans {
		i := s.From
		for ; i+32 <= s.To; i += 32 {
			x, y := (*[32]byte)(a[i:]), (*[32]byte)(b[i:])
			if d := [4]uint64{diff(x, y, 0), diff(x, y, 8), diff(x, y, 16), diff(x, y, 24)}; d[0]|d[1]|d[2]|d[3] != 0 {
				hash = p.flipAll(rec, hash, 8*i, &d)
			}
		}
		hash = p.changeEnd(rec, hash, i, a[:s.To], b[:s.To])
	}
	return hash
}

// changeEnd is change for the end of a span, less than four words from byte i on.
func (p *Packer) changeEnd(rec []byte, hash uint64, i int, a, b []byte) uint64 {
	for ; i+8 <= len(a); i += 8 {
		d := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:])
		hash = p.flip(rec, hash, 8*i, d)
	}
	d := uint64(0)
	for j := i; j < len(a); j++ {
		d |= uint64(a[j]^b[j]) << (8 * (j - i))
	}
	return p.flip(rec, hash, 8*i, d)
}

func diff(x, y *[32]byte, at int) uint64 {
	return binary.LittleEndian.Uint64(x[at:]) ^ binary.LittleEndian.Uint64(y[at:])
}

// flipAll is flip for four words. Out of line it leaves the registers to the
// search for them.
//
//go:noinline
func (p *Packer) flipAll(rec []byte, hash uint64, first int, d *[4]uint64) uint64 {
	for i := range d {
		hash = p.flip(rec, hash, first+64*i, d[i])
	}
	return hash
}

// flip flips the columns of the bits d of the word that begins at bit first.
func (p *Packer) flip(rec []byte, hash uint64, first int, d uint64) uint64 {
	for ; d != 0; d &= d - 1 {
		k := first + bits.TrailingZeros64(d)
		hash ^= p.mark[k]
		if c := p.column[k]; c == noColumn {
			p.extra = append(p.extra, uint16(k))
		} else {
			rec[c>>3] ^= 1 << (c & 7)
		}
	}
	return hash
}

// Unpack writes the spans of the state of a record, which is in a buffer, and
// returns its hash. Extra are bits that differ and have no column.
func (p *Packer) Unpack(s, rec []byte, extra []uint16) uint64 {
	for _, in := range p.spans {
		copy(s[in.From:in.To], p.base[in.From:in.To])
	}
	hash := uint64(0)
	for i := 0; i < p.width(); i += 8 {
		for d := binary.LittleEndian.Uint64(rec[i:]); d != 0; d &= d - 1 {
			hash ^= p.invert(s, p.bit[8*i+bits.TrailingZeros64(d)])
		}
	}
	for _, k := range extra {
		hash ^= p.invert(s, k)
	}
	return hash
}

// invert inverts a bit of the state and returns its mark.
func (p *Packer) invert(s []byte, bit uint16) uint64 {
	s[bit>>3] ^= 1 << (bit & 7)
	return p.mark[bit]
}

// Mix scatters the bits of x (the finish of splitmix64). It is one to one, so
// it loses nothing.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
