package runstate_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
)

const violated, holds = invariantstest.Violated, invariantstest.Holds

// first is where the usual area begins: its flag is alone in the second page.
var first = uint8(runstate.Window - 15)

var usual = invariantstest.Usual{
	Area:   rsops.Area,
	Config: *design(runstate.Config{Steps: runstate.StepStores}),
	Start:  *begin(rsops.Start{At: 0xff1, Flag: true}),
}

// design is a configuration without bounds.
func design(own runstate.Config) *model.Config {
	s := rsops.Scope{Threads: 3}
	for b := range s.Budget {
		s.Budget[b] = runstate.Unlimited
	}
	c := s.Config(own)
	return &c
}

func begin(s rsops.Start) *model.Start {
	start := rsops.Begin("", s)
	return &start
}

func TestExamples(t *testing.T) {
	usual.Check(t, slices.Concat(states, steps, eventStates, eventSteps, eventWidths))
}

// on changes the state.
func on(f func(s *runstate.State)) func(*model.World) {
	return func(w *model.World) { f(rsops.Of(w)) }
}

// both changes the state and the books.
func both(f func(s *runstate.State, b *ledger.Book)) func(*model.World) {
	return func(w *model.World) { f(rsops.Of(w), rsops.Book(w)) }
}

// writing has h0 in the middle of an update.
func writing(s *runstate.State) { s.Task[runstate.H0].PC = runstate.Stores }

// setFlag sets it in the area.
func setFlag(s *runstate.State) { s.Mem[first+runstate.Layout64.FlagAt()] |= 0x80 }

// half makes the area neither what was there nor what is written.
func half(s *runstate.State) { s.Mem[first] = byte(runstate.Offline) }

var states = []invariantstest.Example{
	{ID: "RS-I3", Name: "a tick too many", Violated: violated, Set: on(func(s *runstate.State) { s.Rec.Time[runstate.Blocked]++ })},
	{ID: "RS-I3", Name: "a tick of another state's", Violated: holds, Set: on(func(s *runstate.State) { s.Rec.Time[runstate.Running]--; s.Rec.Time[runstate.Blocked]++ })},

	{ID: "RS-I4", Name: "the flag is set and nobody writes", Violated: violated, Set: on(setFlag)},
	{ID: "RS-I4", Name: "somebody does", Violated: holds, Set: on(func(s *runstate.State) { setFlag(s); writing(s) })},

	{ID: "RS-I5", Name: "half written", Violated: violated, Set: on(half)},
	{ID: "RS-I5", Name: "while somebody writes", Violated: holds, Set: on(func(s *runstate.State) { half(s); writing(s) })},
	{ID: "RS-I5", Name: "no area", Violated: holds, Set: both(func(s *runstate.State, b *ledger.Book) { half(s); b.On = false })},

	{ID: "RS-I6", Name: "half written, without the flag", Violated: violated, Set: on(func(s *runstate.State) { half(s); writing(s) })},
	{ID: "RS-I6", Name: "with it", Violated: holds, Set: on(func(s *runstate.State) { half(s); writing(s); setFlag(s) })},
	{ID: "RS-I6", Name: "the guest has not asked for it", Violated: holds, Set: both(func(s *runstate.State, b *ledger.Book) { half(s); writing(s); b.Flag = false })},

	{ID: "RS-I8", Name: "in the record", Violated: violated, Set: on(func(s *runstate.State) { s.Rec.Entry |= runstate.Update })},
	{ID: "RS-I8", Name: "told to somebody", Violated: violated, Set: on(func(s *runstate.State) { s.Got = runstate.Update })},
	{ID: "RS-I8", Name: "in the area, unasked", Violated: violated, Set: both(func(s *runstate.State, b *ledger.Book) { setFlag(s); b.Flag = false })},
	{ID: "RS-I8", Name: "in the area", Violated: holds, Set: on(setFlag)},

	{ID: "RS-I10", Name: "somebody else's frame", Violated: violated, Set: on(func(s *runstate.State) { s.Stray = runstate.StrayPFN })},
	{ID: "RS-I10", Name: "no mapping", Violated: violated, Set: on(func(s *runstate.State) { s.Stray = runstate.StrayNil })},
	{ID: "RS-I10", Name: "none", Violated: holds},

	{ID: "RS-I11", Name: "sleeps", Violated: violated, Set: on(func(s *runstate.State) { s.Slept = true })},
	{ID: "RS-I11", Name: "waits", Violated: violated, Set: both(func(s *runstate.State, b *ledger.Book) {
		b.Atomic = 1 << runstate.H1
		s.Task[1] = runstate.Task{PC: runstate.Lock1, Waits: runstate.Read0}
	})},
	{ID: "RS-I11", Name: "refreshes", Violated: violated, Set: both(func(s *runstate.State, b *ledger.Book) {
		b.Atomic = 1 << runstate.H1
		s.Task[1] = runstate.Task{PC: runstate.Fault}
	})},
	{ID: "RS-I11", Name: "may wait", Violated: holds, Set: on(func(s *runstate.State) { s.Task[1] = runstate.Task{PC: runstate.Lock1, Waits: runstate.Read0} })},

	{ID: "RS-I12", Name: "two readers behind two writers", Violated: violated, Set: on(func(s *runstate.State) { deadlock(s); s.Task[runstate.H1].Waits = runstate.Read0 })},
	{ID: "RS-I12", Name: "one of them goes on", Violated: holds, Set: on(deadlock)},
	{ID: "RS-I12", Name: "two wait to refresh", Violated: violated, Set: on(func(s *runstate.State) {
		s.C[0].Mutex, s.C[1].Mutex = runstate.H0+1, runstate.H1+1
		s.Task[runstate.H0].Waits, s.Task[runstate.H1].Waits = runstate.Refresh1, runstate.Refresh0
	})},

	{ID: "RS-I20", Name: "held by nobody", Violated: violated, Set: on(func(s *runstate.State) { s.C[0].Readers = 1 << runstate.H0 })},
	{ID: "RS-I20", Name: "held by somebody", Violated: holds, Set: on(func(s *runstate.State) {
		writing(s)
		s.C[0].Readers, s.Task[runstate.H0].Held = 1<<runstate.H0, 1
	})},
	{ID: "RS-I20", Name: "something left over", Violated: violated, Set: on(func(s *runstate.State) { s.Task[runstate.H1].Next = 1 })},
	{ID: "RS-I20", Name: "its mutex is nobody's", Violated: violated, Set: on(func(s *runstate.State) { s.C[1].Mutex = 1 })},
	{ID: "RS-I20", Name: "a writer that is none", Violated: violated, Set: on(func(s *runstate.State) { s.C[1].Waiting = 1 })},
	{ID: "RS-I20", Name: "waits for what it does not take", Violated: violated, Set: on(func(s *runstate.State) { writing(s); s.Task[runstate.H0].Waits = runstate.Read0 })},
	{ID: "RS-I20", Name: "stays in the middle", Violated: violated, Set: on(func(s *runstate.State) { s.Task[runstate.Notifier].PC = runstate.Free; s.Active, s.Late = 1, 1 })},

	{ID: "RS-I21", Name: "another place", Violated: violated, Set: on(func(s *runstate.State) { s.C[0].Off++ })},
	{ID: "RS-I21", Name: "a place without a frame", Violated: violated, Set: on(func(s *runstate.State) { s.C[1].Valid, s.C[1].PFN = false, 0 })},
	{ID: "RS-I21", Name: "another frame", Violated: violated, Set: on(func(s *runstate.State) { s.C[1].PFN = 4 })},
	{ID: "RS-I21", Name: "not in use", Violated: violated, Set: on(func(s *runstate.State) { s.C[1].Active = false })},
	{ID: "RS-I21", Name: "not of the area", Violated: violated, Set: both(func(_ *runstate.State, b *ledger.Book) { b.At-- })},
	{ID: "RS-I21", Name: "an invalidation that is not counted", Violated: violated, Set: on(func(s *runstate.State) { s.Task[runstate.Notifier].PC = runstate.Walk1 })},
	{ID: "RS-I21", Name: "not valid", Violated: holds, Set: on(func(s *runstate.State) { s.C[1].Valid = false })},

	{ID: "RS-I17", Name: "another state", Violated: violated, Set: on(func(s *runstate.State) { s.Rec.State = uint64(runstate.Blocked) })},
	{ID: "RS-I17", Name: "times exchanged", Violated: violated, Set: on(func(s *runstate.State) { s.Rec.Time[0], s.Rec.Time[1] = s.Rec.Time[1], s.Rec.Time[0] })},
	{ID: "RS-I17", Name: "as booked", Violated: holds},

	{ID: "RS-I18", Name: "owed, and nobody writes", Violated: violated, Set: both(func(_ *runstate.State, b *ledger.Book) { b.Due = true })},
	{ID: "RS-I18", Name: "somebody does", Violated: holds, Set: both(func(s *runstate.State, b *ledger.Book) { b.Due = true; writing(s) })},
	{ID: "RS-I18", Name: "a PV guest in user mode", Violated: holds, Set: both(func(s *runstate.State, b *ledger.Book) { b.Due, s.User = true, true })},
}

// deadlock has h0 hold the first cache and want the second one, h1 hold that, and
// a writer wait for each.
func deadlock(s *runstate.State) {
	s.C[0].Readers, s.C[1].Readers = 1<<runstate.H0, 1<<runstate.H1
	s.C[0].Waiting, s.C[1].Waiting = 1<<runstate.Notifier, 1<<runstate.H2
	s.Task[runstate.Notifier].Waits, s.Task[runstate.H2].Waits = runstate.Write0, runstate.Write1
	s.Task[runstate.H0].Waits = runstate.Read1
}

// Operations of the examples.
var (
	reads   = rsops.GuestRead.Of(0)
	changes = rsops.Change.Of(0, runstate.Runnable, 0)
	goesOn  = rsops.HostStep.Of(0)
)

// copied is a reader that is about to read the entry time again, with a copy that
// has been changed.
func copied(change func(r *runstate.Record)) func(*model.World) {
	return on(func(s *runstate.State) {
		s.Read = runstate.Reader{First: s.Rec.Entry, Copy: s.Rec, Step: 4}
		change(&s.Read.Copy)
	})
}

// narrow has the area, as it was, in the 32-bit layout.
func narrow(s *runstate.State) {
	image := runstate.Layout32.Image(&s.Rec, false)
	copy(s.Mem[first:], image[:])
}

var steps = []invariantstest.Example{
	{ID: "RS-I1", Name: "another state with these times", Violated: violated, Op: reads, Set: copied(func(r *runstate.Record) { r.State = uint64(runstate.Blocked) })},
	{ID: "RS-I1", Name: "as it was written", Violated: holds, Op: reads, Set: copied(func(*runstate.Record) {})},
	{ID: "RS-I1", Name: "the copy is thrown away", Violated: holds, Op: reads, Set: func(w *model.World) {
		copied(func(r *runstate.Record) { r.State = uint64(runstate.Blocked) })(w)
		rsops.Of(w).Read.First++
	}},

	{ID: "RS-I2", Name: "a tick too many", Violated: violated, Op: reads, Set: copied(func(r *runstate.Record) { r.Time[runstate.Offline]++ })},
	{ID: "RS-I2", Name: "a tick too many, as Xen's registration has written it", Violated: holds, Op: reads, Set: func(w *model.World) {
		copied(func(r *runstate.Record) { r.Time[runstate.Running]++ })(w)
		b := rsops.Book(w)
		b.Old[1] = b.Old[0]
		b.Old[1].Time[runstate.Running]++
		b.Old[1].Ahead = 1
	}},
	{ID: "RS-I2", Name: "a tick of another state's", Violated: holds, Op: reads, Set: copied(func(r *runstate.Record) { r.Time[0]--; r.Time[1]++ })},

	{ID: "RS-I7", Name: "the same entry time", Violated: violated, Op: goesOn, After: both(func(_ *runstate.State, b *ledger.Book) {
		b.Old[1] = b.Old[0]
		b.Old[0].State = uint32(runstate.Blocked)
	})},
	{ID: "RS-I7", Name: "a later one", Violated: holds, Op: goesOn, After: both(func(_ *runstate.State, b *ledger.Book) {
		b.Old[1] = b.Old[0]
		b.Old[0].Entry++
	})},

	{ID: "RS-I9", Name: "behind the area", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.Mem[first+runstate.MaxLen]++ })},
	{ID: "RS-I9", Name: "behind the page", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.Stray = runstate.StrayEnd })},
	{ID: "RS-I9", Name: "the last byte", Violated: holds, Op: goesOn, After: on(func(s *runstate.State) { s.Mem[first+runstate.MaxLen-1]++ })},

	{ID: "RS-I13", Name: "a time goes down", Violated: violated, Op: changes, After: on(func(s *runstate.State) { s.Rec.Time[0]-- })},
	{ID: "RS-I13", Name: "the wrong one goes up", Violated: violated, Op: changes, After: on(func(s *runstate.State) { s.Now++; s.Rec.Time[runstate.Blocked]++ })},
	{ID: "RS-I13", Name: "more than has passed", Violated: violated, Op: changes, After: on(func(s *runstate.State) { s.Now++; s.Rec.Time[0] += 2 })},
	{ID: "RS-I13", Name: "steal", Violated: holds, Op: changes, After: on(func(s *runstate.State) { s.Now++; s.Rec.Time[runstate.Runnable]++ })},
	{ID: "RS-I13", Name: "the VMM has set it", Violated: holds, Op: rsops.SetData.Of(0, 0), After: both(func(s *runstate.State, b *ledger.Book) { s.Rec.Time[0]--; b.Set = true })},
	{ID: "RS-I13", Name: "a reader sees less steal than before", Violated: violated, Op: reads, Set: func(w *model.World) {
		copied(func(*runstate.Record) {})(w)
		rsops.Book(w).Steal = 1
	}},

	{ID: "RS-I14", Name: "in the other layout", Violated: violated, Op: goesOn, After: on(narrow)},
	{ID: "RS-I14", Name: "somebody is still writing", Violated: holds, Op: goesOn, After: on(func(s *runstate.State) { narrow(s); writing(s) })},
	{ID: "RS-I14", Name: "it lay there before", Violated: holds, Op: goesOn, Set: on(narrow)},

	{ID: "RS-I15", Name: "something else", Violated: violated, Op: goesOn, Set: on(func(s *runstate.State) { s.Mem[first+7] = 0 }), After: on(func(s *runstate.State) { s.Mem[first+7] = 1 })},
	{ID: "RS-I15", Name: "zeros", Violated: holds, Op: goesOn, Set: on(func(s *runstate.State) { s.Mem[first+4] = 1 }), After: on(func(s *runstate.State) { s.Mem[first+4] = 0 })},

	{ID: "RS-I16", Name: "no area", Violated: violated, Op: goesOn, Set: both(func(_ *runstate.State, b *ledger.Book) { b.On = false }), After: on(half)},
	{ID: "RS-I16", Name: "where the last one was", Violated: violated, Op: rsops.SetAddress.Of(rsops.At(0x1000)), After: both(func(s *runstate.State, b *ledger.Book) {
		b.At = runstate.Window
		half(s)
	})},
	{ID: "RS-I16", Name: "in the area", Violated: holds, Op: goesOn, After: on(half)},

	{ID: "RS-I24", Name: "set by an update that does without", Violated: violated, Op: goesOn, Set: both(func(_ *runstate.State, b *ledger.Book) { b.Flag = false }), After: on(setFlag)},
	{ID: "RS-I23", Name: "a page is brought", Violated: violated, Op: changes, Set: both(func(s *runstate.State, b *ledger.Book) { s.PT[0], b.Atomic = 0, 1 }), After: on(func(s *runstate.State) { s.PT[0] = 1 })},
	{ID: "RS-I23", Name: "the frame that it had", Violated: violated, Op: goesOn, Set: on(func(s *runstate.State) { s.PT[0] = 0 }), After: on(func(s *runstate.State) { s.PT[0] = 1 })},
	{ID: "RS-I23", Name: "another frame of a page that is there", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.PT[0] = 2 })},
	{ID: "RS-I24", Name: "set by one that uses it", Violated: holds, Op: goesOn, After: on(setFlag)},
	{ID: "RS-I23", Name: "another frame than it had", Violated: holds, Op: goesOn, Set: on(func(s *runstate.State) { s.PT[0] = 0 }), After: on(func(s *runstate.State) { s.PT[0] = 2 })},

	{ID: "RS-I22", Name: "given up for nothing", Violated: violated, Op: changes, After: on(func(s *runstate.State) { s.Skipped = true })},
	{ID: "RS-I22", Name: "given up by who reads the record", Violated: violated, Op: rsops.Get.Of(), After: on(func(s *runstate.State) { s.Skipped = true })},
	{ID: "RS-I22", Name: "repeated for nothing", Violated: violated, Op: rsops.SetMode.Of(0), After: on(half)},
	{ID: "RS-I22", Name: "the mapping is out of date", Violated: holds, Op: changes, Set: on(func(s *runstate.State) { s.C[0].Valid = false }), After: both(func(s *runstate.State, b *ledger.Book) { s.Skipped, b.Atomic = true, 1 })},
	{ID: "RS-I22", Name: "nobody could write", Violated: holds, Op: changes, After: on(func(s *runstate.State) { s.Skipped = true; s.Slot[0] = runstate.SlotNone })},
	{ID: "RS-I22", Name: "not made", Violated: violated, Op: changes, After: both(func(_ *runstate.State, b *ledger.Book) { b.New.Entry++ })},

	{ID: "RS-I19", Name: "the clock stands still", Violated: violated, Op: changes},
	{ID: "RS-I19", Name: "the width changes", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.Layout = runstate.Layout32 })},
	{ID: "RS-I19", Name: "another thread", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.Task[1].PC = runstate.Lock1 })},
	{ID: "RS-I19", Name: "its own", Violated: holds, Op: goesOn, After: on(writing)},
	{ID: "RS-I19", Name: "counts as another class", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { s.Left[runstate.Reads]-- })},

	{ID: "RS-R1", Name: "refused", Violated: violated, Op: changes, Code: errno.EINVAL},
	{ID: "RS-R1", Name: "not refused", Violated: violated, Op: rsops.Change.Of(0, runstate.NumStates, 0)},
	{ID: "RS-R1", Name: "right", Violated: holds, Op: changes},
	{ID: "RS-R2", Name: "another state", Violated: violated, Op: changes},
	{ID: "RS-R2", Name: "two fields in a step", Violated: violated, Op: goesOn, After: on(func(s *runstate.State) { half(s); setFlag(s) })},
	{ID: "RS-R2", Name: "one field in a step", Violated: holds, Op: goesOn, After: on(half)},
	{ID: "RS-R2", Name: "the state", Violated: holds, Op: changes, After: on(func(s *runstate.State) { s.Rec.State = uint64(runstate.Runnable) })},
}
