package cli

import (
	"context"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/judge"
)

func (a *app) tableCommand() *cobra.Command {
	var write string
	c := &cobra.Command{
		Use:   "table [NAME...]",
		Short: "find the tables of designs against scenarios again",
		Long: `Table searches each scenario of a table under each of its designs, once for each
group of properties, and compares the cells with those that are expected.

In a cell, H holds throughout, by complete searches; 2/3/- says of each group how
many operations the shortest story has, or - where there is none; a cell that is
- alone does not apply. An exclamation mark is a cell that was not expected:
exit code 1. One that stays open makes it 3.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.tables(cmd.Context(), names, write) },
	}
	c.Flags().StringVar(&write, "write", "", "folder to write the stories to")
	return c
}

func (a *app) tables(ctx context.Context, names []string, write string) error {
	list, err := judge.MatricesNamed(names)
	if err != nil {
		return err
	}
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	var found []*judge.FilledIn
	for _, m := range list {
		f, err := a.FillIn(ctx, m)
		if err != nil {
			return err
		}
		found = append(found, f)
	}
	if err := a.ShowTables(found); err != nil {
		return err
	}
	return a.write(write, judge.TablesCode(found), func() ([]*counterexamples.Story, error) { return judge.StoriesInTables(found) })
}
