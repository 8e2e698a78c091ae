package main

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// pinReset is a toolstack that pins a table, sets a strict context, and may
// begin again.
var pinReset = scenarios.Scenario{
	Name:   "own.pin-reset",
	Title:  "a toolstack that pins, sets a context, and begins again",
	Doc:    "One vCPU of the toolstack pins L4s, makes a strict set-context with one of them, and resets the vCPU.",
	Config: mmops.Scope{Frames: 2, Slots: 2, Guests: 1, Tools: 1}.Config(),
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		// Operands that stay the same: vCPU 0, level 4, strict mode, and nothing.
		only, frames := scenarios.Only, scenarios.Below(pool.Conf(c).Frames)
		tool, vcpu, l4, strict, none := only(pvmmu.Tool(0)), only(0), only(4), only(1), only(0)
		return []scenarios.Pattern{
			scenarios.Each(mmops.Pin, tool, frames, l4, scenarios.Preempts(c)),
			scenarios.Each(mmops.SetContext, tool, vcpu, frames, none, strict, only(pvmmu.ModeKernel), scenarios.Preempts(c)),
			scenarios.Each(mmops.VCPUReset, tool, vcpu, scenarios.Preempts(c)),
		}
	},
	Invariants: []string{"MM-I1", "MM-I10"},
	Goals: []scenarios.Goal{
		scenarios.Step("own.pin-reset/again", "a vCPU is reset after a table was pinned",
			func(_ *model.World, op model.Op, a model.Answer, after *model.World) bool {
				return op.Spec() == mmops.VCPUReset && a.Code == errno.OK && mmops.Of(after).NrL4 > 0
			}),
	},
}
