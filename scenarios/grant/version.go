package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/scenarios"
)

// fronts lists F's vCPUs.
func fronts(c *model.Config) (list []uint8) {
	for v := range gntops.Conf(c).Fronts {
		list = append(list, grant.Front0+v)
	}
	return list
}

var (
	versions    = only(1, 2)
	statusFrame = only(uint8(grant.FirstStatus))
	switching   = grant.Config{Steps: grant.StepVersion, Untrusted: true}
)

// tables changes the version, and has the status frame at two gfns.
func tables(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.SetVersion, fronts(c), versions),
		each(gntops.Space, fronts(c), statusFrame, only(1, 2)),
		each(gntops.XenStep, fronts(c), never),
	}
}

// alone is a translated F with one page, alone.
func alone(f grant.Made, do ...model.Op) []model.Start {
	f.Own = 1
	return []model.Start{gntops.Begin("F alone", grant.Start{F: f, B: grant.Made{}, C: grant.Made{Absent: true}}, do...)}
}

// versionScenarios are about layouts, and where the frames of a table are.
var versionScenarios = []scenarios.Scenario{{
	Name:     "grant.version",
	Title:    "two vCPUs change the version, and map the status frame",
	Doc:      "Changes of the version and XENMAPSPACE_grant_table of the status frame, at two gfns, on two vCPUs, section by section.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 2, Backs: 1}.Config(switching),
	Alphabet: tables,
	Starts:   alone(grant.Made{HVM: true}),
	Spec:     761,
}, {
	Name:   "grant.version-map",
	Title:  "and a reserved entry is mapped meanwhile",
	Doc:    "As grant.version with one vCPU of F, while B maps by a reserved reference, which may be in use; the map may fail at its end.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepVersion | grant.StepMap}),
	Alphabet: with(tables, func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, only(0, 1), only(grant.HostMap|grant.MapReadonly), only(0, gnttab.NoPlace), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.XenStep, b0, never),
		}
	}),
	Starts: alone(grant.Made{HVM: true}, gntops.GuestGrant.Of(grant.Front0, 0, grant.DomB, 0, 0)),
	Spec:   1068,
}, {
	Name:   "grant.version-transfer",
	Title:  "and a page is transferred meanwhile",
	Doc:    "As grant.version with one vCPU of F, which has an entry for a page of C; C transfers it, section by section.",
	Config: gntops.Scope{Refs: 3, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepVersion | grant.StepTransfer, Untrusted: true}),
	Alphabet: with(tables, func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Transfer, only(grant.Third0), only(0), toF, only(1, 3), no, never),
			each(gntops.GuestAccept, f0, only(1, 3), only(grant.DomC), only(2)),
			each(gntops.XenStep, only(grant.Third0), never),
		}
	}),
	Starts: []model.Start{gntops.Begin("C has a page", grant.Start{F: grant.Made{HVM: true, Spare: 1}, B: grant.Made{}, C: grant.Made{Own: 1}})},
	Spec:   726,
}, {
	Name:   "grant.version-accept",
	Title:  "and the version is as it was when a page has come",
	Doc:    "As grant.version-transfer, at first in either version, where F has accepted a page and stores nothing; it changes the version at once.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepTransfer}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.SetVersion, f0, versions),
			each(gntops.Transfer, only(grant.Third0), only(1), toF, refs(c), no, never),
			each(gntops.XenStep, only(grant.Third0), never),
		}
	},
	Starts: []model.Start{accepting("version 1", 1), accepting("version 2", 2)},
}, {
	Name:   "grant.version-store",
	Title:  "entries are written while the version changes",
	Doc:    "Two vCPUs of F change the version; a grant is made meanwhile.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 2, Backs: 1}.Config(switching),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.SetVersion, fronts(c), below(4)),
			each(gntops.GuestFlags, fronts(c), only(0, 1), only(grant.PermitAccess, grant.Transitive)),
			each(gntops.GuestFrame, f0, only(0), only(0, grant.BigFrame)),
			each(gntops.XenStep, fronts(c), never),
		}
	},
	Starts: alone(grant.Made{HVM: true}),
}, {
	Name:   "grant.version-twice",
	Title:  "two vCPUs ask for the same version",
	Doc:    "Two vCPUs of F ask for version 2, and write an entry.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 2, Backs: 1}.Config(switching),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.SetVersion, fronts(c), only(2)),
			each(gntops.GuestFlags, fronts(c), only(0, 1), only(0, grant.PermitAccess)),
			each(gntops.XenStep, fronts(c), never),
		}
	},
	Starts: alone(grant.Made{HVM: true}),
}, {
	Name:   "grant.version-pv",
	Title:  "a PV domain and the toolstack map the frames of a table",
	Doc:    "F, which is PV, maps its table's frames by page-table entries, with references; the version changes.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 2, Backs: 1}.Config(switching),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.SetVersion, fronts(c), versions),
			each(gntops.HoldFrame, only(grant.Front0, grant.Tool), below(grant.MaxTables)),
			each(gntops.DropFrame, only(grant.Front0, grant.Tool), below(grant.MaxTables)),
			each(gntops.SetupTable, only(grant.Front0, grant.Back0, grant.Tool), only(grant.DomF, grant.NumDomains), below(4)),
			each(gntops.QuerySize, only(grant.Front0, grant.Back0), only(grant.DomF, grant.NumDomains)),
			each(gntops.StatusFrames, only(grant.Front0, grant.Back0), only(grant.DomF, grant.NumDomains), below(3)),
			each(gntops.GetVersion, only(grant.Front0, grant.Back0), only(grant.DomF, grant.NumDomains)),
			each(gntops.Space, f0, statusFrame, only(1)),
			each(gntops.CacheFlush, f0),
			each(gntops.XenStep, fronts(c), never),
		}
	},
	Starts: alone(grant.Made{Tables: 2}),
}, {
	Name:   "grant.swap",
	Title:  "entries are exchanged",
	Doc:    "F exchanges entries, of both layouts, while B maps.",
	Config: gntops.Scope{Refs: 3, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1, Preempt: 1}.Config(grant.Config{}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Swap, f0, only(1, 2, 3, grant.MaxRefs), only(1, 2, 3, grant.MaxRefs), only(0, 1), only(0, 1)),
			each(gntops.Map, b0, toF, only(1, 2, 3), only(grant.HostMap|grant.MapReadonly), slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.SetVersion, f0, versions),
		}
	},
	Starts: alone(grant.Made{}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 1)),
}, {
	Name:   "grant.version-end",
	Title:  "a reserved grant that is in use is ended, and the version changes",
	Doc:    "As grant.version-map, made at once; F's kernel ends the reserved grant, and may make it again.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.SetVersion, f0, versions),
			each(gntops.GuestGrant, f0, only(0), toB, only(0), onOff),
			each(gntops.GuestEnd, f0, only(0)),
			each(gntops.Map, b0, toF, only(0), hostOnly, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.Access, b0, slots(c), onOff),
		}
	},
	Starts: alone(grant.Made{HVM: true, Ver: 2}, gntops.GuestGrant.Of(grant.Front0, 0, grant.DomB, 0, 0)),
}, {
	Name:   "grant.swap-transitive",
	Title:  "entries are exchanged while a copy follows one of them",
	Doc:    "As grant.restart with one vCPU of B, while F exchanges its entries.",
	Config: gntops.Scope{Refs: 2, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(copying(grant.Config{})),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Copy, b0, refEnds(grant.DomF, 1, 2), ownPage, part, no, never),
			each(gntops.Swap, f0, only(1), only(2), no, never),
			each(gntops.GuestEnd, only(grant.Front0, grant.Third0), refs(c)),
			each(gntops.XenStep, b0, never),
		}
	},
	Starts: transit,
}}

// accepting is a PV F that has a page, and accepts one of C's.
func accepting(name string, ver uint8) model.Start {
	return gntops.Begin(name, grant.Start{F: grant.Made{Own: 1, Spare: 1, Ver: ver}, B: grant.Made{}, C: grant.Made{Own: 1}},
		gntops.GuestAccept.Of(grant.Front0, 1, grant.DomC, 0))
}
