package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
)

// replayFlags say how much a replay shows.
type replayFlags struct {
	all, step, text bool
}

func (a *app) replayCommand() *cobra.Command {
	var r replayFlags
	c := &cobra.Command{
		Use:   "replay FILE...",
		Short: "carry stories out again, step by step",
		Long: `Replay carries stories out again and shows each step with its result and what it
changed. A FILE is a file in either form, - for standard input, or the id of a
story that comes with hvcheck (hvcheck list shows them).

Exit code 0 means that everything went as recorded, the violation included. It
is 1 if a result or the violation is another one than recorded, and for a story
that records no violation, if there is one.`,
		Args: atLeastOne("FILE..."),
		RunE: func(cmd *cobra.Command, files []string) error { return a.replay(cmd.Context(), files, &r) },
	}
	c.Flags().BoolVar(&r.all, "all", false, "show everything after each step, not only what changed")
	c.Flags().BoolVar(&r.step, "step", false, "wait for Enter after each step")
	c.Flags().BoolVar(&r.text, "story", false, "print the story alone, in the form that can be pasted back")
	return c
}

func (a *app) replay(ctx context.Context, files []string, r *replayFlags) error {
	code := exitHolds
	var all []replayJSON
	for _, file := range files {
		s, err := readStory(file)
		if err != nil {
			return err
		}
		if r.text {
			a.printf("%s", counterexamples.EncodeText(s))
			continue
		}
		run := counterexamples.Replay(s)
		code = max(code, replayCode(s, &run))
		all = append(all, newReplayJSON(file, s, &run))
		if !a.asJSON() && !a.showReplay(ctx, file, s, &run, r) {
			return exitWith(exitInconclusive)
		}
	}
	if a.asJSON() && !r.text {
		if err := a.writeJSON(all); err != nil {
			return err
		}
	}
	return exitWith(code)
}

// readStory reads a file, standard input, or the corpus.
func readStory(name string) (*counterexamples.Story, error) {
	if name == "-" {
		s, err := counterexamples.Read("standard input", os.Stdin)
		return &s, err
	}
	s, err := counterexamples.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if s, ok := counterexamples.Find(name); ok {
			return s, nil
		}
		return nil, fmt.Errorf("%s: no such file, and no story of that id; hvcheck list shows the stories", name)
	}
	return &s, err
}

func replayCode(s *counterexamples.Story, run *counterexamples.Replayed) int {
	if len(run.Problems) > 0 || s.Fault.Invariant == "" && violating(run.Steps) != nil {
		return exitViolated
	}
	return exitHolds
}

// showReplay tells a replay; false if the user ended it.
func (a *app) showReplay(ctx context.Context, file string, s *counterexamples.Story, run *counterexamples.Replayed, r *replayFlags) bool {
	a.printf("%s: %s\n", file, setting(s))
	if id := s.Fault.Invariant; id != "" {
		a.printf("recorded as a violation of %s: %s\n", id, titleOf(id))
	}
	t := a.telling()
	t.design(s)
	t.start(s, run.Steps)
	a.printf("\n")
	w := widthsOf(run.Steps)
	for i := range run.Steps {
		t.replayed(s, run.Steps, i, w, r.all)
		if r.step && i < len(run.Steps)-1 && !a.pause(ctx) {
			return false
		}
	}
	a.printf("\n%s", outcome(s, run))
	return true
}

// pause waits for Enter; false if the user ends the program instead.
func (a *app) pause(ctx context.Context) bool {
	fmt.Fprint(a.err, "Enter for the next step ")
	entered := make(chan struct{})
	go func() {
		// A byte at a time: what follows the line belongs to the next pause.
		for b := []byte{0}; b[0] != '\n'; {
			if n, err := os.Stdin.Read(b); n == 0 || err != nil {
				break
			}
		}
		close(entered)
	}()
	select {
	case <-entered:
		return true
	case <-ctx.Done():
		return false
	}
}

// replayed writes step i with what it changed.
func (t *telling) replayed(s *counterexamples.Story, steps []counterexamples.Step, i int, w widths, all bool) {
	step := &steps[i]
	t.part(steps, i)
	t.step(s, step, w)
	deeper := &telling{out: t.out, paint: t.paint, indent: t.indent + "    "}
	if step.Recorded != nil && *step.Recorded != step.Result {
		deeper.printf("recorded with result %v", *step.Recorded)
	}
	switch {
	case all:
		deeper.facts(counterexamples.Known(counterexamples.Facts(&s.Config, &step.World)))
	case step.N > 0:
		deeper.bareChanges(step.Changes)
	}
	if i == len(steps)-1 {
		t.end(s, steps)
	}
	if step.Violated != "" {
		deeper.reason(step)
	}
}

// facts writes everything that is known of a state.
func (t *telling) facts(list []counterexamples.Fact) {
	last := ""
	for _, f := range list {
		if f.Subject != last {
			t.printf("%s", f.Subject)
			last = f.Subject
		}
		t.printf("  %-28s  %s", f.Name, f.Value)
	}
}

// bareChanges writes changes without a heading, as was -> is.
func (t *telling) bareChanges(list []counterexamples.Change) {
	rows := changeRows(list)
	left := 0
	for _, r := range rows {
		left = max(left, len(r[0]))
	}
	for _, r := range rows {
		line := fmt.Sprintf("%-*s  %s -> %s", left, r[0], r[1], r[2])
		if len(t.indent)+len(line) <= maxWidth {
			t.printf("%s", line)
			continue
		}
		t.printf("%-*s  %s", left, r[0], r[1])
		t.printf("%-*s  -> %s", left, "", r[2])
	}
}

// outcome is the last line of a replay.
func outcome(s *counterexamples.Story, run *counterexamples.Replayed) string {
	at := violating(run.Steps)
	switch {
	case len(run.Problems) > 0:
		return strings.Join(run.Problems, "\n") + "\n"
	case s.Fault.Invariant != "":
		return fmt.Sprintf("As recorded: %s is violated %s.  The rule: hvcheck explain %s\n", at.Violated, moment(s, at), at.Violated)
	case at != nil:
		return fmt.Sprintf("%s is violated %s.  The rule: hvcheck explain %s\n", at.Violated, moment(s, at), at.Violated)
	}
	return "Nothing is violated.\n"
}

// What replay writes with --json.
type (
	replayJSON struct {
		File     string     `json:"file"`
		Scenario string     `json:"scenario"`
		Setting  []string   `json:"setting"`
		Fault    string     `json:"recorded_violation,omitempty"`
		Steps    []stepJSON `json:"steps"`
		Problems []string   `json:"problems"`
	}
	stepJSON struct {
		Step     int          `json:"step"`
		Op       string       `json:"op,omitempty"`
		Draining bool         `json:"draining,omitempty"`
		InLoop   bool         `json:"in_loop,omitempty"`
		Result   string       `json:"result,omitempty"`
		Recorded string       `json:"recorded,omitempty"`
		Changes  []changeJSON `json:"changes,omitempty"`
		Violated string       `json:"violated,omitempty"`
		Detail   string       `json:"detail,omitempty"`
	}
	changeJSON struct {
		Subject string `json:"subject"`
		Name    string `json:"name"`
		Was     string `json:"was"`
		Is      string `json:"is"`
	}
)

func newReplayJSON(file string, s *counterexamples.Story, run *counterexamples.Replayed) replayJSON {
	j := replayJSON{
		File: file, Scenario: s.Scenario.Name, Setting: boundList(s.Config),
		Fault: s.Fault.Invariant, Problems: filled(run.Problems),
	}
	for i := range run.Steps {
		j.Steps = append(j.Steps, newStepJSON(&run.Steps[i]))
	}
	return j
}

func newStepJSON(s *counterexamples.Step) stepJSON {
	j := stepJSON{Step: s.N, Draining: s.Draining, InLoop: s.InLoop, Violated: s.Violated, Detail: s.Detail}
	if s.N > 0 {
		j.Op, j.Result = s.Op.String(), s.Result.String()
	}
	if s.Recorded != nil {
		j.Recorded = s.Recorded.String()
	}
	for _, c := range s.Changes {
		j.Changes = append(j.Changes, changeJSON(c))
	}
	return j
}
