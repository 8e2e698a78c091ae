package checker

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A search is an exploration whose state type is out of sight, so that tables
// can hold different toys.
type search func(t *testing.T, opt Options) Report[move]

// searchOf explores, and compares the result with that of a plain search.
func searchOf[S comparable](newSystem func() System[S, move]) search {
	return func(t *testing.T, opt Options) Report[move] {
		t.Helper()
		got, err := Explore(context.Background(), newSystem, opt)
		if err != nil {
			t.Fatal(err)
		}
		if opt.Bounds == (Bounds{}) {
			compareReports(t, plainSearch(newSystem()), got)
		}
		return got
	}
}

func compareReports(t *testing.T, want, got Report[move]) {
	t.Helper()
	ignore := cmpopts.IgnoreFields(Report[move]{}, "Bytes", "Elapsed")
	if diff := cmp.Diff(want, got, ignore, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("report differs (-want +got):\n%s", diff)
	}
}

// plainSearch is what Explore should find, as simply as can be: one map, one
// queue, whole states.
func plainSearch[S comparable](sys System[S, move]) Report[move] {
	type node struct {
		state S
		story Story[move]
	}
	r := Report[move]{Coverage: Coverage{}, Goals: newGoalReports(sys.Goals)}
	asks := newAsker(sys, nil)
	seen := map[S]bool{}
	var queue []node
	visit := func(s S, story Story[move], v *violation) (fine bool) {
		isNew := !seen[s]
		if v == nil && isNew {
			seen[s] = true
			queue = append(queue, node{s, story})
			if v = asks.state(&s); v == nil {
				v = asks.drain(&s)
			}
		}
		if r.States = uint64(len(seen)); v == nil {
			return true
		}
		r.Fault = &Fault[move]{Story: story, Property: v.property, Detail: v.err.Error()}
		if v.inDrain {
			r.Fault.Drain = asks.trail
		}
		return false
	}
	for i, s := range sys.Model.Init() {
		if !visit(s, Story[move]{Start: i}, nil) {
			return r
		}
	}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		r.Depth = len(n.story.Ops)
		for _, family := range sys.Model.Ops() {
			more := 0
			for k := 0; k <= more && k < len(family); k++ {
				s, op := n.state, family[k]
				out := sys.Model.Step(&s, op)
				if k == 0 {
					more = int(out.More)
				}
				r.Coverage[Answer{op.Kind, out.Code}]++
				if s == n.state {
					r.Refused++
				} else {
					r.Transitions++
				}
				for g := range sys.Goals {
					if sys.Goals[g].Met(&n.state, op, out, &s) {
						r.Goals[g].meet(r.Depth + 1)
					}
				}
				story := Story[move]{n.story.Start, append(n.story.Ops[:len(n.story.Ops):len(n.story.Ops)], op)}
				if !visit(s, story, asks.first(&n.state, op, out, &s)) {
					return r
				}
			}
		}
	}
	r.Exhaustive = true
	return r
}

func TestExplore(t *testing.T) {
	const fill, empty, pour = 0, 1, 2
	tests := []struct {
		name   string
		search search
		states uint64
		depth  int
		fault  []move // nil: none
	}{
		{"a ring", searchOf(ring(1000).system()), 1000, 999, nil},
		{"one state", searchOf(ring(1).system()), 1, 0, nil},
		{"counters: n to the k", searchOf(counters(4, 6).system()), 6 * 6 * 6 * 6, 4 * 5, nil},
		{"hanoi: 3 to the n, 2 to the n - 1", searchOf(hanoi(6).system()), 729, 63, nil},
		{"jugs", searchOf(jugs().system()), 16, 7, nil},
		{"jugs: four gallons after six steps", searchOf(jugs().system(never("four", func(s *[2]uint8) bool { return s[1] == 4 }))), 13, 5,
			[]move{{fill, 1, 0}, {pour, 1, 0}, {empty, 0, 0}, {pour, 1, 0}, {fill, 1, 0}, {pour, 1, 0}}},
		{"peterson", searchOf(peterson(false).system(never("exclusion", bothCritical))), 20, 6, nil},
		{"peterson, turn first", searchOf(peterson(true).system(never("exclusion", bothCritical))), 26, 5,
			[]move{{0, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 0}, {0, 0, 0}, {0, 0, 0}}},
		{"philosophers: deadlock after n steps", searchOf(philosophers(4).system(never("deadlock", deadlocked(4)))), 27, 3,
			[]move{{0, 0, 0}, {0, 1, 0}, {0, 2, 0}, {0, 3, 0}}},
		{"missionaries", searchOf(crossing().system()), 16, 12, nil},
		{"missionaries: over after eleven crossings", searchOf(crossing().system(never("over", func(s *river) bool { return *s == river{} }))), 14, 10,
			[]move{{0, 0, 2}, {0, 0, 1}, {0, 0, 2}, {0, 0, 1}, {0, 2, 0}, {0, 1, 1}, {0, 2, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 1}, {0, 0, 2}}},
		{"alternating bit", searchOf(channel(false).system(never("twice", gotTwice))), 27, 11, nil},
		{"no alternating bit", searchOf(channel(true).system(never("twice", gotTwice))), 9, 4,
			[]move{{0, 0, 0}, {2, 0, 0}, {0, 0, 0}, {1, 1, 0}, {2, 0, 0}}},
		{"families and two start states", searchOf(jobs().system()), 5, 1, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.search(t, Options{})
			if r.States != test.states || r.Depth != test.depth {
				t.Errorf("%d states, depth %d; want %d, %d", r.States, r.Depth, test.states, test.depth)
			}
			var fault []move
			if r.Fault != nil {
				fault = r.Fault.Ops
			}
			if diff := cmp.Diff(test.fault, fault); diff != "" {
				t.Errorf("fault differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestManyStates has the table and the records grow many times.
func TestManyStates(t *testing.T) {
	const n = 600_000
	r, err := Explore(context.Background(), ring(n).system(never("last", func(s *uint32) bool { return *s == n-1 })), Options{})
	if err != nil || r.Fault == nil || len(r.Fault.Ops) != n-1 || r.States != n-1 {
		t.Errorf("%d states, %v", r.States, err)
	}
	if perState := r.Bytes / r.States; perState > 30 {
		t.Errorf("%d bytes for each state", perState)
	}
}

// sum is how far counters have come.
func sum(s *[8]uint8) (n int) {
	for _, c := range s {
		n += int(c)
	}
	return n
}

// TestExploreWorkers has levels of hundreds of states, so that workers have
// something to share, and compares every field with the plain search.
func TestExploreWorkers(t *testing.T) {
	step := func(id string, bad func(before *[8]uint8, op move) bool) Property[[8]uint8, move] {
		return Property[[8]uint8, move]{ID: id, Step: func(before *[8]uint8, op move, _ Outcome, _ *[8]uint8) error {
			return whenBad(bad(before, op))
		}}
	}
	far := never("far", func(s *[8]uint8) bool { return sum(s) == 14 && s[3] == 4 })
	farther := never("farther", func(s *[8]uint8) bool { return sum(s) == 14 && s[1] == 2 })
	stepped := step("stepped", func(s *[8]uint8, op move) bool { return sum(s) == 13 && op == move{0, 3, 0} && s[3] == 3 })
	refusal := step("refusal at the top", func(s *[8]uint8, op move) bool { return sum(s) == 15 && s[2] == 5 && op == move{0, 2, 0} })
	tests := []struct {
		name  string
		props []Property[[8]uint8, move]
		fault string
	}{
		{"nothing wrong", nil, ""},
		{"a state", []Property[[8]uint8, move]{far}, "far"},
		{"a state and a step, state first", []Property[[8]uint8, move]{far, stepped}, "far"},
		{"a state and a step, step first", []Property[[8]uint8, move]{stepped, far}, "stepped"},
		{"two states, the one reached first counts", []Property[[8]uint8, move]{farther, far}, "far"},
		{"a refusal is a step too", []Property[[8]uint8, move]{refusal}, "refusal at the top"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, workers := range []int{1, 2, 4} {
				toy := counters(5, 6)
				newSystem := func() System[[8]uint8, move] {
					return System[[8]uint8, move]{Model: toy.model(), Properties: test.props, Goals: []Goal[[8]uint8, move]{
						{"half", func(_ *[8]uint8, _ move, _ Outcome, after *[8]uint8) bool { return sum(after) == 12 }},
						{"never", func(*[8]uint8, move, Outcome, *[8]uint8) bool { return false }},
					}}
				}
				r := searchOf(newSystem)(t, Options{Workers: workers})
				if got := faultID(r.Fault); got != test.fault {
					t.Errorf("fault %q, want %q", got, test.fault)
				}
			}
		})
	}
}

func faultID(f *Fault[move]) string {
	if f == nil {
		return ""
	}
	return f.Property
}

// TestExploreRepeats: not even the memory in use depends on the workers.
func TestExploreRepeats(t *testing.T) {
	var want Report[move]
	for i, workers := range []int{1, 2, 4, 4, 3} {
		got := searchOf(counters(4, 12).system())(t, Options{Workers: workers, Bounds: Bounds{States: 20_000}})
		if got.Elapsed = 0; i == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, diff)
		}
	}
}

func TestBounds(t *testing.T) {
	big := counters(6, 30).system()
	tests := []struct {
		name    string
		opt     Options
		stopped string
		states  uint64 // 0: any number
	}{
		{"depth", Options{Bounds: Bounds{Depth: 2}}, stoppedDepth, 1 + 6 + 6 + 15},
		{"states", Options{Bounds: Bounds{States: 1234}}, stoppedStates, 1234},
		{"one state", Options{Bounds: Bounds{States: 1}}, stoppedStates, 1},
		{"time", Options{Bounds: Bounds{Time: time.Millisecond}}, stoppedTime, 0},
		{"bytes", Options{Bounds: Bounds{Bytes: 300_000}}, stoppedBytes, 0},
		{"the first of several", Options{Bounds: Bounds{Depth: 20, States: 1000, Bytes: 1 << 30}}, stoppedStates, 1000},
	}
	for _, test := range tests {
		for _, workers := range []int{1, 2} {
			test.opt.Workers = workers
			r := searchOf(big)(t, test.opt)
			if r.Stopped != test.stopped || r.Exhaustive || r.Fault != nil {
				t.Errorf("%s: stopped %q, exhaustive %v, fault %v; want %q", test.name, r.Stopped, r.Exhaustive, r.Fault, test.stopped)
			}
			if test.states != 0 && r.States != test.states {
				t.Errorf("%s: %d states, want %d", test.name, r.States, test.states)
			}
			if b := test.opt.Bytes; b != 0 && r.Bytes > b {
				t.Errorf("%s: %d bytes in use, bound %d", test.name, r.Bytes, b)
			}
		}
	}
}

// TestBoundNotReached: a bound that is as large as the system does not hide
// that it was searched completely.
func TestBoundNotReached(t *testing.T) {
	r := searchOf(counters(3, 4).system())(t, Options{Bounds: Bounds{States: 64, Depth: 10, Bytes: 1 << 20, Time: time.Hour}})
	if !r.Exhaustive || r.Stopped != "" || r.States != 64 {
		t.Errorf("%+v", r)
	}
}

func TestInterrupt(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancelLate := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancelLate()
	for _, test := range []struct {
		ctx     context.Context
		stopped string
	}{{cancelled, stoppedInterrupted}, {late, stoppedTime}} {
		for _, workers := range []int{1, 2} {
			r, err := Explore(test.ctx, counters(6, 30).system(), Options{Workers: workers})
			if err != nil || r.Stopped != test.stopped || r.Exhaustive {
				t.Errorf("%d workers: stopped %q, exhaustive %v, %v; want %q", workers, r.Stopped, r.Exhaustive, err, test.stopped)
			}
		}
	}
}

// liar breaks promises on the third step: the first operation's refusal
// changes the state, the second one panics.
func liar() *toy[[2]uint32] {
	return &toy[[2]uint32]{start: make([][2]uint32, 1), entries: []entry[[2]uint32]{
		{name: "count", do: func(s *[2]uint32, _ move) Outcome { s[0]++; return done }},
		{name: "refuse", do: func(s *[2]uint32, _ move) Outcome {
			if s[0] == 2 {
				s[1]++
			}
			return Outcome{Code: -22, Refused: true}
		}},
	}}
}

func TestRefusal(t *testing.T) {
	want := &Fault[move]{
		Story:    Story[move]{Ops: []move{{0, 0, 0}, {0, 0, 0}, {1, 0, 0}}},
		Property: RefusalProperty,
		Detail:   "refused with -22, yet changed the state at [1]",
	}
	for _, workers := range []int{1, 2} {
		r := searchOf(liar().system())(t, Options{Workers: workers})
		if diff := cmp.Diff(want, r.Fault); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestPanic(t *testing.T) {
	boom := func(s *[8]uint8) bool {
		if sum(s) == 3 && s[1] == 2 {
			panic("boom")
		}
		return false
	}
	model := counters(2, 9)
	model.entries[0].do = func(s *[8]uint8, m move) Outcome {
		s[m.A]++
		boom(s)
		return done
	}
	inDrain := counters(2, 9)
	inDrain.drain = func(s *[8]uint8) (move, bool) { return move{}, boom(s) }
	tests := []struct {
		name      string
		newSystem func() System[[8]uint8, move]
	}{
		{"model", model.system()},
		{"state property", counters(2, 9).system(never("x", boom))},
		{"drain", inDrain.system(Property[[8]uint8, move]{ID: "x", WhileDraining: true})},
		{"goal", func() System[[8]uint8, move] {
			return System[[8]uint8, move]{Model: counters(2, 9).model(), Goals: []Goal[[8]uint8, move]{
				{"x", func(_ *[8]uint8, _ move, _ Outcome, after *[8]uint8) bool { return boom(after) }},
			}}
		}},
	}
	want := Story[move]{Ops: []move{{0, 0, 0}, {0, 1, 0}, {0, 1, 0}}}
	for _, test := range tests {
		for _, workers := range []int{1, 2} {
			_, err := Explore(context.Background(), test.newSystem, Options{Workers: workers})
			var p *PanicError[move]
			if !errors.As(err, &p) {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			if diff := cmp.Diff(want, p.Story); diff != "" || p.Value != "boom" || len(p.Stack) == 0 {
				t.Errorf("%s: %v (-want +got):\n%s", test.name, p, diff)
			}
			if !strings.Contains(err.Error(), "boom") {
				t.Errorf("%s: %v", test.name, err)
			}
		}
	}
}

// TestUnsteady: a property that changes its mind is an error, not a fault.
func TestUnsteady(t *testing.T) {
	asked := 0
	moody := never("moody", func(s *uint32) bool { asked++; return asked == 5 })
	_, err := Explore(context.Background(), ring(100).system(moody), Options{})
	if !errors.Is(err, errUnsteady) {
		t.Error(err)
	}
}

func TestRefusedSystems(t *testing.T) {
	ok := ring(3)
	empty := &toy[uint32]{start: []uint32{0}}
	noStart := &toy[uint32]{entries: ok.entries}
	tests := []struct {
		name      string
		newSystem func() System[uint32, move]
		want      string
	}{
		{"no alphabet", empty.system(), "no operations"},
		{"no start", noStart.system(), "0 start states"},
		{"no model", func() System[uint32, move] { return System[uint32, move]{} }, "no model"},
		{"the same id twice", ok.system(never("a", isZero), never("a", isZero)), `"a"`},
		{"a reserved id", ok.system(never(DrainProperty, isZero)), "reserved"},
		{"no id", ok.system(never("", isZero)), "empty"},
	}
	for _, test := range tests {
		if _, err := Explore(context.Background(), test.newSystem, Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := Explore(context.Background(), (&toy[string]{}).system(), Options{}); err == nil {
		t.Error("a state that is not flat is accepted")
	}
}

func isZero(s *uint32) bool { return *s == 0 }

// TestMore: a family that has fewer members than its first operation names is
// tried as far as it goes.
func TestMore(t *testing.T) {
	greedy := &toy[uint32]{start: []uint32{0}, entries: []entry[uint32]{
		{name: "set", b: 3, family: true, do: func(s *uint32, m move) Outcome { *s = uint32(m.B) + 1; return Outcome{More: 200} }},
	}}
	if r := searchOf(greedy.system())(t, Options{}); r.States != 4 {
		t.Errorf("%d states, want 4", r.States)
	}
}

func TestExploreKinds(t *testing.T) {
	up := func(kind uint8) bool { return kind == 0 }
	none := func(uint8) bool { return false }
	for _, test := range []struct {
		keep   func(uint8) bool
		states uint64
		kinds  int
	}{{nil, 81, 4}, {up, 81, 2}, {none, 1, 0}} {
		r, err := ExploreKinds(context.Background(), counters(4, 3).system(), test.keep, Options{})
		if err != nil || r.States != test.states || !r.Exhaustive || len(r.Coverage) != test.kinds {
			t.Errorf("%+v, %v; want %d states", r, err, test.states)
		}
	}
}

func TestProgress(t *testing.T) {
	var last Progress
	calls := 0
	slow := counters(3, 9).system(never("slow", func(*[8]uint8) bool { time.Sleep(time.Millisecond); return false }))
	_, err := Explore(context.Background(), slow, Options{Workers: 2, Progress: func(p Progress) {
		calls++
		if p.States < last.States || p.Elapsed <= last.Elapsed || p.Frontier == 0 {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}})
	if err != nil || calls == 0 {
		t.Error(calls, err)
	}
}
