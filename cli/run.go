package cli

import (
	"context"

	"github.com/spf13/cobra"

	"hvcheck/judge"
	"hvcheck/report"
)

func (a *app) runCommand() *cobra.Command {
	var sc scopeFlags
	var quick bool
	c := &cobra.Command{
		Use:   "run [SCENARIO...]",
		Short: "search every scenario completely, then sample it",
		Long: `Run searches every reachable state of each scenario (by default of all), then
samples random runs for its share of the time: 30 s in all, or what --budget
leaves. With --budget, a search that is not through in time is cut off too, and a
quarter of the time is kept for sampling. With --quick nothing is sampled.

A SCENARIO is a name, a pattern such as 'mmu.*', or an area, which stands for all
of its scenarios that are not kept for claims and bugs.

A violation is minimised, shown, and written as a file to the folder --out (by
default the current one). The run fails if anything is violated (exit code 1);
it is inconclusive (3) if a search was cut off, a reach goal was missed, a promise
was never made, no rule of the design that was given came into play, or, in a run
of all scenarios, an operation never had one of its results. A bound that changes
nothing in any of the scenarios is refused (2).`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error { return a.run(cmd.Context(), words, sc.scope(), quick) },
	}
	sc.addFlags(c.Flags())
	a.addOut(c.Flags())
	c.Flags().BoolVar(&quick, "quick", false, "search only, and sample nothing")
	return c
}

func (a *app) run(ctx context.Context, words []string, sc *judge.Scope, quick bool) error {
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	plan, err := a.Planned(ctx, words, sc)
	if err != nil {
		return err
	}
	plan.Quick = quick
	t := a.RunTable(plan)
	t.Head()
	sum, err := a.RunAll(ctx, plan, func(done *judge.Checked) { t.Row(report.RunRow(done)...) })
	if err != nil {
		return err
	}
	return a.finish(sum)
}

// finish prints the summary and says how the run ends.
func (a *app) finish(s *judge.Summary) error {
	for _, v := range s.Violations() {
		a.tryKeep(v)
	}
	if err := a.ShowRun(s); err != nil {
		return err
	}
	return a.exit(s.Code())
}
