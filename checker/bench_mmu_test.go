package checker_test

import (
	"context"
	"fmt"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// BenchmarkExplorePageTables is the exploration of a real scenario with all of
// its invariants and goals: what a user waits for.
func BenchmarkExplorePageTables(b *testing.B) {
	s, ok := scenarios.ByName("mmu.typing")
	if !ok {
		b.Fatal("the scenario is gone")
	}
	newSystem := func() checker.System[model.World, model.Op] { return s.System(s.Config, nil) }
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("%s/workers=%d", s.Name, workers), func(b *testing.B) {
			b.ReportAllocs()
			var moved, states, bytes uint64
			for b.Loop() {
				r, err := checker.Explore(context.Background(), newSystem, checker.Options{Workers: workers})
				if err != nil || !r.Exhaustive {
					b.Fatal(r, err)
				}
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
