package rsview

import "hvcheck/model/runstate"

// Ports is how many event channels a width has.
func Ports(l runstate.Layout) uint16 {
	if l == runstate.Layout32 {
		return 32 * 32
	}
	return 64 * 64
}

// HasPort tells whether there is a port in a width, by operand.
func HasPort(l runstate.Layout, port uint8) bool {
	n := runstate.Ports[port]
	return n > 0 && n < Ports(l)
}

// The arrays of xen/include/public/xen.h, struct shared_info: that of pending bits, and
// that of mask bits by width.
const pendingArray = 0x800

var maskArray = [runstate.NumLayouts]uint16{runstate.Layout64: 0xa00, runstate.Layout32: 0x880}

// bit tells whether a bit of an array is set.
func bit(p *runstate.Info, array, n uint16) bool {
	for i, at := range runstate.EventBytes {
		if at == array+n/8 {
			return p.Bytes[i]&(1<<(n%8)) != 0
		}
	}
	return false
}

// Pending tells whether a port's pending bit is set in a page.
func Pending(p *runstate.Info, port uint8) bool { return bit(p, pendingArray, runstate.Ports[port]) }

// Masked tells whether its mask bit is.
func Masked(p *runstate.Info, l runstate.Layout, port uint8) bool {
	return bit(p, maskArray[l&1], runstate.Ports[port])
}

// Selector is a width's evtchn_pending_sel in a page.
func Selector(p *runstate.Info, l runstate.Layout) uint64 {
	if l == runstate.Layout32 {
		return uint64(p.Sel32)
	}
	return p.Sel
}

// Word is the bit that a selector has for a port's word.
func Word(l runstate.Layout, port uint8) uint64 {
	if l == runstate.Layout32 {
		return 1 << (runstate.Ports[port] >> 5)
	}
	return 1 << (runstate.Ports[port] >> 6)
}

// Selected tells whether the selector has the word of a port.
func Selected(p *runstate.Info, l runstate.Layout, port uint8) bool {
	return Selector(p, l)&Word(l, port) != 0
}

// Structure is the page's part at a place, or nothing where that is none.
func Structure(s *runstate.State, place runstate.Place) *runstate.Info {
	if place == runstate.Away || place > runstate.Place(runstate.NumPages) {
		return nil
	}
	return &s.Ev.Page[place-1]
}

// Usable tells whether a place has memory that can be written.
func Usable(s *runstate.State, place runstate.Place) bool {
	return Structure(s, place) != nil && s.Slot[place-1] == runstate.SlotWritable
}

// Ready tells whether KVM can reach a structure without looking it up.
func Ready(s *runstate.State, k uint8) bool {
	l := &s.Ev.Link[k]
	return l.Active && l.Valid && l.Gen == uint8(s.Gen)
}

// Told tells whether the guest finds an event: its port is pending, the selector has its
// word, and an upcall is asked for.
func Told(s *runstate.State, shared, vcpu runstate.Place, port uint8) bool {
	p, v := Structure(s, shared), Structure(s, vcpu)
	return p != nil && v != nil && Pending(p, port) && Selected(v, s.Layout, port) && v.Upcall == 1
}
