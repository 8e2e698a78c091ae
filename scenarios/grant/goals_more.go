package grant

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// granted1 is what Xen has of F's first reference.
func granted1(s *grant.State) (*grant.Entry, *grant.Active) {
	t := &s.Dom[grant.DomF].Table
	return &t.Entry[1], &t.Act[1]
}

// storing tells whether some CPU of B is about to store for a copy.
func storing(s *grant.State) bool {
	return at(s, grant.Back0, grant.CStore) || at(s, grant.Back1, grant.CStore)
}

// runs tells whether K2 runs.
func runs(s *grant.State) bool { return s.Kernel.Stage == grant.K2 }

// serves tells whether B's driver has the first reference of F mapped.
func serves(s *grant.State) bool { return s.Driver[1].State != grant.DriverOff }

// versionOf is the version of F's table.
func versionOf(s *grant.State) uint8 { return s.Dom[grant.DomF].Table.Ver }

// copyGoals are those of copies and transfers.
var copyGoals = map[string][]scenarios.Goal{
	"grant.copy": {
		reached("grant.copy/mapped", "a copy is about to store while the page is mapped", func(s *grant.State) bool { return storing(s) && live(s) > 0 }),
		answered("grant.copy/in-use", "an end fails because of a copy", gntops.XenStep, errno.EBUSY),
	},
	"grant.copy-device": {
		reached("grant.copy-device/pinned", "a copy is about to store to a page that devices have", func(s *grant.State) bool {
			return storing(s) && pinned(s, grant.PinDevW) > 0 && pinned(s, grant.PinHostW) > 0
		}),
	},
	"grant.hostile-copy": {
		reached("grant.hostile-copy/other", "a copy is about to store, and the entry names another page", func(s *grant.State) bool {
			e, act := granted1(s)
			return storing(s) && act.Pinned() && e.Frame != act.MFN
		}),
		answered("grant.hostile-copy/differs", "a copy finds another page than the one that is mapped", gntops.XenStep, grant.GeneralError),
	},
	"grant.copy-parts": {
		answered("grant.copy-parts/preempted", "a call is preempted between two copies", gntops.Copy, errno.ERESTART),
		reached("grant.copy-parts/kept", "what one copy has claimed is kept for the next one", func(s *grant.State) bool {
			t := &s.Task[grant.Back0]
			return t.PC == grant.Next && t.Src.Flags&grant.HaveGrant != 0
		}),
		reached("grant.copy-parts/part", "a part of a page is pinned", func(s *grant.State) bool { _, act := granted1(s); return act.Pinned() && act.Sub }),
	},
	"grant.paged-out": {answered("grant.paged-out/eagain", "a copy finds the page paged out", gntops.XenStep, grant.Eagain)},
	"grant.transitive": {
		reached("grant.transitive/third", "the third domain's entry is pinned", func(s *grant.State) bool { return s.Dom[grant.DomC].Table.Act[1].Pinned() }),
		answered("grant.transitive/ended", "the third domain cannot end its grant", gntops.GuestEnd, errno.EBUSY),
	},
	"grant.restart": {
		answered("grant.restart/again", "a copy has to be made again", gntops.XenStep, errno.ERESTART),
		meet("grant.restart/two", "both are about to store", grant.CStore, grant.CStore),
	},
	"grant.restart-both": {
		answered("grant.restart-both/again", "a copy has to be made again", gntops.XenStep, errno.ERESTART),
		reached("grant.restart-both/kinds", "the entry is pinned for reading and for writing", func(s *grant.State) bool { return pinned(s, grant.PinHostR) > 0 && pinned(s, grant.PinHostW) > 0 }),
	},
	"grant.hostile-v2": {
		reached("grant.hostile-v2/kind", "an entry that is mapped has become transitive", func(s *grant.State) bool {
			e, act := granted1(s)
			return act.Pinned() && !act.Sub && e.Flags&grant.TypeMask == grant.Transitive
		}),
	},
	"grant.transfer": {
		reached("grant.transfer/moved", "the page is C's", func(s *grant.State) bool { return s.Owner[0] == grant.DomC }),
		reached("grant.transfer/lost", "the page is nobody's", func(s *grant.State) bool { return s.Owner[0] == grant.NoDomain }),
		answered("grant.transfer/in-use", "a page that is mapped cannot be transferred", gntops.Transfer, grant.BadPage),
	},
	"grant.transfer-hvm": {
		answered("grant.transfer-hvm/refused", "a translated domain's page cannot be transferred", gntops.Transfer, errno.ENOSYS),
		reached("grant.transfer-hvm/stale", "a CPU has cached what is not mapped any more", func(s *grant.State) bool {
			d := &s.Dom[grant.DomB]
			return d.TLB[0].Present() && !d.PTE[0].Present()
		}),
	},
}

// versionGoals are those of layouts and table frames.
var versionGoals = map[string][]scenarios.Goal{
	"grant.version": {
		reached("grant.version/mapped", "the version is about to change while the status frame is in the p2m", func(s *grant.State) bool {
			return s.TFrame[grant.FirstStatus].M2P != 0 && (at(s, grant.Front0, grant.S1) || at(s, grant.Front1, grant.S1))
		}),
		reached("grant.version/moved", "the status frame is at the second gfn", func(s *grant.State) bool { return s.TFrame[grant.FirstStatus].M2P == 3 }),
	},
	"grant.version-map": {
		reached("grant.version-map/undo", "a map is undone in another version than it was begun in", func(s *grant.State) bool {
			t := &s.Task[grant.Back0]
			return t.PC == grant.MUnpin && t.Ver != versionOf(s)
		}),
	},
	"grant.version-transfer": {
		reached("grant.version-transfer/changed", "the version has changed when a transfer is completed", func(s *grant.State) bool {
			t := &s.Task[grant.Third0]
			return t.PC == grant.T8 && t.Ver != versionOf(s)
		}),
		reached("grant.version-transfer/beyond", "and the entry is beyond the table", func(s *grant.State) bool {
			t := &s.Task[grant.Third0]
			return t.PC == grant.T8 && t.Ref >= s.Entries(grant.DomF)
		}),
	},
	"grant.version-accept": {
		reached("grant.version-accept/changed", "a transfer is to be completed in the version in which it was begun, and the entry is gone", func(s *grant.State) bool {
			t := &s.Task[grant.Third0]
			return t.PC == grant.T8 && t.Ver == versionOf(s) && s.Dom[grant.DomF].Table.Entry[1].Flags == grant.Invalid
		}),
		answered("grant.version-accept/lost", "the page is F's, which is not told", gntops.XenStep, grant.GeneralError),
	},
	"grant.version-store": {
		answered("grant.version-store/range", "a reserved entry has no form in version 1", gntops.SetVersion, errno.ERANGE),
	},
	"grant.version-twice": {
		reached("grant.version-twice/entry", "an entry is written in version 2", func(s *grant.State) bool { e, _ := granted1(s); return versionOf(s) == 2 && e.Flags != 0 }),
	},
	"grant.version-pv": {
		answered("grant.version-pv/held", "the status frame is still mapped", gntops.XenStep, errno.EBUSY),
		answered("grant.version-pv/grown", "a frame of a table that has none is asked for", gntops.StatusFrames, grant.GeneralError),
	},
	"grant.version-end": {
		reached("grant.version-end/ended", "version 1, and a grant that is being ended is in use", func(s *grant.State) bool {
			t := &s.Dom[grant.DomF].Table
			return t.Ver == 1 && t.Act[grant.Reserved].Pinned() && t.Entry[grant.Reserved].Flags&grant.TypeMask == grant.Invalid
		}),
	},
	"grant.swap-transitive": {
		answered("grant.swap-transitive/in-use", "entries cannot be exchanged", gntops.Swap, grant.Eagain),
		reached("grant.swap-transitive/second", "the other entry is the transitive one, and in use", func(s *grant.State) bool {
			return s.Dom[grant.DomF].Table.Act[2].Pinned()
		}),
	},
	"grant.swap": {
		answered("grant.swap/in-use", "an entry is in use", gntops.Swap, grant.Eagain),
		answered("grant.swap/beyond", "an entry is beyond the table", gntops.Swap, grant.BadGntref),
		answered("grant.swap/preempted", "a call is preempted between two elements", gntops.Swap, errno.ERESTART),
	},
}

// handoverGoals are those of kernels that follow one another, and of deaths.
var handoverGoals = map[string][]scenarios.Goal{
	"grant.kexec": {
		reached("grant.kexec/inherited", "K2 runs, and the driver has what K1 had granted", func(s *grant.State) bool { return runs(s) && serves(s) }),
		reached("grant.kexec/in-flight", "a request is in flight while Xen revokes", func(s *grant.State) bool {
			return s.Kernel.Stage == grant.Revoking && s.Driver[1].State == grant.DriverBusy && s.Task[grant.Tool].Busy()
		}),
		reached("grant.kexec/revoked", "K2 runs, and a handle that was revoked is live", func(s *grant.State) bool {
			e := s.Dom[grant.DomB].Track.Entry[0]
			return runs(s) && e.Flags != 0 && e.Revoked
		}),
	},
	"grant.kexec-one": {
		reached("grant.kexec-one/twice", "K2 runs, and a process has the page too", func(s *grant.State) bool { return runs(s) && s.Driver[1].Second != 0 }),
	},
	"grant.kexec-again": {
		reached("grant.kexec-again/again", "K2's grant is mapped", func(s *grant.State) bool { _, act := granted1(s); return runs(s) && act.Pinned() }),
	},
	"grant.kexec-wait": {
		answered("grant.kexec-wait/in-use", "a grant cannot be ended", gntops.GuestEnd, errno.EBUSY),
	},
	"grant.kexec-short": {
		reached("grant.kexec-short/started", "K2 runs", runs),
	},
	"grant.kexec-crash": {
		reached("grant.kexec-crash/serves", "K2 runs, and the driver goes on", func(s *grant.State) bool { return runs(s) && s.Kernel.Crash && serves(s) }),
	},
	"grant.kexec-version": {
		reached("grant.kexec-version/first", "K2 runs in version 1", func(s *grant.State) bool { return runs(s) && versionOf(s) == 1 }),
		reached("grant.kexec-version/second", "K2 runs in version 2", func(s *grant.State) bool { return runs(s) && versionOf(s) == 2 }),
	},
	"grant.kexec-leftovers": {
		reached("grant.kexec-leftovers/hole", "K1 has given a page back, and is left", func(s *grant.State) bool {
			return s.Kernel.Hole != 0 && s.Kernel.Stage >= grant.Revoking
		}),
		reached("grant.kexec-leftovers/mapped", "K1 has something of B's mapped, and is left", func(s *grant.State) bool {
			return s.Dom[grant.DomF].Track.Entry[0].Flags != 0 && s.Kernel.Stage >= grant.Revoking
		}),
	},
	"grant.kexec-shinfo": {
		reached("grant.kexec-shinfo/left", "K2 runs, and Xen has the shared_info of K1", func(s *grant.State) bool { return runs(s) && s.Kernel.Shinfo == 0 && s.Kernel.ShinfoMFN != 0 }),
	},
	"grant.destroy": {
		reached("grant.destroy/zombie", "F is dead, and B has its page", func(s *grant.State) bool { return s.Dom[grant.DomF].Life == grant.Dead && s.Found(grant.DomF) }),
		reached("grant.destroy/half", "B is dying, and one of two handles is released", func(s *grant.State) bool { return s.Dom[grant.DomB].Phase == 2 && live(s) == 1 }),
		answered("grant.destroy/preempted", "the release of handles is preempted", gntops.XenStep, errno.ERESTART),
	},
	"grant.destroy-device": {
		reached("grant.destroy-device/released", "handles are released, and devices are there", func(s *grant.State) bool {
			return s.Dom[grant.DomB].Phase == 4
		}),
	},
	"grant.destroy-calls": {
		answered("grant.destroy-calls/preempted", "a call is preempted", gntops.Destroy, errno.ERESTART),
	},
	"grant.flush": {
		reached("grant.flush/stale", "an unmap is before its flush, and a CPU has the page cached", func(s *grant.State) bool {
			return (at(s, grant.Back0, grant.U3) || at(s, grant.Back1, grant.U3)) && s.Dom[grant.DomB].TLB[0].Present()
		}),
	},
	"grant.untyped": {
		reached("grant.untyped/kinds", "devices write the page, and the host does", func(s *grant.State) bool { return pinned(s, grant.PinDevW) > 0 && pinned(s, grant.PinHostW) > 0 }),
	},
	"grant.all": {
		{ID: "grant.all/map", Doc: "a grant is mapped", Met: func(_ *model.World, op model.Op, a model.Answer, after *model.World) bool {
			return op.Spec() == gntops.Map && a.Code == errno.OK && live(gntops.Of(after)) > 0
		}},
		answered("grant.all/copied", "a page is copied", gntops.Copy, errno.OK),
	},
}
