package runstate

import "hvcheck/model/errno"

// Ports are event channels, by operand: none, two of one word, some of other words,
// the last one of a 32-bit guest, one that only a 64-bit guest has, and whose pending
// bit is a mask bit of a 32-bit one, its last one, and one beyond that.
var Ports = [NumPorts]uint16{0, 1, 2, 100, 1023, 1025, 4095, 4096}

// NumPorts is how many there are.
const NumPorts = 8

// EventBytes are the offsets in shared_info of the bytes with pending and mask bits
// of these ports, in either width.
var EventBytes = [NumEventBytes]uint16{0x800, 0x80c, 0x87f, 0x880, 0x88c, 0x8ff, 0x9ff, 0xa00, 0xa0c, 0xa7f, 0xa80, 0xbff}

// NumEventBytes is how many there are.
const NumEventBytes = 12

// The structures that events need, by Link.
const (
	SharedInfo uint8 = iota
	VCPUInfo
	NumLinks
)

// Place is where a structure is: a page and one more; behind the pages, across a
// page's end.
type Place uint16

// Away is the place of what is nowhere.
const Away Place = 0

// Link is a gfn_to_pfn_cache of such a structure, which is used within a step.
type Link struct {
	Active, Valid bool
	Known         bool // its address in the VMM
	At            uint8
	Gen           uint8 // of the memslots that it was looked up in, its low bits
	PFN           uint8
}

// Info is what a page has of these structures. Where both lie in a page they do not
// overlap.
type Info struct {
	Sel    uint64 // evtchn_pending_sel of a 64-bit guest
	Sel32  uint32 // of a 32-bit one
	Upcall uint32 // 1: evtchn_upcall_pending
	Bytes  [NumEventBytes]byte
	Wall   [NumLayouts]uint16 // how often the wall clock was written, by width
}

// Events is what KVM has for event channels of two levels, and what of them is in the
// guest's memory.
type Events struct {
	Kept  uint64 // selector bits that are still to be delivered
	Page  [NumPages]Info
	Link  [NumLinks]Link
	Guest [NumLinks]Place // the places that the guest uses
}

// ports is how many a width has, and how many are in a word of it.
func (l Layout) ports() uint16 { return 1024 << (2 * (1 - l)) }
func (l Layout) word() uint16  { return 64 >> l }

// real tells whether there is a port in a width.
func (l Layout) real(port uint8) bool { return Ports[port] != 0 && Ports[port] < l.ports() }

// Bits of shared_info.
const bitsAt = 0x800 * 8

// pending and mask are a port's bits, counted from the beginning of shared_info.
func (l Layout) pending(port uint8) uint16 { return bitsAt + Ports[port] }
func (l Layout) mask(port uint8) uint16    { return bitsAt + l.ports() + Ports[port] }

// byteOf finds the byte of a bit.
func (p *Info) byteOf(bit uint16) *byte {
	for i, at := range EventBytes {
		if at == bit/8 {
			return &p.Bytes[i]
		}
	}
	panic("runstate: a bit of shared_info that is not modelled")
}

func (p *Info) test(bit uint16) bool { return *p.byteOf(bit)>>(bit%8)&1 != 0 }

func (p *Info) put(bit uint16, on bool) {
	b := p.byteOf(bit)
	if *b &^= 1 << (bit % 8); on {
		*b |= 1 << (bit % 8)
	}
}

// signal sets a word's bit of the selector, and asks for an upcall if it was not set.
func (p *Info) signal(l Layout, word uint16) {
	was, was32 := p.Sel, p.Sel32
	if l == Layout32 {
		p.Sel32 |= 1 << word
	} else {
		p.Sel |= 1 << word
	}
	if p.Sel != was || p.Sel32 != was32 {
		p.Upcall = 1
	}
}

// noEvents tells whether operations on events cannot be made: Xen's designs have
// others, and each is one step.
func (c *Call) noEvents() bool { return c.cfg.Access.Xen() || c.cfg.Steps != 0 && !c.Whole }

// refusedStays are the rules by which a structure that was refused counts all the same.
var refusedStays = [NumLinks]Rule{SharedInfo: A3, VCPUInfo: A4}

// SetInfo is KVM_XEN_ATTR_TYPE_SHARED_INFO or KVM_XEN_VCPU_ATTR_TYPE_VCPU_INFO.
func (c *Call) SetInfo(k uint8, place Place) errno.Errno {
	if place > Place(NumPages) {
		return c.refuse(errno.EINVAL) // what was there stays
	}
	if c.noEvents() || !c.free(H0, Registrations) {
		return c.wait()
	}
	e := &c.st.Ev
	l := &e.Link[k]
	e.Guest[k] = Away
	if place == Away {
		*l = Link{}
		return errno.OK
	}
	l.Active = true
	if code := c.lookUp(l, place); code != errno.OK {
		if !c.on(refusedStays[k]) {
			*l = Link{}
		}
		return code
	}
	e.Guest[k] = place
	if k == SharedInfo {
		c.page(l).Wall[c.st.Layout]++
	}
	return errno.OK
}

// lookUp is __kvm_gpc_refresh().
func (c *Call) lookUp(l *Link, place Place) errno.Errno {
	s := c.st
	same := l.Known && l.At == uint8(place)
	if !same || l.Gen != uint8(s.Gen) {
		l.At, l.Gen, l.Known = uint8(place), uint8(s.Gen), s.Slot[place-1] == SlotWritable
		if !l.Known {
			l.Valid, l.PFN = false, 0
			return errno.EFAULT
		}
	}
	if l.Valid && same {
		return errno.OK
	}
	if s.PT[place-1] == 0 {
		s.pageIn(uint8(place - 1))
	}
	l.Valid, l.PFN = true, s.PT[place-1]
	return errno.OK
}

// fresh is kvm_gpc_check().
func (c *Call) fresh(l *Link) bool {
	return l.Valid && l.Gen == uint8(c.st.Gen)
}

// reach finds a structure as whoever may sleep does.
func (c *Call) reach(k uint8) (*Info, errno.Errno) {
	l := &c.st.Ev.Link[k]
	if !l.Active {
		return nil, errno.EINVAL
	}
	if !c.fresh(l) {
		if code := c.lookUp(l, Place(l.At)); code != errno.OK {
			return nil, code
		}
	}
	return c.page(l), errno.OK
}

// page is what a link leads to.
func (c *Call) page(l *Link) *Info {
	if l.PFN != c.st.PT[l.At-1] {
		c.st.Stray = StrayPFN
		return &Info{}
	}
	return &c.st.Ev.Page[l.At-1]
}

// forget tells the links that a page goes.
func (s *State) forget(page uint8) {
	for k := range s.Ev.Link {
		if l := &s.Ev.Link[k]; l.At == page+1 {
			l.Valid = false
		}
	}
}

// Send is KVM_XEN_HVM_EVTCHN_SEND.
func (c *Call) Send(port uint8) errno.Errno {
	l := c.st.Layout
	if !l.real(port) {
		return c.refuse(errno.EINVAL)
	}
	if c.noEvents() || !c.free(H0, Sends) {
		return c.wait()
	}
	p, code := c.reach(SharedInfo)
	if code != errno.OK || p.test(l.pending(port)) {
		return code
	}
	p.put(l.pending(port), true)
	if !p.test(l.mask(port)) {
		c.raise(port)
	}
	return errno.OK
}

// raise tells the vCPU of an event, or keeps it for when it runs.
func (c *Call) raise(port uint8) {
	e, word := &c.st.Ev, Ports[port]/c.st.Layout.word()
	if v := &e.Link[VCPUInfo]; c.fresh(v) {
		c.page(v).signal(c.st.Layout, word)
		return
	}
	e.Kept |= 1 << word
}

// enter is the vCPU beginning to run: its vcpu_info is looked up, in which the time is
// written, and what was kept is delivered.
func (c *Call) enter() {
	e := &c.st.Ev
	p, code := c.reach(VCPUInfo)
	switch {
	case code != errno.OK || e.Kept == 0:
		return
	case c.st.Layout == Layout32:
		p.Sel32 |= uint32(e.Kept)
		e.Kept &^= 1<<32 - 1
	default:
		p.Sel |= e.Kept
		e.Kept = 0
	}
	p.Upcall = 1
}

// rewide is what a change of the width does to events: the wall clock is written where
// the new width has it.
func (c *Call) rewide(was Layout) errno.Errno {
	if c.cfg.Access.Xen() || !c.st.Ev.Link[SharedInfo].Active {
		return errno.OK
	}
	p, code := c.reach(SharedInfo)
	if code != errno.OK {
		return code
	}
	p.Wall[c.st.Layout]++
	if !c.on(A5) {
		c.translate(p, was)
	}
	return errno.OK
}

// translate moves pending and mask bits to where the new width has them, and tells the
// vCPU anew of each event.
func (c *Call) translate(p *Info, was Layout) {
	l, old := c.st.Layout, *p
	p.Bytes = [NumEventBytes]byte{}
	c.st.Ev.Kept = 0
	if v, code := c.reach(VCPUInfo); code == errno.OK {
		v.Sel, v.Sel32 = 0, 0
	}
	for port := range uint8(NumPorts) {
		if !was.real(port) || !l.real(port) {
			continue
		}
		pending, masked := old.test(was.pending(port)), old.test(was.mask(port))
		p.put(l.pending(port), pending)
		p.put(l.mask(port), masked)
		if pending && !masked {
			c.raise(port)
		}
	}
}

// guest is a structure that the guest uses, if it can be reached.
func (c *Call) guest(k uint8) *Info {
	place := c.st.Ev.Guest[k]
	if place == Away || c.st.Slot[place-1] != SlotWritable {
		return nil
	}
	return &c.st.Ev.Page[place-1]
}

// Mask is the guest masking a port, or unmasking it: then it tells itself of an event
// that is pending.
func (c *Call) Mask(port uint8, on bool) errno.Errno {
	l := c.st.Layout
	p, v := c.guest(SharedInfo), c.guest(VCPUInfo)
	if c.noEvents() || !l.real(port) || p == nil || v == nil || p.test(l.mask(port)) == on || !c.spend(Acts) {
		return c.wait()
	}
	c.start()
	p.put(l.mask(port), on)
	if !on && p.test(l.pending(port)) {
		v.signal(l, Ports[port]/l.word())
	}
	return errno.OK
}

// Handle is the guest's upcall: it takes the selector, and handles each event in those
// words that is not masked.
func (c *Call) Handle() errno.Errno {
	l := c.st.Layout
	p, v := c.guest(SharedInfo), c.guest(VCPUInfo)
	if c.noEvents() || p == nil || v == nil || v.Upcall == 0 || !c.spend(Acts) {
		return c.wait()
	}
	c.start()
	sel := v.Sel
	if l == Layout32 {
		sel = uint64(v.Sel32)
		v.Sel32 = 0
	} else {
		v.Sel = 0
	}
	v.Upcall = 0
	for port := range uint8(NumPorts) {
		if l.real(port) && sel>>(Ports[port]/l.word())&1 != 0 && !p.test(l.mask(port)) {
			p.put(l.pending(port), false)
		}
	}
	return errno.OK
}
