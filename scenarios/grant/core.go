package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// Who acts, as operands, and other values.
var (
	f0    = only(grant.Front0)
	b0    = only(grant.Back0)
	toF   = only(grant.DomF)
	toB   = only(grant.DomB)
	never = only(0)
	no    = only(0)
)

// backs lists B's vCPUs.
func backs(c *model.Config) (list []uint8) {
	for v := range gntops.Conf(c).Backs {
		list = append(list, grant.Back0+v)
	}
	return list
}

// Lists of what there is.
func slots(c *model.Config) []uint8   { return below(pool.Conf(c).Slots) }
func handles(c *model.Config) []uint8 { return below(gntops.Conf(c).Handles) }

// refs lists the references that are not reserved.
func refs(c *model.Config) []uint8 { return below(gntops.Conf(c).Refs + 1)[1:] }

// Flags of mappings.
var (
	hostOnly = only(grant.HostMap, grant.HostMap|grant.MapReadonly)
	allMaps  = only(grant.HostMap, grant.DeviceMap, grant.HostMap|grant.DeviceMap)
)

// stepped has maps, unmaps, grants and their ends go section by section, and CPUs
// cache what they use.
var stepped = grant.Config{Steps: grant.StepMap | grant.StepUnmap | grant.StepGuest, TLB: true}

// one is a page that F has granted to B for writing, and nothing else.
func one(f, b grant.Made) []model.Start {
	f.Own = 1
	return []model.Start{gntops.Begin("granted", grant.Start{F: f, B: b, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))}
}

// mapping is what B does with a grant, by maps with some flags, and what F does.
func mapping(flags, bus []uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		places := slots(c)
		if len(bus) > 1 {
			places = append(places, gnttab.NoPlace) // a part alone
		}
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), flags, slots(c), no, never),
			each(gntops.Unmap, backs(c), handles(c), places, bus, no, never),
			each(gntops.Access, backs(c), slots(c), only(0, 1)),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), no),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Decrease, f0, only(0)),
			each(gntops.XenStep, append(backs(c), grant.Front0), never),
		}
	}
}

// with adds patterns to those of an alphabet.
func with(alphabet, more func(c *model.Config) []scenarios.Pattern) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern { return append(alphabet(c), more(c)...) }
}

// coreScenarios are about maps, unmaps and what F is told.
var coreScenarios = []scenarios.Scenario{{
	Name:     "grant.core",
	Title:    "a page is granted, mapped on two CPUs, unmapped, ended and freed",
	Doc:      "One page of F, one reference, two handles and two slots of B; maps for the host, writable or not, on two vCPUs of B, section by section.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 2, Handles: 2, Fronts: 1, Backs: 2}.Config(stepped),
	Alphabet: mapping(hostOnly, no),
	Starts:   one(grant.Made{}, grant.Made{}),
	Spec:     85967,
	Differs:  "the kernel's grants and ends are several accesses to shared memory here, and it grants again",
}, {
	Name:     "grant.device",
	Title:    "a page is mapped for the host and for devices",
	Doc:      "As grant.core, where B has a device behind an IOMMU: maps for the host, for devices and for both, unmapped part by part.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1}.Config(stepped),
	Full:     full(gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(stepped)),
	Alphabet: mapping(allMaps, only(uint8(gnttab.NoBus), uint8(gnttab.RightBus), uint8(gnttab.WrongBus))),
	Starts:   one(grant.Made{}, grant.Made{Sync: true}),
	Spec:     3382,
	Differs:  "the kernel's grants and ends are several accesses to shared memory here, and it grants again",
}, {
	Name:   "grant.own-ptes",
	Title:  "a mapper writes its page tables itself",
	Doc:    "As grant.core with one vCPU of B, which may map everybody's pages and changes its entries by mmu_update.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 2, Handles: 2, Fronts: 1, Backs: 1}.Config(stepped),
	Alphabet: with(mapping(hostOnly, no), func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.MMUUpdate, backs(c), slots(c), only(0, uint8(page.To(0, page.RO)), uint8(page.To(0, page.RW)))),
			each(gntops.Replace, backs(c), handles(c), slots(c), slots(c), no, never),
		}
	}),
	Starts:  one(grant.Made{}, grant.Made{Priv: true}),
	Spec:    4713,
	Differs: "entries are replaced too",
}, {
	Name:     "grant.flush",
	Title:    "two CPUs unmap a page, and the kernel ends its grant meanwhile",
	Doc:      "As grant.core with maps for writing alone, which are made at once: what is left are unmaps, and what CPUs have cached.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 2, Handles: 2, Fronts: 1, Backs: 2}.Config(grant.Config{Steps: grant.StepUnmap, TLB: true}),
	Alphabet: mapping(only(grant.HostMap), no),
	Starts:   one(grant.Made{}, grant.Made{}),
}, {
	Name:     "grant.lists",
	Title:    "handles are taken from lists, stolen, and given back",
	Doc:      "Maptrack's lists of two vCPUs: pages of two entries, of which there may be two.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 4, Fronts: 1, Backs: 2}.Config(listed),
	Alphabet: lists,
	Starts:   one(grant.Made{}, grant.Made{Sync: true}),
	Spec:     32361,
	Differs:  "a map is made, section by section, for each handle that is taken",
}, {
	Name:     "grant.parts",
	Title:    "the parts of a mapping are taken away on two CPUs",
	Doc:      "Two handles on maptrack's lists; maps for the host and devices at once, unmapped part by part, section by section, on two vCPUs of B.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(parts),
	Alphabet: mapping(only(grant.HostMap|grant.DeviceMap), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus))),
	Starts:   one(grant.Made{}, grant.Made{}),
}, {
	Name:   "grant.contains-pte",
	Title:  "a mapper names the machine address of an entry",
	Doc:    "Maps by GNTMAP_contains_pte, to an entry or to an address that is not aligned; B may have mapped a page of its own there. At last the domains are destroyed.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 2, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepDestroy}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), only(grant.HostMap|grant.ContainsPTE, grant.HostMap|grant.ContainsPTE|grant.MapReadonly), append(slots(c), gnttab.Unaligned), no, never),
			each(gntops.Unmap, backs(c), handles(c), slots(c), no, no, never),
			each(gntops.Replace, backs(c), handles(c), slots(c), slots(c), no, never),
			each(gntops.MMUUpdate, backs(c), slots(c), only(0, uint8(page.To(1, page.RW)))),
			each(gntops.XenStep, backs(c), never),
		}
	},
	Starts: one(grant.Made{}, grant.Made{Own: 1}),
}, {
	Name:   "grant.iommu",
	Title:  "two vCPUs map a page that devices then reach",
	Doc:    "Maps for the host and for devices, writable or not, on two vCPUs of B, section by section; unmaps are whole.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(grant.Config{Steps: grant.StepMap}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), only(grant.DeviceMap, grant.DeviceMap|grant.MapReadonly, grant.HostMap, grant.HostMap|grant.MapReadonly), slots(c), no, never),
			each(gntops.Unmap, backs(c), handles(c), append(slots(c), gnttab.NoPlace), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus)), no, never),
			each(gntops.DMA, toB, only(0), only(0, 1)),
			each(gntops.XenStep, backs(c), never),
		}
	},
	Starts: one(grant.Made{}, grant.Made{Sync: true}),
}, {
	Name:   "grant.untyped",
	Title:  "devices of a PV domain reach a translated domain's page",
	Doc:    "F is translated, so that writable mappings of its page by others' CPUs count as no writable use; those for devices do.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepUnmap}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), allMaps, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), append(slots(c), gnttab.NoPlace), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus)), no, never),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Decrease, f0, only(0)),
			each(gntops.XenStep, b0, never),
		}
	},
	Starts: one(grant.Made{HVM: true}, grant.Made{Sync: true}),
}, {
	Name:     "grant.ways",
	Title:    "a page is mapped in every way at once",
	Doc:      "As grant.device, with maps for the host that are read-only.",
	Config:   gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1}.Config(stepped),
	Full:     full(gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(stepped)),
	Alphabet: mapping(only(grant.HostMap, grant.HostMap|grant.MapReadonly, grant.DeviceMap, grant.HostMap|grant.DeviceMap), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus))),
	Starts:   one(grant.Made{}, grant.Made{Sync: true}),
}}

// parts has the sections of unmaps, with maptrack's lists.
var parts = grant.Config{Steps: grant.StepUnmap, Lists: true, PerPage: 2}

// listed has the sections of maps, with maptrack's lists.
var listed = grant.Config{Steps: grant.StepMap, Lists: true, PerPage: 2}

// lists takes handles by read-only maps for devices, and gives them back.
func lists(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Map, backs(c), toF, refs(c), only(grant.DeviceMap|grant.MapReadonly), only(0), no, never),
		each(gntops.Unmap, backs(c), handles(c), only(gnttab.NoPlace), only(uint8(gnttab.RightBus)), no, never),
		each(gntops.XenStep, backs(c), never),
	}
}

// full are the bounds of a configuration.
func full(c model.Config) *model.Config { return &c }
