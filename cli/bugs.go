package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model/design"
	"hvcheck/report"
)

// bugsFlags say what is tried.
type bugsFlags struct {
	judge.BugOptions
	write string
	flags *pflag.FlagSet
}

func (a *app) bugsCommand() *cobra.Command {
	var f bugsFlags
	c := &cobra.Command{
		Use:   "bugs [ID...]",
		Short: "bring back each known bug and see who finds it",
		Long: `Bugs turns on each bug switch and mutant by itself. A search has to find a
violation of an invariant that the catalogue names, and so has sampling, with
each of a number of seeds. A story that sampling found has to be at most one
operation longer, minimised, than the shortest. Sampling is not tried where all
that is violated is a promise: no run that ends breaks one.

A rule that is as in today's code, and differs from what the invariants ask, is
tried in the same way and told apart: what it violates is an open question about
that code, and no bug until a real system shows it.

A switch that is there to show that it breaks nothing within the bounds of its
scenario is told apart too: that scenario is searched for a violation of anything
that it asks, and there must be none.

Exit code 1 if a bug is not found, by either, or only by another invariant, if
its shortest story is not as long as the catalogue says and nobody says why, or
if something is violated that should not be.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error { return a.bugs(cmd.Context(), words, &f) },
	}
	f.flags = c.Flags()
	c.Flags().StringVar(&f.write, "write", "", "folder to write the shortest stories to")
	c.Flags().IntVar(&f.Seeds, "seeds", 10, "how many seeds sampling is tried with")
	c.Flags().BoolVar(&f.Sampling, "sampling", true, "try sampling too")
	c.Flags().DurationVar(&f.Time, "time", 10*time.Second, "most time for sampling with one seed")
	return c
}

func (a *app) bugs(ctx context.Context, words []string, f *bugsFlags) error {
	ids, err := judge.SelectBugs(words)
	if err != nil {
		return err
	}
	list, err := judge.BugsNamed(ids)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	var found []*judge.Hunted
	for g := range judge.Groups {
		some, err := a.huntAll(ctx, g, list, f)
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	return a.finishBugs(list, found, f)
}

// huntAll looks for the switches of a group up to an interrupt, with a row for
// each.
func (a *app) huntAll(ctx context.Context, g judge.Group, list []design.Switch, f *bugsFlags) (found []*judge.Hunted, err error) {
	some := g.Of(list)
	if len(some) == 0 || judge.Interrupted(ctx) {
		return nil, nil
	}
	t := a.BugsTable(g, list)
	t.Head()
	for _, bug := range some {
		h, err := a.Hunt(ctx, bug, &f.BugOptions)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
		t.Row(report.BugRow(h)...)
		if judge.Interrupted(ctx) {
			break
		}
	}
	return found, nil
}

func (f *bugsFlags) check() error {
	for _, name := range []string{"seed", "seeds", "time"} {
		if f.flags.Changed(name) && !f.Sampling {
			return fmt.Errorf("--%s and --sampling=false: do not go together; give one of them", name)
		}
	}
	if f.Seeds < 1 || f.Seeds > 10_000 {
		return fmt.Errorf("--seeds %d: want 1 to 10000", f.Seeds)
	}
	if f.Time <= 0 {
		return fmt.Errorf("--time %v: want a time above 0, such as 10s", f.Time)
	}
	return nil
}

func (a *app) finishBugs(list []design.Switch, found []*judge.Hunted, f *bugsFlags) error {
	code := judge.ExitHolds
	for _, h := range found {
		if c := h.Code(&f.BugOptions); c == judge.ExitViolated || code == judge.ExitHolds {
			code = c
		}
	}
	if len(found) < len(list) && code == judge.ExitHolds {
		code = judge.ExitInconclusive
	}
	if err := a.ShowBugs(list, found, &f.BugOptions); err != nil {
		return err
	}
	return a.write(f.write, code, func() ([]*counterexamples.Story, error) { return judge.StoriesOfBugs(found) })
}
