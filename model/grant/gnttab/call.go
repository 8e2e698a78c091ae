// Package gnttab holds Xen's rules for grant tables: GNTTABOP_*, with the references,
// page tables, p2m, IOMMU and maptrack that they go through, and what kernels store in
// their tables. An operation is a Call: Begin binds it to a grant.State, one method per
// operation changes that in place, End closes it. Work in several critical sections is
// a grant.Task.
//
// Source: xen/common/grant_table.c, xen/arch/x86/pv/grant_table.c,
// xen/arch/x86/hvm/grant_table.c; Linux drivers/xen/grant-table.c.
package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

const ok = errno.OK

// Call is one operation while it runs. It is reused from call to call.
type Call struct {
	// Preempt is the operand: the Preempt-th reached preemption check and all
	// later ones say yes; 0 is never.
	Preempt uint8
	// Whole runs everything to its end at once, whatever Config.Steps says.
	Whole bool
	// Asked notes which switchable rules came into play, for coverage.
	Asked         [grant.NumRules]bool
	HandoverAsked [grant.NumHandovers]bool
	ResetAsked    [grant.NumResets]bool
	MannerAsked   [grant.NumManners]bool
	// Further does the sections of work that is not known here.
	Further func(t *grant.Task) errno.Errno
	// Seen is what the operation did, in order.
	Seen []grant.Event

	Cfg     *grant.Config
	pool    *page.Pool
	St      *grant.State
	CPU     uint8
	Refused bool
	retyped bool // a page has another type, whatever becomes of the call
}

// Begin binds the call to a state.
func (c *Call) Begin(cfg *grant.Config, pool *page.Pool, st *grant.State) {
	c.Cfg, c.pool, c.St = cfg, pool, st
	c.Preempt, c.Refused, c.retyped, c.Seen = 0, false, false, c.Seen[:0]
}

// End closes the call. A crash of the host replaces its result.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool, checks uint8) {
	if c.St.Stopped() && !c.Refused {
		return errno.HostCrash, false, c.looks()
	}
	return code, c.Refused, c.looks()
}

// Refuse is the result of a call that changed nothing.
func (c *Call) Refuse(code errno.Errno) errno.Errno {
	c.Refused = !c.retyped
	return code
}

// On asks a switchable rule.
func (c *Call) On(r grant.Rule) bool {
	c.Asked[r] = true
	return c.Cfg.On[r]
}

// Handover asks which hand-over is in force.
func (c *Call) Handover(h grant.Handover) bool {
	c.HandoverAsked[c.Cfg.Handover] = true
	return c.Cfg.Handover == h
}

// Manner asks how a revocation goes about it.
func (c *Call) Manner(m grant.Manner) bool {
	c.MannerAsked[c.Cfg.Manner] = true
	return c.Cfg.Manner == m
}

// bug is BUG(), or an ASSERT: the host crashes.
func (c *Call) bug(why grant.Stop) errno.Errno {
	if c.St.Stop == grant.Running {
		c.St.Stop = why
	}
	return errno.HostCrash
}

// Check is hypercall_preempt_check().
func (c *Call) Check() bool {
	c.Note(grant.Event{Kind: grant.Looked})
	return c.Preempt != 0 && c.looks() >= c.Preempt
}

// looks is how often that was.
func (c *Call) looks() (n uint8) {
	for _, e := range c.Seen {
		if e.Kind == grant.Looked {
			n++
		}
	}
	return n
}

// By sets who makes the call. It fails while that CPU is in the middle of something,
// and for a domain that does not run.
func (c *Call) By(cpu uint8) errno.Errno {
	c.CPU = cpu
	if c.St.Stopped() || c.Task().Busy() || !c.runs(cpu) {
		return c.Refuse(errno.NotRunning)
	}
	return ok
}

// ByDomain is By for what only the domains themselves do.
func (c *Call) ByDomain(cpu uint8) errno.Errno {
	if grant.DomainOf(cpu) == grant.NoDomain {
		return c.Refuse(errno.NotRunning)
	}
	return c.By(cpu)
}

// ByKernel is By for the kernels of F.
func (c *Call) ByKernel(cpu uint8) errno.Errno { return c.byOne(cpu, grant.DomF) }

// ByBackend is By for B.
func (c *Call) ByBackend(cpu uint8) errno.Errno { return c.byOne(cpu, grant.DomB) }

func (c *Call) byOne(cpu, dom uint8) errno.Errno {
	if grant.DomainOf(cpu) != dom {
		return c.Refuse(errno.NotRunning)
	}
	return c.By(cpu)
}

// element is By for an element of a call of some work: the first one, or the next.
// Xen looks before whether it is to be preempted, of an unmap before each block.
func (c *Call) element(cpu uint8, w grant.Work) errno.Errno {
	c.CPU = cpu
	t := c.Task()
	switch inBlock := t.Elems > 0; {
	case t.PC != grant.Next:
		return c.ByDomain(cpu)
	case c.St.Stopped() || t.Work != w:
		return c.Refuse(errno.NotRunning)
	case !inBlock && c.Check():
		*t = grant.Task{}
		return errno.ERESTART
	}
	return ok
}

// runs tells whether a CPU executes code that makes calls.
func (c *Call) runs(cpu uint8) bool {
	switch cpu {
	case grant.Front0, grant.Front1:
		return grant.VcpuOf(cpu) < c.Cfg.Fronts && c.St.Dom[grant.DomF].Life == grant.Alive && executes(&c.St.Kernel)
	case grant.Back0, grant.Back1:
		return grant.VcpuOf(cpu) < c.Cfg.Backs && c.St.Dom[grant.DomB].Life == grant.Alive
	case grant.Third0:
		return c.St.Dom[grant.DomC].Life == grant.Alive
	}
	return true
}

// executes tells whether a kernel of F executes: not between two.
func executes(k *grant.Kernel) bool { return k.Stage <= grant.Waiting || k.Stage == grant.K2 }

// Task is the caller's.
func (c *Call) Task() *grant.Task { return &c.St.Task[c.CPU] }

// Own is the caller's domain.
func (c *Call) Own() *grant.Domain { return &c.St.Dom[grant.DomainOf(c.CPU)] }

// Steps tells whether the sections of such work are operations of their own.
func (c *Call) Steps(w grant.Work) bool { return !c.Whole && c.Cfg.Steps&grant.StepOf[w] != 0 }

// Over ends the caller's work with a result. If another element of the call
// follows, the CPU waits for it.
func (c *Call) Over(rc errno.Errno) errno.Errno {
	t := c.Task()
	next := grant.Task{}
	if t.More {
		next = grant.Task{Work: t.Work, PC: grant.Next}
	}
	*t = next
	return rc
}

// Step is the next section of what a CPU is in the middle of.
func (c *Call) Step(cpu uint8) errno.Errno {
	c.CPU = cpu
	if t := c.Task(); c.St.Stopped() || !t.Busy() || t.PC == grant.Next {
		return c.Refuse(errno.NotRunning)
	}
	return c.section()
}

// Proceed does the work of the caller's task: the next section, or all of them.
func (c *Call) Proceed() errno.Errno {
	w := c.Task().Work
	for i := 0; ; i++ {
		rc := c.section()
		if t := c.Task(); !t.Busy() || t.PC == grant.Next || c.Refused || c.St.Stopped() || c.Steps(w) {
			return rc
		}
		if i > 99 {
			panic("grant: work does not end")
		}
	}
}

// section does one section of the caller's task. One that has to wait for a lock is
// refused; another one names the next, or ends the work with over.
func (c *Call) section() errno.Errno {
	t := c.Task()
	switch t.Work {
	case grant.WorkMap:
		return c.mapSection(t)
	case grant.WorkUnmap, grant.WorkReplace:
		return c.unmapSection(t)
	case grant.WorkGrant, grant.WorkEnd:
		return c.guestSection(t)
	case grant.WorkCopy:
		return c.copySection(t)
	case grant.WorkTransfer:
		return c.transferSection(t)
	case grant.WorkVersion:
		return c.versionSection(t)
	case grant.WorkSpace:
		return c.spaceSection(t)
	}
	return c.Further(t)
}

// Waits is the result of a section that cannot have a lock.
func (c *Call) Waits() errno.Errno { return c.Refuse(errno.NotRunning) }

// blocked tells whether work that is done at once would have to wait for a lock: of a
// granter, or of the caller's own.
func (c *Call) blocked(w grant.Work, d uint8) bool {
	return !c.Steps(w) && (d < grant.NumDomains && !c.Readable(d) || !c.Readable(grant.DomainOf(c.CPU)) || c.Own().HVM && c.Own().P2MLock != 0)
}

// Readable tells whether the lock of a domain's grant table can be had, to read or
// to write: only a writer keeps it from section to section.
func (c *Call) Readable(d uint8) bool {
	w := c.St.Dom[d].Table.Writer
	return (w == 0 || w == c.CPU+1) && !(c.Cfg.Retries && c.St.Looking(d, c.CPU))
}

// Note adds to what the operation did.
func (c *Call) Note(e grant.Event) { c.Seen = append(c.Seen, e) }
