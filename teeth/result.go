package teeth

import (
	"cmp"
	"slices"

	"hvcheck/model"
)

// Result is what was found out about the mutants that were chosen.
type Result struct {
	*Bench
	List    []*Judged
	Reasons []*Reason
	Stale   []Stale
}

// Result puts together what was found out with what the documents say.
func (b *Bench) Result(list []*Judged) (*Result, error) {
	reasons, err := b.Reasons()
	if err != nil {
		return nil, err
	}
	return &Result{b, list, reasons, b.StaleOf(reasons, list)}, nil
}

// Reason is why a mutant stays, or empty.
func (r *Result) Reason(m *Mutant) string {
	if why := ReasonFor(r.Reasons, m); why != nil {
		return why.Why
	}
	return ""
}

// Open lists the mutants of an area that are alive and have no reason.
func (r *Result) Open(a *model.Area) (list []*Judged) {
	for _, j := range Of(r.List, a) {
		if j.Alive() && r.Reason(j.Mutant) == "" {
			list = append(list, j)
		}
	}
	return list
}

// Equivalent counts the mutants of an area that are alive and of which a reason
// says that nobody could notice them.
func (r *Result) Equivalent(a *model.Area) (n int) {
	for _, j := range Of(r.List, a) {
		if why := ReasonFor(r.Reasons, j.Mutant); j.Alive() && why != nil && why.Equivalent() {
			n++
		}
	}
	return n
}

// Below lists the areas with a score below a percentage.
func (r *Result) Below(percent float64) (list []*model.Area) {
	for _, a := range r.Areas {
		if Total(Of(r.List, a)).Percent() < percent {
			list = append(list, a)
		}
	}
	return list
}

// Killers counts the mutants of an area that each property killed, the one with
// most first.
func (r *Result) Killers(a *model.Area) (list []*Score) {
	list = Scores(That(Of(r.List, a), Killed), func(j *Judged) string { return j.Kill.Property })
	slices.SortStableFunc(list, func(x, y *Score) int { return cmp.Compare(y.Mutants(), x.Mutants()) })
	return list
}

// Rows are the rows of an area's document: those that it has and that are about
// something, then the mutants that have none.
func (r *Result) Rows(a *model.Area) (rows []string) {
	for _, why := range r.Reasons {
		m := r.named(a, why.ID)
		if why.area == a && m != nil && !slices.ContainsFunc(r.Stale, func(s Stale) bool { return s.Area == a && s.ID == why.ID }) {
			rows = append(rows, m.Row(why.Why))
		}
	}
	for _, j := range Of(r.List, a) {
		if j.Alive() && !slices.ContainsFunc(r.Reasons, func(why *Reason) bool { return why.area == a && why.ID == j.ID }) {
			rows = append(rows, j.Row(""))
		}
	}
	return rows
}

func (r *Result) named(a *model.Area, id string) *Mutant {
	i := slices.IndexFunc(r.All, func(m *Mutant) bool { return m.Area == a && m.ID == id })
	if i < 0 {
		return nil
	}
	return r.All[i]
}
