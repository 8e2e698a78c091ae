package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// getL1Entry takes the references of an L1 entry (get_page_from_l1e).
func (c *Call) getL1Entry(e page.Entry) errno.Errno {
	if e.Kind() == page.Bad {
		return errno.EINVAL
	}
	m := e.Frame()
	if !c.getPage(m) {
		return errno.EBUSY
	}
	if writable(e) && c.getType(m, page.Writable, false) != errno.OK {
		c.putPage(m)
		return errno.EBUSY
	}
	return errno.OK
}

// putL1Entry drops them again (put_page_from_l1e).
func (c *Call) putL1Entry(e page.Entry) {
	if !e.Present() {
		return
	}
	if writable(e) {
		c.mustPutType(e.Frame())
	}
	c.putPage(e.Frame())
}

// writable tells whether an L1 entry gives write access. In an L1 the PSE bit
// is the PAT bit: such an entry is an ordinary writable one.
func writable(e page.Entry) bool { return e.Kind() == page.RW || e.Kind() == page.PSE }

// mustPutType drops a typed reference without preemption, which cannot fail
// (put_page_type).
func (c *Call) mustPutType(m uint8) {
	if c.putType(m, atomic, none) != errno.OK {
		c.bug(CrashPutResult)
	}
}

// getEntry takes the references of an entry of a table of type t
// (get_page_from_lNe): a table of the level below, or a linear one.
func (c *Call) getEntry(holder uint8, t page.Type, e page.Entry, held uint8, retain bool) errno.Errno {
	if e.Kind() == page.Bad || e.Kind() == page.PSE {
		return errno.EINVAL
	}
	has := held == page.PSetRef
	rc := c.getPageAndType(e.Frame(), t-1, has, retain && !c.on(B3))
	if rc == errno.EINVAL && c.getLinear(holder, e, t, has) {
		return errno.OK
	}
	return rc
}

// putEntry drops the references of an entry (put_page_from_lNe, put_pt_page).
func (c *Call) putEntry(holder uint8, e page.Entry, held uint8) errno.Errno {
	if !counted(holder, e) {
		return errno.OK
	}
	flags := full
	if held != page.PSetNone {
		flags = partial
	}
	old := c.page(holder).Type == page.L2 && c.on(B19)
	if old {
		flags |= atomic
	}
	rc := c.putType(e.Frame(), flags, holder)
	if old && rc != errno.OK {
		c.bug(CrashPutResult)
		rc = errno.OK
	}
	if rc == errno.OK && held != page.PSetNoRef {
		c.putPage(e.Frame())
	}
	return rc
}

// counted tells whether an audited entry of an L2 to L4 holds references. One
// that has become a superpage (MM-B10) still has those of the table that it
// named; put_superpage() drops them.
func counted(holder uint8, e page.Entry) bool {
	return e.Present() && e.Kind() != page.Bad && e.Frame() != holder
}
