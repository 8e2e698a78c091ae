package grant_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hvcheck/invariants"
	own "hvcheck/invariants/grant"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntdesign"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// TestWalks takes walks that no scenario takes, in every hand-over and with every kind of
// work section by section: kernels that behave, of domains of any kind. All that must
// hold does, at each step and while draining; every result is one that its contract allows.
func TestWalks(t *testing.T) {
	for name, o := range walks() {
		t.Run(name, func(t *testing.T) {
			c := gntops.Scope{Refs: grant.MaxRefs - 1, Frames: 6, Slots: 2, Handles: 4, Fronts: 2, Backs: 2, Preempt: 2}.Config(o)
			for seed := range uint64(60) {
				w := walk{t: t, r: rand.New(rand.NewPCG(seed, 7)), c: c, m: model.NewMachine(c), try: model.NewMachine(c), p: invariants.NewProbe(c)}
				w.take(80)
			}
		})
	}
}

func walks() map[string]grant.Config {
	list := map[string]grant.Config{
		"whole": {TLB: true, Tags: true}, "steps": {Steps: grant.StepAll, TLB: true, Tags: true},
		"lists": {Steps: grant.StepAll, Lists: true, PerPage: 2}, "few pins": {PinLimit: 2, Block: 1},
		"retries": {Steps: grant.StepAll, Retries: true},
		"reset":   {Reset: grant.R1, Steps: grant.StepAll, Lists: true, PerPage: 2},
		"copies":  {Steps: grant.StepCopy, PinLimit: 2}, "table": {Steps: grant.StepVersion | grant.StepTransfer},
		"spares": {Handover: grant.V10, Manner: grant.SameSpare, Tags: true}, "one by one": {Handover: grant.V11, Manner: grant.OneByOne, Tags: true},
	}
	for h := range grant.NumHandovers {
		list[gntdesign.Handovers[h].ID] = grant.Config{Steps: grant.StepRevoke | grant.StepMap | grant.StepUnmap, TLB: true, Tags: true, Handover: h}
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
	for range steps {
		op := k.draw()
		for range 10 { // rather one that does something
			w := k.w
			if k.behaves(op) && k.try.Do(&w, op).Code >= 0 {
				break
			}
			op = k.draw()
		}
		if k.behaves(op) {
			k.do(op, false)
		}
	}
	for range 200 {
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
		inv.Area = gntops.Area
		contract := inv.ID == "GR-R1" || inv.ID == "GR-R2"
		if inv.Claim || k.excused(inv.ID) || draining && !inv.WhileDraining && !contract {
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

// excused: what a hand-over does not keep once K2 runs, and what needs the contents of
// pages.
func (k *walk) excused(id string) bool {
	late := []string{"GR-I4", "GR-I5", "GR-I8", "GR-I9", "GR-I10", "GR-I11", "GR-I12", "GR-I19", "GR-I22"}
	h := gntops.Conf(&k.c).Handover
	switch s := gntops.Of(&k.w); {
	case id == "GR-I20":
		return true
	case !slices.Contains(late, id):
		return false
	case id == "GR-I10" || id == "GR-I11" || id == "GR-I12":
		return h >= grant.V6 && h <= grant.V10 || !gntops.Conf(&k.c).Tags || s.Kernel.Crash
	case id == "GR-I5" && h.Fresh():
		return true
	default:
		return s.Kernel.Crash || s.Kernel.Stage == grant.K2 && (h == grant.V0 || h >= grant.V3 && h <= grant.V5)
	}
}

// behaves tells whether kernels and drivers do such a thing.
func (k *walk) behaves(op model.Op) bool {
	s := gntops.Of(&k.w)
	d := grant.DomainOf(op.Arg[0])
	switch op.Spec() {
	case gntops.GuestFlags, gntops.GuestFrame, gntops.GuestDomid:
		return false
	case gntops.Swap: // what is in a page tells by which reference it was granted
		return !gntops.Conf(&k.c).Tags
	case gntops.GnttabReset:
		return d == grant.DomF
	case gntops.Map, gntops.Unmap, gntops.Replace, gntops.MMUUpdate: // not beside a driver
		return d != grant.DomB || !slices.ContainsFunc(s.Driver[:], func(v grant.Driver) bool { return v.State != grant.DriverOff })
	case gntops.GuestGrant:
		if d >= grant.NumDomains {
			return false
		}
		_, is := gntview.FrameOf(s, d, op.Arg[3])
		again := slices.ContainsFunc(s.Dom[d].Belief[:], func(b grant.Belief) bool { return b.State != grant.Free && b.Frame == op.Arg[3] })
		return is && !again && s.Dom[d].Table.Entry[op.Arg[1]] == grant.Entry{}
	case gntops.GuestAccept, gntops.GuestTransitive:
		return d < grant.NumDomains && op.Arg[1] != grant.Reserved && s.Dom[d].Belief[op.Arg[1]].State == grant.Free && s.Dom[d].Table.Entry[op.Arg[1]] == grant.Entry{} && s.Dom[d].Table.Status[op.Arg[1]] == 0
	}
	return true
}

var common = []*model.Spec{
	gntops.Map, gntops.Map, gntops.Unmap, gntops.XenStep, gntops.XenStep, gntops.XenStep, gntops.GuestGrant, gntops.GuestGrant, gntops.GuestEnd, gntops.Copy,
	gntops.DriverConnect, gntops.DriverAccess, gntops.KexecLoad, gntops.KexecExec, gntops.KernelBoot, gntops.Revoke, gntops.SoftReset, gntops.SetVersion,
}

func (k *walk) draw() model.Op {
	from := gntops.Area.Ops.Specs()
	if k.r.IntN(3) > 0 {
		from = common
	}
	op := model.Op{Kind: from[k.r.IntN(len(from))].Kind()}
	for i, a := range op.Spec().Args {
		op.Arg[i] = k.operand(a)
	}
	return op
}

// operand is mostly one that leads somewhere.
func (k *walk) operand(a model.Arg) uint8 {
	pick := func(v ...uint8) uint8 { return v[k.r.IntN(len(v))] }
	often := k.r.IntN(4) > 0
	switch t := a.Type; {
	case t == pool.Ent:
		return uint8(page.To(uint8(k.r.IntN(6)), []page.EntryKind{page.RO, page.RW}[k.r.IntN(2)]))
	case often && (t == model.Preempt || a.Name == "more"):
		return 0
	case often && t == gntops.MapFlags:
		return pick(2, 2, 6, 1, 3, 7)
	case often && (t == gntops.Ref || t == gntops.OwnRef):
		return pick(1, 1, 1, 2)
	case often && t == gntops.Handle:
		return pick(0, 0, 1)
	case often && t == gntops.Dom:
		return pick(0, 0, 1, 2)
	case often && t == gntops.Gfn:
		return pick(0, 1, 2, 4, 5)
	case often && t == gntops.CopyEnd:
		return pick(gntops.RefEnd(0, 1), gntops.RefEnd(1, 1), gntops.RefEnd(2, 1), gntops.PageEnd(0), gntops.PageEnd(1), gntops.PageEnd(2), gntops.PageEnd(4))
	}
	return uint8(k.r.IntN(int(a.Type.Count(&k.c))))
}

func (k *walk) start() model.Setup {
	made := func() grant.Made {
		return grant.Made{
			HVM: k.r.IntN(3) == 0, Sync: k.r.IntN(2) == 0, Own: uint8(1 + k.r.IntN(2)), Spare: uint8(k.r.IntN(3)), Ver: uint8(1 + k.r.IntN(2)), Tables: uint8(1 + k.r.IntN(2)),
		}
	}
	s := gntops.Start{F: made(), B: made(), C: made()}
	s.C.Absent = k.r.IntN(2) == 0
	return s
}
