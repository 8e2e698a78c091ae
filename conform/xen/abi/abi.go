// Package abi is Xen's interface as dom0 uses it to make and to drive other
// domains: hypercalls, and the structures that go with them.
//
//	Gate: one hypercall, memory that Xen can reach, frames of other domains
//	Xen:  Gate + what the hypercalls mean
//
// Structures are Go structs with the layout of Xen's public headers, their
// padding spelled out.
package abi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"hvcheck/model/errno"
)

// PageSize is that of a frame.
const PageSize = 4096

// Self names the caller's own domain.
const Self = 0x7ff0

// Numbers of hypercalls.
const (
	CallMMUUpdate       = 1
	CallMemory          = 12
	CallUpdateVAMapping = 14
	CallXenVersion      = 17
	CallVMAssist        = 21
	CallVCPU            = 24
	CallMMUExt          = 26
	CallSched           = 29
	CallHVM             = 34
	CallSysctl          = 35
	CallDomctl          = 36
	CallDeviceModel     = 41
)

// SchedShutdown and SchedPoll are operations of sched_op.
const (
	SchedShutdown = 2
	SchedPoll     = 3
)

// ShutdownSoftReset is a reason for a shutdown.
const ShutdownSoftReset = 5

// PollArg is struct sched_poll, and the port that it points to.
type PollArg struct {
	Ports   uint64
	Number  uint32
	_       uint32
	Timeout uint64
	Port    uint32
}

// PollPortAt is where that port is.
const PollPortAt = 24

// Gate is the way into the hypervisor that the first process of dom0 has.
type Gate interface {
	// Hypercall makes a call; an error is negative.
	Hypercall(nr uint64, args ...uint64) int64
	// Buffer is zeroed memory that pointers within arguments may point to, until
	// Release gives all of it back.
	Buffer(n int) []byte
	Release()
	// Map maps frames of another domain, in this order; Unmap ends that.
	Map(dom uint16, writable bool, frames ...uint64) ([]byte, error)
	Unmap(mem []byte) error
	// MapTable maps a frame of a domain's grant table, a shared one or one with status words.
	MapTable(dom uint16, status bool, frame int) ([]byte, error)
}

// Address is where a buffer is, as an argument.
func Address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(&b[0]))) }

// Xen is the hypervisor.
type Xen struct {
	Gate
	Name           string // with its version
	Devices        []Device
	header         []byte // of a translated domain's context
	domctl, sysctl uint32 // versions of these interfaces
	console        uint32 // how far the console has been read
	Instrumented   bool   // it lets a toolstack's call be left at a preemption check; see Mark
	mark           uint64
}

// Open finds out which versions of its interfaces the hypervisor has. It says
// nothing but EACCES to another one.
func Open(g Gate) (*Xen, error) {
	x := &Xen{Gate: g}
	for v := uint32(0x10); v < 0x20; v++ {
		x.domctl, x.sysctl = v, v
		if _, rc := x.control(domctlGetDomainInfo, 0, nil); rc != errno.EACCES {
			break
		}
	}
	domctl := x.domctl
	for v := uint32(0x10); v < 0x20; v++ {
		x.sysctl = v
		if _, rc := x.system(sysctlPhysInfo, nil); rc != errno.EACCES {
			break
		}
	}
	if domctl == 0x1f || x.sysctl == 0x1f {
		return nil, errors.New("the hypervisor knows none of the versions of domctl and sysctl that were tried")
	}
	x.Name = x.version()
	if x.Instrumented = x.ask(0) == instrumentVersion; x.Instrumented {
		x.Name += " (instrumented)"
	}
	return x, nil
}

// version is "Xen 4.17.7".
func (x *Xen) version() string {
	defer x.Release()
	v := x.Hypercall(CallXenVersion, 0, 0)
	extra := x.Buffer(16)
	x.Hypercall(CallXenVersion, 1, Address(extra))
	return fmt.Sprintf("Xen %d.%d%s", v>>16, v&0xffff, text(extra))
}

func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// Encode lays a structure out.
func Encode(v any) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		panic(err) // all structures have a fixed size
	}
	return b
}

// Decode reads what Encode laid out.
func Decode(b []byte, v any) {
	if _, err := binary.Decode(b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
}

// Place puts a structure into a buffer.
func (x *Xen) Place(v any) []byte {
	data := Encode(v)
	b := x.Buffer(len(data))
	copy(b, data)
	return b
}

// Yield gives the CPU to whoever else wants it.
func (x *Xen) Yield() { x.Hypercall(CallSched, 0, 0) }
