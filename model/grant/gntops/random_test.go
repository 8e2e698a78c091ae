package gntops_test

import (
	"math/rand/v2"
	"testing"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntdesign"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/modeltest"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

func TestAnySequence(t *testing.T) { strolls.AnySequence(t) }

func TestDrain(t *testing.T) { strolls.Drain(t) }

var strolls = modeltest.Strolls{
	Area:    gntops.Area,
	Configs: configs(),
	Often:   []*model.Spec{gntops.Map, gntops.Unmap, gntops.XenStep, gntops.GuestGrant, gntops.GuestEnd},
	Start:   drawStart,
	Operand: drawOperand,
	Stopped: func(w *model.World) bool { return gntops.Of(w).Stopped() },
	Further: true,
}

// configs are work that is done at once, and section by section; and the designs of a
// hand-over, in which a kernel is revoked section by section.
func configs() []modeltest.Config {
	with := func(o grant.Config) model.Config {
		return gntops.Scope{Refs: grant.MaxRefs - 1, Frames: 6, Slots: 2, Handles: 4, Fronts: 2, Backs: 2, Preempt: 1}.Config(o)
	}
	list := []modeltest.Config{
		{Name: "whole", Config: with(grant.Config{TLB: true, Tags: true}), Designs: true},
		{Name: "steps", Config: with(grant.Config{Steps: grant.StepAll, TLB: true, Tags: true}), Designs: true},
		{Name: "lists", Config: with(grant.Config{Steps: grant.StepAll, Lists: true, PerPage: 2})},
		{Name: "few pins", Config: with(grant.Config{PinLimit: 2, Block: 1, Untrusted: true})},
		{Name: "copies", Config: with(grant.Config{Steps: grant.StepCopy, PinLimit: 2, NoTransfer: true})},
		{Name: "transfers", Config: with(grant.Config{Steps: grant.StepTransfer | grant.StepVersion, NoTransitive: true})},
		{Name: "reset", Config: with(grant.Config{Steps: grant.StepRevoke, Lists: true, PerPage: 2, Reset: grant.R1})},
	}
	for h := range grant.NumHandovers {
		o := grant.Config{Steps: grant.StepRevoke | grant.StepGuest, TLB: true, Tags: true, Handover: h}
		list = append(list, modeltest.Config{Name: "revocation, " + gntdesign.Handovers[h].ID, Config: with(o)})
	}
	return list
}

// drawOperand draws entries that somebody could write.
func drawOperand(r *rand.Rand, c *model.Config, t *model.ArgType) (v uint8, ok bool) {
	if t != pool.Ent {
		return 0, false
	}
	kinds := []page.Entry{0, page.To(0, page.RO), page.To(0, page.RW)}
	e := kinds[r.IntN(len(kinds))]
	if e != 0 {
		e = page.To(uint8(r.IntN(int(pool.Conf(c).Frames))), e.Kind())
	}
	return uint8(e), true
}

// drawStart draws domains of any kind.
func drawStart(r *rand.Rand, _ *model.Config) model.Setup {
	made := func() grant.Made {
		hvm := r.IntN(3) == 0
		return grant.Made{
			HVM: hvm, Sync: r.IntN(2) == 0, Priv: r.IntN(4) == 0, Own: 1, Spare: uint8(r.IntN(2)), Ver: uint8(1 + r.IntN(2)), Tables: uint8(1 + r.IntN(2)),
		}
	}
	s := gntops.Start{F: made(), B: made(), C: made()}
	s.C.Absent = r.IntN(2) == 0
	return s
}
