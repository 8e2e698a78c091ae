// Package broken makes builds of Xen with one rule broken each, of a source tree.
// A comparison has to tell every one from the model, and the unbroken one never.
//
// Some are rules that somebody might forget; the others are bugs that Xen had,
// which come back where a fix is reversed.
package broken

import "slices"

// Build is a Xen with a rule broken.
type Build struct {
	Name   string
	Rule   string // that is broken
	Origin string // the advisory or commit whose fix is reversed; empty if Xen never had the bug
	Edits  []Edit
	// Story is one, as text, on which model and build differ.
	Story string
}

// Edit replaces a text that a file has once.
type Edit struct {
	File     string // below xen/
	Old, New string
}

// Unbroken is Xen as it is.
var Unbroken = Build{Name: "unbroken", Rule: "none"}

// Named looks a build up.
func Named(name string) (*Build, bool) {
	i := slices.IndexFunc(All, func(b Build) bool { return b.Name == name })
	if i < 0 {
		return nil, false
	}
	return &All[i], true
}

// Names lists the names of all builds.
func Names() (list []string) {
	for i := range All {
		list = append(list, All[i].Name)
	}
	return list
}

// All lists the builds.
var All = slices.Concat(pages, contexts, events, grants, devices)

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
