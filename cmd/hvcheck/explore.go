package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hvcheck/checker"
	"hvcheck/invariants"
)

// exploreFlags bound one search.
type exploreFlags struct {
	scope
	depth, memory limit
	states        limit
	time          time.Duration
	ids           []string
}

func (a *app) exploreCommand() *cobra.Command {
	var e exploreFlags
	c := &cobra.Command{
		Use:   "explore SCENARIO",
		Short: "search one scenario, with bounds of your own",
		Long: `Explore searches one scenario breadth first, exactly, within the bounds given by
flag, and asks the scenario's invariants or those of --invariant. A violation is
shown and written as run does it.

The bounds stand with the area that has them. Numbers of operations, such as
--sends, count those that a run has; 255 is no bound.`,
		Args: exactly("SCENARIO"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.exploreOne(cmd.Context(), args[0], &e) },
	}
	e.addFlags(c.Flags())
	a.addOut(c.Flags())
	return c
}

func (e *exploreFlags) addFlags(f *pflag.FlagSet) {
	e.scope.addFlags(f)
	e.depth.unit, e.depth.most = "operations", 1_000_000
	e.states.unit, e.states.most = "states", 1<<32-1
	e.memory.unit, e.memory.most = "MiB", 1<<20
	f.Var(&e.depth, "depth", "longest story")
	f.Var(&e.states, "states", "most states to keep")
	f.Var(&e.memory, "memory", "most memory for states, in MiB")
	f.DurationVar(&e.time, "time", 0, "longest time, such as 90s")
	f.StringSliceVar(&e.ids, "invariant", nil, "ids of invariants and promises to ask, instead of the scenario's; repeatable")
}

// limit is a number above 0 by flag; 0 is no limit.
type limit struct {
	value, most uint64
	unit        string
}

func (l *limit) String() string { return "" }
func (l *limit) Type() string   { return "number" }

func (l *limit) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || v == 0 || v > l.most {
		return fmt.Errorf("%s", l.want())
	}
	l.value = v
	return nil
}

func (l *limit) want() string { return fmt.Sprintf("want 1 to %d %s", l.most, l.unit) }

func (a *app) exploreOne(ctx context.Context, name string, e *exploreFlags) error {
	s, err := a.exploration(name, e)
	if err != nil {
		return err
	}
	ctx, cancel := a.limited(ctx)
	defer cancel()
	done := &checked{search: s}
	done.explored, err = a.explore(ctx, s, e.checkerBounds())
	if err != nil {
		return err
	}
	done.took = done.explored.Elapsed
	if f := done.explored.Fault; f != nil {
		if done.violation, err = a.found(s, f, byExplore, 0); err != nil {
			return err
		}
		done.violation.states = done.explored.States
		a.tryKeep(done.violation)
	}
	return a.exploreReport(done)
}

// exploration is the search that the flags describe.
func (a *app) exploration(name string, e *exploreFlags) (*search, error) {
	if e.time < 0 {
		return nil, fmt.Errorf("--time %v: want a time above 0, such as 90s", e.time)
	}
	s, err := scenarioNamed(name)
	if err != nil {
		return nil, err
	}
	c, err := a.config(s, &e.scope)
	if err != nil {
		return nil, err
	}
	if len(e.ids) == 0 {
		return newSearch(s, c), nil
	}
	for _, id := range e.ids {
		if !isInvariant(id) && !isPromise(id) {
			return nil, fmt.Errorf("--invariant %w", unknown("invariant", id, append(invariantIDs(), promiseIDs()...)))
		}
	}
	return newSearch(s, c).asking(e.ids...), nil
}

func (e *exploreFlags) checkerBounds() checker.Bounds {
	return checker.Bounds{
		Depth: int(e.depth.value), States: e.states.value, Bytes: e.memory.value << 20, Time: e.time,
	}
}

func invariantIDs() []string {
	ids := make([]string, len(invariants.All))
	for i := range invariants.All {
		ids[i] = invariants.All[i].ID
	}
	return ids
}

func promiseIDs() []string {
	ids := make([]string, len(invariants.Promises))
	for i := range invariants.Promises {
		ids[i] = invariants.Promises[i].ID
	}
	return ids
}

func (a *app) exploreReport(c *checked) error {
	code := exitHolds
	switch {
	case c.violation != nil:
		code = exitViolated
	case !c.explored.Exhaustive:
		code = exitInconclusive
	}
	if a.asJSON() {
		return a.exploreJSON(c, code)
	}
	t := a.table(column{name: "WHAT"}, column{name: "FOUND"})
	t.rows(exploreRows(c))
	if c.violation != nil {
		a.printf("\n")
		a.show(c.violation)
	}
	return a.exit(code)
}

func (a *app) exploreJSON(c *checked, code int) error {
	j := struct {
		scenarioJSON
		Violation *violationJSON `json:"violation,omitempty"`
	}{scenarioJSON: c.json()}
	if c.violation != nil {
		v := c.violation.json()
		j.Violation = &v
	}
	if err := a.writeJSON(j); err != nil {
		return err
	}
	return a.exit(code)
}

func exploreRows(c *checked) [][]string {
	r := &c.explored
	searched := searchedWord(r)
	if r.Stopped != "" {
		searched += ", open: " + r.Stopped
	}
	rows := append(scopeRows(c.search), [][]string{
		{"verdict", c.verdict()},
		{"searched", searched},
		{"states", fmt.Sprint(r.States)},
		{"depth", fmt.Sprint(r.Depth)},
		{"transitions", fmt.Sprintf("%d that changed the state, %d that did not", r.Transitions, r.Refused)},
		{"time", fmt.Sprintf("%s, %s transitions a second", seconds(r.Elapsed), human(uint64(float64(r.Transitions)/max(r.Elapsed.Seconds(), 1e-9))))},
		{"memory", fmt.Sprintf("%d bytes a state", r.Bytes/max(r.States, 1))},
	}...)
	for i := range r.Responses {
		rows = append(rows, []string{"promise " + r.Responses[i].ID, promiseWord(&r.Responses[i])})
	}
	for _, g := range r.Goals {
		met := "missed"
		if g.Met {
			met = fmt.Sprintf("met at depth %d", g.Depth)
		}
		rows = append(rows, []string{"goal " + g.ID, met})
	}
	return rows
}

// scopeRows name the scenario with its bounds and design, on as many lines as
// that needs.
func scopeRows(s *search) [][]string {
	rows := [][]string{{"scenario", ""}}
	words := append([]string{s.scenario.Name}, boundList(s.config)...)
	for i, line := range wrap(strings.Join(words, ", "), scopeWidth) {
		if i > 0 {
			rows = append(rows, []string{"", ""})
		}
		rows[i][1] = line
	}
	return rows
}

// scopeWidth leaves room for the longest names of goals.
const scopeWidth = 70
