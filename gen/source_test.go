package gen

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// TestSameSeed: a seed's story depends on the seed alone, not on what was
// drawn before.
func TestSameSeed(t *testing.T) {
	s := pinFirst()
	for _, mix := range Mixes {
		a, b := NewSource(s, s.Config, mix), NewSource(s, s.Config, mix)
		stories := map[uint64]Story{}
		for i := range uint64(200) {
			stories[spread(i)] = a.Trace(spread(i))
		}
		for seed, want := range stories {
			if got := b.Trace(seed); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, seed %d: %v and %v", mix.Name, seed, got, want)
			}
		}
	}
}

// TestFirstOfRapid: the story is the first one that rapid draws in a test with
// the same seed. That a generator can be asked for it outside of a test is
// meant for examples, so this guards it.
func TestFirstOfRapid(t *testing.T) {
	s := pinFirst()
	src := newSource(s, s.Config, All)
	withFlags(t, "rapid.checks", "5") // with -short, one
	for _, seed := range []uint64{1, 2, 3, 4, spread(1), math.MaxUint64, 1 << 63} {
		withFlags(t, "rapid.seed", fmt.Sprint(seed))
		want, got := src.Trace(seed), []Story{}
		stories := src.stories(seed)
		heard(func(l *listener) {
			rapid.Check(l, func(t *rapid.T) { got = append(got, stories.Draw(t, "story")) })
		})
		if len(got) == 0 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("seed %d: rapid draws %v, the source %v", seed, got, want)
		}
	}
}

// sampled is a report on some traces of the toy, without the time it took.
func sampled(t *testing.T, c model.Config, opt checker.SampleOptions, mix Mix) checker.SampleReport[model.Op] {
	t.Helper()
	s := pinFirst()
	system := func() checker.System[model.World, model.Op] { return s.System(c, nil) }
	source := func() checker.Source[model.Op] { return NewSource(s, c, mix) }
	r, err := checker.Sample(context.Background(), system, source, opt)
	if err != nil {
		t.Fatal(err)
	}
	r.Elapsed = 0
	return r
}

func TestWorkersDoNotMatter(t *testing.T) {
	s := pinFirst()
	for _, c := range []model.Config{s.Config, broken(s)} {
		want := sampled(t, c, checker.SampleOptions{Seed: 3, Traces: 500}, All)
		for workers := 2; workers <= 3; workers++ {
			got := sampled(t, c, checker.SampleOptions{Seed: 3, Traces: 500, Workers: workers}, All)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%d workers: %+v\none: %+v", workers, got, want)
			}
		}
	}
}

// TestToyHolds: without the bug there is nothing to be found. (With three
// frames neither, but two take a tenth of the time.)
func TestToyHolds(t *testing.T) {
	s := pinFirst()
	c := s.Config
	pool.Conf(&c).Frames = 2
	system := func() checker.System[model.World, model.Op] { return s.System(c, nil) }
	r, err := checker.Explore(context.Background(), system, checker.Options{})
	if err != nil || !r.Exhaustive {
		t.Errorf("%v, %+v", err, r.Fault)
	}
}

// TestFindsTheBug: ten seeds of ten, with every mix.
func TestFindsTheBug(t *testing.T) {
	for _, mix := range Mixes {
		for seed := range uint64(10) {
			r := sampled(t, broken(pinFirst()), checker.SampleOptions{Seed: seed, Traces: 300}, mix)
			if r.Fault == nil || r.Fault.Property != "MM-I10" {
				t.Errorf("mix %s does not find it with seed %d", mix.Name, seed)
			}
		}
	}
}

// TestFindsRealBugs: the default mix finds what exploration finds, in the
// scenario that the bug names.
func TestFindsRealBugs(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	checked := 0
	for _, sw := range model.Switches {
		s, ok := scenarios.ByName(sw.Scenario)
		ids := violable(sw)
		if !ok || sw.Kind == design.Variant || sw.Directed != "" || len(ids) == 0 {
			continue
		}
		c := s.Config
		if err := c.Set(model.Choice{Name: sw.ID, Value: "on"}); err != nil {
			t.Fatal(err)
		}
		checked++
		system := func() checker.System[model.World, model.Op] { return s.System(c, ids) }
		source := func() checker.Source[model.Op] { return NewSource(s, c, All) }
		r, err := checker.Sample(context.Background(), system, source, checker.SampleOptions{Seed: 1, Traces: 200_000})
		if err != nil {
			t.Fatal(err)
		}
		if r.Fault == nil {
			t.Errorf("%s in %s is not found in %d traces, %d steps", sw.ID, s.Name, r.Traces, r.Steps)
		}
	}
	if checked == 0 {
		t.Error("no bug names its scenario")
	}
}

// violable are the invariants that a switch violates. Nothing that ends breaks
// a promise, and a switch that is harmless breaks nothing at all.
func violable(sw design.Switch) []string {
	return slices.DeleteFunc(slices.Clone(sw.Breaks), func(id string) bool {
		_, promise := invariants.PromiseByID(id)
		return promise
	})
}

// TestCoverage: every operation and every start state is drawn before long.
func TestCoverage(t *testing.T) {
	s, ok := scenarios.ByName("mmu.context")
	if !ok {
		t.Skip("there is no scenario with more start states")
	}
	for _, mix := range []Mix{All, flat, byKind, focus} {
		missing := map[model.Op]bool{}
		for _, f := range s.Ops(&s.Config) {
			for _, op := range f {
				missing[op] = true
			}
		}
		starts := map[int]bool{}
		src := NewSource(s, s.Config, mix)
		for i := range uint64(3000) {
			story := src.Trace(spread(i))
			starts[story.Start] = true
			for _, op := range story.Ops {
				delete(missing, op)
			}
		}
		if len(missing) > 0 || len(starts) != len(s.StartNames()) {
			t.Errorf("%s: never drawn: %v; start states %v", mix.Name, missing, starts)
		}
	}
}

// TestLengths: traces are long enough for bugs of five steps and more.
func TestLengths(t *testing.T) {
	s := pinFirst()
	src := NewSource(s, s.Config, All)
	var lengths []int
	for i := range uint64(2001) {
		lengths = append(lengths, len(src.Trace(spread(i)).Ops))
	}
	slices.Sort(lengths)
	low, median, high := lengths[500], lengths[1000], lengths[1800]
	if low < 10 || median < 20 || median > 40 || high > 80 {
		t.Errorf("a quarter is below %d, a half below %d, nine tenths below %d", low, median, high)
	}
}

func TestShuffle(t *testing.T) {
	for n := 1; n <= 300; n++ {
		for seed := range uint64(5) {
			s := newShuffle(n, seed)
			seen := map[uint32]bool{}
			for i := range uint32(n) {
				seen[s.at(i)] = true
			}
			if len(seen) != n {
				t.Fatalf("%d numbers, seed %d: only %d are reached", n, seed, len(seen))
			}
		}
	}
}

// TestShuffleIsFair: each of ten cards is first about equally often, and each
// of the others second behind it.
func TestShuffleIsFair(t *testing.T) {
	const n, rounds = 10, 90_000
	var pairs [n][n]int
	for seed := range uint64(rounds) {
		s := newShuffle(n, seed)
		pairs[s.at(0)][s.at(1)]++
	}
	for a := range n {
		for b := range n {
			if got, want := pairs[a][b], rounds/n/(n-1); a != b && (got < want*8/10 || got > want*12/10) {
				t.Errorf("%d then %d: %d times, want about %d", a, b, got, want)
			}
		}
	}
}

func ExampleNewSource() {
	s := pinFirst()
	mix, err := MixNamed("flat:mmuext.pin,set-context")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range NewSource(s, s.Config, mix).Trace(42).Ops[:3] {
		fmt.Println(op)
	}
	// Output:
	// set-context cpu=t0 vcpu=0 kernel=0 user=none assist=strict mode=kernel
	// set-context cpu=t0 vcpu=0 kernel=2 user=0 assist=strict mode=kernel preempt=1
	// set-context cpu=t0 vcpu=0 kernel=2 user=0 assist=strict mode=kernel
}

// BenchmarkTrace measures drawing alone: see ns/operation.
func BenchmarkTrace(b *testing.B) {
	for _, name := range []string{"test", "mmu.typing", "mmu.context"} {
		s, ok := scenarios.ByName(name)
		if !ok {
			s = pinFirst()
		}
		for _, mix := range Mixes {
			b.Run(s.Name+"/"+mix.Name, func(b *testing.B) {
				src := NewSource(s, s.Config, mix)
				seed, ops := uint64(0), 0
				for b.Loop() {
					seed++
					ops += len(src.Trace(spread(seed)).Ops)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(ops), "ns/operation")
			})
		}
	}
}
