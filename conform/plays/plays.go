// Package plays says what is run on a target: the stories that are kept, and
// random ones.
package plays

import (
	"iter"
	"slices"
	"sync"

	"hvcheck/conform"
	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// OfStory is a story on today's code. Its fault is no part of it.
func OfStory(name string, s *counterexamples.Story) (*conform.Play, error) {
	scene, err := conform.NewScene(s)
	if err != nil {
		return nil, err
	}
	return &conform.Play{Name: name, Scene: scene, Ops: scene.Whole(s.Run().Ops)}, nil
}

// Corpus lists the stories that are kept.
func Corpus() (list []*conform.Play, err error) {
	stories, err := counterexamples.Corpus()
	if err != nil {
		return nil, err
	}
	for i, id := range counterexamples.CorpusIDs() {
		p, err := OfStory(id, &stories[i])
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// Random draws turns for a target without end: from each scenario that it can
// play, or of those with these names, one each round, with another seed. Where a
// play had operations stopped (Play.Stopped), more of the same scenario follow.
// The same seed gives the same plays. It is empty if the target can play none.
func Random(t conform.Target, seed uint64, names ...string) (iter.Seq[conform.Turn], error) {
	var decks []*deck
	for i := range scenarios.All {
		if len(names) > 0 && !slices.Contains(names, scenarios.All[i].Name) {
			continue
		}
		d, err := newDeck(t, &scenarios.All[i])
		if err != nil {
			return nil, err
		}
		decks = append(decks, d...)
	}
	return func(yield func(conform.Turn) bool) {
		for round := seed; len(decks) > 0; round++ {
			for _, d := range decks {
				if !yield(d.turn(round)) {
					return
				}
			}
		}
	}, nil
}

// deck is where the plays of a scenario come from.
type deck struct {
	scenario *scenarios.Scenario
	config   model.Config
	drawing  sync.Mutex
	trace    func(seed uint64) gen.Story
}

// newDeck is the deck of a scenario, or none if the target cannot play it.
func newDeck(t conform.Target, s *scenarios.Scenario) ([]*deck, error) {
	scene, err := conform.NewScene(&counterexamples.Story{Scenario: s, Config: s.Config})
	if err != nil {
		return nil, err
	}
	mix := gen.MixFor(s)
	if t.Refused(scene) != "" || mix.Check(s, scene.Config) != nil {
		return nil, nil
	}
	return []*deck{{scenario: s, config: scene.Config, trace: gen.NewSource(s, scene.Config, mix).Trace}}, nil
}

// turn is a play, and others as long as operations are stopped.
func (d *deck) turn(round uint64) conform.Turn {
	return func(yield func(*conform.Play) bool) {
		const most, apart = 6, 1 << 20 // of plays, and seeds
		for n := range uint64(most) {
			p := d.play(round + n*apart)
			if !yield(p) || p.Stopped == 0 {
				return
			}
		}
	}
}

func (d *deck) play(seed uint64) *conform.Play {
	d.drawing.Lock()
	story := d.trace(seed)
	d.drawing.Unlock()
	scene := &conform.Scene{Scenario: d.scenario, Start: story.Start, Config: d.config}
	return &conform.Play{Name: d.scenario.Name, Seed: seed, Skip: true, Stop: true, Scene: scene, Ops: scene.Whole(story.Ops)}
}
