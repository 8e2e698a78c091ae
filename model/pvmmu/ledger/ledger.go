// Package ledger keeps the books of area pvmmu: what callers asked for and what
// they were told, recorded around each operation. Invariants take from here
// what is owed; the rules that they judge neither read nor write it.
package ledger

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Book is the area's books. Sets of frames have a bit for each.
type Book struct {
	Ctx0  pvmmu.Progress // how far the last set-context of vCPU 0 came
	Kept  uint8          // the domain got them and has not given them back
	Pins  uint8          // pinned, and not unpinned
	Users uint8          // valid L4s that have been user tables since they became so
	Over  pvmmu.Work     // what the last call did too much of between two checks
}

// Has tells whether a set has a frame.
func Has(set, frame uint8) bool { return set>>frame&1 != 0 }

// Own is the start of a domain that owns the frames in list.
func (b *Book) Own(list []uint8) {
	for _, f := range list {
		b.Kept |= 1 << f
	}
}

// Context is the end of a set-context of vCPU 0, which was not initialised.
func (b *Book) Context(code errno.Errno) {
	switch code {
	case errno.OK:
		b.Ctx0 = pvmmu.CtxDone
	case errno.ERESTART:
		b.Ctx0 = pvmmu.CtxPending
	default:
		b.Ctx0 = pvmmu.CtxNone
	}
}

// Reset is a reset of vCPU 0 that was told to be complete.
func (b *Book) Reset() {
	switch b.Ctx0 {
	case pvmmu.CtxDone:
		b.Ctx0 = pvmmu.CtxAgain
	case pvmmu.CtxPending:
		b.Ctx0 = pvmmu.CtxNone
	}
}

// Pinned is a pin, or an unpin, that succeeded.
func (b *Book) Pinned(frame uint8, on bool) { set(&b.Pins, frame, on) }

// Given is a frame that the domain gets, or gives back.
func (b *Book) Given(frame uint8, on bool) { set(&b.Kept, frame, on) }

// Arrived is whatever has come of an exchange.
func (b *Book) Arrived(before, after *page.Pool) {
	for f := range uint8(page.MaxFrames) {
		if after.Pages[f].Owned && !before.Pages[f].Owned {
			b.Given(f, true)
		}
	}
}

// Destroyed is the beginning of the end: from here on nothing is the domain's
// to keep.
func (b *Book) Destroyed() { b.Kept, b.Pins = 0, 0 }

// Tables notes the tables in use, and the work done, when a call has ended.
func (b *Book) Tables(frames uint8, pages *page.Pool, st *pvmmu.State, most pvmmu.Work) {
	for i := range st.CPU[:pvmmu.MaxGuests] {
		if u := st.CPU[i].User; u != 0 {
			b.Users |= 1 << (u - 1)
		}
	}
	for f := range frames {
		if p := &pages.Pages[f]; p.Type != page.L4 || !p.Validated || p.TCount == 0 {
			b.Users &^= 1 << f
		}
	}
	b.Over = pvmmu.Work{Entries: tooMuch(most.Entries), Pages: tooMuch(most.Pages), Retries: tooMuch(most.Retries)}
}

// tooMuch is more than one of anything, or 0. Xen's limit for page_list is 256
// pages; the model asks after each.
func tooMuch(n uint8) uint8 {
	if n > 1 {
		return n
	}
	return 0
}

func set(s *uint8, frame uint8, on bool) {
	if *s &^= 1 << frame; on {
		*s |= 1 << frame
	}
}
