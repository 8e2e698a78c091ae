// Package abi has KVM's ioctls, as far as they are about its emulation of Xen: their
// numbers, and their structures as bytes.
//
//	Gate (the kernel) -> KVM -> VM, with a vCPU and memory
package abi

import (
	"encoding/binary"
	"errors"
	"fmt"

	"hvcheck/model/errno"
)

// Gate is the way into the kernel.
type Gate interface {
	// Ioctl makes a call with a structure, or with a number if there is none.
	Ioctl(fd int, request uint64, structure []byte, number uint64) (int, errno.Errno)
	// Shared maps what a vCPU shares with its VMM. While that is mapped the VM stays.
	Shared(fd, size int) ([]byte, error)
	Unmap(shared []byte) error
	Close(fd int) error
	// Memory is new memory for a guest, of so many pages.
	Memory(pages int) (Memory, error)
	// Begin has new threads for a vCPU.
	Begin() error
	// Own has something done by the thread that runs the vCPU.
	Own(do func())
	// Move has another one run it from now on.
	Move()
	// Wait has that thread wait for a CPU, for so many nanoseconds.
	Wait(ns uint64) error
	// Waited is how long the calling thread has waited for a CPU so far, in nanoseconds.
	Waited() (uint64, error)
	// Rest is a moment at which nothing is measured.
	Rest()
}

// Memory is memory that a guest can have, in the VMM.
type Memory interface {
	Address(page int) uint64
	Page(page int) []byte // as it is mapped
	Read(page int, to []byte) error
	Write(page, at int, data []byte) error
	// Evict takes a page away. It comes back, in another frame, when it is wanted.
	Evict(page int) error
	Close() error
}

// PageSize is that of a page.
const PageSize = 4096

// KVM is /dev/kvm.
type KVM struct {
	Gate
	Name   string // of the kernel
	FD     int
	shared int // size of what a vCPU shares
}

// ioctls.
const (
	createVM       = 0xAE01
	checkExtension = 0xAE03
	sharedSize     = 0xAE04
	createVCPU     = 0xAE41
	setMemory      = 0x4020AE46
	xenConfig      = 0x4038AE7A
	setClock       = 0x4030AE7B
	run            = 0xAE80
	setRegs        = 0x4090AE82
	getSregs       = 0x8138AE83
	setSregs       = 0x4138AE84
	getXenVM       = 0xC048AEC8
	setXenVM       = 0x4048AEC9
	getXenVCPU     = 0xC048AECA
	setXenVCPU     = 0x4048AECB
)

// capXen is the number of the capability, and runstate the bit of it without which
// nothing can be compared.
const (
	capXen   = 38
	runstate = 1 << 3
)

// Open looks at what a kernel has.
func Open(g Gate, fd int, name string) (*KVM, error) {
	k := &KVM{Gate: g, Name: name, FD: fd}
	bits, _ := g.Ioctl(fd, checkExtension, nil, capXen)
	if bits&runstate == 0 {
		return nil, fmt.Errorf("this KVM does not emulate Xen's runstate area (capability %d is %#x)", capXen, bits)
	}
	size, rc := g.Ioctl(fd, sharedSize, nil, 0)
	if rc != errno.OK {
		return nil, fmt.Errorf("GET_VCPU_MMAP_SIZE: %v", rc)
	}
	k.shared = size
	return k, nil
}

// VM is a virtual machine with one vCPU.
type VM struct {
	k         *KVM
	fd, vcpu  int
	runShared []byte
}

// msr is that of the hypercall page. Without one the time in states is not accounted.
const (
	msr       = 0x40000000
	intercept = 1 << 1 // hypercalls are told to the VMM
)

// Create makes a VM. Its vCPU begins at an address in real mode.
func (k *KVM) Create(ip uint64) (v *VM, err error) {
	v = &VM{k: k, vcpu: -1}
	var rc errno.Errno
	if v.fd, rc = k.Ioctl(k.FD, createVM, nil, 0); rc != errno.OK {
		return nil, fmt.Errorf("CREATE_VM: %v", rc)
	}
	var config [56]byte
	binary.LittleEndian.PutUint32(config[0:], intercept)
	binary.LittleEndian.PutUint32(config[4:], msr)
	if _, rc = k.Ioctl(v.fd, xenConfig, config[:], 0); rc != errno.OK {
		err = fmt.Errorf("XEN_HVM_CONFIG: %v", rc)
	}
	if err == nil {
		err = v.begin(ip)
	}
	if err != nil {
		_ = v.Close()
		return nil, err
	}
	return v, nil
}

// begin makes the vCPU.
func (v *VM) begin(ip uint64) (err error) {
	const (
		base, selector = 0, 12 // of cs, in the structure of special registers
		ipAt, flagsAt  = 16 * 8, 17 * 8
		reserved       = 2 // the flag that is always set
	)
	var rc errno.Errno
	if v.vcpu, rc = v.k.Ioctl(v.fd, createVCPU, nil, 0); rc != errno.OK {
		return fmt.Errorf("CREATE_VCPU: %v", rc)
	}
	if v.runShared, err = v.k.Shared(v.vcpu, v.k.shared); err != nil {
		return err
	}
	var special [312]byte
	if _, rc = v.k.Ioctl(v.vcpu, getSregs, special[:], 0); rc != errno.OK {
		return fmt.Errorf("GET_SREGS: %v", rc)
	}
	binary.LittleEndian.PutUint64(special[base:], 0)
	binary.LittleEndian.PutUint16(special[selector:], 0)
	if _, rc = v.k.Ioctl(v.vcpu, setSregs, special[:], 0); rc != errno.OK {
		return fmt.Errorf("SET_SREGS: %v", rc)
	}
	var regs [144]byte
	binary.LittleEndian.PutUint64(regs[ipAt:], ip)
	binary.LittleEndian.PutUint64(regs[flagsAt:], reserved)
	if _, rc = v.k.Ioctl(v.vcpu, setRegs, regs[:], 0); rc != errno.OK {
		return fmt.Errorf("SET_REGS: %v", rc)
	}
	return nil
}

// Close ends it.
func (v *VM) Close() (err error) {
	if v.runShared != nil {
		err = v.k.Unmap(v.runShared)
	}
	if v.vcpu >= 0 {
		err = errors.Join(err, v.k.Close(v.vcpu))
	}
	return errors.Join(err, v.k.Close(v.fd))
}

// Kinds of memslots.
const (
	Plain    = 0
	ReadOnly = 2
)

// Slot puts a page of the VMM's behind a guest's address; no page takes it away.
func (v *VM) Slot(slot, kind uint32, at uint64, page uint64, pages int) errno.Errno {
	var b [32]byte
	binary.LittleEndian.PutUint32(b[0:], slot)
	binary.LittleEndian.PutUint32(b[4:], kind)
	binary.LittleEndian.PutUint64(b[8:], at)
	binary.LittleEndian.PutUint64(b[16:], uint64(pages)*PageSize)
	binary.LittleEndian.PutUint64(b[24:], page)
	_, rc := v.k.Ioctl(v.fd, setMemory, b[:], 0)
	return rc
}

// SetClock sets the guest's clock.
func (v *VM) SetClock(ns uint64) errno.Errno {
	var b [48]byte
	binary.LittleEndian.PutUint64(b[:], ns)
	_, rc := v.k.Ioctl(v.fd, setClock, b[:], 0)
	return rc
}

// Visit has the calling thread become the one that runs the vCPU, which it does not do
// yet: the kernel takes its time to that.
func (v *VM) Visit() errno.Errno {
	const immediateExit = 1
	v.runShared[immediateExit] = 1
	_, rc := v.k.Ioctl(v.vcpu, run, nil, 0)
	v.runShared[immediateExit] = 0
	if rc == errno.EINTR {
		return errno.OK
	}
	return rc
}

// Run runs the vCPU until it leaves, which it does by a port.
func (v *VM) Run() errno.Errno {
	const (
		tries  = 5
		at, io = 8, 2 // of the exit reason
	)
	for range tries {
		_, rc := v.k.Ioctl(v.vcpu, run, nil, 0)
		switch {
		case rc == errno.EINTR:
			continue
		case rc == errno.OK && binary.LittleEndian.Uint32(v.runShared[at:]) != io:
			return errno.ENOSYS
		}
		return rc
	}
	return errno.EINTR
}
