package dom0

import (
	"runtime"

	"hvcheck/conform/vm/first"
	"hvcheck/conform/xen/abi"
)

// Main serves the host and then switches the machine off. It does not return.
func Main() {
	runtime.LockOSThread()
	first.Off("dom0", run)
}

func run() error {
	if err := first.Furnish(); err != nil {
		return err
	}
	gate, err := openGate()
	if err != nil {
		return err
	}
	x, err := abi.Open(gate)
	if err != nil {
		return err
	}
	if x.Devices, err = openDevices(); err != nil {
		return err
	}
	end, err := first.Channel(Sign)
	if err != nil {
		return err
	}
	return serve(x, end, first.Idle)
}
