package checker_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// BenchmarkExploreScenario is the exploration of real scenarios with all of
// their invariants and goals: what a user waits for.
func BenchmarkExploreScenario(b *testing.B) {
	for _, name := range []string{"mmu.typing", "mmu.typing-cpus", "evtchn.fifo-priorities"} {
		newSystem := systemOf(b, name)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				b.ReportAllocs()
				var moved, states, bytes uint64
				for b.Loop() {
					r := exhaust(b, newSystem, workers)
					moved += r.Transitions
					states += r.States
					bytes += r.Bytes
				}
				b.ReportMetric(float64(moved)/b.Elapsed().Seconds()/1e6, "Mtransitions/s")
				b.ReportMetric(float64(bytes)/float64(states), "bytes/state")
				b.ReportMetric(float64(moved)/float64(b.N), "transitions/op")
			})
		}
	}
}

// BenchmarkPadding explores real scenarios in turns with a World of 16 and of
// 1,024 more bytes that their areas do not use; "long/short" is what those cost,
// by the best time of each.
func BenchmarkPadding(b *testing.B) {
	for _, name := range []string{"mmu.typing-cpus", "evtchn.fifo-priorities"} {
		newSystem := systemOf(b, name)
		b.Run(name, func(b *testing.B) {
			short, long := time.Hour, time.Hour
			for b.Loop() {
				short = min(short, timeOf(func() { exhaust(b, padded[[8]byte](newSystem), 1) }))
				long = min(long, timeOf(func() { exhaust(b, padded[[512]byte](newSystem), 1) }))
			}
			b.ReportMetric(long.Seconds()/short.Seconds(), "long/short")
		})
	}
}

type system = checker.System[model.World, model.Op]

func systemOf(b *testing.B, name string) func() system {
	s, ok := scenarios.ByName(name)
	if !ok {
		b.Fatalf("the scenario %s is gone", name)
	}
	return func() system { return s.System(s.Config, nil) }
}

func padded[P comparable](newSystem func() system) func() checker.System[checker.Padded[P, model.World], model.Op] {
	return func() checker.System[checker.Padded[P, model.World], model.Op] { return checker.Pad[P](newSystem()) }
}

func exhaust[S, O comparable](b *testing.B, newSystem func() checker.System[S, O], workers int) checker.Report[O] {
	r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: workers})
	if err != nil || !r.Exhaustive {
		b.Fatal(r, err)
	}
	return r
}

func timeOf(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// BenchmarkRespondPageTables decides a response about all states of a real
// scenario after exploring it; "pass" is the time beside exploration.
func BenchmarkRespondPageTables(b *testing.B) {
	var began time.Time // when fairness was first asked about
	var pass time.Duration
	all := func(model.Op) bool {
		if began.IsZero() {
			began = time.Now()
		}
		return true
	}
	sys := systemOf(b, "mmu.typing")()
	sys.Responses = []checker.Response[model.World, model.Op]{{
		ID: "excused", From: always[model.World], To: func(*model.World) bool { return false }, Suspended: always[model.World],
		Fair: []checker.Fairness[model.Op]{{ID: "all", Of: all}},
	}}
	newSystem := func() system { return sys }
	var steps uint64
	for b.Loop() {
		began = time.Time{}
		r := exhaust(b, newSystem, 1)
		if r.Responses[0].States != r.States {
			b.Fatal(r)
		}
		pass += time.Since(began)
		steps += r.Transitions
	}
	b.ReportMetric(pass.Seconds()/b.Elapsed().Seconds(), "pass/run")
	b.ReportMetric(float64(steps)/pass.Seconds()/1e6, "Mtransitions/s")
}
