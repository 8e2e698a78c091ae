package pages

import (
	"context"
	"slices"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/scenarios"
)

// finder finds what the pages tell. What several of them tell is found once.
type finder struct {
	judge    *judge.Judge
	threads  map[string]*decisions
	tables   map[*scenarios.Matrix]*judge.FilledIn
	searches map[*scenarios.Scenario]judge.Report
}

func newFinder(j *judge.Judge) *finder {
	return &finder{
		judge:    j,
		threads:  map[string]*decisions{},
		tables:   map[*scenarios.Matrix]*judge.FilledIn{},
		searches: map[*scenarios.Scenario]judge.Report{},
	}
}

// decisions are a thread's claims, their verdicts, and the stories of those.
type decisions struct {
	claims   []*scenarios.Claim
	verdicts []*judge.Decided
	stories  []*told
}

// once gives what is known of a key, or finds it.
func once[K comparable, V any](known map[K]V, key K, find func() (V, error)) (V, error) {
	if v, ok := known[key]; ok {
		return v, nil
	}
	v, err := find()
	if err == nil {
		known[key] = v
	}
	return v, err
}

// decided decides the claims of a thread.
func (f *finder) decided(ctx context.Context, thread string) (*decisions, error) {
	return once(f.threads, thread, func() (*decisions, error) {
		d := &decisions{}
		for i := range scenarios.Claims {
			if c := &scenarios.Claims[i]; c.Seed == thread {
				d.claims = append(d.claims, c)
			}
		}
		var err error
		if d.verdicts, err = f.judge.DecideAll(ctx, d.claims); err != nil {
			return d, err
		}
		d.stories, err = storiesOf(d.verdicts)
		return d, err
	})
}

// filledIn is a table with its cells.
func (f *finder) filledIn(ctx context.Context, m *scenarios.Matrix) (*judge.FilledIn, error) {
	return once(f.tables, m, func() (*judge.FilledIn, error) { return f.judge.FillIn(ctx, m) })
}

// tablesOf are the tables of a thread.
func (f *finder) tablesOf(ctx context.Context, thread string) (list []*judge.FilledIn, err error) {
	for i := range scenarios.Matrices {
		if m := &scenarios.Matrices[i]; m.Seed == thread {
			t, err := f.filledIn(ctx, m)
			if err != nil {
				return nil, err
			}
			list = append(list, t)
		}
	}
	return list, nil
}

// explored is a scenario's search at the bounds of the default run.
func (f *finder) explored(ctx context.Context, s *scenarios.Scenario) (judge.Report, error) {
	return once(f.searches, s, func() (judge.Report, error) {
		return f.judge.Explore(ctx, judge.NewSearch(s, s.Config), checker.Bounds{})
	})
}

// A told story is told once, for all verdicts that it shows: under another
// design it has another id.
type told struct {
	*counterexamples.Story
	shows []*judge.Decided
	ids   []string // of the same story under each design, its own first
}

// storiesOf are the stories of some verdicts, in their order.
func storiesOf(found []*judge.Decided) (list []*told, err error) {
	for _, d := range found {
		v, err := d.Violation()
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		t := alike(list, v.Story)
		if t == nil {
			t = &told{Story: v.Story}
			list = append(list, t)
		}
		t.add(d, v.Story.ID())
	}
	return list, nil
}

// alike finds the story that differs in the design only, or nil.
func alike(list []*told, s *counterexamples.Story) *told {
	for _, t := range list {
		if t.Scenario == s.Scenario && t.Start == s.Start && t.Fault == s.Fault &&
			slices.Equal(t.Ops, s.Ops) && slices.Equal(t.Drain, s.Drain) && slices.Equal(t.Loop, s.Loop) {
			return t
		}
	}
	return nil
}

func (t *told) add(d *judge.Decided, id string) {
	t.shows = append(t.shows, d)
	if !slices.Contains(t.ids, id) {
		t.ids = append(t.ids, id)
	}
}
