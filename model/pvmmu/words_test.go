package pvmmu_test

import (
	"testing"

	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// TestWords: every value that people meet has a word of its own.
func TestWords(t *testing.T) {
	seen := map[string]bool{}
	word := func(s string) {
		t.Helper()
		if s == "" || seen[s] {
			t.Errorf("%q is no word of its own", s)
		}
		seen[s] = true
	}
	for s := pvmmu.Running; s <= pvmmu.Beyond; s++ {
		word(s.String())
	}
	for p := pvmmu.CtxNone; p <= pvmmu.CtxAgain; p++ {
		word(p.String())
	}
}

// TestOwn: a new domain has its pages in the order of the list, unused.
func TestOwn(t *testing.T) {
	var pool page.Pool
	var s pvmmu.State
	pvmmu.Own(&pool, &s, []uint8{2, 0})
	if s.List != [page.MaxFrames]uint8{3, 1} || s.Tot != 2 || s.Stopped() || s.Strict() {
		t.Errorf("%+v", s)
	}
	for f, p := range pool.Pages {
		want := page.Page{}
		if f == 0 || f == 2 {
			want = page.Page{Owned: true, Allocated: true, Count: 1, Nr: page.StaleNr, PSet: page.PSetRef, Linear: page.StaleLinear}
		}
		if p != want {
			t.Errorf("frame %d: %+v", f, p)
		}
	}
}

// TestBaseline: the first variant is today's code.
func TestBaseline(t *testing.T) {
	if pvmmu.V2 != 0 || pvmmu.Variants[pvmmu.V2].ID != "MM-V2" {
		t.Error("the baseline is not the zero value")
	}
}
