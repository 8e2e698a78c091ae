package teeth

import (
	"cmp"
	"maps"
	"slices"

	"hvcheck/model"
)

// Score counts verdicts.
type Score struct {
	Name   string
	Counts map[Verdict]int
}

func (s *Score) add(j *Judged) {
	if s.Counts == nil {
		s.Counts = map[Verdict]int{}
	}
	s.Counts[j.Verdict]++
}

// Mutants counts them all.
func (s *Score) Mutants() (n int) {
	for _, c := range s.Counts {
		n += c
	}
	return n
}

// Changed counts those that changed a transition, and neither panicked nor hung.
func (s *Score) Changed() int { return s.Counts[Killed] + s.Counts[Noticed] + s.Counts[Survived] }

// Percent is how many of those that changed a transition were killed. It is 100
// where there are none.
func (s *Score) Percent() float64 {
	if s.Changed() == 0 {
		return 100
	}
	return 100 * float64(s.Counts[Killed]) / float64(s.Changed())
}

// Scores counts verdicts by a name, in the order of the names.
func Scores(list []*Judged, name func(*Judged) string) []*Score {
	by := map[string]*Score{}
	for _, j := range list {
		n := name(j)
		if by[n] == nil {
			by[n] = &Score{Name: n}
		}
		by[n].add(j)
	}
	return slices.SortedFunc(maps.Values(by), func(a, b *Score) int { return cmp.Compare(a.Name, b.Name) })
}

// Of selects an area's.
func Of(list []*Judged, a *model.Area) (some []*Judged) {
	for _, j := range list {
		if j.Area == a {
			some = append(some, j)
		}
	}
	return some
}

// That selects those with a verdict.
func That(list []*Judged, verdicts ...Verdict) (some []*Judged) {
	for _, j := range list {
		if slices.Contains(verdicts, j.Verdict) {
			some = append(some, j)
		}
	}
	return some
}

// Total counts them all.
func Total(list []*Judged) *Score {
	s := &Score{Name: "all"}
	for _, j := range list {
		s.add(j)
	}
	return s
}

// Alive tells a mutant that changed a transition and was not killed.
func (j *Judged) Alive() bool { return j.Verdict == Survived || j.Verdict == Noticed }
