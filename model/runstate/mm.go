package runstate

import "hvcheck/model/errno"

// Invalidate is the host taking a page away, which tells the caches first.
func (c *Call) Invalidate(page uint8) errno.Errno {
	s := c.st
	if page >= NumPages || s.PT[page] == 0 {
		return c.wait()
	}
	if !c.steps(StepCache) && s.locked() {
		return c.wait()
	}
	if !c.free(Notifier, Evictions) {
		return c.wait()
	}
	s.Active++
	s.Task[Notifier] = Task{PC: Walk1, Page: page}
	if !c.steps(StepCache) {
		c.proceed(Notifier)
	}
	return errno.OK
}

// locked tells whether an invalidation would have to wait: it takes the lock of
// each cache, whatever its page.
func (s *State) locked() bool {
	for k := range s.C {
		m := &s.C[k]
		if m.Active && m.Readers != 0 {
			return true
		}
	}
	return false
}

// invalidate goes on with an invalidation.
func (c *Call) invalidate(thread uint8) bool {
	s, t := c.st, &c.st.Task[thread]
	switch t.PC {
	case Walk1, Walk2:
		k := uint8(t.PC - Walk1)
		m := &s.C[k]
		if m.Active {
			if !c.lockWrite(thread, k) {
				return true
			}
			if m.Valid && m.Page == t.Page+1 {
				m.Valid = false
			}
		}
		t.PC++
		return m.Active && c.steps(StepCache)
	case Count:
		s.forget(t.Page)
		s.Late++
		t.PC = Free
	case Free:
		s.PT[t.Page] = 0
		t.PC = Done
	case Done:
		s.Seq++
		s.Late--
		s.Active--
		t.PC = Idle
		return true
	}
	return c.steps(StepCache)
}

// SetSlot is the VMM changing the memslot of a page, or, for none of the two, one
// that has nothing to do with the area.
func (c *Call) SetSlot(page uint8, to Slot) errno.Errno {
	s := c.st
	if s.Active != 0 || page < NumPages && s.Slot[page] == to || page >= NumPages && to != SlotWritable || !c.spend(SlotChanges) {
		return c.wait()
	}
	c.start()
	if page < NumPages {
		s.Slot[page] = to
	}
	s.Gen++
	return errno.OK
}
