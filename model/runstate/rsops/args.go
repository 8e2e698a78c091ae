package rsops

import (
	"fmt"
	"strconv"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// The operand types of area runstate.
var (
	Thread   = model.Named("thread", "who acts on the host: h0 is the vCPU's thread, h1 and h2 are other users of its mappings, n takes pages away", "h0", "h1", "h2", "n").Naming(needThread).NameOf("thread")
	StateArg = model.Named("runstate", "a vCPU's state; 4 does not exist, and keep leaves it as it is", "running", "runnable", "blocked", "offline", "4", "keep")
	ClockArg = model.Named("clock", "how the clock has gone on when it is read: by a tick, not at all, or back by a tick", "ahead", "same", "back")
	CPUArg   = model.Named("reader", "the guest CPU that reads: another one than the vCPU's, or its own", "remote", "own")
	PageArg  = model.Named("page", "the page of the area: A is the first one; other stands for memory that is none of it", "A", "B", "other").NameOf("page")
	SlotArg  = model.Named("memslot", "what is behind a page: memory, none, or memory that must not be written", "writable", "none", "read-only")
	Width    = model.Named("width", "of the guest, which decides the layout", "64", "32")
	OnOff    = model.Named("switch", "off or on", "off", "on")
	ValueArg = model.Named("values", "what the record is set to or adjusted by: sound values, times that do not add up to the entry time, an entry time in the future, or, for an adjustment, a tick that goes from running to runnable", "sound", "unbalanced", "future", "shifted")
	ForArg   = model.Named("vcpu", "whose area is registered, seen from the caller: its own, or another vCPU's", "own", "other")
	ModeArg  = model.Named("mode", "of a PV guest", "kernel", "user")
	Address  = address()
)

// Unregister is the address that is none.
const Unregister = 0

// At is the operand for an address, counted from the beginning of page A.
func At(offset int) uint8 { return uint8(offset-rsview.Offset(0)) + 1 }

// where is the model's address of an operand.
func where(v uint8) uint8 {
	if v == Unregister {
		return runstate.Nowhere
	}
	return v - 1
}

// address is where an area begins: an offset from the beginning of page A, or
// none.
func address() *model.ArgType {
	first, last := rsview.Offset(0), rsview.Offset(runstate.MemSize-runstate.MaxLen)
	return &model.ArgType{
		Name: "address", Doc: "where an area begins, counted from the beginning of page A, or none",
		Formatted: func(v uint8) string {
			if v == Unregister {
				return "none"
			}
			return fmt.Sprintf("%#x", rsview.Offset(v-1))
		},
		Read: func(text string) (uint8, error) {
			if text == "none" {
				return Unregister, nil
			}
			n, err := strconv.ParseInt(text, 0, 16)
			if err != nil || int(n) < first || int(n) > last {
				return 0, fmt.Errorf("%q is no address; want none, or %#x to %#x", text, first, last)
			}
			return At(int(n)), nil
		},
		Values: func(*model.Config) uint8 { return At(last) + 1 },
		Within: func(v uint8, _ *model.Config) bool { return v <= At(last) },
	}
}

// users are the other users of the vCPU's mappings, which can be exchanged.
var users = &model.Group{
	Size: func(c *model.Config) uint8 { return Conf(c).Threads - 1 },
	Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
		if t == Thread {
			return model.Renamed(runstate.H1, p, v)
		}
		return v
	},
}

// needThread raises the number of updaters to a thread.
func needThread(v uint8, least *model.Config) {
	if v < runstate.Notifier {
		Conf(least).Threads = max(Conf(least).Threads, v+1)
	}
}
