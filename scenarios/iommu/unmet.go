package iommu

import "hvcheck/scenarios"

// Operations by what they have in common, as patterns of names.
const (
	// toolNames are what the toolstack alone may do.
	toolNames = "iommu.assign_device,iommu.deassign_device,iommu.destroy,iommu.populate_page_table"
	// guestNames are what guests do.
	guestNames = "iommu.decrease_reservation,iommu.populate_physmap,iommu.add_to_physmap*,iommu.*map_foreign,iommu.*_page_type,cpu.store"
	// asyncNames are of designs that do not wait.
	asyncNames = "iommu.tail,iommu.completion"
)

// unmet says why operations do not meet.
var unmet = []scenarios.Unmet{
	{First: toolNames, Then: guestNames, With: "iommu actor", Why: noCalls},
	{First: guestNames, Then: toolNames, With: "iommu actor", Why: noCalls},
	{First: "pci.hang", Why: hung},
	{Then: "pci.hang", Why: hung},
	{First: "iommu.timeout", Why: late},
	{Then: "iommu.timeout", Why: late},
	{First: asyncNames, Why: async},
	{Then: asyncNames, Why: async},
}

const (
	noCalls = "the toolstack's own memory, and guests' devices of their own, are not looked at"
	hung    = "today's code waits for such a device for ever, and with it whatever needs the CPU or the lock"
	late    = "nothing times out in today's code"
	async   = "today's code waits for its flushes"
)
