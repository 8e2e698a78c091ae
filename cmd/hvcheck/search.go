package main

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
	system  = checker.System[model.World, model.Op]
	report  = checker.Report[model.Op]
	sampled = checker.SampleReport[model.Op]
	fault   = checker.Fault[model.Op]
)

// search is one scenario under one configuration, with the invariants and
// promises that are asked of it.
type search struct {
	scenario *scenarios.Scenario
	config   model.Config
	ids      []string
	mix      gen.Mix                                // for sampling
	models   []checker.Model[model.World, model.Op] // handed out so far
}

// newSearch asks what the scenario asks.
func newSearch(s *scenarios.Scenario, c model.Config) *search {
	return &search{scenario: s, config: c, ids: s.Asked(), mix: gen.All}
}

// asking is the same search for other invariants and promises. What the engine
// asks by itself needs no mention.
func (s *search) asking(ids ...string) *search {
	other := &search{scenario: s.scenario, config: s.config, ids: []string{}, mix: s.mix}
	for _, id := range ids {
		if isInvariant(id) || isPromise(id) {
			other.ids = append(other.ids, id)
		}
	}
	return other
}

func isInvariant(id string) bool {
	_, ok := invariants.ByID(id)
	return ok
}

func isPromise(id string) bool {
	_, ok := invariants.PromiseByID(id)
	return ok
}

// system is the factory that the engine takes.
func (s *search) system() system {
	sys := s.scenario.System(s.config, s.ids)
	s.models = append(s.models, sys.Model)
	return sys
}

// rules tells which switchable rules have come into play.
func (s *search) rules() map[string]bool {
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

// explore searches everything within the bounds.
func (a *app) explore(ctx context.Context, s *search, b checker.Bounds) (report, error) {
	defer a.live.clear()
	r, err := checker.Explore(ctx, s.system, checker.Options{
		Bounds: b, Workers: a.workers, Progress: a.live.searching(s.scenario.Name),
	})
	if err != nil {
		return r, engineError(s.scenario.Name, err)
	}
	return r, nil
}

// sample draws random runs until the time is over.
func (a *app) sample(ctx context.Context, s *search, seed uint64, d time.Duration) (sampled, error) {
	defer a.live.clear()
	r, err := checker.Sample(ctx, s.system, s.source, checker.SampleOptions{
		Seed: seed, Time: d, Workers: a.workers, Progress: a.live.searching(s.scenario.Name),
	})
	if err != nil {
		return r, engineError(s.scenario.Name, err)
	}
	return r, nil
}

func (s *search) source() checker.Source[model.Op] {
	return gen.NewSource(s.scenario, s.config, s.mix)
}

// minimized is a shortest and simplest form of a fault. A search for shorter
// stories is left out for one that a search has found.
func (s *search) minimized(f *fault, by string) fault {
	var opt checker.MinimizeOptions
	if by == byExplore {
		opt.States = 1
	}
	return checker.Minimize(s.system, counterexamples.NewSimplifier(s.scenario, s.config), *f, opt)
}

// Who found a story.
const (
	byExplore = "explore"
	bySample  = "sample"
)

// lengthOf counts the operations of a fault's story, those of its loop once.
func lengthOf(f *fault) int { return len(f.Ops) + len(f.Loop) }

// story minimises a fault and makes a story of it.
func (s *search) story(f *fault, found counterexamples.Found) (*counterexamples.Story, error) {
	least := s.minimized(f, found.By)
	story, err := counterexamples.FromFault(s.scenario, s.config, &least, found)
	if err != nil {
		return nil, exit{exitInternal, fmt.Errorf("%s: %w", s.scenario.Name, err)}
	}
	return &story, nil
}
