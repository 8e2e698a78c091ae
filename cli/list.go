package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/report"
	"hvcheck/topic"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list [KIND...] [WORD...]",
		Short: "the table of contents: everything that has an id",
		Long:  strings.TrimSpace(report.Paragraphs("List is the table of contents. The kinds are "+strings.Join(topic.KindNames(), ", ")+". A WORD that is no kind lists what it stands in: ids, titles and texts.", "")),
		Args:  cobra.ArbitraryArgs,
		RunE:  func(_ *cobra.Command, names []string) error { return a.list(names) },
	}
}

func (a *app) list(names []string) error {
	chosen, err := topic.OfKinds(names)
	if err != nil {
		return err
	}
	return topic.TellContents(a.Printer, chosen)
}
