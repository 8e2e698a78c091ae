package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// SetVersion is GNTTABOP_set_version.
func (c *Call) SetVersion(cpu, ver uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	gt := c.table(domainOf(cpu))
	switch {
	case ver != 1 && ver != 2:
		return c.refuse(errno.EINVAL)
	case ver == 2 && gt.MaxVer == 1:
		return c.refuse(errno.ENOSYS)
	}
	*c.task() = Task{Work: WorkVersion, PC: S0, Word: ver}
	if c.on(B15) {
		c.task().PC = SLook
	}
	c.fresh = true
	return c.begun(Task{})
}

// versionSection does the next section of gnttab_set_version().
func (c *Call) versionSection(t *Task) errno.Errno {
	gt := c.table(domainOf(c.cpu))
	switch t.PC {
	case SLook:
		if gt.Ver == t.Word {
			return c.declined(t, ok)
		}
		t.PC = S0
		return ok
	case S0:
		return c.mayChange(t, gt)
	case S1:
		return c.unmapStatus(t, gt)
	case S2:
		return c.disown(t, gt)
	}
	return c.toFirst(gt)
}

// mayChange is everything that is looked at under the lock, and the change to version
// 2.
func (c *Call) mayChange(t *Task, gt *Table) errno.Errno {
	if !c.readable(domainOf(c.cpu)) {
		return c.waits()
	}
	if gt.Ver == t.Word && !c.on(B15) {
		return c.over(ok)
	}
	for r := uint8(Reserved + 1); r < gt.entries(); r++ {
		if gt.Act[r].Pinned() {
			return c.declined(t, errno.EBUSY)
		}
	}
	if gt.Ver == 1 {
		return c.populate(t, gt)
	}
	if rc := c.representable(gt); rc != ok {
		return c.declined(t, rc)
	}
	if t.Word == 2 { // GR-B15: from version 2 to version 2
		return c.rewrite(gt, 2)
	}
	gt.Writer = c.cpu + 1
	t.PC = S1
	return ok
}

// representable tells whether version 1 has room for what is in use.
func (c *Call) representable(gt *Table) errno.Errno {
	e := &gt.Entry[Reserved]
	switch {
	case gt.V2Ops > 0 && !c.on(B14):
		return errno.EAGAIN
	case e.Flags&TypeMask == Transitive, e.Flags&TypeMask == PermitAccess && e.Frame&BigFrame != 0:
		return errno.ERANGE
	}
	return ok
}

// populate is gnttab_populate_status_frames(), and the rest of the change.
func (c *Call) populate(t *Task, gt *Table) errno.Errno {
	if gt.StatusFrames == 0 {
		if c.st.NoHeap {
			return c.declined(t, errno.ENOMEM)
		}
		gt.StatusFrames = 1
		if domainOf(c.cpu) == DomF {
			c.st.TFrame[FirstStatus] = TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
	return c.rewrite(gt, t.Word)
}

// rewrite has nothing left of entries but the reserved ones, in the layout of a
// version. Reading and writing move to where that has them.
func (c *Call) rewrite(gt *Table, ver uint8) errno.Errno {
	kept := gt.Entry[Reserved]
	if gt.Ver == 2 {
		if kept.Flags&TypeMask == PermitAccess {
			kept.Flags |= gt.Status[Reserved]
		} else {
			kept = Entry{}
		}
	}
	kept.Trans = 0
	gt.Entry = [MaxRefs]Entry{}
	if ver == 2 {
		gt.Status[Reserved] = kept.Flags & (Reading | Writing)
		kept.Flags &^= Reading | Writing
	} else {
		gt.Status = [MaxRefs]uint8{}
	}
	gt.Entry[Reserved] = kept
	if gt.Ver != ver && domainOf(c.cpu) == DomF {
		c.st.Kernel.Layout = ver
	}
	gt.Ver = ver
	return c.over(ok)
}

// unmapStatus removes the status frame from the p2m, at the one gfn that is known.
func (c *Call) unmapStatus(t *Task, gt *Table) errno.Errno {
	d := c.own()
	if d.P2MLock != 0 {
		return c.waits()
	}
	if f := &c.st.TFrame[FirstStatus]; d.HVM && domainOf(c.cpu) == DomF && f.M2P != 0 && !c.on(B11) {
		if !c.unhook(FirstStatus, f.M2P-1) {
			c.crash(DomF)
			return c.stuck(gt, errno.EINVAL)
		}
	}
	t.PC = S2
	return ok
}

// unhook is p2m_remove_page() of a table frame.
func (c *Call) unhook(i, gfn uint8) bool {
	d := &c.st.Dom[DomF]
	if d.P2M[gfn] != (P2M{P2MTable, i}) {
		return false
	}
	d.P2M[gfn] = P2M{}
	c.st.TFrame[i].M2P = 0
	c.dropTLB(DomF)
	return true
}

// stuck ends a change that failed under the lock.
func (c *Call) stuck(gt *Table, rc errno.Errno) errno.Errno {
	gt.Writer = 0
	return c.over(rc)
}

// disown drops the owner's reference of the status frame, which must be the last one.
func (c *Call) disown(t *Task, gt *Table) errno.Errno {
	t.PC = S3
	if domainOf(c.cpu) != DomF {
		return ok
	}
	f := &c.st.TFrame[FirstStatus]
	if f.Allocated {
		f.Allocated = false
		f.Count--
	}
	switch {
	case f.Count == 0:
		return ok
	case c.on(B11):
		return c.bug(BugStatusFrame)
	case c.own().HVM:
		c.crash(DomF)
	default:
		f.Allocated = true
		f.Count++
	}
	return c.stuck(gt, errno.EBUSY)
}

// toFirst frees the status frame.
func (c *Call) toFirst(gt *Table) errno.Errno {
	if domainOf(c.cpu) == DomF {
		m2p := c.st.TFrame[FirstStatus].M2P
		c.st.TFrame[FirstStatus] = TableFrame{M2P: m2p}
	}
	gt.StatusFrames, gt.Writer = 0, 0
	return c.rewrite(gt, 1)
}

// Space is XENMEM_add_to_physmap of XENMAPSPACE_grant_table: F has a frame of its
// table at a gfn. Index is the number among State.TFrame.
func (c *Call) Space(cpu, index, gfn uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	switch {
	case domainOf(cpu) != DomF || !c.own().HVM:
		return c.refuse(errno.EACCES)
	case gfn >= MaxGfns: // beyond what the model has of the p2m
		return c.refuse(errno.EINVAL)
	}
	*c.task() = Task{Work: WorkSpace, PC: X1, Ref: index, Addr: gfn}
	c.fresh = true
	return c.begun(Task{})
}

// spaceSection does the next section of xenmem_add_to_physmap_one().
func (c *Call) spaceSection(t *Task) errno.Errno {
	switch t.PC {
	case X1:
		return c.frameBegin(t)
	case X2:
		return c.frameLeaves(t)
	case X3:
		return c.frameComes(t)
	}
	return c.frameEnd(t)
}

// frameBegin is gnttab_map_frame_begin(). The lock is kept, and a reference.
func (c *Call) frameBegin(t *Task) errno.Errno {
	if !c.readable(DomF) {
		return c.waits()
	}
	gt, f := c.table(DomF), &c.st.TFrame[t.Ref]
	if !c.reaches(gt, t.Ref) {
		return c.declined(t, errno.EINVAL)
	}
	if f.Count == 0 {
		return c.declined(t, errno.EBUSY)
	}
	f.Count++
	gt.Writer = c.cpu + 1
	if c.on(B13) || c.on(B12) {
		gt.Writer = 0
	}
	t.PC = X2
	return ok
}

// reaches tells whether the table has a frame, or can grow to have it.
func (c *Call) reaches(gt *Table, i uint8) bool {
	if i >= FirstStatus {
		return gt.Ver == 2 && i-FirstStatus < gt.StatusFrames
	}
	if i < gt.Frames {
		return true
	}
	if i >= gt.MaxFrames || c.st.NoHeap {
		return false
	}
	c.growTable(gt, i+1)
	return true
}

// growTable is gnttab_grow_table(). One status frame is enough for all of a table.
func (c *Call) growTable(gt *Table, frames uint8) {
	for ; gt.Frames < frames; gt.Frames++ {
		if gt == c.table(DomF) {
			c.st.TFrame[gt.Frames] = TableFrame{There: true, Allocated: true, Count: 1}
		}
	}
}

// frameLeaves takes the p2m lock, empties the gfn, and removes the frame from where it
// was. Rule GR-B12 only looks where it was, without the lock.
func (c *Call) frameLeaves(t *Task) errno.Errno {
	d, f := c.own(), &c.st.TFrame[t.Ref]
	if !c.on(B12) && d.P2MLock != 0 {
		return c.waits()
	}
	t.Word, t.PC = f.M2P, X3
	if c.on(B12) {
		return ok
	}
	d.P2MLock = c.cpu + 1
	t.Status = status16(c.makeRoom(t))
	return ok
}

// makeRoom empties a gfn for a frame, and removes that from where it was.
func (c *Call) makeRoom(t *Task) errno.Errno {
	d := c.own()
	switch e := d.P2M[t.Addr]; e.Type {
	case P2MTable:
		c.unhook(e.MFN, t.Addr)
	case P2MRAM:
		if !c.getPage(e.MFN, DomF) {
			return errno.ENXIO
		}
		d.P2M[t.Addr] = P2M{}
		c.dropTLB(DomF)
		c.putAlloc(e.MFN)
		c.putPage(e.MFN)
	case P2MGrantRW, P2MGrantRO, P2MForeign:
		return errno.ENXIO
	}
	if t.Word != 0 && t.Word-1 != t.Addr && !c.unhook(t.Ref, t.Word-1) {
		return errno.EINVAL
	}
	return ok
}

// status16 packs an errno, of which a Task has room for one.
func status16(rc errno.Errno) int8 { return int8(rc) }

// frameComes maps the frame at the gfn. p2m_add_page() looks for itself whether it is
// at another one, and removes it there.
func (c *Call) frameComes(t *Task) errno.Errno {
	d, f := c.own(), &c.st.TFrame[t.Ref]
	if c.on(B12) {
		if d.P2MLock != 0 {
			return c.waits()
		}
		t.Status = status16(c.makeRoom(t))
	}
	if t.Status == 0 {
		if f.M2P != 0 && f.M2P-1 != t.Addr && !c.on(B12) {
			c.unhook(t.Ref, f.M2P-1)
		}
		d.P2M[t.Addr] = P2M{P2MTable, t.Ref}
		f.M2P = t.Addr + 1
	}
	d.P2MLock = 0
	t.PC = X4
	return ok
}

// frameEnd is gnttab_map_frame_end().
func (c *Call) frameEnd(t *Task) errno.Errno {
	f := &c.st.TFrame[t.Ref]
	if f.Count > 0 {
		f.Count--
	}
	if gt := c.table(DomF); gt.Writer == c.cpu+1 {
		gt.Writer = 0
	}
	return c.over(errno.Errno(t.Status))
}

// Hold has a PV domain F map a frame of its table by a page-table entry, or the
// toolstack as a foreign page; Drop removes such a mapping.
func (c *Call) Hold(cpu, index uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	f := &c.st.TFrame[index]
	if !c.holds() || !f.There || f.Count == 0 || f.PTEs > 0 {
		return c.refuse(errno.EINVAL)
	}
	f.Count++
	f.PTEs++
	return ok
}

// holds tells whether the caller maps frames of F's table with references.
func (c *Call) holds() bool {
	return c.cpu == Tool || domainOf(c.cpu) == DomF && !c.own().HVM
}

// Drop removes such a mapping.
func (c *Call) Drop(cpu, index uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	f := &c.st.TFrame[index]
	if !c.holds() || f.PTEs == 0 {
		return c.refuse(errno.EINVAL)
	}
	f.PTEs--
	f.Count--
	return ok
}

// SetupTable is GNTTABOP_setup_table. The caller gets the frames' numbers.
func (c *Call) SetupTable(cpu, dom, frames uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	gt := c.privileged(dom)
	switch {
	case gt == nil:
		return c.refuse(c.whyNot(dom))
	case !c.readable(dom):
		return c.waits()
	case frames > gt.MaxFrames, frames > gt.Frames && c.st.NoHeap:
		return c.refuse(GeneralError)
	}
	c.growTable(gt, frames)
	return ok
}

// privileged is a domain's table, if the caller may ask for it.
func (c *Call) privileged(dom uint8) *Table {
	if c.whyNot(dom) != ok {
		return nil
	}
	return c.table(dom)
}

// whyNot is why a caller may not see a domain's table: XSM_TARGET lets a domain see
// its own, and one that may do everything all of them.
func (c *Call) whyNot(dom uint8) errno.Errno {
	switch {
	case !c.found(dom):
		return BadDomain
	case c.cpu != Tool && dom != domainOf(c.cpu) && !c.own().Priv:
		return PermissionDenied
	}
	return ok
}

// QuerySize is GNTTABOP_query_size.
func (c *Call) QuerySize(cpu, dom uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if c.privileged(dom) == nil {
		return c.refuse(c.whyNot(dom))
	}
	if !c.readable(dom) {
		return c.waits()
	}
	return ok
}

// StatusFrames is GNTTABOP_get_status_frames.
func (c *Call) StatusFrames(cpu, dom, frames uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	gt := c.privileged(dom)
	switch {
	case gt == nil:
		return c.refuse(c.whyNot(dom))
	case !c.readable(dom):
		return c.waits()
	case frames > gt.StatusFrames:
		return c.refuse(GeneralError)
	}
	return ok
}

// GetVersion is GNTTABOP_get_version.
func (c *Call) GetVersion(cpu, dom uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	switch c.whyNot(dom) {
	case BadDomain:
		return c.refuse(errno.ESRCH)
	case PermissionDenied:
		return c.refuse(errno.EPERM)
	}
	return ok
}

// Swap is GNTTABOP_swap_grant_ref, of one element.
func (c *Call) Swap(cpu, a, b uint8, more bool) errno.Errno {
	if rc := c.element(cpu, WorkSwap); rc != ok {
		return rc
	}
	own := domainOf(cpu)
	if !c.readable(own) {
		return c.waits()
	}
	t, gt := c.task(), c.table(own)
	*t = Task{Work: WorkSwap, More: more}
	n := gt.entries()
	if !c.on(B23) && (a >= n || b >= n) {
		return c.declined(t, BadGntref)
	}
	switch {
	case a >= n || b >= n:
		c.bug(BeyondTable)
	case a == b:
	case gt.Act[a].Pinned() || gt.Act[b].Pinned():
		return c.declined(t, Eagain)
	default:
		gt.Entry[a], gt.Entry[b] = gt.Entry[b], gt.Entry[a]
		know := &c.own().Belief
		know[a], know[b] = know[b], know[a]
		if gt.Ver == 2 {
			gt.Status[a], gt.Status[b] = gt.Status[b], gt.Status[a]
		}
	}
	return c.over(ok)
}

// CacheFlush is GNTTABOP_cache_flush, which x86 does not have.
func (c *Call) CacheFlush(cpu uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	return c.refuse(errno.ENOSYS)
}

// Descriptors has a PV domain load a page as a descriptor table, and another one after
// that: the page has been validated, and nobody uses it.
func (c *Call) Descriptors(cpu, gfn uint8) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	m, kind := c.translate(domainOf(cpu), gfn)
	p := c.page(m)
	switch {
	case c.own().HVM || kind != P2MRAM || c.st.Owner[m] != domainOf(cpu) || p.Count == 0:
		return c.refuse(errno.EINVAL)
	case p.TCount != 0 && p.Type != page.SegDesc:
		return c.refuse(errno.EINVAL)
	}
	p.Type, p.Validated = page.SegDesc, true
	return ok
}
