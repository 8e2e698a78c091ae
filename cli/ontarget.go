package cli

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"hvcheck/conform"
	"hvcheck/conform/kvm"
	"hvcheck/conform/plays"
	"hvcheck/conform/vm"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/phrase"
	"hvcheck/report"
)

// onTarget runs plays on targets that are the same system.
type onTarget struct {
	report.Conformance
	app      *app
	targets  []conform.Target
	recorder *conform.Recorder
	named    bool // the plays were asked for by name
	began    time.Time
	kinds    map[string]bool // of differences
}

// maxDifferences is how many kinds of differences are shown before the rest is left.
const maxDifferences = 10

// cached says where the files of a system are that are not given.
func cached(cache *string, system string) (err error) {
	if *cache == "" {
		*cache, err = vm.CacheDir(system)
	}
	return err
}

// openSystem boots a real system.
type openSystem = func(ctx context.Context) (*ways.Target, error)

// openSystem boots a real system to run plays on, on so many machines.
func (a *app) openSystem(ctx context.Context, open openSystem, machines int, recorder *conform.Recorder) (*onTarget, error) {
	r := &onTarget{app: a, recorder: recorder, began: time.Now(), kinds: map[string]bool{}}
	list, err := ways.Several(machines, func() (*ways.Target, error) { return open(ctx) })
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		r.targets = append(r.targets, t)
		r.Design = t.Design
	}
	r.on()
	a.live.clear()
	fmt.Fprintf(a.err, "%s answers after %s.\n", r.Target, phrase.Seconds(time.Since(r.began)))
	return r, nil
}

func (r *onTarget) on() {
	r.Target = r.targets[0].Name()
	r.Tally.Undriven = map[string]int{}
}

func (r *onTarget) close() {
	for _, t := range r.targets {
		t.Close()
	}
}

// play runs plays, up to a number of operations (none: without an end), and tells
// of those that differ, or were asked for.
func (r *onTarget) play(turns iter.Seq[conform.Turn], ops int) error {
	until := r.Tally.Done + ops
	for t := range conform.Carry(&conform.Carrying{Targets: r.targets, Design: r.Design, Record: r.recorder != nil}, turns) {
		if t.Err != nil {
			return t.Err
		}
		r.Tally.Add(t.Outcome)
		r.recorder.Copy(t.Recording)
		r.tried(t)
		if len(r.kinds) >= maxDifferences {
			return judge.Exit{Code: judge.ExitViolated, Err: fmt.Errorf("%d kinds of differences; the rest was not run", maxDifferences)}
		}
		if r.app.live.show("%d operations", r.Tally.Done); ops > 0 && r.Tally.Done >= until {
			break
		}
	}
	r.app.live.clear()
	return nil
}

// tried tells of a play if it differs, and nothing was told yet of that kind, or if
// it was asked for.
func (r *onTarget) tried(t *conform.Tried) {
	o, again := t.Told(), false
	if o.Difference != nil {
		again = r.kinds[o.Difference.Kind()]
		r.kinds[o.Difference.Kind()] = true
	}
	if r.named || o.Difference != nil && !again {
		r.tell(o)
	}
}

// tell tells of a play, at once or in the end.
func (r *onTarget) tell(o *conform.Outcome) {
	if r.Outcomes = append(r.Outcomes, o); !r.app.AsJSON() {
		r.app.live.clear()
		r.app.ShowOutcome(o)
	}
}

// random runs random plays until so many operations have been carried out.
func (r *onTarget) random(seed uint64, ops int, names []string) error {
	if ops == 0 {
		return nil
	}
	drawn, err := plays.Random(r.targets[0], seed, names...)
	if err != nil {
		return err
	}
	r.named = false
	return r.play(drawn, ops)
}

// show sums up.
func (r *onTarget) show() error {
	r.Took = time.Since(r.began)
	for _, t := range r.targets {
		if x, ok := t.(*ways.Target); ok {
			r.Boots += x.Boots
		}
	}
	r.app.live.clear()
	return r.app.ShowConformance(&r.Conformance)
}

// onFlags say on which real system a story is carried out, instead of on the model
// alone.
type onFlags struct{ system, cache, xen string }

// systems are those that stories can be carried out on.
var systems = []string{"xen", "kvm"}

func (f *onFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.system, "on", "", "carry out on a real system and compare it with the model: xen or kvm; see hvcheck conform xen, hvcheck conform kvm")
	flags.StringVar(&f.xen, "xen", "", "with --on xen: the hypervisor, as for hvcheck conform xen")
	flags.StringVar(&f.cache, "cache", "", "with --on: folder with what is booted, as for hvcheck conform xen and kvm")
}

// deadline is how long booting, or an answer, may take if nobody says otherwise.
const deadline = 2 * time.Minute

// open boots the system.
func (f *onFlags) open(ctx context.Context, a *app) (*onTarget, error) {
	if !slices.Contains(systems, f.system) {
		return nil, judge.Unknown("system", f.system, systems)
	}
	if err := cached(&f.cache, f.system); err != nil {
		return nil, err
	}
	return a.openSystem(ctx, func(ctx context.Context) (*ways.Target, error) {
		o := vm.Options{Deadline: deadline}
		if f.system == "kvm" {
			o.Deterministic = true
			return kvm.Open(ctx, kvm.Options{Options: o, Cache: f.cache})
		}
		return xen.Open(ctx, xen.Options{Options: o, Files: xen.Files{Xen: f.xen}, Cache: f.cache})
	}, 1, nil)
}

// replayOn carries stories out on a real system, step by step.
func (a *app) replayOn(ctx context.Context, files []string, f *onFlags) error {
	list, err := playList(files)
	if err != nil {
		return err
	}
	r, err := f.open(ctx, a)
	if err != nil {
		return err
	}
	defer r.close()
	for t := range conform.Carry(&conform.Carrying{Targets: r.targets, Design: r.Design}, conform.Alone(list)) {
		if t.Err != nil {
			return t.Err
		}
		r.Tally.Add(t.Outcome)
		if !a.AsJSON() {
			a.Printf("%s", map[bool]string{true: "\n"}[len(r.Outcomes) > 0])
			a.ShowSteps(r.Target, t.Outcome)
		}
		r.Outcomes = append(r.Outcomes, t.Outcome)
	}
	if a.AsJSON() {
		if err := r.show(); err != nil {
			return err
		}
	}
	return judge.ExitWith(r.code())
}

// code is 1 if something differs, and 3 if something was not carried out.
func (r *onTarget) code() int {
	switch {
	case r.Tally.Differences > 0:
		return judge.ExitViolated
	case len(r.Tally.Undriven) > 0:
		return judge.ExitInconclusive
	}
	return judge.ExitHolds
}

// minimizeOn looks for the shortest story on which model and system differ.
func (a *app) minimizeOn(ctx context.Context, file string, f *onFlags) error {
	list, err := playList([]string{file})
	if err != nil {
		return err
	}
	r, err := f.open(ctx, a)
	if err != nil {
		return err
	}
	defer r.close()
	var t *conform.Tried
	for t = range conform.Carry(&conform.Carrying{Targets: r.targets, Design: r.Design}, conform.Alone(list)) {
		if t.Err != nil {
			return t.Err
		}
		r.Tally.Add(t.Outcome)
	}
	o := t.Told()
	r.Outcomes = append(r.Outcomes, o)
	if err := r.showShorter(len(t.Ops), o); err != nil || o.Difference == nil {
		return either(err, judge.ExitWith(r.code()))
	}
	s := o.Same().Story()
	to, err := counterexamples.Write(a.outDir, s)
	if a.saved(s, err); err == nil && !a.AsJSON() {
		a.Printf("Again, step by step: hvcheck replay %s --on %s\n", to, f.system)
	}
	return a.exit(judge.ExitViolated)
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (r *onTarget) showShorter(before int, o *conform.Outcome) error {
	if r.app.AsJSON() {
		return r.show()
	}
	r.app.live.clear()
	if o.Difference != nil {
		r.app.Printf("%s before, %d now.\n\n", phrase.Plural(before, "operation"), len(o.Ops))
	}
	r.app.ShowOutcome(o)
	return nil
}
