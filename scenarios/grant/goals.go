package grant

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/scenarios"
)

// Reach goals of area grant.

// reached is a goal about the state that an operation leads to.
func reached(id, doc string, is func(s *grant.State) bool) scenarios.Goal {
	return scenarios.Goal{ID: id, Doc: doc, Met: func(_ *model.World, _ model.Op, _ model.Answer, after *model.World) bool {
		return is(gntops.Of(after))
	}}
}

// answered is a goal about an operation's result.
func answered(id, doc string, spec *model.Spec, code errno.Errno) scenarios.Goal {
	return scenarios.Goal{ID: id, Doc: doc, Met: func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		return op.Kind == spec.Kind() && a.Code == code
	}}
}

// at tells whether a CPU is before a section.
func at(s *grant.State, cpu uint8, pc grant.Phase) bool { return s.Task[cpu].PC == pc }

// meet is a goal about two CPUs of B, one before each section.
func meet(id, doc string, one, other grant.Phase) scenarios.Goal {
	return reached(id, doc, func(s *grant.State) bool {
		return at(s, grant.Back0, one) && at(s, grant.Back1, other) || at(s, grant.Back1, one) && at(s, grant.Back0, other)
	})
}

func pinned(s *grant.State, k int) uint8 { return s.Dom[grant.DomF].Table.Act[1].Pin[k] }

// live counts the live handles of B.
func live(s *grant.State) (n int) {
	for _, m := range s.Dom[grant.DomB].Track.Entry {
		if m.Flags != 0 {
			n++
		}
	}
	return n
}

// twice is a goal that nearly every scenario has.
func twice(id string) scenarios.Goal {
	return reached(id, "two handles of the same reference are live", func(s *grant.State) bool { return live(s) == 2 })
}

// goals are the reach goals, by scenario.
var goals = map[string][]scenarios.Goal{
	"grant.core": {
		meet("grant.core/race", "one CPU is to complete its unmap while the other one is to pin", grant.U4, grant.M1),
		answered("grant.core/in-use", "an end fails because of a map", gntops.XenStep, errno.EBUSY),
		reached("grant.core/zombie", "F has given the page back, and B still has it", func(s *grant.State) bool {
			return s.Owner[0] == grant.DomF && s.Dom[grant.DomF].Tot == 1 && live(s) > 0 && s.Dom[grant.DomF].Belief[1].State == grant.Ending
		}),
		twice("grant.core/twice"),
	},
	"grant.device": {
		reached("grant.device/both", "one handle has both parts, another one that for devices", func(s *grant.State) bool {
			return live(s) == 2 && pinned(s, grant.PinDevW) == 2 && pinned(s, grant.PinHostW) == 1
		}),
		reached("grant.device/device", "only the part for devices is left", func(s *grant.State) bool {
			return live(s) > 0 && pinned(s, grant.PinDevW) > 0 && pinned(s, grant.PinHostW) == 0
		}),
	},
	"grant.own-ptes": {
		reached("grant.own-ptes/gone", "a handle is live, and no entry maps the page", func(s *grant.State) bool {
			d := &s.Dom[grant.DomB]
			return live(s) > 0 && d.PTE[0] == 0 && d.PTE[1] == 0 && !s.Task[grant.Back0].Busy()
		}),
		answered("grant.own-ptes/other", "an unmap finds another entry", gntops.Unmap, grant.GeneralError),
	},
	"grant.lists": {
		reached("grant.lists/stolen", "the second vCPU has a handle of the first one's page", func(s *grant.State) bool {
			e := &s.Dom[grant.DomB].Track.Entry
			return e[0].VCPU != e[1].VCPU && s.Dom[grant.DomB].Track.Limit == 4
		}),
		answered("grant.lists/none", "no handle can be had", gntops.XenStep, grant.NoSpace),
		meet("grant.lists/race", "one vCPU steals while the other one links its new page", grant.M0Steal, grant.M0Link),
	},
	"grant.parts": {
		meet("grant.parts/race", "both parts are to be completed", grant.U4, grant.U4),
	},
	"grant.contains-pte": {
		answered("grant.contains-pte/unaligned", "a map fails", gntops.XenStep, grant.GeneralError),
		twice("grant.contains-pte/twice"),
	},
	"grant.iommu": {
		meet("grant.iommu/race", "two maps are before the IOMMU's", grant.M4, grant.M4),
		reached("grant.iommu/write", "devices read by one mapping and write by another one", func(s *grant.State) bool {
			return s.Dom[grant.DomB].Tree[0] == grant.Count{Rd: 1, Wr: 1}
		}),
	},
	"grant.ways": {
		reached("grant.ways/kinds", "three kinds of pins at once", func(s *grant.State) bool {
			return pinned(s, grant.PinHostW) > 0 && pinned(s, grant.PinHostR) > 0 && pinned(s, grant.PinDevW) > 0
		}),
	},
	"grant.hostile": {
		reached("grant.hostile/frame", "the entry names another page than the one that is mapped", func(s *grant.State) bool {
			t := &s.Dom[grant.DomF].Table
			return live(s) > 0 && t.Act[1].MFN == 0 && t.Entry[1].Frame == 1
		}),
		answered("grant.hostile/page", "a map finds no page", gntops.XenStep, grant.BadPage),
	},
	"grant.hvm": {
		answered("grant.hvm/paged", "a map finds the page paged out", gntops.XenStep, grant.Eagain),
		reached("grant.hvm/crash", "B maps where a grant is mapped, and is crashed", func(s *grant.State) bool { return s.Dom[grant.DomB].Life == grant.Crashed }),
		reached("grant.hvm/instead", "a grant is mapped in the place of B's own page", func(s *grant.State) bool {
			return s.Dom[grant.DomB].P2M[grant.MaxSlots].Type == grant.P2MGrantRW
		}),
	},
	"grant.retries": {
		reached("grant.retries/withdrawn", "the status is about to be set, and the grant is withdrawn", func(s *grant.State) bool {
			e, _ := granted1(s)
			return at(s, grant.Back0, grant.MSet) && e.Flags&grant.TypeMask == grant.Invalid
		}),
		reached("grant.retries/frame", "the status is set, and nobody has the reference pinned yet", func(s *grant.State) bool {
			return at(s, grant.Back0, grant.MFrame) && s.Dom[grant.DomF].Table.Status[1] != 0 && !s.Dom[grant.DomF].Table.Act[1].Pinned()
		}),
		answered("grant.retries/in-use", "an end fails because of a map that is not made yet", gntops.XenStep, errno.EBUSY),
	},
	"grant.retries-hostile": {
		reached("grant.retries-hostile/again", "the compare-exchange is made for the last time", func(s *grant.State) bool {
			return at(s, grant.Back0, grant.MSet) && s.Task[grant.Back0].New == gnttab.Retries
		}),
		reached("grant.retries-hostile/frame", "the frame that is about to be read is another one than that which was granted", func(s *grant.State) bool {
			e, _ := granted1(s)
			return at(s, grant.Back0, grant.MFrame) && e.Frame == 1
		}),
		answered("grant.retries-hostile/unstable", "a map fails", gntops.XenStep, grant.GeneralError),
	},
	"grant.stale": {
		reached("grant.stale/free", "a page is free, and a CPU of B has it cached", func(s *grant.State) bool {
			return s.Owner[0] == grant.NoDomain && s.Dom[grant.DomB].TLB[0].Present()
		}),
		reached("grant.stale/again", "F has another page than at first, or the same one, and has ended its grant", func(s *grant.State) bool {
			return s.Owner[0] == grant.DomF && s.Dom[grant.DomF].Belief[1].State == grant.Free
		}),
	},
	"grant.kinds": {
		answered("grant.kinds/paged", "a map finds the page paged out", gntops.Map, grant.Eagain),
		reached("grant.kinds/status", "in version 2 the status is in its own word", func(s *grant.State) bool {
			return s.Dom[grant.DomF].Table.Status[1] == grant.Reading|grant.Writing
		}),
		reached("grant.kinds/untyped", "a writable mapping of a translated domain's page", func(s *grant.State) bool {
			return s.Dom[grant.DomF].HVM && pinned(s, grant.PinHostW) > 0
		}),
		twice("grant.kinds/twice"),
	},
	"grant.batch": {
		answered("grant.batch/preempted", "an unmap is preempted between two blocks", gntops.Unmap, errno.ERESTART),
		answered("grant.batch/late", "an element fails in a block of which another one is done", gntops.XenStep, grant.BadHandle),
		twice("grant.batch/twice"),
	},
}

// withGoals gives scenarios their goals.
func withGoals(list []scenarios.Scenario) []scenarios.Scenario {
	for i := range list {
		for _, g := range []map[string][]scenarios.Goal{goals, copyGoals, versionGoals, handoverGoals, kexecGoals} {
			list[i].Goals = append(list[i].Goals, g[list[i].Name]...)
		}
	}
	return list
}
