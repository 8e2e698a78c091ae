package iomops_test

import (
	"math/rand/v2"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/modeltest"
)

func init() { model.Register(iomops.Area) }

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[iommu.State](), checker.CheckFlat[ledger.Book](), checker.CheckFlat[iommu.Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestFactsTellAll(t *testing.T) { told().All(t) }

func TestFactsInOrder(t *testing.T) { told().InOrder(t) }

// told is all of the area, in states with CPUs in the middle of something.
func told() *modeltest.Told {
	c := modeltest.Largest(iomops.Area)
	iomops.Conf(&c).NonCoherent = true
	d := modeltest.Told{Config: c}
	var w model.World
	for cpu := range iomops.Of(&w).Task {
		iomops.Of(&w).Task[cpu] = iommu.Task{Work: iommu.WorkRemove, PC: iommu.Submit}
	}
	d.States = append(d.States, w)
	return &d
}

func TestAnySequence(t *testing.T) { strolls.AnySequence(t) }

func TestDrain(t *testing.T) { strolls.Drain(t) }

var strolls = modeltest.Strolls{
	Area:    iomops.Area,
	Configs: configs(),
	Often:   []*model.Spec{iomops.XenStep, iomops.Hardware, iomops.Decrease, iomops.Populate, iomops.DMA, iomops.Assign},
	Start:   drawStart,
	Operand: func(*rand.Rand, *model.Config, *model.ArgType) (uint8, bool) { return 0, false },
	Stopped: func(w *model.World) bool { return iomops.Of(w).Stopped() },
	Further: true,
}

// configs are work that is done at once, and phase by phase.
func configs() []modeltest.Config {
	with := func(o iommu.Config) model.Config {
		return iomops.Scope{Frames: 5, Gfns: 4, Devs: 2, IOMMUs: 2, CPUs: 2, Batch: 2}.Config(o)
	}
	return []modeltest.Config{
		{Name: "whole", Config: with(iommu.Config{Replace: true}), Designs: true},
		{Name: "steps", Config: with(iommu.Config{Steps: iommu.StepAll, InFlight: true, CtxCache: true}), Designs: true},
		{Name: "together", Config: with(iommu.Config{Steps: iommu.StepRemove | iommu.StepMove, Together: true, NonCoherent: true})},
		{Name: "time-out", Config: with(iommu.Config{Steps: iommu.StepAll, Flushing: iommu.V1t})},
	}
}

// drawStart draws domains and devices of any kind.
func drawStart(r *rand.Rand, _ *model.Config) model.Setup {
	s := iomops.Start{
		D0: 1, D1: iommu.Made{Own: uint8(1 + r.IntN(2)), Spare: uint8(r.IntN(2)), Super: r.IntN(2) == 0, IOMMU: true, Shared: r.IntN(3) == 0},
		D2: iommu.Made{Own: uint8(r.IntN(2)), Spare: 1, IOMMU: r.IntN(2) == 0},
	}
	if s.D1.Own < 2 {
		s.D1.Super = false
	}
	for v := range s.Dev {
		s.Dev[v] = iommu.MadeDev{
			There: r.IntN(4) > 0, Owner: uint8([]int{iommu.D0, iommu.D1, iommu.D2, iommu.DIO}[r.IntN(4)]), NoATS: r.IntN(3) == 0,
			Phantom: v == 0 && r.IntN(2) == 0, RMRR: r.IntN(2) == 0, IOMMU: uint8(r.IntN(2)),
		}
	}
	return s
}
