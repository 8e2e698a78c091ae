package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hvcheck/model"
)

// app is one run of the program: where it writes and what the flags that all
// commands share say.
type app struct {
	out, err io.Writer
	live     *live
	paint    painter

	format  string
	json    bool
	seed    uint64
	workers int
	budget  time.Duration // 0: none was given
	design  []string
	outDir  string

	unsaved error // a story that was found and could not be written
}

func newApp(out, errOut io.Writer) *app {
	return &app{out: out, err: errOut, live: newLive(errOut), paint: painter{colour(out)}}
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
expected), 2 usage or bad input, 3 inconclusive, 5 internal error.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkFlags(cmd.Flags()) },
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknown("command", args[0], commandNames(cmd))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprint(".FlagUsagesWrapped ", maxWidth)))
	a.addFlags(root.PersistentFlags())
	root.AddCommand(a.runCommand(), a.exploreCommand(), a.replayCommand(), a.minimizeCommand(),
		a.claimsCommand(), a.tableCommand(), a.bugsCommand(), a.listCommand(), a.explainCommand(), a.docCommand())
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

func (a *app) addFlags(f *pflag.FlagSet) {
	f.StringVar(&a.format, "format", "text", "how results are written: text, md or json")
	f.BoolVar(&a.json, "json", false, "short for --format json")
	f.Uint64Var(&a.seed, "seed", 1, "seed of all sampling")
	f.IntVar(&a.workers, "workers", runtime.NumCPU(), "goroutines that search; changes the time and nothing else")
	f.DurationVar(&a.budget, "budget", 0, "time for everything, such as 90s; what is not through by then stays open")
	f.StringArrayVar(&a.design, "design", nil, "a design choice, switch=value, switch or variant: MM-B3, fixup=MM-V0; repeatable")
}

// addOut adds the folder that stories are written to.
func (a *app) addOut(f *pflag.FlagSet) {
	f.StringVar(&a.outDir, "out", ".", "folder for the stories that are found")
}

func (a *app) checkFlags(f *pflag.FlagSet) error {
	if a.json {
		a.format = "json"
	}
	if !slices.Contains([]string{"text", "md", "json"}, a.format) {
		return fmt.Errorf("--format %s: unknown; want text, md or json", a.format)
	}
	if a.workers < 1 || a.workers > 1024 {
		return fmt.Errorf("--workers %d: want 1 to 1024", a.workers)
	}
	if a.budget < 0 || f.Changed("budget") && a.budget == 0 {
		return fmt.Errorf("--budget %v: want a time above 0, such as 90s", a.budget)
	}
	if f.Changed("out") {
		return writable("--out", a.outDir)
	}
	return nil
}

// writable refuses a folder that nothing can be written to, before the work.
func writable(flag, dir string) error {
	f, err := os.CreateTemp(dir, ".hvcheck-*")
	if err != nil {
		return fmt.Errorf("%s %w; give a folder that can be written to", flag, fileError(dir, err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// flagError words what is wrong with a flag as our other errors are.
func flagError(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		name, value := invalid.GetFlag().Name, invalid.GetValue()
		if v, ok := invalid.GetFlag().Value.(interface{ want() string }); ok {
			return fmt.Errorf("--%s %s: %s", name, value, v.want())
		}
		return fmt.Errorf("--%s %s: want %s; see --help", name, value, wanted(invalid.GetFlag().Value.Type()))
	}
	return fmt.Errorf("%w; see --help", err)
}

// wanted is a type of flag in words.
func wanted(kind string) string {
	switch kind {
	case "bool":
		return "true or false"
	case "duration":
		return "a time, such as 90s"
	}
	return "a number"
}

// choose makes the design choices of --design.
func (a *app) choose(c *model.Config) error {
	for _, d := range a.design {
		if err := c.Set(choice(d)); err != nil {
			return fmt.Errorf("--design %s: %w", d, err)
		}
	}
	return nil
}

// choice reads "switch=value", a switch that is on or off, or a value that
// only one setting has.
func choice(s string) model.Choice {
	if name, value, ok := strings.Cut(s, "="); ok {
		return model.Choice{Name: name, Value: value}
	}
	for _, set := range model.Settings {
		if set.Name != s && slices.Contains(set.Values, s) && !slices.Contains(set.Values, "on") {
			return model.Choice{Name: set.Name, Value: s}
		}
	}
	return model.Choice{Name: s, Value: "on"}
}

func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.out, format, args...) }

func (a *app) asJSON() bool { return a.format == "json" }

func (a *app) writeJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
