package evtchn

// Event is something that an operation did and that no field of a State tells.
type Event struct {
	Kind             EventKind
	VCPU, Prio, Port uint8
	Linked           bool // Took: the port's word was LINKED
}

// EventKind says what was done.
type EventKind uint8

// The kinds.
const (
	Ran    EventKind = iota // the guest's handler of a port ran on a vCPU
	Took                    // a vCPU's handler took a port off the queue of a priority
	Closed                  // a port was closed
	Looked                  // Xen looked whether it is to be preempted
)

// note adds to what the operation did.
func (c *Call) note(e Event) { c.Seen = append(c.Seen, e) }

// serve is the guest's handler of port p.
func (c *Call) serve(v, p uint8) { c.note(Event{Kind: Ran, VCPU: v, Port: p}) }

// touch notes a store of Xen's to a frame that is not the running kernel's, nor
// that of a crashed one which it keeps off.
func (c *Call) touch(f uint8) {
	s := c.st
	k := f / PerKernel
	kept := s.Plan[s.Cur] == Kdump && k+1 == s.Cur
	mine := k == s.Cur && f != Foreign && s.Running().Own&bit(f%PerKernel) != 0
	if !mine && !kept || s.Frame[f].General == 0 {
		s.Ghost.Stray = f + 1
	}
}
