package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// MapForeign is p2m_add_foreign(): another domain's page, with a reference that goes when
// the entry does. Another domain's page that is there already, by whatever way, is none that
// the caller could give back.
func (c *Call) MapForeign(actor, g, m uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkForeign)
	if rc != ok {
		return rc
	}
	d := &c.st.Dom[t.Dom]
	switch {
	case d.HVM && c.on(iommu.AsIs5):
		return c.drop(errno.EPERM)
	case c.locked(t.Dom):
		return c.drop(errno.NotRunning)
	case !d.HVM || m >= c.cfg.Frames:
		return c.drop(errno.EINVAL)
	case c.st.Frame[m].Owner == t.Dom:
		return c.drop(errno.EPERM)
	case d.P2M[g].Type.Borrowed():
		return c.drop(errno.ENXIO)
	case d.P2M[g].Type != iommu.Invalid:
		return c.drop(errno.EEXIST)
	case c.st.Free(m) || !c.getPage(m, c.st.Frame[m].Owner):
		return c.drop(errno.EBUSY)
	}
	c.setP2M(t.Dom, g, iommu.P2M{Type: iommu.Foreign, MFN: m})
	return c.over(ok)
}

// UnmapForeign is XENMEM_remove_from_physmap of such an entry. The entry's reference goes
// with it; the caller has one of its own until the flush.
func (c *Call) UnmapForeign(actor, g uint8) errno.Errno {
	t, rc := c.by(actor, iommu.WorkUnforeign)
	if rc != ok {
		return rc
	}
	e := c.st.Dom[t.Dom].P2M[g]
	switch {
	case c.locked(t.Dom):
		return c.drop(errno.NotRunning)
	case e.Type == iommu.Invalid:
		return c.drop(errno.ENOENT)
	case e.Type != iommu.Foreign:
		return c.drop(errno.EINVAL)
	}
	c.lock(t.Dom)
	t.Gfn, t.MFN = g, e.MFN
	old := iommu.Entry(0)
	if c.st.Dom[t.Dom].On {
		old = c.write(t.Dom, g, 0)
	}
	c.st.Dom[t.Dom].P2M[g] = iommu.P2M{} // its reference is the caller's from now on
	if c.flushThen(t, t.Dom, g, 1, old.Present(), iommu.FgPut); !t.Flushing() {
		c.unflushed(old)
	}
	return c.begun(t)
}

// foreignSection ends it.
func (c *Call) foreignSection(t *iommu.Task) errno.Errno {
	if t.PC == iommu.FgPut {
		c.unlock(t.Dom)
		if !t.Kept {
			c.putFinal(t, t.MFN, iommu.FgEnd)
			return ok
		}
	}
	return c.over(errno.Errno(t.Err))
}

// protectForeign holds the reference of a foreign mapping until its flush is done, where
// the design does so.
func (c *Call) protectForeign(t *iommu.Task) {
	switch f := c.flushing(); {
	case f == iommu.V4 || f == iommu.V6 && c.cfg.KeepForeign:
		t.Kept = true
		c.hold(iommu.Held{Kind: iommu.RefDone, MFN: t.MFN, Dom: t.Dom})
	case f == iommu.V5:
		c.hold(iommu.Held{Kind: iommu.DevRef, MFN: t.MFN, Dom: t.Dom})
	}
}
