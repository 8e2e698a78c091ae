package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"hvcheck/counterexamples"
	"hvcheck/files"
	"hvcheck/judge"
	"hvcheck/phrase"
)

// fail prints an error as one line and returns the exit code.
func (a *app) fail(err error) int {
	if err == nil {
		return judge.ExitHolds
	}
	a.live.clear()
	e := judge.Exit{Code: judge.ExitUsage, Err: err}
	errors.As(err, &e)
	if e.Err != nil {
		fmt.Fprintf(a.err, "hvcheck: %s\n", phrase.OneLine(err.Error()))
	}
	return e.Code
}

// A sink is standard output. It takes everything; the first error is kept for
// the end, and from then on nothing is written any more. The command goes on,
// for the stories that it has still to find and to keep.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}

// written is the exit code of a run that ends with code, unless standard output
// did not take what was written. A reader that has gone away has read enough.
func (a *app) written(code int) int {
	if a.out.err == nil || errors.Is(a.out.err, syscall.EPIPE) {
		return code
	}
	return a.fail(judge.Exit{Code: judge.ExitInternal, Err: files.Error("standard output", a.out.err)})
}

// unsaved are stories that could not be written, and why.
type unsaved struct {
	stories []*counterexamples.Story
	err     error // of the first
}

// saved notes that a story could not be kept, if there is an error. It is
// printed in the end.
func (a *app) saved(s *counterexamples.Story, err error) {
	if err == nil {
		return
	}
	if a.unsaved == nil {
		a.unsaved = &unsaved{err: err}
	}
	a.unsaved.stories = append(a.unsaved.stories, s)
}

// tryKeep writes the story of a violation to the folder of --out.
func (a *app) tryKeep(v *judge.Violation) { a.saved(v.Story, v.Keep(a.outDir)) }

// write ends a command that has shown all it found, with its stories written to
// the folder of --write, if there is one.
func (a *app) write(dir string, code int, stories func() ([]*counterexamples.Story, error)) error {
	if dir == "" {
		return judge.ExitWith(code)
	}
	list, err := stories()
	if err != nil {
		return err
	}
	for _, s := range list {
		_, err := counterexamples.Write(dir, s)
		a.saved(s, err)
	}
	return a.exit(code)
}

// exit ends a command that has shown all it found. Stories that could not be
// written are printed whole; that is an error, but a violation stays one.
func (a *app) exit(code int) error {
	if a.unsaved == nil {
		return judge.ExitWith(code)
	}
	a.WholeStories(a.unsaved.stories, a.err)
	err := fmt.Errorf("%w; what could not be kept is printed whole", a.unsaved.err)
	if code == judge.ExitViolated {
		return judge.Exit{Code: code, Err: err}
	}
	return err
}
