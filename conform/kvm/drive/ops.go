package drive

import (
	"encoding/binary"

	"hvcheck/conform/kvm/abi"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
)

// change has the vCPU go to another state.
func (s *session) change(a *model.Args) (errno.Errno, error) {
	to := uint64(a[1])
	if to >= uint64(runstate.NumStates) {
		return s.vm.SetVCPU(abi.RunstateCurrent, to), nil
	}
	switch runstate.Clock(a[2]) {
	case runstate.Ahead:
		s.now += s.cfg.Unit
	case runstate.Back:
		s.now -= s.cfg.Unit
	}
	if rc := s.setClock(); rc != errno.OK {
		return rc, nil
	}
	s.next = &to
	if to == uint64(runstate.Running) {
		return s.vm.Run(), nil
	}
	return s.vm.SetVCPU(abi.RunstateCurrent, to), nil
}

// wait lets a tick pass in which the vCPU's thread has no CPU.
func (s *session) wait(*model.Args) (errno.Errno, error) {
	s.now += s.cfg.Unit
	s.asked = true
	return errno.OK, s.k.Wait(s.cfg.Unit)
}

// moved has another thread run the vCPU.
func moved(of ways.Session, _ model.Op, _ int) (ways.Did, error) {
	s := of.(*session)
	s.k.Move()
	s.asked = true
	return s.carryOut(func(s *session) (errno.Errno, error) { return s.vm.Visit(), nil })
}

func (s *session) get(*model.Args) (errno.Errno, error) {
	_, rc := s.vm.GetRecord()
	return rc, nil
}

// hour is more than any clock here will come to.
const hour = 3600e9

// setData sets the record to one with all its time offline.
func (s *session) setData(a *model.Args) (errno.Errno, error) {
	if rc := s.setClock(); rc != errno.OK {
		return rc, nil
	}
	state := uint64(a[0])
	r := abi.Record{State: state, Entry: s.now}
	switch runstate.Values(a[1]) {
	case runstate.Unbalanced:
		r.Time[runstate.Blocked] = 1
	case runstate.Future:
		r.Entry += max(hour, s.cfg.Unit)
	}
	r.Time[runstate.Offline] = r.Entry
	rc := s.vm.SetRecord(abi.RunstateData, r)
	if rc == errno.OK {
		s.next = &state
	}
	return rc, nil
}

// adjust counts the time up to now as blocked, or a tick of running as runnable. The
// clock must not be behind the entry time, which is a little more than whole ticks.
func (s *session) adjust(a *model.Args) (errno.Errno, error) {
	if rc := s.vm.SetClock(max(s.now, s.saw.record.Entry)); rc != errno.OK {
		return rc, nil
	}
	state := uint64(a[0])
	if a[0] == runstate.Keep {
		state = ^uint64(0)
	}
	r := abi.Record{State: state, Entry: s.now - s.saw.record.Entry}
	r.Time[runstate.Blocked] = r.Entry
	switch runstate.Values(a[1]) {
	case runstate.Unbalanced:
		r.Time[runstate.Blocked]++
	case runstate.Future:
		r.Entry += max(hour, s.cfg.Unit)
		r.Time[runstate.Blocked] = r.Entry
	case runstate.Shifted:
		r = abi.Record{State: state}
		r.Time[runstate.Running] -= s.cfg.Unit
		r.Time[runstate.Runnable] += s.cfg.Unit
	}
	rc := s.vm.SetRecord(abi.RunstateAdjust, r)
	if rc == errno.OK && a[0] != runstate.Keep {
		s.next = &state
	}
	return rc, nil
}

func (s *session) setAddress(a *model.Args) (errno.Errno, error) {
	at := uint8(runstate.Nowhere)
	if a[0] != 0 {
		at = a[0] - 1
	}
	return s.vm.SetVCPU(abi.RunstateAddress, guestAddress(at)), nil
}

func (s *session) setWidth(a *model.Args) (errno.Errno, error) {
	return s.vm.Set(abi.LongMode, uint64(1-a[0])), nil
}

func (s *session) setFlag(a *model.Args) (errno.Errno, error) {
	return s.vm.Set(abi.UpdateFlag, uint64(a[0])), nil
}

func (s *session) evict(a *model.Args) (errno.Errno, error) {
	return errno.OK, s.mem.Evict(inMemory[a[0]])
}

// setSlot changes what is behind a page, or adds or takes away memory that has
// nothing to do with the area.
func (s *session) setSlot(a *model.Args) (errno.Errno, error) {
	if a[0] < runstate.NumPages {
		return s.put(a[0], runstate.Slot(a[1])), nil
	}
	pages := 1
	if s.more {
		pages = 0
	}
	s.more = !s.more
	return s.vm.Slot(slotOther, abi.Plain, otherAt, s.mem.Address(otherPage), pages), nil
}

// read is the next access of a CPU of the guest's that copies the area.
func (s *session) read(a *model.Args) (errno.Errno, error) {
	l, at := s.saw.layout, s.saw.at
	word := func(i uint8) uint64 { return binary.LittleEndian.Uint64(s.known.bytes[at+i:]) }
	switch last := 2 + uint32(max(s.cfg.Slots, 1)); {
	case s.rd.Step == 0:
		s.rd = runstate.Reader{First: word(l.EntryAt()), Own: uint32(a[0]), Step: 1}
	case s.rd.Step == last:
		s.rd = runstate.Reader{}
	case s.rd.Step == 1:
		s.rd.Copy.State, s.rd.Copy.Entry = uint64(binary.LittleEndian.Uint32(s.known.bytes[at:])), word(l.EntryAt())
		s.rd.Step++
	default:
		i := uint8(s.rd.Step - 2)
		for s.rd.Copy.Time[i] = word(l.TimeAt(i)); s.rd.Step == last-1 && i < runstate.NumStates; i++ {
			s.rd.Copy.Time[i] = word(l.TimeAt(i))
		}
		s.rd.Step++
	}
	return errno.OK, nil
}
