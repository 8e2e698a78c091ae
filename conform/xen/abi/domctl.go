package abi

import (
	"unsafe"

	"hvcheck/model/errno"
)

// Commands of domctl.
const (
	domctlCreate        = 1
	DomctlDestroy       = 2 // DomctlDestroy and the like have no argument
	DomctlPause         = 3
	DomctlUnpause       = 4
	domctlGetDomainInfo = 5
	domctlMaxMem        = 11
	domctlSetContext    = 12
	domctlGetContext    = 13
	domctlGetVCPUInfo   = 14
	domctlMaxVCPUs      = 15
	domctlIOMem         = 20
	DomctlSoftResetCont = 23
	domctlGetHVMContext = 33
	domctlSetHVMContext = 34
	domctlAssign        = 37
	domctlSetTarget     = 46
	domctlDeassign      = 47
	domctlGetPageInfo   = 61
	domctlSetHandler    = 66
	DomctlSoftReset     = 79
)

const (
	domctlHeader = 16
	domctlSize   = 144
)

type controlHeader struct {
	Command, Version uint32
	Domain           uint16
	_                [6]byte
}

// control makes a domctl; the argument comes back as Xen left it.
func (x *Xen) control(cmd uint32, dom uint16, arg any) (out []byte, rc errno.Errno) {
	b := x.Buffer(domctlSize)
	copy(b, Encode(controlHeader{Command: cmd, Version: x.domctl, Domain: dom}))
	if arg != nil {
		copy(b[domctlHeader:], Encode(arg))
	}
	rc = errno.Errno(x.Hypercall(CallDomctl, Address(b)))
	return b, rc
}

// Control is a domctl without an argument.
func (x *Xen) Control(cmd uint32, dom uint16) errno.Errno {
	defer x.Release()
	_, rc := x.control(cmd, dom, nil)
	return rc
}

// createDomain is the argument of createdomain, and createRest its end. What is in
// between is the hypervisor's version's.
type (
	createDomain struct {
		SSIDRef                     uint32
		Handle                      [16]byte
		Flags, IOMMUOptions         uint32
		MaxVCPUs, MaxEventPort      uint32
		GrantFrames, MaptrackFrames uint32
		GrantVersion                uint32
	}
	createRest struct {
		VMTrace, Pool             uint32
		EmulationFlags, MiscFlags uint32
	}
)

// withAltP2M is the version of domctl from which on createdomain has altp2m_opts
// (0291089f6e, Xen 4.19), which is 0 here.
const withAltP2M = 0x17

// createArg puts the parts of createdomain's argument together.
func (x *Xen) createArg(arg createDomain, rest createRest) []byte {
	b := Encode(arg)
	if x.domctl >= withAltP2M {
		b = append(b, Encode(uint32(0))...)
	}
	return append(b, Encode(rest)...)
}

// Limits are those of a domain that is made.
type Limits struct {
	VCPUs, Pages int
	GrantFrames  int // how large its grant table may become
	GrantVersion int // the last layout that it may have
	IOMMU        bool
	HVM          bool // translated, with tables that hardware walks
	LastPort     int  // the highest port that it may have; 0: as many as there are
}

// createIOMMU is XEN_DOMCTL_CDF_iommu.
const createIOMMU = 1 << 5

// Of a translated domain: XEN_DOMCTL_CDF_hvm and _hap, and XEN_X86_EMU_LAPIC.
const (
	createHVM    = 1<<0 | 1<<1
	emulateLAPIC = 1
)

// ownTables is XEN_DOMCTL_IOMMU_no_sharept: debug keys tell of the IOMMU's tables only if
// they are not the domain's own.
const ownTables = 1

// Defaults are what a domain may have that nobody limits.
func Defaults(vcpus, pages int) Limits {
	return Limits{VCPUs: vcpus, Pages: pages, GrantFrames: 4, GrantVersion: 2}
}

const (
	maxEventPort   = 1<<17 - 1
	maptrackFrames = 4
)

// Create makes a domain, whose vCPUs run where dom0 does. Its number is of no other domain
// before.
func (x *Xen) Create(l Limits) (dom uint16, rc errno.Errno) {
	defer x.Release()
	arg := createDomain{
		MaxVCPUs: uint32(l.VCPUs), MaxEventPort: maxEventPort,
		GrantFrames: uint32(l.GrantFrames), MaptrackFrames: maptrackFrames, GrantVersion: uint32(l.GrantVersion),
	}
	var rest createRest
	copy(arg.Handle[:], "hvcheck conform")
	if l.LastPort > 0 {
		arg.MaxEventPort = uint32(l.LastPort)
	}
	if l.IOMMU {
		arg.Flags = createIOMMU
	}
	if l.HVM && l.IOMMU {
		arg.IOMMUOptions = ownTables
	}
	if l.HVM {
		arg.Flags |= createHVM
		rest.EmulationFlags = emulateLAPIC
	}
	b, rc := x.control(domctlCreate, 0, x.createArg(arg, rest))
	if rc != errno.OK {
		return 0, rc
	}
	var h controlHeader
	Decode(b[:domctlHeader], &h)
	if _, rc = x.control(domctlMaxVCPUs, h.Domain, uint32(l.VCPUs)); rc == errno.OK {
		_, rc = x.control(domctlMaxMem, h.Domain, uint64(l.Pages)*PageSize/1024)
	}
	for v := 0; v < l.VCPUs && rc == errno.OK; v++ {
		rc = x.Pin(h.Domain, v, MainCPU)
	}
	return h.Domain, rc
}

// DomainInfo is what getdomaininfo tells first.
type DomainInfo struct {
	Domain                     uint16
	_                          uint16
	Flags                      uint32
	TotalPages, MaxPages       uint64
	Outstanding, Shared, Paged uint64
	SharedInfo                 uint64 // its frame
}

// FlagDying is set in DomainInfo.Flags of a domain that is being destroyed.
const FlagDying = 1

// ShutDown tells of a domain that has shut down, or was crashed.
func (i *DomainInfo) ShutDown() bool { return i.Flags&(1<<2) != 0 }

// Paused tells of a domain that the toolstack has paused.
func (i *DomainInfo) Paused() bool { return i.Flags&(1<<3) != 0 }

// Crashed tells of a domain that was crashed.
func (i *DomainInfo) Crashed() bool {
	const code, crash = 16, 3
	return i.ShutDown() && i.Flags>>code&0xff == crash
}

// DomainInfo asks for a domain.
func (x *Xen) DomainInfo(dom uint16) (info DomainInfo, rc errno.Errno) {
	defer x.Release()
	b, rc := x.control(domctlGetDomainInfo, dom, nil)
	if rc == errno.OK {
		Decode(b[domctlHeader:], &info)
		if info.Domain != dom { // it gives the next domain that there is
			rc = errno.ESRCH
		}
	}
	return info, rc
}

// contextArg is the argument of setvcpucontext and getvcpucontext.
type contextArg struct {
	VCPU    uint32
	_       uint32
	Pointer uint64
}

// SetContext gives a vCPU a context; nil resets it.
func (x *Xen) SetContext(dom uint16, vcpu int, ctx *VCPUContext) errno.Errno {
	defer x.Release()
	arg := contextArg{VCPU: uint32(vcpu)}
	if ctx != nil {
		arg.Pointer = Address(x.Place(ctx))
	}
	_, rc := x.control(domctlSetContext, dom, arg)
	return rc
}

// Structures have no padding of Go's own. ContextSize is that of a context.
const (
	ContextSize = int(unsafe.Sizeof(VCPUContext{}))
	controlRegs = unsafe.Offsetof(VCPUContext{}.ControlRegs)
	flags       = unsafe.Offsetof(VCPUContext{}.Flags)
)

// BasePointers asks for the control registers of a vCPU's context, of which
// KernelTable and UserTable mean something, and whether it is in kernel mode. The rest
// of the context would take long to take apart.
func (x *Xen) BasePointers(dom uint16, vcpu int) (regs [8]uint64, kernel bool, rc errno.Errno) {
	defer x.Release()
	b := x.Buffer(ContextSize)
	if _, rc = x.control(domctlGetContext, dom, contextArg{VCPU: uint32(vcpu), Pointer: Address(b)}); rc == errno.OK {
		var f uint64
		Decode(b[controlRegs:], &regs)
		Decode(b[flags:], &f)
		kernel = f&InKernel != 0
	}
	return regs, kernel, rc
}

type vcpuInfo struct {
	VCPU                     uint32
	Online, Blocked, Running uint8
	_                        uint8
	Time                     uint64
	CPU                      uint32
}

// Online tells whether a vCPU is not down.
func (x *Xen) Online(dom uint16, vcpu int) (bool, errno.Errno) {
	defer x.Release()
	b, rc := x.control(domctlGetVCPUInfo, dom, vcpuInfo{VCPU: uint32(vcpu)})
	var info vcpuInfo
	Decode(b[domctlHeader:], &info)
	return info.Online != 0, rc
}

// SetVIRQHandler has a domain get a global VIRQ.
func (x *Xen) SetVIRQHandler(dom uint16, virq uint32) errno.Errno {
	defer x.Release()
	_, rc := x.control(domctlSetHandler, dom, virq)
	return rc
}

// SetTarget lets a domain do to another one, which is translated, what its device model
// may. That lasts, and keeps the other one from being freed, until the first one is gone.
func (x *Xen) SetTarget(dom, target uint16) errno.Errno {
	defer x.Release()
	_, rc := x.control(domctlSetTarget, dom, uint32(target))
	return rc
}

type pageInfo struct{ Number, Pointer uint64 }

// PageInfo asks for the type of a frame, as getpageframeinfo3 codes it: 28 bits
// to the right.
func (x *Xen) PageInfo(dom uint16, frame uint64) (code uint64, rc errno.Errno) {
	defer x.Release()
	b := x.Place(frame)
	_, rc = x.control(domctlGetPageInfo, dom, pageInfo{1, Address(b)})
	Decode(b, &code)
	return code >> 28, rc
}

type ioMem struct {
	First, Number uint64
	Allow         uint8
}

// AllowDevice permits a domain to map a frame of device memory.
func (x *Xen) AllowDevice(dom uint16, frame uint64) errno.Errno {
	defer x.Release()
	_, rc := x.control(domctlIOMem, dom, ioMem{frame, 1, 1})
	return rc
}
