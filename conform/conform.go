// Package conform compares the models with the systems that they are models
// of, operation by operation.
//
//	Scene + operations -> Target (a real hypervisor, or the model itself) -> Lines
//	Lines, live or recorded -> Follower: the states of the model that explain them
//
// A Target carries operations out and tells of each its result and what can be
// seen afterwards. What can be seen of an area, and what the model says of it, is
// a View. A Follower keeps the states of the model that explain everything so
// far; the first line that none of them explains is a Difference. Lines that are
// written down are a recording, which is checked again without the target.
//
// It knows no hypervisor and no area.
package conform

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Scene is where a sequence of operations begins.
type Scene struct {
	Scenario *scenarios.Scenario
	Start    int // index of the scenario's start state
	// Config is the scenario's, with bounds and a design of the scene's own.
	Config model.Config
}

// NewScene is the scene of a story in the design that is today's code.
func NewScene(s *counterexamples.Story) (*Scene, error) {
	c := s.Scenario.Config
	c.TakeBounds(&s.Config)
	own := kept(&c)
	if err := modernise(&c); err != nil {
		return nil, err
	}
	if err := take(&c, own); err != nil {
		return nil, err
	}
	return &Scene{s.Scenario, s.Start, c}, nil
}

// Under is the scene with choices of another design, of those that it has.
func (s *Scene) Under(choices []model.Choice) (*Scene, error) {
	other := *s
	return &other, take(&other.Config, choices)
}

// StartName is the name of the start state.
func (s *Scene) StartName() string { return s.Scenario.StartState(s.Start).Name }

// kept are the choices of a scenario's that say of which system it is.
func kept(c *model.Config) (list []model.Choice) {
	views, err := Views(c)
	if err != nil {
		return nil
	}
	for _, ch := range c.Design() {
		if slices.ContainsFunc(views, func(v *View) bool { return slices.Contains(v.Keep, ch.Name) }) {
			list = append(list, ch)
		}
	}
	return list
}

// modernise gives a configuration the design that is today's code.
func modernise(c *model.Config) error {
	for _, ch := range c.Design() {
		if err := c.Set(model.Choice{Name: ch.Name, Value: baseline(ch.Name)}); err != nil {
			return err
		}
	}
	today, err := scenarios.Choices(scenarios.Today)
	if err != nil {
		return err
	}
	return take(c, today)
}

// take makes those of the choices that a configuration's areas have.
func take(c *model.Config, choices []model.Choice) error {
	for _, ch := range choices {
		if !slices.ContainsFunc(c.Areas(), func(a *model.Area) bool { return hasSetting(a, ch.Name) }) {
			continue
		}
		if err := c.Set(ch); err != nil {
			return err
		}
	}
	return nil
}

func hasSetting(a *model.Area, name string) bool {
	return slices.ContainsFunc(a.Settings, func(s model.Setting) bool { return s.Name == name })
}

func baseline(setting string) string {
	for _, s := range model.Settings {
		if s.Name == setting {
			return s.Values[0]
		}
	}
	return ""
}

// Effective is the configuration under which a real system is compared. The
// error says why none can be.
func (s *Scene) Effective() (model.Config, error) {
	c := s.Config
	views, err := Views(&c)
	if err != nil {
		return c, err
	}
	for _, v := range views {
		if v.Prepare == nil {
			continue
		}
		if err := v.Prepare(&c); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Whole leaves out of operations those that are only parts of others, and has others in
// the place of some. It changes the slice.
func (s *Scene) Whole(ops []model.Op) []model.Op {
	views, err := Views(&s.Config)
	if err != nil {
		return ops
	}
	for _, v := range views {
		for i := range ops {
			if v.Instead != nil {
				ops[i] = v.Instead(ops[i])
			}
		}
	}
	return slices.DeleteFunc(ops, func(op model.Op) bool {
		return slices.ContainsFunc(views, func(v *View) bool { return slices.Contains(v.Inner, op.Spec()) })
	})
}

// Worlds are the start state before and after the operations that belong to it.
func (s *Scene) Worlds(c *model.Config) (bare, begun model.World, err error) {
	start := s.Scenario.StartState(s.Start)
	if err := start.Fits(c); err != nil {
		return bare, begun, err
	}
	views, err := Views(c)
	if err != nil {
		return bare, begun, err
	}
	begun = start.World(c)
	start.Do = nil
	bare = start.World(c)
	for _, v := range views {
		if v.Begin != nil {
			v.Begin(c, &bare)
			v.Begin(c, &begun)
		}
	}
	return bare, begun, nil
}

// First are the operations that belong to the start state.
func (s *Scene) First() []model.Op { return s.Scenario.StartState(s.Start).Do }

// Seen is what was seen of a state: objects, such as "frame 2", with their
// fields, such as "count", and what these were.
type Seen map[string]map[string]string

// Add notes a field of an object.
func (s Seen) Add(object, field, value string) {
	if s[object] == nil {
		s[object] = map[string]string{}
	}
	s[object][field] = value
}

// Line is one operation that a target has carried out. A recording of another
// origin may know less of it: what is left out is explained by anything.
type Line struct {
	Op     string   `json:"op"`               // as stories have it; an operand that is not known is ?
	Result string   `json:"result,omitempty"` // by name; Failed is any error, Lost none
	Then   []string `json:"then,omitempty"`   // operations that came of themselves, before anything was seen
	Seen   Seen     `json:"seen,omitempty"`
}

// Failed is the result of an operation of which only that is known. Lost says that
// nothing came back: whoever made the call does not live any more. No state of a
// model explains that.
const (
	Failed = "failed"
	Lost   = "lost"
)

// Target is a system that carries operations out.
type Target interface {
	// Name is what the system is, with its version.
	Name() string
	// Refused says why a scene cannot be played; empty if it can.
	Refused(s *Scene) string
	// Begin makes the start state anew and tells what is seen of it. It may turn out only
	// then what is lacking.
	Begin(s *Scene) (Seen, error)
	// Undriven says why an operation cannot be carried out where the model is in
	// this state; empty if it can.
	Undriven(c *model.Config, w *model.World, op model.Op) string
	// Do carries it out.
	Do(c *model.Config, w *model.World, op model.Op) (*Line, error)
	Close() error
}

// Lacking is an error that says what a target would need to play a scene.
type Lacking struct{ What string }

func (l *Lacking) Error() string { return l.What }

// Inconclusive is an error that says nothing about the model or the target: a
// machine that did not boot, say.
type Inconclusive struct{ Err error }

func (e *Inconclusive) Error() string { return e.Err.Error() }

// Unwrap is the reason.
func (e *Inconclusive) Unwrap() error { return e.Err }

// IsInconclusive tells such an error.
func IsInconclusive(err error) bool {
	var e *Inconclusive
	return errors.As(err, &e)
}

// inconclusive makes one.
func inconclusive(format string, args ...any) error {
	return &Inconclusive{fmt.Errorf(format, args...)}
}
