package vtd

import (
	"hvcheck/model/iommu"
	"hvcheck/model/page"
)

// getPage is get_page(): a general reference, if the page is a domain's.
func (c *Call) getPage(m, d uint8) bool {
	if c.st.Frame[m].Owner != d || c.pool.Pages[m].Count == 0 {
		return false
	}
	c.pool.Pages[m].Count++
	return true
}

// putPage is put_page().
func (c *Call) putPage(m uint8) {
	p := &c.pool.Pages[m]
	if p.Count == 0 {
		c.bug(iommu.BugCount)
		return
	}
	if p.Count--; p.Count == 0 {
		c.free(m)
	}
}

// putAlloc is put_page_alloc_ref(). The caller has a reference of its own.
func (c *Call) putAlloc(m uint8) {
	p := &c.pool.Pages[m]
	if !p.Allocated {
		return
	}
	p.Allocated = false
	c.putPage(m)
}

// free is free_domheap_pages(). In FL-V6 a page that devices may have cached waits
// for the flushes that are under way.
func (c *Call) free(m uint8) {
	if c.pool.Pages[m].TCount > 0 {
		c.bug(iommu.BugFree)
		return
	}
	f := &c.st.Frame[m]
	if f.Marked && c.flushing() == iommu.V6 && c.anyOutstanding() {
		c.hold(iommu.Held{Kind: iommu.FreeDone, MFN: m, Dom: f.Owner})
		return
	}
	c.toHeap(m)
}

// toHeap gives the page back: anybody may have it next.
func (c *Call) toHeap(m uint8) {
	c.note(iommu.Event{Kind: iommu.Frees, Frame: m})
	if d := c.st.Frame[m].Owner; d < iommu.NumDomains {
		c.st.Dom[d].Tot--
	}
	c.st.Frame[m] = iommu.Frame{Owner: iommu.NoDomain}
	c.pool.Pages[m] = page.Page{}
}

// alloc is alloc_domheap_pages(): the last page that is free becomes a domain's.
func (c *Call) alloc(d uint8) (m uint8, there bool) {
	for m = c.cfg.Frames; m > 0; m-- {
		if !c.st.Free(m - 1) {
			continue
		}
		for cpu := range c.st.TLB { // accumulate_tlbflush()
			if e := c.st.TLB[cpu]; e.Present() && e.Frame() == m-1 {
				c.st.TLB[cpu] = 0
			}
		}
		dom := &c.st.Dom[d]
		dom.Tot++
		c.pool.Pages[m-1] = page.Page{Owned: true, Allocated: true, Count: 1}
		c.st.Frame[m-1] = iommu.Frame{Owner: d, Marked: c.flushing() == iommu.V6 && dom.ATS}
		return m - 1, true
	}
	return 0, false
}

// hold keeps an entry until the flushes that are under way now are done.
func (c *Call) hold(h iommu.Held) {
	for i := range c.cfg.IOMMUs {
		if h.Left[i] = c.st.Outstanding(i); c.on(iommu.Mut12) {
			h.Left[i]++
		}
	}
	for k := range c.st.Held {
		if c.st.Held[k].Kind == iommu.NotHeld {
			c.st.Held[k] = h
			return
		}
	}
	panic("vtd: no room for what is held")
}

// unflushed drops the reference of an entry that is gone, where there is nothing to flush.
func (c *Call) unflushed(old iommu.Entry) {
	if m := old.Frame(); old.Pooled() && c.flushing() == iommu.V5 {
		c.st.Frame[m].DevRefs--
		c.putPage(m)
	}
}

// roomToHold tells whether what a flush protects can be held.
func (c *Call) roomToHold() bool { return c.st.Held[iommu.MaxHeld-RoomToHold].Kind == iommu.NotHeld }

// RoomToHold is how many entries a flush may need: of the pages of a batch, and of the
// domain.
const RoomToHold = iommu.MaxBatch + 1

// anyOutstanding tells whether a flush is under way.
func (c *Call) anyOutstanding() bool {
	for i := range c.cfg.IOMMUs {
		if c.st.Outstanding(i) > 0 {
			return true
		}
	}
	return false
}
