package evtchn

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// Who acts, as operands.
var (
	v0      = only(evtchn.VCPU0)
	v1      = only(evtchn.VCPU1)
	sender  = only(evtchn.Back0)
	senders = only(evtchn.Back0, evtchn.Back1)
	tool    = only(evtchn.Tool)
	never   = only(0) // preemption
)

// budgets is how many operations of each class a scenario has.
type budgets map[evtchn.Budget]uint8

// list makes the bound of it: as many unmasks as masks, upcalls and
// preemptions without one.
func (of budgets) list() (b evops.Budget) {
	b[evtchn.Upcalls], b[evtchn.Preempts] = evtchn.Unlimited, evtchn.Unlimited
	for class, n := range of {
		b[class] = n
	}
	b[evtchn.Unmasks] = max(b[evtchn.Unmasks], b[evtchn.Masks])
	return b
}

// events makes the configuration of a scenario: limits that do not matter, and
// no steps.
func events(vcpus, ports uint8, of budgets) model.Config {
	return evops.Scope{VCPUs: vcpus, Ports: ports, Preempt: 1, Budget: of.list()}.Config(evtchn.Config{
		Limit: evtchn.MaxPorts, Limit2L: evtchn.MaxPorts, Limit2L32: evtchn.MaxPorts, MaxPort: evtchn.MaxPorts - 1, Every: 2,
	})
}

// largest are the bounds of a configuration.
func largest(c model.Config) *model.Config { return &c }

// stepped has the data path go step by step.
func stepped(c model.Config) model.Config {
	evops.Conf(&c).Steps = evtchn.StepRaise | evtchn.StepHandler
	return c
}

// raised has raises and unmasks go step by step, and handlers at once.
func raised(c model.Config) model.Config {
	evops.Conf(&c).Steps = evtchn.StepRaise
	return c
}

// pv makes the guest a PV one.
func pv(c model.Config) model.Config {
	evops.Conf(&c).PV = true
	return c
}

// ports lists the ports from 1 to the bound.
func ports(c *model.Config) []uint8 { return below(evops.Conf(c).Ports + 1)[1:] }

// anyPort lists port 0 too, and one behind the bound.
func anyPort(c *model.Config) []uint8 { return below(evops.Conf(c).Ports + 2) }

// vcpus lists the guest's vCPUs.
func vcpus(c *model.Config) []uint8 { return below(evops.Conf(c).VCPUs) }

// up is a domain whose kernel handles ports 1 to n in an ABI; the backend has
// the other ends.
func up(abi evtchn.ABI, n uint8) []model.Start {
	return []model.Start{evops.Begin("running", evops.Start{Running: abi, Backend: n})}
}

// linked is a domain with an event of port 1 on vCPU 0's queue.
var linked = evops.Begin("port 1 is linked", evops.Start{Running: evtchn.FIFO, Backend: 2},
	evops.Send.Of(evtchn.Back0, 1))

// elsewhere is a domain with an event of port 1 on vCPU 1's queue.
var elsewhere = evops.Begin("port 1 is linked on vcpu 1", evops.Start{Running: evtchn.FIFO, Backend: 1},
	evops.BindVCPU.Of(evtchn.VCPU0, 1, 1), evops.Send.Of(evtchn.Back0, 1))

// sending lists two senders and the handlers, step by step.
func sending(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.Send, senders, ports(c)),
		each(evops.XenStep, senders, never),
		each(evops.GuestUpcall, vcpus(c)),
		each(evops.GuestStep, vcpus(c)),
	}
}

// one leaves the second sender out.
func one(alphabet func(c *model.Config) []scenarios.Pattern) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		list := alphabet(c)
		for i := range list {
			if len(list[i].Args) > 0 && slices.Equal(list[i].Args[0], senders) {
				list[i].Args[0] = sender
			}
		}
		return list
	}
}

// with adds patterns to those of an alphabet.
func with(alphabet func(c *model.Config) []scenarios.Pattern, more func(c *model.Config) []scenarios.Pattern) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern { return append(alphabet(c), more(c)...) }
}

// masks lists what guest code on vCPU 0 does with masks.
func masks(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.GuestMask, v0, ports(c)),
		each(evops.GuestUnmask, v0, ports(c)),
		each(evops.XenStep, v0, never),
	}
}

// moving lists a sender, handlers, and a guest that moves ports 2 and 3.
func moving(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.Send, sender, only(2, 3)),
		each(evops.XenStep, sender, never),
		each(evops.GuestMove, v0, only(2, 3), vcpus(c)),
		each(evops.XenStep, v0, never),
		each(evops.GuestUpcall, vcpus(c)),
		each(evops.GuestStep, vcpus(c)),
	}
}

// The data path: raises and handlers, step by step.
var dataScenarios = []scenarios.Scenario{
	{
		Name:     "evtchn.2l",
		Promises: []string{"EV-L1", "EV-L5"},
		Title:    "2-level events, one word",
		Doc:      "An HVM guest of one vCPU, two ports, two senders, guest code that masks and unmasks; every store is a step.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: 3, evtchn.Masks: 1})),
		Starts:   up(evtchn.TwoLevel, 2),
		Alphabet: with(sending, masks),
		Spec:     17_519, Differs: otherSteps,
	},
	{
		Name:     "evtchn.2l-words",
		Title:    "2-level events, two words, HVM",
		Doc:      "As evtchn.2l, with a third port, which is in another word: the selector matters.",
		Config:   stepped(events(1, 3, budgets{evtchn.Sends: 2, evtchn.Masks: 2})),
		Full:     largest(events(1, 3, budgets{evtchn.Sends: 3, evtchn.Masks: 2})),
		Starts:   up(evtchn.TwoLevel, 3),
		Alphabet: with(sending, masks),
		Spec:     561_375, Differs: otherSteps,
	},
	{
		Name:     "evtchn.2l-words-pv",
		Title:    "2-level events, two words, PV",
		Doc:      "As evtchn.2l-words for a PV guest, which sets selector and flag itself when it unmasks.",
		Config:   pv(stepped(events(1, 3, budgets{evtchn.Sends: 2, evtchn.Masks: 2}))),
		Full:     largest(events(1, 3, budgets{evtchn.Sends: 3, evtchn.Masks: 2})),
		Starts:   up(evtchn.TwoLevel, 3),
		Alphabet: with(sending, masks),
		Spec:     391_174, Differs: otherSteps,
	},
	{
		Name:     "evtchn.2l-vcpus",
		Title:    "2-level events, two vCPUs",
		Doc:      "Two ports of one word, one for each vCPU, and a guest that moves them; every store is a step.",
		Config:   stepped(events(2, 3, budgets{evtchn.Sends: 2, evtchn.Moves: 1})),
		Full:     largest(events(2, 3, budgets{evtchn.Sends: 3, evtchn.Moves: 1})),
		Starts:   []model.Start{evops.Begin("a port for each", evops.Start{Running: evtchn.TwoLevel, Backend: 3}, evops.BindVCPU.Of(evtchn.VCPU0, 3, 1))},
		Alphabet: moving,
	},
	{
		Name:     "evtchn.2l-vcpus-pv",
		Title:    "2-level events, two vCPUs, PV",
		Doc:      "As evtchn.2l-vcpus for a PV guest.",
		Config:   pv(stepped(events(2, 3, budgets{evtchn.Sends: 2, evtchn.Moves: 1}))),
		Starts:   []model.Start{evops.Begin("a port for each", evops.Start{Running: evtchn.TwoLevel, Backend: 3}, evops.BindVCPU.Of(evtchn.VCPU0, 3, 1))},
		Alphabet: moving,
	},
	{
		Name:     "evtchn.fifo",
		Promises: []string{"EV-L1"},
		Title:    "FIFO events, one queue",
		Doc:      "One vCPU, two ports of the default priority, two senders; every store is a step.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: 3})),
		Starts:   up(evtchn.FIFO, 2),
		Alphabet: sending,
		Spec:     19_137, Differs: otherSteps,
	},
	{
		Name:     "evtchn.fifo-ports",
		Title:    "FIFO events, three ports",
		Doc:      "As evtchn.fifo, with a third port: with --full, a queue of three.",
		Config:   stepped(events(1, 3, budgets{evtchn.Sends: 2})),
		Full:     largest(events(1, 3, budgets{evtchn.Sends: 3})),
		Starts:   up(evtchn.FIFO, 3),
		Alphabet: sending,
		Spec:     56_827, Differs: otherSteps,
	},
	{
		Name:   "evtchn.fifo-priorities",
		Title:  "FIFO events, two priorities",
		Doc:    "Three ports, and a set_priority that races with raises: a port moves to another queue.",
		Config: stepped(events(1, 3, budgets{evtchn.Sends: 2, evtchn.Prios: 1})),
		Full:   largest(events(1, 3, budgets{evtchn.Sends: 3, evtchn.Prios: 1})),
		Starts: up(evtchn.FIFO, 3),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{each(evops.SetPriority, v0, ports(c), only(0))}
		}),
		Spec: 506_563, Differs: otherSteps,
	},
	{
		Name:   "evtchn.fifo-give-up",
		Title:  "a port's priority changes again and again",
		Doc:    "One port, and a set_priority between each attempt to lock the queues: Xen gives up, by design.",
		Config: stepped(events(1, 1, budgets{evtchn.Sends: 2, evtchn.Prios: 3})),
		Starts: up(evtchn.FIFO, 1),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{each(evops.SetPriority, v0, ports(c), only(0, 1))}
		}),
	},
	{
		Name:   "evtchn.fifo-vcpus",
		Title:  "FIFO events, two vCPUs",
		Doc:    "Two ports, and a bind_vcpu that races with raises and handlers.",
		Config: stepped(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Moves: 1})),
		Full:   largest(events(2, 2, budgets{evtchn.Sends: 3, evtchn.Moves: 1})),
		Starts: up(evtchn.FIFO, 2),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{each(evops.BindVCPU, v0, ports(c), v1)}
		}),
		Spec: 151_565, Differs: otherSteps,
	},
	{
		Name:     "evtchn.fifo-masks",
		Promises: []string{"EV-L1", "EV-L5"},
		Title:    "FIFO events, masks",
		Doc:      "Two ports, two senders, guest code that masks and unmasks between the steps of LINKTAIL.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: 2, evtchn.Masks: 2})),
		Starts:   up(evtchn.FIFO, 2),
		Alphabet: with(sending, masks),
		Spec:     467_453, Differs: "the guest unmasks as Linux does now (clear_masked_cond()), which leaves a port that is pending to Xen",
	},
	{
		Name:   "evtchn.fifo-masks-vcpus",
		Title:  "FIFO events, two vCPUs mask one port",
		Doc:    "One port whose event is linked, a sender, and code on both vCPUs that masks and unmasks; raises and unmasks go step by step.",
		Config: raised(events(2, 1, budgets{evtchn.Sends: 1, evtchn.Masks: 2, evtchn.Unmasks: 2})),
		Starts: []model.Start{evops.Begin("port 1 is linked", evops.Start{Running: evtchn.FIFO, Backend: 1}, evops.Send.Of(evtchn.Back0, 1))},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			both := only(evtchn.VCPU0, evtchn.VCPU1)
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.GuestMask, both, ports(c)),
				each(evops.GuestUnmask, both, ports(c)),
				each(evops.XenStep, only(evtchn.VCPU0, evtchn.VCPU1, evtchn.Back0), never),
				each(evops.GuestUpcall, vcpus(c)),
			}
		},
	},
	{
		Name:   "evtchn.fifo-heads",
		Title:  "FIFO events, queues of two vCPUs",
		Doc:    "Three ports, one of them on the other vCPU; handlers step by step, raises at once.",
		Config: handled(events(2, 3, budgets{evtchn.Sends: 3})),
		Starts: []model.Start{evops.Begin("one port elsewhere", evops.Start{Running: evtchn.FIFO, Backend: 3}, evops.BindVCPU.Of(evtchn.VCPU0, 3, 1))},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.GuestUpcall, vcpus(c)),
				each(evops.GuestStep, vcpus(c)),
			}
		},
	},
	{
		Name:     "evtchn.linktail",
		Promises: []string{"EV-L4"},
		Title:    "the guest changes the tail's word for ever",
		Doc:      "Two ports and two sends; the guest masks and unmasks the tail's word without end, and takes one upcall at most. It starts with empty queues, or with the first event linked.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: 2, evtchn.Masks: evtchn.Unlimited, evtchn.Upcalls: 1})),
		Starts:   append(up(evtchn.FIFO, 2), linked),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.GuestMask, v0, only(1)),
				each(evops.GuestClearMask, v0, only(1)),
			}
		}),
	},
	{
		Name:     "evtchn.flood-2l",
		Promises: []string{"EV-L1"},
		Title:    "2-level events that never cease",
		Doc:      "Two ports, and two senders that never stop.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: evtchn.Unlimited})),
		Starts:   up(evtchn.TwoLevel, 2),
		Alphabet: sending,
	},
	{
		Name:     "evtchn.flood",
		Promises: []string{"EV-L1"},
		Title:    "FIFO events of one priority that never cease",
		Doc:      "Two ports, and a sender that never stops.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: evtchn.Unlimited})),
		Starts:   up(evtchn.FIFO, 2),
		Alphabet: one(sending),
	},
	{
		Name: "evtchn.starve", Hidden: true,
		Title:    "FIFO events of a high priority that never cease",
		Doc:      "Port 2 has the higher priority, and its sender never stops.",
		Config:   stepped(events(1, 2, budgets{evtchn.Sends: evtchn.Unlimited})),
		Starts:   []model.Start{evops.Begin("port 2 first", evops.Start{Running: evtchn.FIFO, Backend: 2}, evops.SetPriority.Of(evtchn.VCPU0, 2, 0))},
		Alphabet: one(sending),
	},
	{
		Name:   "evtchn.fifo-close",
		Title:  "ports are closed and bound again while events arrive",
		Doc:    "Two ports, two sends, a close, and a port bound anew; a closed port whose word is still linked must not be used.",
		Config: stepped(events(1, 2, budgets{evtchn.Sends: 2, evtchn.Closes: 1, evtchn.Binds: 1, evtchn.Prios: 1})),
		Starts: up(evtchn.FIFO, 2),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.CloseEvent, v0, ports(c)),
				each(evops.BindIPI, v0, only(0)),
				each(evops.SetPriority, v0, only(1), only(0)),
			}
		}),
		Spec: 5_012, Differs: "there is a set_priority too, and the handler has more steps",
	},
	{
		Name:   "evtchn.fifo-offline",
		Title:  "a port is closed while it is linked on a vCPU that is down",
		Doc:    "Two vCPUs; the port's events go to vCPU 1, which goes down before it takes them. It starts with empty queues, or with an event linked there.",
		Config: stepped(events(2, 1, budgets{evtchn.Sends: 2, evtchn.Closes: 1, evtchn.Binds: 1, evtchn.Moves: 1, evtchn.Offlines: 1})),
		Starts: append(up(evtchn.FIFO, 1), elsewhere),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.CloseEvent, v0, ports(c)),
				each(evops.BindVIRQ, v0, only(evtchn.VIRQArgo), only(0)),
				each(evops.RaiseVIRQ, sender, only(evtchn.VIRQArgo), only(0)),
				each(evops.BindVCPU, v0, ports(c), v1),
				each(evops.EventVCPUDown, only(1)),
				each(evops.EventVCPUUp, only(1)),
			}
		}),
		Spec: 2_695, Differs: "there is a second start, a vCPU that comes up again, and the handler has more steps",
	},
}

// otherSteps is why a scenario has another number of states than the prototype
// counted.
const otherSteps = "handlers have a step for each store that Linux makes, and what the ledger notes of the past is part of a state; the prototype had fewer steps and other notes"
