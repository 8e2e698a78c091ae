package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hvcheck/judge"
	"hvcheck/teeth"
)

// teethFlags say what is tried.
type teethFlags struct {
	teeth.Options
	floor     float64
	survivors bool
}

func (a *app) teethCommand() *cobra.Command {
	var f teethFlags
	c := &cobra.Command{
		Use:   "teeth [AREA...]",
		Short: "change a model's rules and see who notices",
		Long: `Teeth changes the rules of a model, one place of their source at a time:
conditions are negated, made always or never true, operands and statements are
dropped, operators exchanged, constants replaced. A rule that can be switched is
one more such mutant. Every scenario of the area that reaches the place is asked,
the cheapest first, until something that it asks is violated: the mutant is
killed. The score is how many were, of those that changed a transition.

What is not killed is told apart: noticed only by a goal that is missed, or by a
result, a rule, a bound or a promise that never comes; survived although a
transition changed; unchanged within the bounds, or never reached; it panics, or
hangs. docs/teeth-AREA.md has the reasons for those that stay.

All mutants are in one build, so that it needs the Go command and the source of
the module: it is run there. Exit code 1 if the score of an area is below
--floor.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.teeth(cmd.Context(), names, &f) },
	}
	c.Flags().IntVar(&f.Sample, "sample", 0, "try only so many mutants, drawn with --seed")
	c.Flags().StringVar(&f.Only, "only", "", "the id of one mutant to try, and to tell everything of; raise.go/ and the like are all that begin so")
	c.Flags().Float64Var(&f.floor, "floor", 0, "least score of an area, in percent")
	c.Flags().StringVar(&f.Keep, "keep", "", "file for what is found; what is in it already for this source is not tried again")
	c.Flags().BoolVar(&f.survivors, "survivors", false, "print rows for docs/teeth-AREA.md: those of it that stay, and the new ones")
	c.Flags().StringVar(&f.Main, "main", "", "the main package that is built, by default that of this program")
	_ = c.Flags().MarkHidden("main")
	return c
}

// teethTrialCommand is what teeth has its build do.
func (a *app) teethTrialCommand() *cobra.Command {
	return &cobra.Command{
		Use: teeth.HiddenCommand, Short: "try a mutant (teeth calls it)", Hidden: true,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return teeth.Answer(cmd.Context(), os.Stdin, a.Out) },
	}
}

func (f *teethFlags) check() error {
	switch {
	case f.Sample < 0:
		return fmt.Errorf("--sample %d: want how many mutants to try, such as 200", f.Sample)
	case f.floor < 0 || f.floor > 100:
		return fmt.Errorf("--floor %v: want a percentage, 0 to 100", f.floor)
	}
	return nil
}

func (a *app) teeth(ctx context.Context, names []string, f *teethFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	areas, err := teeth.Areas(names)
	if err != nil {
		return err
	}
	f.Workers, f.Seed = a.Workers, a.Seed
	f.Progress = func(text string) { a.live.show("%s", text) }
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	bench, err := teeth.Prepare(ctx, areas, f.Options)
	if err != nil {
		return stoppedEarly(err)
	}
	defer bench.Close()
	kept, err := teeth.Open(f.Keep, bench.Hash)
	if err != nil {
		return err
	}
	list, err := bench.JudgeAll(ctx, kept, nil)
	if closing := kept.Close(); err == nil {
		err = closing
	}
	a.live.clear()
	if err != nil {
		return err
	}
	return a.finishTeeth(bench, list, f)
}

// stoppedEarly is the error of what was interrupted before there was anything
// to tell.
func stoppedEarly(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return judge.Exit{Code: judge.ExitInconclusive, Err: errors.New("stopped before the first mutant was tried")}
	}
	return err
}

// finishTeeth shows what was found, and says whether it is enough.
func (a *app) finishTeeth(b *teeth.Bench, list []*teeth.Judged, f *teethFlags) error {
	r, err := b.Result(list)
	if err != nil {
		return err
	}
	switch {
	case f.survivors:
		a.ShowSurvivors(r)
	case f.Only != "" && len(list) == 1:
		err = a.ShowMutant(r)
	default:
		err = a.ShowTeeth(r)
	}
	if err != nil {
		return err
	}
	for _, area := range r.Below(f.floor) {
		return judge.Exit{Code: judge.ExitViolated, Err: fmt.Errorf("%s: the score is below %v %%", area.Name, f.floor)}
	}
	if len(teeth.That(list, teeth.Untried)) > 0 {
		return judge.ExitWith(judge.ExitInconclusive)
	}
	return nil
}
