package grant

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page/pool"
)

// What operations leave alone (GR-I24): each part of a domain, and of what there is one
// of, has a list of the work that may change it.

// deed is what an operation, or a step of what a CPU is in the middle of, is about. Those
// that a grant.Work stands for are numbered like it.
type deed uint64

// may makes a set of deeds.
func may(list ...grant.Work) (d deed) {
	for _, w := range list {
		d |= 1 << w
	}
	return d
}

// Deeds without sections, as numbers beyond those of grant.Work.
const (
	doesStore grant.Work = iota + 32
	doesUpdate
	doesDecrease
	doesPopulate
	doesPage
	doesAccess
	doesTake
	doesDescribe
	doesTable
	doesLoad
	doesLeave
	doesBoot
	doesUse
	doesShinfo
	doesPIRQ
	doesServe
	doesScarce
	doesNothing
)

// deeds are by operation. A step does what the CPU is in the middle of.
var deeds = map[*model.Spec]grant.Work{
	gntops.Map: grant.WorkMap, gntops.Unmap: grant.WorkUnmap, gntops.Replace: grant.WorkUnmap,
	gntops.DriverConnect: grant.WorkMap, gntops.DriverDisconnect: grant.WorkUnmap,
	gntops.Copy: grant.WorkCopy, gntops.Transfer: grant.WorkTransfer, gntops.SetVersion: grant.WorkVersion,
	gntops.Space: grant.WorkSpace, gntops.Swap: grant.WorkSwap, gntops.GuestGrant: grant.WorkGrant, gntops.GuestEnd: grant.WorkEnd,
	gntops.Destroy: grant.WorkDestroy, gntops.SoftReset: grant.WorkSoftReset, gntops.Revoke: grant.WorkRevoke, gntops.GnttabReset: grant.WorkReset,

	gntops.GuestFlags: doesStore, gntops.GuestFrame: doesStore, gntops.GuestDomid: doesStore, gntops.GuestAccept: doesStore, gntops.GuestTransitive: doesStore,
	gntops.MMUUpdate: doesUpdate, gntops.Decrease: doesDecrease, gntops.Populate: doesPopulate, gntops.Paging: doesPage,
	gntops.Access: doesAccess, gntops.DMA: doesAccess, gntops.DriverAccess: doesAccess, gntops.Take: doesTake, gntops.Descriptors: doesDescribe,
	gntops.SetupTable: doesTable, gntops.HoldFrame: doesTable, gntops.DropFrame: doesTable,
	gntops.KexecLoad: doesLoad, gntops.KexecExec: doesLeave, gntops.KernelCrash: doesLeave, gntops.KernelBoot: doesBoot, gntops.KernelUse: doesUse,
	gntops.MapShinfo: doesShinfo, gntops.MapPIRQ: doesPIRQ, gntops.DriverRequest: doesServe, gntops.DriverFinish: doesServe,
	gntops.Heap: doesScarce, gntops.IOMMU: doesScarce,
}

// Sets of deeds.
var (
	mapped   = may(grant.WorkMap, grant.WorkUnmap, grant.WorkReplace)
	ended    = may(grant.WorkReset, grant.WorkRevoke, grant.WorkDestroy, doesBoot)
	inUse    = mapped | ended | may(grant.WorkCopy)
	kernelly = may(grant.WorkGrant, grant.WorkEnd, doesBoot)
	moves    = may(doesDecrease, doesPopulate, doesShinfo, grant.WorkSpace, grant.WorkTransfer, grant.WorkSoftReset)
	reverts  = may(grant.WorkRevoke)
	retypes  = may(grant.WorkMap, grant.WorkCopy, doesUpdate, doesDescribe)
	none     = deed(0)
)

// part is a part of a domain: what may change it when its own CPUs do it, or it is done to
// the domain, and what when others do.
type part struct {
	what        string
	same        func(was, is *grant.Domain) bool
	own, others deed
}

var parts = []part{
	{"what kind of domain it is", func(a, b *grant.Domain) bool {
		return a.HVM == b.HVM && a.Sync == b.Sync && a.Priv == b.Priv && a.Max == b.Max && a.Table.MaxVer == b.Table.MaxVer && a.Table.MaxFrames == b.Table.MaxFrames
	}, none, none},
	{"whether it lives", func(a, b *grant.Domain) bool { return a.Life == b.Life },
		mapped | retypes | may(grant.WorkVersion, grant.WorkTransfer, grant.WorkDestroy, grant.WorkSoftReset, doesBoot), retypes | may(grant.WorkTransfer)},
	{"how far its destruction is", func(a, b *grant.Domain) bool { return a.Phase == b.Phase && a.Rel == b.Rel }, may(grant.WorkDestroy), none},
	{"the version of its table", func(a, b *grant.Domain) bool {
		return a.Table.Ver == b.Table.Ver && a.Table.StatusFrames == b.Table.StatusFrames
	},
		may(grant.WorkVersion, doesBoot), none},
	{"the size of its table", func(a, b *grant.Domain) bool { return a.Table.Frames == b.Table.Frames }, may(grant.WorkSpace, doesTable), may(doesTable)},
	{"nr_v2_ops", func(a, b *grant.Domain) bool { return a.Table.V2Ops == b.Table.V2Ops }, may(grant.WorkCopy), may(grant.WorkCopy)},
	{"the lock of its table", func(a, b *grant.Domain) bool { return a.Table.Writer == b.Table.Writer }, may(grant.WorkVersion, grant.WorkSpace, doesBoot), reverts},
	{"the lock of its p2m", func(a, b *grant.Domain) bool { return a.P2MLock == b.P2MLock }, may(grant.WorkSpace), none},
	{"the status of its grants", func(a, b *grant.Domain) bool { return a.Table.Status == b.Table.Status },
		inUse | may(grant.WorkVersion, grant.WorkSwap), inUse},
	{"its active entries", func(a, b *grant.Domain) bool { return a.Table.Act == b.Table.Act }, inUse, inUse},
	{"its maptrack", func(a, b *grant.Domain) bool { return a.Track == b.Track }, mapped | ended, reverts},
	{"its p2m", func(a, b *grant.Domain) bool { return a.P2M == b.P2M }, mapped | ended | moves | may(grant.WorkVersion, doesPage), reverts | may(grant.WorkTransfer)},
	{"its page table", func(a, b *grant.Domain) bool { return a.PTE == b.PTE }, mapped | ended | may(doesUpdate), reverts},
	{"maptrack_tree", func(a, b *grant.Domain) bool { return a.Tree == b.Tree }, mapped | ended, reverts},
	{"what its kernel believes", func(a, b *grant.Domain) bool { return a.Belief == b.Belief }, kernelly | may(grant.WorkSwap), none},
}

// act is an operation, by who does it and what it is about.
type act struct {
	op   model.Op
	deed deed
	dom  uint8 // whose CPU it is, or whom it is done to
	cpu  uint8 // NumCPUs: none

	to, ref uint8 // of a transfer: the entry that accepts the page
}

func actOf(was *grant.State, op model.Op) act {
	spec := op.Spec()
	a := act{op: op, dom: grant.NoDomain, cpu: grant.NumCPUs}
	w, known := deeds[spec]
	if !known {
		w = doesNothing
	}
	switch {
	case len(spec.Args) > 0 && spec.Args[0].Type == gntops.CPU:
		a.cpu = op.Arg[0]
		a.dom = grant.DomainOf(a.cpu)
	case len(spec.Args) > 0 && spec.Args[0].Type == gntops.Dom:
		a.dom = op.Arg[0]
	case spec == gntops.SoftReset, spec == gntops.KernelBoot:
		a.dom = grant.DomF
	}
	if spec == gntops.XenStep {
		t := &was.Task[a.cpu]
		if w = t.Work; w == grant.WorkDestroy {
			a.dom = t.Dom
		} else if w == grant.WorkSoftReset {
			a.dom = grant.DomF
		}
		a.to, a.ref = t.Dom, t.Ref
	} else if spec == gntops.Transfer {
		a.to, a.ref = op.Arg[2], op.Arg[3]
	}
	a.deed = may(w)
	return a
}

func untouched(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	was, is := gntops.Of(before), gntops.Of(after)
	if a.Refused || op.Spec().Area() != gntops.Area {
		return nil
	}
	if is.Stopped() != (a.Code == errno.HostCrash) {
		return fmt.Errorf("the answer is %v, and the host is: %v", a.Code, is.Stop)
	} else if is.Stopped() {
		return nil
	}
	does := actOf(was, op)
	if a.Code == errno.ERESTART && a.Checks == 0 && does.deed&may(grant.WorkCopy) == 0 {
		return errors.New("preempted, and Xen has not looked whether it is to be")
	}
	if cpu := min(does.cpu, grant.Tool); a.Code == errno.ERESTART && is.Task[cpu].Busy() {
		return fmt.Errorf("the call is to be made again, and CPU %d is in the middle of it", cpu)
	}
	if op.Spec() == gntops.KexecExec && gntops.Conf(p.Config()).Reset == grant.Listed {
		does.deed |= may(grant.WorkUnmap) // the kernel unmaps what it has on its list
	}
	if does.deed&may(grant.WorkSoftReset) != 0 && a.Code < 0 && is.Dom[grant.DomF].Life == grant.Alive {
		return errors.New("a soft reset has failed, and the domain goes on")
	}
	for d := range uint8(grant.NumDomains) {
		if was.Dom[d] != is.Dom[d] {
			if err := does.domain(was, is, d); err != nil {
				return err
			}
		}
	}
	if err := does.shared(was, is); err != nil {
		return err
	}
	return does.pages(p.Config(), before, after)
}

// changed is the error of something that has changed.
func (a *act) changed(what string) error { return fmt.Errorf("%s changed %s", a.op.Spec().Name, what) }

// domain looks at each part of a domain.
func (a *act) domain(was, is *grant.State, d uint8) error {
	x, y := &was.Dom[d], &is.Dom[d]
	for i := range parts {
		p := &parts[i]
		allowed := p.others
		if d == a.dom {
			allowed = p.own
		}
		if a.deed&allowed == 0 && !p.same(x, y) {
			return a.changed(fmt.Sprintf("%s of %s", p.what, domNames[d]))
		}
	}
	if x.Life == grant.Alive && y.Life == grant.Crashed && !a.crashes(was, d) {
		return a.changed("whether " + domNames[d] + " lives, without a reason")
	}
	for r := range x.Table.Entry {
		if was, is := x.Table.Entry[r], y.Table.Entry[r]; was != is && !a.writes(x, d, uint8(r), was, is) {
			return a.changed(fmt.Sprintf("entry %d of %s", r, domNames[d]))
		}
	}
	for g, e := range x.P2M {
		grants := e.Type == grant.P2MGrantRW || e.Type == grant.P2MGrantRO
		if grants && e != y.P2M[g] && a.deed&(mapped|ended|reverts) == 0 {
			return a.changed(fmt.Sprintf("the grant that %s has mapped at gfn %d", domNames[d], g))
		}
	}
	for i := range x.TLB {
		if was, is := x.TLB[i], y.TLB[i]; was != is && is != 0 && (a.deed != may(doesAccess) || d != a.dom) {
			return a.changed("what CPUs of " + domNames[d] + " have cached")
		}
	}
	for m, owner := range was.Owner {
		if was, is := x.IOPT[m], y.IOPT[m]; was != is && !a.devices(d, is, owner == d) {
			return a.changed(fmt.Sprintf("what devices of %s reach in frame %d", domNames[d], m))
		}
	}
	return nil
}

// crashes tells whether there can be a reason to crash a domain: the IOMMU's tables cannot be
// changed, and it may not do everything; its p2m is not as it must be; what it has mapped is
// of a domain that is gone; its soft reset fails.
func (a *act) crashes(was *grant.State, d uint8) bool {
	dom := &was.Dom[d]
	devices := was.NoIOMMU && dom.Sync && !dom.HVM && !dom.Priv
	switch {
	case d != a.dom && a.deed&retypes != 0:
		return devices // whose page changes its type
	case a.deed&may(grant.WorkSoftReset) != 0:
		return true
	case a.deed&may(grant.WorkUnmap, grant.WorkReplace) != 0:
		for _, e := range dom.Track.Entry {
			devices = devices || e.Flags != 0 && !gntview.There(was, e.Domid)
		}
		return devices
	}
	return devices || dom.HVM
}

// writes tells whether a shared entry may change so. Xen changes the bits that are its
// own, and completes transfers.
func (a *act) writes(d *grant.Domain, dom, r uint8, was, is grant.Entry) bool {
	if a.dom == dom {
		switch {
		case a.deed&may(doesStore) != 0:
			return a.op.Arg[1] == r
		case a.deed&may(grant.WorkVersion, grant.WorkSwap, doesBoot) != 0:
			return true
		case a.deed&may(grant.WorkGrant, grant.WorkEnd) != 0:
			return true // which reference a step is about the invariants of grants tell
		}
	}
	if dom == grant.DomF && a.deed&reverts != 0 || a.deed&may(grant.WorkTransfer) != 0 && a.to == dom && a.ref == r {
		return true
	}
	const bits = grant.Reading | grant.Writing
	was.Flags, is.Flags = was.Flags&^bits, is.Flags&^bits
	return was == is && a.deed&inUse != 0 && d.Table.Ver == 1
}

// devices tells whether the IOMMU's tables of a domain may change so. Others only take
// away, when a page is freed, and have a page of its own become writable again.
func (a *act) devices(d uint8, is grant.Rights, own bool) bool {
	if d == a.dom || is == grant.NoDMA {
		return a.deed&(inUse|moves|may(doesUpdate, doesDescribe)) != 0
	}
	return a.deed&may(grant.WorkTransfer) != 0 || own && a.deed&(inUse|may(doesUpdate)) != 0
}

// once is something of which there is one, and what may change it.
type once struct {
	what string
	same func(was, is *grant.State) bool
	by   deed
}

var onces = []once{
	{"what Xen has room for", func(a, b *grant.State) bool { return a.NoHeap == b.NoHeap && a.NoIOMMU == b.NoIOMMU }, may(doesScarce)},
	{"which kernel runs", func(a, b *grant.State) bool {
		return a.Kernel.Stage == b.Kernel.Stage && a.Kernel.Crash == b.Kernel.Crash
	},
		may(doesLoad, doesLeave, doesBoot, grant.WorkRevoke, grant.WorkSoftReset)},
	{"kexec_is_safe", func(a, b *grant.State) bool { return a.Kernel.Unsafe == b.Kernel.Unsafe }, mapped | may(doesDecrease)},
	{"the layout that the kernel believes in", func(a, b *grant.State) bool { return a.Kernel.Layout == b.Kernel.Layout }, may(grant.WorkVersion, doesBoot)},
	{"what the kernel has given back", func(a, b *grant.State) bool { return a.Kernel.Hole == b.Kernel.Hole }, may(doesDecrease, doesPopulate, grant.WorkMap, grant.WorkSpace, doesBoot, doesShinfo)},
	{"which references are withheld", func(a, b *grant.State) bool { return a.Kernel.Off == b.Kernel.Off }, may(doesBoot)},
	{"what is reserved", func(a, b *grant.State) bool { return a.Kernel.Kept == b.Kernel.Kept }, none},
	{"the page for several", func(a, b *grant.State) bool { return a.Kernel.Shared == b.Kernel.Shared }, reverts},
	{"shared_info", func(a, b *grant.State) bool {
		ended := b.Kernel.ShinfoMFN == 0 && !gntview.There(b, grant.DomF) // with its domain
		return (a.Kernel.ShinfoMFN == b.Kernel.ShinfoMFN || ended) && a.Kernel.Shinfo == b.Kernel.Shinfo
	}, may(doesShinfo, doesBoot, grant.WorkSoftReset, grant.WorkSpace, doesDecrease)},
	{"PIRQs", func(a, b *grant.State) bool {
		return a.Kernel.PIRQ == b.Kernel.PIRQ && a.Kernel.Believes == b.Kernel.Believes
	}, may(doesPIRQ, doesBoot, grant.WorkSoftReset)},
	{"frames of the table", func(a, b *grant.State) bool { return a.TFrame == b.TFrame },
		may(grant.WorkVersion, grant.WorkSpace, doesTable, doesBoot, doesShinfo, grant.WorkDestroy, grant.WorkMap, grant.WorkTransfer, doesDecrease)},
	{"the driver", func(a, b *grant.State) bool { return a.Driver == b.Driver }, mapped | may(doesServe, doesLeave, doesBoot, grant.WorkDestroy)},
	{"what is in pages", func(a, b *grant.State) bool { return a.Tag == b.Tag },
		may(doesAccess, doesUse, doesTake, grant.WorkCopy, grant.WorkGrant, doesPopulate, doesShinfo, grant.WorkRevoke, grant.WorkSoftReset)},
}

// shared looks at what there is one of, and at what other CPUs are in the middle of.
func (a *act) shared(was, is *grant.State) error {
	for i := range onces {
		if o := &onces[i]; a.deed&o.by == 0 && !o.same(was, is) {
			return a.changed(o.what)
		}
	}
	if a.dom != grant.DomF && was.Kernel.Hole != is.Kernel.Hole {
		return a.changed("what the kernel has given back")
	}
	if whose := a.dom == grant.DomF || a.deed&may(doesTable) != 0 || a.deed&may(grant.WorkTransfer) != 0 && a.to == grant.DomF; !whose && was.TFrame != is.TFrame {
		return a.changed("frames of the table of F")
	}
	if a.dom != grant.DomF && was.Kernel.Layout != is.Kernel.Layout {
		return a.changed("the layout that the kernel of F believes in")
	}
	for cpu := range uint8(grant.NumCPUs) {
		ofF := grant.DomainOf(cpu) == grant.DomF && a.deed&may(doesLeave, doesBoot) != 0
		t0 := cpu == grant.Tool && a.cpu == grant.NumCPUs
		if cpu != a.cpu && !ofF && !t0 && was.Task[cpu] != is.Task[cpu] {
			return a.changed(fmt.Sprintf("what CPU %d is in the middle of", cpu))
		}
	}
	return nil
}

// counted are the deeds that take references or drop them, or give pages another owner.
var counted = inUse | moves | may(doesUpdate, doesTake, doesDescribe)

// pages looks at owners and references.
func (a *act) pages(c *model.Config, before, after *model.World) error {
	if a.deed&counted != 0 {
		return nil
	}
	was, is := gntops.Of(before), gntops.Of(after)
	for m := range pool.Conf(c).Frames {
		if was.Owner[m] != is.Owner[m] || pool.Of(before).Pages[m] != pool.Of(after).Pages[m] {
			return a.changed(fmt.Sprintf("who has frame %d", m))
		}
	}
	return nil
}
