package checkertest_test

import (
	"fmt"
	"testing"

	"hvcheck/checker"
	"hvcheck/checker/checkertest"
)

// clock counts up to a number; its one operation is to tick.
type clock uint8

func (c clock) Init() []uint8     { return []uint8{0} }
func (c clock) Ops() [][]string   { return [][]string{{"tick"}} }
func (c clock) Kind(string) uint8 { return 0 }

func (c clock) Step(s *uint8, _ string) checker.Outcome {
	*s = min(*s+1, uint8(c))
	return checker.Outcome{}
}

func strikes(end clock, fair bool) checker.System[uint8, string] {
	r := checker.Response[uint8, string]{
		ID:   "strikes",
		From: func(s *uint8) bool { return *s == 0 },
		To:   func(s *uint8) bool { return *s == 12 },
	}
	if fair {
		r.Fair = []checker.Fairness[string]{{ID: "ticks", Of: func(string) bool { return true }}}
	}
	return checker.System[uint8, string]{Model: end, Responses: []checker.Response[uint8, string]{r}}
}

func TestBroken(t *testing.T) {
	tests := []struct {
		end       clock
		fair      bool
		id        string
		maxStates int
		broken    bool
		err       string
	}{
		{20, true, "strikes", 21, false, "<nil>"},
		{20, false, "strikes", 21, true, "<nil>"},
		{11, true, "strikes", 21, true, "<nil>"},
		{20, true, "strikes", 20, false, "more than 20 states"},
		{20, true, "rings", 21, false, `the system has no response "rings"`},
	}
	for _, test := range tests {
		broken, err := checkertest.Broken(strikes(test.end, test.fair), test.id, test.maxStates)
		if broken != test.broken || fmt.Sprint(err) != test.err {
			t.Errorf("%+v: broken %v, %v", test, broken, err)
		}
	}
}
