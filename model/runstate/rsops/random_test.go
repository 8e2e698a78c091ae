package rsops_test

import (
	"math/rand/v2"
	"testing"

	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

func TestAnySequence(t *testing.T) { strolls.AnySequence(t) }

func TestDrainAny(t *testing.T) { strolls.Drain(t) }

// Their designs and starts are others than those of scenarios, and so are some
// results.
var strolls = modeltest.Strolls{
	Area: rsops.Area, Configs: configs(),
	Often:   []*model.Spec{rsops.Change, rsops.HostStep, rsops.GuestRead, rsops.SetAddress, rsops.Invalidate, rsops.SendEvent, rsops.SetVCPU, rsops.SetShared},
	Start:   drawStart,
	Operand: func(*rand.Rand, *model.Config, *model.ArgType) (uint8, bool) { return 0, false },
	Further: true,
}

// configs are a host on which every operation is one step, one on which each
// store, lock and part of a refresh is, and Xen.
func configs() []modeltest.Config {
	with := func(own runstate.Config) model.Config {
		return rsops.Scope{Threads: 3, Budget: unbounded()}.Config(own)
	}
	all := runstate.StepStores | runstate.StepLocks | runstate.StepCache | runstate.StepClock
	return []modeltest.Config{
		{Name: "whole", Config: with(runstate.Config{Slots: 4}), Designs: true},
		{Name: "steps", Config: with(runstate.Config{Steps: all}), Designs: true},
		{Name: "stores", Config: with(runstate.Config{Steps: runstate.StepStores, Slots: 4})},
		{Name: "apart", Config: with(runstate.Config{Access: runstate.V2, Apart: true})},
		{Name: "xen", Config: with(runstate.Config{Access: runstate.VX, Steps: runstate.StepStores})},
		{Name: "pv", Config: with(runstate.Config{Access: runstate.VX, PV: true})},
		{Name: "page", Config: with(runstate.Config{Access: runstate.VP})},
	}
}

// drawStart draws an area, which may be none.
func drawStart(r *rand.Rand, _ *model.Config) model.Setup {
	s := rsops.Start{Layout: runstate.Layout(r.IntN(2)), Flag: r.IntN(2) == 0, Fresh: r.IntN(4) == 0, Away: uint8(r.IntN(4)), Shared: runstate.Place(r.IntN(3)), VCPU: runstate.Place(r.IntN(3))}
	if r.IntN(4) > 0 {
		s.At = runstate.Offset(uint8(r.IntN(runstate.MemSize - runstate.MaxLen + 1)))
	}
	return s
}
