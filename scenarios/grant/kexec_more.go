package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// under has a hand-over of its own.
func under(h grant.Handover, r grant.Reset) func(c *grant.Config) {
	return func(c *grant.Config) { c.Handover, c.Reset = h, r }
}

// shared is shared_info, PIRQs, and pages that somebody else takes.
func shared(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.MapShinfo, f0, only(1, 2, grant.NoGfn)), each(gntops.UpdateShinfo), each(gntops.KernelUse, f0, only(1)),
		each(gntops.MapPIRQ, f0, only(0), only(0, 1)), each(gntops.GuestEnd, f0, refs(c)),
		each(gntops.Take, frames(c)),
	}
}

// troubles are what a driver's maps and unmaps can fail by.
func troubles(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.DriverConnect, b0, append(refs(c), grant.High), slots(c), onOff, onOff),
		each(gntops.DriverRequest, b0, refs(c)),
		each(gntops.DriverAccess, b0, refs(c), onOff, onOff),
		each(gntops.DriverFinish, b0, refs(c)),
		each(gntops.DriverDisconnect, b0, refs(c)),
		each(gntops.MMUUpdate, b0, slots(c), only(0)),
		each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
		each(gntops.Paging, toF, only(0), onOff),
		each(gntops.Decrease, f0, only(0)),
		each(gntops.Destroy, only(grant.DomF, grant.DomB), never),
	}
}

// designScenarios are about hand-overs other than the baseline's, and about drivers.
var designScenarios = []scenarios.Scenario{
	{
		Name:   "grant.kexec-flag",
		Title:  "kexec is refused after unsafe operations",
		Doc:    "As grant.kexec-leftovers, with kexec_is_safe tested at load and exec (GR-V5); K1 may also map shared_info, where nothing is mapped.",
		Config: kexec(1, 6, 1, under(grant.V5, grant.NoReset)),
		Starts: []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: with(with(with(leaving, leftovers), crashes), func(*model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{each(gntops.MapShinfo, f0, only(1))}
		}),
	},
	{
		Name:     "grant.kexec-reset",
		Title:    "K2 begins with GNTTABOP_reset",
		Doc:      "As grant.kexec-leftovers, with a GNTTABOP_reset that unmaps everything (GR-T1), which K2 makes first.",
		Config:   kexec(1, 6, 1, under(grant.V0, grant.R1)),
		Starts:   []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: with(with(leaving, leftovers), crashes),
	},
	{
		Name:     "grant.kexec-soft",
		Title:    "a soft reset puts a page where shared_info was",
		Doc:      "As grant.kexec-shinfo, with a soft reset (GR-V3), and pages that somebody else takes; F may be PV, too.",
		Config:   kexec(1, 5, 1, under(grant.V3, grant.NoReset)),
		Starts:   []model.Start{give("for writing", 0), gntops.Begin("PV", grant.Start{F: grant.Made{Own: 2, Spare: 2}, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}}, grantedAt(1, 0))},
		Alphabet: with(leaving, shared),
	},
	{
		Name:     "grant.kexec-full",
		Title:    "no page is free",
		Doc:      "As grant.kexec-wait, where the heap has no page; the backend has two of its own.",
		Config:   kexec(1, 4, 1),
		Starts:   []model.Start{gives("for writing", grant.Made{Own: 2})},
		Alphabet: with(with(leaving, serving(yes, no)), endings),
	},
	{
		Name:     "grant.kexec-whole",
		Title:    "no page is free, and revocation is one step",
		Doc:      "As grant.kexec-full, where nobody comes between the sections of a revocation.",
		Config:   kexec(1, 4, 1, func(c *grant.Config) { c.Steps = 0 }),
		Starts:   []model.Start{gives("for writing", grant.Made{Own: 2})},
		Alphabet: with(with(leaving, serving(yes, no)), endings),
	},
	{
		Name:   "grant.kexec-others",
		Title:  "Xen's own pages come in the place of those that a kernel has granted",
		Doc:    "A revocation as in GR-V9: a new page for each mapping that writes, one for all that read. The backend loads and stores at any time, makes no requests, may map twice, and is destroyed; CPUs cache what they use.",
		Config: kexec(1, 7, 2, under(grant.V9, grant.NoReset), cached),
		Starts: []model.Start{give("for writing", 0), give("for reading", 1)},
		Alphabet: with(leaving, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.DriverConnect, b0, refs(c), slots(c), onOff, no),
				each(gntops.DriverAccess, b0, refs(c), onOff, onOff),
				each(gntops.DriverDisconnect, b0, refs(c)),
				each(gntops.KernelUse, f0, only(0)),
				each(gntops.Destroy, only(grant.DomB), never),
			}
		}),
	},
	{
		Name:   "grant.kexec-cached",
		Title:  "K1's CPU has cached what K1 has mapped",
		Doc:    "F maps a grant of B's, loads and stores there and in its own memory, and may make GNTTABOP_reset (GR-T1), which K2 makes first; CPUs cache what they use, and handles are on lists.",
		Config: kexec(1, 6, 2, under(grant.V0, grant.R1), cached, func(c *grant.Config) { c.Lists, c.PerPage = true, 2 }),
		Starts: []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: with(leaving, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.Map, f0, toB, refs(c), only(grant.HostMap), only(1), no, never),
				each(gntops.Unmap, f0, only(0), only(1), no, no, never),
				each(gntops.Access, f0, only(0, 1), onOff),
				each(gntops.GnttabReset, f0),
				each(gntops.XenStep, f0, never),
				each(gntops.KernelUse, f0, only(0, 1)),
				each(gntops.GuestEnd, b0, refs(c)),
			}
		}),
	},
	{
		Name:     "grant.kexec-pv",
		Title:    "a PV kernel gives way",
		Doc:      "As grant.kexec-wait, where F is a PV domain and the design gives a kernel other pages (GR-V12): its pages are known to it by their frames.",
		Config:   kexec(1, 5, 1, under(grant.V12, grant.NoReset)),
		Starts:   []model.Start{gntops.Begin("PV", grant.Start{F: grant.Made{Own: 2, Spare: 2}, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}}, grantedAt(1, 0))},
		Alphabet: with(with(leaving, serving(yes, no)), endings),
	},
	{
		Name:   "grant.driver",
		Title:  "a driver's maps and unmaps fail",
		Doc:    "One handle of a PV backend, whose kernel changes page-table entries and unmaps beside the driver; F's page is paged out, or given back, and either domain is destroyed.",
		Config: gntops.Scope{Refs: grant.High, Frames: 2, Slots: 2, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Tags: true}),
		Starts: []model.Start{gntops.Begin("translated", grant.Start{F: grant.Made{HVM: true, Own: 1, Ver: 2}, C: grant.Made{Absent: true}}, grantedAt(1, 0))},
		Except: map[string]string{
			"GR-I10": "the driver's own kernel takes the mapping away",
			"GR-I22": "the driver's own kernel takes the mapping away, or F is gone",
		},
		Alphabet: troubles,
	},
}
