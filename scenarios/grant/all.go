package grant

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
	"hvcheck/scenarios"
)

// Everything at once.
var allScenarios = []scenarios.Scenario{{
	Name:     "grant.all",
	Title:    "everything at once",
	Doc:      "Every operation, by two vCPUs of F, two of B, C and the toolstack, on six frames: domains that are PV and have devices, translated ones, both layouts, and a grant of C's that F passes on. There are too many states for a search to the end; sampling goes further, with some of the operations and of the options at a time.",
	Config:   gntops.Scope{Refs: 3, Frames: 6, Slots: 2, Handles: 4, Fronts: 2, Backs: 2, Preempt: 1}.Config(grant.Config{Handover: grant.V11}),
	Depth:    1,
	Options:  allOptions,
	Starts:   everything,
	Alphabet: allOps,
}}

// option is one that changes the configuration.
func option(name, doc string, set func(c *grant.Config)) scenarios.Option {
	return scenarios.Option{Name: name, Doc: doc, Set: func(c *model.Config) { set(gntops.Conf(c)) }}
}

// sections are the options by which work goes section by section.
func sections() (list []scenarios.Option) {
	for _, s := range gntops.Sections {
		list = append(list, option(s.Name, s.Doc, func(c *grant.Config) { c.Steps |= s.Steps }))
	}
	return list
}

var allOptions = slices.Concat(sections(), []scenarios.Option{
	option("retries", "maps go section by section, and look at an entry, set its status and read its frame in sections of their own", func(c *grant.Config) { c.Steps, c.Retries = c.Steps|grant.StepMap, true }),
	option("tlb", "CPUs cache translations", func(c *grant.Config) { c.TLB = true }),
	option("lists", "maptrack's free lists, in pages of two", func(c *grant.Config) { c.Lists, c.PerPage = true, 2 }),
	option("limit", "pins are counted to two", func(c *grant.Config) { c.PinLimit = 2 }),
	option("blocks", "unmaps are flushed one by one", func(c *grant.Config) { c.Block = 1 }),
	option("no-transfer", "gnttab=no-transfer", func(c *grant.Config) { c.NoTransfer = true }),
	option("no-transitive", "gnttab=no-transitive", func(c *grant.Config) { c.NoTransitive = true }),
	{Name: "hostile", Doc: "F's kernel stores to its entries as it likes", Set: func(c *model.Config) { gntops.Conf(c).Untrusted = true }, More: allHostile, Except: map[string]string{
		"GR-I8": anyEntry, "GR-I9": anyEntry, "GR-I11": anyEntry, "GR-I12": anyEntry, "GR-I19": anyEntry, "GR-I20": "a reserved entry that version 1 has no form for keeps version 2 in force",
	}},
	{Name: "lives", Doc: "kernels of F follow one another, and B's driver serves their grants, instead of calls that it would know of; what is in pages is known",
		Set: func(c *model.Config) { gntops.Conf(c).Tags = true }, More: allLives,
		Less: []*model.Spec{gntops.Map, gntops.Unmap, gntops.Replace, gntops.MMUUpdate, gntops.Transfer, gntops.Copy, gntops.GuestGrant, gntops.Decrease, gntops.Populate, gntops.HoldFrame, gntops.Access, gntops.DMA}},
	{Name: "crowd", Doc: "kernels follow one another, or crash, and B's driver serves their grants, whatever else is called", More: allCrowd, Except: map[string]string{
		"GR-I4": crowded, "GR-I5": crowded, "GR-I8": crowded, "GR-I9": crowded, "GR-I10": crowded, "GR-I11": crowded, "GR-I12": crowded, "GR-I19": crowded, "GR-I20": crowded, "GR-I22": crowded,
	}},
	{Name: "soft-reset", Doc: "a kernel is followed by a soft reset, where active grants are only logged", Set: func(c *model.Config) { gntops.Conf(c).Handover = grant.V3 }, Except: map[string]string{
		"GR-I4": logged, "GR-I5": logged, "GR-I8": logged, "GR-I9": logged, "GR-I11": logged, "GR-I12": logged, "GR-I19": logged, "GR-I20": logged,
	}},
	{Name: "gnttab-reset", Doc: "there is GNTTABOP_reset, which ends all of a domain's mappings", Set: func(c *model.Config) { gntops.Conf(c).Reset = grant.R1 }, Except: map[string]string{
		"GR-I10": "B resets itself, and its own driver with that", "GR-I22": "B resets itself, and its own driver with that",
	}},
	{Name: "no-heap", Doc: "Xen's heap is empty at times", More: func(*model.Config) []scenarios.Pattern { return []scenarios.Pattern{each(gntops.Heap, onOff)} }},
	{Name: "no-iommu", Doc: "the IOMMU's tables cannot be changed at times; unmaps go section by section",
		Set:  func(c *model.Config) { gntops.Conf(c).Steps |= grant.StepUnmap },
		More: func(*model.Config) []scenarios.Pattern { return []scenarios.Pattern{each(gntops.IOMMU, onOff)} },
		Less: []*model.Spec{gntops.DriverDisconnect}, Except: map[string]string{"GR-I7": noIOMMU}},
	{Name: "tags", Doc: "what is in pages is known", Set: func(c *model.Config) { gntops.Conf(c).Tags = true }},
	{Name: "deaths", Doc: "domains are destroyed", More: allDeaths},
})

// Reasons.
const (
	noIOMMU  = "a domain that may do everything outlives a failure of its IOMMU"
	anyEntry = "a kernel that stores to its entries grants what it has not meant to"
	logged   = "K2 takes no account of what K1 has granted, and uses its memory and its references"
	crowded  = "domains make calls behind the backs of their own drivers and kernels"
)

// everything are the starts.
var everything = []model.Start{
	gntops.Begin("PV, with devices", grant.Start{
		F: grant.Made{Own: 2, Spare: 1}, B: grant.Made{Own: 1, Sync: true}, C: grant.Made{Own: 1, Sync: true, Spare: 1},
	}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestGrant.Of(grant.Front0, 2, grant.DomB, 1, 1)),
	gntops.Begin("F is translated, B may map everything", grant.Start{
		F: grant.Made{HVM: true, Own: 3, Spare: 3, Tables: 2}, B: grant.Made{Own: 1, Priv: true}, C: grant.Made{Own: 1, Spare: 1, Sync: true},
	}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestGrant.Of(grant.Front0, 0, grant.DomB, 2, 0)),
	gntops.Begin("all are translated", grant.Start{
		F: grant.Made{HVM: true, Own: 2, Spare: 2}, B: grant.Made{HVM: true, Own: 1, Spare: 1}, C: grant.Made{HVM: true, Own: 1, Spare: 1},
	}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestGrant.Of(grant.Front0, 2, grant.DomC, 1, 0)),
	gntops.Begin("version 2, transitive", grant.Start{
		F: grant.Made{Ver: 2, Own: 1, Tables: 2}, B: grant.Made{Own: 1, Sync: true}, C: grant.Made{Own: 1, Ver: 2},
	}, gntops.GuestGrant.Of(grant.Third0, 1, grant.DomF, 2, 0), gntops.GuestTransitive.Of(grant.Front0, 2, grant.DomB, grant.DomC, 1),
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0)),
	gntops.Begin("F is PV, the others are translated", grant.Start{
		F: grant.Made{Own: 2, Spare: 1}, B: grant.Made{HVM: true, Own: 1, Spare: 1}, C: grant.Made{HVM: true, Own: 1, Spare: 1},
	}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0), gntops.GuestGrant.Of(grant.Front0, 2, grant.DomC, 1, 1)),
	gntops.Begin("F is translated and has version 1 only, B has a device", grant.Start{
		F: grant.Made{HVM: true, Own: 2, Spare: 3, MaxVer: 1}, B: grant.Made{Sync: true, Spare: 1}, C: grant.Made{Absent: true},
	}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0)),
}

// Operands of many operations.
var (
	mappers  = only(grant.Front0, grant.Back0, grant.Back1, grant.Third0)
	kernels  = only(grant.Front0, grant.Front1, grant.Back0, grant.Third0)
	anybody  = only(grant.Front0, grant.Front1, grant.Back0, grant.Back1, grant.Third0, grant.Tool)
	domains  = below(grant.NumDomains)
	orNobody = below(grant.NumDomains + 1)
	everyBus = only(uint8(gnttab.NoBus), uint8(gnttab.RightBus), uint8(gnttab.WrongBus))
)

// places are slots, gfns and no address at all.
func places(c *model.Config) []uint8 { return append(slots(c), grant.MaxSlots, gnttab.NoPlace) }

// gfns are those of all kinds of domains.
func gfns(c *model.Config) []uint8 { return append(frames(c), grant.NoGfn) }

func preempts(c *model.Config) []uint8 { return below(c.Preempt + 1) }

// entries of a table, and one beyond.
var entries = only(0, 1, 2, 3, grant.MaxRefs)

// entryValues are what mmu_update writes.
func entryValues(c *model.Config) (list []uint8) {
	list = append(list, 0)
	for _, m := range frames(c) {
		list = append(list, uint8(page.To(m, page.RO)), uint8(page.To(m, page.RW)))
	}
	return list
}

func allOps(c *model.Config) []scenarios.Pattern {
	return slices.Concat(allMapOps(c), allCopyOps(c), allMemoryOps(c), allTableOps(c))
}

// allMapOps lists what makes and ends grants and mappings.
func allMapOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Map, mappers, orNobody, entries, only(0, grant.HostMap, grant.HostMap|grant.MapReadonly, grant.DeviceMap, grant.DeviceMap|grant.MapReadonly, grant.HostMap|grant.DeviceMap, grant.HostMap|grant.ContainsPTE), places(c), onOff, preempts(c)),
		each(gntops.Unmap, mappers, append(handles(c), grant.MaxHandles), places(c), everyBus, onOff, preempts(c)),
		each(gntops.Replace, mappers, handles(c), places(c), append(slots(c), gnttab.NoPlace), onOff, preempts(c)),
		each(gntops.GuestGrant, kernels, below(4), domains, gfns(c), onOff),
		each(gntops.GuestEnd, kernels, below(4)[1:]), // no kernel ends those that the toolstack makes
		each(gntops.XenStep, anybody, preempts(c)),
		each(gntops.Access, mappers, append(slots(c), grant.MaxSlots), onOff),
		each(gntops.DMA, domains, frames(c), onOff),
	}
}

// allCopyOps lists what moves contents and pages.
func allCopyOps(c *model.Config) []scenarios.Pattern {
	ends := slices.Concat(refEnds(grant.DomF, entries...), refEnds(grant.DomC, 1, 2), refEnds(grant.DomB, 1),
		only(gntops.PageEnd(0), gntops.PageEnd(2), gntops.PageEnd(grant.MaxSlots), uint8(gnttab.EndOf(gnttab.EndForeign, 0)), uint8(gnttab.EndOf(gnttab.EndNone, 0))))
	return []scenarios.Pattern{
		each(gntops.Copy, only(grant.Front0, grant.Back0, grant.Back1), ends, ends, below(4), onOff, preempts(c)),
		each(gntops.Transfer, kernels, gfns(c), orNobody, entries, onOff, preempts(c)),
		each(gntops.GuestAccept, only(grant.Third0), only(2, 3), domains, only(0, 2, grant.MaxSlots)),
		each(gntops.Descriptors, kernels, gfns(c)),
	}
}

// allMemoryOps lists what knows nothing of grants.
func allMemoryOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.MMUUpdate, mappers, slots(c), entryValues(c)),
		each(gntops.Decrease, kernels, gfns(c)),
		each(gntops.Populate, kernels, gfns(c)),
		each(gntops.Paging, domains, only(0, 1, grant.MaxSlots), onOff),
		each(gntops.Take, frames(c)),
	}
}

// allTableOps lists what is about grant tables as a whole.
func allTableOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.SetVersion, kernels, below(4)),
		each(gntops.GetVersion, anybody, orNobody),
		each(gntops.SetupTable, anybody, orNobody, below(4)),
		each(gntops.QuerySize, anybody, orNobody),
		each(gntops.StatusFrames, anybody, orNobody, below(3)),
		each(gntops.Space, kernels, below(grant.MaxTables), below(4)),
		each(gntops.HoldFrame, only(grant.Front0, grant.Tool), below(grant.MaxTables)),
		each(gntops.DropFrame, only(grant.Front0, grant.Tool), below(grant.MaxTables)),
		each(gntops.CacheFlush, kernels),
	}
}

// allHostile lists what a kernel does that does not care.
func allHostile(c *model.Config) []scenarios.Pattern {
	fs := fronts(c)
	return []scenarios.Pattern{
		each(gntops.GuestFlags, fs, below(4), below(1<<6)),
		each(gntops.GuestFrame, fs, below(4), append(gfns(c), grant.BigFrame)),
		each(gntops.GuestDomid, fs, below(4), orNobody),
		each(gntops.GuestAccept, fs, below(4), domains, gfns(c)),
		each(gntops.GuestTransitive, fs, below(4), domains, orNobody, below(4)),
		each(gntops.Swap, fs, entries, entries, onOff, preempts(c)),
	}
}

// allLives lists the lives of kernels, and the driver.
func allLives(c *model.Config) []scenarios.Pattern {
	return slices.Concat(leaving(c), serving(onOff, onOff)(c), []scenarios.Pattern{
		each(gntops.KernelBoot, yes),
		each(gntops.KernelUse, f0, below(4)),
		each(gntops.GnttabReset, kernels),
		each(gntops.MapShinfo, f0, below(3)),
		each(gntops.UpdateShinfo),
		each(gntops.MapPIRQ, f0, onOff, onOff),
		each(gntops.Decrease, kernels, only(3)), // what is granted stays in its place
		each(gntops.Populate, kernels, only(3)),
		each(gntops.GuestGrant, f0, only(0), toAll, only(2), onOff), // each page by one reference: what is in it tells which
		each(gntops.GuestGrant, f0, only(1), toAll, only(0), onOff),
		each(gntops.GuestGrant, f0, only(2), toAll, only(1), onOff),
		each(gntops.GuestGrant, only(grant.Third0), only(1), toF, only(2, grant.MaxSlots), onOff),
	})
}

// allCrowd lists the same as allLives, and crashes.
func allCrowd(c *model.Config) []scenarios.Pattern {
	return append(allLives(c), each(gntops.KernelCrash, f0))
}

// allDeaths lists the ends of domains.
func allDeaths(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{each(gntops.Destroy, domains, preempts(c))}
}
