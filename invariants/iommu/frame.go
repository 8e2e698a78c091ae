package iommu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page/pool"
)

// What operations leave alone (FL-I15): each part of the state has a list of the work that
// may change it.

// deed is what an operation, or a step of what a CPU is in the middle of, is about: a
// iommu.Work, or one of those below.
type deed uint32

// may makes a set of deeds.
func may(list ...iommu.Work) (d deed) {
	for _, w := range list {
		d |= 1 << w
	}
	return d
}

// Deeds that are no work of a CPU's.
const (
	doesHardware iommu.Work = iota + iommu.NumWorks
	doesDMA
	doesDone
	doesStore
	doesMemory
	doesStick
	doesTail
	doesCompletion
)

// deeds are by operation. A step, or a time-out, is of what the CPU was asked for.
var deeds = map[*model.Spec]iommu.Work{
	iomops.Decrease: iommu.WorkRemove, iomops.Populate: iommu.WorkPopulate, iomops.Move: iommu.WorkMove, iomops.MoveRange: iommu.WorkRange,
	iomops.MapForeign: iommu.WorkForeign, iomops.UnmapForeign: iommu.WorkUnforeign,
	iomops.GetType: iommu.WorkType, iomops.PutType: iommu.WorkPutType, iomops.BuildTable: iommu.WorkTable,
	iomops.Assign: iommu.WorkAssign, iomops.Deassign: iommu.WorkDeassign, iomops.Destroy: iommu.WorkDestroy,
	iomops.Hardware: doesHardware, iomops.DMA: doesDMA, iomops.Done: doesDone, iomops.Store: doesStore, iomops.Memory: doesMemory,
	iomops.Stick: doesStick, iomops.Tail: doesTail, iomops.Completion: doesCompletion,
}

// Sets of deeds.
var (
	moves    = may(iommu.WorkMove, iommu.WorkRange)
	ownPages = moves | may(iommu.WorkRemove, iommu.WorkPopulate)
	memory   = ownPages | may(iommu.WorkForeign, iommu.WorkUnforeign)
	typed    = may(iommu.WorkType, iommu.WorkPutType)
	devices  = may(iommu.WorkAssign, iommu.WorkDeassign, iommu.WorkDestroy)
	releases = may(doesTail, doesCompletion)
	flushes  = memory | typed | devices
)

// act is an operation, by who does it and what it is about.
type act struct {
	op    model.Op
	deed  deed
	cpu   uint8 // NumCPUs: none
	dom   uint8 // whose CPU it is
	ask   ledger.Doing
	whole bool // it does not go phase by phase, so that hardware executes meanwhile
	own   *iommu.Config
}

func actOf(own *iommu.Config, before *model.World, op model.Op) act {
	a := act{op: op, cpu: iommu.NumCPUs, dom: iommu.NoDomain, own: own}
	w := deeds[op.Spec()]
	if cpu, is := iomops.CPUOf(op); is {
		a.cpu, a.ask = cpu, iomops.Book(before).Doing[cpu]
		if ask, begins := iomops.Asked(op); begins {
			a.ask = ask
		}
		a.dom, w = a.ask.Dom, a.ask.Work
	}
	if op.Spec() == iomops.Store {
		a.cpu, a.dom = iommu.CPUOf(op.Arg[0]), iommu.DomainOf(op.Arg[0])
	}
	a.deed, a.whole = may(w), w < iommu.NumWorks && own.Steps&w.Of() == 0
	return a
}

// is tells whether the operation is one of these.
func (a *act) is(d deed) bool { return a.deed&d != 0 }

// flushed tells whether hardware may have executed something: it has, or the operation has
// waited for that. Who only adds entries waits for nothing.
func (a *act) flushed() bool { return a.is(may(doesHardware)) || a.whole && a.queues() }

// queues tells whether the operation may have something flushed.
func (a *act) queues() bool {
	return a.is(flushes&^may(iommu.WorkForeign, iommu.WorkPopulate)) || a.is(may(iommu.WorkPopulate)) && (!a.whole || a.own.Replace || a.own.On[iommu.B9] || a.own.On[iommu.B10])
}

// timesOut tells whether a CPU does not wait any longer.
func (a *act) timesOut() bool { return a.op.Spec() == iomops.TimeOut }

// target is the domain that the toolstack does something to.
func (a *act) target(d uint8) bool {
	return a.is(devices|may(iommu.WorkTable)) && a.ask.B == d
}

// names tells whether a gfn is one that the call is about.
func (a *act) names(g uint8) bool {
	switch {
	case a.is(moves):
		return g >= a.ask.A && g < a.ask.A+a.ask.N || g >= a.ask.B && g < a.ask.B+a.ask.N
	case a.is(memory | typed):
		return g == a.ask.A
	}
	return false
}

func untouched(p *invariants.Probe, before *model.World, op model.Op, ans model.Answer, after *model.World) error {
	was, is := iomops.Of(before), iomops.Of(after)
	if ans.Refused || op.Spec().Area() != iomops.Area {
		return nil
	}
	if is.Stopped() != (ans.Code == errno.HostCrash) {
		return fmt.Errorf("the answer is %v, and the host is: %v", ans.Code, is.Stop)
	} else if is.Stopped() {
		return nil
	}
	a := actOf(iomops.Conf(p.Config()), before, op)
	for i := range parts {
		if f := &parts[i]; !f.allowed(&a) && !f.same(was, is) {
			return fmt.Errorf("%s changed %s", op.Spec().Name, f.what)
		}
	}
	for d := range uint8(iommu.NumDomains) {
		if err := a.domain(was, is, d, ans); err != nil {
			return err
		}
	}
	for m := range was.Frame {
		if x, y := &pool.Of(before).Pages[m], &pool.Of(after).Pages[m]; x.TCount > 0 && y.TCount > 0 && x.Type != y.Type {
			return fmt.Errorf("%s changed the type of frame %d, which is in use", op.Spec().Name, m)
		}
		if err := a.frame(&was.Frame[m], is, m); err != nil {
			return err
		}
	}
	return errors.Join(a.tables(was, is), a.caches(was, is), a.cpus(was, is))
}

// part is a part of the state, and what may change it.
type part struct {
	what    string
	same    func(was, is *iommu.State) bool
	allowed func(a *act) bool
}

// by allows some deeds.
func by(d deed) func(a *act) bool { return func(a *act) bool { return a.is(d) } }

// eachDev compares devices.
func eachDev(same func(x, y *iommu.Device) bool) func(was, is *iommu.State) bool {
	return func(was, is *iommu.State) bool {
		for v := range was.Dev {
			if !same(&was.Dev[v], &is.Dev[v]) {
				return false
			}
		}
		return true
	}
}

func toolOrLate(a *act) bool { return a.is(devices) || a.timesOut() }

var parts = []part{
	{"what a device is", eachDev(func(x, y *iommu.Device) bool {
		return x.There == y.There && x.IOMMU == y.IOMMU && x.CanATS == y.CanATS && x.Phantom == y.Phantom && x.RMRR == y.RMRR
	}), by(0)},
	{"whether a device answers", eachDev(func(x, y *iommu.Device) bool { return x.Stuck == y.Stuck }), by(may(doesStick))},
	{"that a device is to be in quarantine", eachDev(func(x, y *iommu.Device) bool { return x.Quarantine || !y.Quarantine }), func(a *act) bool {
		return a.is(may(iommu.WorkAssign)) && a.target(iommu.DIO)
	}},
	{"that a device need not be in quarantine", eachDev(func(x, y *iommu.Device) bool { return !x.Quarantine || y.Quarantine }), by(may(iommu.WorkDeassign, iommu.WorkDestroy))},
	{"whose a device is", eachDev(func(x, y *iommu.Device) bool { return x.Owner == y.Owner }), toolOrLate},
	{"what has become of a device", eachDev(func(x, y *iommu.Device) bool { return x.ATS == y.ATS && x.Broken == y.Broken }), toolOrLate},
	{"a context entry", func(x, y *iommu.State) bool { return x.Ctx == y.Ctx }, by(devices)},
	{"domain ids", func(x, y *iommu.State) bool { return x.DIDs == y.DIDs }, toolOrLate},
	{"which tables are freed", func(x, y *iommu.State) bool { return x.Freed == y.Freed }, by(may(iommu.WorkDestroy))},
	{"what memory there is", func(x, y *iommu.State) bool { return x.NoMemory == y.NoMemory }, by(may(doesMemory))},
	{"what is under way", func(x, y *iommu.State) bool { return x.InFlight == y.InFlight }, func(a *act) bool { return a.flushed() || a.is(may(doesDMA, doesDone)) }},
	{"what is held", func(x, y *iommu.State) bool { return x.Held == y.Held }, func(a *act) bool { return a.queues() || a.is(releases|may(doesHardware)) }},
	{"interrupts", func(x, y *iommu.State) bool { return x.IRQ == y.IRQ }, func(a *act) bool { return a.queues() || a.is(may(doesHardware, doesCompletion)) }},
	{"the queues", func(x, y *iommu.State) bool { return x.Queue == y.Queue }, func(a *act) bool { return a.queues() || a.is(may(doesHardware)) }},
}

// domain looks at a domain.
func (a *act) domain(was, is *iommu.State, d uint8, ans model.Answer) error {
	x, y := &was.Dom[d], &is.Dom[d]
	what := ""
	switch {
	case x.HVM != y.HVM || x.Sync != y.Sync || x.Shared != y.Shared || x.Max != y.Max:
		what = "what kind of domain it is"
	case x.On != y.On && !(a.is(may(iommu.WorkTable)) && a.target(d)):
		what = "whether it has an IOMMU table"
	case x.ATS != y.ATS && !a.is(devices) && !a.timesOut():
		what = "whether it has an ATS device"
	case x.Zombie != y.Zombie && !(a.is(may(iommu.WorkDestroy)) && a.target(d)):
		what = "whether it is a zombie"
	case x.Lock != y.Lock && (d != a.dom || !a.is(memory)):
		what = "its p2m lock"
	case x.Life != iommu.Crashed && y.Life == iommu.Crashed && !a.crashes(was, d, ans):
		what = "whether it runs, without a reason"
	}
	for g := range x.P2M {
		if x.P2M[g] != y.P2M[g] && !a.moves(d, uint8(g)) {
			what = fmt.Sprintf("gfn %d", g)
		}
	}
	if what != "" {
		return fmt.Errorf("%s changed %s of %s", a.op.Spec().Name, what, iomops.Dom.Format(d))
	}
	return nil
}

// crashes tells whether there can be a reason to crash a domain: tables cannot be changed, a
// flush was not waited for, an assignment could not be taken back, or a page was to be put
// where something else is.
func (a *act) crashes(was *iommu.State, d uint8, ans model.Answer) bool {
	switch {
	case a.timesOut() || a.ask.Late || ans.Code == errno.EPERM && a.is(may(iommu.WorkPopulate)):
		return true
	case a.is(devices) && a.ask.B == d && iommu.Failure(a.ask.N) == iommu.FailUndo:
		return true
	}
	return was.NoMemory && !a.is(may(iommu.WorkAssign, iommu.WorkDeassign))
}

// moves tells whether the call may change what a domain has at a gfn.
func (a *act) moves(d, g uint8) bool {
	switch {
	case d == a.dom && a.is(memory):
		return a.names(g)
	case a.target(d) && a.is(may(iommu.WorkDestroy)):
		return true
	}
	return a.target(d) && a.is(devices) && g == iommu.RMRR
}

// frame looks at a frame: whose it is, and where.
func (a *act) frame(x *iommu.Frame, is *iommu.State, m int) error {
	y, what := &is.Frame[m], ""
	freed := x.Owner != iommu.NoDomain && y.Owner == iommu.NoDomain
	switch {
	case freed && !a.is(flushes|releases):
		what = "whose it is"
	case !freed && x.Owner != y.Owner && !(a.is(may(iommu.WorkPopulate)) && x.Owner == iommu.NoDomain && y.Owner == a.dom):
		what = "whose it is"
	case freed:
		return nil
	case x.XenHeap != y.XenHeap:
		what = "what it is"
	case x.Leaked != y.Leaked && !(a.is(typed) && y.Leaked && is.At(y.Owner, uint8(m)).Present()):
		what = "whether it is ever freed"
	case x.GFN != y.GFN && !(a.is(ownPages) && y.Owner == a.dom && a.names(max(x.GFN, y.GFN)-1)):
		what = "where it is"
	case x.Uses != y.Uses && !(a.is(typed) && a.ask.A == uint8(m)):
		what = "its uses"
	case x.Marked != y.Marked && (x.Owner != iommu.NoDomain && y.XenHeap || !a.marks(y.Owner)):
		what = "whether it is marked"
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("%s changed %s: frame %d", a.op.Spec().Name, what, m)
}

// marks tells whether pages of a domain may be marked.
func (a *act) marks(d uint8) bool {
	return a.own.Flushing == iommu.V6 && (a.is(may(iommu.WorkAssign)) && a.target(d) || a.is(may(iommu.WorkPopulate)) && a.dom == d)
}

// tables looks at the IOMMUs' tables. One that is for quarantine loses nothing.
func (a *act) tables(was, is *iommu.State) error {
	for t := range was.IOPT {
		for g := range was.IOPT[t] {
			x, y := was.IOPT[t][g]&^iommu.Super, is.IOPT[t][g]&^iommu.Super
			if x != y && (y != 0 && !y.Present() || !a.writes(was, uint8(t), uint8(g), y)) {
				return fmt.Errorf("%s changed dfn %d of table %d", a.op.Spec().Name, g, t)
			}
		}
	}
	return nil
}

// writes tells whether an entry may become another one.
func (a *act) writes(was *iommu.State, t, g uint8, is iommu.Entry) bool {
	switch {
	case t == iommu.T0:
		return false
	case t >= iommu.TQ:
		return a.is(devices) && g == iommu.RMRR && is == iommu.Firmware|iommu.Readable|iommu.Writable && was.Dev[t-iommu.TQ].RMRR
	case was.Dom[t].HVM:
		return a.moves(t, g)
	case is == 0 && was.Frame[g].Owner == t && a.is(memory|typed|releases|may(iommu.WorkDestroy)):
		return true // it is freed, or leaves
	case t == a.dom && a.is(typed|may(iommu.WorkRemove)):
		return g == a.ask.A
	}
	return t == a.dom && a.is(may(iommu.WorkPopulate)) || a.target(t) && a.is(may(iommu.WorkTable, iommu.WorkDestroy)) || a.moves(t, g)
}

// caches looks at what IOMMUs and devices have cached: accesses alone add to that.
func (a *act) caches(was, is *iommu.State) error {
	adds := a.is(may(doesDMA))
	fits := func(x, y iommu.Entry, mine bool) bool {
		return x == y || y == 0 && a.flushed() || y.Present() && adds && mine
	}
	for i := range was.IOTLB {
		for did := range was.IOTLB[i] {
			for g, x := range was.IOTLB[i][did] {
				mine := adds && was.Dev[iommu.DevOf(a.op.Arg[0])].IOMMU == uint8(i)
				if !fits(x, is.IOTLB[i][did][g], mine) {
					return fmt.Errorf("%s changed what IOMMU %d has cached", a.op.Spec().Name, i)
				}
			}
		}
	}
	for v := range was.DevTLB {
		for g, x := range was.DevTLB[v] {
			if !fits(x, is.DevTLB[v][g], adds && a.op.Arg[0] == uint8(v) && was.Dev[v].ATS) {
				return fmt.Errorf("%s changed what device %d has cached", a.op.Spec().Name, v)
			}
		}
	}
	for fn, x := range was.CtxCache {
		if y := is.CtxCache[fn]; x != y && !(y == iommu.Ctx{} && a.flushed()) && !(adds && a.op.Arg[0] == uint8(fn) && y == was.Ctx[fn]) {
			return fmt.Errorf("%s changed the context entry that is cached for requester %d", a.op.Spec().Name, fn)
		}
	}
	return nil
}

// cpus looks at the CPUs: what others are in the middle of is theirs.
func (a *act) cpus(was, is *iommu.State) error {
	for cpu := range was.Task {
		mine, what := a.cpu == uint8(cpu), ""
		switch x, y := was.TLB[cpu], is.TLB[cpu]; {
		case !mine && was.Task[cpu] != is.Task[cpu]:
			what = "what it is in the middle of"
		case !mine && was.NoDefer[cpu] != is.NoDefer[cpu]:
			what = "its iommu_dont_flush_iotlb"
		case !mine && was.Slot[cpu] != is.Slot[cpu] && !a.flushed():
			what = "its poll slot"
		case x != y && y != 0 && !(mine && a.is(may(doesStore))):
			what = "its TLB"
		case x != y && y == 0 && !(a.is(typed) && x.Frame() == a.ask.A) && !(a.is(may(iommu.WorkPopulate)) && was.Free(x.Frame())):
			what = "its TLB"
		}
		if what != "" {
			return fmt.Errorf("%s changed %s: cpu %d", a.op.Spec().Name, what, cpu)
		}
	}
	return nil
}
