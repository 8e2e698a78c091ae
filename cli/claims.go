package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/judge"
)

// claimsFlags say which claims are decided and how much is shown.
type claimsFlags struct {
	old     string // --seed, which chose the thread once
	thread  string
	verbose bool
	write   string
}

func (a *app) claimsCommand() *cobra.Command {
	var f claimsFlags
	c := &cobra.Command{
		Use:   "claims [ID...]",
		Short: "decide who was right: each claim of a thread under each design",
		Long: `Claims decides each claim under each design of its thread by a search of its
scenario, and compares the verdict with the one that is expected. With ids it
tells everything about these: who said what, the verdicts, and the story of each
failure.

In the table, "holds" and "never" come from a complete search; "fails 2" has a
shortest story of 2 operations, "seen 2" is a witness of something that can
happen; - does not apply. An exclamation mark is a verdict that was not
expected: exit code 1. A verdict that stays open makes it 3.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error { return a.claims(cmd.Context(), words, &f) },
	}
	c.Flags().StringVar(&f.thread, "thread", "", "only the claims of one thread, such as 002")
	c.Flags().StringVar(&f.old, "seed", "", "the old name of --thread")
	c.Flags().Lookup("seed").Hidden = true
	c.Flags().BoolVar(&f.verbose, "verbose", false, "bounds, states and notes of each verdict")
	c.Flags().StringVar(&f.write, "write", "", "folder to write the stories of failures and witnesses to")
	return c
}

func (a *app) claims(ctx context.Context, words []string, f *claimsFlags) error {
	if f.old != "" {
		fmt.Fprintf(a.err, "--seed %s: a thread is chosen by --thread %[1]s now\n", f.old)
		f.thread = cmp.Or(f.thread, f.old)
	}
	if len(words) > 0 && f.thread != "" {
		return errors.New("--thread: chooses the claims of a thread, and so do ids; give one of them")
	}
	ids, err := judge.SelectClaims(words)
	if err != nil {
		return err
	}
	list, err := judge.ClaimsNamed(ids, f.thread)
	if err != nil {
		return err
	}
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	found, err := a.DecideAll(ctx, list)
	if err != nil {
		return err
	}
	if err := a.ShowClaims(list, found, len(ids) > 0, f.verbose); err != nil {
		return err
	}
	return a.write(f.write, judge.ClaimsCode(found), func() ([]*counterexamples.Story, error) { return judge.StoriesOfClaims(found) })
}
