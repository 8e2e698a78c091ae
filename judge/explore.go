package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
)

// Exploration plans the search of the one scenario that words select, with its
// own invariants and promises or, unless ids is nil, with those.
func (j *Judge) Exploration(ctx context.Context, words []string, sc *Scope, ids []string) (*Plan, error) {
	names, err := SelectScenarios(words)
	if err != nil {
		return nil, err
	}
	if len(names) > 1 {
		return nil, fmt.Errorf("%s: selects %d scenarios, and explore takes one: %s",
			strings.Join(words, " "), len(names), phrase.Few(names))
	}
	p, err := j.Planned(ctx, names, sc)
	if err != nil || ids == nil {
		return p, err
	}
	s := p.Searches[0]
	if ids, err = canAsk(s.Scenario, ids); err != nil {
		return nil, err
	}
	p.Searches[0] = s.asking(ids...)
	return p, nil
}

// canAsk refuses ids that nothing has or that cannot speak in a scenario, and
// leaves out what comes twice.
func canAsk(s *scenarios.Scenario, ids []string) (once []string, err error) {
	for _, id := range ids {
		switch id = model.Fold(id, slices.Concat(invariants.IDs(), scenarios.AlwaysAsked())); {
		case id == "":
			return nil, fmt.Errorf("--invariant %q: want an id; hvcheck list invariants shows them", id)
		case id == scenarios.HangProperty && s.Hangs != "":
			return nil, fmt.Errorf("--invariant %s: an operation may hang in scenario %s: %s", id, s.Name, s.Hangs)
		case id == scenarios.DeadlockProperty && !s.Config.CanWait():
			return nil, fmt.Errorf("--invariant %s: nobody waits in scenario %s", id, s.Name)
		case slices.Contains(scenarios.AlwaysAsked(), id):
		case !IsInvariant(id) && !IsPromise(id):
			return nil, fmt.Errorf("--invariant %w", Unknown("invariant", id, invariants.IDs()))
		default:
			if err := s.CanAsk(id); err != nil {
				return nil, fmt.Errorf("--invariant %w", err)
			}
		}
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	if len(once) == 0 {
		return nil, fmt.Errorf("--invariant: want an id; hvcheck list invariants shows them")
	}
	return once, nil
}

// ExploreAll searches what was planned, within bounds, and samples nothing.
func (j *Judge) ExploreAll(ctx context.Context, p *Plan, b checker.Bounds) (*Summary, error) {
	return j.all(ctx, p, func(ctx context.Context, done *Checked, _ share) (err error) {
		if done.Explored, err = j.Explore(ctx, done.Search, b); err != nil {
			return err
		}
		if f := done.Explored.Fault; f != nil {
			return done.found(done.Search, f, ByExplore, 0)
		}
		return j.compare(ctx, done)
	}, func(*Checked) {})
}

// InvariantIDs lists the ids of all invariants.
func InvariantIDs() []string {
	ids := make([]string, len(invariants.All))
	for i := range invariants.All {
		ids[i] = invariants.All[i].ID
	}
	return ids
}
