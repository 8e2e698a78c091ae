package grant

// Work is what a CPU is in the middle of.
type Work uint8

// The kinds of work. Guest code is among them: a grant and its end are several
// accesses to shared memory.
const (
	NoWork Work = iota
	WorkMap
	WorkUnmap
	WorkReplace
	WorkCopy
	WorkTransfer
	WorkVersion // set_version
	WorkSpace   // XENMAPSPACE_grant_table
	WorkSwap
	WorkGrant // the kernel makes a grant
	WorkEnd   // and ends one
	WorkDestroy
	WorkSoftReset
	WorkRevoke // designs GR-V6 to GR-V12
	WorkReset  // GNTTABOP_reset
	numWorks
)

func (w Work) String() string {
	return [...]string{
		"nothing", "map_grant_ref", "unmap_grant_ref", "unmap_and_replace", "copy", "transfer", "set_version",
		"XENMAPSPACE_grant_table", "swap_grant_ref", "a grant", "the end of a grant", "destruction", "soft reset", "revocation", "GNTTABOP_reset",
	}[w]
}

// Phase is where a Task stands: the section that comes next. The names are those of
// the specification.
type Phase uint8

// The phases.
const (
	Idle Phase = iota
	Next       // between two elements of one call

	M0         // take a handle
	M0CAS      // GR-B7: compare-exchange the head of the list
	M0Link     // link the entries of a new page
	M0Sentinel // a vCPU without entries steals one that stays
	M0Steal    // and one to use
	MSet       // option Retries: the status is set, or looked at again
	MFrame     // and the frame is read
	M1         // the entry is pinned
	M2         // references and types
	M3         // the mapping is made
	M4         // the IOMMU's
	M5         // the handle becomes live
	MUndo      // the mapping goes, and references and types
	MUnpin     // and the pin

	U1    // the mapping goes
	U2    // and the IOMMU's
	U3    // TLBs are flushed
	U4    // references, types and pin
	UMore // a block is full: Xen looks whether it is to be preempted

	GFrame // grant: the kernel has stored frame and domain; then the flags
	EBegin // end: version 1, look at the flags; version 2, clear them
	EFlags // version 1, compare-exchange the flags with 0
	EStore // GR-B24: the kernel has tested, and stores 0
	ERead  // version 2, read the status

	CClaim     // copy: an end is claimed
	CInner     // the third domain's entry
	CCheck     // the locks are there again
	CUndo      // something has changed: the inner claim goes
	CUndone    // and the outer one's beginnings
	CStore     // the copy
	CDrop      // an end is given up: pin and status
	CDropInner // the third domain's
	CPut       // type and page

	T1 // transfer: the page is stolen
	T3 // it leaves the p2m, and TLBs
	T4 // the target is looked for
	T6 // its entry is committed
	T7 // it gets the page
	T8 // and is told

	SLook // GR-B15: the version is looked at
	S0    // set_version: the lock is taken, and everything looked at
	S1    // the status frame leaves the p2m
	S2    // its references are counted
	S3    // it is freed, and entries are rewritten

	X1 // XENMAPSPACE_grant_table: the frame is found
	X2 // and leaves the gfn where it is
	X3 // the new one
	X4 // reference and lock go

	D2 // destruction: handles are released
	D4 // devices are taken away
	D5 // pages, p2m and page tables
	D6 // the domain is gone

	RBlock   // revocation: no new maps
	RReplace // mappings are replaced, one by one or grant by grant
	RPut     // GR-M2: what was removed is replaced
	RFlush   // TLBs and IOMMU are flushed
	RBooks   // pins, references and handles
	RReset   // GNTTABOP_reset: the next handle
	RPIRQ    // soft reset: emuirq bindings are undone
	RShinfo  // and shared_info's gfn gets a page
)

func (p Phase) String() string {
	return [...]string{
		"idle", "the next element", "M0", "M0-cas", "M0-link", "M0-sentinel", "M0-steal", "M1-set", "M1-frame", "M1", "M2", "M3", "M4", "M5", "M-undo", "M-unpin",
		"U1", "U2", "U3", "U4", "U-more", "flags", "E", "E-cas", "E-store", "E-read",
		"claim", "claim-inner", "claim-check", "claim-undo", "claim-undone", "copy", "release", "release-inner", "put",
		"T1", "T3", "T4", "T6", "T7", "T8", "S-look", "S0", "S1", "S2", "S3", "X1", "X2", "X3", "X4",
		"D2", "D4", "D5", "D6", "R-block", "R-replace", "R-put", "R-flush", "R-books", "R-reset", "R-pirq", "R-shinfo",
	}[p]
}

// Unmapping is an element of an unmap between its two halves: struct
// gnttab_unmap_common.
type Unmapping struct {
	Handle uint8
	Dom    uint8 // rd
	Ref    uint8
	MFN    uint8
	Flags  uint8 // of the handle, as the first half found them
	Done   uint8 // the parts that are gone, with readonly
	Put    bool  // the handle was given back
	Devs   bool  // what is held for devices goes
}

// Buf is one end of a copy: struct gnttab_copy_buf.
type Buf struct {
	Dom   uint8
	Ref   uint8 // a reference, or a frame of the caller's
	MFN   uint8 // where it loads or stores
	Page  uint8 // what its references are on
	Flags BufFlags
	Inner uint8 // a transitive grant: the third domain + 1
	Trans uint8 // and its reference
	Ver   uint8 // version whose status word was used
}

// BufFlags are what a copy holds.
type BufFlags uint8

// The flags.
const (
	ByRef     BufFlags = 1 << iota // named by a reference
	HaveGrant                      // have_grant
	HaveType                       // have_type
	HavePage                       // a general reference
	Claiming                       // transitive: the outer entry is not locked, nr_v2_ops is raised
	InnerHeld                      // transitive: the inner claim is made
)

// Task is what a CPU is in the middle of. Fields that its work does not use
// stay zero, and all of them are when it is over.
type Task struct {
	Work Work
	PC   Phase
	More bool // another element of the same call follows

	Dom    uint8 // the granter
	Ref    uint8
	Flags  uint8 // of the mapping
	Addr   uint8 // where: a slot, or a gfn
	New    uint8 // unmap_and_replace: slot + 1 that the new entry is taken from
	Handle uint8 // + 1
	MFN    uint8
	Refs   uint8 // general references that it holds
	Types  uint8 // typed ones
	Ver    uint8 // version of the layout whose status word it has a pointer to
	Found  bool  // the entry was pinned already
	Host   bool  // the host mapping is made
	Status int8  // what it will answer, GNTST_*

	At    uint8 // where a loop is, or what was read
	Word  uint8
	First bool           // copy: the first element of the call
	Old   [NumPins]uint8 // copy: the pin, before the locks were dropped
	Elems uint8          // of Elem
	Elem  [MaxBlock]Unmapping
	Src   Buf
	Dst   Buf
}

// Busy tells whether the CPU is inside a call.
func (t *Task) Busy() bool { return t.PC != Idle }

// Held are the ends that something is held of, a bit each.
func (t *Task) Held() (ends uint8) {
	if t.Src.Flags&(HaveGrant|HaveType|HavePage) != 0 {
		ends |= 1
	}
	if t.Dst.Flags&(HaveGrant|HaveType|HavePage) != 0 {
		ends |= 2
	}
	return ends
}
