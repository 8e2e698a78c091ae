// Package gntdesign describes the rules of grants that can be changed: hand-overs, manners of
// revocation, GNTTABOP_reset, and the rules that can be broken. Each list is by the number
// that package grant knows the choice by.
package gntdesign

import (
	"hvcheck/model/design"
	"hvcheck/model/grant"
)

// Rules describes the rules that can be broken.
var Rules = [grant.NumRules]design.Switch{
	grant.AsIs1: {
		ID: "GR-A1", Kind: design.AsIs, Title: "what devices reach by a mapping for the host has no reference of its own",
		Doc: "As in today's code: the references of a mapping for the host belong to the page-table entry alone, also where the IOMMU's tables have the page because the domain has a device. " +
			"Without this rule such a mapping takes a general reference, and a writable type if it is writable, which go with the handle.",
		Origin: "xen/common/grant_table.c map_grant_ref(), unmap_common(); xen/arch/x86/mm.c put_page_from_l1e(); c447b7308b",
		Breaks: []string{"GR-I6"}, Scenario: "grant.device",
	},
	grant.AsIs2: {
		ID: "GR-A2", Kind: design.AsIs, Title: "a dying domain's devices keep the pages whose handles are released",
		Doc: "As in today's code: gnttab_release_mappings() gives up pins, references and status of a dying domain before domain_relinquish_resources() takes its devices away. " +
			"Without this rule the IOMMU's entry goes before the references of the last handle do.",
		Origin: "xen/common/grant_table.c gnttab_release_mappings(); xen/common/domain.c domain_kill(), domain_teardown(); c447b7308b",
		Breaks: []string{"GR-I5", "GR-I6"}, Scenario: "grant.destroy-device",
	},
	grant.AsIs3: {
		ID: "GR-A3", Kind: design.AsIs, Title: "a transitive claim does not look whether its status is still set",
		Doc: "As in today's code: acquire_grant_for_copy() drops its locks to claim the entry in the third domain, and then compares pins, but not the status. " +
			"Without this rule that is a change like others, and the element is made again.",
		Origin: "xen/common/grant_table.c acquire_grant_for_copy(); c447b7308b",
		Breaks: []string{"GR-I4"}, Scenario: "grant.restart",
	},
	grant.AsIs4: {
		ID: "GR-A4", Kind: design.AsIs, Title: "a grant that is being ended can be mapped for writing",
		Doc: "As in today's code: while a reference is pinned, the first map or copy to write looks at GTF_readonly of the entry, whatever its type is by then. " +
			"Without this rule an entry without a type cannot become writable.",
		Origin: "xen/common/grant_table.c _set_status_v2(); Linux drivers/xen/grant-table.c gnttab_end_foreign_access_ref_v2(); c447b7308b",
		Breaks: []string{"GR-I5", "GR-R1"}, Scenario: "grant.kinds",
	},
	grant.AsIs5: {
		ID: "GR-A5", Kind: design.AsIs, Title: "a change to version 1 forgets that a grant without a type is in use",
		Doc: "As in today's code: gnttab_set_version() has nothing left of a reserved entry whose type is none, whether or not it is pinned. " +
			"Without this rule the bits that say that it is in use move to version 1 as those of other entries do.",
		Origin: "xen/common/grant_table.c gnttab_set_version(); c447b7308b",
		Breaks: []string{"GR-I4", "GR-I5", "GR-I16"}, Scenario: "grant.version-end",
	},
	grant.AsIs6: {
		ID: "GR-A6", Kind: design.AsIs, Title: "entries are exchanged while a copy is following one of them",
		Doc: "As in today's code: swap_grant_ref() looks at pins, and a copy that follows a transitive entry has only set the status when it drops its locks. " +
			"Without this rule entries are not exchanged while nr_v2_ops is raised.",
		Origin: "xen/common/grant_table.c swap_grant_ref(), acquire_grant_for_copy(); c447b7308b",
		Breaks: []string{"GR-I4"}, Scenario: "grant.swap-transitive",
	},
	grant.AsIs7: {
		ID: "GR-A7", Kind: design.AsIs, Title: "a transfer is completed in whatever the entry has become",
		Doc: "As in today's code: gnttab_transfer() compares the version with the one in which it has committed the entry, and nothing else; after two changes that is the same, and the entry another one. " +
			"Without this rule an entry that is not committed to a transfer any more is left alone, as if the version were another one.",
		Origin: "xen/common/grant_table.c gnttab_transfer(); c447b7308b",
		Breaks: []string{"GR-I4"}, Scenario: "grant.version-accept",
	},
	grant.AsIs8: {
		ID: "GR-A8", Kind: design.AsIs, Title: "x86 has GNTTABOP_cache_flush, as up to Xen 4.20",
		Doc:    "The operation, which only Arm needs, is not refused. Without this rule it is, with -ENOSYS.",
		Origin: "gnttab_cache_flush() before 5642a6055c (2025-05), as in 4.17",
		Breaks: []string{}, Scenario: "grant.version-pv",
	},
	grant.AsIs9: {
		ID: "GR-A9", Kind: design.AsIs, Title: "a copy of no length claims its ends, as up to Xen 4.18",
		Doc:    "A copy of 0 bytes claims both ends, as others do, and fails as they do. Without this rule it does nothing.",
		Origin: "gnttab_copy_one() before a4a790f432 (2024-02), as in 4.17",
		Breaks: []string{}, Scenario: "grant.copy-parts",
	},
	grant.B1: {
		ID: "GR-B1", Kind: design.Bug, Title: "unmap without a bus address drops the device part's references",
		Doc:    "An unmap with bus address 0 leaves the device part of the handle, and drops its references all the same.",
		Origin: "XSA-224, 8fdfcb2b6b", Breaks: []string{"GR-I1", "GR-I6"}, Scenario: "grant.device", Length: 9,
	},
	grant.B2: {
		ID: "GR-B2", Kind: design.Bug, Title: "device mappings of a translated domain's page take no type reference",
		Doc:    "A writable mapping for devices only takes the type that a mapping for the host would take: none, if the granter is translated. Its unmap drops one. With a part for the host too, the type for devices is asked for, and the answer not looked at.",
		Origin: "XSA-224, 75b384ece6", Breaks: []string{"GR-I2"}, Scenario: "grant.untyped", Length: 5,
		Differs: "the grant is made at the start",
	},
	grant.B3: {
		ID: "GR-B3", Kind: design.Bug, Title: "unmap compares only the frame",
		Doc:    "Unmapping the host part compares the entry's frame with the grant's, not whether it is present and writable: an entry that was made read-only meanwhile has given its type reference back already.",
		Origin: "XSA-234, 16b1414de9", Breaks: []string{"GR-I2", "GR-R1", "GR-I21"}, Scenario: "grant.own-ptes", Length: 7,
	},
	grant.B4: {
		ID: "GR-B4", Kind: design.Bug, Title: "the pin is lowered before the flush",
		Doc:    "The first half of an unmap lowers the pin; whoever completes first then clears the status while the other one has not flushed.",
		Origin: "XSA-218, 9a0bd460cf", Breaks: []string{"GR-I5"}, Scenario: "grant.flush", Length: 17,
		Differs: "maps and the kernel's end of the grant are one step each; in grant.core, where they are not, it is 17",
	},
	grant.B5: {
		ID: "GR-B5", Kind: design.Bug, Title: "the handle is given back at the end",
		Doc:    "The second half of an unmap gives the handle back if no part is left: two partial unmaps can both find that.",
		Origin: "XSA-218, b7f6cbb9d4", Breaks: []string{"GR-I14"}, Scenario: "grant.parts", Length: 13,
		Differs: "the grant is made at the start, and a map is one step",
	},
	grant.B6: {
		ID: "GR-B6", Kind: design.Bug, Title: "a free list grows at a head that was read before",
		Doc:    "A new maptrack page is linked to the head of the list as it was when the page was made; a thief may have moved it.",
		Origin: "XSA-218, 4b78efa91c", Breaks: []string{"GR-I14"}, Scenario: "grant.lists", Length: 13,
		Differs: "the grant is made at the start, and a put is one step",
	},
	grant.B7: {
		ID: "GR-B7", Kind: design.Bug, Title: "free lists without a lock",
		Doc:    "The head of a free list is taken by compare-exchange with a successor that was read before (ABA).",
		Origin: "XSA-228, 02cbeeb620", Breaks: []string{"GR-I14"}, Scenario: "grant.lists", Length: 23,
		Directed: "long, because a handle has to be taken and given back while a thief remembers what came after it",
		Differs:  "a handle that is taken is given back by a whole map and unmap",
	},
	grant.B8: {
		ID: "GR-B8", Kind: design.Bug, Title: "a copy that fails looks at host pins only",
		Doc:    "When a reference cannot be claimed for a copy, writing is cleared unless a host has it pinned for writing, and, where the locks were dropped meanwhile, reading unless one has it for reading. Another copy that writes then reads as if it did not.",
		Origin: "XSA-230, 6e2a4c7356", Breaks: []string{"GR-I4"}, Scenario: "grant.restart-both", Length: 8,
		Differs: "what the commit fixed are failures of copies, and not their ends; with a kernel that behaves they are those of transitive grants",
	},
	grant.B9: {
		ID: "GR-B9", Kind: design.Bug, Title: "no IOMMU entry if the grant was pinned before",
		Doc:    "A map whose grant was pinned already, for as much, leaves the IOMMU to the one that pinned it, which need not have got there.",
		Origin: "921f1f4226", Breaks: []string{"GR-I7"}, Scenario: "grant.iommu", Length: 7,
		Differs: "both maps have to end before it is asked what devices reach",
	},
	grant.B10: {
		ID: "GR-B10", Kind: design.Bug, Title: "a writing copy trusts the frame that is in the entry now",
		Doc:    "A copy that writes through an entry pinned for reading takes its references on the frame that it looks up, and stores to the one that was pinned.",
		Origin: "XSA-500, 61b0a59ce2", Breaks: []string{"GR-I13"}, Scenario: "grant.hostile-copy", Length: 8,
	},
	grant.B11: {
		ID: "GR-B11", Kind: design.Bug, Title: "status frames are freed while they are referenced",
		Doc:    "Going back to version 1 frees the status frames without a look at their references.",
		Origin: "XSA-255, 38bfcc165d", Breaks: []string{"GR-I15"}, Scenario: "grant.version", Length: 3,
		Differs: "sections are steps; and the commit's own symptom, a BUG_ON() for a frame that is referenced, is GR-I21's",
	},
	grant.B12: {
		ID: "GR-B12", Kind: design.Bug, Title: "the old gfn of a table frame is looked up without the p2m lock",
		Doc:    "XENMAPSPACE_grant_table looks the old gfn up, and maps the frame at the new one, in two sections; nor does it keep the grant table's lock, which hides that today.",
		Origin: "XSA-379, f147422bf9", Breaks: []string{"GR-I15"}, Scenario: "grant.version", Length: 10,
		Differs: "the lock of the table is not waited for in steps of its own",
	},
	grant.B13: {
		ID: "GR-B13", Kind: design.Bug, Title: "the grant table's lock is dropped before the frame is mapped",
		Doc:    "XENMAPSPACE_grant_table drops the lock after its look at the table: a change of the version meanwhile frees the frame.",
		Origin: "XSA-486, 02708d3b51", Breaks: []string{"GR-I15", "GR-I25"}, Scenario: "grant.version", Length: 9,
	},
	grant.B14: {
		ID: "GR-B14", Kind: design.Bug, Title: "a failing map keeps its pointer to the status word",
		Doc:    "A map that fails after the version was changed clears the status through a pointer to where it was before.",
		Origin: "XSA-501, 96dfeb4177", Breaks: []string{"GR-I15", "GR-I4"}, Scenario: "grant.version-map", Length: 8,
		Differs: "the map starts in version 1, and its sections are steps; what it keeps is the status word of version 2",
	},
	grant.B15: {
		ID: "GR-B15", Kind: design.Bug, Title: "the version is compared outside of the lock",
		Doc:    "set_version reads the version in force before it takes the lock.",
		Origin: "c0e548d920 (introduced c1488502c9)", Breaks: []string{"GR-I16"}, Scenario: "grant.version-twice", Length: 4,
		Differs: "a grant is made meanwhile, for the change shows in what it loses",
	},
	grant.B16: {
		ID: "GR-B16", Kind: design.Bug, Title: "a pinned transitive entry is claimed without its inner grant",
		Doc:    "A second copy through a transitive entry makes no claim in the third domain, and releases one.",
		Origin: "XSA-226, ad48fb963d", Breaks: []string{"GR-I3"}, Scenario: "grant.restart", Length: 5,
		Differs: "each section is a step; the first violation is in the second claim",
	},
	grant.B17: {
		ID: "GR-B17", Kind: design.Bug, Title: "a preempted copy is counted the wrong way round",
		Doc:    "gnttab_copy() turns the number of elements that are left round before the test for a continuation: if none was done it looks like success.",
		Origin: "XSA-318, d6f22d5d9e", Breaks: []string{"GR-I17", "GR-L2"}, Scenario: "grant.restart", Length: 2,
		Differs: "what makes the first element restart takes two copies, section by section",
	},
	grant.B18: {
		ID: "GR-B18", Kind: design.Bug, Title: "a failed check is reported as 1",
		Doc:    "The result of the check of an entry is stored as whether it failed: status 1, which is no error.",
		Origin: "XSA-316, da0c66c8f4 (from 863e74eb2c)", Breaks: []string{"GR-I17"}, Scenario: "grant.version-map", Length: 1,
		Differs: "the handle is taken in a step of its own",
	},
	grant.B19: {
		ID: "GR-B19", Kind: design.Bug, Title: "the release of handles is not preemptible",
		Doc:    "gnttab_release_mappings() does not look whether it is to be preempted.",
		Origin: "XSA-380, b1ee10be56", Breaks: []string{"GR-I23", "GR-I26"}, Scenario: "grant.destroy-calls", Length: 3,
	},
	grant.B20: {
		ID: "GR-B20", Kind: design.Bug, Title: "pages of HVM domains can be transferred",
		Doc:    "A page of an HVM domain is stolen although others may have it in their TLBs.",
		Origin: "XSA-217, fae7d5be8b", Breaks: []string{"GR-I18"}, Scenario: "grant.transfer-hvm", Length: 5,
		Differs: "that a stale translation leads to the page is the violation; the page need not become a page table",
	},
	grant.B21: {
		ID: "GR-B21", Kind: design.Bug, Title: "a stolen page keeps its type",
		Doc:    "The type of a page, and that it was validated, survive its transfer.",
		Origin: "XSA-214, eaf537342c", Breaks: []string{"GR-I18"}, Scenario: "grant.transfer", Length: 4,
		Differs: "that the type survives is the violation; nobody need take it",
	},
	grant.B22: {
		ID: "GR-B22", Kind: design.Bug, Title: "an address of an entry need not be aligned",
		Doc:    "GNTMAP_contains_pte takes any address: two entries are overwritten in part.",
		Origin: "XSA-227, ce442926c2", Breaks: []string{"GR-I1", "GR-R2", "GR-L3"}, Scenario: "grant.contains-pte", Length: 2,
		Differs: "the sections of the map are steps",
	},
	grant.B23: {
		ID: "GR-B23", Kind: design.Bug, Title: "swap does not look at the range",
		Doc:    "GNTTABOP_swap_grant_ref accepts references beyond the table.",
		Origin: "XSA-18, 4b9e508290", Breaks: []string{"GR-I15"}, Scenario: "grant.swap", Length: 1,
	},
	grant.B24: {
		ID: "GR-B24", Kind: design.Bug, Title: "a kernel tests, then ends",
		Doc:    "The frontend tests whether a grant is in use, and ends it by a plain store.",
		Origin: "XSA-396 (Linux 6b1775f26a2d, abf1fd5919d6, 31185df7e2b1)", Breaks: []string{"GR-I5"}, Scenario: "grant.core", Length: 6,
	},
	grant.B25: {
		ID: "GR-B25", Kind: design.Bug, Title: "a page is granted with what is in it",
		Doc:    "The frontend grants a page without clearing it first.",
		Origin: "XSA-403 (Linux 2f446ffe9d73, 307c8de2b023)", Breaks: []string{"GR-I11"}, Scenario: "grant.kexec-one", Length: 5,
	},
	grant.B26: {
		ID: "GR-B26", Kind: design.Bug, Title: "a copy from a paged-out page leaves its status",
		Doc:    "A copy that fails with eagain leaves the bits that it set in the status word.",
		Origin: "8aed1f12c4", Breaks: []string{"GR-I4", "GR-L1"}, Scenario: "grant.paged-out", Length: 3,
		Differs: "the status is wrong at once; that END never succeeds is not waited for",
	},
	grant.Mut1: {
		ID: "GR-M1", Kind: design.Mutant, Title: "no flush before references are dropped",
		Doc:    "An unmap drops references, pin and status without a TLB flush.",
		Origin: "synthetic", Breaks: []string{"GR-I5"}, Scenario: "grant.flush", Length: 10,
		Differs: "maps and the kernel's end of the grant are one step each; in grant.core, where they are not, it is 11",
	},
	grant.Mut2: {
		ID: "GR-M2", Kind: design.Mutant, Title: "revocation replaces in two steps",
		Doc:    "A mapping is removed, and replaced later.",
		Origin: "synthetic", Breaks: []string{"GR-I10"}, Scenario: "grant.kexec-one", Length: 6,
	},
	grant.Mut3: {
		ID: "GR-M3", Kind: design.Mutant, Title: "revocation without a flush",
		Doc:    "Mappings are replaced, and TLBs keep them.",
		Origin: "synthetic", Breaks: []string{"GR-I8"}, Scenario: "grant.kexec-one", Length: 11,
	},
	grant.Mut4: {
		ID: "GR-M4", Kind: design.Mutant, Title: "revocation without book-keeping",
		Doc:    "Mappings are replaced; pins, references and the handle stay as they are.",
		Origin: "synthetic", Breaks: []string{"GR-I19"}, Scenario: "grant.kexec-again", Length: 10,
	},
	grant.Mut5: {
		ID: "GR-M5", Kind: design.Mutant, Title: "new maps during revocation",
		Doc:    "Grants can be mapped while they are revoked.",
		Origin: "synthetic", Breaks: []string{"GR-I8", "GR-I9"}, Scenario: "grant.kexec-one", Length: 9,
	},
	grant.Mut6: {
		ID: "GR-M6", Kind: design.Mutant, Title: "a handle is put without a link",
		Doc:    "put_maptrack_handle() moves the tail, and the old tail does not point to it.",
		Origin: "synthetic", Breaks: []string{"GR-I14"}, Scenario: "grant.lists", Length: 5,
		Differs: "a handle is taken by a whole map",
	},
	grant.Mut7: {
		ID: "GR-M7", Kind: design.Mutant, Title: "to ask for the size grows the table",
		Doc:    "GNTTABOP_query_size has the caller's table grow to all the frames that it may have.",
		Origin: "synthetic", Breaks: []string{"GR-I24"}, Scenario: "grant.version-pv", Length: 1,
	},
}
