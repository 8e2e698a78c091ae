package checker_test

import (
	"context"

	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hvcheck/checker"
	"hvcheck/checker/checkertest"
)

// Verdicts of toys whose answers are known, and the same verdicts by the
// second method of package checkertest.

// decide explores with any number of workers, which must not show, and has the
// second method and the lasso's verifier say the same. The result is a report
// for the one response of the system, and its fault.
func decide[S, O comparable](t testing.TB, newSystem func() checker.System[S, O]) (checker.ResponseReport, *checker.Fault[O]) {
	t.Helper()
	sys := newSystem()
	id := sys.Responses[0].ID
	r := exploreWith(t, newSystem, 1)
	for _, workers := range []int{2, 4} {
		again := exploreWith(t, newSystem, workers)
		if diff := cmp.Diff(r, again, cmpopts.IgnoreFields(r, "Elapsed")); diff != "" {
			t.Errorf("with %d workers (-want +got):\n%s", workers, diff)
		}
	}
	broken, err := checkertest.Broken(sys, id, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Responses[0]; !got.Decided || got.Kept == broken || broken != (r.Fault != nil) || r.Exhaustive == broken {
		t.Fatalf("%+v, fault %v, but the second method says broken: %v", got, r.Fault, broken)
	}
	if broken {
		confirm(t, newSystem, *r.Fault)
	}
	return r.Responses[0], r.Fault
}

func exploreWith[S, O comparable](t testing.TB, newSystem func() checker.System[S, O], workers int) checker.Report[O] {
	t.Helper()
	r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// confirm has a lasso verified, replayed and minimised.
func confirm[S, O comparable](t testing.TB, newSystem func() checker.System[S, O], f checker.Fault[O]) {
	t.Helper()
	sys := newSystem()
	if err := checker.Lasso(sys, f.Story, f.Loop, f.Property); err != nil || !f.Forever {
		t.Errorf("%+v is no lasso: %v", f, err)
	}
	var last checker.StepInfo[S, O]
	for last = range checker.ReplayLasso(sys, f.Story, f.Loop, f.Property) {
		if last.InLoop != (last.Index > len(f.Ops)) {
			t.Errorf("step %d in the loop: %v", last.Index, last.InLoop)
		}
	}
	if last.Violated != f.Property || last.Err.Error() != f.Detail || last.Index != len(f.Ops)+len(f.Loop) {
		t.Errorf("replay ends with %+v, not with %+v", last, f)
	}
	least := checker.Minimize(newSystem, nil, f, checker.MinimizeOptions{})
	if len(least.Ops) > len(f.Ops) || len(least.Loop) > len(f.Loop) || checker.Lasso(sys, least.Story, least.Loop, f.Property) != nil {
		t.Errorf("%+v is minimised to %+v", f, least)
	}
}

func TestResponses(t *testing.T) {
	type decider func(t *testing.T) (checker.ResponseReport, *checker.Fault[string])
	mutexes := func(m machine[mutex], fair []checker.Fairness[string]) decider {
		return func(t *testing.T) (checker.ResponseReport, *checker.Fault[string]) {
			return decide(t, m.promising(checker.Response[mutex, string]{From: waits(0), To: isIn(0), Fair: fair}))
		}
	}
	posts := func(m machine[letter], fair []checker.Fairness[string]) decider {
		return func(t *testing.T) (checker.ResponseReport, *checker.Fault[string]) {
			return decide(t, m.promising(checker.Response[letter, string]{From: always[letter], To: hasCome, Fair: fair}))
		}
	}
	schedulers := func(from func(*turns) bool, fair []checker.Fairness[string]) decider {
		return func(t *testing.T) (checker.ResponseReport, *checker.Fault[string]) {
			return decide(t, scheduler().promising(checker.Response[turns, string]{From: from, To: secondRan, Fair: fair}))
		}
	}
	ports := func(m machine[port], suspended func(*port) bool) decider {
		return func(t *testing.T) (checker.ResponseReport, *checker.Fault[string]) {
			return decide(t, m.promising(checker.Response[port, string]{From: isPending, To: isSeen, Suspended: suspended, Fair: fair("deliver")}))
		}
	}
	tests := []struct {
		name        string
		decide      decider
		want        checker.ResponseReport
		story, loop string // of a broken promise, by names
	}{
		{"test and set starves", mutexes(testAndSet(), fair("p works", "q works")),
			checker.ResponseReport{From: 3, States: 3, Components: 1},
			"p asks", "q asks, q works: enter, q works: leave"},
		{"Peterson does not", mutexes(petersons(), fair("p works", "q works")),
			checker.ResponseReport{Kept: true, From: 5, States: 5, Components: 5}, "", ""},
		{"Peterson does, if the other may stop half-way", mutexes(petersons(), fair("p works")),
			checker.ResponseReport{From: 5, States: 5, Components: 5},
			"p asks, p works: yield, q asks", ""},
		{"what is sent may always be lost", posts(post(true), fair("send")),
			checker.ResponseReport{From: 3, States: 2, Components: 1}, "", "send, lose"},
		{"even if delivery is fair", posts(post(true), fair("send", "deliver")),
			checker.ResponseReport{From: 3, States: 2, Components: 1}, "", "send, lose"},
		{"without loss it comes", posts(post(false), fair("send", "deliver")),
			checker.ResponseReport{Kept: true, From: 3, States: 2, Components: 2}, "", ""},
		{"unless nobody delivers", posts(post(false), fair("send")),
			checker.ResponseReport{From: 3, States: 2, Components: 2}, "send", ""},
		{"an unfair scheduler", schedulers(always[turns], fair("first")),
			checker.ResponseReport{From: 6, States: 3, Components: 1}, "", "first, first, first"},
		{"without fairness a run may just stop", schedulers(always[turns], nil),
			checker.ResponseReport{From: 6, States: 3, Components: 1}, "", ""},
		{"a fair scheduler", schedulers(always[turns], fair("first", "second")),
			checker.ResponseReport{Kept: true, From: 6, States: 3, Components: 1}, "", ""},
		{"kept where it is made", schedulers(secondRan, nil),
			checker.ResponseReport{Kept: true, From: 3}, "", ""},
		{"never made", schedulers(func(s *turns) bool { return s.first > 5 }, nil),
			checker.ResponseReport{Kept: true}, "", ""},
		{"a deadlock", func(t *testing.T) (checker.ResponseReport, *checker.Fault[string]) {
			return decide(t, dinner().promising(checker.Response[diners, string]{From: always[diners], To: eats, Fair: fair("p", "q")}))
		}, checker.ResponseReport{From: 6, States: 4, Components: 4}, "p left, q left", ""},
		{"masked for ever", ports(eventChannel(false), nil),
			checker.ResponseReport{From: 2, States: 2, Components: 2}, "raise, mask", ""},
		{"but that is an excuse", ports(eventChannel(false), isMasked),
			checker.ResponseReport{Kept: true, From: 2, States: 2, Components: 2}, "", ""},
		{"masked and unmasked is none", ports(eventChannel(true), isMasked),
			checker.ResponseReport{From: 2, States: 2, Components: 1}, "raise", "mask, unmask"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.ID, test.want.Decided = "promise", true
			got, fault := test.decide(t)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if fault == nil {
				return
			}
			story, loop := strings.Join(fault.Ops, ", "), strings.Join(fault.Loop, ", ")
			if story != test.story || loop != test.loop {
				t.Errorf("story %q, loop %q; want %q, %q", story, loop, test.story, test.loop)
			}
		})
	}
}
