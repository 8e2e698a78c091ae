package model

import (
	"errors"
	"fmt"
)

// Bound is a limit of a scope, by the name that the command line and the
// documents know it by. Areas may share one.
type Bound struct {
	Name     string
	Doc      string
	Min, Max uint8
	// Endless: Max is no bound at all, and 0 says that there is none of it.
	Endless bool
	// Names are the operands that name what the bound counts.
	Names []*ArgType
	Of    func(c *Config) *uint8
}

// PreemptBound bounds the preemption operand of every call.
var PreemptBound = &Bound{
	Name: "preempt", Doc: "largest preemption operand", Max: 16, Names: []*ArgType{Preempt},
	Of: func(c *Config) *uint8 { return &c.Preempt },
}

// Unlimited tells whether a value of the bound stands for none.
func (b *Bound) Unlimited(v uint8) bool { return b.Endless && v == b.Max }

// Idle tells whether a value of the bound says nothing about a scope: a number
// of operations that is none, or has no end.
func (b *Bound) Idle(v uint8) bool { return b.Endless && (v == 0 || v == b.Max) }

// Has tells whether the area has a bound.
func (a *Area) Has(b *Bound) bool {
	for _, own := range a.Bounds {
		if own == b {
			return true
		}
	}
	return false
}

// Areas lists the registered areas that have the bound.
func (b *Bound) Areas() (list []*Area) {
	for _, a := range Areas {
		if a.Has(b) {
			list = append(list, a)
		}
	}
	return list
}

// Has tells whether a bound bounds the configuration: one of its areas has it.
func (c *Config) Has(b *Bound) bool {
	for _, a := range Areas {
		if c.About(a) && a.Has(b) {
			return true
		}
	}
	return false
}

// Bounds lists the bounds that bound the configuration.
func (c *Config) Bounds() (list []*Bound) {
	for _, b := range BoundList {
		if c.Has(b) {
			list = append(list, b)
		}
	}
	return list
}

// TakeBounds gives c the bounds of another configuration of the same areas.
func (c *Config) TakeBounds(from *Config) {
	for _, b := range c.Bounds() {
		*b.Of(c) = *b.Of(from)
	}
}

// RaiseBounds gives c the larger one of each bound.
func (c *Config) RaiseBounds(other *Config) {
	for _, b := range BoundList {
		v := b.Of(c)
		*v = max(*v, *b.Of(other))
	}
}

// Check refuses bounds that do not fit into the model.
func (c *Config) Check() error {
	if c.areas == 0 {
		return errors.New("the configuration is about no area")
	}
	for _, b := range BoundList {
		v := *b.Of(c)
		switch {
		case !c.Has(b):
			if v > 0 {
				return fmt.Errorf("--%s %d: area %s has no %s", b.Name, v, AreaNames(c.Areas()), b.Name)
			}
		case v > b.Max:
			return fmt.Errorf("--%s %d: at most %d %s fit into this model", b.Name, v, b.Max, b.Name)
		case v < b.Min:
			return fmt.Errorf("--%s %d: the model needs at least %d", b.Name, v, b.Min)
		}
	}
	return nil
}
