package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Conditions of hand-overs, drivers and the end of domains.

// when0 makes a condition of an operation of Xen's, or of the toolstack's, without a CPU.
func when0(f func(v *scene) bool) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool {
		v := scene{c: c, w: w, s: Of(w), b: Book(w), cpu: grant.Tool, by: grant.NoDomain, a: a}
		return f(&v)
	}
}

func due0(code errno.Errno, doc string, f func(v *scene) bool) model.Result {
	return fails(code, doc).Due(when0(f))
}

// notYet is that the CPU cannot do anything now, or a vCPU of F has not come back from a hypercall.
var notYet = fails(errno.NotRunning, "not possible now: a CPU of F is inside a hypercall, or the domain does not run").
	Due(kernels.when(func(v *scene) bool { return v.waits() || v.frontInCall() }))

// frontInCall tells whether a vCPU of F is inside a hypercall.
func (v *scene) frontInCall() bool {
	inside := func(t *grant.Task) bool { return t.Busy() && t.Work != grant.WorkGrant && t.Work != grant.WorkEnd }
	return inside(&v.s.Task[grant.Front0]) || inside(&v.s.Task[grant.Front1])
}

// lockedOut is that, or F's table is locked, where the driver maps and unmaps.
var lockedOut = fails(errno.NotRunning, "not possible now: the CPU is busy, the domain does not run, or F's grants are being revoked").
	Due(backends.when(func(v *scene) bool { return v.waits() || v.locked(grant.DomF) || v.locked(v.by) || v.p2mLocked() }))

func (v *scene) design(list ...grant.Handover) bool {
	for _, h := range list {
		if Conf(v.c).Handover == h {
			return true
		}
	}
	return false
}

func (v *scene) stage(is grant.Stage) bool { return v.s.Kernel.Stage == is }

func (v *scene) notLoaded() bool { return !v.stage(grant.Primed) }

// flagged: kexec_is_safe is tested at exec, and not set.
func (v *scene) flagged() bool { return v.design(grant.V5) && v.s.Kernel.Unsafe }

func (v *scene) driver() *grant.Driver { return &v.s.Driver[v.a[1]] }

// cannotConnect: the driver has something there, or maps no other time, or not in this way.
func (v *scene) cannotConnect() bool {
	d := v.driver()
	if v.a[4] == 0 && (v.between() || v.stage(grant.Waiting)) {
		return true
	}
	return gntview.Serves(v.s, v.a[2]) || d.State != grant.DriverOff && v.s.Kernel.Stage > grant.Primed || d.Closing || d.Second != 0 || d.State != grant.DriverOff && (d.ReadOnly != (v.a[3] == 1) || d.Persistent != (v.a[4] == 1))
}

// noService: the driver has no such mapping.
func (v *scene) noService() bool {
	d := v.driver()
	return d.State == grant.DriverOff || v.a[2] == 1 && d.Second == 0 || v.a[3] == 1 && d.ReadOnly
}

// lost: nothing that the design puts there need let the driver go on.
func (v *scene) lost() bool {
	if v.noService() {
		return false
	}
	place := v.driver().Slot
	if v.a[2] == 1 {
		place = v.driver().Second - 1
	}
	e := v.dom().Entry(place)
	return !e.Present() || v.a[3] == 1 && e.Kind() != page.RW
}

func (v *scene) keeps() bool {
	d := v.driver()
	return d.State != grant.DriverIdle || d.Persistent && !d.Closing
}

func (v *scene) idleDriver() bool {
	return v.driver().State == grant.DriverIdle && v.s.Kernel.Stage <= grant.Primed
}

// connecting is a result of the driver's map.
func connecting(code errno.Errno, doc string, f func(v *scene, m wish) bool) model.Result {
	return backends.due(code, doc, func(v *scene) bool {
		m := wish{grant.DomF, v.a[1], grant.HostMap, v.a[2]}
		if v.a[3] == 1 {
			m.flags |= grant.MapReadonly
		}
		return f(v, m)
	})
}

// unmappable tells whether a map that is made at once fails with a general error.
func (v *scene) unmappable(m wish) bool {
	return v.otherwise(m) || v.forbids(m) || v.unplaced(m) || v.iommuFails(m) || !v.absent(m) && !v.pagedOut(m) && v.unusable(m)
}

// disconnecting is the scene of the unmap that a driver makes.
func (v *scene) disconnecting() *scene {
	d, u, a := v.driver(), *v, *v.a
	a[1], a[2] = d.Handle, d.Slot
	if d.Second != 0 {
		a[1], a[2] = d.SecondOf, d.Second-1
	}
	u.a = &a
	return &u
}

// noFree tells whether no page is free.
func (v *scene) noFree() bool {
	for m := range pool.Conf(v.c).Frames {
		if v.s.Owner[m] == grant.NoDomain && pool.Of(v.w).Pages[m].Count == 0 {
			return false
		}
	}
	return true
}

// noShinfoPage tells whether shared_info's gfn needs another page, and F gets none.
func (v *scene) noShinfoPage() bool {
	k, d := &v.s.Kernel, &v.s.Dom[grant.DomF]
	return k.Shinfo != 0 && d.P2M[k.Shinfo-1] == grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1} && (v.noFree() || d.Tot >= d.Max)
}

// notShutDown tells whether F is not where its soft reset can be made.
func (v *scene) notShutDown() bool { return !v.gone() && !v.stage(grant.Resetting) }

func (v *scene) gone() bool { return v.s.Stopped() || v.s.Dom[grant.DomF].Life != grant.Alive }

// mayStart tells whether K2 can start.
func (v *scene) mayStart() bool {
	if v.gone() || v.frontInCall() {
		return false
	}
	for _, b := range v.s.Dom[grant.DomF].Belief[grant.Reserved+1:] {
		if v.stage(grant.Waiting) && b.State != grant.Free {
			return false
		}
	}
	return v.stage(grant.Booting) || v.stage(grant.Waiting)
}

// A need is what a revocation has still to replace: mappings by which the mapper writes and
// by which it reads only, and grants for one mapper each.
type need struct{ rw, ro, grants uint8 }

// needs counts it, from what mappers were told. Where F gets other pages it is those.
func (v *scene) needs() (n need) {
	for d := grant.DomB; d < grant.NumDomains; d++ {
		var seen [grant.MaxFrames]bool
		for place := range uint8(grant.MaxGfns) {
			e := v.s.Dom[d].Entry(place)
			if !e.Present() || !v.tells(uint8(d), e.Frame()) || v.s.Dom[d].HVM && v.s.Dom[d].P2M[place].Type == grant.P2MRAM {
				continue
			}
			if e.Kind() == page.RW {
				n.rw++
			} else {
				n.ro++
			}
			if m := e.Frame(); !seen[m] {
				seen[m] = true
				n.grants++
			}
		}
	}
	return n
}

// tells tells whether a domain was told of a mapping of a frame of F's, by a reference that
// can be revoked.
func (v *scene) tells(d, m uint8) bool {
	for _, p := range v.b.Told[d] {
		if p.Some() && !p.Gone() && p.Dom == grant.DomF && p.Ref != grant.Reserved && p.MFN == m {
			return true
		}
	}
	return false
}

// exchanges counts the pages of F that have to be exchanged.
func (v *scene) exchanges() (n uint8) {
	for _, e := range v.s.Dom[grant.DomF].P2M {
		pinned := e.Type == grant.P2MRAM && (v.tells(grant.DomF, e.MFN) || v.tells(grant.DomB, e.MFN) || v.tells(grant.DomC, e.MFN))
		if pinned {
			n++
		}
	}
	return n
}

// pages is how many pages of the heap a revocation needs, at least and at most.
func (v *scene) pages() (least, most uint8) {
	n, shared := v.needs(), uint8(0)
	if v.s.Kernel.Shared == 0 {
		shared = 1
	}
	switch Conf(v.c).Handover {
	case grant.V7, grant.V8:
		least = min(n.rw+n.ro, shared)
	case grant.V9:
		least = n.rw + min(n.ro, shared)
	case grant.V10:
		least = min(n.ro, shared)
	case grant.V11:
		return min(n.grants, 1), 2 * (n.rw + n.ro)
	case grant.V12, grant.V12u:
		least = v.exchanges()
	}
	return least, least
}

// free counts the pages that are free, and those that are as soon as nobody maps them.
func (v *scene) free() (now, soon uint8) {
	for m := range pool.Conf(v.c).Frames {
		switch p := &pool.Of(v.w).Pages[m]; {
		case v.s.Owner[m] == grant.NoDomain && p.Count == 0:
			now++
		case !p.Allocated:
			soon++
		}
	}
	return now, now + soon
}

// unsupplied tells whether some mapper has not given enough pages for its mappings, as far
// as can be told before.
func (v *scene) unsupplied() bool { return v.design(grant.V10) && v.needs().rw > 0 }

// outOfPages: a revocation that is made at once cannot succeed; mayRunOut: it need not.
func (v *scene) outOfPages() bool {
	least, _ := v.pages()
	_, soon := v.free()
	return least > soon
}

func (v *scene) mayRunOut() bool {
	_, most := v.pages()
	now, _ := v.free()
	return most > now || v.unsupplied()
}

// stuckAt: the next mapping cannot be replaced, whichever it is; mayStick: some cannot.
func (v *scene) stuckAt() bool {
	n := v.needs()
	least, _ := v.pages()
	now, _ := v.free()
	all := !v.design(grant.V9) || n.ro == 0 || v.s.Kernel.Shared == 0
	return now == 0 && least > 0 && all && !(v.design(grant.V10) && n.rw > 0) && !(v.design(grant.V11) && v.task().New != 0)
}

func (v *scene) mayStick() bool {
	_, most := v.pages()
	now, _ := v.free()
	return now == 0 && most > 0 || v.unsupplied()
}

// ownGrant tells whether the kernel knows of a grant of a page, or has given it back.
func (v *scene) ownGrant() bool {
	if v.s.Kernel.Hole>>v.a[1]&1 != 0 || v.dom().HVM && v.a[1] < grant.MaxGfns && v.dom().P2M[v.a[1]].Type == grant.P2MTable {
		return true
	}
	for _, b := range v.dom().Belief {
		if b.State != grant.Free && b.Frame == v.a[1] {
			return true
		}
	}
	return false
}
