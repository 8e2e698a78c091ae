package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
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
	yes   = only(1)
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
	allMaps  = only(grant.HostMap, grant.HostMap|grant.MapReadonly, grant.DeviceMap, grant.DeviceMap|grant.MapReadonly,
		grant.HostMap|grant.DeviceMap, grant.HostMap|grant.DeviceMap|grant.MapReadonly)
)

// stepped has maps and unmaps go section by section.
var stepped = grant.Config{Steps: grant.StepMap | grant.StepUnmap, TLB: true}

// coreScenarios are about maps, unmaps and what F is told.
var coreScenarios = []scenarios.Scenario{{
	Name:   "grant.core",
	Title:  "a page is granted, mapped on two CPUs, unmapped, ended and freed",
	Doc:    "One page of F, one reference, two handles and two slots of B; maps for the host, writable or not, on two vCPUs of B, section by section.",
	Config: gntops.Scope{Refs: 1, Frames: 1, Slots: 2, Handles: 2, Fronts: 1, Backs: 2}.Config(stepped),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.Map, backs(c), toF, refs(c), hostOnly, slots(c), no, never),
			each(gntops.Unmap, backs(c), handles(c), slots(c), no, no, never),
			each(gntops.GuestEnd, f0, refs(c)),
			each(gntops.Access, backs(c), slots(c), only(0, 1)),
			
			each(gntops.XenStep, append(backs(c), grant.Front0), never),
		}
	},
	Starts: []model.Start{gntops.Begin("PV domains", grant.Start{F: grant.Made{Own: 1}, B: grant.Made{}, C: grant.Made{Absent: true}}, gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))},
}}
