package cli

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"hvcheck/conform/vm"
	"hvcheck/conform/xen"
	"hvcheck/conform/xen/broken"
	"hvcheck/judge"
	"hvcheck/report"
)

// brokenBuilds tries builds of Xen with a rule broken each, and the unbroken one.
type brokenBuilds struct {
	*report.Broken
	app   *app
	tree  *broken.Tree
	boot  xen.Options
	try   broken.Options
	began time.Time
}

// teethOnXen tries the builds with these names; without any, all.
func (a *app) teethOnXen(ctx context.Context, names []string, f *xenFlags) error {
	if _, err := exec.LookPath("make"); err != nil {
		return &vm.Missing{What: "make is not there; apt-get install gcc make flex bison python3"}
	}
	list, err := selected(names)
	if err != nil {
		return err
	}
	tree, err := broken.Open(f.teeth, filepath.Join(f.Cache, "broken"))
	if err != nil {
		return err
	}
	b := &brokenBuilds{
		Broken: &report.Broken{Of: len(list)}, app: a, tree: tree, boot: f.Options, began: time.Now(),
		try: broken.Options{Seed: a.Seed, Random: f.random},
	}
	t := a.BrokenTable(list)
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
		a.live.clear()
		t.Row(report.BrokenRow(trial)...)
	}
	b.Took = time.Since(b.began)
	if err := a.ShowBroken(b.Broken); err != nil {
		return err
	}
	return judge.ExitWith(b.code())
}

// selected looks builds up.
func selected(names []string) (list []*broken.Build, err error) {
	if len(names) == 0 {
		names = broken.Names()
	}
	for _, name := range names {
		b, ok := broken.Named(name)
		if !ok {
			return nil, judge.Unknown("build", name, broken.Names())
		}
		list = append(list, b)
	}
	return list, nil
}

// trial makes a build, boots it and compares it with the model. some are the builds
// whose stories are run.
func (b *brokenBuilds) trial(ctx context.Context, one *broken.Build, some []*broken.Build) *broken.Trial {
	b.app.live.show("%s: make", one.Name)
	image, err := b.tree.Image(ctx, one)
	if err != nil {
		return &broken.Trial{Build: one, Err: err}
	}
	b.app.live.show("%s: boot", one.Name)
	o := b.boot
	o.Xen = image
	t, err := xen.Open(ctx, o)
	if err != nil {
		return &broken.Trial{Build: one, Err: err}
	}
	defer t.Close()
	try := b.try
	try.Say = func(format string, args ...any) { b.app.live.show(one.Name+": "+format, args...) }
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
