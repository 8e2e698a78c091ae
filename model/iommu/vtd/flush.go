package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Requests of a flush on one IOMMU, in the order in which they are made.
const (
	reqCtx = iota
	reqIOTLB
	reqDev
	numReqs = reqDev + iommu.MaxDevs
)

// flushThen begins a flush of a domain's dfns, and says what follows: iommu_iotlb_flush().
// modified tells that an entry was present; without that a VT-d which does not cache
// non-present entries has nothing to flush.
func (c *Call) flushThen(t *iommu.Task, d, first, n uint8, modified bool, next iommu.Phase) {
	t.PC = next
	if !modified || n == 0 || !c.st.Dom[d].On || c.st.NoDefer[c.cpu] || c.flushing() == iommu.V0 {
		return
	}
	t.Flush = iommu.Flush{On: true, Dom: d, First: first, N: n, At: reqIOTLB, Next: next}
	if n&(n-1) != 0 || first&(n-1) != 0 {
		t.Flush.First, t.Flush.N = iommu.All, 0 // iommu_flush_iotlb_dsi()
	}
	c.advance(t)
}

// advance finds the next request of a flush that is anything, or ends the flush.
func (c *Call) advance(t *iommu.Task) {
	f := &t.Flush
	for ; f.IOMMU < c.cfg.IOMMUs; f.IOMMU, f.At = f.IOMMU+1, c.firstReq(f) {
		for ; f.At < numReqs; f.At++ {
			if _, is := c.request(f, f.At); is {
				t.PC = iommu.Submit
				return
			}
		}
	}
	c.flushed(t)
}

func (c *Call) firstReq(f *iommu.Flush) uint8 {
	if f.Ctx {
		return reqCtx
	}
	return reqIOTLB
}

// flushed ends a flush. A failure crashes the domain, unless that is the hardware domain.
func (c *Call) flushed(t *iommu.Task) {
	f := t.Flush
	t.PC, t.Flush = f.Next, iommu.Flush{}
	if f.Err != 0 {
		t.Lost = f.Next == iommu.FrFree
		if t.Err == 0 {
			t.Err = f.Err
		}
		c.crash(f.Dom)
	}
}

// crash is domain_crash(), for who may be.
func (c *Call) crash(d uint8) {
	if d != iommu.D0 && d != iommu.DIO && c.st.Dom[d].Life == iommu.Alive {
		c.st.Dom[d].Life = iommu.Crashed
	}
}

// did is the DID whose translations a flush is about, on its IOMMU.
func (c *Call) did(f *iommu.Flush) (did uint8, is bool) {
	if f.Ctx {
		return f.DID, true
	}
	did = c.st.FindDID(f.IOMMU, f.Dom)
	return did, did < iommu.MaxDIDs
}

// request is the descriptor of a flush at a place; false if there is none.
func (c *Call) request(f *iommu.Flush, at uint8) (d iommu.Desc, is bool) {
	did, known := c.did(f)
	if !known || f.Ctx && f.IOMMU != c.st.Dev[iommu.DevOf(f.Fn)].IOMMU {
		return d, false
	}
	if !f.Ctx && c.on(iommu.Mut3) && at >= reqIOTLB { // devices first
		at = reqIOTLB + (at-reqIOTLB+1)%(numReqs-reqIOTLB)
	}
	switch at {
	case reqCtx:
		return iommu.Desc{Op: iommu.DescCtx, DID: did, Fn: f.Fn}, f.Ctx && !c.on(iommu.Mut11)
	case reqIOTLB:
		d = iommu.Desc{Op: iommu.DescIOTLB, DID: did, Addr: f.First, Size: order(f.N)}
		return d, !c.on(iommu.Mut2) && !(f.Ctx && c.on(iommu.B17))
	}
	return c.devRequest(f, did, at-reqDev)
}

// order is get_order_from_pages().
func order(n uint8) (k uint8) {
	for n > 1 {
		n, k = n/2, k+1
	}
	return k
}

// devRequest is that of a device: dev_invalidate_iotlb(). One that is not of the domain
// is left out, by its context entry as it is now. So would be the one whose context
// entry has just changed, although it is still the domain's, and today's code does so.
func (c *Call) devRequest(f *iommu.Flush, did, v uint8) (d iommu.Desc, is bool) {
	dev, ctx := &c.st.Dev[v], c.st.Ctx[v]
	own := !c.on(iommu.AsIs1) && (f.Ctx && f.Fn == v || !f.Ctx && dev.Owner == f.Dom && ctx.Type == iommu.DevIOTLB)
	switch {
	case !dev.ATS || dev.IOMMU != f.IOMMU || c.on(iommu.Mut1):
		return d, false
	case !own && (ctx.Type != iommu.DevIOTLB || ctx.DID != did):
		return d, false
	}
	d = iommu.Desc{Op: iommu.DescDevTLB, Fn: v}
	d.Addr, d.Size = c.encode(f.First, order(f.N))
	return d, true
}

// encode is how a range is told to a device: bit order-1 of the address is zero and
// those below are one. 7 stands for all.
func (c *Call) encode(first, order uint8) (addr, sbit uint8) {
	switch {
	case first == iommu.All:
		return 7, 1
	case order == 0:
		return first, 0
	case c.on(iommu.B22):
		return first >> order << order &^ (1 << order), 1
	}
	return first&^(1<<(order-1)) | (1<<(order-1) - 1), 1
}

// submit queues the request that comes next, or all that there are on an IOMMU, with
// a wait behind.
func (c *Call) submit(t *iommu.Task) errno.Errno {
	f := &t.Flush
	if c.async(t) {
		return c.submitAll(t)
	}
	batch := c.requests(f, c.cfg.Together)
	if len(batch) == 0 { // the device has gone meanwhile
		c.advance(t)
		return c.goOn(t)
	}
	if !c.room(f.IOMMU, uint8(len(batch))+1) {
		if !c.on(iommu.B7) {
			return c.waits()
		}
		c.pass(t)
		return c.goOn(t)
	}
	c.st.Slot[c.cpu] = false
	for _, d := range batch {
		c.queue(f.IOMMU, d)
	}
	if c.Whole || !c.on(iommu.Mut7) {
		c.queue(f.IOMMU, iommu.Desc{Op: iommu.DescWait, CPU: c.cpu})
	}
	f.Dev = 0
	if last := batch[len(batch)-1]; last.Op == iommu.DescDevTLB {
		f.Dev = last.Fn + 1
	}
	t.PC = iommu.Wait
	return ok
}

// requests lists the descriptors from where a flush is, on its IOMMU: one, or all.
func (c *Call) requests(f *iommu.Flush, all bool) (list []iommu.Desc) {
	for at := f.At; at < numReqs; at++ {
		if d, is := c.request(f, at); is {
			list = append(list, d)
			if !all {
				break
			}
		}
	}
	return list
}

// room tells whether a queue has room for some descriptors.
func (c *Call) room(i, n uint8) bool { return c.st.Queue[i].N+n <= c.cfg.Ring }

// queue is qinval_update_qtail().
func (c *Call) queue(i uint8, d iommu.Desc) {
	q := &c.st.Queue[i]
	q.D[q.N] = d
	q.N++
	c.note(iommu.Event{Kind: iommu.Submits, IOMMU: i, CPU: c.cpu, Wait: d.Op == iommu.DescWait})
}

// pass goes on to the request behind those that were submitted.
func (c *Call) pass(t *iommu.Task) {
	f := &t.Flush
	if f.At++; c.cfg.Together {
		f.At = numReqs
	}
	c.advance(t)
}

// wait is the loop of queue_invalidate_wait(): nothing but the slot ends it.
func (c *Call) wait(t *iommu.Task) errno.Errno {
	if !c.st.Slot[c.cpu] {
		return c.waits()
	}
	c.st.Slot[c.cpu] = false
	c.note(iommu.Event{Kind: iommu.Sees, CPU: c.cpu})
	if c.on(iommu.B21) {
		t.Flush.Err = 0
	}
	c.pass(t)
	return c.goOn(t)
}

// goOn ends work of which nothing is left behind its flush.
func (c *Call) goOn(t *iommu.Task) errno.Errno {
	if t.PC == iommu.Idle {
		return c.over(errno.Errno(t.Err))
	}
	return ok
}

// async tells whether a flush is not waited for: it is one of a device's, or has references
// that go with it.
func (c *Call) async(t *iommu.Task) bool {
	f := c.flushing()
	return f.Async() && !t.Flush.Ctx && (f == iommu.V5 || c.toDevice(t.Flush))
}

// toDevice tells whether a flush has requests for devices.
func (c *Call) toDevice(f iommu.Flush) bool {
	for f.IOMMU = 0; f.IOMMU < c.cfg.IOMMUs; f.IOMMU++ {
		for at := uint8(reqDev); at < numReqs; at++ {
			if _, is := c.request(&f, at); is {
				return true
			}
		}
	}
	return false
}

// submitAll queues all of a flush, on each IOMMU with a wait that raises an interrupt.
// What the flush protects is held until then, and the call goes on.
func (c *Call) submitAll(t *iommu.Task) errno.Errno {
	f := t.Flush
	var batch [iommu.MaxIOMMUs][]iommu.Desc
	if !c.roomToHold() {
		return c.waits()
	}
	for f.IOMMU = 0; f.IOMMU < c.cfg.IOMMUs; f.IOMMU++ {
		f.At = reqIOTLB
		if batch[f.IOMMU] = c.requests(&f, true); !c.room(f.IOMMU, uint8(len(batch[f.IOMMU]))+1) {
			return c.waits()
		}
	}
	if len(batch[0])+len(batch[1]) == 0 {
		c.st.IRQ[0] = true // there is nothing to wait for
	}
	for i, list := range batch {
		for _, d := range list {
			c.queue(uint8(i), d)
		}
		if len(list) > 0 {
			c.queue(uint8(i), iommu.Desc{Op: iommu.DescIRQ})
		}
	}
	f = t.Flush
	t.PC, t.Flush = f.Next, iommu.Flush{}
	c.protect(t)
	if c.flushing().Pauses() {
		c.st.Dom[f.Dom].Paused++
		c.hold(iommu.Held{Kind: iommu.Unpause, Dom: f.Dom})
	}
	return c.submitted(t)
}

// protect holds what has to stay until the flush is done, by design.
func (c *Call) protect(t *iommu.Task) {
	if t.PC == iommu.FgPut {
		c.protectForeign(t)
		return
	}
	if t.PC != iommu.Put {
		for _, m := range t.Array {
			if m != 0 && !stays(t) {
				c.protectMoved(m - 1)
			}
		}
		return
	}
	h := iommu.Held{MFN: t.MFN, Dom: t.Dom}
	switch c.flushing() {
	case iommu.V2, iommu.V3, iommu.V6:
		h.Kind = iommu.PutAfter
	case iommu.V4:
		h.Kind = iommu.PutDone
	case iommu.V5:
		h.Kind = iommu.DevRef
	}
	c.hold(h)
}

// stays tells whether pages move to where they are: their entries have not changed.
func stays(t *iommu.Task) bool { return t.Work == iommu.WorkRange && t.From == t.To }

// protectMoved does so for a page that has moved: it is not given back.
func (c *Call) protectMoved(m uint8) {
	switch c.flushing() {
	case iommu.V4:
		c.pool.Pages[m].Count++
		c.hold(iommu.Held{Kind: iommu.RefDone, MFN: m, Dom: c.st.Frame[m].Owner})
	case iommu.V5:
		c.hold(iommu.Held{Kind: iommu.DevRef, MFN: m, Dom: c.st.Frame[m].Owner})
	}
}

// submitted goes on behind the submission. A removal is over for its caller: its
// references go now (FL-V5), or belong to what is held.
func (c *Call) submitted(t *iommu.Task) errno.Errno {
	switch {
	case t.PC != iommu.Put:
		return c.goOn(t)
	case c.flushing() == iommu.V5:
		return c.removePut(t)
	}
	return c.removed(t)
}

// Tail is what is left of calls that have returned at their submission: it drops their
// references (FL-V2, FL-V3, FL-V6).
func (c *Call) Tail() errno.Errno {
	left := false
	for k := 0; k < iommu.MaxHeld; {
		h := c.st.Held[k]
		if h.Kind != iommu.PutAfter {
			k++
			continue
		}
		left = true
		c.letGo(k)
		c.putAlloc(h.MFN)
		c.putPage(h.MFN)
	}
	if c.st.Stopped() || !left {
		return c.waits()
	}
	return ok
}

// letGo takes an entry out of what is held.
func (c *Call) letGo(k int) {
	copy(c.st.Held[k:], c.st.Held[k+1:])
	c.st.Held[iommu.MaxHeld-1] = iommu.Held{}
}

// Completion is the interrupt of an IOMMU: what waited for the flushes that are done is
// released. It must not allocate: all that it needs is linked through the pages.
func (c *Call) Completion(i uint8) errno.Errno {
	if c.st.Stopped() || i >= c.cfg.IOMMUs || !c.st.IRQ[i] {
		return c.waits()
	}
	c.st.IRQ[i] = false
	if c.on(iommu.Mut6) {
		c.note(iommu.Event{Kind: iommu.Allocates, IOMMU: i})
	}
	for k := 0; k < iommu.MaxHeld; {
		h := c.st.Held[k]
		if h.Kind <= iommu.PutAfter || h.Left != [iommu.MaxIOMMUs]uint8{} && !c.on(iommu.Mut4) {
			k++
			continue
		}
		c.letGo(k)
		c.release(h)
	}
	return ok
}

// release does what an entry was held for.
func (c *Call) release(h iommu.Held) {
	switch h.Kind {
	case iommu.PutDone:
		c.putAlloc(h.MFN)
		c.putPage(h.MFN)
	case iommu.RefDone:
		c.putPage(h.MFN)
	case iommu.DevRef:
		c.st.Frame[h.MFN].DevRefs--
		c.putPage(h.MFN)
	case iommu.FreeDone:
		c.toHeap(h.MFN)
	case iommu.Unpause:
		if c.on(iommu.Mut10) {
			return
		}
		c.st.Dom[h.Dom].Paused--
	}
}

// TimeOut has a CPU not wait any longer (FL-V1t): iommu_dev_iotlb_flush_timeout().
func (c *Call) TimeOut(cpu uint8) errno.Errno {
	c.cpu = cpu
	t := c.task()
	if c.st.Stopped() || c.flushing() != iommu.V1t || t.PC != iommu.Wait || c.st.Slot[cpu] {
		return c.waits()
	}
	c.note(iommu.Event{Kind: iommu.GivesUp, CPU: cpu})
	if !c.on(iommu.B6) {
		c.disown(cpu)
	}
	if f := &t.Flush; !c.on(iommu.B8) {
		f.Err = int8(errno.ETIMEDOUT)
		if f.Dev != 0 {
			c.broken(f.Dev - 1)
		}
	}
	c.pass(t)
	return c.goOn(t)
}

// disown has waits that a CPU does not wait for write to nowhere.
func (c *Call) disown(cpu uint8) {
	for i := range c.st.Queue {
		q := &c.st.Queue[i]
		for k := range q.N {
			if d := &q.D[k]; d.Op == iommu.DescWait && d.CPU == cpu {
				d.CPU = iommu.NumCPUs
			}
		}
	}
}

// broken marks a device that has not answered.
func (c *Call) broken(v uint8) {
	dev := &c.st.Dev[v]
	if dev.ATS = false; !c.on(iommu.B24) {
		dev.Broken = true
		return
	}
	owner := dev.Owner
	dev.Owner = iommu.NoDomain
	c.releaseDID(owner, dev.IOMMU)
}
