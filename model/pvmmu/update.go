package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Commands of mmu_update.
const (
	CmdNormal = iota // MMU_NORMAL_PT_UPDATE
	CmdPreserveAD
	CmdUnknown
)

// MMUUpdate is mmu_update with one request: store e in slot s of frame m.
func (c *Call) MMUUpdate(cpu, m, s uint8, e page.Entry, cmd uint8) errno.Errno {
	if rc := c.begin(cpu); rc != errno.OK {
		return rc
	}
	if cmd >= CmdUnknown {
		return c.refuse(errno.ENOSYS)
	}
	if !c.getPage(m) {
		return c.refuse(errno.EINVAL)
	}
	rc := c.updateHeld(m, s, e, cmd)
	c.putPage(m)
	return restart(rc)
}

// updateHeld stores an entry in a page to which the call has a reference.
func (c *Call) updateHeld(m, s uint8, e page.Entry, cmd uint8) errno.Errno {
	if !c.lock(m) {
		if c.page(m).TCount != 0 {
			return c.refuse(errno.EINVAL)
		}
		c.getType(m, page.Writable, false)
		c.store(m, s, e)
		c.mustPutType(m)
		return errno.OK
	}
	rc := c.updateLocked(m, s, e, cmd)
	c.unlock(m)
	return rc
}

func (c *Call) updateLocked(m, s uint8, e page.Entry, cmd uint8) errno.Errno {
	switch t := c.page(m).Type; {
	case t.IsTable() && s == SlotM2P:
		return c.refuse(errno.EINVAL)
	case t == page.L1:
		return c.modL1(m, s, e, cmd)
	case t.IsTable():
		rc := c.modEntry(m, t, s, e, cmd)
		if rc == errno.OK && !c.on(B16) {
			c.flushLinear()
		}
		return rc
	case t == page.Writable:
		c.store(m, s, e)
		return errno.OK
	}
	return c.refuse(errno.EINVAL)
}

// store writes a slot of ordinary memory. In the RO_MPT slot any bits that the
// guest wrote are one value.
func (c *Call) store(m, s uint8, e page.Entry) {
	p := c.page(m)
	switch {
	case s != SlotM2P:
		p.Ent[s] = e
	case e.Names():
		p.ROMpt = page.Guest
	default:
		p.ROMpt = page.Empty
	}
}

// replace stores an entry of a table. PRESERVE_AD keeps the old A and D bits, in an
// entry that is not present, too.
func replace(at *page.Entry, e page.Entry, cmd uint8) {
	if cmd == CmdPreserveAD && at.Dirty() {
		e = e.WithDirty()
	}
	*at = e
}

// modL1 is mod_l1_entry.
func (c *Call) modL1(m, s uint8, e page.Entry, cmd uint8) errno.Errno {
	at := &c.page(m).Ent[s]
	old := *at
	if e.Present() {
		if e.Kind() == page.Bad {
			return c.refuse(errno.EINVAL)
		}
		if c.similar(page.L1, old, e) {
			replace(at, e, cmd)
			return errno.OK
		}
		if rc := c.getL1Entry(e); rc != errno.OK {
			return rc
		}
	} else if c.vulnerable(e) {
		return errno.ERESTART
	}
	replace(at, e, cmd)
	if !c.on(M2) {
		c.putL1Entry(old)
	}
	return errno.OK
}

// similar is the fast path's condition: the entries differ only in flags that
// carry no reference and give no access.
func (c *Call) similar(t page.Type, old, e page.Entry) bool {
	switch {
	case old.Clean() == e.Clean():
		return true
	case t == page.L1 || !old.Present() || old.Frame() != e.Frame():
		return false
	case e.Kind() == page.PSE:
		return t == page.L2 && c.on(B10)
	}
	return c.on(B11)
}

// modEntry is mod_l2_entry to mod_l4_entry. The old child is not put at once:
// it becomes the caller's old_guest_table (PTF_defer). A linear use ends with
// the entry, not with the put.
func (c *Call) modEntry(m uint8, t page.Type, s uint8, e page.Entry, cmd uint8) errno.Errno {
	at := &c.page(m).Ent[s]
	old := *at
	if e.Present() {
		switch {
		case e.Kind() == page.Bad:
			return c.refuse(errno.EINVAL)
		case c.similar(t, old, e):
			replace(at, e, cmd)
			return errno.OK
		case e.Kind() == page.PSE:
			return c.refuse(errno.EINVAL)
		}
		if rc := c.getEntry(m, t, e, page.PSetNone, false); rc != errno.OK {
			return rc
		}
	} else if c.vulnerable(e) {
		return errno.ERESTART
	}
	replace(at, e, cmd)
	if counted(m, old) {
		if c.sameLevel(old.Frame(), m) {
			c.dropLinear(old.Frame(), m)
		}
		c.setOgt(c.cur, old.Frame(), full)
	}
	return errno.OK
}

// Flush operands of update_va_mapping.
const (
	FlushNone = iota
	FlushAll
	FlushBadMask // a CPU mask at a bad address
)

// UpdateVAMapping is update_va_mapping: store e in slot s of the L1 that the
// caller's kernel table has at (0, 0, dir). It does not finish the caller's
// old_guest_table.
func (c *Call) UpdateVAMapping(cpu, dir, s uint8, e page.Entry, flush uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	m, ok := c.findL1(dir)
	if !ok || !c.getPage(m) {
		return c.refuse(errno.EINVAL)
	}
	rc := c.storeL1(m, s, e)
	c.putPage(m)
	switch {
	case rc != errno.OK:
		return rc
	case flush == FlushBadMask:
		return errno.EFAULT
	case flush == FlushAll:
		c.flushLinear()
	}
	return errno.OK
}

// storeL1 stores an entry of a page that has to be an L1.
func (c *Call) storeL1(m, s uint8, e page.Entry) errno.Errno {
	if c.page(m).Type != page.L1 || !c.lock(m) {
		return c.refuse(errno.EINVAL)
	}
	rc := c.modL1(m, s, e, CmdNormal)
	c.unlock(m)
	return rc
}

// findL1 walks the caller's kernel table to an L1.
func (c *Call) findL1(dir uint8) (m uint8, ok bool) {
	if c.cfg.TLB && c.cur.LinTLB != 0 && c.cur.LinDir == dir {
		return c.cur.LinTLB - 1, true
	}
	m = c.cur.Table - 1
	for _, s := range [...]uint8{0, 0, dir} {
		if m >= page.MaxFrames {
			return 0, false
		}
		e := c.page(m).Ent[s]
		if e.Kind() != page.RO && e.Kind() != page.RW {
			return 0, false
		}
		m = e.Frame()
	}
	return m, true
}

// Touch is the processor setting the D bit of a mapping that it writes through.
func (c *Call) Touch(m, s uint8) errno.Errno {
	p := c.page(m)
	if c.st.Stopped() || p.Type != page.L1 || !p.Validated || !writable(p.Ent[s]) {
		return c.refuse(errno.ENOENT)
	}
	p.Ent[s] = p.Ent[s].WithDirty()
	return errno.OK
}
