// Package iomops describes the area iommu: what devices reach. Its rules are in
// package vtd, its state in package iommu; here are its operations, their operands and
// results, bounds, settings, start states, and what is told of its states.
//
//	Op -> Spec.Run -> a method of vtd.Call -> page.Pool, iommu.State, in a World
package iomops

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/iommu/vtd"
	"hvcheck/model/page/pool"
)

// Area is the description.
var Area = model.NewArea(model.Area{
	Name:  "iommu",
	Title: "what devices reach",
	Doc: `Memory that comes and goes, and devices that change hands, behind IOMMUs whose translations are cached: by the IOMMUs themselves, and by devices with a Device-TLB (ATS). A request that a device has translated itself is not checked against the tables; only the context entry of the device can block it. So a page must not be given to anybody else before the last cached translation of it is gone, and the hardware that drops them takes its time.

D0 is the hardware domain, D1 has the device, D2 is somebody else, and dom_io has devices in quarantine.`,
	Stories:  `by is who acts: a0 and a1 are D1's vCPUs, on physical CPUs 0 and 1; b0 is D2's, on CPU 0; t0 is the toolstack, on CPU 1. "iommu.step" goes on with what a CPU is in the middle of, up to the end of its next phase; the result of a call is that of its last step. "iommu.hw" executes one descriptor of an invalidation queue. dfns are gfns.`,
	Sources:  "Xen's staging of 2026-08-20 (c447b7308b), xen/drivers/passthrough, xen/common/memory.c, xen/arch/x86/mm/p2m.c",
	Shares:   []model.Share{pool.Share, state, books},
	Bounds:   slices.Concat([]*model.Bound{pool.Bounds[0]}, bounds),
	Settings: settings(),
	Switches: slices.Concat(Flushings[:], Switches[:]),
	Ops:      &ops,
	Plain:    Start{},
	Calls:    newCalls,
	Rules:    []string{model.PackageOf[vtd.Call]()},
	Tell:     tell,
	Options:  options,
	Groups:   groups,
	Traits:   traits,
})

var (
	state = model.NewPart[iommu.State]("iommu")
	conf  = model.NewConf[iommu.Config]("iommu")
)

// Of is the area's state in a World.
func Of(w *model.World) *iommu.State { return state.Of(w) }

// Conf is the area's share of a configuration. Its Frames are the pool's.
func Conf(c *model.Config) *iommu.Config { return conf.Of(c) }

var bounds = []*model.Bound{
	{Name: "gfns", Doc: "gfns of a domain", Min: 1, Max: iommu.MaxGfns, Names: []*model.ArgType{Gfn}, Of: func(c *model.Config) *uint8 { return &Conf(c).Gfns }},
	{Name: "devices", Doc: "devices", Min: 1, Max: iommu.MaxDevs, Names: []*model.ArgType{Dev, Fn}, Of: func(c *model.Config) *uint8 { return &Conf(c).Devs }},
	{Name: "iommus", Doc: "IOMMUs", Min: 1, Max: iommu.MaxIOMMUs, Names: []*model.ArgType{IOMMU}, Of: func(c *model.Config) *uint8 { return &Conf(c).IOMMUs }},
	{Name: "cpus", Doc: "physical CPUs", Min: 1, Max: iommu.NumCPUs, Names: []*model.ArgType{By, CPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).CPUs }},
	{Name: "ring", Doc: "descriptors that an invalidation queue has room for", Min: 1, Max: iommu.MaxQueue, Of: func(c *model.Config) *uint8 { return &Conf(c).Ring }},
	{Name: "batch", Doc: "pages of a range that are moved between two flushes", Min: 1, Max: iommu.MaxBatch, Of: func(c *model.Config) *uint8 { return &Conf(c).Batch }},
}

func settings() []model.Setting {
	return append([]model.Setting{
		model.Variants("flushing", "what becomes of a page whose translations are being flushed",
			Flushings[:], func(c *model.Config) *iommu.Flushing { return &Conf(c).Flushing }),
	}, model.OnOff(Switches[:], func(c *model.Config, i int) *bool { return &Conf(c).On[i] })...)
}

// Scope is the bounds of a configuration about the area.
type Scope struct {
	Frames, Gfns, Devs, IOMMUs, CPUs, Ring, Batch uint8
}

// Config is a configuration with these bounds, and options and design as in the first
// of the others, if there is one. What is 0 is 1, and the ring has room for 6.
func (s Scope) Config(options ...iommu.Config) (c model.Config) {
	c.Add(Area)
	own := Conf(&c)
	if len(options) > 0 {
		*own = options[0]
	}
	*pool.Conf(&c) = pool.Config{Frames: s.Frames}
	own.Gfns, own.Devs, own.IOMMUs, own.CPUs, own.Batch = max(s.Gfns, 1), max(s.Devs, 1), max(s.IOMMUs, 1), max(s.CPUs, 1), max(s.Batch, 1)
	if own.Ring = s.Ring; own.Ring == 0 {
		own.Ring = iommu.MaxQueue
	}
	return c
}

// options lists the options of the model that are on.
func options(c *model.Config) []string {
	o := Conf(c)
	step := func(k iommu.Steps) bool { return o.Steps&k != 0 }
	return model.Words(
		model.If(step(iommu.StepRemove), "removals go phase by phase"),
		model.If(step(iommu.StepPopulate), "a page is owned before it is mapped"),
		model.If(step(iommu.StepMove), "moves go phase by phase"),
		model.If(step(iommu.StepType), "changes of page types go phase by phase"),
		model.If(step(iommu.StepDevice), "devices change hands phase by phase"),
		model.If(step(iommu.StepDestroy), "destruction goes phase by phase"),
		model.If(o.Together, "a flush is submitted at once, with one wait"),
		model.If(o.InFlight, "an access is translated first, and made later"),
		model.If(o.NonCoherent, "IOMMUs do not see what is in CPU caches"),
		model.If(o.CtxCache, "IOMMUs cache context entries"),
		model.If(o.Replace, "pages replace others at the same gfn"),
		model.If(o.NoQuarantine, "iommu=quarantine=off"),
		model.If(o.NoATS, "no device has a Device-TLB"),
		model.If(o.Scan != iommu.ScanAtOnce, [...]string{"", "pages are marked, then new ones", "new pages are marked first", "pages are marked while the domain is paused"}[o.Scan&3]),
		model.If(o.KeepForeign, "references of foreign mappings are kept until their flush is done"),
		model.If(o.MarkType, "the mark for devices is a page type"),
	)
}

// calls carries out the area's operations.
type calls struct {
	call vtd.Call
	cfg  iommu.Config

	keeper ledger.Keeper
	st     *iommu.State
	op     *model.Op
}

func newCalls(c *model.Config) model.Calls {
	m := &calls{cfg: *Conf(c)}
	m.cfg.Frames = pool.Conf(c).Frames
	return m
}

func (m *calls) Begin(w *model.World, op *model.Op, _ uint8) {
	m.enter(w, op)
	m.call.Begin(&m.cfg, pool.Of(w), Of(w))
}

func (m *calls) End(code errno.Errno) model.Answer {
	code, refused := m.call.End(code)
	if !refused {
		m.leave(code)
	}
	return model.Answer{Code: code, Refused: refused}
}

// Drain has hardware and completions go on first, then every CPU finish what it is in
// the middle of.
func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	s := Of(w)
	if s.Stopped() {
		return model.Op{}, false
	}
	for i := range m.cfg.IOMMUs {
		switch q := &s.Queue[i]; {
		case q.N > 0 && !stuck(s, i):
			return Hardware.Of(i), true
		case s.IRQ[i]:
			return Completion.Of(i), true
		}
	}
	for _, h := range s.Held {
		if h.Kind == iommu.PutAfter {
			return Tail.Of(), true
		}
	}
	for v := range m.cfg.Devs {
		if s.InFlight[v].E != 0 {
			return Done.Of(v), true
		}
	}
	if cpu, busy := s.NextTask(); busy && !waitsForStuck(s, cpu) {
		return XenStep.Of(cpu), true
	}
	return model.Op{}, false
}

// stuck tells whether a queue's head is for a device that does not answer.
func stuck(s *iommu.State, i uint8) bool {
	d := s.Queue[i].D[0]
	return d.Op == iommu.DescDevTLB && s.Dev[d.Fn].Stuck
}

// waitsForStuck tells whether a CPU waits for such a queue, or for nothing at all.
func waitsForStuck(s *iommu.State, cpu uint8) bool {
	t := &s.Task[cpu]
	return t.PC == iommu.Wait && !s.Slot[cpu] || t.PC == iommu.Submit && s.Queue[t.Flush.IOMMU].N > 0
}

func (m *calls) Asked(note func(id string)) {
	model.NoteAsked(Flushings[:], m.call.FlushingAsked[:], note)
	model.NoteAsked(Switches[:], m.call.Asked[:], note)
}

// Short has nothing to note: no bound of the area counts operations.
func (m *calls) Short(func(b *model.Bound)) {}

// Starting has operations done whole.
func (m *calls) Starting(_ *model.World, on bool) { m.call.Whole = on }
