package broken

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/conform"
	"hvcheck/conform/plays"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Trial is what became of a build.
type Trial struct {
	Build   *Build
	Target  string
	Stories Hunt  // by the build's own story; of the unbroken one, by those of all
	Random  Hunt  // by random operations on the same area
	Race    Hunt  // by who looks meanwhile, where a build needs that
	Err     error // why it is not known
}

// Told tells whether model and build were told apart.
func (t *Trial) Told() bool { return t.Stories.Told() || t.Random.Told() || t.Race.Told() }

// Hunt is a search for a difference.
type Hunt struct {
	Ops   int              // up to the difference and with it; without one, all
	Found *conform.Outcome // ends with the difference; nil if there is none
	// Lost is the operation with which the machine was lost, twice, while the model
	// goes on.
	Lost string
	Seen string // what may not be, and was seen in a race, whose Ops are looks
}

// Told tells whether model and build differ.
func (h *Hunt) Told() bool { return h.Found != nil || h.Lost != "" || h.Seen != "" }

// Options say what a build is tried with.
type Options struct {
	Seed   uint64
	Random int                              // operations, at most
	Design []model.Choice                   // beside today's code
	Say    func(format string, args ...any) // progress
}

// Try looks for a difference between the model and a build that runs. The stories
// are those of some builds, and so are the areas of the random operations.
func Try(ctx context.Context, t conform.Target, b *Build, some []*Build, o *Options) *Trial {
	r := &Trial{Build: b, Target: t.Name()}
	if r.Err = r.Stories.stories(ctx, t, some, o); r.Err != nil || o.Random == 0 {
		return r
	}
	for _, area := range areas(some) {
		if r.Err = r.Random.random(ctx, t, area, o); r.Err != nil || r.Random.Told() {
			break
		}
	}
	return r
}

// stories runs the stories of builds.
func (h *Hunt) stories(ctx context.Context, t conform.Target, some []*Build, o *Options) error {
	for _, b := range some {
		p, err := b.Play()
		if err != nil {
			return err
		}
		if err := h.run(ctx, t, p, o.Design); err != nil || h.Told() {
			return err
		}
	}
	return nil
}

// random draws plays from the scenarios of an area.
func (h *Hunt) random(ctx context.Context, t conform.Target, area string, o *Options) error {
	names := slices.DeleteFunc(scenarios.Names(), func(name string) bool { return areaOf(name) != area })
	drawn, err := plays.Random(t, o.Seed, names...)
	if err != nil {
		return err
	}
	until := h.Ops + o.Random
	for turn := range drawn {
		for p := range turn {
			if err := h.run(ctx, t, p, o.Design); err != nil || h.Told() || h.Ops >= until {
				return err
			}
			o.Say("%d random operations", h.Ops)
		}
	}
	return nil
}

// run runs a play. If the machine is lost it is run again: who is lost with the
// same operation is told apart, who goes on was unlucky.
func (h *Hunt) run(ctx context.Context, t conform.Target, p *conform.Play, design []model.Choice) error {
	var err error
	if p.Scene, err = p.Scene.Under(design); err != nil || ctx.Err() != nil {
		return cmp.Or(err, ctx.Err())
	}
	o, err := conform.Run(t, p, nil)
	if conform.IsInconclusive(err) && o != nil && ctx.Err() == nil {
		again, err2 := conform.Run(t, p, nil)
		if conform.IsInconclusive(err2) && again != nil && again.Done == o.Done {
			h.Ops += o.Done + 1
			h.Lost = strings.TrimSpace(fmt.Sprint(err2))
			return nil
		}
		o, err = again, err2
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	h.Ops += o.Done
	if o.Difference != nil {
		h.Ops++
		h.Found = o
	}
	return nil
}

// Play is a build's story.
func (b *Build) Play() (*conform.Play, error) {
	s, err := counterexamples.Decode(b.Name, []byte("format: hvcheck/1"+b.Story))
	if err != nil {
		return nil, err
	}
	return plays.OfStory(b.Name, &s)
}

// areas are those of the stories of builds.
func areas(some []*Build) (list []string) {
	for _, b := range some {
		if p, err := b.Play(); err == nil {
			list = append(list, areaOf(p.Scene.Scenario.Name))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// areaOf is what the name of a scenario begins with.
func areaOf(scenario string) string {
	area, _, _ := strings.Cut(scenario, ".")
	return area
}
