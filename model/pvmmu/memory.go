package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// DecreaseReservation is XENMEM_decrease_reservation of one page: the
// allocation reference goes, the page stays until its last reference does.
// Pins are not touched (d798a09529).
func (c *Call) DecreaseReservation(cpu, m uint8) errno.Errno {
	if rc := c.beginMemory(cpu, m); rc != errno.OK {
		return rc
	}
	p := c.page(m)
	if !c.getPage(m) {
		return c.refuse(errno.ENXIO)
	}
	had := p.Allocated
	if p.Pinned && c.on(B13) {
		p.Pinned = false
		c.noCheck = true
		had = true
		if c.putPageAndType(m) != errno.OK {
			c.bug(CrashPutResult)
		}
	}
	c.putAllocRef(m)
	c.putPage(m)
	if !had {
		return c.refuse(errno.OK)
	}
	return errno.OK
}

// beginMemory is what the memory operations check first.
func (c *Call) beginMemory(cpu, m uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	switch {
	case c.st.Gone():
		return c.refuse(errno.ESRCH)
	case m >= c.cfg.Frames:
		return c.refuse(errno.EINVAL)
	}
	return errno.OK
}

// beginUnlessDying is the same for what the model's toolstack does not begin any more.
func (c *Call) beginUnlessDying(cpu, m uint8) errno.Errno {
	if rc := c.beginMemory(cpu, m); rc != errno.OK || !c.st.Dying {
		return rc
	}
	return c.refuse(errno.ESRCH)
}

// PopulatePhysmap is XENMEM_populate_physmap of one page; the operand is the
// frame that the allocator picks.
func (c *Call) PopulatePhysmap(cpu, m uint8) errno.Errno {
	if rc := c.beginMemory(cpu, m); rc != errno.OK {
		return rc
	}
	switch {
	case !c.isFree(m):
		return c.refuse(errno.ENOMEM)
	case c.st.Dying:
		return c.refuse(errno.EINVAL) // by assign_pages()
	}
	c.assign(m)
	c.st.Tot++
	return errno.OK
}

// assign gives a page to the domain (assign_pages).
func (c *Call) assign(m uint8) {
	p := c.page(m)
	p.Owned, p.Allocated, p.Count = true, true, 1
	p.Unscrubbed = false
	stamp(p)
	pushTail(&c.st.List, m)
}

// Exchange is XENMEM_exchange of one page: m is stolen, and the first free
// frame takes its place.
func (c *Call) Exchange(cpu, m uint8) errno.Errno {
	if rc := c.beginMemory(cpu, m); rc != errno.OK {
		return rc
	}
	if !c.canSteal(m) {
		return c.refuse(errno.EINVAL)
	}
	fresh := c.freeFrame()
	c.steal(m)
	switch {
	case c.st.Dying: // told by the number of pages that were exchanged
		c.wipe(m)
		c.st.Tot--
		return errno.OK
	case fresh == none:
		c.assign(m)
		return errno.ENOMEM
	}
	c.wipe(m)
	c.assign(fresh)
	return errno.OK
}

// canSteal tells whether nothing but its allocation refers to a page.
func (c *Call) canSteal(m uint8) bool {
	p := c.page(m)
	return p.Owned && p.Allocated && p.Count == 1
}

// wipe stands for the scrubbing of a page that goes to the heap. What it has
// left of a type is not touched.
func (c *Call) wipe(m uint8) {
	p := c.page(m)
	p.Ent, p.ROMpt = [page.MaxSlots]page.Entry{}, page.Empty
	p.Nr, p.PSet, p.Linear = 0, page.PSetNone, 0
}

// steal takes a page away from its owner (steal_page).
func (c *Call) steal(m uint8) {
	p := c.page(m)
	p.Owned, p.Allocated, p.Count = false, false, 0
	remove(&c.st.List, m)
	if !c.on(B24) {
		p.Type, p.Validated = page.None, false
	}
}

func (c *Call) freeFrame() uint8 {
	for m := range c.cfg.Frames {
		if c.isFree(m) {
			return m
		}
	}
	return none
}

// maxHeld bounds the references that get_type takes of one frame.
const maxHeld = 2

// GetType takes a reference to a frame as seg_desc, shared or writable, as
// loading a GDT, sharing a page and mapping it do.
func (c *Call) GetType(cpu, m uint8, t page.Type) errno.Errno {
	if rc := c.beginUnlessDying(cpu, m); rc != errno.OK {
		return rc
	}
	if !c.getPage(m) {
		return c.refuse(errno.EINVAL)
	}
	if p := c.page(m); p.TCount != 0 && p.Type != t || c.st.Held[m] == maxHeld {
		c.putPage(m)
		return c.refuse(errno.EINVAL)
	}
	rc := c.getType(m, t, false)
	if rc != errno.OK {
		c.putPage(m)
		return rc
	}
	c.st.Held[m]++
	return errno.OK
}

// PutType drops such a reference.
func (c *Call) PutType(cpu, m uint8, t page.Type) errno.Errno {
	if rc := c.beginUnlessDying(cpu, m); rc != errno.OK {
		return rc
	}
	if c.st.Held[m] == 0 || c.page(m).Type != t {
		return c.refuse(errno.EINVAL)
	}
	c.putHeld(m)
	return errno.OK
}

func (c *Call) putHeld(m uint8) {
	c.st.Held[m]--
	c.mustPutType(m)
	c.putPage(m)
}
