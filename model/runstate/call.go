package runstate

import "hvcheck/model/errno"

// Call is one operation while it runs. It is reused from call to call.
type Call struct {
	// Whole runs everything to its end at once, whatever Config.Steps says.
	Whole bool
	// Asked notes which switchable rules came into play, for coverage.
	Asked       [NumRules]bool
	AccessAsked [NumAccesses]bool
	// Short notes the budgets that kept an operation from being made.
	Short [NumBudgets]bool

	cfg     *Config
	st      *State
	refused bool
	hangs   bool // a thread never comes to the end of its step
}

// Begin binds the call to a state.
func (c *Call) Begin(cfg *Config, st *State) {
	c.cfg, c.st, c.refused, c.hangs = cfg, st, false, false
}

// End closes the call.
func (c *Call) End(code errno.Errno) (result errno.Errno, refused bool) {
	if c.hangs {
		return errno.Hang, false
	}
	return code, c.refused
}

// on tells whether a rule is the changed one, and notes that it came into play.
func (c *Call) on(r Rule) bool {
	c.Asked[r] = true
	return c.cfg.On[r]
}

// access is the design of updates.
func (c *Call) access() Access {
	c.AccessAsked[c.cfg.Access] = true
	return c.cfg.Access
}

// steps tells whether work of a kind goes step by step.
func (c *Call) steps(k Steps) bool { return c.cfg.Steps&k != 0 && !c.Whole }

// refuse ends an operation that has changed nothing.
func (c *Call) refuse(code errno.Errno) errno.Errno {
	c.refused = true
	return code
}

// wait ends an operation that cannot be made now.
func (c *Call) wait() errno.Errno { return c.refuse(errno.NotRunning) }

// left tells whether a budget is not used up.
func (c *Call) left(b Budget) bool {
	if !c.Whole && c.st.Left[b] == 0 {
		c.Short[b] = true
		return false
	}
	return true
}

// spend takes one from a budget, unless it is used up.
func (c *Call) spend(b Budget) bool {
	if !c.left(b) {
		return false
	}
	if left := &c.st.Left[b]; !c.Whole && *left != Unlimited {
		*left--
	}
	return true
}

// start forgets what the last step did to the machine.
func (c *Call) start() {
	s := c.st
	s.Got, s.Stray, s.Slept, s.Skipped = 0, NoStray, false, false
}

// free tells whether an operation of a class can begin on a thread, and begins
// it.
func (c *Call) free(thread uint8, b Budget) bool {
	if thread >= NumThreads || c.st.Task[thread].PC != Idle || thread < Notifier && thread >= max(c.cfg.Threads, 1) || !c.spend(b) {
		return false
	}
	c.start()
	return true
}
