package iommu

import (
	"slices"

	"hvcheck/scenarios"
)

const seed004 = "004"

// verdicts reads the verdicts of V0 to V6.
func verdicts(line string) []scenarios.Verdict { return scenarios.Row(columns, line) }

var of, in = scenarios.Of, scenarios.In

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "FL-C1", Seed: seed004,
		Text:     "a guest's device never reaches a page that the guest gave back",
		Doc:      `Quan Xu, 2015-09-28: a guest that goes wrong won't affect the hypervisor or other guest domains.`,
		Scenario: "iommu.core", Properties: []string{"FL-I1"},
		Verdicts: verdicts("F4 H F5 F5 H H H"),
	},
	{
		ID: "FL-C2", Seed: seed004,
		Text:     "a page is not released while its flush is unfinished",
		Doc:      `Quan Xu, 2015-09-28: the page is still owned by this guest, not released back to Xen or reallocated for other guests.`,
		Scenario: "iommu.core", Properties: []string{"FL-I2"},
		Verdicts: verdicts("F3 H F4 F4 H H H"),
	},
	{
		ID: "FL-C3", Seed: seed004,
		Text:     "a page that is given back keeps its owner until the flush is done",
		Doc:      `The same: whatever a device has cached leads to pages of its owner's.`,
		Scenario: "iommu.core", Properties: []string{"FL-I1s"},
		Verdicts: verdicts("F3 H F4 F4 H H H"),
	},
	{
		ID: "FL-C4", Seed: seed004,
		Text:     "the operation is not complete for the guest before the flush is",
		Doc:      `Quan Xu, 2015-09-28: as the required Device-TLB flushes are not applied, the hypercall is not completed.`,
		Scenario: "iommu.core", Properties: []string{"FL-P4"},
		Verdicts: verdicts("F3 H F3 H H F3 F3"),
	},
	{
		ID: "FL-C5", Seed: seed004,
		Text:     "after the call has returned, devices and the CPU agree about the gfn",
		Doc:      `Quan Xu, 2015-09-28: it is maybe not correct for the guest to read data from gfn1 after DMA. This is no matter of isolation.`,
		Scenario: "iommu.core", Properties: []string{"FL-G1"},
		Verdicts: verdicts("F5 H F5 H H F5 F5"),
	},
	{
		ID: "FL-C6", Seed: seed004,
		Text:     "pausing alone is enough for isolation",
		Doc:      `A domain that does not run does not stop its devices.`,
		Scenario: "iommu.core", Properties: []string{"FL-I1"},
		Verdicts: verdicts("- - - F5 - - -"),
	},
	{
		ID: "FL-C7", Seed: seed004,
		Text:     "with references no pause is needed for isolation",
		Doc:      `Tim Deegan, 2015-09-24, and Jan Beulich, 2015-09-28: once you do that, I don't think there'll be a reason to pause the guest.`,
		Scenario: "iommu.core", Properties: []string{"FL-I1"},
		Verdicts: verdicts("- - - - - H H"),
	},
	{
		ID: "FL-C8", Seed: seed004,
		Text:     "without the pause the guest can have page Y at gfn1 while its device still writes page X",
		Doc:      `Quan Xu, 2015-09-28, on why the guest should still be paused. It can; both pages are the guest's, and nothing leaves it.`,
		Scenario: "iommu.core", Properties: []string{"FL-G1"},
		Verdicts: slices.Concat(verdicts("- - - - N W5 W5"), of(verdicts("- - - - - H H"), "FL-I1")),
	},
	{
		ID: "FL-C9", Seed: seed004,
		Text:     "each page that a table leads to is held, until its flush is done",
		Doc:      `Tim Deegan, 2015-09-24: make the IOMMU table take typed refcounts to anything it points to, and only drop those refcounts when the flush completes.`,
		Scenario: "iommu.move", Properties: []string{"FL-I4"},
		Verdicts: slices.Concat(verdicts("- - - - - H -"), of(verdicts("- - - - - - H"), "FL-P9"), in(of(verdicts("- - - - - - F"), "FL-P9"), "iommu.foreign")),
	},
	{
		ID: "FL-C10", Seed: seed004,
		Text:     "it is enough to look at pages of the guest's own",
		Doc:      `Quan Xu, 2015-09-28: could I narrow it down to HVM guest? A page that is mapped from another domain is not on the guest's lists: it depends on when the reference of the mapping goes.`,
		Scenario: "iommu.foreign", Properties: []string{"FL-I1"},
		Verdicts: slices.Concat(verdicts("- - - - - - F"), in(verdicts("- - - - - - H"), "iommu.foreign-kept")),
	},
	{
		ID: "FL-C11", Seed: seed004,
		Text:     "pages that there are can be marked while the guest runs",
		Doc:      `Quan Xu, 2015-09-28: pause the HVM guest domain, scan, unpause. Without the pause a page that is taken on behind the scan is missed, unless new pages are marked before the scan begins.`,
		Scenario: "iommu.scan", Properties: []string{"FL-I1", "FL-I2"},
		Verdicts: slices.Concat(verdicts("- - - - - - F"), in(verdicts("- - - - - - H"), "iommu.scan-early"), in(verdicts("- - - - - - H"), "iommu.scan-paused")),
	},
	{
		ID: "FL-C12", Seed: seed004,
		Text:     "pages of Xen's heap can be left out",
		Doc:      `Quan Xu, 2015-09-28: they are not mapped to IOMMU table. Those of a PV domain are not; a translated domain's table has whatever its p2m has.`,
		Scenario: "iommu.xen-heap", Properties: []string{"FL-I1", "FL-I2"},
		Verdicts: verdicts("- - - - - - F"),
	},
	{
		ID: "FL-C13", Seed: seed004,
		Text:     "a new page type can mark the pages that devices may have cached",
		Doc:      `Quan Xu, 2015-09-28: PGT_dev_tlb_page. Types exclude each other: such a page cannot be mapped for writing. And all eight encodings are taken.`,
		Scenario: "iommu.mark-type", Properties: []string{"FL-P13"},
		Verdicts: verdicts("- - - - - - F1"),
	},
	{
		ID: "FL-C14", Seed: seed004,
		Text:     "the handler knows what to drop without allocating memory",
		Doc:      `Jan Beulich, 2015-09-28: it doesn't look like you'd be able to put them on a list without allocating extra memory for tracking.`,
		Scenario: "iommu.core", Properties: []string{"FL-I12"},
		Verdicts: verdicts("- - - - H H H"),
	},
	{
		ID: "FL-C15", Seed: seed004,
		Text:     "it is enough to look at pages when they are freed",
		Doc:      `Quan Xu, 2015-09-28: once freed a page, check in free_domheap_pages(). Moves are not seen; the number of the last flush covers them, as long as one queue keeps the order. FL-M4 shows what becomes of it without that.`,
		Scenario: "iommu.move", Properties: []string{"FL-I1", "FL-I2"},
		Verdicts: verdicts("- - - - - - H"),
	},
	{
		ID: "FL-C16", Seed: seed004,
		Text:     "a guest goes on although a device does not answer",
		Doc:      `Jan Beulich, 2015-09-28: pausing the guest would get us far away from how real hardware behaves. In FL-V1 a physical CPU is lost as well.`,
		Scenario: "iommu.hung", Properties: []string{"FL-L3"},
		Verdicts: slices.Concat(
			scenarios.Noted(scenarios.Noted(verdicts("H F4 F10 F5 F4 H H"), queueEnds+"; expected was the contrary", "FL-V2"), bothHeld, "FL-V5", "FL-V6"),
			scenarios.Noted(in(verdicts("H - F8 - - F7 F8"), "iommu.hung-long"), queueEnds, "FL-V2", "FL-V5", "FL-V6"),
		),
	},
	{
		ID: "FL-C17", Seed: seed004,
		Text:     "a page is released when its flush is done",
		Doc:      `Quan Xu, 2015-09-28: pageX will be released to Xen when the Device-TLB flush is completed.`,
		Scenario: "iommu.core", Properties: []string{"FL-L1"},
		Verdicts: verdicts("- H - - H H H"),
	},
}
