package scenarios

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// empty is a domain whose kernel uses the 2-level ABI and has no port; the
// backend has ports that wait for it.
var empty = []model.Start{{Name: "no ports", Events: evtchn.Start{Running: evtchn.TwoLevel}}}

// waiting is empty, with a port of the backend's that waits for the guest.
var waiting = []model.Start{{
	Name: "a port waits", Events: evtchn.Start{Running: evtchn.TwoLevel},
	Do: []model.Op{model.AllocUnbound.Of(evtchn.Back0, evtchn.Backend, evtchn.Guest)},
}}

// limited has small limits, so that they are reached: 4 ports in the FIFO ABI,
// 3 in the 2-level one, 2 in that of a 32-bit guest.
func limited(c model.Config) model.Config {
	c.Ev.Limit, c.Ev.Limit2L, c.Ev.Limit2L32 = 4, 3, 2
	return c
}

// full has one port in the 2-level ABI.
func full(c model.Config) model.Config {
	c.Ev.Limit2L = 2
	return c
}

// resetSteps has resets go port by port and raises step by step, and look for
// preemption at every port.
func resetSteps(c model.Config) model.Config {
	c.Ev.Steps = evtchn.StepReset | evtchn.StepRaise
	c.Ev.Every = 1
	return c
}

// portOps lists what makes, raises and ends ports, and the upcalls.
func portOps(c *model.Config) []Pattern {
	return []Pattern{
		Each(model.BindVIRQ, v0, only(evtchn.VIRQArgo), only(0)),
		Each(model.RaiseVIRQ, sender, only(evtchn.VIRQArgo), only(0)),
		Each(model.BindIPI, v0, vcpus(c)),
		Each(model.Send, v0, ports(c)),
		Each(model.CloseEvent, v0, ports(c)),
		Each(model.GuestUpcall, vcpus(c)),
		Each(model.GuestUnmask, v0, ports(c)),
	}
}

// controlOps lists what changes the ABI.
func controlOps(c *model.Config) []Pattern {
	return []Pattern{
		Each(model.InitControl, v0, vcpus(c), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
		Each(model.ExpandArray, v0, only(evtchn.PageOwn)),
		Each(model.ResetEvents, v0, upTo(c, 1)),
		Each(model.ResetEventsCont, v0, upTo(c, 1)),
	}
}

// Ports, pages and the ABI: whole operations and their order.
var controlScenarios = []Scenario{
	{
		Name: "evtchn.ports", Area: model.EVTCHN,
		Title:    "ports come and go while the ABI changes",
		Doc:      "Two vCPUs; ports are bound, raised, closed and bound again before and after init_control, expand_array and reset. Every operation is one step.",
		Config:   events(2, 2, budgets{evtchn.Sends: 2, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 2, evtchn.Expands: 1, evtchn.Resets: 1, evtchn.Unmasks: 1}),
		Full:     largest(events(2, 2, budgets{evtchn.Sends: 3, evtchn.Binds: 3, evtchn.Closes: 1, evtchn.Inits: 2, evtchn.Expands: 2, evtchn.Resets: 1, evtchn.Unmasks: 1})),
		Starts:   empty,
		Alphabet: with(portOps, controlOps),
		Spec:     310_815, Differs: "1,526,251 for the specification's bounds, whose operations it does not list; here there are closes, unmasks and a reset too",
	},
	{
		Name: "evtchn.reset-races", Area: model.EVTCHN,
		Title:    "a reset races with everything else",
		Doc:      "Four ports in the FIFO ABI, two vCPUs: one resets, port by port and preemptible at each, while another binds and expands and events arrive.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Sends: 1, evtchn.Binds: 1, evtchn.Expands: 1, evtchn.Resets: 1})),
		Starts:   resetStart,
		Alphabet: resetOps(false),
		Spec:     4_333, Differs: resetAlphabet,
	},
	{
		Name: "evtchn.reset-two", Area: model.EVTCHN,
		Title:    "two resets at a time",
		Doc:      "As evtchn.reset-races, with both vCPUs resetting.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Sends: 1, evtchn.Binds: 1, evtchn.Expands: 1, evtchn.Resets: 2})),
		Starts:   resetStart,
		Alphabet: resetOps(true),
		Spec:     53_474, Differs: resetAlphabet,
	},
	{
		Name: "evtchn.reset-ends", Area: model.EVTCHN,
		Promises: []string{"EV-L2"},
		Title:    "resets come to an end",
		Doc:      "As evtchn.reset-two, with two preemptions at most, and binds that go on without end.",
		Config:   resetSteps(events(2, 4, budgets{evtchn.Binds: evtchn.Unlimited, evtchn.Resets: 2, evtchn.Preempts: 2})),
		Starts:   resetStart,
		Alphabet: resetOps(true),
	},
	{
		Name: "evtchn.limits", Area: model.EVTCHN,
		Title:  "ports up to the limits, which change",
		Doc:    "4 ports in the FIFO ABI, 3 in the 2-level one, 2 for a 32-bit guest; the toolstack allows more. Ports whose events Xen receives survive resets.",
		Config: limited(events(1, 3, budgets{evtchn.Binds: 4, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Resets: 1})),
		Starts: []model.Start{{Name: "no ports, no kernel yet"}},
		Alphabet: with(controlOps, func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Become32),
				Each(model.KernelStart, v0),
				Each(model.BindIPI, v0, only(0)),
				Each(model.AllocConsumer, tool, only(0)),
				Each(model.BindInterdomain, sender, only(evtchn.Guest), ports(c)),
				Each(model.CloseEvent, sender, ports(c)),
				Each(model.FreeConsumer, tool, ports(c)),
			}
		}),
	},
	{
		Name: "evtchn.full", Area: model.EVTCHN,
		Title:  "no port is left",
		Doc:    "The 2-level ABI has room for port 1 alone, and the toolstack allows more.",
		Config: full(events(1, 1, budgets{evtchn.Binds: 3, evtchn.Closes: 1})),
		Starts: empty,
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.AllocUnbound, only(evtchn.VCPU0, evtchn.Tool), only(evtchn.Guest), only(evtchn.Backend)),
				Each(model.BindVIRQ, v0, only(evtchn.VIRQTimer), only(0)),
				Each(model.BindIPI, v0, only(0)),
				Each(model.BindPIRQ, v0, only(0)),
				Each(model.CloseEvent, v0, ports(c)),
			}
		},
	},
	{
		Name: "evtchn.control", Area: model.EVTCHN,
		Title:  "a control block is published while events arrive",
		Doc:    "The second vCPU gets its control block, store by store, while an event is raised for it.",
		Config: published(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Inits: 2, evtchn.Expands: 1, evtchn.Unmasks: 1})),
		Starts: []model.Start{{Name: "two ports, 2-level", Events: evtchn.Start{Running: evtchn.TwoLevel, Backend: 2}, Do: []model.Op{
			model.BindVCPU.Of(evtchn.VCPU0, 1, 1),
		}}},
		Alphabet: with(sending, func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.InitControl, v0, vcpus(c), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
				Each(model.ExpandArray, v1, only(evtchn.PageOwn)),
				Each(model.XenStep, v0, never),
				Each(model.UnmaskEvent, v1, ports(c)),
				Each(model.XenStep, v1, never),
			}
		}),
	},
	{
		Name: "evtchn.poll", Area: model.EVTCHN,
		Promises: []string{"EV-L6"},
		Title:    "a vCPU sleeps until a port is pending",
		Doc:      "One vCPU polls a port that two senders raise, step by step; also a port that was never allocated.",
		Config:   stepped(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Polls: 2, evtchn.Moves: 1, evtchn.Masks: 1})),
		Starts:   up(evtchn.FIFO, 1),
		Alphabet: with(sending, func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Poll, v1, only(1, 5)),
				Each(model.BindVCPU, v0, only(1), v1),
				Each(model.GuestMask, v0, only(1)),
			}
		}),
	},
	{
		Name: "evtchn.vector", Area: model.EVTCHN,
		Promises: []string{"EV-L1"},
		Title:    "a vCPU gets a vcpu_info and a vector of its own",
		Doc:      "An HVM guest that has set no callback, or one that reaches vCPU 0 only: events of vCPU 1 wait until it has a vector of its own, which is an edge.",
		Config:   events(2, 2, budgets{evtchn.Sends: 2, evtchn.Infos: 4, evtchn.Offlines: 1}),
		Starts:   []model.Start{called("no callback", evtchn.NoCallback), called("an interrupt line", evtchn.GSICallback)},
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Send, sender, ports(c)),
				Each(model.RegisterInfo, v0, vcpus(c), below(4)),
				Each(model.SetVector, v0, below(3)),
				Each(model.GuestUpcall, vcpus(c)),
				Each(model.EventVCPUDown, only(1)),
				Each(model.EventVCPUUp, only(1)),
			}
		},
	},
	{
		Name: "evtchn.pv", Area: model.EVTCHN,
		Title:  "a PV guest turns events off and on",
		Doc:    "evtchn_upcall_mask of a PV vCPU: events are recorded and wait.",
		Config: pv(events(1, 1, budgets{evtchn.Sends: 2, evtchn.Offlines: 2, evtchn.Masks: 1, evtchn.Infos: 1})),
		Starts: up(evtchn.TwoLevel, 1),
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Send, sender, ports(c)),
				Each(model.GuestEvents, only(0), below(2)),
				Each(model.GuestMask, v0, ports(c)),
				Each(model.GuestUnmask, v0, ports(c)),
				Each(model.SetVector, v0, only(0)),
				Each(model.GuestUpcall, only(0)),
			}
		},
	},
	{
		Name: "evtchn.peers", Area: model.EVTCHN,
		Title:  "both ends of ports, interrupts, and the end of the domain",
		Doc:    "The guest and the backend connect and close ports; global and physical interrupts; the domain is destroyed port by port.",
		Config: events(2, 3, budgets{evtchn.Sends: 1, evtchn.Binds: 4, evtchn.Closes: 2, evtchn.Moves: 1}),
		Starts: waiting,
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.BindInterdomain, v0, only(evtchn.Backend), only(1)),
				Each(model.BindInterdomain, sender, only(evtchn.Guest), only(1)),
				Each(model.AllocUnbound, only(evtchn.VCPU0, evtchn.Tool), only(evtchn.Guest), only(evtchn.Backend)),
				Each(model.AllocConsumer, tool, only(0)),
				Each(model.BindVIRQ, v0, only(evtchn.VIRQGlobal), only(0)),
				Each(model.RaiseVIRQ, sender, only(evtchn.VIRQGlobal), only(0)),
				Each(model.SetVIRQHandler, below(2)),
				Each(model.BindPIRQ, v0, below(2)),
				Each(model.RaisePIRQ, sender, only(0)),
				Each(model.BindVCPU, v0, ports(c), v1),
				Each(model.CloseEvent, only(evtchn.VCPU0, evtchn.Back0), ports(c)),
				Each(model.GuestUpcall, vcpus(c)),
				Each(model.DestroyEvents, upTo(c, 1)),
			}
		},
	},
	{
		Name: "evtchn.moved", Area: model.EVTCHN,
		Title:  "an event moves to another vCPU while it is handled",
		Doc:    "One port of the FIFO ABI, two vCPUs, a bind_vcpu; handlers step by step, raises at once.",
		Config: handled(events(2, 1, budgets{evtchn.Sends: 2, evtchn.Moves: 1})),
		Starts: up(evtchn.FIFO, 1),
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.Send, sender, ports(c)),
				Each(model.BindVCPU, v0, ports(c), v1),
				Each(model.BindVCPU, v1, ports(c), v1),
				Each(model.GuestUpcall, vcpus(c)),
				Each(model.GuestStep, vcpus(c)),
			}
		},
	},
	{
		Name: "evtchn.again", Area: model.EVTCHN,
		Title:    "the same kernel resets and binds again",
		Doc:      "A kernel takes the FIFO ABI, resets, goes on with the 2-level one and binds its ports again.",
		Config:   events(1, 1, budgets{evtchn.Sends: 3, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Expands: 1, evtchn.Resets: 1, evtchn.Unmasks: 1}),
		Starts:   empty,
		Alphabet: with(portOps, controlOps),
	},
	{
		Name: "evtchn.errors", Area: model.EVTCHN,
		Title:  "calls that are refused",
		Doc:    "Every operation with operands that are wrong in every way, in both ABIs; the toolstack allows one port.",
		Except: map[string]string{"EV-I1": "the toolstack resets a domain whose kernel knows nothing of it"},
		Config: onePort(limited(events(1, 3, budgets{evtchn.Sends: 1, evtchn.Binds: 2, evtchn.Closes: 1, evtchn.Inits: 1, evtchn.Expands: 3, evtchn.Resets: 1, evtchn.Prios: 1, evtchn.Offlines: 1, evtchn.Moves: 1, evtchn.Unmasks: 1}))),
		Starts: append(slices.Clone(waiting), oldHost(waiting)...),
		Alphabet: func(c *model.Config) []Pattern {
			return []Pattern{
				Each(model.AllocUnbound, only(evtchn.VCPU0, evtchn.Back0), below(3), only(evtchn.Backend)),
				Each(model.BindInterdomain, v0, only(evtchn.Backend, evtchn.NoDomain), only(1, 2, 5)),
				Each(model.BindVIRQ, v0, below(4), below(2)),
				Each(model.BindIPI, v0, below(2)),
				Each(model.BindPIRQ, v0, below(2)),
				Each(model.CloseEvent, v0, anyPort(c)),
				Each(model.Send, v0, anyPort(c)),
				Each(model.EventStatus, v0, below(3), anyPort(c)),
				Each(model.BindVCPU, v0, anyPort(c), below(2)),
				Each(model.UnmaskEvent, v0, anyPort(c)),
				Each(model.SetPriority, v0, anyPort(c), only(0, 2)),
				Each(model.AllocConsumer, tool, only(0)),
				Each(model.FreeConsumer, tool, ports(c)),
				Each(model.InitControl, v0, below(2), below(3), below(3)),
				Each(model.ExpandArray, v0, below(3)),
				Each(model.ResetEvents, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), never),
				Each(model.ResetEventsCont, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), never),
				Each(model.PauseDomain, below(2)),
			}
		},
	},
}

// onePort is a toolstack that allows port 1.
func onePort(c model.Config) model.Config {
	c.Ev.MaxPort = 1
	return c
}

// called is a domain with a port for each vCPU, and a kind of callback.
func called(name string, by evtchn.Callback) model.Start {
	return model.Start{
		Name: name, Events: evtchn.Start{Running: evtchn.TwoLevel, Backend: 2, Callback: by},
		Do: []model.Op{model.BindVCPU.Of(evtchn.VCPU0, 2, 1)},
	}
}

// published has init_control and raises go step by step.
func published(c model.Config) model.Config {
	c.Ev.Steps = evtchn.StepControl | evtchn.StepRaise
	return c
}

// handled has the guest's handlers go step by step.
func handled(c model.Config) model.Config {
	c.Ev.Steps = evtchn.StepHandler
	return c
}

// resetAlphabet is why the scenarios of resets visit other numbers of states.
const resetAlphabet = "the specification does not list its operations; here a VIRQ is raised, an IPI bound, and the guest takes upcalls"

// resetStart has a VIRQ and two IPIs beside a port of the backend's.
var resetStart = []model.Start{{
	Name: "four ports", Events: evtchn.Start{Running: evtchn.FIFO, Backend: 1},
	Do: []model.Op{
		model.BindVIRQ.Of(evtchn.VCPU0, evtchn.VIRQArgo, 0),
		model.BindIPI.Of(evtchn.VCPU0, 0),
		model.BindIPI.Of(evtchn.VCPU0, 1),
	},
}}

// resetOps lists resets by one vCPU or by both, and what races with them.
func resetOps(two bool) func(*model.Config) []Pattern {
	return func(c *model.Config) []Pattern {
		by := v0
		if two {
			by = only(evtchn.VCPU0, evtchn.VCPU1)
		}
		return []Pattern{
			Each(model.ResetEvents, by, never),
			Each(model.ResetEventsCont, by, never),
			Each(model.XenStep, by, below(2)),
			Each(model.BindIPI, v1, only(0)),
			Each(model.ExpandArray, v1, only(evtchn.PageOwn)),
			Each(model.RaiseVIRQ, sender, only(evtchn.VIRQArgo), only(0)),
			Each(model.XenStep, sender, never),
			Each(model.GuestUpcall, only(0)),
		}
	}
}
