package gen

import (
	"hvcheck/model"
	"hvcheck/model/pvmmu"
	"hvcheck/scenarios"
)

// pinFirst is a scenario of the tests' own: the toolstack pins and sets the
// context, in either order, with nothing between a preempted set-context and
// its continuation. With fixup=MM-V0 it violates MM-I10 in two steps, and else
// it does not.
func pinFirst() *scenarios.Scenario {
	cpu := []uint8{pvmmu.Tool(0), pvmmu.Tool(1)}
	return &scenarios.Scenario{
		Name: "test.pin-first", Area: model.PVMMU,
		Config: model.Config{
			Bounds: model.Bounds{Frames: 3, Slots: 2, Guests: 1, Tools: 2, Preempt: 2},
			MMU:    pvmmu.Config{Seq: true},
		},
		Invariants: []string{"MM-I10"},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			frames, preempt := upTo(c.Frames-1), upTo(c.Preempt)
			return []scenarios.Pattern{
				scenarios.Each(model.Pin, cpu, frames, []uint8{1, 2, 3, 4}, preempt),
				scenarios.Each(model.SetContext, cpu, []uint8{0}, frames, []uint8{0, 1}, []uint8{1}, []uint8{0}, preempt),
				scenarios.Each(model.VCPUReset, cpu, []uint8{0}, preempt),
			}
		},
	}
}

// broken is the scenario's configuration with the bug.
func broken(s *scenarios.Scenario) model.Config {
	c := s.Config
	if err := c.Set(model.Choice{Name: "fixup", Value: "MM-V0"}); err != nil {
		panic(err)
	}
	return c
}

// upTo lists 0 to n.
func upTo(n uint8) (list []uint8) {
	for v := range n + 1 {
		list = append(list, v)
	}
	return list
}
