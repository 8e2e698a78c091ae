package abi

// An instrumented hypervisor (conform/xen/instrument) lets dom0 mark a call, in its
// fifth argument, which no call has that is marked. It says who makes the call: each
// has an old_guest_table of its own, and dom0's kernel, which makes calls of its own
// all the time, has another. And it says at which preemption check the call is left.
const (
	markMagic = 0x6876636b << 32
	markWho   = 24 // shift
	maxCheck  = 1<<23 - 1
)

// instrumentVersion is that of the patch.
const instrumentVersion = 1

// Mark marks the calls that follow, until Unmark: who of the toolstack's vCPUs makes
// them, and at which preemption check they are left; 0 is at none. On another
// hypervisor it is nothing.
func (x *Xen) Mark(who uint8, check int) {
	if x.Instrumented {
		x.mark = markMagic | uint64(who)<<markWho | uint64(min(check, maxCheck))
	}
}

// Unmark ends Mark.
func (x *Xen) Unmark() { x.mark = 0 }

// Hypercall makes a call.
func (x *Xen) Hypercall(nr uint64, args ...uint64) int64 {
	if x.mark == 0 {
		return x.Gate.Hypercall(nr, args...)
	}
	return x.marked(x.mark, nr, args...)
}

func (x *Xen) marked(mark, nr uint64, args ...uint64) int64 {
	all := [...]uint64{4: mark}
	copy(all[:4], args)
	return x.Gate.Hypercall(nr, all[:]...)
}

// ask has an instrumented hypervisor tell of itself: its version first, then of the
// last call that was left. Of a result dom0's kernel passes half on.
func (x *Xen) ask(what uint64) uint32 { return uint32(x.marked(markMagic, CallXenVersion, what)) }

// Left is what the last call that was left would have gone on with: its arguments, but
// for what they have beyond 32 bits.
func (x *Xen) Left() (args [4]uint32) {
	const first = 2 // behind the number of the call
	for i := range args {
		args[i] = x.ask(uint64(first + i))
	}
	return args
}
