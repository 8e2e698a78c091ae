// Package broken has builds of Xen with one rule broken each, and says how one is made.
package broken

import (
	"slices"

	"hvcheck/conform/broken"
)

// All lists the builds.
var All broken.List = slices.Concat(pages, contexts, events, grants, devices)

// Files that are changed.
const (
	mmFile      = "arch/x86/mm.c"
	domainFile  = "arch/x86/domain.c"
	memoryFile  = "common/memory.c"
	eventFile   = "common/event_channel.c"
	wordsFile   = "common/event_2l.c"
	grantFile   = "common/grant_table.c"
	mappingFile = "arch/x86/pv/grant_table.c"
	iommuFile   = "drivers/passthrough/iommu.c"
	pciFile     = "drivers/passthrough/pci.c"
)
