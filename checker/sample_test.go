package checker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// drawing draws 20 operations evenly, and shrinks by leaving off the end.
type drawing struct{ ops [][]move }

func (d drawing) Trace(seed uint64) (s Story[move]) {
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		family := d.ops[r.IntN(len(d.ops))]
		s.Ops = append(s.Ops, family[r.IntN(len(family))])
	}
	return s
}

func (d drawing) Shrink(seed uint64, fails func(Story[move]) bool) Story[move] {
	s := d.Trace(seed)
	for len(s.Ops) > 0 && fails(Story[move]{Ops: s.Ops[:len(s.Ops)-1]}) {
		s.Ops = s.Ops[:len(s.Ops)-1]
	}
	return s
}

func drawingOf[S comparable](t *toy[S]) func() Source[move] {
	return func() Source[move] { return drawing{t.Ops()} }
}

// TestSampleWorkers: what a number of traces shows does not depend on who
// draws them.
func TestSampleWorkers(t *testing.T) {
	toy := counters(4, 9)
	goals := []Goal[[8]uint8, move]{
		{"six", func(_ *[8]uint8, _ move, _ Outcome, after *[8]uint8) bool { return sum(after) == 6 }},
		{"never", func(*[8]uint8, move, Outcome, *[8]uint8) bool { return false }},
	}
	for _, far := range []int{12, 100} {
		newSystem := func() System[[8]uint8, move] {
			p := never("far", func(s *[8]uint8) bool { return sum(s) == far })
			return System[[8]uint8, move]{Model: toy.model(), Properties: []Property[[8]uint8, move]{p}, Goals: goals}
		}
		var want SampleReport[move]
		for i, workers := range []int{0, 1, 2, 4} {
			got, err := Sample(context.Background(), newSystem, drawingOf(toy), SampleOptions{Seed: 7, Traces: 1001, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			if got.Elapsed = 0; i == 0 {
				want = got
				checkSample(t, got, newSystem(), far)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d workers (-want +got):\n%s", workers, diff)
			}
		}
	}
}

func checkSample(t *testing.T, r SampleReport[move], sys System[[8]uint8, move], far int) {
	t.Helper()
	if far == 100 {
		if r.Traces != 1001 || r.Steps != 20*1001 || r.Fault != nil || !r.Goals[0].Met || r.Goals[0].Depth != 6 || r.Goals[1].Met {
			t.Errorf("%+v", r)
		}
		return
	}
	if r.Fault == nil || r.Traces != r.Trace+1 || r.Seed != TraceSeed(7, r.Trace) {
		t.Fatalf("%+v", r)
	}
	if diff := cmp.Diff(r.Drawn, drawing{sys.Model.Ops()}.Trace(r.Seed)); diff != "" {
		t.Error("the seed draws another story", diff)
	}
	if Check(sys, r.Drawn) == nil || Check(sys, r.Fault.Story, "far") == nil {
		t.Error("the stories do not fail", r)
	}
}

// TestSampleIndex: the failing trace is the first one, found one by one.
func TestSampleIndex(t *testing.T) {
	toy := counters(4, 9)
	newSystem := toy.system(never("far", func(s *[8]uint8) bool { return sum(s) == 13 }))
	r, err := Sample(context.Background(), newSystem, drawingOf(toy), SampleOptions{Traces: 100_000, Workers: 3})
	if err != nil || r.Fault == nil {
		t.Fatal(r, err)
	}
	for i := range r.Trace + 1 {
		fails := Check(newSystem(), drawing{toy.Ops()}.Trace(TraceSeed(0, i))) != nil
		if fails != (i == r.Trace) {
			t.Errorf("trace %d fails: %v", i, fails)
		}
	}
}

func TestSampleProperties(t *testing.T) {
	toy := counters(4, 9)
	newSystem := toy.system(
		never("near", func(s *[8]uint8) bool { return sum(s) == 1 }),
		never("far", func(s *[8]uint8) bool { return sum(s) == 9 }),
	)
	opt := SampleOptions{Traces: 100_000, Properties: []string{"far"}}
	r, err := Sample(context.Background(), newSystem, drawingOf(toy), opt)
	if err != nil || faultID(r.Fault) != "far" {
		t.Error(r, err)
	}
	opt.Properties = append(opt.Properties, "fra")
	if _, err := Sample(context.Background(), newSystem, drawingOf(toy), opt); err == nil || !strings.Contains(err.Error(), `"fra"`) {
		t.Error(err)
	}
}

func TestSampleEnds(t *testing.T) {
	toy := counters(4, 9)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		ctx  context.Context
		opt  SampleOptions
		want string
	}{
		{context.Background(), SampleOptions{Time: time.Millisecond}, stoppedTime},
		{context.Background(), SampleOptions{Time: time.Millisecond, Workers: 2}, stoppedTime},
		{cancelled, SampleOptions{Workers: 2}, stoppedInterrupted},
		{cancelled, SampleOptions{Traces: 1 << 40}, stoppedInterrupted},
	}
	for _, test := range tests {
		r, err := Sample(test.ctx, toy.system(), drawingOf(toy), test.opt)
		if err != nil || r.Stopped != test.want || r.Fault != nil {
			t.Errorf("%+v: %+v, %v", test.opt, r, err)
		}
	}
	if _, err := Sample(context.Background(), toy.system(), drawingOf(toy), SampleOptions{}); err == nil {
		t.Error("sampling without an end is accepted")
	}
}

func TestSampleProgress(t *testing.T) {
	toy := counters(2, 9)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := Sample(ctx, toy.system(), drawingOf(toy), SampleOptions{Progress: func(p Progress) {
		if p.Traces == 0 || p.Steps != 20*p.Traces || p.Elapsed == 0 {
			t.Errorf("%+v", p)
		}
		cancel()
	}})
	if err != nil || r.Stopped != stoppedInterrupted || r.Traces == 0 {
		t.Error(r, err)
	}
}

func TestSamplePanic(t *testing.T) {
	toy := counters(2, 9)
	newSystem := toy.system(never("x", func(s *[8]uint8) bool {
		if sum(s) == 5 {
			panic("boom")
		}
		return false
	}))
	for _, workers := range []int{1, 2} {
		_, err := Sample(context.Background(), newSystem, drawingOf(toy), SampleOptions{Traces: 1000, Workers: workers})
		var p *PanicError[move]
		if !errors.As(err, &p) || fmt.Sprint(p.Value) != "boom" || len(p.Story.Ops) == 0 {
			t.Error(err)
		}
	}
}

func TestTraceSeed(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(100) {
		for i := range uint64(100) {
			seen[TraceSeed(seed, i)] = true
		}
	}
	if len(seen) != 10_000 {
		t.Errorf("%d different seeds", len(seen))
	}
}
