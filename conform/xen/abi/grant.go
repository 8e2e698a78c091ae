package abi

import (
	"hvcheck/model/errno"
)

// Numbers of hypercalls that grants need.
const (
	CallSetGDT     = 2
	CallGrantTable = 20
)

// Operations on grant tables.
const (
	GrantMap             = 0
	GrantUnmap           = 1
	GrantSetupTable      = 2
	GrantTransfer        = 4
	GrantCopy            = 5
	GrantQuerySize       = 6
	GrantUnmapAndReplace = 7
	GrantSetVersion      = 8
	GrantStatusFrames    = 9
	GrantGetVersion      = 10
	GrantSwap            = 11
	GrantCacheFlush      = 12
)

// MapGrantArg is struct gnttab_map_grant_ref.
type MapGrantArg struct {
	Host       uint64
	Flags, Ref uint32
	Domain     uint16
	Status     int16
	Handle     uint32
	Bus        uint64
}

// UnmapGrantArg is struct gnttab_unmap_grant_ref; for unmap_and_replace Second is
// the new address, and not the bus address.
type UnmapGrantArg struct {
	Host, Second uint64
	Handle       uint32
	Status       int16
	_            uint16
}

// SetupTableArg is struct gnttab_setup_table.
type SetupTableArg struct {
	Domain, _ uint16
	Number    uint32
	Status    int16
	_         [6]byte
	List      uint64
}

// StatusFramesArg is struct gnttab_get_status_frames.
type StatusFramesArg struct {
	Number uint32
	Domain uint16
	Status int16
	List   uint64
}

// TransferArg is struct gnttab_transfer.
type TransferArg struct {
	Frame     uint64
	Domain, _ uint16
	Ref       uint32
	Status    int16
	_         [6]byte
}

// CopyEnd is struct gnttab_copy_ptr.
type CopyEnd struct {
	Which          uint64 // reference or frame
	Domain, Offset uint16
	_              uint32
}

// CopyGrantArg is struct gnttab_copy.
type CopyGrantArg struct {
	From, To      CopyEnd
	Length, Flags uint16
	Status        int16
	_             uint16
}

// Flags of a copy: which of its ends is a reference.
const (
	CopyFromRef = 1
	CopyToRef   = 2
)

// QuerySizeArg is struct gnttab_query_size.
type QuerySizeArg struct {
	Domain, _   uint16
	Number, Max uint32
	Status      int16
	_           uint16
}

// VersionArg is struct gnttab_get_version.
type VersionArg struct {
	Domain, _ uint16
	Version   uint32
}

// SwapArg is struct gnttab_swap_grant_ref.
type SwapArg struct {
	A, B   uint32
	Status int16
	_      uint16
}

// CacheFlushArg is struct gnttab_cache_flush.
type CacheFlushArg struct {
	Bus            uint64
	Offset, Length uint16
	Command        uint32
}

// Parts of shared entries. The first words are a header in both layouts.
const (
	EntriesV1 = PageSize / 8  // of a frame
	EntriesV2 = PageSize / 16 // and in the layout of version 2
	GrantSub  = 1 << 8        // GTF_sub_page

	// ReservedEntries is GNTTAB_NR_RESERVED_ENTRIES.
	ReservedEntries = 8
)

type acquireResource struct {
	Domain, Kind  uint16
	ID, Number, _ uint32
	First, List   uint64
}

const memoryAcquireResource = 28

// TableFrames asks for n frames of a domain's grant table, shared ones or with status
// words, by their machine frames.
func (x *Xen) TableFrames(dom uint16, status bool, n int) (frames []uint64, rc errno.Errno) {
	const grantTable = 1
	defer x.Release()
	frames = make([]uint64, n)
	list := x.Place(frames)
	arg := acquireResource{Domain: dom, Kind: grantTable, Number: uint32(n), List: Address(list)}
	if status {
		arg.ID = 1
	}
	rc = errno.Errno(x.Hypercall(CallMemory, memoryAcquireResource, Address(x.Place(arg))))
	Decode(list, frames)
	return frames, rc
}
