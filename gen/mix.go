package gen

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// Mix is a way to choose operations. No single one is best at everything: one
// bug wants two exact operands, another many continuations in a row, a third
// very few operations.
type Mix struct {
	Name string
	Doc  string

	cards func(families [][]model.Op) []model.Op // the operations, each as often as it weighs
	share int                                    // only one in so many of them is used, chosen by the seed; 0 is all
	again bool                                   // now and then the previous operation comes again
	long  bool                                   // traces are about eight times as long
	parts []Mix                                  // traces take turns between these
	kinds bool                                   // only a share of the kinds is used, each as often as any other
	only  []string                               // names of operations; none: all
}

// The mixes that the default one takes turns between.
var (
	flat = Mix{
		Name:  "flat",
		Doc:   "every operation with every operand is one card, shuffled by the seed; the first few come most often",
		cards: everyOperation,
	}
	byKind = Mix{
		Name:  "by-kind",
		Doc:   "every kind of operation comes equally often, however many operands it has",
		cards: everyKindAlike,
	}
	repeat = Mix{
		Name:  "repeat",
		Doc:   "calls are preempted early if at all, and now and then the last one is made again",
		cards: hardlyPreempted,
		again: true,
	}
	focus = Mix{
		Name:  "focus",
		Doc:   "a third of the operations, chosen by the seed",
		cards: everyOperation,
		share: 3,
	}
)

// long is for bugs that need dozens of steps in the right order. It takes no
// turn in the default mix, for which it would be a waste.
var long = Mix{
	Name:  "long",
	Doc:   "as flat, in traces about eight times as long",
	cards: everyOperation,
	long:  true,
}

// Swarm is the mix of scenarios in which everything may happen at once: a run in
// which little of it can goes deeper into what is left.
var Swarm = Mix{
	Name:  "swarm",
	Doc:   "a third of the kinds of operations, chosen by the seed, each as often as any other; scenarios with options have a third of these on in each round",
	cards: everyOperation,
	share: 3,
	kinds: true,
}

// MixFor is the mix that a scenario is sampled with if nobody chooses another.
func MixFor(s *scenarios.Scenario) Mix {
	if len(s.Options) > 0 || s.Depth > 0 {
		return Swarm
	}
	return All
}

// All is the default mix.
var All = Mix{
	Name:  "all",
	Doc:   "the other mixes in turn, trace by trace",
	parts: []Mix{flat, byKind, repeat, focus},
}

// Mixes lists every mix, the default first.
var Mixes = slices.Concat([]Mix{All}, All.parts, []Mix{long, Swarm})

// MixNamed finds a mix by its name. A name followed by a colon and operations,
// as in "flat:mmuext.pin,set-context", is the mix directed at these.
func MixNamed(name string) (Mix, error) {
	base, ops, directed := strings.Cut(name, ":")
	i := slices.IndexFunc(Mixes, func(m Mix) bool { return strings.EqualFold(m.Name, base) })
	if i < 0 {
		return Mix{}, fmt.Errorf("mix %q is unknown%s", base, model.DidYouMean(base, MixNames()))
	}
	if !directed {
		return Mixes[i], nil
	}
	return Mixes[i].Only(strings.Split(ops, ",")...)
}

// MixNames lists the names of Mixes.
func MixNames() []string {
	names := make([]string, len(Mixes))
	for i, m := range Mixes {
		names[i] = m.Name
	}
	return names
}

// Only is the mix directed at the operations with the given names.
func (m Mix) Only(ops ...string) (Mix, error) {
	ops = slices.Clone(ops)
	for i, name := range ops {
		ops[i] = model.Fold(name, specNames())
		if _, ok := model.SpecNamed(ops[i]); !ok {
			return Mix{}, fmt.Errorf("mix %s: operation %q is unknown%s", m.Name, name, model.DidYouMean(name, specNames()))
		}
	}
	m.only = ops
	m.Name += ":" + strings.Join(ops, ",")
	return m, nil
}

func specNames() []string {
	names := make([]string, len(model.Specs))
	for i, s := range model.Specs {
		names[i] = s.Name
	}
	return names
}

// Check refuses a scenario that has none of the operations that the mix is
// directed at.
func (m Mix) Check(s *scenarios.Scenario, c model.Config) error {
	if len(m.families(s, c)) == 0 {
		return fmt.Errorf("mix %s: scenario %s has none of its operations", m.Name, s.Name)
	}
	return nil
}

// families lists the scenario's operations that the mix draws from.
func (m Mix) families(s *scenarios.Scenario, c model.Config) [][]model.Op {
	all := s.Ops(&c)
	if len(m.only) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(f []model.Op) bool { return !slices.Contains(m.only, f[0].Spec().Name) })
}

func everyOperation(families [][]model.Op) []model.Op { return slices.Concat(families...) }

// everyKindAlike repeats the operations of kinds that have few of them.
func everyKindAlike(families [][]model.Op) (cards []model.Op) {
	kinds := map[model.Kind][]model.Op{}
	var order []model.Kind
	most := 0
	for _, op := range everyOperation(families) {
		if len(kinds[op.Kind]) == 0 {
			order = append(order, op.Kind)
		}
		kinds[op.Kind] = append(kinds[op.Kind], op)
		most = max(most, len(kinds[op.Kind]))
	}
	for _, k := range order {
		for i := range most {
			cards = append(cards, kinds[k][i%len(kinds[k])])
		}
	}
	return cards
}

// hardlyPreempted keeps of each family the operation that is never preempted
// and the one that is at the first opportunity.
func hardlyPreempted(families [][]model.Op) (cards []model.Op) {
	for _, f := range families {
		cards = append(cards, f[:min(2, len(f))]...)
	}
	return cards
}
