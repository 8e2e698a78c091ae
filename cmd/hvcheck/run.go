package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hvcheck/checker"
	"hvcheck/scenarios"
)

// defaultSampling is the time that a run without --budget leaves for sampling:
// each scenario has its share, of which sampling gets what searching has left.
const (
	defaultSampling = 30 * time.Second
	leastSampling   = 200 * time.Millisecond
)

func (a *app) runCommand() *cobra.Command {
	var sc scope
	c := &cobra.Command{
		Use:   "run [SCENARIO...]",
		Short: "search every scenario completely, then sample it",
		Long: `Run searches every reachable state of each scenario (by default of all), then
samples random runs for its share of the time: 30 s in all, or what --budget
leaves. With --budget, a search that is not through by then is cut off too.

A violation is minimised, shown, and written as a file to the folder --out (by
default the current one). The run fails if anything is violated (exit code 1);
it is inconclusive (3) if a search was cut off, a reach goal was missed, a promise
was never made, or, in a run of all scenarios, an operation never had one of its
results.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.run(cmd.Context(), names, &sc) },
	}
	sc.addFlags(c.Flags())
	a.addOut(c.Flags())
	return c
}

// checked is what a run found out about one scenario.
type checked struct {
	search    *search
	explored  report
	sampled   sampled
	violation *violation
	took      time.Duration
}

func (a *app) run(ctx context.Context, names []string, sc *scope) error {
	todo, err := a.searches(names, sc)
	if err != nil {
		return err
	}
	ctx, cancel := a.limited(ctx)
	defer cancel()
	sum := &summary{seed: a.seed, all: len(names) == 0, planned: len(todo), scope: sc, own: len(a.design) == 0 && !sc.given()}
	t := a.runTable(todo)
	t.head()
	clock := newShares(a.budget, len(todo))
	for _, s := range todo {
		done, err := a.check(ctx, s, clock.next())
		if err != nil {
			return err
		}
		sum.add(done)
		t.row(done.cells()...)
		if sum.interrupted = interrupted(ctx); sum.interrupted {
			break
		}
	}
	return a.finish(sum)
}

// searches are the named scenarios, or all that are shown and have the bounds
// that were given.
func (a *app) searches(names []string, sc *scope) (list []*search, err error) {
	if len(names) == 0 {
		for i := range scenarios.All {
			if s := &scenarios.All[i]; !s.Hidden && sc.fits(s.Area) {
				names = append(names, s.Name)
			}
		}
		if len(names) == 0 {
			return nil, errors.New("no scenario has all the bounds that are given: they are of different areas; see --help")
		}
	}
	for _, name := range names {
		s, err := scenarioNamed(name)
		if err != nil {
			return nil, err
		}
		c, err := a.config(s, sc)
		if err != nil {
			return nil, err
		}
		list = append(list, newSearch(s, c))
	}
	return list, nil
}

// limited is ctx with the time of --budget.
func (a *app) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if a.budget == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, a.budget)
}

// interrupted tells that the user ended it, which the time cannot.
func interrupted(ctx context.Context) bool { return ctx.Err() == context.Canceled }

// shares divides the time evenly among what is still to be done.
type shares struct {
	end  time.Time
	left int
}

func newShares(budget time.Duration, n int) *shares {
	if budget == 0 {
		budget = defaultSampling
	}
	return &shares{time.Now().Add(budget), n}
}

// next is when the next one's share ends.
func (s *shares) next() time.Time {
	share := time.Until(s.end) / time.Duration(max(s.left, 1))
	s.left--
	return time.Now().Add(share)
}

// check searches one scenario, then samples it until its share is over.
func (a *app) check(ctx context.Context, s *search, until time.Time) (*checked, error) {
	began := time.Now()
	done := &checked{search: s}
	var err error
	if done.explored, err = a.explore(ctx, s, checker.Bounds{}); err != nil {
		return nil, err
	}
	f, by, seed := done.explored.Fault, byExplore, uint64(0)
	if f == nil && ctx.Err() == nil {
		if done.sampled, err = a.sample(ctx, s, a.seed, max(time.Until(until), leastSampling)); err != nil {
			return nil, err
		}
		f, by, seed = done.sampled.Fault, bySample, a.seed
	}
	if f != nil {
		if done.violation, err = a.found(s, f, by, seed); err != nil {
			return nil, err
		}
		done.violation.states, done.violation.drawn = done.explored.States, len(done.sampled.Drawn.Ops)
	}
	done.took = time.Since(began)
	return done, nil
}

func (a *app) runTable(todo []*search) *table {
	t := a.table(column{name: "SCENARIO"}, column{name: "AREA"}, column{name: "STATES", width: 8, right: true},
		column{name: "DEPTH", right: true}, column{name: "SEARCHED", width: 11},
		column{name: "SAMPLED", width: 13}, column{name: "VERDICT", width: 13}, column{name: "TIME", width: 6, right: true})
	for _, s := range todo {
		t.fit(0, s.scenario.Name)
		t.fit(1, string(s.scenario.Area))
	}
	return t
}

func (c *checked) cells() []string {
	return []string{
		c.search.scenario.Name, string(c.search.scenario.Area), fmt.Sprint(c.explored.States),
		fmt.Sprint(c.explored.Depth), searchedWord(&c.explored), c.sampledWord(), c.verdict(), seconds(c.took),
	}
}

// searchedWord says how much was searched. Whoever finds a promise broken has
// seen all states.
func searchedWord(r *report) string {
	if r.Exhaustive || r.Fault != nil && r.Fault.Forever {
		return "exhaustive"
	}
	return fmt.Sprintf("to depth %d", r.Depth)
}

func (c *checked) sampledWord() string {
	if c.sampled.Traces == 0 {
		return "-"
	}
	return human(c.sampled.Steps) + " steps"
}

// verdict never says "holds" of what was not searched to the end.
func (c *checked) verdict() string {
	switch {
	case c.violation != nil:
		return "fails " + c.violation.story.Fault.Invariant
	case !c.explored.Exhaustive:
		return "open"
	}
	return "holds"
}
