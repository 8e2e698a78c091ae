package vmm

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"hvcheck/conform/kvm/abi"
	"hvcheck/conform/kvm/drive"
	"hvcheck/conform/vm/first"
	"hvcheck/conform/ways"
)

// Main serves the host and then switches the machine off. It does not return.
func Main() {
	runtime.LockOSThread()
	runtime.GOMAXPROCS(threads)
	debug.SetGCPercent(-1) // what collects garbage takes the CPU away: see gate.Rest
	first.Off("the machine", run)
}

// threads is more than there are, so that none waits for another one's place.
const threads = 6

func run() error {
	if err := first.Furnish(); err != nil {
		return err
	}
	g, err := openGate()
	if err != nil {
		return err
	}
	fd, err := unix.Open("/dev/kvm", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("/dev/kvm: %w", err)
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return err
	}
	k, err := abi.Open(g, fd, "KVM of Linux "+unix.ByteSliceToString(u.Release[:]))
	if err != nil {
		return err
	}
	end, err := first.Channel(Sign)
	if err != nil {
		return err
	}
	s := &ways.Server[*abi.KVM]{Name: k.Name, Host: k, Mappings: drive.Mappings, Probe: func(what json.RawMessage) (any, error) { return storm(k, what) }}
	return s.Serve(end, first.Idle)
}
