package judge

import (
	"errors"
	"fmt"
	"strings"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/phrase"
)

// Exit codes. Everything that goes wrong with the command line or a file is
// ExitUsage, which is what an error has unless it says otherwise.
const (
	ExitHolds        = 0
	ExitViolated     = 1
	ExitUsage        = 2
	ExitInconclusive = 3
	ExitSkipped      = 4 // what it needs is not on this machine
	ExitInternal     = 5
)

// Exit is an error that ends the program with a code. With an error in it, that
// is printed.
type Exit struct {
	Code int
	Err  error
}

func (e Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit %d", e.Code)
	}
	return e.Err.Error()
}

func (e Exit) Unwrap() error { return e.Err }

// ExitWith is the error for a code; nil for success.
func ExitWith(code int) error {
	if code == ExitHolds {
		return nil
	}
	return Exit{Code: code}
}

// Panicked is the error for something that is a bug of hvcheck itself.
func Panicked(v any) error {
	return Exit{ExitInternal, fmt.Errorf("internal error: %s; please report it with the command line", phrase.OneLine(fmt.Sprint(v)))}
}

// engineError tells what stopped the engine: a model that panics is told with
// the story up to there.
func engineError(where string, err error) error {
	var p *checker.PanicError[model.Op]
	if !errors.As(err, &p) {
		return Exit{ExitInternal, fmt.Errorf("%s: %s; this is a bug in the model", where, phrase.OneLine(err.Error()))}
	}
	ops := make([]string, len(p.Story.Ops))
	for i, op := range p.Story.Ops {
		ops[i] = op.String()
	}
	return Exit{ExitInternal, fmt.Errorf("%s: the model panicked after %q: %s; this is a bug in the model",
		where, strings.Join(ops, "; "), phrase.OneLine(fmt.Sprint(p.Value)))}
}

// Unknown is the error for a name that does not exist, with the nearest three.
func Unknown(what, name string, known []string) error {
	near := model.Nearest(name, known)
	if len(near) == 0 {
		return fmt.Errorf("%s %q is unknown", what, name)
	}
	return fmt.Errorf("%s %q is unknown; the nearest are %s", what, name, strings.Join(near, ", "))
}
