// Package gntops describes the area grant: grant tables. Its rules are in package
// grant; here are its operations, their operands and results, bounds, settings,
// start states, and what is told of its states.
//
//	Op -> Spec.Run -> a method of grant.Call -> page.Pool, grant.State, in a World
package gntops

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntdesign"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/handover"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Area is the description.
var Area = model.NewArea(model.Area{
	Name:  "grant",
	Title: "grant tables",
	Doc: `Grant tables in both layouts, maptrack, and the operations of GNTTABOP_* in the sections in which Xen does them; the mappings that they make in page tables, p2m and IOMMU, and what CPUs have cached of them; kernels that make grants and end them; backends that map them; and what becomes of grants when a domain dies or another kernel takes over.

There are two domains, and a third one where a scenario says so: F makes grants, B maps or copies, C may do either.`,
	Stories:  `cpu is who acts: f0 and f1 are F's vCPUs, b0 and b1 are B's, c0 is C's, t0 is the toolstack, or Xen itself. ref 0 stands for the reserved references, the last one exists in the layout of version 1 only. A slot is an entry of a PV mapper's page table, or a gfn of a translated one. "step" goes on with what a CPU is in the middle of, up to the end of its next critical section; the result of a call is that of its last step.`,
	Sources:  "Xen's staging of 2026-08-20 (c447b7308b), xen/common/grant_table.c; Linux's drivers/xen/grant-table.c",
	Shares:   []model.Share{pool.Share, state, books},
	Bounds:   slices.Concat([]*model.Bound{model.PreemptBound}, pool.Bounds, bounds),
	Settings: settings(),
	Switches: slices.Concat(gntdesign.Handovers[:], gntdesign.Resets[:], gntdesign.Manners[:], gntdesign.Rules[:]),
	Ops:      &ops,
	Plain:    Start{},
	Calls:    newCalls,
	Rules:    []string{model.PackageOf[grant.State](), model.PackageOf[gnttab.Call](), model.PackageOf[handover.Call]()},
	Tell:     tell,
	Options:  options,
	Groups:   groups,
	Traits:   traits,
})

var (
	state = model.NewPart[grant.State]("grant")
	conf  = model.NewConf[grant.Config]("grant")
)

// Of is the area's state in a World.
func Of(w *model.World) *grant.State { return state.Of(w) }

// Conf is the area's share of a configuration. Its Frames and Slots are the pool's.
func Conf(c *model.Config) *grant.Config { return conf.Of(c) }

var bounds = []*model.Bound{
	{Name: "refs", Doc: "the highest reference that is named", Max: grant.MaxRefs - 1, Names: []*model.ArgType{Ref}, Of: func(c *model.Config) *uint8 { return &Conf(c).Refs }},
	{Name: "handles", Doc: "maptrack entries of a domain", Max: grant.MaxHandles, Names: []*model.ArgType{Handle}, Of: func(c *model.Config) *uint8 { return &Conf(c).Handles }},
	{Name: "fronts", Doc: "vCPUs of the domain that grants", Max: grant.MaxVCPUs, Names: []*model.ArgType{CPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).Fronts }},
	{Name: "backs", Doc: "vCPUs of the domain that maps", Max: grant.MaxVCPUs, Names: []*model.ArgType{CPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).Backs }},
}

func settings() []model.Setting {
	return append([]model.Setting{
		model.Variants("takeover", "what becomes of grants when another kernel takes over",
			gntdesign.Handovers[:], func(c *model.Config) *grant.Handover { return &Conf(c).Handover }),
		model.Variants("gnttab-reset", "what GNTTABOP_reset does, if there is one",
			gntdesign.Resets[:], func(c *model.Config) *grant.Reset { return &Conf(c).Reset }),
		model.Variants("revocation", "how a revocation goes about what the hand-over leaves open",
			gntdesign.Manners[:], func(c *model.Config) *grant.Manner { return &Conf(c).Manner }),
	}, model.OnOff(gntdesign.Rules[:], func(c *model.Config, i int) *bool { return &Conf(c).On[i] })...)
}

// Scope is the bounds of a configuration about the area.
type Scope struct {
	Refs, Frames, Slots, Handles, Fronts, Backs, Preempt uint8
}

// Config is a configuration with these bounds, and options and design as in
// the first of the others, if there is one.
func (s Scope) Config(options ...grant.Config) (c model.Config) {
	c.Add(Area)
	own := Conf(&c)
	if len(options) > 0 {
		*own = options[0]
	}
	*pool.Conf(&c) = pool.Config{Frames: s.Frames, Slots: s.Slots}
	own.Refs, own.Handles, own.Fronts, own.Backs, c.Preempt = s.Refs, s.Handles, s.Fronts, s.Backs, s.Preempt
	return c
}

// options lists the options of the model that are on.
func options(c *model.Config) []string {
	o := Conf(c)
	step := func(k grant.Steps) bool { return o.Steps&k != 0 }
	return model.Words(
		model.If(step(grant.StepMap), "maps go section by section"),
		model.If(step(grant.StepUnmap), "unmaps go section by section"),
		model.If(step(grant.StepCopy), "copies go section by section"),
		model.If(step(grant.StepTransfer), "transfers go section by section"),
		model.If(step(grant.StepVersion), "changes of the version, and XENMAPSPACE_grant_table, go section by section"),
		model.If(step(grant.StepGuest), "kernels make and end grants store by store"),
		model.If(step(grant.StepDestroy), "destruction goes section by section"),
		model.If(step(grant.StepRevoke), "revocation and resets go section by section"),
		model.If(o.Retries, "maps look at an entry and change it in several sections"),
		model.If(o.Lists, "maptrack's free lists"),
		model.If(o.TLB, "CPUs cache translations"),
		model.If(o.Tags, "what is in pages, by who wrote it"),
		model.If(o.Untrusted, "the granting kernel does as it likes"),
		model.If(o.NoTransfer, "gnttab=no-transfer"),
		model.If(o.NoTransitive, "gnttab=no-transitive"),
	)
}

// calls carries out the area's operations.
type calls struct {
	call handover.Call
	cfg  grant.Config

	keeper ledger.Keeper
	st     *grant.State
	book   *ledger.Book
	pool   *page.Pool
	op     *model.Op
	stage  grant.Stage // of F's kernel, before

	was   grant.State // what there was before, to tell what has changed nothing
	pages page.Pool
}

func newCalls(c *model.Config) model.Calls {
	m := &calls{cfg: *Conf(c)}
	m.cfg.Frames, m.cfg.Slots = pool.Conf(c).Frames, pool.Conf(c).Slots
	return m
}

func (m *calls) Begin(w *model.World, op *model.Op, preempt uint8) {
	m.enter(w, op)
	m.call.Begin(&m.cfg, pool.Of(w), Of(w))
	m.call.Preempt = preempt
	m.was, m.pages, m.pool = *m.st, *pool.Of(w), pool.Of(w)
}

func (m *calls) End(code errno.Errno) model.Answer {
	code, refused, checks := m.call.End(code)
	switch {
	case code < 0 && m.idle():
		refused = true
	case code == errno.EFAULT && m.op.Spec() == DriverAccess:
		refused = false // the driver is in trouble, and its domain with it, which the books know
	}
	if !refused {
		m.leave(code)
	}
	return model.Answer{Code: code, Refused: refused, Checks: checks}
}

// single are the calls whose only element, if it fails, may have changed nothing, and of which
// the books need not know then.
var single = func() (is [256]bool) { // it is asked at every failure
	for _, s := range []*model.Spec{Map, Unmap, Replace, Copy, Transfer, SetVersion, Space, Swap, DriverConnect} {
		is[s.Kind()] = true
	}
	return is
}()

// idle tells whether such a call has changed nothing, as if it had been refused. That is no
// rule: it saves a search the work.
func (m *calls) idle() bool {
	return single[m.op.Kind] && !m.was.Task[actor(m.op)].Busy() && *m.st == m.was && *m.pool == m.pages
}

// Drain has every CPU finish what it is in the middle of: those first that others
// wait for. A call that waits for another element gets one that does nothing.
func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	s := Of(w)
	cpu, busy := gntview.NextTask(s)
	if !busy {
		return m.destroyed(s)
	}
	if s.Task[cpu].PC != grant.Next {
		return XenStep.Of(cpu, 0), true
	}
	return nothing(cpu, s.Task[cpu].Work), true
}

// destroyed has the domains go, where destruction is looked at: those that map first.
func (m *calls) destroyed(s *grant.State) (op model.Op, more bool) {
	if m.cfg.Steps&grant.StepDestroy == 0 || s.Stopped() {
		return model.Op{}, false
	}
	for d := uint8(grant.NumDomains); d > 0; d-- {
		if s.Dom[d-1].Life != grant.Dead {
			return Destroy.Of(d-1, 0), true
		}
	}
	return model.Op{}, false
}

// nothing is an element that does nothing, of a call.
func nothing(cpu uint8, w grant.Work) model.Op {
	switch w {
	case grant.WorkMap:
		return Map.Of(cpu, grant.DomF, 0, 0, gnttab.NoPlace, 0, 0)
	case grant.WorkUnmap:
		return Unmap.Of(cpu, grant.MaxHandles, gnttab.NoPlace, 0, 0, 0)
	}
	switch w {
	case grant.WorkCopy:
		return Copy.Of(cpu, 0, 0, uint8(gnttab.Nothing), 0, 0)
	case grant.WorkTransfer:
		return Transfer.Of(cpu, grant.NoGfn, grant.NumDomains, grant.MaxRefs, 0, 0)
	case grant.WorkSwap:
		return Swap.Of(cpu, grant.MaxRefs, grant.MaxRefs, 0, 0)
	}
	return Replace.Of(cpu, grant.MaxHandles, gnttab.NoPlace, gnttab.NoPlace, 0, 0)
}

func (m *calls) Asked(note func(id string)) {
	model.NoteAsked(gntdesign.Handovers[:], m.call.HandoverAsked[:], note)
	model.NoteAsked(gntdesign.Resets[:], m.call.ResetAsked[:], note)
	model.NoteAsked(gntdesign.Manners[:], m.call.MannerAsked[:], note)
	model.NoteAsked(gntdesign.Rules[:], m.call.Asked[:], note)
}

// Short has nothing to note: no bound of the area counts operations.
func (m *calls) Short(func(b *model.Bound)) {}

// Starting has operations done whole.
func (m *calls) Starting(_ *model.World, on bool) { m.call.Whole = on }
