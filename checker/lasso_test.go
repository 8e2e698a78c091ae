package checker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hvcheck/checker"
)

// starving is the test-and-set lock with its promise, and a run that breaks it.
var (
	starving = testAndSet().promising(checker.Response[mutex, string]{From: waits(0), To: isIn(0), Fair: fair("p works", "q works")})
	starved  = checker.Fault[string]{
		Story: checker.Story[string]{Ops: []string{"p asks"}},
		Loop:  []string{"q asks", "q works: enter", "q works: leave"},
	}
)

func TestLassoRefused(t *testing.T) {
	masked := eventChannel(true).promising(checker.Response[port, string]{From: isPending, To: isSeen, Suspended: isMasked, Fair: fair("deliver")})
	locks := func(id string, start int, story, loop []string) error {
		return checker.Lasso(starving(), checker.Story[string]{Start: start, Ops: story}, loop, id)
	}
	ports := func(story, loop []string) error {
		return checker.Lasso(masked(), checker.Story[string]{Ops: story}, loop, "promise")
	}
	tests := []struct {
		name string
		err  error
		want string // part of it; empty: it is a lasso
	}{
		{"as it should be", locks("promise", 0, starved.Ops, starved.Loop), ""},
		{"the promise may be made in the loop", locks("promise", 0, nil, starved.Loop), "none was made"},
		{"operations may be refused", locks("promise", 0, starved.Ops, append([]string{"p asks"}, starved.Loop...)), ""},
		{"no response", locks("premise", 0, starved.Ops, starved.Loop), `no response "premise"`},
		{"no start", locks("promise", 1, starved.Ops, starved.Loop), "no start state 1"},
		{"not a loop", locks("promise", 0, starved.Ops, starved.Loop[:2]), "does not come back to where it began: .at[1] differs"},
		{"kept in the loop", locks("promise", 0, nil, []string{"p asks", "p works: enter", "p works: leave"}), "kept in the loop, after 2"},
		{"kept before", locks("promise", 0, []string{"p asks", "p works: enter", "p works: leave"}, starved.Loop), "none was made, or it was kept"},
		{"kept where it begins", locks("promise", 0, []string{"p asks", "p works: enter"}, nil), "none was made, or it was kept"},
		{"an unfair rest", locks("promise", 0, starved.Ops, nil), `not fair: "p works"`},
		{"the other stays in", locks("promise", 0, append(starved.Ops, starved.Loop[:2]...), nil), `not fair: "q works"`},
		{"suspended for ever", ports([]string{"raise", "mask"}, nil), "suspended for ever"},
		{"suspended now and then", ports([]string{"raise"}, []string{"mask", "unmask"}), ""},
	}
	for _, test := range tests {
		if got := test.err; got == nil != (test.want == "") || got != nil && !strings.Contains(got.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, got, test.want)
		}
	}
}

// TestReplayTampered: a lasso that is none ends with the reason.
func TestReplayTampered(t *testing.T) {
	var got []string
	for s := range checker.ReplayLasso(starving(), starved.Story, starved.Loop[:2], "promise") {
		if s.Violated != "" || s.InLoop != (s.Index > 1) || (s.Err != nil) != (s.Index == 3) {
			t.Errorf("%+v", s)
		}
		got = append(got, s.Op)
	}
	if diff := cmp.Diff([]string{"", "p asks", "q asks", "q works: enter"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMinimizeLasso: what a detour adds is left out, and what is no lasso is
// returned as it is.
func TestMinimizeLasso(t *testing.T) {
	long := checker.Fault[string]{Forever: true, Property: "promise"}
	long.Ops = append(append([]string{"p asks", "p works: enter", "p works: leave"}, starved.Loop...), "q asks", "p asks")
	long.Loop = []string{"q works: enter", "q works: leave", "q asks", "q works: enter", "q asks", "q works: leave", "q asks"}
	got := checker.Minimize(starving, nil, long, checker.MinimizeOptions{})
	if len(got.Ops) != 2 || len(got.Loop) != 3 || checker.Lasso(starving(), got.Story, got.Loop, "promise") != nil {
		t.Errorf("%+v", got)
	}
	long.Loop = long.Loop[:5]
	if diff := cmp.Diff(long, checker.Minimize(starving, nil, long, checker.MinimizeOptions{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// corners is a walk on a grid that could be finished at any place, in three
// ways, each of them but at the end of its axis.
type corners struct {
	at       [3]uint8
	finished bool
}

func grid(n uint8) (m machine[corners]) {
	for i, axis := range []string{"x", "y", "z"} {
		m = append(m,
			rule[corners]{axis + " up", func(s *corners) bool { return !s.finished && s.at[i] < n-1 }, func(s *corners) { s.at[i]++ }},
			rule[corners]{axis + " down", func(s *corners) bool { return !s.finished && s.at[i] > 0 }, func(s *corners) { s.at[i]-- }},
			rule[corners]{"finish " + axis, func(s *corners) bool { return s.at[i] < n-1 }, func(s *corners) { *s = corners{finished: true} }},
		)
	}
	return m
}

// TestLongTour goes to the end of each axis and home. The second grid is too
// large to find that by looking for the shortest tour.
func TestLongTour(t *testing.T) {
	for _, n := range []uint8{5, 60} {
		newSystem := grid(n).promising(checker.Response[corners, string]{
			From: always[corners], To: func(s *corners) bool { return s.finished }, Fair: fair("finish x", "finish y", "finish z"),
		})
		r := exploreWith(t, newSystem, 2)
		if want := 6 * (int(n) - 1); r.Fault == nil || len(r.Fault.Ops) != 0 || len(r.Fault.Loop) != want {
			t.Fatalf("%d: %+v, want a loop of %d", n, r.Fault, want)
		}
		confirm(t, newSystem, *r.Fault)
	}
}

// TestUndecided: whatever ends the search leaves responses undecided.
func TestUndecided(t *testing.T) {
	hold := checker.Response[letter, string]{From: always[letter], To: hasCome, Fair: fair("send", "deliver")}
	broken := hold
	broken.Fair = nil
	bad := checker.Property[letter, string]{ID: "bad", State: func(s *letter) error {
		if s.come {
			return errors.New("bad")
		}
		return nil
	}}
	ctx, cancel := context.WithCancel(context.Background())
	interrupting := hold
	interrupting.From = func(*letter) bool { cancel(); time.Sleep(20 * time.Millisecond); return true }
	slow := hold
	slow.From = func(*letter) bool { time.Sleep(20 * time.Millisecond); return true }
	tests := []struct {
		name      string
		responses []checker.Response[letter, string]
		props     []checker.Property[letter, string]
		bounds    checker.Bounds
		stopped   string
		undecided []string
	}{
		{"all decided", []checker.Response[letter, string]{hold, hold}, nil, checker.Bounds{}, "", nil},
		{"depth bound", []checker.Response[letter, string]{hold, hold}, nil, checker.Bounds{Depth: 1}, "depth bound", []string{"a", "b"}},
		{"a fault", []checker.Response[letter, string]{hold}, []checker.Property[letter, string]{bad}, checker.Bounds{}, "", []string{"a"}},
		{"behind a broken one", []checker.Response[letter, string]{hold, broken, hold}, nil, checker.Bounds{}, "", []string{"c"}},
		// a table of 32768 bytes, three small records, and no room for marks
		{"memory", []checker.Response[letter, string]{hold}, nil, checker.Bounds{Bytes: 32790}, "memory bound", []string{"a"}},
		{"time", []checker.Response[letter, string]{hold, slow}, nil, checker.Bounds{Time: 30 * time.Millisecond}, "time bound", []string{"b"}},
		// the last, for it ends the context
		{"interrupted", []checker.Response[letter, string]{hold, interrupting}, nil, checker.Bounds{}, "interrupted", []string{"b"}},
	}
	for _, test := range tests {
		for i := range test.responses {
			test.responses[i].ID = string(rune('a' + i))
		}
		newSystem := func() checker.System[letter, string] {
			return checker.System[letter, string]{Model: post(false), Properties: test.props, Responses: test.responses}
		}
		r, err := checker.Explore(ctx, newSystem, checker.Options{Bounds: test.bounds})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.undecided, r.Undecided()); diff != "" || r.Stopped != test.stopped || len(r.Responses) != len(test.responses) {
			t.Errorf("%s: %+v (-want +got):\n%s", test.name, r, diff)
		}
		if exhaustive := len(test.undecided) == 0; r.Exhaustive != exhaustive {
			t.Errorf("%s: exhaustive: %v", test.name, r.Exhaustive)
		}
	}
}

// TestResponseProgress: deciding shows how far it is.
func TestResponseProgress(t *testing.T) {
	var shown []checker.Progress
	newSystem := grid(8).promising(checker.Response[corners, string]{
		From: func(*corners) bool { time.Sleep(time.Millisecond); return true },
		To:   func(s *corners) bool { return s.finished },
		Fair: fair("finish"),
	})
	opt := checker.Options{Progress: func(p checker.Progress) { shown = append(shown, p) }}
	if _, err := checker.Explore(context.Background(), newSystem, opt); err != nil || len(shown) == 0 {
		t.Fatal(shown, err)
	}
	if p := shown[len(shown)-1]; p.Response != "promise" || p.Searched == 0 || p.States != 513 {
		t.Errorf("%+v", p)
	}
}

// moody is a model that does something else when asked again.
type moody struct {
	machine[letter]
	asked *int
}

func (m moody) Step(s *letter, op string) checker.Outcome {
	if *m.asked++; *m.asked > 9 {
		*s = letter{underWay: true, come: true}
		return checker.Outcome{}
	}
	return m.machine.Step(s, op)
}

func TestResponseErrors(t *testing.T) {
	fine := checker.Response[letter, string]{ID: "a", From: always[letter], To: hasCome}
	with := func(change func(r *checker.Response[letter, string])) checker.System[letter, string] {
		r := fine
		change(&r)
		return checker.System[letter, string]{Model: post(true), Responses: []checker.Response[letter, string]{fine, r}}
	}
	panicky := with(func(r *checker.Response[letter, string]) {
		r.ID = "b"
		r.From = func(s *letter) bool { return s.underWay }
		r.To = func(s *letter) bool {
			if s.come {
				panic("boom")
			}
			return false
		}
	})
	panicky.Responses = panicky.Responses[1:]
	tests := []struct {
		name string
		sys  checker.System[letter, string]
		want string
	}{
		{"id used twice", with(func(*checker.Response[letter, string]) {}), `"a" is empty, reserved or used twice`},
		{"no id", with(func(r *checker.Response[letter, string]) { r.ID = "" }), `"" is empty`},
		{"no from", with(func(r *checker.Response[letter, string]) { r.ID, r.From = "b", nil }), "from what to what"},
		{"many sets", with(func(r *checker.Response[letter, string]) { r.ID, r.Fair = "b", make([]checker.Fairness[string], 31) }), "the most is 30"},
		{"no operations", with(func(r *checker.Response[letter, string]) { r.ID, r.Fair = "b", make([]checker.Fairness[string], 1) }), "says of no operation"},
		{"a panic", panicky, "operations [send deliver]: boom"},
		{"a moody model", checker.System[letter, string]{Model: moody{post(true), new(int)}, Responses: []checker.Response[letter, string]{fine}}, "not deterministic"},
	}
	for _, test := range tests {
		_, err := checker.Explore(context.Background(), func() checker.System[letter, string] { return test.sys }, checker.Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
