package page_test

import (
	"testing"

	"hvcheck/model/page"
)

// TestEntryRoundTrip writes every entry and reads it again.
func TestEntryRoundTrip(t *testing.T) {
	written := map[string]page.Entry{}
	check := func(e page.Entry) {
		s := e.String()
		if other, twice := written[s]; twice {
			t.Errorf("%#x and %#x are both written %q", uint8(e), uint8(other), s)
		}
		written[s] = e
		if got, err := page.ParseEntry(s); err != nil || got != e {
			t.Errorf("%q was read as %v, %v", s, got, err)
		}
	}
	check(0)
	for f := range uint8(page.MaxFrames) {
		for k := page.RO; k <= page.Bad; k++ {
			check(page.To(f, k))
			check(page.To(f, k).WithDirty())
		}
		check(page.To(f, page.Away))
		check(page.To(f, page.Away).WithDirty())
	}
}

func TestEntryText(t *testing.T) {
	for e, want := range map[page.Entry]string{
		0:                                "none",
		page.To(2, page.RW):              "2rw",
		page.To(0, page.RO):              "0ro",
		page.To(7, page.PSE):             "7pse",
		page.To(1, page.Bad):             "1bad",
		page.To(1, page.Away):            "1away",
		page.To(2, page.RW).WithDirty():  "2rw+d",
		page.To(3, page.PSE).WithDirty(): "3pse+d",
		page.Entry(0).WithDirty():        "none+d",
	} {
		if got := e.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEntryMistakes(t *testing.T) {
	for _, s := range []string{"", "2", "rw", "8rw", "-1rw", "12rw", "2RW", "2rw ", "2rw+a", "+d", "none+a", "2none", "2none+d"} {
		if e, err := page.ParseEntry(s); err == nil {
			t.Errorf("%q was read as %v", s, e)
		}
	}
}

// TestEntryParts: the parts of an entry do not run into each other.
func TestEntryParts(t *testing.T) {
	for f := range uint8(page.MaxFrames) {
		for k := page.NotPresent; k <= page.Bad; k++ {
			e := page.To(f, k)
			d := e.WithDirty()
			if e.Frame() != f || e.Kind() != k || e.Dirty() || e.Present() != (k != page.NotPresent) {
				t.Errorf("frame %d, kind %d: %#x", f, k, uint8(e))
			}
			if d.Frame() != f || d.Kind() != k || !d.Dirty() || d.Clean() != e {
				t.Errorf("frame %d, kind %d, dirty: %#x", f, k, uint8(d))
			}
		}
	}
}

// TestValid: every byte that can be made with To and WithDirty is an entry, and
// no other one.
func TestValid(t *testing.T) {
	made := map[page.Entry]bool{0: true, page.Entry(0).WithDirty(): true}
	for f := range uint8(page.MaxFrames) {
		for k := page.RO; k <= page.Away; k++ {
			made[page.To(f, k)], made[page.To(f, k).WithDirty()] = true, true
		}
	}
	for b := range 256 {
		if e := page.Entry(b); e.Valid() != made[e] {
			t.Errorf("%#x is an entry: %v", b, e.Valid())
		}
	}
}

func TestTypes(t *testing.T) {
	names := map[string]bool{}
	for ty := page.None; ty <= page.Writable; ty++ {
		if s := ty.String(); s == "" || names[s] {
			t.Errorf("type %d is called %q", ty, s)
		} else {
			names[s] = true
		}
		table := ty == page.L1 || ty == page.L2 || ty == page.L3 || ty == page.L4
		if ty.IsTable() != table {
			t.Errorf("%v: is a table: %v", ty, ty.IsTable())
		}
	}
	// The level of a table is the number of its type.
	if page.L1 != 1 || page.L4 != 4 {
		t.Error("levels are numbered otherwise")
	}
}

func TestSlots(t *testing.T) {
	for s, want := range map[page.Slot]string{page.Empty: "empty", page.Filled: "filled", page.Guest: "guest"} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
