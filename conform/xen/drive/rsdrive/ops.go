package rsdrive

import (
	"fmt"
	"math"
	"time"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// tick is how long a tick of the model's is at least: some times what calls take.
const tick = 8 * time.Millisecond

// wait lets a tick pass.
func (s *session) wait(*model.Args) (errno.Errno, error) {
	s.now += s.cfg.Unit
	time.Sleep(tick)
	return errno.OK, nil
}

// change has the target go to another state.
func (s *session) change(a *model.Args) (rc errno.Errno, err error) {
	if _, err := s.wait(nil); err != nil {
		return errno.OK, err
	}
	from := uint8(s.books.told.State)
	switch a[1] {
	case runstate.Running:
		if err = s.release(); err == nil {
			err = s.wake(from)
		}
	case runstate.Runnable:
		if err = s.take(); err == nil {
			err = s.wake(from)
		}
	case runstate.Blocked:
		s.block()
	case runstate.Offline:
		if err = s.up(abi.VCPUDown); err == nil && from == runstate.Blocked {
			err = s.notify()
		}
	}
	if err == nil {
		err = s.arrive(a[1])
	}
	return errno.OK, err
}

// arrive waits until the target is in a state, and has done what it was told to if it
// runs.
func (s *session) arrive(state uint8) error {
	err := until("the state "+rsops.StateArg.Format(state), func() (bool, error) {
		info, err := s.info()
		return info.State == uint32(state), err
	})
	if err != nil {
		return err
	}
	if state == runstate.Running && s.away {
		s.away = false
		return s.dom.Finish(target)
	}
	if state == runstate.Blocked || state == runstate.Offline {
		return s.release()
	}
	return nil
}

// wake has the target go on, whatever keeps it, or yield.
func (s *session) wake(from uint8) error {
	switch from {
	case runstate.Running:
		if s.user {
			return s.nudge()
		}
		s.leave(0, nil)
	case runstate.Blocked:
		return s.notify()
	case runstate.Offline:
		return s.up(abi.VCPUUp)
	}
	return nil
}

// nudge has the target leave its CPU to whoever waits, where it can make no call: it is
// paused for a moment.
func (s *session) nudge() error {
	return must(either(s.x.Control(abi.DomctlPause, s.dom.ID), s.x.Control(abi.DomctlUnpause, s.dom.ID)), nil)
}

// up brings the target up, or down.
func (s *session) up(op uint64) error {
	rc, _, err := s.vcpuOp(caller, op, uint64(0))
	return must(rc, err)
}

// notify has an event come on a port of its own, which is what a poll of no port waits
// for.
func (s *session) notify() error {
	port := abi.BindIPIArg{VCPU: caller}
	rc, data, err := s.event(abi.EventBindIPI, port)
	if err := must(rc, err); err != nil {
		return err
	}
	abi.Decode(data, &port)
	for _, op := range []uint64{abi.EventSend, abi.EventClose} {
		rc, _, err := s.event(op, abi.PortArg{Port: port.Port})
		if err := must(rc, err); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) event(op uint64, arg any) (errno.Errno, []byte, error) {
	return s.call(caller, abi.CallEventChannel, arg, func(at uint64) []uint64 { return []uint64{op, at} })
}

// leave has the target make a call of the scheduler's, from which it comes back when it
// runs again: 0 yields.
func (s *session) leave(op uint64, data []byte) {
	s.away = true
	s.dom.Begin(target, &subject.Call{Number: abi.CallSched, Args: [5]uint64{op, s.dom.DataAt(target)}, Data: data})
}

// block has the target wait for an event.
func (s *session) block() { s.leave(abi.SchedPoll, abi.Encode(abi.PollArg{})) }

// info is what Xen tells of the target.
func (s *session) info() (info abi.RunstateInfo, err error) {
	rc, data, err := s.vcpuOp(caller, abi.VCPUGetRunstate, info)
	if err = must(rc, err); err == nil {
		abi.Decode(data, &info)
	}
	return info, err
}

func (s *session) get(*model.Args) (errno.Errno, error) {
	rc, _, err := s.vcpuOp(caller, abi.VCPUGetRunstate, abi.RunstateInfo{})
	return rc, err
}

func (s *session) setFlag(a *model.Args) (errno.Errno, error) {
	rc, _, err := s.call(caller, abi.CallVMAssist, uint64(0), func(uint64) []uint64 { return []uint64{uint64(1 - a[0]), abi.RunstateUpdateFlag} })
	return rc, err
}

// setWidth has the guest be of 32 or of 64 bits: Xen goes by who tells it how events are
// delivered.
func (s *session) setWidth(a *model.Args) (errno.Errno, error) {
	width := runstate.Layout(a[0])
	rc, err := s.as(width, caller, abi.CallHVM, abi.ParamArg{Domain: abi.Self}, func(at uint64) []uint64 { return []uint64{abi.HVMSetParam, at} })
	if err == nil && rc == errno.OK {
		s.width = width
	}
	return rc, err
}

// Addresses that are none: one that is Xen's own where a PV guest runs, and one that the
// translated guest has not mapped.
const (
	beyond   = 0xffff830000000000
	unmapped = 0xf0000000
)

// address is the guest's address of one of the model's.
func (s *session) address(at uint8) uint64 {
	switch {
	case at == runstate.Nowhere && s.cfg.PV:
		return beyond
	case at == runstate.Nowhere:
		return unmapped
	case s.cfg.PV:
		return subject.ExtraVA + uint64(runstate.Offset(at))
	}
	return subject.TranslatedSlot + uint64(runstate.Offset(at))
}

// register registers an area by the guest's address.
func (s *session) register(a *model.Args) (errno.Errno, error) {
	who := target
	if a[1] != 0 {
		who = caller
	}
	at := where(a[0])
	return s.registerAs(who, abi.VCPURegisterRunstate, at, s.address(at))
}

// registerPhys registers one by guest-physical address.
func (s *session) registerPhys(a *model.Args) (errno.Errno, error) {
	at, address := where(a[0]), uint64(math.MaxUint64)
	if at != runstate.Nowhere {
		address = firstGfn*abi.PageSize + uint64(runstate.Offset(at))
	}
	return s.registerAs(target, abi.VCPURegisterRunstatePhys, at, address)
}

// where is the model's address that an operand says.
func where(arg uint8) uint8 {
	if arg == rsops.Unregister {
		return runstate.Nowhere
	}
	return arg - 1
}

// registerAs has a vCPU register the target's area.
func (s *session) registerAs(who int, op uint64, at uint8, address uint64) (errno.Errno, error) {
	rc, err := s.as(s.width, who, abi.CallVCPU, abi.RegisterAreaArg{Address: address}, func(arg uint64) []uint64 {
		return []uint64{op, target, arg}
	})
	if err == nil && rc == errno.OK {
		s.at, s.known.ahead, s.held = at, who == caller, s.width
	}
	return rc, err
}

// softReset has the domain shut down, and resets it. Its vCPUs go on where they were.
func (s *session) softReset(*model.Args) (errno.Errno, error) {
	s.dom.Begin(caller, &subject.Call{Number: abi.CallSched, Args: [5]uint64{abi.SchedShutdown, s.dom.DataAt(caller)}, Data: abi.Encode(uint32(abi.ShutdownSoftReset))})
	err := until("the shutdown", func() (bool, error) {
		info, rc := s.x.DomainInfo(s.dom.ID)
		return info.ShutDown(), must(rc, nil)
	})
	if err != nil {
		return errno.OK, err
	}
	var rc errno.Errno
	for _, cmd := range []uint32{abi.DomctlPause, abi.DomctlSoftReset, abi.DomctlUnpause} {
		if rc = s.x.Control(cmd, s.dom.ID); rc != errno.OK {
			return rc, fmt.Errorf("soft reset: %v", rc)
		}
	}
	s.at, s.rd = runstate.Nowhere, runstate.Reader{}
	return rc, s.dom.Finish(caller)
}

// mapPage maps a page where the area is, or unmaps it.
func (s *session) mapPage(a *model.Args) (errno.Errno, error) {
	page, frame := int(a[0]), uint64(0)
	if a[1] != 0 {
		frame = s.frame[page]
	}
	if !s.cfg.PV {
		return errno.OK, s.dom.MapTranslated(page, frame)
	}
	const invalidate, everywhere = 2, 4
	entry := uint64(0)
	if frame != 0 {
		entry = frame<<12 | s.dom.AccessExtra()
	}
	at := subject.ExtraVA + uint64(page)*abi.PageSize
	rc, _, err := s.call(caller, abi.CallUpdateVAMapping, uint64(0), func(uint64) []uint64 { return []uint64{at, entry, invalidate | everywhere} })
	return rc, err
}

// setMode has the target go to user mode, or back to kernel mode.
func (s *session) setMode(a *model.Args) (errno.Errno, error) {
	call := &subject.Call{Number: subject.Nothing, Args: [5]uint64{s.dom.DataAt(target)}}
	if s.user = a[0] != 0; s.user {
		call.Number = subject.ToUser
	}
	return errno.OK, s.dom.Make(target, call)
}

// read is the next access of a CPU of the guest's that copies the area.
func (s *session) read(a *model.Args) (errno.Errno, error) {
	state := runstate.State{Mem: s.known.bytes, Read: s.rd, Layout: s.width}
	s.rd = rsview.NextRead(&s.cfg, &state, s.at, uint32(a[0]))
	return errno.OK, nil
}
