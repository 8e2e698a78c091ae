package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// promote audits a page's contents for type t (promote_lN_table), from entry
// Nr on. It runs with the page validate-locked.
func (c *Call) promote(m uint8, t page.Type) errno.Errno {
	switch t {
	case page.L1:
		return c.promoteL1(m)
	case page.SegDesc:
		return errno.OK // what entries of page tables would be as descriptors is not present, and accepted
	}
	if rc := c.promoteEntries(m, t); rc != errno.OK || t != page.L4 {
		return rc
	}
	c.initXenSlots(m)
	c.countL4(+1)
	return errno.OK
}

// promoteL1 has no preemption point: on an error it undoes itself.
func (c *Call) promoteL1(m uint8) errno.Errno {
	p := c.page(m)
	for i := range c.cfg.Slots {
		rc := errno.OK
		if c.cfg.L1TF && c.check() {
			rc = errno.EINTR
		} else if e := p.Ent[i]; e.Present() {
			rc = c.getL1Entry(e)
		} else if c.vulnerable(e) {
			rc = errno.EINTR
		}
		if rc != errno.OK {
			for i > 0 && !c.on(M7) {
				i--
				c.putL1Entry(p.Ent[i])
			}
			if rc == errno.EINTR && c.on(B18) {
				return errno.ERESTART
			}
			return rc
		}
	}
	return errno.OK
}

// promoteEntries audits an L2 to L4.
func (c *Call) promoteEntries(m uint8, t page.Type) errno.Errno {
	p := c.page(m)
	start, held := p.Nr, p.PSet
	c.walk(m)
	for i := start; i < c.cfg.Slots; i++ {
		rc := errno.OK
		if t != page.L4 && (i > start || t == page.L2 && i > 0 && c.on(B14)) && c.check() {
			rc = errno.EINTR
		} else if e := p.Ent[i]; c.entry(m) && e.Present() {
			rc = c.getEntry(m, t, e, held, true)
		} else if c.vulnerable(e) {
			rc = errno.EINTR
		}
		if rc != errno.OK {
			return c.promoteStopped(m, t, i, held, rc)
		}
		held = page.PSetNone
	}
	return errno.OK
}

// promoteStopped remembers how far an audit came. With an error the page goes
// to old_guest_table, unless nothing has to be undone. A child that failed and
// went there before hands its general reference back to the entry. Today's code
// takes entry 0 for one behind which there is nothing.
func (c *Call) promoteStopped(m uint8, t page.Type, i, held uint8, rc errno.Errno) errno.Errno {
	p := c.page(m)
	nothing := i == 0 && (held == page.PSetNone || c.on(AsIs1))
	switch {
	case rc == errno.ERESTART:
		p.Nr, p.PSet = i, page.PSetRef
		if held != page.PSetRef && c.on(B3) {
			p.PSet = page.PSetNoRef
		}
		return rc
	case rc == errno.EINTR && nothing:
		return rc
	case rc == errno.EINTR:
		p.Nr, p.PSet = i, held
		return errno.ERESTART
	}
	nested := c.cur.Ogt != 0 && c.cur.Ogt == p.Ent[i].Frame()+1
	if nothing && (!nested || c.on(AsIs1)) {
		if nested || held != page.PSetNone {
			c.apart()
		}
		return rc
	}
	if c.cur.Ogt != 0 && !nested {
		c.apart()
	}
	p.Nr, p.PSet = i, held
	if nested && c.on(B5) {
		if t == page.L4 {
			p.Nr = i + 1
		}
	} else if nested {
		p.PSet = page.PSetRef
	}
	c.setOgt(c.cur, m, partial)
	return rc
}

// apart is where one of MM-A1 to MM-A4 makes a difference. Only what is compared with
// a real system goes on there: a search would have no end.
func (c *Call) apart() {
	if !c.cfg.Departs {
		c.bug(Beyond)
	}
}

// countL4 keeps nr_l4_pages. Of a domain that is being destroyed nobody asks for it.
func (c *Call) countL4(by int8) {
	n := c.st.NrL4 + by
	switch {
	case n <= NrL4Limit && n >= -NrL4Limit:
		c.st.NrL4 = n
	case !c.st.Dying:
		c.bug(Beyond)
	}
}

// initXenSlots writes Xen's own slots of an L4 (init_xen_l4_slots).
func (c *Call) initXenSlots(m uint8) {
	p := c.page(m)
	if p.ROMpt == page.Guest && c.on(M5) {
		return
	}
	p.ROMpt = page.Empty
	if c.st.Strict() {
		p.ROMpt = page.Filled
	}
}

// demote drops the references of a page's entries from the last held one
// down (demote_lN_table).
func (c *Call) demote(m uint8) errno.Errno {
	p := c.page(m)
	if p.Type == page.L1 {
		for i := range c.cfg.Slots {
			c.putL1Entry(p.Ent[i])
		}
		return errno.OK
	}
	rc := c.demoteEntries(m)
	if rc == errno.OK && p.Type == page.L4 {
		c.countL4(-1)
	}
	return rc
}

// demoteEntries un-audits an L2 to L4.
func (c *Call) demoteEntries(m uint8) errno.Errno {
	p := c.page(m)
	held := p.PSet
	i := int(p.Nr) - 1
	if held != page.PSetNone {
		i++
	}
	c.walk(m)
	for ; i >= 0; i-- {
		c.entry(m)
		rc := c.putEntry(m, p.Ent[i], held)
		if rc != errno.OK {
			return c.demoteStopped(p, uint8(i), held, rc)
		}
		held = page.PSetNone
		if i > 0 && p.Type != page.L4 && c.check() {
			return c.demoteStopped(p, uint8(i-1), held, errno.EINTR)
		}
	}
	return errno.OK
}

// demoteStopped remembers how far an un-audit came; i is the entry that is next.
func (c *Call) demoteStopped(p *page.Page, i, held uint8, rc errno.Errno) errno.Errno {
	switch {
	case rc == errno.ERESTART:
		p.Nr, p.PSet = i, page.PSetRef
		if held == page.PSetNoRef { // MM-B3
			p.PSet = held
		}
	case rc == errno.EINTR && held != page.PSetNone:
		p.Nr, p.PSet = i, held
	case rc == errno.EINTR && i < c.cfg.Slots-1:
		p.Nr, p.PSet = i+1, page.PSetNone
	default:
		return rc
	}
	return errno.ERESTART
}
