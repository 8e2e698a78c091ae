package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// scope is what the flags say about the size of a scenario.
type scope struct {
	full   bool
	bounds []*boundValue
}

// boundValue is the flag of one bound. It may be 0, so that set says whether it
// was given.
type boundValue struct {
	bound model.Bound
	value uint8
	set   bool
}

func (b *boundValue) String() string { return "" }
func (b *boundValue) Type() string   { return "number" }

func (b *boundValue) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || v > uint64(b.bound.Max) || v < uint64(b.bound.Min) {
		return fmt.Errorf("%s", b.want())
	}
	b.value, b.set = uint8(v), true
	return nil
}

// want says which values the bound can have.
func (b *boundValue) want() string {
	if counterexamples.Endless(b.bound, b.bound.Max) {
		return fmt.Sprintf("want %d to %d %s, or %d for no bound", b.bound.Min, b.bound.Max-1, b.bound.Name, b.bound.Max)
	}
	return fmt.Sprintf("want %d to %d %s, which is what fits into this model", b.bound.Min, b.bound.Max, b.bound.Name)
}

// usage is the flag's line in a help text.
func (b *boundValue) usage() string {
	text := b.bound.Doc
	if b.bound.Area != "" {
		text = string(b.bound.Area) + ": " + text
	}
	if counterexamples.Endless(b.bound, b.bound.Max) {
		return text
	}
	return fmt.Sprintf("%s, at most %d", text, b.bound.Max)
}

// addFlags adds them in the order of BoundList, area by area.
func (s *scope) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.BoolVar(&s.full, "full", false, "the bounds of the specification's table where a scenario's own are smaller")
	for _, b := range model.BoundList {
		v := &boundValue{bound: b}
		s.bounds = append(s.bounds, v)
		f.Var(v, b.Name, v.usage())
	}
}

// given tells whether a bound was given by flag.
func (s *scope) given() bool {
	for _, b := range s.bounds {
		if b.set {
			return true
		}
	}
	return false
}

// fits tells whether an area has all the bounds that were given.
func (s *scope) fits(area model.Area) bool { return s.misfit(area) == nil }

// misfit is a bound that was given and that an area does not have, or nil.
func (s *scope) misfit(area model.Area) *boundValue {
	for _, b := range s.bounds {
		if b.set && !counterexamples.Has(area, b.bound) {
			return b
		}
	}
	return nil
}

// config is the scenario's configuration under the flags.
func (a *app) config(s *scenarios.Scenario, sc *scope) (model.Config, error) {
	c := s.Config
	if sc != nil {
		if err := sc.apply(s, &c); err != nil {
			return c, err
		}
	}
	if err := a.choose(&c); err != nil {
		return c, err
	}
	return c, s.Check(&c)
}

// apply sets the bounds that the flags give.
func (s *scope) apply(sc *scenarios.Scenario, c *model.Config) error {
	area := c.Area()
	if b := s.misfit(area); b != nil {
		return fmt.Errorf("--%s %d: scenario %s is of area %s, which has no %s; hvcheck explain %[3]s shows its bounds",
			b.bound.Name, b.value, sc.Name, area, b.bound.Name)
	}
	if s.full && sc.Full != nil {
		c.Bounds = *sc.Full
	}
	for _, b := range s.bounds {
		if b.set {
			*b.bound.Of(&c.Bounds) = b.value
		}
	}
	return nil
}

// scenarioNamed finds a scenario or tells which names are near.
func scenarioNamed(name string) (*scenarios.Scenario, error) {
	if s, ok := scenarios.ByName(name); ok {
		return s, nil
	}
	return nil, unknown("scenario", name, scenarios.Names())
}
