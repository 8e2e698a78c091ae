package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/invariants"
	"hvcheck/model"
)

// telling writes stories for people.
type telling struct {
	out   io.Writer
	paint painter
	// indent is put before every line.
	indent string
}

func (a *app) telling() *telling { return &telling{out: a.out, paint: a.paint, indent: "  "} }

func (t *telling) printf(format string, args ...any) {
	fmt.Fprint(t.out, t.indent, fmt.Sprintf(format, args...), "\n")
}

// steps writes one line for each operation, columns lined up, with its result
// as a comment, and marks the violating one.
func (t *telling) steps(steps []counterexamples.Step) {
	name, operands := widths(steps)
	draining := false
	for i := range steps {
		s := &steps[i]
		if s.N == 0 {
			t.startState(s)
			continue
		}
		if s.Draining && !draining {
			draining = true
			t.printf("then everything is continued and torn down:")
		}
		t.step(s, name, operands)
	}
}

func (t *telling) startState(s *counterexamples.Step) {
	if s.Violated != "" {
		t.printf("the start state %s", t.paint.bad("<- "+s.Violated))
	}
}

func (t *telling) step(s *counterexamples.Step, name, operands int) {
	line := fmt.Sprintf("%2d  %-*s  %-*s  # %-9v", s.N, name, s.Op.Spec().Name, operands, operandsOf(s.Op), s.Result)
	mark := "<- " + s.Violated
	switch {
	case s.Violated == "":
		t.printf("%s", strings.TrimRight(line, " "))
	case utf8.RuneCountInString(t.indent+line+mark) < maxWidth:
		t.printf("%s %s", line, t.paint.bad(mark))
	default:
		t.printf("%s", strings.TrimRight(line, " "))
		t.printf("    %s", t.paint.bad(mark))
	}
}

func widths(steps []counterexamples.Step) (name, operands int) {
	for i := range steps {
		if s := &steps[i]; s.N > 0 {
			name, operands = max(name, len(s.Op.Spec().Name)), max(operands, len(operandsOf(s.Op)))
		}
	}
	return name, operands
}

// operandsOf is the operation without its name.
func operandsOf(op model.Op) string {
	_, operands, _ := strings.Cut(op.String(), " ")
	return operands
}

// changes writes what a step changed, under a heading.
func (t *telling) changes(heading string, list []counterexamples.Change) {
	if len(list) == 0 {
		t.printf("%s: nothing", heading)
		return
	}
	rows := changeRows(list)
	left, was := utf8.RuneCountInString(heading)-2, 3
	for _, r := range rows {
		left, was = max(left, len(r[0])), max(was, len(r[1]))
	}
	t.printf("%-*s  %-*s  is", left+2, heading, was, "was")
	for _, r := range rows {
		t.change(r, left, was)
	}
}

// changeRows joins subject and name, each subject named once.
func changeRows(list []counterexamples.Change) [][3]string {
	subject := 0
	for _, c := range list {
		subject = max(subject, len(c.Subject))
	}
	rows := make([][3]string, len(list))
	for i, c := range list {
		shown := c.Subject
		if i > 0 && list[i-1].Subject == c.Subject {
			shown = ""
		}
		rows[i] = [3]string{fmt.Sprintf("%-*s  %s", subject, shown, c.Name), c.Was, c.Is}
	}
	return rows
}

// change writes one row; a value that is too long goes below the one before.
func (t *telling) change(r [3]string, left, was int) {
	if len(t.indent)+2+left+2+was+2+len(r[2]) <= maxWidth {
		t.printf("  %-*s  %-*s  %s", left, r[0], was, r[1], r[2])
		return
	}
	t.printf("  %-*s  %s", left, r[0], r[1])
	t.printf("  %-*s  -> %s", left, "", r[2])
}

// reason writes what the invariant says.
func (t *telling) reason(s *counterexamples.Step) {
	t.printf("what %s says", s.Violated)
	for _, line := range wrap(s.Detail, maxWidth-len(t.indent)-2) {
		t.printf("  %s", line)
	}
}

// violating is the step that violates, or nil.
func violating(steps []counterexamples.Step) *counterexamples.Step {
	for i := range steps {
		if steps[i].Violated != "" {
			return &steps[i]
		}
	}
	return nil
}

// stepName is how a step is called in a sentence.
func stepName(s *counterexamples.Step) string {
	if s.N == 0 {
		return "the start state"
	}
	return fmt.Sprintf("step %d", s.N)
}

// setting tells where a story plays: scenario, start state, design, bounds.
func setting(s *counterexamples.Story) string {
	words := []string{s.Scenario.Name}
	if len(s.Scenario.Starts) > 1 {
		words = append(words, fmt.Sprintf("start %q", s.StartName()))
	}
	for _, c := range s.Config.Design() {
		words = append(words, c.String())
	}
	for _, b := range model.BoundList {
		if v := *b.Of(&s.Config.Bounds); v != *b.Of(&s.Scenario.Config.Bounds) {
			words = append(words, fmt.Sprintf("%s=%d", b.Name, v))
		}
	}
	return strings.Join(words, ", ")
}

// titleOf is what an invariant, or a property of the engine itself, demands.
func titleOf(id string) string {
	if inv, ok := invariants.ByID(id); ok {
		return inv.Title
	}
	return engineProperties[id]
}

// engineProperties are what the engine asks of every model.
var engineProperties = map[string]string{
	checker.RefusalProperty: "an operation that is refused changes nothing",
	checker.DrainProperty:   "tearing everything down comes to an end",
}
