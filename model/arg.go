package model

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// ArgType is a kind of operand: how its values are written, which of them
// exist within bounds, and whether they are interchangeable.
type ArgType struct {
	Name string
	Doc  string
	// Symmetric says that values may be renamed into each other; the start
	// state can still forbid it, so a renamed story is always run again.
	Symmetric bool

	format func(v uint8) string
	parse  func(s string) (uint8, error)
	count  func(b Bounds) uint8 // values 0..count-1 exist within the bounds
}

// Format writes a value as it stands in files and stories.
func (t *ArgType) Format(v uint8) string { return t.format(v) }

// Parse reads what Format wrote; the error says what was expected.
func (t *ArgType) Parse(s string) (uint8, error) { return t.parse(s) }

// Count bounds the values: they lie in 0 to Count-1, simplest first. Not every
// number there need be one; a level is not 0.
func (t *ArgType) Count(b Bounds) uint8 { return t.count(b) }

// The operand types.
var (
	CPU = named("cpu", "the vCPU that makes the call: v0 to v2 of the guest, t0 to t2 of the toolstack's domain",
		"v0", "v1", "v2", "t0", "t1", "t2").symmetric()
	VCPU = number("vcpu", "a vCPU of the guest, by number", func(Bounds) uint8 { return pvmmu.MaxGuests })

	Frame       = number("frame", "a page frame (mfn) of the pool", func(b Bounds) uint8 { return b.Frames }).symmetric()
	FrameOrNone = optional("frame or none", "a page frame, or none for a base pointer of 0", Frame)

	Level = listed("level", "a page-table level, 1 to 4", 1, 4)
	Slot  = slotType("an entry of a page table, by number")
	// SlotOrM2P can also name the slot that is Xen's.
	SlotOrM2P = slotOrM2P()
	Ent       = &ArgType{
		Name:   "entry",
		Doc:    "a page-table entry: none, or a frame with ro, rw, pse (writable superpage) or bad (flags that no level accepts)",
		format: func(v uint8) string { return page.Entry(v).String() },
		parse: func(s string) (uint8, error) {
			e, err := page.ParseEntry(s)
			return uint8(e), err
		},
		count: func(Bounds) uint8 { return 1 << 7 },
	}
	Command = named("command", "how mmu_update treats the entry: MMU_NORMAL_PT_UPDATE, MMU_PT_UPDATE_PRESERVE_AD, or a command that does not exist",
		"normal", "preserve_ad", "unknown")
	Assist = named("vm_assist", "the vm_assist bits: none, VMASST_TYPE_m2p_strict (32), or bit 40, which nobody may set",
		"relaxed", "strict", "bit40")
	Toggle = named("toggle", "VMASST_CMD_enable, VMASST_CMD_disable, or a command that does not exist",
		"enable", "disable", "unknown")
	Mode = named("mode", "the context's flags: in kernel mode (VGCF_in_kernel), in user mode, not VGCF_online, or registers that the checks refuse",
		"kernel", "user", "offline", "badregs")
	PageType = named("type", "a type without entries of its own: seg_desc (PGT_seg_desc_page), shared (PGT_shared_page), writable (PGT_writable_page)",
		"seg_desc", "shared", "writable")

	Preempt = number("preempt", "the k-th reached hypercall_preempt_check() and all later ones of this call say yes; 0 is never",
		func(b Bounds) uint8 { return b.Preempt + 1 })
)

func (t *ArgType) symmetric() *ArgType {
	t.Symmetric = true
	return t
}

// named is an operand whose values are words.
func named(name, doc string, words ...string) *ArgType {
	return &ArgType{
		Name: name, Doc: doc,
		format: func(v uint8) string {
			if int(v) < len(words) {
				return words[v]
			}
			return strconv.Itoa(int(v))
		},
		parse: func(s string) (uint8, error) {
			for i, w := range words {
				if w == s {
					return uint8(i), nil
				}
			}
			return 0, fmt.Errorf("%q is no %s; want one of %s", s, name, strings.Join(words, ", "))
		},
		count: func(Bounds) uint8 { return uint8(len(words)) },
	}
}

// number is an operand whose values are numbers from 0.
func number(name, doc string, count func(Bounds) uint8) *ArgType {
	return &ArgType{
		Name: name, Doc: doc,
		format: func(v uint8) string { return strconv.Itoa(int(v)) },
		parse:  func(s string) (uint8, error) { return parseNumber(s, name, 0, 254) },
		count:  count,
	}
}

// listed is an operand whose values are the numbers from low to high; the
// value itself is stored, so that level 4 is 4.
func listed(name, doc string, low, high uint8) *ArgType {
	t := number(name, doc, func(Bounds) uint8 { return high + 1 })
	t.parse = func(s string) (uint8, error) { return parseNumber(s, name, low, high) }
	return t
}

// optional is an operand of type t that may also be "none"; stored as value+1.
func optional(name, doc string, t *ArgType) *ArgType {
	return &ArgType{
		Name: name, Doc: doc, Symmetric: t.Symmetric,
		format: func(v uint8) string {
			if v == 0 {
				return "none"
			}
			return t.format(v - 1)
		},
		parse: func(s string) (uint8, error) {
			if s == "none" {
				return 0, nil
			}
			v, err := t.parse(s)
			return v + 1, err
		},
		count: func(b Bounds) uint8 { return t.count(b) + 1 },
	}
}

func slotType(doc string) *ArgType {
	t := number("slot", doc, func(b Bounds) uint8 { return b.Slots })
	t.parse = func(s string) (uint8, error) { return parseNumber(s, "slot", 0, page.MaxSlots-1) }
	return t
}

// slotOrM2P is a slot of a page table, or the slot of the M2P table.
func slotOrM2P() *ArgType {
	t := slotType("an entry of a page table, by number; m2p is slot 256, which in an L4 is Xen's (RO_MPT)")
	format, parse := t.format, t.parse
	t.format = func(v uint8) string {
		if v == pvmmu.SlotM2P {
			return "m2p"
		}
		return format(v)
	}
	t.parse = func(s string) (uint8, error) {
		if s == "m2p" {
			return pvmmu.SlotM2P, nil
		}
		return parse(s)
	}
	return t
}

func parseNumber(s, what string, low, high uint8) (uint8, error) {
	v, err := strconv.ParseUint(s, 10, 8)
	if err != nil || uint8(v) < low || uint8(v) > high {
		return 0, fmt.Errorf("%q is no %s; want a number from %d to %d", s, what, low, high)
	}
	return uint8(v), nil
}
