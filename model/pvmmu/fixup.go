package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Fixup is what set-context of vCPU 0 does about L4s that were audited before
// it, in the other mode. The first one is today's.
type Fixup uint8

// The variants of the thread, and a repaired one.
const (
	V2 Fixup = iota
	V0
	V1
	V3
	V3u
	V5
	V6
	NumFixups
)

func (c *Call) fixup() Fixup {
	f := c.cfg.Fixup
	if f == V2 && c.on(B1) {
		f = V0
	}
	c.FixupAsked[f] = true
	return f
}

// fixupEarly is phase 4: vm_assist takes its new value, and where the variant
// says so the L4s are brought in line.
func (c *Call) fixupEarly(assist uint8) errno.Errno {
	was, is := c.st.Strict(), assist&AssistStrict != 0
	switch c.fixup() {
	case V1:
		c.st.Assist = assist
		if is {
			return c.loop()
		}
	case V2, V5:
		if !was && is {
			if rc := c.loop(); rc != errno.OK {
				return rc
			}
		}
	case V6:
		return c.countedPass(was, is, assist)
	}
	c.st.Assist = assist
	return errno.OK
}

// fixupLate is the deferred variants' loop, gated on the kernel table's slot.
func (c *Call) fixupLate(kernel uint8) errno.Errno {
	if !c.st.Strict() || c.page(kernel).ROMpt != page.Empty {
		return errno.OK
	}
	was := c.noCheck
	c.noCheck = false // the loop was preemptible from the beginning
	rc := c.loop()
	c.noCheck = was
	return rc
}

// rotations of page_list are more than a walk needs that ends: the second one
// meets what the first has filled.
const rotations = 3

// loop walks page_list until it meets an L4 whose slot is not empty, filling
// the empty ones. Each page goes to the tail, so that a continuation begins
// where the call stopped. Xen asks for preemption every 256 pages, the model
// after each.
func (c *Call) loop() errno.Errno {
	if !c.foreign() || c.st.NrL4 == 0 {
		return errno.OK
	}
	for left := rotations * c.st.Tot; left > 0 && c.st.List[0] != 0; left-- {
		if c.loopPage(popHead(&c.st.List)) {
			return errno.OK
		}
		if c.check() {
			return errno.ERESTART
		}
	}
	return c.bug(Endless)
}

// loopPage does one page of the loop and tells whether the loop is done.
func (c *Call) loopPage(m uint8) (done bool) {
	c.Visited++
	c.visit()
	p := c.page(m)
	locked := c.lock(m)
	if (locked || c.on(M4) && p.Partial) && p.Type == page.L4 {
		done = !c.fillSlot(m)
	}
	if locked {
		c.unlock(m)
	}
	if locked || !c.on(M3) {
		pushTail(&c.st.List, m)
	}
	return done
}

// countedPass is MM-V6: after the mode has changed to strict, each page is
// visited exactly once, whatever the slots hold.
func (c *Call) countedPass(was, is bool, assist uint8) errno.Errno {
	c.st.Assist = assist
	switch {
	case !is:
		c.st.Remaining = 0
	case !was && c.foreign():
		c.st.Remaining = c.st.Tot
	}
	for c.st.Remaining > 0 && c.st.List[0] != 0 {
		c.Visited++
		c.visit()
		m := popHead(&c.st.List)
		if c.lock(m) {
			if c.page(m).Type == page.L4 {
				c.rightSlot(m)
			}
			c.unlock(m)
		}
		pushTail(&c.st.List, m)
		c.st.Remaining--
		if c.check() && c.st.Remaining > 0 {
			return errno.ERESTART
		}
	}
	return errno.OK
}

// rightSlot gives an L4 the slot that strict mode wants.
func (c *Call) rightSlot(m uint8) {
	if c.isBase(m, func(v *VCPU) uint8 { return v.User }) {
		c.zapSlot(m)
		return
	}
	c.page(m).ROMpt = page.Filled
}

// fixupReset is MM-V5: the reset of vCPU 0 goes back to relaxed mode.
func (c *Call) fixupReset() {
	if c.fixup() != V5 {
		return
	}
	c.st.Assist = 0
	for m := range c.cfg.Frames {
		p := c.page(m)
		if p.Type == page.L4 && p.Validated && !c.isBase(m, func(v *VCPU) uint8 { return v.Table }) {
			c.zapSlot(m)
		}
	}
}

// isBase tells whether some guest vCPU's base pointer names m.
func (c *Call) isBase(m uint8, pointer func(*VCPU) uint8) bool {
	for i := range c.st.CPU[:MaxGuests] {
		if pointer(&c.st.CPU[i]) == m+1 {
			return true
		}
	}
	return false
}
