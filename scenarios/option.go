package scenarios

import (
	"maps"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
)

// Option is something of a model that a scenario can have on.
type Option struct {
	Name string // one word, as it stands behind the scenario's name
	Doc  string
	Set  func(c *model.Config)
	// Except are ids that are not asked with it, each with the reason.
	Except map[string]string
}

// OptionNames lists the names of the scenario's options.
func (s *Scenario) OptionNames() []string {
	names := make([]string, len(s.Options))
	for i, o := range s.Options {
		names[i] = o.Name
	}
	return names
}

// with is the scenario with some options on, and none to choose from. Each may
// be named once, in the order in which they are listed.
func (s *Scenario) with(names []string) (*Scenario, bool) {
	on, at := make([]bool, len(s.Options)), 0
	for _, name := range names {
		i := slices.IndexFunc(s.Options[at:], func(o Option) bool { return o.Name == name })
		if i < 0 {
			return nil, false
		}
		at += i + 1
		on[at-1] = true
	}
	chosen, _ := s.Chosen(s.Config, on)
	return chosen, true
}

// Chosen is the scenario with some of its options on, and its configuration c
// with them.
func (s *Scenario) Chosen(c model.Config, on []bool) (*Scenario, model.Config) {
	chosen := *s
	chosen.Options, chosen.Except = nil, maps.Clone(s.Except)
	if chosen.Except == nil {
		chosen.Except = map[string]string{}
	}
	for i, o := range s.Options {
		if on[i] {
			o.Set(&chosen.Config)
			o.Set(&c)
			maps.Copy(chosen.Except, o.Except)
			chosen.Name += "+" + o.Name
		}
	}
	return &chosen, c
}

// Through tells whether a search went as far as the scenario says.
func (s *Scenario) Through(r *checker.Report[model.Op]) bool {
	return r.Exhaustive || s.Depth > 0 && r.Fault == nil && r.Depth >= s.Depth
}
