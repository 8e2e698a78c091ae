package iomops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/iommu/vtd"
	"hvcheck/model/page/pool"
)

// scene is a state in which an operation is made, as its contract looks at it.
type scene struct {
	c   *model.Config
	w   *model.World
	own *iommu.Config
	s   *iommu.State
	b   *ledger.Book
	cpu uint8
	a   *args
}

func sceneOf(c *model.Config, w *model.World, a *args) scene {
	return scene{c: c, w: w, own: Conf(c), s: Of(w), b: Book(w), a: a}
}

// when makes a condition of an operation whose first operand is an actor.
func when(f func(v *scene) bool) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool {
		v := sceneOf(c, w, a)
		v.cpu = iommu.CPUOf(a[0])
		return f(&v)
	}
}

// onCPU makes one of an operation whose first operand is a CPU.
func onCPU(f func(v *scene) bool) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool {
		v := sceneOf(c, w, a)
		v.cpu = a[0]
		return f(&v)
	}
}

// plain makes one of an operation that no CPU makes.
func plain(f func(s *iommu.State, a *args) bool) model.Condition {
	return func(_ *model.Config, w *model.World, a *args) bool { return f(Of(w), a) }
}

// due is a result that comes when a condition holds, once the call is made at all.
func due(code errno.Errno, doc string, f func(v *scene) bool) model.Result {
	return fails(code, doc).Due(when(func(v *scene) bool { return v.canCall() && f(v) }))
}

// noDue is a result that only comes where a rule is broken.
func noDue(code errno.Errno, why string, f func(v *scene) bool) model.Result {
	r := due(code, "", f)
	r.Unreached = why
	return r
}

// cannot is the result of a call that cannot be made now.
func cannot(blocked func(v *scene) bool) model.Result {
	return fails(errno.NotRunning, "not possible now: the CPU is busy, a lock is held, or the domain does not run").
		Due(when(func(v *scene) bool { return !v.canCall() || blocked(v) }))
}

// inRange is the result of a range that could not be moved as a whole.
func inRange(code errno.Errno, doc string) model.Result {
	return fails(code, "the end of a range: "+doc).May(onCPU(func(v *scene) bool { return v.doing().Work == iommu.WorkRange }), "which of its pages it was")
}

// formerly is the result of a move whose page is another domain's, and, before c9491ea21a, of
// one where no page is.
func formerly(may model.Condition) model.Result {
	r := fails(errno.EINVAL, "").May(may, "what is there")
	r.When, r.Unreached = "", ownRAM+"; what is none has this result before c9491ea21a alone (FL-A4)"
	return r
}

// later is the result of a range that is not stepped, of a page that is not its first.
func later(code errno.Errno, doc string) model.Result {
	return fails(code, doc+", of a later page").May(when(func(v *scene) bool {
		return v.canCall() && v.ranged() && (v.a[3] > 1 || code == errno.ENXIO) && !v.stepped(iommu.StepMove)
	}), "which page it was")
}

// firstOf is the gfn that a range begins with: it is moved from its end if it goes up, and
// overlaps.
func (v *scene) firstOf(g uint8) uint8 {
	if from, to, n := v.a[1], v.a[2], v.a[3]; to > from && to < from+n {
		return g + n - 1
	}
	return g
}

// moving tells whether the CPU moves pages.
func (v *scene) moving() bool {
	return v.doing().Work == iommu.WorkMove || v.doing().Work == iommu.WorkRange
}

// doing is what the CPU was asked for.
func (v *scene) doing() *ledger.Doing { return &v.b.Doing[v.cpu] }

func (v *scene) task() *iommu.Task { return &v.s.Task[v.cpu] }

// by is the actor's domain.
func (v *scene) by() uint8 { return iommu.DomainOf(v.a[0]) }

func (v *scene) dom() *iommu.Domain { return &v.s.Dom[v.by()] }

// canCall tells whether the actor can make a call at all.
func (v *scene) canCall() bool {
	return !v.s.Stopped() && v.cpu < v.own.CPUs && !v.task().Busy() && v.dom().Life == iommu.Alive && v.dom().Paused == 0
}

// locked tells whether another CPU has the p2m lock of the actor's domain.
func (v *scene) locked() bool { return v.lockedFor(v.by()) }

func (v *scene) lockedFor(d uint8) bool {
	l := v.s.Dom[d].Lock
	return l != 0 && l != v.cpu+1
}

// at is what the actor's domain has at a gfn.
func (v *scene) at(g uint8) iommu.P2M { return v.dom().P2M[g] }

// notOwn tells whether what is at a gfn is another domain's.
func (v *scene) notOwn(g uint8) bool {
	e := v.at(g)
	return e.Type != iommu.Invalid && e.Type != iommu.MMIODirect && v.s.Frame[e.MFN].Owner != v.by()
}

// noRAM tells whether no ordinary memory is at a gfn, which is to be moved.
func (v *scene) noRAM(g uint8) bool {
	e := v.at(g)
	return e.Type != iommu.RAM && e.Type != iommu.LogDirty
}

// older tells whether that has the result that it had before c9491ea21a.
func (v *scene) older() bool { return v.own.On[iommu.AsIs4] }

// elsewhere tells whether the m2p has another gfn for what is there.
func (v *scene) elsewhere(g uint8) bool {
	e := v.at(g)
	return (e.Type == iommu.RAM || e.Type == iommu.LogDirty) && v.s.Frame[e.MFN].GFN != g+1
}

func (v *scene) stepped(k iommu.Steps) bool { return v.own.Steps&k != 0 }

// noFree tells whether no page is free.
func (v *scene) noFree() bool {
	for m := range pool.Conf(v.c).Frames {
		if v.s.Free(m) {
			return false
		}
	}
	return true
}

func (v *scene) beyond() bool {
	n, g := v.a[3], v.own.Gfns
	return n > g || v.a[1] > g-n || v.a[2] > g-n
}

// ranged tells whether a range has a first page.
func (v *scene) ranged() bool { return v.a[3] > 0 && !v.beyond() }

// waiting tells whether a CPU waits for a flush, and may give up.
func (v *scene) waiting() bool {
	return !v.s.Stopped() && v.own.Flushing == iommu.V1t && v.task().PC == iommu.Wait && !v.s.Slot[v.cpu]
}

// stepWaits tells whether a CPU cannot go on.
func (v *scene) stepWaits() bool {
	t := v.task()
	switch {
	case v.s.Stopped() || !t.Busy():
		return true
	case t.PC == iommu.Wait:
		return !v.s.Slot[v.cpu]
	case t.PC == iommu.PopMap || t.PC == iommu.MvNext:
		return v.lockedFor(t.Dom)
	case (t.PC == iommu.DvCtx || t.PC == iommu.DvOwner) && v.s.Dev[t.Dev].RMRR:
		return v.lockedFor(t.Source) || v.lockedFor(t.Target)
	}
	return false
}

// mayBeFull tells whether a flush may have more descriptors than a queue has room for.
func (v *scene) mayBeFull() bool {
	if v.task().PC != iommu.Submit {
		return false
	}
	for i := range v.own.IOMMUs {
		if v.s.Queue[i].N+3+v.own.Devs > v.own.Ring {
			return true
		}
	}
	return v.own.Flushing.Async() && v.s.Held[iommu.MaxHeld-vtd.RoomToHold].Kind != iommu.NotHeld
}

// endsLate tells whether a CPU has waited in vain, and comes to the end.
func (v *scene) endsLate() bool {
	if !v.doing().Late || v.own.On[iommu.B8] {
		return false
	}
	switch t := v.task(); t.PC {
	case iommu.Put:
		return t.After == iommu.Idle && v.s.Dom[t.Dom].HVM
	case iommu.Removed, iommu.TyDone:
		return true
	case iommu.MvDrop:
		return t.Work == iommu.WorkMove || t.At == 0
	case iommu.MvEnd, iommu.FgEnd:
		return true
	}
	return false
}

// fails tells whether the environment has something fail of what the toolstack has asked for.
func (v *scene) fails() bool {
	d := v.doing()
	return d.N != 0 && d.Work >= iommu.WorkAssign || d.Work == iommu.WorkRemove && v.s.IOPT[d.Dom%iommu.NumDomains][d.A].Present() ||
		d.Work == iommu.WorkMove || d.Work == iommu.WorkRange || d.Work == iommu.WorkType
}

// typing tells whether a CPU does something with a PV guest's page.
func (v *scene) typing() bool {
	d := v.doing()
	return d.Work == iommu.WorkType || d.Work == iommu.WorkPopulate && !v.s.Dom[d.Dom].HVM
}

// mayNotSplit tells whether a superpage of the caller's could not be split.
func (v *scene) mayNotSplit() bool {
	for _, e := range v.s.IOPT[v.by()] {
		if v.s.NoMemory && e&iommu.Super != 0 {
			return true
		}
	}
	return false
}

// unsplit tells whether a gfn is part of a superpage that cannot be split.
func (v *scene) unsplit(g uint8) bool {
	return v.s.NoMemory && v.at(g).Type != iommu.Invalid && v.s.IOPT[v.by()][g]&iommu.Super != 0
}

func holds(s *iommu.State, k iommu.HeldKind) bool {
	for _, h := range s.Held {
		if h.Kind == k {
			return true
		}
	}
	return false
}

// noDevice tells whether a requester cannot make an access.
func noDevice(s *iommu.State, own *iommu.Config, a *args) bool {
	v := iommu.DevOf(a[0])
	return s.Stopped() || v >= own.Devs || !s.Dev[v].There || a[0] == iommu.Phantom && !s.Dev[v].Phantom || s.InFlight[v].E != 0
}

// goesBy is the context entry that an IOMMU goes by.
func goesBy(s *iommu.State, fn uint8) iommu.Ctx {
	if old := s.CtxCache[fn]; old.Type != iommu.Absent {
		return old
	}
	return s.Ctx[fn]
}

// noWay tells whether neither the device nor an IOMMU has a translation that allows an
// access, or the context entry blocks it.
func noWay(s *iommu.State, own *iommu.Config, a *args) bool {
	fn, dfn, write := a[0], a[1], a[2] == 1
	v := iommu.DevOf(fn)
	ctx := goesBy(s, fn)
	if fn == v && s.Dev[v].CanATS && s.DevTLB[v][dfn].Allows(write) {
		return ctx.Type != iommu.DevIOTLB
	}
	switch ctx.Type {
	case iommu.Absent:
		return true
	case iommu.PassThrough:
		return false
	}
	return !s.IOTLB[s.Dev[v].IOMMU][ctx.DID][dfn].Allows(write) && !s.Sees(own, ctx.Table, dfn).Allows(write)
}
