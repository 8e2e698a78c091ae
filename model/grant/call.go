package grant

import (
	"hvcheck/model/errno"
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
	Asked         [NumRules]bool
	HandoverAsked [NumHandovers]bool
	ResetAsked    [NumResets]bool
	MannerAsked   [NumManners]bool
	// Seen is what the operation did, in order.
	Seen []Event

	cfg     *Config
	pool    *page.Pool
	st      *State
	cpu     uint8
	checks  uint8
	refused bool
	fresh   bool // the CPU was in the middle of nothing
}

// Begin binds the call to a state.
func (c *Call) Begin(cfg *Config, pool *page.Pool, st *State) {
	c.cfg, c.pool, c.st = cfg, pool, st
	c.Preempt, c.checks, c.refused, c.fresh, c.Seen = 0, 0, false, false, c.Seen[:0]
}

// End closes the call. A crash of the host replaces its result.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool, checks uint8) {
	if c.st.Stopped() && !c.refused {
		return errno.HostCrash, false, c.checks
	}
	return code, c.refused, c.checks
}

// refuse is the result of a call that changed nothing.
func (c *Call) refuse(code errno.Errno) errno.Errno {
	c.refused = true
	return code
}

// on asks a switchable rule.
func (c *Call) on(r Rule) bool {
	c.Asked[r] = true
	return c.cfg.On[r]
}

// handover asks which hand-over is in force.
func (c *Call) handover(h Handover) bool {
	c.HandoverAsked[c.cfg.Handover] = true
	return c.cfg.Handover == h
}

// manner asks how a revocation goes about it.
func (c *Call) manner(m Manner) bool {
	c.MannerAsked[c.cfg.Manner] = true
	return c.cfg.Manner == m
}

// bug is BUG(), or an ASSERT: the host crashes.
func (c *Call) bug(why Stop) errno.Errno {
	if c.st.Stop == Running {
		c.st.Stop = why
	}
	return errno.HostCrash
}

// check is hypercall_preempt_check().
func (c *Call) check() bool {
	c.checks++
	c.note(Event{Kind: Looked})
	return c.Preempt != 0 && c.checks >= c.Preempt
}

// By sets who makes the call. It fails while that CPU is in the middle of something,
// and for a domain that does not run.
func (c *Call) By(cpu uint8) errno.Errno {
	c.cpu = cpu
	if c.st.Stopped() || c.task().Busy() || !c.runs(cpu) {
		return c.refuse(errno.NotRunning)
	}
	return ok
}

// byDomain is By for what only the domains themselves do.
func (c *Call) byDomain(cpu uint8) errno.Errno {
	if domainOf(cpu) == NoDomain {
		return c.refuse(errno.NotRunning)
	}
	return c.By(cpu)
}

// byKernel is By for the kernels of F, and byBackend for B.
func (c *Call) byKernel(cpu uint8) errno.Errno  { return c.byOne(cpu, DomF) }
func (c *Call) byBackend(cpu uint8) errno.Errno { return c.byOne(cpu, DomB) }

func (c *Call) byOne(cpu, dom uint8) errno.Errno {
	if domainOf(cpu) != dom {
		return c.refuse(errno.NotRunning)
	}
	return c.By(cpu)
}

// element is By for an element of a call of some work: the first one, or the next.
// Xen looks before whether it is to be preempted, of an unmap before each block.
func (c *Call) element(cpu uint8, w Work) errno.Errno {
	c.cpu = cpu
	t := c.task()
	switch inBlock := t.Elems > 0; {
	case t.PC != Next:
		c.fresh = !t.Busy()
		return c.byDomain(cpu)
	case c.st.Stopped() || t.Work != w:
		return c.refuse(errno.NotRunning)
	case !inBlock && c.check():
		*t = Task{}
		return errno.ERESTART
	}
	return ok
}

// unchanged is a promise that an element which failed at once has changed nothing.
func (c *Call) unchanged(t *Task, rc errno.Errno) {
	c.refused = c.fresh && rc < 0 && !t.More
}

// runs tells whether a CPU executes code that makes calls.
func (c *Call) runs(cpu uint8) bool {
	switch cpu {
	case Front0, Front1:
		return vcpuOf(cpu) < c.cfg.Fronts && c.st.Dom[DomF].Life == Alive && c.st.Kernel.runs()
	case Back0, Back1:
		return vcpuOf(cpu) < c.cfg.Backs && c.st.Dom[DomB].Life == Alive
	case Third0:
		return c.st.Dom[DomC].Life == Alive
	}
	return true
}

// runs tells whether a kernel of F executes: not between two.
func (k *Kernel) runs() bool { return k.Stage <= Waiting || k.Stage == K2 }

// task is the caller's.
func (c *Call) task() *Task { return &c.st.Task[c.cpu] }

// own is the caller's domain.
func (c *Call) own() *Domain { return &c.st.Dom[domainOf(c.cpu)] }

// steps tells whether the sections of such work are operations of their own.
func (c *Call) steps(w Work) bool { return !c.Whole && c.cfg.Steps&stepOf[w] != 0 }

// over ends the caller's work with a result. If another element of the call
// follows, the CPU waits for it.
func (c *Call) over(rc errno.Errno) errno.Errno {
	t := c.task()
	next := Task{}
	if t.More {
		next = Task{Work: t.Work, PC: Next}
	}
	*t = next
	return rc
}

// Step is the next section of what a CPU is in the middle of.
func (c *Call) Step(cpu uint8) errno.Errno {
	c.cpu = cpu
	if t := c.task(); c.st.Stopped() || !t.Busy() || t.PC == Next {
		return c.refuse(errno.NotRunning)
	}
	return c.section()
}

// proceed does the work of the caller's task: the next section, or all of them.
func (c *Call) proceed() errno.Errno {
	w := c.task().Work
	for i := 0; ; i++ {
		rc := c.section()
		if t := c.task(); !t.Busy() || t.PC == Next || c.refused || c.st.Stopped() || c.steps(w) {
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
	switch t := c.task(); t.Work {
	case WorkMap:
		return c.mapSection(t)
	case WorkUnmap, WorkReplace:
		return c.unmapSection(t)
	case WorkGrant, WorkEnd:
		return c.guestSection(t)
	case WorkCopy:
		return c.copySection(t)
	case WorkTransfer:
		return c.transferSection(t)
	case WorkVersion:
		return c.versionSection(t)
	case WorkSpace:
		return c.spaceSection(t)
	case WorkDestroy:
		return c.destroySection(t)
	case WorkRevoke:
		return c.revokeSection(t)
	case WorkReset:
		return c.resetSection(t)
	case WorkSoftReset:
		return c.softResetSection(t)
	}
	panic("grant: work without sections")
}

// waits is the result of a section that cannot have a lock.
func (c *Call) waits() errno.Errno { return c.refuse(errno.NotRunning) }

// blocked tells whether work that is done at once would have to wait for a lock: of a
// granter, or of the caller's own.
func (c *Call) blocked(w Work, d uint8) bool {
	return !c.steps(w) && (d < NumDomains && !c.readable(d) || !c.readable(domainOf(c.cpu)) || c.own().HVM && c.own().P2MLock != 0)
}

// readable tells whether the lock of a domain's grant table can be had, to read or
// to write: only a writer keeps it from section to section.
func (c *Call) readable(d uint8) bool {
	w := c.st.Dom[d].Table.Writer
	return (w == 0 || w == c.cpu+1) && !(c.cfg.Retries && c.st.Looking(d, c.cpu))
}

// Looking tells whether another CPU is in the middle of the section that pins an entry of a
// domain's, with the entry's lock; here that keeps the whole table.
func (s *State) Looking(d, cpu uint8) bool {
	for i := range s.Task {
		if t := &s.Task[i]; uint8(i) != cpu && t.Work == WorkMap && t.Dom == d && (t.PC == MSet || t.PC == MFrame) {
			return true
		}
	}
	return false
}
