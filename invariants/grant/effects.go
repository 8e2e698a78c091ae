package grant

import (
	"errors"
	"fmt"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
)

// What operations have done when they have succeeded (GR-R2), where that is about more
// than the operation itself: contents of pages, what kernels know, further elements.

// promise looks at the states before and after an operation that has succeeded.
type promise func(was *view, a *model.Args, is *view) error

func promises(p promise, specs ...*model.Spec) {
	for _, s := range specs {
		s.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
			is := &view{c, after, gntops.Of(after), gntops.Book(after)}
			if is.s.Stopped() {
				return nil
			}
			return p(&view{c, before, gntops.Of(before), gntops.Book(before)}, a, is)
		})
	}
}

// What sections owe, of calls that others can come between.
func init() {
	promises(oneByOne, gntops.XenStep)
	promises(revokesOn, gntops.XenStep)
	promises(replacesAll, gntops.XenStep, gntops.Revoke)
	promises(locksOut, gntops.XenStep, gntops.Revoke)
	promises(undoesOwn, gntops.XenStep)
}

func init() {
	promises(goesOn(5), gntops.Map)
	promises(goesOn(4), gntops.Unmap, gntops.Replace, gntops.Copy, gntops.Transfer)
	promises(goesOn(3), gntops.Swap)

	promises(func(was *view, a *model.Args, is *view) error {
		return is.access(was, grant.DomainOf(a[0]), a[1], a[2] == 1, grant.TagClean)
	}, gntops.Access)
	promises(func(was *view, a *model.Args, is *view) error {
		drv := &was.s.Driver[a[1]]
		place := drv.Slot
		if a[2] == 1 {
			place = drv.Second - 1
		}
		return is.access(was, grant.DomB, place, a[3] == 1, grant.TagBack+grant.Tag(a[1]))
	}, gntops.DriverAccess)
	promises(func(was *view, a *model.Args, is *view) error {
		return is.touched(was, a[1], a[2] == 1, grant.TagClean)
	}, gntops.DMA)
	promises(func(was *view, a *model.Args, is *view) error {
		m, there := gntview.FrameOf(was.s, grant.DomF, a[1])
		if !there {
			return nil // what there is instead: GR-P25
		}
		return is.touched(was, m, true, grant.TagPrivate)
	}, gntops.KernelUse)
	promises(func(was *view, a *model.Args, is *view) error { return is.touched(was, a[0], true, grant.TagForeign) }, gntops.Take)

	promises(gaveBack, gntops.Decrease)
	promises(gotBack, gntops.Populate)
	promises(movedShinfo, gntops.MapShinfo)
	promises(flagged, gntops.Map, gntops.XenStep)
	promises(func(was *view, a *model.Args, is *view) error {
		if grant.DomainOf(a[0]) != grant.DomF {
			return nil
		}
		return is.flag()
	}, gntops.Decrease)
	promises(mapsOver, gntops.Map)
	promises(booted, gntops.KernelBoot)
	promises(keeps, gntops.Copy)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(!is.s.Task[a[0]].Busy(), "the driver's call goes on")
	}, gntops.DriverConnect, gntops.DriverDisconnect)
	promises(pirqBound, gntops.MapPIRQ)
	promises(layoutKnown, gntops.SetVersion, gntops.XenStep)
	promises(sparesGo, gntops.Unmap, gntops.DriverDisconnect, gntops.GnttabReset)
	promises(func(was *view, a *model.Args, is *view) error { return is.grown(was, a[1], a[2]) }, gntops.SetupTable)
	promises(func(was *view, a *model.Args, is *view) error {
		if a[1] >= grant.FirstStatus {
			return is.grown(was, grant.DomF, 0)
		}
		return is.grown(was, grant.DomF, a[1]+1)
	}, gntops.Space)
	promises(closes, gntops.KexecExec)
}

// goesOn: a CPU waits for the next element of its call if its caller has one, and only then.
func goesOn(operand int) promise {
	return func(was *view, a *model.Args, is *view) error {
		t := &is.s.Task[a[0]]
		switch waits := t.PC == grant.Next; {
		case t.Busy() && !waits, waits == (a[operand] == 1):
			return nil
		case waits:
			return errors.New("the CPU waits for another element")
		}
		return errors.New("the CPU does not wait for the next element")
	}
}

// access: a CPU finds what is cached, or what is in the tables, and stores there.
func (v *view) access(was *view, dom, place uint8, write bool, tag grant.Tag) error {
	d := &was.s.Dom[dom]
	e := d.TLB[place]
	if !e.Present() || write && e.Kind() != page.RW {
		e = d.Entry(place)
		if cached := v.s.Dom[dom].TLB[place]; gntops.Conf(v.c).TLB && (cached.Frame() != e.Frame() || !cached.Present() || cached.Kind() != e.Kind()) {
			return errors.New("the translation is not what the tables say")
		}
	}
	return v.touched(was, e.Frame(), write, tag)
}

// touched: what was stored is in the page, and everything else is as before.
func (v *view) touched(was *view, m uint8, write bool, tag grant.Tag) error {
	want := was.s.Tag
	if write && gntops.Conf(v.c).Tags {
		want[m] = tag
	}
	return model.Require(v.s.Tag == want, fmt.Sprintf("the store to frame %d is not what is in pages", m))
}

// gaveBack: the kernel knows that it has no memory there.
func gaveBack(was *view, a *model.Args, is *view) error {
	if grant.DomainOf(a[0]) != grant.DomF {
		return is.holes(was.s.Kernel.Hole)
	}
	return is.holes(was.s.Kernel.Hole | 1<<a[1])
}

func gotBack(was *view, a *model.Args, is *view) error {
	if grant.DomainOf(a[0]) != grant.DomF {
		return is.holes(was.s.Kernel.Hole)
	}
	return is.holes(was.s.Kernel.Hole &^ (1 << a[1]))
}

// movedShinfo: there is no memory where shared_info was.
func movedShinfo(was *view, a *model.Args, is *view) error {
	hole := was.s.Kernel.Hole
	if at := was.s.Kernel.Shinfo; at != 0 {
		hole |= 1 << (at - 1)
	}
	for gfn, e := range is.s.Dom[grant.DomF].P2M {
		if e.Type == grant.P2MRAM && e.MFN+1 == is.s.Kernel.ShinfoMFN && uint8(gfn) != a[1] {
			return fmt.Errorf("shared_info is at gfn %d, too", gfn)
		}
	}
	return is.holes(hole &^ (1 << a[1]))
}

// mapsOver: F has no memory any more where it has mapped a grant over it.
func mapsOver(was *view, a *model.Args, is *view) error {
	d := &was.s.Dom[grant.DomF]
	if grant.DomainOf(a[0]) != grant.DomF || is.s.Task[a[0]].Busy() && is.s.Task[a[0]].PC != grant.Next {
		return nil
	}
	hole := was.s.Kernel.Hole
	if a[3]&grant.HostMap != 0 && d.HVM && (d.P2M[a[4]].Type == grant.P2MRAM || d.P2M[a[4]].Type == grant.P2MPaged) {
		hole |= 1 << a[4]
	}
	return is.holes(hole)
}

func (v *view) holes(want uint8) error {
	return model.Require(v.s.Kernel.Hole == want, fmt.Sprintf("the holes that the kernel knows of are %b, and it has made %b", v.s.Kernel.Hole, want))
}

// flagged: kexec_is_safe is not set any more when F has mapped something.
func flagged(_ *view, _ *model.Args, is *view) error {
	for _, p := range is.b.Told[grant.DomF] {
		if p.Some() {
			return is.flag()
		}
	}
	return nil
}

// flag is that it is not set, where the design has it and K1 runs.
func (v *view) flag() error {
	h := gntops.Conf(v.c).Handover
	return model.Require(h != grant.V4 && h != grant.V5 || v.s.Kernel.Stage > grant.Primed || v.s.Kernel.Unsafe, "kexec_is_safe is still set")
}

// booted: K2 begins as a kernel does. With GNTTABOP_reset it has nothing mapped.
func booted(was *view, a *model.Args, is *view) error {
	k, d, conf := &is.s.Kernel, &is.s.Dom[grant.DomF], gntops.Conf(is.c)
	switch {
	case k.Hole != 0 || k.Shinfo != 0 || k.Believes != [grant.MaxPIRQs]uint8{}:
		return errors.New("K2 knows what K1 has done")
	case d.TLB != [grant.MaxGfns]page.Entry{}:
		return errors.New("what K1 has had cached is cached")
	case is.s.Task[grant.Front0].Busy() || is.s.Task[grant.Front1].Busy():
		return errors.New("a vCPU of F is in the middle of something")
	}
	if d.Belief[grant.Reserved] != was.s.Dom[grant.DomF].Belief[grant.Reserved] {
		return errors.New("K2 takes the reserved grant, which is the toolstack's, for another one")
	}
	for r := range d.Belief {
		off := conf.Handover == grant.V12 && was.b.Pins(was.s, grant.DomF, uint8(r)) != [grant.NumPins]uint8{}
		switch {
		case r != grant.Reserved && d.Belief[r] != grant.Belief{}:
			return fmt.Errorf("K2 knows of a grant with reference %d", r)
		case k.Off>>r&1 != 0 != off:
			return fmt.Errorf("K2 leaves reference %d alone: %s", r, model.YesNo(!off))
		case is.s.Driver[r].Closing:
			return errors.New("a device is still to be closed")
		}
	}
	if conf.Reset == grant.R1 || conf.Reset == grant.R0 {
		for h, p := range is.b.Told[grant.DomF] {
			if p.Some() && d.Life == grant.Alive {
				return fmt.Errorf("K2 has reset its grant table, and K1's handle %d is live", h)
			}
		}
	}
	return nil
}

// closes: what comes next is what the design has, and the toolstack has told the backend, if the design is so.
func closes(_ *view, _ *model.Args, is *view) error {
	h := gntops.Conf(is.c).Handover
	next := grant.Revoking
	switch h {
	case grant.V1, grant.V2:
		next = grant.Waiting
	case grant.V3:
		next = grant.Resetting
	case grant.V0, grant.V4, grant.V5:
		next = grant.Booting
	}
	if is.s.Kernel.Stage != next {
		return fmt.Errorf("after K1 comes: %v", is.s.Kernel.Stage)
	}
	for r := range is.s.Driver {
		if is.s.Driver[r].Closing != (h == grant.V2 || h == grant.V3) {
			return fmt.Errorf("the device of reference %d is to be closed: %s", r, model.YesNo(is.s.Driver[r].Closing))
		}
	}
	return nil
}

// oneByOne: others can come between the releases of two handles, and no section comes when none is left.
func oneByOne(was *view, a *model.Args, is *view) error {
	if was.s.Task[a[0]].Work != grant.WorkDestroy || gntops.Conf(is.c).Steps&grant.StepDestroy == 0 {
		return nil
	}
	n, d := 0, was.s.Task[a[0]].Dom
	for h := range was.b.Told[d] {
		if was.b.Told[d][h].Some() && !is.b.Told[d][h].Some() {
			n++
		}
	}
	if is.s.Task[a[0]].PC == grant.D2 && is.b.Told[d] == [grant.MaxHandles]ledger.Part{} {
		return errors.New("no handle is left, and the release of handles goes on")
	}
	return model.Require(n <= 1, fmt.Sprintf("%d handles are released in one section", n))
}

// busy tells whether a CPU has not ended what it has begun.
func (v *view) busy(cpu uint8) bool { return v.s.Task[cpu].Busy() && v.s.Task[cpu].PC != grant.Next }

// keeps: a copy does not give up what its next element needs again.
func keeps(was *view, a *model.Args, is *view) error {
	t, now := &was.s.Task[a[0]], &is.s.Task[a[0]]
	if t.Work != grant.WorkCopy || !now.Busy() || a[5] != 0 || gnttab.Range(a[3]) == gnttab.Nothing || !names(a[1], a[0], &t.Src) || !names(a[2], a[0], &t.Dst) {
		return nil
	}
	return model.Require(t.Src.Flags == now.Src.Flags && t.Dst.Flags == now.Dst.Flags && now.PC != grant.CClaim, "the copy gives up what it needs, or claims it again")
}

// names tells whether an operand is an end that is claimed.
func names(operand, cpu uint8, b *grant.Buf) bool {
	e := gnttab.End(operand)
	if b.Flags&grant.HavePage == 0 || b.Ref != e.N() {
		return false
	}
	if e.Kind() == gnttab.EndPage {
		return b.Dom == grant.DomainOf(cpu) && b.Flags&grant.HaveGrant == 0
	}
	return b.Dom == e.Kind() && b.Flags&grant.HaveGrant != 0
}

// grown: a table has as many frames as were asked for, and no more than it needs for that.
func (v *view) grown(was *view, d, frames uint8) error {
	want := max(was.s.Dom[d].Table.Frames, frames)
	return model.Require(v.s.Dom[d].Table.Frames == want, fmt.Sprintf("the table has %d frames, and %d are needed", v.s.Dom[d].Table.Frames, want))
}

// sparesGo: a page that Xen has put in the place of others is free when nobody has it
// mapped any more, unless it is in the place of several.
func sparesGo(was *view, _ *model.Args, is *view) error {
	for m := range uint8(grant.MaxFrames) {
		k := &is.s.Kernel
		if was.s.Owner[m] != grant.DomXen || k.Shared == m+1 || !was.mapped(m) || is.mapped(m) {
			continue
		}
		if is.s.Owner[m] != grant.NoDomain {
			return fmt.Errorf("frame %d, which Xen has put there, is not free", m)
		}
	}
	return nil
}

// mapped tells whether a domain has a frame in its tables.
func (v *view) mapped(m uint8) bool {
	for d := range v.s.Dom {
		for place := range uint8(grant.MaxGfns) {
			if e := v.s.Dom[d].Entry(place); e.Present() && e.Frame() == m {
				return true
			}
		}
	}
	return false
}

// pirqBound: both are bound to each other, unless one of them is bound otherwise.
func pirqBound(was *view, a *model.Args, is *view) error {
	want := was.s.Kernel.PIRQ
	taken := want[a[1]] != 0
	for _, e := range want {
		taken = taken || e == a[2]+1
	}
	if !taken {
		want[a[1]] = a[2] + 1
	}
	return model.Require(is.s.Kernel.PIRQ == want && is.s.Kernel.Believes[a[1]] == a[2]+1, "the PIRQ is not bound as was asked")
}

// layoutKnown: a kernel that has changed the version uses the layout.
func layoutKnown(was *view, a *model.Args, is *view) error {
	f := grant.DomF
	if grant.DomainOf(a[0]) != uint8(f) || was.s.Dom[f].Table.Ver == is.s.Dom[f].Table.Ver {
		return nil
	}
	return model.Require(is.s.Kernel.Layout == is.s.Dom[f].Table.Ver, "the kernel has changed the version, and uses the other layout")
}

// replacesAll: where a revocation replaces mappings, there is a mapping after it wherever there
// was one, of Xen's page or the mapper's own, and none elsewhere; it allows what it allowed, or
// reading if all get the same page for reading. GR-V6 takes some away, and where F gets other
// pages nothing changes.
func replacesAll(was *view, a *model.Args, is *view) error {
	t, now := &was.s.Task[grant.Tool], &is.s.Task[grant.Tool]
	begun := was.s.Kernel.Stage == grant.Revoking && t.PC == grant.Idle && (now.Work == grant.WorkRevoke || is.s.Kernel.Stage != grant.Revoking)
	if t.Work != grant.WorkRevoke && !begun || t.PC == grant.RPut || now.PC == grant.RPut || t.Work == grant.WorkRevoke && a[0] != grant.Tool {
		return nil
	}
	h := gntops.Conf(is.c).Handover
	for d := uint8(grant.DomB); d < grant.NumDomains; d++ {
		for place := range uint8(grant.MaxGfns) {
			e, to := was.s.Dom[d].Entry(place), is.s.Dom[d].Entry(place)
			taken := e.Present() && was.granted(d, e.Frame())
			if e.Clean() == to.Clean() || h == grant.V6 && taken && !to.Present() {
				continue
			}
			kind := e.Kind()
			if h == grant.V8 {
				kind = page.RO
			}
			if !taken || !to.Present() || to.Kind() != kind || h.Fresh() || !is.replaces(h, d, to.Frame(), e.Kind()) {
				return fmt.Errorf("a revocation has %s's mapping %d name frame %d, which was one of frame %d", domNames[d], place, to.Frame(), e.Frame())
			}
		}
	}
	return nil
}

// replaces tells whether a frame is what a hand-over puts in the place of a mapping: one page for
// all, one for all that read and another one for each that writes, which is Xen's or the mapper's,
// or a copy.
func (v *view) replaces(h grant.Handover, d, m uint8, kind page.EntryKind) bool {
	n := 0
	for place := range uint8(grant.MaxGfns) {
		for by := range v.s.Dom {
			if e := v.s.Dom[by].Entry(place); e.Present() && e.Frame() == m {
				n++
			}
		}
	}
	shared, owner := v.s.Kernel.Shared == m+1, v.s.Owner[m]
	alone := !shared && (n == 1 || gntops.Conf(v.c).Manner == grant.SameSpare)
	switch {
	case h == grant.V11:
		return owner == grant.DomXen && !shared
	case h == grant.V7, h == grant.V8, kind != page.RW:
		return owner == grant.DomXen && shared
	case h == grant.V10:
		return owner == d && alone
	}
	return owner == grant.DomXen && alone
}

// locksOut: from its first section on a revocation keeps F's table locked, and no entry but the
// reserved ones grants anything, also when it ends without memory.
func locksOut(was *view, a *model.Args, is *view) error {
	t, d := &is.s.Task[grant.Tool], &is.s.Dom[grant.DomF]
	goesOn := t.Work == grant.WorkRevoke && t.PC > grant.RBlock
	if goesOn && d.Table.Writer != grant.Tool+1 {
		return errors.New("the revocation has begun, and F's table is not locked")
	}
	over := was.s.Kernel.Stage == grant.Revoking && is.s.Kernel.Stage == grant.Booting && !gntops.Conf(is.c).Handover.Fresh()
	for r, e := range d.Table.Entry {
		if (goesOn || over) && r != grant.Reserved && e.Flags&^(grant.Reading|grant.Writing) != 0 {
			return fmt.Errorf("the revocation has begun, and reference %d still grants", r)
		}
		if e.Flags = 0; over && r != grant.Reserved && e != (grant.Entry{}) {
			return fmt.Errorf("the revocation is over, and entry %d is not clear", r)
		}
	}
	return nil
}

// undoesOwn: a map that fails before it has made its mapping leaves the one that is there.
func undoesOwn(was *view, a *model.Args, is *view) error {
	t, d := &was.s.Task[a[0]], grant.DomainOf(a[0])
	if t.Work != grant.WorkMap || t.PC != grant.MUndo || t.Host {
		return nil
	}
	return model.Require(is.s.Dom[d].Entry(t.Addr) == was.s.Dom[d].Entry(t.Addr), "a map that fails takes away a mapping that it has not made")
}

// granted tells whether a domain was told of a mapping of a frame of F's that a revocation takes.
func (v *view) granted(d, m uint8) bool {
	for _, p := range v.b.Told[d] {
		if p.Some() && !p.Gone() && p.Dom == grant.DomF && p.Ref != grant.Reserved && p.MFN == m {
			return true
		}
	}
	return false
}

// revokesOn: a section that replaces mappings, or pages of F, replaces one, unless it is the
// last.
func revokesOn(was *view, a *model.Args, is *view) error {
	if was.s.Task[a[0]].PC != grant.RReplace || is.s.Task[a[0]].PC != grant.RReplace {
		return nil
	}
	for d := range was.s.Dom {
		if was.s.Dom[d].P2M != is.s.Dom[d].P2M || was.s.Dom[d].PTE != is.s.Dom[d].PTE {
			return nil
		}
	}
	return errors.New("the revocation has replaced nothing, and is not through")
}
