package runstate

import (
	"encoding/binary"
	"testing"
)

// TestLayout: offsets are those of xen/include/public/vcpu.h.
func TestLayout(t *testing.T) {
	for _, tc := range []struct {
		l                       Layout
		entry, flag, times, len uint8
	}{
		{Layout64, 0x08, 0x0f, 0x10, 0x30}, {Layout32, 0x04, 0x0b, 0x0c, 0x2c},
	} {
		if l := tc.l; l.EntryAt() != tc.entry || l.FlagAt() != tc.flag || l.TimeAt(0) != tc.times || l.Len() != tc.len {
			t.Errorf("layout %d: %#x %#x %#x %#x", l, l.EntryAt(), l.FlagAt(), l.TimeAt(0), l.Len())
		}
	}
}

// TestSplit: what ends with its page is not split.
func TestSplit(t *testing.T) {
	for at := range uint8(MemSize - MaxLen + 1) {
		for l := range NumLayouts {
			o, n := Offset(at), int(l.Len())
			inFirst := o < PageSize
			if want := inFirst && o+n > PageSize; l.Split(at) != want {
				t.Errorf("%#x, layout %d: split is %v", o, l, !want)
			}
			if want := min(n, PageSize-o); inFirst && int(l.First(at)) != want {
				t.Errorf("%#x, layout %d: %d bytes in the first page, want %d", o, l, l.First(at), want)
			}
		}
	}
}

// TestImage: little-endian, the flag in the last byte of the entry time.
func TestImage(t *testing.T) {
	r := Record{Entry: 0x0102030405060708, Time: [NumStates]uint64{0x11, 0x22, 0x33, 0x44}, State: uint64(Blocked)}
	for l := range NumLayouts {
		image, flagged := l.Image(&r, false), l.Image(&r, true)
		if binary.LittleEndian.Uint32(image[:]) != 2 || binary.LittleEndian.Uint64(image[l.EntryAt():]) != r.Entry {
			t.Errorf("layout %d: %x", l, image)
		}
		for i := range image {
			if want := image[i] ^ 0x80; i == int(l.FlagAt()) && flagged[i] != want || i != int(l.FlagAt()) && flagged[i] != image[i] {
				t.Errorf("layout %d: byte %d is %#x with the flag", l, i, flagged[i])
			}
		}
		var s State
		copy(s.Mem[3:], image[:l.Len()])
		if got := s.Decode(l, 3); got != r {
			t.Errorf("layout %d: decoded %+v", l, got)
		}
	}
}

// TestPrograms: an update's stores cover the area once, wherever its page ends,
// none over that end, and the flag's byte begins and ends them.
func TestPrograms(t *testing.T) {
	for at := range uint8(MemSize - MaxLen + 1) {
		for l := range NumLayouts {
			for _, flag := range []bool{false, true} {
				checkProgram(t, at, l, flag)
			}
		}
	}
}

func checkProgram(t *testing.T, at uint8, l Layout, flag bool) {
	t.Helper()
	c := Call{cfg: &Config{Slots: 4}, st: &State{}}
	p := c.program(&Task{Layout: l, At: at, Flag: flag})
	next, first := uint8(0), l.First(at)
	for i, st := range p.list[:p.n] {
		switch {
		case st.kind != body:
			if !flag || st.from != l.FlagAt() || st.to != st.from+1 || (i != 0) != (st.kind == clear) || i != 0 && i != int(p.n)-1 {
				t.Errorf("%#x, layout %d: store %d is %+v", Offset(at), l, i, st)
			}
		case st.from != next || st.to <= st.from || st.from < first && st.to > first:
			t.Errorf("%#x, layout %d: store %d is %+v, behind %d", Offset(at), l, i, st, next)
		default:
			next = st.to
		}
	}
	if next != l.Len() {
		t.Errorf("%#x, layout %d: stores end at %d", Offset(at), l, next)
	}
}
