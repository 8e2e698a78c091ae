package gen

import (
	"flag"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Option changes what Check and Fuzz do.
type Option func(*property)

// WithConfig takes another configuration than the scenario's own.
func WithConfig(c model.Config) Option { return func(p *property) { p.config = c } }

// WithInvariants asks these invariants instead of the scenario's own.
func WithInvariants(ids ...string) Option { return func(p *property) { p.ids = ids } }

// WithOps draws only the named operations.
func WithOps(names ...string) Option { return func(p *property) { p.only = names } }

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
	p := newProperty(s, opts)
	defer p.explain(t)
	rapid.Check(t, p.holds)
}

// Fuzz is the same as a target of go test -fuzz. Run it with -fuzzminimizetime
// 10x, or the fuzzer spends its time on shortening what it finds interesting.
func Fuzz(f *testing.F, s *scenarios.Scenario, opts ...Option) {
	noFailFiles()
	for seed := range uint64(fuzzSeeds) {
		f.Add(noise(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		p := newProperty(s, opts)
		defer p.explain(t)
		rapid.MakeFuzz(p.holds)(t, input)
	})
}

// ForAll checks something of all stories of a scenario: drawn as Check draws
// them, shrunk by rapid if holds returns an error.
func ForAll(t *testing.T, s *scenarios.Scenario, holds func(Story) error) {
	t.Helper()
	noFailFiles()
	p := newProperty(s, nil)
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

func newProperty(s *scenarios.Scenario, opts []Option) *property {
	p := &property{scenario: s, config: s.Config, ids: s.InvariantIDs()}
	for _, o := range opts {
		o(p)
	}
	p.system = p.newSystem()
	starts := make([]int, len(p.system.Model.Init()))
	for i := range starts {
		starts[i] = i
	}
	p.starts = rapid.SampledFrom(starts)
	p.actions = actions(Mix{only: p.only}.families(s, p.config))
	return p
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
