package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// getPage takes a general reference for the domain (get_page).
func (c *Call) getPage(m uint8) bool {
	p := c.page(m)
	if p.Count == 0 || !p.Owned || c.full(p.Count) {
		return false
	}
	p.Count++
	return true
}

// full tells whether a count is as large as it can be: the reference is not
// taken, and the count stays (c40bc0576d).
func (c *Call) full(count uint8) bool { return c.cfg.Largest != 0 && count >= c.cfg.Largest }

// fullType is full for a type count, which has fewer bits.
func (c *Call) fullType(count uint8) bool { return c.full(count + 1) }

// putPage drops a general reference; the last one frees the page.
func (c *Call) putPage(m uint8) {
	p := c.page(m)
	if p.Count == 0 {
		c.bug(CrashPutPage)
		return
	}
	if p.Count--; p.Count == 0 {
		c.free(m)
	}
}

// putAllocRef gives the page back (put_page_alloc_ref). The caller holds
// another reference.
func (c *Call) putAllocRef(m uint8) {
	if p := c.page(m); p.Allocated {
		p.Allocated = false
		c.putPage(m)
	}
}

// free returns a page to the heap.
func (c *Call) free(m uint8) {
	if c.page(m).TCount != 0 {
		c.bug(CrashFree)
		return
	}
	remove(&c.st.List, m)
	remove(&c.st.Rel, m)
	c.st.Tot--
	c.toHeap(m)
}

// putPageAndType drops a typed and a general reference; a preempted put keeps
// the general one for the caller to dispose of.
func (c *Call) putPageAndType(m uint8) (rc errno.Errno) {
	if rc = c.putType(m, full, none); rc == 0 {
		c.putPage(m)
	}
	return rc
}

// Lists of frames: frame + 1 from the head, then zeros.

func pushTail(l *[page.MaxFrames]uint8, m uint8) {
	for i := range l {
		if l[i] == 0 {
			l[i] = m + 1
			return
		}
	}
}

func pushHead(l *[page.MaxFrames]uint8, m uint8) {
	copy(l[1:], l[:])
	l[0] = m + 1
}

func popHead(l *[page.MaxFrames]uint8) (m uint8) {
	m = l[0] - 1
	copy(l[:], l[1:])
	l[page.MaxFrames-1] = 0
	return m
}

func remove(l *[page.MaxFrames]uint8, m uint8) {
	for i := range l {
		if l[i] == m+1 {
			copy(l[i:], l[i+1:])
			l[page.MaxFrames-1] = 0
			return
		}
	}
}
