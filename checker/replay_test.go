package checker

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// line is what a test looks at in a step.
type line struct {
	Index    int
	Op       move
	Draining bool
	After    pool
	Violated string
}

func linesOf(sys System[pool, move], story Story[move], drain bool) (lines []line) {
	var last pool
	for s := range Replay(sys, story, drain) {
		if s.Index > 0 && s.Before != last {
			panic("steps do not follow each other")
		}
		last = s.After
		lines = append(lines, line{s.Index, s.Op, s.Draining, s.After, s.Violated})
	}
	return lines
}

func TestReplay(t *testing.T) {
	atRest := Property[pool, move]{ID: "all free", Drained: rested}
	early := never("out 1", func(s *pool) bool { return s.out == 1 })
	taking := Property[pool, move]{ID: "took", Step: func(_ *pool, op move, _ Outcome, after *pool) error {
		return whenBad(op.Kind == take && after.out == 1)
	}}
	while := Property[pool, move]{ID: "out 1 while draining", WhileDraining: true, State: early.State}
	takeTwo := Story[move]{Ops: []move{{Kind: take}, {Kind: take}}}
	tests := []struct {
		name  string
		toy   *toy[pool]
		props []Property[pool, move]
		story Story[move]
		drain bool
		want  []line
	}{
		{"the start state is a step", pages(false), nil, Story[move]{}, false,
			[]line{{After: pool{free: 6}}}},
		{"a violation at the start", pages(false), []Property[pool, move]{never("six", func(s *pool) bool { return s.free == 6 })}, Story[move]{}, false,
			[]line{{After: pool{free: 6}, Violated: "six"}}},
		{"it goes on after a violation", pages(false), []Property[pool, move]{early}, takeTwo, false,
			[]line{{After: pool{free: 6}}, {Index: 1, After: pool{free: 5, out: 1}, Violated: "out 1"}, {Index: 2, After: pool{free: 4, out: 2}}}},
		{"properties in order", pages(false), []Property[pool, move]{taking, early}, Story[move]{Ops: takeTwo.Ops[:1]}, false,
			[]line{{After: pool{free: 6}}, {Index: 1, After: pool{free: 5, out: 1}, Violated: "took"}}},
		{"no drain unless wanted", pages(false), []Property[pool, move]{atRest}, takeTwo, false,
			[]line{{After: pool{free: 6}}, {Index: 1, After: pool{free: 5, out: 1}}, {Index: 2, After: pool{free: 4, out: 2}}}},
		{"drain; only some properties are asked there", pages(false), []Property[pool, move]{taking, while, atRest}, takeTwo, true,
			[]line{
				{After: pool{free: 6}},
				{Index: 1, After: pool{free: 5, out: 1}, Violated: "took"},
				{Index: 2, After: pool{free: 4, out: 2}},
				{Index: 3, Op: move{Kind: give}, Draining: true, After: pool{free: 5, out: 1}, Violated: "out 1 while draining"},
				{Index: 4, Op: move{Kind: give}, Draining: true, After: pool{free: 6}},
			}},
		{"at rest is asked at the last step", pages(false), []Property[pool, move]{{ID: "x", Drained: func(*pool) error { return errBad }}}, Story[move]{Ops: takeTwo.Ops[:1]}, true,
			[]line{{After: pool{free: 6}}, {Index: 1, After: pool{free: 5, out: 1}}, {Index: 2, Op: move{Kind: give}, Draining: true, After: pool{free: 6}, Violated: "x"}}},
		{"and at the story's last if nothing is to be drained", pages(false), []Property[pool, move]{{ID: "x", Drained: func(*pool) error { return errBad }}}, Story[move]{}, true,
			[]line{{After: pool{free: 6}, Violated: "x"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := linesOf(test.toy.system(test.props...)(), test.story, test.drain)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateComparable(pool{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestReplayFault: a fault with a drain is seen again at the same place.
func TestReplayFault(t *testing.T) {
	newSystem := pages(true).system(Property[pool, move]{ID: "all free", Drained: rested})
	r := searchOf(newSystem)(t, Options{})
	lines := linesOf(newSystem(), r.Fault.Story, true)
	if n := len(r.Fault.Ops) + len(r.Fault.Drain); len(lines) != n+1 || lines[n].Violated != "all free" {
		t.Errorf("%+v", lines)
	}
}

func TestReplayEndless(t *testing.T) {
	circular := pages(false)
	circular.drain = func(s *pool) (move, bool) { return move{Kind: spin}, s.out > 0 }
	lines := linesOf(circular.system()(), Story[move]{Ops: repeat(1, take)}, true)
	if last := lines[len(lines)-1]; last.Violated != DrainProperty || last.Index != 5 {
		t.Errorf("%+v", lines)
	}
}

func TestReplayStops(t *testing.T) {
	for s := range Replay(pages(false).system()(), Story[move]{Ops: repeat(5, take)}, true) {
		if s.Index == 2 {
			break
		}
	}
}

func TestReplayBroken(t *testing.T) {
	panicky := pages(false)
	panicky.entries[spin].do = func(*pool, move) Outcome { panic("boom") }
	story := Story[move]{Ops: []move{{Kind: take}, {Kind: spin}, {Kind: take}}}
	var last StepInfo[pool, move]
	for last = range Replay(panicky.system()(), story, false) {
	}
	var p *PanicError[move]
	if last.Index != 2 || last.Violated != "" || !errors.As(last.Err, &p) || len(p.Story.Ops) != 2 {
		t.Errorf("%+v", last)
	}
	for last = range Replay(panicky.system()(), Story[move]{Start: 7, Ops: story.Ops}, false) {
	}
	if last.Index != 0 || last.Err == nil {
		t.Errorf("%+v", last)
	}
}

func TestCheck(t *testing.T) {
	sys := pages(true).system(
		never("out 3", func(s *pool) bool { return s.out == 3 }),
		Property[pool, move]{ID: "all free", Drained: rested},
		never("out 2", func(s *pool) bool { return s.out == 2 }),
	)()
	long := Story[move]{Ops: repeat(6, take)}
	tests := []struct {
		story Story[move]
		ids   []string
		want  *Fault[move]
	}{
		{long, nil, &Fault[move]{Story: Story[move]{Ops: repeat(2, take)}, Property: "out 2", Detail: "bad"}},
		{long, []string{"out 3"}, &Fault[move]{Story: Story[move]{Ops: repeat(3, take)}, Property: "out 3", Detail: "bad"}},
		{long, []string{"all free"}, &Fault[move]{Story: Story[move]{Ops: repeat(5, take)}, Drain: repeat(5, give), Property: "all free", Detail: "5 pages are free"}},
		{long, []string{"out 3", "all free"}, &Fault[move]{Story: Story[move]{Ops: repeat(3, take)}, Property: "out 3", Detail: "bad"}},
		{long, []string{RefusalProperty}, nil},
		{Story[move]{Ops: repeat(1, take)}, nil, nil},
		{Story[move]{Start: 1}, nil, &Fault[move]{Story: Story[move]{Start: 1}, Property: StartProperty, Detail: "there is no start state 1, the model has 1"}},
		{Story[move]{Start: -1}, []string{"out 3"}, &Fault[move]{Story: Story[move]{Start: -1}, Property: StartProperty, Detail: "there is no start state -1, the model has 1"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, Check(sys, test.story, test.ids...)); diff != "" {
			t.Errorf("%v %v (-want +got):\n%s", test.story, test.ids, diff)
		}
	}
}
