package cli

import (
	"bytes"
	"strings"
	"testing"

	"hvcheck/conform"
	"hvcheck/judge"
	"hvcheck/model"
)

// miscounting is a target that is the model, but for the references of frame 0
// once it has been an L4.
type miscounting struct{ conform.Target }

func (m *miscounting) Do(c *model.Config, w *model.World, op model.Op) (*conform.Line, error) {
	line, err := m.Target.Do(c, w, op)
	if frame := line.Seen["frame 0"]; frame["type"] == "l4" {
		frame["count"] = "9"
	}
	return line, err
}

// running makes an app in a format that runs plays on a target.
func running(t *testing.T, format string, target conform.Target) (*onTarget, *bytes.Buffer) {
	t.Helper()
	var out, errOut bytes.Buffer
	a := newApp(&out, &errOut)
	a.Format = format
	r := &onTarget{app: a, targets: []conform.Target{target}, kinds: map[string]bool{}}
	r.on()
	return r, &out
}

// What is told of plays on a target, in each format.
func TestOnTarget(t *testing.T) {
	const pasted = "../conform/testdata/../../counterexamples/corpus/MM-I10-6fec5a.json"
	for _, l := range []struct {
		target conform.Target
		code   int
		wants  []string
	}{
		{conform.NewModel(), judge.ExitHolds, []string{"set-context", "2 operations of 1 sequence compared"}},
		{&miscounting{conform.NewModel()}, judge.ExitViolated, []string{"frame 0 count", "model: 2, target: 9", "1 difference"}},
	} {
		for _, format := range []string{"text", "md", "json"} {
			r, out := running(t, format, l.target)
			list, err := playList([]string{pasted})
			if err != nil {
				t.Fatal(err)
			}
			r.named = true
			if err := r.play(conform.Alone(list[:1]), 0); err != nil {
				t.Fatal(err)
			}
			if format != "json" {
				r.app.ShowSteps(r.Target, r.Outcomes[0])
			}
			if err := r.show(); err != nil || r.code() != l.code {
				t.Errorf("%v, code %d", err, r.code())
			}
			if format == "json" {
				if err := schema(t, "conform").Validate(value(t, out.String())); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
				continue
			}
			for _, want := range l.wants {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s: no %q in\n%s", format, want, out)
				}
			}
		}
	}
}

// A difference is shown once for each kind, and random plays are counted.
func TestRandomOnTarget(t *testing.T) {
	r, out := running(t, "text", &miscounting{conform.NewModel()})
	if err := r.random(1, 300, []string{"mmu.pin-first"}); err != nil {
		t.Fatal(err)
	}
	if r.Tally.Differences == 0 || len(r.Outcomes) > r.Tally.Differences || len(r.Outcomes[0].Ops) != 1 {
		t.Errorf("%+v, %d shown\n%s", r.Tally, len(r.Outcomes), out)
	}
	r, _ = running(t, "text", conform.NewModel())
	if err := r.random(1, 2000, []string{"mmu.preempt", "mmu.linear"}); err != nil {
		t.Fatal(err)
	}
	if n := &r.Tally; n.Differences > 0 || n.Stopped*5 < n.Done || n.Resumed*2 < n.Stopped {
		t.Errorf("%+v", r.Tally)
	}
}
