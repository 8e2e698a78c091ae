package report

import (
	"encoding/json"
	"slices"
	"time"

	"hvcheck/conform"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Conformance is what was compared with a target.
type Conformance struct {
	Target string         // with its version
	Design []model.Choice // what it was compared with, beside today's code; later ones count
	// Outcomes are those of the plays that are told of: all that were asked for by
	// name, and of others those with a difference.
	Outcomes []*conform.Outcome
	Tally    conform.Tally
	Boots    int
	Took     time.Duration
}

// What is written with --json of plays on a target, and of recordings.
type (
	conformJSON struct {
		Target  string     `json:"target"`
		Design  []string   `json:"design"` // today, and choices beside it
		Plays   []playJSON `json:"plays"`
		Tally   tallyJSON  `json:"tally"`
		Boots   int        `json:"boots"`
		Seconds float64    `json:"seconds"`
		Version string     `json:"version"`
	}
	playJSON struct {
		Name       string          `json:"name"`
		Seed       uint64          `json:"seed,omitempty"`
		Scenario   string          `json:"scenario"`
		Operations int             `json:"operations"` // that the model explains
		Of         int             `json:"of"`
		Undriven   string          `json:"undriven,omitempty"`
		Steps      []playStepJSON  `json:"steps"`
		Difference *differenceJSON `json:"difference,omitempty"`
		Story      json.RawMessage `json:"story"` // what was carried out
	}
	playStepJSON struct {
		Op      string           `json:"op"`
		Result  string           `json:"result"`
		Then    []string         `json:"then,omitempty"`
		Changes []conform.Change `json:"changes,omitempty"`
	}
	differenceJSON struct {
		Step  int            `json:"step"`
		Op    string         `json:"op"`
		Items []conform.Item `json:"items"`
	}
	tallyJSON struct {
		Sequences   int            `json:"sequences"`
		Operations  int            `json:"operations"`
		Stopped     int            `json:"stopped"`
		Resumed     int            `json:"resumed"`
		Skipped     int            `json:"skipped"`
		Differences int            `json:"differences"`
		Undriven    map[string]int `json:"undriven"` // reasons
	}
	checkedJSON struct {
		File       string          `json:"file"`
		Targets    []string        `json:"targets"`
		Sequences  int             `json:"sequences"`
		Operations int             `json:"operations"`
		States     int             `json:"states"`
		Line       int             `json:"line,omitempty"` // of the difference
		Difference *differenceJSON `json:"difference,omitempty"`
		Version    string          `json:"version"`
	}
)

// design is what the target was compared with, as people write it.
func (c *Conformance) design() []string {
	list := []string{scenarios.Today}
	for i, ch := range c.Design {
		again := func(other model.Choice) bool { return other.Name == ch.Name }
		if !slices.ContainsFunc(c.Design[i+1:], again) {
			list = append(list, ch.String())
		}
	}
	return list
}

func newConformJSON(c *Conformance) conformJSON {
	t := &c.Tally
	j := conformJSON{
		Target: c.Target, Design: c.design(), Plays: []playJSON{}, Boots: c.Boots, Seconds: c.Took.Seconds(), Version: judge.Version(),
		Tally: tallyJSON{t.Plays, t.Done, t.Stopped, t.Resumed, t.Skipped, t.Differences, t.Undriven},
	}
	for _, o := range c.Outcomes {
		j.Plays = append(j.Plays, newPlayJSON(o))
	}
	return j
}

func newPlayJSON(o *conform.Outcome) playJSON {
	j := playJSON{
		Name: o.Play.Name, Seed: o.Play.Seed, Scenario: o.Play.Scene.Scenario.Name,
		Operations: o.Done, Of: len(o.Play.Ops), Undriven: o.Undriven, Steps: []playStepJSON{},
		Difference: newDifferenceJSON(o.Difference), Story: counterexamples.EncodeJSON(o.Same().Story()),
	}
	for i, l := range o.Lines {
		j.Steps = append(j.Steps, playStepJSON{l.Op, l.Result, l.Then, o.Changes(i)})
	}
	return j
}

func newDifferenceJSON(d *conform.Difference) *differenceJSON {
	if d == nil {
		return nil
	}
	return &differenceJSON{d.Step, d.Op, d.Items}
}

func newCheckedJSON(file string, c *conform.Checked) checkedJSON {
	j := checkedJSON{
		File: file, Targets: c.Targets, Sequences: c.Sequences, Operations: c.Lines, States: c.States,
		Difference: newDifferenceJSON(c.Difference), Version: judge.Version(),
	}
	if c.Difference != nil {
		j.Line = c.At
	}
	return j
}
