package iommu

// Work is what a CPU is in the middle of.
type Work uint8

// The kinds of work.
const (
	NoWork Work = iota
	WorkRemove
	WorkPopulate
	WorkMove
	WorkRange
	WorkForeign
	WorkUnforeign
	WorkType
	WorkPutType
	WorkTable
	WorkAssign
	WorkDeassign
	WorkDestroy
	NumWorks
)

func (w Work) String() string {
	return [...]string{
		"nothing", "decrease_reservation", "populate_physmap", "add_to_physmap", "add_to_physmap, a range", "map foreign", "unmap foreign",
		"get_page_type", "put_page_type", "populate_page_table", "assign_device", "deassign_device", "destroy",
	}[w]
}

// Failure is what fails of what the toolstack asks for.
type Failure uint8

// The failures.
const (
	NoFailure   Failure = iota
	FailRMRR            // the reserved range cannot be mapped
	FailCtx             // nor the context entry written
	FailPhantom         // that of the phantom function
	FailUndo            // that, and taking it back
	NumFailures
)

// Phase is where a Task stands: the section that comes next.
type Phase uint8

// The phases. Idle is 0; those of a flush are shared by all work.
const (
	Idle Phase = iota
	Submit
	Wait

	Clear // REMOVE 2-3
	Put   // REMOVE 5-6
	Removed

	PopMap // POPULATE's second phase

	MvDisplace // MOVE 2
	MvMove     // MOVE 3
	MvDrop     // MOVE 4
	MvNext     // the next element of a range
	MvSource   // MOVE 5: the flush of the source
	MvRefs     // the array's references
	MvTarget   // the flush of the destination
	MvEnd

	FgEnd
	FgPut // UNMAP: the general reference

	TyFlush // CPU TLBs
	TyTable // the IOMMU's table
	TyTake  // FL-B12: the reference comes last
	TyEnd   // validation
	TyDone
	TbLook // populate_table: the type of a page
	TbMap
	TbCheck // and again
	FrFree  // a page has left the table

	DvScan  // FL-V6: pages are marked, one by one
	DvCtx   // the context entry of a function
	DvSet   // FL-B15: it was cleared, and is set
	DvOwner // ATS, and the owner
	DvNext  // the other function
	DvEnd

	DsDeassign
	DsTables
	DsPages

	NumPhases
)

func (p Phase) String() string {
	return [...]string{
		"idle", "submit", "wait", "clear", "put", "removed", "map", "displace", "move", "drop", "next", "flush-source", "put-array", "flush-target", "end-range",
		"end-foreign", "put-foreign", "flush-tlb", "table", "take", "validate", "done", "look", "map-page", "check", "free",
		"scan", "context", "set-context", "owner", "next-function", "end-device",
		"deassign", "free-tables", "free-pages",
	}[p]
}

// Flush is a flush that a Task makes, request by request.
type Flush struct {
	On    bool
	Ctx   bool // of a context entry, for Fn, with all of DID
	Fn    uint8
	DID   uint8
	Dom   uint8 // whose
	First uint8 // dfn, or All
	N     uint8
	IOMMU uint8 // where it is
	At    uint8 // request: 0 context, 1 IOTLB, 2 and 3 devices
	Dev   uint8 // the device + 1 that is waited for
	Err   int8
	Next  Phase // what follows
}

// Task is what a CPU is in the middle of. Fields that its work does not use stay
// zero, and all of them are when it is over.
type Task struct {
	Work  Work
	PC    Phase
	Actor uint8
	Dom   uint8 // whose memory
	Flush Flush

	// A removal, also one inside of a move.
	Gfn      uint8
	MFN      uint8
	Modified bool // the entry was present
	Saved    bool // nodefer as it was
	After    Phase
	Err      int8

	// A move, and a range of them.
	From, To uint8
	Page     uint8 // + 1: with a reference
	N, At    uint8
	Array    [MaxBatch + 1]uint8 // + 1

	Kept bool  // the reference of a foreign mapping is held
	Then Phase // behind a page that is freed
	Lost bool  // the flush of that has failed
	Type uint8 // page.Type that is taken
	Old  uint8

	// Devices.
	Dev, Fn uint8
	Source  uint8
	Target  uint8
	Fails   Failure
	Undo    bool // an assignment that is taken back
	Done    bool // the main function has changed hands
}

// Busy tells whether the CPU is inside of a call.
func (t *Task) Busy() bool { return t.PC != Idle }
