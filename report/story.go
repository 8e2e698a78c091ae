package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
)

// Telling writes stories for people.
type Telling struct {
	Out   io.Writer
	paint painter
	// indent is put before every line.
	indent string
}

func (p *Printer) telling() *Telling { return &Telling{Out: p.Out, paint: p.paint, indent: "  "} }

// Printf writes one line.
func (t *Telling) Printf(format string, args ...any) {
	fmt.Fprint(t.Out, t.indent, fmt.Sprintf(format, args...), "\n")
}

// prose writes a line that is broken if it is too long.
func (t *Telling) prose(format string, args ...any) {
	fmt.Fprint(t.Out, Prose(t.indent+fmt.Sprintf(format, args...)+"\n"))
}

// steps writes one line for each operation, columns lined up, with its result
// as a comment, and marks the violating one.
func (t *Telling) steps(s *counterexamples.Story, steps []counterexamples.Step) {
	w := WidthsOf(steps)
	for i := range steps {
		t.part(steps, i)
		t.step(s, &steps[i], w)
	}
	t.end(s, steps)
}

// part writes the heading of the drain or the loop where it begins.
func (t *Telling) part(steps []counterexamples.Step, i int) {
	switch s := &steps[i]; {
	case s.Draining && !steps[i-1].Draining:
		t.Printf("# then everything is continued to its end and torn down")
		t.Printf("drain:")
	case s.InLoop && !steps[i-1].InLoop:
		t.Printf("# from here on again and again")
		t.Printf("loop:")
	}
}

// end says how a lasso goes on. Its last step breaks nothing by itself, so that
// the mark stands here.
func (t *Telling) end(s *counterexamples.Story, steps []counterexamples.Step) {
	if !s.Fault.Forever {
		return
	}
	mark := ""
	if at := judge.Violating(steps); at != nil {
		mark = t.paint.bad("  <- " + at.Violated)
	}
	t.Printf("# %s%s", s.End(), mark)
}

// Start describes the start state in short.
func (t *Telling) Start(s *counterexamples.Story, steps []counterexamples.Step) {
	if len(steps) == 0 {
		return
	}
	list := model.Outline(&s.Config, &steps[0].World)
	if len(list) == 0 {
		return
	}
	t.Printf("at the start")
	left := 0
	for _, c := range list {
		left = max(left, len(c.Subject))
	}
	for _, c := range list {
		t.Printf("  %-*s  %s: %s", left, c.Subject, c.Name, c.Value)
	}
}

// Design says what the design choices of a story mean.
func (t *Telling) Design(s *counterexamples.Story) {
	for _, c := range s.Config.Design() {
		id := judge.SwitchOf(c)
		title := judge.TitleOfSwitch(id)
		switch {
		case judge.IsAsIs(id):
			id += ", as today's code does"
		case title == "": // a setting of plain words
			id, title = c.String(), docOfSetting(c.Name)
		}
		for i, line := range phrase.Wrap(fmt.Sprintf("with %s: %s", id, title), MaxWidth-4) {
			t.Printf("%s%s", strings.Repeat("  ", min(i, 1)), line)
		}
	}
}

func docOfSetting(name string) string {
	i := slices.IndexFunc(model.Settings, func(s model.Setting) bool { return s.Name == name })
	return model.Settings[i].Doc
}

// Widths are the columns of a story.
type Widths struct{ name, operands, result int }

// WidthsOf are the columns that hold all steps.
func WidthsOf(steps []counterexamples.Step) (w Widths) {
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
func (t *Telling) step(story *counterexamples.Story, s *counterexamples.Step, w Widths) {
	mark := ""
	if s.Violated != "" && !story.Fault.Forever {
		mark = "<- " + s.Violated
	}
	if s.N == 0 {
		if mark != "" {
			t.Printf("the start state %s", t.paint.bad(mark))
		}
		return
	}
	line := fmt.Sprintf("%2d  %-*s  %-*s  # %-*v", s.N, w.name, s.Op.Spec().Name, w.operands, operandsOf(s.Op), w.result, s.Result)
	switch {
	case mark == "":
		t.Printf("%s", strings.TrimRight(line, " "))
	case len(t.indent+line)+2+len(mark) <= MaxWidth:
		t.Printf("%s  %s", line, t.paint.bad(mark))
	default:
		t.Printf("%s", strings.TrimRight(line, " "))
		t.Printf("     %s", t.paint.bad(mark))
	}
}

// operandsOf is the operation without its name.
func operandsOf(op model.Op) string {
	_, operands, _ := strings.Cut(op.String(), " ")
	return operands
}

// changes writes what a step changed, under a heading.
func (t *Telling) changes(heading string, list []model.Change) {
	if len(list) == 0 {
		t.Printf("%s: nothing", heading)
		return
	}
	rows := changeRows(list)
	left, was := utf8.RuneCountInString(heading)-2, 3
	for _, r := range rows {
		left, was = max(left, len(r[0])), max(was, len(r[1]))
	}
	t.Printf("%-*s  %-*s  is", left+2, heading, was, "was")
	for _, r := range rows {
		t.change(r, left, was)
	}
}

// changeRows joins subject and name, each subject named once.
func changeRows(list []model.Change) [][3]string {
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
func (t *Telling) change(r [3]string, left, was int) {
	if len(t.indent)+2+left+2+was+2+len(r[2]) <= MaxWidth {
		t.Printf("  %-*s  %-*s  %s", left, r[0], was, r[1], r[2])
		return
	}
	t.Printf("  %-*s  %s", left, r[0], r[1])
	t.Printf("  %-*s  -> %s", left, "", r[2])
}

// reason writes what the invariant says.
func (t *Telling) reason(s *counterexamples.Step) {
	t.Printf("what %s says", s.Violated)
	for _, line := range phrase.Wrap(s.Detail, MaxWidth-len(t.indent)-2) {
		t.Printf("  %s", line)
	}
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

// Setting tells where a story plays: scenario, start state, design, bounds.
func Setting(s *counterexamples.Story) string {
	words := []string{s.Scenario.Name}
	if len(s.Scenario.Starts) > 1 {
		words = append(words, fmt.Sprintf("start %q", s.StartName()))
	}
	for _, c := range s.Config.Design() {
		words = append(words, c.String())
	}
	for _, b := range model.BoundList {
		if v := *b.Of(&s.Config); v != *b.Of(&s.Scenario.Config) {
			words = append(words, boundWord(b, v))
		}
	}
	return strings.Join(words, ", ")
}

// StepsOf says how long a story is.
func StepsOf(s *counterexamples.Story) string {
	words := phrase.Plural(len(s.Ops), "step")
	switch n := len(s.Loop); {
	case n > 0:
		words += fmt.Sprintf(" and a loop of %d", n)
	case s.Fault.Forever:
		words += " and rest for ever"
	}
	return words
}

// BoundList writes bounds and design choices as name=value.
func BoundList(c model.Config) []string {
	var words []string
	for _, b := range counterexamples.BoundsOf(&c) {
		words = append(words, boundWord(b, *b.Of(&c)))
	}
	for _, ch := range c.Design() {
		words = append(words, ch.String())
	}
	return words
}

// boundWord writes a bound as name=value, or that there is none.
func boundWord(b *model.Bound, v uint8) string {
	if b.Unlimited(v) {
		return "no bound on " + b.Name
	}
	return fmt.Sprintf("%s=%d", b.Name, v)
}
