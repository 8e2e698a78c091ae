package pvmmu

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Call is one hypercall while it runs. It is reused from call to call.
type Call struct {
	// Preempt is the operand: the Preempt-th reached preemption check and all
	// later ones say yes; 0 is never.
	Preempt uint8

	// Asked notes which switchable rules came into play, for coverage.
	Asked      [NumRules]bool
	FixupAsked [NumFixups]bool
	// Ctx0 is an operand too: how far the set-context of vCPU 0 has come, for the
	// orders of calls that a scenario may prescribe.
	Ctx0 Progress
	// Most is the most that was done between two preemption checks.
	Most Work
	// Visited counts the pages that set-context's walk over page_list visited.
	Visited uint8

	cfg     *Config
	pool    *page.Pool
	st      *State
	cur     *VCPU // current
	cpu     uint8
	checks  uint8
	since   since // the last check
	inOrder bool  // the toolstack's order of calls always allows this one
	noCheck bool  // a rule of old: this part of the call does not ask for preemption
	changed bool  // something was done that a later refusal does not take back
	refused bool
}

// Begin binds the call to a world.
func (c *Call) Begin(cfg *Config, pool *page.Pool, st *State) {
	c.cfg, c.pool, c.st = cfg, pool, st
	c.Preempt, c.checks, c.Visited = 0, 0, 0
	c.Most, c.since = Work{}, since{}
	c.inOrder, c.noCheck, c.changed, c.refused = false, false, false, false
}

// By sets who makes the call. It fails when that vCPU cannot make one.
func (c *Call) By(cpu uint8) errno.Errno {
	if rc := c.running(cpu); rc != errno.OK {
		return rc
	}
	if c.cur.UserMode && !c.foreign() || c.tooEarly() {
		return c.refuse(errno.NotRunning)
	}
	return errno.OK
}

// tooEarly tells whether the toolstack's order of calls does not allow this one yet.
func (c *Call) tooEarly() bool {
	switch {
	case c.inOrder:
		return false
	case c.cfg.CtxFirst:
		return c.Ctx0 != CtxDone
	}
	return c.cfg.Seq && c.Ctx0 == CtxPending
}

// running is By for what a vCPU can also do in user mode.
func (c *Call) running(cpu uint8) errno.Errno {
	if c.st.Stopped() {
		return c.refuse(errno.NotRunning)
	}
	c.cpu, c.cur = cpu, &c.st.CPU[cpu]
	if c.cur.Mem.Op != MemNone || c.cur.Taking() {
		return c.refuse(errno.NotRunning) // it is inside another call
	}
	if c.foreign() {
		if cpu-MaxGuests >= c.cfg.Tools {
			return c.refuse(errno.NotRunning)
		}
	} else if v := c.cur; cpu >= c.cfg.Guests || !v.Init || v.Down || v.InReset || c.st.Dying || c.st.Crashed || c.st.ShutDown {
		return c.refuse(errno.NotRunning)
	}
	return errno.OK
}

// End closes the call: a crash replaces its result, and so does the end of the
// scope.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool, checks uint8) {
	switch {
	case c.st.Stop == Running || c.refused:
		return code, c.refused, c.checks
	case c.st.Stop == Endless:
		return errno.Hang, false, c.checks
	case c.st.Stop == Beyond:
		return errno.NotRunning, false, c.checks
	}
	return errno.HostCrash, false, c.checks
}

// refuse is the result of a call that changed nothing.
func (c *Call) refuse(code errno.Errno) errno.Errno {
	c.refused = !c.changed
	return code
}

// check is hypercall_preempt_check().
func (c *Call) check() bool {
	if c.noCheck {
		return false
	}
	c.checks++
	c.since = since{}
	return c.Preempt != 0 && c.checks >= c.Preempt
}

// lost is option race: a compare-exchange is lost, or a lock is spun on, with
// work pending. On some of these paths MM-B21 does not look.
func (c *Call) lost(some bool) bool {
	if !c.cfg.Race {
		return false
	}
	c.retry()
	return !(some && c.on(B21)) && c.check()
}

// on asks a switchable rule.
func (c *Call) on(r Rule) bool {
	c.Asked[r] = true
	return c.cfg.On[r]
}

// bug is BUG(): the host crashes. What the call does afterwards is of no
// consequence, since nothing can happen any more.
func (c *Call) bug(why Stop) errno.Errno {
	if c.st.Stop == Running {
		c.st.Stop = why
	}
	return errno.HostCrash
}

// foreign tells whether the caller is not the guest itself.
func (c *Call) foreign() bool { return c.cpu >= MaxGuests }

func (c *Call) page(m uint8) *page.Page { return &c.pool.Pages[m] }

// restart turns "interrupted" into what a hypercall returns for it.
func restart(rc errno.Errno) errno.Errno {
	if rc == errno.EINTR {
		return errno.ERESTART
	}
	return rc
}

func preempted(rc errno.Errno) bool { return rc == errno.EINTR || rc == errno.ERESTART }
