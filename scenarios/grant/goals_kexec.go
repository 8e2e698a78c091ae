package grant

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// outlived is a goal that nearly every hand-over has: a claim about K2 means nothing if
// nothing was mapped when K1 gave way.
func outlived(id string) scenarios.Goal {
	return reached(id, "K2 runs, and the backend has what K1 has granted not unmapped yet", func(s *grant.State) bool {
		return s.Kernel.Stage == grant.K2 && live(s) > 0
	})
}

// inFlight tells whether the driver has a request.
func inFlight(s *grant.State) bool {
	for _, d := range s.Driver {
		if d.State == grant.DriverBusy {
			return true
		}
	}
	return false
}

// kexecGoals are the reach goals of hand-overs, beside handoverGoals.
var kexecGoals = map[string][]scenarios.Goal{
	"grant.kexec": {
		outlived("grant.kexec/outlived"),
		reached("grant.kexec/both", "both grants are in use while Xen revokes", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.Revoking && live(s) == 2 && inFlight(s)
		}),
		reached("grant.kexec/again", "K2 has granted with both references", func(s *grant.State) bool {
			b := s.Dom[grant.DomF].Belief
			return s.Kernel.Stage == grant.K2 && b[1].State == grant.Granted && b[2].State == grant.Granted
		}),
	},
	"grant.kexec-one": {
		outlived("grant.kexec-one/outlived"),
		reached("grant.kexec-one/cached", "a request is in flight, and the page cached, when Xen begins", func(s *grant.State) bool {
			return s.Task[grant.Tool].PC == grant.RReplace && inFlight(s) && s.Dom[grant.DomB].TLB[0].Present()
		}),
	},
	"grant.kexec-again": {
		outlived("grant.kexec-again/outlived"),
		reached("grant.kexec-again/mapped", "K2's page is mapped beside what took the place of K1's", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.K2 && live(s) == 2 && s.Dom[grant.DomF].Table.Act[1].Pinned()
		}),
	},
	"grant.kexec-wait":    {outlivedNot("grant.kexec-wait/closed")},
	"grant.kexec-short":   {outlivedNot("grant.kexec-short/ended")},
	"grant.kexec-version": {outlived("grant.kexec-version/outlived")},
	"grant.kexec-crash":   {outlived("grant.kexec-crash/outlived")},
	"grant.kexec-shinfo": {
		reached("grant.kexec-shinfo/moved", "K2 has shared_info elsewhere", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.K2 && s.Kernel.Shinfo != 0
		}),
	},
	"grant.kexec-flag": {
		answered("grant.kexec-flag/load", "a kernel is not loaded", gntops.KexecLoad, errno.EPERM),
		answered("grant.kexec-flag/exec", "a loaded kernel does not start", gntops.KexecExec, errno.EPERM),
	},
	"grant.kexec-reset": {
		reached("grant.kexec-reset/ended", "K2 runs, and K1's mapping is ended", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.K2 && s.Dom[grant.DomB].Table.Entry[1].Flags == grant.PermitAccess && s.Dom[grant.DomF].Track.Entry[0].Flags == 0
		}),
	},
	"grant.kexec-soft": {
		answered("grant.kexec-soft/crash", "there is no page for where shared_info was", gntops.SoftReset, errno.ENOMEM),
		reached("grant.kexec-soft/fresh", "K2 runs, with a page there", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.K2 && s.Kernel.ShinfoMFN != 0 && s.Kernel.Shinfo == 0
		}),
	},
	"grant.kexec-full": {
		answered("grant.kexec-full/none", "a revocation finds no page", gntops.XenStep, errno.ENOMEM),
		outlivedNot("grant.kexec-full/nothing"),
	},
	"grant.kexec-whole": {answered("grant.kexec-whole/none", "a revocation finds no page", gntops.Revoke, errno.ENOMEM)},
	"grant.kexec-others": {outlived("grant.kexec-others/outlived"), reached("grant.kexec-others/two", "one driver's two mappings, which write, are of different pages", func(s *grant.State) bool {
		d := &s.Dom[grant.DomB]
		return s.Kernel.Stage == grant.K2 && d.PTE[0].Kind() == page.RW && d.PTE[1].Kind() == page.RW && d.PTE[0].Frame() != d.PTE[1].Frame()
	}), {ID: "grant.kexec-others/dead", Doc: "the backend dies, and what it had mapped was revoked", Met: func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		return op.Kind == gntops.Destroy.Kind() && a.Code == errno.OK && gntops.Of(before).Dom[grant.DomB].Track.Entry[0].Revoked
	}}},
	"grant.kexec-cached": {answered("grant.kexec-cached/reset", "K1 makes a reset, to its end", gntops.XenStep, errno.OK), reached("grant.kexec-cached/cached", "K1 is left, and its CPU has something cached", func(s *grant.State) bool {
		return s.Kernel.Stage == grant.Booting && s.Dom[grant.DomF].TLB[1].Present()
	})},
	"grant.kexec-pv": {answered("grant.kexec-pv/refused", "the hand-over is refused", gntops.KexecExec, errno.EOPNOTSUPP)},
	"grant.driver": {
		answered("grant.driver/gone", "the driver's mapping is not there", gntops.DriverAccess, errno.EFAULT),
		answered("grant.driver/lost", "nor is its handle", gntops.DriverDisconnect, grant.BadHandle),
	},
	"grant.kexec-three": {
		reached("grant.kexec-three/three", "one of two grants is mapped twice when Xen begins", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.Revoking && live(s) == 3
		}),
	},
	"grant.kexec-readonly": {outlived("grant.kexec-readonly/outlived")},
	"grant.kexec-places":   {outlived("grant.kexec-places/outlived")},
	"grant.kexec-alone":    {outlived("grant.kexec-alone/outlived")},
	"grant.kexec-keeps":    {outlived("grant.kexec-keeps/outlived")},
	"grant.kexec-unaided":  {outlived("grant.kexec-unaided/outlived")},
}

// outlivedNot is a goal of a hand-over that leaves nothing mapped.
func outlivedNot(id string) scenarios.Goal {
	return reached(id, "K2 runs, and nothing of K1's is mapped any more", func(s *grant.State) bool {
		return s.Kernel.Stage == grant.K2 && live(s) == 0
	})
}
