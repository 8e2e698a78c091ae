package judge

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// TestHowARunEnds goes through what makes a run fail or leaves it open.
func TestHowARunEnds(t *testing.T) {
	pin := uint8(mmops.Pin.Kind())
	seen := func(code errno.Errno) checker.Coverage { return checker.Coverage{{Kind: pin, Code: int16(code)}: 1} }
	i := slices.IndexFunc(mmops.Pin.Results, func(r model.Result) bool { return r.Unreached != "" })
	never := mmops.Pin.Results[i].Code
	missed := []checker.GoalReport{{ID: "goal"}}
	s := NewSearch(&scenarios.All[0], scenarios.All[0].Config)
	violated := &Violation{Story: new(counterexamples.Story)}
	own := func() Summary { return Summary{Plan: &Plan{Scope: &Scope{}}} }
	other := func() Summary { return Summary{Plan: &Plan{Scope: &Scope{}}, Designs: []string{"MM-V0"}} }
	everything := func() Summary { return Summary{Plan: &Plan{Scope: &Scope{}, All: true}} }
	interrupted := func() Summary { return Summary{Plan: &Plan{Scope: &Scope{}}, Interrupted: true} }
	for _, tc := range []struct {
		name string
		sum  func() Summary
		done Checked
		want int
	}{
		{"all is well", own, Checked{Explored: Report{Exhaustive: true, Coverage: seen(errno.OK)}}, ExitHolds},
		{"a violation", own, Checked{Violation: violated}, ExitViolated},
		{"cut off", own, Checked{Explored: Report{}}, ExitInconclusive},
		{"interrupted", interrupted, Checked{Explored: Report{Exhaustive: true}}, ExitInconclusive},
		{"a goal is missed", own, Checked{Explored: Report{Exhaustive: true, Goals: missed}}, ExitInconclusive},
		{"a goal is missed under another design", other, Checked{Explored: Report{Exhaustive: true, Goals: missed}}, ExitInconclusive},
		{"a goal that sampling met", own, Checked{
			Explored: Report{Exhaustive: true, Goals: missed},
			Sampled:  Sampled{Goals: []checker.GoalReport{{ID: "goal", Met: true}}},
		}, ExitHolds},
		{"a goal that no sampling alone met", own, Checked{drawn: true, Sampled: Sampled{Steps: 1, Goals: missed}}, ExitHolds},
		{"nothing was sampled", own, Checked{drawn: true}, ExitInconclusive},
		{"results missing in a run of everything", everything,
			Checked{Explored: Report{Exhaustive: true, Coverage: seen(errno.OK)}}, ExitInconclusive},
		{"a result that cannot come, they say", own,
			Checked{Explored: Report{Exhaustive: true, Coverage: seen(never)}}, ExitViolated},
		{"a result that cannot come in the scenarios' own design", other,
			Checked{Explored: Report{Exhaustive: true, Coverage: seen(never)}}, ExitHolds},
	} {
		tc.done.Search = s
		sum := tc.sum()
		sum.add(&tc.done)
		if got := sum.Code(); got != tc.want {
			t.Errorf("%s: exit code %d, want %d", tc.name, got, tc.want)
		}
	}
}
