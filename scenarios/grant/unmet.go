package grant

import "hvcheck/scenarios"

// What B's driver does, and what a kernel of F does by itself.
const (
	driverNames = "driver.*"
	kernelNames = "guest.store_*,guest.accept_transfer,guest.grant_transitive,kernel.*,gnttab.swap,gnttab.hold_frame,gnttab.drop_frame,gnttab.add_to_physmap"
)

// Reasons.
const (
	othersCPU = "the driver is B's, and this is what kernels of F do"
	notOnX86  = "x86 has no GNTTABOP_cache_flush: the call is always refused"
	wholly    = "the driver's unmap is one step, and what it is told of a failure of the IOMMU does not say that the mapping is gone"
	followed  = "a kernel is followed once, and K2 stays"
)

// unmet says why operations do not meet.
var unmet = []scenarios.Unmet{
	{First: driverNames, Then: kernelNames, With: "cpu", Why: othersCPU},
	{First: kernelNames, Then: driverNames, With: "cpu", Why: othersCPU},
	{First: "gnttab.cache_flush", Why: notOnX86},
	{First: "gnttab.cache_flush", Trait: "*", Why: notOnX86},
	{First: "kernel.map_shinfo,xen.update_shinfo,gnttab.add_to_physmap", Trait: "pv", Why: "a PV kernel has no p2m of Xen's, in which it could map something"},
	{First: "device.dma", Trait: "translated-mapper", Why: "in the starts a translated mapper has no device, and there is one of C's or none"},
	{First: "kernel.kexec_load,kernel.kexec_exec,kernel.crash,kernel.boot,xen.revoke,gnttab.soft_reset,driver.request", Trait: "next-kernel", Why: followed},
	{First: "xen.iommu", Then: "driver.disconnect", Why: wholly},
	{First: "driver.disconnect", Then: "xen.iommu", Why: wholly},
	{First: "kernel.boot", Then: "kernel.boot,xen.revoke,gnttab.soft_reset", Why: followed},
	{First: "gnttab.soft_reset", Then: "xen.revoke", Why: "a design has the one or the other"},
	{First: "kernel.crash", Then: "xen.revoke,gnttab.soft_reset", Why: "K2 starts at once when K1 has crashed"},
}
