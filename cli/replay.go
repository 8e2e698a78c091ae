package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/report"
)

// replayFlags say how much a replay shows.
type replayFlags struct {
	all, step, text bool
	on              onFlags
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
that records no violation, if there is one.

With --design it carries them out under another design, instead of the one that
they record, and shows where results and states differ from those under their
own. Then exit code 1 means that something is violated there, be it what the
story violates or something else that its scenario asks, and 0 that nothing is.
Nothing is recorded.

With --on xen it carries them out on a real Xen, in the design that is today's
code, and shows what was seen to change there. Exit code 1 means that the model
says otherwise, 3 that a story could not be carried out to its end or that the
machine was lost, 4 that something is not there that is needed.`,
		Args: atLeastOne("FILE..."),
		RunE: func(cmd *cobra.Command, files []string) error {
			if r.on.system != "" {
				return targetError(a.replayOn(cmd.Context(), files, &r.on))
			}
			return a.replay(cmd.Context(), files, &r)
		},
	}
	r.on.add(c.Flags())
	c.Flags().BoolVar(&r.all, "all", false, "show everything after each step, not only what changed")
	c.Flags().BoolVar(&r.step, "step", false, "wait for Enter after each step")
	c.Flags().BoolVar(&r.text, "story", false, "print the story alone, in the form that can be pasted back")
	return c
}

func (a *app) replay(ctx context.Context, files []string, r *replayFlags) error {
	var one replayer = a.replayOwn
	switch {
	case r.text:
		one = a.replayText
	case len(a.Design) > 0:
		one = a.replayUnder
	}
	next := func() bool { return !r.step || a.pause(ctx) }
	code := judge.ExitHolds
	var all []any
	for _, file := range files {
		s, err := readStory(file)
		if err != nil {
			return err
		}
		c, shown, err := one(file, s, r, next)
		if err != nil {
			return err
		}
		code, all = max(code, c), append(all, shown)
	}
	if a.AsJSON() {
		if err := a.WriteJSON(all); err != nil {
			return err
		}
	}
	return judge.ExitWith(code)
}

// A replayer shows one story, or gives what is to be written as JSON, and says
// what came of it.
type replayer func(file string, s *counterexamples.Story, r *replayFlags, next func() bool) (code int, shown any, err error)

var stopped = judge.ExitWith(judge.ExitInconclusive) // by the user, between two steps

func (a *app) replayText(_ string, s *counterexamples.Story, _ *replayFlags, _ func() bool) (int, any, error) {
	a.Printf("%s", counterexamples.EncodeText(s))
	return judge.ExitHolds, nil, nil
}

func (a *app) replayOwn(file string, s *counterexamples.Story, r *replayFlags, next func() bool) (int, any, error) {
	run := counterexamples.Replay(s)
	code := judge.ReplayCode(s, &run)
	if a.AsJSON() {
		return code, report.NewReplayJSON(file, s, &run), nil
	}
	if !a.ShowReplay(file, s, &run, r.all, next) {
		return code, nil, stopped
	}
	return code, nil, nil
}

func (a *app) replayUnder(file string, s *counterexamples.Story, r *replayFlags, next func() bool) (int, any, error) {
	c, err := a.Redesigned(s)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", file, err)
	}
	code := judge.RedesignedCode(c)
	if a.AsJSON() {
		return code, report.NewComparedJSON(file, s, c), nil
	}
	if !a.ShowCompared(file, s, c, r.all, next) {
		return code, nil, stopped
	}
	return code, nil, nil
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

// pause waits for Enter; false if the user ends the program instead.
func (a *app) pause(ctx context.Context) bool {
	fmt.Fprint(a.err, "Enter for the next step", map[bool]string{true: " ", false: "\n"}[a.live.terminal])
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
