package evtchn

// Phase is where a Task stands: the step it does next.
type Phase uint8

// The phases. 2-level raise: A1 to A5; FIFO raise: F1 to F14; the hypercall
// unmask begins with U1 or U2; the guest's own part of unmasking is K1 to K5;
// reset: R2, R3; init_control: C2.
const (
	Idle   Phase = iota
	A1           // test and set the pending bit
	A2           // read the mask bit
	A3           // test and set the selector bit
	A5           // wake pollers
	F1           // find the word, read priority and last queue
	F3           // lock the queues, look again
	F5           // set PENDING
	F6           // read MASKED
	F7           // test and set LINKED
	F8           // invalidate an old tail, remember the queue
	F9           // read the tail's word
	F9CAS        // compare-exchange it
	F9Busy       // set BUSY
	F9Read       // read it again
	F10          // write the head
	F11          // write the tail
	F12          // unlock
	F13          // test and set READY
	Mark         // test and set evtchn_upcall_pending (A4 of a 2-level raise)
	F14          // wake pollers
	U1           // Xen's unmask: clear the mask
	U2           // and look at PENDING
	K1           // the guest clears the mask
	K2           // and looks at PENDING
	K3           // HVM, 2L: masks again, before it asks Xen
	K4           // PV, 2L: sets the selector itself
	K5           // and the flag
	R2           // reset: close the next port
	R3           // reset: the end
	C2           // init_control: publish the second store, change the ABI
	numPhases
)

func (p Phase) String() string {
	return [...]string{
		"idle", "A1", "A2", "A3", "A5", "F1", "F3", "F5", "F6", "F7", "F8", "F9", "F9-cas", "F9-busy", "F9-read",
		"F10", "F11", "F12", "F13", "mark", "F14", "U1", "U2", "K1", "K2", "K3", "K4", "K5", "R2", "R3", "C2",
	}[p]
}

// Task is what a CPU is in the middle of.
type Task struct {
	PC    Phase
	Port  uint8 // raise, unmask: the port; reset: the next one to close; init_control: the vCPU
	VCPU  uint8 // to notify
	Q, O  uint8 // raise: the queue for the event, and the one it was last on
	Tries uint8 // attempts to lock, then to link
	Word  uint8 // the tail's word as read
	Flags TaskFlags
}

// TaskFlags remember what a task has found out.
type TaskFlags uint8

// The flags.
const (
	HoldsQ    TaskFlags = 1 << iota // it holds the lock of queue Q
	HoldsO                          // and that of queue O
	NewEvent                        // PENDING was not set before
	NewHead                         // the head was written
	BusySet                         // the tail's word has been locked with BUSY
	First                           // init_control: the first one of the domain
	NoChannel                       // raise: does not hold the channel's lock

	// Again is First of a raise: Xen repeats what was raised before.
	Again = First
)

// Is tells whether a flag is set.
func (t *Task) Is(f TaskFlags) bool { return t.Flags&f != 0 }

// raising tells whether the task is inside a raise or an unmask of Xen's.
func (t *Task) raising() bool { return t.PC >= A1 && t.PC <= U2 }

// Handler is the guest's event handler on one vCPU. The local heads stay from
// upcall to upcall.
type Handler struct {
	PC    HandlerPhase
	Ready uint8
	Prio  uint8
	Port  uint8
	Next  uint8
	Bits  uint8
	Local [NumPrios]uint8
}

// HandlerPhase is where a handler stands.
type HandlerPhase uint8

// The phases: 2-level G2 to G5, FIFO H2 to H7. G1 and H1 are the upcall itself.
const (
	HandlerIdle HandlerPhase = iota
	G1                       // mutant: the flag is cleared after the selector was read
	G2                       // exchange the selector with 0
	G3                       // read the next word's bits
	G4                       // acknowledge the next bit's event, and handle it
	G4Ack                    // EV-B25: the event is being handled
	G5                       // look at the flag again
	H2                       // exchange READY with 0
	H3                       // choose the queue, read its head
	H4                       // clear LINKED and the link
	H5                       // look at PENDING and MASKED
	H5Ack                    // clear PENDING, handle
	H6                       // remember the head, look for more queues
	H7                       // look at the flag again
)

func (p HandlerPhase) String() string {
	return [...]string{"idle", "G1", "G2", "G3", "G4", "G4-ack", "G5", "H2", "H3", "H4", "H5", "H5-ack", "H6", "H7"}[p]
}
