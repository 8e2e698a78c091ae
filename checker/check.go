package checker

import "slices"

// Check carries a story out and returns its first violation, or nil. Only the
// properties with the given ids count, or all if there are none. If one of
// them has to do with drains, every state on the way is drained. A story ends,
// so it breaks no promise of a response; for those there is Lasso.
func Check[S, O comparable](sys System[S, O], story Story[O], ids ...string) *Fault[O] {
	return newRunner(sys, ids).run(story)
}

// A runner carries out many stories of one system.
type runner[S, O comparable] struct {
	asks    *asker[S, O]
	starts  []S
	observe func(i int, before *S, op O, out Outcome, after *S) // told of each step; may be nil
	before  S
	after   S
}

func newRunner[S, O comparable](sys System[S, O], ids []string) *runner[S, O] {
	r := &runner[S, O]{asks: newAsker(sys, ids), starts: sys.Model.Init()}
	r.before, r.after = r.asks.window.base, r.asks.window.base
	return r
}

func (r *runner[S, O]) run(story Story[O]) *Fault[O] {
	if err := checkStart(story, len(r.starts)); err != nil {
		return &Fault[O]{Story: story, Property: StartProperty, Detail: err.Error()}
	}
	r.asks.window.copy(&r.after, &r.starts[story.Start])
	v := r.asks.state(&r.after)
	if v == nil {
		v = r.atEnd()
	}
	n := 0
	for ; v == nil && n < len(story.Ops); n++ {
		v = r.step(n, story.Ops[n])
	}
	r.asks.mind(&r.after)
	return r.fault(Story[O]{story.Start, story.Ops[:n]}, v)
}

func (r *runner[S, O]) step(i int, op O) *violation {
	r.asks.window.copy(&r.before, &r.after)
	out := r.asks.model.Step(&r.after, op)
	if r.observe != nil {
		r.observe(i, &r.before, op, out, &r.after)
	}
	if v := r.asks.first(&r.before, op, out, &r.after); v != nil || r.asks.window.same(&r.before, &r.after) {
		return v
	}
	return r.atEnd()
}

// atEnd asks what comes after everything else about a state.
func (r *runner[S, O]) atEnd() *violation {
	if v := r.asks.stuck(&r.after); v != nil {
		return v
	}
	return r.asks.drain(&r.after)
}

// fault makes a fault of a violation; it shares no memory with the story.
func (r *runner[S, O]) fault(story Story[O], v *violation) *Fault[O] {
	if v == nil {
		return nil
	}
	story.Ops = slices.Clone(story.Ops)
	f := &Fault[O]{Story: story, Property: v.property, Detail: v.err.Error()}
	if v.inDrain {
		f.Drain = slices.Clone(r.asks.trail)
	}
	return f
}
