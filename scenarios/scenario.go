// Package scenarios says what is checked where: scenarios (a scope, an
// alphabet, start states, invariants, promises, reach goals), claims (who said
// what, and whether it holds under which design) and tables of designs against
// scenarios, area by area.
//
// It is the one place where models and the engine meet: System turns a
// scenario into a checker.System over model.World.
package scenarios

import (
	"fmt"
	"slices"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// Scenario is a scope that is explored completely.
type Scenario struct {
	Name  string
	Title string
	Doc   string
	Area  model.Area
	// Config holds the bounds of the default run and the model's options.
	Config model.Config
	// Full are the bounds of the specification's table, where the default run
	// takes smaller ones; nil where they are the same.
	Full *model.Bounds
	// Alphabet lists the operations for a configuration.
	Alphabet func(c *model.Config) []Pattern
	Starts   []model.Start // none: the plain start
	// Invariants are the ids that are asked; none: every one that is no claim.
	Invariants []string
	// Except are ids left out of the default list, each with the reason.
	Except map[string]string
	// Promises are the ids of what is promised about infinite runs here.
	Promises []string
	Goals    []Goal
	// Spec is the number of states that the specification gives for these
	// bounds, 0 for none, and Differs says why the model has another number.
	Spec    uint64
	Differs string
	// Hidden scenarios serve claims and bugs; run does not list them.
	Hidden bool
}

// Pattern is a set of operations: a kind, and for each operand its values.
type Pattern struct {
	Spec *model.Spec
	Args [][]uint8
}

// Each makes a pattern.
func Each(s *model.Spec, args ...[]uint8) Pattern {
	if len(args) != len(s.Args) {
		panic(fmt.Sprintf("%s takes %d operands, not %d", s.Name, len(s.Args), len(args)))
	}
	return Pattern{s, args}
}

// Goal is a kind of run that the scenario must contain.
type Goal struct {
	ID  string // unique over all scenarios: mmu.preempt/nested-failure
	Doc string
	Met func(before *model.World, op model.Op, a model.Answer, after *model.World) bool
}

// families lists a pattern's operations, grouped by all operands but the
// preemption point, which is the last.
func (p Pattern) families() [][]model.Op {
	fams := [][]model.Op{{{Kind: p.Spec.Kind()}}}
	for i, values := range p.Args {
		var next [][]model.Op
		last := i == len(p.Args)-1 && p.Spec.Preemptible()
		for _, f := range fams {
			var grown []model.Op
			for _, v := range values {
				op := f[0]
				op.Arg[i] = v
				grown = append(grown, op)
				if !last {
					next = append(next, []model.Op{op})
				}
			}
			if last {
				next = append(next, grown)
			}
		}
		fams = next
	}
	return fams
}

// Ops lists the scenario's operations in families.
func (s *Scenario) Ops(c *model.Config) [][]model.Op {
	var all [][]model.Op
	for _, p := range s.Alphabet(c) {
		all = append(all, p.families()...)
	}
	return all
}

// StartNames lists the start states' names.
func (s *Scenario) StartNames() []string {
	var names []string
	for _, st := range s.starts() {
		names = append(names, st.Name)
	}
	return names
}

func (s *Scenario) starts() []model.Start {
	if len(s.Starts) == 0 {
		return []model.Start{{Name: "plain"}}
	}
	return s.Starts
}

// Asked lists what the scenario asks: invariants, then promises.
func (s *Scenario) Asked() []string { return slices.Concat(s.InvariantIDs(), s.Promises) }

// InvariantIDs lists the invariants that the scenario asks.
func (s *Scenario) InvariantIDs() []string {
	if len(s.Invariants) > 0 {
		return s.Invariants
	}
	var ids []string
	for _, inv := range invariants.All {
		if _, out := s.Except[inv.ID]; !out && !inv.Claim && inv.Area == s.Area {
			ids = append(ids, inv.ID)
		}
	}
	return ids
}

// Check refuses a configuration that the scenario cannot run with: bounds that
// do not fit, or that are too small for its start states and operations.
func (s *Scenario) Check(c *model.Config) error {
	if err := c.Check(); err != nil {
		return err
	}
	needs := s.needs(c)
	for _, b := range model.BoundList {
		if is, least := *b.Of(&c.Bounds), *b.Of(&needs); is < least {
			return fmt.Errorf("--%s %d: scenario %s needs at least %d", b.Name, is, s.Name, least)
		}
	}
	for _, st := range s.Starts {
		if err := st.Fits(c); err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	return nil
}

// needs are the least bounds. An operation that names a port or a vCPU which
// the scenario itself does not have, so that it is refused, needs nothing.
func (s *Scenario) needs(c *model.Config) (least model.Bounds) {
	for _, st := range s.Starts {
		least = least.Max(st.Needs())
	}
	if s.Area != model.EVTCHN {
		return least
	}
	for _, family := range s.Ops(c) {
		n := family[0].Needs()
		if n.Ports <= s.Config.Ports {
			least.Ports = max(least.Ports, n.Ports)
		}
		if n.VCPUs <= s.Config.VCPUs {
			least.VCPUs = max(least.VCPUs, n.VCPUs)
		}
	}
	return least
}

// System builds the scenario for a configuration that Check accepts. ids are
// the invariants and promises to ask; nil means Asked.
func (s *Scenario) System(c model.Config, ids []string) checker.System[model.World, model.Op] {
	if ids == nil {
		ids = s.Asked()
	}
	m := &machine{m: model.NewMachine(c), ops: s.Ops(&c)}
	for _, st := range s.starts() {
		m.init = append(m.init, st.World(&c))
	}
	sys := checker.System[model.World, model.Op]{Model: m}
	probe := invariants.NewProbe(c)
	for _, id := range ids {
		if inv, ok := invariants.ByID(id); ok {
			sys.Properties = append(sys.Properties, property(inv, &m.m.Config, probe))
		}
		if r, ok := invariants.PromiseByID(id); ok {
			sys.Responses = append(sys.Responses, response(r, &m.m.Config))
		}
	}
	for _, g := range s.Goals {
		sys.Goals = append(sys.Goals, checker.Goal[model.World, model.Op]{ID: g.ID, Met: met(g)})
	}
	return sys
}

// machine makes a model.Machine a checker.Model and a checker.Drainer.
type machine struct {
	m    *model.Machine
	init []model.World
	ops  [][]model.Op
}

func (m *machine) Init() []model.World         { return m.init }
func (m *machine) Ops() [][]model.Op           { return m.ops }
func (m *machine) Kind(op model.Op) uint8      { return uint8(op.Kind) }
func (m *machine) RulesAsked() map[string]bool { return m.m.RulesAsked() }

func (m *machine) Step(w *model.World, op model.Op) checker.Outcome {
	a := m.m.Do(w, op)
	return checker.Outcome{Code: int16(a.Code), Refused: a.Refused, More: a.Checks}
}

func (m *machine) Drain(w *model.World) (model.Op, bool) { return m.m.Drain(w) }

func answer(out checker.Outcome) model.Answer {
	return model.Answer{Code: errno.Errno(out.Code), Refused: out.Refused, Checks: out.More}
}

func met(g Goal) func(*model.World, model.Op, checker.Outcome, *model.World) bool {
	return func(before *model.World, op model.Op, out checker.Outcome, after *model.World) bool {
		return g.Met(before, op, answer(out), after)
	}
}

// property gives an invariant its configuration.
func property(inv *invariants.Invariant, c *model.Config, probe *invariants.Probe) checker.Property[model.World, model.Op] {
	p := checker.Property[model.World, model.Op]{ID: inv.ID, WhileDraining: inv.WhileDraining}
	if inv.State != nil {
		p.State = func(w *model.World) error { return inv.State(c, w) }
	}
	if inv.Step != nil {
		p.Step = func(before *model.World, op model.Op, out checker.Outcome, after *model.World) error {
			return inv.Step(probe, before, op, answer(out), after)
		}
	}
	if inv.Drained != nil {
		p.Drained = func(w *model.World) error { return inv.Drained(c, w) }
	}
	return p
}

// response gives a promise its configuration.
func response(r *invariants.Response, c *model.Config) checker.Response[model.World, model.Op] {
	bound := func(f func(*model.Config, *model.World) bool) func(*model.World) bool {
		if f == nil {
			return nil
		}
		return func(w *model.World) bool { return f(c, w) }
	}
	p := checker.Response[model.World, model.Op]{
		ID: r.ID, From: bound(r.From), To: bound(r.To), Suspended: bound(r.Suspended),
	}
	for _, f := range r.Fair {
		p.Fair = append(p.Fair, checker.Fairness[model.Op]{ID: f.ID, Of: f.Of})
	}
	return p
}

// ByName finds a scenario.
func ByName(name string) (*Scenario, bool) {
	i := slices.IndexFunc(All, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return &All[i], true
}

// Names lists the scenarios' names.
func Names() []string {
	names := make([]string, len(All))
	for i, s := range All {
		names[i] = s.Name
	}
	return names
}
