package grant

// Event is something that an operation did and that no field of a State tells.
type Event struct {
	Kind  EventKind
	Dom   uint8 // who did it
	Frame uint8 // to which frame
	Ref   uint8
	Tag   Tag // what was read or written
}

// EventKind says what was done.
type EventKind uint8

// The kinds.
const (
	Looked EventKind = iota // Xen looked whether it is to be preempted
	Loads                   // a load of a CPU or a device
	Stores                  // a store
	Faults                  // an access that no mapping allows
	Copies                  // a store of GNTTABOP_copy
)

// note adds to what the operation did.
func (c *Call) note(e Event) { c.Seen = append(c.Seen, e) }
