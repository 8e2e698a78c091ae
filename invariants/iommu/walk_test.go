package iommu_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hvcheck/invariants"
	own "hvcheck/invariants/iommu"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
)

// TestWalks takes walks that no scenario takes, in every design that is to hold and with
// every kind of work phase by phase, in domains of any kind with devices of any kind. All
// that must hold does, at each step and while draining; every result is one that its contract
// allows.
func TestWalks(t *testing.T) {
	for name, o := range walks() {
		t.Run(name, func(t *testing.T) {
			c := iomops.Scope{Frames: 5, Gfns: 4, Devs: 2, IOMMUs: 2, CPUs: 2, Batch: 2}.Config(o)
			for seed := range uint64(60) {
				w := walk{t: t, r: rand.New(rand.NewPCG(seed, 11)), c: c, m: model.NewMachine(c), try: model.NewMachine(c), p: invariants.NewProbe(c)}
				w.take(80)
			}
		})
	}
}

func walks() map[string]iommu.Config {
	list := map[string]iommu.Config{
		"whole": {}, "replaced": {Replace: true}, "steps": {Steps: iommu.StepAll}, "steps, replaced": {Steps: iommu.StepAll, Replace: true},
		"together": {Steps: iommu.StepAll, Together: true, InFlight: true}, "non-coherent": {Steps: iommu.StepRemove | iommu.StepMove, NonCoherent: true},
		"context cache": {Steps: iommu.StepDevice | iommu.StepDestroy, CtxCache: true}, "types": {Steps: iommu.StepType | iommu.StepPopulate},
	}
	for _, f := range []iommu.Flushing{iommu.V4, iommu.V5, iommu.V6} {
		list[iomops.Flushings[f].ID] = iommu.Config{Steps: iommu.StepAll, Together: true, Flushing: f, KeepForeign: true}
		list[iomops.Flushings[f].ID+", moves"] = iommu.Config{Steps: iommu.StepMove, Together: true, Flushing: f, KeepForeign: true}
	}
	return list
}

// walk is one of them.
type walk struct {
	t      *testing.T
	r      *rand.Rand
	c      model.Config
	m, try *model.Machine
	p      *invariants.Probe
	w      model.World
	told   []string
}

func (k *walk) take(steps int) {
	start := model.Start{Areas: []model.Setup{k.start()}}
	k.w = start.World(&k.c)
	k.told = append(k.told, fmt.Sprintf("%+v", start.Areas[0]))
	for range steps {
		op := k.draw()
		for range 10 { // rather one that does something
			if w := k.w; k.try.Do(&w, op).Code >= 0 {
				break
			}
			op = k.draw()
		}
		k.do(op, false)
	}
	for range 300 {
		op, more := k.m.Drain(&k.w)
		if !more {
			return
		}
		k.do(op, true)
	}
	k.t.Fatalf("the drain does not end, after\n%s", strings.Join(k.told, "\n"))
}

func (k *walk) do(op model.Op, draining bool) {
	before := k.w
	a := k.m.Do(&k.w, op)
	k.told = append(k.told, fmt.Sprintf("%v -> %v", op, a.Code))
	for i := range own.All {
		inv := own.All[i]
		inv.Area = iomops.Area
		contract := inv.ID == "FL-R1" || inv.ID == "FL-R2"
		if inv.Claim || draining && !inv.WhileDraining && !contract {
			continue
		}
		var err error
		if inv.State != nil && !a.Refused {
			err = inv.State(&k.c, &k.w)
		}
		if err == nil && inv.Step != nil {
			err = inv.Step(k.p, &before, op, a, &k.w)
		}
		if err != nil {
			k.t.Fatalf("%s: %v, after\n%s", inv.ID, err, strings.Join(k.told, "\n"))
		}
	}
	if a.Refused && k.w != before || a.Code == errno.NotRunning && !a.Refused {
		k.t.Fatalf("refused, and changed something; or not possible, and not refused, after\n%s", strings.Join(k.told, "\n"))
	}
}

var common = []*model.Spec{
	iomops.XenStep, iomops.XenStep, iomops.XenStep, iomops.XenStep, iomops.Hardware, iomops.Hardware, iomops.Hardware, iomops.DMA, iomops.DMA,
	iomops.Decrease, iomops.Populate, iomops.Move, iomops.MoveRange, iomops.Assign, iomops.Deassign, iomops.Completion, iomops.Tail, iomops.GetType, iomops.MapForeign,
}

func (k *walk) draw() model.Op {
	from := iomops.Area.Ops.Specs()
	if k.r.IntN(4) > 0 {
		from = common
	}
	spec := from[k.r.IntN(len(from))]
	if spec == iomops.Stick { // today's code waits for such a device for ever
		spec = iomops.XenStep
	}
	op := model.Op{Kind: spec.Kind()}
	for i, a := range spec.Args {
		op.Arg[i] = k.operand(spec, a)
	}
	return op
}

// tools are what the toolstack does.
var tools = map[*model.Spec]bool{iomops.Assign: true, iomops.Deassign: true, iomops.Destroy: true, iomops.BuildTable: true}

// operand is mostly one that leads somewhere.
func (k *walk) operand(spec *model.Spec, a model.Arg) uint8 {
	often := k.r.IntN(4) > 0
	switch {
	case a.Type == iomops.By && !tools[spec]: // the toolstack's own memory is not looked at
		return uint8(k.r.IntN(iommu.Tool))
	case often && a.Type == iomops.By:
		return iommu.Tool
	case a.Type == iomops.Count:
		return uint8(k.r.IntN(3))
	case often && a.Type == iomops.Fails:
		return uint8(iommu.NoFailure)
	case often && a.Type == iomops.Type:
		return uint8([]page.Type{page.L1, page.SegDesc, page.Writable}[k.r.IntN(3)])
	}
	return uint8(k.r.IntN(int(a.Type.Count(&k.c))))
}

// start draws domains and devices. FL-V4 to FL-V6 are about translated domains.
func (k *walk) start() model.Setup {
	conf := iomops.Conf(&k.c)
	own := uint8(1 + k.r.IntN(2))
	s := iomops.Start{
		D0: uint8(k.r.IntN(2)), D1: iommu.Made{Own: own, Spare: uint8(k.r.IntN(2)), IOMMU: true, PV: !conf.Flushing.Async() && k.r.IntN(3) == 0},
		D2: iommu.Made{Own: uint8(k.r.IntN(2)), Spare: 1, IOMMU: k.r.IntN(2) == 0},
	}
	s.D1.Super = own == 2 && s.D0 == 0 && !s.D1.PV && k.r.IntN(2) == 0
	s.D1.MMIO = !s.D1.PV && own < 2 && k.r.IntN(4) == 0
	for v := range s.Dev {
		owners := []uint8{iommu.D1, iommu.D1, iommu.DIO}
		s.Dev[v] = iommu.MadeDev{
			There: v == 0 || k.r.IntN(2) > 0, Owner: owners[k.r.IntN(len(owners))], NoATS: k.r.IntN(3) == 0,
			Phantom: v == 0 && k.r.IntN(2) == 0, RMRR: v == 1 && !s.D1.PV && k.r.IntN(2) == 0, IOMMU: uint8(k.r.IntN(2)),
		}
	}
	return s
}
