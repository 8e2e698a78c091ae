package mmops_test

import (
	"math/rand/v2"
	"testing"

	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

func TestAnySequence(t *testing.T) { strolls.AnySequence(t) }

func TestDrain(t *testing.T) { strolls.Drain(t) }

var strolls = modeltest.Strolls{
	Area:    mmops.Area,
	Configs: configs(),
	Often:   []*model.Spec{mmops.Pin, mmops.Unpin, mmops.MMUUpdate, mmops.SetContext},
	Start:   drawStart,
	Operand: drawOperand,
	Stopped: func(w *model.World) bool { return mmops.Of(w).Stopped() },
}

// configs are today's design, and each option alone.
func configs() []modeltest.Config {
	bounds := mmops.Scope{Frames: 5, Slots: 2, Guests: 2, Tools: 2, Preempt: 4}
	return []modeltest.Config{
		{Name: "today", Config: bounds.Config(), Designs: true},
		{Name: "race", Config: bounds.Config(pvmmu.Config{Race: true})},
		{Name: "l1tf", Config: bounds.Config(pvmmu.Config{L1TF: true})},
		{Name: "tlb", Config: bounds.Config(pvmmu.Config{TLB: true})},
		{Name: "pv-l1tf", Config: bounds.Config(pvmmu.Config{CheckL1TF: pvmmu.L1TFShadow})},
		{Name: "pv-l1tf, crash", Config: bounds.Config(pvmmu.Config{CheckL1TF: pvmmu.L1TFCrash})},
		{Name: "full counts", Config: bounds.Config(pvmmu.Config{Largest: 4})},
		{Name: "steps", Config: bounds.Config(pvmmu.Config{Steps: true})},
		{Name: "no linear", Config: bounds.Config(pvmmu.Config{NoLinear: true})},
		{Name: "context first", Config: bounds.Config(pvmmu.Config{CtxFirst: true})},
		{Name: "seq", Config: bounds.Config(pvmmu.Config{Seq: true})},
	}
}

// drawStart fills every frame.
func drawStart(r *rand.Rand, c *model.Config) model.Setup {
	start := mmops.Start{Running: r.IntN(2) == 0, Ent: map[uint8][]page.Entry{}}
	for f := range pool.Conf(c).Frames {
		for range pool.Conf(c).Slots {
			start.Ent[f] = append(start.Ent[f], drawEntry(r, c))
		}
	}
	return start
}

func drawOperand(r *rand.Rand, c *model.Config, t *model.ArgType) (v uint8, ok bool) {
	switch t {
	case mmops.CPU:
		return drawCPU(r, c), true
	case pool.Ent:
		return uint8(drawEntry(r, c)), true
	case mmops.Level:
		return 1 + uint8(r.IntN(4)), true
	case mmops.SlotOrM2P:
		return pvmmu.SlotM2P, r.IntN(4) == 0
	}
	return 0, false
}

func drawCPU(r *rand.Rand, c *model.Config) uint8 {
	guests := mmops.Conf(c).Guests
	n := uint8(r.IntN(int(guests + mmops.Conf(c).Tools)))
	if n < guests {
		return n
	}
	return pvmmu.Tool(n - guests)
}

// drawEntry is mostly one that some level accepts.
func drawEntry(r *rand.Rand, c *model.Config) page.Entry {
	kinds := [...]page.EntryKind{page.NotPresent, page.NotPresent, page.RW, page.RW, page.RW, page.RO, page.RO, page.PSE, page.Bad, page.Away}
	kind := kinds[r.IntN(len(kinds))]
	if kind == page.NotPresent {
		return 0
	}
	return page.To(uint8(r.IntN(int(pool.Conf(c).Frames))), kind)
}
