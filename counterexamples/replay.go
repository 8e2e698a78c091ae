package counterexamples

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// Step is one step of a replay. Step 0 is the start state, with no operation.
type Step struct {
	N        int
	Op       model.Op
	Draining bool
	InLoop   bool // the step comes again and again
	Result   errno.Errno
	Recorded *errno.Errno   // the result in the story, or nil
	Changes  []model.Change // what the step changed
	World    model.World    // afterwards
	Violated string         // the invariant, where it is violated
	Detail   string         // what the invariant says
}

// Replayed is a story that was carried out again.
type Replayed struct {
	Steps []Step
	// Problems say how the run differs from what the story records, or why it
	// could not go on; none means that the story is still true.
	Problems []string
}

// Replay carries the story out again and asks its invariant at every step. A
// lasso goes once round its loop; its last step says whether the promise is
// broken.
func Replay(s *Story) Replayed {
	r := carried(s)
	r.compare()
	return Replayed{r.steps, r.problems}
}

// carried is the run before it is compared with what the story records.
func carried(s *Story) *replay {
	r := &replay{story: s, config: s.Config}
	for step := range carriedOut(s) {
		r.add(step)
		if step.Draining && step.Violated == s.Fault.Invariant {
			break // the rest of the drain is no part of the story
		}
	}
	return r
}

// carriedOut is the run step by step, a loop once.
func carriedOut(s *Story) iter.Seq[checker.StepInfo[model.World, model.Op]] {
	if s.Fault.Forever {
		return checker.ReplayLasso(system(s), s.Run(), s.Round(), s.Fault.Invariant)
	}
	return checker.Replay(system(s), s.Run(), s.Fault.Drained)
}

// system is the scenario with the story's invariant alone. One that is not in
// the scenario's list is asked all the same.
func system(s *Story) checker.System[model.World, model.Op] {
	return s.Scenario.System(s.Config, asked(s.Fault.Invariant))
}

// asked is a list of invariants for System. What is asked always has no entry
// there; a story without a fault asks for the scenario's own list.
func asked(id string) []string {
	switch {
	case id == "":
		return nil
	case slices.Contains(scenarios.AlwaysAsked(), id):
		return []string{}
	}
	return []string{id}
}

type replay struct {
	story    *Story
	config   model.Config
	steps    []Step
	problems []string
	unbroken string // why a lasso breaks no promise
}

func (r *replay) add(info checker.StepInfo[model.World, model.Op]) {
	step := Step{
		N: info.Index, Op: info.Op, Draining: info.Draining, InLoop: info.InLoop,
		Result: errno.Errno(info.Outcome.Code), World: info.After, Violated: info.Violated,
	}
	if c := r.recorded(step.N); c != nil && c.Recorded {
		step.Recorded = &c.Result
	}
	if step.N > 0 {
		step.Changes = model.Diff(&r.config, &info.Before, &info.After)
	}
	if info.Err != nil {
		step.Detail = info.Err.Error()
	}
	switch {
	case info.Err == nil || info.Violated != "":
	case r.story.Fault.Forever && !panicked(info.Err):
		r.unbroken = "; " + info.Err.Error()
	default:
		r.problem("step %d: %s", step.N, reason(info.Err))
	}
	r.steps = append(r.steps, step)
}

func panicked(err error) bool {
	var p *checker.PanicError[model.Op]
	return errors.As(err, &p)
}

// reason is an error of the engine without the story, which the reader has.
func reason(err error) string {
	var p *checker.PanicError[model.Op]
	if errors.As(err, &p) {
		return fmt.Sprintf("the model panicked: %v", p.Value)
	}
	return err.Error()
}

// recorded is what the story has for step n, or nil.
func (r *replay) recorded(n int) *Call {
	ops, rest := r.story.Ops, r.story.Drain
	if r.story.Fault.Forever {
		rest = r.story.Loop
	}
	switch {
	case n == 0 || n > len(ops)+len(rest):
		return nil
	case n <= len(ops):
		return &ops[n-1]
	}
	return &rest[n-1-len(ops)]
}

func (r *replay) problem(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// compare finds how the run differs from the record. One difference leads to
// others, so only the first of the results is told.
func (r *replay) compare() {
	for i := range r.steps {
		if r.differs(&r.steps[i]) {
			break
		}
	}
	if want := r.story.Fault; want.Invariant != "" {
		r.compareFault(want)
	}
}

// since begins a difference from what was recorded.
func (r *replay) since() string {
	by := ""
	if v := r.story.Found.Version; v != "" {
		by = " by hvcheck " + v
	}
	return "the model has changed since this was recorded" + by + ": "
}

// differs tells a step that is not as the story has it.
func (r *replay) differs(s *Step) bool {
	c, byHand := r.recorded(s.N), r.story.ByHand()
	switch {
	case c != nil && c.Op != s.Op && byHand:
		r.problem("step %d of the drain: you expect %v, it is %v", s.N, c.Op, s.Op)
	case c != nil && c.Op != s.Op:
		r.problem("%sstep %d of the drain is %v, recorded %v", r.since(), s.N, s.Op, c.Op)
	case s.Recorded == nil || *s.Recorded == s.Result:
		return false
	case byHand:
		r.problem("step %d: you expect %v, it returns %v", s.N, *s.Recorded, s.Result)
	default:
		r.problem("%sstep %d returned %v, recorded %v", r.since(), s.N, s.Result, *s.Recorded)
	}
	return true
}

func (r *replay) compareFault(want Fault) {
	expected := fmt.Sprintf("the recorded result differs: %s is not violated any more, recorded at step %d", want.Invariant, want.Step)
	if r.story.ByHand() {
		expected = fmt.Sprintf("you expect %s to be violated at step %d, it is not", want.Invariant, want.Step)
	}
	for _, s := range r.steps {
		switch {
		case s.Violated != want.Invariant:
			continue
		case s.N == want.Step:
		case r.story.ByHand():
			r.problem("you expect %s to be violated at step %d, it is at step %d", s.Violated, want.Step, s.N)
		default:
			r.problem("the recorded result differs: %s is violated at step %d, recorded step %d", s.Violated, s.N, want.Step)
		}
		return
	}
	r.problem("%s%s%s", expected, r.unbroken, r.another())
}

// another tells what the scenario's own invariants say to the story.
func (r *replay) another() string {
	if at := firstViolating(r.story); at != nil {
		return fmt.Sprintf("; %s is, at step %d", at.Violated, at.N)
	}
	return ""
}

// firstViolating is the first step that violates one of the scenario's own
// invariants, or nil. A loop is gone round once.
func firstViolating(s *Story) *Step {
	run := &replay{story: s, config: s.Config}
	whole := s.Run()
	whole.Ops = append(whole.Ops, s.Round()...)
	for step := range checker.Replay(s.Scenario.System(s.Config, nil), whole, s.Fault.Drained) {
		if run.add(step); step.Violated != "" {
			return &run.steps[len(run.steps)-1]
		}
	}
	return nil
}

// FromFault makes a story of what the engine found. It carries the story out
// once more to record the results, and fails if the fault does not come again
// or the file could not tell how c differs from the scenario.
func FromFault(sc *scenarios.Scenario, c model.Config, f *checker.Fault[model.Op], found Found) (Story, error) {
	s := Story{Scenario: sc, Config: c, Start: f.Start, Found: found}
	s.Fault = Fault{Invariant: f.Property, Step: len(f.Ops) + len(f.Loop), Drained: len(f.Drain) > 0, Forever: f.Forever}
	s.Ops, s.Loop = calls(f.Ops), calls(f.Loop)
	if !expressible(&sc.Config, &c) {
		return s, errors.New("the configuration differs from the scenario's in more than bounds and design")
	}
	return s, s.record()
}

// record carries the story out and notes every result. When nothing is
// violated by the end of the story, the drain is what shows the fault.
func (s *Story) record() error {
	for _, drained := range []bool{s.Fault.Drained, !s.Fault.Forever} {
		s.Fault.Drained = drained
		if s.noted(Replay(s).Steps) {
			return nil
		}
	}
	return fmt.Errorf("%s is not violated when the story is carried out again", s.Fault.Invariant)
}

// noted takes over the results up to the violation, if there is one.
func (s *Story) noted(steps []Step) bool {
	s.Drain = nil
	for _, step := range steps {
		call := Call{Op: step.Op, Result: step.Result, Recorded: true}
		switch {
		case step.Draining:
			s.Drain = append(s.Drain, call)
		case step.InLoop:
			s.Loop[step.N-1-len(s.Ops)] = call
		case step.N > 0:
			s.Ops[step.N-1] = call
		}
		if step.Violated == s.Fault.Invariant {
			s.Fault.Step = step.N
			return step.Draining || step.N == s.Length()
		}
	}
	return false
}
