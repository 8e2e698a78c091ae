package areas_test

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Two small scenarios of the tests' own, each about one area, and a third one
// that is about both: one domain whose toolstack pins tables and sets the
// context while events come and a reset takes their ports away.

// twoTables is how pages begin: frame 1 has an entry, so that its audit can be
// preempted.
var twoTables = mmops.Start{Ent: map[uint8][]page.Entry{1: {page.To(0, page.RW)}}}

var pages = scenarios.Scenario{
	Name: "test.pages", Title: "pages alone", Doc: "The toolstack pins and sets the context.",
	Config: mmops.Scope{Frames: 2, Slots: 2, Guests: 1, Tools: 1, Preempt: 1}.Config(),
	Starts: []model.Start{{Name: "two tables", Areas: []model.Setup{twoTables}}},
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		cpu, frames := scenarios.Only(pvmmu.Tool(0)), scenarios.Below(pool.Conf(c).Frames)
		return []scenarios.Pattern{
			scenarios.Each(mmops.Pin, cpu, frames, scenarios.Only(3, 4), scenarios.Preempts(c)),
			scenarios.Each(mmops.SetContext, cpu, scenarios.Only(0), frames, scenarios.Only(0), scenarios.Only(1), scenarios.Only(pvmmu.ModeKernel), scenarios.Preempts(c)),
		}
	},
	Goals: []scenarios.Goal{
		scenarios.After("test.pages/strict", "the domain is strict", func(w *model.World) bool { return mmops.Of(w).Strict() }),
	},
}

// twoPorts is how events begin: a kernel that handles two ports in the FIFO ABI.
var twoPorts = evops.Start{Running: evtchn.FIFO, Backend: 2}

var events = scenarios.Scenario{
	Name: "test.events", Title: "events alone", Doc: "Events come, and the guest resets its event channels.",
	Config: evops.Scope{VCPUs: 1, Ports: 2, Preempt: 1, Budget: evops.Budget{
		evtchn.Sends: 1, evtchn.Resets: 1, evtchn.Upcalls: evtchn.Unlimited, evtchn.Preempts: 1,
	}}.Config(evtchn.Config{
		Limit: evtchn.MaxPorts, Limit2L: evtchn.MaxPorts, Limit2L32: evtchn.MaxPorts, MaxPort: evtchn.MaxPorts - 1, Every: 1,
		Steps: evtchn.StepReset,
	}),
	Starts: []model.Start{{Name: "two ports", Areas: []model.Setup{twoPorts}}},
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		v0 := scenarios.Only(evtchn.VCPU0)
		return []scenarios.Pattern{
			scenarios.Each(evops.Send, scenarios.Only(evtchn.Back0), scenarios.Below(evops.Conf(c).Ports + 1)[1:]),
			scenarios.Each(evops.GuestUpcall, scenarios.Only(0)),
			scenarios.Each(evops.ResetEvents, v0, scenarios.Preempts(c)),
			scenarios.Each(evops.ResetEventsCont, v0, scenarios.Preempts(c)),
			scenarios.Each(evops.XenStep, v0, scenarios.Preempts(c)),
		}
	},
	Promises: []string{"EV-L2"},
	Goals: []scenarios.Goal{
		scenarios.Step("test.events/preempted", "a reset is preempted", func(_ *model.World, op model.Op, a model.Answer, _ *model.World) bool {
			return op.Spec().Area() == evops.Area && a.Code == errno.ERESTART
		}),
		scenarios.After("test.events/reset", "the domain is back in the 2-level ABI", func(w *model.World) bool { return evops.Of(w).Ops == evtchn.TwoLevel }),
	},
}

var both = scenarios.Scenario{
	Name: "test.both", Title: "pages and events", Doc: "What test.pages and test.events do, in any order.",
	Config: pages.Config.And(events.Config),
	Starts: []model.Start{{Name: "two tables, two ports", Areas: []model.Setup{twoTables, twoPorts}}},
	Alphabet: func(c *model.Config) []scenarios.Pattern {
		return slices.Concat(pages.Alphabet(c), events.Alphabet(c))
	},
	Promises: events.Promises,
	Goals:    slices.Concat(pages.Goals, events.Goals),
}

// Stories find their scenario by its name.
func init() { scenarios.All = append(scenarios.All, pages, events, both) }
