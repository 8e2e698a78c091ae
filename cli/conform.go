package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"hvcheck/conform"
	_ "hvcheck/conform/views"
	"hvcheck/files"
	"hvcheck/judge"
)

func (a *app) conformCommand() *cobra.Command {
	var trace string
	c := &cobra.Command{
		Use:   "conform --trace FILE",
		Short: "compare the models with what a real system did",
		Long: `Conform compares the models with the systems that they are models of, operation
by operation: the result of each, and what can be seen afterwards.

With --trace it checks a recording, which needs nothing but the file: a head for
each sequence, then a line for each operation, as JSON. Where a line leaves a
choice open (an operand that is ?, no result, fields that were not seen), every
state of the model that explains it is kept. The first line that none of them
explains is shown, and the exit code is then 1.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			switch {
			case len(names) > 0:
				return judge.Unknown("system", names[0], systems)
			case trace == "":
				return errors.New("conform: want --trace FILE, or a system; see hvcheck conform --help")
			}
			return a.checkTrace(trace)
		},
	}
	c.AddCommand(a.conformXenCommand(), a.conformKVMCommand())
	c.Flags().StringVar(&trace, "trace", "", "a recording to check; - is standard input")
	return c
}

func (a *app) checkTrace(file string) error {
	in := os.Stdin
	if file == "-" {
		file = "standard input"
	} else {
		f, err := os.Open(file)
		if err != nil {
			return files.Error(file, err)
		}
		defer f.Close()
		in = f
	}
	c, err := conform.CheckTrace(file, in)
	if err != nil {
		return conformError(err)
	}
	if err := a.ShowChecked(file, c); err != nil {
		return err
	}
	if c.Difference != nil {
		return judge.ExitWith(judge.ExitViolated)
	}
	return nil
}

// conformError gives an error that says nothing about model or system its own
// exit code.
func conformError(err error) error {
	if conform.IsInconclusive(err) {
		return judge.Exit{Code: judge.ExitInconclusive, Err: err}
	}
	return err
}
