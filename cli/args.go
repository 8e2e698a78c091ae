package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// exactly refuses a command line with other arguments than those named.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return fmt.Errorf("%s: want %s; see hvcheck %s --help", cmd.Name(), strings.Join(names, " "), cmd.Name())
		}
		return nil
	}
}

// atLeastOne refuses a command line without arguments.
func atLeastOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s: want %s; see hvcheck %s --help", cmd.Name(), name, cmd.Name())
		}
		return nil
	}
}
