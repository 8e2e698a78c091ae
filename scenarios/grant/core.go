package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
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
