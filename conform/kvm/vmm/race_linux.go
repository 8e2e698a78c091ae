package vmm

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"hvcheck/conform/kvm/abi"
	"hvcheck/conform/kvm/race"
)

// storm lets updates and copies race.
func storm(k *abi.KVM, what json.RawMessage) (race.Count, error) {
	var s race.Storm
	if err := json.Unmarshal(what, &s); err != nil {
		return race.Count{}, err
	}
	debug.FreeOSMemory()
	if s.Alone {
		return race.Run(k, s, locked)
	}
	if err := secondCPU(k); err != nil {
		return race.Count{}, err
	}
	return race.Run(k, s, apart)
}

// secondOnline is where the second CPU is switched on.
const secondOnline = "/sys/devices/system/cpu/cpu1/online"

// keeper is a VM that stays: the first one that there is has the kernel patch its text,
// which emulated CPUs do not always see in time. So it comes before the second CPU.
var keeper *abi.VM

func secondCPU(k *abi.KVM) (err error) {
	if keeper != nil {
		return nil
	}
	if keeper, err = k.Create(0); err != nil {
		return err
	}
	return os.WriteFile(secondOnline, []byte("1"), 0)
}

// locked does something in a thread of its own.
func locked(do func()) {
	runtime.LockOSThread()
	do()
}

// apart does something on the second CPU. Its thread ends with it.
func apart(do func()) {
	runtime.LockOSThread()
	var second unix.CPUSet
	second.Set(1)
	_ = unix.SchedSetaffinity(0, &second)
	do()
}
