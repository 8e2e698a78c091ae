package rsops

import (
	"hvcheck/model/design"
	"hvcheck/model/runstate"
)

// Accesses describes how updates get at the area.
var Accesses = [runstate.NumAccesses]design.Switch{
	runstate.V7: {
		ID: "RS-V7", Title: "two cached mappings, locked together; schedule-out gives up rather than wait",
		Doc:    "Both gfn_to_pfn_caches are locked for reading, the first one first, and looked at under the locks. Where a lock cannot be had at once, or a page is not there, schedule-out skips the update; everybody else waits, and has the page brought.",
		Origin: "Linux since bbe17c625d (2023-01)",
	},
	runstate.V1: {
		ID: "RS-V1", Title: "one cached mapping, of the first page",
		Doc:    "What lies in the second page is not written.",
		Origin: "Linux until 5ec3289b31, which refused such areas at registration; the patch's starting point", Breaks: []string{"RS-I5", "RS-I1", "RS-I2"}, Scenario: "runstate.fields",
	},
	runstate.V2: {
		ID: "RS-V2", Title: "by the VMM's address, and no lock",
		Doc:    "Each store goes through the VMM's page tables and can fault: in atomic context the update is given up there and then. The flag is set and cleared with eight bytes. An area in two memslots is looked up anew each time, which sleeps.",
		Origin: "Linux until a795cd43c5 (gfn_to_hva_cache); Woodhouse's first attempt, 2022-11-22, kvm", Breaks: []string{"RS-I5", "RS-I1", "RS-I2", "RS-I4", "RS-I6"}, Scenario: "runstate.fields",
	},
	runstate.V3: {
		ID: "RS-V3", Title: "a cached mapping for the flag's page, the VMM's address for the other one",
		Doc:    "Setting and clearing the flag cannot fail; stores to the other page can, and are left out then.",
		Origin: "Christopherson, 2022-11-23, kvm", Breaks: []string{"RS-I5", "RS-I1", "RS-I2"}, Scenario: "runstate.fields",
	},
	runstate.V4: {
		ID: "RS-V4", Title: "both pages are looked at first, and written without locks",
		Doc:    "The pages are there when they are looked at, and may be gone when they are written.",
		Origin: "Woodhouse, 2022-11-22, kvm, taken literally", Breaks: []string{"RS-I10", "RS-I5", "RS-I4"}, Scenario: "runstate.fields",
	},
	runstate.V5: {
		ID: "RS-V5", Title: "RS-V7, but schedule-out waits for locks",
		Doc:    "As it was merged first: read_lock, also in atomic context.",
		Origin: "5ec3289b31 (2022-11)", Breaks: []string{"RS-I11"}, Scenario: "runstate.locks",
	},
	runstate.V6: {
		ID: "RS-V6", Title: "RS-V5 without an order of the locks",
		Doc:    "Every other thread locks the second cache first.",
		Origin: "a design to compare with; not from the thread", Breaks: []string{"RS-I12", "RS-I11"}, Scenario: "runstate.locks",
	},
	runstate.VX: {
		ID: "RS-VX", Title: "Xen, through the guest's page tables",
		Doc:    "Flag, structure and flag again are three copies to the guest, each of which may fail wholly or partly; nobody asks, but for a PV guest in user mode, for whom the update is repeated later.",
		Origin: "xen/common/domain.c update_runstate_area(), an area registered by address", Breaks: []string{"RS-I5", "RS-I1", "RS-I2"}, Scenario: "runstate.xen-map",
	},
	runstate.VP: {
		ID: "RS-VP", Title: "Xen, in a page that it holds",
		Doc:    "The area is within a page, aligned, and the page stays for as long as it is registered. The flag protocol always applies.",
		Origin: "d5df44275e (2023)",
	},
}
