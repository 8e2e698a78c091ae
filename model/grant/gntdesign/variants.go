package gntdesign

import (
	"hvcheck/model/design"
	"hvcheck/model/grant"
)

// Handovers describes what becomes of grants when another kernel takes over.
var Handovers = [grant.NumHandovers]design.Switch{
	grant.V0: {
		ID: "GR-V0", Title: "nothing",
		Doc:    "K2 starts at once.",
		Origin: "Kuznetsov and Vrabel, 2014-08-01, xen-devel: what the thread starts from",
	},
	grant.V1: {
		ID: "GR-V1", Title: "wait",
		Doc:    "K1 ends every grant, and K2 starts when all of them are ended.",
		Origin: "Kuznetsov, 2014-08-01, xen-devel: try waiting for them to finish",
	},
	grant.V2: {
		ID: "GR-V2", Title: "close, then wait",
		Doc:    "Devices are closed first, persistent grants and shared rings too; then K1 waits as in GR-V1.",
		Origin: "the order of Linux 0b34a166f291 and of Xen c57e6ebd8c, with a proof",
	},
	grant.V3: {
		ID: "GR-V3", Title: "soft reset as landed",
		Doc:    "Devices are closed as in GR-V2; grants that are still active then are only logged.",
		Origin: "502a592704, 1a043f9dc7, c57e6ebd8c (2015-09)",
		Breaks: []string{"GR-I8", "GR-I9", "GR-I12", "GR-I19", "GR-I20"}, Scenario: "grant.kexec-one",
	},
	grant.V4: {
		ID: "GR-V4", Title: "kexec_is_safe, tested at load",
		Doc:    "A flag that ballooning and mapping others' grants clear for ever; kexec is refused at load without it.",
		Origin: "Vrabel, 2014-08-01, xen-devel",
	},
	grant.V5: {
		ID: "GR-V5", Title: "kexec_is_safe, tested at load and exec",
		Doc:    "GR-V4, and kexec is refused at exec too.",
		Origin: "Vrabel, 2014-08-01, xen-devel: load and exec can then be made to fail",
	},
	grant.V6: {
		ID: "GR-V6", Title: "unmap",
		Doc:    "Xen clears the backend's mappings.",
		Origin: "Kuznetsov, 2014-08-01, xen-devel: force-unmap from hypervisor side",
		Breaks: []string{"GR-I10", "GR-I12", "GR-I22"}, Scenario: "grant.kexec-one",
	},
	grant.V7: {
		ID: "GR-V7", Title: "one shared page",
		Doc:    "All mappings point to one page.",
		Origin: "the case that Vrabel rules out, 2014-08-01, xen-devel",
	},
	grant.V8: {
		ID: "GR-V8", Title: "zero page",
		Doc:    "All mappings become read-only ones of one page of zeros.",
		Origin: "2014-08-01, xen-devel: the zero page, for every mapping",
	},
	grant.V9: {
		ID: "GR-V9", Title: "a page for each writable mapping, from Xen",
		Doc:    "A writable mapping gets a page of its own, a read-only one the page of zeros; Xen allocates them when it revokes.",
		Origin: "Vrabel, 2014-08-01, xen-devel, with Xen's frames",
	},
	grant.V10: {
		ID: "GR-V10", Title: "a page for each writable mapping, from the backend",
		Doc:    "GR-V9 with frames that the backend supplies with every map; it gets them back when it unmaps.",
		Origin: "Vrabel, 2014-08-01, xen-devel: it would need to provide replacement frames for every grant map",
	},
	grant.V11: {
		ID: "GR-V11", Title: "a copy for each grant",
		Doc:    "All mappings of a grant switch in one step to a page with a copy of what is in the grant's.",
		Origin: "a repaired design to compare with; not from the thread",
	},
	grant.V12: {
		ID: "GR-V12", Title: "fresh pages for the owner",
		Doc:    "F's gfn gets a fresh page, and the backend keeps the old one until it unmaps; references that are pinned are withheld from K2.",
		Origin: "a design to compare with; not from the thread. 3235cbfe80 does so for shared_info",
	},
	grant.V12u: {
		ID: "GR-V12u", Title: "fresh pages for the owner, and nothing is withheld",
		Doc:    "GR-V12, with a K2 that uses all references.",
		Origin: "to see what the withheld references are for",
	},
}

// Manners describes how a revocation goes about what a hand-over leaves open.
var Manners = [grant.NumManners]design.Switch{
	grant.ByDesign: {
		ID: "GR-W", Title: "as the hand-over has it",
		Doc:    "Each mapping that is replaced by a frame of its mapper's (GR-V10) has one of its own; all mappings of a grant switch to its copy (GR-V11) in one step.",
		Origin: "Vrabel, 2014-08-01, xen-devel: replacement frames for every grant map",
	},
	grant.SameSpare: {
		ID: "GR-W1", Title: "one frame supplied for several mappings",
		Doc:    "GR-V10, where a backend supplies the same frame with several maps, and Xen does not look.",
		Origin: "the case that a unique page is against; not from the thread",
	},
	grant.OneByOne: {
		ID: "GR-W2", Title: "mappings of a grant switch one by one",
		Doc:    "GR-V11, where the mappings of a grant are switched to its copy one after the other: what is stored by one that is left is not seen by one that is not.",
		Origin: "synthetic",
	},
}

// Resets describes the forms of GNTTABOP_reset.
var Resets = [grant.NumResets]design.Switch{
	grant.NoReset: {
		ID: "GR-T", Title: "no GNTTABOP_reset",
		Doc:    "There is no such operation, as today.",
		Origin: "today's code",
	},
	grant.R1: {
		ID: "GR-T1", Title: "GNTTABOP_reset unmaps everything",
		Doc:    "For each handle of the caller: remove the entry of page table, p2m and IOMMU, flush, then drop references and pins.",
		Origin: "Kuznetsov, 2014-08-01, xen-devel: GNTTABOP_reset, as an unmap of all handles",
	},
	grant.R0: {
		ID: "GR-T0", Title: "GNTTABOP_reset is gnttab_release_mappings()",
		Doc:    "What the destruction of a domain does with its handles, on a domain that lives on.",
		Origin: "Kuznetsov, 2014-08-01, xen-devel: something similar to gnttab_release_mappings()",
	},
	grant.Listed: {
		ID: "GR-T2", Title: "the kernel keeps a list of its handles",
		Doc:    "There is no GNTTABOP_reset; a kernel that gives way in order unmaps before that whatever it has mapped. One that crashes does not.",
		Origin: "Kuznetsov, 2014-08-01, xen-devel: keep track of all handles, and unmap them all on kexec",
	},
}
