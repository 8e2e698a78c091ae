package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/model"
)

// boundList writes bounds and design choices as name=value.
func boundList(c model.Config) []string {
	var words []string
	for _, b := range counterexamples.BoundsOf(&c) {
		words = append(words, boundWord(b, *b.Of(&c.Bounds)))
	}
	for _, ch := range c.Design() {
		words = append(words, ch.String())
	}
	return words
}

// boundWord writes a bound as name=value, or that there is none.
func boundWord(b model.Bound, v uint8) string {
	if counterexamples.Endless(b, v) {
		return "no bound on " + b.Name
	}
	return fmt.Sprintf("%s=%d", b.Name, v)
}

// unknown is the error for a name that does not exist, with the nearest three.
func unknown(what, name string, known []string) error {
	near := model.Nearest(name, known)
	if len(near) == 0 {
		return fmt.Errorf("%s %q is unknown", what, name)
	}
	return fmt.Errorf("%s %q is unknown; the nearest are %s", what, name, strings.Join(near, ", "))
}

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
