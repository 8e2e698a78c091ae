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
	promises(paused, gntops.Destroy)
	promises(stageIs(grant.Primed), gntops.KexecLoad)
	promises(stageIs(grant.Waiting, grant.Resetting, grant.Revoking, grant.Booting), gntops.KexecExec)
	promises(stageIs(grant.Booting), gntops.KernelCrash)
	promises(stageIs(grant.K2), gntops.KernelBoot)
	promises(unlessBusy(stageIs(grant.Booting)), gntops.Revoke, gntops.SoftReset)
	promises(unlessBusy(freshShinfo), gntops.SoftReset, gntops.XenStep)
	promises(func(_ *view, a *model.Args, is *view) error {
		return model.Require(is.busy(a[0]) || handles(&is.s.Dom[grant.DomainOf(a[0])].Track) == 0, "handles of the caller are live")
	}, gntops.GnttabReset)
	promises(func(was *view, a *model.Args, is *view) error {
		k := &is.s.Kernel
		if e := was.s.Dom[grant.DomF].P2M[a[1]]; e.Type == grant.P2MRAM && was.s.Owner[e.MFN] == grant.DomF && was.s.Kernel.ShinfoMFN != e.MFN+1 && pool.Of(is.w).Pages[e.MFN].Allocated {
			return fmt.Errorf("frame %d, which was there, is not given back", e.MFN)
		}
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
	promises(finished, gntops.XenStep, gntops.Transfer)
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
	promises(connected, gntops.DriverConnect)
	promises(disconnected, gntops.DriverDisconnect)
}

// connected: the driver knows of the mapping that was made, beside the one that it may have had.
func connected(was *view, a *model.Args, is *view) error {
	var h uint8
	for i, p := range is.b.Told[grant.DomB] {
		if p.Some() && !was.b.Told[grant.DomB][i].Some() {
			h = uint8(i)
		}
	}
	knows := was.s.Driver[a[1]]
	if knows.State != grant.DriverOff {
		knows.Second, knows.SecondOf = a[2]+1, h
	} else {
		knows = grant.Driver{State: grant.DriverIdle, Persistent: a[4] == 1, ReadOnly: a[3] == 1, Handle: h, Slot: a[2]}
	}
	return model.Require(is.s.Driver[a[1]] == knows && is.s.Dom[grant.DomB].Entry(a[2]).Present(), "the driver has nothing there, or does not know what it has")
}

// disconnected: the driver has forgotten the mapping that it has ended, the second one first, and no other one.
func disconnected(was *view, a *model.Args, is *view) error {
	knows := was.s.Driver[a[1]]
	place := knows.Slot
	if knows.Second != 0 {
		place = knows.Second - 1
		knows.Second, knows.SecondOf = 0, 0
	} else {
		knows = grant.Driver{Closing: knows.Closing}
	}
	if is.s.Driver[a[1]] != knows {
		return fmt.Errorf("the driver has forgotten another mapping, or keeps the one that it has ended")
	}
	b := &is.s.Dom[grant.DomB]
	return model.Require(b.Life != grant.Alive || !gntview.Serves(is.s, place) && !b.Entry(place).Present(), "the driver's mapping is still there")
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

// paused: where a destruction goes section by section, it begins with a pause, and the release
// of handles is to come.
func paused(was *view, a *model.Args, is *view) error {
	if was.s.Dom[a[0]].Life >= grant.Dying || gntops.Conf(is.c).Steps&grant.StepDestroy == 0 {
		return nil
	}
	t, d := &is.s.Task[grant.Tool], &is.s.Dom[a[0]]
	return model.Require(t.PC == grant.D2 && t.Dom == a[0] && d.Life == grant.Dying && d.Phase == 1 && d.Track == was.s.Dom[a[0]].Track, "more is done than to pause the domain")
}

// freshShinfo: where shared_info was there is a page of F's, and no PIRQ is bound.
func freshShinfo(was *view, _ *model.Args, is *view) error {
	if was.s.Kernel.Stage != grant.Resetting || is.s.Kernel.Stage == grant.Resetting {
		return nil
	}
	if at := was.s.Kernel.Shinfo; at != 0 && was.s.Dom[grant.DomF].P2M[at-1] == (grant.P2M{Type: grant.P2MRAM, MFN: was.s.Kernel.ShinfoMFN - 1}) {
		e := is.s.Dom[grant.DomF].P2M[at-1]
		if e.Type != grant.P2MRAM || is.s.Owner[e.MFN] != grant.DomF || was.s.Owner[e.MFN] != grant.NoDomain || !pool.Of(is.w).Pages[e.MFN].Allocated {
			return fmt.Errorf("where shared_info was there is no new page of F's")
		}
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

// finished: a transfer that ends has told its target, which has the page where it wanted it.
func finished(was *view, a *model.Args, is *view) error {
	t := was.s.Task[a[0]]
	if t.PC == grant.Idle || t.PC == grant.Next { // all of it
		t = grant.Task{PC: grant.T8, Dom: a[2], Ref: a[3]}
		t.MFN, _ = gntview.FrameOf(was.s, grant.DomainOf(a[0]), a[1])
		if is.busy(a[0]) {
			return nil
		}
	}
	if t.PC != grant.T8 {
		return nil
	}
	d := &is.s.Dom[t.Dom]
	e := d.Table.Entry[t.Ref]
	m, there := gntview.FrameOf(is.s, t.Dom, e.Frame)
	return model.Require(e.Flags&grant.Completed != 0 && is.s.Owner[t.MFN] == t.Dom && there && m == t.MFN, "the target was not told of its page, or has it elsewhere")
}
