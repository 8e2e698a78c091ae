package abi

import (
	"strings"

	"hvcheck/model/errno"
)

const (
	sysctlReadConsole = 1
	sysctlPhysInfo    = 3
	sysctlDebugKeys   = 7
	sysctlHeader      = 8
	sysctlSize        = 136
)

// system makes a sysctl; the argument comes back as Xen left it.
func (x *Xen) system(cmd uint32, arg any) (out []byte, rc errno.Errno) {
	b := x.Buffer(sysctlSize)
	copy(b, Encode([2]uint32{cmd, x.sysctl}))
	if arg != nil {
		copy(b[sysctlHeader:], Encode(arg))
	}
	rc = errno.Errno(x.Hypercall(CallSysctl, Address(b)))
	return b, rc
}

type readConsole struct {
	Clear, Incremental uint8
	_                  uint16
	Index              uint32
	Buffer             uint64
	Count              uint32
}

// consoleChunk is how much of the console is read at once.
const consoleChunk = 64 << 10

// Console is what the hypervisor has printed since the last call.
func (x *Xen) Console() (string, errno.Errno) {
	var all strings.Builder
	for {
		b := x.Buffer(consoleChunk)
		out, rc := x.system(sysctlReadConsole, readConsole{Incremental: 1, Index: x.console, Buffer: Address(b), Count: consoleChunk})
		var r readConsole
		Decode(out[sysctlHeader:], &r)
		if rc == errno.OK {
			x.console = r.Index
			all.Write(b[:r.Count])
		}
		x.Release()
		if rc != errno.OK || r.Count == 0 {
			return all.String(), rc
		}
	}
}

type debugKeys struct {
	Pointer uint64
	Count   uint32
}

// Dump presses a debug key and gives what it printed. The key does its work
// within the call.
func (x *Xen) Dump(key byte) (string, errno.Errno) {
	if _, rc := x.Console(); rc != errno.OK {
		return "", rc
	}
	b := x.Place(key)
	_, rc := x.system(sysctlDebugKeys, debugKeys{Address(b), 1})
	x.Release()
	if rc != errno.OK {
		return "", rc
	}
	return x.Console()
}
