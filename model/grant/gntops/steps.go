package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// copySteps are results of the sections of copies, transfers and changes of the table.
var copySteps = []model.Result{
	ending(grant.BadDomain, "the end of a copy or transfer: no such domain, or the page is not its any more", grant.WorkCopy, grant.WorkTransfer),
	ending(grant.BadGntref, "the end of a copy: a reference beyond the table", grant.WorkCopy),
	ending(grant.GeneralError, "the end of a copy or transfer: an entry does not allow it, or has changed", grant.WorkCopy, grant.WorkTransfer),
	ending(grant.BadPage, "the end of a copy: no such page", grant.WorkCopy),
	ending(grant.Eagain, "the end of a copy: the page is paged out", grant.WorkCopy),
	ending(grant.BadCopyArg, "the end of a copy: more than what is left of a page", grant.WorkCopy),
	ending(grant.PermissionDenied, "the end of a copy: another domain's page is named by its frame", grant.WorkCopy),
	ending(errno.ERESTART, "the end of a copy: preempted, or a transitive grant has changed; the rest is to be made again", grant.WorkCopy),
	ending(errno.EBUSY, "the end of a change of the version: something is in use", grant.WorkVersion),
	ending(errno.EAGAIN, "the end of a change of the version: an operation that needs version 2 is in progress", grant.WorkVersion),
	ending(errno.ERANGE, "the end of a change of the version: a reserved entry has no form in version 1", grant.WorkVersion),
	ending(errno.ENOMEM, "the end of a change of the version: no memory", grant.WorkVersion),
	ending(errno.EINVAL, "the end of a change of the version, or of XENMAPSPACE_grant_table: the frame is not where it should be", grant.WorkVersion, grant.WorkSpace),
	ending(errno.ENXIO, "the end of XENMAPSPACE_grant_table: what is at the gfn cannot be removed", grant.WorkSpace),
}

// ending is a result of the last section of some work.
func ending(code errno.Errno, doc string, of ...grant.Work) model.Result {
	return fails(code, doc).May(anyone.when(func(v *scene) bool {
		for _, w := range of {
			if v.task().Work == w && v.task().PC != grant.Next {
				return true
			}
		}
		return false
	}), "what its sections have found")
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
		return v.locked(grant.DomF) || v.s.InFlight()
	case grant.S1:
		return v.dom().P2MLock != 0
	case grant.X2:
		return !Conf(v.c).On[grant.B12] && v.dom().P2MLock != 0
	case grant.X3:
		return Conf(v.c).On[grant.B12] && v.dom().P2MLock != 0
	}
	return false
}
