package conform

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// Play is a sequence of operations on a scene.
type Play struct {
	Name  string
	Seed  uint64 // that it was drawn with; 0 if nobody drew it
	Scene *Scene
	Ops   []model.Op
	// Skip leaves out what cannot be driven. Otherwise that is where it ends.
	Skip bool
	// Stop has operations stopped at preemption checks, where the target can, and
	// continued later: whatever the play says, with a choice by Seed.
	Stop bool
	// Stopped is how many operations were stopped when it was last run.
	Stopped int
}

// String is the play's name with its seed.
func (p *Play) String() string {
	if p.Seed == 0 {
		return p.Name
	}
	return fmt.Sprintf("%s, seed %d", p.Name, p.Seed)
}

// Story is the play as a story, without results.
func (p *Play) Story() *counterexamples.Story {
	s := &counterexamples.Story{Scenario: p.Scene.Scenario, Config: p.Scene.Config, Start: p.Scene.Start}
	for _, op := range p.Ops {
		s.Ops = append(s.Ops, counterexamples.Call{Op: op})
	}
	return s
}

// Outcome is what became of a play on a target.
type Outcome struct {
	Play    *Play
	Ops     []model.Op // that were carried out, the one with a difference among them
	Start   Seen       // what was seen of the start state
	Lines   []*Line    // what the target told of Ops
	Done    int        // operations that were carried out and that the model explains
	Stopped int        // of these, how many were stopped at a preemption check
	Resumed int        // of those, how many were continued behind other operations
	Skipped int
	// Undriven says why the next operation, and with it the rest, was not carried
	// out; empty if all were.
	Undriven   string
	why        string      // the same, without operands
	Difference *Difference // the first one, or nil
}

// Run has a target carry out a play beside the model, up to the first
// difference. What was done is recorded; the recorder may be nil.
func Run(t Target, p *Play, r *Recorder) (*Outcome, error) {
	o := &Outcome{Play: p}
	if o.Undriven = t.Refused(p.Scene); o.Undriven != "" {
		return o, nil
	}
	seen, err := t.Begin(p.Scene)
	var lacking *Lacking
	if errors.As(err, &lacking) {
		o.Undriven = lacking.What
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	o.Start = seen
	r.Write(NewHead(t.Name(), p.Scene, seen))
	f, d, err := Follow(p.Scene, seen, true)
	if err != nil || d != nil {
		o.Difference = d
		return o, err
	}
	for op := range p.order(t, f, o) {
		if more, err := o.step(t, f, op, r); err != nil || !more {
			return o, err
		}
	}
	return o, nil
}

// Same is what was carried out, as a play that does the same again.
func (o *Outcome) Same() *Play {
	same := *o.Play
	same.Ops, same.Stop = o.Ops, false
	return &same
}

// Change is something that was seen to change.
type Change struct {
	What string `json:"what"` // "frame 2 count"
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// Changes are what was seen to change with the i-th line.
func (o *Outcome) Changes(i int) (list []Change) {
	was, is := o.Start, o.Lines[i].Seen
	if i > 0 {
		was = o.Lines[i-1].Seen
	}
	for _, name := range keys(was, is) {
		for _, field := range keys(was[name], is[name]) {
			if a, b := was[name][field], is[name][field]; a != b {
				list = append(list, Change{name + " " + field, orNothing(a), orNothing(b)})
			}
		}
	}
	return list
}

// keys are those of both maps, sorted.
func keys[V any](a, b map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

// Verdict says in a sentence how a play went.
func (o *Outcome) Verdict() string {
	switch {
	case o.Difference != nil && o.Difference.Step == 0:
		return "Model and target differ in the start state."
	case o.Difference != nil:
		return fmt.Sprintf("Model and target differ in step %d.", o.Difference.Step)
	case o.Undriven != "":
		return fmt.Sprintf("The model explains %d of %d operations. The rest was not carried out: %s.", o.Done, len(o.Play.Ops), o.Undriven)
	}
	return fmt.Sprintf("The model explains all of it: %d of %d operations.", o.Done, len(o.Play.Ops))
}

// step does one operation and tells whether there may be more.
func (o *Outcome) step(t Target, f *Follower, op model.Op, r *Recorder) (more bool, err error) {
	a, _ := f.Answer(op)
	if why := undriven(t, f, op, a); why != "" {
		if o.Play.Skip {
			o.Skipped++
			return true, nil
		}
		o.Undriven, o.why = fmt.Sprintf("%v: %s", op, why), op.Spec().Name+": "+why
		return false, nil
	}
	line, err := t.Do(&f.Config, f.State(), op)
	if err != nil {
		return false, fmt.Errorf("%v: %w", op, err)
	}
	r.Write(line)
	o.Ops, o.Lines = append(o.Ops, op), append(o.Lines, line)
	if o.Difference, err = f.Next(line); err != nil || o.Difference != nil {
		return false, err
	}
	o.Done++
	if wasStopped(op, a) {
		o.Stopped++
		o.Play.Stopped = o.Stopped
	}
	return true, nil
}

// wasStopped tells an operation that a preemption check has stopped.
func wasStopped(op model.Op, a model.Answer) bool {
	spec := op.Spec()
	if !spec.Preemptible() {
		return false
	}
	k := op.Arg[len(spec.Args)-1]
	return k > 0 && a.Checks >= k
}

// undriven says why an operation cannot be carried out. What the model answers
// of itself alone, no target does.
func undriven(t Target, f *Follower, op model.Op, a model.Answer) string {
	switch a.Code {
	case errno.NotRunning:
		return "the vCPU cannot make a call there"
	case errno.HostCrash, errno.Hang:
		return fmt.Sprintf("the host would not live on (%v)", a.Code)
	}
	return t.Undriven(&f.Config, f.State(), op)
}

// Tally sums outcomes up.
type Tally struct {
	Plays, Done, Stopped, Resumed, Skipped int
	Undriven                               map[string]int // reasons for not beginning, or for ending early
	Differences                            int
}

// Add adds an outcome.
func (t *Tally) Add(o *Outcome) {
	t.Plays++
	t.Done += o.Done
	t.Stopped += o.Stopped
	t.Resumed += o.Resumed
	t.Skipped += o.Skipped
	switch {
	case o.why != "":
		t.Undriven[o.why]++
	case o.Undriven != "":
		t.Undriven[o.Undriven]++
	}
	if o.Difference != nil {
		t.Differences++
	}
}
