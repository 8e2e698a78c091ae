package subject

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// Page is what Xen's dump says of a page.
type Page struct {
	Frame     uint64
	CountInfo uint64 // caf
	TypeInfo  uint64 // taf
}

// Bits of CountInfo and TypeInfo.
const (
	countMask     = 1<<54 - 1
	countAlloc    = 1 << 63
	typeShift     = 61
	typeLocked    = 1 << 60
	typePinned    = 1 << 59
	typeValidated = 1 << 58
	typePartial   = 1 << 56
	typeCount     = 1<<54 - 1
)

// Count is the number of general references.
func (p *Page) Count() uint64 { return p.CountInfo & countMask }

// Allocated is PGC_allocated.
func (p *Page) Allocated() bool { return p.CountInfo&countAlloc != 0 }

// Type is the code of the type: 1 to 4 are page tables, 5 descriptors, 7 writable.
func (p *Page) Type() int { return int(p.TypeInfo >> typeShift) }

// TypeCount is the number of typed references.
func (p *Page) TypeCount() uint64 { return p.TypeInfo & typeCount }

// Pinned is PGT_pinned.
func (p *Page) Pinned() bool { return p.TypeInfo&typePinned != 0 }

// Validated is PGT_validated.
func (p *Page) Validated() bool { return p.TypeInfo&typeValidated != 0 }

// Partial is PGT_partial.
func (p *Page) Partial() bool { return p.TypeInfo&typePartial != 0 }

// Dump is what Xen tells of a domain.
type Dump struct {
	Gone     bool // there is no such domain
	Dying    int
	Pages    []Page // in the order of page_list
	RelPages []Page // on relmem_list, of which an instrumented hypervisor alone tells
	XenPages []Page // pages of Xen's heap that are the domain's
	Total    int
	VMAssist uint64
}

// Empty tells of a domain that is dying and has no page any more.
func (d *Dump) Empty() bool { return !d.Gone && d.Dying != 0 && d.Total == 0 }

// Page is what it says of the page in a frame, or nil.
func (d *Dump) Page(frame uint64) *Page {
	for _, list := range [...][]Page{d.Pages, d.RelPages} {
		for i := range list {
			if list[i].Frame == frame {
				return &list[i]
			}
		}
	}
	return nil
}

// Dump has Xen tell everything of the domain.
func (d *Domain) Dump() (*Dump, error) {
	list, err := Dumps(d.X, d)
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Dumps has Xen tell everything of several domains, as they are at one time.
func Dumps(x *abi.Xen, list ...*Domain) ([]*Dump, error) { return told(x, 'q', list, parse) }

// told presses a debug key, and reads what Xen tells of each domain then.
func told[T any](x *abi.Xen, key byte, list []*Domain, read func(text string, id uint16) (T, error)) (all []T, err error) {
	text, rc := x.Dump(key)
	if rc != errno.OK {
		return nil, fmt.Errorf("debug key %c: %v", key, rc)
	}
	for _, d := range list {
		one, err := read(text, d.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// VMAssist is what Xen tells of vm_assist, however many pages the domain has.
func (d *Domain) VMAssist() (uint64, error) {
	list, err := told(d.X, 'q', []*Domain{d}, func(text string, id uint16) (uint64, error) {
		text, found := partOf(text, id)
		if !found {
			return 0, fmt.Errorf("there is no domain %d", id)
		}
		return number(text, assistLabel, 16), nil
	})
	if err != nil {
		return 0, err
	}
	return list[0], nil
}

const assistLabel = " vm_assist="

// partOf is the part of a dump that is about a domain.
func partOf(text string, id uint16) (part string, found bool) {
	const heading = "General information for domain "
	_, part, found = strings.Cut(text, fmt.Sprintf("%s%d:", heading, id))
	part, _, _ = strings.Cut(part, heading)
	return part, found
}

// parse reads the part of a dump that is about a domain.
func parse(text string, id uint16) (*Dump, error) {
	text, found := partOf(text, id)
	if !found {
		return &Dump{Gone: true}, nil
	}
	if strings.Contains(text, "DomPage list too long") {
		return nil, fmt.Errorf("the domain has more pages than Xen tells of")
	}
	d := &Dump{
		Dying: int(number(text, " dying=", 10)), Total: int(number(text, " nr_pages=", 10)),
		VMAssist: number(text, assistLabel, 16),
	}
	d.Pages, d.RelPages, d.XenPages = pages(text, "DomPage "), pages(text, "RelPage "), pages(text, "XenPage ")
	return d, nil
}

// pages reads the lines with a label.
func pages(text, label string) (list []Page) {
	for {
		var found bool
		if _, text, found = strings.Cut(text, label); !found {
			return list
		}
		list = append(list, Page{number(text, "", 16), number(text, "caf=", 16), number(text, "taf=", 16)})
	}
}

// number is the one that stands behind the first place where a text has a label.
// Regular expressions would take most of the time here, on a machine that is
// emulated.
func number(text, label string, base int) uint64 {
	_, text, _ = strings.Cut(text, label)
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef"[:base], r) })
	if end < 0 {
		end = len(text)
	}
	n, _ := strconv.ParseUint(text[:end], base, 64)
	return n
}
