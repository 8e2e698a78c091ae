package abi

import (
	"encoding/binary"
	"testing"
)

// Where createdomain has its emulation flags depends on the version of domctl.
func TestCreateArg(t *testing.T) {
	for version, at := range map[uint32]int{0x15: 56, 0x16: 56, 0x17: 60, 0x18: 60} {
		x := &Xen{domctl: version}
		b := x.createArg(createDomain{GrantVersion: 2}, createRest{EmulationFlags: emulateLAPIC})
		if got := binary.LittleEndian.Uint32(b[at:]); got != emulateLAPIC || len(b) != at+8 {
			t.Errorf("version %#x: %#x at %d of %d", version, got, at, len(b))
		}
		if got := binary.LittleEndian.Uint32(b[44:]); got != 2 {
			t.Errorf("version %#x: grant version %d", version, got)
		}
	}
}
