package main

import (
	"fmt"
	"io"
	"slices"
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
func (t *telling) steps(s *counterexamples.Story, steps []counterexamples.Step) {
	w := widthsOf(steps)
	for i := range steps {
		t.part(steps, i)
		t.step(s, &steps[i], w)
	}
	t.end(s, steps)
}

// part writes the heading of the drain or the loop where it begins.
func (t *telling) part(steps []counterexamples.Step, i int) {
	switch s := &steps[i]; {
	case s.Draining && !steps[i-1].Draining:
		t.printf("# then everything is continued to its end and torn down")
		t.printf("drain:")
	case s.InLoop && !steps[i-1].InLoop:
		t.printf("# from here on again and again")
		t.printf("loop:")
	}
}

// end says how a lasso goes on. Its last step breaks nothing by itself, so that
// the mark stands here.
func (t *telling) end(s *counterexamples.Story, steps []counterexamples.Step) {
	if !s.Fault.Forever {
		return
	}
	mark := ""
	if at := violating(steps); at != nil {
		mark = t.paint.bad("  <- " + at.Violated)
	}
	t.printf("# %s%s", s.End(), mark)
}

// start describes the start state in short.
func (t *telling) start(s *counterexamples.Story, steps []counterexamples.Step) {
	if len(steps) == 0 {
		return
	}
	list := counterexamples.Outline(&s.Config, &steps[0].World)
	if len(list) == 0 {
		return
	}
	t.printf("at the start")
	left := 0
	for _, c := range list {
		left = max(left, len(c.Subject))
	}
	for _, c := range list {
		t.printf("  %-*s  %s: %s", left, c.Subject, c.Name, c.Value)
	}
}

// design says what the design choices of a story mean.
func (t *telling) design(s *counterexamples.Story) {
	for _, c := range s.Config.Design() {
		id := switchOf(c)
		title := titleOfSwitch(id)
		switch {
		case isAsIs(id):
			id += ", as today's code does"
		case title == "": // a setting of plain words
			id, title = c.String(), docOfSetting(c.Name)
		}
		for i, line := range wrap(fmt.Sprintf("with %s: %s", id, title), maxWidth-4) {
			t.printf("%s%s", strings.Repeat("  ", min(i, 1)), line)
		}
	}
}

func docOfSetting(name string) string {
	i := slices.IndexFunc(model.Settings, func(s model.Setting) bool { return s.Name == name })
	return model.Settings[i].Doc
}

// widths are the columns of a story.
type widths struct{ name, operands, result int }

func widthsOf(steps []counterexamples.Step) (w widths) {
	for i := range steps {
		if s := &steps[i]; s.N > 0 {
			w.name = max(w.name, len(s.Op.Spec().Name))
			w.operands = max(w.operands, len(operandsOf(s.Op)))
			w.result = max(w.result, len(s.Result.String()))
		}
	}
	return w
}

// step writes one line. What is written can be read back as the text form of a
// story.
func (t *telling) step(story *counterexamples.Story, s *counterexamples.Step, w widths) {
	mark := ""
	if s.Violated != "" && !story.Fault.Forever {
		mark = "<- " + s.Violated
	}
	if s.N == 0 {
		if mark != "" {
			t.printf("the start state %s", t.paint.bad(mark))
		}
		return
	}
	line := fmt.Sprintf("%2d  %-*s  %-*s  # %-*v", s.N, w.name, s.Op.Spec().Name, w.operands, operandsOf(s.Op), w.result, s.Result)
	switch {
	case mark == "":
		t.printf("%s", strings.TrimRight(line, " "))
	case len(t.indent+line)+2+len(mark) <= maxWidth:
		t.printf("%s  %s", line, t.paint.bad(mark))
	default:
		t.printf("%s", strings.TrimRight(line, " "))
		t.printf("     %s", t.paint.bad(mark))
	}
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

// moment is when a story violates, for a sentence: at step 2.
func moment(s *counterexamples.Story, at *counterexamples.Step) string {
	switch {
	case !s.Fault.Forever:
		return "at " + stepName(at)
	case len(s.Loop) == 0:
		return "by resting for ever after " + stepName(at)
	}
	return fmt.Sprintf("by repeating steps %d to %d for ever", len(s.Ops)+1, s.Length())
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
			words = append(words, boundWord(b, v))
		}
	}
	return strings.Join(words, ", ")
}

// titleOf is what an invariant, or a property of the engine itself, demands.
func titleOf(id string) string {
	if inv, ok := invariants.ByID(id); ok {
		return inv.Title
	}
	if p, ok := invariants.PromiseByID(id); ok {
		return p.Title
	}
	return engineProperties[id]
}

// engineProperties are what the engine asks of every model.
var engineProperties = map[string]string{
	checker.RefusalProperty: "an operation that is refused changes nothing",
	checker.DrainProperty:   "tearing everything down comes to an end",
}
