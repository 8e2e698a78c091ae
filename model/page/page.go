// Package page is the pool of page frames that areas share: who owns a frame, how often
// it is referenced, and as what.
//
// It keeps counts and nothing else. The rules that decide when a reference or
// a type may be taken belong to the areas; they read and write Page directly.
//
// Source: struct page_info and its comments in xen/arch/x86/include/asm/mm.h.
package page

// Sizes of the fixed arrays. A scenario uses as many frames and slots as it
// says; the rest stays zero.
const (
	MaxFrames = 8
	MaxSlots  = 4
)

// Type is what a frame's typed references are for (PGT_type_mask).
type Type uint8

// The mutually exclusive types. A type may change only while TCount is 0.
const (
	None     Type = iota // PGT_none
	L1                   // PGT_l1_page_table
	L2                   // PGT_l2_page_table
	L3                   // PGT_l3_page_table
	L4                   // PGT_l4_page_table
	SegDesc              // PGT_seg_desc_page
	Shared               // PGT_shared_page
	Writable             // PGT_writable_page
)

func (t Type) String() string {
	return [...]string{"none", "l1", "l2", "l3", "l4", "seg_desc", "shared", "writable"}[t]
}

// IsTable tells the page-table types.
func (t Type) IsTable() bool { return t >= L1 && t <= L4 }

// Slot is the content of the RO_MPT slot of an L4 (slot 256), where Xen maps
// the machine-to-physical table for the guest.
type Slot uint8

// Contents of the RO_MPT slot.
const (
	Empty  Slot = iota // not mapped
	Filled             // Xen's own entry
	Guest              // bits that the guest wrote while the page was ordinary memory
)

func (s Slot) String() string { return [...]string{"empty", "filled", "guest"}[s] }

// Page is one frame's struct page_info with its content.
//
// Content exists whatever the type is; only the type gives it meaning. Nr and
// PSet mean something while Partial, Linear while TCount is not 0; otherwise they
// are left over.
type Page struct {
	Owned     bool  // owned by the domain; false: free
	Allocated bool  // PGC_allocated: the owner has not given it back; stands for one of Count
	Count     uint8 // general references (PGC_count_mask)
	Type      Type
	TCount    uint8 // typed references of the current type (PGT_count_mask)
	Validated bool  // PGT_validated: contents audited for Type
	Partial   bool  // PGT_partial: audit or un-audit stopped midway; owns one typed and one general reference
	Pinned    bool  // PGT_pinned: owns one typed and one general reference
	Locked    bool  // PGT_locked: page_lock holds one more typed reference
	Nr        uint8 // nr_validated_ptes: entries [0,Nr) are validated and hold references
	PSet      uint8 // PTF_partial_set: entry Nr was left partial; see the constants
	Linear    int8  // linear_pt_count: >0 same-level entries in here, <0 uses of this table in others
	Ent       [MaxSlots]Entry

	Unscrubbed bool // PGC_need_scrub: what its last owner had in it is still there
	ROMpt      Slot // slot 256, used while the page is an L4
}

// Values of Page.PSet.
const (
	PSetNone  = 0
	PSetRef   = 1 // the entry holds a general reference (the rule since d28fe10c50)
	PSetNoRef = 2 // it holds none; only with the rule of before XSA-299
)

// LinearEntries is Linear, while the page is used as a table.
func (p *Page) LinearEntries() int8 {
	if p.TCount == 0 || !p.Type.IsTable() {
		return 0
	}
	return p.Linear
}

// What Nr and Linear are left at, where nobody must read them.
const (
	StaleNr     = 1
	StaleLinear = 1
)

// Pool is the machine's frames.
type Pool struct {
	Pages [MaxFrames]Page
}
