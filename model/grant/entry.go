package grant

import "hvcheck/model/errno"

// entries is nr_grant_entries(): the last reference is beyond a single frame of the
// layout of version 2.
func (t *Table) entries() uint8 {
	if t.Ver == 2 {
		return min(t.Frames*High, MaxRefs)
	}
	return MaxRefs
}

// Entries is how many references a domain's table has.
func (s *State) Entries(d uint8) uint8 { return s.Dom[d].Table.entries() }

// word is where the status of a reference is kept in a layout.
func (t *Table) word(ver, r uint8) *uint8 {
	if ver == 1 {
		return &t.Entry[r].Flags
	}
	return &t.Status[r]
}

// table is a domain's grant table.
func (c *Call) table(d uint8) *Table { return &c.st.Dom[d].Table }

// found tells whether rcu_lock_domain_by_id() finds a domain: one that is dying is
// still there, and one that is dead as long as others have pages of its.
func (c *Call) found(d uint8) bool { return c.st.Found(d) }

// Found tells the same.
func (s *State) Found(d uint8) bool {
	return d < NumDomains && (s.Dom[d].Life != Dead || s.Dom[d].Tot > 0)
}

// claim is how a reference is to be used.
type claim struct {
	by     uint8 // ldomid
	ro     bool
	mapped bool // mapflag: not a copy
}

// fits tells whether an entry without pins allows it.
func (e *Entry) fits(ver uint8, u claim) bool {
	kind := e.Flags & TypeMask
	switch {
	case e.Domid != u.by:
		return false
	case u.mapped:
		return kind == PermitAccess && e.Flags&SubPage == 0
	}
	return kind == PermitAccess || ver == 2 && kind == Transitive
}

// setStatus is _set_status(): the guest is told that the grant is about to be used.
func (c *Call) setStatus(t *Table, r uint8, u claim) errno.Errno {
	e, act := &t.Entry[r], &t.Act[r]
	if !act.Pinned() && !e.fits(t.Ver, u) || !u.ro && (e.Flags&Readonly != 0 || c.withdrawn(act, e)) {
		return c.checked(GeneralError, u)
	}
	w := t.word(t.Ver, r)
	*w |= Reading
	if !u.ro {
		*w |= Writing
	}
	return ok
}

// withdrawn tells whether a grant that is in use has been ended meanwhile, which says
// no more whether it may be written. Today's code does not ask.
func (c *Call) withdrawn(act *Active, e *Entry) bool {
	return act.Pinned() && e.Flags&TypeMask == Invalid && !c.on(AsIs4)
}

// checked is the result of a failed check of an entry.
func (c *Call) checked(rc errno.Errno, u claim) errno.Errno {
	if u.mapped && c.on(B18) {
		return Positive
	}
	return rc
}

// reduce is reduce_status_for_pin(). The word is nil where the entry has none.
func (c *Call) reduce(act *Active, word *uint8, ro bool) {
	if word == nil {
		return
	}
	if !act.Pinned() {
		*word &^= Reading
	}
	if !ro && !act.Written() {
		*word &^= Writing
	}
}

// pins are the counters that a mapping raises.
func pins(flags uint8) (p [NumPins]uint8) {
	ro := flags & MapReadonly >> 2 // 1 if so
	if flags&HostMap != 0 {
		p[PinHostW+ro] = 1
	}
	if flags&DeviceMap != 0 {
		p[PinDevW+ro] = 1
	}
	return p
}

// full tells whether a counter that would be raised is at its limit.
func (c *Call) full(act *Active, incr [NumPins]uint8) bool {
	limit := c.cfg.PinLimit
	if limit == 0 {
		limit = 128
	}
	for k, n := range incr {
		if n != 0 && act.Pin[k] >= limit {
			return true
		}
	}
	return false
}

// pin raises counters.
func (act *Active) pin(incr [NumPins]uint8) {
	for k, n := range incr {
		act.Pin[k] += n
	}
}

// unpin lowers them. What an entry says without pins is of no account.
func (c *Call) unpin(act *Active, decr [NumPins]uint8) {
	for k, n := range decr {
		if act.Pin[k] < n {
			c.bug(BugPin)
			return
		}
		act.Pin[k] -= n
	}
	if !act.Pinned() {
		*act = stale
	}
}
