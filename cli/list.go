package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/judge"
	"hvcheck/report"
	"hvcheck/topic"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list [KIND...] [WORD...] | list pairs [AREA...]",
		Short: "the table of contents: everything that has an id",
		Long:  strings.TrimSpace(report.Paragraphs("List is the table of contents. The kinds are "+strings.Join(topic.KindNames(), ", ")+". A WORD that is no kind lists what it stands in: ids, titles and texts. With pairs it tells which operations the scenarios bring together on the same object, and with which options: by random walks through each scenario of the default run, always the same ones. The first operation has to be made, the second one asked for soon after it.", "")),
		Args:  cobra.ArbitraryArgs,
		RunE:  func(cmd *cobra.Command, names []string) error { return a.list(cmd.Context(), names) },
	}
}

// pairs is the first word of a list of pairs.
const pairs = "pairs"

func (a *app) list(ctx context.Context, names []string) error {
	if len(names) > 0 && names[0] == pairs {
		return a.listPairs(ctx, names[1:])
	}
	chosen, err := topic.OfKinds(names)
	if err != nil {
		return err
	}
	return topic.TellContents(a.Printer, chosen)
}

func (a *app) listPairs(ctx context.Context, names []string) error {
	areas, err := judge.AreasNamed(names)
	if err != nil {
		return err
	}
	var found []*judge.Pairs
	for _, area := range areas {
		found = append(found, a.PairsOf(ctx, area))
	}
	return a.ShowPairs(found)
}
