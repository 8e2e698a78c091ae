package drive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	view "hvcheck/conform/evtchn"
	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// eventHandler is where a handler of the guest's stands, in the steps of the model. What
// it loads and stores is in the guest's memory.
type eventHandler evtchn.Handler

// upcall has a vCPU enter its handler, which goes on until it finds nothing more, or step
// by step.
func (s *eventSession) upcall(v uint8) error {
	s.enter(v)
	for n := 0; s.handler[v].PC != evtchn.HandlerIdle && evops.Conf(&s.c).Steps == 0; n++ {
		if n > 1000 {
			return errors.New("a handler does not come to an end")
		}
		s.handle(v)
	}
	return nil
}

// enter clears the flag.
func (s *eventSession) enter(v uint8) {
	h := &s.handler[v]
	*h = eventHandler{PC: evtchn.G2, Local: h.Local}
	if s.running().Belief == evtchn.FIFO {
		h.PC = evtchn.H2
	}
	s.info(int(v))[abi.InfoUpcallPending] = 0
}

// handle does the next step of a handler like Linux's.
func (s *eventSession) handle(v uint8) {
	h := &s.handler[v]
	switch h.PC {
	case evtchn.G2:
		sel := s.info(int(v))[abi.InfoSelector:]
		h.Ready = uint8(binary.LittleEndian.Uint64(sel) & allWords)
		binary.LittleEndian.PutUint64(sel, 0)
		h.nextWord()
	case evtchn.G3:
		s.readWord(v, h)
	case evtchn.G4:
		p := uint8(bits.TrailingZeros8(h.Bits))
		h.Bits &^= 1 << p
		s.setBit(abi.SharedPending, p, false)
		h.nextBit()
	case evtchn.G5, evtchn.H7:
		*h = eventHandler{Local: h.Local}
		if s.info(int(v))[abi.InfoUpcallPending] != 0 {
			s.enter(v)
		}
	default:
		s.handleFIFO(v, h)
	}
}

// allWords are the bits of a selector for the words that the model has.
const allWords = 1<<evtchn.MaxPages - 1

func (h *eventHandler) nextWord() {
	h.PC = evtchn.G5
	if h.Ready != 0 {
		h.PC = evtchn.G3
	}
}

func (h *eventHandler) nextBit() {
	h.PC = evtchn.G4
	if h.Bits == 0 {
		h.nextWord()
	}
}

// readWord finds the next word's events that are this vCPU's and not masked.
func (s *eventSession) readWord(v uint8, h *eventHandler) {
	word := uint8(bits.TrailingZeros8(h.Ready))
	h.Ready &^= 1 << word
	h.Bits = 0
	for p := word * evtchn.PerWord; p < (word+1)*evtchn.PerWord; p++ {
		if !s.handles(p) || !s.bit(abi.SharedPending, p) || s.bit(abi.SharedMask, p) {
			continue
		}
		if st, rc := s.status(guestPort(p)); rc == errno.OK && uint8(st.VCPU) == v {
			h.Bits |= 1 << p
		}
	}
	h.nextBit()
}

// handles tells whether the running kernel has a handler for a port.
func (s *eventSession) handles(p uint8) bool { return s.running().Map>>p&1 != 0 }

// handleFIFO takes events off the queues of the running kernel's control block.
func (s *eventSession) handleFIFO(v uint8, h *eventHandler) {
	block, w := s.block(s.cur, v), s.word(s.cur, guestPort(h.Port))
	switch h.PC {
	case evtchn.H2:
		h.PC = evtchn.H7
		if s.running().Own>>v&1 != 0 {
			h.moreQueues(block)
		}
	case evtchn.H3:
		h.Prio = uint8(bits.TrailingZeros8(h.Ready))
		if h.Port = h.Local[h.Prio]; h.Port == 0 {
			h.Port = ours(get32(block[abi.ControlHeads+view.Priorities[h.Prio]*abi.WordSize:]))
		}
		h.PC = evtchn.H4
	case evtchn.H4:
		h.Next = ours(get32(w) & abi.WordLink)
		change(w, 0, abi.WordLinked|abi.WordLink)
		if h.Next == 0 {
			h.Ready &^= 1 << h.Prio
		}
		h.PC = evtchn.H5
	case evtchn.H5:
		h.PC = evtchn.H6
		if s.handles(h.Port) && get32(w)&(abi.WordPending|abi.WordMasked) == abi.WordPending {
			h.PC = evtchn.H5Ack
		}
	case evtchn.H5Ack:
		change(w, 0, abi.WordPending)
		h.PC = evtchn.H6
	case evtchn.H6:
		h.Local[h.Prio] = h.Next
		h.Prio, h.Port, h.Next = 0, 0, 0
		h.moreQueues(block)
	}
}

// moreQueues exchanges READY with 0.
func (h *eventHandler) moreQueues(block []byte) {
	ready := get32(block)
	put32(block, 0)
	for prio := range evtchn.NumPrios {
		h.Ready |= uint8(ready>>view.Priorities[prio]&1) << prio
	}
	h.PC = evtchn.H7
	if h.Ready != 0 {
		h.PC = evtchn.H3
	}
}

// ours is a port of the model's by its number. Xen links no other ones.
func ours(n uint32) uint8 {
	p, known := guestPortOf(n)
	if !known {
		panic(fmt.Sprintf("port %d is linked, which is none of the model's", n))
	}
	return p
}
