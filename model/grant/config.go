package grant

// Steps are the kinds of work whose sections are operations of their own.
type Steps uint8

// The kinds.
const (
	StepMap Steps = 1 << iota
	StepUnmap
	StepCopy
	StepTransfer
	StepVersion // set_version, and XENMAPSPACE_grant_table
	StepGuest   // a kernel's grant, and its end
	StepDestroy // between the phases D1 to D6; and each handle's release
	StepRevoke  // revocation, soft reset and GNTTABOP_reset
	StepAll     = ^Steps(0)
)

// StepOf is the option of each kind of work.
var StepOf = [numWorks]Steps{
	WorkMap: StepMap, WorkUnmap: StepUnmap, WorkReplace: StepUnmap, WorkCopy: StepCopy, WorkTransfer: StepTransfer,
	WorkVersion: StepVersion, WorkSpace: StepVersion, WorkGrant: StepGuest, WorkEnd: StepGuest, WorkDestroy: StepDestroy,
	WorkSoftReset: StepRevoke, WorkRevoke: StepRevoke, WorkReset: StepRevoke,
}

// Config is what a run of the model does not change. The zero value of an option
// leaves out the state that it is about.
type Config struct {
	// Bounds.
	Refs    uint8 // the highest reference that is named
	Frames  uint8 // of the pool
	Slots   uint8 // where B and C map: page-table entries, or gfns
	Handles uint8 // of each domain
	Fronts  uint8 // vCPUs of F
	Backs   uint8 // and of B

	// Options.
	Steps     Steps
	Lists     bool  // maptrack's free lists; without it the lowest handle that is free is taken
	PerPage   uint8 // maptrack entries that a new page has; Lists only
	TLB       bool  // what CPUs have cached is part of the state
	Tags      bool  // and who wrote what
	PinLimit  uint8 // a counter that has reached this is not raised (128 in Xen)
	Block     uint8 // elements of an unmap between two flushes
	Retries   bool  // maps look at an entry, change it, and read its frame in sections of their own
	Untrusted bool  // F's kernel does not behave: nothing is promised to it

	// Xen's command line.
	NoTransfer   bool // gnttab=no-transfer
	NoTransitive bool // gnttab=no-transitive

	Handover Handover
	Reset    Reset
	Manner   Manner
	On       [NumRules]bool
}

// Handover is what becomes of grants when another kernel takes over.
type Handover uint8

// The hand-overs, GR-V0 to GR-V12.
const (
	V0 Handover = iota
	V1
	V2
	V3
	V4
	V5
	V6
	V7
	V8
	V9
	V10
	V11
	V12
	V12u // and K2 uses references that are pinned
	NumHandovers
)

// Fresh tells whether the owner gets other pages, and the mapper keeps what it has.
func (h Handover) Fresh() bool { return h == V12 || h == V12u }

// Revokes tells whether Xen takes mappings away, and gives back what they hold.
func (h Handover) Revokes() bool { return h >= V6 && !h.Fresh() }

// Reset is what GNTTABOP_reset does.
type Reset uint8

// The forms. There is no such operation in the first one, which is today's.
const (
	NoReset Reset = iota
	R1
	R0
	Listed // none: K1 has a list of its handles, and unmaps them before it gives way
	NumResets
)

// Manner is how a revocation goes about what the hand-over leaves open.
type Manner uint8

// The manners.
const (
	ByDesign  Manner = iota
	SameSpare        // GR-V10: a mapper supplies one frame for several mappings, and nobody looks
	OneByOne         // GR-V11: mappings of a grant switch to its copy one after the other
	NumManners
)

// Rule numbers the rules that bug switches and mutants change.
type Rule uint8

// The rules, by the switch that changes them.
const (
	AsIs1 Rule = iota
	AsIs2
	AsIs3
	AsIs4
	AsIs5
	AsIs6
	AsIs7
	AsIs8
	AsIs9
	B1
	B2
	B3
	B4
	B5
	B6
	B7
	B8
	B9
	B10
	B11
	B12
	B13
	B14
	B15
	B16
	B17
	B18
	B19
	B20
	B21
	B22
	B23
	B24
	B25
	B26
	Mut1
	Mut2
	Mut3
	Mut4
	Mut5
	Mut6
	Mut7
	NumRules
)
