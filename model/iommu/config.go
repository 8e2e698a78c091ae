package iommu

// Steps are the kinds of work that go phase by phase; other work is done at once.
type Steps uint8

// The kinds.
const (
	StepRemove   Steps = 1 << iota // removals, and flushes of memory operations
	StepPopulate                   // the two phases of populate_physmap
	StepMove
	StepType
	StepDevice // assign and deassign
	StepDestroy
	StepAll Steps = 1<<iota - 1
)

// Of is the option that a kind of work belongs to.
func (w Work) Of() Steps {
	return [NumWorks]Steps{
		WorkRemove: StepRemove, WorkPopulate: StepPopulate, WorkMove: StepMove, WorkRange: StepMove, WorkForeign: StepMove, WorkUnforeign: StepMove,
		WorkType: StepType, WorkPutType: StepType, WorkTable: StepType, WorkAssign: StepDevice, WorkDeassign: StepDevice, WorkDestroy: StepDestroy,
	}[w]
}

// Config is what a run of the model does not change. The zero value of an option
// leaves out the state that it is about.
type Config struct {
	// Bounds.
	Frames uint8 // of the pool
	Gfns   uint8 // of each domain
	Devs   uint8
	IOMMUs uint8
	CPUs   uint8
	Ring   uint8 // descriptors that a queue has room for
	Batch  uint8 // elements of a range between two flushes (16 in Xen)

	// Options.
	Steps        Steps
	Together     bool // all requests of a flush are submitted at once, with one wait, as before a7f581ff45
	InFlight     bool // an access is translated, and made later
	NonCoherent  bool // the IOMMU does not see what is in CPU caches
	CtxCache     bool // IOMMUs cache context entries
	Replace      bool // the guest populates gfns that have a page
	NoQuarantine bool // iommu=quarantine=off
	NoATS        bool // Xen does not enable ATS, as by default: no device has a Device-TLB
	Scan         Scan // FL-V6: how pages are marked when a device comes
	KeepForeign  bool // FL-V6: the reference of a foreign mapping is kept until its flush is done
	MarkType     bool // FL-V6: the mark is a page type

	Flushing Flushing
	On       [NumRules]bool
}

// Scan is how a domain's pages are marked when it gets an ATS device (FL-V6).
type Scan uint8

// The ways.
const (
	ScanAtOnce Scan = iota
	ScanLate        // page by page, then new pages are marked as they come
	ScanEarly       // new pages are marked first
	ScanPaused      // as ScanLate, and the domain is paused meanwhile
)

// Flushing is the design variant: what becomes of the page whose entry was removed.
type Flushing uint8

// The variants. The first is today's.
const (
	V1 Flushing = iota
	V0
	V1t
	V2
	V3
	V4
	V5
	V6
	NumFlushings
)

// Async tells whether a removal returns before its flush is done.
func (v Flushing) Async() bool { return v >= V2 }

// Pauses tells whether the domain is paused meanwhile.
func (v Flushing) Pauses() bool { return v == V3 || v == V4 }

// Rule numbers the rules that switches change.
type Rule uint8

// The rules, by the switch that changes them.
const (
	AsIs1 Rule = iota
	AsIs2
	AsIs3
	AsIs4
	AsIs5
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
	Mut1
	Mut2
	Mut3
	Mut4
	Mut5
	Mut6
	Mut7
	Mut8
	Mut9
	Mut10
	Mut11
	Mut12
	Mut13
	NumRules
)
