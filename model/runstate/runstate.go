// Package runstate has the rules of the shared runstate area: the record of
// one vCPU's states and times, and the copy of it that the hypervisor keeps in
// the guest's memory, as Xen and KVM's emulation of Xen write it; and of KVM's event
// channels of two levels, which use the same memory (events.go).
//
//	Call (an operation, or a step of a thread) -> State: Record, Mem, Cache, Task
//
// Memory is bytes. An update is a program of stores (stores.go), each of which
// can be a step; what it needs before, locks and mapped pages, is in caches.go.
package runstate

// Where the model's memory lies: the last bytes of page A, the first ones of
// page B. An address is an index in it.
const (
	PageSize = 4096
	Window   = 56 // bytes of each page
	MemSize  = 2 * Window
)

// The pages of the guest, and of its area.
const (
	PageA uint8 = iota
	PageB
	NumPages
)

// PageOf is the page that an address lies in.
func PageOf(at uint8) uint8 {
	if at < Window {
		return PageA
	}
	return PageB
}

// Offset is an address as the guest counts it, from the beginning of page A.
func Offset(at uint8) int { return PageSize - Window + int(at) }

// The states of a vCPU, as in vcpu_runstate_info.
const (
	Running uint8 = iota
	Runnable
	Blocked
	Offline
	NumStates
)

// Update is XEN_RUNSTATE_UPDATE, the flag in an entry time.
const Update = uint64(1) << 63

// Record is what the hypervisor knows of a vCPU: struct vcpu_runstate_info, and
// what KVM remembers of the host's scheduler.
type Record struct {
	Entry     uint64 // state_entry_time
	Time      [NumStates]uint64
	LastSteal uint64 // run_delay when it was last booked
	State     uint64
}

// Threads of the host. H0 is the vCPU's; H1 and H2 use the same caches, which no
// KVM does: they stand for any second user.
const (
	H0 uint8 = iota
	H1
	H2
	Notifier
	NumThreads
)

// Slot is what is behind a guest page.
type Slot uint8

// The kinds of memslots, the usual one first.
const (
	SlotWritable Slot = iota
	SlotNone
	SlotReadOnly
	NumSlots
)

// State is everything, flat.
type State struct {
	Now      uint64 // the clock
	RunDelay uint64 // time that the vCPU's thread has waited for a CPU
	Other    uint64 // the same of another thread of the VMM's, which does not run the vCPU
	Got      uint64 // entry time that a GET has just returned
	Gen      uint64 // of the memslots
	Rec      Record
	Read     Reader
	Task     [NumThreads]Task
	Ev       Events
	Mem      [MemSize]byte
	Seq      uint16 // invalidations that have ended
	C        [2]Cache

	Layout Layout // that the guest uses
	FlagOn bool   // the guest has asked for XEN_RUNSTATE_UPDATE

	// Xen's registration. KVM's is whether C[0] is active.
	Handle  bool // by the guest's own address
	Phys    bool // by guest-physical address
	At      uint8
	Narrow  bool // a physical area in the 32-bit layout
	Pending bool // an update failed wholly and is to be repeated in kernel mode
	User    bool // a PV guest is in user mode

	Slot     [NumPages]Slot
	PT       [NumPages]uint8 // the page frame behind each page; 0: swapped out
	Last     [NumPages]uint8 // that it had last
	Unmapped [NumPages]bool  // by the guest's page tables
	Active   uint8           // invalidations between their start and end
	Late     uint8           // the same, counted after the caches have been told

	// What the last step did to the machine, noted by the memory and by what sleeps.
	Stray   Stray
	Slept   bool // a thread in atomic context slept
	Skipped bool // an update was given up before its first store

	Left [NumBudgets]uint8
}

// Stray is a store that did not go to the guest's memory.
type Stray uint8

// What a store can hit instead.
const (
	NoStray  Stray = iota
	StrayPFN       // a page frame that is somebody else's by now
	StrayNil       // a mapping that is not there
	StrayEnd       // what happens to lie behind the page
)

// Phase is where a thread is.
type Phase uint8

// The phases: those of an update, of a refresh, and of an invalidation.
const (
	Idle      Phase = iota
	ReadDelay       // has read the clock, not yet run_delay
	Lock1           // about to lock the first cache and look at it
	Lock2           // holds one, about to lock the other one
	Locked          // holds all that it needs
	Stores          // some stores are done
	Refresh         // about to look the address up (R1 to R4)
	Fault           // about to have the page present (R4)
	Install         // about to install what it has found (R5)
	Walk1           // an invalidation is about to tell the first cache
	Walk2
	Count // it is about to be counted where Linux before 58cd407ca4 looked
	Free  // the page is about to go
	Done  // the invalidation is about to end
)

// Task is what a thread is doing.
type Task struct {
	Clock  uint64 // as it was read, until run_delay is read too; of a snapshot
	PC     Phase
	To     uint8 // the state to change to
	Atomic bool  // schedule-out: it must not sleep
	Layout Layout
	Flag   bool // the flag protocol applies
	At     uint8
	Next   uint8 // store of the program
	Lost   bool  // an access failed
	Wrote  bool  // an access to the body did not
	Held   uint8 // locks that it holds for reading, a bit each
	Cache  uint8 // that it refreshes
	Page   uint8 // that is invalidated
	Seq    uint8 // of the invalidations when the refresh began, its low bits
	PFN    uint8 // that it has found
	Waits  Lock  // what it waits for
	Kind   Kind
}

// Kind is what an update writes.
type Kind uint8

// The kinds.
const (
	Plain    Kind = iota // the record, with the flag protocol where it applies
	Register             // Xen registers an area: the record, without
	Snapshot             // it does so for another vCPU: with the time since its entry
	Repeat               // an update that failed wholly, once the guest is in kernel mode
)

// Bare tells an update outside of the flag protocol.
func (k Kind) Bare() bool { return k == Register || k == Snapshot }

// Reader is a guest CPU that copies the area.
type Reader struct {
	First uint64 // the entry time as read first
	Copy  Record // LastSteal is not used
	Step  uint32 // 0: idle
	Own   uint32 // 1: on the vCPU's own CPU
}

// Budget is a class of operations of which a scenario allows so many.
type Budget uint8

// The classes.
const (
	Changes Budget = iota
	Evictions
	SlotChanges
	Registrations
	Switches
	Delays
	Sets
	Modes
	Backs
	Reads
	Gets
	Sends
	Acts
	NumBudgets
)

// Budgets names and describes the classes.
var Budgets = [NumBudgets]struct{ Name, Doc string }{
	Changes:       {"changes", "changes of the vCPU's state"},
	Evictions:     {"evictions", "pages taken away"},
	SlotChanges:   {"slot-changes", "changes of memslots"},
	Registrations: {"registrations", "areas registered and unregistered"},
	Switches:      {"switches", "changes of the guest's width and of the flag attribute"},
	Delays:        {"delays", "times that the vCPU's thread waits for a CPU"},
	Sets:          {"sets", "records set and adjusted"},
	Modes:         {"modes", "changes of the guest's mode and of its page tables"},
	Backs:         {"setbacks", "times that the clock stands still or goes back"},
	Reads:         {"reads", "reads of the area that are begun"},
	Gets:          {"gets", "reads of the record"},
	Sends:         {"evtchn-sends", "events that the VMM sends"},
	Acts:          {"guest-acts", "what the guest does about its events"},
}

// Unlimited is a budget that is never used up.
const Unlimited = 255

// Config is what a run of the model does not change.
type Config struct {
	Unit    uint64 // a tick of the clock
	Slots   uint8  // times that are stored and copied one by one; the others go with the last of them
	Threads uint8  // of updaters
	Steps   Steps
	Access  Access
	Apart   bool // the two pages are in memslots that are apart
	PV      bool // a PV guest of Xen's
	On      [NumRules]bool
}

// Steps are kinds of work whose steps are operations of their own.
type Steps uint8

// The kinds.
const (
	StepStores Steps = 1 << iota // each store of an update
	StepLocks                    // each lock of an update
	StepCache                    // refreshes and invalidations
	StepClock                    // the clock and run_delay are read one after the other
)
