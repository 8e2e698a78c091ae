package judge

import (
	"context"
	"fmt"
	"time"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// The engine's types over our world.
type (
	system = checker.System[model.World, model.Op]
	// Report is what a search found.
	Report = checker.Report[model.Op]
	// Sampled is what sampling found.
	Sampled = checker.SampleReport[model.Op]
	// Fault is a violation, as the engine found it.
	Fault = checker.Fault[model.Op]
)

// Search is one scenario under one configuration, with the invariants and
// promises that are asked of it.
type Search struct {
	Scenario *scenarios.Scenario
	Config   model.Config
	ids      []string
	Mix      gen.Mix                                // for sampling
	models   []checker.Model[model.World, model.Op] // handed out so far
}

// NewSearch asks what the scenario asks.
func NewSearch(s *scenarios.Scenario, c model.Config) *Search {
	return &Search{Scenario: s, Config: c, ids: s.Asked(), Mix: gen.MixFor(s)}
}

// asking is the same search for other invariants and promises. What the engine
// asks by itself needs no mention.
func (s *Search) asking(ids ...string) *Search {
	other := &Search{Scenario: s.Scenario, Config: s.Config, ids: []string{}, Mix: s.Mix}
	for _, id := range ids {
		if IsInvariant(id) || IsPromise(id) {
			other.ids = append(other.ids, id)
		}
	}
	return other
}

// Asked lists what is asked: invariants, promises, and what is asked always.
func (s *Search) Asked() (invariants, promises, always []string) {
	for _, id := range s.ids {
		if IsPromise(id) {
			promises = append(promises, id)
		} else {
			invariants = append(invariants, id)
		}
	}
	return invariants, promises, s.Scenario.Always(s.ids)
}

// IsInvariant tells the id of an invariant.
func IsInvariant(id string) bool {
	_, ok := invariants.ByID(id)
	return ok
}

// IsPromise tells the id of a promise.
func IsPromise(id string) bool {
	_, ok := invariants.PromiseByID(id)
	return ok
}

// system is the factory that the engine takes.
func (s *Search) system() system {
	sys := s.Scenario.System(s.Config, s.ids)
	s.models = append(s.models, sys.Model)
	return sys
}

// rules tells which switchable rules have come into play.
func (s *Search) rules() map[string]bool {
	asked := map[string]bool{}
	for _, m := range s.models {
		if m, ok := m.(interface{ RulesAsked() map[string]bool }); ok {
			for id := range m.RulesAsked() {
				asked[id] = true
			}
		}
	}
	return asked
}

// met tells which results of an operation came under their conditions, a bit
// each, as far as the contracts are asked.
func (s *Search) met(k model.Kind) (which uint32) {
	for _, m := range s.models {
		if m, ok := m.(interface{ Met(model.Kind) uint32 }); ok {
			which |= m.Met(k)
		}
	}
	return which
}

// Explore searches everything within the bounds; without any, as deep as the
// scenario says.
func (j *Judge) Explore(ctx context.Context, s *Search, b checker.Bounds) (Report, error) {
	defer j.told()
	if b == (checker.Bounds{}) {
		b.Depth = s.Scenario.Depth
	}
	r, err := checker.Explore(ctx, s.system, checker.Options{
		Bounds: b, Workers: j.Workers, Progress: j.following(s.Scenario.Name),
	})
	if err != nil {
		return r, engineError(s.Scenario.Name, err)
	}
	return r, nil
}

// sample draws random runs until the time is over.
func (j *Judge) sample(ctx context.Context, s *Search, seed uint64, d time.Duration) (Sampled, error) {
	defer j.told()
	r, err := checker.Sample(ctx, s.system, s.source, checker.SampleOptions{
		Seed: seed, Time: d, Workers: j.Workers, Progress: j.following(s.Scenario.Name),
	})
	if err != nil {
		return r, engineError(s.Scenario.Name, err)
	}
	return r, nil
}

func (s *Search) source() checker.Source[model.Op] {
	return gen.NewSource(s.Scenario, s.Config, s.Mix)
}

// minimized is a shortest and simplest form of a fault. A search for shorter
// stories is left out for one that a search has found.
func (s *Search) minimized(f *Fault, by string) Fault {
	var opt checker.MinimizeOptions
	if by == ByExplore {
		opt.States = 1
	}
	return checker.Minimize(s.system, counterexamples.NewSimplifier(s.Scenario, s.Config), *f, opt)
}

// Who found a story.
const (
	ByExplore = "explore"
	BySample  = "sample"
)

// LengthOf counts the operations of a fault's story, those of its loop once.
func LengthOf(f *Fault) int { return len(f.Ops) + len(f.Loop) }

// story minimises a fault and makes a story of it.
func (s *Search) story(f *Fault, found counterexamples.Found) (*counterexamples.Story, error) {
	least := s.minimized(f, found.By)
	found.Version = Version()
	story, err := counterexamples.FromFault(s.Scenario, s.Config, &least, found)
	if err != nil {
		return nil, Exit{ExitInternal, fmt.Errorf("%s: %w", s.Scenario.Name, err)}
	}
	return &story, nil
}
