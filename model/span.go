package model

import (
	"bytes"
	"slices"
	"unsafe"
)

// Bytes are offsets in a World, multiples of 8, between which something lies.
type Bytes struct{ From, To int }

// Spans are what a configuration uses of every World, in ascending order, none
// next to another. All else is zero.
type Spans []Bytes

// Spans lists what the areas of the configuration use.
func (c *Config) Spans() (spans Spans) {
	for _, a := range c.Areas() {
		for _, share := range a.Shares {
			from, to := share.Bytes()
			spans = append(spans, Bytes{int(from), int(to)})
		}
	}
	slices.SortFunc(spans, func(a, b Bytes) int { return a.From - b.From })
	return slices.CompactFunc(spans, func(a, b Bytes) bool { return a == b }).joined()
}

// joined makes one of spans that touch.
func (s Spans) joined() (list Spans) {
	for _, b := range s {
		if n := len(list); n > 0 && list[n-1].To == b.From {
			list[n-1].To = b.To
			continue
		}
		list = append(list, b)
	}
	return list
}

// Copy makes dst what src is.
func (s Spans) Copy(dst, src *World) {
	for _, b := range s {
		copy(dst.bytes()[b.From:b.To], src.bytes()[b.From:b.To])
	}
}

// Same tells whether two Worlds are the same.
func (s Spans) Same(x, y *World) bool {
	for _, b := range s {
		if !bytes.Equal(x.bytes()[b.From:b.To], y.bytes()[b.From:b.To]) {
			return false
		}
	}
	return true
}

func (w *World) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(w)), unsafe.Sizeof(*w))
}
