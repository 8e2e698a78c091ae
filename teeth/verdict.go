package teeth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hvcheck/judge"
	"hvcheck/phrase"
)

// Verdict is what became of a mutant.
type Verdict string

// The verdicts.
const (
	Killed    Verdict = "killed"        // something that is asked was violated
	Noticed   Verdict = "noticed only"  // by what a run tells beside: a missed goal, a result that never came
	Survived  Verdict = "survived"      // although some transition changed
	Unchanged Verdict = "unchanged"     // nothing changed within the bounds
	Unreached Verdict = "never reached" // by any scenario
	Unbuilt   Verdict = "not built"
	Panics    Verdict = "panics"
	Hangs     Verdict = "hangs"
	Untried   Verdict = "not tried" // it was interrupted before
)

// Judged is a mutant with what became of it.
type Judged struct {
	*Mutant
	Verdict Verdict
	Kill    *Kill    // if it was killed
	Notes   []string // what noticed it, or what is to be said
	Asked   int      // scenarios
	Changed []string // scenarios where a transition changed
	Trials  []*Trial // if there were any in this run
	Took    time.Duration
}

// JudgeAll tries the mutants that were chosen, and tells of each when it is done,
// in any order.
func (b *Bench) JudgeAll(ctx context.Context, k *Kept, each func(*Judged) error) ([]*Judged, error) {
	list := make([]*Judged, len(b.Chosen))
	var open []int
	for i, m := range b.Chosen {
		if list[i] = k.known(m); list[i] == nil {
			open = append(open, i)
		}
	}
	tally := newTally(b, len(list), len(list)-len(open))
	err := b.each(ctx, open, func(ctx context.Context, i int) (*Judged, error) {
		j, err := b.Judge(ctx, b.Chosen[i])
		list[i] = j
		return j, err
	}, func(j *Judged) error {
		if j.Verdict == Untried {
			return nil
		}
		tally.add(j)
		if err := k.keep(j); err != nil || each == nil {
			return err
		}
		return each(j)
	})
	return list, err
}

// each judges in parallel and tells one after the other, up to an error.
func (b *Bench) each(ctx context.Context, open []int, judge func(context.Context, int) (*Judged, error), tell func(*Judged) error) (first error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		j   *Judged
		err error
	}
	results := make(chan outcome)
	go func() {
		b.parallel(len(open), func(i int) {
			j, err := judge(ctx, open[i])
			results <- outcome{j, err}
		})
		close(results)
	}()
	for r := range results {
		if r.err == nil {
			r.err = tell(r.j)
		}
		if r.err != nil && first == nil {
			first = r.err
			cancel()
		}
	}
	return first
}

// Judge tries one mutant.
func (b *Bench) Judge(ctx context.Context, m *Mutant) (*Judged, error) {
	began, j := time.Now(), &Judged{Mutant: m}
	defer func() { j.Took = time.Since(began) }()
	names := b.asks(m)
	switch {
	case m.Unbuilt != "":
		j.Verdict, j.Notes = Unbuilt, []string{m.Unbuilt}
		return j, nil
	case len(names) == 0 && m.Choice == nil && len(b.reach[m.Where]) > 0:
		j.Verdict, j.Notes = Unchanged, []string{"the rule does the same wherever a scenario comes to it"}
		return j, nil
	case len(names) == 0:
		j.Verdict = Unreached
		return j, nil
	}
	trials, last, err := b.run(ctx, &Request{Trials: b.limits(names), Where: m.Where, Way: m.Way, Choice: m.Choice}, leastTime)
	j.Trials, j.Asked = trials, len(trials)
	switch {
	case ctx.Err() != nil:
		j.Verdict = Untried
	case errors.Is(err, errHangs):
		j.Verdict, j.Notes = Hangs, []string{"in " + last}
	case errors.Is(err, errDies):
		j.Verdict, j.Notes = Panics, []string{fmt.Sprintf("in %s: %v", last, err)}
	case err != nil:
		return nil, err
	default:
		b.conclude(j)
	}
	return j, nil
}

// conclude says what the scenarios that were asked make of a mutant.
func (b *Bench) conclude(j *Judged) {
	for _, t := range j.Trials {
		if t.Stopped != "not with this design" && !t.same(b.base[t.Scenario]) {
			j.Changed = append(j.Changed, t.Scenario)
		}
	}
	last := j.Trials[len(j.Trials)-1]
	notes := b.notices(j)
	switch {
	case last.Panic != "":
		j.Verdict, j.Notes = Panics, []string{"in " + last.Scenario + ": " + last.Panic}
	case last.Fault != nil:
		j.Verdict, j.Kill = Killed, last.Fault
	case len(j.Changed) == 0:
		j.Verdict, j.Notes = Unchanged, notes
	case len(notes) > 0:
		j.Verdict, j.Notes = Noticed, notes
	default:
		j.Verdict = Survived
	}
	for _, t := range j.Trials {
		if t.Stopped != "" && j.Verdict != Killed && j.Verdict != Panics {
			j.Notes = append(j.Notes, fmt.Sprintf("%s was not searched to the end: %s", t.Scenario, t.Stopped))
		}
	}
}

// same tells whether a search did what it did without the mutant.
func (t *Trial) same(base *Trial) bool {
	return t.Fault == nil && t.Panic == "" && t.Stopped == base.Stopped &&
		t.States == base.States && t.Transitions == base.Transitions && t.Refused == base.Refused && t.Digest == base.Digest
}

// notices lists what a run tells that is no violation: goals and promises of
// scenarios, and results, rules and bounds that no scenario of the area has any
// more.
func (b *Bench) notices(j *Judged) (notes []string) {
	mutated := map[string]*Trial{}
	for _, t := range j.Trials {
		mutated[t.Scenario] = t
		base := b.base[t.Scenario]
		if t.Stopped != "" {
			continue
		}
		for _, g := range without(t.Missed, base.Missed) {
			notes = append(notes, "goal "+g+" is missed")
		}
		for _, p := range without(base.Promised, t.Promised) {
			notes = append(notes, "promise "+p+" is never made in "+t.Scenario)
		}
	}
	told := func(what string, of func(*Trial) []string) {
		var was, is []string
		for _, s := range asked(j.Area) {
			base := b.base[s.Name]
			if base == nil {
				continue
			}
			was = append(was, of(base)...)
			if t := mutated[s.Name]; t != nil {
				base = t
			}
			is = append(is, of(base)...)
		}
		for _, x := range without(was, is) {
			notes = append(notes, fmt.Sprintf(what, x))
		}
	}
	told("result %s is never seen", func(t *Trial) []string { return t.Seen })
	told("rule %s never comes into play", func(t *Trial) []string { return t.Rules })
	told("bound %s never comes into play", func(t *Trial) []string { return t.Bounds })
	for _, t := range j.Trials {
		for _, x := range without(t.Unlisted, b.base[t.Scenario].Unlisted) {
			notes = append(notes, "result "+x+" is not to come in "+t.Scenario)
		}
	}
	return notes
}

// without lists what is in one list and not in another, each once.
func without(list, other []string) (rest []string) {
	for _, x := range list {
		if !slices.Contains(other, x) && !slices.Contains(rest, x) {
			rest = append(rest, x)
		}
	}
	return rest
}

// Kind is the kind of a property: an invariant, a promise, or what is asked
// always, by its id.
func (k *Kill) Kind() string {
	switch {
	case judge.IsInvariant(k.Property):
		return "invariant"
	case judge.IsPromise(k.Property):
		return "promise"
	}
	return "always asked"
}

// By is what killed it, in a few words.
func (k *Kill) By() string {
	return fmt.Sprintf("%s in %s after %s", k.Property, k.Scenario, phrase.Plural(k.Length, "operation"))
}

// A tally tells how far it has come.
type tally struct {
	b           *Bench
	n, all      int
	killed, out int
	began       time.Time
}

func newTally(b *Bench, all, known int) *tally {
	return &tally{b: b, n: known, all: all, began: time.Now()}
}

func (t *tally) add(j *Judged) {
	t.n++
	switch j.Verdict {
	case Killed:
		t.killed++
	case Survived, Noticed:
		t.out++
	}
	t.b.tell("%d of %s, %d killed, %d not, %s", t.n, phrase.Plural(t.all, "mutant"), t.killed, t.out, phrase.Seconds(time.Since(t.began)))
}
