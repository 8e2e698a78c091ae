package runstate

import "hvcheck/model/errno"

// home tells where a guest's CPU reads the area, if it has one.
func (s *State) home(xen bool) (at uint8, ok bool) {
	if xen {
		return s.At, s.Handle || s.Phys
	}
	return s.C[0].Addr, s.C[0].Active
}

// GuestRead is the next access of a guest's CPU to the area: it reads the entry
// time, copies the area, and reads the entry time again; if that is the same, and
// has no flag, it has what it wants, and begins anew otherwise. The vCPU's own
// CPU reads only while the vCPU runs.
func (c *Call) GuestRead(own bool) errno.Errno {
	s := c.st
	at, ok := s.home(c.cfg.Access.Xen())
	r := &s.Read
	if !ok || at == Nowhere || r.Step != 0 && r.Own != number(own) || s.Task[H0].Kind.Bare() || own && (s.Task[H0].PC != Idle || s.Rec.State != uint64(Running)) {
		return c.wait()
	}
	if r.Step == 0 && !c.spend(Reads) {
		return c.wait()
	}
	c.start()
	entry := s.Word(at + s.Layout.EntryAt())
	switch last := c.cfg.lastRead(); {
	case r.Step == 0:
		*r = Reader{First: entry, Own: number(own), Step: 1}
	case r.Step == last:
		*r = Reader{}
	default:
		r.copy(s, at, r.Step, last-1)
		r.Step++
	}
	return errno.OK
}

// lastRead is the step of a reader that reads the entry time again.
func (c *Config) lastRead() uint32 { return 2 + uint32(max(c.Slots, 1)) }

// copy is a step of the copy: the state with the entry time, then the times one
// by one, the last step with all that are left.
func (r *Reader) copy(s *State, at uint8, step, last uint32) {
	now := s.Decode(s.Layout, at)
	if step == 1 {
		r.Copy.State, r.Copy.Entry = now.State, now.Entry
		return
	}
	for i := step - 2; i < uint32(NumStates); i++ {
		r.Copy.Time[i] = now.Time[i]
		if step < last {
			return
		}
	}
}

func number(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
