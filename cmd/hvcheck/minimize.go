package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
)

func (a *app) minimizeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "minimize FILE",
		Short: "look for a shorter and simpler story that violates the same",
		Long: `Minimize reads a story in either form, leaves out operations, simplifies operands
and names, and searches for a shorter way with the operations that remain. The
result is shown and written to the folder --out. FILE stays as it is.`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return a.minimize(args[0]) },
	}
	a.addOut(c.Flags())
	return c
}

func (a *app) minimize(file string) error {
	s, err := readStory(file)
	if err != nil {
		return err
	}
	id := s.Fault.Invariant
	run := counterexamples.Replay(s)
	at := violating(run.Steps)
	if at == nil || id != "" && at.Violated != id {
		return fmt.Errorf("%s: %s, so there is nothing to keep; see hvcheck replay %s", file, unviolated(id), file)
	}
	found := s.Found
	if found.By == "" {
		found.By = "hand"
	}
	f := fault{Story: s.Run(), Loop: s.Round(), Forever: s.Fault.Forever, Property: at.Violated}
	search := newSearch(s.Scenario, s.Config).asking(at.Violated)
	v := &violation{drawn: s.Length()}
	if v.story, err = search.story(&f, found); err != nil {
		return err
	}
	v.replayed = counterexamples.Replay(v.story)
	if err := a.keep(v); err != nil {
		return err
	}
	return a.showMinimized(v)
}

// unviolated says what is not violated: an invariant, or any of them.
func unviolated(id string) string {
	if id == "" {
		return "nothing is violated"
	}
	return id + " is not violated"
}

func (a *app) showMinimized(v *violation) error {
	if a.asJSON() {
		return a.writeJSON(v.json())
	}
	a.printf("%s before, %d now.\n\n", plural(v.drawn, "operation"), v.story.Length())
	a.show(v)
	return nil
}
