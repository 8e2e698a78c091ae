package drive

import (
	"hvcheck/conform"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// What areas have in common that are driven by packages of their own.

// Register adds the mapping of an area.
func Register(m *Mapping) { Mappings = append(Mappings, m) }

// Reply is what came of a call.
type Reply struct {
	Code    int64
	Stopped bool
	Data    []byte // the structure afterwards
}

// Structure makes a call's structure of its address and of the number of the domain that
// the call is about.
type Structure func(at, dom uint64) any

// Arguments makes its arguments of the same.
type Arguments func(at, dom uint64) []uint64

// Fixed is a structure that says neither where it is nor of whom.
func Fixed(v any) Structure { return fixed(v) }

// ByTools has dom0 make a call about a domain.
func ByTools(x *abi.Xen, id uint16, nr uint64, arg Structure, args Arguments) Reply {
	r := byTools(x, id, nr, arg, args)
	return Reply{r.code, r.stopped, r.data}
}

// ByVCPU has a vCPU of a guest make a call about its own domain.
func ByVCPU(d *subject.Domain, v, stops int, nr uint64, arg Structure, args Arguments) (Reply, error) {
	r, err := byVCPU(d, v, stops, nr, arg, args)
	return Reply{r.code, r.stopped, r.data}, err
}

// OnePage makes a memory operation of one page. It is told how many pages are done.
func OnePage(cmd, frame uint64, call func(arg Structure, args Arguments) (Reply, error)) (done bool, extent uint64, err error) {
	type request struct {
		abi.Reservation
		Extent uint64
	}
	const extentAt = 32
	r := request{abi.Reservation{Number: 1}, frame}
	answer, err := call(func(at, dom uint64) any {
		r.Extents, r.Domain = at+extentAt, uint16(dom)
		return r
	}, func(at, _ uint64) []uint64 { return []uint64{cmd, at} })
	if err != nil || answer.Code != 1 {
		return false, 0, err
	}
	abi.Decode(answer.Data, &r)
	return true, r.Extent, nil
}

// MemoryDid is the result of a memory operation of one page, whose failure is told by
// none.
func MemoryDid(done bool) Did {
	if done {
		return result(errno.OK)
	}
	return Did{Result: conform.Failed}
}

// Result is a result with a name of its own.
func Result(code errno.Errno) Did { return result(code) }

// Either is the first reason of several.
func Either(reasons ...string) string { return either(reasons...) }

// ReasonIf is a reason, if something is so.
func ReasonIf(is bool, reason string) string { return reasonIf(is, reason) }

// Reasons why something cannot be driven, for several areas.
const (
	Inside      = inside
	Instrument  = instrument
	Policy      = policy
	NotYet      = notYet
	Environment = "nobody has Xen's heap run empty, or the IOMMU fail, when it is wanted"
)

// PageType is the type that Xen has a code for.
func PageType(code int) page.Type { return types[code] }

// Page-table entries.
const (
	ReadOnly   = pteRO
	Writable   = pteRW
	WriteBit   = pteWrite
	PresentBit = ptePresent
	DirtyBit   = pteD
	Address    = pteAddress
)

// NoDomain is the number of a domain that there is not.
const NoDomain = noDomain

// OwnFrames are those that a PV domain has for itself: the page tables of its guest, and
// one that devices can always reach.
const OwnFrames = subject.Tables + 1

// FreePage and the numbers behind it are machine frames that there are not: the pool's
// while they are nobody's.
const FreePage = 0x0fff0000
