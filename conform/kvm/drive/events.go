package drive

import (
	"encoding/binary"
	"fmt"

	"hvcheck/conform"
	"hvcheck/conform/kvm/abi"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// How the guest's own accesses are made.
const byGuest = "the VMM writes the memory, as the guest would"

var eventWays = []ways.Way{
	by(rsops.SetShared, "KVM_XEN_ATTR_TYPE_SHARED_INFO", nil, (*session).setShared),
	by(rsops.SetVCPU, "KVM_XEN_VCPU_ATTR_TYPE_VCPU_INFO", nil, (*session).setVCPU),
	by(rsops.SendEvent, "KVM_XEN_HVM_EVTCHN_SEND", nil, (*session).send),
	by(rsops.MaskEvent, byGuest, nil, (*session).mask),
	by(rsops.HandleEvents, byGuest, nil, (*session).handle),
}

// Where things are in the pages: shared_info is a whole one, vcpu_info is at the
// beginning of page A, or behind the window of page B.
const (
	bitsAt, bitsEnd = 0x800, 0xc00
	selAt           = 8 // in vcpu_info; of 32 bits 4 bytes before
	timeAt, infoEnd = 0x20, 0x40
	acrossAt        = abi.PageSize - 0x20

	away = uint8(runstate.Away)
)

var vcpuAt = [runstate.NumPages]int{0, infoEnd}

// wallAt are the wall clock's version, and its parts as [from, to).
var wallAt = [runstate.NumLayouts]struct {
	version int
	parts   [2][2]int
}{
	runstate.Layout64: {0xc00, [2][2]int{{0xc00, 0xc10}}},
	runstate.Layout32: {0x900, [2][2]int{{0x900, 0x90c}, {0x924, 0x928}}},
}

// maskAt is where mask bits begin.
var maskAt = [runstate.NumLayouts]int{runstate.Layout64: 0xa00, runstate.Layout32: 0x880}

// setPlace notes where the guest has a structure, if KVM has taken it.
func (s *session) setPlace(k, place uint8, rc errno.Errno) (errno.Errno, error) {
	switch rc {
	case errno.OK:
		s.guest[k] = place
	case errno.EINVAL: // what was there stays
	default:
		s.guest[k] = away
	}
	return rc, nil
}

func (s *session) setShared(a *model.Args) (errno.Errno, error) {
	gfn := abi.Nowhere
	if a[0] != away {
		gfn = pageAt/abi.PageSize + uint64(a[0]-1)
	}
	return s.setPlace(runstate.SharedInfo, a[0], s.vm.Set(abi.SharedInfo, gfn))
}

func (s *session) setVCPU(a *model.Args) (errno.Errno, error) {
	return s.setPlace(runstate.VCPUInfo, a[0], s.vm.SetVCPU(abi.VCPUInfo, vcpuAddress(a[0])))
}

// vcpuAddress is the guest's address of a place of vcpu_info.
func vcpuAddress(place uint8) uint64 {
	switch {
	case place == away:
		return abi.Nowhere
	case place > runstate.NumPages:
		return pageAt + acrossAt
	}
	return pageAt + uint64(place-1)*abi.PageSize + uint64(vcpuAt[place-1])
}

func (s *session) send(a *model.Args) (errno.Errno, error) {
	return s.vm.Send(uint32(runstate.Ports[a[0]])), nil
}

// link registers what is registered at the start.
func (s *session) link(w *runstate.State) error {
	shared, _ := s.setShared(&model.Args{uint8(w.Ev.Guest[runstate.SharedInfo])})
	vcpu, _ := s.setVCPU(&model.Args{uint8(w.Ev.Guest[runstate.VCPUInfo])})
	if rc := either(shared, vcpu); rc != errno.OK {
		return fmt.Errorf("shared_info and vcpu_info cannot be registered: %v", rc)
	}
	return nil
}

// clearInfo makes what is interpreted in the pages what nobody has written.
func (s *session) clearInfo() error {
	zeros := make([]byte, abi.PageSize)
	for p, page := range inMemory {
		for _, part := range infoParts(vcpuAt[p]) {
			if err := s.mem.Write(page, part[0], zeros[part[0]:part[1]]); err != nil {
				return err
			}
		}
	}
	return nil
}

// infoParts are the parts of a page that structures of events can be in, by where vcpu_info
// is in it.
func infoParts(vcpu int) [][2]int {
	return [][2]int{{bitsAt, bitsEnd + 0x10}, {vcpu, vcpu + infoEnd}}
}

// guestInfo is the memory of a structure that the guest uses, and its page.
func (s *session) guestInfo(k uint8) (b []byte, page, at int, err error) {
	p := s.guest[k] - 1
	page, b = inMemory[p], make([]byte, abi.PageSize)
	if err = s.mem.Read(page, b); k == runstate.VCPUInfo {
		at = vcpuAt[p]
	}
	return b[at:], page, at, err
}

// mask masks a port, or unmasks it as Linux does.
func (s *session) mask(a *model.Args) (errno.Errno, error) {
	b, page, _, err := s.guestInfo(runstate.SharedInfo)
	if err != nil {
		return 0, err
	}
	port, l := int(runstate.Ports[a[0]]), s.saw.layout
	at, bit := maskAt[l]+port/8, byte(1)<<(port%8)
	if b[at] &^= bit; a[1] == 1 {
		b[at] |= bit
	}
	pending := b[bitsAt+port/8]&bit != 0
	if err := s.mem.Write(page, at, b[at:at+1]); err != nil || a[1] == 1 || !pending {
		return errno.OK, err
	}
	return errno.OK, s.tell(port)
}

// selector is where that of a width is, its bytes, and how many words of as many bits
// it has.
func selector(l runstate.Layout) (at, size int) {
	if l == runstate.Layout32 {
		return selAt - 4, 4
	}
	return selAt, 8
}

// tell has the guest tell itself of a port.
func (s *session) tell(port int) error {
	v, page, at, err := s.guestInfo(runstate.VCPUInfo)
	if err != nil {
		return err
	}
	sel, size := selector(s.saw.layout)
	word := port / (8 * size)
	bit := byte(1) << (word % 8)
	if v[sel+word/8]&bit != 0 {
		return nil
	}
	v[sel+word/8] |= bit
	v[0] = 1
	return s.mem.Write(page, at, v[:selAt+8])
}

// handle takes the selector and clears what is pending in its words and not masked.
func (s *session) handle(*model.Args) (errno.Errno, error) {
	v, page, at, err := s.guestInfo(runstate.VCPUInfo)
	if err != nil {
		return 0, err
	}
	sel, size := selector(s.saw.layout)
	var words [8]byte
	copy(words[:], v[sel:sel+size])
	clear(v[sel : sel+size])
	v[0] = 0
	if err := s.mem.Write(page, at, v[:selAt+8]); err != nil {
		return 0, err
	}
	b, page, _, err := s.guestInfo(runstate.SharedInfo)
	if err != nil {
		return 0, err
	}
	masks := maskAt[s.saw.layout]
	for word := range 8 * size {
		if words[word/8]>>(word%8)&1 != 0 {
			for i := word * size; i < (word+1)*size; i++ {
				b[bitsAt+i] &= b[masks+i]
			}
		}
	}
	return errno.OK, s.mem.Write(page, bitsAt, b[bitsAt:bitsAt+8*size*size])
}

// eventSight is what was seen of events.
type eventSight struct {
	places [runstate.NumLinks]string
	pages  [runstate.NumPages]runstate.Info
	odd    [runstate.NumPages]bool // something else is written that belongs to the structures
}

// observeEvents asks where structures are, and takes them out of the pages, so that
// what is left is what nobody may write to.
func (s *session) observeEvents(now *sight) error {
	gfn, rc := s.vm.Get(abi.SharedInfo)
	gpa, vrc := s.vm.GetVCPU(abi.VCPUInfo)
	if rc = either(rc, vrc); rc != errno.OK {
		return fmt.Errorf("it is not told where shared_info and vcpu_info are: %v", rc)
	}
	now.events.places = [...]string{
		runstate.SharedInfo: placeOf(gfn, func(place uint8) uint64 {
			if place == away {
				return abi.Nowhere
			}
			return pageAt/abi.PageSize + uint64(place-1)
		}),
		runstate.VCPUInfo: placeOf(gpa, vcpuAddress),
	}
	for p, b := range now.pages {
		now.events.pages[p], now.events.odd[p] = infoOf(b, vcpuAt[p])
		for _, part := range infoParts(vcpuAt[p]) {
			copy(b[part[0]:part[1]], canaries)
		}
	}
	return nil
}

// placeOf is the name of a place.
func placeOf(is uint64, address func(place uint8) uint64) string {
	for place := range runstate.NumPages + 1 {
		if address(place) == is {
			return rsops.VCPUAt.Format(place)
		}
	}
	return fmt.Sprintf("%#x of the guest", is)
}

// infoOf reads the structures of a page, and tells whether there is something else in
// their place. The time in the wall clock and in vcpu_info is not looked at.
func infoOf(page []byte, vcpu int) (p runstate.Info, odd bool) {
	b := append([]byte(nil), page...)
	take := func(from, to int) []byte {
		part := append([]byte(nil), b[from:to]...)
		clear(b[from:to])
		return part
	}
	for i, at := range runstate.EventBytes {
		p.Bytes[i] = take(int(at), int(at)+1)[0]
	}
	for l, w := range wallAt {
		p.Wall[l] = uint16(binary.LittleEndian.Uint32(b[w.version:]) / 2)
		odd = odd || b[w.version]&1 != 0
		for _, part := range w.parts {
			take(part[0], part[1])
		}
	}
	upcall := take(vcpu, vcpu+1)[0]
	p.Upcall, odd = uint32(upcall), odd || upcall > 1
	p.Sel32 = binary.LittleEndian.Uint32(take(vcpu+selAt-4, vcpu+selAt))
	p.Sel = binary.LittleEndian.Uint64(take(vcpu+selAt, vcpu+selAt+8))
	take(vcpu+timeAt, vcpu+infoEnd)
	for _, part := range infoParts(vcpu) {
		for _, x := range b[part[0]:part[1]] {
			odd = odd || x != 0
		}
	}
	return p, odd
}

// lookEvents tells what is seen of them.
func (s *session) lookEvents(seen conform.Seen) {
	seen.Add(view.Events, view.Shared, s.saw.events.places[runstate.SharedInfo])
	seen.Add(view.Events, view.VCPU, s.saw.events.places[runstate.VCPUInfo])
	for p := range s.saw.events.pages {
		i, words := &s.saw.events.pages[p], ""
		if s.saw.events.odd[p] {
			words = " and more"
		}
		seen.Add(conform.NameOf(view.Page, p), view.Words, fmt.Sprintf("%x%s", i.Bytes, words))
		seen.Add(conform.NameOf(view.Page, p), view.Told, view.ToldText(i))
		seen.Add(conform.NameOf(view.Page, p), view.Wall, view.WallText(i))
	}
}
