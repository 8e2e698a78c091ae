package judge

import (
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// Summary adds up what a run, a search or a sampling found.
type Summary struct {
	*Plan
	Seed        uint64
	Designs     []string // that were given, by name
	Interrupted bool     // by the user
	Done        []*Checked

	choices []model.Choice // of the designs
}

func (j *Judge) summary(p *Plan) *Summary {
	s := &Summary{Plan: p, Seed: j.Seed, Designs: j.Design}
	for _, text := range j.Design {
		if list, err := scenarios.Choices(text); err == nil { // Planned has read it
			s.choices = append(s.choices, list...)
		}
	}
	return s
}

func (s *Summary) add(c *Checked) { s.Done = append(s.Done, c) }

// own tells whether the scenarios have their own design and bounds.
func (s *Summary) own() bool { return len(s.Designs) == 0 && !s.Scope.Given() }

// Sampling tells whether nothing was searched.
func (s *Summary) Sampling() bool {
	return !slices.ContainsFunc(s.Done, func(c *Checked) bool { return !c.drawn })
}

// Steps counts those that sampling took.
func (s *Summary) Steps() (n uint64) {
	for _, c := range s.Done {
		n += c.Sampled.Steps
	}
	return n
}

// Today tells whether the design is that of today's code.
func (s *Summary) Today() bool { return slices.Contains(s.Designs, scenarios.Today) }

// Code is the exit code.
func (s *Summary) Code() int {
	switch {
	case len(s.Violations()) > 0 || len(s.Unlisted()) > 0:
		return ExitViolated
	case s.Interrupted, len(s.Open()) > 0, len(s.MissedGoals()) > 0, len(s.MissedResults()) > 0, len(s.EmptyPromises()) > 0,
		len(s.Undrawn()) > 0, s.NothingInPlay():
		return ExitInconclusive
	}
	return ExitHolds
}

// Violations lists what was found, scenario by scenario.
func (s *Summary) Violations() (list []*Violation) {
	for _, c := range s.Done {
		if c.Violation != nil {
			list = append(list, c.Violation)
		}
	}
	return list
}

// that selects what was done.
func (s *Summary) that(fits func(c *Checked) bool) (list []*Checked) {
	for _, c := range s.Done {
		if fits(c) {
			list = append(list, c)
		}
	}
	return list
}

// Open lists the scenarios that were not searched to the end, or as deep as they say.
func (s *Summary) Open() []*Checked {
	return s.that(func(c *Checked) bool {
		return c.Violation == nil && !c.drawn && !c.Search.Scenario.Through(&c.Explored)
	})
}

// Undrawn lists the scenarios that were to be sampled and of which there was no
// time to draw a single run.
func (s *Summary) Undrawn() []*Checked {
	return s.that(func(c *Checked) bool { return c.drawn && c.Sampled.Steps == 0 })
}

// Asked lists the invariants, the promises, and what was asked always.
func (s *Summary) Asked() (invariants, promises, always []string) {
	for _, c := range s.Done {
		inv, pro, alw := c.Search.Asked()
		invariants, promises, always = append(invariants, inv...), append(promises, pro...), append(always, alw...)
	}
	return sorted(invariants), sorted(promises), sorted(always)
}

func sorted(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Goals counts goals and lists those that were met neither by the search nor
// by sampling. A violation ends a search before it can meet all of its goals.
func (s *Summary) Goals() (n int, missed []string) {
	for _, c := range s.Done {
		if c.Violation != nil {
			continue
		}
		for _, g := range c.Goals() {
			n++
			if !g.Met {
				missed = append(missed, g.ID)
			}
		}
	}
	return n, missed
}

// MissedGoals are those that had to be met: random runs need not meet any.
func (s *Summary) MissedGoals() (missed []string) {
	for _, c := range s.Done {
		if c.Violation != nil || c.drawn {
			continue
		}
		for _, g := range c.Goals() {
			if !g.Met {
				missed = append(missed, g.ID)
			}
		}
	}
	return missed
}

func (s *Summary) coverage() checker.Coverage {
	seen := checker.Coverage{}
	for _, c := range s.Done {
		seen.Merge(c.Explored.Coverage)
		seen.Merge(c.Sampled.Coverage)
	}
	return seen
}

// Results lists the results of operations that can come, each under its
// condition, and whether it was seen.
func (s *Summary) Results() (seen, missed []string) {
	coverage := s.coverage()
	for _, spec := range model.Specs {
		met := s.met(spec.Kind())
		for i := range spec.Results {
			r := &spec.Results[i]
			pair := spec.Name + " " + r.Code.String()
			switch came := coverage.Seen(uint8(spec.Kind()), int16(r.Code)); {
			case came && (!r.Contract() || met>>i&1 != 0):
				seen = append(seen, pair+spec.Under(r))
			case r.Unreached == "":
				missed = append(missed, pair+": "+r.When)
			}
		}
	}
	return seen, missed
}

// met tells which results of an operation came under their conditions.
func (s *Summary) met(k model.Kind) (which uint32) {
	for _, c := range s.Done {
		which |= c.Search.met(k)
	}
	return which
}

// MissedResults are those that a run of everything has to see.
func (s *Summary) MissedResults() []string {
	if !s.All || !s.own() || len(s.Violations()) > 0 {
		return nil
	}
	_, missed := s.Results()
	return missed
}

// Unlisted lists results that came although their operation's entry in the
// table says that they cannot in the scenarios' own design and bounds.
func (s *Summary) Unlisted() (list []string) {
	if !s.own() {
		return nil
	}
	for answer := range s.coverage().All() {
		spec, code := model.Kind(answer.Kind).Spec(), errno.Errno(answer.Code)
		can := func(r model.Result) bool { return r.Code == code && r.Unreached == "" }
		if spec.Lists(code) && !slices.ContainsFunc(spec.Results, can) {
			list = append(list, spec.Name+" "+code.String())
		}
	}
	return list
}

// Hung is a reason why operations may hang, and where.
type Hung struct {
	Why       string
	Scenarios []string
	Seen      bool // one did
}

// Hangs lists why operations may hang in the scenarios.
func (s *Summary) Hangs() (list []*Hung) {
	for _, c := range s.Done {
		why := c.Search.Scenario.Hangs
		if why == "" {
			continue
		}
		i := slices.IndexFunc(list, func(h *Hung) bool { return h.Why == why })
		if i < 0 {
			i = len(list)
			list = append(list, &Hung{Why: why})
		}
		list[i].Scenarios = append(list[i].Scenarios, c.Search.Scenario.Name)
		list[i].Seen = list[i].Seen || hung(c.Explored.Coverage) || hung(c.Sampled.Coverage)
	}
	return list
}

func hung(seen checker.Coverage) bool {
	for answer := range seen.All() {
		if errno.Errno(answer.Code) == errno.Hang {
			return true
		}
	}
	return false
}

// Rules counts the switchable rules of the areas that were searched, and lists
// those that never came into play.
func (s *Summary) Rules() (n int, idle []string) {
	asked := map[string]bool{}
	for _, c := range s.Done {
		for id := range c.Search.rules() {
			asked[id] = true
		}
	}
	for _, a := range s.Areas() {
		for _, sw := range a.Switches {
			if sw.Kind == design.Variant {
				continue
			}
			n++
			if !asked[sw.ID] {
				idle = append(idle, sw.ID)
			}
		}
	}
	return n, idle
}

// Areas lists the areas that the scenarios are about.
func (s *Summary) Areas() (list []*model.Area) {
	for _, a := range model.Areas {
		if slices.ContainsFunc(s.Done, func(c *Checked) bool { return c.Search.Config.About(a) }) {
			list = append(list, a)
		}
	}
	return list
}

// Questions lists the rules of today's code, in the areas that the scenarios are
// about, that are open questions.
func (s *Summary) Questions() (ids []string) {
	for _, a := range s.Areas() {
		for _, sw := range a.Switches {
			if sw.Kind == design.AsIs {
				ids = append(ids, sw.ID)
			}
		}
	}
	return ids
}
