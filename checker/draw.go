package checker

import (
	"runtime/debug"
	"sync/atomic"
)

// draws are some traces in a row and what they showed.
type draws[O comparable] struct {
	first, n uint64
	done     uint64
	steps    uint64
	answers  tally
	goals    []GoalReport
	fault    *Fault[O]
	drawn    Story[O]
	err      error
}

// A drawer draws and runs traces with a model of its own.
type drawer[S, O comparable] struct {
	opt    *SampleOptions
	stop   *atomic.Bool
	source Source[O]
	goals  []Goal[S, O]
	run    *runner[S, O]
	job    *draws[O]
	story  Story[O]
}

func newDrawer[S, O comparable](m *sampler[S, O], sys System[S, O], source Source[O]) *drawer[S, O] {
	d := &drawer[S, O]{opt: &m.opt, stop: &m.stop, source: source, goals: sys.Goals}
	d.run = newRunner(sys, m.opt.Properties)
	d.run.observe = d.observe
	return d
}

func (d *drawer[S, O]) draw(job *draws[O]) {
	d.job = job
	job.reset(len(d.goals))
	defer d.rescue()
	for ; job.done < job.n && job.fault == nil && !d.stop.Load(); job.done++ {
		d.story = Story[O]{}
		d.story = d.source.Trace(TraceSeed(d.opt.Seed, job.first+job.done))
		job.fault, job.drawn = d.run.run(d.story), d.story
	}
}

func (j *draws[O]) reset(goals int) {
	j.done, j.steps, j.fault, j.err = 0, 0, nil, nil
	j.answers.empty(nil)
	j.goals = make([]GoalReport, goals)
}

func (d *drawer[S, O]) rescue() {
	if value := recover(); value != nil {
		d.job.err = &PanicError[O]{Story: d.story, Value: value, Stack: debug.Stack()}
	}
}

func (d *drawer[S, O]) observe(i int, before *S, op O, out Outcome, after *S) {
	d.job.steps++
	d.job.answers.add(d.run.asks.model.Kind(op), out.Code)
	for k := range d.goals {
		g := &d.job.goals[k]
		if (!g.Met || i+1 < g.Depth) && d.goals[k].Met(before, op, out, after) {
			g.meet(i + 1)
		}
	}
}

// shrink replaces the fault by what the source makes of its story, if that
// violates the same property.
func shrink[S, O comparable](r *SampleReport[O], sys System[S, O], source Source[O]) {
	id := r.Fault.Property
	run := newRunner(sys, []string{id})
	fault := func(s Story[O]) *Fault[O] {
		if f := run.run(s); f != nil && f.Property == id {
			return f
		}
		return nil
	}
	shrunk := source.Shrink(r.Seed, func(s Story[O]) bool { return fault(s) != nil })
	if f := fault(shrunk); f != nil {
		r.Fault = f
	}
}
