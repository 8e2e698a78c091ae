package report

import (
	"fmt"
	"io"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// ShowReplay tells a replay; false if next, which comes between steps, says so.
func (p *Printer) ShowReplay(file string, s *counterexamples.Story, run *counterexamples.Replayed, all bool, next func() bool) bool {
	p.Printf("%s", Prose(file+": "+Setting(s)+"\n"))
	if id := s.Fault.Invariant; id != "" {
		p.Printf("%s", Prose(byHandOr(s, "expected to violate", "recorded as a violation of")+" "+id+": "+scenarios.Demand(id)+"\n"))
	}
	p.apart()
	whole := false
	p.fenced(func() { whole = p.replaySteps(s, run, all, next) })
	if whole {
		p.Printf("\n%s", Prose(outcome(s, run)))
	}
	return whole
}

// replaySteps tells the steps; false if next says to stop.
func (p *Printer) replaySteps(s *counterexamples.Story, run *counterexamples.Replayed, all bool, next func() bool) bool {
	t := p.telling()
	t.Design(s)
	t.Start(s, run.Steps)
	p.Printf("\n")
	w := WidthsOf(run.Steps)
	for i := range run.Steps {
		t.Replayed(s, run.Steps, i, w, all)
		if i < len(run.Steps)-1 && !next() {
			return false
		}
	}
	return true
}

// byHandOr chooses the words for what a story records, or what somebody who has
// written it expects.
func byHandOr(s *counterexamples.Story, byHand, recorded string) string {
	if s.ByHand() {
		return byHand
	}
	return recorded
}

// Replayed writes step i with what it changed.
func (t *Telling) Replayed(s *counterexamples.Story, steps []counterexamples.Step, i int, w Widths, all bool) {
	step := &steps[i]
	t.part(steps, i)
	t.step(s, step, w)
	deeper := &Telling{Out: t.Out, paint: t.paint, indent: t.indent + "    "}
	if step.Recorded != nil && *step.Recorded != step.Result {
		deeper.Printf("%s %v", byHandOr(s, "you expect", "recorded with result"), *step.Recorded)
	}
	switch {
	case all:
		deeper.facts(model.Known(model.Facts(&s.Config, &step.World)))
	case step.N > 0:
		deeper.bareChanges(step.Changes)
	}
	if i == len(steps)-1 {
		t.end(s, steps)
	}
	if step.Violated != "" {
		deeper.reason(step)
	}
}

// facts writes everything that is known of a state.
func (t *Telling) facts(list []model.Fact) {
	last := ""
	for _, f := range list {
		if f.Subject != last {
			t.Printf("%s", f.Subject)
			last = f.Subject
		}
		t.Printf("  %-28s  %s", f.Name, f.Value)
	}
}

// bareChanges writes changes without a heading, as was -> is.
func (t *Telling) bareChanges(list []model.Change) {
	rows := changeRows(list)
	left := 0
	for _, r := range rows {
		left = max(left, len(r[0]))
	}
	for _, r := range rows {
		line := fmt.Sprintf("%-*s  %s -> %s", left, r[0], r[1], r[2])
		if len(t.indent)+len(line) <= MaxWidth {
			t.Printf("%s", line)
			continue
		}
		t.Printf("%-*s  %s", left, r[0], r[1])
		t.Printf("%-*s  -> %s", left, "", r[2])
	}
}

// outcome is the last line of a replay.
func outcome(s *counterexamples.Story, run *counterexamples.Replayed) string {
	at := judge.Violating(run.Steps)
	switch {
	case len(run.Problems) > 0:
		return strings.Join(run.Problems, "\n") + "\n"
	case s.Fault.Invariant != "":
		return fmt.Sprintf("%s: %s is violated %s.  The rule: hvcheck explain %[2]s\n", byHandOr(s, "As you expect", "As recorded"), at.Violated, moment(s, at))
	case at != nil:
		return fmt.Sprintf("%s is violated %s.  The rule: hvcheck explain %s\n", at.Violated, moment(s, at), at.Violated)
	}
	return "Nothing is violated.\n"
}

// What replay writes with --json.
type (
	// ReplayJSON is one story.
	ReplayJSON struct {
		File     string      `json:"file"`
		Scenario string      `json:"scenario"`
		Setting  []string    `json:"setting"`
		Design   choicesJSON `json:"design"`
		Fault    string      `json:"recorded_violation,omitempty"`
		Steps    []stepJSON  `json:"steps"`
		Problems []string    `json:"problems"`
		Version  string      `json:"version"`
	}
	stepJSON struct {
		Step     int          `json:"step"`
		Op       string       `json:"op,omitempty"`
		Draining bool         `json:"draining,omitempty"`
		InLoop   bool         `json:"in_loop,omitempty"`
		Result   string       `json:"result,omitempty"`
		Recorded string       `json:"recorded,omitempty"`
		Changes  []changeJSON `json:"changes,omitempty"`
		Violated string       `json:"violated,omitempty"`
		Detail   string       `json:"detail,omitempty"`
	}
	changeJSON struct {
		Subject string `json:"subject"`
		Name    string `json:"name"`
		Was     string `json:"was"`
		Is      string `json:"is"`
	}
)

// NewReplayJSON is a story that was carried out again.
func NewReplayJSON(file string, s *counterexamples.Story, run *counterexamples.Replayed) ReplayJSON {
	j := ReplayJSON{
		File: file, Scenario: s.Scenario.Name, Setting: BoundList(s.Config), Design: asChoices(s.Config.Design()),
		Fault: s.Fault.Invariant, Problems: phrase.Filled(run.Problems), Version: judge.Version(),
	}
	for i := range run.Steps {
		j.Steps = append(j.Steps, newStepJSON(&run.Steps[i]))
	}
	return j
}

func newStepJSON(s *counterexamples.Step) stepJSON {
	j := stepJSON{Step: s.N, Draining: s.Draining, InLoop: s.InLoop, Violated: s.Violated, Detail: s.Detail}
	if s.N > 0 {
		j.Op, j.Result = s.Op.String(), s.Result.String()
	}
	if s.Recorded != nil {
		j.Recorded = s.Recorded.String()
	}
	for _, c := range s.Changes {
		j.Changes = append(j.Changes, changeJSON(c))
	}
	return j
}

// WholeStories writes stories in the form that can be pasted back. With JSON
// that goes to another place, as it would not be JSON any more.
func (p *Printer) WholeStories(list []*counterexamples.Story, beside io.Writer) {
	for _, s := range list {
		text := counterexamples.EncodeText(s)
		if p.AsJSON() {
			fmt.Fprintf(beside, "\n%s", text)
			continue
		}
		p.Printf("\n")
		p.fenced(func() { p.Printf("%s", text) })
	}
}
