package subject

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/conform/xen/abi"
)

// Grants is what Xen's dump says of a domain's grant table.
type Grants struct {
	There           bool
	Version, Frames int
	Active          map[uint32]Active // entries that are pinned, by reference
}

// Active is an active entry.
type Active struct {
	Domain uint16 // who maps
	Frame  uint64
	Pin    uint32
}

// AllGrants has Xen tell the grant tables of domains.
func AllGrants(x *abi.Xen, list ...*Domain) ([]Grants, error) {
	return told(x, 'g', list, func(text string, id uint16) (Grants, error) { return grantsOf(text, id), nil })
}

// grantsOf reads the part of a dump that is about a domain.
func grantsOf(text string, id uint16) Grants {
	const heading = "grant-table for remote d"
	_, text, found := strings.Cut(text, fmt.Sprintf("%s%d (v", heading, id))
	if !found {
		return Grants{}
	}
	text, _, _ = strings.Cut(text, heading)
	g := Grants{There: true, Version: int(number(text, "", 10)), Active: map[uint32]Active{}}
	before, _, _ := strings.Cut(text, " frames (")
	g.Frames, _ = strconv.Atoi(before[strings.LastIndexByte(before, ' ')+1:])
	for line := range strings.Lines(text) {
		_, entry, found := strings.Cut(line, "[0x")
		if !found {
			continue
		}
		words := strings.Fields(entry)
		if len(words) < 4 {
			continue
		}
		g.Active[uint32(number(words[0], "", 16))] = Active{
			Domain: uint16(number(words[1], "", 10)), Frame: number(words[2], "0x", 16), Pin: uint32(number(words[3], "0x", 16)),
		}
	}
	return g
}
