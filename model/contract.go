package model

import (
	"errors"
	"fmt"
	"strings"

	"hvcheck/model/errno"
)

// Condition is when a result is due: a predicate of the state before an
// operation and of its operands. It is written from what callers are told (the
// public headers, the texts of commits), never from the handler that is judged
// by it, and looks at nothing that a handler keeps for itself.
type Condition func(c *Config, w *World, a *Args) bool

// Effect is what an operation that has succeeded has to have done: a predicate
// of both states and the operands, from what callers are told. The error says
// what is missing.
type Effect func(c *Config, before *World, a *Args, after *World) error

// Ensures adds to what is true when the operation has succeeded. It is called
// while packages initialise.
func (s *Spec) Ensures(e Effect) { s.effects = append(s.effects, e) }

// Done says what an operation that has succeeded has not done.
func (s *Spec) Done(c *Config, before *World, a *Args, after *World) error {
	for _, e := range s.effects {
		if err := e(c, before, a, after); err != nil {
			return fmt.Errorf("%s answered success, and %w", s.Name, err)
		}
	}
	return nil
}

// Require is an error unless something holds.
func Require(holds bool, otherwise string) error {
	if holds {
		return nil
	}
	return errors.New(otherwise)
}

// Due adds a result's condition. Where an error's condition holds, the
// operation has to fail, with that error or with another one whose condition
// holds too; where none holds, it has to succeed. A result that no scenario
// reaches can have one too: another design may reach it.
func (r Result) Due(when Condition) Result {
	r.due = when
	return r
}

// First has a result go before those that are listed behind it: where its condition
// holds, none of them may come. So it is where the source looks at it first.
func (r Result) First() Result {
	r.first = true
	return r
}

// May adds a condition under which a result can come and need not; why says
// what decides.
func (r Result) May(when Condition, why string) Result {
	r.due, r.Open = when, why
	return r
}

// Contract tells whether the result has a condition. Success needs none: it is
// due where no error is.
func (r *Result) Contract() bool { return r.due != nil }

// Under is the condition of one of several results with the same code, behind
// ": "; empty if there is no other one.
func (s *Spec) Under(r *Result) string {
	for i := range s.Results {
		if other := &s.Results[i]; other != r && other.Code == r.Code {
			return ": " + r.When
		}
	}
	return ""
}

// must tells whether the operation has to fail.
func (r *Result) must(c *Config, w *World, a *Args) bool {
	return r.Code < 0 && r.Open == "" && r.due != nil && r.due(c, w, a)
}

// Explain tells which of Results allow a code in the state before the
// operation, a bit each by their place: none if the code is wrong.
func (s *Spec) Explain(c *Config, w *World, a *Args, code errno.Errno) (which uint32) {
	for i := range s.Results {
		r := &s.Results[i]
		switch {
		case r.Code != code:
		case r.due == nil && (code < 0 || r.Unreached != ""):
		case r.due == nil || r.due(c, w, a):
			which |= 1 << i
		}
		if r.first && r.must(c, w, a) {
			break
		}
	}
	if code >= 0 && s.failure(c, w, a) != nil {
		return 0
	}
	return which
}

// failure is a result with which the operation has to fail, or one of them.
func (s *Spec) failure(c *Config, w *World, a *Args) *Result {
	for i := range s.Results {
		if r := &s.Results[i]; r.must(c, w, a) {
			return r
		}
	}
	return nil
}

// Must tells whether the condition of an error with this code holds, so that the
// operation has to fail.
func (s *Spec) Must(code errno.Errno, c *Config, w *World, a *Args) bool {
	for i := range s.Results {
		if r := &s.Results[i]; r.Code == code && r.must(c, w, a) {
			return true
		}
	}
	return false
}

// Wrong says why a code that nothing explains is wrong, and what is right.
func (s *Spec) Wrong(c *Config, w *World, a *Args, code errno.Errno) error {
	return fmt.Errorf("%s answered %v%s; right is %s", s.Name, code, s.why(code), s.right(c, w, a))
}

func (s *Spec) why(code errno.Errno) string {
	var whens []string
	for i := range s.Results {
		switch r := &s.Results[i]; {
		case r.Code != code:
		case r.Unreached != "" && r.due == nil:
			return ", which cannot come: " + r.Unreached
		default:
			whens = append(whens, r.When+r.Unreached)
		}
	}
	switch {
	case len(whens) == 0:
		return ", which is not among its results"
	case code < 0:
		return ", which means: " + strings.Join(whens, "; or: ")
	}
	return ""
}

// right lists the codes that would have been right.
func (s *Spec) right(c *Config, w *World, a *Args) string {
	var list []string
	for i := range s.Results {
		r := &s.Results[i]
		if s.Explain(c, w, a, r.Code)>>i&1 != 0 {
			list = append(list, fmt.Sprintf("%v (%s)", r.Code, r.When+r.Unreached))
		}
	}
	if len(list) == 0 {
		return "nothing that its table lists"
	}
	return strings.Join(list, " or ")
}
