package checker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"hvcheck/checker/store"
	"hvcheck/inorder"
)

// Explore searches breadth first and exactly: it visits every state that can
// be reached within the bounds, once, and returns a shortest story to the first
// violation. Among stories of that length it is the one whose last step comes
// first in the order of parent states, operations and properties. What is asked
// of states that no operation changes is asked when they are expanded, among the
// operations of states as deep.
//
// A search that is ended early has drained all states that it reports, if it
// drains at all: what time or an interrupt has left undone is made up for.
//
// newSystem is called for each worker and must always return the same system.
// The error is for systems that cannot be explored; it is a *PanicError if the
// model, a property or a goal panicked.
func Explore[S, O comparable](ctx context.Context, newSystem func() System[S, O], opt Options) (Report[O], error) {
	return ExploreKinds(ctx, newSystem, nil, opt)
}

// ExploreKinds explores with the operations of some kinds only: the families
// whose first operation is of a kind that is kept. A nil keep keeps all. With
// some kinds only it leaves responses out, and states that no operation changes:
// what is fair, and what can go on, depends on them all.
func ExploreKinds[S, O comparable](ctx context.Context, newSystem func() System[S, O], keep func(kind uint8) bool, opt Options) (Report[O], error) {
	if opt.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opt.Time)
		defer cancel()
	}
	shared := opt.Depth == 0 && opt.States == 0 && opt.Bytes == 0
	r, late, err := exploreOnce(ctx, newSystem, keep, opt, shared)
	if late && ctx.Err() == nil {
		again, _, err := exploreOnce(ctx, newSystem, keep, opt, false)
		if again.Elapsed += r.Elapsed; again.Stopped == "" {
			return again, err
		}
	}
	return r, err
}

// exploreOnce explores with drains that are shared or not. If they are, a fault
// of a drain is found too late: the fault is the right one, the numbers beside
// it are those of a search that has gone on.
func exploreOnce[S, O comparable](ctx context.Context, newSystem func() System[S, O], keep func(uint8) bool, opt Options, shared bool) (r Report[O], late bool, err error) {
	x, err := newExplorer(newSystem, keep, opt)
	if err != nil {
		return r, false, err
	}
	defer x.store.Free()
	x.shared = shared && x.workers[0].asks.drainer != nil
	defer context.AfterFunc(ctx, func() { x.stop.Store(true) })()
	x.stop.CompareAndSwap(false, ctx.Err() != nil)
	x.ctx = ctx
	if err = x.explore(); x.report.Exhaustive {
		err = x.respond()
	}
	x.report.States, x.report.Bytes = uint64(x.store.Len()), x.store.Bytes()
	x.report.Elapsed = time.Since(x.tell.began)
	return x.report, x.late, err
}

// An explorer is one run of Explore. It gives chunks of the frontier to
// workers and merges what they find.
type explorer[S, O comparable] struct {
	ctx      context.Context
	opt      Options
	system   System[S, O]
	alphabet alphabet[O]
	starts   []S
	window   window[S]
	store    *store.Store
	shared   bool            // drains are shared
	late     bool            // and one was found to violate something
	owing    owing           // what it leaves undone if it is over now
	deep     uint32          // the first state that is deeper than those expanded
	levels   []uint32        // the first state of each depth
	workers  []*worker[S, O] // the first works in the merging goroutine
	stop     atomic.Bool     // tells workers to give up their chunks
	report   Report[O]
	err      error
	tell     limiter
}

func newExplorer[S, O comparable](newSystem func() System[S, O], keep func(uint8) bool, opt Options) (*explorer[S, O], error) {
	x := &explorer[S, O]{opt: opt, system: newSystem(), tell: newLimiter(time.Now(), opt.Progress)}
	if err := validate(x.system); err != nil {
		return nil, err
	}
	if keep != nil {
		x.system.Responses = nil
	}
	if err := x.prepare(keep); err != nil {
		return nil, err
	}
	x.report.Coverage = Coverage{}
	x.report.Goals = newGoalReports(x.system.Goals)
	x.report.Responses = newResponseReports(x.system.Responses)
	x.workers = append(x.workers, newWorker(x, x.system))
	if opt.Workers > 1 {
		for range opt.Workers {
			x.workers = append(x.workers, newWorker(x, newSystem()))
		}
	}
	if keep != nil { // what leads on from a state may be among the others
		for _, w := range x.workers {
			w.asks.ends = nil
		}
	}
	return x, nil
}

func (x *explorer[S, O]) prepare(keep func(uint8) bool) (err error) {
	if x.alphabet, err = newAlphabet(x.system.Model, keep); err != nil {
		return err
	}
	x.starts = x.system.Model.Init()
	if n := len(x.starts); n == 0 || n > math.MaxUint16 {
		return fmt.Errorf("the model has %d start states, which should be at least 1 and at most %d", n, math.MaxUint16)
	}
	x.window = newWindow(x.system.Model)
	x.store, err = store.New(view(&x.starts[0]), x.window.spans, store.Limits{States: x.opt.States, Bytes: x.opt.Bytes})
	return err
}

func (x *explorer[S, O]) explore() error {
	x.begin()
	x.levels = []uint32{0}
	for first := uint32(0); !x.over() && !x.report.Exhaustive; {
		if x.opt.Depth > 0 && x.report.Depth == x.opt.Depth {
			x.report.Stopped = stoppedDepth
			break
		}
		end := x.store.Len()
		x.deep = end
		x.level(first, end)
		switch {
		case x.over():
		case x.store.Len() == end:
			x.report.Exhaustive = true
		default:
			first = end
			x.levels = append(x.levels, first)
			x.report.Depth++
		}
	}
	if x.settle(); x.late {
		x.blameLate()
	}
	return x.err
}

// over tells whether the search has come to an end before its time.
func (x *explorer[S, O]) over() bool {
	return x.err != nil || x.late || x.report.Fault != nil || x.report.Stopped != ""
}

// begin stores and checks the start states.
func (x *explorer[S, O]) begin() {
	c := &chunk[O]{}
	x.workers[0].start(c, x.starts)
	x.merge(c)
}

// level expands the states from first up to end, all of one depth.
func (x *explorer[S, O]) level(first, end uint32) {
	size := chunkOf(end - first)
	workers := x.workers[:1]
	if len(x.workers) > 1 && end-first > size {
		workers = x.workers[1:]
	}
	work := make([]func(*chunk[O]), len(workers))
	for i, w := range workers {
		work[i] = w.expand
	}
	next := first
	inorder.Do(work, x.workers[0].chunks(2*len(workers)), func(c *chunk[O]) bool {
		return x.assign(c, &next, end, size)
	}, func(c *chunk[O]) bool {
		x.tell.tell(func() Progress { return x.progress(end - first) })
		return x.merge(c)
	})
}

// chunkOf is how many states are expanded at a time. It depends on the level
// alone, because it shows in what a bounded search has counted.
func chunkOf(frontier uint32) uint32 { return min(max(frontier/16, 32), 256) }

func (x *explorer[S, O]) assign(c *chunk[O], next *uint32, end, size uint32) bool {
	if *next == end {
		return false
	}
	c.first, c.end = *next, min(*next+size, end)
	c.known = c.known[:0]
	for _, g := range x.report.Goals {
		c.known = append(c.known, g.Met)
	}
	*next = c.end
	return true
}

func (x *explorer[S, O]) progress(frontier uint32) Progress {
	return Progress{States: uint64(x.store.Len()), Transitions: x.report.Transitions, Depth: x.report.Depth, Frontier: uint64(frontier)}
}

// merge adds what a chunk has found, and reports whether to go on.
func (x *explorer[S, O]) merge(c *chunk[O]) bool {
	x.owing = owing{c.first, x.store.Len()}
	if c.cut {
		x.report.Stopped = interruption(x.ctx)
	} else {
		x.count(c)
		x.conclude(c, x.insert(c))
	}
	if !x.over() {
		return true
	}
	x.stop.Store(true)
	if c.fault == nil && c.panicked == nil {
		x.owing.end = x.store.Len()
	}
	return false
}

// conclude tells whether the search is over with this chunk, and why: after
// what went wrong comes why not all was stored that it has found.
func (x *explorer[S, O]) conclude(c *chunk[O], why string) {
	switch {
	case c.fault != nil:
		x.report.Fault = x.faultOf(c.fault)
	case c.panicked != nil:
		x.err = &PanicError[O]{Story: x.story(c.panicked.origin), Value: c.panicked.value, Stack: c.panicked.stack}
	case c.unsteady:
		x.err = errUnsteady
	case c.late:
		x.late = true
	default:
		x.report.Stopped = why
	}
}

var errUnsteady = errors.New("a violation was seen and was gone when asked again: the model or a property is not deterministic")

func (x *explorer[S, O]) count(c *chunk[O]) {
	x.report.Transitions += c.transitions
	x.report.Refused += c.refused
	c.answers.empty(x.report.Coverage)
	for i, met := range c.met {
		if met {
			x.report.Goals[i].meet(x.report.Depth + 1)
		}
	}
}

func (x *explorer[S, O]) insert(c *chunk[O]) (why string) {
	for i := 0; i < len(c.found) && why == ""; i += batch {
		found := c.found[i:min(i+batch, len(c.found))]
		for k := range found {
			x.workers[0].Touch(x.store, found[k].hash)
		}
		for k := range found {
			if why = x.store.Add(c.state(i+k), found[k].parent, found[k].op); why != "" {
				return why
			}
		}
	}
	return ""
}

// story leads to a state and then does an operation. Without a parent there is
// a start state instead of an operation.
func (x *explorer[S, O]) story(o origin) Story[O] {
	if o.parent == store.NoParent {
		return Story[O]{Start: int(o.op)}
	}
	s := x.storyTo(o.parent)
	s.Ops = append(s.Ops, x.alphabet.ops[o.op])
	return s
}

func (x *explorer[S, O]) storyTo(state uint32) Story[O] {
	start, path := x.store.Path(state)
	return Story[O]{Start: start, Ops: x.alphabet.named(path)}
}

func (x *explorer[S, O]) faultOf(f *finding[O]) *Fault[O] {
	fault := &Fault[O]{Story: x.story(f.origin), Drain: f.drain, Property: f.property, Detail: f.detail}
	if f.stays {
		fault.Story = x.storyTo(f.parent)
	}
	return fault
}
