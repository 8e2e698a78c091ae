package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// Other values.
var (
	onOff  = only(0, 1)
	toAll  = only(grant.DomB, grant.DomC)
	toNone = only(grant.DomF, grant.NumDomains)
)

// frames lists those of the pool.
func frames(c *model.Config) []uint8 { return below(pool.Conf(c).Frames) }

// furtherScenarios are about kernels that do not behave, translated domains, and calls
// of several elements.
var furtherScenarios = []scenarios.Scenario{{
	Name:   "grant.hostile",
	Title:  "a kernel writes to its entries as it likes",
	Doc:    "F has two pages, and stores to the frame, the domain and the flags of an entry at any time, also to the bits that are Xen's; it gives pages back, which somebody else takes. B maps, section by section.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepGuest, Untrusted: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.GuestFrame, f0, refs(c), append(frames(c), grant.NoGfn)),
			each(gntops.GuestFlags, f0, refs(c), only(grant.Invalid, grant.PermitAccess, grant.PermitAccess|grant.Readonly, grant.PermitAccess|grant.SubPage)),
			each(gntops.GuestDomid, f0, refs(c), toAll),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), no),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Decrease, f0, frames(c)),
			each(gntops.Take, frames(c)),
			each(gntops.Map, b0, toNone, refs(c), only(grant.HostMap), slots(c), no, never),
			each(gntops.Map, b0, toF, append(refs(c), grant.MaxRefs), hostOnly, append(slots(c), gnttab.NoPlace), no, never),
			each(gntops.Map, b0, toF, refs(c), only(0), slots(c), no, never),
			each(gntops.Unmap, b0, append(handles(c), grant.MaxHandles), slots(c), no, no, never),
			each(gntops.XenStep, append(backs(c), grant.Front0), never),
		}
	},
	Starts:  two(grant.Made{}, grant.Made{}),
	Spec:    22800,
	Differs: "B does not copy, and F stores to every field",
}, {
	Name:   "grant.hvm",
	Title:  "translated domains grant and map",
	Doc:    "F and B are translated. B maps at gfns that are empty or its own RAM; F's page is paged out and in again, and given back; B populates its memory.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 2, Handles: 2, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepUnmap | grant.StepGuest}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), only(grant.HostMap, grant.HostMap|grant.MapReadonly, grant.DeviceMap), only(0, grant.MaxSlots), no, never),
			each(gntops.Unmap, b0, handles(c), only(0, 1, grant.MaxSlots), no, no, never),
			each(gntops.Replace, b0, handles(c), only(0), only(1, gnttab.NoPlace), no, never),
			each(gntops.Access, b0, only(0, grant.MaxSlots), onOff),
			each(gntops.MMUUpdate, b0, slots(c), only(0)),
			each(gntops.Decrease, only(grant.Front0, grant.Back0), only(0, grant.MaxSlots)),
			each(gntops.Populate, b0, only(0, grant.MaxSlots)),
			each(gntops.Paging, toF, only(0), onOff),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), onOff),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.XenStep, append(backs(c), grant.Front0), never),
		}
	},
	Starts: one(grant.Made{HVM: true}, grant.Made{HVM: true, Own: 1, Spare: 1}),
}, {
	Name:   "grant.batch",
	Title:  "calls of several elements, preempted and not",
	Doc:    "Maps, unmaps and replacements of two elements and more, each of which can fail; Xen looks for preemption before an element, and of unmaps before a block. B has a device.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 1, Preempt: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepUnmap}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		preempt := below(c.Preempt + 1)
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), only(grant.HostMap|grant.DeviceMap, 0), slots(c), onOff, preempt),
			each(gntops.Unmap, b0, handles(c), only(0, gnttab.NoPlace), only(uint8(gnttab.NoBus), uint8(gnttab.RightBus), uint8(gnttab.WrongBus)), onOff, preempt),
			each(gntops.Replace, b0, handles(c), slots(c), only(gnttab.NoPlace), onOff, preempt),
			each(gntops.MMUUpdate, b0, slots(c), only(0)),
			each(gntops.XenStep, backs(c), never),
		}
	},
	Starts: one(grant.Made{}, grant.Made{Sync: true}),
}, {
	Name:   "grant.kinds",
	Title:  "domains of different kinds, and entries of both layouts",
	Doc:    "One page and one reference; either of the two domains is translated, or neither and the entries are of version 2 and B has a device. Maps are whole, unmaps go section by section.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(grant.Config{Steps: grant.StepUnmap | grant.StepGuest, TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, backs(c), handles(c), append(slots(c), gnttab.NoPlace), only(uint8(gnttab.NoBus)), no, never),
			each(gntops.Access, backs(c), slots(c), onOff),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), onOff),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Paging, toF, only(0), onOff),
			each(gntops.Decrease, f0, only(0)),
			each(gntops.XenStep, append(backs(c), grant.Front0), never),
		}
	},
	Starts: kinds(),
}, {
	Name:   "grant.stale",
	Title:  "a page that is cached is freed, and given to somebody",
	Doc:    "B unmaps F's page itself, by its page table, and a CPU of B has it cached still; F ends its grant, gives the page back, and it is F's again, or C's.",
	Config: gntops.Scope{Refs: 1, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), append(slots(c), gnttab.NoPlace), only(uint8(gnttab.NoBus)), no, never),
			each(gntops.MMUUpdate, b0, slots(c), only(0)),
			each(gntops.Access, b0, slots(c), onOff),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Decrease, f0, only(0)),
			each(gntops.Populate, only(grant.Front0, grant.Third0), only(0)),
		}
	},
	Starts: []model.Start{
		gntops.Begin("F is PV", grant.Start{F: grant.Made{Own: 1}, B: grant.Made{}, C: grant.Made{Spare: 1}}, grantedAt(1, 0)),
		gntops.Begin("F is translated", grant.Start{F: grant.Made{HVM: true, Own: 1}, B: grant.Made{}, C: grant.Made{Spare: 1}}, grantedAt(1, 0)),
	},
}, {
	Name:   "grant.retries",
	Title:  "a kernel ends its grant while a map looks at it",
	Doc:    "Maps look at the entry, set its status and read its frame in sections of their own; in version 1 by a compare-exchange, which is made again. The kernel ends its grant, store by store, and makes it again, for writing or not.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config(grant.Config{Steps: grant.StepMap | grant.StepGuest, Retries: true, TLB: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, b0, toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.Access, b0, slots(c), onOff),
			each(gntops.GuestGrant, f0, refs(c), toB, only(0), onOff),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.XenStep, only(grant.Back0, grant.Front0), never),
		}
	},
	Starts: append(named("version 1", one(grant.Made{}, grant.Made{})), named("version 2", one(grant.Made{Ver: 2}, grant.Made{}))...),
}, {
	Name:   "grant.retries-hostile",
	Title:  "a kernel stores to its entry while a map looks at it",
	Doc:    "As grant.retries, on two vCPUs of B, with an F that has two pages and stores whatever it likes.",
	Config: gntops.Scope{Refs: 1, Frames: 2, Slots: 1, Handles: 2, Fronts: 1, Backs: 2}.Config(grant.Config{Steps: grant.StepMap, Retries: true, Untrusted: true}),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			each(gntops.GuestFlags, f0, refs(c), only(grant.Invalid, grant.PermitAccess, grant.PermitAccess|grant.Readonly)),
			each(gntops.GuestFrame, f0, refs(c), only(0, 1)),
			each(gntops.XenStep, backs(c), never),
		}
	},
	Starts: append(named("version 1", two(grant.Made{}, grant.Made{})), named("version 2", two(grant.Made{Ver: 2}, grant.Made{}))...),
}}

// named gives starts a name.
func named(name string, list []model.Start) []model.Start {
	for i := range list {
		list[i].Name = name
	}
	return list
}

// kinds are starts with a grant, by the kinds of both domains.
func kinds() (list []model.Start) {
	for _, k := range []struct {
		name string
		f, b grant.Made
	}{
		{"F is translated", grant.Made{HVM: true}, grant.Made{}},
		{"B is translated", grant.Made{}, grant.Made{HVM: true}},
		{"version 2", grant.Made{Ver: 2}, grant.Made{Sync: true}},
	} {
		list = append(list, named(k.name, one(k.f, k.b))...)
	}
	return list
}

// two is two pages of F, the first of which it has granted to B for writing.
func two(f, b grant.Made) []model.Start {
	f.Own = 2
	return []model.Start{gntops.Begin("granted", grant.Start{F: f, B: b, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))}
}
