package page

import (
	"fmt"
	"strconv"
	"strings"
)

// Entry is the content of one page-table slot: a frame and flags, packed into
// a byte; 0 is a non-present entry, and the dirty bit alone another one.
//
//	bits 0-2 frame, bits 3-5 kind, bit 6 dirty
type Entry uint8

// EntryKind is what an entry asks for.
type EntryKind uint8

// Kinds of entries.
const (
	NotPresent EntryKind = iota
	RO                   // present, read-only
	RW                   // present, writable
	PSE                  // present, writable, superpage
	Bad                  // present with flags that no level accepts
	Away                 // not present, and keeps an address, as of a page that was swapped out
)

var kindNames = [...]string{"none", "ro", "rw", "pse", "bad", "away"}

const dirtyBit Entry = 1 << 6

// To makes an entry that names frame.
func To(frame uint8, kind EntryKind) Entry { return Entry(frame&7) | Entry(kind)<<3 }

// Frame is the frame that the entry names; meaningless for a non-present one.
func (e Entry) Frame() uint8 { return uint8(e & 7) }

// Kind is what the entry asks for.
func (e Entry) Kind() EntryKind { return EntryKind(e >> 3 & 7) }

// Present tells whether the processor follows the entry.
func (e Entry) Present() bool { return e.Kind() != NotPresent && e.Kind() != Away }

// Names tells whether the entry has the number of a frame in it.
func (e Entry) Names() bool { return e.Kind() != NotPresent }

// Valid tells whether a byte is an entry at all.
func (e Entry) Valid() bool {
	return e.Clean() == 0 || e.Kind() != NotPresent && e.Kind() <= Away && e < dirtyBit<<1
}

// Dirty tells the D bit, which the hardware sets and PRESERVE_AD keeps.
func (e Entry) Dirty() bool { return e&dirtyBit != 0 }

// WithDirty sets the D bit.
func (e Entry) WithDirty() Entry { return e | dirtyBit }

// Clean is the entry without its D bit, for comparisons.
func (e Entry) Clean() Entry { return e &^ dirtyBit }

// String is "none", "2rw", "0ro", or "2rw+d" with the dirty bit.
func (e Entry) String() string {
	s := kindNames[e.Kind()]
	if e.Names() {
		s = strconv.Itoa(int(e.Frame())) + s
	}
	if e.Dirty() {
		s += "+d"
	}
	return s
}

// ParseEntry reads what String wrote.
func ParseEntry(s string) (Entry, error) {
	body, dirty := strings.CutSuffix(s, "+d")
	e, ok := parseClean(body)
	if !ok {
		return 0, fmt.Errorf("%q is no entry; want none, or a frame with ro, rw, pse, bad or away, such as 2rw", s)
	}
	if dirty {
		e = e.WithDirty()
	}
	return e, nil
}

// parseClean reads an entry without its dirty bit.
func parseClean(s string) (Entry, bool) {
	if s == kindNames[NotPresent] {
		return 0, true
	}
	if len(s) < 2 || s[0] < '0' || s[0] >= '0'+MaxFrames {
		return 0, false
	}
	for k := RO; k <= Away; k++ {
		if s[1:] == kindNames[k] {
			return To(s[0]-'0', k), true
		}
	}
	return 0, false
}
