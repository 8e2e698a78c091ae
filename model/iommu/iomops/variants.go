package iomops

import (
	"hvcheck/model/design"
	"hvcheck/model/iommu"
)

// Flushings describes what becomes of a page whose translations are being flushed.
var Flushings = [iommu.NumFlushings]design.Switch{
	iommu.V1: {
		ID: "FL-V1", Title: "synchronous flush",
		Doc:    "The CPU that has removed an entry waits until the hardware says that the flush is done, without a limit, and drops the page's references after that.",
		Origin: "today's code: xen/drivers/passthrough/vtd/qinval.c queue_invalidate_wait()",
	},
	iommu.V0: {
		ID: "FL-V0", Title: "no flush",
		Doc:    "The page is given back at once.",
		Origin: "to compare with",
	},
	iommu.V1t: {
		ID: "FL-V1t", Title: "synchronous flush with a time-out",
		Doc:    "FL-V1, but after a while the CPU does not wait any longer: the device is broken, the domain is crashed, and the page stays with it.",
		Origin: "Xen from 2016 (834c97baeb and others) to 2021 (7c893abc4e, e4fee66043, XSA-373)",
	},
	iommu.V2: {
		ID: "FL-V2", Title: "asynchronous flush, nothing held",
		Doc:    "The flush is submitted, the call returns, and the page is given back without waiting.",
		Origin: "to compare with",
	},
	iommu.V3: {
		ID: "FL-V3", Title: "asynchronous flush, domain paused",
		Doc:    "FL-V2, and the domain's vCPUs are paused until the flush is done.",
		Origin: "Xu, 2015-09-28, xen-devel: the pause alone",
	},
	iommu.V4: {
		ID: "FL-V4", Title: "asynchronous flush, domain paused, pages released on completion",
		Doc:    "FL-V3, but the page's references are dropped by the interrupt that says that the flush is done.",
		Origin: "Xu, 2015-09-28, xen-devel: VT-d Asynchronous Device-TLB Flush for ATS Device",
	},
	iommu.V5: {
		ID: "FL-V5", Title: "asynchronous flush, tables hold references",
		Doc:    "Each entry of an IOMMU table has a reference on its page. When it is cleared, the reference belongs to the flush, and goes when that is done. The domain runs meanwhile.",
		Origin: "Deegan, 2015-09-24, xen-devel",
	},
	iommu.V6: {
		ID: "FL-V6", Title: "asynchronous flush, freed pages held",
		Doc:    "While a domain has an ATS device, its pages are marked; one that would be freed goes to a list of its domain's with the number of the last flush, and is freed when that is done. The domain runs meanwhile.",
		Origin: "Xu, 2015-09-28, xen-devel: PGT_dev_tlb_page, a page list per domain",
	},
}
