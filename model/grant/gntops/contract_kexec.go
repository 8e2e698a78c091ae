package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
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
	return v.s.DriverAt(v.a[2]) || d.State != grant.DriverOff && v.s.Kernel.Stage > grant.Primed || d.Closing || d.Second != 0 || d.State != grant.DriverOff && (d.ReadOnly != (v.a[3] == 1) || d.Persistent != (v.a[4] == 1))
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

// as refers to what an operation is part of.
func as(code errno.Errno, of string) model.Result {
	return fails(code, "it fails, as "+of).May(backends.when(func(v *scene) bool { return !v.waits() }), "as the contract of "+of+" says")
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

// cannotReplace: there is no page that could take the place of another one; a design that
// shares one needs it once.
func (v *scene) cannotReplace() bool {
	if v.design(grant.V10) && v.s.Dom[grant.DomB].Tot == 0 {
		return true
	}
	return v.noFree()
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
