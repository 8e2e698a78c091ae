package judge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hvcheck/checker"
	"hvcheck/gen"
	"hvcheck/scenarios"
)

// Plan is what a run, a search or a sampling is about.
type Plan struct {
	Searches []*Search
	Scope    *Scope
	All      bool                  // every scenario that is shown
	Quick    bool                  // nothing is sampled
	NoEffect []*scenarios.NoEffect // bounds that were given and change nothing in one of them
}

// Checked is what was found out about one scenario.
type Checked struct {
	Search    *Search
	Explored  Report
	Sampled   Sampled
	Violation *Violation
	InPlay    InPlay // of the design that was given
	Took      time.Duration

	drawn bool // sampled without a search first
}

// Planned selects scenarios by name, pattern or area; by default all that are
// shown and have the bounds that were given.
func (j *Judge) Planned(ctx context.Context, words []string, sc *Scope) (p *Plan, err error) {
	p = &Plan{Scope: sc, All: len(words) == 0}
	names, err := SelectScenarios(words)
	if err != nil {
		return nil, err
	}
	if p.All {
		if names = shown(sc); len(names) == 0 {
			return nil, errors.New("no scenario has all the bounds that are given: they are of different areas; see --help")
		}
	}
	for _, name := range names {
		s, err := ScenarioNamed(name)
		if err != nil {
			return nil, err
		}
		c, err := j.config(s, sc)
		if err != nil {
			return nil, err
		}
		p.Searches = append(p.Searches, NewSearch(s, c))
	}
	p.NoEffect, err = j.withoutEffect(ctx, p.Searches, sc)
	return p, err
}

// shown lists the scenarios that are shown and have the bounds.
func shown(sc *Scope) (names []string) {
	for i := range scenarios.All {
		if s := &scenarios.All[i]; !s.Hidden && sc.fits(&s.Config) {
			names = append(names, s.Name)
		}
	}
	return names
}

// Draw chooses the mix that sampling draws with, by name; without one each
// scenario has its own. It has to fit each of the scenarios.
func (p *Plan) Draw(name string) error {
	if name == "" {
		return nil
	}
	mix, err := gen.MixNamed(name)
	if err != nil {
		return fmt.Errorf("--mix %s: %w", name, err)
	}
	for _, s := range p.Searches {
		if err := mix.Check(s.Scenario, s.Config); err != nil {
			return fmt.Errorf("--%w", err)
		}
		s.Mix = mix
	}
	return nil
}

// RunAll searches scenarios and, unless the plan is quick, samples them, and
// tells of each when it is done. If ctx has a deadline, a quarter of the time is
// kept for sampling.
func (j *Judge) RunAll(ctx context.Context, p *Plan, each func(*Checked)) (*Summary, error) {
	return j.all(ctx, p, j.check, each)
}

// SampleAll samples scenarios without a search first.
func (j *Judge) SampleAll(ctx context.Context, p *Plan, each func(*Checked)) (*Summary, error) {
	return j.all(ctx, p, func(ctx context.Context, done *Checked, sh share) error {
		done.drawn = true
		return j.sampleShare(ctx, done, sh)
	}, each)
}

func (j *Judge) all(ctx context.Context, p *Plan, check func(context.Context, *Checked, share) error, each func(*Checked)) (*Summary, error) {
	sum := j.summary(p)
	clock := newShares(ctx, len(p.Searches), p.Quick)
	for _, s := range p.Searches {
		began, done := time.Now(), &Checked{Search: s}
		if err := check(ctx, done, clock.next()); err != nil {
			return nil, err
		}
		if err := j.inPlay(done); err != nil {
			return nil, err
		}
		done.Took = time.Since(began)
		sum.add(done)
		each(done)
		if sum.Interrupted = Interrupted(ctx); sum.Interrupted {
			break
		}
	}
	return sum, nil
}

// Limited is ctx with a time; 0 is none.
func Limited(ctx context.Context, budget time.Duration) (context.Context, context.CancelFunc) {
	if budget == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, budget)
}

// Interrupted tells that the user ended it, which the time cannot.
func Interrupted(ctx context.Context) bool { return ctx.Err() == context.Canceled }

// check searches one scenario, then samples it until its share is over.
func (j *Judge) check(ctx context.Context, done *Checked, sh share) (err error) {
	searching, cancel := ctx, func() {}
	if !sh.searching.IsZero() {
		searching, cancel = context.WithDeadline(ctx, sh.searching)
	}
	defer cancel()
	if done.Explored, err = j.Explore(searching, done.Search, checker.Bounds{}); err != nil {
		return err
	}
	if f := done.Explored.Fault; f != nil {
		return done.found(done.Search, f, ByExplore, 0)
	}
	if err := j.compare(searching, done); err != nil || sh.quick {
		return err
	}
	return j.sampleShare(ctx, done, sh)
}

// sampleShare samples one scenario until its share is over.
func (j *Judge) sampleShare(ctx context.Context, done *Checked, sh share) (err error) {
	if ctx.Err() != nil {
		return nil
	}
	d := max(time.Until(sh.until), sh.least)
	if len(done.Search.Scenario.Options) > 0 {
		return j.sampleRounds(ctx, done, d)
	}
	if done.Sampled, err = j.sample(ctx, done.Search, j.Seed, d); err != nil {
		return err
	}
	if f := done.Sampled.Fault; f != nil {
		return done.found(done.Search, f, BySample, j.Seed)
	}
	return nil
}

// found makes a violation of what a search of the scenario, or of it with
// options, found.
func (c *Checked) found(s *Search, f *Fault, by string, seed uint64) (err error) {
	if c.Violation, err = s.Found(f, by, seed); err != nil {
		return err
	}
	c.Violation.States, c.Violation.Drawn = c.Explored.States, len(c.Sampled.Drawn.Ops)
	return nil
}

// Verdict never says "holds" of what was not searched to the end. What was
// searched as deep as its scenario says is not open.
func (c *Checked) Verdict() string {
	switch {
	case c.Violation != nil:
		return "fails " + c.Violation.Story.Fault.Invariant
	case c.drawn:
		return "nothing found"
	case !c.Search.Scenario.Through(&c.Explored):
		return "open"
	case !c.Explored.Exhaustive:
		return "nothing found"
	}
	return "holds"
}

// Goals are the scenario's, as met by the search or by sampling.
func (c *Checked) Goals() []checker.GoalReport {
	if len(c.Explored.Goals) == 0 {
		return c.Sampled.Goals
	}
	goals := append([]checker.GoalReport(nil), c.Explored.Goals...)
	for i, g := range c.Sampled.Goals {
		goals[i].Met = goals[i].Met || g.Met
	}
	return goals
}
