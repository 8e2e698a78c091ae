// Package vtd has the rules of the IOMMU area: what Xen does when pages come and go
// and devices change hands, as VT-d has it done, and what the hardware does.
//
// An operation is a Call: Begin binds it to a state, one method per operation changes
// that in place, End closes it. What Xen does in several phases is an iommu.Task of
// the CPU that does it.
package vtd

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/page"
)

const ok = errno.OK

// Call is one operation while it runs. It is reused from call to call.
type Call struct {
	// Whole runs everything to its end at once, whatever Config.Steps says.
	Whole bool
	// Asked notes which switchable rules came into play, for coverage.
	Asked         [iommu.NumRules]bool
	FlushingAsked [iommu.NumFlushings]bool
	// Seen is what the operation did, in order.
	Seen []iommu.Event

	cfg     *iommu.Config
	pool    *page.Pool
	st      *iommu.State
	cpu     uint8
	refused bool
}

// Begin binds the call to a state.
func (c *Call) Begin(cfg *iommu.Config, pool *page.Pool, st *iommu.State) {
	c.cfg, c.pool, c.st = cfg, pool, st
	c.refused, c.Seen = false, c.Seen[:0]
}

// End closes the call. A crash of the host replaces its result.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool) {
	if c.st.Stopped() && !c.refused {
		return errno.HostCrash, false
	}
	return code, c.refused
}

// refuse is the result of a call that changed nothing.
func (c *Call) refuse(code errno.Errno) errno.Errno {
	c.refused = true
	return code
}

// waits is the result of a section that cannot go on yet.
func (c *Call) waits() errno.Errno { return c.refuse(errno.NotRunning) }

// on asks a switchable rule.
func (c *Call) on(r iommu.Rule) bool {
	c.Asked[r] = true
	return c.cfg.On[r]
}

// flushing asks which design is in force.
func (c *Call) flushing() iommu.Flushing {
	c.FlushingAsked[c.cfg.Flushing] = true
	return c.cfg.Flushing
}

// bug is BUG(), or an ASSERT: the host crashes.
func (c *Call) bug(why iommu.Stop) errno.Errno {
	if !c.st.Stopped() {
		c.st.Stop = why
	}
	return errno.HostCrash
}

// note notes what happens.
func (c *Call) note(e iommu.Event) { c.Seen = append(c.Seen, e) }

// task is the CPU's.
func (c *Call) task() *iommu.Task { return &c.st.Task[c.cpu] }

// by begins an operation that an actor makes. It fails while the CPU is in the middle
// of something, and for a domain that does not run.
func (c *Call) by(actor uint8, w iommu.Work) (*iommu.Task, errno.Errno) {
	c.cpu = iommu.CPUOf(actor)
	d := &c.st.Dom[iommu.DomainOf(actor)]
	if c.st.Stopped() || c.cpu >= c.cfg.CPUs || c.task().Busy() || d.Life != iommu.Alive || d.Paused > 0 {
		return nil, c.refuse(errno.NotRunning)
	}
	t := c.task()
	*t = iommu.Task{Work: w, Actor: actor, Dom: iommu.DomainOf(actor)}
	return t, ok
}

// drop ends an operation that has changed nothing.
func (c *Call) drop(rc errno.Errno) errno.Errno {
	*c.task() = iommu.Task{}
	return c.refuse(rc)
}

// locked tells whether another CPU has a domain's p2m lock.
func (c *Call) locked(d uint8) bool {
	l := c.st.Dom[d].Lock
	return l != 0 && l != c.cpu+1
}

// lock takes it for the phases that follow.
func (c *Call) lock(d uint8) { c.st.Dom[d].Lock = c.cpu + 1 }

func (c *Call) unlock(d uint8) { c.st.Dom[d].Lock = 0 }

// over ends the CPU's work with a result.
func (c *Call) over(rc errno.Errno) errno.Errno {
	*c.task() = iommu.Task{}
	return rc
}

// steps tells whether the phases of such work are operations of their own.
func (c *Call) steps(w iommu.Work) bool { return !c.Whole && c.cfg.Steps&w.Of() != 0 }

// Step is the next section of what a CPU is in the middle of.
func (c *Call) Step(cpu uint8) errno.Errno {
	c.cpu = cpu
	if c.st.Stopped() || !c.task().Busy() {
		return c.waits()
	}
	return c.section()
}

// begun ends the first section: the others follow at once, or as steps.
func (c *Call) begun(t *iommu.Task) errno.Errno {
	if !t.Busy() || c.steps(t.Work) {
		return ok
	}
	return c.proceed()
}

// proceed does all that is left of the CPU's work. Hardware is as fast as it needs to be.
func (c *Call) proceed() errno.Errno {
	for i := 0; ; i++ {
		rc := c.section()
		if c.refused {
			c.refused = false
			if !c.hurry() {
				return ok // nothing goes on: it has only begun
			}
			continue
		}
		if !c.task().Busy() || c.st.Stopped() {
			c.settle()
			return rc
		}
		if i > 199 {
			panic("vtd: work does not end")
		}
	}
}

// settle has all that is left behind a call be done as well, where nothing is to be in the
// middle of anything.
func (c *Call) settle() {
	for c.Whole && c.hurry() {
	}
	if c.Whole && c.st.Held[0].Kind == iommu.PutAfter {
		c.Tail()
	}
}

// hurry has the hardware execute what is queued, and interrupts come.
func (c *Call) hurry() (did bool) {
	for i := range c.cfg.IOMMUs {
		if c.st.Queue[i].N > 0 {
			c.execute(i)
			did = true
		}
		if c.st.IRQ[i] {
			c.Completion(i)
			did = true
		}
	}
	return did
}

// section does one section of the CPU's task. One that has to wait is refused; another
// one names the next, or ends the work with over.
func (c *Call) section() errno.Errno {
	t := c.task()
	switch t.PC {
	case iommu.Submit:
		return c.submit(t)
	case iommu.Wait:
		return c.wait(t)
	case iommu.Put:
		return c.removePut(t)
	case iommu.Removed:
		return c.removed(t)
	case iommu.FrFree:
		return c.freed(t)
	}
	switch t.Work {
	case iommu.WorkPopulate:
		return c.populateSection(t)
	case iommu.WorkMove, iommu.WorkRange:
		return c.moveSection(t)
	case iommu.WorkType, iommu.WorkPutType:
		return c.typeSection(t)
	case iommu.WorkTable:
		return c.tableSection(t)
	case iommu.WorkForeign, iommu.WorkUnforeign:
		return c.foreignSection(t)
	}
	if t.Work == iommu.WorkAssign || t.Work == iommu.WorkDeassign || t.Work == iommu.WorkDestroy {
		return c.deviceSection(t)
	}
	panic("vtd: work without sections: " + t.Work.String() + ", " + t.PC.String())
}
