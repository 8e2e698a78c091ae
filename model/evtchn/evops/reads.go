package evops

import "hvcheck/model/evtchn"

// What those who judge read from a State. No rule asks it.

// Quiet tells whether nothing is in progress and nothing will be by itself.
func Quiet(s *evtchn.State) bool {
	if anyTask(s) {
		return false
	}
	for v := range uint8(evtchn.MaxVCPUs) {
		if s.VCPU[v].Handler.PC != evtchn.HandlerIdle || upcallDue(s, v) {
			return false
		}
	}
	return true
}

// Chain is a queue as the guest will find it.
type Chain struct {
	Ports uint8 // on it, a bit each
	Last  uint8 // the last one, 0 if there is none
}

// ChainOf follows the links of a queue from where the handler will begin. It
// reports false if they do not end or lead to a port without a word.
func ChainOf(s *evtchn.State, v, prio uint8) (c Chain, ends bool) {
	vcpu := &s.VCPU[v]
	p := vcpu.Handler.Local[prio]
	if p == 0 && vcpu.Block != 0 {
		block := &s.Frame[vcpu.Block-1].B
		if (block[evtchn.Ready]|vcpu.Handler.Ready)>>prio&1 != 0 {
			p = block[evtchn.Head+prio]
		}
	}
	for p != 0 {
		w := s.Word(p)
		if w == nil || c.Ports>>p&1 != 0 {
			return c, false
		}
		c.Ports |= 1 << p
		c.Last = p
		p = *w & evtchn.LinkBit
	}
	return c, true
}

// Holds is how many ports the guest's 2-level bitmaps have bits for.
func (c *Config) Holds(s *evtchn.State) uint8 {
	if s.Bits32 {
		return c.Limit2L32
	}
	return c.Limit2L
}

// SoftReset tells whether the hand-over of a transition is a soft reset.
func (c *Config) SoftReset(t evtchn.Transition) bool {
	return (c.Handover == evtchn.V4 || c.Handover == evtchn.V4c) &&
		(t == evtchn.Resume || t == evtchn.Kexec || t == evtchn.Kdump)
}
