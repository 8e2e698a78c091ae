package scenarios

import (
	"fmt"

	"hvcheck/checker"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// System builds the scenario for a configuration that Check accepts. ids are
// the invariants and promises to ask; nil means Asked. It panics if one is not
// known.
func (s *Scenario) System(c model.Config, ids []string) checker.System[model.World, model.Op] {
	if ids == nil {
		ids = s.Asked()
	}
	m := s.machine(c)
	sys := checker.System[model.World, model.Op]{Model: m}
	probe := invariants.NewProbe(c)
	m.probe = probe
	for _, id := range ids {
		inv, isInvariant := invariants.ByID(id)
		r, isPromise := invariants.PromiseByID(id)
		switch {
		case isInvariant:
			sys.Properties = append(sys.Properties, property(inv, &m.m.Config, probe))
		case isPromise:
			sys.Responses = append(sys.Responses, response(r, &m.m.Config))
		default:
			panic(fmt.Sprintf("%s: there is no invariant or promise %q", s.Name, id))
		}
	}
	sys.Properties = s.always(&m.m.Config, sys.Properties, drains(ids))
	for _, g := range s.Goals {
		sys.Goals = append(sys.Goals, checker.Goal[model.World, model.Op]{ID: g.ID, Met: met(g)})
	}
	return sys
}

// machine is the scenario's model for a configuration.
func (s *Scenario) machine(c model.Config) *machine {
	m := &machine{m: model.NewMachine(c), ops: s.Ops(&c)}
	for _, st := range s.starts() {
		m.init = append(m.init, st.World(&c))
	}
	return m
}

// machine makes a model.Machine a checker.Model and a checker.Drainer.
type machine struct {
	m     *model.Machine
	init  []model.World
	ops   [][]model.Op
	probe *invariants.Probe // of the invariants that are asked
}

func (m *machine) Init() []model.World          { return m.init }
func (m *machine) Ops() [][]model.Op            { return m.ops }
func (m *machine) Kind(op model.Op) uint8       { return uint8(op.Kind) }
func (m *machine) RulesAsked() map[string]bool  { return m.m.RulesAsked() }
func (m *machine) Short() map[*model.Bound]bool { return m.m.Short() }

// Met tells which results of an operation came under their conditions, a bit
// each.
func (m *machine) Met(k model.Kind) uint32 { return m.probe.Met(k) }

// Spans are what the scenario's areas use of a World.
func (m *machine) Spans() (spans []checker.Span) {
	for _, b := range m.m.Config.Spans() {
		spans = append(spans, checker.Span{From: b.From, To: b.To})
	}
	return spans
}

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
