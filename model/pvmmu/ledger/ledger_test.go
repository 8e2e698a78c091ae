package ledger_test

import (
	"testing"

	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/ledger"
)

// TestContext: what each result of a set-context, and a reset after it, mean.
func TestContext(t *testing.T) {
	for code, want := range map[errno.Errno][2]pvmmu.Progress{
		errno.OK:       {pvmmu.CtxDone, pvmmu.CtxAgain},
		errno.ERESTART: {pvmmu.CtxPending, pvmmu.CtxNone},
		errno.EINVAL:   {pvmmu.CtxNone, pvmmu.CtxNone},
	} {
		var b ledger.Book
		b.Context(code)
		first := b.Ctx0
		b.Reset()
		if got := [2]pvmmu.Progress{first, b.Ctx0}; got != want {
			t.Errorf("%v: %v, want %v", code, got, want)
		}
	}
}

// TestFrames: frames come and go one at a time, and all of them with the domain.
func TestFrames(t *testing.T) {
	var b ledger.Book
	b.Own([]uint8{0, 2})
	b.Given(1, true)
	b.Given(0, false)
	b.Pinned(2, true)
	for f, want := range []bool{false, true, true, false} {
		if ledger.Has(b.Kept, uint8(f)) != want || ledger.Has(b.Pins, uint8(f)) != (f == 2) {
			t.Errorf("frame %d: kept in %b, pinned in %b", f, b.Kept, b.Pins)
		}
	}
	var before, after page.Pool
	after.Pages[5].Owned = true
	if b.Arrived(&before, &after); !ledger.Has(b.Kept, 5) {
		t.Error("what has come of an exchange is not the domain's")
	}
	if b.Destroyed(); b.Kept != 0 || b.Pins != 0 {
		t.Error("a domain that dies keeps frames")
	}
}

// TestTables: a frame is a user table's until it is no valid L4 any more, and
// only too much work is noted.
func TestTables(t *testing.T) {
	var b ledger.Book
	var pages page.Pool
	var s pvmmu.State
	pages.Pages[1] = page.Page{Type: page.L4, Validated: true, TCount: 1}
	s.CPU[0].User = 2
	b.Tables(2, &pages, &s, pvmmu.Work{Entries: 1, Pages: 1, Retries: 1})
	s.CPU[0].User = 0
	b.Tables(2, &pages, &s, pvmmu.Work{Entries: 1, Pages: 2})
	if !ledger.Has(b.Users, 1) || b.Over != (pvmmu.Work{Pages: 2}) {
		t.Errorf("%+v", b)
	}
	pages.Pages[1].Validated = false
	b.Tables(2, &pages, &s, pvmmu.Work{Entries: 1})
	if b.Users != 0 || b.Over != (pvmmu.Work{}) {
		t.Errorf("%+v", b)
	}
}
