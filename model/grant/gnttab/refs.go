package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// PageOf is what Xen keeps of a frame.
func (c *Call) PageOf(m uint8) *page.Page { return &c.pool.Pages[m] }

// GetAny is page_get_owner_and_reference(): it fails for a page that nobody owns.
func (c *Call) GetAny(m uint8) (owner uint8, got bool) {
	p := c.PageOf(m)
	if p.Count == 0 || c.St.Owner[m] == grant.NoDomain {
		return grant.NoDomain, false
	}
	p.Count++
	return c.St.Owner[m], true
}

// GetPage is get_page(): a reference, if the page is the domain's.
func (c *Call) GetPage(m, d uint8) bool {
	if c.PageOf(m).Count == 0 || c.St.Owner[m] != d {
		return false
	}
	c.PageOf(m).Count++
	return true
}

// PutPage is put_page(). The last reference frees the page.
func (c *Call) PutPage(m uint8) {
	p := c.PageOf(m)
	if p.Count == 0 {
		c.bug(grant.BugPutPage)
		return
	}
	if p.Count--; p.Count == 0 {
		c.free(m)
	}
}

// GetType is get_page_type(PGT_writable_page).
func (c *Call) GetType(m uint8) bool {
	p := c.PageOf(m)
	if p.TCount == 0 && !c.retype(m, page.Writable) || p.Type != page.Writable {
		return false
	}
	p.TCount++
	return true
}

// retype changes what a page is, of which nobody has a typed reference. Devices of a PV
// owner's reach what is writable. The page stays changed if that cannot be.
func (c *Call) retype(m uint8, to page.Type) bool {
	p, owner := c.PageOf(m), c.St.Owner[m]
	was := p.Type
	p.Type, p.Validated = to, false
	c.retyped = c.retyped || was != to
	if (was == page.Writable) == (to == page.Writable) || owner >= grant.NumDomains || !c.St.Dom[owner].NeedsIOMMU() {
		return true
	}
	if to == page.Writable {
		return c.setIOPT(owner, m, grant.WriteDMA)
	}
	return c.setIOPT(owner, m, grant.NoDMA)
}

// PutType is put_page_type(). The type stays until another one is wanted.
func (c *Call) PutType(m uint8) {
	p := c.PageOf(m)
	if p.TCount == 0 {
		c.bug(grant.BugPutType)
		return
	}
	p.TCount--
}

// PutAlloc is put_page_alloc_ref(): the owner gives the page back. The caller holds
// another reference.
func (c *Call) PutAlloc(m uint8) {
	if p := c.PageOf(m); p.Allocated {
		p.Allocated = false
		c.PutPage(m)
	}
}

// PutPlaced is what becomes of a page whose gfn gets another one: ordinary memory is given
// back, and a page of Xen's is without a gfn. The caller holds another reference.
func (c *Call) PutPlaced(m uint8) {
	if !c.St.IsShinfo(m) {
		c.PutAlloc(m)
	}
}

// free is free_domheap_page(). CPUs may go on to have the page cached: whoever gets
// it next has that flushed. Devices may not. A page of Xen's heap is Xen's to free.
func (c *Call) free(m uint8) {
	if c.St.IsShinfo(m) {
		c.Bury()
		return
	}
	if c.PageOf(m).TCount != 0 {
		c.bug(grant.BugFreeTyped)
		return
	}
	if d := c.St.Owner[m]; d < grant.NumDomains {
		c.St.Dom[d].Tot--
		if dom := &c.St.Dom[d]; dom.Sync && !dom.HVM {
			dom.IOPT[m] = grant.NoDMA
		}
	}
	*c.PageOf(m) = page.Page{}
	c.St.Owner[m] = grant.NoDomain
	c.Bury()
}

// Bury is complete_domain_destroy() of F, which frees its shared_info: F is dead, and
// nobody has a page of it any more.
func (c *Call) Bury() {
	k, d := &c.St.Kernel, &c.St.Dom[grant.DomF]
	if m := k.ShinfoMFN - 1; k.ShinfoMFN != 0 && d.Life == grant.Dead && d.Tot == 0 && c.PageOf(m).Count == 0 {
		*c.PageOf(m) = page.Page{}
		c.St.Owner[m], k.ShinfoMFN = grant.NoDomain, 0
	}
}

// Share is share_xen_page_with_guest() of shared_info. The typed reference keeps it
// writable for ever.
func (c *Call) Share(m uint8) {
	c.Allocate(m, grant.DomXen)
	c.St.Owner[m], c.PageOf(m).TCount = grant.DomF, 1
	c.St.Kernel.ShinfoMFN = m + 1
}

// Allocate takes a page of the heap for a domain, which is one of the few that are
// modelled or not. No CPU has it cached any more, and what was in it is gone.
func (c *Call) Allocate(m, d uint8) {
	for i := range c.St.Dom {
		dom := &c.St.Dom[i]
		for s, e := range dom.TLB {
			if e.Present() && e.Frame() == m {
				dom.TLB[s] = 0
			}
		}
	}
	*c.PageOf(m) = page.Page{Owned: true, Allocated: true, Count: 1, Type: page.Writable}
	c.St.Owner[m], c.St.Tag[m] = d, grant.TagClean
	if d < grant.NumDomains {
		dom := &c.St.Dom[d]
		dom.Tot++
		if dom.Sync && !dom.HVM {
			dom.IOPT[m] = grant.WriteDMA
		}
	}
}

// FreeFrame is a page of the heap, or MaxFrames.
func (c *Call) FreeFrame() uint8 {
	for m := range c.Cfg.Frames {
		if c.St.Owner[m] == grant.NoDomain && c.PageOf(m).Count == 0 {
			return m
		}
	}
	return grant.MaxFrames
}

// Translate finds the frame that a domain knows by a number.
func (c *Call) Translate(d, gfn uint8) (m uint8, t grant.P2MType) {
	switch dom := &c.St.Dom[d]; {
	case !dom.HVM && gfn < c.Cfg.Frames:
		return gfn, grant.P2MRAM
	case !dom.HVM || gfn >= grant.MaxGfns:
		return 0, grant.P2MNone
	default:
		return dom.P2M[gfn].MFN, dom.P2M[gfn].Type
	}
}

// lookUp is get_paged_frame(): a reference on the frame that a domain means.
func (c *Call) lookUp(d, gfn uint8) (m uint8, status errno.Errno) {
	m, t := c.Translate(d, gfn)
	switch t {
	case grant.P2MPaged:
		return 0, grant.Eagain
	case grant.P2MRAM:
		if c.GetPage(m, d) {
			return m, ok
		}
	}
	return 0, grant.BadPage // also what is somebody else's
}

// flush is gnttab_flush_tlb(): of a domain whose page tables Xen does not look after.
func (c *Call) flush(d uint8) {
	if dom := &c.St.Dom[d]; !dom.HVM {
		dom.TLB = [grant.MaxGfns]page.Entry{}
	}
}

// DropTLB is the flush that comes with a change of a translated domain's p2m.
func (c *Call) DropTLB(d uint8) { c.St.Dom[d].TLB = [grant.MaxGfns]page.Entry{} }

// CrashDomain is domain_crash().
func (c *Call) CrashDomain(d uint8) {
	if dom := &c.St.Dom[d]; dom.Life == grant.Alive {
		dom.Life = grant.Crashed
	}
}
