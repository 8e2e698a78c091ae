package areas_test

import (
	"testing"

	"hvcheck/judge"
	"hvcheck/scenarios"
)

// least is the part of the pairs that has to be met or to have a reason, in
// percent.
const least = 95

// Nearly all operations meet on the same object in some scenario, or it is said
// why not; and so do operations and traits. No reason is about what is met.
func TestPairs(t *testing.T) {
	j := judge.Judge{Workers: 2}
	for i := range scenarios.Areas {
		p := j.PairsOf(t.Context(), &scenarios.Areas[i])
		pairs, traits := p.Count()
		for what, c := range map[string]judge.Counts{"pairs": pairs, "operations with a trait": traits} {
			if 100*(c.Met+c.Reason) < least*c.All() {
				t.Errorf("%s: of %d %s %d are met, and %d have a reason; hvcheck list pairs %[1]s tells which are not", p.Area.Model.Name, c.All(), what, c.Met, c.Reason)
			}
		}
		for _, u := range p.Stale() {
			t.Errorf("%s: the reason %+v is about nothing that is not met", p.Area.Model.Name, u)
		}
	}
}
