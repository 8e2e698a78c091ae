package model

import "fmt"

// Start describes a start state: how each area begins, and operations that
// come first, at once and beyond the bounds.
type Start struct {
	Name  string
	Areas []Setup // areas that are not among them begin plainly
	Do    []Op
}

// Setup is how one area begins.
type Setup interface {
	// Area is the one that begins so.
	Area() *Area
	// Build writes its parts of a World in which they are zero.
	Build(c *Config, w *World)
	// Needs raises bounds in least to what it has a need of.
	Needs(least *Config)
}

// World builds the start state. It panics if Fits refuses the configuration.
func (s *Start) World(c *Config) World {
	w, err := s.build(c)
	if err != nil {
		panic(err.Error())
	}
	return w
}

// Fits refuses a configuration under which the start state cannot be made.
func (s *Start) Fits(c *Config) error {
	_, err := s.build(c)
	return err
}

func (s *Start) build(c *Config) (w World, err error) {
	m := NewMachine(*c)
	for _, a := range c.Areas() {
		s.setup(a).Build(&m.Config, &w)
	}
	m.starting(&w, true)
	for _, op := range s.Do {
		if a := m.Do(&w, op); a.Code < 0 {
			return w, fmt.Errorf("start %q cannot be made with these bounds and this design: %v returns %v", s.Name, op, a.Code)
		}
	}
	m.starting(&w, false)
	return w, nil
}

// setup is how an area begins.
func (s *Start) setup(a *Area) Setup {
	for _, own := range s.Areas {
		if own.Area() == a {
			return own
		}
	}
	return a.Plain
}

// Needs raises bounds in least to what the start state has a need of.
func (s *Start) Needs(least *Config) {
	for _, own := range s.Areas {
		own.Needs(least)
	}
	for _, op := range s.Do {
		op.Needs(least)
	}
}
