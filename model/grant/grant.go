// Package grant models Xen's grant tables: entries in both layouts, maptrack,
// the operations of GNTTABOP_*, the mappings that they make (page tables, p2m,
// IOMMU, TLB), the kernels that grant, the backends that map, and what becomes
// of grants when a domain dies or another kernel takes over.
//
// A few domains share the State: F, which grants; B, which maps; C, a third one,
// which may do either. An operation is a Call: Begin binds it to a State, one
// method per operation changes it in place, End closes it. What Xen does in
// several critical sections is a Task of the CPU that does it: with Config.Steps
// each section is an operation of its own, otherwise they follow at once.
//
// Source: xen/common/grant_table.c, xen/arch/x86/pv/grant_table.c,
// xen/arch/x86/hvm/grant_table.c; Linux drivers/xen/grant-table.c.
package grant

import "hvcheck/model/page"

// Sizes of the fixed arrays. A scenario uses as much of them as it says.
const (
	MaxRefs    = 4 // ref 0 stands for the reserved ones
	MaxHandles = 6
	MaxVCPUs   = 2 // of one domain
	MaxGfns    = 6
	MaxBlock   = 2 // elements of an unmap between two TLB flushes (32 in Xen)
	MaxFrames  = page.MaxFrames
	MaxSlots   = page.MaxSlots
	MaxTables  = 4 // frames of F's grant table
	NoGfn      = MaxFrames
	MaxPIRQs   = 2
)

// Reserved is the reference that stands for those below
// GNTTAB_NR_RESERVED_ENTRIES. The last one, High, exists in a table of one frame
// only while that has the layout of version 1.
const (
	Reserved = 0
	High     = MaxRefs - 1
)

// The domains.
const (
	DomF = iota // grants
	DomB        // maps: the backend's
	DomC        // a third one
	NumDomains
	DomV     = iota - 1 // takes pages that became free
	DomXen              // owns frames that Xen puts in the place of others
	NoDomain            // also the owner of a free page
)

// CPUs: who makes a call.
const (
	Front0 = iota // F's vCPUs
	Front1
	Back0 // B's
	Back1
	Third0 // C's
	Tool   // the toolstack's, and Xen's own work
	NumCPUs
)

// DomainOf is the domain of a CPU; the toolstack's is none.
func DomainOf(cpu uint8) uint8 { return [NumCPUs]uint8{DomF, DomF, DomB, DomB, DomC, NoDomain}[cpu] }

// VcpuOf is the CPU's number among its domain's.
func VcpuOf(cpu uint8) uint8 { return [NumCPUs]uint8{0, 1, 0, 1, 0, 0}[cpu] }

// Flags of a shared entry. In the layout of version 1 reading and writing are
// in the same word as the rest, which the guest may overwrite.
const (
	Invalid        = 0 // GTF_invalid
	PermitAccess   = 1 // GTF_permit_access
	AcceptTransfer = 2 // GTF_accept_transfer
	Transitive     = 3 // GTF_transitive
	TypeMask       = 3

	Readonly = 1 << 2 // GTF_readonly
	Reading  = 1 << 3 // GTF_reading
	Writing  = 1 << 4 // GTF_writing
	SubPage  = 1 << 5 // GTF_sub_page

	Committed = 1 << 2 // GTF_transfer_committed, for accept_transfer
	Completed = 1 << 3 // GTF_transfer_completed
)

// BigFrame is a frame number of a version 2 entry that version 1 has no bits for.
const BigFrame = 0x80

// Entry is a shared entry, of either layout.
type Entry struct {
	Flags uint8
	Domid uint8
	Frame uint8 // gfn of the granter; transitive: the reference in the third domain
	Trans uint8 // trans_domid
}

// Accepted tells whether a transfer is committed to the entry.
func (e *Entry) Accepted() bool {
	return e.Flags&TypeMask == AcceptTransfer && e.Flags&Committed != 0
}

// Kinds of pins.
const (
	PinHostW = iota // GNTPIN_hstw
	PinHostR        // GNTPIN_hstr
	PinDevW         // GNTPIN_devw
	PinDevR         // GNTPIN_devr
	NumPins
)

// Active is struct active_grant_entry. It means something while it is pinned;
// then Xen looks at nothing of the shared entry but whether it is read-only.
type Active struct {
	Pin   [NumPins]uint8
	Domid uint8 // who maps
	MFN   uint8
	Src   uint8 // src_domid
	Trans uint8 // trans_gref
	Sub   bool  // is_sub_page
}

// Pinned tells whether any counter is not 0.
func (act *Active) Pinned() bool { return act.Pin != [NumPins]uint8{} }

// Written tells whether there is a pin for writing.
func (act *Active) Written() bool { return act.Pin[PinHostW]|act.Pin[PinDevW] != 0 }

// Table is the granting side of struct grant_table.
type Table struct {
	Ver, MaxVer       uint8
	Frames, MaxFrames uint8 // nr_grant_frames, max_grant_frames
	StatusFrames      uint8 // nr_status_frames
	V2Ops             uint8 // nr_v2_ops
	Writer            uint8 // the CPU + 1 that holds the lock as a writer between two steps
	Entry             [MaxRefs]Entry
	Status            [MaxRefs]uint8 // in the status frames; version 2
	Act               [MaxRefs]Active
}

// Flags of a mapping.
const (
	DeviceMap      = 1 << 0 // GNTMAP_device_map
	HostMap        = 1 << 1 // GNTMAP_host_map
	MapReadonly    = 1 << 2 // GNTMAP_readonly
	ApplicationMap = 1 << 3 // GNTMAP_application_map
	ContainsPTE    = 1 << 4 // GNTMAP_contains_pte

	BothParts = DeviceMap | HostMap
)

// Mapping is struct grant_mapping. It is live while Flags is not 0. While it is on
// a free list, Ref is the link: the next handle + 1, 0 is MAPTRACK_TAIL.
type Mapping struct {
	Ref     uint8
	Flags   uint8
	Domid   uint8
	VCPU    uint8
	Revoked bool  // designs that revoke: nothing of the granter is left to be given back
	Spare   uint8 // GR-V10: the frame + 1 that its owner gave for this
}

// Maptrack is the mapping side of struct grant_table, with the lists of the vCPUs.
type Maptrack struct {
	Entry [MaxHandles]Mapping
	Head  [MaxVCPUs]uint8 // maptrack_head: handle + 1, 0 is MAPTRACK_TAIL
	Tail  [MaxVCPUs]uint8 // maptrack_tail
	Limit uint8           // maptrack_limit
}

// P2MType is what a gfn stands for.
type P2MType uint8

// Types of p2m entries, as far as they matter here.
const (
	P2MNone    P2MType = iota // p2m_invalid; a ballooned page too
	P2MRAM                    // p2m_ram_rw
	P2MGrantRW                // p2m_grant_map_rw
	P2MGrantRO                // p2m_grant_map_ro
	P2MForeign                // p2m_map_foreign
	P2MPaged                  // p2m_ram_paged
	P2MTable                  // a frame of the domain's grant table, whose number MFN is
)

// P2M is one entry. A PV domain has none: its frame numbers are machine frames.
type P2M struct {
	Type P2MType
	MFN  uint8
}

// Rights are those of an IOMMU entry.
type Rights uint8

// The rights.
const (
	NoDMA Rights = iota
	ReadDMA
	WriteDMA // and read
)

// Count is a node of maptrack_tree: mappings of a frame, by kind.
type Count struct{ Rd, Wr uint8 }

// Life is how far a domain has come.
type Life uint8

// The stages. A domain that was crashed stays until it is destroyed.
const (
	Alive Life = iota
	Crashed
	Dying
	Dead
)

// BeliefState is what a kernel thinks of a reference of its own.
type BeliefState uint8

// The states.
const (
	Free    BeliefState = iota
	Granted             // a grant was made, or is being made
	Ending              // ended, but still in use when that was tried: it is tried again
)

// Belief is what a kernel knows of a reference: which page it has granted, to whom.
type Belief struct {
	State BeliefState
	Frame uint8 // gfn
	Dom   uint8
	RO    bool
}

// Domain is a domain that grants or maps.
type Domain struct {
	Life     Life
	HVM      bool  // paging_mode_external
	Sync     bool  // need_iommu_pt_sync: the IOMMU's tables are its own
	Priv     bool  // may map frames of other domains by mmu_update
	Tot, Max uint8 // tot_pages, max_pages
	P2MLock  uint8 // the CPU + 1 that holds the p2m lock between two steps
	Phase    uint8 // of destruction: D1 is 1, D2 is 2, 4 is what follows; 0 while alive
	Rel      uint8 // handles that gnttab_release_mappings() has behind it

	Table Table
	Track Maptrack
	P2M   [MaxGfns]P2M
	PTE   [MaxSlots]page.Entry // PV: an L1's entries
	TLB   [MaxGfns]page.Entry  // what the domain's CPUs still hold, by slot or gfn
	IOPT  [MaxFrames]Rights    // by mfn, which is the dfn too
	Tree  [MaxFrames]Count     // maptrack_tree

	Belief [MaxRefs]Belief // of the kernel that runs in it
}

// TableFrame is a frame of F's grant table: a page of Xen's heap that the domain
// owns and may map. The first half of them are shared frames, the others status
// frames.
type TableFrame struct {
	There     bool  // it exists: allocated, not freed since
	Allocated bool  // PGC_allocated
	Count     uint8 // general references, Allocated's too
	PTEs      uint8 // of these, page-table entries of F or foreign mappings
	M2P       uint8 // the gfn + 1 that the m2p names
}

// FirstStatus is the number of the first status frame among F's table frames.
const FirstStatus = MaxTables / 2

// State is everything about the grants of a few domains, beside the pool of pages.
type State struct {
	Owner  [MaxFrames]uint8 // page_get_owner(); NoDomain for a free one
	Tag    [MaxFrames]Tag   // who wrote what is in it; option Tags
	Dom    [NumDomains]Domain
	TFrame [MaxTables]TableFrame
	Task   [NumCPUs]Task

	Kernel Kernel          // F's
	Driver [MaxRefs]Driver // B's backend, by the reference of F that it serves

	NoHeap  bool // environment: Xen's heap is empty
	NoIOMMU bool // environment: changes of IOMMU tables fail
	Stop    Stop
}

// Stop says why nothing can happen any more.
type Stop uint8

// Reasons to stop.
const (
	Running        Stop = iota
	BugTree             // unmap_common(): a count of maptrack_tree underflows
	BugPin              // a pin counter underflows
	BugPutPage          // put_page() of a page without references
	BugPutType          // put_page_type() of a page without typed ones
	BugFreeTyped        // free_domheap_page() of a page with typed references
	BugHandle           // a handle out of nowhere: get_maptrack_handle() returns a live one
	UseAfterFree        // Xen writes to a status frame that has been freed
	BugStatusFrame      // gnttab_unpopulate_status_frames(): the frame is still referenced
	BeyondTable         // Xen goes beyond the end of a grant table
)

func (s Stop) String() string {
	return [...]string{
		"running",
		"BUG in unmap_common(): the IOMMU count of the frame underflows",
		"ASSERT in unmap_common_complete(): a pin counter underflows",
		"BUG in put_page(): the page has no general reference",
		"BUG in put_page_type(): the page has no typed reference",
		"BUG in free_domheap_page(): the page still has typed references",
		"maptrack: a handle that is live is handed out again",
		"Xen writes to a status frame that has been freed",
		"BUG in gnttab_unpopulate_status_frames(): the frame is still referenced",
		"Xen goes beyond the end of a grant table",
	}[s]
}

// Stopped tells whether the host crashed.
func (s *State) Stopped() bool { return s.Stop != Running }
