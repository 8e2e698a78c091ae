package drive

import (
	"encoding/binary"
	"slices"

	view "hvcheck/conform/evtchn"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// The guest's kernels: their hypercalls are made by the guest, and their loads and stores
// by dom0, in the guest's memory.

// running is the kernel that runs.
func (s *eventSession) running() *evtchn.Kernel { return &s.kernel[s.cur] }

// arrayBits are the places in a kernel's Own that say of the array pages of the model
// that they are its: one of Xen's.
const arrayBits = (1<<evtchn.MaxPages - 1) << evtchn.MaxVCPUs

// initControl gives Xen the control block of the running kernel for a vCPU.
func (s *eventSession) initControl(cpu, v, page, offset uint8) (errno.Errno, error) {
	at := uint32(0)
	var block, was []byte
	if v < evtchn.MaxVCPUs {
		at, block = blockAt(s.cur, v), s.block(s.cur, v)
		was = append(was, block...)
		clear(block)
	}
	arg := abi.InitControlArg{Frame: s.pageFor(page, 0), VCPU: uint32(v)}
	const unaligned, crossing = 4, abi.PageSize - abi.ControlBlockSize + 8
	arg.Offset = [...]uint32{at, at + unaligned, crossing}[offset]
	r, err := s.issue(cpu, abi.EventInitControl, arg, 0)
	if err != nil || r.code != 0 {
		copy(block, was)
		return errno.Errno(r.code), err
	}
	s.handler[v].Local = [evtchn.NumPrios]uint8{}
	k := s.running()
	k.Own |= 1 << v
	if !s.fifo {
		s.fifo, k.Belief = true, evtchn.FIFO
	}
	return errno.OK, nil
}

// pageFor is the frame that an operand means: the i-th of the guest's, none, or one that
// is a page table.
func (s *eventSession) pageFor(page uint8, i int) uint64 {
	const nowhere = 0x0ffe0000
	return [...]uint64{evtchn.PageOwn: s.memory.frame[i], evtchn.PageMissing: nowhere, evtchn.PageReadOnly: s.dom[evtchn.Guest].Own[0]}[page]
}

// expand gives Xen the running kernel's array page, whose ports are masked.
func (s *eventSession) expand(cpu, page uint8) (errno.Errno, error) {
	var was []byte
	if page == evtchn.PageOwn {
		was = append(was, s.arrayPage(s.cur)...)
		for p := range uint8(evtchn.MaxPorts) {
			put32(s.word(s.cur, guestPort(p)), abi.WordMasked)
		}
	}
	r, err := s.issue(cpu, abi.EventExpandArray, abi.ExpandArrayArg{Frame: s.pageFor(page, 1+int(s.cur))}, 0)
	if err != nil || r.code != 0 {
		copy(s.arrayPage(s.cur), was)
		return errno.Errno(r.code), err
	}
	s.array = true
	s.running().Own |= arrayBits
	return errno.OK, nil
}

// expanded is what the model does beside, where Xen has got an array page: it has the
// same in several.
func (s *eventSession) expanded(had bool) (then []model.Op) {
	if s.array && !had {
		for range evtchn.MaxPages - 1 {
			then = append(then, evops.ExpandArray.Of(evtchn.VCPU0, evtchn.PageOwn))
		}
	}
	return then
}

// start is the start-up of the running kernel. Its result is the first init_control's.
func (s *eventSession) start(cpu uint8) (errno.Errno, error) {
	k := s.running()
	if !k.Knows.Has(evtchn.FIFO) {
		s.start2L()
		return errno.OK, nil
	}
	for v := range evops.Conf(&s.c).VCPUs {
		page := uint8(evtchn.PageOwn)
		if v > 0 && evops.Conf(&s.c).Scarce {
			page = evtchn.PageMissing
		}
		rc, err := s.initControl(cpu, v, page, evtchn.OffsetGood)
		switch {
		case err != nil:
			return rc, err
		case rc != errno.OK && v == 0:
			s.start2L()
			return rc, nil
		case rc != errno.OK: // it cannot be brought up
			if rc, err := s.vcpuOp(cpu, v, abi.VCPUDown); rc != errno.OK || err != nil {
				return rc, err
			}
		}
	}
	k.Belief = evtchn.FIFO
	return errno.OK, nil
}

// start2L masks every port.
func (s *eventSession) start2L() {
	s.running().Belief = evtchn.TwoLevel
	for p := range uint8(evtchn.MaxPorts) {
		s.setBit(abi.SharedMask, p, true)
	}
}

// use takes the running kernel's port for a purpose.
func (s *eventSession) use(cpu, purpose uint8) (errno.Errno, error) {
	k := s.running()
	p, rc, err := s.portFor(cpu, purpose)
	if rc != errno.OK || err != nil {
		return rc, err
	}
	if purpose == evtchn.Store {
		k.Store = p
	} else {
		k.Timer = p
	}
	k.Map |= 1 << p
	if k.Belief == evtchn.FIFO && !s.array {
		if rc, err := s.expand(cpu, evtchn.PageOwn); rc != errno.OK || err != nil {
			return rc, err
		}
	}
	return errno.OK, s.unmask(cpu, p)
}

// portFor finds the port for xenstore, which the toolstack has told, or binds the timer,
// whose port is adopted if there is one.
func (s *eventSession) portFor(cpu, purpose uint8) (p uint8, rc errno.Errno, err error) {
	const interdomain, virq = 2, 4
	if purpose == evtchn.Store {
		st, rc := s.status(guestPort(s.param))
		if rc == errno.OK && st.Status != interdomain {
			rc = errno.EINVAL
		}
		return s.param, rc, nil
	}
	r, err := s.issue(cpu, abi.EventBindVIRQ, abi.BindVIRQArg{VIRQ: view.VIRQs[evtchn.VIRQTimer]}, 0)
	if err != nil || r.code != int64(errno.EEXIST) {
		var got abi.BindVIRQArg
		abi.Decode(r.data, &got)
		p, _ := guestPortOf(got.Port)
		return p, errno.Errno(r.code), err
	}
	for p := range uint8(evtchn.MaxPorts) {
		if st, rc := s.status(guestPort(p)); rc == errno.OK && st.Status == virq && uint32(st.Rest) == view.VIRQs[evtchn.VIRQTimer] && st.VCPU == 0 {
			return p, errno.OK, nil
		}
	}
	return 0, errno.ENOENT, nil
}

// masked tells whether the running kernel has a port masked.
func (s *eventSession) masked(p uint8) bool {
	k := s.running()
	if k.Belief != evtchn.FIFO {
		return s.bit(abi.SharedMask, p)
	}
	return k.Own&arrayBits == 0 || get32(s.word(s.cur, guestPort(p)))&abi.WordMasked != 0
}

func (s *eventSession) mask(p uint8) {
	if s.running().Belief == evtchn.FIFO {
		change(s.word(s.cur, guestPort(p)), abi.WordMasked, 0)
	} else {
		s.setBit(abi.SharedMask, p, true)
	}
}

// unmask is what Linux does to unmask a port.
func (s *eventSession) unmask(cpu, p uint8) error {
	ask := func() error {
		_, err := s.issue(cpu, abi.EventUnmask, abi.PortArg{Port: guestPort(p)}, 0)
		return err
	}
	if s.running().Belief == evtchn.FIFO {
		w := s.word(s.cur, guestPort(p))
		if get32(w)&abi.WordPending != 0 {
			return ask()
		}
		change(w, 0, abi.WordMasked)
		return nil
	}
	if st, rc := s.status(guestPort(p)); rc != errno.OK || uint8(st.VCPU) != cpu {
		return ask()
	}
	s.setBit(abi.SharedMask, p, false)
	switch {
	case !s.bit(abi.SharedPending, p):
	case s.translated():
		s.setBit(abi.SharedMask, p, true)
		return ask()
	default:
		info := s.info(int(cpu))
		sel, word := binary.LittleEndian.Uint64(info[abi.InfoSelector:]), uint64(1)<<(p/evtchn.PerWord)
		binary.LittleEndian.PutUint64(info[abi.InfoSelector:], sel|word)
		if sel&word == 0 {
			info[abi.InfoUpcallPending] = 1
		}
	}
	return nil
}

// move binds a port to another vCPU. It is masked meanwhile.
func (s *eventSession) move(cpu, p, v uint8) (errno.Errno, error) {
	masks := !s.masked(p)
	if masks {
		s.mask(p)
	}
	r, err := s.issue(cpu, abi.EventBindVCPU, abi.PortArg{Port: guestPort(p), Second: uint32(v)}, 0)
	if err != nil || r.code != 0 || !masks {
		return errno.Errno(r.code), err
	}
	return errno.OK, s.unmask(cpu, p)
}

// jump has the next kernel take over, after a soft reset if it comes from the one before.
func (s *eventSession) jump(cpu uint8) error {
	next := s.cur + 1
	plan, old := s.plan[next], s.kernel[s.cur]
	var err error
	switch plan {
	case evtchn.Firmware:
	case evtchn.Migrate:
		err = s.migrate()
	default:
		err = s.handOver(cpu)
	}
	if err != nil {
		return err
	}
	s.cur, s.handler = next, [evtchn.MaxVCPUs]eventHandler{}
	switch {
	case plan == evtchn.Resume && !evops.Conf(&s.c).Unchanged:
		k := s.running()
		k.Belief, k.Map, k.Store, k.Timer, k.Own = evtchn.NoABI, 0, 0, 0, 0
	case plan == evtchn.Firmware && !old.Knows.Has(evtchn.FIFO):
		s.clearWords()
	case plan == evtchn.Migrate:
		s.kernel[s.cur] = evtchn.Kernel{Knows: evtchn.SetOf(old.Belief), Grants: old.Grants, Offer: old.Offer}
	}
	return nil
}

// migrate has the guest go on as a new domain, with the memory that it had, and a new port
// for xenstore.
func (s *eventSession) migrate() error {
	was := slices.Clone(s.memory.mem)
	conf := evops.Conf(&s.c)
	if _, err := s.destroy(nil); err != nil {
		return err
	}
	if err := s.create(evtchn.Guest, int(conf.VCPUs), guestPort(conf.MaxPort), !conf.PV); err != nil {
		return err
	}
	s.gone, s.fifo, s.array, s.leaves = false, false, false, 0
	clear(s.servers)
	s.polls, s.down, s.moved, s.between = [evtchn.MaxVCPUs]bool{}, [evtchn.MaxVCPUs]bool{}, [evtchn.MaxVCPUs]bool{}, nil
	if err := s.furnish(); err != nil {
		return err
	}
	copy(s.memory.mem, was)
	if err := s.closeBackends(); err != nil {
		return err
	}
	return s.makeStore()
}

// clearWords is what firmware does that is about to end.
func (s *eventSession) clearWords() {
	for p := range uint8(evtchn.MaxPorts) {
		s.setBit(abi.SharedPending, p, false)
		s.setBit(abi.SharedMask, p, false)
	}
	for v := range s.dom[evtchn.Guest].VCPUs {
		clearInfo(s.info(v))
	}
}

// handOver is a soft reset, from the kernel's shutdown on.
func (s *eventSession) handOver(cpu uint8) error {
	if err := s.leave(cpu); err != nil {
		return err
	}
	if err := s.stopBackends(); err != nil {
		return err
	}
	if _, err := s.softReset(abi.DomctlSoftReset); err != nil {
		return err
	}
	if err := s.makeStore(); err != nil {
		return err
	}
	return s.resume()
}

// leave has the guest shut down for a soft reset: Xen stops all vCPUs at the call of one.
func (s *eventSession) leave(cpu uint8) error {
	if err := s.awake(cpu); err != nil {
		return err
	}
	d, v := s.dom[evtchn.Guest], int(cpu)
	d.Begin(v, &subject.Call{Number: abi.CallSched, Args: [5]uint64{abi.SchedShutdown, d.DataAt(v)}, Data: abi.Encode(uint32(abi.ShutdownSoftReset))})
	s.leaves = v + 1
	return s.shutDown()
}

// closeBackends closes the backend's ports.
func (s *eventSession) closeBackends() error {
	for p := uint32(1); p < evtchn.MaxPorts; p++ {
		if _, err := s.issue(evtchn.Back0, abi.EventClose, abi.PortArg{Port: p}, 0); err != nil {
			return err
		}
	}
	return nil
}

// stopBackends does so, and pauses the guest.
func (s *eventSession) stopBackends() error {
	if err := s.closeBackends(); err != nil {
		return err
	}
	info, rc := s.x.DomainInfo(s.id(evtchn.Guest))
	if rc == errno.OK && !info.Paused() {
		rc = s.x.Control(abi.DomctlPause, s.id(evtchn.Guest))
	}
	return must(rc, nil)
}

// softReset is the toolstack's call. What it does to event channels stays where it fails
// in the end.
func (s *eventSession) softReset(cmd uint32) (errno.Errno, error) {
	guest := s.id(evtchn.Guest)
	info, rc := s.x.DomainInfo(guest)
	if rc != errno.OK {
		return rc, nil
	}
	rc = s.x.Control(cmd, guest)
	if info.ShutDown() && info.Paused() && (rc == errno.OK || rc == errno.EINVAL) {
		s.fifo, s.array, s.moved, s.between = false, false, [evtchn.MaxVCPUs]bool{}, nil
	}
	return rc, nil
}

// makeStore makes the port for xenstore, which the backend connects to.
func (s *eventSession) makeStore() error {
	guest, backend := s.id(evtchn.Guest), s.id(evtchn.Backend)
	r, err := s.issue(evtchn.Tool, abi.EventAllocUnbound, abi.AllocUnboundArg{Domain: guest, Remote: backend}, 0)
	if err != nil || r.code != 0 {
		return err // there is no port for it
	}
	var got abi.AllocUnboundArg
	abi.Decode(r.data, &got)
	s.param, _ = guestPortOf(got.Port)
	_, err = s.issue(evtchn.Back0, abi.EventBindInterdomain, abi.BindInterdomainArg{Remote: guest, RemotePort: got.Port}, 0)
	return err
}

// resume lets the guest run, which goes on where it has shut down, if it can.
func (s *eventSession) resume() error {
	guest := s.id(evtchn.Guest)
	if rc := s.x.Control(abi.DomctlUnpause, guest); rc != errno.OK {
		return must(rc, nil)
	}
	return s.resumed()
}

// resumed waits for the vCPU that had shut the guest down, if it runs again.
func (s *eventSession) resumed() error {
	info, rc := s.x.DomainInfo(s.id(evtchn.Guest))
	if rc != errno.OK || info.ShutDown() || info.Paused() || s.leaves == 0 {
		return nil
	}
	v := s.leaves - 1
	s.leaves = 0
	return s.dom[evtchn.Guest].Finish(v)
}

// toolstack does the next step of a soft reset.
func (s *eventSession) toolstack() (errno.Errno, error) {
	const backends, reset, store, kernel = 0, 1, 3, 4
	rc, err := errno.OK, error(nil)
	switch s.step {
	case backends:
		err, s.step = s.stopBackends(), reset
	case reset:
		if rc, err = s.softReset(abi.DomctlSoftReset); rc == errno.OK {
			s.step = store
		}
	case store:
		err, s.step = s.makeStore(), kernel
	case kernel:
		k := s.running()
		*k = evtchn.Kernel{Knows: k.Knows, Grants: k.Grants}
		s.handler, s.step = [evtchn.MaxVCPUs]eventHandler{}, backends
		err = s.resume()
	}
	return rc, err
}
