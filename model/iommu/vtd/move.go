package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Move is XENMEM_add_to_physmap of one page of the caller's own (XENMAPSPACE_gmfn).
func (c *Call) Move(actor, from, to uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkMove)
	if rc != ok {
		return rc
	}
	t.From, t.To, t.N = from, to, 1
	return c.beginMove(t)
}

// MoveRange is XENMAPSPACE_gmfn_range: n pages, whose flushes are left for the end.
func (c *Call) MoveRange(actor, from, to, n uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkRange)
	switch {
	case rc != ok:
		return rc
	case n > c.cfg.Gfns || from > c.cfg.Gfns-n || to > c.cfg.Gfns-n:
		return c.drop(errno.EOVERFLOW)
	}
	t.From, t.To, t.N = from, to, n
	if c.st.NoDefer[c.cpu] = c.st.Dom[t.Dom].On; c.locked(t.Dom) && n > 0 {
		c.st.NoDefer[c.cpu] = false
		return c.drop(errno.NotRunning)
	}
	if n == 0 {
		c.st.NoDefer[c.cpu] = false
		return c.over(ok)
	}
	return c.beginMove(t)
}

// beginMove is phase 1 of a single move. It changes nothing if it fails.
func (c *Call) beginMove(t *iommu.Task) errno.Errno {
	if c.locked(t.Dom) {
		return c.drop(errno.NotRunning)
	}
	if rc := c.lookUp(t); rc != ok {
		return c.endRange(t, rc)
	}
	return c.begun(t)
}

// lookUp is phase 1 for the element that comes next.
func (c *Call) lookUp(t *iommu.Task) errno.Errno {
	from, to := element(t)
	d := &c.st.Dom[t.Dom]
	e := d.P2M[from]
	switch {
	case e.Type != iommu.RAM && e.Type != iommu.LogDirty:
		if c.on(iommu.AsIs4) {
			return errno.EINVAL
		}
		return errno.EACCES
	case !c.getPage(e.MFN, t.Dom):
		return errno.EINVAL
	}
	rc := ok
	switch {
	case c.st.Frame[e.MFN].GFN != from+1:
		rc = errno.EXDEV
	case d.P2M[to].Type == iommu.MMIODirect:
		rc = errno.EPERM
	}
	if rc != ok {
		c.putPage(e.MFN)
		return rc
	}
	c.lock(t.Dom)
	t.Page, t.PC = e.MFN+1, iommu.MvMove
	if d.P2M[to].Type != iommu.Invalid && from != to {
		t.PC = iommu.MvDisplace
	}
	return ok
}

// element is where the next page is, and where it goes. Ranges that overlap are moved from
// their end if they go up.
func element(t *iommu.Task) (from, to uint8) {
	k := t.At
	if backwards(t) {
		k = t.N - 1 - t.At
	}
	return t.From + k, t.To + k
}

func backwards(t *iommu.Task) bool { return t.To > t.From && t.To < t.From+t.N }

// done is where the part of a range begins that has moved.
func done(t *iommu.Task, first uint8) uint8 {
	if backwards(t) {
		return first + t.N - t.At
	}
	return first
}

// moveSection does the next section of a move.
func (c *Call) moveSection(t *iommu.Task) errno.Errno {
	switch t.PC {
	case iommu.MvDisplace:
		return c.displace(t)
	case iommu.MvMove:
		return c.move(t)
	case iommu.MvDrop:
		return c.moved(t)
	case iommu.MvNext:
		return c.nextMove(t)
	case iommu.MvSource:
		c.st.NoDefer[c.cpu] = false
		c.flushThen(t, t.Dom, done(t, t.From), t.At, true, iommu.MvRefs)
		for _, m := range t.Array {
			if m != 0 && !t.Flushing() && !stays(t) {
				c.unflushed(iommu.To(m-1, iommu.Readable))
			}
		}
		return ok
	case iommu.MvRefs:
		return c.putArray(t)
	case iommu.MvTarget:
		c.flushThen(t, t.Dom, done(t, t.To), t.At, true, iommu.MvEnd)
		return ok
	}
	return c.over(c.rangeResult(t))
}

// displace is phase 2: what is at the destination goes first.
func (c *Call) displace(t *iommu.Task) errno.Errno {
	_, to := element(t)
	if e := c.st.Dom[t.Dom].P2M[to]; c.st.Frame[e.MFN].XenHeap {
		c.unhook(t.Dom, to)
		c.flushThen(t, t.Dom, to, 1, true, iommu.MvMove)
		return ok
	}
	if rc := c.removable(t.Dom, to); rc != ok {
		t.Err, t.PC = int8(rc), iommu.MvDrop
		return ok
	}
	c.clear(t, to, iommu.MvMove)
	return ok
}

// move is phase 3.
func (c *Call) move(t *iommu.Task) errno.Errno {
	from, to := element(t)
	t.PC = iommu.MvDrop
	if t.Err == 0 && c.unsplit(t.Dom, from) {
		t.Err = int8(errno.ENOMEM)
	}
	if t.Err != 0 || from == to {
		return ok
	}
	old := c.unhook(t.Dom, from)
	c.place(t.Dom, to, t.Page-1)
	if t.Work == iommu.WorkMove {
		t.Array[0] = t.Page // for the flush: what has moved
	}
	batched := c.st.NoDefer[c.cpu]
	if c.flushThen(t, t.Dom, from, 1, old.Present(), iommu.MvDrop); !t.Flushing() && !batched {
		c.unflushed(old)
	}
	return ok
}

// moved is phase 4. In a range the reference is kept for the flush that is to come.
func (c *Call) moved(t *iommu.Task) errno.Errno {
	m, err := t.Page-1, errno.Errno(t.Err)
	c.unlock(t.Dom)
	t.Page = 0
	switch {
	case t.Work == iommu.WorkMove:
		c.putPage(m)
		return c.over(err)
	case err != ok:
		c.putPage(m)
		return c.endRange(t, err)
	case c.on(iommu.B4) || !c.st.Dom[t.Dom].On:
		c.putPage(m)
	case t.At >= c.cfg.Batch:
		return c.bug(iommu.BugArray)
	default:
		t.Array[t.At] = m + 1
	}
	t.At++
	limit := t.At >= c.cfg.Batch
	if c.on(iommu.B5) {
		limit = t.At > c.cfg.Batch
	}
	t.PC = iommu.MvNext
	if t.At == t.N || limit {
		t.PC = iommu.MvSource
	}
	return ok
}

// nextMove is phase 1 of the next element of a range.
func (c *Call) nextMove(t *iommu.Task) errno.Errno {
	if c.locked(t.Dom) {
		return c.waits()
	}
	if rc := c.lookUp(t); rc != ok {
		return c.endRange(t, rc)
	}
	return ok
}

// endRange ends the loop of a range by an error. What is done is flushed all the same.
func (c *Call) endRange(t *iommu.Task, rc errno.Errno) errno.Errno {
	t.Err = int8(rc)
	switch {
	case c.on(iommu.B2):
		c.dropArray(t)
		return c.over(rc)
	case t.At == 0:
		c.st.NoDefer[c.cpu] = false
		return c.over(rc)
	}
	t.PC = iommu.MvSource
	return ok
}

// putArray drops the references of the array.
func (c *Call) putArray(t *iommu.Task) errno.Errno {
	c.dropArray(t)
	t.PC = iommu.MvTarget
	return ok
}

func (c *Call) dropArray(t *iommu.Task) {
	for k, m := range t.Array {
		if m != 0 {
			c.putPage(m - 1)
			t.Array[k] = 0
		}
	}
}

// rangeResult is how many are done if not all of them are, to be made again from there.
func (c *Call) rangeResult(t *iommu.Task) errno.Errno {
	if t.Err == 0 && t.At < t.N {
		return errno.Errno(t.At)
	}
	return errno.Errno(t.Err)
}
