package main

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/scenarios"
)

// promises adds up what the scenarios of a run know about theirs.
func (s *summary) promises() (kept int, searched checker.ResponseReport) {
	for _, c := range s.done {
		for _, r := range c.explored.Responses {
			if r.Decided && r.Kept {
				kept++
			}
			searched.States += r.States
			searched.Components += r.Components
		}
	}
	return kept, searched
}

// promiseLine is there if a scenario has promises.
func (s *summary) promiseLine() string {
	kept, searched := s.promises()
	if kept == 0 {
		return ""
	}
	return fmt.Sprintf("%s kept on %s, %s.\n", plural(kept, "promise"), plural(searched.States, "state"),
		plural(searched.Components, "component"))
}

// promisesThat selects promises, each with its scenario. A violation ends a
// search before it can decide all.
func (s *summary) promisesThat(fits func(r *checker.ResponseReport) bool) (list []string) {
	for _, c := range s.done {
		if c.violation != nil {
			continue
		}
		for i := range c.explored.Responses {
			if r := &c.explored.Responses[i]; fits(r) {
				list = append(list, r.ID+" in "+c.search.scenario.Name)
			}
		}
	}
	return list
}

// emptyPromises are those that were never made, so that keeping them says
// nothing.
func (s *summary) emptyPromises() []string {
	if !s.own {
		return nil
	}
	return s.promisesThat(func(r *checker.ResponseReport) bool { return r.Decided && r.From == 0 })
}

// undecided are those that a search did not get to.
func (s *summary) undecided() []string {
	return s.promisesThat(func(r *checker.ResponseReport) bool { return !r.Decided })
}

// promiseWord is what was found out about a promise.
func promiseWord(r *checker.ResponseReport) string {
	searched := fmt.Sprintf("made in %s; %s without an answer, %s", plural(r.From, "state"),
		plural(r.States, "state"), plural(r.Components, "component"))
	switch {
	case !r.Decided:
		return "not decided"
	case !r.Kept:
		return "broken"
	case r.From == 0:
		return "never made"
	}
	return "kept: " + searched
}

// promiseJSON is a promise in --json.
type promiseJSON struct {
	ID         string `json:"id"`
	Decided    bool   `json:"decided"`
	Kept       bool   `json:"kept"`
	Made       uint64 `json:"made_in_states"`
	States     uint64 `json:"states"`
	Components uint64 `json:"components"`
}

func promisesJSON(list []checker.ResponseReport) (all []promiseJSON) {
	for _, r := range list {
		all = append(all, promiseJSON{r.ID, r.Decided, r.Kept, r.From, r.States, r.Components})
	}
	return all
}

func promiseTopics() (list []*topic) {
	for i := range invariants.Promises {
		list = append(list, promiseTopic(&invariants.Promises[i]))
	}
	return list
}

func promiseTopic(p *invariants.Response) *topic {
	t := &topic{id: p.ID, title: p.Title}
	suspended := ""
	if p.Suspended != nil {
		suspended = "a run in which it is suspended for ever from some moment on"
	}
	t.add(prose(p.Doc), known(
		[2]string{"area", string(p.Area)},
		[2]string{"broken by", "a run that goes on for ever and never answers: a story with a loop, or one after which nothing that must happen can happen"},
		[2]string{"not broken by", suspended},
		[2]string{"asked in", strings.Join(promisedIn(p.ID), ", ")},
		[2]string{"sources", strings.Join(p.Refs, "; ")},
	))
	t.add(grid([]string{"fairness", "what cannot be put off for ever"}, fairRows(p)))
	t.relate(brokenBy(p.ID)...)
	t.relate(claimsBy(p.ID)...)
	t.relate(promisedIn(p.ID)...)
	return t
}

func fairRows(p *invariants.Response) (rows [][]string) {
	for _, f := range p.Fair {
		rows = append(rows, []string{f.ID, f.Doc})
	}
	return rows
}

// promisedIn lists the scenarios that ask a promise.
func promisedIn(id string) (names []string) {
	for i := range scenarios.All {
		if s := &scenarios.All[i]; slices.Contains(s.Promises, id) {
			names = append(names, s.Name)
		}
	}
	return names
}

// promisesSection is there if a model has promises.
func promisesSection() string {
	if len(invariants.Promises) == 0 {
		return ""
	}
	return "## Promises\n\nWhat must come in the end, in runs that go on for ever. A promise is decided under its fairness: " +
		"operations that cannot be put off for ever once they could always change something.\n\n" +
		contentsOf("promise", "what is promised") + sections("promise")
}
