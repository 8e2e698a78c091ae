package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
)

// firstLook is why steps of set_version do not say what the call itself says.
const firstLook = "a change of the version has looked at this in its first section, which the call itself does, unless a rule is broken (GR-B15)"

// copySteps are results of the sections of copies, transfers and changes of the table.
var copySteps = []model.Result{
	step(grant.BadDomain, "the end of a copy or transfer: no such domain, or the page is not its any more", (*scene).noDomainAtEnd),
	step(grant.GeneralError, "the end of a copy or transfer: an entry does not allow it, or has changed; or the target has no room", func(v *scene) bool { return v.copyEnds(grant.GeneralError) || v.transferFails() }),
	copyEnd(grant.BadGntref, "the end of a copy: a reference beyond the table"),
	copyEnd(grant.BadPage, "the end of a copy: no such page"),
	copyEnd(grant.Eagain, "the end of a copy: the page is paged out"),
	copyEnd(grant.BadCopyArg, "the end of a copy: more than what is left of a page"),
	copyEnd(grant.PermissionDenied, "the end of a copy: another domain's page is named by its frame"),
	copyEnd(errno.ERESTART, "the end of a copy: preempted, or a transitive grant has changed; the rest is to be made again"),
	step(errno.EBUSY, "the end of a change of the version: something is in use", func(v *scene) bool {
		return v.task().PC == grant.S2 && v.by == grant.DomF && v.s.TFrame[grant.FirstStatus].PTEs > 0 || v.looksAgain((*scene).unreservedInUse)
	}),
	noStep(errno.EAGAIN, firstLook, func(v *scene) bool { return v.looksAgain((*scene).version2InUse) }),
	noStep(errno.ERANGE, firstLook, func(v *scene) bool { return v.looksAgain((*scene).unrepresentable) }),
	noStep(errno.EINVAL, "a frame of the table is where the m2p says, unless a rule is broken (GR-B12)", func(v *scene) bool {
		return v.task().PC == grant.S1 && v.misplaced() || v.spaceEnds(errno.EINVAL)
	}),
	step(errno.ENXIO, "the end of XENMAPSPACE_grant_table: what is at the gfn cannot be removed", func(v *scene) bool { return v.spaceEnds(errno.ENXIO) }),
}

// noDomainAtEnd: of a copy, or of a transfer that looks for its target.
func (v *scene) noDomainAtEnd() bool {
	return v.copyEnds(grant.BadDomain) || v.task().PC == grant.T4 && v.noSuch(v.task().Dom)
}

// looksAgain is a condition of a change of the version that has looked at the version
// before it had the lock.
func (v *scene) looksAgain(f func(v *scene) bool) bool {
	return v.task().PC == grant.S0 && v.task().Word != v.dom().Table.Ver && f(v)
}

// spaceEnds tells whether a frame of the table was not mapped, and why.
func (v *scene) spaceEnds(code errno.Errno) bool {
	return v.task().PC == grant.X4 && errno.Errno(v.task().Status) == code
}

// transferFails tells whether a transfer's next section shows that it cannot be made.
func (v *scene) transferFails() bool {
	t := v.task()
	if t.Work != grant.WorkTransfer || v.noSuch(t.Dom) {
		return false
	}
	d := &v.s.Dom[t.Dom]
	dying := d.Life >= grant.Dying
	switch t.PC {
	case grant.T4:
		return dying || d.Tot >= d.Max
	case grant.T6:
		return v.rejected(t.Dom, t.Ref)
	case grant.T7:
		return dying
	case grant.T8:
		changed := !Conf(v.c).On[grant.AsIs7] && !d.Table.Entry[t.Ref].Accepted()
		return d.Table.Ver != t.Ver || changed || v.unreachable(t.Dom, t.Ref)
	}
	return false
}

func copyEnd(code errno.Errno, doc string) model.Result {
	return step(code, doc, func(v *scene) bool { return v.copyEnds(code) })
}

// copyEnds tells whether a copy ends with its next section, and with which answer: it has
// nothing to give up after that.
func (v *scene) copyEnds(code errno.Errno) bool {
	t := v.task()
	b, other := &t.Src, &t.Dst
	if t.At == 1 {
		b, other = other, b
	}
	const any = grant.HaveGrant | grant.HaveType | grant.HavePage
	if t.Work != grant.WorkCopy || other.Flags&any != 0 {
		return false
	}
	switch t.PC {
	case grant.CPut:
		return v.answers(code)
	case grant.CDrop:
		return b.Flags&grant.HaveGrant == 0 && v.answers(code)
	case grant.CCheck:
		return b.Flags&grant.InnerHeld == 0 && v.answers(code)
	case grant.CUndone:
		return code == errno.ERESTART
	case grant.CClaim:
		e := end{gnttab.End(t.Addr), true}
		if t.At == 1 {
			e = end{gnttab.End(t.New), false}
		}
		return v.claimFails(code, e)
	}
	return false
}

// answers tells whether a copy has failed already, in this way.
func (v *scene) answers(code errno.Errno) bool {
	n, is := grant.StatusOf(code)
	if s := v.task().Status; s > 0 {
		return s == gnttab.Restart && code == errno.ERESTART
	}
	return is && n < 0 && int16(v.task().Status) == n
}

// claimFails tells whether an end cannot be claimed.
func (v *scene) claimFails(code errno.Errno, e end) bool {
	switch code {
	case grant.BadGntref:
		return v.endBeyond(e)
	case grant.GeneralError:
		return v.endOtherwise(e) || v.endForbids(e) || v.endNowhere(e)
	case grant.BadPage:
		return v.endAbsent(e)
	case grant.Eagain:
		return v.endPaged(e)
	case grant.BadDomain:
		return v.endGone(e)
	}
	return false
}

// moreWaits tells whether the next section of such work has to wait for a lock.
func (v *scene) moreWaits(t *grant.Task) bool {
	b := &t.Src
	if t.At == 1 {
		b = &t.Dst
	}
	switch t.PC {
	case grant.CClaim:
		return b.Flags&grant.ByRef != 0 && v.locked(b.Dom)
	case grant.CCheck, grant.CUndone:
		return v.locked(b.Dom)
	case grant.CInner, grant.CUndo, grant.CDropInner:
		return v.locked(b.Inner - 1)
	case grant.CDrop:
		return b.Flags&grant.HaveGrant != 0 && v.locked(b.Dom)
	case grant.T3:
		return v.p2mLocked()
	case grant.T6, grant.T8:
		return v.locked(t.Dom)
	case grant.S0:
		return v.locked(v.by)
	case grant.RBlock:
		return v.locked(grant.DomF) || gntview.Unsettled(v.s)
	case grant.S1:
		return v.dom().P2MLock != 0
	case grant.X2:
		return !Conf(v.c).On[grant.B12] && v.dom().P2MLock != 0
	case grant.X3:
		return Conf(v.c).On[grant.B12] && v.dom().P2MLock != 0
	case grant.RReset:
		return v.resetWaits(t)
	case grant.D2:
		return v.releaseWaits(t)
	}
	return false
}

// resetWaits tells whether the next handle that a reset ends needs a lock that is kept.
func (v *scene) resetWaits(t *grant.Task) bool {
	if t.At == 0 {
		return false
	}
	p := v.b.Told[v.by][t.At-1]
	return p.Some() && !p.Gone() && !v.noSuch(p.Dom) && v.locked(p.Dom)
}

// releaseWaits tells whether the next handle that destruction releases does.
func (v *scene) releaseWaits(t *grant.Task) bool {
	d := &v.s.Dom[t.Dom]
	for i := d.Rel; d.Phase <= 3 && i < Conf(v.c).Handles; i++ {
		if p := v.b.Told[t.Dom][Conf(v.c).Handles-1-i]; p.Some() {
			return !v.noSuch(p.Dom) && v.locked(p.Dom)
		}
	}
	return false
}
