package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// Table is a domain's grant table.
func (c *Call) Table(d uint8) *grant.Table { return &c.St.Dom[d].Table }

// Found tells whether rcu_lock_domain_by_id() finds a domain: one that is dying is
// still there, and one that is dead as long as others have pages of its.
func (c *Call) Found(d uint8) bool { return c.St.Found(d) }

// claim is how a reference is to be used.
type claim struct {
	by     uint8 // ldomid
	ro     bool
	mapped bool // mapflag: not a copy
}

// fits tells whether an entry without pins allows it.
func fits(e *grant.Entry, ver uint8, u claim) bool {
	kind := e.Flags & grant.TypeMask
	switch {
	case e.Domid != u.by:
		return false
	case u.mapped:
		return kind == grant.PermitAccess && e.Flags&grant.SubPage == 0
	}
	return kind == grant.PermitAccess || ver == 2 && kind == grant.Transitive
}

// setStatus is _set_status(): the guest is told that the grant is about to be used.
func (c *Call) setStatus(t *grant.Table, r uint8, u claim) errno.Errno {
	e, act := &t.Entry[r], &t.Act[r]
	if !act.Pinned() && !fits(e, t.Ver, u) || !u.ro && (e.Flags&grant.Readonly != 0 || c.withdrawn(act, e)) {
		return c.checked(grant.GeneralError, u)
	}
	w := t.Word(t.Ver, r)
	*w |= grant.Reading
	if !u.ro {
		*w |= grant.Writing
	}
	return ok
}

// withdrawn tells whether a grant that is in use has been ended meanwhile, which says
// no more whether it may be written. Today's code does not ask.
func (c *Call) withdrawn(act *grant.Active, e *grant.Entry) bool {
	return act.Pinned() && e.Flags&grant.TypeMask == grant.Invalid && !c.On(grant.AsIs4)
}

// checked is the result of a failed check of an entry.
func (c *Call) checked(rc errno.Errno, u claim) errno.Errno {
	if u.mapped && c.On(grant.B18) {
		return grant.Positive
	}
	return rc
}

// Reduce is reduce_status_for_pin(). The word is nil where the entry has none.
func (c *Call) Reduce(act *grant.Active, word *uint8, ro bool) {
	if word == nil {
		return
	}
	if !act.Pinned() {
		*word &^= grant.Reading
	}
	if !ro && !act.Written() {
		*word &^= grant.Writing
	}
}

// Pins are the counters that a mapping raises.
func Pins(flags uint8) (p [grant.NumPins]uint8) {
	ro := flags & grant.MapReadonly >> 2 // 1 if so
	if flags&grant.HostMap != 0 {
		p[grant.PinHostW+ro] = 1
	}
	if flags&grant.DeviceMap != 0 {
		p[grant.PinDevW+ro] = 1
	}
	return p
}

// full tells whether a counter that would be raised is at its limit.
func (c *Call) full(act *grant.Active, incr [grant.NumPins]uint8) bool {
	limit := c.Cfg.PinLimit
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

// raise raises counters.
func raise(act *grant.Active, incr [grant.NumPins]uint8) {
	for k, n := range incr {
		act.Pin[k] += n
	}
}

// Unpin lowers them. What an entry says without pins is of no account.
func (c *Call) Unpin(act *grant.Active, decr [grant.NumPins]uint8) {
	for k, n := range decr {
		if act.Pin[k] < n {
			c.bug(grant.BugPin)
			return
		}
		act.Pin[k] -= n
	}
	if !act.Pinned() {
		*act = grant.Stale
	}
}
