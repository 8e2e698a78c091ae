package evtchn

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// Everything at once.
var allScenarios = []scenarios.Scenario{
	{
		Name:     "evtchn.all",
		Title:    "everything at once",
		Doc:      "Every operation, by two vCPUs, the backend and the toolstack, on three ports, in both ABIs: before the first kernel starts, with kernels that follow one another, with a queue, a port of Xen's, and a port that has moved. There are too many states for a search to the end; sampling goes further, with some of the operations and of the options at a time.",
		Config:   endless(events(2, 3, budgets{})),
		Depth:    3,
		Options:  allOptions,
		Starts:   everything,
		Alphabet: allOps,
	},
}

// endless takes all bounds of numbers of operations away.
func endless(c model.Config) model.Config {
	for i := range evops.Conf(&c).Budget {
		evops.Conf(&c).Budget[i] = evtchn.Unlimited
	}
	evops.Conf(&c).Every = 1
	return c
}

var allOptions = []scenarios.Option{
	option("pv", "a PV guest", func(c *evops.Config) { c.PV = true }),
	option("raise-steps", "raises go step by step", func(c *evops.Config) { c.Steps |= evtchn.StepRaise }),
	{Name: "handler-steps", Doc: "handlers go step by step", Set: func(c *model.Config) { evops.Conf(c).Steps |= evtchn.StepHandler }, Except: map[string]string{
		"EV-I6": "the guest closes ports, or resets, while another vCPU handles an event that it has taken",
	}},
	option("reset-steps", "resets go port by port", func(c *evops.Config) { c.Steps |= evtchn.StepReset }),
	option("control-steps", "init_control goes step by step", func(c *evops.Config) { c.Steps |= evtchn.StepControl }),
	option("gap", "an arriving kernel's reset is a step of its own", func(c *evops.Config) { c.Gap = true }),
	option("limits", "the ABIs have room for fewer ports", func(c *evops.Config) { c.Limit, c.Limit2L, c.Limit2L32 = 5, 5, 4 }),
	{Name: "offline", Doc: "vCPUs go down and come up again, or turn events off", More: allOffline},
	{Name: "lives", Doc: "kernels start, bind their own ports and follow one another, instead of calls that they would know of", More: allLives, Less: []*model.Spec{
		evops.BindIPI, evops.BindVIRQ, evops.BindPIRQ, evops.BindInterdomain, evops.AllocUnbound, evops.AllocConsumer,
	}},
	{Name: "clear-mask", Doc: "the guest clears masks and does not look what is pending", More: allClears},
	{Name: "toolstack", Doc: "a kernel shuts down for a soft reset, and the toolstack does its steps", More: allSteps, Except: map[string]string{
		"EV-P1": "Xen's own ports may leave no room for the one for xenstore",
	}},
	{Name: "calls", Doc: "the toolstack and the guest make the calls of a soft reset in any order", More: allCalls, Less: []*model.Spec{evops.ToolstackStep}, Except: map[string]string{
		"EV-I1": "the kernel that shut down goes on as if nothing had happened",
		"EV-P1": "the domain goes on before the toolstack has made the port for xenstore",
	}},
}

func option(name, doc string, set func(c *evops.Config)) scenarios.Option {
	return scenarios.Option{Name: name, Doc: doc, Set: func(c *model.Config) { set(evops.Conf(c)) }}
}

// everything are the starts.
var everything = []model.Start{
	handover(evtchn.FIFO, arrival{evtchn.Kexec, evtchn.TwoLevel}),
	handover(evtchn.TwoLevel, arrival{evtchn.Resume, evtchn.FIFO}),
	evops.Begin("2-level, two ports", evops.Start{Running: evtchn.TwoLevel, Backend: 2}, evops.BindVCPU.Of(evtchn.VCPU0, 2, 1)),
	evops.Begin("FIFO, two ports, one linked", evops.Start{Running: evtchn.FIFO, Backend: 2}, evops.BindVCPU.Of(evtchn.VCPU0, 2, 1), evops.Send.Of(evtchn.Back0, 1)),
	evops.Begin("2-level, a port of Xen's, one that waits", evops.Start{Running: evtchn.TwoLevel, Backend: 1},
		evops.AllocConsumer.Of(evtchn.Tool, 0), evops.AllocUnbound.Of(evtchn.Back0, evtchn.Backend, evtchn.Guest)),
}

func allOps(c *model.Config) []scenarios.Pattern {
	return slices.Concat(allPorts(c), allEvents(c), allControl(c), allVCPUs(c))
}

// callers: one of each domain makes most calls.
var (
	guestCPUs = only(evtchn.VCPU0, evtchn.VCPU1)
	anybody   = only(evtchn.VCPU0, evtchn.VCPU1, evtchn.Back0, evtchn.Tool)
)

// allPorts lists what makes and ends ports.
func allPorts(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.AllocUnbound, anybody, below(3), below(2)),
		each(evops.BindInterdomain, anybody, below(3), anyPort(c)),
		each(evops.BindVIRQ, guestCPUs, below(4), below(3)),
		each(evops.BindIPI, guestCPUs, below(3)),
		each(evops.BindPIRQ, guestCPUs, below(2)),
		each(evops.CloseEvent, anybody, anyPort(c)),
		each(evops.EventStatus, anybody, below(3), anyPort(c)),
		each(evops.BindVCPU, guestCPUs, anyPort(c), below(3)),
		each(evops.SetPriority, guestCPUs, anyPort(c), below(3)),
		each(evops.AllocConsumer, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), below(3)),
		each(evops.FreeConsumer, only(evtchn.VCPU0, evtchn.Back0, evtchn.Tool), ports(c)),
		each(evops.SetVIRQHandler, below(2)),
	}
}

// allEvents lists raises, masks and handlers.
func allEvents(c *model.Config) []scenarios.Pattern {
	by := below(evtchn.Tool)
	return []scenarios.Pattern{
		each(evops.Send, by, anyPort(c)),
		each(evops.RaiseVIRQ, only(evtchn.Back0, evtchn.Back1), below(3), vcpus(c)),
		each(evops.RaisePIRQ, only(evtchn.Back0, evtchn.Back1), below(1)),
		each(evops.UnmaskEvent, guestCPUs, anyPort(c)),
		each(evops.Poll, guestCPUs, anyPort(c)),
		each(evops.XenStep, by, upTo(c, 1)),
		each(evops.GuestUpcall, vcpus(c)),
		each(evops.GuestStep, vcpus(c)),
		each(evops.GuestMask, guestCPUs, ports(c)),
		each(evops.GuestUnmask, guestCPUs, ports(c)),
		each(evops.GuestMove, guestCPUs, ports(c), vcpus(c)),
	}
}

// allControl lists what changes the ABI.
func allControl(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.InitControl, guestCPUs, below(3), below(3), below(3)),
		each(evops.ExpandArray, guestCPUs, below(3)),
		each(evops.ResetEvents, only(evtchn.VCPU0, evtchn.VCPU1, evtchn.Back0), upTo(c, 1)),
		each(evops.ResetEventsCont, only(evtchn.VCPU0, evtchn.VCPU1, evtchn.Back0), upTo(c, 1)),
		each(evops.DestroyEvents, upTo(c, 1)),
		each(evops.Become32),
	}
}

// allVCPUs lists what is done to vCPUs and the domain.
func allVCPUs(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.RegisterInfo, guestCPUs, below(3), below(4)),
		each(evops.SetVector, guestCPUs, below(3)),
	}
}

// allOffline lists vCPUs that stop taking events.
func allOffline(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.EventVCPUDown, vcpus(c)),
		each(evops.EventVCPUUp, vcpus(c)),
		each(evops.GuestEvents, vcpus(c), below(2)),
	}
}

// allClears lists masks that are cleared.
func allClears(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{each(evops.GuestClearMask, guestCPUs, ports(c))}
}

// allSteps lists a soft reset as it is done.
func allSteps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.KernelStop, guestCPUs),
		each(evops.ToolstackStep, upTo(c, 1)),
	}
}

// allCalls lists the calls that a soft reset is made of.
func allCalls(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.KernelStop, guestCPUs),
		each(evops.PauseDomain, below(2)),
		each(evops.SoftReset, anybody, upTo(c, 1)),
		each(evops.SoftResetCont, anybody, upTo(c, 1)),
	}
}

// allLives lists the lives of kernels.
func allLives(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.KernelStart, guestCPUs),
		each(evops.KernelUse, guestCPUs, only(evtchn.Store, evtchn.Timer)),
		each(evops.KernelJump, guestCPUs),
		each(evops.KernelReset, guestCPUs),
		each(evops.SetOffer, only(offerNone, offer2L, offerBoth, offerThird, offerAll)),
		each(evops.QueryOffer, guestCPUs),
	}
}
