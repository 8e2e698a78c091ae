package main

import (
	"hvcheck/counterexamples"
	"hvcheck/model"
)

// What run and explore write with --json.
type (
	runJSON struct {
		Verdict    string          `json:"verdict"`
		Seed       uint64          `json:"seed"`
		Scenarios  []scenarioJSON  `json:"scenarios"`
		Invariants []string        `json:"invariants"`
		Promises   []string        `json:"promises,omitempty"`
		Results    resultsJSON     `json:"results"`
		RulesIdle  []string        `json:"rules_not_in_play"`
		Violations []violationJSON `json:"violations"`
	}
	scenarioJSON struct {
		Scenario    string            `json:"scenario"`
		Area        model.Area        `json:"area"`
		Design      map[string]string `json:"design,omitempty"`
		Bounds      map[string]uint8  `json:"bounds"`
		States      uint64            `json:"states"`
		Transitions uint64            `json:"transitions"`
		Refused     uint64            `json:"refused"`
		Depth       int               `json:"depth"`
		Exhaustive  bool              `json:"exhaustive"`
		Stopped     string            `json:"stopped,omitempty"`
		Bytes       uint64            `json:"bytes"`
		Traces      uint64            `json:"sampled_traces"`
		Steps       uint64            `json:"sampled_steps"`
		Goals       []goalJSON        `json:"goals"`
		Promises    []promiseJSON     `json:"promises,omitempty"`
		Verdict     string            `json:"verdict"`
		Seconds     float64           `json:"seconds"`
	}
	goalJSON struct {
		ID    string `json:"id"`
		Met   bool   `json:"met"`
		Depth int    `json:"depth,omitempty"`
	}
	resultsJSON struct {
		Seen     []string `json:"seen"`
		Missed   []string `json:"missed"`
		Unlisted []string `json:"unlisted"`
	}
)

func (s *summary) json() runJSON {
	seen, _ := s.results()
	_, idle := s.rules()
	j := runJSON{
		Verdict: verdictWord(s.code()), Seed: s.seed, Invariants: s.asked(isInvariant), Promises: s.asked(isPromise), RulesIdle: filled(idle),
		Results: resultsJSON{filled(seen), filled(s.missedResults()), filled(s.unlisted())}, Violations: []violationJSON{},
	}
	for _, c := range s.done {
		j.Scenarios = append(j.Scenarios, c.json())
	}
	for _, v := range s.violations() {
		j.Violations = append(j.Violations, v.json())
	}
	return j
}

// filled is a list that JSON does not write as null.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// verdictWord is an exit code as a word.
func verdictWord(code int) string {
	return map[int]string{exitHolds: "holds", exitViolated: "violated", exitInconclusive: "open"}[code]
}

func (c *checked) json() scenarioJSON {
	r := &c.explored
	j := scenarioJSON{
		Scenario: c.search.scenario.Name, Area: c.search.scenario.Area,
		Design: map[string]string{}, Bounds: map[string]uint8{},
		States: r.States, Transitions: r.Transitions, Refused: r.Refused, Depth: r.Depth,
		Exhaustive: r.Exhaustive, Stopped: r.Stopped, Bytes: r.Bytes,
		Goals: []goalJSON{}, Traces: c.sampled.Traces, Steps: c.sampled.Steps, Verdict: c.verdict(), Seconds: c.took.Seconds(),
	}
	for _, choice := range c.search.config.Design() {
		j.Design[choice.Name] = choice.Value
	}
	for _, b := range counterexamples.BoundsOf(&c.search.config) {
		j.Bounds[b.Name] = *b.Of(&c.search.config.Bounds)
	}
	j.Promises = promisesJSON(r.Responses)
	for i, g := range r.Goals {
		met := g.Met || len(c.sampled.Goals) > 0 && c.sampled.Goals[i].Met
		j.Goals = append(j.Goals, goalJSON{g.ID, met, g.Depth})
	}
	return j
}
