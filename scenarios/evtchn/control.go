package evtchn

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// empty is a domain whose kernel uses the 2-level ABI and has no port; the
// backend has ports that wait for it.
var empty = []model.Start{evops.Begin("no ports", evops.Start{Running: evtchn.TwoLevel})}

// waiting is empty, with a port of the backend's that waits for the guest.
var waiting = []model.Start{evops.Begin("a port waits", evops.Start{Running: evtchn.TwoLevel}, evops.AllocUnbound.Of(evtchn.Back0, evtchn.Backend, evtchn.Guest))}

// limited has small limits, so that they are reached: 4 ports in the FIFO ABI,
// 3 in the 2-level one, 2 in that of a 32-bit guest.
func limited(c model.Config) model.Config {
	evops.Conf(&c).Limit, evops.Conf(&c).Limit2L, evops.Conf(&c).Limit2L32 = 4, 3, 2
	return c
}

// full has one port in the 2-level ABI.
func full(c model.Config) model.Config {
	evops.Conf(&c).Limit2L = 2
	return c
}

// resetSteps has resets go port by port and raises step by step, and look for
// preemption at every port.
func resetSteps(c model.Config) model.Config {
	evops.Conf(&c).Steps = evtchn.StepReset | evtchn.StepRaise
	evops.Conf(&c).Every = 1
	return c
}

// portOps lists what makes, raises and ends ports, and the upcalls.
func portOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.BindVIRQ, v0, only(evtchn.VIRQArgo), only(0)),
		each(evops.RaiseVIRQ, sender, only(evtchn.VIRQArgo), only(0)),
		each(evops.BindIPI, v0, vcpus(c)),
		each(evops.Send, v0, ports(c)),
		each(evops.CloseEvent, v0, ports(c)),
		each(evops.GuestUpcall, vcpus(c)),
		each(evops.GuestUnmask, v0, ports(c)),
	}
}

// controlOps lists what changes the ABI.
func controlOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.InitControl, v0, vcpus(c), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
		each(evops.ExpandArray, v0, only(evtchn.PageOwn)),
		each(evops.ResetEvents, v0, upTo(c, 1)),
		each(evops.ResetEventsCont, v0, upTo(c, 1)),
	}
}

// Ports, pages and the ABI: whole operations and their order.
var controlScenarios = []scenarios.Scenario{
	{
		Name:     "evtchn.ports",
		Title:    "ports come and go while the ABI changes",
		Doc:      "Two vCPUs; ports are bound, raised, closed and bound again before and after init_control, expand_array and reset. Every operation is one step.",
		Config:   events(2, 2, budgets{evtchn.Sends: 2, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 2, evtchn.Expands: 1, evtchn.Resets: 1, evtchn.Unmasks: 1}),
		Full:     largest(events(2, 2, budgets{evtchn.Sends: 3, evtchn.Binds: 3, evtchn.Closes: 1, evtchn.Inits: 2, evtchn.Expands: 2, evtchn.Resets: 1, evtchn.Unmasks: 1})),
		Starts:   empty,
		Alphabet: with(portOps, controlOps),
		Spec:     310_815, Differs: "1,526,251 for the prototype's bounds (--full), whose operations are not recorded; here there are closes, unmasks and a reset too",
	},
	{
		Name:     "evtchn.reset-races",
		Title:    "a reset races with everything else",
		Doc:      "Four ports in the FIFO ABI, two vCPUs: one resets, port by port and preemptible at each, while another binds and expands and events arrive.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Sends: 1, evtchn.Binds: 1, evtchn.Expands: 1, evtchn.Resets: 1})),
		Starts:   resetStart,
		Alphabet: resetOps(false),
		Spec:     4_333, Differs: resetAlphabet,
	},
	{
		Name:     "evtchn.reset-two",
		Title:    "two resets at a time",
		Doc:      "As evtchn.reset-races, with both vCPUs resetting.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Sends: 1, evtchn.Binds: 1, evtchn.Expands: 1, evtchn.Resets: 2})),
		Starts:   resetStart,
		Alphabet: resetOps(true),
		Spec:     53_474, Differs: resetAlphabet,
	},
	{
		Name:     "evtchn.reset-ends",
		Promises: []string{"EV-L2"},
		Title:    "resets come to an end",
		Doc:      "As evtchn.reset-two, with two preemptions at most, and binds that go on without end.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Binds: evtchn.Unlimited, evtchn.Resets: 2, evtchn.Preempts: 2})),
		Starts:   resetStart,
		Alphabet: resetOps(true),
	},
	{
		Name:   "evtchn.limits",
		Title:  "ports up to the limits, which change",
		Doc:    "4 ports in the FIFO ABI, 3 in the 2-level one, 2 for a 32-bit guest; the toolstack allows more. Ports whose events Xen receives survive resets.",
		Config: limited(events(1, 3, budgets{evtchn.Binds: 4, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Resets: 1})),
		Starts: []model.Start{{Name: "no ports, no kernel yet"}},
		Alphabet: with(controlOps, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Become32),
				each(evops.KernelStart, v0),
				each(evops.BindIPI, v0, only(0)),
				each(evops.AllocConsumer, tool, only(0)),
				each(evops.BindInterdomain, sender, only(evtchn.Guest), ports(c)),
				each(evops.CloseEvent, sender, ports(c)),
				each(evops.FreeConsumer, tool, ports(c)),
			}
		}),
	},
	{
		Name:   "evtchn.full",
		Title:  "no port is left",
		Doc:    "The 2-level ABI has room for port 1 alone, and the toolstack allows more.",
		Config: full(events(1, 1, budgets{evtchn.Binds: 3, evtchn.Closes: 1})),
		Starts: empty,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.AllocUnbound, only(evtchn.VCPU0, evtchn.Tool), only(evtchn.Guest), only(evtchn.Backend)),
				each(evops.BindVIRQ, v0, only(evtchn.VIRQTimer), only(0)),
				each(evops.BindIPI, v0, only(0)),
				each(evops.BindPIRQ, v0, only(0)),
				each(evops.KernelUse, v0, only(evtchn.Timer)),
				each(evops.CloseEvent, v0, ports(c)),
			}
		},
	},
	{
		Name:   "evtchn.control",
		Title:  "a control block is published while events arrive",
		Doc:    "The second vCPU gets its control block, store by store, while an event is raised for it.",
		Config: published(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Inits: 2, evtchn.Expands: 1, evtchn.Unmasks: 1})),
		Starts: []model.Start{evops.Begin("two ports, 2-level", evops.Start{Running: evtchn.TwoLevel, Backend: 2}, evops.BindVCPU.Of(evtchn.VCPU0, 1, 1))},
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.InitControl, v0, vcpus(c), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
				each(evops.ExpandArray, v1, only(evtchn.PageOwn)),
				each(evops.XenStep, v0, never),
				each(evops.UnmaskEvent, v1, ports(c)),
				each(evops.XenStep, v1, never),
			}
		}),
	},
	{
		Name:   "evtchn.overtaken",
		Title:  "a 2-level raise is under way while the ABI changes and the port moves",
		Doc:    "One port, raised step by step; init_control and bind_vcpu are one step each. They wait for a raise that has chosen its path and its vCPU.",
		Config: raised(events(2, 1, budgets{evtchn.Sends: 1, evtchn.Inits: 1, evtchn.Expands: 1, evtchn.Moves: 1, evtchn.Masks: 1})),
		Starts: up(evtchn.TwoLevel, 1),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.XenStep, only(evtchn.VCPU0, evtchn.VCPU1, evtchn.Back0), never),
				each(evops.GuestMask, v0, ports(c)),
				each(evops.GuestUnmask, v0, ports(c)),
				each(evops.BindVCPU, v0, ports(c), only(1, 2)),
				each(evops.InitControl, v1, only(0), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
				each(evops.ExpandArray, v1, only(evtchn.PageOwn)),
				each(evops.GuestUpcall, vcpus(c)),
			}
		},
	},
	{
		Name:     "evtchn.poll",
		Promises: []string{"EV-L6"},
		Title:    "a vCPU sleeps until a port is pending",
		Doc:      "One vCPU polls a port that two senders raise, step by step; also a port that was never allocated.",
		Config:   stepped(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Polls: 2, evtchn.Moves: 1, evtchn.Masks: 1})),
		Starts:   up(evtchn.FIFO, 1),
		Alphabet: with(sending, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Poll, v1, only(1, 5)),
				each(evops.BindVCPU, v0, only(1), v1),
				each(evops.GuestMask, v0, only(1)),
			}
		}),
	},
	{
		Name:     "evtchn.vector",
		Promises: []string{"EV-L1"},
		Title:    "a vCPU gets a vcpu_info and a vector of its own",
		Doc:      "An HVM guest that has set no callback, or one that reaches vCPU 0 only: events of vCPU 1 wait until it has a vector of its own, which is an edge.",
		Config:   events(2, 2, budgets{evtchn.Sends: 2, evtchn.Infos: 4, evtchn.Offlines: 1}),
		Starts:   []model.Start{called("no callback", evtchn.NoCallback), called("an interrupt line", evtchn.GSICallback)},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.RegisterInfo, v0, vcpus(c), below(4)),
				each(evops.SetVector, v0, below(3)),
				each(evops.GuestUpcall, vcpus(c)),
				each(evops.EventVCPUDown, only(1)),
				each(evops.EventVCPUUp, only(1)),
			}
		},
	},
	{
		Name:   "evtchn.pv",
		Title:  "a PV guest turns events off and on",
		Doc:    "evtchn_upcall_mask of a PV vCPU: events are recorded and wait.",
		Config: pv(events(1, 1, budgets{evtchn.Sends: 2, evtchn.Offlines: 2, evtchn.Masks: 1, evtchn.Infos: 1})),
		Starts: up(evtchn.TwoLevel, 1),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.GuestEvents, only(0), below(2)),
				each(evops.GuestMask, v0, ports(c)),
				each(evops.GuestUnmask, v0, ports(c)),
				each(evops.SetVector, v0, only(0)),
				each(evops.GuestUpcall, only(0)),
			}
		},
	},
	{
		Name:   "evtchn.peers",
		Title:  "both ends of ports, interrupts, and the end of the domain",
		Doc:    "The guest and the backend connect and close ports; global and physical interrupts; the domain is destroyed port by port.",
		Config: events(2, 3, budgets{evtchn.Sends: 1, evtchn.Binds: 4, evtchn.Closes: 2, evtchn.Moves: 1}),
		Starts: waiting,
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.BindInterdomain, v0, only(evtchn.Backend), only(1)),
				each(evops.BindInterdomain, sender, only(evtchn.Guest), only(1)),
				each(evops.AllocUnbound, only(evtchn.VCPU0, evtchn.Tool), only(evtchn.Guest), only(evtchn.Backend)),
				each(evops.AllocConsumer, tool, only(0)),
				each(evops.BindVIRQ, v0, only(evtchn.VIRQGlobal, evtchn.VIRQArgo), only(0)),
				each(evops.RaiseVIRQ, sender, only(evtchn.VIRQGlobal, evtchn.VIRQArgo), only(0)),
				each(evops.SetVIRQHandler, below(2)),
				each(evops.BindPIRQ, v0, below(2)),
				each(evops.RaisePIRQ, sender, only(0)),
				each(evops.BindVCPU, v0, ports(c), v1),
				each(evops.CloseEvent, only(evtchn.VCPU0, evtchn.Back0), ports(c)),
				each(evops.GuestUpcall, vcpus(c)),
				each(evops.DestroyEvents, upTo(c, 1)),
			}
		},
	},
	{
		Name:   "evtchn.moved",
		Title:  "an event moves to another vCPU while it is handled",
		Doc:    "One port of either ABI, two vCPUs, a bind_vcpu; handlers step by step, raises at once.",
		Config: handled(events(2, 1, budgets{evtchn.Sends: 3, evtchn.Moves: 2})),
		Starts: append(up(evtchn.FIFO, 1), evops.Begin("running, 2-level", evops.Start{Running: evtchn.TwoLevel, Backend: 1})),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.Send, sender, ports(c)),
				each(evops.BindVCPU, v0, ports(c), vcpus(c)),
				each(evops.BindVCPU, v1, ports(c), v1),
				each(evops.GuestUpcall, vcpus(c)),
				each(evops.GuestStep, vcpus(c)),
			}
		},
	},
	{
		Name:     "evtchn.again",
		Title:    "the same kernel resets and binds again",
		Doc:      "A kernel takes the FIFO ABI, resets, goes on with the 2-level one and binds its ports again.",
		Config:   events(1, 1, budgets{evtchn.Sends: 3, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Expands: 1, evtchn.Resets: 1, evtchn.Unmasks: 1}),
		Starts:   empty,
		Alphabet: with(portOps, controlOps),
	},
	{
		Name:   "evtchn.errors",
		Title:  "calls that are refused",
		Doc:    "Every operation with operands that are wrong in every way, in both ABIs; the toolstack allows one port.",
		Except: map[string]string{"EV-I1": "the toolstack resets a domain whose kernel knows nothing of it"},
		Config: onePort(limited(events(1, 3, budgets{evtchn.Sends: 1, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Expands: 3, evtchn.Resets: 1, evtchn.Prios: 1, evtchn.Offlines: 1, evtchn.Moves: 1, evtchn.Unmasks: 1}))),
		Starts: append(slices.Clone(waiting), oldHost(waiting)...),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(evops.AllocUnbound, only(evtchn.VCPU0, evtchn.Back0), below(3), only(evtchn.Backend)),
				each(evops.BindInterdomain, v0, only(evtchn.Guest, evtchn.Backend, evtchn.NoDomain), only(1, 2, 5)),
				each(evops.BindVIRQ, v0, below(4), below(2)),
				each(evops.BindIPI, v0, below(2)),
				each(evops.BindPIRQ, v0, below(2)),
				each(evops.CloseEvent, v0, anyPort(c)),
				each(evops.Send, v0, anyPort(c)),
				each(evops.EventStatus, v0, below(3), anyPort(c)),
				each(evops.BindVCPU, v0, anyPort(c), below(2)),
				each(evops.UnmaskEvent, v0, anyPort(c)),
				each(evops.SetPriority, v0, anyPort(c), only(0, 2)),
				each(evops.AllocConsumer, tool, only(0)),
				each(evops.FreeConsumer, tool, ports(c)),
				each(evops.InitControl, v0, below(2), below(3), below(3)),
				each(evops.ExpandArray, v0, below(3)),
				each(evops.ResetEvents, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), never),
				each(evops.ResetEventsCont, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), never),
				each(evops.PauseDomain, below(2)),
			}
		},
	},
}

// onePort is a toolstack that allows port 1.
func onePort(c model.Config) model.Config {
	evops.Conf(&c).MaxPort = 1
	return c
}

// called is a domain with a port for each vCPU, and a kind of callback.
func called(name string, by evtchn.Callback) model.Start {
	return evops.Begin(name, evops.Start{Running: evtchn.TwoLevel, Backend: 2, Callback: by},
		evops.BindVCPU.Of(evtchn.VCPU0, 2, 1))
}

// published has init_control and raises go step by step.
func published(c model.Config) model.Config {
	evops.Conf(&c).Steps = evtchn.StepControl | evtchn.StepRaise
	return c
}

// handled has the guest's handlers go step by step.
func handled(c model.Config) model.Config {
	evops.Conf(&c).Steps = evtchn.StepHandler
	return c
}

// resetAlphabet is why the scenarios of resets visit other numbers of states.
const resetAlphabet = "the prototype's operations are not recorded; here a VIRQ is raised, an IPI bound, and the guest takes upcalls"

// resetStart has a VIRQ and two IPIs beside a port of the backend's.
var resetStart = []model.Start{evops.Begin("four ports", evops.Start{Running: evtchn.FIFO, Backend: 1}, evops.BindVIRQ.Of(evtchn.VCPU0, evtchn.VIRQTimer, 0),
	evops.BindIPI.Of(evtchn.VCPU0, 0),
	evops.BindIPI.Of(evtchn.VCPU0, 1))}

// resetOps lists resets by one vCPU or by both, and what races with them.
func resetOps(two bool) func(*model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		by := v0
		if two {
			by = only(evtchn.VCPU0, evtchn.VCPU1)
		}
		return []scenarios.Pattern{
			each(evops.ResetEvents, by, never),
			each(evops.ResetEventsCont, by, never),
			each(evops.XenStep, by, below(2)),
			each(evops.BindIPI, v1, only(0)),
			each(evops.ExpandArray, v1, only(evtchn.PageOwn)),
			each(evops.RaiseVIRQ, sender, only(evtchn.VIRQTimer), only(0)),
			each(evops.XenStep, sender, never),
			each(evops.GuestUpcall, only(0)),
		}
	}
}
