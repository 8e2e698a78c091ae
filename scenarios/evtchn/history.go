package evtchn

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// What faults of the past needed to show, and no other scenario has.
var historyScenarios = []scenarios.Scenario{
	{
		Name:   "evtchn.fifo-old-tail",
		Title:  "an old tail goes on on another queue",
		Doc:    "Two ports and one sender; handlers step by step, raises at once. The event that was a queue's tail is linked on another queue, for its priority has changed, and the next event comes to the queue that it was on.",
		Config: handled(events(1, 2, budgets{evtchn.Sends: 3, evtchn.Prios: 1})),
		Starts: up(evtchn.FIFO, 2),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.SetPriority, v0, only(1), only(0)),
				each(evops.GuestUpcall, vcpus(c)),
				each(evops.GuestStep, vcpus(c)),
			}
		},
	},
	{
		Name:   "evtchn.reset-unmask",
		Title:  "a reset races with an unmask and a physical interrupt",
		Doc:    "Two ports in the FIFO ABI, two vCPUs: one resets, while the other asks Xen to unmask its port or a physical interrupt arrives, step by step.",
		Config: resetSteps(events(2, 2, budgets{evtchn.Sends: 1, evtchn.Unmasks: 1, evtchn.Resets: 1})),
		Starts: []model.Start{evops.Begin("two ports", evops.Start{Running: evtchn.FIFO, Backend: 1}, evops.BindPIRQ.Of(evtchn.VCPU0, 0))},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.ResetEvents, v0, never),
				each(evops.ResetEventsCont, v0, never),
				each(evops.XenStep, v0, below(2)),
				each(evops.Send, sender, only(1)),
				each(evops.RaisePIRQ, sender, only(0)),
				each(evops.XenStep, sender, never),
				each(evops.UnmaskEvent, v1, ports(c)),
				each(evops.XenStep, v1, never),
				each(evops.GuestUpcall, vcpus(c)),
			}
		},
	},
}
