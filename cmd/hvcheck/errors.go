package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"hvcheck/checker"
	"hvcheck/model"
)

// Exit codes. Everything that goes wrong with the command line or a file is
// exitUsage, which is what an error has unless it says otherwise.
const (
	exitHolds        = 0
	exitViolated     = 1
	exitUsage        = 2
	exitInconclusive = 3
	exitInternal     = 5
)

// An exit ends the program with a code. With an error, that is printed.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// exitWith is the error for a code; nil for success.
func exitWith(code int) error {
	if code == exitHolds {
		return nil
	}
	return exit{code: code}
}

// panicked is the error for something that is a bug of hvcheck itself.
func panicked(v any) error {
	return exit{exitInternal, fmt.Errorf("internal error: %s; please report it with the command line", oneLine(fmt.Sprint(v)))}
}

// engineError tells what stopped the engine: a model that panics is told with
// the story up to there.
func engineError(where string, err error) error {
	var p *checker.PanicError[model.Op]
	if !errors.As(err, &p) {
		return exit{exitInternal, fmt.Errorf("%s: %s; this is a bug in the model", where, oneLine(err.Error()))}
	}
	ops := make([]string, len(p.Story.Ops))
	for i, op := range p.Story.Ops {
		ops[i] = op.String()
	}
	return exit{exitInternal, fmt.Errorf("%s: the model panicked after %q: %s; this is a bug in the model",
		where, strings.Join(ops, "; "), oneLine(fmt.Sprint(p.Value)))}
}

// fail prints an error as one line and returns the exit code.
func (a *app) fail(err error) int {
	if err == nil {
		return exitHolds
	}
	a.live.clear()
	e := exit{code: exitUsage, err: err}
	errors.As(err, &e)
	if e.err != nil {
		fmt.Fprintf(a.err, "hvcheck: %s\n", oneLine(err.Error()))
	}
	return e.code
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// fileError is an error of the file system as "path: what".
func fileError(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
