package grant

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/scenarios"
)

// answers are the invariants that are asked where calls fail in ways that only their
// results tell.
var answers = []string{"GR-R1", "GR-R2", "GR-I21", "GR-I24", "GR-I26"}

// cornerScenarios have results that no other scenario comes to in a search.
var cornerScenarios = []scenarios.Scenario{{
	Name:     "grant.refused-copy",
	Title:    "copies that fail, made at once",
	Doc:      "B and C copy by two entries of F, a page and what C has granted; C maps too; F stores to their fields, and gives the page a type.",
	Config:   gntops.Scope{Refs: 2, Frames: 4, Slots: 1, Handles: 1, Fronts: 1, Backs: 2}.Config(grant.Config{Untrusted: true}),
	Alphabet: refusedCopies,
	Starts: []model.Start{gntops.Begin("a page and a transitive grant", grant.Start{
		F: grant.Made{Ver: 2, Own: 2}, B: grant.Made{Own: 1}, C: grant.Made{Own: 1, Ver: 2},
	}, gntops.GuestGrant.Of(grant.Third0, 1, grant.DomF, 3, 0), gntops.GuestGrant.Of(grant.Third0, 2, grant.DomF, 3, 0), gntops.GuestTransitive.Of(grant.Front0, 2, grant.DomB, grant.DomC, 1),
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))},
	Goals: []scenarios.Goal{answered("grant.refused-copy/again", "an element has to be made again", gntops.Copy, errno.ERESTART)},
}, {
	Name:   "grant.refused-dead",
	Title:  "a copy by an entry whose domain is dead",
	Doc:    "B has a page of F's mapped, by which F is still known when it is dead, and copies.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.Copy, b0, refEnds(grant.DomF, 1), ownPage, part, no, never),
			each(gntops.Destroy, toF, never),
		}
	},
	Starts: granted(grant.Made{}, 0),
	Goals:  []scenarios.Goal{answered("grant.refused-dead/gone", "the page is not to be had", gntops.Copy, grant.BadDomain)},
}, {
	Name:     "grant.refused-map",
	Title:    "maps and unmaps that fail, made at once",
	Doc:      "F stores beyond its table; the IOMMU's tables cannot be changed at times; transfers are turned off.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Untrusted: true, NoTransfer: true}),
	Alphabet: refusedMaps,
	Starts: []model.Start{gntops.Begin("granted", grant.Start{F: grant.Made{Own: 1, Tables: 2}, B: grant.Made{Sync: true}, C: grant.Made{}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))},
	Goals: []scenarios.Goal{answered("grant.refused-map/iommu", "an unmap fails when the mapping is gone", gntops.Unmap, grant.GeneralError)},
}, {
	Name:   "grant.refused-steps",
	Title:  "maps and unmaps that fail, section by section",
	Doc:    "As grant.refused-map, with the sections of maps and unmaps, and calls of several elements.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Untrusted: true, Steps: grant.StepMap | grant.StepUnmap}),
	Except: map[string]string{"GR-I7": noIOMMU},
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, only(grant.Back0, grant.Third0), toF, only(1), only(grant.DeviceMap, grant.HostMap|grant.DeviceMap), only(0), no, never),
			each(gntops.Unmap, b0, handles(c), only(gnttab.NoPlace), only(uint8(gnttab.RightBus)), onOff, never),
			each(gntops.GuestDomid, f0, only(1), toAll),
			each(gntops.IOMMU, onOff),
			each(gntops.XenStep, only(grant.Back0, grant.Third0), never),
		}
	},
	Starts: []model.Start{gntops.Begin("granted", grant.Start{F: grant.Made{Own: 1}, B: grant.Made{Sync: true, Priv: true}, C: grant.Made{}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))},
	Goals: []scenarios.Goal{answered("grant.refused-steps/pinned", "a map finds the entry pinned by another domain", gntops.XenStep, grant.GeneralError)},
}, {
	Name:   "grant.refused-transfer",
	Title:  "transfers that fail, made at once",
	Doc:    "F, which has a device, transfers pages to C, which is translated and wants them where it has room, or has none; calls of several elements, preempted or not.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1, Preempt: 1}.Config(grant.Config{}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Transfer, f0, frames(c), only(grant.DomC), only(1), onOff, below(c.Preempt+1)),
			each(gntops.GuestAccept, only(grant.Third0), only(1), toF, only(0, grant.NoGfn)),
			each(gntops.IOMMU, onOff),
		}
	},
	Starts: []model.Start{gntops.Begin("two pages", grant.Start{F: grant.Made{Own: 2, Sync: true}, B: grant.Made{}, C: grant.Made{HVM: true, Spare: 2}})},
	Goals:  []scenarios.Goal{answered("grant.refused-transfer/place", "the page is C's, and nowhere in its p2m", gntops.Transfer, grant.GeneralError)},
}, {
	Name:   "grant.refused-connect",
	Title:  "a driver finds no handle",
	Doc:    "Maptrack's lists with two entries, of which one has to stay; a driver that maps two grants.",
	Config: gntops.Scope{Refs: 2, Frames: 2, Slots: 2, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Lists: true, PerPage: 2, Tags: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.DriverConnect, b0, refs(c), slots(c), no, no),
			each(gntops.DriverDisconnect, b0, refs(c)),
		}
	},
	Starts: []model.Start{gntops.Begin("two grants", grant.Start{F: grant.Made{Own: 2}, C: grant.Made{Absent: true}}, grantedAt(1, 0), grantedAt(2, 1))},
	Goals:  []scenarios.Goal{answered("grant.refused-connect/full", "no list has an entry", gntops.DriverConnect, grant.NoSpace)},
}, {
	Name:       "grant.refused-version",
	Title:      "tables and their frames, at once",
	Doc:        "F is translated, and maps a grant of B's and frames of its table at the same gfns, and may give such a frame back; the toolstack holds a status frame; Xen's heap has no memory at times.",
	Config:     gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Untrusted: true}),
	Invariants: tableAnswers,
	Alphabet:   refusedVersions,
	Starts:     versionStarts,
	Goals: []scenarios.Goal{answered("grant.refused-version/held", "the status frame is held", gntops.SetVersion, errno.EBUSY),
		answered("grant.refused-version/given", "a frame that was given back is not mapped again", gntops.Space, errno.EBUSY)},
}, {
	Name:       "grant.refused-frames",
	Title:      "tables and their frames, section by section",
	Doc:        "As grant.refused-version, with the sections of changes of the version and XENMAPSPACE_grant_table.",
	Config:     gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Untrusted: true, Steps: grant.StepVersion}),
	Invariants: tableAnswers,
	Alphabet:   refusedVersions,
	Starts:     versionStarts,
	Goals:      []scenarios.Goal{answered("grant.refused-frames/taken", "a grant is where the frame is to be", gntops.XenStep, errno.ENXIO)},
}}

// tableAnswers are those about tables.
var tableAnswers = append([]string{"GR-I15", "GR-I16", "GR-I25"}, answers...)

// refusedCopies are copies, and what makes them fail.
func refusedCopies(c *model.Config) []scenarios.Pattern {
	ends, pages := refEnds(grant.DomF, 1, 2), only(gntops.PageEnd(2), gntops.PageEnd(3))
	by := only(grant.Back0, grant.Third0)
	return []scenarios.Pattern{
		each(gntops.Copy, by, ends, pages, anyRange, no, never),
		each(gntops.Copy, b0, refEnds(grant.DomF, 2), pages, part, only(1), never),
		each(gntops.Copy, by, pages, ends, part, no, never),
		each(gntops.Copy, only(grant.Back1), refEnds(grant.DomF, 2), only(gntops.PageEnd(2)), part, no, never),
		each(gntops.Map, b0, toF, only(1), only(grant.HostMap|grant.MapReadonly), slots(c), no, never),
		each(gntops.GuestFlags, f0, only(1), only(grant.PermitAccess, grant.PermitAccess|grant.SubPage)),
		each(gntops.GuestFrame, f0, only(1, 2), only(1, 2)),
		each(gntops.GuestDomid, f0, only(1), toAll),
		each(gntops.Descriptors, f0, only(0)),
		each(gntops.Map, only(grant.Third0), toF, only(1), only(grant.HostMap|grant.MapReadonly), slots(c), no, never),
	}
}

// refusedMaps are maps that fail, and what else is asked of tables and pages.
func refusedMaps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Map, b0, toF, only(1), only(grant.DeviceMap, grant.HostMap), slots(c), no, never),
		each(gntops.Unmap, b0, handles(c), only(0, gnttab.NoPlace), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus)), no, never),
		each(gntops.Replace, b0, handles(c), slots(c), only(gnttab.NoPlace), no, never),
		each(gntops.MMUUpdate, b0, only(gnttab.NoPlace), no),
		each(gntops.GuestDomid, f0, only(3, grant.MaxRefs), toAll),
		each(gntops.GuestFlags, f0, only(3, grant.MaxRefs), no),
		each(gntops.GuestFrame, f0, only(3, grant.MaxRefs), no),
		each(gntops.GuestTransitive, f0, only(3, grant.MaxRefs), toB, only(grant.DomC), only(1)),
		each(gntops.Transfer, f0, only(0), only(grant.DomC), only(1), no, never),
		each(gntops.IOMMU, onOff),
	}
}

// versionStarts is F with a grant of B's.
var versionStarts = []model.Start{gntops.Begin("B grants", grant.Start{
	F: grant.Made{HVM: true, Own: 1, Tables: 2}, B: grant.Made{Own: 1}, C: grant.Made{Absent: true},
}, gntops.GuestGrant.Of(grant.Back0, 1, grant.DomF, 1, 0))}

// refusedVersions are calls about the frames of a table.
func refusedVersions(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.SetVersion, f0, versions),
		each(gntops.Space, f0, statusFrame, only(1, 2, grant.NoGfn)),
		each(gntops.Space, f0, only(0), only(2)),
		each(gntops.Map, f0, toB, only(1), only(grant.HostMap), only(1), no, never),
		each(gntops.Unmap, f0, only(0), only(1), no, no, never),
		each(gntops.HoldFrame, only(grant.Tool), statusFrame),
		each(gntops.DropFrame, only(grant.Tool), statusFrame),
		each(gntops.Decrease, f0, only(2)),
		each(gntops.Heap, onOff),
		each(gntops.SetupTable, f0, toF, only(2)),
		each(gntops.GuestTransitive, f0, only(1), toB, only(grant.DomC), only(1)),
		each(gntops.Swap, f0, only(1), only(1), no, never),
		each(gntops.XenStep, f0, never),
	}
}
