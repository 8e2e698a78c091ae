package main

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// summary adds up what a run found.
type summary struct {
	seed    uint64
	all     bool // all scenarios, so that every result must have come
	own     bool // the scenarios' own design and bounds, so that every goal must be met
	planned int
	// interrupted: the user ended the run.
	interrupted bool

	scope *scope
	done  []*checked
}

func (s *summary) add(c *checked) { s.done = append(s.done, c) }

// finish prints the summary and says how the run ends.
func (a *app) finish(s *summary) error {
	for _, v := range s.violations() {
		a.tryKeep(v)
	}
	if a.asJSON() {
		if err := a.writeJSON(s.json()); err != nil {
			return err
		}
		return a.exit(s.code())
	}
	a.printf("\n%s%s", s.counts(), s.promiseLine())
	a.printf("%s", s.gaps())
	a.showAll(s.violations())
	a.printf("%s", s.next())
	return a.exit(s.code())
}

func (s *summary) code() int {
	switch {
	case len(s.violations()) > 0 || s.own && len(s.unlisted()) > 0:
		return exitViolated
	case s.interrupted, len(s.open()) > 0, len(s.missedGoals()) > 0, len(s.missedResults()) > 0, len(s.emptyPromises()) > 0:
		return exitInconclusive
	}
	return exitHolds
}

func (s *summary) violations() (list []*violation) {
	for _, c := range s.done {
		if c.violation != nil {
			list = append(list, c.violation)
		}
	}
	return list
}

// open lists the scenarios that were not searched to the end.
func (s *summary) open() (list []*checked) {
	for _, c := range s.done {
		if c.violation == nil && !c.explored.Exhaustive {
			list = append(list, c)
		}
	}
	return list
}

// asked lists the invariants, or the promises, of the run.
func (s *summary) asked(fits func(id string) bool) []string {
	var ids []string
	for _, c := range s.done {
		for _, id := range c.search.ids {
			if fits(id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// goals counts goals and lists those that were met neither by the search nor
// by sampling. A violation ends a search before it can meet all of its goals.
func (s *summary) goals() (n int, missed []string) {
	for _, c := range s.done {
		if c.violation != nil {
			continue
		}
		for i, g := range c.explored.Goals {
			n++
			if !g.Met && (len(c.sampled.Goals) == 0 || !c.sampled.Goals[i].Met) {
				missed = append(missed, g.ID)
			}
		}
	}
	return n, missed
}

// missedGoals are those that had to be met.
func (s *summary) missedGoals() []string {
	if !s.own {
		return nil
	}
	_, missed := s.goals()
	return missed
}

func (s *summary) coverage() checker.Coverage {
	seen := checker.Coverage{}
	for _, c := range s.done {
		seen.Merge(c.explored.Coverage)
		seen.Merge(c.sampled.Coverage)
	}
	return seen
}

// results lists the (operation, result) pairs that can come, and whether each
// was seen.
func (s *summary) results() (seen, missed []string) {
	coverage := s.coverage()
	for _, spec := range model.Specs {
		for _, r := range spec.Results {
			pair := spec.Name + " " + r.Code.String()
			switch {
			case coverage.Seen(uint8(spec.Kind()), int16(r.Code)):
				seen = append(seen, pair)
			case r.Unreached == "":
				missed = append(missed, pair+": "+r.When)
			}
		}
	}
	return seen, missed
}

// missedResults are those that a run of everything has to see.
func (s *summary) missedResults() []string {
	if !s.all || !s.own || len(s.violations()) > 0 {
		return nil
	}
	_, missed := s.results()
	return missed
}

// unlisted lists results that came although their operation's entry in the
// table does not know them, or says that they cannot come.
func (s *summary) unlisted() (list []string) {
	for answer := range s.coverage().All() {
		spec, code := model.Specs[answer.Kind], errno.Errno(answer.Code)
		i := slices.IndexFunc(spec.Results, func(r model.Result) bool { return r.Code == code })
		if i < 0 || spec.Results[i].Unreached != "" {
			list = append(list, spec.Name+" "+code.String())
		}
	}
	return list
}

// rules counts the switchable rules of the areas that were searched, and lists
// those that never came into play.
func (s *summary) rules() (n int, idle []string) {
	asked := map[string]bool{}
	for _, c := range s.done {
		for id := range c.search.rules() {
			asked[id] = true
		}
	}
	for _, sw := range model.Switches {
		if sw.Kind == design.Variant || !s.searched(areaOf(&sw)) {
			continue
		}
		n++
		if !asked[sw.ID] {
			idle = append(idle, sw.ID)
		}
	}
	return n, idle
}

// areaOf is the area of a rule: that of the scenario that shows it.
func areaOf(sw *design.Switch) model.Area {
	if s, ok := scenarios.ByName(sw.Scenario); ok {
		return s.Area
	}
	return ""
}

func (s *summary) searched(area model.Area) bool {
	return slices.ContainsFunc(s.done, func(c *checked) bool { return c.search.scenario.Area == area })
}

func (s *summary) counts() string {
	goals, missed := s.goals()
	seen, unseen := s.results()
	pairs := fmt.Sprintf("%d", len(seen))
	if s.all {
		pairs += fmt.Sprintf(" of %d", len(seen)+len(unseen))
	}
	rules, idle := s.rules()
	met := ""
	if goals > 0 {
		met = fmt.Sprintf(", %d of %d reach goals met", goals-len(missed), goals)
	}
	return fmt.Sprintf("%s, %s%s,\n%s (operation, result) pairs seen, %d of %d switchable rules in play, seed %d.\n",
		plural(len(s.done), "scenario"), plural(len(s.asked(isInvariant)), "invariant"), met, pairs, rules-len(idle), rules, s.seed)
}

// gaps tells what was not searched, not reached, or not expected.
func (s *summary) gaps() string {
	var b strings.Builder
	for _, c := range s.open() {
		fmt.Fprintf(&b, "%s: to depth %d (%s states), open: %s\n", c.search.scenario.Name,
			c.explored.Depth, human(c.explored.States), c.explored.Stopped)
	}
	if s.interrupted {
		fmt.Fprintf(&b, "interrupted, %s not begun\n", plural(s.planned-len(s.done), "scenario"))
	}
	if !s.interrupted {
		section(&b, "reach goals missed", s.missedGoals())
		section(&b, "results never seen", s.missedResults())
		section(&b, "promises never made", s.emptyPromises())
	}
	section(&b, "promises not decided", s.undecided())
	if s.own {
		section(&b, "results that the operation table does not have", s.unlisted())
	}
	if _, idle := s.rules(); s.all && !s.interrupted && len(idle) > 0 {
		fmt.Fprintf(&b, "rules not in play: %s\n", strings.Join(idle, ", "))
	}
	return b.String()
}

func section(b *strings.Builder, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "%s:\n", title)
	for _, item := range list {
		for i, line := range wrap(item, maxWidth-4) {
			fmt.Fprintf(b, "  %s%s\n", strings.Repeat("  ", min(i, 1)), line)
		}
	}
}

// next is the last line: the verdict, and what to type.
func (s *summary) next() string {
	switch {
	case len(s.violations()) > 0:
		return ""
	case s.code() == exitViolated:
		return "Some operations have results that their entries in the table do not list.\n"
	case s.code() == exitInconclusive:
		return "Nothing violated so far, but the run is inconclusive.\n"
	case s.scope.full || s.scope.given():
		return "Nothing violated.  What each rule says: hvcheck list\n"
	}
	return "Nothing violated.  Larger bounds: hvcheck run --full\n"
}
