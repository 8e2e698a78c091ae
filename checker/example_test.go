package checker_test

import (
	"context"
	"errors"
	"fmt"

	"hvcheck/checker"
)

// Jugs is a model: two jugs that hold 3 and 5 gallons, and a tap.
type Jugs [2]uint8

// Act is an operation on the jugs.
type Act struct {
	Do  uint8 // Fill, Empty or Pour
	Jug uint8
}

const (
	Fill = iota
	Empty
	Pour
)

func (a Act) String() string {
	return fmt.Sprint([]string{"fill", "empty", "pour from"}[a.Do], " ", []string{"small", "big"}[a.Jug])
}

// Model is without memory, so that every worker may have the same.
type Model struct{}

func (Model) Init() []Jugs { return []Jugs{{}} }

func (Model) Ops() (ops [][]Act) {
	for _, do := range []uint8{Fill, Empty, Pour} {
		ops = append(ops, []Act{{do, 0}}, []Act{{do, 1}})
	}
	return ops
}

func (Model) Kind(a Act) uint8 { return a.Do }

func (Model) Step(s *Jugs, a Act) checker.Outcome {
	size, from, to := Jugs{3, 5}, a.Jug, 1-a.Jug
	switch a.Do {
	case Fill:
		s[from] = size[from]
	case Empty:
		s[from] = 0
	case Pour:
		n := min(s[from], size[to]-s[to])
		s[from], s[to] = s[from]-n, s[to]+n
	}
	return checker.Outcome{}
}

func jugs() checker.System[Jugs, Act] {
	return checker.System[Jugs, Act]{
		Model: Model{},
		Properties: []checker.Property[Jugs, Act]{{
			ID: "never four gallons",
			State: func(s *Jugs) error {
				if s[1] == 4 {
					return errors.New("four gallons in the big jug")
				}
				return nil
			},
		}},
		Goals: []checker.Goal[Jugs, Act]{{
			ID:  "both full",
			Met: func(_ *Jugs, _ Act, _ checker.Outcome, s *Jugs) bool { return *s == Jugs{3, 5} },
		}},
	}
}

func ExampleExplore() {
	report, err := checker.Explore(context.Background(), jugs, checker.Options{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.States, "states,", report.Transitions, "transitions")
	fmt.Println(report.Goals)
	fmt.Println(report.Fault.Property, "-", report.Fault.Detail)
	fmt.Println(report.Fault.Ops)
	// Output:
	// 13 states, 42 transitions
	// [{both full true 2}]
	// never four gallons - four gallons in the big jug
	// [fill big pour from big empty small pour from big fill big pour from big]
}

// Filling and pouring may not be put off for ever, and yet there may never be
// four gallons: when both jugs are empty again and again, pouring could not
// always do something.
func ExampleResponse() {
	newSystem := func() checker.System[Jugs, Act] {
		return checker.System[Jugs, Act]{Model: Model{}, Responses: []checker.Response[Jugs, Act]{{
			ID:   "four gallons in the end",
			From: func(s *Jugs) bool { return *s == Jugs{} },
			To:   func(s *Jugs) bool { return s[1] == 4 },
			Fair: []checker.Fairness[Act]{
				{ID: "fills", Of: func(a Act) bool { return a.Do == Fill }},
				{ID: "pours", Of: func(a Act) bool { return a.Do == Pour }},
			},
		}}}
	}
	report, err := checker.Explore(context.Background(), newSystem, checker.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", report.Responses[0])
	fault := report.Fault
	fmt.Println(fault.Property, "-", fault.Detail)
	for step := range checker.ReplayLasso(newSystem(), fault.Story, fault.Loop, fault.Property) {
		if step.Index > 0 {
			fmt.Println(step.Op, step.After, "in the loop:", step.InLoop)
		}
	}
	// Output:
	// {ID:four gallons in the end Decided:true Kept:false From:1 States:14 Components:1}
	// four gallons in the end - the answer does not come while the last 2 operations repeat for ever
	// fill small [3 0] in the loop: true
	// empty small [0 0] in the loop: true
}

func ExampleReplay() {
	story := checker.Story[Act]{Ops: []Act{{Fill, 1}, {Pour, 1}, {Empty, 0}, {Pour, 1}, {Fill, 1}, {Pour, 1}}}
	for step := range checker.Replay(jugs(), story, false) {
		if step.Index > 0 {
			fmt.Println(step.Op, step.After, step.Err)
		}
	}
	// Output:
	// fill big [0 5] <nil>
	// pour from big [3 2] <nil>
	// empty small [0 2] <nil>
	// pour from big [2 0] <nil>
	// fill big [2 5] <nil>
	// pour from big [3 4] four gallons in the big jug
}

func ExampleMinimize() {
	wandering := checker.Story[Act]{Ops: []Act{
		{Fill, 0}, {Pour, 0}, {Fill, 0}, {Pour, 0}, {Empty, 1}, {Pour, 0}, {Fill, 0}, {Pour, 0}, {Fill, 0},
	}}
	fault := checker.Check(jugs(), wandering)
	fmt.Println(len(fault.Ops), "operations:", fault.Ops)
	least := checker.Minimize(jugs, nil, *fault, checker.MinimizeOptions{})
	fmt.Println(len(least.Ops), "operations:", least.Ops)
	// Output:
	// 8 operations: [fill small pour from small fill small pour from small empty big pour from small fill small pour from small]
	// 6 operations: [fill big pour from big empty small pour from big fill big pour from big]
}
