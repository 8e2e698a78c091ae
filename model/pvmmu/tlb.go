package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Option TLB: GET_TYPE as three steps of one CPU (take the type, flush, audit)
// with other CPUs in between, and the translations that CPUs still have.

// flushFrame drops every CPU's translations of a frame whose type changes.
func (c *Call) flushFrame(m uint8) {
	if !c.cfg.TLB {
		return
	}
	for i := range c.st.CPU {
		v := &c.st.CPU[i]
		v.TLB &^= 1 << m
		if v.LinTLB == m+1 {
			v.dropView()
		}
	}
}

// flushLinear is the flush that ends a change of an L2 to L4 (16a20963b3).
func (c *Call) flushLinear() {
	if !c.cfg.TLB {
		return
	}
	for i := range c.st.CPU {
		c.st.CPU[i].dropView()
	}
}

func (v *VCPU) dropView() { v.LinTLB, v.LinDir = 0, 0 }

// loadCR3 is write_ptbase() on v's CPU. The M2P slot and Xen's own mappings are
// not at stake: what goes is what was walked through the old tables.
func (c *Call) loadCR3(v *VCPU) {
	c.changed = c.changed || v.LinTLB != 0
	v.dropView()
}

// pause is vcpu_pause() by the toolstack: v gives up its CPU, which loads other
// page tables (sync_vcpu_execstate). A vCPU that only sleeps keeps its view, for
// an idle CPU does not load any; nor does the way to user mode and back drop it,
// since with PCIDs that CR3 is loaded without a flush.
func (c *Call) pause(v *VCPU) { c.loadCR3(v) }

// pauseDomain is domain_pause().
func (c *Call) pauseDomain() {
	for i := range c.st.CPU[:MaxGuests] {
		c.pause(&c.st.CPU[i])
	}
}

// LinearRead is Xen reading an L1 through its linear view of the caller's page
// tables, which the TLB caches.
func (c *Call) LinearRead(cpu, dir uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	m, ok := c.findL1(dir)
	if !ok || !c.cfg.TLB {
		return c.refuse(errno.EFAULT)
	}
	c.cur.LinTLB, c.cur.LinDir = m+1, dir
	return errno.OK
}

// TypeStep does the next step of a CPU's GET_TYPE of frame m as t.
func (c *Call) TypeStep(cpu, m uint8, t page.Type) errno.Errno {
	if rc := c.goOn(cpu); rc != errno.OK {
		return rc
	}
	v, p := c.cur, c.page(m)
	if v.WantOf != 0 && (v.WantOf != m+1 || v.Want != t) || v.Step == typeHeld {
		return c.refuse(errno.EBUSY)
	}
	order := [...]func(*page.Page, uint8, page.Type) errno.Errno{c.stepTake, c.stepFlush, c.stepAudit}
	if c.on(B12) {
		order[0], order[1] = c.flushEarly, c.takeLate
	}
	if rc := order[v.Step](p, m, t); rc != errno.OK {
		c.changed = v.Step != 0
		v.Step, v.Want, v.WantOf, v.Saw = 0, page.None, 0, page.None
		return c.refuse(rc)
	}
	v.Want, v.WantOf = t, m+1
	v.Step++
	return errno.OK
}

// goOn is By, but for a CPU that is in the middle of a GET_TYPE: nothing keeps it
// from going on.
func (c *Call) goOn(cpu uint8) errno.Errno {
	if c.st.Stopped() || !c.st.CPU[cpu].Taking() {
		return c.By(cpu)
	}
	c.cpu, c.cur = cpu, &c.st.CPU[cpu]
	return errno.OK
}

// typeHeld is VCPU.Step when the type has been taken.
const typeHeld = 3

// Taking tells whether a CPU is in the middle of a GET_TYPE.
func (v *VCPU) Taking() bool { return v.Step > 0 && v.Step < typeHeld }

func (c *Call) stepTake(p *page.Page, m uint8, t page.Type) errno.Errno {
	switch {
	case p.TCount != 0 && (p.Type != t || !p.Validated):
		return errno.EINVAL
	case p.TCount == 0 && p.Type != t:
		p.Type, p.Validated = t, false
	}
	p.TCount++
	p.Count++
	return errno.OK
}

func (c *Call) stepFlush(p *page.Page, m uint8, t page.Type) errno.Errno {
	if !p.Validated || p.Type != t {
		c.flushFrame(m)
	}
	return errno.OK
}

// flushEarly is the first step of MM-B12: read the type, and flush if it will
// change.
func (c *Call) flushEarly(p *page.Page, m uint8, t page.Type) errno.Errno {
	if p.TCount != 0 && (p.Type != t || !p.Validated) {
		return errno.EINVAL
	}
	c.cur.Saw = p.Type
	return c.stepFlush(p, m, t)
}

// takeLate is the second: a compare-exchange, which fails if the type is
// another one by now. Then the first step is done again.
func (c *Call) takeLate(p *page.Page, m uint8, t page.Type) errno.Errno {
	if p.TCount == 0 && p.Type != c.cur.Saw {
		c.cur.Step--
		return c.flushEarly(p, m, t)
	}
	c.cur.Saw = page.None
	return c.stepTake(p, m, t)
}

func (c *Call) stepAudit(p *page.Page, m uint8, t page.Type) errno.Errno {
	p.Validated = true
	return errno.OK
}

// TypePut drops the type that the CPU took step by step.
func (c *Call) TypePut(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	if c.cur.Step != typeHeld {
		return c.refuse(errno.EINVAL)
	}
	c.dropStepped(c.cur)
	return errno.OK
}

// dropStepped drops the type that v took step by step.
func (c *Call) dropStepped(v *VCPU) {
	m := v.WantOf - 1
	p := c.page(m)
	if p.TCount--; p.TCount == 0 && p.Type.IsTable() {
		p.Validated = false
	}
	retire(p)
	v.Step, v.Want, v.WantOf = 0, page.None, 0
	c.putPage(m)
}

// Access is a write through a mapping of frame m. A CPU that holds the frame
// as writable has one, and its TLB keeps it.
func (c *Call) Access(cpu, m uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	v := c.cur
	if v.Step != typeHeld || v.WantOf != m+1 || v.Want != page.Writable {
		return c.refuse(errno.EFAULT)
	}
	v.TLB |= 1 << m
	return errno.OK
}
