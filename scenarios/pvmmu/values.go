package pvmmu

import (
	"slices"

	invariants "hvcheck/invariants/pvmmu"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Operand values, for alphabets.

var (
	only, below, each = scenarios.Only, scenarios.Below, scenarios.Each
	preempts, upTo    = scenarios.Preempts, scenarios.UpTo
	step, after       = scenarios.Step, scenarios.After
)

// frames lists every frame within the bounds.
func frames(c *model.Config) []uint8 { return below(pool.Conf(c).Frames) }

// guests lists the guest's vCPUs.
func guests(c *model.Config) []uint8 { return below(mmops.Conf(c).Guests) }

// tools lists the toolstack's vCPUs.
func tools(c *model.Config) []uint8 {
	list := below(mmops.Conf(c).Tools)
	for i := range list {
		list[i] = pvmmu.Tool(list[i])
	}
	return list
}

// entries lists "none", and each frame with each of the kinds.
func entries(c *model.Config, kinds ...page.EntryKind) []uint8 {
	list := []uint8{0}
	for _, k := range kinds {
		for f := range pool.Conf(c).Frames {
			list = append(list, uint8(page.To(f, k)))
		}
	}
	return list
}

// andUsual is every invariant that is no claim, behind some that speak first.
func andUsual(first ...string) []string {
	for _, inv := range invariants.All {
		if !inv.Claim && !slices.Contains(first, inv.ID) {
			first = append(first, inv.ID)
		}
	}
	return first
}

// entry is one entry as an operand.
func entry(f uint8, k page.EntryKind) uint8 { return uint8(page.To(f, k)) }

// A shorthand for start contents.
func rw(f uint8) page.Entry   { return page.To(f, page.RW) }
func ro(f uint8) page.Entry   { return page.To(f, page.RO) }
func away(f uint8) page.Entry { return page.To(f, page.Away) }
func bad() page.Entry         { return page.To(0, page.Bad) }

// full are the bounds of --full.
func full(s mmops.Scope) *model.Config {
	c := s.Config()
	return &c
}
