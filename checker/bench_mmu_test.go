package checker_test

import (
	"context"
	"fmt"
	"testing"
	"time"

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

// BenchmarkRespondPageTables decides a response about all states of a real
// scenario after exploring it; "pass" is the time beside exploration.
func BenchmarkRespondPageTables(b *testing.B) {
	s, ok := scenarios.ByName("mmu.typing")
	if !ok {
		b.Fatal("the scenario is gone")
	}
	var began time.Time // when fairness was first asked about
	var pass time.Duration
	all := func(model.Op) bool {
		if began.IsZero() {
			began = time.Now()
		}
		return true
	}
	sys := s.System(s.Config, nil)
	sys.Responses = []checker.Response[model.World, model.Op]{{
		ID: "excused", From: always[model.World], To: func(*model.World) bool { return false }, Suspended: always[model.World],
		Fair: []checker.Fairness[model.Op]{{ID: "all", Of: all}},
	}}
	newSystem := func() checker.System[model.World, model.Op] { return sys }
	var steps uint64
	for b.Loop() {
		began = time.Time{}
		r, err := checker.Explore(context.Background(), newSystem, checker.Options{})
		if err != nil || !r.Exhaustive || r.Responses[0].States != r.States {
			b.Fatal(r, err)
		}
		pass += time.Since(began)
		steps += r.Transitions
	}
	b.ReportMetric(pass.Seconds()/b.Elapsed().Seconds(), "pass/run")
	b.ReportMetric(float64(steps)/pass.Seconds()/1e6, "Mtransitions/s")
}
