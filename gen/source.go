// Package gen draws stories at random with rapid, the only package that does.
//
//	scenario's alphabet -> Mix: a deck of operations -> trace -> checker.Sample
//	                                                 -> Check, Fuzz: go test
//
// Operands are absolute small numbers and every operation may come at any
// time, so a trace needs no state to be drawn and shrinks well: it is a list
// of places in the deck. rapid prefers low places, hence the order of the deck
// is the frequency of its operations, and every seed shuffles it anew.
package gen

import (
	"slices"

	"pgregory.net/rapid"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Story is a story of operations of the model.
type Story = checker.Story[model.Op]

// NewSource draws stories of a scenario. The same seed always draws the same
// story, which is the first one that rapid itself draws with that seed. The
// mix has to fit the scenario (Mix.Check). A source is used by one goroutine.
func NewSource(s *scenarios.Scenario, c model.Config, mix Mix) checker.Source[model.Op] {
	return newSource(s, c, mix)
}

func newSource(s *scenarios.Scenario, c model.Config, mix Mix) *source {
	parts := mix.parts
	if len(parts) == 0 {
		parts = []Mix{mix}
	}
	src := &source{}
	for _, part := range parts {
		part.only = mix.only
		src.decks = append(src.decks, newDeck(part, part.families(s, c), len(s.StartNames())))
	}
	return src
}

type source struct{ decks []*deck }

// Trace draws the story of a seed.
func (s *source) Trace(seed uint64) Story { return s.stories(seed).Example(int(seed)) }

// stories is the generator for a seed: which mix has its turn, and the order
// of its deck.
func (s *source) stories(seed uint64) *rapid.Generator[Story] {
	d := s.decks[seed%uint64(len(s.decks))]
	d.order(seed)
	return d.stories
}

// Shrink leaves the story to checker.Minimize, which works on operations
// instead of random numbers. rapid's own shrinker can be run outside of go test
// too, but it adds nothing: over 26 bugs with 8 seeds each, minimising with and
// without it gave stories of the same length, and it took 100 times as long.
func (s *source) Shrink(seed uint64, _ func(Story) bool) Story { return s.Trace(seed) }

// deck is the operations of a mix, from which traces are drawn.
type deck struct {
	cards   []card
	mix     Mix
	starts  shuffle
	shuffle shuffle
	last    card     // the operation drawn before
	kinds   [][]card // of a mix that chooses among kinds
	stories *rapid.Generator[Story]
}

// card is an operation, with the first one of its family: the same call when
// it is not preempted.
type card struct{ op, calm model.Op }

func newDeck(mix Mix, families [][]model.Op, starts int) *deck {
	d := &deck{mix: mix}
	calm := map[model.Op]model.Op{}
	for _, f := range families {
		for _, op := range f {
			calm[op] = f[0]
		}
	}
	for _, op := range mix.cards(families) {
		d.cards = append(d.cards, card{op, calm[op]})
	}
	d.kinds = cardsByKind(d.cards)
	d.stories = d.generator(starts)
	d.starts.n = uint32(starts)
	return d
}

// order shuffles the deck for a seed.
func (d *deck) order(seed uint64) {
	d.shuffle = newShuffle(d.all(), spread(seed))
	d.starts = newShuffle(int(d.starts.n), seed)
}

// all is how many there are to choose from: cards or kinds.
func (d *deck) all() int {
	if d.mix.kinds {
		return len(d.kinds)
	}
	return len(d.cards)
}

// places is how many of the deck's cards, or kinds, a trace uses.
func (d *deck) places() int {
	n := d.all()
	if d.mix.share > 0 {
		n = max(n/d.mix.share, min(n, fewest))
	}
	return n
}

// fewest is the number of operations that are left to a mix with a share.
const fewest = 4

// A trace is a list of runs: lists in a list can be made shorter by rapid,
// while one long list with a least length cannot. Runs have 5 operations on
// average and may be empty; traces have about 30, half of them 15 to 40.
const (
	fewestRuns = 2
	mostRuns   = 12
	longer     = 8 // times as many in long traces
)

func (d *deck) generator(starts int) *rapid.Generator[Story] {
	places := numbers(d.places())
	if d.mix.kinds {
		places = numbers(d.places() * ofKind)
	}
	if d.mix.again {
		places = numbers(d.places() + repeats)
	}
	start := rapid.SampledFrom(numbers(starts))
	op := rapid.Map(rapid.SampledFrom(places), d.deal)
	runs := rapid.SliceOfN(rapid.SliceOf(op), fewestRuns, mostRuns)
	if d.mix.long {
		runs = rapid.SliceOfN(rapid.SliceOf(op), longer*fewestRuns, longer*mostRuns)
	}
	return rapid.Custom(func(t *rapid.T) Story {
		first := d.starts.at(start.Draw(t, "start"))
		if !d.mix.kinds {
			d.last = d.cards[d.shuffle.at(0)]
		}
		return Story{Start: int(first), Ops: slices.Concat(runs.Draw(t, "runs")...)}
	})
}

// repeats is how many places of a mix with again stand for the last operation.
const repeats = 2

// deal is the operation at a place of the shuffled deck.
func (d *deck) deal(place uint32) model.Op {
	if d.mix.kinds {
		return d.dealKind(place)
	}
	if d.mix.again {
		switch place {
		case 0:
			return d.last.calm
		case 1:
			return d.last.op
		}
		place -= repeats
	}
	d.last = d.cards[d.shuffle.at(place)]
	return d.last.op
}

// ofKind is how many places a kind has in a deck of kinds, however many
// operations are of that kind.
const ofKind = 64

// dealKind is the operation at a place of a deck of kinds: first the kind, then
// the operation, from an order of its own for each kind and seed.
func (d *deck) dealKind(place uint32) model.Op {
	n := uint32(d.places())
	kind := d.shuffle.at(place % n)
	cards := d.kinds[kind]
	order := newShuffle(len(cards), uint64(d.shuffle.keys[0])<<8|uint64(kind))
	d.last = cards[order.at(place/n%uint32(len(cards)))]
	return d.last.op
}

func cardsByKind(cards []card) (kinds [][]card) {
	place := map[model.Kind]int{}
	for _, c := range cards {
		i, known := place[c.op.Kind]
		if !known {
			i = len(kinds)
			place[c.op.Kind], kinds = i, append(kinds, nil)
		}
		kinds[i] = append(kinds[i], c)
	}
	return kinds
}

func numbers(n int) []uint32 {
	list := make([]uint32, n)
	for i := range list {
		list[i] = uint32(i)
	}
	return list
}
