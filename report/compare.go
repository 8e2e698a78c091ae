package report

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// ShowCompared tells how a story goes under another design; false if next, which
// comes between steps, says so.
func (p *Printer) ShowCompared(file string, s *counterexamples.Story, c *counterexamples.Compared, all bool, next func() bool) bool {
	p.Printf("%s", Prose(file+": "+Setting(s)+"\n"))
	if id := s.Fault.Invariant; id != "" {
		p.Printf("%s", Prose(byHandOr(s, "expected to violate", "recorded as a violation of")+" "+id+": "+scenarios.Demand(id)+"\n"))
	}
	for _, problem := range c.Own.Problems {
		p.Printf("under its own design: %s\n", problem)
	}
	which := "another"
	if c.Story.Config == s.Config {
		which = "the same"
	}
	p.Printf("%s", Prose("here under "+which+" design: "+Setting(c.Story)+"\n"))
	p.apart()
	whole := false
	p.fenced(func() { whole = p.comparedSteps(c, all, next) })
	if whole {
		p.Printf("\n%s", Prose(comparedOutcome(s, c)))
	}
	return whole
}

// comparedSteps tells the steps; false if next says to stop.
func (p *Printer) comparedSteps(c *counterexamples.Compared, all bool, next func() bool) bool {
	t := p.telling()
	t.Design(c.Story)
	t.Start(c.Story, othersOf(c))
	p.Printf("\n")
	w := WidthsOf(othersOf(c))
	for i := range c.Steps {
		t.compared(c, i, w, all)
		if i < len(c.Steps)-1 && !next() {
			return false
		}
	}
	return true
}

// othersOf are the steps under the other design.
func othersOf(c *counterexamples.Compared) (steps []counterexamples.Step) {
	for i := range c.Steps {
		if step := c.Steps[i].Other; step != nil {
			steps = append(steps, *step)
		}
	}
	return steps
}

// compared writes step i under the other design, with what differs there.
func (t *Telling) compared(c *counterexamples.Compared, i int, w Widths, all bool) {
	b := &c.Steps[i]
	deeper := &Telling{Out: t.Out, paint: t.paint, indent: t.indent + "    "}
	others := othersOf(c)
	if b.Other == nil {
		deeper.Printf("its own design goes on: %v  # %v", b.Own.Op, b.Own.Result)
		return
	}
	t.part(others, i)
	t.step(c.Story, b.Other, w)
	if all {
		deeper.facts(model.Known(model.Facts(&c.Story.Config, &b.Other.World)))
	}
	switch {
	case b.Own == nil:
		deeper.Printf("its own design has no such step")
	case b.Own.Op != b.Other.Op:
		deeper.Printf("with its own design: %v  # %v", b.Own.Op, b.Own.Result)
	case b.Own.Result != b.Other.Result:
		deeper.Printf("with its own design: %v", b.Own.Result)
	}
	t.apart(c, i)
	if i == len(others)-1 {
		t.end(c.Story, others)
	}
	if b.Other.Violated != "" {
		deeper.reason(b.Other)
	}
}

// apart writes where the states differ, as far as they did not before the step.
func (t *Telling) apart(c *counterexamples.Compared, i int) {
	var before []model.Change
	if i > 0 {
		before = c.Steps[i-1].Apart
	}
	now := c.Steps[i].Apart
	deeper := &Telling{Out: t.Out, paint: t.paint, indent: t.indent + "    "}
	fresh := slices.DeleteFunc(slices.Clone(now), func(ch model.Change) bool { return slices.Contains(before, ch) })
	switch {
	case len(fresh) > 0:
		deeper.Printf("the state differs, with its own design -> here")
		deeper.indent += "  "
		deeper.bareChanges(fresh)
	case len(now) == 0 && len(before) > 0 && c.Steps[i].Own != nil && c.Steps[i].Other != nil:
		deeper.Printf("the state is the same again")
	}
}

// comparedOutcome is what came of it.
func comparedOutcome(s *counterexamples.Story, c *counterexamples.Compared) string {
	results, states := differing(c)
	text := fmt.Sprintf("Other than with its own design: the results of %s, the states after %s.\n",
		phrase.Plural(results, "step"), phrase.Plural(states, "step"))
	if results+states == 0 {
		text = "Every result and every state is the same as with its own design.\n"
	}
	id := s.Fault.Invariant
	switch {
	case len(c.Problems) > 0:
		return text + strings.Join(c.Problems, "\n") + "\n"
	case c.Fault != nil && id == "":
		return text + fmt.Sprintf("%s is violated here %s.\n", c.Fault.Violated, moment(c.Story, c.Fault))
	case c.Fault != nil:
		return text + fmt.Sprintf("%s is violated here too, %s.\n", id, moment(c.Story, c.Fault))
	case c.Instead != nil:
		return text + fmt.Sprintf("%s is not violated here%s; %s is, at %s.\n", id, c.Unbroken, c.Instead.Violated, stepName(c.Instead))
	case id == "":
		return text + "Nothing is violated here.\n"
	}
	return text + fmt.Sprintf("%s is not violated here%s.\n", id, c.Unbroken)
}

// differing counts the steps with another result, and those with another state.
func differing(c *counterexamples.Compared) (results, states int) {
	for i := range c.Steps {
		if b := &c.Steps[i]; i > 0 && !b.SameResult() {
			results++
		}
		if len(c.Steps[i].Apart) > 0 {
			states++
		}
	}
	return results, states
}

// What replay writes with --json under another design.
type (
	// ComparedJSON is a story under another design.
	ComparedJSON struct {
		File        string             `json:"file"`
		Scenario    string             `json:"scenario"`
		Setting     []string           `json:"setting"`
		Design      choicesJSON        `json:"design"`
		Fault       string             `json:"recorded_violation,omitempty"`
		Other       []string           `json:"other_setting"`
		OtherDesign choicesJSON        `json:"other_design"`
		Steps       []comparedStepJSON `json:"steps"`
		Violated    string             `json:"violated,omitempty"` // the recorded one, or another
		At          int                `json:"violated_at,omitempty"`
		Still       bool               `json:"still_violated"` // the recorded one
		Problems    []string           `json:"problems"`
		Version     string             `json:"version"`
	}
	comparedStepJSON struct {
		Step     int          `json:"step"`
		Own      *doneJSON    `json:"own,omitempty"`
		Other    *doneJSON    `json:"other,omitempty"`
		Apart    []changeJSON `json:"state_differs,omitempty"` // was: with its own design, is: with the other
		Violated string       `json:"violated,omitempty"`
		Detail   string       `json:"detail,omitempty"`
	}
	doneJSON struct {
		Op     string `json:"op"`
		Result string `json:"result"`
	}
)

// NewComparedJSON is a story under another design, as it is written with --json.
func NewComparedJSON(file string, s *counterexamples.Story, c *counterexamples.Compared) ComparedJSON {
	j := ComparedJSON{
		File: file, Scenario: s.Scenario.Name, Setting: BoundList(s.Config), Design: asChoices(s.Config.Design()), Fault: s.Fault.Invariant,
		Other: BoundList(c.Story.Config), OtherDesign: asChoices(c.Story.Config.Design()), Problems: phrase.Filled(c.Problems), Version: judge.Version(),
		Still: c.Fault != nil && s.Fault.Invariant != "",
	}
	for _, at := range []*counterexamples.Step{c.Fault, c.Instead} {
		if at != nil {
			j.Violated, j.At = at.Violated, at.N
		}
	}
	for i := range c.Steps {
		j.Steps = append(j.Steps, newComparedStep(i, &c.Steps[i]))
	}
	return j
}

func newComparedStep(n int, b *counterexamples.Beside) comparedStepJSON {
	j := comparedStepJSON{Step: n, Own: newDone(b.Own), Other: newDone(b.Other)}
	for _, ch := range b.Apart {
		j.Apart = append(j.Apart, changeJSON(ch))
	}
	if b.Other != nil {
		j.Violated, j.Detail = b.Other.Violated, b.Other.Detail
	}
	return j
}

// newDone is what was done in a step; nil in the start state, and where there is
// none.
func newDone(s *counterexamples.Step) *doneJSON {
	if s == nil || s.N == 0 {
		return nil
	}
	return &doneJSON{s.Op.String(), s.Result.String()}
}
