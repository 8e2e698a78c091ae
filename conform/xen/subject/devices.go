package subject

import (
	"fmt"
	"strings"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// Owner has Xen tell whose a device is. Devices in quarantine are dom_io's.
func Owner(x *abi.Xen, dev *abi.Device) (dom uint16, err error) {
	text, rc := x.Dump('Q')
	if rc != errno.OK {
		return 0, fmt.Errorf("debug key Q: %v", rc)
	}
	return ownerIn(text, dev.Address)
}

// ownerIn reads such a dump.
func ownerIn(text string, address uint32) (dom uint16, err error) {
	name := fmt.Sprintf("%04x:%02x:%02x.%x - ", address>>16, address>>8&0xff, address>>3&0x1f, address&7)
	_, text, found := strings.Cut(text, name)
	switch {
	case !found:
		return 0, fmt.Errorf("device %s: Xen does not tell of it", strings.TrimSuffix(name, " - "))
	case strings.HasPrefix(text, "DomIO"):
		return abi.DomIO, nil
	}
	return uint16(number(text, "d", 10)), nil
}

// Mapped is what an IOMMU table has for a frame number.
type Mapped struct {
	Frame         uint64
	Reads, Writes bool
}

// IOMMUTables has Xen tell the IOMMU tables of domains, by frame number.
func IOMMUTables(x *abi.Xen, list ...*Domain) (all []map[uint64]Mapped, err error) {
	text, rc := x.Dump('o')
	if rc != errno.OK {
		return nil, fmt.Errorf("debug key o: %v", rc)
	}
	for _, d := range list {
		all = append(all, tableOf(text, d.ID))
	}
	return all, nil
}

// tableOf reads the part of a dump that is about a domain.
func tableOf(text string, id uint16) map[uint64]Mapped {
	const heading = " table has "
	_, text, _ = strings.Cut(text, fmt.Sprintf("d%d%s", id, heading))
	text, _, _ = strings.Cut(text, heading)
	table := map[uint64]Mapped{}
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "dfn: ") {
			continue
		}
		line = strings.TrimRight(line, "\n")
		table[number(line, "dfn: ", 16)] = Mapped{
			Frame: number(line, "mfn: ", 16), Reads: strings.ContainsRune(line[len(line)-2:], 'r'), Writes: strings.HasSuffix(line, "w"),
		}
	}
	return table
}
