package gen

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Option changes what Check and Fuzz do. One that leaves nothing to be checked
// fails the test, with a line that says why.
type Option func(*property) error

// WithConfig takes another configuration than the scenario's own.
func WithConfig(c model.Config) Option {
	return func(p *property) error {
		p.config = c
		if err := p.scenario.Check(&c); err != nil {
			return fmt.Errorf("WithConfig: %s", strings.TrimPrefix(err.Error(), "--"))
		}
		return nil
	}
}

// WithInvariants asks these invariants instead of the scenario's own.
func WithInvariants(ids ...string) Option {
	return func(p *property) error {
		p.ids = ids
		if len(ids) == 0 {
			return errors.New("WithInvariants: no invariant is named")
		}
		for _, id := range ids {
			if err := p.scenario.CanAsk(id); err != nil {
				return fmt.Errorf("WithInvariants: %w", err)
			}
			if _, promise := invariants.PromiseByID(id); promise {
				return fmt.Errorf("WithInvariants: %s is a promise, which no run that ends can break; hvcheck explore asks it", id)
			}
		}
		return nil
	}
}

// WithOps draws only the named operations.
func WithOps(names ...string) Option {
	return func(p *property) error {
		p.only = names
		if len(names) == 0 {
			return errors.New("WithOps: no operation is named")
		}
		for _, name := range names {
			if !slices.Contains(p.scenario.OpNames(&p.config), name) {
				return fmt.Errorf("WithOps: scenario %s has no operation %q%s", p.scenario.Name, name, model.DidYouMean(name, p.scenario.OpNames(&p.config)))
			}
		}
		return nil
	}
}

// Check is a property test: whatever operations of the scenario's alphabet are
// carried out, in whatever order, no invariant is violated, at no step and not
// when everything has been torn down afterwards. rapid's flags say how many
// traces of how many steps.
//
// The failure's message is the id of the violated invariant and nothing else;
// then follows the shortest story.
func Check(t *testing.T, s *scenarios.Scenario, opts ...Option) {
	t.Helper()
	check(t, s, opts...)
}

func check(t rapid.TB, s *scenarios.Scenario, opts ...Option) {
	t.Helper()
	noFailFiles()
	p, err := newProperty(s, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer p.explain(t)
	rapid.Check(t, p.holds)
}

// Fuzz is the same as a target of go test -fuzz. Run it with -fuzzminimizetime
// 10x, or the fuzzer spends its time on shortening what it finds interesting.
func Fuzz(f *testing.F, s *scenarios.Scenario, opts ...Option) {
	f.Helper()
	noFailFiles()
	if _, err := newProperty(s, opts); err != nil {
		f.Fatal(err)
	}
	for seed := range uint64(fuzzSeeds) {
		f.Add(noise(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		p, _ := newProperty(s, opts)
		defer p.explain(t)
		rapid.MakeFuzz(p.holds)(t, input)
	})
}

// ForAll checks something of all stories of a scenario: drawn as Check draws
// them, shrunk by rapid if holds returns an error.
func ForAll(t *testing.T, s *scenarios.Scenario, holds func(Story) error) {
	t.Helper()
	noFailFiles()
	p, err := newProperty(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := holds(p.draw(t)); err != nil {
			t.Fatal(err)
		}
	})
}

// noFailFiles stops rapid from keeping its random numbers in a file: they
// mean another story as soon as an operation is added. Ours are kept by name.
var noFailFiles = sync.OnceFunc(func() { flag.Set("rapid.nofailfile", "true") })

// What fuzzing starts from: enough random bytes for some dozens of steps.
const (
	fuzzSeeds = 8
	fuzzBytes = 2048
)

func noise(seed uint64) []byte {
	b := make([]byte, fuzzBytes)
	for i := range b {
		b[i] = byte(spread(seed<<32 | uint64(i)))
	}
	return b
}

// property is what rapid tries to refute.
type property struct {
	scenario *scenarios.Scenario
	config   model.Config
	ids      []string
	only     []string

	system  checker.System[model.World, model.Op]
	starts  *rapid.Generator[int]
	actions map[string]*rapid.Generator[drawn]
	// fault is the smallest one so far. Its invariant is pinned: from then on
	// no other counts, or shrinking would wander from one bug to the next.
	fault *checker.Fault[model.Op]
}

// drawn is an operation that rapid's log shows in words.
type drawn struct{ model.Op }

// GoString is the operation as a line of a story.
func (d drawn) GoString() string { return d.String() }

func newProperty(s *scenarios.Scenario, opts []Option) (*property, error) {
	p := &property{scenario: s, config: s.Config, ids: s.InvariantIDs()}
	for _, o := range opts {
		if err := o(p); err != nil {
			return nil, err
		}
	}
	if err := s.Check(&p.config); err != nil {
		return nil, err
	}
	p.system = p.newSystem()
	starts := make([]int, len(p.system.Model.Init()))
	for i := range starts {
		starts[i] = i
	}
	p.starts = rapid.SampledFrom(starts)
	p.actions = actions(Mix{only: p.only}.families(s, p.config))
	return p, nil
}

func (p *property) newSystem() checker.System[model.World, model.Op] {
	return p.scenario.System(p.config, p.ids)
}

// actions groups the operations by kind, which rapid chooses between.
func actions(families [][]model.Op) map[string]*rapid.Generator[drawn] {
	ops := map[string][]drawn{}
	for _, f := range families {
		for _, op := range f {
			name := op.Spec().Name
			ops[name] = append(ops[name], drawn{op})
		}
	}
	generators := map[string]*rapid.Generator[drawn]{}
	for name, list := range ops {
		generators[name] = rapid.SampledFrom(list)
	}
	return generators
}

// holds draws a story and asks the invariants.
func (p *property) holds(t *rapid.T) {
	story := p.draw(t)
	var pinned []string
	if p.fault != nil {
		pinned = []string{p.fault.Property}
	}
	if f := checker.Check(p.system, story, pinned...); f != nil {
		if p.fault == nil || len(f.Ops) <= len(p.fault.Ops) {
			p.fault = f
		}
		t.Fatal(f.Property)
	}
}

// draw runs rapid's state machine. The operations are total, so what they do
// has no say in what comes next, and they can be carried out afterwards.
func (p *property) draw(t *rapid.T) Story {
	story := Story{Start: p.starts.Draw(t, "start")}
	machine := map[string]func(*rapid.T){}
	for name, ops := range p.actions {
		machine[name] = func(t *rapid.T) { story.Ops = append(story.Ops, ops.Draw(t, "op").Op) }
	}
	t.Repeat(machine)
	return story
}

// explain logs the shortest story in the form that can be kept and pasted.
func (p *property) explain(t rapid.TB) {
	if p.fault == nil {
		return
	}
	short := checker.Minimize(p.newSystem, counterexamples.NewSimplifier(p.scenario, p.config), *p.fault, checker.MinimizeOptions{})
	story, err := counterexamples.FromFault(p.scenario, p.config, &short, counterexamples.Found{By: "check"})
	if err != nil {
		t.Logf("the story cannot be kept: %v", err)
	}
	t.Logf("the shortest story:\n%s", counterexamples.EncodeText(&story))
}
