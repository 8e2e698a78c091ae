package abi

import (
	"encoding/binary"

	"hvcheck/model/errno"
)

// SharedInfo is the attribute of a VM with its page, by number, and VCPUInfo that of a
// vCPU with the address.
const (
	SharedInfo = 1
	VCPUInfo   = 0
)

const sendEvent = 0x400CAED0

// Send sends an event to the vCPU.
func (v *VM) Send(port uint32) errno.Errno {
	const twoLevels = ^uint32(0)
	var b [12]byte
	binary.LittleEndian.PutUint32(b[0:], port)
	binary.LittleEndian.PutUint32(b[8:], twoLevels)
	_, rc := v.k.Ioctl(v.fd, sendEvent, b[:], 0)
	return rc
}
