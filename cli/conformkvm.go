package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"hvcheck/conform/kvm"
	"hvcheck/conform/kvm/drive"
	"hvcheck/conform/ways"
	"hvcheck/judge"
)

// kvmFlags say what is booted, and what is done with it.
type kvmFlags struct {
	kvm.Options
	targetFlags
	kernelPackage string
}

func (a *app) conformKVMCommand() *cobra.Command {
	var f kvmFlags
	f.Deterministic = true
	c := &cobra.Command{
		Use:   "kvm [STORY...]",
		Short: "run stories on a real KVM's emulation of Xen and compare it with the model",
		Long: `KVM boots a real Linux under QEMU's emulation of SVM, makes virtual machines there,
runs stories on them, and compares KVM with the model after every operation: the
result, the record, where the area is, both of its pages, byte by byte, and event
channels. A STORY is a file, or the id of one that comes with hvcheck. It is run in
the design that is today's code, whatever it records, and as far as its operations
can be driven; --list says how each is, or why it cannot be. Without a STORY the
kept ones are run. --design compares with another design than today's code.

The kernel comes from the distribution's packages: --setup downloads it. This
program itself is its first process, and the VMM, so that it has to be linked
statically (CGO_ENABLED=0 go build ./cmd/hvcheck). The machine's time goes with its
instructions, so that runs repeat; --deterministic=false has it go with the host's.

With --race torn it has KVM update an area as fast as it can while another CPU
copies it as a guest does, with and without the update flag, and counts the copies
that a guest would take and that no update has written (RS-I1); one with the flag
gives exit code 1. With --race preempted one CPU makes updates and is preempted again
and again, and it counts those with which a time went back (RS-A1). Nobody chooses
what meets: what is not found may be there.

With --teeth the modules are made from a source tree, and made again with one rule
broken, for each of a list of rules; a STORY is then the name of such a build. Each
is booted and runs a story of its own; with --random it runs random operations, too,
until the first difference; one that only a reader sees has the race. The unbroken
one does all of this. The tree is a folder into which the packages with the source
and with the kernel's headers were unpacked; files that are changed are put back.

Exit code 1 if model and KVM differ, 3 if the machine was lost again and again, 4
if something is not there that is needed. With --teeth: 1 if a broken build is not
told apart, or the unbroken one is.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			return targetError(a.conformKVM(cmd.Context(), names, &f))
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.setup, "setup", false, "download a kernel, and say what and where to")
	flags.StringVar(&f.kernelPackage, "package", "", "with --setup: the package with the kernel (default: the newest that will do)")
	flags.StringVar(&f.Cache, "cache", "", "folder for what is downloaded (default: hvcheck/kvm in the user's cache)")
	flags.StringVar(&f.Kernel, "kernel", "", "the kernel (default: the downloaded one)")
	flags.StringVar(&f.modules, "modules", "", "folder with the modules of that kernel, which are loaded in the order of their names")
	flags.StringVar(&f.Race, "race", "", "have updates race instead of running stories: torn, with a reader on another CPU; preempted, with who takes their CPU away")
	f.add(flags, &f.Options.Options, &f.Program, "the machine")
	flags.StringVar(&f.teeth, "teeth", "", "folder with KVM's source and a kernel's headers: make modules with one rule broken each, and see that each is told apart")
	return c
}

func (a *app) conformKVM(ctx context.Context, names []string, f *kvmFlags) (err error) {
	if err := cached(&f.Cache, "kvm"); err != nil {
		return err
	}
	if f.Modules, err = f.given(); err != nil {
		return err
	}
	switch {
	case f.setup:
		return kvm.Setup(ctx, f.Cache, f.kernelPackage, a.say)
	case f.list:
		a.ShowWays(ways.Tables(drive.Mappings))
		return nil
	case f.teeth != "" && (f.modules != "" || f.Race != "" || f.record != "" || len(f.scenarios)+len(a.Design) > 0):
		return errors.New("--teeth goes with neither --modules nor --race, --record, --scenario, --design")
	case f.teeth != "":
		return a.teethOnKVM(ctx, names, f)
	case f.Race != "":
		return a.race(ctx, f)
	}
	return a.onSystem(ctx, names, &f.targetFlags, f.side(&f.Options.Options), func(ctx context.Context) (*ways.Target, error) { return kvm.Open(ctx, f.Options) })
}

// race lets updates race.
func (a *app) race(ctx context.Context, f *kvmFlags) error {
	if f.Race != kvm.Torn && f.Race != kvm.Preempted {
		return judge.Unknown("race", f.Race, []string{kvm.Torn, kvm.Preempted})
	}
	t, err := kvm.Open(ctx, f.Options)
	if err != nil {
		return err
	}
	defer t.Close()
	a.say("%s", t.Name())
	torn := 0
	for _, s := range f.Storms() {
		c, err := kvm.Storm(t, s)
		if err != nil {
			return err
		}
		if s.Alone {
			a.say("%v: %d updates, %d with which a time went back", s, c.Updates, c.Back)
			continue
		}
		a.say("%v: %d updates, %d copies accepted, %d met the flag, %d torn", s, c.Updates, c.Accepted, c.Flagged, c.Torn)
		if s.Flag {
			torn += c.Torn
		}
	}
	if torn > 0 {
		a.say("With the flag torn copies were accepted: RS-I1 is violated.")
		return judge.ExitWith(judge.ExitViolated)
	}
	return nil
}
