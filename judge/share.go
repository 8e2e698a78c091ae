package judge

import (
	"context"
	"time"
)

// defaultSampling is the time that there is for sampling if nobody gives a
// budget: each scenario has its share, of which sampling gets what searching
// has left, and leastSampling at least.
const (
	defaultSampling = 30 * time.Second
	leastSampling   = 200 * time.Millisecond
)

// shares divides the time evenly among what is still to be done.
type shares struct {
	end     time.Time
	limited bool          // nothing goes on after the end
	least   time.Duration // for sampling, each
	left    int
	quick   bool // nothing is sampled
}

// share is the time for one scenario.
type share struct {
	until     time.Time     // for search and sampling together
	searching time.Time     // when its search ends; zero: never
	least     time.Duration // for sampling
	quick     bool          // nothing is sampled
}

// newShares divides the time that ctx has. A quarter of it is kept for sampling,
// unless the run is quick.
func newShares(ctx context.Context, n int, quick bool) *shares {
	end, limited := ctx.Deadline()
	switch {
	case !limited:
		return &shares{end: time.Now().Add(defaultSampling), least: leastSampling, left: n, quick: quick}
	case quick:
		return &shares{end: end, limited: true, left: n, quick: true}
	}
	return &shares{end: end, limited: true, least: max(0, time.Until(end)) / time.Duration(4*max(n, 1)), left: n}
}

// next is the share of the next one. Its search may take all but what is kept
// for sampling it and the others that are left.
func (s *shares) next() share {
	left := time.Duration(max(s.left, 1))
	sh := share{until: time.Now().Add(max(0, time.Until(s.end)/left)), least: s.least, quick: s.quick}
	if s.limited {
		sh.searching = s.end.Add(-s.least * left)
	}
	s.left--
	return sh
}
