package drive

import (
	"encoding/binary"
	"fmt"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// The guest's memory, as far as event channels use it, and the numbers of its ports.

// eventMemory are pages of the guest's: one with the control blocks of all kernels, an
// array page for each kernel, and one for vcpu_infos that are registered.
type eventMemory struct {
	frame   [infoPage + 1]uint64 // as the guest names them
	machine [infoPage + 1]uint64
	base    [infoPage]references // that are dom0's
	mem     []byte
	shared  []byte // of shared_info, where that is not where the guest lives
}

// infoPage is the last of the guest's pages.
const infoPage = 1 + evtchn.MaxKernels

// references are those of a page.
type references struct{ general, writable int }

// Frame numbers of a translated guest.
const (
	memoryGfn = 0x10
	sharedGfn = 0x20
)

// furnish gives the guest its pages, which dom0 maps with its shared_info.
func (s *eventSession) furnish() error {
	d, m := s.dom[evtchn.Guest], &s.memory
	first := 0
	translated := s.translated()
	if translated {
		first = memoryGfn
	}
	frames, rc := s.x.Populate(d.ID, first, len(m.frame))
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	copy(m.frame[:], frames)
	m.machine = m.frame
	if translated {
		dump, err := d.Dump()
		if err != nil {
			return err
		}
		for i := range m.machine {
			m.frame[i], m.machine[i] = memoryGfn+uint64(i), dump.Pages[subject.TranslatedPages+i].Frame
		}
	}
	if err := s.share(translated); err != nil {
		return err
	}
	var err error
	if m.mem, err = s.x.Map(d.ID, true, m.frame[:]...); err != nil {
		return err
	}
	dump, err := d.Dump()
	if err != nil {
		return err
	}
	for i := range m.base {
		m.base[i] = m.references(dump, i)
	}
	return nil
}

// translated tells whether the guest is a translated domain.
func (s *eventSession) translated() bool { return !evops.Conf(&s.c).PV }

// share maps the guest's shared_info. That of a translated guest is in its memory for a
// moment, so that dom0 can map it; a soft reset would put another page there.
func (s *eventSession) share(translated bool) (err error) {
	d := s.dom[evtchn.Guest]
	if !translated {
		s.shared = d.Shared()
		return nil
	}
	memory := func(op uint64, arg any) error {
		args := func(at, _ uint64) []uint64 { return []uint64{op, at} }
		r, err := byVCPU(d, 0, 0, abi.CallMemory, fixed(arg), args)
		return must(errno.Errno(r.code), err)
	}
	if err := memory(abi.AddToPhysmap, abi.AddToPhysmapArg{Domain: abi.Self, Frame: sharedGfn}); err != nil {
		return fmt.Errorf("shared_info: %w", err)
	}
	if s.memory.shared, err = s.x.Map(d.ID, true, sharedGfn); err != nil {
		return fmt.Errorf("shared_info: %w", err)
	}
	s.shared = s.memory.shared
	return memory(abi.RemoveFromPhysmap, abi.RemoveFromPhysmapArg{Domain: abi.Self, Frame: sharedGfn})
}

// references are those that a dump tells of page i. The allocation's is always there.
func (m *eventMemory) references(dump *subject.Dump, i int) (r references) {
	const writable = 7
	p := dump.Page(m.machine[i])
	if p == nil {
		return r
	}
	r.general = int(p.Count())
	if p.Type() == writable {
		r.writable = int(p.TypeCount())
	}
	return r
}

// blockSize is how far control blocks are from each other.
const blockSize = 128

// blockAt is where the control block of kernel k for a vCPU is in the first page.
func blockAt(k, v uint8) uint32 { return (uint32(k)*evtchn.MaxVCPUs + uint32(v)) * blockSize }

// block is that control block.
func (s *eventSession) block(k, v uint8) []byte {
	return s.memory.mem[blockAt(k, v):][:abi.ControlBlockSize]
}

// array is the array page of kernel k.
func (s *eventSession) arrayPage(k uint8) []byte {
	return s.memory.mem[(1+int(k))*abi.PageSize:][:abi.PageSize]
}

// word is the event word of a port in it, by the port's number.
func (s *eventSession) word(k uint8, port uint32) []byte {
	return s.arrayPage(k)[port*abi.WordSize%abi.PageSize:][:abi.WordSize]
}

func get32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

func put32(b []byte, v uint32) { binary.LittleEndian.PutUint32(b, v) }

// change sets bits of a number and clears others.
func change(b []byte, set, clear uint32) { put32(b, get32(b)&^clear|set) }

// infoSize is that of a vcpu_info.
const infoSize = 64

// info is the vcpu_info of a vCPU: in shared_info, or where it has been registered.
func (s *eventSession) info(v int) []byte {
	if s.moved[v] {
		return s.memory.mem[infoPage*abi.PageSize+v*infoSize:][:infoSize]
	}
	return s.shared[v*infoSize:][:infoSize]
}

// registerInfo gives a vCPU another vcpu_info. The one before is clear then.
func (s *eventSession) registerInfo(cpu, v, area uint8) (errno.Errno, error) {
	arg := abi.RegisterInfoArg{Frame: s.pageFor(pageOf[area], infoPage), Offset: uint32(v) * infoSize}
	if area == evtchn.AreaCrossing {
		arg.Offset += infoSize / 16
	}
	args := func(at, _ uint64) []uint64 { return []uint64{abi.VCPURegisterInfo, uint64(v), at} }
	r, err := s.call(cpu, 0, abi.CallVCPU, fixed(arg), args)
	if err == nil && r.code == 0 {
		clearInfo(s.info(int(v)))
		s.moved[v] = true
	}
	return errno.Errno(r.code), err
}

// clearInfo has nothing be pending in a vcpu_info.
func clearInfo(info []byte) {
	info[abi.InfoUpcallPending] = 0
	binary.LittleEndian.PutUint64(info[abi.InfoSelector:], 0)
}

// bit tells whether the guest's shared_info has the bit of a port, and setBit changes it.
func (s *eventSession) bit(at int, p uint8) bool {
	n := guestPort(p)
	return s.shared[at+int(n/8)]>>(n%8)&1 != 0
}

func (s *eventSession) setBit(at int, p uint8, on bool) {
	n := guestPort(p)
	b := &s.shared[at+int(n/8)]
	if *b &^= 1 << (n % 8); on {
		*b |= 1 << (n % 8)
	}
}

// guestPort is the number of a port of the guest. Its words, its buckets, and the places
// where Xen looks whether a reset is to be preempted, are then those of the model.
func guestPort(p uint8) uint32 {
	return uint32(p/evtchn.PerWord)*abi.PortsPerWord + uint32(p%evtchn.PerWord)
}

// guestPortOf is the port with a number; false if the model has none there.
func guestPortOf(n uint32) (uint8, bool) {
	p := n/abi.PortsPerWord*evtchn.PerWord + n%abi.PortsPerWord
	return uint8(p), n%abi.PortsPerWord < evtchn.PerWord && p < evtchn.MaxPorts
}

// portOf is the number of a port of a domain.
func portOf(dom, p uint8) uint32 {
	if dom == evtchn.Guest {
		return guestPort(p)
	}
	return uint32(p)
}

// fill has the ports between those of the model taken before one of them is wanted: Xen
// takes the first that is free.
func (s *eventSession) fill() error {
	if s.gone {
		return nil
	}
	for first := uint8(0); first+evtchn.PerWord < evtchn.MaxPorts; first += evtchn.PerWord {
		from, to := guestPort(first)+evtchn.PerWord, guestPort(first+evtchn.PerWord)
		if to > guestPort(evops.Conf(&s.c).MaxPort) || s.taken(from) {
			continue
		}
		for p := uint8(1); p < first+evtchn.PerWord; p++ {
			if !s.taken(guestPort(p)) {
				return nil
			}
		}
		for n := from; n < to; n++ {
			r := byTools(s.x, 0, abi.CallEventChannel, fixed(abi.AllocUnboundArg{Domain: s.id(evtchn.Guest), Remote: s.id(evtchn.Guest)}),
				func(at, _ uint64) []uint64 { return []uint64{abi.EventAllocUnbound, at} })
			var got abi.AllocUnboundArg
			abi.Decode(r.data, &got)
			if r.code != 0 || got.Port != n {
				return fmt.Errorf("a port between those of the model: %v, %d instead of %d", errno.Errno(r.code), got.Port, n)
			}
			s.between = append(s.between, n)
		}
	}
	return nil
}

// empty closes the ports that fill has taken since a reset began: one that goes on may be
// past them, and would find ports that the model does not have.
func (s *eventSession) empty() error {
	if s.gone || len(s.between) == 0 {
		return nil
	}
	info, rc := s.x.DomainInfo(s.id(evtchn.Guest))
	if rc != errno.OK {
		return must(rc, nil)
	}
	if info.Paused() {
		if rc := s.x.Control(abi.DomctlUnpause, s.id(evtchn.Guest)); rc != errno.OK {
			return must(rc, nil)
		}
		defer s.x.Control(abi.DomctlPause, s.id(evtchn.Guest))
	}
	v := uint8(evtchn.VCPU0)
	if s.polls[v] || s.down[v] {
		v = other(v)
	}
	for _, port := range s.between {
		if _, err := s.issue(v, abi.EventClose, abi.PortArg{Port: port}, 0); err != nil {
			return err
		}
	}
	s.between = nil
	return nil
}

// taken tells whether Xen would not give a port of the guest away.
func (s *eventSession) taken(port uint32) bool {
	st, rc := s.status(port)
	if rc == errno.EACCES || rc == errno.OK && st.Status != 0 { // Xen's own are not told of
		return true
	}
	return rc == errno.OK && s.array && get32(s.word(s.cur, port))&abi.WordLinked != 0
}

// status asks Xen for a port of the guest.
func (s *eventSession) status(port uint32) (st abi.StatusArg, rc errno.Errno) {
	r := byTools(s.x, 0, abi.CallEventChannel, fixed(abi.StatusArg{Domain: s.id(evtchn.Guest), Port: port}),
		func(at, _ uint64) []uint64 { return []uint64{abi.EventStatus, at} })
	abi.Decode(r.data, &st)
	return st, errno.Errno(r.code)
}
