package runstate

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// threads lists what must hold of threads, locks and mappings, wherever they are.
var threads = []invariants.Invariant{
	{
		ID: "RS-I20", Title: "locks are held by who is at work",
		Doc:   "A cache's lock is held to read by those who have taken it for an update, and waited for to write by those who wait; its refresh mutex is held by who refreshes it. Of two locks the first cache's is taken first. A thread waits for a lock where it takes it. A thread that has ended what it was doing holds nothing, waits for nothing, and has nothing left over. Where work is not done step by step, a thread ends what it begins unless it waits.",
		Refs:  []string{"virt/kvm/pfncache.c"},
		State: stateOf(lockedByWorkers),
	},
	{
		ID: "RS-I21", Title: "a mapping that counts leads to the page",
		Doc:   "A valid mapping is of the page that its address is in, at that place, and of the frame that is behind the page; the first one is of the registered area, and the second one of the beginning of the next page. Nobody's mapping is valid that is not in use, nor leads anywhere without a frame. Where an invalidation has told the caches, none of them has the page.",
		Refs:  []string{"virt/kvm/pfncache.c", "58cd407ca4", "8332f0ed4f"},
		State: stateOf(mappingsLead),
	},
	{
		ID: "RS-I23", Title: "pages and mappings go and come by who may have them do so",
		Doc:  "A page keeps its frame, goes by an invalidation, and comes back with another frame than it had, where there is memory, for somebody who may sleep. An invalidation takes the mappings of its own page, and counts when it ends. Nobody takes a lock to read before somebody who waits to write. Which mappings are in use changes by registration, and where an area has grown into the next page.",
		Refs: []string{"virt/kvm/pfncache.c", "fcb732d8f8"},
		Step: stepOf(mappingsChange),
	},
	{
		ID: "RS-I22", Title: "an update is made unless there is a reason",
		Doc:  "An update that has ended is there, or was given up: because a page of the area has no memory that can be written; and in atomic context because a mapping is out of date, or somebody is about to change it; then it has to be. Nobody else gives one up. One is repeated if it had failed. Where Xen finds a page of it that the guest has not mapped, it has written what comes before, and nothing behind but the flag's byte.",
		Refs: []string{"bbe17c625d", "5ec3289b31"},
		Step: stepOf(madeOrGivenUp),
	},
}

func lockedByWorkers(v view) error {
	for k := range v.s.C {
		if err := v.lockOf(uint8(k)); err != nil {
			return fmt.Errorf("cache %d: %w", k+1, err)
		}
	}
	for i := range v.s.Task {
		if t := &v.s.Task[i]; t.PC == runstate.Idle && *t != (runstate.Task{}) {
			return fmt.Errorf("%s has ended, and has something left over", rsops.Thread.Format(uint8(i)))
		} else if t.Held == 2 && (v.c.Access == runstate.V7 || v.c.Access == runstate.V5) {
			return fmt.Errorf("%s has the second lock, and not the first", rsops.Thread.Format(uint8(i)))
		} else if !takes(t) {
			return fmt.Errorf("%s waits for a lock that it does not take there", rsops.Thread.Format(uint8(i)))
		} else if t.Waits == runstate.NoLock && v.mustEnd(t.PC) {
			return fmt.Errorf("%s does not go on, and does not wait", rsops.Thread.Format(uint8(i)))
		}
	}
	return nil
}

// lockOf compares what a cache's locks say with what threads are at.
func (v view) lockOf(k uint8) error {
	c := &v.s.C[k]
	var readers, waiting, mutex uint8
	for i := range v.s.Task {
		t, bit := &v.s.Task[i], uint8(1)<<i
		if t.Held>>k&1 != 0 {
			readers |= bit
		}
		if t.Waits == runstate.Write0+runstate.Lock(k) {
			waiting |= bit
		}
		if t.Cache == k && (t.PC == runstate.Fault || t.PC == runstate.Install || t.PC == runstate.Refresh && t.Waits == runstate.Write0+runstate.Lock(k)) {
			mutex = uint8(i) + 1
		}
		if t.Held != 0 && (t.PC < runstate.Lock2 || t.PC > runstate.Stores) {
			return fmt.Errorf("%s holds a lock, and does not update", rsops.Thread.Format(uint8(i)))
		}
	}
	switch {
	case c.Readers != readers:
		return errors.New("its lock is not held by who has taken it")
	case c.Waiting != waiting:
		return errors.New("its lock is not waited for by who waits")
	case c.Mutex != mutex:
		return errors.New("it is not refreshed by who has its mutex")
	}
	return nil
}

// takes tells whether what a thread waits for is taken where the thread is.
func takes(t *runstate.Task) bool {
	switch t.Waits {
	case runstate.Read0, runstate.Read1:
		return t.PC == runstate.Lock1 || t.PC == runstate.Lock2
	case runstate.Write0, runstate.Write1:
		return t.PC == runstate.Refresh || t.PC == runstate.Install || t.PC == runstate.Walk1 || t.PC == runstate.Walk2
	case runstate.Refresh0, runstate.Refresh1:
		return t.PC == runstate.Refresh
	}
	return true
}

// mustEnd tells whether a thread that does not wait cannot stay there, as that is
// in the middle of what is not done step by step.
func (v view) mustEnd(pc runstate.Phase) bool {
	step := func(k runstate.Steps) bool { return v.c.Steps&k != 0 }
	switch pc {
	case runstate.ReadDelay:
		return !step(runstate.StepClock)
	case runstate.Lock2:
		return !step(runstate.StepLocks)
	case runstate.Lock1:
		return !step(runstate.StepCache)
	case runstate.Locked:
		return !step(runstate.StepLocks) && v.c.Access != runstate.V4
	case runstate.Stores:
		return !step(runstate.StepStores)
	}
	return pc >= runstate.Refresh && !step(runstate.StepCache)
}

func mappingsLead(v view) error {
	n := &v.s.Task[runstate.Notifier]
	for k := range v.s.C {
		m := &v.s.C[k]
		switch {
		case (m.PFN == 0) != (m.Off == runstate.Nowhere):
			return fmt.Errorf("mapping %d has a frame and no place, or a place and no frame", k+1)
		case m.Valid && !m.Active:
			return fmt.Errorf("mapping %d is valid, and not in use", k+1)
		case m.Valid && (m.Off != m.Addr || m.Page != rsview.PageOf(m.Addr)+1):
			return fmt.Errorf("mapping %d is not of where its address is", k+1)
		case m.Valid && m.PFN != v.s.PT[rsview.PageOf(m.Addr)]:
			return fmt.Errorf("mapping %d is of frame %d, and behind the page is frame %d", k+1, m.PFN, v.s.PT[rsview.PageOf(m.Addr)])
		case m.Valid && m.Page == n.Page+1 && (n.PC == runstate.Count || n.PC == runstate.Free || n.PC == runstate.Walk2 && k == 0):
			return fmt.Errorf("mapping %d is valid, and its page is about to go", k+1)
		case m.Active && (k == 0 && m.Addr != v.b.At || k == 1 && m.Addr != rsview.Half):
			return fmt.Errorf("mapping %d is not of the area", k+1)
		case !rsview.Xen(&v.c.Config) && m.Active != v.b.On && (k == 0 || m.Active):
			return fmt.Errorf("mapping %d is in use, and no area is registered, or the other way round", k+1)
		}
	}
	for p, frame := range v.s.PT {
		if frame != 0 && frame != v.s.Last[p] || (frame-1)/2 != uint8(p) && frame != 0 {
			return fmt.Errorf("page %s has frame %d, which is not its own", rsops.PageArg.Format(uint8(p)), frame)
		}
	}
	counts := [2]uint8{uint8(number(n.PC != runstate.Idle)), uint8(number(n.PC == runstate.Free || n.PC == runstate.Done))}
	if counts != [2]uint8{v.s.Active, v.s.Late} {
		return errors.New("the invalidations are not counted as they run")
	}
	return nil
}

func mappingsChange(was view, op model.Op, is view) error {
	if err := noPageIn(was, op, is); err != nil {
		return err
	}
	for p, frame := range is.s.PT {
		if before := was.s.PT[p]; before == 0 && frame != 0 && (frame == was.s.Last[p] || is.s.Slot[p] != runstate.SlotWritable) {
			return fmt.Errorf("page %s comes back with the frame that it had, or without memory", rsops.PageArg.Format(uint8(p)))
		} else if before != 0 && frame != 0 && frame != before {
			return fmt.Errorf("page %s has another frame, and was not gone", rsops.PageArg.Format(uint8(p)))
		} else if frame == 0 && before != 0 && !goes(was, op, uint8(p)) {
			return fmt.Errorf("page %s is gone, and nobody has taken it", rsops.PageArg.Format(uint8(p)))
		}
	}
	for k := range is.s.C {
		a, b := &was.s.C[k], &is.s.C[k]
		if b.Readers&^a.Readers != 0 && a.Waiting != 0 {
			return fmt.Errorf("the lock of mapping %d is taken to read before somebody who waits to write", k+1)
		}
		if a.Valid && !b.Valid && actor(op) == runstate.Notifier && a.Page != leaving(was, op)+1 {
			return fmt.Errorf("mapping %d is told that another page goes", k+1)
		}
		if a.Active != b.Active && op.Spec() != rsops.SetAddress && !(b.Active && k == 1 && rsview.Crosses(runstate.Layout(is.b.New.Layout-1), is.b.At)) {
			return fmt.Errorf("mapping %d begins or ends to be used", k+1)
		}
	}
	running, ran := is.s.Task[runstate.Notifier].PC != runstate.Idle, was.s.Task[runstate.Notifier].PC != runstate.Idle
	ended := (ran || op.Spec() == rsops.Invalidate) && !running
	if is.s.Seq-was.s.Seq != uint16(number(ended)) {
		return errors.New("the invalidations that have ended are not counted")
	}
	return nil
}

// leaving is the page that an invalidation is about.
func leaving(was view, op model.Op) uint8 {
	if op.Spec() == rsops.Invalidate {
		return op.Arg[0]
	}
	return was.s.Task[runstate.Notifier].Page
}

// goes tells whether an operation takes a page away.
func goes(was view, op model.Op, p uint8) bool {
	if op.Spec() == rsops.Invalidate {
		return op.Arg[0] == p && was.c.Steps&runstate.StepCache == 0
	}
	n := &was.s.Task[runstate.Notifier]
	return actor(op) == runstate.Notifier && n.PC == runstate.Free && n.Page == p
}

func madeOrGivenUp(was view, op model.Op, is view) error {
	who := actor(op)
	if who >= runstate.Notifier {
		return givenUpByNobody(is)
	}
	late := is.b.On && is.b.Atomic>>who&1 != 0 && is.outOfDate(was)
	switch {
	case is.s.Skipped && (!is.b.On || !is.hindered(was) && !late):
		return errors.New("an update is given up, and nothing was in its way")
	case !is.s.Skipped && late && op.Spec() == rsops.Change && was.quiet() && is.quiet() && !rsview.Xen(&is.c.Config):
		return errors.New("an update is made in atomic context, and a mapping that it needs was not to be relied on")
	case op.Spec() == rsops.SetMode && !was.s.Pending && (is.s.Mem != was.s.Mem || !is.quiet()):
		return errors.New("an update is repeated, and none had failed")
	case is.s.Skipped || !is.b.On:
		return nil
	}
	written := is.quiet() && (!was.quiet() || op.Spec() != rsops.HostStep) && was.s.Task[who].PC != runstate.ReadDelay
	if op.Spec() == rsops.SetMode && !was.s.Pending || op.Spec() == rsops.Adjust && op.Arg[1] != 0 || nothingWritten(was, op) {
		written = false
	}
	switch {
	case !written:
	case !is.hindered(was) && !is.b.New.In(is.s, is.b.At):
		return errors.New("an update has ended, and the area is as it was")
	case is.cutOff(was) && !is.b.New.Begins(is.s, is.b.At, rsview.Half-is.b.At):
		return errors.New("an update has ended where the guest has no page, and the page before is as it was")
	}
	if i, found := changed(was, is, func(i uint8) bool { return i < rsview.Half || i == is.b.At+rsview.Of(is.s.Layout).Flag() }); found && is.faults(was) {
		return fmt.Errorf("the byte at %#x changed, and the copy had come to a page before that the guest has not mapped", rsview.Offset(i))
	}
	return nil
}

// nothingWritten tells a change of a vCPU that has no CPU, of which Xen writes nothing, and a
// registration where there is no address.
func nothingWritten(was view, op model.Op) bool {
	switch op.Spec() {
	case rsops.Change:
		return ledger.Off(&was.c.Config, was.b.Want.State, op.Arg[1])
	case rsops.RegisterHandle:
		return op.Arg[0] == rsops.Unregister
	}
	return false
}

// givenUpByNobody: an operation that makes no update gives none up.
func givenUpByNobody(is view) error {
	if is.s.Skipped {
		return errors.New("an update is given up by an operation that makes none")
	}
	return nil
}

// faults tells whether Xen's copy of the structure ends where it begins.
func (v view) faults(was view) bool {
	return v.c.Access == runstate.VX && v.c.Steps == 0 && !was.s.User && !v.s.User && v.s.Unmapped[0] && rsview.Crosses(v.s.Layout, v.b.At)
}

// cutOff tells whether Xen can write the first page of an area and not the second.
func (v view) cutOff(was view) bool {
	return v.c.Access == runstate.VX && v.c.Steps == 0 && !was.s.User && !v.s.User && v.s.Unmapped == [2]bool{false, true} && rsview.Crosses(v.s.Layout, v.b.At)
}

// hindered tells whether a page of the area cannot be written, whoever writes.
func (v view) hindered(was view) bool {
	return was.s.User || v.s.User || !rsview.Reachable(v.s, v.b.At, v.b.Len())
}

// outOfDate tells whether a mapping that an update needs cannot be used as it is.
func (v view) outOfDate(was view) bool {
	last := rsview.PageOf(v.b.At+v.b.Len()-1) - rsview.PageOf(v.b.At)
	for k := range 1 + last {
		m := &was.s.C[k]
		if !m.Active || !m.Valid || m.Gen != uint8(was.s.Gen) || m.Waiting != 0 {
			return true
		}
	}
	return false
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
