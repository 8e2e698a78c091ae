package ledger

import (
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// Keeper notes what one operation does.
type Keeper struct {
	cfg    *runstate.Config
	b      *Book
	delays bool // the vCPU's thread has still to read run_delay
}

// Before looks at what is before an operation.
func (k *Keeper) Before(cfg *runstate.Config, s *runstate.State, b *Book) {
	k.cfg, k.b = cfg, b
	k.delays = s.Task[runstate.H0].PC == runstate.ReadDelay
}

// Begin forgets what the operation before was, once it is known that this one was
// made.
func (k *Keeper) Begin() { k.b.Set = false }

// After notes what is behind it.
func (k *Keeper) After(s *runstate.State) {
	if k.delays && s.Task[runstate.H0].PC != runstate.ReadDelay {
		k.change(s)
	}
	k.b.settle(s)
	if k.b.Due && rsview.Quiet(s) && !k.within(s) {
		k.b.Due = false // it ended without a page to write
	}
}

// Change is a call that has the vCPU change its state, by a thread.
func (k *Keeper) Change(s *runstate.State, thread, state uint8) {
	k.b.Atomic &^= 1 << thread
	if state == runstate.Runnable && !rsview.Xen(k.cfg) {
		k.b.Atomic |= 1 << thread
	}
	k.b.Clock, k.b.To = s.Now, state+1
	k.b.How = Plain
	if !k.delays && s.Task[runstate.H0].PC != runstate.ReadDelay {
		k.change(s)
	}
}

// change books the time since the last one, as the header and the fixed code say:
// none if the clock has not gone on, and no more than has passed.
func (k *Keeper) change(s *runstate.State) {
	b := k.b
	w, to := &b.Want, b.To-1
	off := Off(k.cfg, w.State, to)
	delta := max(int64(b.Clock-w.Entry), 0)
	kvm := !rsview.Xen(k.cfg)
	if kvm && w.Entry == 0 {
		w.State = uint64(runstate.Offline)
	}
	if !kvm && w.State == uint64(to) {
		delta = 0 // no change
	}
	w.Entry += uint64(delta)
	if kvm && w.State == uint64(runstate.Running) {
		steal := min(int64(s.RunDelay-w.LastSteal), delta)
		w.Time[runstate.Runnable] += uint64(steal)
		delta -= steal
	}
	w.Time[w.State] += uint64(delta)
	w.State = uint64(to)
	if kvm {
		w.LastSteal = s.RunDelay
	}
	b.Clock, b.To = 0, 0
	if off {
		return
	}
	k.Write(s, kvm && to == runstate.Runnable)
}

// Off tells a change of a vCPU that has no CPU before and behind it, of which Xen writes
// nothing: it updates an area where it switches a CPU from a vCPU to another.
func Off(c *runstate.Config, from uint64, to uint8) bool {
	return rsview.Xen(c) && from != uint64(runstate.Running) && to != runstate.Running
}

// Write is the area being written: owed, unless that must not sleep.
func (k *Keeper) Write(s *runstate.State, atomic bool) {
	b := k.b
	b.take(s)
	b.Flag = (s.FlagOn || k.cfg.Access == runstate.VP) && b.How == Plain
	if b.On && !atomic && k.within(s) {
		b.Due = true
	}
}

// Repeat is a PV guest coming to kernel mode: an update that is repeated writes the
// record as it is.
func (k *Keeper) Repeat(s *runstate.State) {
	b := k.b
	b.How = Plain
	b.take(s)
	b.Flag = s.FlagOn
}

// within tells whether nothing but a PV guest's mode keeps the area from being
// written.
func (k *Keeper) within(s *runstate.State) bool { return rsview.Reachable(s, k.b.At, k.b.Len()) }

// Register is an area registered, and written at once.
func (k *Keeper) Register(s *runstate.State, at uint8, how How) {
	b := k.b
	*b = Book{Want: b.Want, On: true, At: at, How: how, Ev: b.Ev}
	b.fix(s)
	k.Write(s, false)
}

// Unregister is an area given up, or one refused.
func (k *Keeper) Unregister() {
	*k.b = Book{Want: k.b.Want, Ev: k.b.Ev}
}

// SetData is the record given by the VMM, with all its time offline.
func (k *Keeper) SetData(s *runstate.State, state uint8) {
	w := &k.b.Want
	*w = runstate.Record{Entry: s.Now, State: uint64(state), LastSteal: s.RunDelay}
	w.Time[runstate.Offline] = s.Now
	k.b.Set, k.b.Steal = true, 0
}

// Move is another thread running the vCPU: what counts is how long it waits from now
// on, beside what has not been booked yet.
func (k *Keeper) Move(s *runstate.State) { k.b.Want.LastSteal += s.RunDelay - s.Other }

// Adjust is the time up to now given to blocked, or a tick of running to runnable.
func (k *Keeper) Adjust(s *runstate.State, shifted bool) {
	w := &k.b.Want
	if shifted {
		w.Time[runstate.Running] -= k.cfg.Unit
		w.Time[runstate.Runnable] += k.cfg.Unit
	} else {
		w.Time[runstate.Blocked] += s.Now - w.Entry
		w.Entry = s.Now
	}
	k.b.Set, k.b.How = true, Plain
	k.b.Atomic &^= 1 << runstate.H0
	k.Write(s, false)
}

// Excuse is the guest taking its area out of its page tables: nothing is owed.
func (k *Keeper) Excuse() { k.b.Due = false }

// Accepted is a copy that a reader has accepted.
func (k *Keeper) Accepted(r *runstate.Record) {
	k.b.Steal = r.Time[runstate.Runnable] + r.Time[runstate.Offline]
}
