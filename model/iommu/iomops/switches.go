package iomops

import (
	"hvcheck/model/design"
	"hvcheck/model/iommu"
)

// Switches describes the rules that can be changed, by Rule.
var Switches = [iommu.NumRules]design.Switch{
	iommu.AsIs1: {
		ID: "FL-A1", Kind: design.AsIs, Title: "a device that changes hands keeps what is in its Device-TLB",
		Doc: "As in today's code: when the context entry of a device changes, the flush of the old domain's translations leaves out devices whose context entry, as it is now, has another domain id. That is the device itself. " +
			"The same filter leaves the device out of the flush of a page that its old owner gives back on another CPU, from when the context entry has changed. " +
			"Without this rule the device's own Device-TLB is flushed as a whole, and until it has its new owner it is flushed for the old one, too.",
		Origin: "xen/drivers/passthrough/vtd/iommu.c domain_context_mapping_one(), vtd/qinval.c device_in_domain(); c447b7308b; ATS is off by default, and not security supported",
		Breaks: []string{"FL-I1", "FL-I1s", "FL-I2", "FL-I3", "FL-I11"}, Scenario: "iommu.assign",
	},
	iommu.AsIs2: {
		ID: "FL-A2", Kind: design.AsIs, Title: "a deassignment that fails half-way leaves the device's functions apart",
		Doc: "As in today's code: deassign_device() moves phantom functions first; if the device's own context entry cannot be written then, the phantom ones stay where they are now, and nothing says so. " +
			"Without this rule such a device is broken, as one whose assignment fails half-way and cannot be undone.",
		Origin: "xen/drivers/passthrough/pci.c deassign_device(); c447b7308b",
		Breaks: []string{"FL-I7"}, Scenario: "iommu.phantom",
	},
	iommu.AsIs3: {
		ID: "FL-A3", Kind: design.AsIs, Title: "a page that could not leave the table is freed by its type",
		Doc: "As in today's code: when a page of a PV domain becomes a page table and cannot be taken out of the IOMMU's table, for that has to be split and there is no memory, the caller gets the error, the domain is crashed, and the type is no longer writable. The last put_page() looks at the type, and leaves the table alone. " +
			"Without this rule such a page is never freed.",
		Origin: "xen/arch/x86/mm.c _get_page_type(), cleanup_page_mappings(); c447b7308b",
		Breaks: []string{"FL-I2", "FL-I1", "FL-I1s"}, Scenario: "iommu.types",
	},
	iommu.AsIs4: {
		ID: "FL-A4", Kind: design.AsIs, Title: "nothing to move is EINVAL, as before c9491ea21a",
		Doc:    "XENMAPSPACE_gmfn and XENMAPSPACE_gmfn_range answer -EINVAL where no page is at the source. From 4.19 on they look at the type of the entry first, and answer -EACCES.",
		Origin: "xen/arch/x86/mm/p2m.c xenmem_add_to_physmap_one(); c9491ea21a (2025-12), which the branches of 4.19 and 4.20 have, too", Breaks: []string{}, Scenario: "iommu.move",
	},
	iommu.AsIs5: {
		ID: "FL-A5", Kind: design.AsIs, Title: "no translated domain but dom0 maps others' pages, as up to Xen 4.18",
		Doc:    "XENMAPSPACE_gmfn_foreign is refused with -EPERM, for the tables of a domain that is destroyed would not give such pages back.",
		Origin: "xen/arch/x86/mm/p2m.c p2m_add_foreign() before 845a60b63b (2024-05), as in 4.17", Breaks: []string{}, Scenario: "iommu.foreign",
	},
	iommu.B1: {
		ID: "FL-B1", Kind: design.Bug, Title: "an unmap says that the entry was not present",
		Doc:    "The flush of a removed entry is told that there was no present one; a VT-d that does not cache those has nothing to do then, and nothing is queued at all.",
		Origin: "XSA-78, 85c72f9fe7", Breaks: []string{"FL-I1", "FL-I3"}, Scenario: "iommu.core", Length: 7,
		Differs: "iommu_flush_iotlb_psi() returns before it queues anything, also the wait that the prototype had executed",
	},
	iommu.B2: {
		ID: "FL-B2", Kind: design.Bug, Title: "a range that fails leaves flushes suppressed",
		Doc:    "The error exit of a range does not clear iommu_dont_flush_iotlb: whatever that CPU removes next is not flushed.",
		Origin: "XSA-80, 552b7fcb9a", Breaks: []string{"FL-I9", "FL-I1"}, Scenario: "iommu.range", Length: 2,
		Differs: "the first move of the range fails at once",
	},
	iommu.B3: {
		ID: "FL-B3", Kind: design.Bug, Title: "a page that a range displaces is freed without a flush",
		Doc:    "The removal of what is at a destination inside of a range leaves its flush for later, too, and gives the page back at once.",
		Origin: "XSA-346, dea460d869", Breaks: []string{"FL-I1", "FL-I2"}, Scenario: "iommu.range", Length: 5,
		Differs: "a displacement, a removal and a drop are phases; FL-I2 tells one step before the access",
	},
	iommu.B4: {
		ID: "FL-B4", Kind: design.Bug, Title: "a range drops its references before its flush",
		Doc:    "A page that has moved is not kept until the flush of where it was: another CPU can remove it at its new place, and flush only that.",
		Origin: "XSA-346, 5777a3742d", Breaks: []string{"FL-I1"}, Scenario: "iommu.two-cpus", Length: 12,
	},
	iommu.B5: {
		ID: "FL-B5", Kind: design.Bug, Title: "the array of a range gets one too many",
		Doc:    "A range looks whether its array is full with > instead of >=.",
		Origin: "XSA-355, 9b156bcc3f", Breaks: []string{"FL-I4"}, Scenario: "iommu.array", Length: 2,
		Differs: "the second page has to come as far as to the array",
	},
	iommu.B6: {
		ID: "FL-B6", Kind: design.Bug, Title: "a late completion is taken for that of the next request",
		Doc:    "FL-V1t with one slot per CPU that always gets the same value: after a time-out the wait of the first request ends the wait for the second one.",
		Origin: "XSA-373, 7c893abc4e, e4fee66043", Breaks: []string{"FL-I10", "FL-I1"}, Scenario: "iommu.late", Length: 14,
		Differs: "FL-I10 tells before there is an access; with that it is 13, for a time-out ends the call here",
	},
	iommu.B7: {
		ID: "FL-B7", Kind: design.Bug, Title: "a full queue drops requests",
		Doc:    "Where the queue has no room the request is dropped, and success returned.",
		Origin: "XSA-373, c4e4434357 (AMD)", Breaks: []string{"FL-I11", "FL-I1"}, Scenario: "iommu.small-ring", Length: 8,
		Differs: "the queue is filled by the other domain",
	},
	iommu.B8: {
		ID: "FL-B8", Kind: design.Bug, Title: "a time-out is not told",
		Doc:    "FL-V1t: who has not waited for its flush goes on as if it were done.",
		Origin: "XSA-373, e4fee66043 (AMD until 2021)", Breaks: []string{"FL-I1"}, Scenario: "iommu.late-alone", Length: 6,
	},
	iommu.B9: {
		ID: "FL-B9", Kind: design.Bug, Title: "a PV page is in the IOMMU's table before it has a type",
		Doc:    "A page is mapped for devices when it is assigned, and its type is none: if it becomes a page table without ever having been writable, it stays mapped.",
		Origin: "XSA-288, fe21b78ef9", Breaks: []string{"FL-I5", "FL-I6"}, Scenario: "iommu.types", Length: 3,
		Differs: "FL-I5 looks at the state, and phases are steps",
	},
	iommu.B10: {
		ID: "FL-B10", Kind: design.Bug, Title: "a PV page that is gone is mapped for devices",
		Doc:    "A page is mapped for devices after it was assigned, without a look whether another vCPU has given it back meanwhile.",
		Origin: "XSA-288, fe21b78ef9", Breaks: []string{"FL-I1", "FL-I2"}, Scenario: "iommu.pv-populate", Length: 6,
		Differs: "the freeing is no step of its own",
	},
	iommu.B11: {
		ID: "FL-B11", Kind: design.Bug, Title: "a change of type that fails keeps its reference",
		Doc:    "The IOMMU's table cannot follow a change of type, the caller is told so, and the typed reference stays.",
		Origin: "XSA-291, fad0de9862", Breaks: []string{"FL-I4"}, Scenario: "iommu.types", Length: 3,
		Differs: "phases are steps",
	},
	iommu.B12: {
		ID: "FL-B12", Kind: design.Bug, Title: "TLBs are flushed before the type changes",
		Doc:    "The flush comes before the reference is taken: another CPU can map the page for writing, store to it, and give the mapping up in between.",
		Origin: "XSA-401, 8cc5036bc3", Breaks: []string{"FL-I5"}, Scenario: "iommu.types", Length: 6,
		Differs: "FL-I5 looks at the state, and phases are steps",
	},
	iommu.B13: {
		ID: "FL-B13", Kind: design.Bug, Title: "a table is made with one look at types",
		Doc:    "While a PV guest runs, its pages are mapped for devices by the type that they had before.",
		Origin: "XSA-285, 1f0b0bb777", Breaks: []string{"FL-I5"}, Scenario: "iommu.first-device", Length: 5,
		Differs: "FL-I5 looks at the state, before there is a device; phases are steps",
	},
	iommu.B14: {
		ID: "FL-B14", Kind: design.Bug, Title: "a guest's device goes straight to the hardware domain",
		Doc:    "A device that is taken from a guest becomes the hardware domain's at once, and does there what the guest has told it to do.",
		Origin: "XSA-302, 319f9a0ba9; XSA-306, ba2ab00bbb", Breaks: []string{"FL-I1"}, Scenario: "iommu.assign", Length: 3,
	},
	iommu.B15: {
		ID: "FL-B15", Kind: design.Bug, Title: "a reserved range is unmapped before the device leaves its table",
		Doc:    "What firmware has reserved for a device goes out of the old owner's table before the context entry names the new one's.",
		Origin: "XSA-400, 78a40f8b5d", Breaks: []string{"FL-I8"}, Scenario: "iommu.reserved", Length: 2,
		Differs: "FL-I8 looks at the state, and not at an access",
	},
	iommu.B16: {
		ID: "FL-B16", Kind: design.Bug, Title: "a changed entry is not written back",
		Doc:    "An IOMMU that does not see CPU caches walks the old entry again after the flush.",
		Origin: "XSA-321, c23274fd04", Breaks: []string{"FL-I1", "FL-I3"}, Scenario: "iommu.coherence", Length: 7,
		Differs: "that the wait is over is a step",
	},
	iommu.B17: {
		ID: "FL-B17", Kind: design.Bug, Title: "a new context entry, and the old translations stay",
		Doc:    "When a context entry changes, the cache of context entries is flushed, and the IOTLB is not.",
		Origin: "XSA-442, 5fc98b9708 (AMD)", Breaks: []string{"FL-I3", "FL-I1"}, Scenario: "iommu.assign", Length: 4,
		Differs: "phases are steps, also of the flush; on AMD the entry has the old domain id again",
	},
	iommu.B18: {
		ID: "FL-B18", Kind: design.Bug, Title: "a phantom function that cannot be assigned is ignored",
		Doc:    "The device is assigned although a function of it still has the table that it had.",
		Origin: "XSA-449, cb4ecb3cc1", Breaks: []string{"FL-I7"}, Scenario: "iommu.phantom", Length: 2,
		Differs: "phases are steps, also of the flush; FL-I7 looks at the state, and not at an access",
	},
	iommu.B19: {
		ID: "FL-B19", Kind: design.Bug, Title: "destruction goes on although a device stays",
		Doc:    "A device that could not be taken away still uses the tables of the domain when they are freed.",
		Origin: "f591755823", Breaks: []string{"FL-I7"}, Scenario: "iommu.destruction", Length: 4,
		Differs: "phases are steps",
	},
	iommu.B20: {
		ID: "FL-B20", Kind: design.Bug, Title: "a page is freed although it is still mapped",
		Doc:    "Removing an entry fails, for there is no memory to split a superpage, and the page is given back all the same.",
		Origin: "XSA-222 and XSA-247, b614f642c3, 92790672de", Breaks: []string{"FL-I1", "FL-I2"}, Scenario: "iommu.superpage", Length: 4,
	},
	iommu.B21: {
		ID: "FL-B21", Kind: design.Bug, Title: "the result of the last IOMMU counts",
		Doc:    "FL-V1t: a flush that has failed on one IOMMU and succeeds on the next one is told to have succeeded.",
		Origin: "e7059776f9", Breaks: []string{"FL-I11"}, Scenario: "iommu.two-iommus-late", Length: 5,
		Differs: "phases and descriptors are steps",
	},
	iommu.B22: {
		ID: "FL-B22", Kind: design.Bug, Title: "a device is told another range",
		Doc:    "The address of a Device-TLB invalidation of several pages is encoded wrongly: one bit too far up is cleared, and none is set below.",
		Origin: "fd33987ba2", Breaks: []string{"FL-I3", "FL-I1", "FL-I17"}, Scenario: "iommu.batch", Length: 7,
		Differs: "the flush of several pages is that of a range, with both of its flushes",
	},
	iommu.B23: {
		ID: "FL-B23", Kind: design.Bug, Title: "replacing an entry is not flushed",
		Doc:    "An entry that is replaced, and not removed, is left in caches.",
		Origin: "XSA-275, 1a7ffe466c (AMD)", Breaks: []string{"FL-I3"}, Scenario: "iommu.replace", Length: 3,
	},
	iommu.B24: {
		ID: "FL-B24", Kind: design.Bug, Title: "a device that does not answer is only relabelled",
		Doc:    "FL-V1t: after a time-out nobody owns the device, its old owner's domain id is free, and its context entry still has both that and the table.",
		Origin: "7b4b36fcba", Breaks: []string{"FL-I7"}, Scenario: "iommu.one-by-one-late", Length: 5,
	},
	iommu.Mut1: {
		ID: "FL-M1", Kind: design.Mutant, Title: "no Device-TLB flush", Doc: "A flush is of the IOTLB alone.",
		Origin: "synthetic", Breaks: []string{"FL-I1"}, Scenario: "iommu.core", Length: 8,
	},
	iommu.Mut2: {
		ID: "FL-M2", Kind: design.Mutant, Title: "no IOTLB flush", Doc: "A flush is of the Device-TLB alone.",
		Origin: "synthetic", Breaks: []string{"FL-I1"}, Scenario: "iommu.core", Length: 8,
	},
	iommu.Mut3: {
		ID: "FL-M3", Kind: design.Mutant, Title: "Device-TLB before IOTLB", Doc: "The device is flushed first, and gets the old translation again from the IOTLB before that is flushed.",
		Origin: "synthetic", Breaks: []string{"FL-I1"}, Scenario: "iommu.core", Length: 10,
	},
	iommu.Mut4: {
		ID: "FL-M4", Kind: design.Mutant, Title: "any completion releases everything", Doc: "FL-V6: the interrupt releases what is held without a look at which flush is done.",
		Origin: "synthetic", Breaks: []string{"FL-I1"}, Scenario: "iommu.held", Length: 12,
	},
	iommu.Mut5: {
		ID: "FL-M5", Kind: design.Mutant, Title: "a page is freed before its flush is submitted", Doc: "The references go first.",
		Origin: "synthetic", Breaks: []string{"FL-I1"}, Scenario: "iommu.core", Length: 4,
	},
	iommu.Mut6: {
		ID: "FL-M6", Kind: design.Mutant, Title: "a completion allocates", Doc: "FL-V4 to FL-V6: the interrupt gets memory to note what it releases.",
		Origin: "synthetic", Breaks: []string{"FL-I12"}, Scenario: "iommu.held",
	},
	iommu.Mut7: {
		ID: "FL-M7", Kind: design.Mutant, Title: "a flush is submitted without its wait", Doc: "No wait descriptor is queued behind the requests of a flush: whoever waits for it does so for ever.",
		Origin: "synthetic", Breaks: []string{"FL-L1", "FL-L2"}, Scenario: "iommu.core",
	},
	iommu.Mut8: {
		ID: "FL-M8", Kind: design.Mutant, Title: "the IOMMU's table does not follow a removal", Doc: "A gfn is cleared in the p2m, and not in the IOMMU's table.",
		Origin: "synthetic", Breaks: []string{"FL-I13", "FL-R2", "FL-I2", "FL-I15"}, Scenario: "iommu.core",
	},
	iommu.Mut9: {
		ID: "FL-M9", Kind: design.Mutant, Title: "a domain gets a page too many", Doc: "populate_physmap compares the number of pages with the limit by > instead of >=.",
		Origin: "synthetic", Breaks: []string{"FL-R1"}, Scenario: "iommu.refused",
	},
	iommu.Mut10: {
		ID: "FL-M10", Kind: design.Mutant, Title: "a completion leaves the domain paused", Doc: "FL-V3, FL-V4: what was held for a flush goes when that is done, and the domain does not run again.",
		Origin: "synthetic", Breaks: []string{"FL-I14"}, Scenario: "iommu.paused",
	},
	iommu.Mut11: {
		ID: "FL-M11", Kind: design.Mutant, Title: "the context cache is not flushed", Doc: "When a context entry changes, the translations of the old domain are flushed, and the cache of context entries is not: the IOMMU goes by the old table.",
		Origin: "synthetic", Breaks: []string{"FL-I7", "FL-I1"}, Scenario: "iommu.context-cache",
	},
	iommu.Mut12: {
		ID: "FL-M12", Kind: design.Mutant, Title: "what is held waits for one flush more", Doc: "FL-V4 to FL-V6: the flush that is counted last has not been queued.",
		Origin: "synthetic", Breaks: []string{"FL-I16"}, Scenario: "iommu.held",
	},
	iommu.Mut13: {
		ID: "FL-M13", Kind: design.Mutant, Title: "nobody is told of a device that could not be taken back", Doc: "An assignment fails at the phantom function, and the way back at the main one; the device is not broken, and its domain runs.",
		Origin: "synthetic", Breaks: []string{"FL-R3"}, Scenario: "iommu.phantom",
	},
}
