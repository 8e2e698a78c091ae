package cli

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"hvcheck/conform/broken"
	"hvcheck/conform/kvm"
	kvmbroken "hvcheck/conform/kvm/broken"
	"hvcheck/conform/vm"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen"
	xenbroken "hvcheck/conform/xen/broken"
	"hvcheck/judge"
	"hvcheck/report"
)

// brokenBuilds tries builds of a system with a rule broken each, and the unbroken one.
type brokenBuilds struct {
	*report.Broken
	app    *app
	source *broken.Source
	boot   func(ctx context.Context, image string) (*ways.Target, error)
	race   func(ctx context.Context, image string, say sayer) (broken.Hunt, error) // for builds that need one
	try    broken.Options
	began  time.Time
}

// sayer is told of progress.
type sayer = func(format string, args ...any)

// teethOnXen tries the builds of Xen with these names; without any, all.
func (a *app) teethOnXen(ctx context.Context, names []string, f *xenFlags) error {
	list, err := selected(xenbroken.All, names, "gcc make flex bison python3")
	if err != nil {
		return err
	}
	source, err := xenbroken.Open(f.teeth, filepath.Join(f.Cache, "broken"))
	if err != nil {
		return err
	}
	b := a.brokenBuilds(source, list, &f.targetFlags)
	b.boot = func(ctx context.Context, image string) (*ways.Target, error) {
		o := f.Options
		o.Xen = image
		return xen.Open(ctx, o)
	}
	return b.all(ctx, list)
}

// teethOnKVM tries the builds of KVM with these names; without any, all.
func (a *app) teethOnKVM(ctx context.Context, names []string, f *kvmFlags) error {
	list, err := selected(kvmbroken.All, names, "gcc make")
	if err != nil {
		return err
	}
	tree, err := kvmbroken.Open(f.teeth, filepath.Join(f.Cache, "broken"))
	if err != nil {
		return err
	}
	if err := f.Fits(tree.Release); err != nil {
		return err
	}
	b := a.brokenBuilds(tree.Source, list, &f.targetFlags)
	b.boot = func(ctx context.Context, image string) (*ways.Target, error) {
		return kvm.Open(ctx, f.With(image))
	}
	b.race = func(ctx context.Context, image string, say sayer) (h broken.Hunt, err error) {
		o := f.With(image)
		o.Race = kvm.Torn
		t, err := kvm.Open(ctx, o)
		if err != nil {
			return h, err
		}
		defer t.Close()
		return kvmbroken.Race(t, say)
	}
	return b.all(ctx, list)
}

// brokenBuilds are those of a source.
func (a *app) brokenBuilds(source *broken.Source, list []*broken.Build, f *targetFlags) *brokenBuilds {
	return &brokenBuilds{
		Broken: &report.Broken{Of: len(list)}, app: a, source: source, began: time.Now(),
		try: broken.Options{Seed: a.Seed, Random: f.random},
	}
}

// selected looks builds up. They are made with tools of these packages.
func selected(all broken.List, names []string, packages string) (list []*broken.Build, err error) {
	if _, err := exec.LookPath("make"); err != nil {
		return nil, &vm.Missing{What: "make is not there; apt-get install " + packages}
	}
	if len(names) == 0 {
		names = all.Names()
	}
	for _, name := range names {
		b, ok := all.Named(name)
		if !ok {
			return nil, judge.Unknown("build", name, all.Names())
		}
		list = append(list, b)
	}
	return list, nil
}

// all tries the unbroken build and these.
func (b *brokenBuilds) all(ctx context.Context, list []*broken.Build) error {
	if err := b.source.Check(list); err != nil {
		return err
	}
	t := b.app.BrokenTable(list)
	t.Head()
	for _, one := range append([]*broken.Build{&broken.Unbroken}, list...) {
		some := list
		if one != &broken.Unbroken {
			some = []*broken.Build{one}
		}
		trial := b.trial(ctx, one, some)
		if ctx.Err() != nil {
			break
		}
		var missing *vm.Missing
		if errors.As(trial.Err, &missing) {
			return missing
		}
		b.Trials = append(b.Trials, trial)
		b.app.live.clear()
		t.Row(report.BrokenRow(trial)...)
	}
	b.Took = time.Since(b.began)
	if err := b.app.ShowBroken(b.Broken); err != nil {
		return err
	}
	return judge.ExitWith(b.code())
}

// trial makes a build, boots it and compares it with the model. some are the builds
// whose stories are run.
func (b *brokenBuilds) trial(ctx context.Context, one *broken.Build, some []*broken.Build) *broken.Trial {
	say := func(format string, args ...any) { b.app.live.show(one.Name+": "+format, args...) }
	say("make")
	image, err := b.source.Image(ctx, one)
	if err != nil {
		return &broken.Trial{Build: one, Err: err}
	}
	say("boot")
	r := b.stories(ctx, one, some, image, say)
	if r.Err == nil && slices.ContainsFunc(some, func(b *broken.Build) bool { return b.Race }) {
		r.Race, r.Err = b.race(ctx, image, say)
	}
	return r
}

// stories boots a build and compares it with the model.
func (b *brokenBuilds) stories(ctx context.Context, one *broken.Build, some []*broken.Build, image string, say sayer) *broken.Trial {
	t, err := b.boot(ctx, image)
	if err != nil {
		return &broken.Trial{Build: one, Err: err}
	}
	defer t.Close()
	try := b.try
	try.Design = t.Design
	try.Say = say
	return broken.Try(ctx, t, one, some, &try)
}

// code is 1 if a broken build was not told apart, or the unbroken one was, and 3
// if one could not be tried.
func (b *brokenBuilds) code() int {
	wrong := func(t *broken.Trial) bool { return t.Err == nil && t.Told() == (t.Build == &broken.Unbroken) }
	open := func(t *broken.Trial) bool { return t.Err != nil }
	switch {
	case slices.ContainsFunc(b.Trials, wrong):
		return judge.ExitViolated
	case len(b.Trials) <= b.Of || slices.ContainsFunc(b.Trials, open):
		return judge.ExitInconclusive
	}
	return judge.ExitHolds
}
