package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// putFlags says what a put drops, and how.
type putFlags uint8

const (
	full    putFlags = 0         // a full typed reference
	partial putFlags = 1 << iota // PTF_partial_set: only what is left of a partial (un-)audit
	atomic                       // without PTF_preemptible
)

// none is "no page" where a page-table page (ptpg) or frame can be absent.
const none = 0xff

// getType takes a typed reference (_get_page_type). On -EINTR and -ERESTART
// the caller has no typed reference; after -ERESTART the partial bit has one.
func (c *Call) getType(m uint8, t page.Type, preemptible bool) errno.Errno {
	p := c.page(m)
	if preemptible && c.lost(true) {
		return errno.EINTR
	}
	resumed := false
	switch {
	case c.fullType(p.TCount):
		return errno.EINVAL
	case p.TCount == 0:
		if p.Type != t {
			p.Type, p.Validated = t, false
			c.flushFrame(m)
		}
		p.TCount = 1
	case p.Type != t:
		return errno.EINVAL
	case p.Validated:
		p.TCount++
	case p.Partial:
		p.Partial, resumed = false, true
	default:
		return c.bug(CrashSpin)
	}
	if p.Validated {
		return errno.OK
	}
	rc := c.audit(m, t, resumed)
	if resumed {
		c.putPage(m)
	}
	return rc
}

// audit examines a validate-locked page's contents.
func (c *Call) audit(m uint8, t page.Type, resumed bool) errno.Errno {
	p := c.page(m)
	switch {
	case t == page.Writable || t == page.Shared:
		p.Validated = true
		return errno.OK
	case !resumed:
		p.Nr, p.PSet, p.Linear = 0, page.PSetNone, 0
	case c.on(B9):
		p.Linear = 0
	}
	return c.validate(m, t)
}

// validate is validate_page: PROMOTE, and what its result means for the page.
func (c *Call) validate(m uint8, t page.Type) errno.Errno {
	p := c.page(m)
	rc := c.promote(m, t)
	switch {
	case rc == errno.OK:
		p.Validated = true
		retire(p)
	case rc == errno.EINTR:
		p.TCount = 0
		retire(p)
	case rc == errno.ERESTART || t.IsTable() && c.cur.Ogt == m+1:
		p.Count++
		p.Partial = true
	default:
		p.Type, p.TCount = page.None, 0
		retire(p)
	}
	return rc
}

// retire marks what a page that is not partial keeps of its last walk. Xen leaves
// the values as they are; here all of them are one that is wrong for whatever is
// done next, so that a walk which does not begin with values of its own shows.
func retire(p *page.Page) {
	p.Nr, p.PSet = page.StaleNr, page.PSetRef
	if p.TCount == 0 || !p.Type.IsTable() {
		stamp(p)
	}
}

// stamp is set_tlbflush_timestamp(), when the last typed reference goes: the
// stamp shares its place with the values of a walk.
func stamp(p *page.Page) { p.Nr, p.PSet, p.Linear = page.StaleNr, page.PSetRef, page.StaleLinear }

// putType drops a typed reference (_put_page_type). After -EINTR the caller
// still owns it; after -ERESTART the partial bit does. ptpg is the table whose
// entry is dropped, or none.
func (c *Call) putType(m uint8, flags putFlags, ptpg uint8) errno.Errno {
	p := c.page(m)
	if p.Count == 0 {
		return c.bug(CrashPutFreed)
	}
	if part := flags&partial != 0; !c.on(B4) {
		switch {
		case !part && (p.Partial || !(p.Validated || c.st.Dying)):
			return c.bug(CrashPutPartial)
		case part && !p.Partial:
			return errno.OK
		case part && p.TCount != 1:
			return c.bug(CrashPutCount)
		}
	}
	if p.TCount == 0 {
		return c.bug(CrashPutCount)
	}
	last := p.TCount == 1
	audited := p.Type.IsTable() && (p.Validated || p.Partial)
	if last && !audited && !c.sameLevel(m, ptpg) {
		stamp(p)
	}
	if flags&atomic == 0 && c.lost(last && audited) {
		return errno.EINTR
	}
	if last && audited {
		return c.putLastType(m, ptpg)
	}
	p.TCount--
	if c.sameLevel(m, ptpg) {
		c.dropLinear(m, ptpg)
	}
	return errno.OK
}

// putLastType un-audits a table with its last reference (_put_final_page_type).
func (c *Call) putLastType(m, ptpg uint8) errno.Errno {
	p := c.page(m)
	wasValid, wasPartial := p.Validated, p.Partial
	p.Validated, p.Partial = false, false
	rc := c.devalidate(m, wasPartial)
	if wasValid && rc != errno.EINTR && c.sameLevel(m, ptpg) {
		c.dropLinear(m, ptpg)
	}
	switch rc {
	case errno.OK:
		stamp(p)
		p.TCount--
	case errno.EINTR:
		p.Validated = true
	case errno.ERESTART:
		p.Count++
		p.Partial = true
	}
	if wasPartial {
		c.putPage(m)
	}
	return rc
}

// devalidate is devalidate_page: DEMOTE from where it stopped, or from the end.
func (c *Call) devalidate(m uint8, wasPartial bool) errno.Errno {
	p := c.page(m)
	if !wasPartial {
		p.Nr, p.PSet = c.cfg.Slots, page.PSetNone
	}
	rc := c.demote(m)
	if rc == errno.OK || rc == errno.EINTR {
		retire(p)
	}
	return rc
}

// getPageAndType is get_page_and_type_from_mfn, for a page table. held says that the entry has
// its general reference already; retain, that the entry keeps it when the page
// is left partial.
func (c *Call) getPageAndType(m uint8, t page.Type, held, retain bool) errno.Errno {
	if !held && !c.getPage(m) {
		return errno.EINVAL
	}
	rc := c.getType(m, t, t != page.L1)
	switch {
	case rc == errno.OK || held:
	case c.keptByOgt(m) || retain && rc == errno.ERESTART:
	default:
		c.putPage(m)
	}
	return rc
}

// lock is page_lock: it refuses pages that are partial or validate-locked.
func (c *Call) lock(m uint8) bool {
	p := c.page(m)
	if !p.Validated || p.TCount == 0 || c.fullType(p.TCount) {
		return false
	}
	p.TCount++
	p.Locked = true
	return true
}

func (c *Call) unlock(m uint8) {
	p := c.page(m)
	p.TCount--
	p.Locked = false
}
