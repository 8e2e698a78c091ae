package checker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hvcheck/checker/store"
)

// Bounds end a search early. Zero means no bound.
type Bounds struct {
	Depth  int           // longest story
	States uint64        // distinct states
	Time   time.Duration // wall-clock time
	Bytes  uint64        // memory for stored states
}

// Why a search ended before it was through.
const (
	stoppedDepth       = "depth bound"
	stoppedStates      = store.StateBound
	stoppedTime        = "time bound"
	stoppedBytes       = store.BytesBound
	stoppedInterrupted = "interrupted"
)

// interruption tells why a context ended.
func interruption(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return stoppedTime
	}
	return stoppedInterrupted
}

// Options say how to explore. The zero value searches everything on one core.
type Options struct {
	Bounds
	Workers  int            // at least 1; 0 is 1
	Progress func(Progress) // called about five times a second from one goroutine; may be nil
}

// Progress is how far a run has come. Explore fills the first group and,
// deciding a response, the second; Sample the third. Explore counts from the
// start again if it has to look for the first of several faults of drains.
type Progress struct {
	States, Transitions uint64
	Depth               int    // of the states being expanded
	Frontier            uint64 // how many of that depth there are

	Response string // id of the response being decided; empty while exploring
	Searched uint64 // states searched for it

	Traces, Steps uint64

	Elapsed time.Duration
}

// Report is what an exploration found. Everything in it but Elapsed is the
// same for any number of workers, unless time or an interrupt ended it.
type Report[O comparable] struct {
	States      uint64 // distinct states
	Transitions uint64 // operations that changed the state
	Refused     uint64 // operations that did not, refused or not
	Depth       int    // every state at most this far from a start state was seen
	Exhaustive  bool   // those are all the reachable states, and no response is undecided or broken
	Stopped     string // else why not; empty with a fault
	Fault       *Fault[O]
	Goals       []GoalReport
	Responses   []ResponseReport
	Coverage    Coverage
	Bytes       uint64 // memory in use for stored states
	Elapsed     time.Duration
}

// PanicError says that a model, a property or a goal panicked, and where.
type PanicError[O comparable] struct {
	Story Story[O] // its last operation, or what followed it, panicked
	Value any
	Stack []byte
}

func (e *PanicError[O]) Error() string {
	return fmt.Sprintf("panic after the start state %d and operations %v: %v", e.Story.Start, e.Story.Ops, e.Value)
}

// limiter calls a function about five times a second at most.
type limiter struct {
	began, last time.Time
	report      func(Progress)
}

func newLimiter(began time.Time, report func(Progress)) limiter {
	return limiter{began: began, last: began, report: report}
}

func (l *limiter) tell(p func() Progress) {
	if l.report == nil || time.Since(l.last) < 200*time.Millisecond {
		return
	}
	l.last = time.Now()
	progress := p()
	progress.Elapsed = l.last.Sub(l.began)
	l.report(progress)
}
