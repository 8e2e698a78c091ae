package grant

// Start describes the domains as the toolstack has made them.
type Start struct {
	F, B, C Made
	NoHeap  bool  // Xen's heap is empty
	NoIOMMU bool  // the IOMMU's tables cannot be changed
	Kept    uint8 // F's gfn + 1 that is reserved for the kernel of a crash
}

// Made is how one domain is made.
type Made struct {
	Absent bool // there is no such domain
	HVM    bool
	Sync   bool  // it has a device, behind an IOMMU whose tables are its own
	Priv   bool  // it may map others' pages by mmu_update
	Own    uint8 // frames that it owns; they come in the order of domains
	Spare  uint8 // pages that it may have more
	Ver    uint8 // of its grant table; 0 is version 1
	MaxVer uint8 // 0 is 2
	Tables uint8 // max_grant_frames; 0 is 1
}

// Stale is what an active entry without pins is left at: nobody must look. The frame
// is one that no scenario has.
var Stale = Active{Domid: NoDomain, MFN: MaxFrames - 1}
