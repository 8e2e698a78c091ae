package runstate

import "hvcheck/model/errno"

// Clock is how the clock has gone on when it is read.
type Clock uint8

// What it can do.
const (
	Ahead Clock = iota
	Same
	Back
	NumClocks
)

// tick lets the clock go on.
func (c *Call) tick(how Clock) {
	switch how {
	case Ahead:
		c.st.Now += c.cfg.Unit
	case Back:
		c.st.Now -= c.cfg.Unit
	}
}

// Change is a thread's vCPU going from its state to another: a schedule-out if
// that is runnable, else a schedule-in, or a call of the VMM's. The clock goes
// on before it is read. The area is written afterwards.
func (c *Call) Change(thread, state uint8, how Clock) errno.Errno {
	if state >= NumStates {
		return c.refuse(errno.EINVAL)
	}
	if how == Back && c.st.Now < 2*c.cfg.Unit || how != Ahead && !c.left(Backs) || !c.free(thread, Changes) {
		return c.wait()
	}
	if how != Ahead {
		c.spend(Backs)
	}
	c.tick(how)
	t := &c.st.Task[thread]
	*t = Task{Clock: c.st.Now, PC: ReadDelay, To: state, Atomic: state == Runnable && !c.cfg.Access.Xen()}
	if !c.steps(StepClock) || c.cfg.Access.Xen() {
		c.proceed(thread)
	}
	if state == Running && thread == H0 {
		c.enter()
	}
	return errno.OK
}

// account does what a task has begun to: the time since the last change belongs
// to the state that is left.
func (c *Call) account(t *Task) {
	r, now := &c.st.Rec, t.Clock
	t.Clock = 0
	if c.cfg.Access.Xen() {
		c.accountXen(r, uint64(t.To), now)
		return
	}
	if r.Entry == 0 {
		r.State = uint64(Offline)
	}
	signed := !c.on(B13)
	delta := now - r.Entry
	if signed && int64(delta) <= 0 {
		delta = 0
		if !c.on(M7) {
			now = r.Entry
		}
	}
	if r.State == uint64(Running) {
		steal := c.st.RunDelay - r.LastSteal
		if signed && !c.on(A1) {
			steal = uint64(min(max(int64(steal), 0), int64(delta)))
		}
		delta -= steal
		r.Time[Runnable] += steal
	}
	r.LastSteal = c.st.RunDelay
	c.book(r, uint64(t.To), delta)
	r.Entry = now
}

func (c *Call) accountXen(r *Record, to, now uint64) {
	if r.State == to {
		return
	}
	delta := now - r.Entry
	if !c.on(B2) && int64(delta) <= 0 {
		delta, now = 0, r.Entry
	}
	c.book(r, to, delta)
	r.Entry = now
}

// book adds time to the state that is left.
func (c *Call) book(r *Record, to, delta uint64) {
	left := r.State
	if c.on(B1) {
		left = to
	}
	r.Time[left&3] += delta
	r.State = to
}

// Wait is the vCPU's thread waiting for a CPU.
func (c *Call) Wait() errno.Errno {
	if !c.spend(Delays) {
		return c.wait()
	}
	c.start()
	c.st.Now += c.cfg.Unit
	c.st.RunDelay += c.cfg.Unit
	return errno.OK
}

// Move is the VMM having another of its threads run the vCPU.
func (c *Call) Move() errno.Errno {
	if c.cfg.Access.Xen() || c.st.busy() || !c.spend(Delays) {
		return c.wait()
	}
	c.start()
	s := c.st
	s.RunDelay, s.Other = s.Other, s.RunDelay
	if !c.on(A2) {
		s.Rec.LastSteal += s.RunDelay - s.Other
	}
	return errno.OK
}

// Get is a read of the record by somebody else. Xen adds the time since the last
// change.
func (c *Call) Get() errno.Errno {
	if !c.spend(Gets) {
		return c.wait()
	}
	c.start()
	if r := &c.st.Rec; c.on(M9) && int64(c.st.Now-r.Entry) > 0 {
		r.Time[r.State&3] += c.st.Now - r.Entry
		r.Entry = c.st.Now
	}
	c.st.Got = c.st.Rec.Entry
	return errno.OK
}

// Values is what a record is set to, or adjusted by.
type Values uint8

// The kinds.
const (
	Sound      Values = iota
	Unbalanced        // the times do not add up to the entry time
	Future            // the entry time is ahead of the clock
	Shifted           // of an adjustment: a tick goes from running to runnable, and the entry time stays
	NumValues
)

// Keep is the state of an adjustment that keeps it.
const Keep = NumStates + 1

// SetData is KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_DATA: a record from another host,
// with all its time offline.
func (c *Call) SetData(state uint8, v Values) errno.Errno {
	if state >= NumStates || v != Sound {
		return c.refuse(errno.EINVAL)
	}
	if c.cfg.Access.Xen() || !c.free(H0, Sets) {
		return c.wait()
	}
	r := &c.st.Rec
	*r = Record{Entry: c.st.Now, State: uint64(state), LastSteal: c.st.RunDelay}
	r.Time[Offline] = r.Entry
	return errno.OK
}

// Adjust is KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADJUST: the time up to now counts as
// blocked, or a tick of running as runnable, and the area is written.
func (c *Call) Adjust(state uint8, v Values) errno.Errno {
	if state >= NumStates && state != Keep || v != Sound && v != Shifted {
		return c.refuse(errno.EINVAL)
	}
	if c.cfg.Access.Xen() || c.st.Now < c.st.Rec.Entry || !c.free(H0, Sets) {
		return c.wait()
	}
	r := &c.st.Rec
	if v == Shifted {
		r.Time[Running] -= c.cfg.Unit
		r.Time[Runnable] += c.cfg.Unit
	} else {
		r.Time[Blocked] += c.st.Now - r.Entry
		r.Entry = c.st.Now
	}
	switch t := &c.st.Task[H0]; {
	case state != Keep:
		*t = Task{Clock: c.st.Now, PC: ReadDelay, To: state, Atomic: state == Runnable}
	case c.registered():
		c.write(t, Plain)
	}
	c.proceed(H0)
	return errno.OK
}
