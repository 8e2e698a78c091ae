package checker

import (
	"errors"
	"runtime/debug"
)

// A decision is the search for a fair run that breaks one response, on the
// states that were stored:
//
//	states with From -> components of what follows without To -> one that meets
//	all needs -> the shortest story to any such -> a tour in it that meets them
//
// It works in one goroutine.
type decision[S, O comparable] struct {
	*components[S, O]
	x     *explorer[S, O]
	ticks uint32
	extra uint64 // bytes in use beside those of the components
}

// respond decides the responses in order, up to the first that is broken.
func (x *explorer[S, O]) respond() error {
	for i := range x.system.Responses {
		if x.over() {
			break
		}
		if !x.roomFor(4 * uint64(x.store.Len())) {
			x.report.Stopped = stoppedBytes
			break
		}
		x.decide(&x.system.Responses[i], &x.report.Responses[i])
	}
	x.report.Exhaustive = !x.over()
	return x.err
}

// roomFor tells whether the memory bound leaves room for so much beside the
// stored states.
func (x *explorer[S, O]) roomFor(bytes uint64) bool {
	return x.opt.Bytes == 0 || x.store.Bytes()+bytes <= x.opt.Bytes
}

var errLost = errors.New("an operation led to a state that was not there before: the model is not deterministic")

func (x *explorer[S, O]) decide(r *Response[S, O], report *ResponseReport) {
	walk := newWalker(x)
	searched := *report
	defer x.rescue(walk)
	d := &decision[S, O]{components: newComponents(newPromise(r, x.alphabet.ops), walk, &searched), x: x}
	if !d.search() {
		return
	}
	searched.Decided, searched.Kept = true, d.broken == fine-1
	if !searched.Kept {
		fault := d.lasso()
		if fault == nil {
			return
		}
		x.report.Fault = fault
	}
	*report = searched
}

func (x *explorer[S, O]) rescue(w *walker[S, O]) {
	value := recover()
	if value == nil {
		return
	}
	story := x.storyTo(w.at)
	if w.op >= 0 {
		story.Ops = append(story.Ops, w.ops[w.op])
	}
	x.err = &PanicError[O]{Story: story, Value: value, Stack: debug.Stack()}
}

// search finds all components. It reports false if it was ended early.
func (d *decision[S, O]) search() bool {
	for i := range d.walk.store.Len() {
		d.walk.load(i)
		for d.root(i); len(d.path) > 0; d.descend() {
			if d.halted() {
				return false
			}
		}
		if d.halted() {
			return false
		}
	}
	return true
}

// halted tells whether to give up, and now and then how far the search is.
func (d *decision[S, O]) halted() bool {
	switch {
	case d.x.stop.Load():
		d.x.report.Stopped = interruption(d.x.ctx)
	case d.walk.lost:
		d.x.err = errLost
	}
	if d.ticks++; d.ticks%16 == 0 {
		d.x.tell.tell(d.progress)
		if !d.x.roomFor(d.bytes() + d.extra) {
			d.x.report.Stopped = stoppedBytes
		}
	}
	return d.x.over()
}

func (d *decision[S, O]) progress() Progress {
	p := d.x.progress(0)
	p.Response, p.Searched = d.ID, d.report.States
	return p
}
