package checker

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// desk is a toy for the minimiser: three files, a switch and a counter.
type desk struct {
	open, closed [3]bool
	text         [3]uint8
	lamp         bool
	count        uint8
	late         bool // the second start state
}

const open, write, shut, toggle, up, look, crash = 0, 1, 2, 3, 4, 5, 6

func desks() *toy[desk] {
	return &toy[desk]{start: []desk{{}, {late: true}}, entries: []entry[desk]{
		{name: "open", a: 3, b: 2, do: func(s *desk, m move) Outcome {
			return doIf(!s.open[m.A], func() { s.open[m.A] = true })
		}},
		{name: "write", a: 3, b: 4, do: func(s *desk, m move) Outcome {
			return doIf(s.open[m.A] && s.text[m.A] < 10, func() { s.text[m.A] += m.B })
		}},
		{name: "shut", a: 3, do: func(s *desk, m move) Outcome {
			return doIf(s.open[m.A], func() { s.open[m.A], s.closed[m.A] = false, true })
		}},
		{name: "toggle", do: func(s *desk, _ move) Outcome { s.lamp = !s.lamp; return done }},
		{name: "up", a: 3, do: func(s *desk, m move) Outcome {
			return doIf(s.count < 20, func() { s.count += m.A + 1 })
		}},
		{name: "look", do: func(s *desk, _ move) Outcome { return done }},
		{name: "crash", do: func(s *desk, _ move) Outcome {
			if s.count == 3 {
				panic("boom")
			}
			return done
		}},
	}}
}

func deskSystem() System[desk, move] {
	step := func(id string, bad func(before *desk, op move) bool) Property[desk, move] {
		return Property[desk, move]{ID: id, Step: func(before *desk, op move, _ Outcome, _ *desk) error {
			return whenBad(bad(before, op))
		}}
	}
	return desks().system(
		step("shut twice", func(s *desk, op move) bool { return op.Kind == shut && !s.open[op.A] && s.closed[op.A] }),
		never("all open", func(s *desk) bool { return s.open == [3]bool{true, true, true} }),
		never("much text", func(s *desk) bool { return s.text[0] >= 5 || s.text[1] >= 5 || s.text[2] >= 5 }),
		step("seen in the dark", func(s *desk, op move) bool { return op.Kind == look && !s.lamp && s.open[1] }),
		never("six", func(s *desk) bool { return s.count == 6 }),
		step("crashed", func(s *desk, op move) bool { return op.Kind == crash && s.count == 7 }),
		step("late", func(s *desk, op move) bool { return s.late && op.Kind == look && s.count > 1 }),
		never("lost", func(s *desk) bool { return false }),
	)()
}

// deskNames knows that files may be exchanged, and that 0 is simplest.
type deskNames struct{}

func (deskNames) Simpler(op move) (simpler []move) {
	for b := range op.B {
		simpler = append(simpler, move{op.Kind, op.A, b})
	}
	if op.Kind == up {
		for a := range op.A {
			simpler = append(simpler, move{op.Kind, a, op.B})
		}
	}
	return simpler
}

func (deskNames) Renamings(s Story[move]) (renamed []Story[move]) {
	for _, names := range [][3]uint8{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		r := Story[move]{Start: s.Start}
		for _, op := range s.Ops {
			if op.Kind <= shut {
				op.A = names[op.A]
			}
			r.Ops = append(r.Ops, op)
		}
		renamed = append(renamed, r)
	}
	return renamed
}

func (deskNames) Less(a, b move) bool {
	return fmt.Sprint(a) < fmt.Sprint(b)
}

func TestMinimize(t *testing.T) {
	tests := []struct {
		name     string
		property string
		start    int
		before   []move
		want     []move
	}{
		{"what follows the violation is cut off", "all open", 0,
			[]move{{open, 0, 0}, {open, 1, 0}, {open, 2, 0}, {toggle, 0, 0}, {look, 0, 0}},
			[]move{{open, 0, 0}, {open, 1, 0}, {open, 2, 0}}},
		{"what is unrelated is left out", "shut twice", 0,
			[]move{{toggle, 0, 0}, {open, 0, 0}, {up, 1, 0}, {up, 1, 0}, {shut, 0, 0}, {write, 1, 1}, {shut, 0, 0}},
			[]move{{open, 0, 0}, {shut, 0, 0}, {shut, 0, 0}}},
		{"names become the least ones", "shut twice", 0,
			[]move{{open, 2, 0}, {shut, 2, 0}, {shut, 2, 0}},
			[]move{{open, 0, 0}, {shut, 0, 0}, {shut, 0, 0}}},
		{"names that matter stay", "seen in the dark", 0,
			[]move{{open, 1, 0}, {look, 0, 0}},
			[]move{{open, 1, 0}, {look, 0, 0}}},
		{"operands become simple", "all open", 0,
			[]move{{open, 2, 1}, {open, 0, 1}, {open, 1, 1}},
			[]move{{open, 0, 0}, {open, 1, 0}, {open, 2, 0}}},
		{"as simple as the violation allows", "much text", 0,
			[]move{{open, 0, 0}, {write, 0, 3}, {write, 0, 3}},
			[]move{{open, 0, 0}, {write, 0, 2}, {write, 0, 3}}},
		{"pairs that undo each other are left out", "seen in the dark", 0,
			[]move{{open, 1, 0}, {toggle, 0, 0}, {open, 0, 0}, {toggle, 0, 0}, {look, 0, 0}},
			[]move{{open, 1, 0}, {look, 0, 0}}},
		{"another way is shorter", "six", 0,
			[]move{{up, 0, 0}, {up, 0, 0}, {up, 0, 0}, {up, 0, 0}, {up, 0, 0}, {up, 0, 0}},
			[]move{{up, 2, 0}, {up, 2, 0}}},
		{"order becomes the least one", "much text", 0,
			[]move{{open, 0, 0}, {write, 0, 3}, {write, 0, 2}},
			[]move{{open, 0, 0}, {write, 0, 2}, {write, 0, 3}}},
		{"the first start state will do", "six", 1,
			[]move{{up, 2, 0}, {up, 2, 0}},
			[]move{{up, 2, 0}, {up, 2, 0}}},
		{"candidates that panic are none", "crashed", 0,
			[]move{{up, 2, 0}, {up, 0, 0}, {up, 2, 0}, {crash, 0, 0}},
			[]move{{up, 0, 0}, {up, 2, 0}, {up, 2, 0}, {crash, 0, 0}}},
		{"one operation", "lost", 0, []move{{toggle, 0, 0}}, []move{{toggle, 0, 0}}}, // never violated: returned as it is
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := Fault[move]{Story: Story[move]{test.start, test.before}, Property: test.property}
			got := Minimize(deskSystem, deskNames{}, f, MinimizeOptions{})
			if diff := cmp.Diff(Story[move]{Ops: test.want}, got.Story); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Property != test.property {
				t.Errorf("property %q, want %q", got.Property, test.property)
			}
		})
	}
}

// TestMinimizeAnyTrace: whatever trace shows a violation first, the same story
// comes out, and the minimiser leaves the trace alone.
func TestMinimizeAnyTrace(t *testing.T) {
	tests := []struct {
		property string
		start    int
		want     []move
	}{
		{"shut twice", 0, []move{{open, 0, 0}, {shut, 0, 0}, {shut, 0, 0}}},
		{"all open", 0, []move{{open, 0, 0}, {open, 1, 0}, {open, 2, 0}}},
		{"much text", 0, []move{{open, 0, 0}, {write, 0, 2}, {write, 0, 3}}},
		{"seen in the dark", 0, []move{{open, 1, 0}, {look, 0, 0}}},
		{"six", 0, []move{{up, 2, 0}, {up, 2, 0}}},
		{"late", 1, []move{{up, 1, 0}, {look, 0, 0}}},
	}
	toy := desks()
	toy.entries = toy.entries[:crash]
	ops := toy.Ops()
	for _, test := range tests {
		for seed := range uint64(20) {
			before := failing(t, ops, test.property, test.start, seed)
			copied := append([]move(nil), before.Ops...)
			got := Minimize(deskSystem, deskNames{}, Fault[move]{Story: before, Property: test.property}, MinimizeOptions{})
			if diff := cmp.Diff(Story[move]{test.start, test.want}, got.Story); diff != "" {
				t.Errorf("%s, seed %d (-want +got):\n%s", test.property, seed, diff)
			}
			if diff := cmp.Diff(copied, before.Ops); diff != "" {
				t.Errorf("the trace has changed: %s", diff)
			}
		}
	}
}

// failing is a random story that violates the property.
func failing(t *testing.T, ops [][]move, property string, start int, seed uint64) Story[move] {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 100_000 {
		s := Story[move]{Start: start}
		for range 40 {
			s.Ops = append(s.Ops, ops[r.IntN(len(ops))][0])
		}
		if Check(deskSystem(), s, property) != nil {
			return s
		}
	}
	t.Fatalf("%s: no story found", property)
	return Story[move]{}
}

// TestMinimizeDrain: the operations of the drain are found anew.
func TestMinimizeDrain(t *testing.T) {
	newSystem := pages(true).system(
		never("out 3", func(s *pool) bool { return s.out == 3 }),
		Property[pool, move]{ID: "all free", Drained: rested},
	)
	long := append(repeat(3, spin), repeat(6, take)...)
	got := Minimize(newSystem, nil, Fault[move]{Story: Story[move]{Ops: long}, Property: "all free"}, MinimizeOptions{})
	want := Fault[move]{Story: Story[move]{Ops: repeat(5, take)}, Drain: repeat(5, give), Property: "all free", Detail: "5 pages are free"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMinimizeEngineProperties: what the engine asks by itself is minimised
// like any property.
func TestMinimizeEngineProperties(t *testing.T) {
	circular := pages(false)
	circular.drain = func(s *pool) (move, bool) { return move{Kind: spin}, s.out > 2 }
	drains := circular.system(Property[pool, move]{ID: "all free", Drained: rested})
	got := Minimize(drains, nil, Fault[move]{Story: Story[move]{Ops: append(repeat(3, spin), repeat(4, take)...)}, Property: DrainProperty}, MinimizeOptions{})
	if diff := cmp.Diff(repeat(3, take), got.Ops); diff != "" {
		t.Errorf("drain (-want +got):\n%s", diff)
	}
	lied := Minimize(liar().system(), nil, Fault[move]{Story: Story[move]{Ops: []move{{1, 0, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {1, 0, 0}}}, Property: RefusalProperty}, MinimizeOptions{})
	if diff := cmp.Diff([]move{{0, 0, 0}, {0, 0, 0}, {1, 0, 0}}, lied.Ops); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}

// contrary wants back what renaming has put right.
type contrary struct{ deskNames }

func (contrary) Simpler(op move) []move {
	return []move{{op.Kind, (op.A + 1) % 3, op.B}}
}

// TestMinimizeEnds even if the simplifier contradicts itself.
func TestMinimizeEnds(t *testing.T) {
	f := Fault[move]{Story: Story[move]{Ops: []move{{open, 1, 0}, {look, 0, 0}}}, Property: "seen in the dark"}
	if got := Minimize(deskSystem, contrary{}, f, MinimizeOptions{}); got.Property != f.Property || len(got.Ops) != 2 {
		t.Errorf("%+v", got)
	}
}
