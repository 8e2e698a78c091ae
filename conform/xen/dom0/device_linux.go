package dom0

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"hvcheck/conform/vm/first"
	"hvcheck/conform/xen/abi"
)

// copier is the PCI device that copies memory, by vendor and device.
const copier = "0x1234 0x11e8"

// openDevices maps the registers of the devices that copy memory.
func openDevices() (list []abi.Device, err error) {
	dirs, err := first.Devices(copier)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		d := abi.Device{Wake: func() error { return wake(dir) }}
		if d.Address, err = pciAddress(filepath.Base(dir)); err != nil {
			return nil, err
		}
		if d.Registers, err = mapRegisters(filepath.Join(dir, "resource0")); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// pciAddress reads 0000:00:02.0.
func pciAddress(name string) (uint32, error) {
	var seg, bus, dev, fn uint32
	if _, err := fmt.Sscanf(name, "%x:%x:%x.%x", &seg, &bus, &dev, &fn); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return seg<<16 | bus<<8 | dev<<3 | fn, nil
}

func mapRegisters(file string) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return unix.Mmap(int(f.Fd()), 0, abi.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

// wake sets the bits of a device's command register that are for memory and for
// being a bus master.
func wake(dir string) error {
	const command, bits = 4, 6
	f, err := os.OpenFile(filepath.Join(dir, "config"), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt([]byte{bits, 0}, command)
	return err
}
