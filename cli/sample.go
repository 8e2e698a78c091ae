package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/gen"
	"hvcheck/judge"
	"hvcheck/report"
)

func (a *app) sampleCommand() *cobra.Command {
	var sc scopeFlags
	var mix string
	c := &cobra.Command{
		Use:   "sample SCENARIO...",
		Short: "draw random runs of scenarios, without a search first",
		Long: `Sample draws random runs of scenarios until the time of --budget is over, 30 s by
default, of which each scenario has its share. It is for bounds that are too large
to be searched. SCENARIO is as in hvcheck run.

The mix says how operations are chosen; hvcheck list mixes shows them. One that
is followed by operations, as in flat:mmuext.pin,set-context, draws these alone.

What is found is minimised, shown and kept as in hvcheck run (exit code 1).
Nothing found (0) is no proof of anything. Promises are not asked: no run that
ends breaks one. It is inconclusive (3) if there was no time to draw a run, or if
no rule of the design that was given came into play.`,
		Args: atLeastOne("SCENARIO..."),
		RunE: func(cmd *cobra.Command, words []string) error { return a.sample(cmd.Context(), words, sc.scope(), mix) },
	}
	sc.addFlags(c.Flags())
	c.Flags().StringVar(&mix, "mix", "", "how operations are chosen: "+strings.Join(gen.MixNames(), ", ")+" (default "+gen.All.Name+", or "+gen.Swarm.Name+" for scenarios with options)")
	a.addOut(c.Flags())
	return c
}

func (a *app) sample(ctx context.Context, words []string, sc *judge.Scope, mix string) error {
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	plan, err := a.Planned(ctx, words, sc)
	if err != nil {
		return err
	}
	if err := plan.Draw(mix); err != nil {
		return err
	}
	t := a.SampleTable(plan)
	t.Head()
	sum, err := a.SampleAll(ctx, plan, func(done *judge.Checked) { t.Row(report.SampleRow(done)...) })
	if err != nil {
		return err
	}
	return a.finish(sum)
}
