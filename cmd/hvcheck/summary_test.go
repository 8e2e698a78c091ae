package main

import (
	"testing"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// TestHowARunEnds goes through what makes a run fail or leaves it open.
func TestHowARunEnds(t *testing.T) {
	pin := uint8(model.Pin.Kind())
	seen := func(code errno.Errno) checker.Coverage { return checker.Coverage{{Kind: pin, Code: int16(code)}: 1} }
	missed := []checker.GoalReport{{ID: "goal"}}
	s := newSearch(&scenarios.All[0], scenarios.All[0].Config)
	violated := &violation{story: new(counterexamples.Story)}
	for _, tc := range []struct {
		name string
		sum  summary
		done checked
		want int
	}{
		{"all is well", summary{own: true}, checked{explored: report{Exhaustive: true, Coverage: seen(errno.OK)}}, exitHolds},
		{"a violation", summary{own: true}, checked{violation: violated}, exitViolated},
		{"cut off", summary{own: true}, checked{explored: report{}}, exitInconclusive},
		{"interrupted", summary{own: true, interrupted: true}, checked{explored: report{Exhaustive: true}}, exitInconclusive},
		{"a goal is missed", summary{own: true}, checked{explored: report{Exhaustive: true, Goals: missed}}, exitInconclusive},
		{"a goal of another design", summary{}, checked{explored: report{Exhaustive: true, Goals: missed}}, exitHolds},
		{"a goal that sampling met", summary{own: true}, checked{
			explored: report{Exhaustive: true, Goals: missed},
			sampled:  sampled{Goals: []checker.GoalReport{{ID: "goal", Met: true}}},
		}, exitHolds},
		{"results missing in a run of everything", summary{own: true, all: true},
			checked{explored: report{Exhaustive: true, Coverage: seen(errno.OK)}}, exitInconclusive},
		{"a result that nobody lists", summary{own: true},
			checked{explored: report{Exhaustive: true, Coverage: seen(errno.ERANGE)}}, exitViolated},
	} {
		tc.done.search = s
		tc.sum.add(&tc.done)
		if got := tc.sum.code(); got != tc.want {
			t.Errorf("%s: exit code %d, want %d", tc.name, got, tc.want)
		}
	}
}
