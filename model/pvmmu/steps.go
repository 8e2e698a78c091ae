package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Memory operations in steps: decrease and exchange take one lock after the
// other, and between any two of them other CPUs run. A page that has to be
// scrubbed before it is given to a domain is scrubbed by a preemptible call.

// MemOp is the memory operation that a CPU is in the middle of.
type MemOp uint8

// Memory operations in steps.
const (
	MemNone MemOp = iota
	MemDecrease
	MemExchange
)

func (m MemOp) String() string { return [...]string{"none", "decrease", "exchange"}[m] }

// Mem is such an operation.
type Mem struct {
	Op   MemOp
	Step uint8 // done
	At   uint8 // the page that goes, + 1
	Out  uint8 // the page that comes for it, + 1
	Bad  bool  // the caller's memory cannot be written
}

// DecreaseBegin is the first step of a decrease_reservation: the call gets a
// reference of its own, without which the page could be freed and be somebody
// else's by the time its allocation is given back (0502e0adae).
func (c *Call) DecreaseBegin(cpu, m uint8) errno.Errno {
	if rc := c.beginUnlessDying(cpu, m); rc != errno.OK {
		return rc
	}
	if !c.getPage(m) {
		return c.refuse(errno.ENXIO)
	}
	if c.on(B26) {
		c.putPage(m)
	}
	c.cur.Mem = Mem{Op: MemDecrease, Step: 1, At: m + 1}
	return errno.OK
}

// ExchangeBegin is the first step of an exchange: the page is stolen. It stays in
// tot_pages. badOut says that the answer cannot be written.
func (c *Call) ExchangeBegin(cpu, m uint8, badOut bool) errno.Errno {
	if rc := c.beginUnlessDying(cpu, m); rc != errno.OK {
		return rc
	}
	if !c.canSteal(m) {
		return c.refuse(errno.EINVAL)
	}
	c.steal(m)
	c.cur.Mem = Mem{Op: MemExchange, Step: 1, At: m + 1, Bad: badOut}
	return errno.OK
}

// MemoryStep is the next step of the memory operation that the CPU is in. It
// goes on even if the domain has begun to die.
func (c *Call) MemoryStep(cpu uint8) errno.Errno {
	if c.st.Stopped() {
		return c.refuse(errno.NotRunning)
	}
	c.cpu, c.cur = cpu, &c.st.CPU[cpu]
	switch m := &c.cur.Mem; {
	case m.Op == MemNone:
		return c.refuse(errno.EINVAL)
	case m.Op == MemDecrease:
		return c.decreaseStep(m)
	default:
		return c.exchangeStep(m)
	}
}

func (c *Call) decreaseStep(m *Mem) errno.Errno {
	if m.Step++; m.Step == 2 {
		c.putAllocRef(m.At - 1)
		return errno.OK
	}
	if !c.on(B26) {
		c.putPage(m.At - 1)
	}
	*m = Mem{}
	return errno.OK
}

// exchangeStep finds a page, then frees the stolen one, then assigns the other.
func (c *Call) exchangeStep(m *Mem) errno.Errno {
	switch m.Step++; m.Step {
	case 2:
		out := c.freeFrame()
		if out == none {
			c.giveBack(m.At - 1)
			*m = Mem{}
			return errno.ENOMEM
		}
		m.Out = out + 1
		return errno.OK
	case 3:
		c.toHeap(m.At - 1)
		return errno.OK
	}
	out, bad := m.Out-1, m.Bad
	*m = Mem{}
	switch {
	case !c.assignAlive(out): // told by the number of pages that were exchanged
		c.toHeap(out)
		return errno.OK
	case bad:
		return errno.EFAULT
	}
	return errno.OK
}

// giveBack assigns a stolen page again.
func (c *Call) giveBack(m uint8) {
	if !c.assignAlive(m) {
		c.toHeap(m)
	}
}

// assignAlive is assign_pages() of a page that is in tot_pages already. It fails
// once the domain is dying (eedecb3cf0); then the page is not counted any more.
func (c *Call) assignAlive(m uint8) bool {
	if c.st.Dying {
		c.st.Tot--
		return false
	}
	c.assign(m)
	return true
}

// toHeap is free_domheap_page() of a page that is nobody's.
func (c *Call) toHeap(m uint8) { *c.page(m) = page.Page{Unscrubbed: c.cfg.Steps} }

// scrubParts is how often the scrubbing of a page gives way, and one more.
const scrubParts = 2

// PopulateScrubbing is populate_physmap by a toolstack that builds the domain: a
// page that has to be scrubbed is stashed when the call is preempted, and does
// not belong to the domain before it is clean (3652268543).
func (c *Call) PopulateScrubbing(cpu, m uint8) errno.Errno {
	if rc := c.beginUnlessDying(cpu, m); rc != errno.OK {
		return rc
	}
	if !c.foreign() {
		return c.refuse(errno.EPERM)
	}
	part := c.takeStash(m)
	if !c.isFree(m) {
		return c.refuse(errno.ENOMEM)
	}
	if c.on(B25) {
		dirty := c.page(m).Unscrubbed
		c.assign(m)
		c.page(m).Unscrubbed = dirty
	}
	for p := c.page(m); p.Unscrubbed; {
		c.visit()
		part++
		p.Unscrubbed = part < scrubParts
		if p.Unscrubbed && c.check() {
			c.st.Stash, c.st.StashPart = m+1, part
			return errno.ERESTART
		}
	}
	if !c.on(B25) {
		c.assign(m)
	}
	c.st.Tot++
	return errno.OK
}

// takeStash takes m out of the stash and tells how far it is scrubbed. Another
// page that is stashed is freed.
func (c *Call) takeStash(m uint8) (part uint8) {
	if c.st.Stash == m+1 {
		part = c.st.StashPart
	}
	c.changed = c.changed || c.st.Stash != 0
	c.dropStash()
	return part
}

// dropStash is domain_pending_scrub_free().
func (c *Call) dropStash() { c.st.Stash, c.st.StashPart = 0, 0 }

// isFree tells whether a page is in the heap: nobody's, and in nobody's hands.
func (c *Call) isFree(m uint8) bool {
	if c.page(m).Owned || c.st.Stash == m+1 {
		return false
	}
	for i := range c.st.CPU {
		if v := &c.st.CPU[i].Mem; v.Op == MemExchange && (v.At == m+1 && v.Step < 3 || v.Out == m+1) {
			return false
		}
	}
	return true
}

// guestInside tells whether a vCPU of the guest is in the middle of a memory
// operation or a GET_TYPE, so that domain_pause() has to wait for it.
func (c *Call) guestInside() bool {
	for i := range c.st.CPU[:MaxGuests] {
		if v := &c.st.CPU[i]; v.Mem.Op != MemNone || v.Taking() {
			return true
		}
	}
	return false
}
