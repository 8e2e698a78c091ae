package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// SetVersion is GNTTABOP_set_version.
func (c *Call) SetVersion(cpu, ver uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	gt := c.Table(grant.DomainOf(cpu))
	switch {
	case ver != 1 && ver != 2:
		return c.Refuse(errno.EINVAL)
	case ver == 2 && gt.MaxVer == 1:
		return c.Refuse(errno.ENOSYS)
	}
	*c.Task() = grant.Task{Work: grant.WorkVersion, PC: grant.S0, Word: ver}
	if c.On(grant.B15) {
		c.Task().PC = grant.SLook
	}
	return c.Begun(grant.Task{})
}

// versionSection does the next section of gnttab_set_version().
func (c *Call) versionSection(t *grant.Task) errno.Errno {
	gt := c.Table(grant.DomainOf(c.CPU))
	switch t.PC {
	case grant.SLook:
		if gt.Ver == t.Word {
			return c.Over(ok)
		}
		t.PC = grant.S0
		return ok
	case grant.S0:
		return c.mayChange(t, gt)
	case grant.S1:
		return c.unmapStatus(t, gt)
	case grant.S2:
		return c.disown(t, gt)
	}
	return c.toFirst(gt)
}

// mayChange is everything that is looked at under the lock, and the change to version
// 2.
func (c *Call) mayChange(t *grant.Task, gt *grant.Table) errno.Errno {
	if !c.Readable(grant.DomainOf(c.CPU)) {
		return c.Waits()
	}
	if gt.Ver == t.Word && !c.On(grant.B15) {
		return c.Over(ok)
	}
	for r := uint8(grant.Reserved + 1); r < gt.Entries(); r++ {
		if gt.Act[r].Pinned() {
			return c.Over(errno.EBUSY)
		}
	}
	if gt.Ver == 1 {
		return c.populate(t, gt)
	}
	if rc := c.representable(gt); rc != ok {
		return c.Over(rc)
	}
	if t.Word == 2 { // GR-B15: from version 2 to version 2
		return c.rewrite(gt, 2)
	}
	gt.Writer = c.CPU + 1
	t.PC = grant.S1
	return ok
}

// representable tells whether version 1 has room for what is in use.
func (c *Call) representable(gt *grant.Table) errno.Errno {
	e := &gt.Entry[grant.Reserved]
	switch {
	case gt.V2Ops > 0 && !c.On(grant.B14):
		return errno.EAGAIN
	case e.Flags&grant.TypeMask == grant.Transitive, e.Flags&grant.TypeMask == grant.PermitAccess && e.Frame&grant.BigFrame != 0:
		return errno.ERANGE
	}
	return ok
}

// populate is gnttab_populate_status_frames(), and the rest of the change.
func (c *Call) populate(t *grant.Task, gt *grant.Table) errno.Errno {
	if gt.StatusFrames == 0 {
		if c.St.NoHeap {
			return c.Over(errno.ENOMEM)
		}
		gt.StatusFrames = 1
		if grant.DomainOf(c.CPU) == grant.DomF {
			c.St.TFrame[grant.FirstStatus] = grant.TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
	return c.rewrite(gt, t.Word)
}

// rewrite has nothing left of entries but the reserved ones, in the layout of a
// version. Reading and writing move to where that has them.
func (c *Call) rewrite(gt *grant.Table, ver uint8) errno.Errno {
	kept := gt.Entry[grant.Reserved]
	if gt.Ver == 2 {
		status := gt.Status[grant.Reserved]
		switch {
		case kept.Flags&grant.TypeMask == grant.PermitAccess:
			kept.Flags |= status
		case c.On(grant.AsIs5):
			kept = grant.Entry{}
		default:
			kept = grant.Entry{Flags: status & (grant.Reading | grant.Writing)}
		}
	}
	kept.Trans = 0
	gt.Entry = [grant.MaxRefs]grant.Entry{}
	if ver == 2 {
		gt.Status[grant.Reserved] = kept.Flags & (grant.Reading | grant.Writing)
		kept.Flags &^= grant.Reading | grant.Writing
	} else {
		gt.Status = [grant.MaxRefs]uint8{}
	}
	gt.Entry[grant.Reserved] = kept
	if gt.Ver != ver && grant.DomainOf(c.CPU) == grant.DomF {
		c.St.Kernel.Layout = ver
	}
	gt.Ver = ver
	return c.Over(ok)
}

// unmapStatus removes the status frame from the p2m, at the one gfn that is known.
func (c *Call) unmapStatus(t *grant.Task, gt *grant.Table) errno.Errno {
	d := c.Own()
	if d.P2MLock != 0 {
		return c.Waits()
	}
	if f := &c.St.TFrame[grant.FirstStatus]; d.HVM && grant.DomainOf(c.CPU) == grant.DomF && f.M2P != 0 && !c.On(grant.B11) {
		if !c.Unhook(grant.FirstStatus, f.M2P-1) {
			c.CrashDomain(grant.DomF)
			return c.stuck(gt, errno.EINVAL)
		}
	}
	t.PC = grant.S2
	return ok
}

// Unhook is p2m_remove_page() of a table frame.
func (c *Call) Unhook(i, gfn uint8) bool {
	d := &c.St.Dom[grant.DomF]
	if d.P2M[gfn] != (grant.P2M{Type: grant.P2MTable, MFN: i}) {
		return false
	}
	d.P2M[gfn] = grant.P2M{}
	c.St.TFrame[i].M2P = 0
	c.DropTLB(grant.DomF)
	return true
}

// stuck ends a change that failed under the lock.
func (c *Call) stuck(gt *grant.Table, rc errno.Errno) errno.Errno {
	gt.Writer = 0
	return c.Over(rc)
}

// disown drops the owner's reference of the status frame, which must be the last one.
func (c *Call) disown(t *grant.Task, gt *grant.Table) errno.Errno {
	t.PC = grant.S3
	if grant.DomainOf(c.CPU) != grant.DomF {
		return ok
	}
	f := &c.St.TFrame[grant.FirstStatus]
	if f.Allocated {
		f.Allocated = false
		f.Count--
	}
	switch {
	case f.Count == 0:
		return ok
	case c.On(grant.B11):
		return c.bug(grant.BugStatusFrame)
	case c.Own().HVM:
		c.CrashDomain(grant.DomF)
	default:
		f.Allocated = true
		f.Count++
	}
	return c.stuck(gt, errno.EBUSY)
}

// toFirst frees the status frame.
func (c *Call) toFirst(gt *grant.Table) errno.Errno {
	if grant.DomainOf(c.CPU) == grant.DomF {
		m2p := c.St.TFrame[grant.FirstStatus].M2P
		c.St.TFrame[grant.FirstStatus] = grant.TableFrame{M2P: m2p}
	}
	gt.StatusFrames, gt.Writer = 0, 0
	return c.rewrite(gt, 1)
}

// Space is XENMEM_add_to_physmap of XENMAPSPACE_grant_table: F has a frame of its
// table at a gfn. Index is the number among State.TFrame.
func (c *Call) Space(cpu, index, gfn uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	switch {
	case grant.DomainOf(cpu) != grant.DomF || !c.Own().HVM:
		return c.Refuse(errno.EACCES)
	case gfn >= grant.MaxGfns: // beyond what the model has of the p2m
		return c.Refuse(errno.EINVAL)
	}
	*c.Task() = grant.Task{Work: grant.WorkSpace, PC: grant.X1, Ref: index, Addr: gfn}
	return c.Begun(grant.Task{})
}

// spaceSection does the next section of xenmem_add_to_physmap_one().
func (c *Call) spaceSection(t *grant.Task) errno.Errno {
	switch t.PC {
	case grant.X1:
		return c.frameBegin(t)
	case grant.X2:
		return c.frameLeaves(t)
	case grant.X3:
		return c.frameComes(t)
	}
	return c.frameEnd(t)
}

// frameBegin is gnttab_map_frame_begin(). The lock is kept, and a reference.
func (c *Call) frameBegin(t *grant.Task) errno.Errno {
	if !c.Readable(grant.DomF) {
		return c.Waits()
	}
	gt, f := c.Table(grant.DomF), &c.St.TFrame[t.Ref]
	if !c.reaches(gt, t.Ref) {
		return c.Over(errno.EINVAL)
	}
	if f.Count == 0 {
		return c.Over(errno.EBUSY)
	}
	f.Count++
	gt.Writer = c.CPU + 1
	if c.On(grant.B13) || c.On(grant.B12) {
		gt.Writer = 0
	}
	t.PC = grant.X2
	return ok
}

// reaches tells whether the table has a frame, or can grow to have it.
func (c *Call) reaches(gt *grant.Table, i uint8) bool {
	if i >= grant.FirstStatus {
		return gt.Ver == 2 && i-grant.FirstStatus < gt.StatusFrames
	}
	if i < gt.Frames {
		return true
	}
	if i >= gt.MaxFrames || c.St.NoHeap {
		return false
	}
	c.growTable(gt, i+1)
	return true
}

// growTable is gnttab_grow_table(). One status frame is enough for all of a table.
func (c *Call) growTable(gt *grant.Table, frames uint8) {
	for ; gt.Frames < frames; gt.Frames++ {
		if gt == c.Table(grant.DomF) {
			c.St.TFrame[gt.Frames] = grant.TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
}

// frameLeaves takes the p2m lock, empties the gfn, and removes the frame from where it
// was. Rule GR-B12 only looks where it was, without the lock.
func (c *Call) frameLeaves(t *grant.Task) errno.Errno {
	d, f := c.Own(), &c.St.TFrame[t.Ref]
	if !c.On(grant.B12) && d.P2MLock != 0 {
		return c.Waits()
	}
	t.Word, t.PC = f.M2P, grant.X3
	if c.On(grant.B12) {
		return ok
	}
	d.P2MLock = c.CPU + 1
	t.Status = status16(c.makeRoom(t))
	return ok
}

// makeRoom empties a gfn for a frame, and removes that from where it was.
func (c *Call) makeRoom(t *grant.Task) errno.Errno {
	d := c.Own()
	switch e := d.P2M[t.Addr]; e.Type {
	case grant.P2MTable:
		c.Unhook(e.MFN, t.Addr)
	case grant.P2MRAM:
		got := c.GetPage(e.MFN, grant.DomF)
		if !got && !c.St.IsShinfo(e.MFN) {
			return errno.ENXIO
		}
		d.P2M[t.Addr] = grant.P2M{}
		c.DropTLB(grant.DomF)
		if got {
			c.PutPlaced(e.MFN)
			c.PutPage(e.MFN)
		}
	case grant.P2MGrantRW, grant.P2MGrantRO, grant.P2MForeign:
		return errno.ENXIO
	}
	if t.Word != 0 && t.Word-1 != t.Addr && !c.Unhook(t.Ref, t.Word-1) {
		return errno.EINVAL
	}
	return ok
}

// status16 packs an errno, of which a Task has room for one.
func status16(rc errno.Errno) int8 { return int8(rc) }

// frameComes maps the frame at the gfn. p2m_add_page() looks for itself whether it is
// at another one, and removes it there.
func (c *Call) frameComes(t *grant.Task) errno.Errno {
	d, f := c.Own(), &c.St.TFrame[t.Ref]
	if c.On(grant.B12) {
		if d.P2MLock != 0 {
			return c.Waits()
		}
		t.Status = status16(c.makeRoom(t))
	}
	if t.Status == 0 {
		if f.M2P != 0 && f.M2P-1 != t.Addr && !c.On(grant.B12) {
			c.Unhook(t.Ref, f.M2P-1)
		}
		d.P2M[t.Addr] = grant.P2M{Type: grant.P2MTable, MFN: t.Ref}
		f.M2P = t.Addr + 1
	}
	d.P2MLock = 0
	t.PC = grant.X4
	return ok
}

// frameEnd is gnttab_map_frame_end().
func (c *Call) frameEnd(t *grant.Task) errno.Errno {
	f := &c.St.TFrame[t.Ref]
	if f.Count > 0 {
		f.Count--
	}
	if gt := c.Table(grant.DomF); gt.Writer == c.CPU+1 {
		gt.Writer = 0
	}
	return c.Over(errno.Errno(t.Status))
}

// Hold has a PV domain F map a frame of its table by a page-table entry, or the
// toolstack as a foreign page; Drop removes such a mapping.
func (c *Call) Hold(cpu, index uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	f := &c.St.TFrame[index]
	if !c.holds() || !f.There || f.Count == 0 || f.PTEs > 0 {
		return c.Refuse(errno.EINVAL)
	}
	f.Count++
	f.PTEs++
	return ok
}

// holds tells whether the caller maps frames of F's table with references.
func (c *Call) holds() bool {
	return c.CPU == grant.Tool || grant.DomainOf(c.CPU) == grant.DomF && !c.Own().HVM
}

// Drop removes such a mapping.
func (c *Call) Drop(cpu, index uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	f := &c.St.TFrame[index]
	if !c.holds() || f.PTEs == 0 {
		return c.Refuse(errno.EINVAL)
	}
	f.PTEs--
	f.Count--
	return ok
}

// SetupTable is GNTTABOP_setup_table. The caller gets the frames' numbers.
func (c *Call) SetupTable(cpu, dom, frames uint8) errno.Errno {
	if rc := c.viewed(cpu, dom); rc != ok {
		return rc
	}
	gt := c.Table(dom)
	if frames > gt.MaxFrames || frames > gt.Frames && c.St.NoHeap {
		return c.Refuse(grant.GeneralError)
	}
	c.growTable(gt, frames)
	return ok
}

// viewed is By for a look at a domain's table, under its lock.
func (c *Call) viewed(cpu, dom uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if rc := c.whyNot(dom); rc != ok {
		return c.Refuse(rc)
	}
	if !c.Readable(dom) {
		return c.Waits()
	}
	return ok
}

// whyNot is why a caller may not see a domain's table: XSM_TARGET lets a domain see
// its own, and one that may do everything all of them.
func (c *Call) whyNot(dom uint8) errno.Errno {
	switch {
	case !c.Found(dom):
		return grant.BadDomain
	case c.CPU != grant.Tool && dom != grant.DomainOf(c.CPU) && !c.Own().Priv:
		return grant.PermissionDenied
	}
	return ok
}

// QuerySize is GNTTABOP_query_size.
func (c *Call) QuerySize(cpu, dom uint8) errno.Errno {
	if rc := c.viewed(cpu, dom); rc != ok {
		return rc
	}
	if gt := c.Table(dom); c.On(grant.Mut7) {
		c.growTable(gt, gt.MaxFrames)
	}
	return ok
}

// StatusFrames is GNTTABOP_get_status_frames, which a translated domain cannot call.
func (c *Call) StatusFrames(cpu, dom, frames uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if cpu != grant.Tool && c.Own().HVM {
		return c.Refuse(errno.ENOSYS)
	}
	if rc := c.viewed(cpu, dom); rc != ok {
		return rc
	}
	if frames > c.Table(dom).StatusFrames {
		return c.Refuse(grant.GeneralError)
	}
	return ok
}

// GetVersion is GNTTABOP_get_version.
func (c *Call) GetVersion(cpu, dom uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	switch c.whyNot(dom) {
	case grant.BadDomain:
		return c.Refuse(errno.ESRCH)
	case grant.PermissionDenied:
		return c.Refuse(errno.EPERM)
	}
	return ok
}

// Swap is GNTTABOP_swap_grant_ref, of one element.
func (c *Call) Swap(cpu, a, b uint8, more bool) errno.Errno {
	if rc := c.element(cpu, grant.WorkSwap); rc != ok {
		return rc
	}
	own := grant.DomainOf(cpu)
	if !c.Readable(own) {
		return c.Waits()
	}
	t, gt := c.Task(), c.Table(own)
	*t = grant.Task{Work: grant.WorkSwap, More: more}
	n := gt.Entries()
	if !c.On(grant.B23) && (a >= n || b >= n) {
		return c.Over(grant.BadGntref)
	}
	switch {
	case a >= n || b >= n:
		c.bug(grant.BeyondTable)
	case a == b:
	case gt.Act[a].Pinned() || gt.Act[b].Pinned(), gt.V2Ops > 0 && !c.On(grant.AsIs6):
		return c.Over(grant.Eagain)
	default:
		gt.Entry[a], gt.Entry[b] = gt.Entry[b], gt.Entry[a]
		know := &c.Own().Belief
		know[a], know[b] = know[b], know[a]
		if gt.Ver == 2 {
			gt.Status[a], gt.Status[b] = gt.Status[b], gt.Status[a]
		}
	}
	return c.Over(ok)
}

// CacheFlush is GNTTABOP_cache_flush of nothing, which x86 does not have any more.
func (c *Call) CacheFlush(cpu uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	if c.On(grant.AsIs8) && !c.Own().HVM {
		return ok
	}
	return c.Refuse(errno.ENOSYS)
}

// Descriptors has a PV domain load a page as a descriptor table, and another one after
// that: the page has been validated, and nobody uses it.
func (c *Call) Descriptors(cpu, gfn uint8) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	m, kind := c.Translate(grant.DomainOf(cpu), gfn)
	p := c.PageOf(m)
	switch {
	case c.Own().HVM || kind != grant.P2MRAM || c.St.Owner[m] != grant.DomainOf(cpu) || p.Count == 0:
		return c.Refuse(errno.EINVAL)
	case p.TCount != 0 && p.Type != page.SegDesc || p.Type != page.SegDesc && !c.retype(m, page.SegDesc):
		return c.Refuse(errno.EINVAL)
	}
	p.Validated = true
	return ok
}
