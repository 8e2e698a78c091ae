package runstate

import "hvcheck/model/errno"

// Step goes on with what a thread is in the middle of.
func (c *Call) Step(thread uint8) errno.Errno {
	if thread >= NumThreads || c.st.Task[thread].PC == Idle || c.st.stuck(thread) {
		return c.wait()
	}
	c.start()
	c.proceed(thread)
	return errno.OK
}

// endless is more than a thread can do in a step.
const endless = 64

// proceed goes on with a thread up to the end of a step.
func (c *Call) proceed(thread uint8) {
	for n := 0; !c.advance(thread); n++ {
		if n == endless {
			c.hangs = true
			break
		}
	}
	if t := &c.st.Task[thread]; t.PC == Idle {
		*t = Task{}
	}
}

// advance does the next thing, and tells whether a step ends there: because steps
// of its kind are operations of their own, or because the thread has to wait.
func (c *Call) advance(thread uint8) (ends bool) {
	switch t := &c.st.Task[thread]; t.PC {
	case ReadDelay:
		return c.changed(t)
	case Lock1, Lock2:
		return c.lock(thread)
	case Locked, Stores:
		return c.store(thread)
	case Refresh, Fault, Install:
		return c.refresh(thread)
	case Walk1, Walk2, Count, Free, Done:
		return c.invalidate(thread)
	}
	return true
}

// changed books what has changed, and begins to write it if there is an area.
func (c *Call) changed(t *Task) bool {
	from := c.st.Rec.State
	c.account(t)
	if c.registered() && c.switches(from, t.To) {
		c.write(t, Plain)
		return false
	}
	t.PC = Idle
	return true
}

// switches tells whether the area is written where a vCPU goes from a state to another.
// Xen does so where a CPU turns to another vCPU: of who does not run the record alone
// changes.
func (c *Call) switches(from uint64, to uint8) bool {
	return !c.cfg.Access.Xen() || from == uint64(Running) || to == Running
}

// write begins to write the area.
func (c *Call) write(t *Task, k Kind) {
	t.PC, t.Kind = Lock1, k
	if k == Snapshot {
		t.Clock = c.st.Now
	}
	c.latch(t)
}

func (c *Call) registered() bool {
	if c.cfg.Access.Xen() {
		return c.st.Handle || c.st.Phys
	}
	return c.st.C[0].Active && c.st.C[0].Addr != Nowhere
}

// latch fixes what an update takes from elsewhere when it begins.
func (c *Call) latch(t *Task) {
	s := c.st
	t.Layout, t.At = s.Layout, s.C[0].Addr
	t.Flag = s.FlagOn
	switch {
	case s.Phys && c.cfg.Access.Xen():
		t.At, t.Flag, t.Layout = s.At, true, Layout64
		if s.Narrow {
			t.Layout = Layout32
		}
	case c.cfg.Access.Xen():
		t.At = s.At
		if !c.cfg.PV && !t.Kind.Bare() && c.on(B15) {
			t.Layout = Layout64
		}
	case c.on(B11):
		t.Flag = true
	}
	if t.Kind.Bare() || c.on(M4) {
		t.Flag = false
	}
}

// lock takes the locks that an update needs, and looks at what they protect.
func (c *Call) lock(thread uint8) bool {
	t := &c.st.Task[thread]
	switch c.access() {
	case VX, VP:
		t.PC = Locked
		return false
	case V2:
		return c.lockless(t)
	}
	k := c.which(thread)
	if !c.lockRead(thread, k) {
		if t.Atomic && !c.on(B10) && c.cfg.Access != V5 && c.cfg.Access != V6 {
			if c.on(M8) {
				t.Held = 0
			}
			return c.giveUp(thread)
		}
		t.Waits = readOf(k)
		return true
	}
	t.Waits = NoLock
	if !c.check(k, c.need(t, k)) {
		return c.missed(thread, k)
	}
	if c.cfg.Access == V4 {
		c.unlockRead(thread, k)
	}
	if t.PC == Lock1 && c.both(t) {
		t.PC = Lock2
		return c.steps(StepLocks)
	}
	t.PC = Locked
	return c.steps(StepLocks) || c.cfg.Access == V4 && c.steps(StepStores)
}

// both tells whether an update needs both caches.
func (c *Call) both(t *Task) bool {
	split := t.Layout.Split(t.At)
	switch c.access() {
	case V1, V3:
		return false
	}
	return split && !c.on(B4)
}

// which cache comes next: the first one first, whoever it is.
func (c *Call) which(thread uint8) uint8 {
	t := &c.st.Task[thread]
	switch {
	case c.access() == V3:
		if t.Layout.FlagAt() >= t.Layout.First(t.At) {
			return 1
		}
		return 0
	case !c.both(t):
		return 0
	}
	k := uint8(t.PC - Lock1)
	if c.cfg.Access == V6 && thread&1 != 0 {
		k = 1 - k
	}
	return k
}

// need is how many bytes an update needs of a cache.
func (c *Call) need(t *Task, k uint8) uint8 {
	first := t.Layout.First(t.At)
	if k == 0 {
		return first
	}
	return t.Layout.Len() - first
}

// lockless is an access without caches of pages. An area in two memslots is
// looked up anew each time, which sleeps.
func (c *Call) lockless(t *Task) bool {
	if t.Atomic && c.cfg.Apart && t.Layout.Split(t.At) {
		c.st.Skipped = true
		t.PC = Idle
		return true
	}
	t.PC = Locked
	return false
}

// missed is an update that finds a cache out of date. It refreshes it, which
// sleeps, and begins again.
func (c *Call) missed(thread, k uint8) bool {
	t := &c.st.Task[thread]
	c.unlockAll(thread)
	if t.Atomic && !c.on(B6) || c.on(M5) {
		return c.giveUp(thread)
	}
	if t.Atomic {
		c.st.Slept = true
	}
	m := &c.st.C[k]
	if k == 1 && !m.Active { // the area has grown into the next page
		m.Active, m.Valid, m.Page, m.PFN, m.Off = true, false, 0, 0, Nowhere
	}
	if k == 1 {
		m.Addr = Window
	}
	t.PC, t.Cache = Refresh, k
	return false
}

// giveUp ends an update before its first store.
func (c *Call) giveUp(thread uint8) bool {
	c.unlockAll(thread)
	t := &c.st.Task[thread]
	t.PC, t.Waits, c.st.Skipped = Idle, NoLock, true
	return true
}

// store carries out the next store, or all of them.
func (c *Call) store(thread uint8) bool {
	t := &c.st.Task[thread]
	p := c.program(t)
	t.PC = Stores
	for t.Next < p.n {
		if c.skips(t, p.list[t.Next]) {
			t.Next++
			continue
		}
		c.perform(t, p.list[t.Next])
		t.Next++
		if c.more(t, &p) && c.steps(StepStores) {
			return true
		}
	}
	c.remember(t)
	c.unlockAll(thread)
	t.PC = Idle
	return true
}

// remember: an update of a 64-bit PV guest in user mode that copied nothing is
// repeated whenever the guest comes to kernel mode, until it copies something.
func (c *Call) remember(t *Task) {
	switch s := c.st; {
	case c.cfg.Access != VX || !c.cfg.PV || t.Kind.Bare():
	case t.Kind == Repeat:
		s.Pending = !t.Wrote
	case s.User && !t.Wrote && !c.on(B14):
		s.Pending = true
	}
}

// more tells whether a store is left.
func (c *Call) more(t *Task, p *program) bool {
	for i := t.Next; i < p.n; i++ {
		if !c.skips(t, p.list[i]) {
			return true
		}
	}
	return false
}

// refresh goes on with a refresh.
func (c *Call) refresh(thread uint8) bool {
	t := &c.st.Task[thread]
	k := t.Cache
	switch t.PC {
	case Refresh:
		went, done, code := c.begin(thread, k)
		switch {
		case !went:
			return true
		case code != errno.OK:
			return c.giveUp(thread)
		case done:
			t.PC = Lock1
			return c.steps(StepCache)
		}
		t.PC = Fault
	case Fault:
		if c.find(thread, k) != errno.OK {
			return c.giveUp(thread)
		}
		t.PC = Install
	case Install:
		switch went, again := c.install(thread, k); {
		case !went:
			return true
		case again:
			t.PC = Fault
		default:
			t.PC = Lock1
		}
	}
	return c.steps(StepCache)
}
