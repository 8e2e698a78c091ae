package abi

import (
	"hvcheck/model/errno"
)

// DomIO is the number of dom_io: devices in quarantine are its.
const DomIO = 0x7ff1

// Device is a PCI device that copies memory into a buffer of its own, and back, when
// it is told to: QEMU's edu.
type Device struct {
	Address   uint32 // segment, bus, device and function
	Registers []byte
	// Wake lets it be a bus master. Xen takes that from a device that faults too
	// often.
	Wake func() error
	// Full and Next are notes of who drives it: whether its buffer is filled, and
	// which word of it was used last.
	Full bool
	Next int
}

type deviceArg struct{ Kind, Flags, Address uint32 }

// Assign gives a device to a domain, or puts it into quarantine.
func (x *Xen) Assign(dom uint16, d *Device) errno.Errno { return x.assign(domctlAssign, dom, d) }

// Deassign takes it away.
func (x *Xen) Deassign(dom uint16, d *Device) errno.Errno { return x.assign(domctlDeassign, dom, d) }

func (x *Xen) assign(cmd uint32, dom uint16, d *Device) errno.Errno {
	defer x.Release()
	_, rc := x.control(cmd, dom, deviceArg{Address: d.Address})
	return rc
}
