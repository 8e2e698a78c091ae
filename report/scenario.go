package report

import (
	"fmt"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
)

// What run, explore and sample write with --json of one scenario.
type (
	scenarioJSON struct {
		Scenario    string           `json:"scenario"`
		Area        string           `json:"area"`
		Design      choicesJSON      `json:"design"`
		Idle        []string         `json:"not_in_play,omitempty"` // of the design
		Same        bool             `json:"as_without_design,omitempty"`
		Bounds      map[string]uint8 `json:"bounds"`
		Asked       askedJSON        `json:"asked"`
		Mix         string           `json:"mix,omitempty"`
		States      uint64           `json:"states"`
		Transitions uint64           `json:"transitions"`
		Refused     uint64           `json:"refused"`
		Depth       int              `json:"depth"`
		Exhaustive  bool             `json:"exhaustive"`
		Stopped     string           `json:"stopped,omitempty"`
		Bytes       uint64           `json:"bytes"`
		Traces      uint64           `json:"sampled_traces"`
		Steps       uint64           `json:"sampled_steps"`
		Goals       []goalJSON       `json:"goals"`
		Promises    []promiseJSON    `json:"promises,omitempty"`
		Verdict     string           `json:"verdict"`
		Seconds     float64          `json:"seconds"`
	}
	askedJSON struct {
		Invariants []string `json:"invariants"`
		Promises   []string `json:"promises"`
		Always     []string `json:"always"`
	}
	goalJSON struct {
		ID    string `json:"id"`
		Met   bool   `json:"met"`
		Depth int    `json:"depth,omitempty"`
	}
)

// choicesJSON is a design wherever one stands in --json: what is not at its
// baseline, by setting.
type choicesJSON map[string]string

func asChoices(list []model.Choice) choicesJSON {
	j := choicesJSON{}
	for _, ch := range list {
		j[ch.Name] = ch.Value
	}
	return j
}

func asScenarioJSON(c *judge.Checked) scenarioJSON {
	r := &c.Explored
	j := scenarioJSON{
		Scenario: c.Search.Scenario.Name, Area: model.AreaNames(c.Search.Config.Areas()),
		Design: asChoices(c.Search.Config.Design()), Bounds: map[string]uint8{}, Idle: c.InPlay.Idle, Same: c.InPlay.Same,
		States: r.States, Transitions: r.Transitions, Refused: r.Refused, Depth: r.Depth,
		Exhaustive: r.Exhaustive, Stopped: r.Stopped, Bytes: r.Bytes,
		Goals: []goalJSON{}, Traces: c.Sampled.Traces, Steps: c.Sampled.Steps, Verdict: c.Verdict(), Seconds: c.Took.Seconds(),
	}
	for _, b := range counterexamples.BoundsOf(&c.Search.Config) {
		j.Bounds[b.Name] = *b.Of(&c.Search.Config)
	}
	j.Promises = promisesJSON(r.Responses)
	invariants, promises, always := c.Search.Asked()
	j.Asked = askedJSON{phrase.Filled(invariants), phrase.Filled(promises), phrase.Filled(always)}
	if c.Sampled.Traces > 0 {
		j.Mix = c.Search.Mix.Name
	}
	for _, g := range c.Goals() {
		j.Goals = append(j.Goals, goalJSON{g.ID, g.Met, g.Depth})
	}
	return j
}

// searchedWord says how much was searched. Whoever finds a promise broken has
// seen all states.
func searchedWord(r *judge.Report) string {
	if r.Exhaustive || r.Fault != nil && r.Fault.Forever {
		return "exhaustive"
	}
	return fmt.Sprintf("to depth %d", r.Depth)
}

func sampledWord(c *judge.Checked) string {
	if c.Sampled.Traces == 0 {
		return "-"
	}
	return phrase.Human(c.Sampled.Steps) + " steps"
}

// promiseWord is what was found out about a promise.
func promiseWord(r *checker.ResponseReport) string {
	searched := fmt.Sprintf("made in %s; %s without an answer, %s", phrase.Plural(r.From, "state"),
		phrase.Plural(r.States, "state"), phrase.Plural(r.Components, "component"))
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
