package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/pflag"

	"hvcheck/conform"
	"hvcheck/conform/plays"
	"hvcheck/conform/vm"
	"hvcheck/judge"
	"hvcheck/scenarios"
)

// targetFlags say what is done with a real system.
type targetFlags struct {
	setup, list bool
	modules     string // folder
	teeth       string // source tree
	record      string // file
	random      int    // operations
	machines    int
	scenarios   []string
}

// add adds the flags that all systems have. first is where the program runs.
func (f *targetFlags) add(flags *pflag.FlagSet, o *vm.Options, program *string, first string) {
	flags.BoolVar(&f.list, "list", false, "say of every operation how it is driven, or why it cannot be")
	flags.StringVar(program, "program", "", "hvcheck as it runs in "+first+" (default: this program)")
	flags.StringVar(&o.QEMU, "qemu", "", "the emulator (default: qemu-system-x86_64)")
	flags.BoolVar(&o.Here, "here", false, "boot nothing: drive the system of this machine, as root; nobody else should use it meanwhile")
	flags.DurationVar(&o.Deadline, "deadline", deadline, "how long booting, or an answer, may take")
	flags.StringVar(&o.Log, "log", "", "file for the machine's console, which makes everything much slower")
	flags.BoolVar(&o.Deterministic, "deterministic", o.Deterministic, "have the machine's time go with its instructions, which makes it slower")
	flags.StringVar(&f.record, "record", "", "file for a recording, which hvcheck conform --trace checks")
	flags.IntVar(&f.random, "random", 0, "run random stories, too, until so many operations have been carried out; see --seed")
	flags.IntVar(&f.machines, "machines", min(runtime.NumCPU(), 4), "how many machines run side by side, if neither --log nor --deterministic want one alone; what is found does not depend on it")
	flags.StringArrayVar(&f.scenarios, "scenario", nil, "draw random stories from this scenario, instead of all that can be played; repeatable")
}

// given lists the modules of the folder that was given, or none.
func (f *targetFlags) given() ([]string, error) {
	if f.modules == "" {
		return nil, nil
	}
	return filepath.Glob(filepath.Join(f.modules, "*.ko"))
}

// say tells what is done.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }

// targetError gives errors their exit codes.
func targetError(err error) error {
	var missing *vm.Missing
	if errors.As(err, &missing) {
		return judge.Exit{Code: judge.ExitSkipped, Err: err}
	}
	if err == nil {
		return nil
	}
	return conformError(err)
}

// side is how many machines run side by side.
func (f *targetFlags) side(o *vm.Options) int {
	if o.Log != "" || o.Deterministic || o.Here {
		return 1
	}
	return f.machines
}

// onSystem runs what was asked for on a real system, on so many machines.
func (a *app) onSystem(ctx context.Context, names []string, f *targetFlags, machines int, open openSystem) error {
	if machines < 1 {
		return fmt.Errorf("--machines %d: want at least 1", machines)
	}
	for _, name := range f.scenarios {
		if _, ok := scenarios.ByName(name); !ok {
			return judge.Unknown("scenario", name, scenarios.Names())
		}
	}
	list, err := playList(names)
	if err != nil {
		return err
	}
	recorder, err := newRecorder(f.record)
	if err != nil {
		return err
	}
	r, err := a.openSystem(ctx, open, machines, recorder)
	if err != nil {
		return err
	}
	defer r.close()
	r.named = len(names) > 0
	for _, d := range a.Design {
		choices, err := scenarios.Choices(d)
		if err != nil {
			return err
		}
		r.Design = append(r.Design, choices...)
	}
	err = r.play(conform.Alone(list), 0)
	if err == nil {
		err = r.random(a.Seed, f.random, f.scenarios)
	}
	return r.end(ctx, err)
}

// end sums up, also what there is when somebody has stopped it.
func (r *onTarget) end(ctx context.Context, err error) error {
	stopped := ctx.Err() != nil
	if err != nil && !stopped {
		return err
	}
	if err := r.show(); err != nil {
		return err
	}
	switch {
	case r.Tally.Differences > 0:
		return judge.ExitWith(judge.ExitViolated)
	case stopped:
		return judge.Exit{Code: judge.ExitInconclusive, Err: errors.New("stopped; nothing behind that was compared")}
	}
	return r.recorder.Err()
}

// playList lists the stories of these names; without any, the kept ones.
func playList(names []string) (list []*conform.Play, err error) {
	if len(names) == 0 {
		return plays.Corpus()
	}
	for _, name := range names {
		s, err := readStory(name)
		if err != nil {
			return nil, err
		}
		p, err := plays.OfStory(name, s)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// newRecorder writes to a new file; without a name it records nothing.
func newRecorder(file string) (*conform.Recorder, error) {
	if file == "" {
		return nil, nil
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	return conform.NewRecorder(out), nil
}
