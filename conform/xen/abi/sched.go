package abi

import "hvcheck/model/errno"

// Physical CPUs: one for dom0 and whoever answers it, one where a vCPU can run while dom0
// looks at it.
const (
	MainCPU = iota
	OtherCPU
)

const (
	domctlSetAffinity = 9
	domctlScheduler   = 16
	sysctlScheduler   = 19
)

type bitmap struct {
	Pointer uint64
	Bits, _ uint32
}

type affinity struct {
	VCPU, Flags uint32
	Hard, Soft  bitmap
}

// Pin has a vCPU run on a physical CPU alone.
func (x *Xen) Pin(dom uint16, vcpu, cpu int) errno.Errno {
	const hard = 1
	defer x.Release()
	cpus := x.Place(uint64(1) << cpu)
	_, rc := x.control(domctlSetAffinity, dom, affinity{VCPU: uint32(vcpu), Flags: hard, Hard: bitmap{Pointer: Address(cpus), Bits: 64}})
	return rc
}

// MostWeight is the largest share of CPUs that a domain can have.
const MostWeight = 65535

type domainShare struct {
	Scheduler, Command uint32
	Weight, Cap        uint16
}

// Share sets how much of CPUs a domain gets, beside others.
func (x *Xen) Share(dom, weight uint16) errno.Errno {
	defer x.Release()
	_, rc := x.control(domctlScheduler, dom, domainShare{Scheduler: credit, Weight: weight})
	return rc
}

// credit is the scheduler, by number.
const credit = 5

// Schedule is how the scheduler shares CPUs: in slices of so many milliseconds, and no
// sooner than so many microseconds.
type Schedule struct{ Slice, RateLimit, Migration uint32 }

type schedulerOp struct {
	Pool, Scheduler, Command, _ uint32
	Schedule
}

// SetSchedule changes it, or, where there is none, asks for it.
func (x *Xen) SetSchedule(to *Schedule) (is Schedule, rc errno.Errno) {
	const ask = 1
	defer x.Release()
	op := schedulerOp{Scheduler: credit, Command: ask}
	if to != nil {
		op.Command, op.Schedule = 0, *to
	}
	b, rc := x.system(sysctlScheduler, op)
	Decode(b[sysctlHeader:], &op)
	return op.Schedule, rc
}

// Further operations of vcpu_op: the first has RunstateInfo, the others have RegisterAreaArg.
const (
	VCPUGetRunstate          = 4
	VCPURegisterRunstate     = 5
	VCPURegisterRunstatePhys = 14
)

// RunstateInfo is struct vcpu_runstate_info.
type RunstateInfo struct {
	State, _ uint32
	Entry    uint64
	Time     [4]uint64
}

// RegisterAreaArg is struct vcpu_register_runstate_memory_area.
type RegisterAreaArg struct{ Address uint64 }

// RunstateUpdateFlag is VMASST_TYPE_runstate_update_flag, a bit of vm_assist.
const RunstateUpdateFlag = 5
