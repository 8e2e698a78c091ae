package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hvcheck/checker"
	"hvcheck/judge"
)

// exploreFlags bound one search.
type exploreFlags struct {
	scopeFlags
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
shown and written as run does it, and the exit code is as there: 3 too if a
reach goal was missed or a promise was never made. A bound that changes nothing
is refused. SCENARIO is a name, or a pattern that fits one.

The bounds stand with the area that has them. Numbers of operations, such as
--sends, count those that a run has; 255 is no bound.`,
		Args: exactly("SCENARIO"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.exploreOne(cmd.Context(), args, &e) },
	}
	e.addFlags(c.Flags())
	a.addOut(c.Flags())
	return c
}

func (e *exploreFlags) addFlags(f *pflag.FlagSet) {
	e.scopeFlags.addFlags(f)
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

func (l *limit) Type() string { return "number" }

func (l *limit) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || v == 0 || v > l.most {
		return fmt.Errorf("%s", l.want())
	}
	l.value = v
	return nil
}

func (l *limit) want() string { return fmt.Sprintf("want 1 to %d %s", l.most, l.unit) }

func (a *app) exploreOne(ctx context.Context, words []string, e *exploreFlags) error {
	if e.time < 0 {
		return fmt.Errorf("--time %v: want a time above 0, such as 90s", e.time)
	}
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	plan, err := a.Exploration(ctx, words, e.scope(), e.ids)
	if err != nil {
		return err
	}
	sum, err := a.ExploreAll(ctx, plan, e.checkerBounds())
	if err != nil {
		return err
	}
	for _, v := range sum.Violations() {
		a.tryKeep(v)
	}
	if err := a.ShowExploration(sum); err != nil {
		return err
	}
	return a.exit(sum.Code())
}

func (e *exploreFlags) checkerBounds() checker.Bounds {
	return checker.Bounds{
		Depth: int(e.depth.value), States: e.states.value, Bytes: e.memory.value << 20, Time: e.time,
	}
}
