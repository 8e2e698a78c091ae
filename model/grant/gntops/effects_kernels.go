package gntops

import (
	"fmt"

	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
)

// What copies, hand-overs, drivers and the end of domains have done.
func init() {
	ensure(destroyed, Destroy)
	ensure(stageIs(grant.Primed), KexecLoad)
	ensure(stageIs(grant.Waiting, grant.Resetting, grant.Revoking, grant.Booting), KexecExec)
	ensure(stageIs(grant.Booting), KernelCrash)
	ensure(stageIs(grant.K2), KernelBoot)
	ensure(unlessBusy(stageIs(grant.Booting)), Revoke, SoftReset)
	ensure(unlessBusy(fresher), SoftReset)
	ensure(func(_ sight, a *args, is sight) error {
		return want(is.busy(a[0]) || live(&is.Dom[grant.DomainOf(a[0])].Track) == 0, "handles of the caller are live")
	}, GnttabReset)
	ensure(func(_ sight, a *args, is sight) error {
		k := &is.Kernel
		return want(k.Shinfo == a[1]+1 && is.Dom[grant.DomF].P2M[a[1]] == grant.P2M{Type: grant.P2MRAM, MFN: k.ShinfoMFN - 1}, "shared_info is not there")
	}, MapShinfo)
	ensure(func(_ sight, a *args, is sight) error { return want(is.TFrame[a[1]].PTEs == 1, "it is not mapped") }, HoldFrame)
	ensure(func(_ sight, a *args, is sight) error { return want(is.TFrame[a[1]].PTEs == 0, "it is mapped") }, DropFrame)
	ensure(written, GuestAccept, GuestTransitive)
	ensure(pageCopied, Copy)
	ensure(finished, XenStep)
	ensureDrivers()
}

// ensureDrivers is about B's driver.
func ensureDrivers() {
	state := func(to grant.DriverState) effect {
		return func(_ sight, a *args, is sight) error {
			return want(is.Driver[a[1]].State == to, fmt.Sprintf("the driver is %v", is.Driver[a[1]].State))
		}
	}
	ensure(state(grant.DriverBusy), DriverRequest)
	ensure(state(grant.DriverIdle), DriverFinish)
	ensure(func(_ sight, a *args, is sight) error {
		return want(gntview.Serves(is.State, a[2]) && is.Dom[grant.DomB].Entry(a[2]).Present(), "the driver has nothing there")
	}, DriverConnect)
	ensure(func(was sight, a *args, is sight) error {
		d := was.Driver[a[1]]
		place := d.Slot
		if d.Second != 0 {
			place = d.Second - 1
		}
		b := &is.Dom[grant.DomB]
		return want(b.Life != grant.Alive || !gntview.Serves(is.State, place) && !b.Entry(place).Present(), "the driver's mapping is still there")
	}, DriverDisconnect)
}

// live counts the handles that are.
func live(t *grant.Maptrack) (n int) {
	for h := range t.Entry {
		if t.Entry[h].Flags != 0 {
			n++
		}
	}
	return n
}

func stageIs(list ...grant.Stage) effect {
	return func(_ sight, _ *args, is sight) error {
		for _, s := range list {
			if is.Kernel.Stage == s {
				return nil
			}
		}
		return fmt.Errorf("the stage is: %v", is.Kernel.Stage)
	}
}

// unlessBusy leaves out what goes on section by section.
func unlessBusy(e effect) effect {
	return func(was sight, a *args, is sight) error {
		if is.busy(grant.Tool) {
			return nil
		}
		return e(was, a, is)
	}
}

// destroyed: a domain that is dead has no way to anything, and no handle.
func destroyed(_ sight, a *args, is sight) error {
	d := &is.Dom[a[0]]
	if is.busy(grant.Tool) || is.Stopped() {
		return nil
	}
	none := d.PTE == [grant.MaxSlots]page.Entry{} && d.P2M == [grant.MaxGfns]grant.P2M{} && d.IOPT == [grant.MaxFrames]grant.Rights{}
	return want(d.Life == grant.Dead && none && d.Track.Entry == [grant.MaxHandles]grant.Mapping{}, "something of the domain is left")
}

// fresher: where shared_info was there is a page of F's, and no PIRQ is bound.
func fresher(was sight, _ *args, is sight) error {
	at, d := was.Kernel.Shinfo, &is.Dom[grant.DomF]
	if at != 0 && d.P2M[at-1].Type == grant.P2MRAM && d.P2M[at-1].MFN == was.Kernel.ShinfoMFN-1 {
		return fmt.Errorf("shared_info is still there")
	}
	return want(is.Kernel.PIRQ == [grant.MaxPIRQs]uint8{}, "a PIRQ is bound")
}

// written: an entry says what it was to say.
func written(_ sight, a *args, is sight) error {
	e := is.Dom[grant.DomainOf(a[0])].Table.Entry[a[1]]
	accepts := e == grant.Entry{Flags: grant.AcceptTransfer, Domid: a[2], Frame: a[3]}
	leads := e == grant.Entry{Flags: grant.Transitive, Domid: a[2], Trans: a[3], Frame: a[4]}
	return want(accepts || leads, "the entry is another one")
}

// pageCopied: what was in a page of the caller's is in another one of its own.
func pageCopied(was sight, a *args, is sight) error {
	from, to, d := gnttab.End(a[1]), gnttab.End(a[2]), grant.DomainOf(a[0])
	if from.Kind() != gnttab.EndPage || to.Kind() != gnttab.EndPage || gnttab.Range(a[3]) == gnttab.Nothing || is.busy(a[0]) || was.Task[a[0]].Busy() {
		return nil // a later element may use what the one before has claimed, which may be gone from where it was
	}
	s, one := gntview.FrameOf(was.State, d, from.N())
	t, other := gntview.FrameOf(was.State, d, to.N())
	return want(one && other && is.Tag[t] == was.Tag[s], "the page has something else in it")
}

// finished: a transfer that ends has told its target.
func finished(was sight, a *args, is sight) error {
	t := &was.Task[a[0]]
	if t.PC != grant.T8 || is.Stopped() {
		return nil
	}
	e := is.Dom[t.Dom].Table.Entry[t.Ref]
	return want(e.Flags&grant.Completed != 0, "the target was not told of its page")
}
