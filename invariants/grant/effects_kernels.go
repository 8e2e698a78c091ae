package grant

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// What copies, hand-overs, drivers and the end of domains have done.
func init() {
	promises(destroyed, gntops.Destroy)
	promises(stageIs(grant.Primed), gntops.KexecLoad)
	promises(stageIs(grant.Waiting, grant.Resetting, grant.Revoking, grant.Booting), gntops.KexecExec)
	promises(stageIs(grant.Booting), gntops.KernelCrash)
	promises(stageIs(grant.K2), gntops.KernelBoot)
	promises(unlessBusy(stageIs(grant.Booting)), gntops.Revoke, gntops.SoftReset)
	promises(unlessBusy(freshShinfo), gntops.SoftReset)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(is.busy(a[0]) || handles(&is.s.Dom[grant.DomainOf(a[0])].Track) == 0, "handles of the caller are live")
	}, gntops.GnttabReset)
	promises(func(_ *view, a *model.Args, is *view) error {
		k := &is.s.Kernel
		return model.Require(k.Shinfo == a[1]+1 && is.s.Dom[grant.DomF].P2M[a[1]] == grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1}, "shared_info is not there")
	}, gntops.MapShinfo)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(is.s.TFrame[a[1]].PTEs == 1, "it is not mapped")
	}, gntops.HoldFrame)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(is.s.TFrame[a[1]].PTEs == 0, "it is mapped")
	}, gntops.DropFrame)
	promises(written, gntops.GuestAccept, gntops.GuestTransitive)
	promises(pageCopied, gntops.Copy)
	promises(finished, gntops.XenStep)
	promises(func(_ *view, a *model.Args, is *view) error {
		p := pool.Of(is.w).Pages[a[1]]
		return model.Require(p.Type == page.SegDesc && p.Validated, "the page has no descriptors that were audited")
	}, gntops.Descriptors)
	ensureDrivers()
}

// ensureDrivers is about B's driver.
func ensureDrivers() {
	state := func(to grant.DriverState) promise {
		return func(_ *view, a *model.Args, is *view) error {
			return model.Require(is.s.Driver[a[1]].State == to, fmt.Sprintf("the driver is %v", is.s.Driver[a[1]].State))
		}
	}
	promises(state(grant.DriverBusy), gntops.DriverRequest)
	promises(state(grant.DriverIdle), gntops.DriverFinish)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(gntview.Serves(is.s, a[2]) && is.s.Dom[grant.DomB].Entry(a[2]).Present(), "the driver has nothing there")
	}, gntops.DriverConnect)
	promises(func(was *view, a *model.Args, is *view) error {
		d := was.s.Driver[a[1]]
		place := d.Slot
		if d.Second != 0 {
			place = d.Second - 1
		}
		b, left := &is.s.Dom[grant.DomB], is.s.Driver[a[1]]
		if d.Second != 0 && (left.State != d.State || left.Handle != d.Handle || left.Slot != d.Slot || left.Second != 0) || d.Second == 0 && left.State != grant.DriverOff {
			return fmt.Errorf("the driver has forgotten another mapping, or keeps the one that it has ended")
		}
		return model.Require(b.Life != grant.Alive || !gntview.Serves(is.s, place) && !b.Entry(place).Present(), "the driver's mapping is still there")
	}, gntops.DriverDisconnect)
}

// handles counts the handles that are.
func handles(t *grant.Maptrack) (n int) {
	for h := range t.Entry {
		if t.Entry[h].Flags != 0 {
			n++
		}
	}
	return n
}

func stageIs(list ...grant.Stage) promise {
	return func(_ *view, _ *model.Args, is *view) error {
		for _, s := range list {
			if is.s.Kernel.Stage == s {
				return nil
			}
		}
		return fmt.Errorf("the stage is: %v", is.s.Kernel.Stage)
	}
}

// unlessBusy leaves out what goes on section by section.
func unlessBusy(e promise) promise {
	return func(was *view, a *model.Args, is *view) error {
		if is.busy(grant.Tool) {
			return nil
		}
		return e(was, a, is)
	}
}

// destroyed: a domain that is dead has no way to anything, and no handle.
func destroyed(_ *view, a *model.Args, is *view) error {
	d := &is.s.Dom[a[0]]
	if is.busy(grant.Tool) || is.s.Stopped() {
		return nil
	}
	none := d.PTE == [grant.MaxSlots]page.Entry{} && d.P2M == [grant.MaxGfns]grant.P2M{} && d.IOPT == [grant.MaxFrames]grant.Rights{}
	return model.Require(d.Life == grant.Dead && none && d.Track.Entry == [grant.MaxHandles]grant.Mapping{}, "something of the domain is left")
}

// freshShinfo: where shared_info was there is a page of F's, and no PIRQ is bound.
func freshShinfo(was *view, _ *model.Args, is *view) error {
	at, d := was.s.Kernel.Shinfo, &is.s.Dom[grant.DomF]
	if at != 0 && d.P2M[at-1].Type == grant.P2MRAM && d.P2M[at-1].MFN == was.s.Kernel.ShinfoMFN-1 {
		return fmt.Errorf("shared_info is still there")
	}
	return model.Require(is.s.Kernel.PIRQ == [grant.MaxPIRQs]uint8{}, "a PIRQ is bound")
}

// written: an entry says what it was to say.
func written(_ *view, a *model.Args, is *view) error {
	e := is.s.Dom[grant.DomainOf(a[0])].Table.Entry[a[1]]
	accepts := e == grant.Entry{Flags: grant.AcceptTransfer, Domid: a[2], Frame: a[3]}
	leads := e == grant.Entry{Flags: grant.Transitive, Domid: a[2], Trans: a[3], Frame: a[4]}
	return model.Require(accepts || leads, "the entry is another one")
}

// pageCopied: what was in a page of the caller's is in another one of its own.
func pageCopied(was *view, a *model.Args, is *view) error {
	from, to, d := gnttab.End(a[1]), gnttab.End(a[2]), grant.DomainOf(a[0])
	if from.Kind() != gnttab.EndPage || to.Kind() != gnttab.EndPage || gnttab.Range(a[3]) == gnttab.Nothing || is.busy(a[0]) || was.s.Task[a[0]].Busy() {
		return nil // a later element may use what the one before has claimed, which may be gone from where it was
	}
	s, one := gntview.FrameOf(was.s, d, from.N())
	t, other := gntview.FrameOf(was.s, d, to.N())
	return model.Require(one && other && is.s.Tag[t] == was.s.Tag[s], "the page has something else in it")
}

// finished: a transfer that ends has told its target.
func finished(was *view, a *model.Args, is *view) error {
	t := &was.s.Task[a[0]]
	if t.PC != grant.T8 || is.s.Stopped() {
		return nil
	}
	e := is.s.Dom[t.Dom].Table.Entry[t.Ref]
	return model.Require(e.Flags&grant.Completed != 0, "the target was not told of its page")
}
