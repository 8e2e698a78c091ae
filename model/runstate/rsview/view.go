// Package rsview says what somebody sees who looks at the state of a runstate
// area: how records lie in memory by the public headers, who waits for whom, and
// what a reader is about to believe. It is written apart from the rules, so that
// who judges them does not ask them.
package rsview

import (
	"encoding/binary"

	"hvcheck/model/runstate"
)

// Shape is struct vcpu_runstate_info as xen/include/public/vcpu.h has it for a
// width: where the entry time and the times begin, and its size.
type Shape struct{ Entry, Times, Len uint8 }

// shapes are by runstate.Layout.
var shapes = [runstate.NumLayouts]Shape{
	runstate.Layout64: {Entry: 0x08, Times: 0x10, Len: 0x30},
	runstate.Layout32: {Entry: 0x04, Times: 0x0c, Len: 0x2c},
}

// Of is the shape in a layout; what is no layout has that of 64 bits.
func Of(l runstate.Layout) Shape {
	if l == runstate.Layout32 {
		return shapes[runstate.Layout32]
	}
	return shapes[runstate.Layout64]
}

// Flag is the offset of the byte with XEN_RUNSTATE_UPDATE.
func (s Shape) Flag() uint8 { return s.Times - 1 }

// Window is how many bytes of memory there are, and Half how many of the first page.
const (
	Window = 112
	Half   = 56
)

// Offset is an address as the guest counts it, from the beginning of page A.
func Offset(at uint8) int { return 4096 - Half + int(at) }

// PageOf is the page of an address: 0 or 1.
func PageOf(at uint8) uint8 { return at / Half }

// Pages are the first and the last page of an area.
func Pages(l runstate.Layout, at uint8) (first, last uint8) {
	return PageOf(at), PageOf(at + Of(l).Len - 1)
}

// Crosses tells whether an area lies in two pages.
func Crosses(l runstate.Layout, at uint8) bool {
	first, last := Pages(l, at)
	return first != last
}

// Reachable tells whether each page of so many bytes has memory that can be
// written, and is mapped by the guest.
func Reachable(s *runstate.State, at, n uint8) bool {
	for p := PageOf(at); p <= PageOf(at+n-1); p++ {
		if s.Slot[p] != runstate.SlotWritable || s.Unmapped[p] {
			return false
		}
	}
	return true
}

// Entry is the entry time in memory, flag and all.
func Entry(s *runstate.State, l runstate.Layout, at uint8) uint64 {
	return binary.LittleEndian.Uint64(s.Mem[at+Of(l).Entry:])
}

// Flagged tells whether the area in memory has XEN_RUNSTATE_UPDATE.
func Flagged(s *runstate.State, l runstate.Layout, at uint8) bool {
	return s.Mem[at+Of(l).Flag()]>>7 != 0
}

// Read is the area in memory, flag and all.
func Read(s *runstate.State, l runstate.Layout, at uint8) (r runstate.Record) {
	r.State = uint64(binary.LittleEndian.Uint32(s.Mem[at:]))
	r.Entry = Entry(s, l, at)
	for i := range r.Time {
		r.Time[i] = binary.LittleEndian.Uint64(s.Mem[at+Of(l).Times+8*uint8(i):])
	}
	return r
}

// Write puts a record into memory, without the flag. Padding stays.
func Write(s *runstate.State, l runstate.Layout, at uint8, r *runstate.Record) {
	binary.LittleEndian.PutUint32(s.Mem[at:], uint32(r.State))
	binary.LittleEndian.PutUint64(s.Mem[at+Of(l).Entry:], r.Entry)
	for i, t := range r.Time {
		binary.LittleEndian.PutUint64(s.Mem[at+Of(l).Times+8*uint8(i):], t)
	}
}

// Xen tells Xen's designs from KVM's.
func Xen(c *runstate.Config) bool { return c.Access >= runstate.VX }

// Area is where the guest's area is, if it has one.
func Area(c *runstate.Config, s *runstate.State) (at uint8, ok bool) {
	if Xen(c) {
		return s.At, s.Handle || s.Phys
	}
	return s.C[0].Addr, s.C[0].Active && s.C[0].Addr < Window
}

// Quiet tells whether no thread is in the middle of an update.
func Quiet(s *runstate.State) bool {
	return s.Task[runstate.H0].PC == runstate.Idle && s.Task[runstate.H1].PC == runstate.Idle && s.Task[runstate.H2].PC == runstate.Idle
}

// Busy tells whether a thread is in the middle of something.
func Busy(s *runstate.State) bool { return !Quiet(s) || s.Task[runstate.Notifier].PC != runstate.Idle }

// Steps is how many accesses a reader makes, the two of the entry time among
// them.
func Steps(c *runstate.Config) uint32 {
	if c.Slots < 2 {
		return 4
	}
	return 3 + uint32(c.Slots)
}

// Accepts tells whether a reader that is about to read the entry time again will
// take its copy: it is still the same, and had no flag.
func Accepts(c *runstate.Config, r *runstate.Reader, s *runstate.State, at uint8) bool {
	return r.Step != 0 && r.Step+1 == Steps(c) && r.First>>63 == 0 && r.First == Entry(s, s.Layout, at)
}

// Blocks tells whether one thread waits for another: to read, for who waits to
// write; to write, for who reads; to refresh, for who does.
func Blocks(s *runstate.State, who, by uint8) bool {
	a, b := &s.C[0], &s.C[1]
	switch s.Task[who].Waits {
	case runstate.Read0:
		return a.Waiting&(1<<by) != 0
	case runstate.Read1:
		return b.Waiting&(1<<by) != 0
	case runstate.Write0:
		return a.Readers&(1<<by) != 0
	case runstate.Write1:
		return b.Readers&(1<<by) != 0
	case runstate.Refresh0:
		return a.Mutex == by+1
	case runstate.Refresh1:
		return b.Mutex == by+1
	}
	return false
}

// Blocked tells whether a thread waits for some other.
func Blocked(s *runstate.State, who uint8) bool {
	for by := range runstate.NumThreads {
		if Blocks(s, who, by) {
			return true
		}
	}
	return false
}

// NextRead is a reader after its next access: it has the entry time, then the
// state with the entry time, then the times one by one, the last access with all
// that are left; then the entry time again, and it is through.
func NextRead(c *runstate.Config, s *runstate.State, at uint8, own uint32) runstate.Reader {
	r := s.Read
	if r.Step == 0 {
		return runstate.Reader{First: Entry(s, s.Layout, at), Own: own, Step: 1}
	}
	if r.Step+1 == Steps(c) {
		return runstate.Reader{}
	}
	now := Read(s, s.Layout, at)
	switch k := r.Step - 2; {
	case r.Step == 1:
		r.Copy.State, r.Copy.Entry = now.State, now.Entry
	case r.Step+2 == Steps(c):
		copy(r.Copy.Time[k:], now.Time[k:])
	default:
		r.Copy.Time[k] = now.Time[k]
	}
	r.Step++
	return r
}
