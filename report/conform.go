package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hvcheck/conform"
	"hvcheck/conform/ways"
	"hvcheck/counterexamples"
	"hvcheck/phrase"
)

// ShowChecked tells what became of a recording.
func (p *Printer) ShowChecked(file string, c *conform.Checked) error {
	if p.AsJSON() {
		return p.WriteJSON(newCheckedJSON(file, c))
	}
	p.Printf("%s: recorded from %s\n", file, strings.Join(c.Targets, ", "))
	if c.Difference == nil {
		p.Printf("%s in %s: the model explains all of them", phrase.Plural(c.Lines, "operation"), phrase.Plural(c.Sequences, "sequence"))
		if c.States > 1 {
			p.Printf(", the last by %d states", c.States)
		}
		p.Printf(".\n")
		return nil
	}
	p.Printf("%s explained; line %d is the first that is not:\n\n", phrase.Plural(c.Lines, "operation"), c.At)
	p.ShowDifference(c.Difference)
	return nil
}

// ShowDifference tells on what a target and the model differ: the story so far,
// then one line for each field.
func (p *Printer) ShowDifference(d *conform.Difference) {
	p.fenced(func() {
		for i, op := range d.Story {
			p.Printf("  %2d  %s\n", i+1, op)
		}
		if len(d.Story) == 0 {
			p.Printf("   0  %s\n", d.Op)
		}
		p.Printf("\n")
		p.items(d)
	})
}

// items writes a line for each thing that differs.
func (p *Printer) items(d *conform.Difference) {
	width := 0
	for _, i := range d.Items {
		width = max(width, len(i.What))
	}
	for _, i := range d.Items {
		p.Printf("  %-*s  model: %s, target: %s\n", width, i.What, i.Model, i.Target)
	}
}

// ShowOutcome tells what became of a play on a target.
func (p *Printer) ShowOutcome(o *conform.Outcome) {
	switch name := o.Play.String(); {
	case o.Difference != nil:
		p.Printf("%s: model and target differ in the end of this story\n\n", name)
		p.fenced(func() {
			p.Printf("%s\n", counterexamples.EncodeText(o.Same().Story()))
			p.items(o.Difference)
		})
		p.Printf("\n")
	case o.Undriven != "":
		p.Printf("%s", Prose(fmt.Sprintf("%s: %d of %s; then %s\n", name, o.Done, phrase.Plural(len(o.Play.Ops), "operation"), o.Undriven)))
	default:
		p.Printf("%s: %s\n", name, phrase.Plural(o.Done, "operation"))
	}
}

// ShowSteps tells a play on a target step by step: results, and what was seen to
// change.
func (p *Printer) ShowSteps(target string, o *conform.Outcome) {
	p.Printf("%s", Prose(fmt.Sprintf("%v on %s: %s, %s\n", o.Play, target, o.Play.Scene.Scenario.Name, o.Play.Scene.StartName())))
	p.apart()
	p.fenced(func() {
		for i, line := range o.Lines {
			p.Printf("%s%3d  %s  # %s\n", nextPart[i > 0], i+1, line.Op, line.Result)
			for _, then := range line.Then {
				p.Printf("     then %s\n", then)
			}
			p.changes(o.Changes(i))
		}
	})
	p.Printf("\n%s", Prose(o.Verdict()+"\n"))
	if o.Difference != nil {
		p.apart()
		p.fenced(func() { p.items(o.Difference) })
	}
}

// nextPart stands before what is not the first of its kind.
var nextPart = map[bool]string{true: "\n"}

func (p *Printer) changes(list []conform.Change) {
	width := 0
	for _, c := range list {
		width = max(width, len(c.What))
	}
	for _, c := range list {
		p.Printf("       %-*s  %s -> %s\n", width, c.What, c.Was, c.Is)
	}
}

// ShowConformance sums up.
func (p *Printer) ShowConformance(c *Conformance) error {
	if p.AsJSON() {
		return p.WriteJSON(newConformJSON(c))
	}
	t := &c.Tally
	p.Printf("%s: %s of %s compared; %d of them stopped at a preemption check, %d continued later behind others; %s; %s, %s.\n",
		c.Target, phrase.Plural(t.Done, "operation"), phrase.Plural(t.Plays, "sequence"), t.Stopped, t.Resumed,
		phrase.Plural(t.Differences, "difference"), phrase.Plural(c.Boots, "boot"), phrase.Seconds(c.Took))
	p.Printf("The model's design: %s.\n", strings.Join(c.design(), ", "))
	if t.Skipped > 0 {
		p.Printf("%s of random sequences left out, because they cannot be driven there; see --list.\n", phrase.Plural(t.Skipped, "operation"))
	}
	p.undriven(t)
	return nil
}

// undriven tells how many sequences ended before their end, with the reasons.
func (p *Printer) undriven(t *conform.Tally) {
	if len(t.Undriven) == 0 {
		return
	}
	n := 0
	for _, more := range t.Undriven {
		n += more
	}
	p.Printf("%s not run to the end:\n", phrase.Plural(n, "sequence"))
	p.apart()
	for _, why := range slices.Sorted(maps.Keys(t.Undriven)) {
		p.Printf("%s%3d  %s\n", p.item(), t.Undriven[why], why)
	}
}

// ShowWays tells how each operation is driven on a real system, or why it cannot be.
func (p *Printer) ShowWays(tables []ways.Table) {
	for _, t := range tables {
		view, list := t.Of()
		p.Printf("%s: %s\n", view.Area.Name, view.Area.Title)
		for i := range list {
			w := &list[i]
			how := w.How
			if w.Never != "" {
				how = "cannot be driven: " + w.Never
			}
			p.Printf("%s", Paragraphs(w.Spec.Name+": "+how, "  "))
		}
	}
}
