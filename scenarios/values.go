package scenarios

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Operand values, for alphabets.

// only lists the values as given.
func only(values ...uint8) []uint8 { return values }

// below lists 0 to n-1.
func below(n uint8) []uint8 {
	list := make([]uint8, n)
	for i := range list {
		list[i] = uint8(i)
	}
	return list
}

// frames lists every frame within the bounds.
func frames(c *model.Config) []uint8 { return below(c.Frames) }

// guests lists the guest's vCPUs.
func guests(c *model.Config) []uint8 { return below(c.Guests) }

// tools lists the toolstack's vCPUs.
func tools(c *model.Config) []uint8 {
	list := below(c.Tools)
	for i := range list {
		list[i] = pvmmu.Tool(list[i])
	}
	return list
}

// preempts lists the preemption operands.
func preempts(c *model.Config) []uint8 { return below(c.Preempt + 1) }

// upTo lists the preemption operands 0 to k, bounded by the configuration.
func upTo(c *model.Config, k uint8) []uint8 { return below(min(k, c.Preempt) + 1) }

// entries lists "none", and each frame with each of the kinds.
func entries(c *model.Config, kinds ...page.EntryKind) []uint8 {
	list := []uint8{0}
	for _, k := range kinds {
		for f := range c.Frames {
			list = append(list, uint8(page.To(f, k)))
		}
	}
	return list
}

// entry is one entry as an operand.
func entry(f uint8, k page.EntryKind) uint8 { return uint8(page.To(f, k)) }

// A shorthand for start contents.
func rw(f uint8) page.Entry { return page.To(f, page.RW) }
func ro(f uint8) page.Entry { return page.To(f, page.RO) }
func bad() page.Entry       { return page.To(0, page.Bad) }
