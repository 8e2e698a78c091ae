package checker

import (
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"
)

// StepInfo is one step of a replay.
type StepInfo[S, O comparable] struct {
	Index    int  // 0 is the start state
	Op       O    // zero at the start state
	Draining bool // the operation belongs to the drain that follows the story
	InLoop   bool // the operation belongs to the loop of a lasso
	Outcome  Outcome
	Before   S
	After    S
	Violated string // id of the first property violated here, or empty
	Err      error  // what it says; with an empty Violated, why the replay ends here
}

// Replay carries a story out step by step and asks every property at its
// moment. A violation is shown at its step and the replay goes on to the end
// of the story. With drain, the model's drain follows if it has one; what
// should hold at rest is asked at the last step.
func Replay[S, O comparable](sys System[S, O], story Story[O], drain bool) iter.Seq[StepInfo[S, O]] {
	return func(yield func(StepInfo[S, O]) bool) {
		r := newReplay(sys, story, drain)
		for r.step.Index = -1; r.advance() && yield(r.step) && !r.broken; {
		}
	}
}

// ReplayLasso replays the story and then, once, the loop of a run that breaks
// the promise of the response with that id. What Lasso says shows at the last
// step: a broken promise as Violated, else why it is not broken as Err.
// Properties are asked as in Replay.
func ReplayLasso[S, O comparable](sys System[S, O], story Story[O], loop []O, id string) iter.Seq[StepInfo[S, O]] {
	return func(yield func(StepInfo[S, O]) bool) {
		r := newReplay(sys, Story[O]{story.Start, slices.Concat(story.Ops, loop)}, false)
		r.before, r.lasso = len(story.Ops), func() error { return Lasso(sys, story, loop, id) }
		r.id, r.detail = id, lassoDetail(loop)
		for r.step.Index = -1; r.advance() && yield(r.step) && !r.broken; {
		}
	}
}

// A replay is one run of Replay or ReplayLasso.
type replay[S, O comparable] struct {
	asks   *asker[S, O]
	story  Story[O]
	step   StepInfo[S, O] // the latest
	next   O              // draining operation that comes next
	more   bool           // there is one
	broken bool           // the latest step could not be made

	// of a lasso
	before     int // operations before the loop
	lasso      func() error
	id, detail string
}

func newReplay[S, O comparable](sys System[S, O], story Story[O], drain bool) *replay[S, O] {
	r := &replay[S, O]{asks: newAsker(sys, nil), story: story}
	r.asks.drainer = nil
	if drain {
		r.asks.drainer, _ = sys.Model.(Drainer[S, O])
	}
	return r
}

// advance makes the next step, if there is one. A panic of the model is a
// broken step.
func (r *replay[S, O]) advance() (ok bool) {
	defer func() {
		if value := recover(); value != nil {
			n := min(max(r.step.Index, 0), len(r.story.Ops))
			story := Story[O]{Start: r.story.Start, Ops: slices.Clone(r.story.Ops[:n])}
			r.fail(&PanicError[O]{Story: story, Value: value, Stack: debug.Stack()})
			ok = true
		}
	}()
	switch i := r.step.Index + 1; {
	case i == 0:
		r.start()
	case i <= len(r.story.Ops):
		r.do(r.story.Ops[i-1])
	case r.more:
		r.drain(r.next)
	default:
		return false
	}
	r.lookAhead()
	r.judge()
	return true
}

// judge says at the last step of a lasso whether it is one.
func (r *replay[S, O]) judge() {
	if r.lasso == nil || r.broken || r.step.Index < len(r.story.Ops) {
		return
	}
	if err := r.lasso(); err != nil {
		r.step.Violated, r.step.Err = "", err
		return
	}
	r.blame(&violation{property: r.id, err: errors.New(r.detail)})
}

func (r *replay[S, O]) fail(err error) {
	r.step.Violated, r.step.Err, r.broken = "", err, true
}

func (r *replay[S, O]) start() {
	r.step.Index = 0
	starts := r.asks.model.Init()
	if err := checkStart(r.story, len(starts)); err != nil {
		r.fail(err)
		return
	}
	r.step.After = starts[r.story.Start]
	r.blame(r.asks.state(&r.step.After))
	r.blameEnd()
}

func checkStart[O comparable](story Story[O], starts int) error {
	if story.Start < 0 || story.Start >= starts {
		return fmt.Errorf("there is no start state %d, the model has %d", story.Start, starts)
	}
	return nil
}

// begin makes a step in which nothing has happened yet.
func (r *replay[S, O]) begin(op O) {
	r.step = StepInfo[S, O]{Index: r.step.Index + 1, Op: op, Before: r.step.After, After: r.step.After}
}

func (r *replay[S, O]) do(op O) {
	r.begin(op)
	r.step.InLoop = r.lasso != nil && r.step.Index > r.before
	r.step.Outcome = r.asks.model.Step(&r.step.After, op)
	r.asks.window.mind(&r.step.After)
	r.blame(r.asks.first(&r.step.Before, op, r.step.Outcome, &r.step.After))
	r.blameEnd()
}

// blameEnd asks about a state that no operation changes.
func (r *replay[S, O]) blameEnd() {
	if r.step.Violated == "" {
		r.blame(r.asks.stuck(&r.step.After))
	}
}

func (r *replay[S, O]) drain(op O) {
	r.begin(op)
	r.step.Draining = true
	v, out, goesOn := r.asks.drainStep(op)
	r.step.Outcome, r.step.After = out, r.asks.rest
	r.blame(v)
	if !goesOn {
		r.asks.drainer, r.more = nil, false
	}
}

// lookAhead finds out whether and how the drain goes on, and asks what should
// hold at rest if it does not.
func (r *replay[S, O]) lookAhead() {
	if r.step.Index < len(r.story.Ops) || r.asks.drainer == nil || r.broken {
		return
	}
	if r.step.Index == len(r.story.Ops) {
		r.asks.trail, r.asks.rest = r.asks.trail[:0], r.step.After // as a whole, so that what is outside of the spans shows
	}
	r.next, r.more = r.asks.drainer.Drain(&r.asks.rest)
	if !r.more && r.step.Violated == "" {
		r.blame(r.asks.atRest(&r.asks.rest))
	}
}

func (r *replay[S, O]) blame(v *violation) {
	if v != nil {
		r.step.Violated, r.step.Err = v.property, v.err
	}
}
