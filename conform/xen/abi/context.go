package abi

// UserRegs is struct cpu_user_regs.
type UserRegs struct {
	R15, R14, R13, R12, RBP, RBX, R11, R10, R9, R8 uint64
	RAX, RCX, RDX, RSI, RDI                        uint64
	ErrorCode, EntryVector                         uint32
	RIP                                            uint64
	CS, _                                          uint16
	UpcallMask                                     uint8
	_                                              [3]byte
	RFlags, RSP                                    uint64
	SS, ES, DS, FS, GS                             uint64
}

// TrapInfo is where a trap goes.
type TrapInfo struct {
	Vector, Flags uint8
	CS            uint16
	_             uint32
	Address       uint64
}

// VCPUContext is struct vcpu_guest_context.
type VCPUContext struct {
	FPU                                              [512]byte
	Flags                                            uint64
	Regs                                             UserRegs
	Traps                                            [256]TrapInfo
	LDTBase, LDTEntries                              uint64
	GDTFrames                                        [16]uint64
	GDTEntries                                       uint64
	KernelSS, KernelSP                               uint64
	ControlRegs                                      [8]uint64
	DebugRegs                                        [8]uint64
	EventCallback, FailsafeCallback, SyscallCallback uint64
	VMAssist                                         uint64
	FSBase, GSBaseKernel, GSBaseUser                 uint64
}

// Flags of a context.
const (
	InKernel = 1 << 2
	Online   = 1 << 5
)

// Selectors of the flat segments that every PV guest has.
const (
	KernelCS = 0xe033
	KernelSS = 0xe02b
)

// M2PStrict is VMASST_TYPE_m2p_strict, a bit of vm_assist.
const M2PStrict = 32

// Indices of ControlRegs: where the base pointers are.
const (
	UserTable   = 1
	KernelTable = 3
)
