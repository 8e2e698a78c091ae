package scenarios

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/model"
)

// effectStates is how many states are searched, at most, to find out whether a
// bound has an effect. Scopes that are larger are taken to have one.
const effectStates = 2_000_000

// Effects finds out whether bounds of a scenario have an effect. It remembers
// what it has searched.
type Effects struct {
	Progress func(checker.Progress) // may be nil

	scenario *Scenario
	workers  int
	searched map[model.Config]extent
}

// NewEffects makes one.
func NewEffects(s *Scenario, workers int) *Effects {
	return &Effects{scenario: s, workers: workers, searched: map[model.Config]extent{}}
}

// extent is how large a scope is.
type extent struct {
	checker.Report[model.Op]
	short map[*model.Bound]bool // bounds that kept operations from being made
}

// Of refuses, with a NoEffect, a bound of c that is larger than the scenario's
// own and makes no difference: with the scenario's own value there are the same
// states and transitions. A search that ends before its time refuses nothing.
func (e *Effects) Of(ctx context.Context, c model.Config, b *model.Bound) error {
	s, own := e.scenario, c
	if *b.Of(&own) = *b.Of(&s.Config); *b.Of(&own) >= *b.Of(&c) {
		return nil
	}
	was, err := e.extent(ctx, own)
	if err != nil || !was.Exhaustive {
		return err
	}
	if b.Endless && !was.short[b] {
		return s.noEffect(&c, b, was.States)
	}
	is, err := e.search(ctx, c, was.States+1)
	if err == nil && is.Exhaustive && is.States == was.States && is.Transitions == was.Transitions {
		err = s.noEffect(&c, b, was.States)
	}
	return err
}

func (e *Effects) extent(ctx context.Context, c model.Config) (extent, error) {
	if x, known := e.searched[c]; known {
		return x, nil
	}
	x, err := e.search(ctx, c, effectStates)
	if err == nil {
		e.searched[c] = x
	}
	return x, err
}

// search searches a scope up to a number of states and asks nothing.
func (e *Effects) search(ctx context.Context, c model.Config, states uint64) (x extent, err error) {
	var machines []*machine
	x.Report, err = checker.Explore(ctx, func() checker.System[model.World, model.Op] {
		m := e.scenario.machine(c)
		machines = append(machines, m)
		return checker.System[model.World, model.Op]{Model: m}
	}, checker.Options{Workers: e.workers, Progress: e.Progress, Bounds: checker.Bounds{States: states, Depth: e.scenario.Depth}})
	x.short = map[*model.Bound]bool{}
	for _, m := range machines {
		for b := range m.Short() {
			x.short[b] = true
		}
	}
	return x, err
}

// NoEffect is the error for a bound that makes no difference.
type NoEffect struct {
	Scenario   *Scenario
	Bound      *model.Bound
	Value, Own uint8 // as given, and the scenario's own
	States     uint64
	Because    string // what the scenario names or does at most
}

func (e *NoEffect) Error() string {
	return fmt.Sprintf("--%s %d changes nothing in %s, which has the same %d states with %d: %s",
		e.Bound.Name, e.Value, e.Scenario.Name, e.States, e.Own, e.Because)
}

func (s *Scenario) noEffect(c *model.Config, b *model.Bound, states uint64) error {
	return &NoEffect{s, b, *b.Of(c), *b.Of(&s.Config), states, s.because(*c, b)}
}

// because says what the scenario does at most.
func (s *Scenario) because(c model.Config, b *model.Bound) string {
	own := c
	*b.Of(&own) = *b.Of(&s.Config)
	switch names := s.named(&own, b); {
	case b.Endless && *b.Of(&own) == 0:
		return fmt.Sprintf("none of its operations counts as that (%s)", b.Doc)
	case b.Endless:
		return "no run of it is short of them"
	case len(without(s.named(&c, b), names)) > 0:
		return "its operations with " + namings(without(s.named(&c, b), names)) + " lead to nothing new"
	case len(names) > 0:
		return "it names " + namings(names) + " only"
	}
	return "none of its operations has an operand for that"
}

// naming is an operand with a value, in the words of stories.
type naming struct{ operand, value string }

// named lists the operands with which the alphabet names what a bound counts.
func (s *Scenario) named(c *model.Config, b *model.Bound) (list []naming) {
	for _, p := range s.Alphabet(c) {
		for i, a := range p.Spec.Args {
			if !slices.Contains(b.Names, a.Type) {
				continue
			}
			for _, v := range p.Args[i] {
				if n := (naming{a.Name, a.Type.Format(v)}); !slices.Contains(list, n) {
					list = append(list, n)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b naming) int {
		return cmp.Or(strings.Compare(a.operand, b.operand), strings.Compare(a.value, b.value))
	})
	return list
}

// without lists what is in list and not in other.
func without(list, other []naming) []naming {
	return slices.DeleteFunc(slices.Clone(list), func(n naming) bool { return slices.Contains(other, n) })
}

// namings puts a sorted list into words: each operand once, with its values.
func namings(list []naming) string {
	var words []string
	for i, n := range list {
		if i > 0 && list[i-1].operand == n.operand {
			words[len(words)-1] += ", " + n.value
			continue
		}
		words = append(words, n.operand+" "+n.value)
	}
	return strings.Join(words, "; ")
}
