package mmops

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// The operand types.
var (
	CPU = model.Named("cpu", "the vCPU that makes the call: v0 to v2 of the guest, t0 to t2 of the toolstack's domain",
		"v0", "v1", "v2", "t0", "t1", "t2").Interchangeable().NameOf("vcpu")
	VCPU = model.Number("vcpu", "a vCPU of the guest, by number", func(*model.Config) uint8 { return pvmmu.MaxGuests }).NameOf("vcpu")

	Level = model.Listed("level", "a page-table level, 1 to 4", 1, 4)
	// SlotOrM2P can also name the slot that is Xen's.
	SlotOrM2P = slotOrM2P()
	Command   = model.Named("command", "how mmu_update treats the entry: MMU_NORMAL_PT_UPDATE, MMU_PT_UPDATE_PRESERVE_AD, or a command that does not exist",
		"normal", "preserve_ad", "unknown")
	Assist = model.Named("vm_assist", "the vm_assist bits: none, VMASST_TYPE_m2p_strict (32), or bit 40, which nobody may set",
		"relaxed", "strict", "bit40")
	Toggle = model.Named("toggle", "VMASST_CMD_enable, VMASST_CMD_disable, or a command that does not exist",
		"enable", "disable", "unknown")
	Mode = model.Named("mode", "the context's flags: in kernel mode (VGCF_in_kernel), in user mode, not VGCF_online, or registers that the checks refuse",
		"kernel", "user", "offline", "badregs")
	PageType = model.Named("type", "a type without entries of its own: seg_desc (PGT_seg_desc_page), shared (PGT_shared_page), writable (PGT_writable_page)",
		"seg_desc", "shared", "writable")
	// Flush is the flush operand of update_va_mapping.
	Flush = model.Named("flush", "what update_va_mapping flushes afterwards: nothing, everywhere (UVMF_ALL), or CPUs in a mask at a bad address",
		"none", "all", "badmask")
	// Address is where an answer goes.
	Address = model.Named("address", "where the caller wants the answer: in memory of its own, or at an address that cannot be written",
		"good", "bad")
	// StepType is the type operand of type-step.
	StepType = model.Named("type", "the type that a CPU takes step by step", "l1", "writable")
)

var stepTypes = [...]page.Type{page.L1, page.Writable}

// slotOrM2P is a slot of a page table, or the slot of the M2P table.
func slotOrM2P() *model.ArgType {
	t := pool.SlotType("an entry of a page table, by number; m2p is slot 256, which in an L4 is Xen's (RO_MPT)")
	format, read := t.Formatted, t.Read
	t.Formatted = func(v uint8) string {
		if v == pvmmu.SlotM2P {
			return "m2p"
		}
		return format(v)
	}
	t.Read = func(s string) (uint8, error) {
		if s == "m2p" {
			return pvmmu.SlotM2P, nil
		}
		return read(s)
	}
	return t
}

// groups lists the names that are interchangeable. Guest vCPU 0 is special,
// which does no harm: a renamed story is carried out again.
var groups = []*model.Group{
	pool.Names,
	{
		Size: func(c *model.Config) uint8 { return Conf(c).Guests },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == VCPU || t == CPU && v < pvmmu.MaxGuests {
				return model.Renamed(0, p, v)
			}
			return v
		},
	},
	{
		Size: func(c *model.Config) uint8 { return Conf(c).Tools },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == CPU {
				return model.Renamed(pvmmu.MaxGuests, p, v)
			}
			return v
		},
	},
}
