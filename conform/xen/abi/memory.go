package abi

import (
	"hvcheck/model/errno"
)

// MMUExtOp is struct mmuext_op.
type MMUExtOp struct {
	Command uint32
	_       uint32
	Frame   uint64
	Second  uint64
}

// Commands of mmuext_op.
const (
	PinL1          = 0 // up to 3 for an L4
	Unpin          = 4
	NewBaseptr     = 5
	NewUserBaseptr = 15
)

// MMURequest is struct mmu_update.
type MMURequest struct{ Pointer, Value uint64 }

// Commands of mmu_update, in the low bits of the pointer.
const (
	UpdateNormal     = 0
	UpdatePreserveAD = 2
	UpdateUnknown    = 7
)

// Continued is set in the count of a call that goes on where it was preempted.
const Continued = 0x80000000

// Operations of memory_op.
const (
	DecreaseReservation = 1
	PopulatePhysmap     = 6
	AddToPhysmap        = 7
	MemoryExchange      = 11
	RemoveFromPhysmap   = 15
	AddToPhysmapBatch   = 23
)

// Reservation is struct xen_memory_reservation.
type Reservation struct {
	Extents, Number uint64
	Order, Flags    uint32
	Domain          uint16
	_               [6]byte
}

// Spaces of add_to_physmap: a page of the domain's own memory, several, and one of another
// domain's.
const (
	SpaceGfn      = 2
	SpaceGfnRange = 3
	SpaceForeign  = 4
)

// BatchArg is struct xen_add_to_physmap_batch. Lists have an element each.
type BatchArg struct {
	Domain, Space, Size, Foreign uint16
	Indices, Frames, Errors      uint64
}

// RemoveArg is struct xen_remove_from_physmap.
type RemoveArg struct {
	Domain uint16
	_      [6]byte
	Frame  uint64
}

// Exchange is struct xen_memory_exchange.
type Exchange struct {
	In, Out   Reservation
	Exchanged uint64
}

// SpaceGrantTable is XENMAPSPACE_grant_table, whose indices with StatusIndex are of status
// frames.
const (
	SpaceGrantTable = 1
	StatusIndex     = 0x80000000
)

// AddToPhysmapArg is struct xen_add_to_physmap. Space 0 is shared_info.
type AddToPhysmapArg struct {
	Domain, Size uint16
	Space        uint32
	Index, Frame uint64
}

// RemoveFromPhysmapArg is struct xen_remove_from_physmap.
type RemoveFromPhysmapArg struct {
	Domain uint16
	_      [6]byte
	Frame  uint64
}

// Populate gives a domain frames, in this order.
func (x *Xen) Populate(dom uint16, first, n int) (frames []uint64, rc errno.Errno) {
	defer x.Release()
	extents := make([]uint64, n)
	for i := range extents {
		extents[i] = uint64(first + i)
	}
	list := x.Place(extents)
	arg := x.Place(Reservation{Extents: Address(list), Number: uint64(n), Domain: dom})
	done := x.Hypercall(CallMemory, PopulatePhysmap, Address(arg))
	if done != int64(n) {
		return nil, errno.ENOMEM
	}
	Decode(list, extents)
	return extents, errno.OK
}

// Remove takes a frame away from a domain.
func (x *Xen) Remove(dom uint16, frame uint64) errno.Errno {
	defer x.Release()
	list := x.Place(frame)
	arg := x.Place(Reservation{Extents: Address(list), Number: 1, Domain: dom})
	if x.Hypercall(CallMemory, DecreaseReservation, Address(arg)) != 1 {
		return errno.EINVAL
	}
	return errno.OK
}

// PinTable pins a page table of another domain.
func (x *Xen) PinTable(dom uint16, level int, frame uint64) errno.Errno {
	defer x.Release()
	arg := x.Place(MMUExtOp{Command: PinL1 + uint32(level) - 1, Frame: frame})
	return errno.Errno(x.Hypercall(CallMMUExt, Address(arg), 1, 0, uint64(dom)))
}

// UpdateTable stores an entry in a page table of another domain.
func (x *Xen) UpdateTable(dom uint16, frame uint64, slot int, entry uint64) errno.Errno {
	defer x.Release()
	arg := x.Place(MMURequest{Pointer: frame<<12 | uint64(slot)<<3, Value: entry})
	whose := uint64(dom)
	return errno.Errno(x.Hypercall(CallMMUUpdate, Address(arg), 1, 0, whose|(whose+1)<<16))
}
