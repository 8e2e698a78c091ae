package scenarios

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
)

// Area is everything about one area: its description, and what is asked of it.
type Area struct {
	Model      *model.Area
	Invariants []invariants.Invariant
	Promises   []invariants.Response
	Scenarios  []Scenario
	// Columns are the designs with names, and Today the choices that make
	// today's code. Baseline says in one line what the area is checked with if
	// nothing else is said, and Designs what a design is made of.
	Columns  []Column
	Today    []model.Choice
	Baseline string
	Designs  string
	Threads  []Thread
	Claims   []Claim
	Matrices []Matrix
	// Unmet says why operations do not meet one another, or a trait.
	Unmet []Unmet
}

// Areas lists what is registered.
var Areas []Area

// All lists the registered scenarios.
var All []Scenario

// Register makes scenarios known by name, in addition to those of the areas: all
// of them or, with an error, none.
func Register(own ...Scenario) error {
	for i := range own {
		s := &own[i]
		_, known := ByName(s.Name)
		twice := slices.ContainsFunc(own[:i], func(other Scenario) bool { return other.Name == s.Name })
		if known || twice || s.Name == "" {
			return fmt.Errorf("scenario %q: there is one of that name already, or it has none; give it another name", s.Name)
		}
		if err := s.Check(&s.Config); err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	All = append(All, own...)
	return nil
}

// RegisterArea makes an area and all that is asked of it known by name.
func RegisterArea(a Area) {
	Areas = append(Areas, a)
	model.Register(a.Model)
	invariants.Register(a.Model, a.Invariants, a.Promises)
	All = append(All, a.Scenarios...)
	Columns = append(Columns, a.Columns...)
	joinToday(a.Today)
	Threads = append(Threads, a.Threads...)
	Claims = append(Claims, a.Claims...)
	Matrices = append(Matrices, a.Matrices...)
}
