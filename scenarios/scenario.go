// Package scenarios says what is checked where: scenarios (a scope, an
// alphabet, start states, invariants, reach goals), claims (who said what, and
// whether it holds under which design) and the bug catalogue.
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
	Goals  []Goal
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

// InvariantIDs lists what the scenario asks.
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
// do not fit, or that its start states do not fit into.
func (s *Scenario) Check(c *model.Config) error {
	if err := c.Check(); err != nil {
		return err
	}
	for _, st := range s.Starts {
		if n := st.Frames(); n > c.Frames {
			return fmt.Errorf("--frames %d: scenario %s needs at least %d", c.Frames, s.Name, n)
		}
		if n := st.Slots(); n > c.Slots {
			return fmt.Errorf("--slots %d: scenario %s needs at least %d", c.Slots, s.Name, n)
		}
	}
	return nil
}

// System builds the scenario for a configuration that Check accepts. ids are
// the invariants to ask; nil means InvariantIDs.
func (s *Scenario) System(c model.Config, ids []string) checker.System[model.World, model.Op] {
	if ids == nil {
		ids = s.InvariantIDs()
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
