package drive

import (
	"errors"
	"fmt"
	"time"

	"hvcheck/conform/kvm/abi"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// session is a VM with one vCPU.
type session struct {
	k     *abi.KVM
	cfg   runstate.Config
	vm    *abi.VM
	mem   abi.Memory
	now   uint64 // the model's clock
	more  bool   // the memslot that has nothing to do with the area is there
	slot  [runstate.NumPages]runstate.Slot
	rd    runstate.Reader
	guest [runstate.NumLinks]uint8 // the places that the guest uses
	next  *uint64                  // the state that the operation has led to, if it has

	saw   sight
	known shadow

	waited  uint64 // by the vCPU's thread, in nanoseconds, as it was seen last
	unasked uint64 // of that, since the beginning, what nobody had asked for
	asked   bool   // for a wait, or another thread
}

// Where things are: the guest's program, the pages of the area, and memory that has
// nothing to do with it. In the VMM the two pages are apart, the second one first.
const (
	programAt = 0x1000
	pageAt    = 0x200000
	otherAt   = 0x700000

	lowPage, lowPages = 0, 2
	programPage       = 1
	secondPage        = 3
	firstPage         = 6
	otherPage         = 8
	allPages          = 9
)

// inMemory is where each page of the area is in the VMM's memory.
var inMemory = [runstate.NumPages]int{firstPage, secondPage}

// Slots.
const (
	slotLow   = 0
	slotPage  = 1 // and the one behind it
	slotOther = 7
)

// program leaves the guest by a port, again and again. Before that it executes cpuid,
// which KVM emulates itself: only then it looks whether there are events to deliver.
var program = []byte{0x0f, 0xa2, 0xe6, 0x80, 0xeb, 0xfa}

// canary is what the pages of the area hold that nobody has written.
const canary = 0xa5

func begin(k *abi.KVM, c *model.Config, w *model.World) (ways.Session, error) {
	k.Rest()
	s := &session{k: k, cfg: rsops.Conf(c).Config}
	err := s.create()
	if err == nil {
		err = k.Begin()
	}
	if err == nil {
		k.Own(func() { err = s.begin(rsops.Of(w)) })
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// create makes a VM with memory, before there are threads that are to run it: to make
// one takes long.
func (s *session) create() (err error) {
	if s.vm, err = s.k.Create(programAt); err != nil {
		return err
	}
	if s.mem, err = s.k.Memory(allPages); err != nil {
		return err
	}
	if err := s.fill(); err != nil {
		return err
	}
	rc := s.vm.Slot(slotLow, abi.Plain, 0, s.mem.Address(lowPage), lowPages)
	for p := range runstate.NumPages {
		s.slot[p] = runstate.SlotNone
		rc = either(rc, s.put(p, runstate.SlotWritable))
	}
	if rc != errno.OK {
		return fmt.Errorf("memory cannot be given to the VM: %v", rc)
	}
	return nil
}

// begin makes what is there at the start.
func (s *session) begin(w *runstate.State) error {
	s.now, s.asked = w.Now, true
	if err := s.calm(); err != nil {
		return err
	}
	rc := either(s.vm.Set(abi.LongMode, uint64(1-w.Layout)), s.setClock(), s.vm.SetRecord(abi.RunstateData, real(&w.Rec)))
	if rc != errno.OK {
		return fmt.Errorf("the start state cannot be made: %v", rc)
	}
	if err := s.ask(w); err != nil {
		return err
	}
	s.known.begin()
	return s.observe()
}

// ask has KVM do what the guest has asked for at the start. What KVM refuses is seen.
func (s *session) ask(w *runstate.State) error {
	if w.FlagOn {
		s.vm.Set(abi.UpdateFlag, 1)
	}
	if err := s.link(w); err != nil {
		return err
	}
	if at := w.C[0].Addr; w.C[0].Active && s.vm.SetVCPU(abi.RunstateAddress, guestAddress(at)) == errno.OK {
		return s.place(w, at)
	}
	return nil
}

// either is the first code that is none of success.
func either(codes ...errno.Errno) errno.Errno {
	for _, rc := range codes {
		if rc != errno.OK {
			return rc
		}
	}
	return errno.OK
}

// fill writes what memory has in the beginning.
func (s *session) fill() error {
	page := make([]byte, abi.PageSize)
	for i := range page {
		page[i] = canary
	}
	for _, p := range inMemory {
		if err := s.mem.Write(p, 0, page); err != nil {
			return err
		}
	}
	if err := s.clearInfo(); err != nil {
		return err
	}
	return s.mem.Write(programPage, 0, program)
}

// place makes what the model has where the area is at the start: padding as if it had
// been composed in a buffer, pages that are away.
func (s *session) place(w *runstate.State, at uint8) error {
	for i := range w.Layout.Len() {
		if !isPadding(w.Layout, i) {
			continue
		}
		page := runstate.PageOf(at + i)
		if err := s.mem.Write(inMemory[page], inPage(at+i), []byte{w.Mem[at+i]}); err != nil {
			return err
		}
	}
	for p, f := range w.PT {
		if f != 0 {
			continue
		}
		if err := s.mem.Evict(inMemory[p]); err != nil {
			return err
		}
	}
	return nil
}

// isPadding tells the bytes between the state and the entry time.
func isPadding(l runstate.Layout, i uint8) bool { return i >= 4 && i < l.EntryAt() }

// guestAddress is the guest's address of one of the model's.
func guestAddress(at uint8) uint64 {
	if at == runstate.Nowhere {
		return abi.Nowhere
	}
	return pageAt + uint64(runstate.Offset(at))
}

// inPage is the offset of an address in its page.
func inPage(at uint8) int { return runstate.Offset(at) % abi.PageSize }

// setClock sets the VM's clock to the model's.
func (s *session) setClock() errno.Errno { return s.vm.SetClock(s.now) }

// real is a record of the model's as KVM has it.
func real(r *runstate.Record) abi.Record {
	return abi.Record{State: r.State, Entry: r.Entry, Time: r.Time}
}

// put changes what is behind a page.
func (s *session) put(page uint8, to runstate.Slot) errno.Errno {
	number, at := slotPage+uint32(page), pageAt+uint64(page)*abi.PageSize
	if s.slot[page] != runstate.SlotNone {
		if rc := s.vm.Slot(number, abi.Plain, at, 0, 0); rc != errno.OK {
			return rc
		}
	}
	s.slot[page] = to
	switch to {
	case runstate.SlotNone:
		return errno.OK
	case runstate.SlotReadOnly:
		return s.vm.Slot(number, abi.ReadOnly, at, s.mem.Address(inMemory[page]), 1)
	}
	return s.vm.Slot(number, abi.Plain, at, s.mem.Address(inMemory[page]), 1)
}

// carryOut has the vCPU's thread do an operation, and looks at what came of it. A
// thread that is preempted within a call makes its vCPU runnable: that came of
// itself.
func (s *session) carryOut(do func(s *session) (errno.Errno, error)) (d ways.Did, err error) {
	s.k.Own(func() {
		want := s.saw.record.State
		var rc errno.Errno
		if rc, err = do(s); err != nil {
			return
		}
		d = did(rc)
		if s.next != nil {
			want, s.next = *s.next, nil
		}
		if err = s.calm(); err != nil {
			return
		}
		if err = s.observe(); err == nil && s.saw.record.State != want && s.saw.record.State == uint64(runstate.Runnable) {
			d.Then = append(d.Then, rsops.Change.Of(runstate.H0, runstate.Runnable, uint8(runstate.Same)))
		}
	})
	return d, err
}

// calm notes how long the vCPU's thread has waited for its CPU. KVM books that rightly, and
// nobody had asked for it.
func (s *session) calm() error {
	const much = view.Tick / 4
	waited, err := s.k.Waited()
	if !s.asked {
		s.unasked += waited - s.waited
	}
	s.waited, s.asked = waited, false
	if err == nil && s.unasked > much {
		err = fmt.Errorf("%w: the vCPU's thread has waited %v for its CPU", ways.ErrDisturbed, time.Duration(s.unasked))
	}
	return err
}

// Close ends the VM.
func (s *session) Close() (err error) {
	if s.vm != nil {
		err = s.vm.Close()
	}
	if s.mem != nil {
		err = errors.Join(err, s.mem.Close())
	}
	return err
}
