package judge

import (
	"slices"
	"testing"
	"time"

	"hvcheck/model"
	"hvcheck/model/design"
)

// A bug that breaks nothing but a promise is left to the search.
func TestBugThatBreaksAPromise(t *testing.T) {
	bug := model.Switches[slices.IndexFunc(model.Switches, func(sw design.Switch) bool { return sw.ID == "EV-M12" })]
	if !slices.Equal(bug.Breaks, []string{"EV-L7"}) {
		t.Fatalf("%s breaks %v", bug.ID, bug.Breaks)
	}
	j := &Judge{Workers: 2, Seed: 1}
	options := &BugOptions{Seeds: 2, Sampling: true, Time: time.Second}
	bug.Length = 5
	h, err := j.Hunt(t.Context(), bug, options)
	if err != nil {
		t.Fatal(err)
	}
	if h.By != "EV-L7" || h.Tried != 0 || h.Problem(options) != "" || h.Code(options) != ExitHolds {
		t.Errorf("found by %q, %d seeds tried, problem %q", h.By, h.Tried, h.Problem(options))
	}
	bug.Length = 6
	if h, err = j.Hunt(t.Context(), bug, options); err != nil || h.Problem(options) == "" || h.Code(options) != ExitViolated {
		t.Errorf("%v, problem %q", err, h.Problem(options))
	}
}

// Lengths are compared with those of the same invariant, and a bug of another
// length is found.
func TestLengthsOfTheSameInvariant(t *testing.T) {
	type lengths = map[string]int
	f := &BugOptions{Seeds: 1, Sampling: true, Time: time.Second}
	for _, tc := range []struct {
		name                string
		length              int
		by                  string
		shortest, minimised lengths
		problem             string
	}{
		{"as it should be", 3, "A", lengths{"A": 3}, lengths{"A": 4}, ""},
		{"another invariant is shorter", 3, "A", lengths{"A": 3, "B": 1}, lengths{"B": 1}, ""},
		{"the catalogue speaks of another invariant", 3, "B", lengths{"B": 5}, lengths{}, ""},
		{"shorter than the catalogue says", 4, "A", lengths{"A": 3}, lengths{},
			"found, of another length: the shortest story to A has 3 operations, the catalogue says 4"},
		{"minimised too little", 3, "A", lengths{"A": 3, "B": 1}, lengths{"A": 3, "B": 3},
			"found, of another length: a story to B has 3 operations, minimised, the shortest 1"},
		{"the shortest is not known", 3, "A", lengths{"A": 3}, lengths{"B": 9}, ""},
	} {
		h := &Hunted{By: tc.by, Tried: 1, Hits: 1, Shortest: tc.shortest, Minimised: tc.minimised}
		h.Bug = design.Switch{ID: "X-B1", Kind: design.Bug, Breaks: []string{"A", "B"}, Length: tc.length}
		if got := h.Problem(f); got != tc.problem || h.Missed(f) != "" {
			t.Errorf("%s: problem %q, missed %q, want %q", tc.name, got, h.Missed(f), tc.problem)
		}
		if code := h.Code(f); (code == ExitViolated) != (tc.problem != "") {
			t.Errorf("%s: exit code %d", tc.name, code)
		}
	}
}
