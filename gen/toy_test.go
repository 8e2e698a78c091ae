package gen

import (
	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// pinFirst is a scenario of the tests' own: the toolstack pins and sets the
// context, in either order, with nothing between a preempted set-context and
// its continuation. With fixup=MM-V0 it violates MM-I10 in two steps, and else
// it does not.
func pinFirst() *scenarios.Scenario {
	cpu := []uint8{pvmmu.Tool(0), pvmmu.Tool(1)}
	return &scenarios.Scenario{
		Name:       "test.pin-first",
		Config:     mmops.Scope{Frames: 3, Slots: 2, Guests: 1, Tools: 2, Preempt: 2}.Config(pvmmu.Config{Seq: true}),
		Invariants: []string{"MM-I10"},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			frames, preempt := upTo(pool.Conf(c).Frames-1), upTo(c.Preempt)
			return []scenarios.Pattern{
				scenarios.Each(mmops.Pin, cpu, frames, []uint8{1, 2, 3, 4}, preempt),
				scenarios.Each(mmops.SetContext, cpu, []uint8{0}, frames, []uint8{0, 1}, []uint8{1}, []uint8{0}, preempt),
				scenarios.Each(mmops.VCPUReset, cpu, []uint8{0}, preempt),
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
