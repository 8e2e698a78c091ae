package judge

import (
	"context"
	"errors"
	"fmt"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// Scope is what is said about the size of scenarios: their full bounds, or
// bounds one by one.
type Scope struct {
	Full   bool
	Bounds []Given
}

// Given is a bound with a value.
type Given struct {
	Bound *model.Bound
	Value uint8
}

// Given tells whether a bound was given.
func (s *Scope) Given() bool { return len(s.Bounds) > 0 }

// fits tells whether an area has all the bounds that were given.
func (s *Scope) fits(c *model.Config) bool { return s.misfit(c) == nil }

// misfit is a bound that was given and that an area does not have, or nil.
func (s *Scope) misfit(c *model.Config) *Given {
	for i := range s.Bounds {
		if b := &s.Bounds[i]; !c.Has(b.Bound) {
			return b
		}
	}
	return nil
}

// config is the scenario's configuration under the flags.
func (j *Judge) config(s *scenarios.Scenario, sc *Scope) (model.Config, error) {
	c := s.Config
	if sc != nil {
		if err := sc.apply(s, &c); err != nil {
			return c, err
		}
	}
	if err := j.choose(&c); err != nil {
		return c, err
	}
	return c, s.Check(&c)
}

// apply sets the bounds that the flags give.
func (s *Scope) apply(sc *scenarios.Scenario, c *model.Config) error {
	area := model.AreaNames(c.Areas())
	if b := s.misfit(c); b != nil {
		return fmt.Errorf("--%s %d: scenario %s is of area %s, which has no %s; hvcheck explain %[3]s shows its bounds",
			b.Bound.Name, b.Value, sc.Name, area, b.Bound.Name)
	}
	if s.Full && sc.Full != nil {
		c.TakeBounds(sc.Full)
	}
	for _, b := range s.Bounds {
		*b.Bound.Of(c) = b.Value
	}
	return nil
}

// withoutEffect finds the bounds that were given and make no difference in a
// scenario. One that makes a difference in none of the scenarios is an error,
// which is the reason in the first.
func (j *Judge) withoutEffect(ctx context.Context, list []*Search, sc *Scope) (all []*scenarios.NoEffect, err error) {
	if !sc.Given() {
		return nil, nil
	}
	defer j.told()
	some := map[*model.Bound]bool{}
	for _, s := range list {
		e := scenarios.NewEffects(s.Scenario, j.Workers)
		e.Progress = j.following(s.Scenario.Name)
		for _, b := range sc.Bounds {
			none, err := effectOf(ctx, e, s, b.Bound)
			if err != nil {
				return nil, err
			}
			if none != nil {
				all = append(all, none)
			}
			some[b.Bound] = some[b.Bound] || none == nil && b.Value != *b.Bound.Of(&s.Scenario.Config)
		}
	}
	for _, none := range all {
		if !some[none.Bound] && len(list) > 1 {
			return nil, fmt.Errorf("%w; nor does it change anything in the other scenarios", none)
		}
		if !some[none.Bound] {
			return nil, none
		}
	}
	return all, nil
}

// effectOf is the reason why a bound has no effect, or nil.
func effectOf(ctx context.Context, e *scenarios.Effects, s *Search, b *model.Bound) (none *scenarios.NoEffect, err error) {
	if err = e.Of(ctx, s.Config, b); errors.As(err, &none) {
		return none, nil
	}
	if err != nil {
		return nil, engineError(s.Scenario.Name, err)
	}
	return nil, nil
}

// ScenarioNamed finds a scenario or tells which names are near.
func ScenarioNamed(name string) (*scenarios.Scenario, error) {
	if s, ok := scenarios.ByName(name); ok {
		return s, nil
	}
	return nil, Unknown("scenario", name, scenarios.Names())
}

// choose makes the design choices that are made for every scenario.
func (j *Judge) choose(c *model.Config) error { return scenarios.Choose(c, j.Design) }
