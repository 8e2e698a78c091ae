package evops_test

import (
	"math/rand/v2"
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/modeltest"
)

func TestAnySequence(t *testing.T) { strolls.AnySequence(t) }

func TestDrain(t *testing.T) { strolls.Drain(t) }

// Their designs and starts are others than those of scenarios, and so are some
// results.
var strolls = modeltest.Strolls{
	Area:    evops.Area,
	Configs: configs(),
	Often: []*model.Spec{
		evops.Send, evops.XenStep, evops.GuestUpcall, evops.GuestStep, evops.GuestUnmask,
		evops.InitControl, evops.ExpandArray, evops.BindVIRQ, evops.BindIPI, evops.BindInterdomain,
	},
	Start:   drawStart,
	Operand: func(*rand.Rand, *model.Config, *model.ArgType) (uint8, bool) { return 0, false },
	Further: true,
}

// configs are a domain in which every operation is one step, one in which each
// store is, and others that differ in one respect.
func configs() []modeltest.Config {
	whole := func(change func(c *evops.Config)) model.Config {
		c := evops.Scope{VCPUs: evtchn.MaxVCPUs, Ports: evtchn.MaxPorts - 1, Preempt: 3, Budget: endless()}.Config(
			evtchn.Config{Limit: evtchn.MaxPorts, Limit2L: 4, Limit2L32: 3, MaxPort: evtchn.MaxPorts - 1, Every: 2})
		change(evops.Conf(&c))
		return c
	}
	return []modeltest.Config{
		{Name: "whole", Config: whole(func(*evops.Config) {}), Designs: true},
		{Name: "steps", Designs: true, Config: whole(func(c *evops.Config) {
			c.Steps = evtchn.StepRaise | evtchn.StepHandler | evtchn.StepReset | evtchn.StepControl
		})},
		{Name: "raises step by step", Config: whole(func(c *evops.Config) { c.Steps = evtchn.StepRaise })},
		{Name: "handlers step by step", Config: whole(func(c *evops.Config) { c.Steps = evtchn.StepHandler })},
		{Name: "resets step by step", Config: whole(func(c *evops.Config) { c.Steps = evtchn.StepReset })},
		{Name: "pv", Config: whole(func(c *evops.Config) { c.PV = true })},
		{Name: "gap", Config: whole(func(c *evops.Config) { c.Gap = true })},
		{Name: "bound", Config: whole(func(c *evops.Config) { c.Bound = true })},
		{Name: "few ports", Config: whole(func(c *evops.Config) { c.Limit, c.Limit2L, c.Limit2L32, c.MaxPort = 4, 3, 2, 3 })},
	}
}

// drawStart draws a domain: its kernels, which of them runs, and how many
// ports are connected.
func drawStart(r *rand.Rand, _ *model.Config) model.Setup {
	return evops.Start{
		Running: evtchn.ABI(r.IntN(3)), Backend: uint8(r.IntN(3)), Callback: evtchn.Callback(r.IntN(3)), Masked: r.IntN(4) == 0,
		Kernels: []evtchn.Kernel{drawKernel(r), drawKernel(r), drawKernel(r)},
		Plan:    []evtchn.Transition{evtchn.Boot, drawArrival(r), drawArrival(r)},
	}
}

func drawKernel(r *rand.Rand) evtchn.Kernel {
	return evtchn.Kernel{Knows: evtchn.SetOf(evtchn.TwoLevel, evtchn.ABI(1+r.IntN(2))), Grants: uint8(r.IntN(2))}
}

func drawArrival(r *rand.Rand) evtchn.Transition {
	return evtchn.Transition(r.IntN(int(evtchn.Migrate) + 1))
}
