package report

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/teeth"
)

// ShowTeeth writes what became of mutants, and the scores.
func (p *Printer) ShowTeeth(r *teeth.Result) error {
	if p.AsJSON() {
		return p.WriteJSON(teethAsJSON(r))
	}
	p.teethMutants(r)
	for _, a := range r.Areas {
		some := teeth.Of(r.List, a)
		if len(some) == 0 {
			continue
		}
		p.teethScores(a, "file", teeth.Scores(some, func(j *teeth.Judged) string { return j.File }))
		functions := teeth.Scores(some, func(j *teeth.Judged) string { return j.File + "/" + j.Function })
		p.teethScores(a, "function", slices.DeleteFunc(functions, func(s *teeth.Score) bool { return s.Changed() == s.Counts[teeth.Killed] }))
		p.teethOpen(r, a)
	}
	p.Printf("\n")
	for _, a := range r.Areas {
		p.Printf("%s", Prose(teethSummary(r, a)))
	}
	for _, why := range r.LeftOut {
		p.Printf("%s", Prose("not asked: "+why+"\n"))
	}
	for _, s := range r.Stale {
		p.Printf("%s", Prose(fmt.Sprintf("docs/teeth-%s.md, %s: stale: %s\n", s.Area.Name, s.ID, s.Why)))
	}
	return nil
}

// teethMutants is the table of the mutants.
func (p *Printer) teethMutants(r *teeth.Result) {
	var rows [][]string
	for _, j := range r.List {
		rows = append(rows, []string{j.ID, outcomeOf(r, j)})
	}
	p.Table(Column{Name: "MUTANT"}, Column{Name: "OUTCOME"}).Rows(rows)
}

// outcomeOf is a verdict in a few words: by what, in which scenario, and after
// how many operations a mutant was killed, or whether a reason is known.
func outcomeOf(r *teeth.Result, j *teeth.Judged) string {
	switch {
	case j.Kill != nil:
		return fmt.Sprintf("%s: %s %s %d", j.Verdict, j.Kill.Property, j.Kill.Scenario, j.Kill.Length)
	case j.Alive() && r.Reason(j.Mutant) != "":
		return string(j.Verdict) + ", with a reason"
	}
	return string(j.Verdict)
}

// teethScores is a table of scores.
func (p *Printer) teethScores(a *model.Area, what string, list []*teeth.Score) {
	if len(list) == 0 {
		return
	}
	t := p.Table(Column{Name: strings.ToUpper(what)}, Column{Name: "SCORE", right: true}, Column{Name: "KILLED", right: true},
		Column{Name: "NOTICED", right: true}, Column{Name: "SURVIVED", right: true}, Column{Name: "UNCHANGED", right: true, spare: 3},
		Column{Name: "UNREACHED", right: true, spare: 3}, Column{Name: "PANICS", right: true, spare: 2}, Column{Name: "HANGS", right: true, spare: 1})
	t.above, t.apart = a.Name+", by "+what, true
	if what == "function" {
		t.above += ", where some are alive"
	}
	var rows [][]string
	for _, s := range list {
		score := "-"
		if s.Changed() > 0 {
			score = inPercent(s.Percent())
		}
		row := []string{s.Name, score}
		for _, v := range []teeth.Verdict{teeth.Killed, teeth.Noticed, teeth.Survived, teeth.Unchanged, teeth.Unreached, teeth.Panics, teeth.Hangs} {
			row = append(row, fmt.Sprint(s.Counts[v]))
		}
		rows = append(rows, row)
	}
	t.Rows(rows)
}

func inPercent(f float64) string { return fmt.Sprintf("%.1f %%", f) }

// teethOpen shows the mutants that are alive and have no reason.
func (p *Printer) teethOpen(r *teeth.Result, a *model.Area) {
	open := r.Open(a)
	if len(open) == 0 {
		return
	}
	p.Printf("\n%s of %s alive, without a reason\n\n", phrase.Plural(len(open), "mutant"), a.Name)
	p.fenced(func() {
		for _, j := range open {
			p.Printf("%s: %s\n%s", j.ID, j.Verdict, changedLines(j.Mutant))
			p.Printf("%s", Prose("    "+notesOf(j, fewNotes)+"\n"))
		}
	})
}

// changedLines are a mutant's source line as it is and as it would be.
func changedLines(m *teeth.Mutant) (text string) {
	for line := range strings.Lines(m.Before) {
		text += "  - " + strings.TrimSpace(line) + "\n"
	}
	for line := range strings.Lines(m.After) {
		text += "  + " + strings.TrimSpace(line) + "\n"
	}
	return text
}

// fewNotes is how many notes are enough to see what a mutant does.
const fewNotes = 3

// notesOf says where a mutant changed something, and what noticed it.
func notesOf(j *teeth.Judged, most int) string {
	words := []string{"changes nothing"}
	if n := len(j.Changed); n > 0 {
		words[0] = "changes " + phrase.Few(j.Changed)
	}
	words = append(words, j.Notes[:min(len(j.Notes), most)]...)
	if n := len(j.Notes) - most; n > 0 {
		words = append(words, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(words, "; ")
}

// teethSummary is an area's score in a sentence, and what the rest is.
func teethSummary(r *teeth.Result, a *model.Area) string {
	s := teeth.Total(teeth.Of(r.List, a))
	if s.Mutants() == 0 {
		return ""
	}
	text := fmt.Sprintf("%s: %d of %d that changed a transition killed: %s", a.Name, s.Counts[teeth.Killed], s.Changed(), inPercent(s.Percent()))
	if n := r.Equivalent(a); n > 0 {
		text += fmt.Sprintf(" (%s without the %d that have a reason to be equivalent)", inPercent(100*float64(s.Counts[teeth.Killed])/float64(max(s.Changed()-n, 1))), n)
	}
	text += fmt.Sprintf("; %d alive without a reason\n", len(r.Open(a)))
	text += fmt.Sprintf("%s: of %s, %d unchanged within the bounds, %d never reached, %d panic, %d hang, %d do not build", a.Name,
		phrase.Plural(s.Mutants(), "mutant"), s.Counts[teeth.Unchanged], s.Counts[teeth.Unreached], s.Counts[teeth.Panics], s.Counts[teeth.Hangs], s.Counts[teeth.Unbuilt])
	if n := s.Counts[teeth.Untried]; n > 0 {
		text += fmt.Sprintf(", %d not tried", n)
	}
	text += "\n"
	var by []string
	for _, k := range r.Killers(a) {
		by = append(by, fmt.Sprintf("%s %d", k.Name, k.Mutants()))
	}
	if len(by) > 0 {
		text += a.Name + ": killed by " + strings.Join(by, ", ") + "\n"
	}
	return text
}

// ShowMutant tells everything of one mutant.
func (p *Printer) ShowMutant(r *teeth.Result) error {
	if p.AsJSON() {
		return p.WriteJSON(teethAsJSON(r))
	}
	j := r.List[0]
	p.fenced(func() {
		p.Printf("%s: %s, line %d\n%s", j.ID, j.Verdict, j.Line, changedLines(j.Mutant))
		if j.Kill != nil {
			p.Printf("%s", Prose(fmt.Sprintf("killed by %s: %s\n", j.Kill.By(), j.Kill.Detail)))
		}
		for _, note := range j.Notes {
			p.Printf("%s", Prose(note+"\n"))
		}
		if why := r.Reason(j.Mutant); why != "" {
			p.Printf("%s", Prose("reason: "+why+"\n"))
		}
	})
	var rows [][]string
	for _, t := range j.Trials {
		said := "as without"
		if slices.Contains(j.Changed, t.Scenario) {
			said = "changed"
		}
		if t.Fault != nil {
			said = "violates " + t.Fault.Property
		}
		rows = append(rows, []string{t.Scenario, fmt.Sprint(t.States), fmt.Sprint(t.Transitions), said, t.Stopped + t.Panic})
	}
	if len(rows) == 0 {
		return nil
	}
	t := p.Table(Column{Name: "SCENARIO"}, Column{Name: "STATES", right: true}, Column{Name: "TRANSITIONS", right: true}, Column{Name: "FOUND"}, Column{Name: "STOPPED"})
	t.apart = true
	t.Rows(rows)
	return nil
}

// ShowSurvivors writes the rows of the areas' documents.
func (p *Printer) ShowSurvivors(r *teeth.Result) {
	for i, a := range r.Areas {
		if i > 0 {
			p.Printf("\n")
		}
		p.Printf("| mutant | what it changes | reason |\n| --- | --- | --- |\n")
		for _, row := range r.Rows(a) {
			p.Printf("%s\n", row)
		}
	}
}
