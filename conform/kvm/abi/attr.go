package abi

import (
	"encoding/binary"

	"hvcheck/model/errno"
)

// Attributes of a VM.
const (
	LongMode   = 0
	UpdateFlag = 5
)

// Attributes of a vCPU.
const (
	RunstateAddress = 2
	RunstateCurrent = 3
	RunstateData    = 4
	RunstateAdjust  = 5
)

// Nowhere is the address that takes a registration away.
const Nowhere = ^uint64(0)

// attrSize is that of an attribute: what it is, then its values.
const (
	attrSize = 72
	values   = 8
)

// Set sets an attribute of the VM.
func (v *VM) Set(attr uint16, value uint64) errno.Errno {
	return v.set(v.fd, setXenVM, attr, value)
}

// Get reads one.
func (v *VM) Get(attr uint16) (uint64, errno.Errno) {
	b, rc := v.get(v.fd, getXenVM, attr)
	return binary.LittleEndian.Uint64(b[values:]), rc
}

// SetVCPU sets an attribute of the vCPU.
func (v *VM) SetVCPU(attr uint16, list ...uint64) errno.Errno {
	return v.set(v.vcpu, setXenVCPU, attr, list...)
}

// GetVCPU reads one.
func (v *VM) GetVCPU(attr uint16) (uint64, errno.Errno) {
	b, rc := v.get(v.vcpu, getXenVCPU, attr)
	return binary.LittleEndian.Uint64(b[values:]), rc
}

func (v *VM) set(fd int, request uint64, attr uint16, list ...uint64) errno.Errno {
	var b [attrSize]byte
	binary.LittleEndian.PutUint16(b[:], attr)
	for i, x := range list {
		binary.LittleEndian.PutUint64(b[values+8*i:], x)
	}
	_, rc := v.k.Ioctl(fd, request, b[:], 0)
	return rc
}

func (v *VM) get(fd int, request uint64, attr uint16) (b [attrSize]byte, rc errno.Errno) {
	binary.LittleEndian.PutUint16(b[:], attr)
	_, rc = v.k.Ioctl(fd, request, b[:], 0)
	return b, rc
}

// Record is what KVM knows of a vCPU's time, in nanoseconds.
type Record struct {
	State, Entry uint64
	Time         [4]uint64
}

// SetRecord sets it, or adjusts it by so much.
func (v *VM) SetRecord(attr uint16, r Record) errno.Errno {
	return v.SetVCPU(attr, r.State, r.Entry, r.Time[0], r.Time[1], r.Time[2], r.Time[3])
}

// GetRecord reads it.
func (v *VM) GetRecord() (r Record, rc errno.Errno) {
	b, rc := v.get(v.vcpu, getXenVCPU, RunstateData)
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[values+8*i:]) }
	r.State, r.Entry = word(0), word(1)
	for i := range r.Time {
		r.Time[i] = word(2 + i)
	}
	return r, rc
}
