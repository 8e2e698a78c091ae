package report

import (
	"fmt"
	"strings"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// How a run, a search and a sampling end: what is missing, what was violated
// under which design, and what that design stands for.

// gaps tells what was not searched, not reached, or not in play.
func (p *Printer) gaps(s *judge.Summary) string {
	var b strings.Builder
	for _, c := range s.Open() {
		fmt.Fprintf(&b, "%s: to depth %d (%s states), open: %s\n", c.Search.Scenario.Name,
			c.Explored.Depth, phrase.Human(c.Explored.States), c.Explored.Stopped)
	}
	for _, c := range s.Undrawn() {
		fmt.Fprintf(&b, "%s: no time to draw a run\n", c.Search.Scenario.Name)
	}
	if s.Interrupted {
		fmt.Fprintf(&b, "interrupted, %s not begun\n", phrase.Plural(len(s.Searches)-len(s.Done), "scenario"))
	} else {
		p.section(&b, "reach goals missed", s.MissedGoals())
		p.section(&b, "results never seen", s.MissedResults())
		p.section(&b, "promises never made", s.EmptyPromises())
	}
	p.section(&b, "promises not decided", s.Undecided())
	p.section(&b, "results that came although the operation table says that they cannot", s.Unlisted())
	if _, idle := s.Rules(); s.All && !s.Interrupted && len(idle) > 0 {
		fmt.Fprintf(&b, "rules not in play: %s\n", strings.Join(idle, ", "))
	}
	p.section(&b, "operations may hang here, which is an open question and counts as no violation", hangLines(s))
	p.section(&b, "bounds without effect", noEffectLines(s))
	p.section(&b, "the design", designLines(s))
	return Prose(b.String())
}

// section is a list under a title, which a page keeps apart from what stands
// around it.
func (p *Printer) section(b *strings.Builder, title string, list []string) {
	if len(list) == 0 {
		return
	}
	apart := map[bool]string{true: "\n"}[p.Format == "md"]
	fmt.Fprintf(b, "%s%s:\n%[1]s", apart, title)
	for _, item := range list {
		for i, line := range phrase.Wrap(item, MaxWidth-4) {
			fmt.Fprintf(b, "%s%s\n", []string{p.item(), "    "}[min(i, 1)], line)
		}
	}
	b.WriteString(apart)
}

func hangLines(s *judge.Summary) (lines []string) {
	for _, h := range s.Hangs() {
		seen := "none did"
		if h.Seen {
			seen = "some did"
		}
		lines = append(lines, fmt.Sprintf("%s: %s; %s", strings.Join(h.Scenarios, ", "), h.Why, seen))
	}
	return lines
}

// noEffectLines has a line for each bound, with the reason of the first scenario
// and the names of the others.
func noEffectLines(s *judge.Summary) (lines []string) {
	names := map[*model.Bound][]string{}
	for _, e := range s.NoEffect {
		names[e.Bound] = append(names[e.Bound], e.Scenario.Name)
	}
	for _, e := range s.NoEffect {
		others := names[e.Bound]
		if others[0] != e.Scenario.Name {
			continue
		}
		line := e.Error()
		if len(others) > 1 {
			line += "; nor in " + phrase.Few(others[1:])
		}
		lines = append(lines, line)
	}
	return lines
}

// designLines say where the design that was given made no difference.
func designLines(s *judge.Summary) (lines []string) {
	untouched, own := s.Untouched()
	if len(untouched) > 0 {
		lines = append(lines, "it says nothing about "+model.AreaNames(untouched))
	}
	if len(own) > 0 {
		lines = append(lines, "it is the baseline in "+model.AreaNames(own))
	}
	var never []string
	for _, sw := range s.IdleSwitches() {
		if sw.Never {
			never = append(never, sw.ID)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s did not come into play in %s", sw.ID, phrase.Few(sw.In)))
	}
	if len(never) > 0 {
		lines = append(lines, strings.Join(never, ", ")+" never came into play")
	}
	if same := s.Same(); len(same) > 0 {
		lines = append(lines, "as many states and transitions as in the baseline, and the same results, in "+phrase.Few(same))
	}
	return lines
}

// conclusion is the last lines: the verdict with the design it is about, what
// that design stands for, and what to type.
func conclusion(s *judge.Summary, next string) string {
	under := "under " + designName(s)
	verdict := "Nothing violated " + under + "."
	switch {
	case len(s.Violations()) > 0:
		return ""
	case s.Code() == judge.ExitViolated:
		return "Some operations have results that their entries in the table do not list.\n"
	case s.NothingInPlay():
		verdict, next = fmt.Sprintf("The design %s never came into play: nothing is known about it.", designName(s)), ""
	case s.Code() == judge.ExitInconclusive:
		verdict, next = fmt.Sprintf("Nothing violated so far %s, but the run is inconclusive.", under), ""
	case s.Sampling():
		verdict = fmt.Sprintf("Nothing found in %s %s, which proves nothing about other runs.", phrase.Plural(s.Steps(), "step"), under)
	}
	switch {
	case next == "":
	case len(verdict)+2+len(next) > MaxWidth:
		verdict += "\n" + next
	default:
		verdict += "  " + next
	}
	return Prose(verdict + "\n" + standsFor(s))
}

// designName is the design that was given.
func designName(s *judge.Summary) string {
	if len(s.Designs) == 0 {
		return "the baseline"
	}
	return strings.Join(s.Designs, ", ")
}

// standsFor says what the baseline of the areas is, on which every design
// builds, and where today's code differs.
func standsFor(s *judge.Summary) string {
	var b strings.Builder
	for _, a := range scenarios.Areas {
		for _, area := range s.Areas() {
			if a.Model == area {
				fmt.Fprintf(&b, "The baseline of %s is %s.\n", area.Name, a.Baseline)
			}
		}
	}
	if open := s.Questions(); len(open) > 0 && !s.Today() {
		fmt.Fprintf(&b, "Open questions about today's code, %s:  hvcheck run --design %s\n", strings.Join(open, ", "), scenarios.Today)
	}
	return b.String()
}
