package subject

import (
	"fmt"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// TranslatedPages is how many frames the guest of a translated domain needs for itself.
const TranslatedPages = 2

// Its frames are far from those that stories name: the program with its mailboxes, and
// one page table that takes the place of all. Three of its entries are used, each at one
// level: so the guest sees the first 2 MiB of its memory from lowVA on.
const (
	OwnGfn = 0x100
	lowVA  = 1<<30 | 2<<21

	gdtAt = 0x800
	idtAt = 0x900
)

// ProbeGfn is the one behind them, for a page that devices can always reach.
const ProbeGfn = OwnGfn + TranslatedPages

// LowAddress is where the guest sees a gfn.
func LowAddress(gfn uint64) uint64 { return lowVA + gfn<<12 }

// MapTranslated maps a frame of a translated domain's in one of the slots of its page
// table that are there for that, or, if it is none, unmaps what is there.
func (d *Domain) MapTranslated(slot int, gfn uint64) error {
	const access, level = 0x67, 3
	entries := map[int]uint64{level: (OwnGfn+1)<<12 | access, firstSlot + slot: 0}
	if gfn != 0 {
		entries[firstSlot+slot] = gfn<<12 | access
	}
	return d.Write(OwnGfn+1, entries)
}

// firstSlot is the first of those slots.
const firstSlot = 16

// TranslatedSlot is where the guest sees what is mapped in the first of them.
const TranslatedSlot = 1<<30 | 3<<21 | firstSlot<<12

// BootTranslated gives a translated domain a guest and starts its vCPUs. The guest's
// frames are at OwnGfn.
func (d *Domain) BootTranslated() error {
	const access, large = 0x67, 0x80
	base := LowAddress(OwnGfn)
	table := uint64(OwnGfn+1)<<12 | access
	if err := d.Write(OwnGfn+1, map[int]uint64{0: table, 1: table, 2: access | large}); err != nil {
		return fmt.Errorf("page tables: %w", err)
	}
	var err error
	if d.shared, err = d.X.Map(d.ID, true, OwnGfn); err != nil {
		return fmt.Errorf("the guest's page: %w", err)
	}
	copy(d.shared[codeAt:], guestHVM)
	d.va = base
	d.settle()
	const code64, data, code32 = 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff
	put(d.shared, gdtAt+8, code64)
	put(d.shared, gdtAt+16, data)
	put(d.shared, gdtAt+24, code32)
	fault := base + codeAt + guestFaultHVM
	for _, trap := range []int{13, 14} {
		put(d.shared, idtAt+16*trap, fault&0xffff|8<<16|0x8e00<<32|(fault>>16&0xffff)<<48)
		put(d.shared, idtAt+16*trap+8, fault>>32)
	}
	var cpus []*abi.HVMCPU
	for v := range d.VCPUs {
		cpus = append(cpus, d.hvmCPU(v, base))
	}
	if rc := d.X.SetHVMContext(d.ID, cpus); rc != errno.OK {
		return fmt.Errorf("sethvmcontext: %v", rc)
	}
	if rc := d.X.Control(abi.DomctlUnpause, d.ID); rc != errno.OK {
		return fmt.Errorf("unpause: %v", rc)
	}
	return nil
}

// hvmCPU lets a vCPU run the guest's program, in long mode.
func (d *Domain) hvmCPU(v int, base uint64) *abi.HVMCPU {
	mail := base + uint64(mailAt+v*mailStack)
	c := &abi.HVMCPU{RBX: mail, R13: base + uint64(v*infoSize), RSP: mail + mailStack, RIP: base + codeAt, RFlags: 2}
	c.CR0, c.CR3, c.CR4, c.EFER = 0x80010031, (OwnGfn+1)<<12, 0x20, 0x500
	const limit = 0xffffffff
	c.Selectors = [8]uint32{8, 16, 16, 16, 16, 16, 0, 0}
	c.Limits = [10]uint32{limit, limit, limit, limit, limit, limit, 0x67, 0, 16*16 - 1, 32 - 1}
	c.Bases[8], c.Bases[9] = base+idtAt, base+gdtAt
	c.Attributes = [8]uint32{0xa9b, 0xc93, 0xc93, 0xc93, 0xc93, 0xc93, 0x8b, 0x82}
	return c
}
