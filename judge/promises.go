package judge

import (
	"hvcheck/checker"
)

// Promises adds up what the scenarios of a run know about theirs.
func (s *Summary) Promises() (kept int, searched checker.ResponseReport) {
	for _, c := range s.Done {
		for _, r := range c.Explored.Responses {
			if r.Decided && r.Kept {
				kept++
			}
			searched.States += r.States
			searched.Components += r.Components
		}
	}
	return kept, searched
}

// promisesThat selects promises, each with its scenario. A violation ends a
// search before it can decide all.
func (s *Summary) promisesThat(fits func(r *checker.ResponseReport) bool) (list []string) {
	for _, c := range s.Done {
		if c.Violation != nil {
			continue
		}
		for i := range c.Explored.Responses {
			if r := &c.Explored.Responses[i]; fits(r) {
				list = append(list, r.ID+" in "+c.Search.Scenario.Name)
			}
		}
	}
	return list
}

// EmptyPromises are those that were never made, so that keeping them says
// nothing.
func (s *Summary) EmptyPromises() []string {
	return s.promisesThat(func(r *checker.ResponseReport) bool { return r.Decided && r.From == 0 })
}

// Undecided are those that a search did not get to.
func (s *Summary) Undecided() []string {
	return s.promisesThat(func(r *checker.ResponseReport) bool { return !r.Decided })
}
