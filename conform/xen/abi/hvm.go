package abi

import (
	"hvcheck/model/errno"
)

// HVMCPU is struct hvm_hw_cpu. Segments are in the order cs, ds, es, fs, gs, ss, tr and
// ldtr, then idtr and gdtr.
type HVMCPU struct {
	FPU                                       [512]byte
	RAX, RBX, RCX, RDX, RBP, RSI, RDI, RSP    uint64
	R8, R9, R10, R11, R12, R13, R14, R15      uint64
	RIP, RFlags                               uint64
	CR0, CR2, CR3, CR4                        uint64
	DebugRegs                                 [6]uint64
	Selectors                                 [8]uint32
	Limits                                    [10]uint32
	Bases                                     [10]uint64
	Attributes                                [8]uint32
	SysenterCS, SysenterESP, SysenterEIP      uint64
	ShadowGS                                  uint64
	MSRFlags, LSTAR, STAR, CSTAR, SyscallMask uint64
	EFER, TSCAux                              uint64
	TSC                                       uint64
	Pending, ErrorCode, Flags, _              uint32
}

// Records of a domain's context.
const (
	hvmEnd     = 0
	hvmCPU     = 2
	headerSize = 24
)

type hvmRecord struct {
	Type, Instance uint16
	Length         uint32
}

type hvmContext struct {
	Size, _ uint32
	Buffer  uint64
}

// HVMSetParam is HVMOP_set_param, with ParamArg.
const HVMSetParam = 0

// ParamArg is struct xen_hvm_param. Parameter 0 is HVM_PARAM_CALLBACK_IRQ.
type ParamArg struct {
	Domain, _ uint16
	Index     uint32
	Value     uint64
}

// HVMSetVector is HVMOP_set_evtchn_upcall_vector, with SetVectorArg.
const HVMSetVector = 23

// SetVectorArg is struct xen_hvm_evtchn_upcall_vector.
type SetVectorArg struct{ VCPU, Vector uint32 }

// deviceModelOp is struct xen_dm_op with room for its operations.
type deviceModelOp struct {
	Op, _  uint32
	Low, _ uint16
	Server uint16
	_      [26]byte
}

// Operations of dm_op.
const (
	createServer  = 1
	destroyServer = 6
)

// deviceModel makes an operation of dm_op, whose arguments come back.
func (x *Xen) deviceModel(dom uint16, op *deviceModelOp) errno.Errno {
	defer x.Release()
	arg := x.Place(op)
	buffers := x.Place([2]uint64{Address(arg), uint64(len(arg))})
	rc := errno.Errno(x.Hypercall(CallDeviceModel, uint64(dom), 1, Address(buffers)))
	Decode(arg, op)
	return rc
}

// CreateServer makes an ioreq server of a translated domain. It has an event channel for
// each vCPU, whose events Xen receives.
func (x *Xen) CreateServer(dom uint16) (server uint16, rc errno.Errno) {
	op := deviceModelOp{Op: createServer}
	rc = x.deviceModel(dom, &op)
	return op.Server, rc
}

// DestroyServer ends one.
func (x *Xen) DestroyServer(dom, server uint16) errno.Errno {
	return x.deviceModel(dom, &deviceModelOp{Op: destroyServer, Low: server})
}

// SetHVMContext gives vCPUs of a translated domain their state.
func (x *Xen) SetHVMContext(dom uint16, cpus []*HVMCPU) errno.Errno {
	defer x.Release()
	if rc := x.askHeader(dom); rc != errno.OK {
		return rc
	}
	data := append([]byte(nil), x.header...)
	for v, c := range cpus {
		body := Encode(c)
		data = append(data, Encode(hvmRecord{hvmCPU, uint16(v), uint32(len(body))})...)
		data = append(data, body...)
	}
	data = append(data, Encode(hvmRecord{Type: hvmEnd})...)
	b := x.Buffer(len(data))
	copy(b, data)
	_, rc := x.control(domctlSetHVMContext, dom, hvmContext{Size: uint32(len(data)), Buffer: Address(b)})
	return rc
}

// askHeader asks for the record that every context begins with. It is the same for all
// domains.
func (x *Xen) askHeader(dom uint16) errno.Errno {
	const room, record = 64 << 10, 8
	if x.header != nil {
		return errno.OK
	}
	b := x.Buffer(room)
	_, rc := x.control(domctlGetHVMContext, dom, hvmContext{Size: room, Buffer: Address(b)})
	if rc == errno.OK {
		x.header = append([]byte(nil), b[:record+headerSize]...)
	}
	return rc
}
