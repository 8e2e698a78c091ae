// Package ledger keeps the books of the runstate area: what the record must be
// by the calls that were made, which contents updates have written, and what is
// owed to the guest.
//
// The books are kept from operations as their callers made them, the clock, and
// memory as it lies there. The contents that a reader may see come from the
// record, which is judged by itself against the books' own.
package ledger

import (
	"bytes"

	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// Content is what a whole update leaves in the area.
type Content struct {
	Entry  uint64
	Time   [runstate.NumStates]uint64
	State  uint32
	Layout uint16 // + 1; 0: there is none
	Ahead  uint16 // 1: with the time since its entry
}

// How is how an update comes about.
type How uint8

// The ways.
const (
	Plain How = iota
	Bare      // a registration, outside of the flag protocol
	Ahead     // one with the time since the entry
)

// Kept is the number of contents that are remembered.
const Kept = 3

// Book is what is noted.
type Book struct {
	Want   runstate.Record // the record, by the calls
	Clock  uint64          // as a change has read it that has not read run_delay yet
	Steal  uint64          // that the guest has seen last
	Atomic uint64          // threads whose last change was a schedule-out, which must not sleep, a bit each
	New    Content         // what the update that runs writes, or the last one
	Old    [Kept]Content   // contents that were in the area as a whole, the newest first
	To     uint8           // the state of that change, + 1
	On     bool            // an area is registered
	At     uint8           // where
	Flag   bool            // the flag protocol applies to the update that runs
	Due    bool            // the area is to have New in it, or what comes later
	How    How             // New is written
	Set    bool            // the last operation set the record
	Fixed  uint8           // the layout that the area was registered for, + 1; 0: it follows the guest
	Ev     Events
}

// layout is a content's.
func (c *Content) layout() runstate.Layout { return runstate.Layout(c.Layout - 1) }

// Is tells whether a copy of the area is this content. The flag is none of it.
func (c *Content) Is(r *runstate.Record) bool {
	return c.Layout != 0 && r.State == uint64(c.State) && r.Entry&^runstate.Update == c.Entry && r.Time == c.Time
}

// In tells whether the content is in memory at an address.
func (c *Content) In(s *runstate.State, at uint8) bool {
	if c.Layout == 0 {
		return false
	}
	r := rsview.Read(s, c.layout(), at)
	return c.Is(&r)
}

// Begins tells whether so many bytes of the content are in memory. The flag and
// padding are none of it.
func (c *Content) Begins(s *runstate.State, at, n uint8) bool {
	l := c.layout()
	want := *s
	rsview.Write(&want, l, at, &runstate.Record{State: uint64(c.State), Entry: c.Entry, Time: c.Time})
	want.Mem[at+rsview.Of(l).Flag()] |= s.Mem[at+rsview.Of(l).Flag()] & 0x80
	return bytes.Equal(want.Mem[at:at+n], s.Mem[at:at+n])
}

// Whole tells whether the area has the whole of one update in it.
func (b *Book) Whole(s *runstate.State) bool {
	for i := range b.Old {
		if b.Old[i].In(s, b.At) {
			return true
		}
	}
	return b.New.In(s, b.At)
}

// Wrote tells whether a copy of the area is what one update has written.
func (b *Book) Wrote(r *runstate.Record) bool {
	for i := range b.Old {
		if b.Old[i].Is(r) {
			return true
		}
	}
	return b.New.Is(r)
}

// WroteAhead tells whether it is one with the time since its entry.
func (b *Book) WroteAhead(r *runstate.Record) bool {
	for i := range b.Old {
		if b.Old[i].Ahead != 0 && b.Old[i].Is(r) {
			return true
		}
	}
	return b.New.Ahead != 0 && b.New.Is(r)
}

// Known tells whether something was ever in the area as a whole.
func (b *Book) Known() bool { return b.Old[0].Layout != 0 }

// Layout is that in which the last whole content lies in the area.
func (b *Book) Layout() runstate.Layout { return b.Old[0].layout() }

// Len is how many bytes the registered area has for who writes it now.
func (b *Book) Len() uint8 {
	if b.New.Layout == 0 {
		return rsview.Of(runstate.Layout64).Len
	}
	return rsview.Of(b.New.layout()).Len
}

// Sum is the time in a record.
func Sum(times [runstate.NumStates]uint64) (sum uint64) {
	for _, t := range times {
		sum += t
	}
	return sum
}

// Begin opens the books: all is as it should be.
func (b *Book) Begin(cfg *runstate.Config, s *runstate.State) {
	*b = Book{Want: s.Rec}
	switch {
	case s.C[0].Active:
		b.On, b.At = true, s.C[0].Addr
	case s.Handle || s.Phys:
		b.On, b.At = true, s.At
	}
	b.Ev.begin(s)
	b.fix(s)
	b.Flag = s.FlagOn || cfg.Access == runstate.VP
	b.take(s)
	b.settle(s)
}

// fix notes the layout of an area whose page is held.
func (b *Book) fix(s *runstate.State) {
	if s.Phys {
		b.Fixed = uint8(s.Layout) + 1
	}
}

// take makes the record what is written now.
func (b *Book) take(s *runstate.State) {
	b.New = Content{s.Rec.Entry &^ runstate.Update, s.Rec.Time, uint32(s.Rec.State), uint16(s.Layout) + 1, 0}
	if b.Fixed != 0 {
		b.New.Layout = uint16(b.Fixed)
	}
	if b.How == Ahead {
		b.New.Ahead = 1
		b.New.Time[s.Rec.State&3] += uint64(max(int64(s.Now-s.Rec.Entry), 0))
	}
}

// settle notes what is in the area once nobody writes.
func (b *Book) settle(s *runstate.State) {
	if !b.On || !rsview.Quiet(s) || !b.New.In(s, b.At) {
		return
	}
	b.Due = false
	if b.New != b.Old[0] {
		copy(b.Old[1:], b.Old[:Kept-1])
		b.Old[0] = b.New
	}
}
