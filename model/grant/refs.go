package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

func (c *Call) page(m uint8) *page.Page { return &c.pool.Pages[m] }

// getAny is page_get_owner_and_reference(): it fails for a page that nobody owns.
func (c *Call) getAny(m uint8) (owner uint8, got bool) {
	p := c.page(m)
	if p.Count == 0 || c.st.Owner[m] == NoDomain {
		return NoDomain, false
	}
	p.Count++
	return c.st.Owner[m], true
}

// getPage is get_page(): a reference, if the page is the domain's.
func (c *Call) getPage(m, d uint8) bool {
	if c.page(m).Count == 0 || c.st.Owner[m] != d {
		return false
	}
	c.page(m).Count++
	return true
}

// putPage is put_page(). The last reference frees the page.
func (c *Call) putPage(m uint8) {
	p := c.page(m)
	if p.Count == 0 {
		c.bug(BugPutPage)
		return
	}
	if p.Count--; p.Count == 0 {
		c.free(m)
	}
}

// getType is get_page_type(PGT_writable_page).
func (c *Call) getType(m uint8) bool {
	p := c.page(m)
	if p.TCount == 0 {
		p.Type, p.Validated = page.Writable, false
	}
	if p.Type != page.Writable {
		return false
	}
	p.TCount++
	return true
}

// putType is put_page_type(). The type stays until another one is wanted.
func (c *Call) putType(m uint8) {
	p := c.page(m)
	if p.TCount == 0 {
		c.bug(BugPutType)
		return
	}
	p.TCount--
}

// putAlloc is put_page_alloc_ref(): the owner gives the page back. The caller holds
// another reference.
func (c *Call) putAlloc(m uint8) {
	if p := c.page(m); p.Allocated {
		p.Allocated = false
		c.putPage(m)
	}
}

// free is free_domheap_page(). CPUs may go on to have the page cached: whoever gets
// it next has that flushed. Devices may not.
func (c *Call) free(m uint8) {
	if c.page(m).TCount != 0 {
		c.bug(BugFreeTyped)
		return
	}
	if d := c.st.Owner[m]; d < NumDomains {
		c.st.Dom[d].Tot--
		if dom := &c.st.Dom[d]; dom.Sync && !dom.HVM {
			dom.IOPT[m] = NoDMA
		}
	}
	*c.page(m) = page.Page{}
	c.st.Owner[m] = NoDomain
}

// allocate takes a page of the heap for a domain, which is one of the few that are
// modelled or not. No CPU has it cached any more, and what was in it is gone.
func (c *Call) allocate(m, d uint8) {
	for i := range c.st.Dom {
		dom := &c.st.Dom[i]
		for s, e := range dom.TLB {
			if e.Present() && e.Frame() == m {
				dom.TLB[s] = 0
			}
		}
	}
	*c.page(m) = page.Page{Owned: true, Allocated: true, Count: 1, Type: page.Writable}
	c.st.Owner[m], c.st.Tag[m] = d, TagClean
	if d < NumDomains {
		dom := &c.st.Dom[d]
		dom.Tot++
		if dom.Sync && !dom.HVM {
			dom.IOPT[m] = WriteDMA
		}
	}
}

// freeFrame is a page of the heap, or MaxFrames.
func (c *Call) freeFrame() uint8 {
	for m := range c.cfg.Frames {
		if c.st.Owner[m] == NoDomain && c.page(m).Count == 0 {
			return m
		}
	}
	return MaxFrames
}

// translate finds the frame that a domain knows by a number.
func (c *Call) translate(d, gfn uint8) (m uint8, t P2MType) {
	switch dom := &c.st.Dom[d]; {
	case !dom.HVM && gfn < c.cfg.Frames:
		return gfn, P2MRAM
	case !dom.HVM || gfn >= MaxGfns:
		return 0, P2MNone
	default:
		return dom.P2M[gfn].MFN, dom.P2M[gfn].Type
	}
}

// lookUp is get_paged_frame(): a reference on the frame that a domain means.
func (c *Call) lookUp(d, gfn uint8) (m uint8, status errno.Errno) {
	m, t := c.translate(d, gfn)
	switch t {
	case P2MPaged:
		return 0, Eagain
	case P2MRAM:
		if c.getPage(m, d) {
			return m, ok
		}
	}
	return 0, BadPage // also what is somebody else's
}

// flush is gnttab_flush_tlb(): of a domain whose page tables Xen does not look after.
func (c *Call) flush(d uint8) {
	if dom := &c.st.Dom[d]; !dom.HVM {
		dom.TLB = [MaxGfns]page.Entry{}
	}
}

// dropTLB is the flush that comes with a change of a translated domain's p2m.
func (c *Call) dropTLB(d uint8) { c.st.Dom[d].TLB = [MaxGfns]page.Entry{} }

// crash is domain_crash().
func (c *Call) crash(d uint8) {
	if dom := &c.st.Dom[d]; dom.Life == Alive {
		dom.Life = Crashed
	}
}
