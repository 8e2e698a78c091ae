package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"hvcheck/conform/ways"
	"hvcheck/conform/xen"
	"hvcheck/conform/xen/drive"
)

// xenFlags say what is booted, and what is done with it.
type xenFlags struct {
	xen.Options
	targetFlags
	xenPackage string
	instrument string // source tree of Xen
}

func (a *app) conformXenCommand() *cobra.Command {
	var f xenFlags
	c := &cobra.Command{
		Use:   "xen [STORY...]",
		Short: "run stories on a real Xen and compare it with the model",
		Long: `Xen boots a real Xen under QEMU's emulation, runs stories on it, and compares it
with the model after every operation: results, reference counts and types of all
frames, what tables hold, vCPUs, the domain. A STORY is a file, or the id of one
that comes with hvcheck. It is run in the design that is today's code, whatever
it records, but for rules that the hypervisor's version does not have any more,
and --design; and as far as its operations can be driven: --list says how each
is, or why it cannot be. Without a STORY the kept ones are run.

The hypervisor and a kernel come from the distribution's packages: --setup
downloads them, with --package another hypervisor than the newest. This program itself is the first process of dom0, so that it has
to be linked statically (CGO_ENABLED=0 go build ./cmd/hvcheck).

With --teeth the hypervisor is made from a source tree, and made again with one
rule broken, for each of a list of rules; a STORY is then the name of such a
build. Each is booted and runs a story of its own; with --random it runs random
operations on the same area, too, until the first difference. The unbroken one
runs all of these stories. A build that dies with an operation after which the
model goes on is told apart, and said to be lost. The tree needs a .config and
what Xen is made with; files that are changed are put back.

Exit code 1 if model and Xen differ, 3 if the machine was lost again and again, 4
if something is not there that is needed. With --teeth: 1 if a broken build is not
told apart, or the unbroken one is.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			return targetError(a.conformXen(cmd.Context(), names, &f))
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.setup, "setup", false, "download the hypervisor and a kernel, and say what and where to")
	flags.StringVar(&f.xenPackage, "package", "", "with --setup: the package with the hypervisor (default: the newest)")
	flags.StringVar(&f.instrument, "instrument", "", "build a hypervisor that stops a toolstack's calls, too, in this source tree of Xen 4.17, which is patched")
	flags.StringVar(&f.Cache, "cache", "", "folder for what is downloaded (default: hvcheck/xen in the user's cache)")
	flags.StringVar(&f.Xen, "xen", "", "the hypervisor, as a multiboot image (default: the downloaded one)")
	flags.StringVar(&f.Kernel, "kernel", "", "dom0's kernel")
	flags.StringVar(&f.modules, "modules", "", "folder with the modules of that kernel")
	f.add(flags, &f.Options.Options, &f.Program, "dom0")
	flags.StringVar(&f.teeth, "teeth", "", "source tree of Xen: make builds with one rule broken each, and see that each is told apart")
	return c
}

func (a *app) conformXen(ctx context.Context, names []string, f *xenFlags) (err error) {
	if err := cached(&f.Cache, "xen"); err != nil {
		return err
	}
	if f.Modules, err = f.given(); err != nil {
		return err
	}
	switch {
	case f.setup:
		return xen.Setup(ctx, f.Cache, f.xenPackage, a.say)
	case f.instrument != "":
		return xen.Instrument(ctx, f.instrument, f.Cache, a.say)
	case f.list:
		a.ShowWays(ways.Tables(drive.Mappings))
		return nil
	case f.teeth != "" && (f.Xen != "" || f.record != "" || len(f.scenarios)+len(a.Design) > 0):
		return errors.New("--teeth goes with neither --xen nor --record, --scenario, --design")
	case f.teeth != "":
		return a.teethOnXen(ctx, names, f)
	}
	return a.onSystem(ctx, names, &f.targetFlags, f.side(&f.Options.Options), func(ctx context.Context) (*ways.Target, error) { return xen.Open(ctx, f.Options) })
}
