package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hvcheck/judge"
	"hvcheck/report"
)

// app is one run of the program: where it writes and what the flags that all
// commands share say.
type app struct {
	out  *sink
	err  io.Writer
	live *live
	*judge.Judge
	*report.Printer

	json   bool
	budget time.Duration // 0: none was given
	outDir string

	unsaved *unsaved // stories that were found and could not be written; nil if there are none
}

func newApp(out, errOut io.Writer) *app {
	report.SetWidth(columns(out))
	a := &app{out: &sink{w: out}, err: errOut, live: newLive(errOut), Judge: &judge.Judge{}, Printer: report.NewPrinter(out)}
	a.Out = a.out
	a.Progress, a.Quiet = a.live.searching, a.live.clear
	return a
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hvcheck",
		Short: "explores models of hypervisor interfaces and shows how their rules can be broken",
		Long: `Hvcheck explores models of hypervisor interfaces: every state of a small scope,
then random runs, asking at each step whether what must hold does hold. What it
finds is the shortest story: hypercalls, their results, and what changed.

Begin with:  hvcheck run      check every scenario
             hvcheck list     what there is, with the ids that explain takes

Exit codes: 0 all holds, 1 a violation (or a finding that differs from what is
expected), 2 usage or bad input, 3 inconclusive, 4 something is not there that is
needed, 5 internal error or output that cannot be written. A story that cannot be
kept is printed whole.`,
		SilenceErrors: true, SilenceUsage: true,
		Version:           judge.Version(),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkFlags(cmd) },
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return judge.Unknown("command", args[0], commandNames(cmd))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.Out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprint(".FlagUsagesWrapped ", report.MaxWidth)))
	a.addFlags(root.PersistentFlags())
	root.AddCommand(a.runCommand(), a.exploreCommand(), a.sampleCommand(), a.replayCommand(), a.minimizeCommand(),
		a.claimsCommand(), a.tableCommand(), a.bugsCommand(), a.teethCommand(), a.teethTrialCommand(), a.conformCommand(),
		a.listCommand(), a.explainCommand(), a.docCommand())
	strict(root)
	return root
}

func commandNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}
