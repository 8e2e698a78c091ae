package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// copying has the sections of copies too.
func copying(more grant.Config) grant.Config {
	more.Steps |= grant.StepCopy
	return more
}

// ends of copies.
func refEnds(dom uint8, list ...uint8) (v []uint8) {
	for _, r := range list {
		v = append(v, gntops.RefEnd(dom, r))
	}
	return v
}

var (
	ownPage  = only(gntops.PageEnd(1)) // of B, which owns the second frame
	part     = only(uint8(gnttab.Part))
	anyRange = only(uint8(gnttab.Part), uint8(gnttab.Page))
)

// bothWays copies from entries and to them.
func bothWays(c *model.Config, cpus, entries, page []uint8) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Copy, cpus, entries, page, part, no, never),
		each(gntops.Copy, cpus, page, entries, part, no, never),
	}
}

// granted is one page of F's and one of B's, and a grant.
func granted(f grant.Made, ro uint8) []model.Start { return grantedTo(f, grant.Made{}, ro) }

func grantedTo(f, b grant.Made, ro uint8) []model.Start {
	f.Own, b.Own = max(f.Own, 1), 1
	return []model.Start{gntops.Begin("granted", grant.Start{F: f, B: b, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, ro))}
}

// transit is C, which grants to F, and F, which grants that to B.
var transit = []model.Start{gntops.Begin("transitive", grant.Start{
	F: grant.Made{Ver: 2, Own: 1}, B: grant.Made{Own: 1}, C: grant.Made{Own: 1, Ver: 2},
}, gntops.GuestGrant.Of(grant.Third0, 1, grant.DomF, 2, 0), gntops.GuestTransitive.Of(grant.Front0, 1, grant.DomB, grant.DomC, 1))}

// copyScenarios are about copies, and pages that move.
var copyScenarios = []scenarios.Scenario{{
	Name:   "grant.copy",
	Title:  "a granted page is mapped, and copied from and to",
	Doc:    "As grant.core with maps for writing alone, and copies between the page and one of B's, section by section, on both vCPUs.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(stepped)),
	Full:   full(gntops.Scope{Refs: 1, Frames: 2, Slots: 2, Handles: 2, Fronts: 1, Backs: 2}.Config(copying(stepped))),
	Alphabet: with(mapping(only(grant.HostMap), no), func(c *model.Config) []scenarios.Pattern {
		return bothWays(c, backs(c), refEnds(grant.DomF, 1), ownPage)
	}),
	Starts:  granted(grant.Made{}, 0),
	Spec:    25327,
	Differs: "the kernel's grants and ends are several accesses to shared memory here, copies go both ways, and claim and release two ends",
}, {
	Name:   "grant.copy-device",
	Title:  "a page is mapped for devices while it is copied",
	Doc:    "As grant.copy, with maps for devices alone.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 2}.Config(copying(grant.Config{})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(bothWays(c, b0, refEnds(grant.DomF, 1), ownPage),
			each(gntops.Map, backs(c), toF, refs(c), only(grant.DeviceMap, grant.DeviceMap|grant.MapReadonly), only(0), no, never),
			each(gntops.Unmap, backs(c), handles(c), only(gnttab.NoPlace), only(uint8(gnttab.RightBus)), no, never),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.XenStep, backs(c), never))
	},
	Starts: grantedTo(grant.Made{}, grant.Made{Sync: true}, 0),
}, {
	Name:   "grant.hostile-copy",
	Title:  "the granter changes the entry while it is mapped and copied",
	Doc:    "F has two pages, and stores to the frame and the flags of its entry whenever it likes. B maps it read-only, and copies.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(grant.Config{Steps: grant.StepMap | grant.StepUnmap, TLB: true, Untrusted: true})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(bothWays(c, b0, refEnds(grant.DomF, 1), only(gntops.PageEnd(2))),
			each(gntops.Map, b0, toF, refs(c), only(grant.HostMap|grant.MapReadonly), slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.GuestFrame, f0, refs(c), only(0, 1)),
			each(gntops.GuestFlags, f0, refs(c), only(0, grant.PermitAccess, grant.PermitAccess|grant.Readonly)),
			each(gntops.Decrease, f0, only(0, 1)),
			each(gntops.XenStep, b0, never))
	},
	Starts:  granted(grant.Made{Own: 2}, 0),
	Spec:    22800,
	Differs: "F stores to the flags too, and gives pages back",
}, {
	Name:   "grant.copy-parts",
	Title:  "parts of pages, in batches",
	Doc:    "Version 2: an entry for a part of a page, one for all of it. Calls of several copies keep what they have claimed, and are preempted; the pages may be paged out.",
	Config: gntops.Scope{Refs: 2, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1, Preempt: 1}.Config(copying(grant.Config{Tags: true, Untrusted: true})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		entries, page := refEnds(grant.DomF, 1, 2, grant.MaxRefs), only(gntops.PageEnd(1), gntops.PageEnd(grant.MaxGfns), uint8(gnttab.EndOf(gnttab.EndForeign, 0)), uint8(gnttab.EndOf(gnttab.EndNone, 0)))
		return []scenarios.Pattern{
			each(gntops.Copy, b0, entries, page, below(4), only(0, 1), only(0, 1)),
			each(gntops.Copy, b0, page, entries, anyRange, only(0, 1), only(0, 1)),
			each(gntops.Paging, toF, only(0), only(0, 1)),
			each(gntops.GuestFlags, f0, only(2), only(grant.PermitAccess, grant.PermitAccess|grant.SubPage, grant.PermitAccess|grant.Readonly)),
			each(gntops.SetVersion, f0, only(1, 2)),
			each(gntops.XenStep, only(grant.Back0, grant.Front0), never),
		}
	},
	Starts: []model.Start{gntops.Begin("a part and a page", grant.Start{F: grant.Made{HVM: true, Own: 1, Ver: 2}, B: grant.Made{Own: 1}, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestFlags.Of(grant.Front0, 1, grant.PermitAccess|grant.SubPage),
		gntops.GuestGrant.Of(grant.Front0, 2, grant.DomB, 0, 0))},
}, {
	Name:   "grant.paged-out",
	Title:  "a page that is to be copied is paged out",
	Doc:    "One page of a translated F is paged out and in; B copies from it, and F ends the grant.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(grant.Config{})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return append(bothWays(c, b0, refEnds(grant.DomF, 1), ownPage),
			each(gntops.Paging, toF, only(0), only(0, 1)),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.XenStep, b0, never))
	},
	Starts: granted(grant.Made{HVM: true}, 0),
}, {
	Name:   "grant.transitive",
	Title:  "what C has granted to F, F grants to B",
	Doc:    "Version 2: a transitive entry of F leads to an entry of C. Two vCPUs of B copy through it, between it and itself too; F stores to its flags meanwhile and C ends its grant.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(grant.Config{Untrusted: true})),
	Full:   full(gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 2}.Config(copying(grant.Config{Untrusted: true}))),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		end := refEnds(grant.DomF, 1)
		return append(bothWays(c, backs(c), end, ownPage),
			each(gntops.Copy, backs(c), end, end, part, no, never),
			each(gntops.GuestFlags, f0, refs(c), only(0, grant.Transitive)),
			each(gntops.GuestEnd, only(grant.Third0), refs(c)),
			each(gntops.SetVersion, f0, only(1, 2)),
			each(gntops.XenStep, append(backs(c), grant.Front0, grant.Third0), never))
	},
	Starts: transit,
}, {
	Name:   "grant.restart",
	Title:  "a copy has to be made again",
	Doc:    "As grant.transitive, with nothing but copies from the entry, on two vCPUs of B: one of them finds that the other has pinned it meanwhile.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 2}.Config(copying(grant.Config{})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Copy, backs(c), refEnds(grant.DomF, 1), ownPage, part, no, never),
			each(gntops.GuestEnd, only(grant.Third0), refs(c)),
			each(gntops.XenStep, append(backs(c), grant.Third0), never),
		}
	},
	Starts: transit,
}, {
	Name:   "grant.restart-both",
	Title:  "a copy from a transitive grant has to be made again while another one writes",
	Doc:    "As grant.restart, where one vCPU of B copies from the entry, and the other one to it.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 2}.Config(copying(grant.Config{})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Copy, b0, refEnds(grant.DomF, 1), ownPage, part, no, never),
			each(gntops.Copy, only(grant.Back1), ownPage, refEnds(grant.DomF, 1), part, no, never),
			each(gntops.XenStep, backs(c), never),
		}
	},
	Starts: transit,
}, {
	Name:   "grant.hostile-v2",
	Title:  "the granter changes the kind of an entry while it is mapped and copied",
	Doc:    "Version 2: F stores permit_access, transitive and sub_page to its entry whenever it likes. B maps it read-only, and copies; copies of more than one element keep their claims.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(grant.Config{Steps: grant.StepMap, Untrusted: true})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		end := refEnds(grant.DomF, 1)
		return append(bothWays(c, b0, end, ownPage),
			each(gntops.Copy, b0, end, end, anyRange, only(0, 1), never),
			each(gntops.Map, b0, toF, refs(c), only(grant.HostMap|grant.MapReadonly), slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.GuestFlags, f0, refs(c), only(0, grant.Transitive, grant.PermitAccess, grant.PermitAccess|grant.SubPage)),
			each(gntops.GuestFrame, f0, refs(c), only(0, 1)),
			each(gntops.XenStep, b0, never))
	},
	Starts: transit,
}, {
	Name:   "grant.transfer",
	Title:  "a page is given away while others know it",
	Doc:    "F transfers its page to C, which accepts it, section by section. B has a grant of the page and maps it; the page may have a type that was validated.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepTransfer | grant.StepUnmap, TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Transfer, f0, only(0, grant.NoGfn), only(grant.DomC, grant.NumDomains), only(1, grant.MaxRefs), no, never),
			each(gntops.GuestAccept, only(grant.Third0), refs(c), toF, only(0)),
			each(gntops.Descriptors, f0, only(0)),
			each(gntops.Map, b0, toF, refs(c), only(grant.HostMap), slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.Access, b0, slots(c), only(0, 1)),
			each(gntops.Take, only(0)),
			each(gntops.XenStep, only(grant.Front0, grant.Back0), never),
		}
	},
	Starts: []model.Start{gntops.Begin("granted", grant.Start{F: grant.Made{Own: 1}, B: grant.Made{}, C: grant.Made{Spare: 1}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestAccept.Of(grant.Third0, 1, grant.DomF, 0))},
}, {
	Name:   "grant.transfer-hvm",
	Title:  "a translated domain's page, which its device model maps",
	Doc:    "F is translated; B, its device model, may map its pages by mmu_update, and need not flush. F transfers a page to C.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Transfer, f0, only(0), only(grant.DomC), only(1), no, never),
			each(gntops.MMUUpdate, b0, slots(c), only(0, uint8(page.To(0, page.RO)), uint8(page.To(0, page.RW)))),
			each(gntops.Access, b0, slots(c), only(0, 1)),
		}
	},
	Starts: []model.Start{gntops.Begin("accepted", grant.Start{F: grant.Made{HVM: true, Own: 1}, B: grant.Made{Priv: true}, C: grant.Made{Spare: 1}},
		gntops.GuestAccept.Of(grant.Third0, 1, grant.DomF, 0))},
}}
