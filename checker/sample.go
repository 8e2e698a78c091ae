package checker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"hvcheck/checker/store"
	"hvcheck/inorder"
)

// A Source draws stories. The same seed always draws the same story.
type Source[O comparable] interface {
	Trace(seed uint64) Story[O]
	// Shrink returns a shorter story for which fails reports true, starting
	// from the one that the seed draws.
	Shrink(seed uint64, fails func(Story[O]) bool) Story[O]
}

// SampleOptions say how to sample. Either Traces or Time or a context that
// ends must bound it.
type SampleOptions struct {
	Seed       uint64
	Traces     uint64 // 0: until the time is over
	Time       time.Duration
	Workers    int      // at least 1; 0 is 1
	Properties []string // only these count; none: all
	Progress   func(Progress)
}

// SampleReport is what sampling found. For a number of traces it is the same
// for any number of workers.
type SampleReport[O comparable] struct {
	Traces, Steps uint64
	Stopped       string    // "time bound" or "interrupted", if that ended it
	Fault         *Fault[O] // of the first trace that fails, shrunk by the source
	Drawn         Story[O]  // that trace as drawn
	Trace         uint64    // its index
	Seed          uint64    // its seed, for Source.Trace
	Goals         []GoalReport
	Coverage      Coverage
	Elapsed       time.Duration
}

// TraceSeed is the seed of a trace. Neighbouring seeds share cases in some
// generators, so they are spaced by hashing.
func TraceSeed(seed, index uint64) uint64 { return store.Mix(store.Mix(seed) ^ index) }

// Sample draws story after story until one violates a property. It asks like
// Check: if a property has to do with drains, every state on the way is drained.
func Sample[S, O comparable](ctx context.Context, newSystem func() System[S, O], newSource func() Source[O], opt SampleOptions) (SampleReport[O], error) {
	m := &sampler[S, O]{opt: opt, tell: newLimiter(time.Now(), opt.Progress)}
	if err := m.prepare(newSystem, newSource); err != nil {
		return SampleReport[O]{}, err
	}
	if opt.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opt.Time)
		defer cancel()
	}
	if opt.Traces == 0 && ctx.Done() == nil {
		return SampleReport[O]{}, errors.New("neither a number of traces nor a time bounds the sampling")
	}
	defer context.AfterFunc(ctx, func() { m.stop.Store(true) })()
	m.stop.CompareAndSwap(false, ctx.Err() != nil)
	m.run()
	if m.report.Fault != nil {
		shrink(&m.report, newSystem(), newSource())
	}
	if m.stopped {
		m.report.Stopped = interruption(ctx)
	}
	m.report.Elapsed = time.Since(m.tell.began)
	return m.report, m.err
}

// tracesAtATime is how many traces a worker draws between two reports.
const tracesAtATime = 32

// A sampler is one run of Sample.
type sampler[S, O comparable] struct {
	opt     SampleOptions
	work    []func(*draws[O])
	next    uint64 // index of the next trace to give out
	stop    atomic.Bool
	stopped bool
	report  SampleReport[O]
	err     error
	tell    limiter
}

func (m *sampler[S, O]) prepare(newSystem func() System[S, O], newSource func() Source[O]) error {
	sys := newSystem()
	if err := validate(sys); err != nil {
		return err
	}
	if err := knownIDs(sys, m.opt.Properties); err != nil {
		return err
	}
	m.report.Coverage = Coverage{}
	m.report.Goals = newGoalReports(sys.Goals)
	m.work = append(m.work, newDrawer(m, sys, newSource()).draw)
	for len(m.work) < m.opt.Workers {
		m.work = append(m.work, newDrawer(m, newSystem(), newSource()).draw)
	}
	return nil
}

func knownIDs[S, O comparable](sys System[S, O], ids []string) error {
	for _, id := range ids {
		known := id == RefusalProperty || id == DrainProperty ||
			slices.ContainsFunc(sys.Properties, func(p Property[S, O]) bool { return p.ID == id })
		if !known {
			return fmt.Errorf("the system has no property %q", id)
		}
	}
	return nil
}

func (m *sampler[S, O]) run() {
	free := make([]*draws[O], 2*len(m.work))
	for i := range free {
		free[i] = &draws[O]{}
	}
	inorder.Do(m.work, free, m.assign, m.merge)
}

func (m *sampler[S, O]) assign(d *draws[O]) bool {
	d.first, d.n = m.next, tracesAtATime
	if m.opt.Traces > 0 {
		d.n = min(d.n, m.opt.Traces-m.next)
	}
	m.next += d.n
	return d.n > 0
}

// merge adds what some traces showed, and reports whether to go on.
func (m *sampler[S, O]) merge(d *draws[O]) bool {
	m.report.Traces += d.done
	m.report.Steps += d.steps
	d.answers.empty(m.report.Coverage)
	for i, g := range d.goals {
		if g.Met {
			m.report.Goals[i].meet(g.Depth)
		}
	}
	m.tell.tell(m.progress)
	if m.err = d.err; d.fault != nil {
		m.report.Fault, m.report.Drawn = d.fault, d.drawn
		m.report.Trace = d.first + d.done - 1
		m.report.Seed = TraceSeed(m.opt.Seed, m.report.Trace)
	}
	over := d.err != nil || d.fault != nil
	m.stopped = !over && d.done < d.n
	if over {
		m.stop.Store(true)
	}
	return !over && !m.stopped
}

func (m *sampler[S, O]) progress() Progress {
	return Progress{Traces: m.report.Traces, Steps: m.report.Steps}
}
