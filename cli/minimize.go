package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"hvcheck/judge"
)

func (a *app) minimizeCommand() *cobra.Command {
	var on onFlags
	c := &cobra.Command{
		Use:   "minimize FILE",
		Short: "look for a shorter and simpler story that violates the same",
		Long: `Minimize reads a story in either form, leaves out operations, simplifies operands
and names, and searches for a shorter way with the operations that remain. The
result is shown and written to the folder --out. FILE stays as it is.

With --on xen it looks for a shorter story on which a real Xen and the model
still differ, with the exit codes of hvcheck replay --on xen.`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if on.system != "" {
				return targetError(a.minimizeOn(cmd.Context(), args[0], &on))
			}
			return a.minimize(args[0])
		},
	}
	on.add(c.Flags())
	a.addOut(c.Flags())
	return c
}

func (a *app) minimize(file string) error {
	s, err := readStory(file)
	if err != nil {
		return err
	}
	v, err := judge.MinimizedStory(s)
	if err != nil {
		return fmt.Errorf("%s: %w, so there is nothing to keep; see hvcheck replay %s", file, err, file)
	}
	a.tryKeep(v)
	if err := a.ShowMinimized(v); err != nil {
		return err
	}
	return a.exit(judge.ExitHolds)
}
