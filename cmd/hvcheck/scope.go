package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// scope is what the flags say about the size of a scenario.
type scope struct {
	full   bool
	bounds []*boundValue
}

// boundValue is the flag of one bound; 0 is "not given", which no bound but
// those that may be 0 can be told apart from, hence set.
type boundValue struct {
	bound model.Bound
	value uint8
	set   bool
}

func (b *boundValue) String() string { return "" }
func (b *boundValue) Type() string   { return "number" }

func (b *boundValue) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || v > uint64(b.bound.Max) || v == 0 && !mayBeZero(b.bound) {
		return fmt.Errorf("%s", b.want())
	}
	b.value, b.set = uint8(v), true
	return nil
}

// want says which values the bound can have.
func (b *boundValue) want() string {
	least := 1
	if mayBeZero(b.bound) {
		least = 0
	}
	return fmt.Sprintf("want %d to %d %s, which is what fits into this model", least, b.bound.Max, b.bound.Name)
}

// mayBeZero asks the model itself.
func mayBeZero(b model.Bound) bool {
	var c model.Config
	for _, other := range model.BoundList {
		*other.Of(&c.Bounds) = 1
	}
	*b.Of(&c.Bounds) = 0
	return c.Check() == nil
}

func (s *scope) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&s.full, "full", false, "the bounds of the specification's table where a scenario's own are smaller")
	for _, b := range model.BoundList {
		v := &boundValue{bound: b}
		s.bounds = append(s.bounds, v)
		f.Var(v, b.Name, fmt.Sprintf("%s, at most %d", b.Doc, b.Max))
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

// config is the scenario's configuration under the flags.
func (a *app) config(s *scenarios.Scenario, sc *scope) (model.Config, error) {
	c := s.Config
	if sc != nil && sc.full && s.Full != nil {
		c.Bounds = *s.Full
	}
	if sc != nil {
		for _, b := range sc.bounds {
			if b.set {
				*b.bound.Of(&c.Bounds) = b.value
			}
		}
	}
	if err := a.choose(&c); err != nil {
		return c, err
	}
	return c, s.Check(&c)
}

// scenarioNamed finds a scenario or tells which names are near.
func scenarioNamed(name string) (*scenarios.Scenario, error) {
	if s, ok := scenarios.ByName(name); ok {
		return s, nil
	}
	return nil, unknown("scenario", name, scenarios.Names())
}
