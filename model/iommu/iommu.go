// Package iommu models what devices reach: p2m and IOMMU tables, context entries, the
// translations that IOMMUs (IOTLB) and devices (Device-TLB, ATS) have cached, the
// invalidation queues with which Xen has these dropped, and the pages that must not
// be given to anybody else before that is done.
//
// Here are the state and what a configuration says; the rules are in package vtd. An
// operation of Xen's is a Task of the physical CPU that it runs on: with Config.Steps
// each phase is an operation of its own, between which devices, the hardware that
// executes the queues, and other CPUs do theirs.
//
// Source: xen/drivers/passthrough (iommu.c, pci.c, ats.h, vtd/iommu.c, vtd/qinval.c),
// xen/common/memory.c, xen/arch/x86/mm/p2m.c.
package iommu

import "hvcheck/model/page"

// Sizes of the fixed arrays. A scenario uses as much of them as it says.
const (
	MaxFrames = page.MaxFrames
	MaxGfns   = 4 // of a domain; dfns are gfns, of a PV domain frames
	MaxIOMMUs = 2
	MaxDevs   = 2
	MaxQueue  = 6 // descriptors that a queue has room for
	MaxDIDs   = 5 // domain ids of an IOMMU: one for whatever needs one
	MaxHeld   = 6 // entries of what a completion releases
	MaxBatch  = 2 // the array of a batch (16 in Xen), and one beyond
	NumCPUs   = 2 // physical ones
)

// The domains.
const (
	D0  = iota // the hardware domain
	D1         // owns the device
	D2         // the victim
	DIO        // dom_io: quarantine
	NumDomains
	NoDomain // also the owner of a free page
)

// Requester ids: the devices' own, and that of the phantom function of the first one.
const (
	Fn0 = iota
	Fn1
	Phantom
	NumFns
)

// DevOf is the device that a requester id belongs to.
func DevOf(fn uint8) uint8 { return [NumFns]uint8{0, 1, 0}[fn] }

// Translation tables: one for each domain but dom_io, and one for each device in
// quarantine.
const (
	T0 = iota
	T1
	T2
	TQ
	NumTables = TQ + MaxDevs
)

// TableOf is the table of a domain for a device.
func TableOf(d, dev uint8) uint8 {
	if d == DIO {
		return TQ + dev
	}
	return d
}

// Actors: who makes a call. Two of them share a physical CPU, one at a time.
const (
	A0   = iota // D1's vCPU 0, on CPU 0
	A1          // D1's vCPU 1, on CPU 1
	B0          // D2's vCPU, on CPU 0
	Tool        // D0's, the toolstack, on CPU 1
	NumActors
)

// CPUOf is the physical CPU of an actor.
func CPUOf(actor uint8) uint8 { return [NumActors]uint8{0, 1, 0, 1}[actor] }

// DomainOf is its domain.
func DomainOf(actor uint8) uint8 { return [NumActors]uint8{D1, D1, D2, D0}[actor] }

// P2MType is what a gfn stands for (p2m_type_t).
type P2MType uint8

// The types.
const (
	Invalid P2MType = iota // p2m_invalid
	RAM                    // p2m_ram_rw
	RAMRO                  // p2m_ram_ro
	LogDirty
	GrantRW
	GrantRO
	Foreign
	MMIODirect
	PoD
	NumP2MTypes
)

func (t P2MType) String() string {
	return [...]string{"invalid", "ram_rw", "ram_ro", "logdirty", "grant_rw", "grant_ro", "foreign", "mmio_direct", "pod"}[t]
}

// Rights are what p2m_get_iommu_flags() gives devices for an entry. That a page is of
// Xen's heap plays no part in it.
func (t P2MType) Rights() Entry {
	switch t {
	case RAM, LogDirty, GrantRW, Foreign, MMIODirect:
		return Readable | Writable
	case RAMRO, GrantRO:
		return Readable
	}
	return 0
}

// IsRAM tells whether the entry is ordinary memory of the domain's own.
func (t P2MType) IsRAM() bool { return t == RAM || t == RAMRO || t == LogDirty }

// Borrowed tells whether the entry is for a page of another domain's.
func (t P2MType) Borrowed() bool { return t == Foreign || t == GrantRW || t == GrantRO }

// P2M is one entry.
type P2M struct {
	Type P2MType
	MFN  uint8
}

// Entry is what a table, or a cache, has for one dfn; 0 is not present.
//
//	bits 0-2 frame, 3 read, 4 write, 5 part of a superpage, 6 firmware's memory of that dfn (RMRR)
type Entry uint8

// Bits of an Entry.
const (
	Readable  Entry = 1 << 3
	Writable  Entry = 1 << 4
	Super     Entry = 1 << 5
	Firmware  Entry = 1 << 6
	FrameMask Entry = 7
)

// To makes an entry for a frame.
func To(m uint8, rights Entry) Entry { return Entry(m)&FrameMask | rights }

// Present tells whether anything is allowed.
func (e Entry) Present() bool { return e&(Readable|Writable) != 0 }

// Frame is the frame; it means something if Pooled.
func (e Entry) Frame() uint8 { return uint8(e & FrameMask) }

// Pooled tells whether the entry leads to a frame of the pool.
func (e Entry) Pooled() bool { return e.Present() && e&Firmware == 0 }

// Allows tells whether an access is allowed.
func (e Entry) Allows(write bool) bool {
	if write {
		return e&Writable != 0
	}
	return e&Readable != 0
}

// Covers tells whether e allows all that other does, to the same place.
func (e Entry) Covers(other Entry) bool {
	rights := Readable | Writable
	return e.Present() && e&(FrameMask|Firmware) == other&(FrameMask|Firmware) && other&rights&^e == 0
}

// CtxType is the translation type of a context entry.
type CtxType uint8

// The types.
const (
	Absent      CtxType = iota
	MultiLevel          // CONTEXT_TT_MULTI_LEVEL: translated requests are blocked
	DevIOTLB            // CONTEXT_TT_DEV_IOTLB
	PassThrough         // CONTEXT_TT_PASS_THRU
)

func (t CtxType) String() string {
	return [...]string{"absent", "multi_level", "dev_iotlb", "pass_through"}[t]
}

// Ctx is a context entry.
type Ctx struct {
	Type  CtxType
	DID   uint8
	Table uint8
}

// IsFor tells whether a device's context entry has the table of a domain.
func (x Ctx) IsFor(d, dev uint8) bool { return x.Type != Absent && x.Table == TableOf(d, dev) }

// Pseudo is the first of the domids beyond the domains, which stand for devices in
// quarantine: pseudo_domid.
const Pseudo = NumDomains

// DomidOf is what a domain is known by in the maps of DIDs, for a device.
func DomidOf(d, dev uint8) uint8 {
	if d == DIO {
		return Pseudo + dev
	}
	return d
}

// DescOp is what a descriptor asks for.
type DescOp uint8

// The descriptors.
const (
	NoDesc     DescOp = iota
	DescCtx           // context cache, for a requester id
	DescIOTLB         // IOTLB of a DID
	DescDevTLB        // Device-TLB
	DescWait          // status write
	DescIRQ           // a wait that raises an interrupt
)

// All is the address of an invalidation of everything.
const All = 0xff

// Desc is a descriptor in a queue.
type Desc struct {
	Op   DescOp
	DID  uint8
	Fn   uint8 // DescCtx; of DescDevTLB the device
	Addr uint8 // first dfn, or All; of DescDevTLB as it is encoded, with S
	Size uint8 // order; of DescDevTLB the bit S
	CPU  uint8 // DescWait: whose slot; NumCPUs is nobody's
}

// Queue is an invalidation queue from its head on.
type Queue struct {
	N uint8
	D [MaxQueue]Desc
}

// HeldKind is what a completion, or Xen after a submission, does with an entry.
type HeldKind uint8

// The kinds.
const (
	NotHeld  HeldKind = iota
	PutAfter          // FL-V2, FL-V3, FL-V6: what is left of a call that has returned: it drops its references
	PutDone           // FL-V4: references are dropped when the flush is done
	RefDone           // FL-V4: a reference that a move holds
	DevRef            // FL-V5: the table's reference
	FreeDone          // FL-V6: the page is freed
	Unpause           // FL-V3, FL-V4: the domain runs again
)

func (k HeldKind) String() string {
	return [...]string{"nothing", "references to be dropped", "references of a flush", "a reference of a move", "a table's reference", "a free page", "a pause"}[k]
}

// Held is one entry, in the order in which they came. Left counts, for each IOMMU,
// the completions that are still to come before it may go: the sequence number of its
// flush, relative to what is done.
type Held struct {
	Kind HeldKind
	MFN  uint8
	Dom  uint8
	Left [MaxIOMMUs]uint8
}

// Life is how far a domain has come.
type Life uint8

// The stages. A domain that was crashed stays until it is destroyed.
const (
	Alive Life = iota
	Crashed
	Dying
	Dead
)

func (l Life) String() string { return [...]string{"alive", "crashed", "dying", "dead"}[l] }

// Domain is a domain.
type Domain struct {
	Life   Life
	Paused uint8
	HVM    bool
	Sync   bool // need_iommu_pt_sync: its IOMMU table is its own, kept in step with ownership
	Shared bool // hap_pt_share: its p2m is its IOMMU table
	On     bool // is_iommu_enabled()
	ATS    bool // FL-V6: busy_ats
	Zombie bool // destruction stopped
	Tot    uint8
	Max    uint8
	Lock   uint8 // the CPU + 1 that holds the p2m lock between two phases
	P2M    [MaxGfns]P2M
}

// Frame is what the model knows of a frame beside the pool's page.
type Frame struct {
	Owner   uint8
	GFN     uint8 // m2p: gfn + 1
	DevRefs uint8 // FL-V5: of its references, those of tables and unfinished flushes
	Uses    uint8 // PV: mappings, or others, that the guest has by a typed reference
	Leaked  bool  // it has a reference that is never dropped
	XenHeap bool
	Marked  bool // FL-V6: type dev_tlb
}

// Device is a struct pci_dev.
type Device struct {
	Owner      uint8
	There      bool
	IOMMU      uint8
	CanATS     bool
	ATS        bool // on the IOMMU's list
	Broken     bool
	Quarantine bool
	Phantom    bool // it has a phantom function
	RMRR       bool // it has a reserved range: the last dfn
	Stuck      bool // it has stopped answering invalidations
}

// RMRR is the dfn of the reserved range of a device that has one.
const RMRR = MaxGfns - 1

// InFlight is an access that is translated and not yet made.
type InFlight struct {
	E     Entry
	DFN   uint8
	DID   uint8
	Write bool
}

// Stop is why the host does not run any more.
type Stop uint8

// The reasons.
const (
	Running  Stop = iota
	BugCount      // a reference is dropped that nobody has
	BugFree       // a page is freed that has typed references
	BugArray      // a batch writes beyond its array
	BugTable      // an entry that must be there is not
	BugDID        // a DID is freed twice, or none is there
)

func (s Stop) String() string {
	return [...]string{"runs", "a reference was dropped that nobody has", "a page was freed that has typed references", "a batch wrote beyond its array", "an entry was not there", "a domain id was not there"}[s]
}

// State is everything.
type State struct {
	Frame [MaxFrames]Frame
	Dom   [NumDomains]Domain

	IOPT  [NumTables][MaxGfns]Entry
	Mem   [NumTables][MaxGfns]Entry // what is written back of it: a non-coherent IOMMU sees that
	Freed [NumTables]bool           // the table's pages are somebody else's

	Ctx      [NumFns]Ctx
	CtxCache [NumFns]Ctx
	DIDs     [MaxIOMMUs][MaxDIDs]uint8 // domid + 1
	IOTLB    [MaxIOMMUs][MaxDIDs][MaxGfns]Entry
	DevTLB   [MaxDevs][MaxGfns]Entry
	InFlight [MaxDevs]InFlight
	Dev      [MaxDevs]Device

	Queue   [MaxIOMMUs]Queue
	Slot    [NumCPUs]bool // the poll slot says DONE
	IRQ     [MaxIOMMUs]bool
	NoDefer [NumCPUs]bool // iommu_dont_flush_iotlb

	Held     [MaxHeld]Held
	TLB      [NumCPUs]Entry // PV: a translation that the CPU has cached
	Task     [NumCPUs]Task
	NoMemory bool // of the toolstack's failures: tables cannot get memory
	Stop     Stop
}

// Stopped tells whether the host has stopped.
func (s *State) Stopped() bool { return s.Stop != Running }
