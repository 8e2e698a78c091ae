package teeth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"hvcheck/checker"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
	"hvcheck/teeth/mutate"
)

// HiddenCommand is the command of the build that answers a Request.
const HiddenCommand = "teeth-trial"

// Request asks for scenarios of a mutated model, in that order.
type Request struct {
	Trials []Limit
	Note   int           // so many places are noted, and nothing is changed
	Where  uint32        // otherwise: the place that is changed, unless there is a Choice
	Way    uint8         // and how
	Choice *model.Choice // or a switchable rule
}

// Limit says how far a scenario is searched.
type Limit struct {
	Scenario string
	States   uint64        // 0 is no limit
	Time     time.Duration // 0 is no limit
}

// Trial is what a scenario of a mutated model was like. One with nothing in it
// but the scenario says that it has begun.
type Trial struct {
	Scenario string
	Done     bool

	States, Transitions, Refused, Digest uint64
	Stopped                              string // why it was not searched to the end
	Panic                                string
	Fault                                *Kill
	Missed                               []string // goals
	Seen                                 []string // results, with their operations
	Unlisted                             []string // those of them that the table says do not come
	Rules, Bounds                        []string // that came into play
	Promised                             []string // promises that were made
	Noted                                []mutate.Noted
	Took                                 time.Duration
}

// Kill is what noticed a mutant: a property that was violated.
type Kill struct {
	Property, Scenario string
	Length             int
	Detail             string
}

// Answer carries out a Request: it reads one, and writes Trials, up to the first
// that noticed something.
func Answer(ctx context.Context, in io.Reader, out io.Writer) error {
	var r Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return fmt.Errorf("the request: %w", err)
	}
	switch {
	case r.Note > 0:
		mutate.Note(r.Note)
	case r.Choice == nil:
		mutate.Choose(r.Where, r.Way)
	}
	w := json.NewEncoder(out)
	for _, l := range r.Trials {
		if err := w.Encode(&Trial{Scenario: l.Scenario}); err != nil {
			return err
		}
		t, err := r.try(ctx, &l)
		if err != nil {
			return err
		}
		if err := w.Encode(t); err != nil {
			return err
		}
		if t.Fault != nil || t.Panic != "" {
			break
		}
	}
	return nil
}

// try searches one scenario.
func (r *Request) try(ctx context.Context, l *Limit) (*Trial, error) {
	s, err := judge.ScenarioNamed(l.Scenario)
	if err != nil {
		return nil, err
	}
	c := s.Config
	if r.Choice != nil {
		if err := c.Set(*r.Choice); err != nil {
			return nil, err
		}
	}
	t := &Trial{Scenario: s.Name, Done: true}
	if s.Check(&c) != nil { // it has nothing to say about such a design
		t.Stopped = "not with this design"
		return t, nil
	}
	began := time.Now()
	t.search(ctx, s, c, l)
	t.Took = time.Since(began)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if r.Note > 0 {
		t.Noted = mutate.Since()
	}
	return t, nil
}

func (t *Trial) search(ctx context.Context, s *scenarios.Scenario, c model.Config, l *Limit) {
	limited, cancel := judge.Limited(ctx, l.Time)
	defer cancel()
	// A bound on the states would have drains not be shared, which costs more
	// than the few states that are too many.
	limited, enough := context.WithCancel(limited)
	defer enough()
	var w *watched
	report, err := checker.Explore(limited, func() checker.System[model.World, model.Op] {
		sys := s.System(c, nil)
		w = watch(sys.Model, c.Spans())
		sys.Model = w
		return sys
	}, checker.Options{Workers: 1, Bounds: checker.Bounds{Depth: s.Depth}, Progress: func(p checker.Progress) {
		if l.States > 0 && p.States > l.States {
			enough()
		}
	}})
	if err != nil {
		t.Panic = phrase.Clip(phrase.OneLine(err.Error()), 200)
		return
	}
	t.fill(s, &report)
	t.Digest = w.sum
	t.Rules, t.Bounds = w.inPlay()
	t.results(report.Coverage, w.met)
	if s.Depth > 0 && report.Depth == s.Depth && limited.Err() == nil {
		t.Stopped = "" // as deep as it goes
	}
	if t.Stopped != "" && report.States > l.States && l.States > 0 {
		t.Stopped = "too many states"
	}
}

// fill takes over what a search found.
func (t *Trial) fill(s *scenarios.Scenario, r *judge.Report) {
	t.States, t.Transitions, t.Refused, t.Stopped = r.States, r.Transitions, r.Refused, r.Stopped
	if f := r.Fault; f != nil {
		t.Fault = &Kill{f.Property, s.Name, judge.LengthOf(f), phrase.OneLine(f.Detail)}
	}
	for _, g := range r.Goals {
		if !g.Met {
			t.Missed = append(t.Missed, g.ID)
		}
	}
	for _, p := range r.Responses {
		if p.From > 0 {
			t.Promised = append(t.Promised, p.ID)
		}
	}
}

// results lists the results that came, each with its condition, as far as the
// contracts are asked. Those that the table says do not come are told apart.
func (t *Trial) results(seen checker.Coverage, met func(model.Kind) uint32) {
	for _, spec := range model.Specs {
		for i := range spec.Results {
			r := &spec.Results[i]
			came := seen.Seen(uint8(spec.Kind()), int16(r.Code)) && (!r.Contract() || met(spec.Kind())>>i&1 != 0)
			if !came {
				continue
			}
			t.Seen = append(t.Seen, spec.Name+" "+r.Code.String()+spec.Under(r))
			if r.Unreached != "" {
				t.Unlisted = append(t.Unlisted, t.Seen[len(t.Seen)-1])
			}
		}
	}
}
