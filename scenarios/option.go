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
	Set  func(c *model.Config) // nil: nothing
	// More lists operations that there are with it, and Less those there are not.
	More func(c *model.Config) []Pattern
	Less []*model.Spec
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
	for i := range s.Options {
		if o := &s.Options[i]; on[i] {
			o.join(&chosen)
			if o.Set != nil {
				o.Set(&c)
			}
		}
	}
	return &chosen, c
}

// join turns the option on in a scenario of its own.
func (o *Option) join(s *Scenario) {
	s.Name += "+" + o.Name
	maps.Copy(s.Except, o.Except)
	if o.Set != nil {
		o.Set(&s.Config)
	}
	alphabet := s.Alphabet
	s.Alphabet = func(c *model.Config) []Pattern {
		list := slices.DeleteFunc(alphabet(c), func(p Pattern) bool { return slices.Contains(o.Less, p.Spec) })
		if o.More != nil {
			list = append(list, o.More(c)...)
		}
		return list
	}
}

// Through tells whether a search went as far as the scenario says.
func (s *Scenario) Through(r *checker.Report[model.Op]) bool {
	return r.Exhaustive || s.Depth > 0 && r.Fault == nil && r.Depth >= s.Depth
}
