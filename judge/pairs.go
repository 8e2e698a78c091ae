package judge

import (
	"context"
	"slices"
	"sync"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// Pairs says which operations of an area the scenarios of the default run bring
// together, as random walks with a fixed seed show it: the first one was made,
// and the other one was asked for within the next few operations that were
// made, on the same object.
type Pairs struct {
	Area   *scenarios.Area
	Pairs  []Pair
	Traits []WithTrait
}

// Pair is an ordered pair of operations and a thing that both name, such as a
// frame. Operations that name nothing in common have the domain in common.
type Pair struct {
	First, Then *model.Spec
	Thing       string // empty: the domain
	Meeting
}

// WithTrait is an operation, to be made in a state that has a trait.
type WithTrait struct {
	Op    *model.Spec
	Trait *model.Trait
	Meeting
}

// Meeting says where something came about, or why not.
type Meeting struct {
	In  string // the first scenario in which it did; empty: none
	Why string // not, if there is a reason
}

// Met tells that it came about.
func (m *Meeting) Met() bool { return m.In != "" }

// Domain is what operations have in common that name nothing in common.
const Domain = "domain"

// On is what the pair has in common, in a word.
func (p *Pair) On() string {
	if p.Thing == "" {
		return Domain
	}
	return p.Thing
}

// Counts are how many of some meetings came about, did not and have a reason,
// and neither.
type Counts struct{ Met, Reason, Open int }

func (c *Counts) add(m *Meeting) {
	switch {
	case m.Met():
		c.Met++
	case m.Why != "":
		c.Reason++
	default:
		c.Open++
	}
}

// All counts them all.
func (c Counts) All() int { return c.Met + c.Reason + c.Open }

// Count counts the pairs, and the operations with traits.
func (p *Pairs) Count() (pairs, traits Counts) {
	for i := range p.Pairs {
		pairs.add(&p.Pairs[i].Meeting)
	}
	for i := range p.Traits {
		traits.add(&p.Traits[i].Meeting)
	}
	return pairs, traits
}

// Stale lists the reasons that are about nothing that did not come about.
func (p *Pairs) Stale() (list []scenarios.Unmet) {
	for _, u := range p.Area.Unmet {
		if !p.needs(&u) {
			list = append(list, u)
		}
	}
	return list
}

func (p *Pairs) needs(u *scenarios.Unmet) bool {
	for i := range p.Pairs {
		if e := &p.Pairs[i]; !e.Met() && u.OfPair(e.First, e.Then, e.Thing) {
			return true
		}
	}
	for i := range p.Traits {
		if e := &p.Traits[i]; !e.Met() && u.OfTrait(e.Op, e.Trait) {
			return true
		}
	}
	return false
}

// explain gives what did not come about its reasons.
func (p *Pairs) explain() {
	for i := range p.Area.Unmet {
		u := &p.Area.Unmet[i]
		for k := range p.Pairs {
			if e := &p.Pairs[k]; !e.Met() && e.Why == "" && u.OfPair(e.First, e.Then, e.Thing) {
				e.Why = u.Why
			}
		}
		for k := range p.Traits {
			if e := &p.Traits[k]; !e.Met() && e.Why == "" && u.OfTrait(e.Op, e.Trait) {
				e.Why = u.Why
			}
		}
	}
}

// PairsOf measures an area.
func (j *Judge) PairsOf(ctx context.Context, a *scenarios.Area) *Pairs {
	p, plan := newPairs(a)
	var list []stretch
	for _, s := range walked(a.Model) {
		list = append(list, stretches(s)...)
	}
	found := make([]*meetings, len(list))
	var wait sync.WaitGroup
	turn := make(chan int)
	for range max(j.Workers, 1) {
		wait.Go(func() {
			for i := range turn {
				found[i] = plan.walk(ctx, list[i])
			}
		})
	}
	for i := range list {
		turn <- i
	}
	close(turn)
	wait.Wait()
	for i, m := range found {
		p.add(list[i].in, m)
	}
	p.explain()
	return p
}

// AreasNamed finds areas by their names; none are all.
func AreasNamed(names []string) (list []*scenarios.Area, err error) {
	for i := range scenarios.Areas {
		a := &scenarios.Areas[i]
		if len(names) == 0 || slices.Contains(names, a.Model.Name) {
			list = append(list, a)
		}
	}
	for _, name := range names {
		if _, ok := model.AreaNamed(name); !ok {
			return nil, Unknown("area", name, areaNames())
		}
	}
	return list, nil
}

func areaNames() (names []string) {
	for _, a := range model.Areas {
		names = append(names, a.Name)
	}
	return names
}

// walked lists the scenarios of the default run that are about the area alone.
func walked(a *model.Area) (list []*scenarios.Scenario) {
	for i := range scenarios.All {
		s := &scenarios.All[i]
		if areas := s.Config.Areas(); !s.Hidden && len(areas) == 1 && areas[0] == a {
			list = append(list, s)
		}
	}
	return list
}

func (p *Pairs) add(name string, m *meetings) {
	for i := range p.Pairs {
		if m.pairs[i] && !p.Pairs[i].Met() {
			p.Pairs[i].In = name
		}
	}
	for i := range p.Traits {
		if m.traits[i] && !p.Traits[i].Met() {
			p.Traits[i].In = name
		}
	}
}
