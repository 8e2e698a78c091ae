package iommu

import "hvcheck/scenarios"

// Operations by what they have in common, as patterns of names.
const (
	// toolNames are what the toolstack alone may do.
	toolNames = "iommu.assign_device,iommu.deassign_device,iommu.destroy,iommu.populate_page_table"
	// guestNames are what guests do.
	guestNames = "iommu.decrease_reservation,iommu.populate_physmap,iommu.add_to_physmap*,iommu.*map_foreign,iommu.*_page_type,cpu.store"
	// typeNames are about types of pages.
	typeNames = "iommu.get_page_type,iommu.put_page_type,cpu.store,iommu.populate_page_table"
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
	{First: "iommu.timeout,pci.hang," + asyncNames, Trait: "*", Why: ofDesign},
	{First: typeNames, Trait: "translated", Why: "pages of a translated domain have no such types"},
	{First: "iommu.populate_page_table", Trait: "stale,queued", Why: "there is no device yet"},
	{First: "iommu.map_foreign", Then: typeNames, With: "frame", Why: whose},
	{First: typeNames, Then: "iommu.map_foreign", With: "frame", Why: whose},
}

const (
	ofDesign = "searched in the scenarios of the designs that have it, and not in each of the others"
	whose    = "what D1 maps is D2's, and what it gives types is its own"
	noCalls  = "the toolstack's own memory, and guests' devices of their own, are not looked at"
	hung     = "today's code waits for such a device for ever, and with it whatever needs the CPU or the lock"
	late     = "nothing times out in today's code"
	async    = "today's code waits for its flushes"
)
