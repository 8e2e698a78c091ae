package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Hardware has an IOMMU execute the descriptor at the head of its queue.
func (c *Call) Hardware(i uint8) errno.Errno {
	if c.st.Stopped() || i >= c.cfg.IOMMUs || c.st.Queue[i].N == 0 {
		return c.waits()
	}
	if d := c.st.Queue[i].D[0]; d.Op == iommu.DescDevTLB && c.st.Dev[d.Fn].Stuck {
		return c.waits()
	}
	c.execute(i)
	return ok
}

func (c *Call) execute(i uint8) {
	q := &c.st.Queue[i]
	d := q.D[0]
	copy(q.D[:], q.D[1:])
	q.N--
	q.D[iommu.MaxQueue-1] = iommu.Desc{}
	c.note(iommu.Event{Kind: iommu.Executes, IOMMU: i})
	switch d.Op {
	case iommu.DescCtx:
		c.st.CtxCache[d.Fn] = iommu.Ctx{}
	case iommu.DescIOTLB:
		c.dropIOTLB(i, &d)
	case iommu.DescDevTLB:
		c.dropDevTLB(&d)
	case iommu.DescWait:
		if d.CPU < iommu.NumCPUs {
			c.st.Slot[d.CPU] = true
		}
	case iommu.DescIRQ:
		c.complete(i)
	}
}

// complete is a wait that raises an interrupt: what is held waits for one less.
func (c *Call) complete(i uint8) {
	c.st.IRQ[i] = true
	for k := range c.st.Held {
		if left := &c.st.Held[k].Left[i]; *left > 0 {
			*left--
		}
	}
}

// dropIOTLB invalidates what an IOMMU has cached for a DID, and drains the accesses that
// were translated by it.
func (c *Call) dropIOTLB(i uint8, d *iommu.Desc) {
	drop(&c.st.IOTLB[i][d.DID], func(g uint8) bool { return within(g, d.Addr, d.Size) })
	for v := range c.st.InFlight {
		if f := &c.st.InFlight[v]; f.E != 0 && c.st.Dev[v].IOMMU == i && f.DID == d.DID {
			c.perform(uint8(v))
		}
	}
}

// drop drops the entries of some dfns; of a superpage both halves.
func drop(list *[iommu.MaxGfns]iommu.Entry, hit func(g uint8) bool) {
	for g, e := range *list {
		if e.Present() && (hit(uint8(g)) || e&iommu.Super != 0 && hit(uint8(g)^1)) {
			list[g] = 0
		}
	}
}

// within tells whether a dfn is in a range of 1 << order.
func within(g, first, order uint8) bool {
	return first == iommu.All || g>>order == first>>order
}

// dropDevTLB is a device's: the address says how large the range is. What is under way is
// made before the device answers.
func (c *Call) dropDevTLB(d *iommu.Desc) {
	order := uint8(0)
	if d.Size != 0 {
		for order = 1; d.Addr>>(order-1)&1 != 0; order++ {
		}
	}
	hit := func(g uint8) bool { return g>>order == d.Addr>>order }
	drop(&c.st.DevTLB[d.Fn], hit)
	if f := &c.st.InFlight[d.Fn]; f.E != 0 && hit(f.DFN) {
		c.perform(d.Fn)
	}
}

// DMA is an access of a device, by one of its requester ids.
func (c *Call) DMA(fn, dfn uint8, write bool) errno.Errno {
	v := iommu.DevOf(fn)
	dev := &c.st.Dev[v]
	if c.st.Stopped() || v >= c.cfg.Devs || !dev.There || fn == iommu.Phantom && !dev.Phantom || c.st.InFlight[v].E != 0 {
		return c.refuse(errno.NotRunning)
	}
	ctx := c.context(fn)
	e, known := c.deviceHas(fn, dfn, write)
	switch {
	case known && ctx.Type != iommu.DevIOTLB:
		return c.blocked(fn, dfn)
	case !known:
		if e = c.translate(fn, dfn, write, ctx); !e.Allows(write) {
			return c.blocked(fn, dfn)
		}
	}
	c.st.InFlight[v] = iommu.InFlight{E: e, DFN: dfn, DID: ctx.DID, Write: write}
	if !c.cfg.InFlight {
		c.perform(v)
	}
	return ok
}

// context is the context entry that an IOMMU goes by.
func (c *Call) context(fn uint8) iommu.Ctx {
	if !c.cfg.CtxCache {
		return c.st.Ctx[fn]
	}
	if c.st.CtxCache[fn].Type == iommu.Absent {
		c.st.CtxCache[fn] = c.st.Ctx[fn]
	}
	return c.st.CtxCache[fn]
}

// deviceHas is what a device has cached itself: such a request is not translated again.
func (c *Call) deviceHas(fn, dfn uint8, write bool) (e iommu.Entry, known bool) {
	if v := iommu.DevOf(fn); fn == v && c.st.Dev[v].CanATS {
		e = c.st.DevTLB[v][dfn]
	}
	return e, e.Allows(write)
}

// translate is a request that is to be translated, with what it leaves in caches.
func (c *Call) translate(fn, dfn uint8, write bool, ctx iommu.Ctx) iommu.Entry {
	v := iommu.DevOf(fn)
	i := c.st.Dev[v].IOMMU
	switch ctx.Type {
	case iommu.Absent:
		return 0
	case iommu.PassThrough:
		return iommu.To(dfn, iommu.Readable|iommu.Writable)
	}
	e := c.st.IOTLB[i][ctx.DID][dfn]
	if !e.Allows(write) {
		if e = c.walk(ctx.Table, dfn, fn); !e.Allows(write) {
			return 0
		}
		c.fill(&c.st.IOTLB[i][ctx.DID], dfn, e)
	}
	if c.st.Dev[v].ATS && fn == v && ctx.Type == iommu.DevIOTLB {
		c.fill(&c.st.DevTLB[v], dfn, e)
	}
	return e
}

// walk is a table walk.
func (c *Call) walk(table, dfn, fn uint8) iommu.Entry {
	if c.st.Freed[table] {
		c.note(iommu.Event{Kind: iommu.WalksFree, Fn: fn, DFN: dfn})
	}
	return c.st.Sees(c.cfg, table, dfn)
}

// fill caches a translation; of a superpage both halves.
func (c *Call) fill(list *[iommu.MaxGfns]iommu.Entry, dfn uint8, e iommu.Entry) {
	list[dfn] = e
	if e&iommu.Super != 0 {
		list[dfn^1] = e ^ 1
	}
}

func (c *Call) blocked(fn, dfn uint8) errno.Errno {
	c.note(iommu.Event{Kind: iommu.Blocked, Fn: fn, DFN: dfn})
	return errno.EFAULT
}

// perform makes the access that a device has under way.
func (c *Call) perform(v uint8) {
	f := c.st.InFlight[v]
	c.st.InFlight[v] = iommu.InFlight{}
	c.note(iommu.Event{Kind: iommu.Touches, Fn: v, DFN: f.DFN, E: f.E, Owner: c.st.Frame[f.E.Frame()].Owner, For: c.st.Dev[v].Owner, Write: f.Write})
}

// Stick has a device answer no more invalidations.
func (c *Call) Stick(v uint8) errno.Errno {
	if c.st.Stopped() || c.st.Dev[v].Stuck {
		return c.refuse(errno.EEXIST)
	}
	c.st.Dev[v].Stuck = true
	return ok
}

// Done has a device make the access that it has under way.
func (c *Call) Done(v uint8) errno.Errno {
	if c.st.Stopped() || v >= c.cfg.Devs || c.st.InFlight[v].E == 0 {
		return c.refuse(errno.NotRunning)
	}
	c.perform(v)
	return ok
}
