package counterexamples

import (
	"slices"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// TestCompareSame: under its own design no story of the corpus differs, and
// each violates the same.
func TestCompareSame(t *testing.T) {
	stories, err := Corpus()
	if err != nil {
		t.Fatal(err)
	}
	for i := range stories {
		s := &stories[i]
		c := Compare(s, s.Config)
		if len(c.Problems)+len(c.Own.Problems) > 0 || c.Fault == nil || c.Fault.N != s.Fault.Step {
			t.Errorf("%s: %v, %v", s.ID(), c.Problems, c.Fault)
		}
		for k := range c.Steps {
			if b := &c.Steps[k]; !b.SameResult() || len(b.Apart) > 0 {
				t.Errorf("%s: step %d differs: %v", s.ID(), k, b.Apart)
			}
		}
	}
}

// TestCompare: the slot that the fault leaves empty is filled where the fault is
// mended, and nothing else is violated.
func TestCompare(t *testing.T) {
	s := twoSteps(t)
	c := Compare(&s, s.Scenario.Config)
	filled := model.Change{Subject: "frame 0", Name: "slot 256", Was: "empty", Is: "filled"}
	if last := c.Steps[2]; !slices.Contains(last.Apart, filled) || !last.SameResult() {
		t.Errorf("step 2: %v", last.Apart)
	}
	if len(c.Steps[1].Apart) > 0 || c.Fault != nil || c.Instead != nil || len(c.Problems) > 0 {
		t.Errorf("%+v", c)
	}
}

// TestCompareInstead: another invariant takes the place of the one that is not
// violated any more, and a drain comes to its end in another way.
func TestCompareInstead(t *testing.T) {
	sc := pinFirst(t)
	s := explored(t, sc, with(t, sc, "MM-B15", "on"), "MM-I7")
	s.Fault.Invariant = "MM-I8"
	c := Compare(&s, s.Config)
	if c.Fault != nil || c.Instead == nil || c.Instead.Violated != "MM-I7" {
		t.Errorf("%v, %v", c.Fault, c.Instead)
	}
}

// A story by hand records what is expected, which is told as such.
func TestReplayByHand(t *testing.T) {
	s := twoSteps(t)
	s.Found = Found{}
	s.Ops[0].Result = errno.EINVAL
	s.Fault.Step = 1
	want := []string{"step 1: you expect -EINVAL, it returns 0", "you expect MM-I10 to be violated at step 1, it is at step 2"}
	if got := Replay(&s).Problems; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	s.Config = s.Scenario.Config
	if got := Replay(&s).Problems; !slices.Contains(got, "you expect MM-I10 to be violated at step 1, it is not") {
		t.Errorf("got %q", got)
	}
	s.Found = Found{By: "hand", Version: "v1"}
	for _, got := range Replay(&s).Problems {
		if strings.Contains(got, "you expect") {
			t.Errorf("a story that was minimised is recorded: %s", got)
		}
	}
	if got := Replay(&s).Problems[0]; !strings.HasPrefix(got, "the model has changed since this was recorded by hvcheck v1: step 1 returned 0") {
		t.Errorf("got %q", got)
	}
}
