package conform

import (
	"hvcheck/model"
)

// NewModel is the trivial target: the model itself, which does and sees
// everything.
func NewModel() Target { return &modelTarget{} }

type modelTarget struct {
	machine *model.Machine
	world   model.World
	views   []*View
}

func (m *modelTarget) Name() string                                          { return "model" }
func (m *modelTarget) Close() error                                          { return nil }
func (m *modelTarget) Undriven(*model.Config, *model.World, model.Op) string { return "" }

func (m *modelTarget) Refused(s *Scene) string {
	if _, err := s.Effective(); err != nil {
		return err.Error()
	}
	return ""
}

func (m *modelTarget) Begin(s *Scene) (Seen, error) {
	c, err := s.Effective()
	if err != nil {
		return nil, err
	}
	m.machine = model.NewMachine(c)
	if m.views, err = Views(&c); err != nil {
		return nil, err
	}
	_, m.world, err = s.Worlds(&c)
	return m.look(), err
}

func (m *modelTarget) look() Seen { return Look(m.views, &m.machine.Config, &m.world) }

func (m *modelTarget) Do(_ *model.Config, _ *model.World, op model.Op) (*Line, error) {
	a := m.machine.Do(&m.world, op)
	return &Line{Op: op.String(), Result: a.Code.String(), Seen: m.look()}, nil
}
