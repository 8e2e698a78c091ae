package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"hvcheck/conform"
	"hvcheck/conform/broken"
	xenbroken "hvcheck/conform/xen/broken"
	"hvcheck/judge"
	"hvcheck/report"
)

// trialsOn tries a build on a target, and the unbroken one on the model.
func trialsOn(t *testing.T, target conform.Target) []*broken.Trial {
	t.Helper()
	b, ok := xenbroken.All.Named("be05b5385f")
	if !ok {
		t.Fatal("no such build")
	}
	some := []*broken.Build{b}
	o := &broken.Options{Seed: 1, Random: 50, Say: func(string, ...any) {}}
	trials := []*broken.Trial{
		broken.Try(t.Context(), conform.NewModel(), &broken.Unbroken, some, o),
		broken.Try(t.Context(), target, b, some, o),
	}
	for _, one := range trials {
		one.Target = "Xen 4"
	}
	return trials
}

// What is told of broken builds in each format, and the exit code.
func TestBrokenBuilds(t *testing.T) {
	told, alike := trialsOn(t, &miscounting{conform.NewModel()}), trialsOn(t, conform.NewModel())
	failed := &broken.Trial{Build: told[1].Build, Err: errors.New("no make")}
	died := &broken.Trial{Build: told[1].Build, Stories: broken.Hunt{Ops: 2, Lost: "set-context: it has ended"}}
	raced := &broken.Trial{Build: told[1].Build, Race: broken.Hunt{Ops: 9, Seen: "1 of 9 copies is torn"}}
	calm := *told[0]
	calm.Race.Ops = 9
	wrong := *told[1]
	wrong.Build = &broken.Unbroken
	for _, l := range []struct {
		trials []*broken.Trial
		code   int
		wants  []string
	}{
		{told, judge.ExitHolds, []string{"be05b5385f", "frame 0 count: model 2, Xen 9", "1 of 1 broken build told apart", "no difference in "}},
		{alike, judge.ExitViolated, []string{"0 of 1 broken build told apart", "none in 2"}},
		{[]*broken.Trial{told[0], failed}, judge.ExitInconclusive, []string{"not tried: no make", "1 not tried"}},
		{[]*broken.Trial{told[0], died}, judge.ExitHolds, []string{"the machine is lost: set-context: it has ended"}},
		{[]*broken.Trial{&calm, raced}, judge.ExitHolds, []string{"1 of 9 copies is torn", "operations and 9"}},
		{told[:1], judge.ExitInconclusive, []string{"0 of 1 broken build told apart, 1 not tried"}},
		{[]*broken.Trial{&wrong, told[1]}, judge.ExitViolated, []string{"a difference in "}},
	} {
		for _, format := range []string{"text", "md", "json"} {
			var out, errOut bytes.Buffer
			a := newApp(&out, &errOut)
			a.Format = format
			b := &brokenBuilds{Broken: &report.Broken{Of: 1, Trials: l.trials}, app: a}
			table := a.BrokenTable(nil)
			for _, trial := range l.trials {
				table.Row(report.BrokenRow(trial)...)
			}
			if err := a.ShowBroken(b.Broken); err != nil || b.code() != l.code {
				t.Errorf("%v, code %d, want %d", err, b.code(), l.code)
			}
			if format == "json" {
				if err := schema(t, "conform").Validate(value(t, out.String())); err != nil {
					t.Errorf("%v\n%s", err, &out)
				}
				continue
			}
			for _, want := range l.wants {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s: no %q in\n%s", format, want, &out)
				}
			}
		}
	}
}

// Builds are looked up by name.
func TestSelectedBuilds(t *testing.T) {
	if list, err := selected(xenbroken.All, nil, ""); err != nil || len(list) != len(xenbroken.All) {
		t.Errorf("%d builds, %v", len(list), err)
	}
	if list, err := selected(xenbroken.All, []string{"xsa-182"}, ""); err != nil || len(list) != 1 || list[0].Name != "xsa-182" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := selected(xenbroken.All, []string{"xsa-181"}, ""); err == nil || !strings.Contains(err.Error(), "xsa-182") {
		t.Error(err)
	}
}

// What is wrong with a command line is said before anything is made.
func TestTeethUsage(t *testing.T) {
	for line, want := range map[string]string{
		"xen --teeth " + t.TempDir():                  "is no source tree of Xen",
		"xen --teeth TREE --xen image":                "--teeth goes with neither --xen",
		"xen --teeth TREE --scenario mmu.typing":      "--teeth goes with neither --xen",
		"xen --teeth " + t.TempDir() + " no-such-one": "no-such-one",
		"kvm --teeth " + t.TempDir():                  "is no tree of KVM (KVM's source)",
		"kvm --teeth TREE --modules DIR":              "--teeth goes with neither --modules",
		"kvm --teeth TREE --race torn":                "--teeth goes with neither --modules",
		"kvm --teeth " + t.TempDir() + " no-such-one": "no-such-one",
	} {
		var out, errOut bytes.Buffer
		args := append(append([]string{"conform"}, strings.Fields(line)...), "--cache", t.TempDir())
		if code := Execute(args, &out, &errOut); code != judge.ExitUsage || !strings.Contains(errOut.String(), want) {
			t.Errorf("%s: exit code %d, %s", line, code, &errOut)
		}
	}
}
