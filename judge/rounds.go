package judge

import (
	"context"
	"math/rand/v2"
	"time"

	"hvcheck/checker"
)

// roundTime is how long a round of sampling takes: in each one some of the
// scenario's options are on.
const roundTime = 50 * time.Millisecond

// sampleRounds samples a scenario with a random third of its options after
// another, each chosen by the seed and the number of the round.
func (j *Judge) sampleRounds(ctx context.Context, done *Checked, d time.Duration) error {
	end := time.Now().Add(d)
	for round := uint64(0); round == 0 || time.Until(end) > 0 && ctx.Err() == nil; round++ {
		seed := checker.TraceSeed(j.Seed, round)
		s := done.Search.round(seed)
		if err := s.Scenario.Check(&s.Config); err != nil {
			continue // bounds or a design that were given do not go with them
		}
		r, err := j.sample(ctx, s, seed, roundTime)
		if err != nil {
			return err
		}
		done.addRound(s, &r)
		if r.Fault != nil {
			return done.found(s, r.Fault, BySample, seed)
		}
	}
	return nil
}

// optionsShare: each option is on in one of so many rounds.
const optionsShare = 3

// round is the search with the options on that a seed chooses.
func (s *Search) round(seed uint64) *Search {
	random := rand.New(rand.NewPCG(seed, 0))
	on := make([]bool, len(s.Scenario.Options))
	for i := range on {
		on[i] = random.IntN(optionsShare) == 0
	}
	other := &Search{ids: []string{}, Mix: s.Mix}
	other.Scenario, other.Config = s.Scenario.Chosen(s.Config, on)
	for _, id := range s.ids {
		if _, out := other.Scenario.Except[id]; !out {
			other.ids = append(other.ids, id)
		}
	}
	return other
}

// addRound adds what a round showed.
func (c *Checked) addRound(s *Search, r *Sampled) {
	all := &c.Sampled
	traces, steps, coverage, goals := all.Traces+r.Traces, all.Steps+r.Steps, checker.Coverage{}, r.Goals
	coverage.Merge(all.Coverage)
	coverage.Merge(r.Coverage)
	for i, g := range all.Goals {
		if g.Met {
			goals[i] = g
		}
	}
	*all = *r
	all.Traces, all.Steps, all.Coverage, all.Goals = traces, steps, coverage, goals
	c.Search.models = append(c.Search.models, s.models...)
}
