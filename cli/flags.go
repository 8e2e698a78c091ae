package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hvcheck/files"
	"hvcheck/report"
)

// addFlags adds the flags that commands share.
func (a *app) addFlags(f *pflag.FlagSet) {
	f.StringVar(&a.Format, "format", "text", "how results are written: text, md or json")
	f.BoolVar(&a.json, "json", false, "short for --format json")
	f.Uint64Var(&a.Seed, "seed", 1, "seed of all sampling")
	f.IntVar(&a.Workers, "workers", runtime.NumCPU(), "goroutines that search; changes the time and nothing else")
	f.DurationVar(&a.budget, "budget", 0, "time for everything, such as 90s; what is not through by then stays open")
	f.StringArrayVar(&a.Design, "design", nil, "a design, choice or switch by name, such as MM-V0 (hvcheck list designs), MM-B3 or fixup=MM-V0; repeatable")
}

// uses says which of the shared flags each command takes notice of. Another one
// is refused, and left out of its help.
var uses = map[string]string{
	"run":      "format json workers budget design seed",
	"explore":  "format json workers budget design",
	"sample":   "format json workers budget design seed",
	"replay":   "format json design",
	"minimize": "format json",
	"claims":   "format json workers budget design",
	"table":    "format json workers budget design",
	"bugs":     "format json workers budget design seed",
	"teeth":    "format json workers budget seed",
	"conform":  "format json",
	"list":     "format json",
	"explain":  "format json",
	"doc":      "workers budget",

	"conform xen": "format json seed design",
	"conform kvm": "format json seed design",
}

// apart lists, by command, the flags of which only one can be given; those
// without a command are everyone's.
var apart = map[string][][2]string{
	"":       {{"json", "format"}},
	"claims": {{"thread", "seed"}},
	"teeth":  {{"only", "sample"}, {"only", "floor"}, {"survivors", "only"}, {"survivors", "json"}, {"survivors", "format"}},
	"replay": {{"story", "json"}, {"story", "format"}, {"story", "design"}, {"story", "all"}, {"story", "step"}, {"json", "all"}, {"json", "step"}, {"on", "design"}, {"on", "story"}, {"on", "all"}, {"on", "step"}},

	"conform xen": {
		{"here", "setup"}, {"here", "xen"}, {"here", "kernel"}, {"here", "modules"}, {"here", "qemu"}, {"here", "machines"}, {"here", "teeth"}, {"here", "instrument"}, {"here", "list"},
		{"setup", "list"}, {"list", "json"}, {"list", "format"}, {"setup", "json"}, {"setup", "format"},
	},
	"conform kvm": {
		{"here", "setup"}, {"here", "kernel"}, {"here", "modules"}, {"here", "qemu"}, {"here", "machines"}, {"here", "race"}, {"here", "list"},
		{"setup", "list"}, {"list", "json"}, {"list", "format"}, {"setup", "json"}, {"setup", "format"},
	},
}

// addOut adds the folder that stories are written to.
func (a *app) addOut(f *pflag.FlagSet) {
	f.StringVar(&a.outDir, "out", ".", "folder for the stories that are found; it is made if it is not there")
}

// strict makes a command and those below it refuse what they would ignore, and
// word what is wrong as our other errors are.
func strict(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = f.Hidden || !used(cmd, f.Name) })
		help(cmd, args)
	})
	countFlags(cmd.PersistentFlags())
	for _, c := range cmd.Commands() {
		countFlags(c.Flags())
		c.Long = narrowed(c.Long)
	}
}

// narrowed fills the paragraphs of a text again if it is wider than the output
// may be.
func narrowed(text string) string {
	if text == report.Prose(text) {
		return text
	}
	return strings.TrimSpace(report.Paragraphs(text, ""))
}

func used(cmd *cobra.Command, flag string) bool {
	return slices.Contains(strings.Fields(uses[fullName(cmd)]), flag)
}

// fullName is a command's name, with that of the one it is below.
func fullName(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// counted is the value of a flag that can be given once.
type counted struct {
	pflag.Value
	given int
}

func (c *counted) Set(s string) error {
	c.given++
	return c.Value.Set(s)
}

// countFlags makes flags know how often they are given. A list may be given
// again and again.
func countFlags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, list := f.Value.(pflag.SliceValue); list {
			return
		}
		f.Value = &counted{Value: f.Value}
		if f.DefValue == "0s" {
			f.DefValue = "0" // which the help text leaves out
		}
	})
}

// checkFlags refuses flags that the command does not use, that contradict each
// other, or whose values cannot be right.
func (a *app) checkFlags(cmd *cobra.Command) error {
	for _, check := range []func(*cobra.Command) error{checkUsed, checkOnce, checkApart, a.checkValues, checkFolders} {
		if err := check(cmd); err != nil {
			return err
		}
	}
	return a.CheckDesign()
}

// given lists the flags of a command line.
func given(cmd *cobra.Command) (list []*pflag.Flag) {
	cmd.Flags().Visit(func(f *pflag.Flag) { list = append(list, f) })
	return list
}

func checkUsed(cmd *cobra.Command) error {
	for _, f := range given(cmd) {
		shared := cmd.Root().PersistentFlags().Lookup(f.Name) == f
		if shared && !used(cmd, f.Name) {
			return fmt.Errorf("--%s: %s does not use it; see %[2]s --help", f.Name, cmd.CommandPath())
		}
	}
	return nil
}

func checkOnce(cmd *cobra.Command) error {
	for _, f := range given(cmd) {
		if c, ok := f.Value.(*counted); ok && c.given > 1 {
			return fmt.Errorf("--%s: given %d times; give it once", f.Name, c.given)
		}
	}
	return nil
}

func checkApart(cmd *cobra.Command) error {
	for _, pair := range slices.Concat(apart[""], apart[fullName(cmd)]) {
		if cmd.Flags().Changed(pair[0]) && cmd.Flags().Changed(pair[1]) {
			return fmt.Errorf("--%s and --%s: do not go together; give one of them", pair[0], pair[1])
		}
	}
	return nil
}

func (a *app) checkValues(cmd *cobra.Command) error {
	if a.json {
		a.Format = "json"
	}
	switch {
	case !slices.Contains([]string{"text", "md", "json"}, a.Format):
		return fmt.Errorf("--format %s: unknown; want text, md or json", a.Format)
	case a.Workers < 1 || a.Workers > 1024:
		return fmt.Errorf("--workers %d: want 1 to 1024", a.Workers)
	case a.budget < 0 || cmd.Flags().Changed("budget") && a.budget == 0:
		return fmt.Errorf("--budget %v: want a time above 0, such as 90s", a.budget)
	}
	return nil
}

// checkFolders refuses a folder for stories that nothing can be written to,
// before the work, and takes away what a killed run has left in it.
func checkFolders(cmd *cobra.Command) error {
	for _, name := range []string{"out", "write"} {
		f := cmd.Flags().Lookup(name)
		if f == nil {
			continue
		}
		if f.Changed {
			if err := writable("--"+name, f.Value.String()); err != nil {
				return err
			}
		}
		if dir := f.Value.String(); dir != "" {
			files.Tidy(dir)
		}
	}
	return nil
}

func writable(flag, dir string) error {
	if dir == "" {
		return fmt.Errorf("%s: want a folder, not an empty name", flag)
	}
	if err := files.Writable(dir); err != nil {
		return fmt.Errorf("%s %w; give a folder that can be written to", flag, err)
	}
	return nil
}

// existing refuses a folder that is not there, or that nothing can be written to.
func existing(flag, dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("%s %w; give a folder that can be written to", flag, files.Error(dir, err))
	}
	return writable(flag, dir)
}

// flagError words what is wrong with a flag as our other errors are.
func flagError(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("%w; see --help", err)
	}
	name, value, v := invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag().Value
	if c, ok := v.(*counted); ok {
		v = c.Value
	}
	if v, ok := v.(interface{ want() string }); ok {
		return fmt.Errorf("--%s %s: %s", name, value, v.want())
	}
	return fmt.Errorf("--%s %s: want %s; see --help", name, value, wanted(v.Type()))
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
