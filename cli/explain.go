package cli

import (
	"github.com/spf13/cobra"

	"hvcheck/topic"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID...",
		Short: "tell what an id stands for, and what belongs to it",
		Long: `Explain tells about everything that has an id: invariants, promises, claims,
tables, variants, bugs, rules of today's code, operations, scenarios, reach goals,
results (EINVAL), settings, mixes, stories. The ids are in hvcheck list.`,
		Args: atLeastOne("ID..."),
		RunE: func(_ *cobra.Command, ids []string) error { return a.explain(ids) },
	}
}

func (a *app) explain(ids []string) error {
	list, err := topic.Named(ids)
	if err != nil {
		return err
	}
	return topic.Tell(a.Printer, list)
}
