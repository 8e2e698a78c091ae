package report

import (
	"fmt"
	"slices"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// RunTable is the table of a run.
func (p *Printer) RunTable(plan *judge.Plan) *Table {
	t := p.Table(Column{Name: "SCENARIO"}, Column{Name: "AREA", spare: 1}, Column{Name: "STATES", width: 8, right: true},
		Column{Name: "DEPTH", right: true, spare: 2}, Column{Name: "SEARCHED", width: 11},
		Column{Name: "SAMPLED", width: 13, spare: 4}, Column{Name: "VERDICT", width: 13}, Column{Name: "TIME", width: 6, right: true, spare: 3})
	for _, s := range plan.Searches {
		t.fit(0, s.Scenario.Name)
		t.fit(1, model.AreaNames(s.Scenario.Config.Areas()))
	}
	return t
}

// RunRow is its row for a scenario.
func RunRow(c *judge.Checked) []string {
	return []string{
		c.Search.Scenario.Name, model.AreaNames(c.Search.Scenario.Config.Areas()), fmt.Sprint(c.Explored.States),
		fmt.Sprint(c.Explored.Depth), searchedWord(&c.Explored), sampledWord(c), c.Verdict(), phrase.Seconds(c.Took),
	}
}

// SampleTable is the table of a sampling.
func (p *Printer) SampleTable(plan *judge.Plan) *Table {
	t := p.Table(Column{Name: "SCENARIO"}, Column{Name: "AREA", spare: 1}, Column{Name: "MIX"},
		Column{Name: "RUNS", width: 8, right: true, spare: 2}, Column{Name: "STEPS", width: 8, right: true}, Column{Name: "VERDICT", width: 13},
		Column{Name: "TIME", width: 6, right: true})
	for _, s := range plan.Searches {
		t.fit(0, s.Scenario.Name)
		t.fit(1, model.AreaNames(s.Scenario.Config.Areas()))
		t.fit(2, s.Mix.Name)
	}
	return t
}

// SampleRow is its row for a scenario.
func SampleRow(c *judge.Checked) []string {
	return []string{
		c.Search.Scenario.Name, model.AreaNames(c.Search.Scenario.Config.Areas()), c.Search.Mix.Name,
		phrase.Human(c.Sampled.Traces), phrase.Human(c.Sampled.Steps), c.Verdict(), phrase.Seconds(c.Took),
	}
}

// ShowRun writes the summary of a run, or of a sampling.
func (p *Printer) ShowRun(s *judge.Summary) error {
	if p.AsJSON() {
		return p.WriteJSON(runAsJSON(s))
	}
	p.Printf("\n%s", Prose(counts(s)+promisesLine(s)))
	p.Printf("%s", p.gaps(s))
	p.showAll(s.Violations())
	p.Printf("%s", conclusion(s, runNext(s)))
	return nil
}

// runNext is what to type after a run without a finding.
func runNext(s *judge.Summary) string {
	switch {
	case s.Sampling():
		return "Every state:  hvcheck run"
	case s.Scope.Full || s.Scope.Given():
		return "What each rule says:  hvcheck list"
	}
	return "Larger bounds: hvcheck run --full"
}

func counts(s *judge.Summary) string {
	goals, missed := s.Goals()
	seen, unseen := s.Results()
	pairs := fmt.Sprintf("%d", len(seen))
	if s.All {
		pairs += fmt.Sprintf(" of %d", len(seen)+len(unseen))
	}
	rules, idle := s.Rules()
	met := ""
	if goals > 0 {
		met = fmt.Sprintf(", %d of %d reach goals met", goals-len(missed), goals)
	}
	invariants, _, _ := s.Asked()
	return fmt.Sprintf("%s, %s%s,\n%s (operation, result) pairs seen, %d of %d switchable rules in play, seed %d.\n",
		phrase.Plural(len(s.Done), "scenario"), phrase.Plural(len(invariants), "invariant"), met, pairs, rules-len(idle), rules, s.Seed)
}

// promiseLine is there if a scenario has promises.
func promisesLine(s *judge.Summary) string {
	kept, searched := s.Promises()
	if kept == 0 {
		return ""
	}
	return fmt.Sprintf("%s kept on %s, %s.\n", phrase.Plural(kept, "promise"), phrase.Plural(searched.States, "state"),
		phrase.Plural(searched.Components, "component"))
}

// What run and sample write with --json, and of the design explore too.
type (
	runJSON struct {
		Verdict string `json:"verdict"`
		Seed    uint64 `json:"seed"`
		designJSON
		Scenarios  []scenarioJSON  `json:"scenarios"`
		Invariants []string        `json:"invariants"`
		Promises   []string        `json:"promises,omitempty"`
		Always     []string        `json:"asked_always"`
		Results    resultsJSON     `json:"results"`
		RulesIdle  []string        `json:"rules_not_in_play"`
		NoEffect   []noEffectJSON  `json:"bounds_without_effect,omitempty"`
		Violations []violationJSON `json:"violations"`
		Version    string          `json:"version"`
	}
	// designJSON is the design that was given, and where it made no difference.
	designJSON struct {
		Designs  []string          `json:"designs"` // by name; none is the baseline
		Baseline map[string]string `json:"baseline"`
		Never    []string          `json:"design_never_in_play,omitempty"`
		Hangs    []string          `json:"may_hang,omitempty"`
	}
	noEffectJSON struct {
		Scenario string `json:"scenario"`
		Bound    string `json:"bound"`
		Value    uint8  `json:"value"`
		Because  string `json:"because"`
	}
	resultsJSON struct {
		Seen     []string `json:"seen"`
		Missed   []string `json:"missed"`
		Unlisted []string `json:"unlisted"`
	}
)

func runAsJSON(s *judge.Summary) runJSON {
	seen, _ := s.Results()
	_, idle := s.Rules()
	j := runJSON{
		Verdict: verdictWord(s), Seed: s.Seed, designJSON: designAsJSON(s), RulesIdle: phrase.Filled(idle),
		Results: resultsJSON{phrase.Filled(seen), phrase.Filled(s.MissedResults()), phrase.Filled(s.Unlisted())}, Violations: []violationJSON{},
		Scenarios: []scenarioJSON{}, Version: judge.Version(),
	}
	j.Invariants, j.Promises, j.Always = s.Asked()
	j.Invariants, j.Always = phrase.Filled(j.Invariants), phrase.Filled(j.Always)
	for _, e := range s.NoEffect {
		j.NoEffect = append(j.NoEffect, noEffectJSON{e.Scenario.Name, e.Bound.Name, e.Value, e.Because})
	}
	for _, c := range s.Done {
		j.Scenarios = append(j.Scenarios, asScenarioJSON(c))
	}
	for _, v := range s.Violations() {
		j.Violations = append(j.Violations, asJSON(v))
	}
	return j
}

func designAsJSON(s *judge.Summary) designJSON {
	j := designJSON{Designs: phrase.Filled(s.Designs), Baseline: map[string]string{}, Hangs: hangLines(s)}
	for _, a := range scenarios.Areas {
		if slices.Contains(s.Areas(), a.Model) {
			j.Baseline[a.Model.Name] = a.Baseline
		}
	}
	for _, sw := range s.IdleSwitches() {
		if sw.Never {
			j.Never = append(j.Never, sw.ID)
		}
	}
	return j
}

// verdictWord is how it ends, as a word.
func verdictWord(s *judge.Summary) string {
	switch code := s.Code(); {
	case code == judge.ExitViolated:
		return "violated"
	case code == judge.ExitInconclusive:
		return "open"
	case s.Sampling():
		return "nothing found"
	}
	return "holds"
}
